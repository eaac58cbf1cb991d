"""Secondary indexes: at creation, added to and dropped from a live table, their refusals and their contents."""

import threading
import time

import pytest
from support.aws import eventually, refusal

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


@pytest.fixture
def make(dynamodb, unique):
    """make(attributes, keys, …) -> the name of a new table."""
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
        with_retries(dynamodb, name)


def with_retries(dynamodb, name):
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


def test_at_creation(dynamodb, make):
    name = make(
        [attribute("id"), attribute("at", "N"), attribute("who"), attribute("day", "B")],
        ("id", "at"),
        LocalSecondaryIndexes=[index("by-day", "id", "day", projection="KEYS_ONLY")],
        GlobalSecondaryIndexes=[index("by-who", "who", "at", projection="INCLUDE", include=["z", "a"])],
    )
    table = describe(dynamodb, name)
    (by_day,) = table["LocalSecondaryIndexes"]
    assert by_day == {
        "IndexName": "by-day",
        "KeySchema": keys("id", "day"),
        "Projection": {"ProjectionType": "KEYS_ONLY"},
        "IndexSizeBytes": 0,
        "ItemCount": 0,
        "IndexArn": f"{table['TableArn']}/index/by-day",
    }
    (by_who,) = table["GlobalSecondaryIndexes"]
    assert by_who == {
        "IndexName": "by-who",
        "KeySchema": keys("who", "at"),
        "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["a", "z"]},
        "IndexStatus": "ACTIVE",
        "ProvisionedThroughput": {"NumberOfDecreasesToday": 0, "ReadCapacityUnits": 0, "WriteCapacityUnits": 0},
        "WarmThroughput": {"ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 4000, "Status": "ACTIVE"},
        "IndexSizeBytes": 0,
        "ItemCount": 0,
        "IndexArn": f"{table['TableArn']}/index/by-who",
    }
    assert [one["AttributeName"] for one in table["AttributeDefinitions"]] == ["at", "day", "id", "who"]


def test_counts(dynamodb, make):
    name = make([attribute("id"), attribute("who")], GlobalSecondaryIndexes=[index("by-who", "who")])
    for i in range(4):
        put(dynamodb, name, id={"S": str(i)}, who={"S": "x"})
    put(dynamodb, name, id={"S": "without"})
    table = describe(dynamodb, name)
    assert table["ItemCount"] == 5
    assert table["GlobalSecondaryIndexes"][0]["ItemCount"] == 4
    assert table["GlobalSecondaryIndexes"][0]["IndexSizeBytes"] == 4 * (2 + 1 + 3 + 1)


WHO = [attribute("id"), attribute("at", "N"), attribute("who")]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"GlobalSecondaryIndexes": []}, INVALID + "List of GlobalSecondaryIndexes is empty"),
        ({"LocalSecondaryIndexes": []}, INVALID + "List of LocalSecondaryIndexes is empty"),
        (
            {"AttributeDefinitions": [*WHO, attribute("extra")], "GlobalSecondaryIndexes": [index("abc", "who")]},
            INVALID + "Some AttributeDefinitions are not used. AttributeDefinitions: [id, at, who, extra], keys used: "
            "[id, at, who]",
        ),
        (
            {"GlobalSecondaryIndexes": [index("abc", "nothing")]},
            INVALID + "Some index key attributes are not defined in AttributeDefinitions. Keys: [nothing], "
            "AttributeDefinitions: [id, at, who]",
        ),
        (
            {"GlobalSecondaryIndexes": [index("abc", "who"), index("abc", "who")]},
            INVALID + "Duplicate index name: abc",
        ),
        (
            {
                "GlobalSecondaryIndexes": [index("abc", "who")],
                "LocalSecondaryIndexes": [index("abc", "id", "who")],
            },
            INVALID + "Duplicate index name: abc",
        ),
        (
            {"LocalSecondaryIndexes": [index("abc", "at", "who")]},
            INVALID + "Index KeySchema does not have the same leading hash key as table KeySchema for index: abc. "
            "index hash key: at, table hash key: id",
        ),
        (
            {"LocalSecondaryIndexes": [index("abc", "id")], "GlobalSecondaryIndexes": [index("def", "who")]},
            INVALID + "Index KeySchema does not have a range key for index: abc",
        ),
        (
            {"KeySchema": keys("id"), "LocalSecondaryIndexes": [index("abc", "id", "at"), index("def", "id", "who")]},
            INVALID
            + "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex",
        ),
        (
            {"LocalSecondaryIndexes": [index(f"abc{i}", "id", "who") for i in range(6)]},
            INVALID + "Number of LocalSecondaryIndexes exceeds per-table limit of 5",
        ),
        (
            {"GlobalSecondaryIndexes": [index(f"abc{i}", "who") for i in range(21)]},
            INVALID + "GlobalSecondaryIndex count exceeds the per-table limit of 20",
        ),
        (
            {"GlobalSecondaryIndexes": [{"IndexName": "abc", "KeySchema": keys("who"), "Projection": {}}]},
            INVALID + "Unknown ProjectionType: null",
        ),
        (
            {"GlobalSecondaryIndexes": [index("abc", "who", projection="KEYS_ONLY", include=["x"])]},
            INVALID + "ProjectionType is KEYS_ONLY, but NonKeyAttributes is specified",
        ),
        (
            {"GlobalSecondaryIndexes": [index("abc", "who", projection="INCLUDE")]},
            INVALID + "ProjectionType is INCLUDE, but NonKeyAttributes is not specified",
        ),
        (
            {"GlobalSecondaryIndexes": [index("abc", "who", ProvisionedThroughput=PROVISIONED)]},
            INVALID
            + "ProvisionedThroughput should not be specified for index: abc when BillingMode is PAY_PER_REQUEST",
        ),
        (
            {
                "BillingMode": "PROVISIONED",
                "ProvisionedThroughput": PROVISIONED,
                "GlobalSecondaryIndexes": [index("abc", "who")],
            },
            INVALID + "ProvisionedThroughput is not specified for index: abc",
        ),
        (
            {"GlobalSecondaryIndexes": [index("abc", "who", "who")]},
            "Both the Hash Key and the Range Key element in the KeySchema have the same name",
        ),
        (
            {"GlobalSecondaryIndexes": [{**index("abc"), "KeySchema": list(reversed(keys("who", "at")))}]},
            "Invalid KeySchema: The first KeySchemaElement is not a HASH key type",
        ),
    ],
)
def test_refused_at_creation(dynamodb, change, message):
    arguments = {
        "TableName": "refused",
        "AttributeDefinitions": WHO,
        "KeySchema": keys("id", "at"),
        "BillingMode": "PAY_PER_REQUEST",
    } | change
    assert refusal(dynamodb.create_table, **arguments) == ("ValidationException", message)


