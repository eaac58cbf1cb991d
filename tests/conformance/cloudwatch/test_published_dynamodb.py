"""What DynamoDB publishes of consumed capacity, of items that are returned, expired, or refused."""

import pytest

from conformance.cloudwatch.moments import START
from conformance.cloudwatch.published import points, total

SPACE = "AWS/DynamoDB"
READ, WRITTEN = "ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"


def attribute(name):
    return {"AttributeName": name, "AttributeType": "S"}


@pytest.fixture
def table(frozen):
    """A server with the table "tab", which has the global index "by-kind"."""
    dynamodb = frozen.client("dynamodb")
    dynamodb.create_table(
        TableName="tab", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[attribute("id"), attribute("kind")],
        GlobalSecondaryIndexes=[{"IndexName": "by-kind", "Projection": {"ProjectionType": "ALL"},
                                 "KeySchema": [{"AttributeName": "kind", "KeyType": "HASH"}]}])
    frozen.dynamodb = dynamodb
    return frozen


def item(number, size=0, **more):
    return {"id": {"S": str(number)}, "text": {"S": "x" * size}, **{k: {"S": v} for k, v in more.items()}}


def test_what_is_written(table):
    table.dynamodb.put_item(TableName="tab", Item=item(1, 1500))
    table.dynamodb.put_item(TableName="tab", Item=item(2, kind="a"))
    assert total(table, SPACE, WRITTEN, TableName="tab") == 3
    assert total(table, SPACE, WRITTEN, TableName="tab", GlobalSecondaryIndexName="by-kind") == 1
    assert [one["SampleCount"] for one in points(table, SPACE, WRITTEN, TableName="tab")] == [2]
    table.dynamodb.update_item(TableName="tab", Key={"id": {"S": "2"}}, UpdateExpression="SET kind = :b",
                               ExpressionAttributeValues={":b": {"S": "b"}})
    assert total(table, SPACE, WRITTEN, TableName="tab") == 4
    assert total(table, SPACE, WRITTEN, TableName="tab", GlobalSecondaryIndexName="by-kind") == 3  # out of one place, into another
    table.dynamodb.transact_write_items(TransactItems=[{"Put": {"TableName": "tab", "Item": item(3)}}])
    table.dynamodb.batch_write_item(RequestItems={"tab": [{"PutRequest": {"Item": item(n)}} for n in range(4, 8)]})
    table.dynamodb.execute_statement(Statement="INSERT INTO tab VALUE {'id': '9'}")
    assert total(table, SPACE, WRITTEN, TableName="tab") == 4 + 2 + 4 + 1
    with pytest.raises(table.dynamodb.exceptions.ConditionalCheckFailedException):
        table.dynamodb.put_item(TableName="tab", Item=item(1), ConditionExpression="attribute_not_exists(id)")
    assert total(table, SPACE, WRITTEN, TableName="tab") == 11 + 2  # what is there has 1.5 KB


def test_what_is_read(table):
    dynamodb = table.dynamodb
    for n in range(4):
        dynamodb.put_item(TableName="tab", Item=item(n, 5000, kind="a"))
    dynamodb.get_item(TableName="tab", Key={"id": {"S": "1"}}, ConsistentRead=True)
    assert total(table, SPACE, READ, TableName="tab") == 2
    dynamodb.get_item(TableName="tab", Key={"id": {"S": "1"}})
    assert total(table, SPACE, READ, TableName="tab") == 3
    dynamodb.query(TableName="tab", IndexName="by-kind", KeyConditionExpression="kind = :k",
                   ExpressionAttributeValues={":k": {"S": "a"}}, Limit=3)
    assert total(table, SPACE, READ, TableName="tab") == 3
    assert total(table, SPACE, READ, TableName="tab", GlobalSecondaryIndexName="by-kind") == 2  # 15 KB, by halves
    dynamodb.scan(TableName="tab")
    assert total(table, SPACE, READ, TableName="tab") == 5.5
    dynamodb.batch_get_item(RequestItems={"tab": {"Keys": [{"id": {"S": "1"}}, {"id": {"S": "2"}}]}})
    dynamodb.transact_get_items(TransactItems=[{"Get": {"TableName": "tab", "Key": {"id": {"S": "1"}}}}])
    dynamodb.execute_statement(Statement="SELECT * FROM tab WHERE id = '1'")
    assert total(table, SPACE, READ, TableName="tab") == 5.5 + 2 + 4 + 1
    assert total(table, SPACE, "ReturnedItemCount", TableName="tab", Operation="Query") == 3
    assert total(table, SPACE, "ReturnedItemCount", TableName="tab", Operation="Scan") == 4


def test_what_expires(table):
    dynamodb = table.dynamodb
    dynamodb.update_time_to_live(TableName="tab", TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"})
    for n in range(3):
        dynamodb.put_item(TableName="tab", Item={**item(n), "ttl": {"N": str(int(START.timestamp()) + 60)}})
    table.clock.advance("4m")
    assert dynamodb.scan(TableName="tab")["Count"] == 0
    assert total(table, SPACE, "TimeToLiveDeletedItemCount", TableName="tab") == 3


def test_what_is_refused_for_want_of_throughput(own_server):
    server = own_server("--dynamodb-throttle", "on", "--clock", f"frozen@{START.strftime('%Y-%m-%dT%H:%M:%SZ')}")
    dynamodb = server.client("dynamodb")
    dynamodb.create_table(
        TableName="small", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}], AttributeDefinitions=[attribute("id")],
        ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1})
    with pytest.raises(dynamodb.exceptions.ProvisionedThroughputExceededException):
        for n in range(400):  # five minutes' worth is there
            dynamodb.put_item(TableName="small", Item={"id": {"S": str(n)}})
    assert total(server, SPACE, "WriteThrottleEvents", TableName="small") >= 1
    assert total(server, SPACE, "ThrottledRequests", TableName="small", Operation="PutItem") >= 1
    assert total(server, SPACE, WRITTEN, TableName="small") == 300
    assert total(server, SPACE, "ReadThrottleEvents", TableName="small") is None
