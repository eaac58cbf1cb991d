"""Authorization: which actions and resources the operations mean, and fine-grained access control."""

import json

import pytest
from botocore.exceptions import ClientError

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
}


@pytest.fixture
def as_role(server, unique):
    """as_role(statement, …) -> a DynamoDB client that may do just that."""

    def make(*statements):
        name = unique("role")
        iam = server.client("iam")
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
        policy = {"Version": "2012-10-17", "Statement": list(statements)}
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps(policy))
        keys = server.client("sts").assume_role(RoleArn=arn, RoleSessionName="session")["Credentials"]
        return server.client("dynamodb", keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])

    return make


def denied(call, **arguments):
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
    return refused.value.response["Error"]["Message"]


def test_per_table(dynamodb, make_table, as_role):
    mine, other = make_table(), make_table()
    arn = dynamodb.describe_table(TableName=mine)["Table"]["TableArn"]
    client = as_role({"Effect": "Allow", "Action": ["dynamodb:PutItem", "dynamodb:BatchWriteItem"], "Resource": arn})
    item = {"id": {"S": "a"}}
    client.put_item(TableName=mine, Item=item)
    assert "dynamodb:PutItem" in denied(client.put_item, TableName=other, Item=item)
    assert "dynamodb:GetItem" in denied(client.get_item, TableName=mine, Key=item)
    put = [{"PutRequest": {"Item": {"id": {"S": "b"}}}}]
    client.batch_write_item(RequestItems={mine: put})
    denied(client.batch_write_item, RequestItems={mine: put, other: put})
    denied(client.list_tables)


def test_leading_keys(dynamodb, make_table, as_role):
    table = make_table()
    client = as_role(
        {
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:BatchWriteItem"],
            "Resource": "*",
            "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["mine"]}},
        }
    )
    client.put_item(TableName=table, Item={"id": {"S": "mine"}})
    client.get_item(TableName=table, Key={"id": {"S": "mine"}})
    denied(client.get_item, TableName=table, Key={"id": {"S": "yours"}})
    denied(
        client.batch_write_item,
        RequestItems={table: [{"PutRequest": {"Item": {"id": {"S": key}}}} for key in ("mine", "yours")]},
    )


def test_another_account(dynamodb):
    arn = "arn:aws:dynamodb:us-east-1:999999999999:table/theirs"
    denied(dynamodb.get_item, TableName=arn, Key={"id": {"S": "a"}})
