"""EventBridge rules, targets and events, as boto3 sees them."""

import json

import pytest
from botocore.exceptions import ClientError

FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:nobody"
BAD_SCHEDULE = "Parameter ScheduleExpression is not valid."


def refusal(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]


def test_life_of_a_rule(events, unique):
    name = unique("rule")
    arn = events.put_rule(
        Name=name, ScheduleExpression="cron(0 17 * * ? *)", Description="at five", Tags=[{"Key": "a", "Value": "1"}]
    )["RuleArn"]
    assert arn.endswith(f":rule/{name}")
    shown = events.describe_rule(Name=name)
    assert (shown["State"], shown["Arn"], shown["EventBusName"]) == ("ENABLED", arn, "default")
    assert "EventPattern" not in shown
    assert events.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "a", "Value": "1"}]

    events.disable_rule(Name=name)
    assert events.describe_rule(Name=name)["State"] == "DISABLED"
    events.enable_rule(Name=name)
    assert events.describe_rule(Name=name)["State"] == "ENABLED"

    assert events.put_targets(Rule=name, Targets=[{"Id": "one", "Arn": FUNCTION}])["FailedEntryCount"] == 0
    assert refusal(events.delete_rule, Name=name) == (
        "ValidationException",
        "Rule can't be deleted since it has targets.",
    )
    assert events.remove_targets(Rule=name, Ids=["one", "two"])["FailedEntries"][0]["TargetId"] == "two"
    events.delete_rule(Name=name)
    events.delete_rule(Name=name)
    assert refusal(events.describe_rule, Name=name) == (
        "ResourceNotFoundException",
        f"Rule {name} does not exist on EventBus default.",
    )


def test_rules_are_listed_by_prefix_and_page(events, unique):
    prefix = unique("page")
    for i in range(5):
        events.put_rule(Name=f"{prefix}-{i}", ScheduleExpression="rate(1 day)")
    first = events.list_rules(NamePrefix=prefix, Limit=3)
    rest = events.list_rules(NamePrefix=prefix, Limit=3, NextToken=first["NextToken"])
    assert [r["Name"] for r in first["Rules"] + rest["Rules"]] == [f"{prefix}-{i}" for i in range(5)]
    assert refusal(events.list_rules, NextToken="nonsense")[0] == "ValidationException"


@pytest.mark.parametrize(
    "arguments, code, message",
    [
        ({}, "ValidationException", "Parameter(s) EventPattern or ScheduleExpression must be specified."),
        ({"ScheduleExpression": "rate(0 minutes)"}, "ValidationException", BAD_SCHEDULE),
        ({"ScheduleExpression": "at(2026-01-01T00:00:00)"}, "ValidationException", BAD_SCHEDULE),
        ({"ScheduleExpression": "cron(0 0 30 2 ? *)"}, "ValidationException", BAD_SCHEDULE),
        (
            {"ScheduleExpression": "rate(1 day)", "EventBusName": "mine"},
            "ValidationException",
            "ScheduleExpression is supported only on the default event bus.",
        ),
        (
            {"EventPattern": '{"source":["a"]}', "EventBusName": "mine"},
            "ResourceNotFoundException",
            "Event bus mine does not exist.",
        ),
    ],
)
def test_rules_that_cannot_be(events, unique, arguments, code, message):
    assert refusal(events.put_rule, Name=unique("bad"), **arguments) == (code, message)


def test_a_pattern_that_is_none(events, unique):
    code, message = refusal(events.put_rule, Name=unique("bad"), EventPattern='{"source": "a"}')
    assert code == "InvalidEventPatternException"
    assert message.startswith("Event pattern is not valid. Reason: ")


