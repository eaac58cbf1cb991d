"""TestEventPattern: the pattern language."""

import json

import pytest

from support.aws import refusal

EVENT = {
    "id": "1", "account": "123456789012", "source": "aws.ec2", "time": "2026-03-01T00:00:00Z", "region": "us-east-1",
    "detail-type": "State Change", "resources": ["arn:aws:ec2:us-east-1:123456789012:instance/i-1"],
    "detail": {"state": "running", "n": 5, "ip": "10.0.0.33", "file": "Photo.PNG", "tags": ["a", "b"], "none": None,
               "inner": {"x": 1.5}, "ip6": "2001:db8:1234:1aff::1", "empty": "", "path": "/a/dir/b"},
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
    ({"detail": {"n": [{"anything-but": [5, 6]}]}}, False),
    ({"detail": {"gone": [{"anything-but": "x"}]}}, False),
    ({"detail": {"none": [{"anything-but": "x"}]}}, True),
    ({"detail": {"state": [{"anything-but": {"prefix": ["stop", "pend"]}}]}}, True),
    ({"detail": {"file": [{"anything-but": {"wildcard": ["*.txt", "*.PNG"]}}]}}, False),
    ({"detail": {"n": [{"numeric": [">=", -5.0e9, "<=", 5.0e9]}]}}, True),
    ({"detail": {"n": [{"numeric": [">", 5]}]}}, False),
    ({"detail": {"state": [{"numeric": ["=", 5]}]}}, False),
    ({"detail": {"n": [5.0]}}, True),
    ({"detail": {"n": ["5"]}}, False),
    ({"detail": {"ip": [{"cidr": "10.0.0.0/27"}]}}, False),
    ({"detail": {"ip6": [{"cidr": "2001:db8:1234:1a00::/56"}]}}, True),
    ({"detail": {"ip6": [{"cidr": "2001:db8:1234:1a00::/106"}]}}, False),
    ({"detail": {"inner": [{"exists": True}]}}, False),  # not a leaf
    ({"detail": {"inner": {"x": [{"exists": True}], "y": [{"exists": False}]}}}, True),
    ({"detail": {"none": [""]}}, False),
    ({"detail": {"empty": [""]}}, True),
    ({"detail": {"file": [{"equals-ignore-case": "photo"}]}}, False),
    ({"detail": {"path": [{"wildcard": "\\*"}]}}, False),
    ({"detail": {"path": [{"wildcard": "*/dir/*"}]}}, True),
    ({"source": ["x", {"prefix": "aws."}]}, True),
    ({"source": ["aws.ec2"], "$or": [{"detail": {"n": [{"numeric": [">", 9]}]}}, {"detail": {"ip": [{"exists": True}]}}]}, True),
    ({"detail": {"tags": [{"anything-but": "a"}]}}, True),  # "b" is another
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
        ({"source": [{"anything-but": {"prefix": {"equals-ignore-case": "a"}}}]},
         "Value of anything-but must be an array or single string/number value."),
        ({"source": [{"anything-but": {"suffix": 1}}]}, "prefix/suffix match pattern must be a string"),
        ({"source": [{"anything-but": {"wildcard": [1, "*"]}}]}, "wildcard match pattern must be a string"),
        ({"source": [{"anything-but": {"equals-ignore-case": [1]}}]},
         "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported."),
        ({"source": [{"anything-but": ["a", 1]}]},
         "Inside anything but list, either all values are number or string, mixed type is not supported"),
        ({"source": [{"numeric": [">", 0, ">", 0]}]}, "Bad numeric range operator: >"),
        ({"source": [{"numeric": [">", 0, "<"]}]}, "Value of < must be numeric"),
        ({"source": [{"numeric": ["=", 5.1e9]}]}, "Value must be between -5.0E9 and 5.0E9, inclusive"),
        ({"source": [{"cidr": "10.0.0.1"}]}, "Malformed CIDR, one '/' required"),
        ({"source": [{"cidr": "10.0.0.1/x"}]}, "Malformed CIDR, mask bits must be an integer"),
        ({"source": [{"cidr": "xx.11.xx/8"}]}, "Nonstandard IP address: xx.11.xx"),
        ({"source": [{"cidr": ["bad-type"]}]}, "prefix match pattern must be a string"),
        ({"source": [{"EXISTS": True}]}, "Unrecognized match type EXISTS"),
        ({"source": [{"equals-ignore-case": {"prefix": "a"}}]}, "equals-ignore-case match pattern must be a string"),
        ({"source": [{"suffix": [".png"]}]}, "suffix match pattern must be a string"),
        ({"source": [{"wildcard": "arn:aws:events:us-east-1:**:x"}]}, "Consecutive wildcard characters at pos 26"),
        ({"source": 5}, '"source" must be an object or an array'),
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
