"""Alarms by the clock: states, missing data, math, composites, actions, events, history."""

import json

import pytest

from conformance.cloudwatch.moments import MINUTE, START
from support.aws import ACCOUNT, allow, eventually, policy, refusal, trust, zipped

ARN = f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:"
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:t"


def alarm(cloudwatch, name="cpu", **how):
    how = {"Namespace": "App", "MetricName": "Load", "Statistic": "Average", "Period": 60, "EvaluationPeriods": 1,
           "Threshold": 5, "ComparisonOperator": "GreaterThanThreshold", **how}
    cloudwatch.put_metric_alarm(AlarmName=name, **{key: value for key, value in how.items() if value is not None})


def put(cloudwatch, *values, metric="Load"):
    """One value a minute, the last one in the minute that is now."""
    at = cloudwatch.now - (len(values) - 1) * MINUTE
    for n, value in enumerate(values):
        if value is not None:
            cloudwatch.put_metric_data(Namespace="App", MetricData=[
                {"MetricName": metric, "Value": value, "Timestamp": at + n * MINUTE}])


def state(cloudwatch, name="cpu") -> str:
    reply = cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    return (reply["MetricAlarms"] + reply["CompositeAlarms"])[0]["StateValue"]


@pytest.fixture
def cw(frozen):
    """A client with `.advance(minutes)` and `.now`."""
    cloudwatch = frozen.client("cloudwatch")
    cloudwatch.now = START

    def advance(minutes=1):
        ran = frozen.clock.advance(f"{minutes}m")
        cloudwatch.now += minutes * MINUTE
        return ran

    cloudwatch.advance = advance
    cloudwatch.server = frozen
    return cloudwatch


def test_an_alarm_goes_off_and_ends(cw):
    alarm(cw, AlarmDescription="too much")
    (made,) = cw.describe_alarms()["MetricAlarms"]
    assert made["StateValue"] == "INSUFFICIENT_DATA" and made["StateReason"] == "Unchecked: Initial alarm creation"
    assert (made["AlarmArn"], made["ActionsEnabled"], made["Dimensions"]) == (ARN + "cpu", True, [])
    put(cw, 9)
    cw.advance()
    (gone,) = cw.describe_alarms()["MetricAlarms"]
    assert gone["StateValue"] == "ALARM"
    assert gone["StateReason"] == ("Threshold Crossed: 1 out of the last 1 datapoint [9.0 (01/03/26 12:00:00)] was greater "
                                   "than the threshold (5.0) (minimum 1 datapoint for INSUFFICIENT_DATA -> ALARM transition).")
    data = json.loads(gone["StateReasonData"])
    assert data["recentDatapoints"] == [9.0] and data["threshold"] == 5.0 and data["statistic"] == "Average"
    put(cw, 1)
    cw.advance()
    assert state(cw) == "OK"
    cw.advance(5)
    assert state(cw) == "INSUFFICIENT_DATA"
    summaries = [one["HistorySummary"] for one in cw.describe_alarm_history(AlarmName="cpu")["AlarmHistoryItems"]]
    assert summaries == ["Alarm updated from OK to INSUFFICIENT_DATA", "Alarm updated from ALARM to OK",
                         "Alarm updated from INSUFFICIENT_DATA to ALARM", 'Alarm "cpu" created']


@pytest.mark.parametrize(
    ("operator", "values"),
    [("GreaterThanThreshold", (6, 5)), ("GreaterThanOrEqualToThreshold", (5, 4)), ("LessThanThreshold", (4, 5)),
     ("LessThanOrEqualToThreshold", (5, 6))],
)
def test_comparisons(cw, operator, values):
    alarm(cw, ComparisonOperator=operator)
    for value, expected in zip(values, ("ALARM", "OK")):
        put(cw, value)
        cw.advance()
        assert state(cw) == expected


@pytest.mark.parametrize(
    ("points", "periods", "of", "states"),  # of CloudWatch's own tables; states by missing, ignore, breaching, notBreaching
    [
        ((0, None, 9, None, 9), 3, 3, ("OK", "OK", "OK", "OK")),
        ((None, None, None, None, 0), 3, 3, ("OK", "OK", "OK", "OK")),
        ((None, None, None, None, None), 3, 3, ("INSUFFICIENT_DATA", "INSUFFICIENT_DATA", "ALARM", "OK")),
        ((0, 9, 9, None, 9), 3, 3, ("ALARM", "ALARM", "ALARM", "ALARM")),
        ((None, None, 9, None, None), 3, 3, ("ALARM", "INSUFFICIENT_DATA", "ALARM", "OK")),
        ((0, None, 9, None, 9), 3, 2, ("ALARM", "ALARM", "ALARM", "ALARM")),
        ((0, None, 9, None, None), 3, 2, ("OK", "OK", "ALARM", "OK")),
        ((None, None, None, None, 9), 3, 2, ("ALARM", "INSUFFICIENT_DATA", "ALARM", "OK")),
    ],
)
def test_missing_data(cw, points, periods, of, states):
    put(cw, *points)
    kinds = ("missing", "ignore", "breaching", "notBreaching")
    for kind in kinds:
        alarm(cw, kind, EvaluationPeriods=periods, DatapointsToAlarm=of, TreatMissingData=kind)
    cw.advance()
    assert tuple(state(cw, kind) for kind in kinds) == states


