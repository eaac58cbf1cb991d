"""CloudWatch: a client, and servers whose clock stands."""

import pytest

from conformance.cloudwatch.moments import START


@pytest.fixture
def cloudwatch(client):
    return client("cloudwatch")


@pytest.fixture
def frozen(own_server):
    """A server of one's own at START; advance its clock by server.clock.advance("60s")."""
    return own_server("--clock", f"frozen@{START.strftime('%Y-%m-%dT%H:%M:%SZ')}")
