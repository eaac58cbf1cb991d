"""ConditionExpression of the three writes."""

import pytest
from botocore.exceptions import ClientError

KEY = {"id": {"S": "a"}}
ITEM = KEY | {"n": {"N": "5"}, "tags": {"SS": ["x", "y"]}, "m": {"M": {"list": {"L": [{"S": "first"}]}}}}
FAILED = ("ConditionalCheckFailedException", "The conditional request failed")


@pytest.fixture
def item(dynamodb, table):
    dynamodb.put_item(TableName=table, Item=ITEM)
    return table


def writes(dynamodb, table):
    """Each of the three, as a function of the condition's parameters."""
    return [
        lambda **more: dynamodb.put_item(TableName=table, Item=ITEM, **more),
        lambda **more: dynamodb.update_item(TableName=table, Key=KEY, **more),
        lambda **more: dynamodb.delete_item(TableName=table, Key=KEY, **more),
    ]


@pytest.mark.parametrize(
    ("condition", "values"),
    [
        ("attribute_exists(id)", {}),
        ("attribute_not_exists(absent) AND attribute_exists(m.#list[0])", {}),
        ("n = :five", {":five": {"N": "5.0"}}),
        ("n BETWEEN :one AND :nine AND NOT n IN (:one, :nine)", {":one": {"N": "1"}, ":nine": {"N": "9"}}),
        ("contains(tags, :x) OR n = :x", {":x": {"S": "x"}}),
        ("begins_with(m.#list[0], :fi) AND attribute_type(tags, :ss)", {":fi": {"S": "fi"}, ":ss": {"S": "SS"}}),
        ("size(tags) = :two AND size(m) > :zero", {":two": {"N": "2"}, ":zero": {"N": "0"}}),
    ],
)
def test_what_holds(dynamodb, item, refusal, condition, values):
    more = {"ExpressionAttributeValues": values} if values else {}
    if "#list" in condition:
        more["ExpressionAttributeNames"] = {"#list": "list"}
    for write in writes(dynamodb, item):
        assert refusal(write, ConditionExpression=f"NOT ({condition})", **more) == FAILED
    assert dynamodb.get_item(TableName=item, Key=KEY)["Item"]["n"] == ITEM["n"]
    for write in writes(dynamodb, item):
        write(ConditionExpression=condition, **more)
    assert "Item" not in dynamodb.get_item(TableName=item, Key=KEY)


def test_of_no_item(dynamodb, table, refusal):
    for write in writes(dynamodb, table):
        assert refusal(write, ConditionExpression="attribute_exists(id)") == FAILED
        assert refusal(write, ConditionExpression="n <> :n AND attribute_exists(n)",
                       ExpressionAttributeValues={":n": {"N": "1"}}) == FAILED
    assert "Item" not in dynamodb.get_item(TableName=table, Key=KEY)
    dynamodb.put_item(TableName=table, Item=ITEM, ConditionExpression="attribute_not_exists(id)")
    assert refusal(dynamodb.put_item, TableName=table, Item=ITEM,
                   ConditionExpression="attribute_not_exists(id)") == FAILED


def test_the_item_with_the_failure(dynamodb, item):
    for write in writes(dynamodb, item):
        for choice, told in (("ALL_OLD", True), ("NONE", False)):
            with pytest.raises(ClientError) as refused:
                write(ConditionExpression="attribute_not_exists(id)", ReturnValuesOnConditionCheckFailure=choice)
            found = refused.value.response.get("Item")
            if told:
                assert found["n"] == ITEM["n"]
                assert found["m"] == ITEM["m"]
            else:
                assert found is None
    dynamodb.delete_item(TableName=item, Key=KEY)
    with pytest.raises(ClientError) as refused:
        dynamodb.delete_item(
            TableName=item,
            Key=KEY,
            ConditionExpression="attribute_exists(id)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert "Item" not in refused.value.response


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"ConditionExpression": ""}, "Invalid ConditionExpression: The expression can not be empty;"),
        ({"ConditionExpression": "n ="}, "Invalid ConditionExpression: Syntax error;"),
        ({"ConditionExpression": "((n = id))"}, "The expression has redundant parentheses"),
        (
            {"ConditionExpression": "n = :x"},
            "An expression attribute value used in expression is not defined; attribute value: :x",
        ),
        (
            {"ConditionExpression": "attribute_exists(id)", "ExpressionAttributeValues": {":x": {"S": "x"}}},
            "Value provided in ExpressionAttributeValues unused in expressions: keys: {:x}",
        ),
        (
            {"ConditionExpression": "attribute_exists(id)", "Expected": {"id": {"Exists": False}}},
            "Non-expression parameters: {Expected} Expression parameters: {ConditionExpression}",
        ),
    ],
)
def test_errors(dynamodb, item, refusal, parameters, message):
    for write in writes(dynamodb, item):
        code, text = refusal(write, **parameters)
        assert code == "ValidationException"
        assert message in text
    assert dynamodb.get_item(TableName=item, Key=KEY)["Item"]["n"] == ITEM["n"]


def test_keys_come_before_conditions(dynamodb, item, refusal):
    assert refusal(
        dynamodb.delete_item, TableName=item, Key={"id": {"N": "1"}}, ConditionExpression="attribute_exists(id)"
    ) == ("ValidationException", "The provided key element does not match the schema")


def test_bad_choice(dynamodb, table, refusal):
    code, message = refusal(
        dynamodb.put_item, TableName=table, Item=KEY, ReturnValuesOnConditionCheckFailure="UPDATED_OLD"
    )
    assert code == "ValidationException"
    assert "Member must satisfy enum value set: [ALL_OLD, NONE]" in message
