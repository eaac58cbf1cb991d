"""Schedules for the tests of this folder."""

import pytest

from support.aws import allow
from support.schedules import OFF, make_role, make_table, tick_target


@pytest.fixture(scope="session")
def role(server):
    """May put items."""
    return make_role(server, "scheduler-tests", allow("dynamodb:PutItem"))


@pytest.fixture
def scheduler(client):
    return client("scheduler")


@pytest.fixture
def schedule(scheduler, role, unique):
    """schedule(ScheduleExpression=…) -> its name; gone after the test."""
    made = []

    def make(**given):
        arguments = {
            "Name": unique("schedule"),
            "ScheduleExpression": "cron(0 0 1 1 ? 2199)",
            "FlexibleTimeWindow": OFF,
            "Target": tick_target(role, "t"),
        }
        arguments.update(given)
        scheduler.create_schedule(**arguments)
        made.append({key: arguments[key] for key in ("Name", "GroupName") if key in arguments})
        return arguments["Name"]

    yield make
    for one in made:
        try:
            scheduler.delete_schedule(**one)
        except scheduler.exceptions.ResourceNotFoundException:
            pass


@pytest.fixture
def frozen(own_server):
    """frozen("2026-03-28T00:00:00Z"): a server of one's own at that time, with a table and a role that may write it."""

    def make(at):
        server = own_server("--clock", f"frozen@{at}")
        server.flags = ()  # started again, it goes on from where its clock stood
        make_table(server)
        make_role(server, "writer", allow("dynamodb:PutItem"))
        return server

    return make
