"""A campaign without a broker: rounds of traffic, a death, a restart, and the comparison with the oracle."""
import json
import shutil
import threading
import time

from checking import (check_backup, check_counts, check_current, check_history, check_popularity, check_traces,
                      check_trainings, check_vector)
from models import ALL, EXACT, Models
from oracle import Oracle, Traffic
from sending import Reader, Sender, insist, path_of, post_events
from service import Broken, Service

# What the service trains is tried in shadow and serves when it is activated by name alone, and the guard, which rolls back
# what answers slowly, is off: so it is known which model serves.
CONFIG = """\
events: {weights: {purchase: 4, rating: 2}}
logging: {level: ERROR}
retrain: {keep_models: 1000}
rollout: {stage: shadow}
live_guard: {window_seconds: 0}
"""
ITEMS = [f"i{number}" for number in range(40)]
FULL_CHECK_EVERY = 50
BACKUP_CHECK_EVERY = 10
TRAINED_MODELS_MAX = 8
TRAINING_S_MAX = 5


class Campaign:
    # Of requests that ask to be answered when their events are visible.
    waiting_share = .2

    def __init__(self, freshet, directory, seed):
        self.freshet, self.directory, self.seed = freshet, directory, seed
        self.models = Models(directory / "artifacts", ITEMS)
        self.config = directory / "freshet.yaml"
        self.config.write_text(CONFIG)
        # Events of items that no model knows count as well.
        self.traffic = Traffic(seed, [*ITEMS, "new1", "new2"])
        self.oracle = Oracle()
        self.lock = threading.Lock()
        self.round = 0
        self.traffic_flows = False
        self.again = []
        self.erasing = []  # users whose erasure was asked for, and nobody knows whether it was done
        self.buried = []   # users erased, of whom no byte may be left
        self.gone = set()  # all of them, whom no later training may know
        self.trained = False       # or activated one of them, since they were checked
        self.known = set(ALL)      # models that may answer in this round
        self.current = {EXACT[0]}  # one of these is the registry's current model
        self.backups = directory / "backups"
        self.backups.mkdir(exist_ok=True)
        self.told = {"acknowledged": 0, "answered": 0, "kills": 0, "operations": 0, "erased": 0,
                     "trainings": 0, "activations": 0, "cut_off": 0}
        self.service = Service(freshet, directory, directory / "artifacts", self.config)

    # --- what senders report, under the lock

    def taken(self, event):
        self.oracle.took(event, event.get("event_id") or "at " + event["properties"]["n"])

    def unanswered(self, lines):
        """With an id it is sent again until it is acknowledged; without one nobody knows."""
        for line in lines:
            if isinstance(line, str):
                continue
            if line.get("event_id"):
                self.again.append(line)
            else:
                self.oracle.may_have(line, "at " + line["properties"]["n"])

    # --- what may be under way when the service dies

    def swap(self, client, dice):
        self.activate(client, dice.choice(ALL))

    def swap_to_trained(self, client, dice):
        if trained := sorted(self.models.trained(usable=True)):
            self.trained = True
            status = self.activate(client, dice.choice(trained))
            self.told["activations"] += 1
            self.told["cut_off"] += status == 0

    def activate(self, client, model_id):
        """It is the current one once that is answered; without an answer it or the one before may be."""
        self.known.add(model_id)
        status, answer = client.send("POST", f"/v1/models/{model_id}/activate", b"")
        if status == 200:
            self.current = {model_id}
        elif status in (0, 503):
            self.current.add(model_id)
        else:
            raise Broken(f"the activation of {model_id} was answered {status}: {answer}")
        return status

    def change_item(self, client, dice):
        client.send("PUT", f"/v1/items/{dice.choice(ITEMS)}", b'{"title": "a lamp"}')

    def erase_shopper(self, client, dice):
        """Somebody whose events keep coming; those are thrown away."""
        self.erase(client, dice.choice(self.traffic.users(self.round)))

    def erase_stranger(self, client, dice):
        """Somebody of whom nothing comes any more."""
        user = f"stranger{self.round}-{dice.randrange(10**9)}"
        events = [self.traffic.event(dice, user, f"{user}-{number}") for number in range(dice.randrange(1, 5))]
        status, _ = post_events(client, events, wait=dice.random() < .5)
        with self.lock:
            for event in events:
                self.taken(event) if status == 202 else self.unanswered([event])
        if status == 202:
            self.erase(client, user)

    def erase(self, client, user):
        status, answer = client.send("DELETE", path_of(user))
        with self.lock:
            if status in (200, 404):
                self.erased(user)
            elif status in (0, 503):
                self.erasing.append(user)
            else:
                raise Broken(f"the erasure of {user} was answered {status}: {answer}")

    def erased(self, user):
        self.oracle.erase(user)
        self.told["erased"] += 1
        if user.startswith("stranger"):
            self.buried.append(user)
            self.gone.add(user)

    def back_up(self, client, dice):
        status, answer = client.send("POST", "/v1/control/snapshot", json.dumps({"to": str(self.backups)}).encode())
        if status not in (0, 200, 409, 503):
            raise Broken(f"a backup was answered {status}: {answer}")

    def retrain(self, client, dice):
        """Short ones and such that last longer than the service; one at a time."""
        wanted = {"model": dice.choice(["als", "bpr", "ease"])}
        if wanted["model"] != "ease":
            wanted["params"] = {"factors": 8, "iterations": dice.choice([1, 1, 10, 10, 100, 100000])}
        status, answer = client.send("POST", "/v1/train", json.dumps(wanted).encode())
        if status not in (0, 202, 409, 503):
            raise Broken(f"a training was answered {status}: {answer}")
        self.trained = True
        self.told["trainings"] += status == 202

    operations = (swap, swap_to_trained, change_item, back_up, erase_shopper, erase_shopper, erase_stranger,
                  erase_stranger)
    # A training begins again with each erasure, and would never come to its end among many.
    training_operations = (retrain, retrain, retrain, swap, swap_to_trained, back_up, change_item)
    activating_operations = (swap_to_trained, swap_to_trained, swap)

    def operate(self, client, dice, done, choices):
        """Until one is cut off: what is asked of a service that is gone was never asked."""
        while self.traffic_flows and not client.unanswered:
            try:
                dice.choice(choices)(self, client, dice)
            except Broken as why:
                done.append(why)
                return
            done.append(None)

    # --- one round

    def run(self, number):
        self.round = number
        dice = self.traffic.generator(number, "choreography")
        if not self.service.running():
            self.service.start()
        self.live(dice)
        self.forget_models()
        while dice.random() < .25:
            self.die_while_starting(dice)
        self.service.start()
        client = self.service.client()
        self.settle(client)
        self.compare(client, dice)
        client.close()

    def live(self, dice):
        """Traffic, and a death in the middle of it."""
        self.traffic_flows = True
        self.known = set(ALL)
        threads = [Sender(self, self.service.client(), number) for number in range(2)]
        threads.append(Reader(self, self.service.client()))
        operations = []
        choices = ()
        if dice.random() < .8:
            choices = dice.choices([self.operations, self.training_operations, self.activating_operations], [6, 3, 1])[0]
            # Dice of its own: what comes after does not depend on how far it gets.
            own = self.traffic.generator(self.round, "operations")
            threads.append(threading.Thread(target=self.operate, daemon=True,
                                            args=(self.service.client(), own, operations, choices)))
        for thread in threads:
            thread.start()
        self.await_traffic(threads[:2], dice.randrange(1, 300))
        trains = choices is self.training_operations
        if trains and dice.random() < .5:
            self.await_trained_model()
        # A training takes up to a second from its begin to a registered model; an erasure or a backup a part of one.
        time.sleep(dice.uniform(0, 1.2 if trains else 1 if choices else .02))
        way = dice.choice(["kill", "kill", "kill", "stop", "kill while stopping"])
        if way == "stop":
            code = self.service.stop()
            if code != 0:
                raise Broken(f"SIGTERM under load ended with {code}; see {self.service.log}")
        else:
            if way == "kill while stopping":
                self.service.process.terminate()
                time.sleep(dice.uniform(0, .1))
            self.service.kill()
            self.told["kills"] += 1
        self.traffic_flows = False
        for thread in threads:
            thread.join(60)
            if getattr(thread, "failure", None):
                raise Broken(thread.failure)
            self.told["acknowledged"] += getattr(thread, "acknowledged", 0)
            self.told["answered"] += getattr(thread, "answered", 0)
        self.told["operations"] += len(operations)
        for failure in operations:
            if failure:
                raise failure

    def await_traffic(self, senders, wanted):
        """So much was acknowledged, however busy the machine is."""
        until = time.monotonic() + 30
        while sum(each.acknowledged for each in senders) < wanted and all(each.is_alive() for each in senders):
            if time.monotonic() > until:
                raise Broken(f"fewer than {wanted} events were acknowledged within 30 s")
            time.sleep(.001)

    def await_trained_model(self):
        """Something to activate; not every training makes a model that may serve, and some never end."""
        until = time.monotonic() + TRAINING_S_MAX
        while not self.models.trained(usable=True) and time.monotonic() < until:
            time.sleep(.02)

    def die_while_starting(self, dice):
        """While the log is replayed, tables are written and compacted, the model is loaded."""
        self.service.spawn()
        time.sleep(dice.uniform(0, .15))
        self.service.kill()
        self.told["kills"] += 1

    def settle(self, client):
        """Sends again what was not acknowledged."""
        while self.again:
            lines = self.again
            status, answer = insist(self.service, lambda: post_events(client, lines, wait=True))
            if status != 202 or answer["rejected_count"] > 0:
                raise Broken(f"a repeated request was answered {status}: {answer}")
            self.again = []
            for line in lines:
                self.taken(line)
        for user in self.erasing:
            status, answer = insist(self.service, lambda: client.send("DELETE", path_of(user)))
            if status not in (200, 404):
                raise Broken(f"the erasure of {user}, asked for again, was answered {status}: {answer}")
            self.erased(user)
        self.erasing = []
        # Whatever came before this is visible when it is.
        for number in range(8):
            probe = {"user_id": f"probe{number}", "item_id": "i0", "ts": 1700000000, "qty": 1,
                     "event_id": f"p{self.round}"}
            status, answer = insist(self.service, lambda: post_events(client, [probe], wait=True))
            if status != 202:
                raise Broken(f"an event was answered {status}: {answer}")
            self.taken(probe)

    def forget_models(self):
        if len(self.models.trained()) > TRAINED_MODELS_MAX:
            self.models.forget_trained()

    def check_models(self, client):
        """And goes on with a model whose scores the oracle knows."""
        current = check_current(client, self.models, self.current)
        if self.trained or self.round % FULL_CHECK_EVERY == 0:
            check_trainings(self.freshet, self.service, self.models, self.gone)
            self.trained = False
        if current not in ALL:
            insist(self.service, lambda: (self.activate(client, EXACT[0]), None))
            current = check_current(client, self.models, {EXACT[0]})
        self.current = {current}

    def compare(self, client, dice):
        oracle = self.oracle
        self.check_models(client)
        everybody = self.round % FULL_CHECK_EVERY == 0
        known = sorted(set(oracle.histories) | oracle.changed)
        users = known if everybody else sorted(oracle.changed | set(dice.sample(known, min(5, len(known)))))
        for user in users:
            check_history(client, oracle, user)
            check_vector(client, oracle, self.models, user)
        oracle.changed.clear()
        check_counts(self.freshet, self.service, oracle)
        if everybody or self.round % 10 == 0:
            check_popularity(client, oracle)
        check_traces(self.service, self.buried)
        self.buried = []
        if self.round % BACKUP_CHECK_EVERY == 0:
            self.back_up(client, dice)
            check_backup(self.freshet, self.service, self.backups, oracle)
            shutil.rmtree(self.backups)
            self.backups.mkdir()

    def finish(self):
        """Everybody once more, and an orderly end."""
        self.round = 0
        if not self.service.running():
            self.service.start()
        client = self.service.client()
        self.compare(client, self.traffic.generator("end"))
        client.close()
        if self.service.stop() != 0:
            raise Broken("the service did not stop in order")

    def abandon(self):
        self.traffic_flows = False
        if self.service.running():
            self.service.kill()

    def summary(self):
        return (f"{self.oracle.events()} events of {len(self.oracle.users())} users, {self.told['kills']} kills, "
                f"{self.told['operations']} operations, {self.told['trainings']} trainings, "
                f"{self.told['activations']} activations of what they made ({self.told['cut_off']} cut off), "
                f"{self.told['erased']} erasures, {self.told['answered']} answers")
