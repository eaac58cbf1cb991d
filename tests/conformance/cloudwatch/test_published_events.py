"""What EventBridge and its Scheduler publish of rules, targets and schedules."""

import json

from conformance.cloudwatch.published import most, points, total
from support.aws import ACCOUNT, allow, eventually
from support.schedules import create, make_role, make_table, tick_target

FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:worker"


def rule(server, name, kind, target=FUNCTION, bus="default", **more):
    events = server.client("events")
    events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps({"detail": {"kind": [kind]}}))
    events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "t", "Arn": target, **more}])


def put(server, *kinds, bus="default"):
    server.client("events").put_events(Entries=[
        {"Source": "shop", "DetailType": "order", "EventBusName": bus, "Detail": json.dumps({"kind": kind})}
        for kind in kinds])


def permit(server):
    server.client("lambda").add_permission(
        FunctionName="worker", StatementId="s", Principal="events.amazonaws.com", Action="lambda:InvokeFunction")


def test_rules_that_match(busy):
    permit(busy)
    rule(busy, "a", "x")
    rule(busy, "b", "x")
    busy.client("events").create_event_bus(Name="other")
    rule(busy, "c", "x", bus="other")
    put(busy, "x", "x", "none")
    put(busy, "x", bus="other")
    busy.clock.advance("1s")
    assert total(busy, "AWS/Events", "MatchedEvents") == 3
    assert total(busy, "AWS/Events", "MatchedEvents", RuleName="a") == 2
    assert total(busy, "AWS/Events", "TriggeredRules", RuleName="b") == 2
    assert total(busy, "AWS/Events", "TriggeredRules") == 5
    assert total(busy, "AWS/Events", "MatchedEvents", EventBusName="other") == 1
    assert total(busy, "AWS/Events", "TriggeredRules", EventBusName="other", RuleName="c") == 1
    eventually(lambda: total(busy, "AWS/Events", "Invocations") == 5)
    assert total(busy, "AWS/Events", "Invocations", RuleName="a") == 2
    assert total(busy, "AWS/Events", "Invocations", EventBusName="other", RuleName="c") == 1
    assert total(busy, "AWS/Events", "SuccessfulInvocationAttempts") == 5
    assert total(busy, "AWS/Events", "FailedInvocations", RuleName="a") is None
    latency = points(busy, "AWS/Events", "IngestionToInvocationStartLatency", RuleName="a")
    assert sum(one["SampleCount"] for one in latency) == 2


def test_targets_that_refuse(busy):
    rule(busy, "refused", "x")  # the function's policy does not let it in
    put(busy, "x")
    busy.clock.advance("1s")
    assert total(busy, "AWS/Events", "InvocationAttempts", RuleName="refused") == 1
    assert total(busy, "AWS/Events", "Invocations", RuleName="refused") == 1
    assert total(busy, "AWS/Events", "FailedInvocations", RuleName="refused") == 1
    assert total(busy, "AWS/Events", "SuccessfulInvocationAttempts", RuleName="refused") is None


def test_a_schedule_is_matched_by_its_rule(busy):
    permit(busy)
    events = busy.client("events")
    events.put_rule(Name="every", ScheduleExpression="rate(1 minute)")
    events.put_targets(Rule="every", Targets=[{"Id": "f", "Arn": FUNCTION}])
    busy.clock.advance("2m")
    assert total(busy, "AWS/Events", "TriggeredRules", RuleName="every") == 2
    assert total(busy, "AWS/Events", "MatchedEvents", RuleName="every") == 2
    assert most(busy, "AWS/Events", "IngestionToInvocationStartLatency", RuleName="every") == 0


def test_schedules(frozen):
    make_table(frozen)
    good = make_role(frozen, "good", allow("dynamodb:PutItem"))
    bad = make_role(frozen, "bad", allow("dynamodb:GetItem"))
    frozen.client("scheduler").create_schedule_group(Name="night")
    create(frozen, "works", "rate(1 minute)", tick_target(good, "works"))
    create(frozen, "fails", "rate(1 minute)", tick_target(bad, "fails"), GroupName="night")
    frozen.clock.advance("2m")  # a rate of the Scheduler fires at once, too
    assert total(frozen, "AWS/Scheduler", "InvocationAttemptCount", ScheduleGroup="default") == 3
    assert total(frozen, "AWS/Scheduler", "InvocationAttemptCount", ScheduleGroup="night") == 3
    assert total(frozen, "AWS/Scheduler", "InvocationAttemptCount") == 6
    assert total(frozen, "AWS/Scheduler", "TargetErrorCount", ScheduleGroup="night") == 3
    assert total(frozen, "AWS/Scheduler", "InvocationDroppedCount", ScheduleGroup="night") == 3
    assert total(frozen, "AWS/Scheduler", "TargetErrorCount", ScheduleGroup="default") is None
