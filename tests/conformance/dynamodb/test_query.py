"""Query: ranges, directions, pages, indexes, Select, filters, capacity, refusals."""

import pytest
from boto3.dynamodb.types import TypeSerializer
from botocore.exceptions import ClientError

WORDS = ["", "a", "ab", "abc", "b", "ba", "c"]


def refusal(call, **arguments):
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def invalid(call, **arguments):
    code, message = refusal(call, **arguments)
    assert code == "ValidationException"
    return message


def values(**plain):
    serializer = TypeSerializer()
    return {f":{name}": serializer.serialize(value) for name, value in plain.items()}


@pytest.fixture
def indexed(dynamodb, unique):
    """A table with sort key, a global index of everything, a narrow global one and a narrow local one."""
    name = unique("indexed")
    key = lambda hash_, range_: [  # noqa: E731
        {"AttributeName": hash_, "KeyType": "HASH"}, {"AttributeName": range_, "KeyType": "RANGE"}]
    dynamodb.create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": t}
                              for n, t in (("id", "S"), ("at", "N"), ("color", "S"), ("weight", "N"))],
        KeySchema=key("id", "at"),
        GlobalSecondaryIndexes=[
            {"IndexName": "by-color", "KeySchema": key("color", "weight"), "Projection": {"ProjectionType": "ALL"}},
            {"IndexName": "colors", "KeySchema": [{"AttributeName": "color", "KeyType": "HASH"}],
             "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["note"]}},
        ],
        LocalSecondaryIndexes=[
            {"IndexName": "by-weight", "KeySchema": key("id", "weight"), "Projection": {"ProjectionType": "KEYS_ONLY"}}],
    )
    for i in range(6):
        item = {"id": {"S": "x"}, "at": {"N": str(i)}, "color": {"S": "red" if i % 2 else "blue"},
                "weight": {"N": str(10 - i)}, "note": {"S": f"n{i}"}, "body": {"S": "b" * 5000}}
        if i == 5:
            del item["color"], item["weight"]
        dynamodb.put_item(TableName=name, Item=item)
    yield name
    dynamodb.delete_table(TableName=name)


@pytest.fixture
def words(dynamodb, unique):
    name = unique("words")
    dynamodb.create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}, {"AttributeName": "w", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "w", "KeyType": "RANGE"}])
    for word in WORDS[1:]:
        for id_ in ("1", "2"):
            dynamodb.put_item(TableName=name, Item={"id": {"S": id_}, "w": {"S": word}, "n": {"N": str(len(word))}})
    yield name
    dynamodb.delete_table(TableName=name)


@pytest.mark.parametrize(("condition", "expected"), [
    ("id = :i", ["a", "ab", "abc", "b", "ba", "c"]),
    ("id = :i AND w = :a", ["ab"]),
    ("id = :i AND w < :a", ["a"]),
    ("id = :i AND w <= :a", ["a", "ab"]),
    ("id = :i AND w > :a", ["abc", "b", "ba", "c"]),
    ("id = :i AND w >= :a", ["ab", "abc", "b", "ba", "c"]),
    ("id = :i AND w BETWEEN :a AND :b", ["ab", "abc", "b"]),
    ("id = :i AND begins_with(w, :a)", ["ab", "abc"]),
    (":a >= w AND :i = id", ["a", "ab"]),
])
def test_ranges(dynamodb, words, condition, expected):
    given = {k: v for k, v in values(i="1", a="ab", b="b").items() if k in condition}
    for forward in (True, False):
        found = dynamodb.query(TableName=words, KeyConditionExpression=condition, ExpressionAttributeValues=given,
                               ScanIndexForward=forward, ConsistentRead=True)
        got = [item["w"]["S"] for item in found["Items"]]
        assert got == (expected if forward else expected[::-1])
        pages = dynamodb.get_paginator("query").paginate(
            TableName=words, KeyConditionExpression=condition, ExpressionAttributeValues=given,
            ScanIndexForward=forward, PaginationConfig={"PageSize": 2})
        assert [item["w"]["S"] for page in pages for item in page["Items"]] == got


