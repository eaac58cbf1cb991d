"""The parameters of before expressions, of writes: Expected, ConditionalOperator, AttributeUpdates."""

import pytest

KEY = {"id": {"S": "a"}}
ITEM = KEY | {"n": {"N": "5"}, "s": {"S": "text"}, "tags": {"SS": ["x", "y"]}}
FAILED = ("ConditionalCheckFailedException", "The conditional request failed")


@pytest.fixture
def item(dynamodb, table):
    dynamodb.put_item(TableName=table, Item=ITEM)
    return table


@pytest.mark.parametrize(
    ("expected", "holds"),
    [
        ({"n": {"Value": {"N": "5.0"}}}, True),
        ({"n": {"Value": {"N": "6"}}}, False),
        ({"n": {"Exists": False}}, False),
        ({"missing": {"Exists": False}}, True),
        ({"n": {"Exists": True, "Value": {"N": "5"}}}, True),
        ({"n": {"ComparisonOperator": "GT", "AttributeValueList": [{"N": "4"}]}}, True),
        ({"n": {"ComparisonOperator": "BETWEEN", "AttributeValueList": [{"N": "1"}, {"N": "4"}]}}, False),
        ({"s": {"ComparisonOperator": "BEGINS_WITH", "AttributeValueList": [{"S": "te"}]}}, True),
        ({"tags": {"ComparisonOperator": "CONTAINS", "AttributeValueList": [{"S": "x"}]}}, True),
        ({"tags": {"ComparisonOperator": "NOT_CONTAINS", "AttributeValueList": [{"S": "x"}]}}, False),
        ({"n": {"ComparisonOperator": "IN", "AttributeValueList": [{"N": "4"}, {"N": "5"}]}}, True),
        ({"n": {"ComparisonOperator": "NE", "AttributeValueList": [{"N": "5"}]}}, False),
        ({"missing": {"ComparisonOperator": "NULL"}, "n": {"ComparisonOperator": "NOT_NULL"}}, True),
        ({"n": {"Value": {"N": "6"}}, "s": {"Value": {"S": "text"}}}, False),
    ],
)
def test_expected(dynamodb, item, refusal, expected, holds):
    writes = [
        lambda: dynamodb.put_item(TableName=item, Item=ITEM, Expected=expected),
        lambda: dynamodb.update_item(TableName=item, Key=KEY, Expected=expected),
        lambda: dynamodb.delete_item(TableName=item, Key=KEY, Expected=expected),
    ]
    for write in writes:
        if holds:
            write()
        else:
            assert refusal(write) == FAILED


def test_conditional_operator(dynamodb, item, refusal):
    expected = {"n": {"Value": {"N": "6"}}, "s": {"Value": {"S": "text"}}}
    assert refusal(dynamodb.put_item, TableName=item, Item=ITEM, Expected=expected, ConditionalOperator="AND") == FAILED
    dynamodb.put_item(TableName=item, Item=ITEM, Expected=expected, ConditionalOperator="OR")
    code, message = refusal(dynamodb.put_item, TableName=item, Item=ITEM, ConditionalOperator="OR")
    assert code == "ValidationException"
    assert "ConditionalOperator cannot be used without Filter or Expected" in message


@pytest.mark.parametrize(
    ("expected", "message"),
    [
        ({"n": {"Exists": True}}, "Value must be provided when Exists is true for Attribute: n"),
        ({"n": {"Exists": False, "Value": {"N": "1"}}}, "Value cannot be used when Exists is false for Attribute: n"),
        (
            {"n": {"ComparisonOperator": "BETWEEN", "AttributeValueList": [{"N": "1"}]}},
            "Invalid number of argument(s) for the BETWEEN ComparisonOperator",
        ),
    ],
)
def test_expected_errors(dynamodb, item, refusal, expected, message):
    code, text = refusal(dynamodb.put_item, TableName=item, Item=ITEM, Expected=expected)
    assert (code, text) == ("ValidationException", f"One or more parameter values were invalid: {message}")


def test_attribute_updates(dynamodb, item):
    def update(updates, **more):
        return dynamodb.update_item(TableName=item, Key=KEY, AttributeUpdates=updates, **more).get("Attributes")

    new = update(
        {
            "n": {"Action": "ADD", "Value": {"N": "2"}},
            "s": {"Action": "DELETE"},
            "tags": {"Action": "DELETE", "Value": {"SS": ["x"]}},
            "fresh": {"Value": {"S": "put by default"}},
        },
        ReturnValues="ALL_NEW",
    )
    assert new == KEY | {"n": {"N": "7"}, "tags": {"SS": ["y"]}, "fresh": {"S": "put by default"}}
    assert update({"n": {"Action": "PUT", "Value": {"S": "now text"}}}, ReturnValues="UPDATED_OLD") == {"n": {"N": "7"}}
    assert update({}, ReturnValues="UPDATED_NEW") is None
    added = update({"list": {"Action": "ADD", "Value": {"L": [{"N": "1"}]}}}, ReturnValues="UPDATED_NEW")
    assert added == {"list": {"L": [{"N": "1"}]}}


def test_attribute_updates_of_no_item(dynamodb, table):
    def update(updates):
        dynamodb.update_item(TableName=table, Key=KEY, AttributeUpdates=updates)
        return dynamodb.get_item(TableName=table, Key=KEY).get("Item")

    assert update({"x": {"Action": "DELETE"}}) is None
    assert update({}) == KEY
    assert update({"n": {"Action": "ADD", "Value": {"N": "3"}}}) == KEY | {"n": {"N": "3"}}


def test_attribute_updates_errors(dynamodb, item, refusal):
    def update(updates, **more):
        return refusal(dynamodb.update_item, TableName=item, Key=KEY, AttributeUpdates=updates, **more)

    code, message = update({"id": {"Value": {"S": "b"}}})
    assert code == "ValidationException"
    assert "Cannot update attribute id. This attribute is part of the key" in message
    code, message = update({"x": {"Action": "PUT"}})
    assert "Only DELETE action is allowed when no attribute value is specified" in message
    code, message = update({"s": {"Action": "ADD", "Value": {"N": "1"}}})
    assert code == "ValidationException"
    code, message = update({"x": {"Value": {"S": "x"}}}, UpdateExpression="REMOVE x")
    assert "Non-expression parameters: {AttributeUpdates} Expression parameters: {UpdateExpression}" in message
