"""BatchGetItem and BatchWriteItem."""


def put_all(dynamodb, table, items):
    for first in range(0, len(items), 25):
        requests = [{"PutRequest": {"Item": item}} for item in items[first : first + 25]]
        assert dynamodb.batch_write_item(RequestItems={table: requests})["UnprocessedItems"] == {}


def test_batches(dynamodb, make_table):
    one, other = make_table(), make_table(sort="N")
    dynamodb.put_item(TableName=one, Item={"id": {"S": "old"}})
    reply = dynamodb.batch_write_item(
        RequestItems={
            one: [{"DeleteRequest": {"Key": {"id": {"S": "old"}}}}, {"PutRequest": {"Item": {"id": {"S": "new"}}}}],
            other: [{"PutRequest": {"Item": {"id": {"S": "new"}, "at": {"N": str(i)}}}} for i in range(20)],
        },
        ReturnConsumedCapacity="TOTAL",
        ReturnItemCollectionMetrics="SIZE",
    )
    assert reply["UnprocessedItems"] == {}
    capacity = {entry["TableName"]: entry["CapacityUnits"] for entry in reply["ConsumedCapacity"]}
    assert capacity == {one: 2.0, other: 20.0}
    assert dynamodb.scan(TableName=one)["Items"] == [{"id": {"S": "new"}}]
    # One partition: in the order of its sort keys.
    assert [int(item["at"]["N"]) for item in dynamodb.scan(TableName=other)["Items"]] == list(range(20))


def test_batch_limits(dynamodb, make_table, refusal):
    one, other = make_table(), make_table()
    put = [{"PutRequest": {"Item": {"id": {"S": str(i)}}}} for i in range(26)]
    code, message = refusal(dynamodb.batch_write_item, RequestItems={one: put})
    assert code == "ValidationException"
    assert "Member must have length less than or equal to 25" in message
    assert refusal(dynamodb.batch_write_item, RequestItems={one: put[:13], other: put[:13]}) == (
        "ValidationException",
        "Too many items requested for the BatchWriteItem call",
    )
    twice = [put[0], {"DeleteRequest": {"Key": {"id": {"S": "0"}}}}]
    assert refusal(dynamodb.batch_write_item, RequestItems={one: twice}) == (
        "ValidationException",
        "Provided list of item keys contains duplicates",
    )
    assert refusal(dynamodb.batch_write_item, RequestItems={one: [{}]})[0] == "ValidationException"
    # Refused as a whole.
    bad = [put[0], {"PutRequest": {"Item": {"other": {"S": "a"}}}}]
    assert refusal(dynamodb.batch_write_item, RequestItems={one: bad})[0] == "ValidationException"
    assert dynamodb.scan(TableName=one)["Count"] == 0


def test_batch_writer(server, table):
    resource = server.session().resource("dynamodb", endpoint_url=server.url).Table(table)
    with resource.batch_writer() as batch:
        for i in range(130):
            batch.put_item(Item={"id": str(i)})
    assert resource.scan()["Count"] == 130


def test_write_messages(dynamodb, table, refusal):
    """Of an item without its key a batch says less than PutItem does."""

    def batch(**request):
        return refusal(dynamodb.batch_write_item, RequestItems={table: [request]})

    mismatch = ("ValidationException", "The provided key element does not match the schema")
    assert batch(PutRequest={"Item": {"id": {"N": "5"}}}) == mismatch
    assert batch(PutRequest={"Item": {"other": {"S": "x"}}}) == mismatch
    assert batch(DeleteRequest={"Key": {"other": {"S": "x"}}}) == mismatch
    empty = (
        "ValidationException",
        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty "
        "string value. Key: id",
    )
    assert batch(PutRequest={"Item": {"id": {"S": ""}}}) == empty
    assert batch(DeleteRequest={"Key": {"id": {"S": ""}}}) == empty
    large = {"id": {"S": "a"}, "x": {"S": "x" * 400 * 1024}}
    assert batch(PutRequest={"Item": large})[1] == "Item size has exceeded the maximum allowed size"


