"""Fixtures of the black-box tests: a running server, clients for it, names nobody else uses."""

import itertools
import time

import pytest

from support.server import BINARY, Server


@pytest.fixture(scope="session", autouse=True)
def binary():
    assert BINARY.exists(), f"{BINARY} is missing: run `make build` first"
    return BINARY


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """One server for all tests that do not need their own; its clock runs."""
    running = Server(tmp_path_factory.mktemp("orrery") / "data").start()
    yield running
    assert running.stop() == 0, running.log_text()[-2000:]


@pytest.fixture
def own_server(tmp_path):
    """Makes servers with their own data: own_server("--clock", "frozen@2026-03-01T00:00:00Z")."""
    made = []

    def make(*flags, data="data", start=True):
        one = Server(tmp_path / data, *flags)
        made.append(one)
        return one.start() if start else one

    yield make
    for one in made:
        if one.process is not None:
            one.stop()


@pytest.fixture
def client(server):
    return server.client


_counter = itertools.count()


@pytest.fixture
def unique():
    """unique("table") -> "table-3-…": a name that no other test uses."""
    return lambda stem="name": f"{stem}-{next(_counter)}-{time.time_ns() % 1_000_000_000}"
