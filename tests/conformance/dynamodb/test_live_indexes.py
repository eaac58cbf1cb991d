"""Global secondary indexes that are added to and dropped from a live table."""

import threading
import time

import pytest
from conformance.dynamodb.indexes import (
    INVALID,
    PROVISIONED,
    WHO,
    add,
    attribute,
    contents,
    describe,
    drop,
    global_indexes,
    index,
    put,
    settled,
)
from support.aws import eventually, refusal


def test_added_to_a_live_table(dynamodb, make_indexed, fill):
    name = make_indexed()
    fill(name, 500)
    for i in range(300):
        put(dynamodb, name, id={"S": f"w{i}"}, who={"S": str(i % 3)}, more={"N": str(i)})
    put(dynamodb, name, id={"S": "number"}, who={"N": "1"})
    put(dynamodb, name, id={"S": "empty"}, who={"S": ""})
    told = add(dynamodb, name, index("by-who", "who", projection="KEYS_ONLY"), attribute("who"))
    assert told["TableStatus"] == "UPDATING"
    assert told["GlobalSecondaryIndexes"][0]["IndexStatus"] == "CREATING"
    assert told["GlobalSecondaryIndexes"][0]["Backfilling"] is False
    settled(dynamodb, name)
    table = describe(dynamodb, name)
    assert table["TableStatus"] == "ACTIVE"
    assert table["GlobalSecondaryIndexes"][0]["ItemCount"] == 300
    assert "Backfilling" not in table["GlobalSecondaryIndexes"][0]
    assert {item["id"]["S"] for item in contents(dynamodb, name, "by-who")} == {f"w{i}" for i in range(300)}
    assert [one["AttributeName"] for one in table["AttributeDefinitions"]] == ["id", "who"]
    # What did not fit goes, and does not come back.
    dynamodb.delete_item(TableName=name, Key={"id": {"S": "number"}})
    assert refusal(dynamodb.put_item, TableName=name, Item={"id": {"S": "empty"}, "who": {"S": ""}})[0] == (
        "ValidationException"
    )


def test_dropped_from_a_live_table(dynamodb, make_indexed):
    name = make_indexed([attribute("id"), attribute("who")], GlobalSecondaryIndexes=[index("by-who", "who")])
    for i in range(50):
        put(dynamodb, name, id={"S": str(i)}, who={"S": "x"})
    told = drop(dynamodb, name, "by-who")
    assert told["TableStatus"] == "UPDATING"
    assert told["GlobalSecondaryIndexes"][0]["IndexStatus"] == "DELETING"
    eventually(lambda: not global_indexes(dynamodb, name))
    assert describe(dynamodb, name)["AttributeDefinitions"] == [attribute("id")]
    code, message = refusal(dynamodb.scan, TableName=name, IndexName="by-who")
    assert (code, message) == ("ValidationException", "The table does not have the specified index: by-who")
    put(dynamodb, name, id={"S": "1"}, who={"N": "1"})  # the index's type binds no longer
    add(dynamodb, name, index("by-who", "who"), attribute("who"))
    settled(dynamodb, name)
    assert len(contents(dynamodb, name, "by-who")) == 49


@pytest.mark.parametrize(
    ("updates", "error"),
    [
        ([{}], (INVALID + "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
                "GlobalSecondaryIndexUpdate.Delete must not be null")),
        (
            [{"Delete": {"IndexName": "abc"}}, {"Delete": {"IndexName": "abc"}}],
            INVALID + "Only one global secondary index update per index is allowed simultaneously. Index: abc",
        ),
        (
            [{"Delete": {"IndexName": "abc"}, "Update": {"IndexName": "abc", "ProvisionedThroughput": PROVISIONED}}],
            INVALID + "Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object",
        ),
        ([{"Create": index("by-who", "who")}], "Attempting to create an index which already exists"),
        ([{"Create": index("local", "who")}], "Attempting to create an index which already exists"),
        ([{"Delete": {"IndexName": "local"}}], "Cannot delete an index that is not a GlobalSecondaryIndex: local"),
        (
            [{"Create": index("new", "new")}],
            INVALID + "Some index key attributes are not defined in AttributeDefinitions. Keys: [new], "
            "AttributeDefinitions: [at, id, who]",
        ),
        (
            [{"Create": index("new", "who", ProvisionedThroughput=PROVISIONED)}],
            INVALID + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: new when "
            "BillingMode is PAY_PER_REQUEST",
        ),
        (
            [{"Update": {"IndexName": "by-who", "ProvisionedThroughput": PROVISIONED}}],
            INVALID + "The only Updates for index: by-who when TableThroughputMode is PAY_PER_REQUEST can be to "
            "OnDemandThroughput, WarmThroughput",
        ),
        (
            [{"Update": {"IndexName": "by-who", "WarmThroughput": {"ReadUnitsPerSecond": 1}}}],
            INVALID + "Requested ReadUnitsPerSecond for WarmThroughput for index by-who is lower than current "
            "WarmThroughput, decreasing WarmThroughput is not supported",
        ),
    ],
)
def test_refused_updates(dynamodb, make_indexed, updates, error):
    name = make_indexed(
        WHO,
        ("id", "at"),
        LocalSecondaryIndexes=[index("local", "id", "who")],
        GlobalSecondaryIndexes=[index("by-who", "who")],
    )
    arguments = {"TableName": name, "AttributeDefinitions": WHO, "GlobalSecondaryIndexUpdates": updates}
    assert refusal(dynamodb.update_table, **arguments) == ("ValidationException", error)


