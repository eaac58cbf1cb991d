"""Batches of many lines, and searches over them: in which chunks they are stored is not to be seen."""

import random
import time

import pytest

MINUTE_MS = 60_000
COUNT = 6000


def line(number):
    return f"[INFO] request {number:08} of customer-{number * 7919 % 100_000:05} was answered in {number % 900} ms"


@pytest.fixture(scope="module")
def filled(server):
    """A group with three streams, whose batches overlap and come in any order: (its name, its lines in order)."""
    logs = server.client("logs")
    group = f"/many/{time.time_ns()}"
    logs.create_log_group(logGroupName=group)
    begin = int(time.time() * 1000) - 120 * MINUTE_MS
    stored = []
    batches = [range(first, min(first + 1500, COUNT)) for first in range(0, COUNT, 1500)]
    chance = random.Random(5)
    chance.shuffle(batches)
    for stream in ("a", "b", "c"):
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
    for batch in batches:
        events = {stream: [] for stream in ("a", "b", "c")}
        for number in batch:
            text = line(number) if number % 2500 else f"[ERROR] NeedleInTheHay {number}"
            at = begin + number * 1000
            events["abc"[number % 3]].append({"timestamp": at, "message": text})
            stored.append((at, text))
        for stream, some in events.items():
            logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=some)
    yield group, [text for _, text in sorted(stored)], begin
    logs.delete_log_group(logGroupName=group)


def walk(logs, group, **options):
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, **options)
    return [event["message"] for page in pages for event in page["events"]]


def test_all_lines_in_order(logs, filled):
    group, lines, _ = filled
    assert walk(logs, group) == lines
    assert walk(logs, group, startFromHead=False) == lines[::-1]
    assert walk(logs, group, PaginationConfig={"PageSize": 1100}) == lines
    back = walk(logs, group, startFromHead=False, PaginationConfig={"PageSize": 1100})
    assert back == lines[::-1]


def test_parts_of_a_chunk(logs, filled):
    group, lines, begin = filled
    span = {"startTime": begin + 1_234_000, "endTime": begin + 1_300_000}
    assert walk(logs, group, **span) == lines[1234:1301]
    assert walk(logs, group, startFromHead=False, **span) == lines[1234:1301][::-1]
    of_b = walk(logs, group, logStreamNames=["b"], **span)
    assert of_b == [text for number, text in enumerate(lines) if number % 3 == 1 and 1234 <= number <= 1300]
    assert walk(logs, group, logStreamNames=["b", "c"], **span) == [
        text for number, text in enumerate(lines) if number % 3 != 0 and 1234 <= number <= 1300
    ]


def test_terms_anywhere_in_a_line(logs, filled):
    group, lines, _ = filled
    for pattern in ("NeedleInTheHay", "eedleInTheHa", "ERR", "?NeedleInTheHay ?00004711", "NeedleInTheHay 5000", "Needle -2500",
                    '"customer-07919"', "nowhere", "%NeedleInTheHay%", "%Needle.*5000%"):
        words = pattern.strip('"%').split()
        if pattern.startswith("%"):
            wanted = [text for text in lines if "Needle" in text and ("5000" in text or "5000" not in pattern)]
        elif pattern.startswith("?"):
            wanted = [text for text in lines if any(word[1:] in text for word in words)]
        else:
            wanted = [
                text
                for text in lines
                if all(word[1:] not in text if word[0] == "-" else word in text for word in words)
            ]
        assert walk(logs, group, filterPattern=pattern) == wanted, pattern
        assert walk(logs, group, filterPattern=pattern, startFromHead=False) == wanted[::-1], pattern


def test_json_patterns_with_escaped_letters(logs, group, put):
    filler = [f'{{"level":"INFO","n":{i},"text":"{"x" * 60}"}}' for i in range(300)]
    odd = [r'{"level":"\u0045RROR","n":1}', r'{"l\u0065vel":"ERROR","n":2}', '{"level":"ERROR","n":3}', '{"level":"ERR"}']
    put(group, *filler, *odd)
    assert walk(logs, group, filterPattern='{ $.level = "ERROR" }') == odd[:3]
    assert walk(logs, group, filterPattern='{ $.level = "ERR*" && $.n > 1 }') == odd[1:3]
    assert walk(logs, group, filterPattern='{ $.level = "FATAL" }') == []


def test_get_log_events_both_ways(logs, filled):
    group, lines, _ = filled
    mine = lines[0::3]
    where = {"logGroupName": group, "logStreamName": "a", "limit": 700}
    for head, token in ((True, "nextForwardToken"), (False, "nextBackwardToken")):
        found, reply = [], logs.get_log_events(**where, startFromHead=head)
        while reply["events"]:
            page = [event["message"] for event in reply["events"]]
            found = found + page if head else page + found
            reply = logs.get_log_events(**where, nextToken=reply[token])
        assert found == mine


def test_insights_reads_and_skips(filled, ask, logs):
    group, lines, begin = filled
    around = begin // 1000 + 3000
    assert ask(group, "stats count(*) as n", around=around) == [{"n": str(COUNT)}]
    assert ask.last["statistics"]["recordsScanned"] == COUNT
    rows = ask(group, 'filter @message like "NeedleInTheHay" | sort @timestamp asc', around=around)
    assert [row["@message"] for row in rows] == [text for text in lines if "Needle" in text]
    statistics = ask.last["statistics"]
    assert statistics["estimatedRecordsSkipped"] > 0
    assert statistics["recordsScanned"] + statistics["estimatedRecordsSkipped"] == COUNT
    pointer = next(cell["value"] for cell in ask.last["results"][1] if cell["field"] == "@ptr")
    assert logs.get_log_record(logRecordPointer=pointer)["logRecord"]["@message"] == rows[1]["@message"]
    for text in ("filter @message like /Needle/ or @message like '00004711'", "filter not (@message like 'INFO')"):
        wanted = [line for line in lines if "Needle" in line or ("4711" in text and "00004711" in line)]
        assert len(ask(group, text, around=around)) == len(wanted), text


def test_survive_a_restart(own_server):
    server = own_server()
    logs = server.client("logs")
    logs.create_log_group(logGroupName="g")
    logs.create_log_stream(logGroupName="g", logStreamName="s")
    at = int(time.time() * 1000) - COUNT
    events = [{"timestamp": at + i, "message": line(i)} for i in range(COUNT)]
    logs.put_log_events(logGroupName="g", logStreamName="s", logEvents=events)
    server.kill()
    server.start()
    assert walk(server.client("logs"), "g") == [event["message"] for event in events]
