"""Packages that are broken, or mean harm: each is refused, and the server goes on."""

import io
import stat
import threading
import zipfile

import pytest

from support.aws import eventually, log_lines, refusal, zipped

BROKEN = "Could not unzip uploaded file. Please check your file, then try to upload again."
ECHO = "def handler(event, context):\n    return event\n"


def entry(name, content=b"x", mode=0o644, kind=stat.S_IFREG):
    info = zipfile.ZipInfo(name)
    info.external_attr = (kind | mode) << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    return info, content


def archive(*entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for info, content in entries:
            made.writestr(info, content)
    return out.getvalue()


def link(name, target):
    return entry(name, target.encode(), 0o777, stat.S_IFLNK)


def understated():
    """A bomb that says of itself that it is small."""
    package = bytearray(archive(entry("bomb", b"\0" * (260 << 20))))
    size = (260 << 20).to_bytes(4, "little")
    at = package.find(size)
    while at >= 0:
        package[at : at + 4] = (10).to_bytes(4, "little")
        at = package.find(size, at)
    return bytes(package)


PACKAGES = {
    "bomb": lambda: archive(entry("bomb", b"\0" * (260 << 20))),
    "bomb that lies": understated,
    "many bombs": lambda: archive(*(entry(f"part{i}", b"\0" * (30 << 20)) for i in range(9))),
    "parent": lambda: archive(entry("../escaped.py")),
    "parent inside": lambda: archive(entry("a/../../escaped.py")),
    "absolute": lambda: archive(entry("/tmp/escaped.py")),
    "link out": lambda: archive(link("out", "../../../etc")),
    "absolute link": lambda: archive(link("out", "/etc/passwd")),
    "through a link": lambda: archive(link("out", ".."), entry("out/escaped.py")),
    "file and folder": lambda: archive(entry("a"), entry("a/b")),
    "no zip": lambda: b"#!/bin/sh\n",
    "cut short": lambda: zipped(ECHO)[:-30],
    "empty": lambda: b"",
}


@pytest.mark.parametrize("kind", PACKAGES)
def test_refused_packages(functions, make_function, call, kind):
    name = make_function(ECHO)
    package = PACKAGES[kind]()
    code, message = refusal(functions.update_function_code, FunctionName=name, ZipFile=package)
    assert code == "InvalidParameterValueException", message
    if kind in ("no zip", "cut short"):
        assert message == BROKEN
    if "bomb" in kind:
        assert message in ("Unzipped size must be smaller than 262144000 bytes", BROKEN)
    assert call(name, 1) == (1, None)


@pytest.mark.parametrize("kind", ["bomb", "parent", "link out", "cut short"])
def test_refused_layers(functions, unique, kind):
    name = unique("layer")
    code, _ = refusal(functions.publish_layer_version, LayerName=name, Content={"ZipFile": PACKAGES[kind]()})
    assert code == "InvalidParameterValueException"
    assert functions.list_layer_versions(LayerName=name)["LayerVersions"] == []


def test_links_within_a_package(make_function, call):
    package = archive(entry("real.py", ECHO.encode()), link("app.py", "real.py"))
    assert call(make_function("", Code={"ZipFile": package}), 3) == (3, None)


def test_no_source_at_all(functions, make_function):
    name = make_function(ECHO)
    code, _ = refusal(functions.update_function_code, FunctionName=name)
    assert code == "InvalidParameterValueException"


def test_container_images(functions, role, unique):
    code, message = refusal(
        functions.create_function, FunctionName=unique("f"), Role=role, PackageType="Image",
        Code={"ImageUri": "000000000000.dkr.ecr.us-east-1.amazonaws.com/app:latest"},
    )  # fmt: skip
    assert code == "InvalidParameterValueException" and "zip" in message


def test_a_runtime_without_an_interpreter(functions, role, unique, make_function, call):
    given = {"Role": role, "Handler": "app.handler", "Code": {"ZipFile": zipped(ECHO)}}
    code, message = refusal(functions.create_function, FunctionName=unique("f"), Runtime="java21", **given)
    assert code == "InvalidParameterValueException" and "java21" in message
    name = make_function(ECHO)
    code, _ = refusal(functions.update_function_configuration, FunctionName=name, Runtime="java21")
    assert code == "InvalidParameterValueException"
    assert call(name, 1) == (1, None)


def test_deleted_while_running(functions, server, make_function, call):
    name = make_function(
        "import time\ndef handler(e, c):\n    print('on its way', flush=True)\n    time.sleep(3)\n    return 'done'\n",
        Timeout=30, Publish=True,
    )  # fmt: skip
    answers = {}

    def run(qualifier):
        answers[qualifier] = call(name, Qualifier=qualifier)

    running = [threading.Thread(target=run, args=(qualifier,)) for qualifier in ("$LATEST", "1")]
    for one in running:
        one.start()
    logs = server.client("logs")
    eventually(lambda: log_lines(logs, f"/aws/lambda/{name}").count("on its way") == 2, 30)
    functions.delete_function(FunctionName=name)
    for one in running:
        one.join()
    assert answers == {"$LATEST": ("done", None), "1": ("done", None)}
    assert refusal(functions.invoke, FunctionName=name)[0] == "ResourceNotFoundException"
