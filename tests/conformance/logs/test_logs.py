"""CloudWatch Logs: groups, streams, events, as boto3 sees them."""

import time

import pytest
from botocore.exceptions import ClientError

DAY_MS = 24 * 3600 * 1000


def now_ms():
    return int(time.time() * 1000)


def refusal(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]


def put(logs, group, stream, *messages, at=None):
    at = now_ms() if at is None else at
    return logs.put_log_events(
        logGroupName=group,
        logStreamName=stream,
        logEvents=[{"timestamp": at + i, "message": message} for i, message in enumerate(messages)],
    )


def texts(reply):
    return [event["message"] for event in reply["events"]]


def test_groups(logs, unique):
    name = unique("/groups/one")
    logs.create_log_group(logGroupName=name, tags={"team": "blue"})
    assert refusal(logs.create_log_group, logGroupName=name) == (
        "ResourceAlreadyExistsException",
        "The specified log group already exists",
    )
    (shown,) = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    assert shown["arn"] == shown["logGroupArn"] + ":*"
    assert shown["storedBytes"] == 0 and "retentionInDays" not in shown
    logs.put_retention_policy(logGroupName=name, retentionInDays=7)
    assert logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]["retentionInDays"] == 7
    logs.delete_retention_policy(logGroupName=name)
    assert "retentionInDays" not in logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]
    assert refusal(logs.put_retention_policy, logGroupName=name, retentionInDays=2)[0] == "InvalidParameterException"

    arn = shown["logGroupArn"]
    logs.tag_resource(resourceArn=arn, tags={"more": "1"})
    logs.untag_resource(resourceArn=arn, tagKeys=["team"])
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"more": "1"}

    logs.delete_log_group(logGroupName=name)
    missing = ("ResourceNotFoundException", "The specified log group does not exist.")
    assert refusal(logs.delete_log_group, logGroupName=name) == missing
    assert refusal(logs.create_log_stream, logGroupName=name, logStreamName="s") == missing
    assert refusal(logs.filter_log_events, logGroupName=name) == missing


def test_groups_page_and_match(logs, unique):
    prefix = unique("/paged")
    for i in range(3):
        logs.create_log_group(logGroupName=f"{prefix}/{i}")
    pages = logs.get_paginator("describe_log_groups").paginate(
        logGroupNamePrefix=prefix, PaginationConfig={"PageSize": 2}
    )
    assert [g["logGroupName"] for page in pages for g in page["logGroups"]] == [f"{prefix}/{i}" for i in range(3)]
    found = logs.describe_log_groups(logGroupNamePattern=f"{prefix[1:]}/2")["logGroups"]
    assert [g["logGroupName"] for g in found] == [f"{prefix}/2"]
    assert refusal(logs.describe_log_groups, nextToken="nonsense")[0] == "InvalidParameterException"


def test_streams(logs, group):
    for name in ("a", "b", "c"):
        logs.create_log_stream(logGroupName=group, logStreamName=name)
    assert refusal(logs.create_log_stream, logGroupName=group, logStreamName="a") == (
        "ResourceAlreadyExistsException",
        "The specified log stream already exists",
    )
    at = now_ms()
    put(logs, group, "b", "one", "two", at=at)
    names = [s["logStreamName"] for s in logs.describe_log_streams(logGroupName=group, descending=True)["logStreams"]]
    assert names == ["c", "b", "a"]
    latest = logs.describe_log_streams(logGroupName=group, orderBy="LastEventTime", descending=True, limit=1)
    (shown,) = latest["logStreams"]
    assert (shown["logStreamName"], shown["firstEventTimestamp"], shown["lastEventTimestamp"]) == ("b", at, at + 1)
    assert shown["arn"].endswith(f":log-group:{group}:log-stream:b")
    assert latest["nextToken"]
    logs.delete_log_stream(logGroupName=group, logStreamName="b")
    assert texts(logs.filter_log_events(logGroupName=group)) == []
    assert refusal(logs.get_log_events, logGroupName=group, logStreamName="b") == (
        "ResourceNotFoundException",
        "The specified log stream does not exist.",
    )


