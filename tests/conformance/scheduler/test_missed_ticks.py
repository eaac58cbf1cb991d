"""What becomes of ticks that fell into downtime: one policy for rules and schedules, none of them twice."""

import pytest

from support.aws import ACCOUNT, allow, eventually, refusal
from support.schedules import create, items, make_role, make_table
from support.server import REGION

BEGIN = "2026-01-01T00:30:00Z"
RULE = f"arn:aws:events:{REGION}:{ACCOUNT}:rule"
GROUP = f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule-group"
HOURLY = "cron(0 * * * ? *)"
# Down from 00:30 to 05:30:30.
EXPECTED = {
    "none": [],
    "latest": ["05:00"],
    "all:2h30m": ["04:00", "05:00"],
    "all:7d": ["01:00", "02:00", "03:00", "04:00", "05:00"],
}


def label(policy: str) -> str:
    return policy.replace(":", "-")


def down_until(server, until: str):
    server.stop()
    server.flags = ("--clock", f"frozen@{until}", *server.flags[2:])
    server.start()
    server.clock.advance("0s")  # all that is due has run
    return server


@pytest.fixture
def started(own_server):
    def make(*flags, at=BEGIN):
        server = own_server("--clock", f"frozen@{at}", *flags)
        make_table(server)
        make_role(server, "writer", allow("dynamodb:PutItem"))
        return server

    return make


def test_schedules_follow_the_tag_of_their_group(started):
    server = started()
    scheduler = server.client("scheduler")
    for policy in EXPECTED:
        scheduler.create_schedule_group(Name=label(policy), Tags=[{"Key": "orrery:catch-up", "Value": policy}])
        create(server, label(policy), HOURLY, GroupName=label(policy))
    create(server, "untagged", HOURLY)
    down_until(server, "2026-01-01T05:30:30Z")
    expected = [f"{label(policy)} 2026-01-01T{at}:00Z" for policy, ticks in EXPECTED.items() for at in ticks]
    assert items(server) == sorted([*expected, "untagged 2026-01-01T05:00:00Z"])
    server.kill()
    server.flags = ()
    server.start()
    ran = server.clock.advance("1h")
    assert len([one for one in ran if one["kind"] == "scheduler.invoke"]) == 5  # all go on with the next tick
    assert len(items(server)) == len(expected) + 1 + 5


def lines(server, group: str) -> list[str]:
    found = server.client("logs").filter_log_events(logGroupName=group)["events"]
    return [event["message"] for event in found]


def test_rules_follow_their_tag(started):
    server = started()
    events, logs = server.client("events"), server.client("logs")
    logs.put_resource_policy(
        policyName="events",
        policyDocument='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:*","Resource":"*",'
                       '"Principal":{"Service":["events.amazonaws.com","delivery.logs.amazonaws.com"]}}]}')
    for policy in EXPECTED:
        logs.create_log_group(logGroupName=f"/aws/events/{label(policy)}")
        events.put_rule(Name=label(policy), ScheduleExpression=HOURLY)
        events.tag_resource(ResourceARN=f"{RULE}/{label(policy)}", Tags=[{"Key": "orrery:catch-up", "Value": policy}])
        target = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/events/{label(policy)}"
        answer = events.put_targets(Rule=label(policy), Targets=[
            {"Id": "log", "Arn": target,
             "InputTransformer": {"InputPathsMap": {"at": "$.time"},
                                  "InputTemplate": '{"timestamp": 1767225600000, "message": "<at>"}'}}])
        assert answer["FailedEntryCount"] == 0, answer
    down_until(server, "2026-01-01T05:30:30Z")
    for policy, ticks in EXPECTED.items():
        found = sorted(lines(server, f"/aws/events/{label(policy)}"))
        assert found == [f"2026-01-01T{at}:00Z" for at in ticks], policy


@pytest.mark.parametrize(("flag", "ticks"), EXPECTED.items())
def test_the_servers_default(started, flag, ticks):
    server = started("--catch-up", flag)
    create(server, "hourly", HOURLY)
    create(server, "once", "at(2026-01-01T02:15:00)", ActionAfterCompletion="DELETE")
    down_until(server, "2026-01-01T05:30:30Z")
    once = ["once 2026-01-01T02:15:00Z"] if flag in ("latest", "all:7d") else []
    assert items(server) == sorted([f"hourly 2026-01-01T{at}:00Z" for at in ticks] + once)
    names = [one["Name"] for one in server.client("scheduler").list_schedules()["Schedules"]]
    assert names == ["hourly"]  # it has run, or never will


def test_a_tick_within_the_minute_is_not_missed(started):
    server = started("--catch-up", "none", at="2026-01-01T00:59:59Z")
    create(server, "hourly", HOURLY)
    down_until(server, "2026-01-01T01:00:59Z")
    assert items(server) == ["hourly 2026-01-01T01:00:00Z"]


def test_advancing_is_no_downtime(started):
    server = started("--catch-up", "none")
    create(server, "hourly", HOURLY)
    server.clock.advance("5h")
    assert len(items(server)) == 5


def test_killed_while_catching_up(started):
    """Each missed tick runs once, wherever the kill has come between."""
    server = started("--catch-up", "all:7d")
    create(server, "minutely", "cron(* * * * ? *)")
    server.stop()
    for at in ("2026-01-01T08:30:00Z", "2026-01-01T16:30:00Z", "2026-01-02T00:30:00Z"):
        server.flags = ("--clock", f"frozen@{at}", *server.flags[2:])
        server.start()
        eventually(lambda: len(items(server)) > 100)
        server.kill()
    server.start()
    server.clock.advance("0s")
    assert len(items(server)) == 24 * 60
    assert {one["ok"] for one in server.clock.advance("1m")} == {True}


def test_a_policy_that_is_none_is_refused(client, unique):
    name = unique("policy")
    tag = [{"Key": "orrery:catch-up", "Value": "all"}]
    expected = ("ValidationException", "The value 'all' of the tag orrery:catch-up is not valid: it is none, latest, or "
                                       "all: and a span of time, such as all:24h.")
    assert refusal(client("scheduler").create_schedule_group, Name=name, Tags=tag) == expected
    assert refusal(client("scheduler").tag_resource, ResourceArn=f"{GROUP}/default", Tags=tag) == expected
    events = client("events")
    assert refusal(events.put_rule, Name=name, ScheduleExpression="rate(1 day)", Tags=tag) == expected
    events.put_rule(Name=name, ScheduleExpression="rate(1 day)")
    assert refusal(events.tag_resource, ResourceARN=f"{RULE}/{name}", Tags=tag) == expected
    events.delete_rule(Name=name)


def test_no_trace_is_left_of_what_deletes_itself(started):
    server = started()
    make_role(server, "remover", allow("scheduler:DeleteSchedule"))
    create(server, "ephemeral", "cron(0 * * * ? *)", {
        "Arn": "arn:aws:scheduler:::aws-sdk:scheduler:deleteSchedule",
        "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/remover", "Input": '{"Name": "ephemeral"}'})
    ran = server.clock.advance("2h")
    assert [one["ok"] for one in ran if one["kind"] == "scheduler.invoke"] == [True]
    assert server.admin("GET", "/_orrery/schedules")["schedules"] == []
