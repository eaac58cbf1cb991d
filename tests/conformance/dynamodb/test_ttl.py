"""Time to live: items go when the Orrery's clock reaches their time."""

import datetime
import time

import pytest
from support.aws import refusal

START = "2026-03-01T00:00:00Z"
NOW = int(datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc).timestamp())
YEAR = 366 * 86400


def switch(dynamodb, table, enabled=True, attribute="ttl"):
    return dynamodb.update_time_to_live(
        TableName=table, TimeToLiveSpecification={"Enabled": enabled, "AttributeName": attribute}
    )["TimeToLiveSpecification"]


def test_switching_it(dynamodb, table):
    def status():
        return dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]

    def refused(enabled, attribute="ttl"):
        return refusal(
            dynamodb.update_time_to_live,
            TableName=table,
            TimeToLiveSpecification={"Enabled": enabled, "AttributeName": attribute},
        )

    assert status() == {"TimeToLiveStatus": "DISABLED"}
    assert refused(False) == ("ValidationException", "TimeToLive is already disabled")
    assert switch(dynamodb, table) == {"Enabled": True, "AttributeName": "ttl"}
    assert status() == {"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"}
    assert refused(True) == ("ValidationException", "TimeToLive is already enabled")
    other = "TimeToLive is active on a different AttributeName: current AttributeName is ttl"
    assert refused(True, "other") == ("ValidationException", other)
    assert refused(False, "other") == ("ValidationException", other)
    switch(dynamodb, table, enabled=False)
    assert status() == {"TimeToLiveStatus": "DISABLED"}
    assert refusal(dynamodb.describe_time_to_live, TableName="no-such-table")[0] == "ResourceNotFoundException"


def test_items_go_within_a_second_of_their_time(dynamodb, table):
    switch(dynamodb, table)
    until = int(time.time()) + 2
    dynamodb.put_item(TableName=table, Item={"id": {"S": "a"}, "ttl": {"N": str(until)}})
    while dynamodb.scan(TableName=table, Select="COUNT")["Count"]:
        assert time.time() < until + 1.5
        time.sleep(0.05)
    assert time.time() > until - 0.1


@pytest.fixture
def wound(own_server):
    """A server whose clock stands, with a table whose items expire and that has a stream and an index."""
    server = own_server("--clock", f"frozen@{START}")
    dynamodb = server.client("dynamodb")
    dynamodb.create_table(
        TableName="things",
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("id", "group")],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "groups",
                "KeySchema": [{"AttributeName": "group", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "OLD_IMAGE"},
    )
    return server, dynamodb


def put(dynamodb, name, after=None, ttl=None):
    item = {"id": {"S": name}, "group": {"S": "g"}}
    if after is not None:
        ttl = {"N": str(NOW + after)}
    if ttl is not None:
        item["ttl"] = ttl
    dynamodb.put_item(TableName="things", Item=item)


def left(dynamodb, **more):
    return sorted(item["id"]["S"] for item in dynamodb.scan(TableName="things", **more)["Items"])


def removals(server):
    streams = server.client("dynamodbstreams")
    (stream,) = streams.list_streams(TableName="things")["Streams"]
    records = []
    for shard in streams.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]["Shards"]:
        position = streams.get_shard_iterator(
            StreamArn=stream["StreamArn"], ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        records += streams.get_records(ShardIterator=position)["Records"]
    return [r for r in records if r["eventName"] == "REMOVE"]


def test_winding_the_clock_deletes_what_is_due_in_order(wound):
    server, dynamodb = wound
    switch(dynamodb, "things")
    for name, after in ("late", 7200), ("soon", 60), ("between", 3600), ("far", 86400):
        put(dynamodb, name, after)
    server.clock.advance("59s")
    assert left(dynamodb) == ["between", "far", "late", "soon"]
    server.clock.advance("1s")
    assert left(dynamodb) == ["between", "far", "late"]
    server.clock.advance("3h")
    assert left(dynamodb) == ["far"]
    assert left(dynamodb, IndexName="groups") == ["far"]
    gone = removals(server)
    assert [r["dynamodb"]["Keys"]["id"]["S"] for r in gone] == ["soon", "between", "late"]
    for record, after in zip(gone, (60, 3600, 7200)):
        assert record["userIdentity"] == {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}
        assert record["dynamodb"]["OldImage"]["ttl"] == {"N": str(NOW + after)}
        assert record["dynamodb"]["ApproximateCreationDateTime"].timestamp() == NOW + after


def test_a_users_delete_is_no_systems_doing(wound):
    server, dynamodb = wound
    switch(dynamodb, "things")
    put(dynamodb, "a", 60)
    dynamodb.delete_item(TableName="things", Key={"id": {"S": "a"}})
    server.clock.advance("2m")
    (record,) = removals(server)
    assert "userIdentity" not in record


def test_what_stays(wound):
    server, dynamodb = wound
    switch(dynamodb, "things")
    put(dynamodb, "none")
    put(dynamodb, "text", ttl={"S": str(NOW + 10)})
    put(dynamodb, "milliseconds", ttl={"N": str((NOW + 10) * 1000)})
    put(dynamodb, "ancient", -5 * YEAR)
    put(dynamodb, "old", -4 * YEAR)
    server.clock.advance("1m")
    assert left(dynamodb) == ["ancient", "milliseconds", "none", "text"]


def test_a_changed_time_counts(wound):
    server, dynamodb = wound
    switch(dynamodb, "things")
    put(dynamodb, "longer", 60)
    put(dynamodb, "longer", 600)
    put(dynamodb, "never", 60)
    put(dynamodb, "never")
    put(dynamodb, "shorter", 600)
    put(dynamodb, "shorter", 60)
    server.clock.advance("2m")
    assert left(dynamodb) == ["longer", "never"]
    server.clock.advance("10m")
    assert left(dynamodb) == ["never"]


def test_items_that_were_there_before(wound):
    server, dynamodb = wound
    for i in range(300):
        put(dynamodb, f"{i:03}", 60 + i)
    switch(dynamodb, "things")
    server.clock.advance("160s")
    assert left(dynamodb) == [f"{i:03}" for i in range(101, 300)]
    switch(dynamodb, "things", enabled=False)
    server.clock.advance("1h")
    assert len(left(dynamodb)) == 199
    switch(dynamodb, "things")
    server.clock.advance("1s")
    assert left(dynamodb) == []


def test_it_goes_with_its_table(wound):
    server, dynamodb = wound
    switch(dynamodb, "things")
    put(dynamodb, "a", 60)
    dynamodb.delete_table(TableName="things")
    ran = server.clock.advance("1h")
    assert not [r for r in ran if r["kind"] == "dynamodb.expire"]


def test_downtime_is_made_up_for(own_server):
    server = own_server()
    dynamodb = server.client("dynamodb")
    dynamodb.create_table(
        TableName="things",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    switch(dynamodb, "things")
    until = int(time.time()) + 1
    dynamodb.put_item(TableName="things", Item={"id": {"S": "a"}, "ttl": {"N": str(until)}})
    server.kill()
    time.sleep(max(0, until - time.time()))
    server.start()
    deadline = time.monotonic() + 5
    while left(dynamodb):
        assert time.monotonic() < deadline
        time.sleep(0.05)
