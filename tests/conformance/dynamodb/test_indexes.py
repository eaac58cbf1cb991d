"""Secondary indexes: at creation, their refusals and their contents."""

import pytest
from conformance.dynamodb.indexes import INVALID, PROVISIONED, WHO, attribute, contents, describe, index, keys, put
from support.aws import refusal


def test_at_creation(dynamodb, make_indexed):
    name = make_indexed(
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


def test_counts(dynamodb, make_indexed):
    name = make_indexed([attribute("id"), attribute("who")], GlobalSecondaryIndexes=[index("by-who", "who")])
    for i in range(4):
        put(dynamodb, name, id={"S": str(i)}, who={"S": "x"})
    put(dynamodb, name, id={"S": "without"})
    table = describe(dynamodb, name)
    assert table["ItemCount"] == 5
    assert table["GlobalSecondaryIndexes"][0]["ItemCount"] == 4
    assert table["GlobalSecondaryIndexes"][0]["IndexSizeBytes"] == 4 * (2 + 1 + 3 + 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"AttributeDefinitions": WHO[:2], "GlobalSecondaryIndexes": []}, INVALID + "List of GlobalSecondaryIndexes is empty"),
        ({"AttributeDefinitions": WHO[:2], "LocalSecondaryIndexes": []}, INVALID + "List of LocalSecondaryIndexes is empty"),
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
def test_projections(dynamodb, make_indexed, projection, include, seen):
    name = make_indexed(
        [attribute("id"), attribute("who")],
        GlobalSecondaryIndexes=[index("by-who", "who", projection=projection, include=include)],
    )
    put(dynamodb, name, id={"S": "1"}, who={"S": "x"}, a={"N": "1"}, b={"N": "2"})
    (item,) = contents(dynamodb, name, "by-who")
    assert set(item) == seen


def test_entries_follow_their_items(dynamodb, make_indexed):
    name = make_indexed([attribute("id"), attribute("who")], GlobalSecondaryIndexes=[index("by-who", "who")])

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


def test_index_keys_are_checked(dynamodb, make_indexed):
    name = make_indexed([attribute("id"), attribute("who")], GlobalSecondaryIndexes=[index("by-who", "who")])
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
