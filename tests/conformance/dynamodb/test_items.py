"""PutItem, GetItem, DeleteItem, BatchWriteItem."""

import decimal

import boto3.dynamodb.types
import pytest
from botocore.exceptions import ClientError

ALL_TYPES = {
    "id": {"S": "ключ \U0001f511"},
    "text": {"S": ""},
    "number": {"N": "-12345678901234567890123456789012345678"},
    "tiny": {"N": "0." + "0" * 129 + "1"},
    "bytes": {"B": bytes(range(256))},
    "yes": {"BOOL": True},
    "no": {"BOOL": False},
    "nothing": {"NULL": True},
    "strings": {"SS": ["a", "b", "c"]},
    "numbers": {"NS": ["-1", "2", "3.5"]},
    "blobs": {"BS": [b"\x00", b"\x01\xff"]},
    "list": {"L": [{"S": "x"}, {"N": "1"}, {"L": []}]},
    "map": {"M": {"inner": {"M": {"deep": {"BOOL": True}}}}},
}


def refusal(call, **arguments):
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def sorted_sets(item):
    return {name: {k: sorted(v) if k in ("SS", "NS", "BS") else v for k, v in value.items()}
            for name, value in item.items()}


def test_all_types(dynamodb, table):
    dynamodb.put_item(TableName=table, Item=ALL_TYPES)
    key = {"id": ALL_TYPES["id"]}
    found = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
    assert sorted_sets(found) == sorted_sets(ALL_TYPES)
    assert "Item" not in dynamodb.get_item(TableName=table, Key={"id": {"S": "other"}})


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("007", "7"),
        ("1.50", "1.5"),
        ("-0", "0"),
        ("1e3", "1000"),
        ("99999999999999999999999999999999999999", "99999999999999999999999999999999999999"),
        ("1E125", "1" + "0" * 125),
        ("0.1234567890123456789012345678901234567", "0.1234567890123456789012345678901234567"),
    ],
)
def test_numbers(dynamodb, table, sent, kept):
    dynamodb.put_item(TableName=table, Item={"id": {"S": "n"}, "n": {"N": sent}})
    assert dynamodb.get_item(TableName=table, Key={"id": {"S": "n"}})["Item"]["n"] == {"N": kept}


def test_equal_numbers_are_one_key(dynamodb, make_table):
    table = make_table(partition="N")
    dynamodb.put_item(TableName=table, Item={"id": {"N": "1.0"}, "v": {"S": "first"}})
    old = dynamodb.put_item(TableName=table, Item={"id": {"N": "1"}}, ReturnValues="ALL_OLD")["Attributes"]
    assert old == {"id": {"N": "1"}, "v": {"S": "first"}}


def test_binary_keys(dynamodb, make_table):
    table = make_table(partition="B", sort="B")
    keys = [(b"\x00", b"\x00\x01"), (b"\x00\x00", b"\xff"), (b"\x00\xff", b"a"), (b"\x00\x01", b"a")]
    for id_, at in keys:
        dynamodb.put_item(TableName=table, Item={"id": {"B": id_}, "at": {"B": at}, "v": {"B": id_ + at}})
    for id_, at in keys:
        item = dynamodb.get_item(TableName=table, Key={"id": {"B": id_}, "at": {"B": at}})["Item"]
        assert item["v"]["B"] == id_ + at
    assert dynamodb.scan(TableName=table)["Count"] == len(keys)


def test_resource_interface(server, table):
    resource = server.session().resource("dynamodb", endpoint_url=server.url).Table(table)
    item = {"id": "r", "price": decimal.Decimal("1.10"), "tags": {"a", "b"}, "raw": boto3.dynamodb.types.Binary(b"x")}
    resource.put_item(Item=item)
    assert resource.get_item(Key={"id": "r"})["Item"] == item
    assert resource.delete_item(Key={"id": "r"}, ReturnValues="ALL_OLD")["Attributes"] == item


