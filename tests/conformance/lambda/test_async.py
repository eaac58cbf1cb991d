"""Asynchronous invocations and the clock: retries one and two minutes after, none after that."""

import datetime
import json

import pytest

from support.aws import BASIC_EXECUTION, log_lines, trust, zipped

START = "2026-03-01T00:00:00Z"


@pytest.fixture
def frozen(own_server):
    server = own_server("--clock", f"frozen@{START}")
    iam = server.client("iam")
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust(Service="lambda.amazonaws.com"))["Role"]["Arn"]
    iam.attach_role_policy(RoleName="r", PolicyArn=BASIC_EXECUTION)

    def deploy(source):
        server.client("lambda").create_function(
            FunctionName="f", Runtime="python3.12", Role=role, Handler="app.handler", Code={"ZipFile": zipped(source)}
        )

    server.deploy = deploy
    return server


def starts(server):
    """When the attempts began, in seconds after START, and their request ids."""
    pages = server.client("logs").get_paginator("filter_log_events").paginate(logGroupName="/aws/lambda/f")
    began = datetime.datetime.fromisoformat(START).timestamp()
    found = [event for page in pages for event in page["events"] if event["message"].startswith("START")]
    return [event["timestamp"] / 1000 - began for event in found], {event["message"].split()[2] for event in found}


def test_a_failing_function_is_tried_thrice(frozen):
    frozen.deploy("def handler(event, context):\n    raise ValueError(event)\n")
    reply = frozen.client("lambda").invoke(FunctionName="f", InvocationType="Event", Payload=b"7")
    frozen.clock.advance("1s")
    assert len(starts(frozen)[0]) == 1
    ran = frozen.clock.advance("50s")
    assert ran == [] and len(starts(frozen)[0]) == 1
    frozen.clock.advance("10m")
    times, requests = starts(frozen)
    assert [round(t) for t in times] == [0, 60, 180]
    assert requests == {reply["ResponseMetadata"]["RequestId"]}
    frozen.clock.advance("24h")
    assert len(starts(frozen)[0]) == 3


def test_a_function_that_is_mended_in_between(frozen):
    frozen.deploy("def handler(event, context):\n    raise ValueError(event)\n")
    functions = frozen.client("lambda")
    functions.invoke(FunctionName="f", InvocationType="Event", Payload=json.dumps("kept").encode())
    frozen.clock.advance("30s")
    functions.update_function_code(FunctionName="f", ZipFile=zipped("def handler(e, c):\n    print('now', e)\n"))
    ran = frozen.clock.advance("10m")
    assert [one["ok"] for one in ran] == [True]
    assert "now kept" in log_lines(frozen.client("logs"), "/aws/lambda/f")
    assert [round(t) for t in starts(frozen)[0]] == [0, 60]


def test_invocations_survive_a_restart(frozen):
    frozen.deploy("def handler(event, context):\n    raise ValueError(event)\n")
    frozen.client("lambda").invoke(FunctionName="f", InvocationType="Event", Payload=b"7")
    frozen.clock.advance("1s")
    assert frozen.stop() == 0
    frozen.flags = ()
    frozen.start()
    assert frozen.clock.show()["mode"] == "frozen"
    frozen.clock.advance("10m")
    assert [round(t) for t in starts(frozen)[0]] == [0, 60, 180]


def test_a_function_deleted_while_events_wait(frozen):
    frozen.deploy("def handler(event, context):\n    raise ValueError(event)\n")
    frozen.client("lambda").invoke(FunctionName="f", InvocationType="Event", Payload=b"7")
    frozen.clock.advance("1s")
    frozen.client("lambda").delete_function(FunctionName="f")
    ran = frozen.clock.advance("1h")
    assert [one["ok"] for one in ran] == [False]
    assert len(starts(frozen)[0]) == 1
