#!/usr/bin/env python3
"""The pages of the running service in a real browser: what the dashboard shows is what the service says, it says what it
lacks, and what strangers send stays text; the page of the API asks it.

    tests/integration/dashboard_page.py build/release/freshet

--screenshots DIR   also leaves pictures there: light and dark, wide and narrow
"""
import argparse
import json
import pathlib
import tempfile
import time
import urllib.parse

from browser import Browser
from shop_service import Service, make_shop

OPERATOR, VIEWER = "an-operators-key-0123456789", "a-viewers-key-0123456789"
HOSTILE_USER = "<img src=x onerror=\"document.body.dataset.taken='user'\">"
HOSTILE_TITLE = "<script>document.body.dataset.taken='title'</script><b onclick=x>"


def check(holds, what):
    if not holds:
        raise AssertionError(what)


class Dashboard:
    def __init__(self, page):
        self.page = page

    def soon(self, expression):
        """Waits for it, round by round without the pause between them."""
        self.page.wait(f"(document.dispatchEvent(new Event('visibilitychange')), {expression})")

    def shows(self, element, text):
        self.soon(f"document.getElementById({json.dumps(element)}).textContent.includes({json.dumps(text)})")

    def says(self, element, text):
        """The sentence below a part of the page."""
        self.soon(f"document.getElementById({json.dumps(element)}).closest('section').querySelector('.note')"
                  f".textContent.includes({json.dumps(text)})")

    def fill(self, element, text):
        self.page.run(f"document.getElementById({json.dumps(element)}).value = {json.dumps(text)}")

    def press(self, selector):
        self.page.run(f"document.querySelector({json.dumps(selector)}).click()")

    def rows(self, table):
        return self.page.run(f"[...document.querySelectorAll('#{table} tbody tr')]"
                             ".map(row => [...row.cells].map(each => each.textContent))")

    def agrees(self, table, expected):
        """Waits until the table has the rows that `expected` takes from the service at that moment, in columns that
        `expected` has."""
        until = time.monotonic() + 60
        while True:
            wanted = expected()
            self.soon("true")
            shown = [row[:len(wanted[0])] for row in self.rows(table)] if wanted else []
            if wanted and shown == wanted:
                return
            check(time.monotonic() < until, f"{table} shows {shown}, the service says {wanted}")
            time.sleep(0.05)

    def use_key(self, key):
        self.fill("key", key)
        self.press("#access button")


def check_keys(service, dashboard):
    status, headers, text = service.ask("/dashboard", Accept="text/html")
    check(status == 401 and text.startswith("<!doctype html>"), f"without a key: {status} {text[:100]}")
    check("script-src 'sha256-" in headers["Content-Security-Policy"], headers["Content-Security-Policy"])
    check(service.ask("/dashboard", Authorization="Bearer " + VIEWER)[0] == 200, "the scope read is enough for the page")
    dashboard.shows("state", "needs an API key")
    dashboard.says("actors", "Needs an API key")
    dashboard.use_key("a-key-that-nobody-knows")
    dashboard.says("traffic", "not known here")
    dashboard.use_key(VIEWER)
    dashboard.soon("document.getElementById('state').textContent === 'serving'")
    for part in ("actors", "tail", "ingestion"):
        dashboard.says(part, "it needs the scope admin")
    dashboard.says("latency", "Nobody asked for recommendations")
    dashboard.soon("document.querySelectorAll('#partitions tbody tr').length > 0")
    dashboard.use_key(OPERATOR)
    dashboard.page.call("Page.reload")
    dashboard.page.wait("document.readyState === 'complete' && document.body.dataset.looks > 0")
    dashboard.says("tail", "No event to show since ingestion started")


def check_numbers(service, dashboard):
    def status():
        return json.loads(service.ask("/v1/status", Authorization="Bearer " + OPERATOR)[2])

    def partition_row(each):
        return ["\u2013" if each[name] is None else f"{each[name]:,}" for name in ("partition", "position", "end", "lag")]

    def caches():
        of = json.loads(service.ask("/stats", Authorization="Bearer " + VIEWER)[2])["cache"]
        return [[name, "\u2013", f"{each['size']:,}", f"{each['max_size']:,}"] for name, each in of.items()
                if isinstance(each, dict)]

    dashboard.shows("model-facts", status()["model"]["model_id"])
    dashboard.shows("checks-facts", f"events{status()['store']['events']:,}")
    dashboard.shows("checks-facts", f"users{status()['store']['users']:,}")
    dashboard.agrees("actors-table", lambda: [[each["name"], "alive", str(each["restarts"])] for each in status()["actors"]])
    dashboard.agrees("partitions", lambda: [partition_row(each) for each in status()["ingestion"]["partitions"]])
    # Nobody has asked for anything yet, so there is no hit rate.
    dashboard.agrees("caches-table", caches)


