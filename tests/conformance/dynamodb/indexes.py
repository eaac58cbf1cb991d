"""Tables with indexes, for the tests of this folder."""

from support.aws import eventually

INVALID = "One or more parameter values were invalid: "
PROVISIONED = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}


def attribute(name, kind="S"):
    return {"AttributeName": name, "AttributeType": kind}


def keys(*names):
    kinds = ("HASH", "RANGE")
    return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, kinds, strict=False)]


def index(name, *names, projection="ALL", include=None, **more):
    out = {"IndexName": name, "KeySchema": keys(*names), "Projection": {"ProjectionType": projection}, **more}
    if include:
        out["Projection"]["NonKeyAttributes"] = include
    return out


WHO = [attribute("id"), attribute("at", "N"), attribute("who")]


def delete_once_idle(dynamodb, name):
    """Deletes a table, once its indexes are neither made nor dropped."""

    def gone():
        try:
            dynamodb.delete_table(TableName=name)
        except dynamodb.exceptions.ResourceInUseException:
            return False
        except dynamodb.exceptions.ResourceNotFoundException:
            pass
        return True

    eventually(gone)


def describe(dynamodb, name):
    return dynamodb.describe_table(TableName=name)["Table"]


def global_indexes(dynamodb, name):
    return {one["IndexName"]: one for one in describe(dynamodb, name).get("GlobalSecondaryIndexes", [])}


def add(dynamodb, name, new, *attributes):
    return dynamodb.update_table(
        TableName=name, AttributeDefinitions=list(attributes), GlobalSecondaryIndexUpdates=[{"Create": new}]
    )["TableDescription"]


def drop(dynamodb, name, old):
    return dynamodb.update_table(TableName=name, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": old}}])[
        "TableDescription"
    ]


def settled(dynamodb, name):
    return eventually(
        lambda: all(one["IndexStatus"] == "ACTIVE" for one in global_indexes(dynamodb, name).values())
    )


def contents(dynamodb, table, index_name):
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, IndexName=index_name)
    return [item for page in pages for item in page["Items"]]


def put(dynamodb, table, **attributes):
    dynamodb.put_item(TableName=table, Item=attributes)