def test_get_log_events_walks_both_ways(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    put(logs, group, "s", *[f"m{i}" for i in range(5)])
    where = {"logGroupName": group, "logStreamName": "s", "limit": 2}
    first = logs.get_log_events(**where, startFromHead=True)
    assert texts(first) == ["m0", "m1"]
    second = logs.get_log_events(**where, startFromHead=True, nextToken=first["nextForwardToken"])
    assert texts(second) == ["m2", "m3"]
    third = logs.get_log_events(**where, startFromHead=True, nextToken=second["nextForwardToken"])
    fourth = logs.get_log_events(**where, startFromHead=True, nextToken=third["nextForwardToken"])
    assert texts(third) == ["m4"] and texts(fourth) == []
    assert fourth["nextForwardToken"] == third["nextForwardToken"]
    assert texts(logs.get_log_events(**where, nextToken=second["nextBackwardToken"])) == ["m0", "m1"]
    assert texts(logs.get_log_events(**where)) == ["m3", "m4"]
    assert refusal(logs.get_log_events, **where, nextToken="f/nonsense") == (
        "InvalidParameterException",
        "The specified nextToken is invalid.",
    )


def test_what_put_log_events_refuses(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    at = now_ms()
    where = {"logGroupName": group, "logStreamName": "s"}
    event = lambda ms, message="m": {"timestamp": ms, "message": message}
    code, message = refusal(logs.put_log_events, **where, logEvents=[event(at), event(at - 1)])
    assert (code, message) == (
        "InvalidParameterException",
        "Log events in a single PutLogEvents request must be in chronological order.",
    )
    code, message = refusal(logs.put_log_events, **where, logEvents=[event(at, "x" * 600_000)] * 2)
    assert code == "InvalidParameterException" and message.startswith("Upload too large: 1200052 bytes exceeds limit")
    code, message = refusal(logs.put_log_events, **where, logEvents=[event(at - 2 * DAY_MS), event(at)])
    assert "cannot span more than 24 hours" in message
    reply = logs.put_log_events(
        **where, logEvents=[event(at - 20 * DAY_MS), event(at), event(at + 3 * 3600 * 1000)], sequenceToken="anything"
    )
    assert reply["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1, "tooNewLogEventStartIndex": 2}
    assert reply["nextSequenceToken"]
    assert len(texts(logs.filter_log_events(logGroupName=group))) == 1


def test_filter_as_tail_does(logs, group):
    for name in ("a", "b"):
        logs.create_log_stream(logGroupName=group, logStreamName=name)
    at = now_ms() - 10_000
    put(logs, group, "a", "START", "ERROR one", at=at)
    put(logs, group, "b", '{"level":"ERROR","n":5}', at=at + 10)
    reply = logs.filter_log_events(logGroupName=group, startTime=at - 1, interleaved=True)
    assert texts(reply) == ["START", "ERROR one", '{"level":"ERROR","n":5}']
    assert reply["searchedLogStreams"] == []
    assert len({event["eventId"] for event in reply["events"]}) == 3
    assert reply["events"][2]["logStreamName"] == "b"
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupIdentifier=group, PaginationConfig={"PageSize": 1}
    )
    assert sum(len(page["events"]) for page in pages) == 3
    assert texts(logs.filter_log_events(logGroupName=group, logStreamNamePrefix="b")) == ['{"level":"ERROR","n":5}']
    assert texts(logs.filter_log_events(logGroupName=group, logStreamNames=["a"], endTime=at)) == ["START"]
    assert texts(logs.filter_log_events(logGroupName=group, filterPattern="ERROR -level")) == ["ERROR one"]
    assert texts(logs.filter_log_events(logGroupName=group, filterPattern="{ $.n > 4 }")) == ['{"level":"ERROR","n":5}']
    code, _ = refusal(logs.filter_log_events, logGroupName=group, logGroupIdentifier=group)
    assert code == "InvalidParameterException"


def test_retention_follows_the_clock(own_server):
    server = own_server("--clock", "frozen@2026-03-01T12:00:00Z")
    logs = server.client("logs")
    logs.create_log_group(logGroupName="g")
    logs.create_log_stream(logGroupName="g", logStreamName="s")
    put(logs, "g", "s", "kept a day", at=1772366400000)
    logs.put_retention_policy(logGroupName="g", retentionInDays=1)
    server.clock.advance("23h")
    assert texts(logs.filter_log_events(logGroupName="g")) == ["kept a day"]
    server.clock.advance("49h")
    assert texts(logs.filter_log_events(logGroupName="g")) == []
    assert logs.describe_log_groups()["logGroups"][0]["storedBytes"] == 0