def test_get(dynamodb, make_table):
    one, other = make_table(), make_table(sort="N")
    put_all(dynamodb, one, [{"id": {"S": str(i)}, "n": {"N": str(i)}, "x": {"S": "x"}} for i in range(60)])
    put_all(dynamodb, other, [{"id": {"S": "a"}, "at": {"N": str(i)}} for i in range(10)])
    reply = dynamodb.batch_get_item(
        RequestItems={
            one: {
                "Keys": [{"id": {"S": str(i)}} for i in range(0, 90)],
                "ProjectionExpression": "#n",
                "ExpressionAttributeNames": {"#n": "n"},
            },
            other: {"Keys": [{"id": {"S": "a"}, "at": {"N": str(i)}} for i in range(10)], "ConsistentRead": True},
        },
        ReturnConsumedCapacity="INDEXES",
    )
    assert reply["UnprocessedKeys"] == {}
    assert sorted(int(item["n"]["N"]) for item in reply["Responses"][one]) == list(range(60))
    assert all(set(item) == {"n"} for item in reply["Responses"][one])
    assert len(reply["Responses"][other]) == 10
    # What is missing costs as much as what is there.
    capacity = {entry["TableName"]: entry for entry in reply["ConsumedCapacity"]}
    assert capacity[one] == {"TableName": one, "CapacityUnits": 45.0, "Table": {"CapacityUnits": 45.0}}
    assert capacity[other]["CapacityUnits"] == 10.0
    nothing = dynamodb.batch_get_item(RequestItems={one: {"Keys": [{"id": {"S": "none"}}]}})
    assert nothing["Responses"] == {one: []}
    legacy = dynamodb.batch_get_item(RequestItems={one: {"Keys": [{"id": {"S": "1"}}], "AttributesToGet": ["id"]}})
    assert legacy["Responses"][one] == [{"id": {"S": "1"}}]


def test_get_16_mb(dynamodb, table):
    for first in range(0, 50, 10):
        items = [{"id": {"S": str(i)}, "x": {"S": "x" * 390_000}} for i in range(first, first + 10)]
        put_all(dynamodb, table, items)
    request = {table: {"Keys": [{"id": {"S": str(i)}} for i in range(50)], "ConsistentRead": True}}
    seen = []
    sizes = []
    while request:
        reply = dynamodb.batch_get_item(RequestItems=request)
        sizes.append(len(reply["Responses"][table]))
        seen += [item["id"]["S"] for item in reply["Responses"][table]]
        request = reply["UnprocessedKeys"]
        if request:
            assert request[table]["ConsistentRead"] is True
    assert sizes == [43, 7]
    assert sorted(seen, key=int) == [str(i) for i in range(50)]


def test_get_errors(dynamodb, make_table, refusal):
    one, other = make_table(), make_table()

    def get(requests):
        return refusal(dynamodb.batch_get_item, RequestItems=requests)

    keys = [{"id": {"S": str(i)}} for i in range(101)]
    code, message = get({one: {"Keys": keys}})
    assert code == "ValidationException"
    assert "Member must have length less than or equal to 100" in message
    too_many = ("ValidationException", "Too many items requested for the BatchGetItem call")
    assert get({one: {"Keys": keys[:51]}, other: {"Keys": keys[:50]}}) == too_many
    twice = ("ValidationException", "Provided list of item keys contains duplicates")
    assert get({one: {"Keys": [keys[0], keys[0]]}}) == twice
    arn = dynamodb.describe_table(TableName=one)["Table"]["TableArn"]
    assert get({one: {"Keys": [keys[0]]}, arn: {"Keys": [keys[0]]}}) == twice
    missing = ("ResourceNotFoundException", "Requested resource not found")
    assert get({"nowhere": {"Keys": keys[:1]}}) == missing
    mismatch = ("ValidationException", "The provided key element does not match the schema")
    assert get({one: {"Keys": [{"id": {"N": "1"}}]}}) == mismatch
    mixed = "Can not use both expression and non-expression parameters in the same request"
    projection = {"Keys": keys[:1], "ProjectionExpression": "id"}
    assert mixed in get({one: projection | {"AttributesToGet": ["id"]}})[1]
    assert mixed in get({one: projection, other: {"Keys": keys[:1], "AttributesToGet": ["id"]}})[1]
    overlap = "Two document paths overlap with each other"
    assert overlap in get({one: projection, other: {"Keys": keys[:1], "ProjectionExpression": "a, a"}})[1]


def test_collections(dynamodb, make_table):
    """No local index, no item collections."""
    table = make_table(sort="N")
    reply = dynamodb.batch_write_item(
        RequestItems={table: [{"PutRequest": {"Item": {"id": {"S": "a"}, "at": {"N": "1"}}}}]},
        ReturnItemCollectionMetrics="SIZE",
    )
    assert not reply.get("ItemCollectionMetrics")
