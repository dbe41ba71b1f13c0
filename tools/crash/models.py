"""Models in the service's file format, written here, and their exact scores.

Two of item-item weights whose scores the oracle computes without rounding, and one of factors, whose users' vectors
are least squares: those are compared with the service's own answer for the oracle's history.
"""
import json
import random
import shutil
import struct
from fractions import Fraction
from pathlib import Path

EXACT = ("ease_20200101_v1", "ease_20200101_v2")
LEAST_SQUARES = "als_20200101_v1"
ALL = (*EXACT, LEAST_SQUARES)


def write_npy(path, rows):
    header = str({"descr": "<f4", "fortran_order": False, "shape": (len(rows), len(rows[0]))})
    header += " " * (-(len(header) + 11) % 64) + "\n"
    flat = [value for row in rows for value in row]
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() +
                     struct.pack(f"<{len(flat)}f", *flat))


class Models:
    def __init__(self, artifacts: Path, items):
        """Writes the models and the registry, unless they are there."""
        self.artifacts = artifacts
        self.items = items
        self.weights = {}
        registry = {"models": {}, "current_best": {"model_id": EXACT[0]}}
        for model_id in ALL:
            kind, version = model_id.split("_", 1)
            directory = artifacts / kind / version
            dice = random.Random(model_id)
            square = [[0 if row == column else dice.randrange(-64, 65) / 64 for column in range(len(items))]
                      for row in range(len(items))]
            if model_id in EXACT:
                self.weights[model_id] = square
            registry["models"][model_id] = {"model_type": kind, "version": version, "path": f"{kind}/{version}",
                                            "status": "active"}
            if directory.exists():
                continue
            directory.mkdir(parents=True)
            (directory / "item_mapping.json").write_text(json.dumps({item: row for row, item in enumerate(items)}))
            if kind == "ease":
                write_npy(directory / "ease_B.npy", square)
                (directory / "ease_params.json").write_text('{"entries": "weighted"}')
            else:
                write_npy(directory / "als_U.npy", [[0.5] * 8])
                write_npy(directory / "als_V.npy", [row[:8] for row in square])
                (directory / "als_params.json").write_text(
                    '{"factors": 8, "regularization": 0.5, "alpha": 2, "confidence": "linear"}')
                (directory / "user_mapping.json").write_text('{"nobody": 0}')
        if not (artifacts / "registry.json").exists():
            (artifacts / "registry.json").write_text(json.dumps(registry))

    def registry(self):
        return json.loads((self.artifacts / "registry.json").read_text())

    def current(self):
        """Id of the one that serves."""
        current = self.registry()["current_best"]
        return current["model_id"] if isinstance(current, dict) else current

    def trained(self, usable=False):
        """Directories of those that the service has trained, by id; with `usable` without those that its quality gate
        refused."""
        return {model_id: self.artifacts / entry["path"] for model_id, entry in self.registry()["models"].items()
                if model_id not in ALL and not (usable and entry["status"] == "failed")}

    def forget_trained(self):
        """All but the one that serves, while nobody uses them."""
        registry = self.registry()
        current = self.current()
        for model_id, directory in self.trained().items():
            if model_id == current:
                continue
            shutil.rmtree(directory, ignore_errors=True)
            del registry["models"][model_id]
        (self.artifacts / "registry.json").write_text(json.dumps(registry))

    def scores(self, model_id, strengths):
        """Item -> score, exact."""
        rows = [(self.items.index(item), value) for item, value in strengths.items() if item in self.items]
        weights = self.weights[model_id]
        return {item: sum((value * Fraction(weights[row][column]) for row, value in rows), Fraction())
                for column, item in enumerate(self.items)}
