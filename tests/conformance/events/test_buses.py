"""Event buses, their policies, and the rules and events on them."""

import json

import pytest

from support.aws import ACCOUNT, allow, deny, policy, refusal

OTHER = "111122223333"


def entry(source, detail=None, **more):
    return {"Source": source, "DetailType": "order", "Detail": json.dumps(detail or {}), **more}


def pattern(source):
    return json.dumps({"source": [source]})


def arn_of(bus, account=ACCOUNT):
    return f"arn:aws:events:us-east-1:{account}:event-bus/{bus}"


def test_life_of_a_bus(events, unique):
    name = unique("bus")
    made = events.create_event_bus(Name=name, Description="orders", Tags=[{"Key": "team", "Value": "a"}])
    arn = made["EventBusArn"]
    assert (arn, made["Description"]) == (arn_of(name), "orders")
    assert events.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "team", "Value": "a"}]
    assert refusal(events.create_event_bus, Name=name) == (
        "ResourceAlreadyExistsException",
        f"Event bus {name} already exists.",
    )
    for given in (name, arn):
        shown = events.describe_event_bus(Name=given)
        assert (shown["Name"], shown["Arn"], shown["Description"]) == (name, arn, "orders")
        assert shown["CreationTime"] and shown["LastModifiedTime"] and "Policy" not in shown
    assert events.update_event_bus(Name=name, Description="new")["Description"] == "new"
    assert events.describe_event_bus(Name=name)["Description"] == "new"

    events.tag_resource(ResourceARN=arn, Tags=[{"Key": "b", "Value": "2"}])
    events.untag_resource(ResourceARN=arn, TagKeys=["team"])
    assert events.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "b", "Value": "2"}]

    events.put_rule(Name="r", EventBusName=name, EventPattern=pattern("a"))
    assert refusal(events.delete_event_bus, Name=name)[0] == "ValidationException"
    events.delete_rule(Name="r", EventBusName=arn)
    events.delete_event_bus(Name=name)
    events.delete_event_bus(Name=name)
    missing = ("ResourceNotFoundException", f"Event bus {name} does not exist.")
    assert refusal(events.describe_event_bus, Name=name) == missing
    assert refusal(events.update_event_bus, Name=name) == missing
    assert refusal(events.list_rules, EventBusName=name) == missing
    assert refusal(events.list_tags_for_resource, ResourceARN=arn) == missing


def test_the_default_bus(events):
    assert events.describe_event_bus()["Arn"] == arn_of("default")
    assert refusal(events.create_event_bus, Name="default")[0] == "ResourceAlreadyExistsException"
    assert refusal(events.delete_event_bus, Name="default") == (
        "ValidationException",
        "Cannot delete event bus default.",
    )


@pytest.mark.parametrize(
    "arguments, code",
    [
        ({"Name": "a/b"}, "ValidationException"),
        ({"Name": "aws.partner/x/y", "EventSourceName": "aws.partner/x/y"}, "ResourceNotFoundException"),
        ({"Name": "a b"}, "ValidationException"),
        ({"Name": "keyed", "KmsKeyIdentifier": "alias/mine"}, "NotImplemented"),
        ({"Name": "dead", "DeadLetterConfig": {"Arn": "arn:aws:sqs:us-east-1:000000000000:q"}}, "NotImplemented"),
        ({"Name": "loud", "LogConfig": {"Level": "TRACE"}}, "NotImplemented"),
    ],
)
def test_buses_that_cannot_be(events, arguments, code):
    assert refusal(events.create_event_bus, **arguments)[0] == code


def test_buses_are_listed_by_prefix_and_page(events, unique):
    prefix = unique("page")
    for i in range(3):
        events.create_event_bus(Name=f"{prefix}-{i}")
    first = events.list_event_buses(NamePrefix=prefix, Limit=2)
    rest = events.list_event_buses(NamePrefix=prefix, Limit=2, NextToken=first["NextToken"])
    assert [b["Name"] for b in first["EventBuses"] + rest["EventBuses"]] == [f"{prefix}-{i}" for i in range(3)]
    assert "default" in [b["Name"] for b in events.list_event_buses()["EventBuses"]]
    assert refusal(events.list_event_buses, NextToken="nonsense")[0] == "ValidationException"


