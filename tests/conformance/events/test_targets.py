"""Where events go: other buses, log groups, functions; in whose name; and how often it is tried."""

import json

import pytest

from support.aws import ACCOUNT, allow, policy, refusal, trust

OTHER = "111122223333"
FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:nobody"


def entry(source, detail=None, **more):
    return {"Source": source, "DetailType": "order", "Detail": json.dumps(detail or {}), **more}


def pattern(source):
    return json.dumps({"source": [source]})


def arn_of(bus, account=ACCOUNT, region="us-east-1"):
    return f"arn:aws:events:{region}:{account}:event-bus/{bus}"


def test_another_bus_gets_the_event_itself(events, bus, sink, unique, make_role):
    source = unique("shop")
    role = make_role(allow("events:PutEvents", arn_of(bus)))
    events.put_rule(Name=source, EventPattern=pattern(source))
    events.put_targets(Rule=source, Targets=[{"Id": "bus", "Arn": arn_of(bus), "RoleArn": role}])
    events.put_rule(Name="r", EventBusName=bus, EventPattern=pattern(source))
    events.put_targets(Rule="r", EventBusName=bus, Targets=[{"Id": "t", "Arn": sink.arn}])
    reply = events.put_events(Entries=[entry(source, {"n": 1}, Resources=["a", "b"])])
    got = sink.wait_for(source)[0]
    assert got["id"] == reply["Entries"][0]["EventId"]
    assert (got["account"], got["detail"], got["resources"]) == (ACCOUNT, {"n": 1}, ["a", "b"])


@pytest.fixture
def frozen(own_server):
    """A server whose clock stands, with a second account; and its clients."""
    server = own_server("--clock", "frozen@2026-03-01T12:00:00Z", "--account-root", f"{OTHER}:other:other-secret")
    return server, server.client("events"), server.client("events", "other", "other-secret")


TICK = {"Name": "r", "ScheduleExpression": "rate(1 hour)"}


def next_hour(server):
    """What is delivered when the rule's next tick comes."""
    return [ran for ran in server.clock.advance("1h") if ran["kind"] == "events.deliver"]


def test_the_role_of_a_target_is_assumed(frozen):
    server, events, _ = frozen
    iam = server.client("iam")
    events.create_event_bus(Name="there")
    iam.create_role(RoleName="weak", AssumeRolePolicyDocument=trust(Service="events.amazonaws.com"))
    iam.create_role(RoleName="foreign", AssumeRolePolicyDocument=trust(Service="lambda.amazonaws.com"))
    events.put_rule(**TICK)

    def deliver_as(role):
        arn = f"arn:aws:iam::{ACCOUNT}:role/{role}"
        events.put_targets(Rule="r", Targets=[{"Id": "bus", "Arn": arn_of("there"), "RoleArn": arn}])
        return next_hour(server)[-1]

    outcomes = {role: deliver_as(role) for role in ("weak", "foreign", "missing")}
    assert not any(ran["ok"] for ran in outcomes.values())
    assert "events:PutEvents" in outcomes["weak"]["summary"]
    assert "sts:AssumeRole" in outcomes["foreign"]["summary"]
    iam.put_role_policy(RoleName="weak", PolicyName="p", PolicyDocument=policy(allow("events:PutEvents")))
    assert deliver_as("weak")["ok"]


def test_a_bus_of_another_account(frozen):
    server, mine, theirs = frozen
    mine.put_rule(**TICK)
    mine.put_targets(Rule="r", Targets=[{"Id": "bus", "Arn": arn_of("default", OTHER)}])
    theirs.put_rule(Name="in", EventPattern=json.dumps({"source": ["aws.events"], "account": [ACCOUNT]}))
    theirs.put_targets(Rule="in", Targets=[{"Id": "f", "Arn": FUNCTION.replace(ACCOUNT, OTHER)}])
    refused = next_hour(server)
    assert [ran["ok"] for ran in refused] == [False]  # a refusal is not tried again
    assert "AccessDenied" in refused[0]["summary"]
    theirs.put_permission(Action="events:PutEvents", Principal=ACCOUNT, StatementId="them")
    arrived = next_hour(server)
    assert [ran["summary"].split(":")[0] for ran in arrived] == ["rule r -> default", "rule in -> nobody"]
    assert arrived[0]["ok"]