def test_legacy_conditions(dynamodb, words):
    equal = lambda v: {"ComparisonOperator": "EQ", "AttributeValueList": [v]}  # noqa: E731
    found = dynamodb.query(
        TableName=words, AttributesToGet=["w"],
        KeyConditions={"id": equal({"S": "1"}),
                       "w": {"ComparisonOperator": "BETWEEN", "AttributeValueList": [{"S": "ab"}, {"S": "ba"}]}},
        QueryFilter={"n": equal({"N": "2"}), "other": {"ComparisonOperator": "NOT_NULL"}}, ConditionalOperator="OR")
    assert found["Items"] == [{"w": {"S": "ab"}}, {"w": {"S": "ba"}}]
    assert (found["Count"], found["ScannedCount"]) == (2, 4)
    assert invalid(dynamodb.query, TableName=words, KeyConditions={"id": equal({"S": "1"})},
                   QueryFilter={"w": equal({"S": "a"})}) == (
        "QueryFilter can only contain non-primary key attributes: Primary key attribute: w")
    assert invalid(dynamodb.query, TableName=words, KeyConditions={"id": {
        "ComparisonOperator": "IN", "AttributeValueList": [{"S": "1"}]}}) == (
        "Attempted conditional constraint is not an indexable operation")


def test_filter_projection_count_and_limit(dynamodb, words):
    arguments = {"TableName": words, "KeyConditionExpression": "id = :i", "FilterExpression": "#n >= :n",
                 "ExpressionAttributeNames": {"#n": "n"}, "ExpressionAttributeValues": values(i="1", n=2)}
    found = dynamodb.query(**arguments, ProjectionExpression="w, #n")
    assert [sorted(item) for item in found["Items"]] == [["n", "w"]] * 3
    assert (found["Count"], found["ScannedCount"]) == (3, 6)
    counted = dynamodb.query(**arguments, Select="COUNT", Limit=3)
    assert "Items" not in counted
    assert (counted["Count"], counted["ScannedCount"]) == (2, 3)
    assert counted["LastEvaluatedKey"] == {"id": {"S": "1"}, "w": {"S": "abc"}}
    # A limit that falls on the last item still says that there may be more.
    full = dynamodb.query(**arguments, Limit=6)
    assert dynamodb.query(**arguments, ExclusiveStartKey=full["LastEvaluatedKey"])["Count"] == 0


def test_pages_of_one_megabyte(dynamodb, make_table):
    table = make_table(sort="N")
    for i in range(12):
        dynamodb.put_item(TableName=table, Item={"id": {"S": "x"}, "at": {"N": str(i)}, "pad": {"S": "p" * 200_000}})
    arguments = {"TableName": table, "KeyConditionExpression": "id = :i", "ExpressionAttributeValues": values(i="x")}
    page = dynamodb.query(**arguments, ReturnConsumedCapacity="TOTAL")
    assert page["Count"] == 6
    assert page["ConsumedCapacity"]["CapacityUnits"] == pytest.approx(146.5)
    pages = list(dynamodb.get_paginator("query").paginate(**arguments, ScanIndexForward=False))
    assert [int(item["at"]["N"]) for page in pages for item in page["Items"]] == list(range(11, -1, -1))
    # What a filter drops counts as read.
    assert dynamodb.query(**arguments, FilterExpression="attribute_exists(nothing)")["ScannedCount"] == 6


