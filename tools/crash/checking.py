"""Compares what a service holds and answers with the oracle, byte for byte."""
import json
import shutil
import struct
import subprocess
from pathlib import Path

import models
from sending import listed, recommend
from service import Broken
from oracle import line_of


def single(value):
    """The bytes of a number in single precision."""
    return struct.pack("<f", float(value))


def history_of(client, user):
    events = listed(client, user)
    if events is None:
        return []
    times = [event["ts"] for event in events]
    if times != sorted(times, reverse=True):
        raise Broken(f"the events of {user} are not listed newest first")
    return sorted(map(line_of, events))


def check_history(client, oracle, user):
    seen = history_of(client, user)
    oracle.settle(user, seen)
    wanted = oracle.lines(user)
    if seen != wanted:
        missing = [line for line in wanted if line not in seen][:3]
        extra = [line for line in seen if line not in wanted][:3]
        raise Broken(f"{user} has {len(seen)} events, not {len(wanted)}; missing {missing}, unexpected {extra}")


def scores_of(client, asked, items):
    """Of the items that the model was trained with: others may get a row at any moment."""
    status, answer = recommend(client, {**asked, "k": 1000, "exclude_seen": False})
    if status != 200:
        raise Broken(f"recommendations for {asked} were answered {status}: {answer}")
    scores = {each["item_id"]: single(each["score"]) for each in answer["recommendations"]}
    return answer, {item: score for item, score in scores.items() if item in items}


def check_vector(client, oracle, written, user):
    """A user's vector is told by the scores of the whole catalogue."""
    strengths = oracle.strengths(user)
    answer, seen = scores_of(client, {"user_id": user}, written.items)
    if not any(item in written.items for item in strengths):
        if not answer["is_fallback"]:
            raise Broken(f"nothing is known of {user}, yet the model answered")
        return
    model = answer["model_id"]
    if model in models.EXACT:
        wanted = {item: single(score) for item, score in written.scores(model, strengths).items()}
    else:
        history = [{"item_id": item, "weight": float(value)} for item, value in strengths.items()]
        told, wanted = scores_of(client, {"history": history}, written.items)
        if told["model_id"] != model:
            raise Broken(f"the model changed from {model} to {told['model_id']} by itself")
    if seen != wanted:
        item = next(item for item in wanted if seen.get(item) != wanted[item])
        raise Broken(f"{user}: the score of {item} under {model} is {seen.get(item)}, not {wanted[item]}")


def told_by(freshet, service, *arguments):
    shown = subprocess.run([freshet, *arguments], capture_output=True, text=True, cwd=service.directory)
    if shown.returncode != 0:
        raise Broken(f"{arguments[0]} failed: {shown.stderr}")
    return shown.stdout


def check_counts(freshet, service, oracle, dead_letters_max=0):
    """Counts of a service that rests, read beside it by another process."""
    counts = json.loads(told_by(freshet, service, "inspect", "--db", service.database, "--json"))
    if counts["events"] != oracle.events():
        raise Broken(f"the store counts {counts['events']} events, not {oracle.events()}")
    if counts["dead_letters"] > dead_letters_max:
        raise Broken(f"{counts['dead_letters']} dead letters wait, not {dead_letters_max}")
    return counts


def check_popularity(client, oracle):
    """Events per item, returns left out."""
    status, answer = client.send("GET", "/v1/popular?window=all&k=1000")
    if status != 200:
        raise Broken(f"/v1/popular was answered {status}")
    seen = {each["item_id"]: each["events"] for each in answer["items"]}
    wanted = {}
    for history in oracle.histories.values():
        for event in history.values():
            if event["qty"] > 0:
                wanted[event["item_id"]] = wanted.get(event["item_id"], 0) + 1
    if seen != wanted:
        raise Broken(f"popularity differs: {sorted(set(seen.items()) ^ set(wanted.items()))[:6]}")


def check_traces(service, users):
    """No file of the database or the models names an erased user."""
    if not users:
        return
    wanted = [user.encode() for user in users]
    for path in [*service.database.rglob("*"), *(service.directory / "artifacts").rglob("*")]:
        try:
            content = path.read_bytes() if path.is_file() else b""
        except FileNotFoundError:  # a compaction removed it meanwhile
            continue
        for user in wanted:
            if user in content:
                raise Broken(f"{path} still names {user.decode()}, who was erased")


def check_current(client, written, wanted):
    """The registry's current model is one of those that it may be, and answers; returns its id."""
    current = written.current()
    if current not in wanted:
        raise Broken(f"the registry's current model is {current}, not one of {sorted(wanted)}")
    status, answer = recommend(client, {"history": [{"item_id": item, "weight": 1} for item in written.items], "k": 1,
                                        "exclude_seen": False})
    if status != 200 or answer["model_id"] != current or answer["is_fallback"]:
        raise Broken(f"{current} is the current model, and a request was answered {status}: {answer}")
    return current


def trainings_of(service):
    """Processes that train from this database."""
    wanted = str(service.database).encode()
    found = []
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0") if entry.name.isdigit() else []
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        if b"train" in words[1:2] and any(wanted in word for word in words):
            found.append(entry.name)
    return found


def check_trainings(freshet, service, written, gone):
    """After a death in the midst of one: nobody trains on, nothing half made is left, every registered model loads and
    knows nobody who was erased."""
    if orphans := trainings_of(service):
        raise Broken(f"trainings of a service that died go on: {orphans}")
    if left := [path for path in written.artifacts.rglob(".*.saving")]:
        raise Broken(f"a training that died left {left}")
    told_by(freshet, service, "model", "validate", "--model-dir", written.artifacts)
    for model_id, directory in written.trained().items():
        for mapping in directory.rglob("user_mapping.json"):
            if known := gone.intersection(json.loads(mapping.read_text())):
                raise Broken(f"the model {model_id} knows {sorted(known)[:3]}, who were erased")


def check_backup(freshet, service, backups, oracle):
    """Every backup is whole, those made before deaths too; the newest, of a service at rest, holds what the oracle
    knows."""
    told_by(freshet, service, "backup", "verify", "--to", backups)
    restored = service.directory / "restored"
    told_by(freshet, service, "restore", "--from", backups, "--db", restored)
    counts = json.loads(told_by(freshet, service, "inspect", "--db", restored, "--json"))
    shutil.rmtree(restored)
    if counts["events"] != oracle.events():
        raise Broken(f"the backup holds {counts['events']} events, not {oracle.events()}")
