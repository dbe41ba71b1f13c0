#!/usr/bin/env python3
"""Holds a running service to its own description: /openapi.json is a valid OpenAPI 3.1 document, and Schemathesis,
which makes requests from it, right ones and wrong ones, finds no answer that the description does not allow.

    $(tools/python-env tests/integration/requirements.txt) tests/integration/api_contract.py build/release/freshet

--examples N   requests of each operation in each mode (3)
--seed N       of the requests (1); the same seed makes the same ones
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from openapi_spec_validator import OpenAPIV31SpecValidator

from shop_service import Service, make_shop

KEY = "a-key-for-every-scope-0123456789"

# Would end the service, or stop the ingestion that other answers wait for. Their answers have tests of their own.
LEFT_OUT = ["/v1/control/drain", "/v1/control/pause"]


def check_document(service):
    document = json.loads(service.ask("/openapi.json")[2])
    problems = list(OpenAPIV31SpecValidator(document).iter_errors())
    if problems:
        service.fail("openapi.json is not valid:\n" + "\n".join(str(each) for each in problems))
    print(f"openapi.json is valid: {len(document['paths'])} paths")


def check_answers(service, directory, examples, seed):
    here = pathlib.Path(__file__).parent
    # One worker: Python 3.11 counts the depth of its parser for all threads together, and fails when two parse at once.
    command = [os.path.join(os.path.dirname(sys.executable), "schemathesis"), "--config-file",
               str(here / "schemathesis.toml"), "run", service.url + "/openapi.json",
               "--header", f"Authorization: Bearer {KEY}", "--max-examples", str(examples),
               "--seed", str(seed), "--workers", "1", "--request-timeout", "30", "--no-color"]
    for path in LEFT_OUT:
        command += ["--exclude-path", path]
    environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    environment["PYTHONPATH"] = str(here)
    done = subprocess.run(command, cwd=directory, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True)
    print(done.stdout)
    if done.returncode != 0:
        service.fail(f"Schemathesis found answers that the description does not allow (seed {seed})")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("freshet", type=pathlib.Path)
    arguments.add_argument("--examples", type=int, default=3)
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    freshet = str(given.freshet.resolve())
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        make_shop(freshet, directory)
        # With a key, so that it is seen whether every operation asks for one where it says so.
        service = Service(freshet, directory, {KEY: ["read", "ingest", "admin"]})
        try:
            service.await_ready()
            check_document(service)
            check_answers(service, directory, given.examples, given.seed)
            service.stop()
        finally:
            service.process.kill()


if __name__ == "__main__":
    main()