def check_users(service, dashboard):
    dashboard.fill("user", "u7")
    dashboard.press("#ask button")
    dashboard.soon("document.querySelectorAll('#answer li').length === 5")
    answered = json.loads(service.ask("/v1/recommend", "POST", {"user_id": "u7", "k": 5, "explain": True},
                                      Authorization="Bearer " + VIEWER)[2])
    shown = dashboard.page.run("[...document.querySelectorAll('#answer li strong')].map(each => each.textContent)")
    check(shown == [each["title"] for each in answered["recommendations"]], shown)
    reasons = dashboard.page.run("[...document.querySelectorAll('#answer .because')].map(each => each.textContent)")
    for item, sentence in zip(answered["recommendations"], reasons):
        for past in item["because"]:
            check(sentence.startswith("because of ") and past["title"] in sentence, sentence)
    check(any(item["because"] for item in answered["recommendations"]), "nothing was explained")
    dashboard.soon("/^[0-9.]+ ms/.test(document.querySelector('#latency-figures dd').textContent)")


def check_strangers(service, dashboard):
    key = {"Authorization": "Bearer " + OPERATOR}
    check(service.ask("/v1/items/i1", "PATCH", {"title": HOSTILE_TITLE}, **key)[0] == 200, "an item takes any title")
    for item, second in (("i1", 0), ("</td><script>", 1)):
        event = {"user_id": HOSTILE_USER, "item_id": item, "ts": 1_760_000_000 + second, "qty": 3, "event_type": "view"}
        check(service.ask("/v1/events?wait=visible", "POST", event, **key)[0] == 202, "the event is taken in")
    dashboard.soon("document.querySelectorAll('#tail-table tbody tr').length === 2")
    check([row[1:] for row in dashboard.rows("tail-table")] ==
          [[HOSTILE_USER, "</td><script>", "view", "3"], [HOSTILE_USER, "i1", "view", "3"]], dashboard.rows("tail-table"))
    dashboard.soon("/ ms$/.test(document.querySelectorAll('#events-figures dd')[1].textContent)")
    # As somebody does who wants to know what this user is shown.
    dashboard.press("#tail-table button")
    dashboard.soon("document.querySelectorAll('#answer li').length > 0"
                   f" && document.getElementById('answer').textContent.includes({json.dumps(HOSTILE_TITLE)})")
    check(dashboard.page.run("document.querySelectorAll('main img, main script, main b').length") == 0, "text became markup")
    check(dashboard.page.run("document.body.dataset.taken") is None, "a stranger's script ran")
    user = urllib.parse.quote(HOSTILE_USER, safe="")
    check(service.ask("/v1/users/" + user, "DELETE", **key)[0] == 200, "the user is erased")
    dashboard.soon("document.querySelectorAll('#tail-table tbody tr').length === 0")


def check_conduct(dashboard):
    page = dashboard.page
    # Answers that the page expects are no complaints.
    complaints = [each for each in page.complaints() if "Failed to load resource" not in each]
    check(not complaints, complaints)
    check(page.run("[...document.querySelectorAll('input')].every(each => each.labels.length === 1)"), "inputs have labels")
    elsewhere = page.run("performance.getEntriesByType('resource').map(each => each.name)"
                         ".filter(each => !each.startsWith(location.origin + '/'))")
    check(not elsewhere, elsewhere)
    check(page.run("(() => { try { document.body.innerHTML = '<b>x</b>'; } catch { return true; } })()"),
          "the policy lets text become markup")


def check_docs(service, page):
    paths = json.loads(service.ask("/openapi.json")[2])["paths"]
    page.wait("document.querySelectorAll('#operations details').length > 0")
    shown = page.run("document.querySelectorAll('#operations details').length")
    check(shown == sum(len(verbs) for verbs in paths.values()), f"{shown} operations")
    livez = "[...document.querySelectorAll('#operations details')].find(each => each.textContent.includes('/livez'))"
    page.run(f"[...{livez}.querySelectorAll('button')].find(each => each.textContent === 'Send').click()")
    page.wait(f"[...{livez}.querySelectorAll('pre')].some(each => each.textContent.startsWith('200'))")


def look_at(dashboard, screenshots):
    for width in (1280, 400):
        for scheme in ("light", "dark"):
            dashboard.page.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1,
                                mobile=width == 400)
            dashboard.page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
            check(dashboard.page.run("document.documentElement.scrollWidth") <= width, f"wider than {width} pixels")
            if screenshots:
                dashboard.page.screenshot(screenshots / f"dashboard-{width}-{scheme}.png")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("freshet", type=pathlib.Path)
    arguments.add_argument("--screenshots", type=pathlib.Path)
    given = arguments.parse_args()
    freshet = str(given.freshet.resolve())
    with tempfile.TemporaryDirectory() as name, Browser() as browser:
        directory = pathlib.Path(name)
        make_shop(freshet, directory)
        service = Service(freshet, directory, {OPERATOR: ["read", "ingest", "admin"], VIEWER: ["read"]})
        try:
            service.await_ready()
            dashboard = Dashboard(browser.open(service.url + "/dashboard"))
            check_keys(service, dashboard)
            check_numbers(service, dashboard)
            check_users(service, dashboard)
            check_strangers(service, dashboard)
            look_at(dashboard, given.screenshots)
            service.ask("/v1/control/pause", "POST", Authorization="Bearer " + OPERATOR)
            dashboard.shows("state", "ingestion paused")
            check_docs(service, browser.open(service.url + "/docs"))
            check_conduct(dashboard)
            service.stop()
            dashboard.shows("state", "away")
        finally:
            service.process.kill()
    print("the dashboard shows what the service says")


if __name__ == "__main__":
    main()