def test_math_and_percentiles(cw):
    def stat(name):
        return {"Id": name.lower(), "ReturnData": False,
                "MetricStat": {"Metric": {"Namespace": "App", "MetricName": name}, "Period": 60, "Stat": "Sum"}}

    nothing = {"Namespace": None, "MetricName": None, "Statistic": None, "Period": None}
    queries = [stat("Errors"), stat("Calls"), {"Id": "rate", "Expression": "100 * errors / calls"}]
    alarm(cw, "rate", Metrics=queries, Threshold=10, **nothing)
    alarm(cw, "p90", Statistic=None, ExtendedStatistic="p90")
    put(cw, 2, metric="Errors")
    put(cw, 10, metric="Calls")
    cw.put_metric_data(Namespace="App", MetricData=[
        {"MetricName": "Load", "Values": [1.0, 9.0], "Counts": [8.0, 2.0], "Timestamp": cw.now}])
    cw.advance()
    assert (state(cw, "rate"), state(cw, "p90")) == ("ALARM", "ALARM")
    bad = [{"Id": "x", "Expression": "NO(x)"}]
    assert refusal(alarm, cloudwatch=cw, Metrics=bad, **nothing)[0] == "ValidationError"
    assert refusal(alarm, cloudwatch=cw, Metrics=queries)[1].endswith("should not be set if list of Metrics is set.")
    assert refusal(alarm, cloudwatch=cw, Metrics=[queries[0]], **nothing) == (
        "ValidationError", "Exactly one element of the metrics list should return data.")


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"DatapointsToAlarm": 2}, "DatapointsToAlarm must be less than or equal to EvaluationPeriods"),
        ({"EvaluationPeriods": 2000}, "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must "
                                      "be <= 86400)."),
        ({"MetricName": None}, "MetricName must not be null"),
        ({"AlarmActions": ["nonsense"]}, "Invalid arn syntax: nonsense"),
        ({"TreatMissingData": "odd"}, None),
        ({"Statistic": "Mean"}, None),
        ({"Period": 45}, None),
        ({"ThresholdMetricId": "m1"}, None),
    ],
)
def test_bad_alarms(cloudwatch, how, message):
    got = refusal(alarm, cloudwatch=cloudwatch, **how)
    assert got[0] == "ValidationError" and message in (None, got[1]), got


def test_set_state_actions_and_events(cw):
    server = cw.server
    server.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=trust(Service="lambda.amazonaws.com"))
    server.client("iam").put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=policy(allow("dynamodb:PutItem")))
    server.client("dynamodb").create_table(
        TableName="heard", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}])
    code = """
        import boto3, json
        def handler(event, context):
            where = event.get("alarmData", event.get("detail"))
            boto3.client("dynamodb").put_item(TableName="heard", Item={
                "id": {"S": event.get("detail-type", event["source"])}, "event": {"S": json.dumps(event)}})
    """
    function = server.client("lambda").create_function(
        FunctionName="listener", Runtime="python3.11", Role=f"arn:aws:iam::{ACCOUNT}:role/r", Handler="app.handler",
        Code={"ZipFile": zipped(code)}, Timeout=60)["FunctionArn"]
    for sid, who in (("alarms", "lambda.alarms.cloudwatch.amazonaws.com"), ("events", "events.amazonaws.com")):
        server.client("lambda").add_permission(FunctionName="listener", StatementId=sid, Principal=who,
                                               Action="lambda:InvokeFunction")
    server.client("events").put_rule(Name="r", EventPattern=json.dumps({"source": ["aws.cloudwatch"]}))
    server.client("events").put_targets(Rule="r", Targets=[{"Id": "f", "Arn": function}])
    alarm(cw, AlarmActions=[function, TOPIC])
    cw.set_alarm_state(AlarmName="cpu", StateValue="ALARM", StateReason="by hand", StateReasonData='{"a": 1}')
    cw.advance(0)
    items = eventually(lambda: (found := server.client("dynamodb").scan(TableName="heard")["Items"]) and len(found) == 2 and found, 60)
    heard = {one["id"]["S"]: json.loads(one["event"]["S"]) for one in items}
    action, event = heard["aws.cloudwatch"], heard["CloudWatch Alarm State Change"]
    assert action["alarmArn"] == ARN + "cpu" and action["alarmData"]["state"]["value"] == "ALARM"
    assert event["resources"] == [ARN + "cpu"] and event["detail"]["alarmName"] == "cpu"
    assert event["detail"]["state"]["reason"] == "by hand" and event["detail"]["previousState"]["value"] == "INSUFFICIENT_DATA"
    (metric,) = event["detail"]["configuration"]["metrics"]
    assert metric["metricStat"]["metric"] == {"namespace": "App", "name": "Load", "dimensions": {}}
    history = eventually(lambda: len(found := cw.describe_alarm_history(
        AlarmName="cpu", HistoryItemType="Action")["AlarmHistoryItems"]) == 2 and found)
    summaries = sorted(one["HistorySummary"] for one in history)
    assert summaries[1] == f"Successfully executed action {function}"
    assert summaries[0].startswith(f"Failed to execute action {TOPIC}. Received error:")
    answer = server.client("events").put_events(Entries=[{"Source": "aws.mine", "DetailType": "d", "Detail": "{}"}])
    assert answer["Entries"][0]["ErrorCode"] == "NotAuthorizedForSourceException"


