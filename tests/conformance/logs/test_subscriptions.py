"""Subscription filters: a function gets the events of a group."""

import json

import pytest
from support.aws import BASIC_EXECUTION, eventually, log_lines, refusal, trust, zipped

CODE = """
import base64, gzip, json

def handler(event, context):
    document = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    print("GOT " + json.dumps(document))
"""


@pytest.fixture
def subscriber(client, unique):
    """A function that prints what it gets; (name, ARN)."""
    iam, functions = client("iam"), client("lambda")
    role = iam.create_role(RoleName=unique("subscriber"), AssumeRolePolicyDocument=trust(Service="lambda.amazonaws.com"))
    iam.attach_role_policy(RoleName=role["Role"]["RoleName"], PolicyArn=BASIC_EXECUTION)
    name = unique("subscriber")
    made = functions.create_function(
        FunctionName=name,
        Runtime="python3.12",
        Role=role["Role"]["Arn"],
        Handler="app.handler",
        Code={"ZipFile": zipped(CODE)},
    )
    return name, made["FunctionArn"]


def permit(client, name, group, principal="logs.amazonaws.com"):
    arn = client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]["arn"]
    client("lambda").add_permission(
        FunctionName=name, StatementId="logs", Action="lambda:InvokeFunction", Principal=principal, SourceArn=arn
    )


def received(logs, name):
    lines = log_lines(logs, f"/aws/lambda/{name}")
    return [json.loads(line[4:]) for line in lines if line.startswith("GOT ")]


def subscribe(logs, group, arn, name="f", pattern=""):
    logs.put_subscription_filter(logGroupName=group, filterName=name, filterPattern=pattern, destinationArn=arn)


def test_events_reach_the_function(logs, client, group, put, subscriber):
    name, arn = subscriber
    where = {"logGroupName": group, "filterName": "f", "filterPattern": "ERROR", "destinationArn": arn}
    assert refusal(logs.put_subscription_filter, **where) == (
        "InvalidParameterException",
        "Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your "
        "function.",
    )
    permit(client, name, group)
    logs.put_subscription_filter(**where)
    at = put(group, "fine", "ERROR one", "ERROR two", stream="web/1")
    (document,) = eventually(lambda: received(logs, name), 60)
    events = document.pop("logEvents")
    assert document == {
        "messageType": "DATA_MESSAGE",
        "owner": "000000000000",
        "logGroup": group,
        "logStream": "web/1",
        "subscriptionFilters": ["f"],
    }
    assert [(event["timestamp"] - at, event["message"]) for event in events] == [(1, "ERROR one"), (2, "ERROR two")]
    stored = logs.filter_log_events(logGroupName=group, filterPattern="ERROR")["events"]
    assert [event["id"] for event in events] == [event["eventId"] for event in stored]


def test_the_regions_own_service_may_be_named(logs, client, group, put, subscriber):
    name, arn = subscriber
    permit(client, name, group, principal="logs.us-east-1.amazonaws.com")
    subscribe(logs, group, arn, pattern="[..., status = 5*]")
    put(group, "GET / 200", "GET / 503")
    (document,) = eventually(lambda: received(logs, name), 60)
    assert [event["message"] for event in document["logEvents"]] == ["GET / 503"]


def test_a_large_batch_comes_in_parts(logs, client, group, put, subscriber):
    import random

    name, arn = subscriber
    permit(client, name, group)
    subscribe(logs, group, arn)
    noise = random.Random(7)
    messages = [f"{i} " + "".join(chr(33 + noise.randrange(90)) for _ in range(5000)) for i in range(100)]
    put(group, *messages)
    got = eventually(lambda: [d for d in [received(logs, name)] if sum(len(x["logEvents"]) for x in d) == 100], 60)[0]
    assert len(got) > 1
    assert sorted(e["message"] for d in got for e in d["logEvents"]) == sorted(messages)


def test_filters_are_described_and_deleted(logs, client, group, subscriber):
    name, arn = subscriber
    permit(client, name, group)
    for one in ("b", "a"):
        subscribe(logs, group, arn, one, "x")
    subscribe(logs, group, arn, "a", "%y%")  # replaced
    assert refusal(
        logs.put_subscription_filter, logGroupName=group, filterName="c", filterPattern="", destinationArn=arn
    ) == ("LimitExceededException", "Resource limit exceeded.")
    shown = logs.describe_subscription_filters(logGroupName=group)["subscriptionFilters"]
    assert [(f["filterName"], f["filterPattern"]) for f in shown] == [("a", "%y%"), ("b", "x")]
    assert shown[0]["destinationArn"] == arn and shown[0]["distribution"] == "ByLogStream"
    only = logs.describe_subscription_filters(logGroupName=group, filterNamePrefix="b")["subscriptionFilters"]
    assert [f["filterName"] for f in only] == ["b"]
    logs.delete_subscription_filter(logGroupName=group, filterName="a")
    assert refusal(logs.delete_subscription_filter, logGroupName=group, filterName="a") == (
        "ResourceNotFoundException",
        "The specified subscription filter does not exist.",
    )


@pytest.mark.parametrize(
    "destination, pattern",
    [
        ("arn:aws:kinesis:us-east-1:000000000000:stream/s", ""),
        ("arn:aws:firehose:us-east-1:000000000000:deliverystream/d", ""),
        ("arn:aws:logs:us-east-1:111122223333:destination:d", ""),
        ("nonsense", ""),
        ("arn:aws:lambda:us-east-1:000000000000:function:none", "[a"),
        ("arn:aws:lambda:us-east-1:000000000000:function:none", ""),
        ("arn:aws:lambda:eu-west-1:000000000000:function:none", ""),
    ],
)
def test_what_is_refused(logs, group, destination, pattern):
    code, _ = refusal(
        logs.put_subscription_filter,
        logGroupName=group,
        filterName="f",
        filterPattern=pattern,
        destinationArn=destination,
    )
    assert code == "InvalidParameterException"
    assert logs.describe_subscription_filters(logGroupName=group)["subscriptionFilters"] == []


def test_missing_groups(logs):
    code, _ = refusal(logs.describe_subscription_filters, logGroupName="/none")
    assert code == "ResourceNotFoundException"
    code, _ = refusal(logs.delete_subscription_filter, logGroupName="/none", filterName="f")
    assert code == "ResourceNotFoundException"
