"""The managed Node.js runtime."""

import base64
import json
import shutil

import pytest

from support.aws import zipped

pytestmark = pytest.mark.skipif(shutil.which("node", path="/usr/bin:/usr/local/bin") is None, reason="no Node.js here")


@pytest.fixture
def make_node(make_function):
    def make(source, file="index.js", **more):
        given = {"Runtime": "nodejs20.x", "Handler": "index.handler", "Timeout": 20, **more}
        return make_function("", Code={"ZipFile": zipped(source, file)}, **given)

    return make


@pytest.mark.parametrize(
    "file, source",
    [
        ("index.js", "exports.handler = async (event) => ({ seen: event.n });"),
        ("index.js", "exports.handler = (event, context, done) => setTimeout(() => done(null, { seen: event.n }), 1);"),
        ("index.mjs", "export const handler = async (event) => ({ seen: event.n });"),
        ("index.cjs", "module.exports.handler = async (event) => ({ seen: event.n });"),
    ],
)
def test_handlers(make_node, call, file, source):
    assert call(make_node(source, file), {"n": 7}) == ({"seen": 7}, None)


def test_errors(make_node, call):
    name = make_node("exports.handler = async () => { throw new RangeError('too far'); };")
    error, failed = call(name)
    assert failed == "Unhandled"
    assert error["errorType"] == "RangeError" and error["errorMessage"] == "too far"
    assert error["trace"][0] == "RangeError: too far" and "/var/task/index.js:1" in error["trace"][1]


def test_console_lines_carry_the_request(functions, make_node):
    name = make_node("exports.handler = async () => { console.info('hello', { a: 1 }); };")
    reply = functions.invoke(FunctionName=name, LogType="Tail")
    tail = base64.b64decode(reply["LogResult"]).decode()
    request_id = reply["ResponseMetadata"]["RequestId"]
    assert f"\t{request_id}\tINFO\thello {{ a: 1 }}\n" in tail


def test_reaches_the_server(make_node, call):
    source = """
    exports.handler = async () => {
      const reply = await fetch(process.env.AWS_ENDPOINT_URL + "/_orrery/health");
      return [reply.status, process.env.AWS_SESSION_TOKEN.length > 0, process.env.AWS_EXECUTION_ENV];
    };
    """
    assert call(make_node(source)) == ([200, True, "AWS_Lambda_nodejs20.x"], None)


def test_streaming_handlers_answer_ordinary_invocations(make_node, call):
    source = """
    exports.handler = awslambda.streamifyResponse(async (event, stream) => {
      stream.write(JSON.stringify(event).slice(0, 3));
      stream.write(JSON.stringify(event).slice(3));
      stream.end();
    });
    """
    assert call(make_node(source), {"a": [1, 2, 3]}) == ({"a": [1, 2, 3]}, None)


def test_what_cannot_be_loaded(make_node, call):
    error, failed = call(make_node("exports.other = 1;"))
    assert failed == "Unhandled" and error["errorType"] == "Runtime.HandlerNotFound"
    assert json.dumps(error)
