"""What the services publish of themselves, and alarms on it."""

import json

import pytest

from conformance.cloudwatch.moments import MINUTE, START
from conformance.cloudwatch.published import total
from support.aws import ACCOUNT, eventually

def test_lambda_and_an_alarm_on_its_errors(busy):
    function = busy.client("lambda")
    for event in ({}, {}, {"fail": True}):
        function.invoke(FunctionName="worker", Payload=json.dumps(event))
    eventually(lambda: total(busy, "AWS/Lambda", "Invocations", FunctionName="worker") == 3)
    assert total(busy, "AWS/Lambda", "Errors", FunctionName="worker") == 1
    assert total(busy, "AWS/Lambda", "Invocations") == 3
    assert total(busy, "AWS/Lambda", "Invocations", FunctionName="worker", Resource="worker") == 3
    assert total(busy, "AWS/Lambda", "Duration", FunctionName="worker") > 0
    cloudwatch = busy.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="errors", Namespace="AWS/Lambda", MetricName="Errors", Dimensions=[{"Name": "FunctionName", "Value": "worker"}],
        Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=0, ComparisonOperator="GreaterThanThreshold")
    busy.clock.advance("1m")
    assert cloudwatch.describe_alarms()["MetricAlarms"][0]["StateValue"] == "ALARM"


def test_events(busy):
    events = busy.client("events")
    events.put_rule(Name="every", ScheduleExpression="rate(1 minute)")
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:worker"
    events.put_targets(Rule="every", Targets=[{"Id": "f", "Arn": arn}])
    busy.client("lambda").add_permission(FunctionName="worker", StatementId="s", Principal="events.amazonaws.com",
                                         Action="lambda:InvokeFunction")
    busy.clock.advance("3m")
    assert total(busy, "AWS/Events", "Invocations", RuleName="every") == 3
    eventually(lambda: total(busy, "AWS/Lambda", "Invocations", FunctionName="worker") == 3)


def test_dynamodb(frozen):
    dynamodb = frozen.client("dynamodb")
    dynamodb.create_table(TableName="table", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                          AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}])
    for n in range(5):
        dynamodb.put_item(TableName="table", Item={"id": {"S": str(n)}})
    with pytest.raises(dynamodb.exceptions.ConditionalCheckFailedException):
        dynamodb.put_item(TableName="table", Item={"id": {"S": "1"}}, ConditionExpression="attribute_not_exists(id)")
    with pytest.raises(dynamodb.exceptions.ResourceNotFoundException):
        dynamodb.get_item(TableName="none", Key={"id": {"S": "1"}})
    points = frozen.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/DynamoDB", MetricName="SuccessfulRequestLatency", StartTime=START, EndTime=START + MINUTE, Period=60,
        Dimensions=[{"Name": "TableName", "Value": "table"}, {"Name": "Operation", "Value": "PutItem"}],
        Statistics=["SampleCount", "Average"])["Datapoints"]
    assert [one["SampleCount"] for one in points] == [5] and points[0]["Average"] > 0
    assert total(frozen, "AWS/DynamoDB", "ConditionalCheckFailedRequests", TableName="table") == 1
    assert total(frozen, "AWS/DynamoDB", "UserErrors") == 1


def test_they_survive_a_stop(frozen):
    frozen.client("dynamodb").list_tables()
    with pytest.raises(Exception, match="none"):
        frozen.client("dynamodb").describe_table(TableName="none")
    frozen.stop()
    frozen.flags = ()
    frozen.start()
    assert total(frozen, "AWS/DynamoDB", "UserErrors") == 1
