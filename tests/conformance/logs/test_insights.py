"""Insights queries: the operations, the documented examples, errors."""

import json
import time

import pytest
from botocore.exceptions import ClientError
from support.aws import eventually, refusal

DAY = 24 * 3600


def test_rows_and_statistics(logs, group, put, ask):
    at = put(group, '{"level":"INFO","n":1}', '{"level":"ERROR","n":2}', "plain ERROR")
    assert ask(group, "fields @message, n | filter level = 'ERROR' or @message like /plain/ | sort @timestamp asc") == [
        {"@message": '{"level":"ERROR","n":2}', "n": "2"},
        {"@message": "plain ERROR"},
    ]
    statistics = ask.last["statistics"]
    assert (statistics["recordsScanned"], statistics["recordsMatched"]) == (3, 2)
    assert statistics["bytesScanned"] == len('{"level":"INFO","n":1}') + len('{"level":"ERROR","n":2}') + 11
    assert statistics["logGroupsScanned"] == 1 and statistics["resultCount"] == 2
    assert all(row[-1]["field"] == "@ptr" for row in ask.last["results"])
    # Without fields: time and message, the latest first.
    (first, *_) = ask(group, "limit 1")
    assert set(first) == {"@timestamp", "@message"} and first["@message"] == "plain ERROR"
    stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime((at + 2) / 1000))
    assert first["@timestamp"] == f"{stamp}.{(at + 2) % 1000:03}"


def test_stats_parse_dedup(logs, group, put, ask):
    put(group, *[f"user={'ann' if i % 3 else 'bob'}, method:GET, latency := {i}" for i in range(9)])
    text = 'parse @message "user=*, method:*, latency := *" as @user, @method, @latency'
    assert ask(group, text + " | stats avg(@latency) as a, count(*) by @method, @user | sort a desc") == [
        {"@method": "GET", "@user": "ann", "a": "4.5", "count(*)": "6"},
        {"@method": "GET", "@user": "bob", "a": "3", "count(*)": "3"},
    ]
    assert ask(group, text + " | display @user, @latency | dedup @user") == [
        {"@user": "ann", "@latency": "8"},
        {"@user": "bob", "@latency": "6"},
    ]
    assert ask(group, text + " | stats pct(@latency, 90) as p, stddev(@latency) as s") == [{"p": "8", "s": "2.582"}]
    hours = ask(group, "stats count(*) as c by bin(1h)")
    assert sum(int(row["c"]) for row in hours) == 9


def test_several_groups_are_merged(logs, unique, put, ask):
    names = [unique("/merged") for _ in range(2)]
    at = int(time.time() * 1000)
    for i, name in enumerate(names):
        logs.create_log_group(logGroupName=name)
        put(name, "x", at=at + i)
        put(name, "y", at=at + 10 - i, stream="other")
    rows = ask(names, "fields @log, @logStream, @message")
    assert [(row["@log"].split(":")[1], row["@message"]) for row in rows] == [
        (names[0], "y"),
        (names[1], "y"),
        (names[1], "x"),
        (names[0], "x"),
    ]
    assert {row["@logStream"] for row in rows} == {"s", "other"}
    assert ask.last["statistics"]["logGroupsScanned"] == 2


def test_a_record_by_its_pointer(logs, group, put, ask):
    at = put(group, '{"a":{"b":[1,"x"]},"ok":true}')
    ask(group, "fields a.b.1")
    (row,) = ask.last["results"]
    pointer = [cell["value"] for cell in row if cell["field"] == "@ptr"][0]
    record = logs.get_log_record(logRecordPointer=pointer)["logRecord"]
    assert record["a.b.0"] == "1" and record["a.b.1"] == "x" and record["ok"] == "1"
    assert record["@timestamp"] == str(at) and record["@logStream"] == "s" and record["@ptr"] == pointer
    assert record["@message"] == '{"a":{"b":[1,"x"]},"ok":true}'
    assert refusal(logs.get_log_record, logRecordPointer="nonsense")[0] == "InvalidParameterException"
    assert refusal(logs.get_log_record, logRecordPointer=pointer, unmask=True)[0] == "InvalidParameterException"
    logs.delete_log_group(logGroupName=group)
    assert refusal(logs.get_log_record, logRecordPointer=pointer)[0] == "ResourceNotFoundException"