def test_return_values(dynamodb, table):
    item = {"id": {"S": "a"}, "v": {"N": "1"}}
    assert "Attributes" not in dynamodb.put_item(TableName=table, Item=item, ReturnValues="ALL_OLD")
    assert dynamodb.put_item(TableName=table, Item=item, ReturnValues="ALL_OLD")["Attributes"] == item
    assert "Attributes" not in dynamodb.put_item(TableName=table, Item=item)
    key = {"id": {"S": "a"}}
    assert dynamodb.delete_item(TableName=table, Key=key, ReturnValues="ALL_OLD")["Attributes"] == item
    assert "Attributes" not in dynamodb.delete_item(TableName=table, Key=key, ReturnValues="ALL_OLD")
    expected = ("ValidationException", "ReturnValues can only be ALL_OLD or NONE")
    assert refusal(dynamodb.put_item, TableName=table, Item=item, ReturnValues="ALL_NEW") == expected
    assert refusal(dynamodb.delete_item, TableName=table, Key=key, ReturnValues="UPDATED_OLD") == expected


def test_consumed_capacity(dynamodb, table):
    item = {"id": {"S": "a"}, "v": {"S": "x" * 5000}}
    put = dynamodb.put_item(TableName=table, Item=item, ReturnConsumedCapacity="TOTAL")
    assert put["ConsumedCapacity"] == {"TableName": table, "CapacityUnits": 5.0}
    put = dynamodb.put_item(TableName=table, Item={"id": {"S": "a"}}, ReturnConsumedCapacity="INDEXES")
    assert put["ConsumedCapacity"] == {"TableName": table, "CapacityUnits": 5.0, "Table": {"CapacityUnits": 5.0}}
    dynamodb.put_item(TableName=table, Item=item, ReturnItemCollectionMetrics="SIZE")
    for consistent, units in ((False, 1.0), (True, 2.0)):
        got = dynamodb.get_item(
            TableName=table, Key={"id": {"S": "a"}}, ConsistentRead=consistent, ReturnConsumedCapacity="TOTAL"
        )
        assert got["ConsumedCapacity"]["CapacityUnits"] == units
    missing = dynamodb.get_item(TableName=table, Key={"id": {"S": "b"}}, ReturnConsumedCapacity="TOTAL")
    assert missing["ConsumedCapacity"]["CapacityUnits"] == 0.5
    deleted = dynamodb.delete_item(TableName=table, Key={"id": {"S": "a"}}, ReturnConsumedCapacity="TOTAL")
    assert deleted["ConsumedCapacity"]["CapacityUnits"] == 5.0


def test_size_limit(dynamodb, table):
    room = 400 * 1024 - len("id" + "a" + "v")
    dynamodb.put_item(TableName=table, Item={"id": {"S": "a"}, "v": {"S": "x" * room}})
    too_big = {"id": {"S": "a"}, "v": {"S": "x" * (room + 1)}}
    expected = ("ValidationException", "Item size has exceeded the maximum allowed size")
    assert refusal(dynamodb.put_item, TableName=table, Item=too_big) == expected
    assert refusal(dynamodb.batch_write_item, RequestItems={table: [{"PutRequest": {"Item": too_big}}]}) == expected


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({"v": {"S": "x"}}, "One or more parameter values were invalid: Missing the key id in the item"),
        (
            {"id": {"N": "1"}},
            "One or more parameter values were invalid: Type mismatch for key id expected: S actual: N",
        ),
        (
            {"id": {"S": ""}},
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
            "empty string value. Key: id",
        ),
        (
            {"id": {"S": "x" * 2049}},
            "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 "
            "bytes",
        ),
        ({"id": {"S": "a"}, "v": {"N": "abc"}}, "The parameter cannot be converted to a numeric value: abc"),
        (
            {"id": {"S": "a"}, "v": {"N": "1" * 39}},
            "Attempting to store more than 38 significant digits in a Number",
        ),
        (
            {"id": {"S": "a"}, "v": {"SS": []}},
            "One or more parameter values were invalid: An string set  may not be empty",
        ),
        (
            {"id": {"S": "a"}, "v": {"SS": ["x", "x"]}},
            "One or more parameter values were invalid: Input collection [x, x] contains duplicates.",
        ),
    ],
)
def test_bad_items(dynamodb, table, item, message):
    assert refusal(dynamodb.put_item, TableName=table, Item=item) == ("ValidationException", message)