def test_rules_of_a_bus(events, bus):
    arn = events.put_rule(Name="r", EventBusName=bus, EventPattern=pattern("a"), Tags=[{"Key": "k", "Value": "v"}])
    assert arn["RuleArn"] == f"arn:aws:events:us-east-1:{ACCOUNT}:rule/{bus}/r"
    assert events.list_tags_for_resource(ResourceARN=arn["RuleArn"])["Tags"] == [{"Key": "k", "Value": "v"}]
    for given in (bus, arn_of(bus)):
        shown = events.describe_rule(Name="r", EventBusName=given)
        assert (shown["EventBusName"], shown["CreatedBy"]) == (bus, ACCOUNT)
        assert [r["EventBusName"] for r in events.list_rules(EventBusName=given)["Rules"]] == [bus]
        events.disable_rule(Name="r", EventBusName=given)
        events.enable_rule(Name="r", EventBusName=given)
    assert refusal(events.describe_rule, Name="r") == (
        "ResourceNotFoundException",
        "Rule r does not exist on EventBus default.",
    )
    assert refusal(events.describe_rule, Name="x", EventBusName=bus) == (
        "ResourceNotFoundException",
        f"Rule x does not exist on EventBus {bus}.",
    )
    assert refusal(events.put_rule, Name="s", EventBusName=bus, ScheduleExpression="rate(1 day)") == (
        "ValidationException",
        "ScheduleExpression is supported only on the default event bus.",
    )


def test_an_event_reaches_the_rules_of_its_bus_only(events, bus, sink, unique):
    source = unique("shop")
    for name in (bus, "default"):
        events.put_rule(Name=source, EventBusName=name, EventPattern=pattern(source))
        events.put_targets(Rule=source, EventBusName=name, Targets=[{"Id": "t", "Arn": sink.arn}])
    events.put_events(Entries=[entry(source, {"n": 1}, EventBusName=bus)])
    events.put_events(Entries=[entry(source, {"n": 2}, EventBusName=arn_of(bus))])
    events.put_events(Entries=[entry(source, {"n": 3})])
    got = sink.wait_for(source, 3)
    assert sorted(event["detail"]["n"] for event in got) == [1, 2, 3]