def test_a_bus_of_another_region_and_no_third_bus(frozen):
    server, events, _ = frozen
    west = server.client("events", region="us-west-2")
    events.put_rule(**TICK)
    events.put_targets(Rule="r", Targets=[{"Id": "bus", "Arn": arn_of("default", region="us-west-2")}])
    west.create_event_bus(Name="third")
    west.put_rule(Name="in", EventPattern=json.dumps({"source": ["aws.events"], "region": ["us-east-1"]}))
    west.put_targets(Rule="in", Targets=[
        {"Id": "f", "Arn": FUNCTION}, {"Id": "b", "Arn": arn_of("third", region="us-west-2")}])
    assert [ran["summary"].split(":")[0] for ran in next_hour(server)] == ["rule r -> default", "rule in -> nobody"]


def test_an_event_that_is_too_old_is_not_tried(own_server):
    server = own_server("--clock", "frozen@2026-03-01T12:00:00Z")
    events = server.client("events")
    events.put_rule(Name="r", ScheduleExpression="cron(30 12 * * ? *)")
    target = {"Id": "f", "Arn": FUNCTION, "RetryPolicy": {"MaximumEventAgeInSeconds": 60, "MaximumRetryAttempts": 0}}
    events.put_targets(Rule="r", Targets=[target])
    ran = [ran for ran in server.clock.advance("2h") if ran["kind"] == "events.deliver"]
    assert len(ran) == 1 and not ran[0]["ok"]
    assert ran[0]["at"].startswith("2026-03-01T12:30:00")


def test_log_groups_need_no_role(events, unique):
    name = unique("rule")
    group = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/events/{name}"
    events.put_rule(Name=name, EventPattern=pattern(name))
    assert events.put_targets(Rule=name, Targets=[{"Id": "g", "Arn": group}])["FailedEntryCount"] == 0
    assert refusal(
        events.put_targets, Rule=name, Targets=[{"Id": "g", "Arn": group, "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/r"}]
    ) == ("ValidationException", f"RoleArn is not supported for target {group}.")


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"Arn": "nonsense"}, "Parameter nonsense is not valid. Reason: Provided Arn is not in correct format."),
        ({"Arn": arn_of("x"), "Input": "{}"}, f"Input, InputPath and InputTransformer are not supported for target "
                                              f"{arn_of('x')}: an event bus gets the event itself."),
        ({"Arn": arn_of("default")}, "Target t is the event bus of the rule itself."),
        ({"Arn": FUNCTION, "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/r"}, f"RoleArn is not supported for target {FUNCTION}."),
        ({"Arn": FUNCTION, "SqsParameters": {"MessageGroupId": "g"}},
         f"SqsParameters is not supported for target {FUNCTION}."),
    ],
)
def test_targets_that_cannot_be(events, unique, settings, message):
    name = unique("rule")
    events.put_rule(Name=name, EventPattern=pattern(name))
    assert refusal(events.put_targets, Rule=name, Targets=[{"Id": "t", **settings}]) == ("ValidationException", message)


@pytest.mark.parametrize("arn", [
    f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:m",
    f"arn:aws:execute-api:us-east-1:{ACCOUNT}:a/prod/GET/x", f"arn:aws:ecs:us-east-1:{ACCOUNT}:cluster/c",
])
def test_targets_that_are_not_here(events, unique, arn):
    name = unique("rule")
    events.put_rule(Name=name, EventPattern=pattern(name))
    answer = events.put_targets(Rule=name, Targets=[{"Id": "t", "Arn": arn, "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/r"}])
    assert answer["FailedEntryCount"] == 1
    failed = answer["FailedEntries"][0]
    assert (failed["TargetId"], failed["ErrorCode"]) == ("t", "NotImplemented")
    assert failed["ErrorMessage"].startswith("Orrery delivers events to Lambda functions,")
    assert events.list_targets_by_rule(Rule=name)["Targets"] == []


def test_who_passes_a_role(events, bus, acting_as, make_role, unique):
    name = unique("rule")
    role = make_role(allow("events:PutEvents"))
    events.put_rule(Name=name, EventPattern=pattern(name))
    target = {"Id": "b", "Arn": arn_of(bus), "RoleArn": role}
    may = allow("events:PutTargets")
    assert "iam:PassRole" in refusal(acting_as(may).put_targets, Rule=name, Targets=[target])[1]
    passes = allow("iam:PassRole", role, Condition={"StringEquals": {"iam:PassedToService": "events.amazonaws.com"}})
    acting_as(may, passes).put_targets(Rule=name, Targets=[target])
    only = allow("events:PutTargets", Condition={"ArnLike": {"events:TargetArn": arn_of("nothing*")}})
    assert refusal(acting_as(only, passes).put_targets, Rule=name, Targets=[target])[0].startswith("AccessDenied")


