"""Tables for the tests of this folder."""

import contextlib

import pytest
from botocore.exceptions import ClientError
from conformance.dynamodb.indexes import delete_once_idle, keys, attribute


@pytest.fixture
def dynamodb(client):
    return client("dynamodb")


@pytest.fixture
def make_table(dynamodb, unique):
    """make_table(sort="N") -> the name of a new table with key "id" (S) and, perhaps, "at"."""
    made = []

    def make(partition="S", sort=None, **more):
        name = unique("table")
        attributes = [{"AttributeName": "id", "AttributeType": partition}]
        keys = [{"AttributeName": "id", "KeyType": "HASH"}]
        if sort:
            attributes.append({"AttributeName": "at", "AttributeType": sort})
            keys.append({"AttributeName": "at", "KeyType": "RANGE"})
        more.setdefault("BillingMode", "PAY_PER_REQUEST")
        more.setdefault("AttributeDefinitions", attributes)
        dynamodb.create_table(TableName=name, KeySchema=keys, **more)
        made.append(name)
        return name

    yield make
    for name in made:
        with contextlib.suppress(dynamodb.exceptions.ClientError):  # gone, or protected
            dynamodb.delete_table(TableName=name)


@pytest.fixture
def table(make_table):
    return make_table()


@pytest.fixture
def fill(dynamodb):
    """Puts items with the ids 0 to count - 1, in batches; `size` bytes of padding each."""

    def put(table, count, size=0):
        padding = "x" * size
        for first in range(0, count, 25):
            items = [{"id": {"S": str(i)}, "pad": {"S": padding}} for i in range(first, min(first + 25, count))]
            reply = dynamodb.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": i}} for i in items]})
            assert reply["UnprocessedItems"] == {}

    return put


@pytest.fixture
def refusal():
    """refusal(call, **arguments) -> (code, message) of the error that the call must end in."""

    def refused_with(call, **arguments):
        with pytest.raises(ClientError) as refused:
            call(**arguments)
        error = refused.value.response["Error"]
        return error["Code"], error["Message"]

    return refused_with


@pytest.fixture
def make_indexed(dynamodb, unique):
    """make_indexed(attributes, keys, …) -> the name of a new table."""
    made = []

    def create(attributes=(attribute("id"),), key=("id",), **more):
        name = unique("indexed")
        if "ProvisionedThroughput" not in more:
            more.setdefault("BillingMode", "PAY_PER_REQUEST")
        dynamodb.create_table(
            TableName=name, AttributeDefinitions=list(attributes), KeySchema=keys(*key), **more
        )
        made.append(name)
        return name

    yield create
    for name in made:
        delete_once_idle(dynamodb, name)
