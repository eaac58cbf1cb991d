"""GetFunction's Code.Location: the package can be had there, for ten minutes, by whoever has the URL."""

import re

import pytest

from support.aws import BASIC_EXECUTION, raw, trust, zipped

SOURCE = "def handler(event, context):\n    return event\n# " + "x" * 300_000  # larger than one piece of a stream


@pytest.fixture
def frozen(own_server):
    return own_server("--clock", "frozen@2026-03-01T12:00:00Z")


@pytest.fixture
def deployed(frozen):
    """(client, name, package) of a function on a server whose clock stands."""
    iam, functions = frozen.client("iam"), frozen.client("lambda")
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust(Service="lambda.amazonaws.com"))["Role"]["Arn"]
    iam.attach_role_policy(RoleName="r", PolicyArn=BASIC_EXECUTION)
    package = zipped(SOURCE)
    functions.create_function(
        FunctionName="f", Runtime="python3.12", Role=role, Handler="app.handler", Code={"ZipFile": package}
    )
    return functions, "f", package


def target_of(server, functions, name):
    code = functions.get_function(FunctionName=name)["Code"]
    assert code["RepositoryType"] == "S3"
    assert code["Location"].startswith(server.url + "/")
    return code["Location"][len(server.url):]


def code_of(reply):
    return re.search(r"<Code>(.*?)</Code>", reply.text)[1]


def test_download(frozen, deployed):
    functions, name, package = deployed
    target = target_of(frozen, functions, name)
    reply = raw(frozen, "GET", target)
    assert (reply.status, reply.headers["Content-Type"]) == (200, "application/zip")
    assert reply.body == package
    head = raw(frozen, "HEAD", target)
    assert (head.status, head.headers["Content-Length"]) == (200, str(len(package)))
    assert raw(frozen, "PUT", target, body=b"x").status == 405


def test_each_url_is_for_its_own_package(frozen, deployed):
    functions, name, package = deployed
    before, newer = target_of(frozen, functions, name), zipped("def handler(event, context):\n    return 2\n")
    functions.update_function_code(FunctionName=name, ZipFile=newer)
    assert raw(frozen, "GET", target_of(frozen, functions, name)).body == newer
    assert raw(frozen, "GET", before).body == package  # until it is swept


def test_it_expires(frozen, deployed):
    functions, name, _ = deployed
    target = target_of(frozen, functions, name)
    frozen.clock.advance("9m59s")
    assert raw(frozen, "GET", target).status == 200
    frozen.clock.advance("1s")
    reply = raw(frozen, "GET", target)
    assert (reply.status, code_of(reply)) == (403, "AccessDenied")


def test_forgeries(frozen, deployed):
    functions, name, package = deployed
    target = target_of(frozen, functions, name)
    path, _, query = target.partition("?")
    expires = re.search(r"Expires=(\d+)", query)[1]
    other = path[:-1] + ("0" if path[-1] != "0" else "1")
    forged = [
        path,
        f"{path}?Signature={'0' * 64}",
        target.replace(expires, str(int(expires) + 1)),
        target[:-1] + ("0" if target[-1] != "0" else "1"),
        f"{other}?{query}",
        f"/_orrery/code/../store/CURRENT?{query}",
    ]
    for one in forged:
        reply = raw(frozen, "GET", one)
        assert (reply.status, code_of(reply)) == (403, "SignatureDoesNotMatch"), one
        assert package not in reply.body


def test_no_url_outlives_the_server(frozen, deployed):
    functions, name, package = deployed
    target = target_of(frozen, functions, name)
    assert frozen.stop() == 0
    frozen.start()
    assert raw(frozen, "GET", target).status == 403
    assert raw(frozen, "GET", target_of(frozen, functions, name)).body == package
