"""Functions for the tests of this folder."""

import json

import pytest

from support.aws import BASIC_EXECUTION, trust, zipped


@pytest.fixture(scope="session")
def functions(server):
    return server.client("lambda", read_timeout=60)


@pytest.fixture(scope="session")
def role(server):
    """A role that may write logs, and nothing else."""
    iam = server.client("iam")
    made = iam.create_role(RoleName="lambda-tests", AssumeRolePolicyDocument=trust(Service="lambda.amazonaws.com"))
    iam.attach_role_policy(RoleName="lambda-tests", PolicyArn=BASIC_EXECUTION)
    return made["Role"]["Arn"]


@pytest.fixture
def make_function(functions, role, unique):
    """make_function("def handler(event, context): …", Timeout=1) -> its name."""
    made = []

    def make(source, **more):
        name = more.pop("FunctionName", None) or unique("function")
        given = {"Runtime": "python3.12", "Role": role, "Handler": "app.handler", "Code": {"ZipFile": zipped(source)}}
        functions.create_function(FunctionName=name, **{**given, **more})
        made.append(name)
        return name

    yield make
    for name in made:
        try:
            functions.delete_function(FunctionName=name)
        except functions.exceptions.ResourceNotFoundException:
            pass


@pytest.fixture
def call(functions):
    """call(name, event) -> (what the function returned or its error document, "Unhandled" or None)."""

    def invoke(name, event=None, **more):
        reply = functions.invoke(FunctionName=name, Payload=json.dumps(event), **more)
        return json.loads(reply["Payload"].read()), reply.get("FunctionError")

    return invoke
