"""TestEventPattern: the pattern language."""

import json

import pytest

from support.aws import refusal

EVENT = {
    "id": "1", "account": "123456789012", "source": "aws.ec2", "time": "2026-03-01T00:00:00Z", "region": "us-east-1",
    "detail-type": "State Change", "resources": ["arn:aws:ec2:us-east-1:123456789012:instance/i-1"],
    "detail": {"state": "running", "n": 5, "ip": "10.0.0.33", "file": "Photo.PNG", "tags": ["a", "b"], "none": None,
               "inner": {"x": 1.5}},
}

ROWS = [
    ({"source": ["aws.ec2"]}, True),
    ({"source": ["aws.s3"]}, False),
    ({"detail": {"state": [{"prefix": "run"}]}}, True),
    ({"detail": {"file": [{"prefix": {"equals-ignore-case": "pHOTO"}}]}}, True),
    ({"detail": {"file": [{"suffix": ".PNG"}]}}, True),
    ({"detail": {"file": [{"suffix": ".png"}]}}, False),
    ({"detail": {"file": [{"suffix": {"equals-ignore-case": ".png"}}]}}, True),
    ({"detail": {"file": [{"equals-ignore-case": "photo.png"}]}}, True),
    ({"detail": {"file": [{"wildcard": "P*.P*G"}]}}, True),
    ({"detail": {"state": [{"anything-but": "stopped"}]}}, True),
    ({"detail": {"state": [{"anything-but": ["stopped", "running"]}]}}, False),
    ({"detail": {"n": [{"anything-but": [1, 2]}]}}, True),
    ({"detail": {"state": [{"anything-but": {"prefix": "run"}}]}}, False),
    ({"detail": {"state": [{"anything-but": {"suffix": ["ed", "x"]}}]}}, True),
    ({"detail": {"state": [{"anything-but": {"equals-ignore-case": ["RUNNING"]}}]}}, False),
    ({"detail": {"state": [{"anything-but": {"wildcard": "r*"}}]}}, False),
    ({"detail": {"n": [{"numeric": [">", 0, "<=", 5]}]}}, True),
    ({"detail": {"n": [{"numeric": ["=", 5]}]}}, True),
    ({"detail": {"n": [{"numeric": ["<", 5]}]}}, False),
    ({"detail": {"ip": [{"cidr": "10.0.0.0/24"}]}}, True),
    ({"detail": {"n": [{"exists": True}]}}, True),
    ({"detail": {"gone": [{"exists": False}]}}, True),
    ({"detail": {"inner": {"x": [1.5]}}}, True),
    ({"detail": {"none": [None]}}, True),
    ({"detail": {"tags": ["b"]}}, True),
    ({"$or": [{"source": ["x"]}, {"detail": {"n": [5]}}]}, True),
    ({"detail": {"$or": [{"n": [6]}, {"state": ["stopped"]}]}}, False),
]


@pytest.mark.parametrize("pattern, expected", ROWS)
def test_matches(events, pattern, expected):
    reply = events.test_event_pattern(EventPattern=json.dumps(pattern), Event=json.dumps(EVENT))
    assert reply["Result"] is expected


@pytest.mark.parametrize(
    "pattern, reason",
    [
        ({"source": "a"}, '"source" must be an object or an array'),
        ({"source": []}, "Empty arrays are not allowed"),
        ({}, "Empty objects are not allowed"),
        ({"source": [{"numeric": ["<", 5, ">", 1]}]}, "Too many elements in numeric expression"),
        ({"source": [{"starts": "a"}]}, "Unrecognized match type starts"),
        ({"source": [{"wildcard": "a**"}]}, "Consecutive wildcard characters at pos 2"),
        ({"$or": [{"source": ["a"]}]}, "There must have at least 2 Objects in $or relationship."),
    ],
)
def test_patterns_that_cannot_be(events, unique, pattern, reason):
    text = json.dumps(pattern)
    for call, arguments in (
        (events.test_event_pattern, {"Event": json.dumps(EVENT)}),
        (events.put_rule, {"Name": unique("rule")}),
    ):
        code, message = refusal(call, EventPattern=text, **arguments)
        assert code == "InvalidEventPatternException"
        assert message.startswith("Event pattern is not valid. Reason: " + reason)


@pytest.mark.parametrize("missing", ["id", "account", "source", "time", "region", "detail-type", None])
def test_events_that_are_none(events, missing):
    event = "[" if missing is None else json.dumps({k: v for k, v in EVENT.items() if k != missing})
    assert refusal(events.test_event_pattern, EventPattern='{"source":["a"]}', Event=event) == (
        "ValidationException",
        "Parameter Event is not valid.",
    )
