"""Invoke: what goes in, what comes out, and what a function's failures look like."""

import base64
import concurrent.futures
import json
import re

import pytest

from support.aws import ACCOUNT, eventually, log_lines, raw, refusal, sign, status_of, trust, zipped

ECHO = "def handler(event, context):\n    return event\n"


@pytest.fixture(scope="module")
def echo(server, role):
    """One function for the tests that only need some function."""
    functions = server.client("lambda")
    functions.create_function(
        FunctionName="echo", Runtime="python3.12", Role=role, Handler="app.handler", Code={"ZipFile": zipped(ECHO)}
    )
    yield "echo"
    functions.delete_function(FunctionName="echo")


@pytest.mark.parametrize("event", [None, True, 0, -1.5, "", "text", [], [1, [2]], {}, {"a": {"b": ["ü", "\u2028"]}}])
def test_events_come_back(echo, call, event):
    assert call(echo, event) == (event, None)


def test_a_reply(functions, echo):
    reply = functions.invoke(FunctionName=echo, Payload=b'{"a": 1}')
    assert (reply["StatusCode"], reply["ExecutedVersion"]) == (200, "$LATEST")
    assert "FunctionError" not in reply and "LogResult" not in reply
    headers = reply["ResponseMetadata"]["HTTPHeaders"]
    assert headers["x-amzn-requestid"] and headers["content-type"] == "application/json"
    assert functions.invoke(FunctionName=echo)["Payload"].read() == b"{}"


def test_the_log_tail(functions, make_function):
    name = make_function("def handler(e, c):\n    print('seen', e)\n    return 1\n")
    reply = functions.invoke(FunctionName=name, LogType="Tail", Payload=b"5")
    tail = base64.b64decode(reply["LogResult"]).decode()
    request = reply["ResponseMetadata"]["RequestId"]
    lines = tail.splitlines()
    assert f"START RequestId: {request} Version: $LATEST" in lines
    assert "seen 5" in lines
    assert f"END RequestId: {request}" in lines
    report = rf"REPORT RequestId: {request}\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\t"
    assert re.search(report + r"Max Memory Used: \d+ MB\tInit Duration: [\d.]+ ms", tail)
    again = base64.b64decode(functions.invoke(FunctionName=name, LogType="Tail", Payload=b"6")["LogResult"]).decode()
    assert "Init Duration" not in again and "seen 5" not in again


def test_the_tail_is_four_kilobytes(functions, make_function):
    name = make_function("def handler(e, c):\n    for i in range(1000): print('line', i)\n")
    tail = base64.b64decode(functions.invoke(FunctionName=name, LogType="Tail")["LogResult"])
    assert 3000 < len(tail) <= 4096
    assert b"line 999" in tail and b"REPORT" in tail


def test_log_lines_are_in_the_group(client, functions, make_function, call):
    name = make_function(
        """
        import logging
        logging.getLogger().setLevel("INFO")
        def handler(event, context):
            print("printed")
            logging.info("logged\\nin two lines")
        """
    )
    call(name)
    logs = client("logs")
    lines = eventually(lambda: [x for x in [log_lines(logs, f"/aws/lambda/{name}")] if any("REPORT" in m for m in x)])[0]
    assert "printed" in lines
    assert any(re.match(r"\[INFO\]\t\S+Z\t[0-9a-f-]{36}\tlogged\nin two lines$", line) for line in lines), lines
    assert [line.split()[0] for line in lines if line.split()[0] in ("START", "END", "REPORT")] == [
        "START", "END", "REPORT",
    ]  # fmt: skip


def test_dry_run(functions, echo, make_function):
    reply = functions.invoke(FunctionName=echo, InvocationType="DryRun")
    assert reply["StatusCode"] == 204 and reply["Payload"].read() == b""


def test_event(client, functions, make_function):
    name = make_function("def handler(event, context):\n    print('got', event['n'])\n")
    reply = functions.invoke(FunctionName=name, InvocationType="Event", Payload=b'{"n": 41}')
    assert (reply["StatusCode"], reply["Payload"].read()) == (202, b"")
    eventually(lambda: "got 41" in log_lines(client("logs"), f"/aws/lambda/{name}"))


def test_invoke_async(client, functions, make_function):
    name = make_function("def handler(event, context):\n    print('got', event['n'])\n")
    assert functions.invoke_async(FunctionName=name, InvokeArgs=b'{"n": 42}')["Status"] == 202
    eventually(lambda: "got 42" in log_lines(client("logs"), f"/aws/lambda/{name}"))


