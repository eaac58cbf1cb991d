"""InvokeWithResponseStream, as boto3 reads it."""

import json

import pytest

from support.aws import refusal


def read(reply):
    chunks, complete = b"", None
    for event in reply["EventStream"]:
        if "PayloadChunk" in event:
            chunks += event["PayloadChunk"]["Payload"]
        else:
            complete = event["InvokeComplete"]
    return chunks, complete


def test_a_whole_response_is_one_stream(functions, make_function):
    name = make_function("def handler(event, context):\n    return {'got': event}\n")
    reply = functions.invoke_with_response_stream(FunctionName=name, Payload=b"[1, 2]")
    assert (reply["StatusCode"], reply["ExecutedVersion"]) == (200, "$LATEST")
    assert reply["ResponseStreamContentType"] == "application/vnd.amazon.eventstream"
    chunks, complete = read(reply)
    assert json.loads(chunks) == {"got": [1, 2]}
    assert "ErrorCode" not in complete


def test_large_responses(functions, make_function):
    name = make_function("def handler(event, context):\n    return 'x' * event\n")
    chunks, _ = read(functions.invoke_with_response_stream(FunctionName=name, Payload=b"3000000"))
    assert len(chunks) == 3_000_002


def test_the_log_tail_comes_last(functions, make_function):
    name = make_function("def handler(event, context):\n    print('seen')\n")
    _, complete = read(functions.invoke_with_response_stream(FunctionName=name, LogType="Tail"))
    assert complete["LogResult"]


def test_a_function_that_fails(functions, make_function):
    name = make_function("def handler(event, context):\n    raise KeyError('k')\n")
    _, complete = read(functions.invoke_with_response_stream(FunctionName=name))
    assert complete["ErrorCode"] == "KeyError"
    assert json.loads(complete["ErrorDetails"])["errorMessage"] == "'k'"


@pytest.mark.parametrize("arguments, code", [
    ({"Payload": b"{"}, "InvalidRequestContentException"),
    ({"FunctionName": "nobody"}, "ResourceNotFoundException"),
])  # fmt: skip
def test_what_cannot_begin_is_an_error(functions, make_function, arguments, code):
    name = make_function("def handler(event, context):\n    return 1\n")
    assert refusal(functions.invoke_with_response_stream, **{"FunctionName": name, **arguments})[0] == code
