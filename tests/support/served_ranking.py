#!/usr/bin/env python3
"""Checks a running service against NumPy: the list it serves for a user must be, id for id and score to 1e-4, what the
model directory and that user's events say.

    python3 tests/support/served_ranking.py http://127.0.0.1:8000 artifacts/cf/als/20261123_v1 17850 [user ...]
"""
import json
import sys
import urllib.parse
import urllib.request

import numpy as np


def get(url):
    with urllib.request.urlopen(url) as answer:
        return json.load(answer)


def strengths(service, user):
    """Sum of the quantities per item over the user's whole retained history."""
    sums, before = {}, None
    while True:
        page = get(f"{service}/v1/users/{urllib.parse.quote(user, safe='')}/events?limit=1000"
                   + (f"&before={before}" if before else ""))
        for event in page["events"]:
            sums[event["item_id"]] = sums.get(event["item_id"], 0) + event["qty"]
        before = page["next"]
        if before is None:
            return sums


def ranking(model, sums, k):
    """Hu, Koren, Volinsky 2008, eq. 4, for one user; best first, without what was seen."""
    params = json.load(open(f"{model}/als_params.json"))
    rows = json.load(open(f"{model}/item_mapping.json"))
    Y = np.load(f"{model}/als_V.npy").astype(np.float64)
    taste = {rows[item]: strength for item, strength in sums.items() if item in rows and strength > 0}
    ids, r = np.array(list(taste), dtype=int), np.array(list(taste.values()), dtype=np.float64)
    c = {"linear": lambda: 1 + params["alpha"] * r,
         "log": lambda: 1 + params["alpha"] * np.log1p(r / params["epsilon"]),
         "binary": lambda: 1 + params["alpha"] * np.ones_like(r),
         "implicit": lambda: params["alpha"] * r}[params["confidence"]]()
    c = c * len(r) ** -params.get("confidence_user_exponent", 0)
    if params.get("confidence_item_exponent", 0):
        c = c * np.load(f"{model}/als_item_confidence_scale.npy")[ids]
    w0, n = params.get("unobserved_weight", 1), len(r)
    scale = (n + w0 * len(Y)) ** params.get("regularization_exponent", 0)
    A = w0 * Y.T @ Y + (Y[ids].T * (c - w0)) @ Y[ids] + params["regularization"] * scale * np.eye(Y.shape[1])
    x = np.linalg.solve(A, Y[ids].T @ c)
    scores = Y @ x
    scores[[rows[item] for item in sums if item in rows]] = -np.inf
    names = {row: item for item, row in rows.items()}
    return [(names[row], scores[row]) for row in np.argsort(-scores, kind="stable")[:k]]


def main():
    service, model, users = sys.argv[1], sys.argv[2], sys.argv[3:]
    for user in users:
        served = get(f"{service}/recommend?user_id={urllib.parse.quote(user, safe='')}&k=20")["recommendations"]
        expected = ranking(model, strengths(service, user), 20)
        assert len(served) == len(expected), f"{user}: {len(served)} items served, {len(expected)} expected"
        for place, (item, (item_id, score)) in enumerate(zip(served, expected), 1):
            assert item["item_id"] == item_id, f"{user}, place {place}: served {item['item_id']}, expected {item_id}"
            assert abs(item["score"] - score) <= 1e-4, f"{user}, {item_id}: served {item['score']}, expected {score}"
        print(f"{user}: {len(served)} items, ids and scores equal")


if __name__ == "__main__":
    main()