def test_global_index(dynamodb, indexed):
    arguments = {"TableName": indexed, "IndexName": "by-color", "KeyConditionExpression": "color = :c",
                 "ExpressionAttributeValues": values(c="blue")}
    found = dynamodb.query(**arguments, ReturnConsumedCapacity="INDEXES")
    assert [item["at"]["N"] for item in found["Items"]] == ["4", "2", "0"]
    assert all("body" in item for item in found["Items"])
    assert found["ConsumedCapacity"]["Table"] == {"CapacityUnits": 0.0}
    assert found["ConsumedCapacity"]["GlobalSecondaryIndexes"] == {"by-color": {"CapacityUnits": 2.0}}
    page = dynamodb.query(**arguments, Limit=1)
    assert page["LastEvaluatedKey"] == {k: page["Items"][0][k] for k in ("id", "at", "color", "weight")}
    rest = dynamodb.query(**arguments, ExclusiveStartKey=page["LastEvaluatedKey"])
    assert [item["at"]["N"] for item in rest["Items"]] == ["2", "0"]
    back = dynamodb.query(**arguments, ScanIndexForward=False, ExclusiveStartKey=rest["Items"][0] and {
        k: rest["Items"][0][k] for k in ("id", "at", "color", "weight")})
    assert [item["at"]["N"] for item in back["Items"]] == ["4"]
    heavy = dynamodb.query(**{**arguments, "KeyConditionExpression": "color = :c AND weight > :w",
                              "ExpressionAttributeValues": values(c="blue", w=6)})
    assert [item["weight"]["N"] for item in heavy["Items"]] == ["8", "10"]


def test_narrow_global_index(dynamodb, indexed):
    arguments = {"TableName": indexed, "IndexName": "colors", "KeyConditionExpression": "color = :c",
                 "ExpressionAttributeValues": values(c="red")}
    found = dynamodb.query(**arguments)
    assert [sorted(item) for item in found["Items"]] == [["at", "color", "id", "note"]] * 2
    assert dynamodb.query(**arguments, Select="ALL_PROJECTED_ATTRIBUTES")["Items"] == found["Items"]
    assert invalid(dynamodb.query, **arguments, Select="ALL_ATTRIBUTES") == (
        "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary "
        "index colors because its projection type is not ALL")
    assert invalid(dynamodb.query, **arguments, ProjectionExpression="body, note") == (
        "One or more parameter values were invalid: Global secondary index colors does not project [body]")
    assert invalid(dynamodb.query, **arguments, FilterExpression="attribute_exists(body)") == (
        "One or more parameter values were invalid: Secondary index colors does not project one or more filter "
        "attributes: [body]")
    assert invalid(dynamodb.query, **arguments, ConsistentRead=True) == (
        "Consistent reads are not supported on global secondary indexes")


def test_local_index_fetches_items(dynamodb, indexed):
    arguments = {"TableName": indexed, "IndexName": "by-weight", "KeyConditionExpression": "id = :i",
                 "ExpressionAttributeValues": values(i="x"), "ConsistentRead": True, "ReturnConsumedCapacity": "INDEXES"}
    narrow = dynamodb.query(**arguments)
    assert [item["weight"]["N"] for item in narrow["Items"]] == ["6", "7", "8", "9", "10"]
    assert sorted(narrow["Items"][0]) == ["at", "id", "weight"]
    assert narrow["ConsumedCapacity"]["LocalSecondaryIndexes"] == {"by-weight": {"CapacityUnits": 1.0}}
    whole = dynamodb.query(**arguments, Select="ALL_ATTRIBUTES")
    assert all(len(item["body"]["S"]) == 5000 for item in whole["Items"])
    assert whole["ConsumedCapacity"]["Table"] == {"CapacityUnits": 10.0}  # two units an item
    assert whole["ConsumedCapacity"]["CapacityUnits"] == pytest.approx(11)
    some = dynamodb.query(**arguments, ProjectionExpression="note")
    assert [item["note"]["S"] for item in some["Items"]] == ["n4", "n3", "n2", "n1", "n0"]


def test_scan_of_indexes(dynamodb, indexed):
    assert dynamodb.scan(TableName=indexed)["Count"] == 6
    found = dynamodb.scan(TableName=indexed, IndexName="colors")
    assert found["Count"] == 5  # the sixth has no color
    parts = [dynamodb.scan(TableName=indexed, IndexName="by-color", Segment=s, TotalSegments=3)["Count"] for s in range(3)]
    assert sum(parts) == 5
    pages = list(dynamodb.get_paginator("scan").paginate(
        TableName=indexed, IndexName="colors", PaginationConfig={"PageSize": 2}))
    assert len({item["at"]["N"] for page in pages for item in page["Items"]}) == 5
    assert set(pages[0]["LastEvaluatedKey"]) == {"id", "at", "color"}
    # A scan's filter may name what the index lacks: nothing has it.
    assert dynamodb.scan(TableName=indexed, IndexName="colors", FilterExpression="attribute_exists(body)")["Count"] == 0
    assert invalid(dynamodb.scan, TableName=indexed, IndexName="colors", ConsistentRead=True) == (
        "Consistent reads are not supported on global secondary indexes")
    assert invalid(dynamodb.scan, TableName=indexed, IndexName="none") == (
        "The table does not have the specified index: none")