def test_rule_names_by_target(events, bus, unique):
    function = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{unique('f')}"
    for name in ("a", "b", "c"):
        events.put_rule(Name=name, EventBusName=bus, EventPattern=pattern("x"))
        events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "1", "Arn": function}, {"Id": "2", "Arn": function}])
    events.put_targets(Rule="c", EventBusName=bus, Targets=[{"Id": "1", "Arn": FUNCTION}, {"Id": "2", "Arn": FUNCTION}])
    first = events.list_rule_names_by_target(TargetArn=function, EventBusName=bus, Limit=1)
    rest = events.list_rule_names_by_target(TargetArn=function, EventBusName=bus, NextToken=first["NextToken"])
    assert first["RuleNames"] + rest["RuleNames"] == ["a", "b"]
    assert events.list_rule_names_by_target(TargetArn=function)["RuleNames"] == []
    assert refusal(events.list_rule_names_by_target, TargetArn=function, EventBusName="nowhere")[0] == (
        "ResourceNotFoundException"
    )


OPERATION = "arn:aws:scheduler:::aws-sdk:dynamodb:"


def test_any_operation_is_a_target(frozen):
    """As of schedules: in the name of the target's role, with the request that the input settings make."""
    server, events, _ = frozen
    dynamodb, iam = server.client("dynamodb"), server.client("iam")
    dynamodb.create_table(TableName="seen", BillingMode="PAY_PER_REQUEST",
                          AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                          KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}])
    role = iam.create_role(RoleName="writer", AssumeRolePolicyDocument=trust(Service="events.amazonaws.com"))["Role"]
    events.put_rule(**TICK)
    backup = {"Id": "backup", "Arn": OPERATION + "createBackup", "RoleArn": role["Arn"],
              "Input": json.dumps({"TableName": "seen", "BackupName": "hourly"})}
    item = {"Id": "item", "Arn": OPERATION + "putItem", "RoleArn": role["Arn"], "InputTransformer": {
        "InputPathsMap": {"time": "$.time"},
        "InputTemplate": '{"TableName": "seen", "Item": {"id": {"S": "<time>"}}}'}}
    assert events.put_targets(Rule="r", Targets=[backup, item])["FailedEntryCount"] == 0
    refused = next_hour(server)
    assert [(ran["ok"], "AccessDenied" in ran["summary"]) for ran in refused] == [(False, True)] * 2
    iam.put_role_policy(RoleName="writer", PolicyName="p", PolicyDocument=policy(allow("dynamodb:*")))
    done = next_hour(server)
    assert [ran["summary"].split(":")[:2] for ran in done] == [
        ["rule r -> dynamodb", "createBackup"], ["rule r -> dynamodb", "putItem"]]
    assert all(ran["ok"] for ran in done)
    assert [i["id"]["S"] for i in dynamodb.scan(TableName="seen")["Items"]] == ["2026-03-01T14:00:00Z"]
    assert [b["BackupName"] for b in dynamodb.list_backups(TableName="seen")["BackupSummaries"]] == ["hourly"]


@pytest.mark.parametrize("change, message", [
    ({"Arn": OPERATION + "scan"}, "the action only reads"),
    ({"Arn": OPERATION + "makeItem"}, "has no operation"),
    ({"Arn": "arn:aws:scheduler:::aws-sdk:ec2:runInstances"}, "Orrery has no service ec2"),
    ({"RoleArn": None}, "RoleArn is required"),
    ({"Input": None}, "Input, InputPath or InputTransformer is required"),
    ({"Input": '{"TableName": "t"}'}, "missing the following field(s): Item"),
])
def test_operations_that_are_no_targets(events, unique, change, message):
    name = unique("rule")
    events.put_rule(Name=name, EventPattern=pattern(name))
    target = {"Id": "t", "Arn": OPERATION + "putItem", "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/r",
              "Input": '{"TableName": "t", "Item": {}}', **change}
    target = {key: value for key, value in target.items() if value is not None}
    code, said = refusal(events.put_targets, Rule=name, Targets=[target])
    assert code == "ValidationException" and message in said
    assert events.list_targets_by_rule(Rule=name)["Targets"] == []
