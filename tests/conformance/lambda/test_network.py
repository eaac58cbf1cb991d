"""Functions that have no network but this server, by their tag orrery:network."""

import socket

import pytest

SOURCE = """
import socket, boto3
def handler(event, context):
    try:
        socket.create_connection(("127.0.0.1", event), 2).close()
        host = "reached"
    except OSError as error:
        host = type(error).__name__
    return host, boto3.client("sts").get_caller_identity()["Account"]
"""
ALONE, SHARED = ["ConnectionRefusedError", "000000000000"], ["reached", "000000000000"]


@pytest.fixture(autouse=True)
def networks(server):
    protections = {one["name"]: one["active"] for one in server.admin("GET", "/_orrery/functions")["protections"]}
    if not protections["network"]:
        pytest.skip("this machine allows no network namespaces")


@pytest.fixture
def neighbour():
    """The port of a program of this machine that is no business of functions."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def test_tag_at_creation_and_its_removal(functions, make_function, call, neighbour):
    name = make_function(SOURCE, Tags={"orrery:network": "none"}, Timeout=30)
    assert call(name, neighbour) == (ALONE, None)
    arn = functions.get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    functions.untag_resource(Resource=arn, TagKeys=["orrery:network"])
    assert call(name, neighbour) == (SHARED, None)


def test_tagging_changes_versions_that_run_already(functions, make_function, call, neighbour):
    name = make_function(SOURCE, Publish=True, Timeout=30)
    arn = functions.get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    assert call(name + ":1", neighbour) == (SHARED, None)
    functions.tag_resource(Resource=arn, Tags={"orrery:network": "none", "team": "a"})
    assert call(name + ":1", neighbour) == (ALONE, None)
    assert call(name, neighbour) == (ALONE, None)
    functions.tag_resource(Resource=arn, Tags={"orrery:network": "host"})
    assert call(name + ":1", neighbour) == (SHARED, None)


def test_another_value_is_refused_and_changes_nothing(functions, make_function, neighbour):
    name = make_function(SOURCE, Tags={"team": "a"})
    arn = functions.get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    with pytest.raises(functions.exceptions.InvalidParameterValueException, match="must be none or host: vpc"):
        functions.tag_resource(Resource=arn, Tags={"orrery:network": "vpc"})
    assert functions.list_tags(Resource=arn)["Tags"] == {"team": "a"}
