"""Runs `storage_contract.py` under pytest and collects what it reports."""

import pathlib
import sys

import pytest
from common import deliver, result, server
from httpx2 import Client

SUITE = pathlib.Path(__file__).with_name("storage_contract.py")


class Results:
    """Collects what pytest reports."""

    def __init__(self):
        self.results = []

    def pytest_runtest_logreport(self, report):
        name = report.nodeid.split("::")[-1]
        if report.failed:
            lines = [line for line in report.longreprtext.splitlines() if line.startswith(("E ", ">"))]
            self.results.append(result(name, "failed", "\n".join(lines) or report.longreprtext))
        elif report.skipped:
            self.results.append(result(name, "skipped", str(report.longrepr[2]).removeprefix("Skipped: ")))
        elif report.when == "call":
            self.results.append(result(name, "passed"))


def occupied():
    """What is in the way, if anything: the contract counts what it finds."""
    url, token = server()
    with Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60) as http:
        for path in ("/Users", "/Groups"):
            total = http.get(path, params={"count": 0}).json().get("totalResults")
            if total != 0:
                return f"the contract needs a server without users and groups, and {path} has {total}"
    return None


def main():
    if reason := occupied():
        deliver([result("storage contract", "skipped", reason)])
        return
    collected = Results()
    # No settings but these, and no files left beside the suite.
    options = ["--tb=long", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", str(SUITE.parent)]
    code = pytest.main([str(SUITE), *options], plugins=[collected])
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        sys.exit(f"pytest ended with {code!r} before the contract was checked")
    deliver(collected.results)


main()
