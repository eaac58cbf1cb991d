"""Resource-based policies: kept, told, and obeyed."""

import json

import pytest
from support.aws import allow, deny, refusal, trust

ACCOUNT = "000000000000"
EXTRA = {"Principal": "*"}


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": [EXTRA | one for one in statements]})


@pytest.fixture
def arn(dynamodb, table):
    return dynamodb.describe_table(TableName=table)["Table"]["TableArn"]


@pytest.fixture
def as_nobody(server, client, unique):
    """A client of a role without any permission, and the role's ARN."""
    name = unique("nobody")
    role = client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust(AWS="*"))["Role"]["Arn"]
    session = client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    return server.client(
        "dynamodb", session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"]
    ), role


def test_put_get_delete(dynamodb, arn, table):
    assert refusal(dynamodb.get_resource_policy, ResourceArn=arn) == (
        "PolicyNotFoundException",
        f"Resource-based policy not found for the provided ResourceArn: {arn}",
    )
    first, second = document(allow("dynamodb:GetItem", arn)), document(allow("dynamodb:PutItem", arn))
    revision = dynamodb.put_resource_policy(ResourceArn=arn, Policy=first, ExpectedRevisionId="NO_POLICY")["RevisionId"]
    assert dynamodb.put_resource_policy(ResourceArn=arn, Policy=first)["RevisionId"] == revision
    told = dynamodb.get_resource_policy(ResourceArn=arn)
    assert (told["Policy"], told["RevisionId"]) == (first, revision)
    assert refusal(
        dynamodb.put_resource_policy, ResourceArn=arn, Policy=second, ExpectedRevisionId="NO_POLICY"
    ) == (
        "PolicyNotFoundException",
        "Resource-based policy not found for the provided ResourceArn: Requested policy update expecting none to be "
        f"present for table {table}, but a policy exists with revision id {revision}.",
    )
    newer = dynamodb.put_resource_policy(ResourceArn=arn, Policy=second, ExpectedRevisionId=revision)["RevisionId"]
    assert newer > revision
    for call in (dynamodb.put_resource_policy, dynamodb.delete_resource_policy):
        more = {"Policy": first} if call == dynamodb.put_resource_policy else {}
        assert refusal(call, ResourceArn=arn, ExpectedRevisionId=revision, **more) == (
            "PolicyNotFoundException",
            "Resource-based policy not found for the provided ResourceArn: Requested update for policy with revision "
            f"id {revision}, but the policy associated to target table {table} has revision id {newer}.",
        )
    assert dynamodb.delete_resource_policy(ResourceArn=arn, ExpectedRevisionId=newer)["RevisionId"] == newer
    assert "RevisionId" not in dynamodb.delete_resource_policy(ResourceArn=arn)
    assert refusal(dynamodb.delete_resource_policy, ResourceArn=arn, ExpectedRevisionId=newer)[0] == (
        "PolicyNotFoundException"
    )


def test_at_creation_and_deletion(dynamodb, make_table):
    name = make_table(ResourcePolicy=document(allow("dynamodb:GetItem")))
    arn = dynamodb.describe_table(TableName=name)["Table"]["TableArn"]
    assert "GetItem" in dynamodb.get_resource_policy(ResourceArn=arn)["Policy"]
    dynamodb.delete_table(TableName=name)
    missing = ("ResourceNotFoundException", f"Requested resource not found: Table: {name} not found")
    assert refusal(dynamodb.get_resource_policy, ResourceArn=arn) == missing
    assert refusal(dynamodb.delete_resource_policy, ResourceArn=arn) == missing
    assert refusal(dynamodb.put_resource_policy, ResourceArn=arn, Policy=document(allow("*"))) == missing


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ("{", "Invalid policy document: This policy contains invalid Json"),
        (json.dumps({"Version": "2012-10-17", "Statement": [allow("*")]}), "Invalid policy document: "),
        (" " * 20_481, "Maximum policy size of 20480 bytes exceeded"),
    ],
)
def test_bad_policies(dynamodb, arn, policy, message):
    code, text = refusal(dynamodb.put_resource_policy, ResourceArn=arn, Policy=policy)
    assert code == "ValidationException"
    assert text.startswith("One or more parameter values were invalid: " + message)


def test_bad_arns(dynamodb, arn):
    for bad, message in [
        ("table", "One or more parameter values were invalid: ARNs must start with 'arn:': table"),
        (
            "arn:aws:s3:::bucket",
            "One or more parameter values were invalid: Provided Arn is not a DynamoDB resource arn: arn:aws:s3:::bucket",
        ),
        (
            arn + "/index/abc",
            "One or more parameter values were invalid: Invalid resource arn provided, only table or stream is "
            f"accepted. Provided resource arn: {arn}/index/abc",
        ),
        (
            arn.replace("us-east-1", "eu-west-1"),
            "One or more parameter values were invalid: Invalid resource Arn: "
            + arn.replace("us-east-1", "eu-west-1"),
        ),
    ]:
        assert refusal(dynamodb.get_resource_policy, ResourceArn=bad) == ("ValidationException", message)