def test_refusals(dynamodb, words):
    query = dynamodb.query
    one = {"TableName": words, "KeyConditionExpression": "id = :i", "ExpressionAttributeValues": values(i="1")}
    assert invalid(query, TableName=words) == (
        "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
    assert invalid(query, TableName=words, KeyConditionExpression="w = :i", ExpressionAttributeValues=values(i="1")) == (
        "Query condition missed key schema element: id")
    assert invalid(query, TableName=words, KeyConditionExpression="id > :i", ExpressionAttributeValues=values(i="1")) == (
        "Query key condition not supported")
    assert invalid(query, TableName=words, KeyConditionExpression="id = :i", ExpressionAttributeValues=values(i=1)) == (
        "One or more parameter values were invalid: Condition parameter type does not match schema type")
    assert invalid(query, **one, FilterExpression="w = :i") == (
        "Filter Expression can only contain non-primary key attributes: Primary key attribute: w")
    assert invalid(query, **one, IndexName="none") == "The table does not have the specified index: none"
    assert invalid(query, **one, Select="ALL_PROJECTED_ATTRIBUTES") == (
        "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName")
    assert invalid(query, **one, Select="SPECIFIC_ATTRIBUTES") == (
        "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES")
    assert invalid(query, **one, Select="COUNT", ProjectionExpression="w") == (
        "Cannot specify the ProjectionExpression when choosing to get COUNT")
    assert invalid(query, **one, ExpressionAttributeNames={"#unused": "a"}) == (
        "Value provided in ExpressionAttributeNames unused in expressions: keys: {#unused}")
    assert refusal(query, **{**one, "TableName": "no-such-table"}) == (
        "ResourceNotFoundException", "Requested resource not found")


def test_starting_keys(dynamodb, words, indexed):
    query = dynamodb.query
    one = {"TableName": words, "KeyConditionExpression": "id = :i", "ExpressionAttributeValues": values(i="1")}
    assert invalid(query, **one, ExclusiveStartKey={"id": {"S": "1"}}) == (
        "The provided starting key is invalid: The provided key element does not match the schema")
    assert invalid(query, **one, ExclusiveStartKey={"id": {"S": "2"}, "w": {"S": "a"}}) == (
        "The provided starting key is outside query boundaries based on provided conditions")
    ranged = {**one, "KeyConditionExpression": "id = :i AND w > :w", "ExpressionAttributeValues": values(i="1", w="b")}
    assert invalid(query, **ranged, ExclusiveStartKey={"id": {"S": "1"}, "w": {"S": "b"}}) == (
        "The provided starting key does not match the range key predicate")
    assert invalid(query, **ranged, ExclusiveStartKey={"id": {"S": "2"}, "w": {"S": "c"}}) == (
        "The query can return at most one row and cannot be restarted")
    assert query(**ranged, ExclusiveStartKey={"id": {"S": "1"}, "w": {"S": "bb"}})["Count"] == 1  # of no item
    by_color = {"TableName": indexed, "IndexName": "by-color", "KeyConditionExpression": "color = :c",
                "ExpressionAttributeValues": values(c="red")}
    assert invalid(query, **by_color, ExclusiveStartKey={"id": {"S": "x"}, "at": {"N": "1"}}) == (
        "The provided starting key is invalid")
    assert invalid(query, **by_color, ExclusiveStartKey={
        "id": {"S": "x"}, "at": {"S": "1"}, "color": {"S": "red"}, "weight": {"N": "1"}}) == (
        "The provided starting key is invalid: The provided key element does not match the schema")
