"""`freshet serve` in a process of its own, and a client for each thread that talks to it."""
import http.client
import json
import signal
import socket
import subprocess
import time


class Broken(Exception):
    """The service did something that it promises not to do."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# The service closes a connection on which nothing was asked for a while: a client that was stopped has to open another.
IDLE_S_MAX = 30


class Client:
    """One connection; opened again when it broke."""

    def __init__(self, port):
        self.port = port
        self.connection = None
        self.unanswered = False  # the last request
        self.used = 0

    def send(self, verb, path, body=None, kind="application/json"):
        """(status, document); status 0 when nobody knows what became of the request."""
        if time.monotonic() - self.used > IDLE_S_MAX:
            self.close()
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            self.connection.request(verb, path, body, {"Content-Type": kind} if body is not None else {})
            answer = self.connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            self.close()
            self.unanswered = True
            return 0, None
        self.unanswered = False
        self.used = time.monotonic()
        return answer.status, json.loads(text) if text.startswith((b"{", b"[")) else None

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None


class Service:
    def __init__(self, freshet, directory, artifacts, config, name="db", flags=()):
        self.directory = directory
        self.database = directory / name
        self.log = directory / f"{name}.log"
        self.port = free_port()
        self.line = [freshet, "serve", "--db", self.database, "--model-dir", artifacts, "--port", str(self.port),
                     "--config", config, *flags]
        self.process = None

    def spawn(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.line, cwd=self.directory, stdout=log, stderr=log)

    def start(self):
        if not self.running():
            self.spawn()
        client = Client(self.port)
        until = time.monotonic() + 60
        while client.send("GET", "/readyz")[0] != 200:
            if not self.running() or time.monotonic() > until:
                raise Broken(f"the service is not ready; see {self.log}")
            time.sleep(.004)
        client.close()

    def running(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def client(self):
        return Client(self.port)