def test_composite_alarms(cw):
    alarm(cw, "a")
    alarm(cw, "b b", MetricName="Other")
    cw.put_composite_alarm(AlarmName="both", AlarmRule='ALARM(a) AND (ALARM("b b") OR FALSE)')
    cw.put_composite_alarm(AlarmName="top", AlarmRule=f"NOT OK({ARN}both)")
    cw.advance(0)
    assert (state(cw, "both"), state(cw, "top")) == ("OK", "OK")
    for name in ("a", "b b"):
        cw.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="test")
    assert (state(cw, "both"), state(cw, "top")) == ("ALARM", "ALARM")
    cw.set_alarm_state(AlarmName="a", StateValue="OK", StateReason="test")
    assert (state(cw, "both"), state(cw, "top")) == ("OK", "OK")
    children = cw.describe_alarms(ChildrenOfAlarmName="both")["MetricAlarms"]
    assert sorted(one["AlarmName"] for one in children) == ["a", "b b"]
    assert [one["AlarmName"] for one in cw.describe_alarms(ParentsOfAlarmName="both")["CompositeAlarms"]] == ["top"]
    assert refusal(cw.put_composite_alarm, AlarmName="both", AlarmRule="ALARM(top)")[0] == "ValidationError"
    assert "do not exist" in refusal(cw.put_composite_alarm, AlarmName="x", AlarmRule="OK(nobody)")[1]
    for rule in ("ALARM(a", "ALARM()", "a", "ALARM(a) XOR OK(a)", "(" * 200 + "TRUE"):
        assert refusal(cw.put_composite_alarm, AlarmName="x", AlarmRule=rule)[0] == "ValidationError", rule
    assert "depending on it" in refusal(cw.delete_alarms, AlarmNames=["a"])[1]
    cw.delete_alarms(AlarmNames=["top", "both", "a", "b b"])
    assert cw.describe_alarms(AlarmTypes=["CompositeAlarm", "MetricAlarm"])["MetricAlarms"] == []


def test_describe_tag_and_delete(cw):
    for n in range(7):
        alarm(cw, f"a{n}", AlarmActions=[TOPIC] if n % 2 else [], Tags=[{"Key": "n", "Value": str(n)}])
    pages = list(cw.get_paginator("describe_alarms").paginate(PaginationConfig={"PageSize": 3}))
    assert [len(page["MetricAlarms"]) for page in pages] == [3, 3, 1]
    assert len(cw.describe_alarms(ActionPrefix="arn:aws:sns")["MetricAlarms"]) == 3
    assert len(cw.describe_alarms(AlarmNamePrefix="a1")["MetricAlarms"]) == 1
    assert cw.describe_alarms(StateValue="OK")["MetricAlarms"] == []
    assert len(cw.describe_alarms_for_metric(Namespace="App", MetricName="Load", Statistic="Average")["MetricAlarms"]) == 7
    assert cw.describe_alarms_for_metric(Namespace="App", MetricName="Load", Period=300)["MetricAlarms"] == []
    cw.disable_alarm_actions(AlarmNames=["a1"])
    assert cw.describe_alarms(AlarmNames=["a1"])["MetricAlarms"][0]["ActionsEnabled"] is False
    cw.enable_alarm_actions(AlarmNames=["a1"])
    cw.tag_resource(ResourceARN=ARN + "a1", Tags=[{"Key": "more", "Value": "x"}])
    cw.untag_resource(ResourceARN=ARN + "a1", TagKeys=["n"])
    assert cw.list_tags_for_resource(ResourceARN=ARN + "a1")["Tags"] == [{"Key": "more", "Value": "x"}]
    assert refusal(cw.list_tags_for_resource, ResourceARN=ARN + "none")[0] == "ResourceNotFoundException"
    assert refusal(cw.set_alarm_state, AlarmName="none", StateValue="OK", StateReason="r")[0] == "ResourceNotFound"
    assert refusal(cw.delete_alarms, AlarmNames=["a1", "none"])[0] == "ResourceNotFound"
    cw.delete_alarms(AlarmNames=["a1"])
    assert len(cw.describe_alarms()["MetricAlarms"]) == 6


def test_alarms_outlive_a_restart(cw):
    alarm(cw)
    put(cw, 9)
    cw.server.stop()
    cw.server.flags = ()
    cw.server.start()
    cw.server.clock.advance("1m")
    assert state(cw) == "ALARM"
