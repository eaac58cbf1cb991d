"""How functions are started: where a custom runtime lies, and scripts around an interpreter."""

import io
import zipfile

from support.aws import zipped

ECHO = """#!/usr/bin/python3 -S
import os, urllib.request
api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/invocation/"
while True:
    with urllib.request.urlopen(api + "next") as event:
        answer = ("%s %s " % (os.path.realpath(__file__), os.environ["_HANDLER"])).encode() + event.read()
        request_id = event.headers["Lambda-Runtime-Aws-Request-Id"]
    urllib.request.urlopen(api + request_id + "/response", answer).read()
"""


def test_the_bootstrap_of_a_layer(functions, make_function, unique):
    """docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html: a runtime may be shared as a layer."""
    content = zipped(ECHO, "bootstrap", executable=True)
    layer = functions.publish_layer_version(LayerName=unique("runtime"), Content={"ZipFile": content})
    given = {"Runtime": "provided.al2023", "Handler": "h", "Layers": [layer["LayerVersionArn"]], "Timeout": 20}
    name = make_function("", Code={"ZipFile": zipped("", "data.txt")}, **given)
    reply = functions.invoke(FunctionName=name, Payload=b"1")
    assert reply["Payload"].read() == b"/opt/bootstrap h 1"
    own = make_function("", Code={"ZipFile": content}, **given)
    assert functions.invoke(FunctionName=own, Payload=b"2")["Payload"].read() == b"/var/task/bootstrap h 2"


WRAPPED = """import os, sys
def handler(event, context):
    return os.environ.get("WRAPPED"), sys.flags.dev_mode
"""


def package(wrapper):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("app.py", WRAPPED)
        entry = zipfile.ZipInfo("wrapper")
        entry.external_attr = 0o100755 << 16
        made.writestr(entry, wrapper)
    return {"ZipFile": out.getvalue()}


def test_a_wrapper_starts_the_runtime(make_function, call):
    """docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html#runtime-wrapper"""
    script = '#!/bin/bash\nexport WRAPPED=yes\nargs=("$@")\nexec "${args[0]}" -X dev "${args[@]:1}"\n'
    variables = {"AWS_LAMBDA_EXEC_WRAPPER": "/var/task/wrapper"}
    name = make_function("", Code=package(script), Environment={"Variables": variables}, Timeout=20)
    assert call(name) == (["yes", True], None)


def test_a_wrapper_that_is_not_there(make_function, call):
    variables = {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/nowhere"}
    name = make_function("def handler(e, c):\n    pass\n", Environment={"Variables": variables})
    answer, failed = call(name)
    assert failed == "Unhandled" and answer["errorType"] == "Runtime.InvalidEntrypoint"
    assert "AWS_LAMBDA_EXEC_WRAPPER cannot be executed: no such file or directory" in answer["errorMessage"]