def test_fields_of_a_group(logs, group, put):
    put(group, '{"level":"INFO"}', '{"level":"ERROR","n":1}', "plain", "plain")
    found = {f["name"]: f["percent"] for f in logs.get_log_group_fields(logGroupName=group)["logGroupFields"]}
    assert found["level"] == 50 and found["n"] == 25 and found["@message"] == 100
    past = logs.get_log_group_fields(logGroupIdentifier=group, time=int(time.time()) - DAY)
    assert past["logGroupFields"] == []
    assert refusal(logs.get_log_group_fields)[0] == "InvalidParameterException"
    assert refusal(logs.get_log_group_fields, logGroupName="/none")[0] == "ResourceNotFoundException"


def test_pages_of_results(logs, group, put, ask):
    put(group, *[f"m{i}" for i in range(2500)])
    ask(group, "fields @message | sort @timestamp asc")
    assert len(ask.last["results"]) == 2500 and "nextToken" not in ask.last
    seen, token = [], {}
    while True:
        page = logs.get_query_results(queryId=ask.id, maxItems=999, **token)
        seen += [row[0]["value"] for row in page["results"]]
        if "nextToken" not in page:
            break
        token = {"nextToken": page["nextToken"]}
    assert seen == [f"m{i}" for i in range(2500)]
    assert refusal(logs.get_query_results, queryId=ask.id, nextToken="nonsense")[0] == "InvalidParameterException"
    assert len(ask(group, "fields @message", limit=7)) == 7
    assert len(ask(group, "fields @message | limit 9", limit=7)) == 9


@pytest.mark.parametrize(
    "text, message",
    [
        ("fields @timestamp, x | count()", "unexpected symbol found count at line 1 and position 24"),
        ("unmask @message", "unexpected symbol found unmask at line 1 and position 1"),
        ("pattern @message", "unexpected symbol found pattern at line 1 and position 1"),
        ("fields a\n| dedup a | sort a", "unexpected symbol found sort at line 2 and position 13"),
        ("filter wat(a) = 1", "Function wat is not supported"),
        ("filter a like /(/", "invalid regular expression"),
        ("stats a", "stats needs an aggregate function"),
    ],
)
def test_malformed_queries(logs, group, text, message):
    with pytest.raises(ClientError) as caught:
        logs.start_query(logGroupName=group, startTime=0, endTime=1, queryString=text)
    response = caught.value.response
    assert response["Error"]["Code"] == "MalformedQueryException" and message in response["Error"]["Message"]
    location = response["queryCompileError"]["location"]
    assert 0 <= location["startCharOffset"] <= location["endCharOffset"] <= len(text)


def test_what_start_query_refuses(logs, group):
    where = {"startTime": 0, "endTime": 1, "queryString": "fields @message"}
    assert refusal(logs.start_query, **where)[0] == "InvalidParameterException"
    assert refusal(logs.start_query, **where, logGroupName=group, logGroupNames=[group])[0] == "InvalidParameterException"
    assert refusal(logs.start_query, **where, logGroupName="/none")[0] == "ResourceNotFoundException"
    assert refusal(logs.start_query, **where, logGroupName=group, queryLanguage="SQL")[0] == "InvalidParameterException"
    assert refusal(logs.start_query, **{**where, "startTime": 2}, logGroupName=group)[0] == "InvalidParameterException"
    for call in (logs.get_query_results, logs.stop_query):
        assert refusal(call, queryId="none")[0] == "ResourceNotFoundException"


def test_queries_are_listed_and_stopped(logs, group, put, ask):
    put(group, "m")
    ask(group, "fields @message")
    code, message = refusal(logs.stop_query, queryId=ask.id)
    assert code == "InvalidParameterException" and "not running" in message
    ask(group, "stats count(*)")
    listed = logs.describe_queries(logGroupName=group, status="Complete")["queries"]
    assert [query["queryString"] for query in listed] in (
        ["stats count(*)", "fields @message"],
        ["fields @message", "stats count(*)"],  # started in the same millisecond
    )
    assert listed[0]["logGroupName"] == group and listed[0]["bytesScanned"] == 1 and "queryDuration" in listed[0]
    page = logs.describe_queries(logGroupName=group, maxResults=1)
    rest = logs.describe_queries(logGroupName=group, maxResults=1, nextToken=page["nextToken"])
    assert {q["queryId"] for q in page["queries"] + rest["queries"]} == {q["queryId"] for q in listed}
    assert logs.describe_queries(logGroupName=group, status="Failed")["queries"] == []