def test_bad_keys(dynamodb, table):
    expected = ("ValidationException", "The provided key element does not match the schema")
    for key in ({"other": {"S": "a"}}, {"id": {"N": "1"}}, {"id": {"S": "a"}, "more": {"S": "b"}}):
        assert refusal(dynamodb.get_item, TableName=table, Key=key) == expected
        assert refusal(dynamodb.delete_item, TableName=table, Key=key) == expected


def test_missing_table(dynamodb):
    expected = ("ResourceNotFoundException", "Requested resource not found")
    key = {"id": {"S": "a"}}
    assert refusal(dynamodb.put_item, TableName="nowhere", Item=key) == expected
    assert refusal(dynamodb.get_item, TableName="nowhere", Key=key) == expected
    assert refusal(dynamodb.delete_item, TableName="nowhere", Key=key) == expected
    assert refusal(dynamodb.scan, TableName="nowhere") == expected
    requests = {"nowhere": [{"DeleteRequest": {"Key": key}}]}
    assert refusal(dynamodb.batch_write_item, RequestItems=requests) == expected


def test_projection(dynamodb, table):
    item = {
        "id": {"S": "a"},
        "list": {"L": [{"N": "0"}, {"N": "1"}, {"M": {"x": {"S": "deep"}, "y": {"S": "other"}}}]},
        "map": {"M": {"x": {"S": "1"}, "y": {"S": "2"}}},
        "left": {"S": "out"},
    }
    dynamodb.put_item(TableName=table, Item=item)
    key = {"id": {"S": "a"}}

    def get(expression, **more):
        return dynamodb.get_item(TableName=table, Key=key, ProjectionExpression=expression, **more)["Item"]

    assert get("id") == key
    assert get("#m.x", ExpressionAttributeNames={"#m": "map"}) == {"map": {"M": {"x": {"S": "1"}}}}
    names = {"#l": "list"}
    assert get("#l[2].x, #l[0]", ExpressionAttributeNames=names) == {
        "list": {"L": [{"N": "0"}, {"M": {"x": {"S": "deep"}}}]}
    }
    assert get("absent, also.absent") == {}
    missing = dynamodb.get_item(TableName=table, Key={"id": {"S": "b"}}, ProjectionExpression="id")
    assert "Item" not in missing
    legacy = dynamodb.get_item(TableName=table, Key=key, AttributesToGet=["left", "nothing"])["Item"]
    assert legacy == {"left": {"S": "out"}}


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"ProjectionExpression": ""}, "Invalid ProjectionExpression: The expression can not be empty;"),
        ({"ProjectionExpression": "a, a.b"}, "Two document paths overlap with each other"),
        ({"ProjectionExpression": "size"}, "Attribute name is a reserved keyword; reserved keyword: size"),
        (
            {"ProjectionExpression": "#a"},
            "An expression attribute name used in the document path is not defined; attribute name: #a",
        ),
        (
            {"ProjectionExpression": "a", "ExpressionAttributeNames": {"#b": "b"}},
            "Value provided in ExpressionAttributeNames unused in expressions: keys: {#b}",
        ),
        (
            {"ExpressionAttributeNames": {"#b": "b"}},
            "ExpressionAttributeNames can only be specified when using expressions",
        ),
        (
            {"ProjectionExpression": "a", "AttributesToGet": ["a"]},
            "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: "
            "{AttributesToGet} Expression parameters: {ProjectionExpression}",
        ),
        ({"AttributesToGet": ["a", "a"]}, "Duplicate value in attribute name: a"),
    ],
)
def test_bad_projections(dynamodb, table, parameters, message):
    code, text = refusal(dynamodb.get_item, TableName=table, Key={"id": {"S": "a"}}, **parameters)
    assert code == "ValidationException"
    assert message in text
    # Expressions are checked before the table is looked for.
    assert refusal(dynamodb.get_item, TableName="nowhere", Key={"id": {"S": "a"}}, **parameters)[1] == text


