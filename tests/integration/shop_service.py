"""A small shop, generated, trained and served by the real program, for the tests that are written in Python."""
import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request


def run(directory, *command):
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


def make_shop(freshet, directory):
    run(directory, freshet, "generate", "--users", "60", "--items", "40", "--events", "1500", "--seed", "11", "--output", ".")
    run(directory, freshet, "ingest", "--events", "events.csv", "--items", "items.csv", "--db", "db")
    run(directory, freshet, "train", "als", "--db", "db", "--output", "artifacts", "--register", "--params", '{"factors": 8}')


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Service:
    def __init__(self, freshet, directory, keys):
        """keys: {key: scopes}"""
        self.url = f"http://127.0.0.1:{free_port()}"
        self.errors = open(directory / "serve.err", "w+")
        entries = [{"name": f"key{number}", "key": key, "scopes": scopes} for number, (key, scopes) in enumerate(keys.items())]
        (directory / "keys.yaml").write_text(json.dumps({"security": {"api_keys": entries}}))
        port = self.url.rsplit(":", 1)[1]
        self.process = subprocess.Popen(
            [freshet, "serve", "--db", "db", "--model-dir", "artifacts", "--port", port, "--config", "keys.yaml"],
            cwd=directory, stdout=subprocess.DEVNULL, stderr=self.errors)

    def ask(self, target, method="GET", body=None, **headers):
        """Status, headers and text of an answer."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            headers["Content-Type"] = "application/json"
        asked = urllib.request.Request(self.url + target, json.dumps(body).encode() if body is not None else None, headers, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=30) as came:
                return came.status, came.headers, came.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.headers, refused.read().decode()

    def await_ready(self):
        until = time.monotonic() + 60
        while time.monotonic() < until and self.process.poll() is None:
            try:
                if self.ask("/readyz")[0] == 200:
                    return
            except (urllib.error.URLError, ConnectionError):
                pass
            time.sleep(0.05)
        self.fail("the service is not ready")

    def fail(self, why):
        self.process.kill()
        self.errors.seek(0)
        sys.exit(f"{why}\n{self.errors.read()[-2000:]}")

    def stop(self):
        if self.process.poll() is not None:
            self.fail(f"the service ended by itself with {self.process.returncode}")
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(30) != 0:
            self.fail(f"the service stopped with {self.process.returncode}")