# --- Failures of the function ------------------------------------------------------------------------------------------


def test_an_exception(make_function, functions):
    name = make_function(
        """
        class Refused(Exception):
            pass

        def inner():
            raise Refused("no such order")

        def handler(event, context):
            inner()
        """
    )
    reply = functions.invoke(FunctionName=name, LogType="Tail")
    assert reply["StatusCode"] == 200 and reply["FunctionError"] == "Unhandled"
    error = json.loads(reply["Payload"].read())
    assert error["errorMessage"] == "no such order" and error["errorType"] == "Refused"
    assert error["requestId"] == reply["ResponseMetadata"]["RequestId"]
    assert [re.sub(r"line \d+", "line N", frame) for frame in error["stackTrace"]] == [
        '  File "/var/task/app.py", line N, in handler\n    inner()\n',
        '  File "/var/task/app.py", line N, in inner\n    raise Refused("no such order")\n',
    ]
    assert "[ERROR] Refused: no such order" in base64.b64decode(reply["LogResult"]).decode()


def test_the_next_invocation_is_unharmed(make_function, call):
    name = make_function("def handler(event, context):\n    return 1 / event\n")
    assert call(name, 2) == (0.5, None)
    assert call(name, 0)[0]["errorType"] == "ZeroDivisionError"
    assert call(name, 4) == (0.25, None)


@pytest.mark.parametrize(
    ("source", "handler", "kind", "message"),
    [
        ("def handler(:\n", "app.handler", "Runtime.UserCodeSyntaxError", "Syntax error in module 'app': "),
        ("x = 1\n", "app.handler", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'app'"),
        ("x = 1\n", "other.handler", "Runtime.ImportModuleError", "Unable to import module 'other': "),
        ("x = 1\n", "app", "Runtime.MalformedHandlerName", "Bad handler 'app': "),
        ("import nothere\n", "app.handler", "Runtime.ImportModuleError", "Unable to import module 'app': No module"),
        ("raise KeyError('boot')\n", "app.handler", "KeyError", "'boot'"),
        ("def handler(e, c):\n    return object()\n", "app.handler", "Runtime.MarshalError", "Unable to marshal "),
        ("import sys\ndef handler(e, c):\n    sys.exit(3)\n", "app.handler", "Runtime.ExitError", "RequestId: "),
    ],
)
def test_faulty_code(make_function, call, source, handler, kind, message):
    error, failed = call(make_function(source, Handler=handler))
    assert failed == "Unhandled"
    assert error["errorType"] == kind
    assert error["errorMessage"].startswith(message)


def test_timeout(make_function, functions):
    name = make_function("import time\ndef handler(e, c):\n    time.sleep(e)\n    return 'done'\n", Timeout=1)
    reply = functions.invoke(FunctionName=name, Payload=b"30", LogType="Tail")
    request = reply["ResponseMetadata"]["RequestId"]
    error = json.loads(reply["Payload"].read())
    assert reply["FunctionError"] == "Unhandled"
    assert error == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": f"RequestId: {request} Error: Task timed out after 1.00 seconds",
    }
    assert f"{request} Task timed out after 1.00 seconds" in base64.b64decode(reply["LogResult"]).decode()
    assert json.loads(functions.invoke(FunctionName=name, Payload=b"0")["Payload"].read()) == "done"


def test_out_of_memory(server, make_function, call):
    protections = {one["name"]: one["active"] for one in server.admin("GET", "/_orrery/functions")["protections"]}
    if not protections.get("memory limit"):
        pytest.skip("no memory limits on this machine")
    name = make_function("def handler(event, context):\n    return len(bytearray(event * 1024 * 1024))\n", Timeout=20)
    assert call(name, 10) == (10 * 1024 * 1024, None)
    error, failed = call(name, 400)
    assert failed == "Unhandled"
    assert error["errorType"] == "Runtime.ExitError"
    assert re.fullmatch(r"RequestId: \S+ Error: Runtime exited with error: signal: killed", error["errorMessage"])
    assert call(name, 10) == (10 * 1024 * 1024, None)


# --- What goes in ------------------------------------------------------------------------------------------------------


