"""The table expression_cases.json through the server: each expression in the operations that take one of its kind."""

import json
import pathlib

import pytest
from botocore.exceptions import ClientError

from conformance.dynamodb import expression_model as model

TABLE = json.loads((pathlib.Path(__file__).parent / "expression_cases.json").read_text())
KEY = {"id": {"S": "1"}}


def rows(*kinds):
    return [row for row in TABLE["cases"] if row["kind"] in kinds]


def item_of(row):
    item = TABLE["standard"] if row.get("item") == "standard" else row.get("item", {})
    return {name: model.binary(value) for name, value in item.items()}


def arguments_of(row, parameter):
    out = {parameter: row["expression"]}
    if "names" in row:
        out["ExpressionAttributeNames"] = row["names"]
    if "values" in row and parameter != "ProjectionExpression":
        out["ExpressionAttributeValues"] = {name: model.binary(value) for name, value in row["values"].items()}
    return out


def message_of(call, **arguments):
    """None: it is done."""
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Message"]
    return None


def as_filter(text):
    return text.replace("Invalid ConditionExpression: ", "Invalid FilterExpression: ") if text else text


@pytest.fixture
def stored(dynamodb, table):
    """Puts the item of a row, when it is another one than before."""
    last = []

    def put(row):
        item = item_of(row)
        if last != [item]:
            dynamodb.put_item(TableName=table, Item={**item, **KEY})
            last[:] = [item]
        return item

    return put


def test_conditions(dynamodb, table, stored):
    for row in rows("condition"):
        stored(row)
        message = message_of(dynamodb.update_item, TableName=table, Key=KEY, **arguments_of(row, "ConditionExpression"))
        expected = row.get("error")
        if expected is None:
            expected = None if row["result"] else "The conditional request failed"
        assert message == expected, row


def test_filters(dynamodb, table, stored):
    for row in rows("condition", "filter"):
        stored(row)
        arguments = {"TableName": table, **arguments_of(row, "FilterExpression")}
        if "error" in row:
            assert message_of(dynamodb.scan, **arguments) == as_filter(row["error"]), row
        else:
            assert dynamodb.scan(**arguments)["Count"] == int(row["result"]), row


def test_projections(dynamodb, table, stored):
    for row in rows("projection"):
        stored(row)
        arguments = {"TableName": table, "Key": KEY, **arguments_of(row, "ProjectionExpression")}
        if "error" in row:
            assert message_of(dynamodb.get_item, **arguments) == row["error"], row
        else:
            got = dynamodb.get_item(**arguments).get("Item", {})
            expected = {name: model.binary(value) for name, value in row["result"].items()}
            assert model.plain_item(got) == model.plain_item(expected), row


def test_updates(dynamodb, table):
    for row in rows("update"):
        item = item_of(row)
        arguments = {"TableName": table, "Key": KEY, **arguments_of(row, "UpdateExpression")}
        dynamodb.put_item(TableName=table, Item={**item, **KEY})
        if "error" in row:
            assert message_of(dynamodb.update_item, **arguments) == row["error"], row
            continue
        kind = "UPDATED_NEW" if "updated_new" in row else "ALL_NEW"
        got = dynamodb.update_item(ReturnValues=kind, **arguments).get("Attributes", {})
        expected = row.get("updated_new")
        if expected is None:
            changed = {**item, **{name: value and model.binary(value) for name, value in row["changes"].items()}, **KEY}
            expected = {name: value for name, value in changed.items() if value is not None}
        assert model.plain_item(got) == model.plain_item(expected), row


@pytest.fixture
def keyed_table(dynamodb, unique):
    """keyed_table("S and N") -> a table with the keys pk (S) and sk (N)."""
    made = {}

    def make(types):
        if types in made:
            return made[types]
        made[types] = unique("keyed")
        pairs = list(zip(("pk", "sk"), types.split(" and ")))
        dynamodb.create_table(
            TableName=made[types], BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": kind} for name, kind in pairs],
            KeySchema=[{"AttributeName": name, "KeyType": "HASH" if name == "pk" else "RANGE"} for name, _ in pairs])
        return made[types]

    yield make
    for name in made.values():
        dynamodb.delete_table(TableName=name)


def test_key_conditions(dynamodb, keyed_table):
    for row in rows("key"):
        if "keys" in row:
            arguments = {"TableName": keyed_table(row["keys"]), **arguments_of(row, "KeyConditionExpression")}
            assert message_of(dynamodb.query, **arguments) == row.get("error"), row
