"""Threads that talk to the service while it is about to die, and what they learn of what it took."""
import json
import threading
import time
import urllib.parse

from service import Broken

ATTEMPTS_MAX = 3


class Sender(threading.Thread):
    """Posts batches of events until the service is gone. What was acknowledged goes to the oracle as taken; what was
    under way is sent again (it has an id), or is noted as unknown (it has none)."""

    def __init__(self, campaign, client, number):
        super().__init__(daemon=True)
        self.campaign, self.client, self.number = campaign, client, number
        self.dice = campaign.traffic.generator(campaign.round, "sender", number)
        self.acknowledged = 0
        self.failure = None

    def run(self):
        try:
            batch = 0
            while self.campaign.traffic_flows:
                if not self.post(self.batch(batch)):
                    break
                batch += 1
        except Exception as why:  # told to the main thread, which fails the round
            self.failure = why

    def batch(self, number):
        campaign, dice = self.campaign, self.dice
        users = campaign.traffic.users(campaign.round)
        lines = []
        for place in range(dice.choice([1, 1, 3, 20])):
            user = dice.choice(users)
            again = None
            if dice.random() < .15:
                with campaign.lock:
                    again = campaign.traffic.repeated(dice, campaign.oracle.histories.get(user, {}))
            if again:
                lines.append(again)
            elif dice.random() < .04:
                lines.append(campaign.traffic.poison(dice, f"{campaign.round}-{self.number}-{number}-{place}"))
            else:
                lines.append(campaign.traffic.event(dice, user, f"{campaign.round}-{self.number}-{number}-{place}"))
        if all(isinstance(each, str) for each in lines):
            lines.append(campaign.traffic.event(dice, users[0], f"{campaign.round}-{self.number}-{number}-last"))
        return lines

    def post(self, lines):
        status, answer = post_events(self.client, lines, wait=self.dice.random() < self.campaign.waiting_share)
        with self.campaign.lock:
            if status != 202:
                self.campaign.unanswered(lines)
                return status != 0
            rejected = {each["index"]: each["reason"] for each in answer["rejected"]}
            for index, line in enumerate(lines):
                if isinstance(line, str):
                    if rejected.pop(index, None) is None:
                        raise AssertionError(f"accepted although it is no event: {line}")
                elif rejected.get(index) == "not_stored":
                    rejected.pop(index)
                    self.campaign.unanswered([line])
                else:
                    self.campaign.taken(line)
                    self.acknowledged += 1
            if rejected:
                raise AssertionError(f"good events were refused: {rejected} of {lines}")
        return True


class Reader(threading.Thread):
    """Asks for recommendations all the time: nothing but an answer or 503 may come, and of a known model."""

    def __init__(self, campaign, client):
        super().__init__(daemon=True)
        self.campaign, self.client = campaign, client
        self.dice = campaign.traffic.generator(campaign.round, "reader")
        self.answered = 0
        self.failure = None

    def run(self):
        while self.campaign.traffic_flows:
            user = self.dice.choice(self.campaign.traffic.users(self.campaign.round))
            status, answer = recommend(self.client, {"user_id": user, "k": 10})
            if status == 0:
                return
            if status not in (200, 503):
                self.failure = f"a request was answered {status}: {answer}"
            if status == 200 and answer["model_id"] not in self.campaign.known:
                self.failure = f"an answer names the model {answer['model_id']}"
            self.answered += status == 200


def insist(service, ask):
    """For requests that may be repeated, of a service that is not about to die: a machine that stood still for longer
    than a client waits has broken no promise."""
    for _ in range(ATTEMPTS_MAX):
        status, answer = ask()
        if not service.running():
            raise Broken(f"the service died by itself; see {service.log}")
        if status != 0:
            break
    return status, answer


def post_events(client, lines, wait):
    body = "\n".join(each if isinstance(each, str) else json.dumps(each) for each in lines)
    return client.send("POST", "/v1/events" + ("?wait=visible" if wait else ""), body.encode(), "application/x-ndjson")


def recommend(client, asked):
    return client.send("POST", "/v1/recommend", json.dumps(asked).encode())


def path_of(user):
    return "/v1/users/" + urllib.parse.quote(user, safe="")


def listed(client, user):
    """Every event of a user, page by page; None when the user is not known."""
    events, before = [], ""
    while True:
        status, page = client.send("GET", f"{path_of(user)}/events?limit=1000{before}")
        if status == 404:
            return None
        if status != 200:
            raise AssertionError(f"the events of {user} cannot be read: {status} {page}")
        events += page["events"]
        if page["next"] is None:
            return events
        before = "&before=" + page["next"]
