"""CloudWatch: a client, and servers whose clock stands."""

import pytest

from conformance.cloudwatch.moments import START
from support.aws import ACCOUNT, allow, policy, trust, zipped

CODE = """
    def handler(event, context):
        if event.get("fail"):
            raise ValueError("as asked")
        return "done"
"""


@pytest.fixture
def cloudwatch(client):
    return client("cloudwatch")


@pytest.fixture
def frozen(own_server):
    """A server of one's own at START; advance its clock by server.clock.advance("60s")."""
    return own_server("--clock", f"frozen@{START.strftime('%Y-%m-%dT%H:%M:%SZ')}")


@pytest.fixture
def busy(frozen):
    """A server with the function "worker"."""
    frozen.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=trust(Service="lambda.amazonaws.com"))
    frozen.client("iam").put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=policy(allow("logs:*")))
    frozen.client("lambda").create_function(
        FunctionName="worker", Runtime="python3.11", Role=f"arn:aws:iam::{ACCOUNT}:role/r", Handler="app.handler",
        Code={"ZipFile": zipped(CODE)}, Timeout=60)
    return frozen