def test_of_a_stream(dynamodb, make_table):
    name = make_table(StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})
    table = dynamodb.describe_table(TableName=name)["Table"]
    policy = document(allow("dynamodb:GetRecords", table["LatestStreamArn"]))
    dynamodb.put_resource_policy(ResourceArn=table["LatestStreamArn"], Policy=policy)
    assert dynamodb.get_resource_policy(ResourceArn=table["LatestStreamArn"])["Policy"] == policy
    assert refusal(dynamodb.get_resource_policy, ResourceArn=table["TableArn"])[0] == "PolicyNotFoundException"


def test_grants(dynamodb, arn, table, as_nobody):
    nobody, role = as_nobody
    item = {"TableName": table, "Item": {"id": {"S": "a"}}}
    assert refusal(nobody.put_item, **item)[0] == "AccessDeniedException"
    dynamodb.put_resource_policy(
        ResourceArn=arn, Policy=document(allow("dynamodb:PutItem", arn, Principal={"AWS": role}))
    )
    nobody.put_item(**item)
    assert refusal(nobody.get_item, TableName=table, Key={"id": {"S": "a"}})[0] == "AccessDeniedException"
    dynamodb.delete_resource_policy(ResourceArn=arn)
    assert refusal(nobody.put_item, **item)[0] == "AccessDeniedException"


def test_denies(dynamodb, arn, table):
    dynamodb.put_resource_policy(ResourceArn=arn, Policy=document(deny("dynamodb:GetItem", arn)))
    code, message = refusal(dynamodb.get_item, TableName=table, Key={"id": {"S": "a"}})
    assert code == "AccessDeniedException"
    assert "explicit deny in a resource-based policy" in message


def test_lockout_is_to_be_confirmed(dynamodb, arn):
    shut = document(deny("dynamodb:PutResourcePolicy", arn))
    assert refusal(dynamodb.put_resource_policy, ResourceArn=arn, Policy=shut) == (
        "AccessDeniedException",
        "The new resource policy will not allow you to update the resource policy in the future.",
    )
    dynamodb.put_resource_policy(ResourceArn=arn, Policy=shut, ConfirmRemoveSelfResourceAccess=True)
    assert refusal(dynamodb.put_resource_policy, ResourceArn=arn, Policy=document(allow("*")))[0] == (
        "AccessDeniedException"
    )
    dynamodb.delete_resource_policy(ResourceArn=arn)


def test_survive_a_restart(own_server):
    server = own_server()
    dynamodb = server.client("dynamodb")
    arn = dynamodb.create_table(
        TableName="kept",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )["TableDescription"]["TableArn"]
    dynamodb.put_resource_policy(ResourceArn=arn, Policy=document(deny("dynamodb:GetItem", arn)))
    server.kill()
    server.start()
    assert refusal(server.client("dynamodb").get_item, TableName="kept", Key={"id": {"S": "a"}})[0] == (
        "AccessDeniedException"
    )


def test_of_another_account(own_server):
    server = own_server()
    dynamodb = server.client("dynamodb")
    arns = [
        dynamodb.create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )["TableDescription"]["TableArn"]
        for name in ("shared", "private")
    ]
    for name in ("shared", "private"):
        dynamodb.put_item(TableName=name, Item={"id": {"S": "a"}, "of": {"S": name}})
    shared = allow(["dynamodb:GetItem", "dynamodb:DescribeTable"], arns[0], Principal={"AWS": "111111111111"})
    dynamodb.put_resource_policy(ResourceArn=arns[0], Policy=document(shared))
    server.stop()
    server.flags = ("--account", "111111111111")  # the same root credential, of another account
    server.start()
    other = server.client("dynamodb")
    key = {"id": {"S": "a"}}
    assert other.get_item(TableName=arns[0], Key=key)["Item"]["of"] == {"S": "shared"}
    assert other.describe_table(TableName=arns[0])["Table"]["TableArn"] == arns[0]
    for call, arguments in [
        (other.put_item, {"TableName": arns[0], "Item": key}),
        (other.get_item, {"TableName": arns[1], "Key": key}),
        (other.delete_table, {"TableName": arns[0]}),
    ]:
        assert refusal(call, **arguments)[0] == "AccessDeniedException"
    assert refusal(other.get_item, TableName="shared", Key=key)[0] == "ResourceNotFoundException"
    assert refusal(other.get_resource_policy, ResourceArn=arns[0])[0] in (
        "AccessDeniedException",
        "ValidationException",
    )