def test_a_long_query_is_stopped(logs, group, put):
    put(group, *[json.dumps({"n": i, "t": "x" * 100}) for i in range(20_000)])
    now = int(time.time())
    text = "filter " + " or ".join(f"t like /a{i}.*b.*c/" for i in range(60)) + " or n > 0 | stats count(*) by n % 7"
    ids = [
        logs.start_query(logGroupName=group, startTime=now - 60, endTime=now + 60, queryString=text)["queryId"]
        for _ in range(8)
    ]
    # One thread runs them in turn: the last of many has hardly begun, unless this test was held up for seconds.
    try:
        assert logs.stop_query(queryId=ids[-1])["success"] is True
        reply = logs.get_query_results(queryId=ids[-1])
        assert reply["status"] == "Cancelled" and reply["results"] == []
    except logs.exceptions.InvalidParameterException:
        assert logs.get_query_results(queryId=ids[-1])["status"] == "Complete"
    for one in ids[:-1]:
        try:
            logs.stop_query(queryId=one)
        except ClientError:
            pass  # it has ended meanwhile
    eventually(lambda: not logs.describe_queries(logGroupName=group, status="Running")["queries"], 60)


def test_results_expire_and_survive_a_restart(own_server):
    server = own_server("--clock", "frozen@2026-03-01T12:00:00Z")
    logs = server.client("logs")
    logs.create_log_group(logGroupName="g")
    logs.create_log_stream(logGroupName="g", logStreamName="s")
    at = 1772366400
    logs.put_log_events(
        logGroupName="g", logStreamName="s", logEvents=[{"timestamp": at * 1000, "message": "kept"}]
    )
    query = logs.start_query(logGroupName="g", startTime=at, endTime=at, queryString="fields @message")["queryId"]
    server.clock.advance("1s")  # waits for what is under way
    assert logs.get_query_results(queryId=query)["status"] == "Complete"
    server.stop()
    server.start()
    logs = server.client("logs")
    reply = logs.get_query_results(queryId=query)
    assert reply["results"][0][0] == {"field": "@message", "value": "kept"}
    server.clock.advance("8d")
    assert refusal(logs.get_query_results, queryId=query)[0] == "ResourceNotFoundException"


def test_definitions(logs, unique):
    name = unique("definition")
    made = logs.put_query_definition(name=name, queryString="fields @message | limit 5", logGroupNames=["/a"])
    (shown,) = logs.describe_query_definitions(queryDefinitionNamePrefix=name)["queryDefinitions"]
    assert shown["queryDefinitionId"] == made["queryDefinitionId"] and shown["logGroupNames"] == ["/a"]
    again = logs.put_query_definition(
        name=name + "x",
        queryString="filter level = '{{level}}' | limit {{most}}",
        queryDefinitionId=made["queryDefinitionId"],
        parameters=[{"name": "level", "defaultValue": "ERROR"}, {"name": "most"}],
    )
    assert again == {**again, "queryDefinitionId": made["queryDefinitionId"]}
    (shown,) = logs.describe_query_definitions(queryDefinitionNamePrefix=name)["queryDefinitions"]
    assert shown["name"] == name + "x" and shown["logGroupNames"] == [] and len(shown["parameters"]) == 2
    missing = {"name": name, "queryString": "limit 1", "queryDefinitionId": "none"}
    assert refusal(logs.put_query_definition, **missing)[0] == "ResourceNotFoundException"
    assert refusal(logs.put_query_definition, name=name, queryString="wat")[0] == "InvalidParameterException"
    assert logs.delete_query_definition(queryDefinitionId=made["queryDefinitionId"])["success"] is True
    code, _ = refusal(logs.delete_query_definition, queryDefinitionId=made["queryDefinitionId"])
    assert code == "ResourceNotFoundException"
