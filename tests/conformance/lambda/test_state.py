"""How a function gets ready: State and LastUpdateStatus, on a server that takes its time."""

import json

from support.aws import refusal, trust, zipped

ECHO = "def handler(event, context):\n    return event\n"


def test_states(own_server):
    server = own_server("--function-delay", "30s", "--clock", "frozen@2026-03-01T00:00:00Z")
    client, iam = server.client("lambda"), server.client("iam")
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust(Service="lambda.amazonaws.com"))["Role"]["Arn"]
    made = client.create_function(
        FunctionName="slow", Runtime="python3.12", Role=role, Handler="app.handler", Code={"ZipFile": zipped(ECHO)}
    )
    assert (made["State"], made["StateReasonCode"]) == ("Pending", "Creating")
    assert made["StateReason"] == "The function is being created."
    arn = made["FunctionArn"]
    assert refusal(client.invoke, FunctionName="slow") == (
        "ResourceConflictException",
        "The operation cannot be performed at this time. The function is currently in the following state: Pending",
    )
    busy = (
        "ResourceConflictException",
        f"The operation cannot be performed at this time. An update is in progress for resource: {arn}",
    )
    assert refusal(client.update_function_configuration, FunctionName="slow", Timeout=9) == busy
    assert refusal(client.update_function_code, FunctionName="slow", ZipFile=zipped(ECHO)) == busy
    assert refusal(client.publish_version, FunctionName="slow") == busy
    client.get_waiter("function_exists").wait(FunctionName="slow")

    server.clock.advance("30s")
    for waiter in ("function_active", "function_active_v2", "function_updated", "function_updated_v2"):
        client.get_waiter(waiter).wait(FunctionName="slow", WaiterConfig={"MaxAttempts": 1})
    shown = client.get_function_configuration(FunctionName="slow")
    assert (shown["State"], shown["LastUpdateStatus"]) == ("Active", "Successful")
    assert "StateReason" not in shown

    changed = client.update_function_configuration(FunctionName="slow", Timeout=9)
    assert (changed["State"], changed["LastUpdateStatus"]) == ("Active", "InProgress")
    assert (changed["LastUpdateStatusReasonCode"], changed["Timeout"]) == ("Creating", 9)
    assert json.loads(client.invoke(FunctionName="slow", Payload=b"1")["Payload"].read()) == 1
    server.clock.advance("30s")
    assert client.publish_version(FunctionName="slow")["Version"] == "1"
    client.get_waiter("published_version_active").wait(FunctionName="slow", Qualifier="1")
