"""Provisioned throughput, where the server enforces it (--dynamodb-throttle on)."""

import pytest
from botocore.exceptions import ClientError
from conformance.dynamodb.indexes import attribute, index, keys

REFUSED = "ProvisionedThroughputExceededException"
OF_TABLE = (
    "The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning "
    "level with the UpdateTable API."
)
BURST = 300
ONE = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
PLENTY = {"ReadCapacityUnits": 1000, "WriteCapacityUnits": 1000}


@pytest.fixture
def throttled(own_server):
    return own_server("--clock", "frozen@2026-03-01T00:00:00Z", "--dynamodb-throttle", "on")


@pytest.fixture
def dynamodb(throttled):
    return throttled.client("dynamodb")


def create(dynamodb, name="slow", throughput=ONE, **more):
    more.setdefault("AttributeDefinitions", [attribute("id")])
    if throughput:
        more["ProvisionedThroughput"] = throughput
    else:
        more["BillingMode"] = "PAY_PER_REQUEST"
    dynamodb.create_table(TableName=name, KeySchema=keys("id"), **more)
    return name


def passing(most, call, **arguments):
    """How many of the calls pass before one is refused."""
    for count in range(most):
        try:
            call(**arguments)
        except ClientError as refused:
            assert refused.response["Error"]["Code"] in (REFUSED, "ThrottlingException")
            return count
    return most


def item(name="a", **more):
    return {"id": {"S": name}, **more}


def drain(dynamodb, name="slow"):
    """Leaves the table no write unit, by one item of 300 KB."""
    dynamodb.put_item(TableName=name, Item=item("large", pad={"B": b"x" * (BURST * 1024 - 13)}))


def test_five_minutes_of_burst_and_then_one_a_second(throttled, dynamodb, refusal):
    put = {"TableName": create(dynamodb), "Item": item()}
    assert passing(BURST + 50, dynamodb.put_item, **put) == BURST
    with pytest.raises(dynamodb.exceptions.ProvisionedThroughputExceededException) as refused:
        dynamodb.put_item(**put)
    assert refused.value.response["Error"]["Message"] == OF_TABLE
    arn = dynamodb.describe_table(TableName="slow")["Table"]["TableArn"]
    reasons = [{"reason": "TableWriteProvisionedThroughputExceeded", "resource": arn}]
    assert refused.value.response["ThrottlingReasons"] == reasons
    throttled.clock.advance("1s")
    assert passing(2, dynamodb.put_item, **put) == 1
    throttled.clock.advance("1h")
    assert passing(BURST + 50, dynamodb.delete_item, TableName="slow", Key=item()) == BURST
    statement = "INSERT INTO slow VALUE {'id': 'new'}"
    assert refusal(dynamodb.execute_statement, Statement=statement) == (REFUSED, OF_TABLE)
    # Reads have a bucket of their own; those that are eventually consistent cost a half.
    assert "Item" not in dynamodb.get_item(TableName="slow", Key=item())
    assert passing(700, dynamodb.get_item, TableName="slow", Key=item()) == 2 * BURST - 1
    assert refusal(dynamodb.scan, TableName="slow") == (REFUSED, OF_TABLE)


def test_a_request_may_overdraw_a_bucket(throttled, dynamodb):
    create(dynamodb)
    drain(dynamodb)
    throttled.clock.advance("1s")
    dynamodb.put_item(TableName="slow", Item=item("b", pad={"S": "x" * 3000}))  # three units, of which two are lacking
    throttled.clock.advance("2s")
    assert passing(1, dynamodb.put_item, TableName="slow", Item=item()) == 0
    throttled.clock.advance("1s")
    assert passing(2, dynamodb.put_item, TableName="slow", Item=item()) == 1


