"""Random expressions through the server, against the model in expression_model.py."""

import random

import pytest
from botocore.exceptions import ClientError

from conformance.dynamodb import expression_cases_random as cases
from conformance.dynamodb import expression_model as model

SEED = 20240607


@pytest.fixture
def maker():
    return cases.Maker(random.Random(SEED))


def same(actual, expected):
    return model.plain_item(actual) == model.plain_item(expected)


def test_filters(dynamodb, table, maker):
    items = {str(i): {**maker.item(), "id": {"S": str(i)}} for i in range(30)}
    for item in items.values():
        dynamodb.put_item(TableName=table, Item=item)
    for _ in range(250):
        condition = maker.condition(maker.random.choice(list(items.values())))
        text = cases.Text(maker.random)
        expression = text.condition(condition)
        found = dynamodb.scan(TableName=table, FilterExpression=expression, ProjectionExpression="id",
                              ConsistentRead=True, **text.arguments())["Items"]
        expected = {id for id, item in items.items() if model.holds(condition, item)}
        assert {item["id"]["S"] for item in found} == expected, (expression, text.arguments())


def test_conditions_of_writes(dynamodb, table, maker):
    for _ in range(100):
        item = {**maker.item(), "id": {"S": "1"}}
        dynamodb.put_item(TableName=table, Item=item)
        condition = maker.condition(item)
        text = cases.Text(maker.random)
        arguments = {"ConditionExpression": text.condition(condition), **text.arguments()}
        try:
            dynamodb.put_item(TableName=table, Item=item, **arguments)
            held = True
        except dynamodb.exceptions.ConditionalCheckFailedException:
            held = False
        assert held == model.holds(condition, item), arguments


def test_updates(dynamodb, table, maker):
    key = {"id": {"S": "1"}}
    outcomes = {"done": 0, "refused": 0}
    for _ in range(300):
        item = {**maker.item(), **key}
        actions = maker.update(item)
        text = cases.Text(maker.random)
        expression = text.update(actions)
        expected, reasons = model.apply(actions, item)
        dynamodb.put_item(TableName=table, Item=item)
        arguments = {"UpdateExpression": expression, **text.arguments()}
        try:
            got = dynamodb.update_item(TableName=table, Key=key, ReturnValues="ALL_NEW", **arguments)["Attributes"]
            assert reasons is None, (arguments, item, reasons)
            assert same(got, expected), (arguments, item)
        except ClientError as error:
            assert reasons and error.response["Error"]["Message"] in reasons, (arguments, item, reasons, error)
            expected = item
        outcomes["refused" if reasons else "done"] += 1
        stored = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
        assert same(stored, expected), (arguments, item)
    assert min(outcomes.values()) > 30


def test_what_updates_return(dynamodb, table, maker):
    key = {"id": {"S": "1"}}
    for kind in ["UPDATED_OLD", "UPDATED_NEW"] * 60:
        item = {**maker.item(), **key}
        actions = maker.update(item)
        after, reasons = model.apply(actions, item)
        if reasons:
            continue
        text = cases.Text(maker.random)
        arguments = {"UpdateExpression": text.update(actions), **text.arguments()}
        dynamodb.put_item(TableName=table, Item=item)
        got = dynamodb.update_item(TableName=table, Key=key, ReturnValues=kind, **arguments).get("Attributes", {})
        paths = [action[1] for action in actions]
        assert same(got, model.project(paths, item if kind == "UPDATED_OLD" else after)), (kind, arguments, item)


def test_projections(dynamodb, table, maker):
    key = {"id": {"S": "1"}}
    for _ in range(150):
        item = {**maker.item(), **key}
        paths = maker.projection(item)
        text = cases.Text(maker.random)
        expression = ", ".join(text.path(path) for path in paths)
        dynamodb.put_item(TableName=table, Item=item)
        got = dynamodb.get_item(TableName=table, Key=key, ProjectionExpression=expression, ConsistentRead=True,
                                **text.arguments()).get("Item", {})
        assert same(got, model.project(paths, item)), (expression, text.names, item)
