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


def allow(actions, **conditions):
    statement = {"Effect": "Allow", "Action": [f"dynamodb:{action}" for action in actions], "Resource": "*"}
    return statement | ({"Condition": conditions} if conditions else {})


def test_attributes(dynamodb, make_table, as_role):
    """Every parameter that names an attribute counts."""
    table = make_table()
    key = {"id": {"S": "a"}}
    dynamodb.put_item(TableName=table, Item=key | {"open": {"S": "o"}, "shut": {"S": "s"}})
    client = as_role(
        allow(
            ["GetItem", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem"],
            **{
                "ForAllValues:StringEquals": {"dynamodb:Attributes": ["id", "open"]},
                "StringEqualsIfExists": {
                    "dynamodb:Select": "SPECIFIC_ATTRIBUTES",
                    "dynamodb:ReturnValues": ["NONE", "UPDATED_OLD", "UPDATED_NEW"],
                },
            },
        )
    )
    get = {"TableName": table, "Key": key}
    assert client.get_item(**get, ProjectionExpression="#o", ExpressionAttributeNames={"#o": "open"})["Item"]
    assert client.get_item(**get, AttributesToGet=["open"])["Item"]
    denied(client.get_item, **get)  # all attributes
    denied(client.get_item, **get, ProjectionExpression="shut.deep")
    denied(client.get_item, **get, AttributesToGet=["shut"])
    denied(client.batch_get_item, RequestItems={table: {"Keys": [key], "ProjectionExpression": "shut"}})
    client.batch_get_item(RequestItems={table: {"Keys": [key], "ProjectionExpression": "id"}})

    value = {"ExpressionAttributeValues": {":v": {"S": "v"}}}
    client.update_item(**get, UpdateExpression="SET #o = :v", ExpressionAttributeNames={"#o": "open"}, **value)
    denied(client.update_item, **get, UpdateExpression="SET shut = :v", **value)
    denied(client.update_item, **get, UpdateExpression="REMOVE #o", ExpressionAttributeNames={"#o": "open"},
           ConditionExpression="attribute_exists(shut)")
    denied(client.update_item, **get, AttributeUpdates={"shut": {"Action": "DELETE"}})
    denied(client.update_item, **get, AttributeUpdates={"open": {"Action": "DELETE"}}, ReturnValues="ALL_NEW")
    denied(client.put_item, TableName=table, Item=key | {"shut": {"S": "x"}})
    denied(client.put_item, TableName=table, Item=key, Expected={"shut": {"Exists": False}})
    denied(client.delete_item, **get, ConditionExpression="attribute_exists(shut)")
    denied(client.delete_item, **get, ReturnValues="ALL_OLD")
    client.delete_item(**get, ConditionExpression="attribute_exists(id)")


def test_transactions_need_the_actions_of_their_members(dynamodb, make_table, as_role):
    table, other = make_table(), make_table()
    key = {"id": {"S": "a"}}
    members = {
        "PutItem": {"Put": {"TableName": table, "Item": key}},
        "UpdateItem": {"Update": {"TableName": table, "Key": key, "UpdateExpression": "REMOVE x"}},
        "DeleteItem": {"Delete": {"TableName": table, "Key": key}},
        "ConditionCheckItem": {
            "ConditionCheck": {"TableName": table, "Key": key, "ConditionExpression": "attribute_not_exists(x)"}
        },
    }
    for action in members:
        client = as_role(allow([action]))
        for needed, member in members.items():
            if needed == action:
                client.transact_write_items(TransactItems=[member])
            else:
                assert f"dynamodb:{needed}" in denied(client.transact_write_items, TransactItems=[member])
    arn = dynamodb.describe_table(TableName=table)["Table"]["TableArn"]
    client = as_role({"Effect": "Allow", "Action": ["dynamodb:PutItem", "dynamodb:GetItem"], "Resource": arn})
    there = {"Put": {"TableName": other, "Item": key}}
    denied(client.transact_write_items, TransactItems=[{"Put": {"TableName": table, "Item": {"id": {"S": "b"}}}}, there])
    get = {"Get": {"TableName": table, "Key": key}}
    client.transact_get_items(TransactItems=[get])
    denied(client.transact_get_items, TransactItems=[get, {"Get": {"TableName": other, "Key": key}}])


def test_keys_and_operation_of_a_transaction(make_table, as_role):
    table = make_table()

    def put(name):
        return {"Put": {"TableName": table, "Item": {"id": {"S": name}}}}

    mine = as_role(allow(["PutItem"], **{"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["mine"]}}))
    mine.transact_write_items(TransactItems=[put("mine")])
    denied(mine.transact_write_items, TransactItems=[put("mine"), put("yours")])
    only = {"dynamodb:EnclosingOperation": ["TransactWriteItems"]}
    transactions = as_role(allow(["PutItem"], **{"ForAnyValue:StringEquals": only}))
    transactions.transact_write_items(TransactItems=[put("any")])
    denied(transactions.put_item, TableName=table, Item={"id": {"S": "any"}})