def test_one_at_a_time(dynamodb, make_indexed):
    name = make_indexed(WHO[::2], GlobalSecondaryIndexes=[index("by-who", "who")])
    one_online = (
        "LimitExceededException",
        "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table",
    )
    updates = [{"Create": index("new", "who")}, {"Delete": {"IndexName": "by-who"}}]
    arguments = {"TableName": name, "AttributeDefinitions": WHO[::2]}
    assert refusal(dynamodb.update_table, **arguments, GlobalSecondaryIndexUpdates=updates) == one_online
    missing = [{"Delete": {"IndexName": "nothing"}}]
    assert refusal(dynamodb.update_table, **arguments, GlobalSecondaryIndexUpdates=missing) == (
        "ResourceNotFoundException",
        f"Requested resource not found: Index nothing for table {name}",
    )


def test_the_twenty_first(dynamodb, make_indexed):
    name = make_indexed(WHO[::2], GlobalSecondaryIndexes=[index(f"index-{i}", "who") for i in range(20)])
    new = [{"Create": index("new", "who")}]
    assert refusal(
        dynamodb.update_table, TableName=name, AttributeDefinitions=WHO[::2], GlobalSecondaryIndexUpdates=new
    ) == (
        "LimitExceededException",
        "Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit of 20",
    )


def test_throughput_of_an_index(dynamodb, make_indexed):
    name = make_indexed(
        WHO[::2],
        ProvisionedThroughput=PROVISIONED,
        GlobalSecondaryIndexes=[index("by-who", "who", ProvisionedThroughput=PROVISIONED)],
    )

    def update(read, write):
        throughput = {"ReadCapacityUnits": read, "WriteCapacityUnits": write}
        return {
            "TableName": name,
            "GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": "by-who", "ProvisionedThroughput": throughput}}],
        }

    code, message = refusal(dynamodb.update_table, **update(5, 5))
    assert code == "ValidationException"
    assert message.startswith(
        "The provisioned throughput for the index by-who will not change. The requested value equals the current value."
    )
    (told,) = dynamodb.update_table(**update(5, 6))["TableDescription"]["GlobalSecondaryIndexes"]
    assert told["IndexStatus"] == "UPDATING"
    assert told["ProvisionedThroughput"]["WriteCapacityUnits"] == 5
    now = global_indexes(dynamodb, name)["by-who"]
    assert now["IndexStatus"] == "ACTIVE"
    assert now["ProvisionedThroughput"]["WriteCapacityUnits"] == 6
    assert "LastIncreaseDateTime" in now["ProvisionedThroughput"]
    assert refusal(
        dynamodb.update_table,
        TableName=name,
        AttributeDefinitions=WHO[::2],
        GlobalSecondaryIndexUpdates=[{"Create": index("new", "who")}],
    ) == (
        "ValidationException",
        INVALID + "Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: new",
    )


def test_a_backfill_among_writers(server, dynamodb, make_indexed, fill):
    """Whatever comes first, item or back-fill, the index ends as the items are."""
    name = make_indexed()
    for i in range(400):
        put(dynamodb, name, id={"S": str(i)}, who={"S": "first"})
    stop = threading.Event()
    failures = []

    def write(number):
        client = server.client("dynamodb")
        turn = 0
        while not stop.is_set():
            turn += 1
            key = {"id": {"S": str((turn * 37 + number * 11) % 400)}}
            try:
                if turn % 3:
                    client.put_item(TableName=name, Item=key | {"who": {"S": f"{number}/{turn % 5}"}})
                else:
                    client.delete_item(TableName=name, Key=key)
            except Exception as error:  # noqa: BLE001  (a thread that ends silently would make the test pass)
                failures.append(repr(error))
                return

    writers = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for writer in writers:
        writer.start()
    try:
        time.sleep(0.1)
        add(dynamodb, name, index("one", "who"), attribute("who"))
        settled(dynamodb, name)
        add(dynamodb, name, index("two", "who", "id"), attribute("who"), attribute("id"))
        settled(dynamodb, name)
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert not failures, failures[:3]
    pages = dynamodb.get_paginator("scan").paginate(TableName=name)
    items = sorted((item["id"]["S"], item["who"]["S"]) for page in pages for item in page["Items"])
    for index_name in ("one", "two"):
        entries = sorted((item["id"]["S"], item["who"]["S"]) for item in contents(dynamodb, name, index_name))
        assert entries == items
