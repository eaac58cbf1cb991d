"""What one account's ARNs are worth to another one that nobody has let in."""

import pytest

from support.aws import ACCOUNT, allow, policy, refusal, trust, zipped
from support.server import Server

ARN = f"arn:aws:lambda:us-east-1:{ACCOUNT}"


@pytest.fixture(scope="module")
def accounts(tmp_path_factory):
    """(one account's clients, the other account's Lambda), by services' names"""
    data = tmp_path_factory.mktemp("accounts") / "data"
    with Server(data, "--account-root", "111111111111:AKIDOFANOTHER:x") as server:
        iam, functions = server.client("iam"), server.client("lambda")
        role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust(Service="lambda.amazonaws.com"))
        iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=policy(allow("*")))
        functions.create_function(
            FunctionName="f", Runtime="python3.12", Role=role["Role"]["Arn"], Handler="app.handler",
            Code={"ZipFile": zipped("def handler(event, context):\n    return event\n")},
        )  # fmt: skip
        functions.publish_layer_version(LayerName="l", Content={"ZipFile": zipped("V = 1\n")})
        yield server, server.client("lambda", "AKIDOFANOTHER", "x")


def test_a_mapping_needs_a_function_of_ones_own(accounts):
    """It acts as the function's role: nobody else may make it do so, nor turn a mapping of theirs to it."""
    server, other = accounts
    dynamodb = server.client("dynamodb")
    dynamodb.create_table(
        TableName="table", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )  # fmt: skip
    stream = dynamodb.describe_table(TableName="table")["Table"]["LatestStreamArn"]
    assert refusal(
        other.create_event_source_mapping, FunctionName=f"{ARN}:function:f", EventSourceArn=stream,
        StartingPosition="LATEST",
    ) == ("ResourceNotFoundException", f"Function not found: {ARN}:function:f")  # fmt: skip


@pytest.mark.parametrize("operation, more", [
    ("get_function", {}), ("invoke", {}), ("delete_function", {}), ("publish_version", {}),
    ("update_function_configuration", {"Timeout": 4}), ("create_function_url_config", {"AuthType": "NONE"}),
])  # fmt: skip
def test_functions(accounts, operation, more):
    _, other = accounts
    assert refusal(getattr(other, operation), FunctionName=f"{ARN}:function:f", **more)[0] == "AccessDeniedException"


def test_layers(accounts):
    _, other = accounts
    denied = "AccessDeniedException"
    assert refusal(other.list_layer_versions, LayerName=f"{ARN}:layer:l") == (
        denied,
        "User: arn:aws:iam::111111111111:root is not authorized to perform: lambda:ListLayerVersions on resource: "
        f"{ARN}:layer:l",
    )
    assert refusal(other.get_layer_version_by_arn, Arn=f"{ARN}:layer:l:1")[0] == denied
    assert refusal(other.delete_layer_version, LayerName=f"{ARN}:layer:l", VersionNumber=1)[0] == denied