def test_query_and_scan(throttled, dynamodb):
    create(dynamodb)
    dynamodb.put_item(TableName="slow", Item=item("a", pad={"B": b"x" * 100 * 1024}))
    consistent = {"TableName": "slow", "ConsistentRead": True}
    assert passing(20, dynamodb.scan, **consistent) == 12  # of 26 units each
    throttled.clock.advance("12s")
    assert passing(20, dynamodb.scan, **consistent) == 0
    throttled.clock.advance("1s")
    equal = {"KeyConditionExpression": "id = :id", "ExpressionAttributeValues": {":id": {"S": "a"}}}
    assert passing(20, dynamodb.query, **consistent, **equal) == 1
    throttled.clock.advance("26s")
    select = "SELECT * FROM slow WHERE id = 'a'"
    assert passing(20, dynamodb.execute_statement, Statement=select, ConsistentRead=True) == 1


def test_a_global_index_has_a_throughput_of_its_own(throttled, dynamodb, refusal):
    by_who = index("by-who", "who", projection="KEYS_ONLY", ProvisionedThroughput=ONE)
    create(
        dynamodb,
        throughput=PLENTY,
        AttributeDefinitions=[attribute("id"), attribute("who")],
        GlobalSecondaryIndexes=[by_who],
    )
    query = {
        "TableName": "slow",
        "IndexName": "by-who",
        "KeyConditionExpression": "who = :who",
        "ExpressionAttributeValues": {":who": {"S": "a"}},
    }
    message = (
        "The level of configured provisioned throughput for one or more global secondary indexes of the table was "
        "exceeded. Consider increasing your provisioning level for the under-provisioned global secondary indexes with "
        "the UpdateTable API"
    )
    assert passing(700, dynamodb.query, **query) == 2 * BURST
    assert refusal(dynamodb.query, **query) == (REFUSED, message)
    dynamodb.get_item(TableName="slow", Key=item())
    # A write that moves an entry costs two units of the index; the first one only makes an entry.
    for i in range(BURST // 2):
        dynamodb.put_item(TableName="slow", Item=item(who={"S": str(i)}))
    dynamodb.put_item(TableName="slow", Item=item(who={"S": "last"}))
    assert refusal(dynamodb.put_item, TableName="slow", Item=item(who={"S": "other"})) == (REFUSED, message)
    dynamodb.put_item(TableName="slow", Item=item("not in the index"))
    stored = dynamodb.get_item(TableName="slow", Key=item())["Item"]
    assert stored == item(who={"S": "last"})


def test_batches_leave_the_rest_unprocessed(throttled, dynamodb, refusal):
    create(dynamodb)
    create(dynamodb, "quick", PLENTY)
    drain(dynamodb)
    puts = [{"PutRequest": {"Item": item(str(i))}} for i in range(5)]
    assert refusal(dynamodb.batch_write_item, RequestItems={"slow": puts}) == (REFUSED, OF_TABLE)
    throttled.clock.advance("2s")
    reply = dynamodb.batch_write_item(RequestItems={"slow": puts, "quick": puts}, ReturnConsumedCapacity="TOTAL")
    assert reply["UnprocessedItems"] == {"slow": puts[2:]}
    assert {one["TableName"]: one["CapacityUnits"] for one in reply["ConsumedCapacity"]} == {"slow": 2, "quick": 5}
    for i in range(5):
        assert ("Item" in dynamodb.get_item(TableName="slow", Key=item(str(i)))) == (i < 2)

    dynamodb.get_item(TableName="slow", Key=item("large"), ConsistentRead=True)
    passing(700, dynamodb.get_item, TableName="slow", Key=item())
    gets = [item(str(i)) for i in range(5)]
    wanted = {"slow": {"Keys": gets, "ConsistentRead": True}}
    assert refusal(dynamodb.batch_get_item, RequestItems=wanted) == (REFUSED, OF_TABLE)
    throttled.clock.advance("2s")
    reply = dynamodb.batch_get_item(RequestItems={**wanted, "quick": {"Keys": gets}})
    assert reply["UnprocessedKeys"] == {"slow": {"Keys": gets[2:], "ConsistentRead": True}}
    assert reply["Responses"]["slow"] == gets[:2]
    assert len(reply["Responses"]["quick"]) == 5

    throttled.clock.advance("1s")  # the third: two have passed since the last write
    statements = [{"Statement": f"INSERT INTO slow VALUE {{'id': 'new{i}'}}"} for i in range(5)]
    responses = dynamodb.batch_execute_statement(Statements=statements)["Responses"]
    codes = [one.get("Error", {}).get("Code") for one in responses]
    assert codes == [None] * 3 + ["ProvisionedThroughputExceeded"] * 2


def test_transactions_are_cancelled(throttled, dynamodb):
    create(dynamodb)
    create(dynamodb, "quick", PLENTY)
    drain(dynamodb)
    members = [{"Put": {"TableName": table, "Item": item()}} for table in ("quick", "slow")]
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException) as cancelled:
        dynamodb.transact_write_items(TransactItems=members)
    reasons = [{"Code": "None"}, {"Code": "ProvisionedThroughputExceeded", "Message": OF_TABLE}]
    assert cancelled.value.response["CancellationReasons"] == reasons
    assert "Item" not in dynamodb.get_item(TableName="quick", Key=item())
    throttled.clock.advance("1s")
    dynamodb.transact_write_items(TransactItems=members)  # two units
    throttled.clock.advance("1s")
    assert passing(1, dynamodb.put_item, TableName="slow", Item=item()) == 0

    passing(700, dynamodb.get_item, TableName="slow", Key=item())
    gets = [{"Get": {"TableName": table, "Key": item()}} for table in ("quick", "slow")]
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException) as cancelled:
        dynamodb.transact_get_items(TransactItems=gets)
    assert cancelled.value.response["CancellationReasons"] == reasons
    selects = [{"Statement": f"SELECT * FROM {table} WHERE id = 'a'"} for table in ("quick", "slow")]
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException) as cancelled:
        dynamodb.execute_transaction(TransactStatements=selects)
    assert cancelled.value.response["CancellationReasons"] == reasons
    throttled.clock.advance("1s")
    assert len(dynamodb.transact_get_items(TransactItems=gets)["Responses"]) == 2