def test_permissions(events, bus):
    events.put_permission(EventBusName=bus, Action="events:PutEvents", Principal=OTHER, StatementId="them")
    events.put_permission(
        EventBusName=bus, Action="events:PutEvents", Principal="*", StatementId="org",
        Condition={"Type": "StringEquals", "Key": "aws:PrincipalOrgID", "Value": "o-1"},
    )
    shown = json.loads(events.describe_event_bus(Name=bus)["Policy"])
    assert shown["Statement"][0] == {
        "Sid": "them", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{OTHER}:root"},
        "Action": "events:PutEvents", "Resource": arn_of(bus),
    }
    assert shown["Statement"][1]["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
    assert refusal(events.remove_permission, EventBusName=bus, StatementId="none") == (
        "ResourceNotFoundException",
        "Statement with the provided id does not exist.",
    )
    events.remove_permission(EventBusName=bus, StatementId="org")
    assert len(json.loads(events.describe_event_bus(Name=bus)["Policy"])["Statement"]) == 1
    events.remove_permission(EventBusName=bus, RemoveAllPermissions=True)
    assert "Policy" not in events.describe_event_bus(Name=bus)
    assert refusal(events.remove_permission, EventBusName=bus, StatementId="them") == (
        "ResourceNotFoundException",
        "EventBus does not have a policy.",
    )


@pytest.mark.parametrize(
    "arguments, code",
    [
        ({}, "ValidationException"),
        ({"Action": "events:PutRule", "Principal": OTHER, "StatementId": "s"}, "ValidationException"),
        ({"Action": "events:PutEvents", "Principal": "12", "StatementId": "s"}, "ValidationException"),
        ({"Action": "events:PutEvents", "Principal": OTHER, "StatementId": "a b"}, "ValidationException"),
        (
            {"Action": "events:PutEvents", "Principal": OTHER, "StatementId": "s",
             "Condition": {"Type": "StringEquals", "Key": "aws:PrincipalOrgID", "Value": "o-1"}},
            "ValidationException",
        ),
        ({"Policy": "{"}, "ValidationException"),
        ({"Policy": '{"Statement":[]}', "StatementId": "s"}, "ValidationException"),
        ({"Policy": json.dumps({"Statement": "x" * 10241})}, "PolicyLengthExceededException"),
        ({"EventBusName": "nowhere", "Policy": "{}"}, "ResourceNotFoundException"),
    ],
)
def test_permissions_that_cannot_be(events, bus, arguments, code):
    assert refusal(events.put_permission, **{"EventBusName": bus, **arguments})[0] == code


def test_what_a_role_may_do(events, bus, acting_as):
    sends = acting_as(allow("events:PutEvents", arn_of(bus), Condition={"StringEquals": {"events:source": "shop"}}))
    assert sends.put_events(Entries=[entry("shop", EventBusName=bus)])["FailedEntryCount"] == 0
    assert refusal(sends.put_events, Entries=[entry("bank", EventBusName=bus)])[0].startswith("AccessDenied")
    assert refusal(sends.put_events, Entries=[entry("shop")])[0].startswith("AccessDenied")
    assert refusal(sends.describe_event_bus, Name=bus)[0].startswith("AccessDenied")
    assert refusal(sends.put_rule, Name="r", EventBusName=bus, EventPattern=pattern("a"))[0].startswith("AccessDenied")
    rules = acting_as(allow("events:PutRule", f"arn:aws:events:us-east-1:{ACCOUNT}:rule/{bus}/*"))
    rules.put_rule(Name="r", EventBusName=bus, EventPattern=pattern("a"))
    assert refusal(rules.put_rule, Name="r", EventPattern=pattern("a"))[0].startswith("AccessDenied")
    # The bus's policy allows within its own account, too, and its refusal stands above everything.
    nobody = acting_as()
    statement = {"Principal": "*", "Resource": arn_of(bus)}
    events.put_permission(EventBusName=bus, Policy=policy({**allow("events:PutEvents"), **statement}))
    assert nobody.put_events(Entries=[entry("x", EventBusName=bus)])["FailedEntryCount"] == 0
    events.put_permission(EventBusName=bus, Policy=policy({**deny("events:PutEvents"), **statement}))
    assert refusal(sends.put_events, Entries=[entry("shop", EventBusName=bus)])[0].startswith("AccessDenied")


def test_another_account_sends_and_makes_rules(own_server):
    server = own_server("--account-root", f"{OTHER}:other:other-secret")
    mine, theirs = server.client("events"), server.client("events", "other", "other-secret")
    bus = arn_of("shared")
    mine.create_event_bus(Name="shared")
    assert refusal(theirs.put_events, Entries=[entry("shop", EventBusName=bus)])[0].startswith("AccessDenied")
    mine.put_permission(EventBusName="shared", Action="events:PutEvents", Principal=OTHER, StatementId="them")
    reply = theirs.put_events(Entries=[entry("shop", EventBusName=bus)])
    assert reply["FailedEntryCount"] == 0
    assert refusal(theirs.put_rule, Name="r", EventBusName=bus, EventPattern=pattern("a"))[0].startswith("AccessDenied")
    both = {"Effect": "Allow", "Principal": {"AWS": OTHER}, "Action": ["events:PutRule", "events:DescribeRule"],
            "Resource": f"arn:aws:events:us-east-1:{ACCOUNT}:rule/shared/*"}
    mine.put_permission(EventBusName="shared", Policy=policy(both))
    arn = theirs.put_rule(Name="r", EventBusName=bus, EventPattern=pattern("a"))["RuleArn"]
    assert arn == f"arn:aws:events:us-east-1:{ACCOUNT}:rule/shared/r"
    assert mine.describe_rule(Name="r", EventBusName="shared")["CreatedBy"] == OTHER
    # Their own bus of that name is another one.
    assert refusal(theirs.describe_event_bus, Name="shared")[0] == "ResourceNotFoundException"


def test_a_bus_outlives_the_server(own_server):
    server = own_server()
    events = server.client("events")
    events.create_event_bus(Name="kept", Description="d")
    events.put_rule(Name="r", EventBusName="kept", EventPattern=pattern("a"))
    server.kill()
    server.start()
    assert events.describe_event_bus(Name="kept")["Description"] == "d"
    assert [r["Name"] for r in events.list_rules(EventBusName="kept")["Rules"]] == ["r"]
