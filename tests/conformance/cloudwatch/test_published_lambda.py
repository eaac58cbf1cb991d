"""What Lambda publishes of asynchronous events, of concurrency and of event sources."""

import concurrent.futures
import json

import pytest

from conformance.cloudwatch.published import most, points, total
from support.aws import ACCOUNT, eventually, zipped

SLEEPS = """
    import time
    def handler(event, context):
        time.sleep(event["s"])
"""


def deploy(server, name, source, **more):
    server.client("lambda").create_function(
        FunctionName=name, Runtime="python3.11", Role=f"arn:aws:iam::{ACCOUNT}:role/r", Handler="app.handler",
        Code={"ZipFile": zipped(source)}, **more)


def test_concurrency_and_throttles(busy):
    deploy(busy, "sleeper", SLEEPS, Timeout=60)
    function = busy.client("lambda")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        first = pool.submit(function.invoke, FunctionName="sleeper", Payload=json.dumps({"s": 3}))
        eventually(lambda: most(busy, "AWS/Lambda", "ConcurrentExecutions", FunctionName="sleeper") == 1)
        second = pool.submit(function.invoke, FunctionName="sleeper", Payload=json.dumps({"s": 0}))
        first.result(), second.result()
    assert most(busy, "AWS/Lambda", "ConcurrentExecutions", FunctionName="sleeper") == 2
    assert most(busy, "AWS/Lambda", "ConcurrentExecutions") == 2
    function.put_function_concurrency(FunctionName="sleeper", ReservedConcurrentExecutions=0)
    with pytest.raises(function.exceptions.TooManyRequestsException):
        function.invoke(FunctionName="sleeper")
    assert total(busy, "AWS/Lambda", "Throttles", FunctionName="sleeper", Resource="sleeper") == 1
    assert total(busy, "AWS/Lambda", "Throttles") == 1
    assert total(busy, "AWS/Lambda", "Invocations", FunctionName="sleeper") == 2


def test_an_alias_is_a_resource_of_its_own(busy):
    function = busy.client("lambda")
    version = function.publish_version(FunctionName="worker")["Version"]
    function.create_alias(FunctionName="worker", Name="live", FunctionVersion=version)
    function.invoke(FunctionName="worker", Qualifier="live", Payload=b"{}")
    function.invoke(FunctionName="worker", Payload=b"{}")
    assert total(busy, "AWS/Lambda", "Invocations", FunctionName="worker", Resource="worker:live") == 1
    assert total(busy, "AWS/Lambda", "Invocations", FunctionName="worker", Resource="worker") == 1
    assert total(busy, "AWS/Lambda", "Invocations", FunctionName="worker") == 2


def test_asynchronous_events(busy):
    function = busy.client("lambda")
    function.invoke(FunctionName="worker", InvocationType="Event", Payload=b"{}")
    function.invoke(FunctionName="worker", InvocationType="Event", Payload=b'{"fail": true}')
    busy.clock.advance("5m")
    assert total(busy, "AWS/Lambda", "AsyncEventsReceived", FunctionName="worker") == 2
    ages = points(busy, "AWS/Lambda", "AsyncEventAge", FunctionName="worker")
    assert sum(one["SampleCount"] for one in ages) == 4  # one went well, the other was tried again after 1 and 2 minutes
    assert most(busy, "AWS/Lambda", "AsyncEventAge", FunctionName="worker") == 180_000
    assert total(busy, "AWS/Lambda", "AsyncEventsDropped", FunctionName="worker") == 1
    assert total(busy, "AWS/Lambda", "Errors", FunctionName="worker") == 3


def test_destinations_that_do_not_take(busy):
    iam, function = busy.client("iam"), busy.client("lambda")
    deploy(busy, "tell", "def handler(event, context):\n    return 1\n")
    allowed = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["logs:*", "lambda:InvokeFunction", "sqs:SendMessage"], "Resource": "*"}]}
    iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=json.dumps(allowed))
    function.put_function_event_invoke_config(
        FunctionName="worker", MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:tell"}})
    function.update_function_configuration(
        FunctionName="worker", DeadLetterConfig={"TargetArn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:letters"})
    function.delete_function(FunctionName="tell")
    function.invoke(FunctionName="worker", InvocationType="Event", Payload=b'{"fail": true}')
    busy.clock.advance("1m")
    assert total(busy, "AWS/Lambda", "DestinationDeliveryFailures", FunctionName="worker") == 1
    assert total(busy, "AWS/Lambda", "DeadLetterErrors", FunctionName="worker") == 1


def test_the_age_of_what_a_stream_gives(busy):
    dynamodb, function = busy.client("dynamodb"), busy.client("lambda")
    dynamodb.create_table(
        TableName="tab", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})
    busy.client("iam").put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["logs:*", "dynamodb:*"], "Resource": "*"}]}))
    dynamodb.put_item(TableName="tab", Item={"id": {"S": "1"}})
    busy.clock.advance("90s")
    function.create_event_source_mapping(
        FunctionName="worker", StartingPosition="TRIM_HORIZON",
        EventSourceArn=dynamodb.describe_table(TableName="tab")["Table"]["LatestStreamArn"])
    eventually(lambda: total(busy, "AWS/Lambda", "Invocations", FunctionName="worker") == 1)
    assert most(busy, "AWS/Lambda", "IteratorAge", FunctionName="worker") == 90_000
