"""Where results of asynchronous invocations go, and what is configured for them."""

import json

import pytest

from support.aws import ACCOUNT, BASIC_EXECUTION, allow, log_lines, policy, refusal, trust, zipped

START = "2026-03-01T00:00:00Z"
FAILS = "def handler(event, context):\n    raise ValueError('no')\n"
ECHO = "def handler(event, context):\n    return event\n"
TELLS = "import json\ndef handler(event, context):\n    print('GOT ' + json.dumps(event))\n"


def arn_of(name):
    return f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}"


@pytest.fixture
def house(own_server):
    """A server whose clock stands still, with a role that may do everything functions here need."""
    server = own_server("--clock", f"frozen@{START}")
    iam = server.client("iam")
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust(Service="lambda.amazonaws.com"))["Role"]["Arn"]
    iam.attach_role_policy(RoleName="r", PolicyArn=BASIC_EXECUTION)
    iam.put_role_policy(
        RoleName="r", PolicyName="p", PolicyDocument=policy(allow(["lambda:InvokeFunction", "s3:PutObject"]))
    )

    def deploy(name, source, **more):
        server.functions.create_function(
            FunctionName=name, Runtime="python3.12", Role=role, Handler="app.handler",
            Code={"ZipFile": zipped(source)}, **more,
        )  # fmt: skip

    server.functions = server.client("lambda")
    server.deploy = deploy
    server.told = lambda name: [
        json.loads(line[4:]) for line in log_lines(server.client("logs"), f"/aws/lambda/{name}")
        if line.startswith("GOT ")
    ]  # fmt: skip
    server.starts = lambda name: [
        line for line in log_lines(server.client("logs"), f"/aws/lambda/{name}") if line.startswith("START")
    ]
    return server


def test_success_goes_to_a_function(house):
    house.deploy("f", ECHO)
    house.deploy("tell", TELLS)
    config = {"OnSuccess": {"Destination": arn_of("tell")}}
    made = house.functions.put_function_event_invoke_config(FunctionName="f", DestinationConfig=config)
    assert made["FunctionArn"] == arn_of("f") + ":$LATEST"
    reply = house.functions.invoke(FunctionName="f", InvocationType="Event", Payload=b'{"a": 1}')
    ran = house.clock.advance("1s")
    assert all(one["ok"] for one in ran), ran
    [record] = house.told("tell")
    assert record == {
        "version": "1.0",
        "timestamp": "2026-03-01T00:00:00.000Z",
        "requestContext": {
            "requestId": reply["ResponseMetadata"]["RequestId"],
            "functionArn": arn_of("f") + ":$LATEST",
            "condition": "Success",
            "approximateInvokeCount": 1,
        },
        "requestPayload": {"a": 1},
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST"},
        "responsePayload": {"a": 1},
    }


def test_failure_goes_to_a_bucket_after_the_last_attempt(house):
    house.deploy("f", FAILS)
    s3 = house.client("s3")
    s3.create_bucket(Bucket="failures")
    config = {"OnFailure": {"Destination": "arn:aws:s3:::failures"}}
    house.functions.put_function_event_invoke_config(FunctionName="f", MaximumRetryAttempts=1, DestinationConfig=config)
    reply = house.functions.invoke(FunctionName="f", InvocationType="Event", Payload=b'"x"')
    house.clock.advance("30s")
    assert "Contents" not in s3.list_objects_v2(Bucket="failures")
    house.clock.advance("24h")
    assert len(house.starts("f")) == 2
    [kept] = s3.list_objects_v2(Bucket="failures")["Contents"]
    request = reply["ResponseMetadata"]["RequestId"]
    assert kept["Key"] == f"aws/lambda/async/f/2026/03/01/2026-03-01T00.01.00-{request}"
    record = json.loads(s3.get_object(Bucket="failures", Key=kept["Key"])["Body"].read())
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 2
    assert record["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"}
    assert record["responsePayload"]["errorMessage"] == "no" and record["requestPayload"] == "x"


def test_an_event_that_is_too_old_is_not_tried_again(house):
    house.deploy("f", FAILS)
    house.deploy("tell", TELLS)
    house.functions.put_function_event_invoke_config(
        FunctionName="f", MaximumEventAgeInSeconds=90, DestinationConfig={"OnFailure": {"Destination": arn_of("tell")}}
    )
    house.functions.invoke(FunctionName="f", InvocationType="Event", Payload=b"1")
    house.clock.advance("24h")
    assert len(house.starts("f")) == 2
    [record] = house.told("tell")
    assert record["requestContext"]["condition"] == "EventAgeExceeded"
    assert record["timestamp"] == "2026-03-01T00:01:30.000Z"


