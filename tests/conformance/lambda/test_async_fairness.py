"""A function with many events that hang, functions that start slowly, and one beside them that is quick."""

import json
import threading

import pytest

from support.aws import BASIC_EXECUTION, eventually, log_lines, trust, zipped

HANGS = "import time\ndef handler(event, context):\n    print('mine', flush=True)\n    time.sleep(600)\n"
QUICK = "def handler(event, context):\n    print('answered', event)\n    return event\n"
EVENTS = 320


@pytest.fixture
def alone(own_server):
    """A server of its own, as what hangs would keep the clock of everybody from settling."""
    server = own_server()
    server.functions = server.client("lambda", read_timeout=60)
    iam = server.client("iam")
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust(Service="lambda.amazonaws.com"))["Role"]["Arn"]
    iam.attach_role_policy(RoleName="r", PolicyArn=BASIC_EXECUTION)

    def deploy(name, source, **more):
        server.functions.create_function(
            FunctionName=name, Runtime="python3.12", Role=role, Handler="app.handler", Code={"ZipFile": zipped(source)}, **more
        )

    server.deploy = deploy
    return server


def send_events(server, name, count):
    def send():
        client = server.client("lambda")
        for _ in range(count // 4):
            client.invoke(FunctionName=name, InvocationType="Event", Payload=b"1")

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_slow_function_holds_nobody_back(alone):
    alone.deploy("slow", HANGS, Timeout=600)
    alone.functions.put_function_concurrency(FunctionName="slow", ReservedConcurrentExecutions=2)
    alone.deploy("quick", QUICK)
    send_events(alone, "slow", EVENTS)
    logs = alone.client("logs")
    eventually(lambda: log_lines(logs, "/aws/lambda/slow").count("mine") == 2)
    for number in range(3):
        alone.functions.invoke(FunctionName="quick", InvocationType="Event", Payload=str(number).encode())
        eventually(lambda: f"answered {number}" in log_lines(logs, "/aws/lambda/quick"))
    assert json.load(alone.functions.invoke(FunctionName="quick", Payload=b"7")["Payload"]) == 7
    assert log_lines(logs, "/aws/lambda/slow").count("mine") == 2
    # The rest waits for its turn: nothing of it was tried and put off.
    alone.functions.put_function_concurrency(FunctionName="slow", ReservedConcurrentExecutions=5)
    eventually(lambda: log_lines(logs, "/aws/lambda/slow").count("mine") == 5)


def test_slow_starts_hold_nobody_back(alone):
    for number in range(6):  # more than start at the same time
        alone.deploy(f"slow-{number}", "import time\ntime.sleep(600)\ndef handler(event, context):\n    pass\n", Timeout=600)
        alone.functions.invoke(FunctionName=f"slow-{number}", InvocationType="Event", Payload=b"1")
    alone.deploy("quick", QUICK)
    # Within the ten seconds that the others have to start in.
    quick = alone.client("lambda", read_timeout=8)
    assert json.load(quick.invoke(FunctionName="quick", Payload=b"7")["Payload"]) == 7
