"""What the service must hold after a stream of events, kept in the simplest way: dictionaries in one thread.

It shares nothing with the service: no code, no ids, no encoding. Scores are exact, because every number of the models
it writes (models.py) and every strength is a small multiple of 1/64: sums of those have no rounding in single
precision, whatever their order.
"""
import json
import random
import time
from collections import Counter
from fractions import Fraction

FIELDS = ("item_id", "ts", "qty", "event_type", "value", "event_id", "session_id", "properties")
TYPES = {None: 1, "view": 1, "purchase": 4, "rating": 2}
NEWEST = int(time.time()) - 3600


def line_of(event):
    """One event in one line, as the service lists it."""
    shown = {name: event[name] for name in FIELDS if event.get(name) is not None}
    if "value" in shown:
        shown["value"] = float(shown["value"])
    return json.dumps(shown, sort_keys=True)


class Oracle:
    def __init__(self):
        self.histories = {}   # user -> identity -> event
        self.maybe = {}       # user -> identity -> event: sent, and nobody knows whether it was taken
        self.erased = set()
        self.poison = {}      # Kafka only: bytes of a record that is no event -> how often it was produced
        self.changed = set()  # users whose state was not compared since

    def took(self, event, identity):
        """The service said that it has this event; of several with one identity the first counts."""
        user = event["user_id"]
        self.changed.add(user)
        if user not in self.erased:
            self.histories.setdefault(user, {}).setdefault(identity, event)

    def may_have(self, event, identity):
        self.changed.add(event["user_id"])
        self.maybe.setdefault(event["user_id"], {})[identity] = event

    def erase(self, user):
        self.erased.add(user)
        self.changed.add(user)
        self.histories.pop(user, None)
        self.maybe.pop(user, None)

    def settle(self, user, lines):
        """What nobody knew is what is seen now, once and for all."""
        seen = Counter(lines)
        for identity, event in self.maybe.pop(user, {}).items():
            if seen[line_of(event)]:
                self.took(event, identity)

    def lines(self, user):
        return sorted(line_of(event) for event in self.histories.get(user, {}).values())

    def users(self):
        return [user for user, history in self.histories.items() if history]

    def events(self):
        return sum(len(history) for history in self.histories.values())

    def items(self):
        return {event["item_id"] for history in self.histories.values() for event in history.values()}

    def strengths(self, user):
        """Item -> strength, those above 0."""
        sums = Counter()
        for event in self.histories.get(user, {}).values():
            kind = event.get("event_type")
            rated = kind == "rating" and event.get("value") is not None
            sums[event["item_id"]] += TYPES[kind] * (Fraction(event["value"]) if rated else event["qty"])
        return {item: value for item, value in sums.items() if value > 0}


class Traffic:
    """Events of shoppers who come and go: late ones, repeated ones, and records that are none."""
    window = 12

    def __init__(self, seed, items):
        self.seed = seed
        self.items = items

    def users(self, round_number):
        """A dozen at a time, one new with each round, and two who stay."""
        return [f"u{round_number + each}" for each in range(self.window)] + ["évé", "zoë & co"]

    def generator(self, *names):
        return random.Random("/".join(map(str, (self.seed, *names))))

    def event(self, dice, user, identity):
        kind = dice.choice([None, "view", "view", "purchase", "rating"])
        event = {"user_id": user, "item_id": dice.choice(self.items),
                 # Late and out of order: anything of the last two years.
                 "ts": NEWEST - dice.randrange(2 * 365 * 86400), "qty": dice.choice([1, 1, 1, 2, 3, -1]),
                 "event_type": kind}
        if kind == "rating":
            event["value"] = dice.randrange(0, 21) / 4
        if dice.random() < .3:
            event["session_id"] = f"s{dice.randrange(1000)}"
        if dice.random() < .9:
            event["event_id"] = identity
        else:  # its place in the log is its identity; the properties tell it from others
            event["properties"] = {"n": identity}
        return event

    def repeated(self, dice, history):
        """An event that was taken before, as it was or with other content: the first counts."""
        known = [event for event in history.values() if event.get("event_id")]
        if not known:
            return None
        again = dict(dice.choice(known))
        if dice.random() < .5:
            again["qty"] = 7
            again["item_id"] = self.items[0]
        return again

    def poison(self, dice, number):
        """A record that is no event; `number` makes it one of its kind. Neither newline nor tab."""
        user = f'"user_id":"poison{number}"'
        return dice.choice([
            f"not JSON {number}", "{" + user + ',"item_id":"a"', "[" + str(number) + "]", "{" + user + "}",
            "{" + user + ',"item_id":""}', "{" + user + ',"item_id":"a","qty":"many"}',
            "{" + user + ',"item_id":"a","qty":1e999}', "{" + user + ',"item_id":"a","ts":"yesterday"}',
            "{" + user + ',"item_id":"a","ts":1}', "{" + user + ',"item_id":"' + "x" * 300 + '"}',
            "{" + user + ',"item_id":{}}', "{" + user + ',"item_id":"a","item_id":"b"}'])
