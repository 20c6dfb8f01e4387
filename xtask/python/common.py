"""What the runners of the third-party checks share: where the server is, and how a result is handed back.

A runner is started with one argument, the file to write its results to: a JSON array of objects with `check` (a name
that is the same in every run), `outcome` (`passed`, `failed`, `skipped`) and `detail`. What it prints is for people.
"""

import json
import os
import sys


def server():
    """Base URL and bearer token. They come by the environment, so that no list of processes shows the token."""
    return os.environ["CONFORMANCE_URL"].rstrip("/"), os.environ["CONFORMANCE_TOKEN"]


def result(check, outcome, detail=""):
    """One result. Two of the same name are told apart by `deliver`."""
    return {"check": check, "outcome": outcome, "detail": detail or ""}


def deliver(results):
    """Writes the results. Equal names get a number, so that an exception names one of them only."""
    seen = {}
    for one in results:
        name = one["check"]
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            one["check"] = f"{name} #{seen[name]}"
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(results, file)