@pytest.fixture
def indexed(dynamodb, make_table):
    """A table with a global index of keys alone and a local one of everything."""

    def index(name, keys, projection):
        kinds = zip(keys, ("HASH", "RANGE"), strict=False)
        schema = [{"AttributeName": key, "KeyType": kind} for key, kind in kinds]
        return {"IndexName": name, "KeySchema": schema, "Projection": {"ProjectionType": projection}}

    definitions = [{"AttributeName": name, "AttributeType": "S"} for name in ("id", "at", "city", "name")]
    name = make_table(
        sort="S",
        AttributeDefinitions=definitions,
        GlobalSecondaryIndexes=[index("by-city", ["city"], "KEYS_ONLY")],
        LocalSecondaryIndexes=[index("by-name", ["id", "name"], "ALL")],
    )
    return name


def test_indexes_cost_what_changes_in_them(dynamodb, indexed):
    def put(**attributes):
        item = {"id": {"S": "a"}, "at": {"S": "1"}} | {name: {"S": value} for name, value in attributes.items()}
        told = dynamodb.put_item(TableName=indexed, Item=item, ReturnConsumedCapacity="INDEXES")["ConsumedCapacity"]
        units = [told["Table"]["CapacityUnits"]]
        for kind, index in (("GlobalSecondaryIndexes", "by-city"), ("LocalSecondaryIndexes", "by-name")):
            units.append(told.get(kind, {}).get(index, {}).get("CapacityUnits", 0))
        assert told["CapacityUnits"] == sum(units)
        return units

    assert put() == [1, 0, 0]
    assert put(city="Riga") == [1, 1, 0]  # a new entry
    assert put(city="Riga", other="x") == [1, 0, 0]  # nothing that is projected
    assert put(city="Oslo", name="n") == [1, 2, 1]  # an entry that moves is erased and written
    assert put(city="Oslo", name="n", other="y") == [1, 0, 1]
    assert put() == [1, 1, 1]  # both gone
    assert put(name="n", other="x" * 3000) == [3, 0, 3]
    # A transaction doubles the table's share alone.
    action = {"Put": {"TableName": indexed, "Item": {"id": {"S": "b"}, "at": {"S": "1"}, "city": {"S": "Riga"}}}}
    told = dynamodb.transact_write_items(TransactItems=[action], ReturnConsumedCapacity="INDEXES")["ConsumedCapacity"][0]
    assert told["Table"] == {"CapacityUnits": 2.0, "WriteCapacityUnits": 2.0}
    assert told["GlobalSecondaryIndexes"] == {"by-city": {"CapacityUnits": 1.0, "WriteCapacityUnits": 1.0}}
    assert told["CapacityUnits"] == 3.0


def test_item_collections(dynamodb, indexed):
    key = {"id": {"S": "a"}, "at": {"S": "1"}}
    metrics = {"ItemCollectionKey": {"id": {"S": "a"}}, "SizeEstimateRangeGB": [0.0, 1.0]}
    size = {"TableName": indexed, "ReturnItemCollectionMetrics": "SIZE"}
    assert dynamodb.put_item(Item=key, **size)["ItemCollectionMetrics"] == metrics
    assert dynamodb.update_item(Key=key, **size)["ItemCollectionMetrics"] == metrics
    assert dynamodb.delete_item(Key=key, **size)["ItemCollectionMetrics"] == metrics
    assert "ItemCollectionMetrics" not in dynamodb.put_item(TableName=indexed, Item=key)
    puts = [{"PutRequest": {"Item": {"id": {"S": "a"}, "at": {"S": str(i)}}}} for i in range(3)]
    reply = dynamodb.batch_write_item(RequestItems={indexed: puts}, ReturnItemCollectionMetrics="SIZE")
    assert reply["ItemCollectionMetrics"] == {indexed: [metrics]}
    actions = [{"Put": {"TableName": indexed, "Item": key}}]
    reply = dynamodb.transact_write_items(TransactItems=actions, ReturnItemCollectionMetrics="SIZE")
    assert reply["ItemCollectionMetrics"] == {indexed: [metrics]}


