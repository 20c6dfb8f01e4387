"""Runs scim2-tester: discovery, then create, read, replace, delete and PATCH of every advertised attribute."""

import re

from common import deliver, result, server
from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

# Fine, recommended, and optional but right. `DEVIATION` is a SHOULD that the server does not follow.
PASSED = {Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE}


def name_of(one):
    """The check, the resource type and the attribute: a reason also holds random values and ids."""
    attribute = one.data.get("urn") if isinstance(one.data, dict) else None
    return " ".join(part for part in (one.title, one.resource_type, attribute) if part)


def outcome_of(one):
    if one.status in PASSED:
        return "passed"
    return "skipped" if one.status is Status.SKIPPED else "failed"


def detail_of(one):
    """The reason, and what came back where the reason does not say."""
    detail = f"{one.status.name.lower()}: {re.sub(chr(10) + '+', ' ', one.reason or '')}"
    told = one.status in PASSED or one.data is None or isinstance(one.data, dict)
    return detail if told else f"{detail} {str(one.data)[:1000]}"


def main():
    url, token = server()
    with Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60) as http:
        results = check_server(SyncSCIMClient(http))
    deliver([result(name_of(one), outcome_of(one), detail_of(one)) for one in results])


main()