def test_a_destination_that_refuses_is_told_of(house):
    house.deploy("f", ECHO)
    house.deploy("tell", TELLS)
    config = {"OnSuccess": {"Destination": arn_of("tell")}}
    house.functions.put_function_event_invoke_config(FunctionName="f", DestinationConfig=config)
    house.functions.delete_function(FunctionName="tell")
    house.functions.invoke(FunctionName="f", InvocationType="Event", Payload=b"1")
    ran = {one["kind"]: one for one in house.clock.advance("1s")}
    assert ran["lambda.invoke"]["ok"] and not ran["lambda.destination"]["ok"]
    assert "not delivered, ResourceNotFoundException" in ran["lambda.destination"]["summary"]
    assert "could not be delivered" in house.log_text()


def test_a_function_that_calls_itself_is_stopped(house):
    house.deploy("f", """
        import boto3, json
        def handler(event, context):
            boto3.client("lambda").invoke(FunctionName="f", InvocationType="Event", Payload=json.dumps(event + 1))
    """, Timeout=30)
    house.deploy("tell", TELLS)
    house.functions.put_function_event_invoke_config(
        FunctionName="f", DestinationConfig={"OnFailure": {"Destination": arn_of("tell")}}
    )
    house.functions.invoke(FunctionName="f", InvocationType="Event", Payload=b"1")
    house.clock.advance("1h")
    assert len(house.starts("f")) == 16
    [record] = house.told("tell")
    assert record["requestPayload"] == 17 and record["requestContext"]["approximateInvokeCount"] == 0


def test_the_configuration(functions, make_function, unique):
    name = make_function(ECHO)
    missing = f"The function {arn_of(name)}:$LATEST doesn't have an EventInvokeConfig"
    assert refusal(functions.get_function_event_invoke_config, FunctionName=name) == (
        "ResourceNotFoundException", missing,
    )  # fmt: skip
    assert refusal(functions.put_function_event_invoke_config, FunctionName=name) == (
        "InvalidParameterValueException", "You must specify at least one of error handling or destination setting.",
    )  # fmt: skip
    functions.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=0)
    changed = functions.update_function_event_invoke_config(FunctionName=name, MaximumEventAgeInSeconds=60)
    assert (changed["MaximumRetryAttempts"], changed["MaximumEventAgeInSeconds"]) == (0, 60)
    [listed] = functions.list_function_event_invoke_configs(FunctionName=name)["FunctionEventInvokeConfigs"]
    assert listed["MaximumEventAgeInSeconds"] == 60
    again = functions.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=1)
    assert "MaximumEventAgeInSeconds" not in again
    functions.delete_function_event_invoke_config(FunctionName=name)
    assert refusal(functions.delete_function_event_invoke_config, FunctionName=name)[1] == missing
    gone = unique("gone")
    assert refusal(functions.get_function_event_invoke_config, FunctionName=gone)[0] == "ResourceNotFoundException"


@pytest.mark.parametrize("use, arn, says", [
    ("OnFailure", "arn:aws:sqs:us-east-1:000000000000:q", "does not have permissions to call SendMessage on arn:aws:sqs"),
    ("OnFailure", "arn:aws:sqs:us-east-1:000000000000:q.fifo", "is invalid"),
    ("OnSuccess", "arn:aws:s3:::bucket", "is invalid"),
    ("OnSuccess", arn_of("nowhere"), "is invalid"),
    ("OnFailure", "arn:aws:s3:::bucket", "does not have permissions to call PutObject on arn:aws:s3:::bucket"),
])  # fmt: skip
def test_destinations_that_cannot_be(functions, make_function, use, arn, says):
    name = make_function(ECHO)
    code, message = refusal(
        functions.put_function_event_invoke_config, FunctionName=name, DestinationConfig={use: {"Destination": arn}}
    )
    assert code == "InvalidParameterValueException" and says in message
    _, message = refusal(
        functions.put_function_event_invoke_config, FunctionName=name,
        DestinationConfig={"OnFailure": {"Destination": arn_of(name)}},
    )  # fmt: skip
    assert message == "You can't specify the function as a destination for itself."


def test_events_may_have_a_megabyte(functions, make_function):
    name = make_function(ECHO)
    full = json.dumps("x" * (1_048_576 - 2)).encode()
    assert functions.invoke(FunctionName=name, InvocationType="Event", Payload=full)["StatusCode"] == 202
    code, message = refusal(functions.invoke, FunctionName=name, InvocationType="Event", Payload=full + b" ")
    assert code == "RequestTooLargeException"
    assert "1048577 byte payload is too large for the Event invocation type (service limit 1048576 bytes)" == message