def test_targets_keep_their_settings(events, unique):
    name = unique("rule")
    events.put_rule(Name=name, ScheduleExpression="rate(1 day)")
    target = {
        "Id": "one",
        "Arn": FUNCTION,
        "InputTransformer": {"InputPathsMap": {"t": "$.time"}, "InputTemplate": '{"at": <t>}'},
        "RetryPolicy": {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 60},
    }
    events.put_targets(Rule=name, Targets=[target])
    assert events.list_targets_by_rule(Rule=name)["Targets"] == [target]
    failed = events.put_targets(Rule=name, Targets=[{"Id": "q", "Arn": "arn:aws:states:us-east-1:000000000000:stateMachine:m"}])
    assert failed["FailedEntryCount"] == 1
    assert failed["FailedEntries"][0]["TargetId"] == "q"
    assert "Lambda" in failed["FailedEntries"][0]["ErrorMessage"]
    for i in range(4):
        events.put_targets(Rule=name, Targets=[{"Id": f"more-{i}", "Arn": FUNCTION}])
    assert (
        refusal(events.put_targets, Rule=name, Targets=[{"Id": "six", "Arn": FUNCTION}])[0] == "LimitExceededException"
    )
    page = events.list_targets_by_rule(Rule=name, Limit=2)
    assert len(page["Targets"]) == 2 and page["NextToken"]


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"Input": "{"}, "Input for target t is not a valid JSON text."),
        (
            {"Input": "{}", "InputPath": "$"},
            "Only one of Input, InputPath, or InputTransformer must be provided for target t.",
        ),
        (
            {"InputTransformer": {"InputTemplate": '{"a": <b>}'}},
            "InputTemplate for target t contains invalid placeholder b.",
        ),
    ],
)
def test_target_input_that_cannot_work(events, unique, settings, message):
    name = unique("rule")
    events.put_rule(Name=name, ScheduleExpression="rate(1 day)")
    call = refusal(events.put_targets, Rule=name, Targets=[{"Id": "t", "Arn": FUNCTION, **settings}])
    assert call == ("ValidationException", message)


def test_put_events_entry_by_entry(events):
    good = {"Source": "shop", "DetailType": "order", "Detail": "{}"}
    reply = events.put_events(
        Entries=[
            good,
            {**good, "Detail": "[]"},
            {**good, "Detail": "{"},
            {k: v for k, v in good.items() if k != "Source"},
            {k: v for k, v in good.items() if k != "DetailType"},
            {**good, "Source": "aws.s3"},
            {**good, "EventBusName": "mine"},
            {**good, "DetailType": "x" * 129},
        ]
    )
    assert reply["FailedEntryCount"] == 7
    assert "EventId" in reply["Entries"][0]
    assert [entry.get("ErrorCode") for entry in reply["Entries"]] == [
        None,
        "MalformedDetail",
        "MalformedDetail",
        "InvalidArgument",
        "InvalidArgument",
        "NotAuthorizedForSourceException",
        "ResourceNotFoundException",
        "InvalidArgument",
    ]
    # None of the entries has all that an event needs: the whole request fails.
    assert refusal(events.put_events, Entries=[{"DetailType": "order", "Detail": "{}"}]) == (
        "ValidationException",
        "Parameter Source is not valid. Reason: Source is a required argument.",
    )
    big = json.dumps({"x": "y" * 600_000})
    assert refusal(events.put_events, Entries=[{**good, "Detail": big}, {**good, "Detail": big}]) == (
        "ValidationException",
        "Total size of the entries in the request is over the limit.",
    )
    assert refusal(events.put_events, Entries=[good] * 11)[0] == "ValidationException"


def test_a_tick_without_its_function_is_reported(own_server):
    server = own_server("--clock", "frozen@2026-03-01T12:00:00Z")
    events = server.client("events")
    events.put_rule(Name="daily", ScheduleExpression="cron(0 17 * * ? *)")
    events.put_targets(Rule="daily", Targets=[{"Id": "one", "Arn": FUNCTION}])
    ran = [entry for entry in server.clock.advance("48h") if entry["kind"] == "events.deliver"]
    assert len(ran) == 2
    assert all(not entry["ok"] and entry["summary"].startswith("rule daily -> nobody: dropped") for entry in ran)
    events.disable_rule(Name="daily")
    assert [entry for entry in server.clock.advance("48h") if entry["kind"].startswith("events.")] == []