def test_index_keys(dynamodb, indexed):
    key = {"id": {"S": "a"}, "at": {"S": "1"}}
    mismatch = (
        "One or more parameter values were invalid: Type mismatch for Index Key city Expected: S Actual: N "
        "IndexName: by-city"
    )
    empty = (
        "One or more parameter values are not valid. A value specified for a secondary index key is not supported. The "
        "AttributeValue for a key attribute cannot contain an empty string value. IndexName: by-city, IndexKey: city"
    )
    for value, message in (({"N": "1"}, mismatch), ({"S": ""}, empty)):
        item = key | {"city": value}
        assert refusal(dynamodb.put_item, TableName=indexed, Item=item) == ("ValidationException", message)
        put = [{"PutRequest": {"Item": item}}]
        assert refusal(dynamodb.batch_write_item, RequestItems={indexed: put}) == ("ValidationException", message)
    update = {"TableName": indexed, "Key": key, "UpdateExpression": "SET city = :v"}
    for value, message in (
        ({"N": "1"}, "The update expression attempted to update the secondary index key to unsupported type"),
        ({"S": ""}, "The update expression attempted to update a secondary index key to a value that is not supported"),
        ({"S": "x" * 2049}, "The update expression attempted to update the secondary index key beyond allowed size limits"),
    ):
        code, text = refusal(dynamodb.update_item, ExpressionAttributeValues={":v": value}, **update)
        assert code == "ValidationException"
        assert message in text
    code, _ = refusal(
        dynamodb.transact_write_items, TransactItems=[{"Put": {"TableName": indexed, "Item": key | {"city": {"N": "1"}}}}]
    )
    assert code == "TransactionCanceledException"
    code, text = refusal(
        dynamodb.transact_write_items, TransactItems=[{"Put": {"TableName": indexed, "Item": key | {"city": {"S": ""}}}}]
    )
    assert (code, text) == ("ValidationException", empty)
    assert "Item" not in dynamodb.get_item(TableName=indexed, Key=key)


def test_no_path_leads_into_a_key(dynamodb, table, refusal):
    scalar = "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: id"
    key = {"id": {"S": "a"}}
    one = {":v": {"N": "1"}}
    get = {"Key": key, "ProjectionExpression": "id.x"}
    update = {"UpdateExpression": "SET n = id[0]"}
    put = {"Item": key, "ConditionExpression": "id.x = :v", "ExpressionAttributeValues": one}
    scan = {"FilterExpression": "id.x = :v", "ExpressionAttributeValues": one}
    assert refusal(dynamodb.get_item, TableName=table, **get) == ("ValidationException", scalar)
    assert refusal(dynamodb.update_item, TableName=table, Key=key, **update) == ("ValidationException", scalar)
    assert refusal(dynamodb.put_item, TableName=table, **put) == ("ValidationException", scalar)
    assert refusal(dynamodb.scan, TableName=table, **scan) == ("ValidationException", scalar)
    batch = {table: {"Keys": [key], "ProjectionExpression": "id.x"}}
    assert refusal(dynamodb.batch_get_item, RequestItems=batch) == ("ValidationException", scalar)


def test_durable(own_server):
    server = own_server()
    client = server.client("dynamodb")
    client.create_table(
        TableName="kept",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    client.put_item(TableName="kept", Item=ALL_TYPES)
    server.kill()
    server.start()
    found = server.client("dynamodb").get_item(TableName="kept", Key={"id": ALL_TYPES["id"]})["Item"]
    assert sorted_sets(found) == sorted_sets(ALL_TYPES)
