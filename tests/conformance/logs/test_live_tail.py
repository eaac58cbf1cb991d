"""StartLiveTail: an event stream of what comes in."""

import pytest
from support.aws import refusal


@pytest.fixture
def tailing(server):
    # The model puts "stream-" in front of the host's name, which no local name answers to.
    return server.client("logs", read_timeout=60)


def arn_of(logs, group):
    return logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]["logGroupArn"]


def test_events_come_as_they_are_put(logs, tailing, group, put):
    arn = arn_of(logs, group)
    put(group, "ERROR before")
    stream = tailing.start_live_tail(logGroupIdentifiers=[arn], logEventFilterPattern="ERROR")["responseStream"]
    events = iter(stream)
    start = next(events)["sessionStart"]
    assert start["logGroupIdentifiers"] == [arn] and start["logEventFilterPattern"] == "ERROR"
    at = put(group, "fine", "ERROR after")
    seen = []
    for event in events:
        update = event["sessionUpdate"]
        assert update["sessionMetadata"]["sampled"] is False
        seen += update["sessionResults"]
        if seen:
            break
    stream.close()
    (one,) = seen
    assert (one["message"], one["timestamp"], one["logStreamName"]) == ("ERROR after", at + 1, "s")
    assert one["logGroupIdentifier"] == arn and one["ingestionTime"] >= at - 1000


def test_streams_are_chosen(logs, tailing, group, put):
    put(group, "m", stream="a/1")
    stream = tailing.start_live_tail(logGroupIdentifiers=[arn_of(logs, group)], logStreamNamePrefixes=["b/"])[
        "responseStream"
    ]
    events = iter(stream)
    next(events)
    put(group, "no", stream="a/1")
    put(group, "yes", stream="b/1")
    seen = []
    while not seen:
        seen = next(events)["sessionUpdate"]["sessionResults"]
    stream.close()
    assert [one["message"] for one in seen] == ["yes"]


def test_what_is_refused(logs, tailing, group, put):
    arn = arn_of(logs, group)
    call = tailing.start_live_tail
    assert refusal(call, logGroupIdentifiers=[arn + "-none"])[0] == "ResourceNotFoundException"
    assert refusal(call, logGroupIdentifiers=[arn], logEventFilterPattern="[a")[0] == "InvalidParameterException"
    both = {"logStreamNames": ["s"], "logStreamNamePrefixes": ["s"]}
    assert refusal(call, logGroupIdentifiers=[arn], **both)[0] == "InvalidParameterException"
    assert refusal(call, logGroupIdentifiers=[arn], logStreamNames=["none"])[0] == "ResourceNotFoundException"