def test_payload_limits(functions, make_function):
    name = make_function("def handler(event, context):\n    return len(event)\n")
    most = 6 * 1024 * 1024
    reply = functions.invoke(FunctionName=name, Payload=b'"' + b"x" * (most - 2) + b'"')
    assert json.loads(reply["Payload"].read()) == most - 2
    code, message = refusal(functions.invoke, FunctionName=name, Payload=b'"' + b"x" * (most - 1) + b'"')
    assert code == "RequestTooLargeException"
    assert message == (
        f"{most + 1} byte payload is too large for the RequestResponse invocation type (service limit {most} bytes)"
    )
    too_large = b'"' + b"x" * (1024 * 1024 - 1) + b'"'
    code, message = refusal(functions.invoke, FunctionName=name, InvocationType="Event", Payload=too_large)
    assert code == "RequestTooLargeException"
    assert message == "1048577 byte payload is too large for the Event invocation type (service limit 1048576 bytes)"
    assert status_of(functions.invoke, FunctionName=name, InvocationType="Event", Payload=too_large) == 413


def test_a_reply_too_large(make_function, call):
    name = make_function("def handler(event, context):\n    return 'x' * event\n", MemorySize=512)
    most = 6 * 1024 * 1024
    assert len(call(name, most - 2)[0]) == most - 2
    error, failed = call(name, most + 200)
    assert failed == "Unhandled" and error["errorType"] == "Function.ResponseSizeTooLarge"
    assert error["errorMessage"] == "Response payload size exceeded maximum allowed payload size (6291556 bytes)."


@pytest.mark.parametrize("payload", [b"{", b"nope", b"{'a': 1}", b"\xff\xfe"])
def test_a_payload_that_is_no_json(functions, echo, payload):
    code, message = refusal(functions.invoke, FunctionName=echo, Payload=payload)
    assert code == "InvalidRequestContentException"
    assert message.startswith("Could not parse request body into json: ")


def test_client_context(functions, make_function):
    name = make_function(
        """
        def handler(event, context):
            given = context.client_context
            return given and [given.custom, given.env, given.client.app_title]
        """
    )
    document = {"custom": {"a": "1"}, "env": {"locale": "de"}, "client": {"app_title": "T"}}
    context = base64.b64encode(json.dumps(document).encode()).decode()
    reply = functions.invoke(FunctionName=name, ClientContext=context)
    assert json.loads(reply["Payload"].read()) == [{"a": "1"}, {"locale": "de"}, "T"]
    assert json.loads(functions.invoke(FunctionName=name)["Payload"].read()) is None
    context = base64.b64encode('{"custom": {"é": "😀"}, "client": {}}\n'.encode()).decode()
    reply = functions.invoke(FunctionName=name, ClientContext=context)
    assert json.loads(reply["Payload"].read())[0] == {"é": "😀"}
    for wrong in (b"{", b"[1]", b'"text"', b"5"):
        given = base64.b64encode(wrong).decode()
        assert refusal(functions.invoke, FunctionName=name, ClientContext=given) == (
            "InvalidRequestContentException", "Client context must be a valid Base64-encoded JSON object.",
        )  # fmt: skip


def test_the_context_object(functions, make_function):
    name = make_function(
        """
        def handler(event, context):
            names = ("aws_request_id function_name function_version invoked_function_arn memory_limit_in_mb "
                     "log_group_name log_stream_name").split()
            return {**{name: getattr(context, name) for name in names}, "left": context.get_remaining_time_in_millis(),
                    "identity": context.identity.cognito_identity_id, "client": context.client_context}
        """,
        Timeout=5,
    )
    reply = functions.invoke(FunctionName=name)
    seen = json.loads(reply["Payload"].read())
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}"
    assert seen["aws_request_id"] == reply["ResponseMetadata"]["RequestId"]
    assert (seen["function_name"], seen["function_version"], seen["invoked_function_arn"]) == (name, "$LATEST", arn)
    assert (seen["memory_limit_in_mb"], seen["log_group_name"]) == ("128", f"/aws/lambda/{name}")
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", seen["log_stream_name"])
    assert 3000 < seen["left"] <= 5000
    assert seen["identity"] is None and seen["client"] is None
    reply = functions.invoke(FunctionName=name, Qualifier="$LATEST")
    assert json.loads(reply["Payload"].read())["invoked_function_arn"] == f"{arn}:$LATEST"


def test_the_environment(functions, make_function, call):
    name = make_function(
        "import os\ndef handler(event, context):\n    return dict(os.environ)\n",
        Environment={"Variables": {"COLOUR": "grün", "EMPTY": ""}},
    )
    seen, _ = call(name)
    assert (seen["COLOUR"], seen["EMPTY"]) == ("grün", "")
    expected = {
        "_HANDLER": "app.handler",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.12",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
        "LAMBDA_TASK_ROOT": "/var/task",
    }
    assert {key: seen.get(key) for key in expected} == expected
    assert seen["AWS_ACCESS_KEY_ID"].startswith("ASIA") and seen["AWS_SESSION_TOKEN"]


