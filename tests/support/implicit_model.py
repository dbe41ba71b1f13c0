#!/usr/bin/env python3
"""Checks that a model trained by the Python package `implicit` and written with NumPy is served as it is: generates a
shop, trains with implicit, serves the arrays with freshet, and compares every list with implicit's own.

    python3 -m venv venv && venv/bin/pip install implicit
    venv/bin/python tests/support/implicit_model.py build/release/freshet als
    venv/bin/python tests/support/implicit_model.py build/release/freshet bpr
"""
import csv
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import implicit.als
import implicit.bpr
import numpy as np
import scipy.sparse


def read_events(path):
    """Sum of the quantities by user and item, ids as rows, as a sparse matrix."""
    users, items, sums = {}, {}, {}
    with open(path, newline="") as file:
        for event in csv.DictReader(file):
            key = (users.setdefault(event["user_id"], len(users)), items.setdefault(event["item_id"], len(items)))
            sums[key] = sums.get(key, 0) + float(event.get("qty") or 1)
    kept = [(u, i, s) for (u, i), s in sums.items() if s > 0]
    u, i, s = (np.array(column) for column in zip(*kept))
    matrix = scipy.sparse.csr_matrix((s.astype(np.float32), (u, i)), shape=(len(users), len(items)))
    return users, items, matrix


def train(family, matrix):
    if family == "als":
        model = implicit.als.AlternatingLeastSquares(factors=16, regularization=0.05, alpha=3.0, iterations=5,
                                                     use_gpu=False, random_state=1)
    else:
        model = implicit.bpr.BayesianPersonalizedRanking(factors=16, iterations=50, use_gpu=False, random_state=1)
    model.fit(matrix, show_progress=False)
    return model


def write(family, model, users, items, directory):
    os.makedirs(directory)
    np.save(f"{directory}/{family}_U.npy", model.user_factors)
    np.save(f"{directory}/{family}_V.npy", model.item_factors)
    params = {"factors": model.factors, "regularization": model.regularization, "iterations": model.iterations}
    if family == "als":
        params |= {"alpha": model.alpha, "confidence": "implicit"}
    for name, content in (("user_mapping", users), ("item_mapping", items), (f"{family}_params", params)):
        with open(f"{directory}/{name}.json", "w") as file:
            json.dump(content, file)


def get(url):
    with urllib.request.urlopen(url) as answer:
        return json.load(answer)


def serve(program, root, directory):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    service = subprocess.Popen([program, "serve", "--model-dir", directory, "--db", f"{root}/db", "--port", str(port)],
                               cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(300):
        try:
            get(f"http://127.0.0.1:{port}/readyz")
            return service, f"http://127.0.0.1:{port}"
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise SystemExit("the service did not become ready")


def compare(service, family, model, users, items, matrix):
    names = {row: item for item, row in items.items()}
    differing, largest = 0, 0.0
    for user, row in users.items():
        # als: as implicit recalculates the user from the whole history. bpr has no such thing: the trained vector.
        rows, scores = model.recommend(row, matrix[row], N=10, recalculate_user=family == "als")
        served = get(f"{service}/recommend?user_id={user}&k=10")["recommendations"]
        differing += [item["item_id"] for item in served] != [names[i] for i in rows[:len(served)]]
        largest = max([largest] + [abs(item["score"] - score) for item, score in zip(served, scores)])
    return differing, largest


def main():
    program, family = os.path.abspath(sys.argv[1]), sys.argv[2]
    with tempfile.TemporaryDirectory() as root:
        for command in (["generate", "--users", "500", "--items", "300", "--events", "20000", "--output", "."],
                        ["ingest", "--events", "events.csv", "--items", "items.csv", "--db", "db"]):
            subprocess.run([program, *command], cwd=root, check=True, stdout=subprocess.DEVNULL)
        users, items, matrix = read_events(f"{root}/events.csv")
        model = train(family, matrix)
        write(family, model, users, items, f"{root}/model")
        service, address = serve(program, root, f"{root}/model")
        try:
            differing, largest = compare(address, family, model, users, items, matrix)
        finally:
            service.send_signal(signal.SIGTERM)
            service.wait()
    print(f"{family}: {len(users)} users, {differing} lists differ, largest difference of a score {largest:.2g}")
    if family == "als" and (differing > 0 or largest > 1e-4):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
