"""A headless Chromium for tests, driven by its DevTools protocol over a pipe; Python's own library is enough.

    with Browser() as browser:
        page = browser.open("http://127.0.0.1:8000/dashboard")
        page.wait("document.title === 'Freshet'")
"""
import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time

DEADLINE_S = 60


class Browser:
    def __init__(self, width=1280, height=1400):
        binary = shutil.which("chromium-headless-shell") or shutil.which("chromium")
        if not binary:
            sys.exit("no Chromium on this machine; tools/setup installs chromium-headless-shell")
        self.profile = tempfile.TemporaryDirectory()
        self.said = tempfile.TemporaryFile()
        to_browser, self.sending = os.pipe()
        self.receiving, from_browser = os.pipe()
        # The browser reads 3 and writes 4; here they may be in use, so the shell that becomes the browser renames them.
        theirs = [fcntl.fcntl(each, fcntl.F_DUPFD, 10) for each in (to_browser, from_browser)]
        command = [binary, "--headless", "--remote-debugging-pipe", f"--user-data-dir={self.profile.name}", "--disable-gpu",
                   "--disable-dev-shm-usage", "--no-first-run", f"--window-size={width},{height}", "--no-proxy-server"]
        # Root may not use the sandbox; only pages of our own service are opened.
        if os.geteuid() == 0:
            command.append("--no-sandbox")
        self.process = subprocess.Popen(["bash", "-c", f'exec "$@" 3<&{theirs[0]} 4>&{theirs[1]}', "browser", *command],
                                        pass_fds=theirs, stdout=subprocess.DEVNULL, stderr=self.said)
        for each in (to_browser, from_browser, *theirs):
            os.close(each)
        self.calls = 0
        self.unread = b""
        self.events = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.profile.cleanup()

    def receive(self, until):
        while b"\0" not in self.unread:
            ready, _, _ = select.select([self.receiving], [], [], max(0, until - time.monotonic()))
            came = os.read(self.receiving, 1 << 16) if ready else b""
            if not came:
                self.said.seek(0)
                sys.exit("the browser ended or does not answer:\n" + self.said.read().decode(errors="replace")[-2000:])
            self.unread += came
        message, self.unread = self.unread.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, session=None, **parameters):
        self.calls += 1
        message = {"id": self.calls, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.sending, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + DEADLINE_S
        while True:
            came = self.receive(until)
            if came.get("id") == self.calls:
                if "error" in came:
                    sys.exit(f"{method}: {came['error']}")
                return came["result"]
            self.events.append(came)

    def open(self, url):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session)
        for domain in ("Page", "Runtime", "Log"):
            page.call(domain + ".enable")
        page.call("Page.navigate", url=url)
        page.wait("location.href !== 'about:blank' && document.readyState === 'complete'")
        return page


class Page:
    def __init__(self, browser, session):
        self.browser, self.session = browser, session

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def run(self, expression):
        """The value of a JavaScript expression; a promise is waited for."""
        came = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in came:
            details = came["exceptionDetails"]
            raise AssertionError(f"{expression}: {details.get('exception', details).get('description', details)}")
        return came["result"].get("value")

    def wait(self, expression):
        """Until the expression is true; fails with what the page shows."""
        until = time.monotonic() + DEADLINE_S
        while time.monotonic() < until:
            value = self.run(expression)
            if value:
                return value
            time.sleep(0.05)
        raise AssertionError(f"never became true: {expression}\nthe page shows:\n{self.run('document.body.innerText')}")

    def complaints(self):
        """What the page wrote to the console or threw."""
        found = []
        for each in self.browser.events:
            said = each.get("params", {})
            if each.get("method") == "Runtime.exceptionThrown":
                found.append(str(said["exceptionDetails"]))
            elif each.get("method") == "Log.entryAdded" and said["entry"]["level"] in ("error", "warning"):
                found.append(said["entry"]["text"] + " " + said["entry"].get("url", ""))
        return found

    def screenshot(self, path):
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=True,
                         clip={"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1})
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot["data"]))
