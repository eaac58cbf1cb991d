"""Groups and events for the tests of this folder."""

import time

import pytest


@pytest.fixture
def logs(client):
    return client("logs")


@pytest.fixture
def group(logs, unique):
    name = unique("/test/group")
    logs.create_log_group(logGroupName=name)
    return name


@pytest.fixture
def put(logs):
    """put(group, "m1", "m2", stream="s", at=…): events a millisecond apart; the stream is made when there is none."""

    def put(group, *messages, stream="s", at=None):
        at = int(time.time() * 1000) if at is None else at
        try:
            logs.create_log_stream(logGroupName=group, logStreamName=stream)
        except logs.exceptions.ResourceAlreadyExistsException:
            pass
        events = [{"timestamp": at + i, "message": message} for i, message in enumerate(messages)]
        for begin in range(0, len(events), 5000):
            logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events[begin : begin + 5000])
        return at

    return put


@pytest.fixture
def ask(logs):
    """ask(group, "fields …") -> the rows as dicts without @ptr; ask.last is the whole answer."""
    from support.aws import eventually

    def ask(groups, text, around=None, **more):
        now = int(time.time()) if around is None else around
        names = [groups] if isinstance(groups, str) else groups
        started = logs.start_query(
            logGroupNames=names, startTime=now - 3600, endTime=now + 3600, queryString=text, **more
        )
        ended = ("Complete", "Failed", "Cancelled", "Timeout")

        def result():
            reply = logs.get_query_results(queryId=started["queryId"])
            return reply if reply["status"] in ended else None

        ask.id = started["queryId"]
        ask.last = eventually(result, 60)
        rows = [{cell["field"]: cell["value"] for cell in row} for row in ask.last["results"]]
        return [{name: value for name, value in row.items() if name != "@ptr"} for row in rows]

    return ask