def test_a_missing_projection(server):
    loose = server.client("dynamodb", parameter_validation=False)
    code, message = refusal(
        loose.create_table,
        TableName="refused",
        AttributeDefinitions=WHO[::2],
        KeySchema=keys("id"),
        BillingMode="PAY_PER_REQUEST",
        GlobalSecondaryIndexes=[{"IndexName": "abc", "KeySchema": keys("who")}],
    )
    assert code == "ValidationException"
    assert "projection' failed to satisfy constraint: Member must not be null" in message


def test_too_many_projected_attributes(dynamodb):
    many = [index(f"abc{i}", "who", projection="INCLUDE", include=[f"a{n}" for n in range(17)]) for i in range(6)]
    code, message = refusal(
        dynamodb.create_table,
        TableName="refused",
        AttributeDefinitions=[attribute("id"), attribute("who")],
        KeySchema=keys("id"),
        BillingMode="PAY_PER_REQUEST",
        GlobalSecondaryIndexes=many,
    )
    assert code == "ValidationException"
    assert "100" in message


@pytest.mark.parametrize(
    ("projection", "include", "seen"),
    [
        ("ALL", None, {"id", "who", "a", "b"}),
        ("KEYS_ONLY", None, {"id", "who"}),
        ("INCLUDE", ["b"], {"id", "who", "b"}),
    ],
)
def test_projections(dynamodb, make, projection, include, seen):
    name = make(
        [attribute("id"), attribute("who")],
        GlobalSecondaryIndexes=[index("by-who", "who", projection=projection, include=include)],
    )
    put(dynamodb, name, id={"S": "1"}, who={"S": "x"}, a={"N": "1"}, b={"N": "2"})
    (item,) = contents(dynamodb, name, "by-who")
    assert set(item) == seen


