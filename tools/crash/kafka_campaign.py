"""The campaign through a real broker: it is killed as well, and a second instance joins and leaves the group."""
import json
import time
from collections import Counter

from broker import Broker
from campaign import CONFIG, Campaign
from checking import check_counts, check_history, check_vector, history_of
from oracle import line_of
from sending import insist, post_events
from service import Broken, Service

# A killed member is missed, and a killed broker found again, sooner than by default.
IMPATIENT = """\
kafka: {session.timeout.ms: 2000, heartbeat.interval.ms: 500, message.timeout.ms: 120000, reconnect.backoff.max.ms: 500}
server: {request_deadline_ms: 60000}
"""
PATIENCE_S = 90
BINARY = b"\xff\xfe not UTF-8 "


class KafkaCampaign(Campaign):
    # What lies in a partition of the other instance does not become visible in this one.
    waiting_share = 0
    # An erasure reaches one instance, and users move between the two.
    operations = (Campaign.swap, Campaign.swap_to_trained, Campaign.change_item, Campaign.back_up)

    def __init__(self, freshet, directory, seed):
        super().__init__(freshet, directory, seed)
        self.config.write_text(CONFIG + IMPATIENT)
        self.topic = "crash"
        self.broker = Broker()
        self.broker.run("start")
        self.broker.run("topic", self.topic, "4")
        self.poison = Counter()
        flags = ["--kafka", self.broker.address, "--topic", self.topic, "--group", "crash"]
        make = lambda name: Service(freshet, directory, directory / "artifacts", self.config, name, flags)  # noqa: E731
        self.service, self.second = make("db"), make("db2")
        self.told |= {"rebalances": 0, "broker_kills": 0}

    def records(self, dice):
        """What comes past the HTTP surface: new events, repeated ones, and records that are none."""
        users = self.traffic.users(self.round)
        out, events = [], []
        for place in range(dice.randrange(500, 3000)):
            name = f"{self.round}-kafka-{place}"
            if dice.random() < .02:
                value = self.traffic.poison(dice, name).encode()
                if dice.random() < .2:
                    value = BINARY + name.encode()
                self.poison[value] += 1
                out.append((dice.choice(users), value))
                continue
            user = dice.choice(users)
            event = None
            if dice.random() < .2:
                event = self.traffic.repeated(dice, self.oracle.histories.get(user, {}))
            event = event or self.traffic.event(dice, user, name)
            events.append(event)
            out.append((user, json.dumps(event).encode()))
        return out, events

    def run(self, number):
        self.round = number
        dice = self.traffic.generator(number, "choreography")
        if not self.service.running():
            self.service.start()
        records, events = self.records(dice)
        producer = self.broker.produce(self.topic, records)
        rebalance = number % 3 == 1 or dice.random() < .3
        if rebalance:
            self.second.spawn()
        self.live(dice)  # ends with the death of the first instance
        if not rebalance:
            self.forget_models()
        if number % 3 == 2 or dice.random() < .1:
            self.broker.run("kill")
            self.told["broker_kills"] += 1
            self.broker.run("start")
        self.service.start()
        if producer.wait(150) != 0:
            raise Broken("kcat could not deliver its records although the broker is back")
        for event in events:
            self.taken(event)
        client = self.service.client()
        self.repeat(client)
        if rebalance:
            self.second.start()
            self.compare_both(client)
            self.second.kill() if dice.random() < .5 else self.second.stop()
            self.told["rebalances"] += 1
        self.await_everything(client)
        self.check_models(client)
        for user in sorted(self.oracle.changed):
            check_history(client, self.oracle, user)
            check_vector(client, self.oracle, self.models, user)
        self.oracle.changed.clear()
        client.close()

    def repeat(self, client):
        until = time.monotonic() + PATIENCE_S
        while self.again:
            status, answer = post_events(client, self.again, wait=False)
            if status == 202 and answer["rejected_count"] == 0:
                for line in self.again:
                    self.taken(line)
                self.again = []
            elif time.monotonic() > until:
                raise Broken(f"a repeated request was answered {status}: {answer}")

    def compare_both(self, client):
        """While two instances share the partitions: whoever owns a user has all of the user's events, and nobody has
        one that was not sent, or has one twice."""
        other = self.second.client()
        until = time.monotonic() + PATIENCE_S
        waiting = sorted(self.oracle.changed)
        while waiting:
            left = []
            for user in waiting:
                seen = [Counter(history_of(each, user)) for each in (client, other)]
                wanted = Counter(self.oracle.lines(user))
                unknown = Counter(map(line_of, self.oracle.maybe.get(user, {}).values()))
                for each in seen:
                    if each - wanted - unknown:
                        raise Broken(f"{user} has events twice, or unsent ones: {each - wanted - unknown}")
                if all(wanted - each for each in seen):
                    left.append(user)
            if left and time.monotonic() > until:
                raise Broken(f"neither instance has all events of {left}")
            waiting = left
        other.close()

    def await_everything(self, client):
        """The first instance alone: it has all partitions again and has come to their ends. The broker is asked for them:
        after its death a client's own idea of an end may be the one before it."""
        ends = self.broker.ends(self.topic, 4)
        until = time.monotonic() + PATIENCE_S
        while True:
            status, answer = insist(self.service, lambda: client.send("GET", "/v1/status"))
            if status != 200:
                raise Broken(f"/v1/status was answered {status}: {answer}")
            partitions = answer["ingestion"]["partitions"]
            if len(partitions) == 4 and all(each["position"] >= ends[each["partition"]] for each in partitions):
                return
            if time.monotonic() > until:
                raise Broken(f"the service did not catch up: {partitions}")
            time.sleep(.02)

    def finish(self):
        self.service.start()
        client = self.service.client()
        self.await_everything(client)
        self.round = 0
        self.check_models(client)
        for user in sorted(self.oracle.histories):
            check_history(client, self.oracle, user)
            check_vector(client, self.oracle, self.models, user)
        check_counts(self.freshet, self.service, self.oracle, dead_letters_max=sum(self.poison.values()))
        until = time.monotonic() + PATIENCE_S
        while True:
            delivered = Counter(self.broker.dead_letters(self.topic + ".dlq").values())
            if delivered == self.poison:
                break
            if delivered - self.poison or time.monotonic() > until:
                raise Broken(f"dead letters differ: missing {list(self.poison - delivered)[:3]}, unexpected "
                             f"{list(delivered - self.poison)[:3]}")
            time.sleep(.2)
        client.close()
        if self.service.stop() != 0:
            raise Broken("the service did not stop in order")

    def abandon(self):
        super().abandon()
        if self.second.running():
            self.second.kill()
        self.broker.run("wipe")

    def summary(self):
        return (f"{super().summary()}, {self.told['broker_kills']} kills of the broker, {self.told['rebalances']} "
                f"rebalances, {sum(self.poison.values())} dead letters")
