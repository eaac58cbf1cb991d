"""Filter patterns through TestMetricFilter and FilterLogEvents."""

import pytest
from support.aws import refusal

ACCESS = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /apache_pb.gif HTTP/1.0" {} {}'
LINES = [ACCESS.format(200, 1534), ACCESS.format(404, 5324), ACCESS.format(500, 20)]


def test_columns_are_extracted(logs):
    reply = logs.test_metric_filter(filterPattern="[..., status = 4* || status = 5*, size]", logEventMessages=LINES)
    assert [match["eventNumber"] for match in reply["matches"]] == [2, 3]
    assert reply["matches"][0]["eventMessage"] == LINES[1]
    assert reply["matches"][0]["extractedValues"] == {
        "$1": "127.0.0.1",
        "$2": "-",
        "$3": "frank",
        "$4": "10/Oct/2000:13:25:15 -0700",
        "$5": "GET /apache_pb.gif HTTP/1.0",
        "$status": "404",
        "$size": "5324",
    }
    every = logs.test_metric_filter(filterPattern="[]", logEventMessages=LINES)["matches"]
    assert len(every) == 3 and every[0]["extractedValues"]["$7"] == "1534"


def test_json_values_are_extracted(logs):
    messages = ['{"code": "AccessDenied", "items": [{"n": 1}, {"n": 7}]}', '{"code": "Fine"}', "no json"]
    reply = logs.test_metric_filter(filterPattern='{ $.code = "Access*" }', logEventMessages=messages)
    assert reply["matches"] == [
        {"eventNumber": 1, "eventMessage": messages[0], "extractedValues": {"$.code": "AccessDenied"}}
    ]
    reply = logs.test_metric_filter(filterPattern="{ $.items[*].n > 5 && $.code = %^A% }", logEventMessages=messages)
    assert [match["eventNumber"] for match in reply["matches"]] == [1]


@pytest.mark.parametrize(
    "pattern, found",
    [
        ("", 3),
        ("frank", 3),
        ("%50[0-9]%", 1),
        ("[ip, id, user, time, request, status, size > 1000]", 2),
        ("[ip = %127\\.0\\.0\\.[1-9]%, ..., (status = 4* && status != 403), size]", 1),
        ("[ip, id]", 0),
    ],
)
def test_events_are_filtered(logs, group, put, pattern, found):
    put(group, *LINES)
    assert len(logs.filter_log_events(logGroupName=group, filterPattern=pattern)["events"]) == found


@pytest.mark.parametrize(
    "pattern", ["[a, b", "[a > x]", "%(a)%", "%a b%", "%a", "{ $.n }", "{ $.a = %x% && $.b = %y% && $.c = %z% }", '"a']
)
def test_what_is_malformed(logs, group, pattern):
    code, message = refusal(logs.test_metric_filter, filterPattern=pattern, logEventMessages=["m"])
    assert code == "InvalidParameterException" and message.startswith("Invalid filter pattern")
    assert refusal(logs.filter_log_events, logGroupName=group, filterPattern=pattern)[0] == code