def test_two_clients_at_once(server, make_function):
    name = make_function("import os, time\ndef handler(event, context):\n    time.sleep(0.3)\n    return os.getpid(), event\n")

    def one(number):
        reply = server.client("lambda").invoke(FunctionName=name, Payload=json.dumps(number))
        return json.loads(reply["Payload"].read())

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        replies = list(pool.map(one, range(2)))
    assert [event for _, event in replies] == [0, 1]


def test_an_environment_is_reused(make_function, call):
    name = make_function("count = 0\ndef handler(e, c):\n    global count\n    count += 1\n    return count\n")
    assert [call(name)[0] for _ in range(3)] == [1, 2, 3]



PYTHON_BOOTSTRAP = """\
#!/usr/bin/python3 -S
import http.client, os
while True:
    api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    api.request("GET", "/2018-06-01/runtime/invocation/next")
    event = api.getresponse()
    body, request = event.read(), event.headers["Lambda-Runtime-Aws-Request-Id"]
    print("handler is", os.environ["_HANDLER"], flush=True)
    if body == b'"fail"':
        path, answer = "error", b'{"errorMessage": "as asked", "errorType": "Asked"}'
    else:
        path, answer = "response", b'{"you": ' + body + b"}"
    api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    api.request("POST", "/2018-06-01/runtime/invocation/%s/%s" % (request, path), answer)
    api.getresponse().read()
"""


def test_a_runtime_of_ones_own(functions, make_function):
    package = zipped(PYTHON_BOOTSTRAP, name="bootstrap", executable=True)
    name = make_function("", Runtime="provided.al2023", Handler="my.handler", Code={"ZipFile": package})
    reply = functions.invoke(FunctionName=name, Payload=b"[1]", LogType="Tail")
    assert json.loads(reply["Payload"].read()) == {"you": [1]}
    assert "handler is my.handler" in base64.b64decode(reply["LogResult"]).decode()
    reply = functions.invoke(FunctionName=name, Payload=b'"fail"')
    assert reply["FunctionError"] == "Unhandled"
    assert json.loads(reply["Payload"].read())["errorMessage"] == "as asked"


def test_a_runtime_without_bootstrap(make_function, call):
    package = zipped("nothing", name="other", executable=True)
    error, failed = call(make_function("", Runtime="provided.al2023", Handler="x", Code={"ZipFile": package}))
    assert (failed, error["errorType"]) == ("Unhandled", "Runtime.InvalidEntrypoint")
    assert "Couldn't find valid bootstrap(s)" in error["errorMessage"]


def test_by_hand(server, echo):
    """The headers that a client without an SDK sees."""
    path = "/2015-03-31/functions/echo/invocations"
    reply = raw(server, "POST", path, sign(server, "lambda", "POST", path, {}, b"[3]"), b"[3]")
    assert (reply.status, reply.body) == (200, b"[3]")
    assert reply.headers["X-Amz-Executed-Version"] == "$LATEST"
    assert reply.headers["X-Amz-Function-Error"] is None


def test_a_client_context_that_is_too_long(functions, echo):
    def context(size):
        return base64.b64encode(b'{"custom":{"a":"' + b"x" * (size * 3 // 4 - 18) + b'"}}').decode()

    assert len(context(3570)) <= 3583 < len(context(3600))
    functions.invoke(FunctionName="echo", ClientContext=context(3570), Payload=b"1")
    code, message = refusal(functions.invoke, FunctionName="echo", ClientContext=context(3600), Payload=b"1")
    assert code == "RequestTooLargeException" and "3583" in message


def test_a_role_that_is_gone(server, functions, make_function, unique):
    iam, name = server.client("iam"), unique("role")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(Service="lambda.amazonaws.com"))["Role"]["Arn"]
    function = make_function(ECHO, Role=role)
    iam.delete_role(RoleName=name)
    denied = ("AccessDeniedException", "The role defined for the function cannot be assumed by Lambda.")
    assert refusal(functions.invoke, FunctionName=function) == denied
    assert refusal(functions.invoke_with_response_stream, FunctionName=function) == denied
    assert status_of(functions.invoke, FunctionName=function) == 403