def test_entries_follow_their_items(dynamodb, make):
    name = make([attribute("id"), attribute("who")], GlobalSecondaryIndexes=[index("by-who", "who")])

    def found():
        return sorted((item["id"]["S"], item["who"]["S"]) for item in contents(dynamodb, name, "by-who"))

    put(dynamodb, name, id={"S": "1"}, who={"S": "x"})
    put(dynamodb, name, id={"S": "2"}, who={"S": "x"})
    put(dynamodb, name, id={"S": "3"})
    assert found() == [("1", "x"), ("2", "x")]
    put(dynamodb, name, id={"S": "1"}, who={"S": "y"})
    put(dynamodb, name, id={"S": "3"}, who={"S": "z"})
    assert found() == [("1", "y"), ("2", "x"), ("3", "z")]
    put(dynamodb, name, id={"S": "2"})
    dynamodb.delete_item(TableName=name, Key={"id": {"S": "3"}})
    assert found() == [("1", "y")]


def test_index_keys_are_checked(dynamodb, make):
    name = make([attribute("id"), attribute("who")], GlobalSecondaryIndexes=[index("by-who", "who")])
    code, message = refusal(
        dynamodb.put_item, TableName=name, Item={"id": {"S": "1"}, "who": {"N": "1"}}
    )
    assert (code, message) == (
        "ValidationException",
        INVALID + "Type mismatch for Index Key who Expected: S Actual: N IndexName: by-who",
    )
    code, message = refusal(dynamodb.put_item, TableName=name, Item={"id": {"S": "1"}, "who": {"S": ""}})
    assert code == "ValidationException"
    assert "cannot contain an empty string value. IndexName: by-who, IndexKey: who" in message
    code, _ = refusal(dynamodb.put_item, TableName=name, Item={"id": {"S": "1"}, "who": {"S": "x" * 2049}})
    assert code == "ValidationException"


def test_added_to_a_live_table(dynamodb, make, fill):
    name = make()
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


def test_dropped_from_a_live_table(dynamodb, make):
    name = make([attribute("id"), attribute("who")], GlobalSecondaryIndexes=[index("by-who", "who")])
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
def test_refused_updates(dynamodb, make, updates, error):
    name = make(
        WHO,
        ("id", "at"),
        LocalSecondaryIndexes=[index("local", "id", "who")],
        GlobalSecondaryIndexes=[index("by-who", "who")],
    )
    arguments = {"TableName": name, "AttributeDefinitions": WHO, "GlobalSecondaryIndexUpdates": updates}
    assert refusal(dynamodb.update_table, **arguments) == ("ValidationException", error)


def test_one_at_a_time(dynamodb, make):
    name = make(WHO[::2], GlobalSecondaryIndexes=[index("by-who", "who")])
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


def test_the_twenty_first(dynamodb, make):
    name = make(WHO[::2], GlobalSecondaryIndexes=[index(f"index-{i}", "who") for i in range(20)])
    new = [{"Create": index("new", "who")}]
    assert refusal(
        dynamodb.update_table, TableName=name, AttributeDefinitions=WHO[::2], GlobalSecondaryIndexUpdates=new
    ) == (
        "LimitExceededException",
        "Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit of 20",
    )


def test_throughput_of_an_index(dynamodb, make):
    name = make(
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


def test_a_backfill_among_writers(server, dynamodb, make, fill):
    """Whatever comes first, item or back-fill, the index ends as the items are."""
    name = make()
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