def test_the_maximum_of_a_table_on_demand(throttled, dynamodb, refusal):
    maxima = {"MaxReadRequestUnits": 2, "MaxWriteRequestUnits": 1}
    put = {"TableName": create(dynamodb, "most", None, OnDemandThroughput=maxima), "Item": item()}
    message = "Throughput exceeds the maximum OnDemandThroughput configured on table or index"
    assert passing(BURST + 50, dynamodb.put_item, **put) == BURST
    with pytest.raises(ClientError) as refused:
        dynamodb.put_item(**put)
    assert refused.value.response["Error"] == {"Code": "ThrottlingException", "Message": message}
    arn = dynamodb.describe_table(TableName="most")["Table"]["TableArn"]
    reasons = [{"reason": "TableWriteMaxOnDemandThroughputExceeded", "resource": arn}]
    assert refused.value.response["throttlingReasons"] == reasons
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException) as cancelled:
        dynamodb.transact_write_items(TransactItems=[{"Put": put}])
    assert cancelled.value.response["CancellationReasons"] == [{"Code": "ThrottlingError", "Message": message}]
    get = {"TableName": "most", "Key": item(), "ConsistentRead": True}
    assert passing(700, dynamodb.get_item, **get) == 2 * BURST
    # Without a maximum there is none.
    dynamodb.update_table(TableName="most", OnDemandThroughput={"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": -1})
    assert passing(700, dynamodb.get_item, **get) == 700
    dynamodb.put_item(**put)


def test_a_failed_condition_costs_and_more_throughput_helps(throttled, dynamodb):
    create(dynamodb)
    drain(dynamodb)
    throttled.clock.advance("1s")
    with pytest.raises(dynamodb.exceptions.ConditionalCheckFailedException):
        dynamodb.put_item(TableName="slow", Item=item(), ConditionExpression="attribute_exists(id)")
    assert passing(1, dynamodb.put_item, TableName="slow", Item=item()) == 0
    dynamodb.update_table(TableName="slow", ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 10})
    throttled.clock.advance("1s")
    assert passing(20, dynamodb.put_item, TableName="slow", Item=item()) == 10


def test_off_unless_asked_for(own_server):
    server = own_server("--clock", "frozen@2026-03-01T00:00:00Z")
    dynamodb = server.client("dynamodb")
    create(dynamodb)
    assert passing(BURST + 50, dynamodb.put_item, TableName="slow", Item=item()) == BURST + 50
