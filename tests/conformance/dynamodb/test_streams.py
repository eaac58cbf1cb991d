"""DynamoDB Streams: what changes look like, from where they can be read, and for how long."""

import datetime
import json
import time

import pytest
from support.aws import allow, policy, refusal

START = "2026-03-01T00:00:00Z"
VIEWS = ["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"]


@pytest.fixture
def streams(client):
    return client("dynamodbstreams")


@pytest.fixture
def streamed(make_table, dynamodb):
    """streamed("NEW_IMAGE") -> (table, ARN of its stream)"""

    def make(view="NEW_AND_OLD_IMAGES", **more):
        name = make_table(StreamSpecification={"StreamEnabled": True, "StreamViewType": view}, **more)
        return name, dynamodb.describe_table(TableName=name)["Table"]["LatestStreamArn"]

    return make


def shards_of(streams, arn):
    return streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]


def iterator(streams, arn, kind="TRIM_HORIZON", shard=0, **more):
    shard_id = shards_of(streams, arn)[shard]["ShardId"]
    return streams.get_shard_iterator(StreamArn=arn, ShardId=shard_id, ShardIteratorType=kind, **more)["ShardIterator"]


def read(streams, arn, kind="TRIM_HORIZON", shard=0, **more):
    return streams.get_records(ShardIterator=iterator(streams, arn, kind, shard, **more))["Records"]


def read_all(streams, arn):
    """Every record of every shard, as a client reads them: parents first, each to its end or until it is empty."""
    records = []
    for shard in shards_of(streams, arn):
        position = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while position:
            page = streams.get_records(ShardIterator=position)
            records += page["Records"]
            position = page.get("NextShardIterator")
            if not page["Records"] and "EndingSequenceNumber" not in shard["SequenceNumberRange"]:
                break
    return records


def key(text):
    return {"id": {"S": text}}


def test_records_say_what_happened(dynamodb, streams, streamed):
    table, arn = streamed()
    first, second = {**key("a"), "n": {"N": "1"}}, {**key("a"), "n": {"N": "2"}}
    dynamodb.put_item(TableName=table, Item=first)
    dynamodb.put_item(TableName=table, Item=second)
    dynamodb.put_item(TableName=table, Item=second)  # changes nothing
    dynamodb.delete_item(TableName=table, Key=key("a"))
    dynamodb.delete_item(TableName=table, Key=key("a"))  # nor does this
    records = read(streams, arn)
    assert [r["eventName"] for r in records] == ["INSERT", "MODIFY", "REMOVE"]
    images = [(r["dynamodb"].get("OldImage"), r["dynamodb"].get("NewImage")) for r in records]
    assert images == [(None, first), (first, second), (second, None)]
    numbers = [int(r["dynamodb"]["SequenceNumber"]) for r in records]
    assert numbers == sorted(numbers) and len(set(numbers)) == 3
    assert len({r["eventID"] for r in records}) == 3
    for record in records:
        assert record["eventVersion"] == "1.1"
        assert record["eventSource"] == "aws:dynamodb"
        assert record["awsRegion"] == "us-east-1"
        assert "userIdentity" not in record
        assert record["dynamodb"]["Keys"] == key("a")
        assert record["dynamodb"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
        assert len(record["dynamodb"]["SequenceNumber"]) >= 21
        age = datetime.datetime.now(datetime.timezone.utc) - record["dynamodb"]["ApproximateCreationDateTime"]
        assert abs(age) < datetime.timedelta(minutes=1)
    assert [r["dynamodb"]["SizeBytes"] for r in records] == [3 + 6, 3 + 6 + 6, 3 + 6]


@pytest.mark.parametrize("view", VIEWS)
def test_view_types(dynamodb, streams, streamed, view):
    table, arn = streamed(view)
    dynamodb.put_item(TableName=table, Item={**key("a"), "n": {"N": "1"}})
    dynamodb.put_item(TableName=table, Item={**key("a"), "n": {"N": "2"}})
    description = streams.describe_stream(StreamArn=arn)["StreamDescription"]
    assert description["StreamViewType"] == view
    inserted, modified = (r["dynamodb"] for r in read(streams, arn))
    assert ("NewImage" in modified) == view.startswith("NEW")
    assert ("OldImage" in modified) == ("OLD" in view)
    assert "OldImage" not in inserted
    assert modified["Keys"] == key("a")


def test_every_way_of_writing_is_seen(dynamodb, streams, streamed):
    table, arn = streamed("KEYS_ONLY")
    dynamodb.batch_write_item(
        RequestItems={table: [{"PutRequest": {"Item": key("a")}}, {"PutRequest": {"Item": key("b")}}]}
    )
    dynamodb.batch_write_item(RequestItems={table: [{"DeleteRequest": {"Key": key("a")}}]})
    seen = [(r["eventName"], r["dynamodb"]["Keys"]["id"]["S"]) for r in read(streams, arn)]
    assert sorted(seen[:2]) == [("INSERT", "a"), ("INSERT", "b")]
    assert seen[2:] == [("REMOVE", "a")]


def test_describe_stream(dynamodb, streams, streamed):
    table, arn = streamed("NEW_IMAGE", sort="N")
    description = streams.describe_stream(StreamArn=arn)["StreamDescription"]
    assert description["StreamArn"] == arn
    assert arn.endswith(f":table/{table}/stream/{description['StreamLabel']}")
    assert description["StreamStatus"] == "ENABLED"
    assert description["TableName"] == table
    assert description["KeySchema"] == [
        {"AttributeName": "id", "KeyType": "HASH"},
        {"AttributeName": "at", "KeyType": "RANGE"},
    ]
    assert isinstance(description["CreationRequestDateTime"], datetime.datetime)
    (shard,) = description["Shards"]
    assert 28 <= len(shard["ShardId"]) <= 65
    assert shard["SequenceNumberRange"]["StartingSequenceNumber"].isdecimal()
    assert "EndingSequenceNumber" not in shard["SequenceNumberRange"]
    after = streams.describe_stream(StreamArn=arn, ExclusiveStartShardId=shard["ShardId"])["StreamDescription"]
    assert after["Shards"] == []


def test_positions(dynamodb, streams, streamed, fill):
    table, arn = streamed("NEW_IMAGE")
    start = shards_of(streams, arn)[0]["SequenceNumberRange"]["StartingSequenceNumber"]
    latest = iterator(streams, arn, "LATEST")
    fill(table, 50)
    records = streams.get_records(ShardIterator=latest)["Records"]
    assert len(records) == 50
    for kind in "AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER":
        assert read(streams, arn, kind, SequenceNumber=start) == records
    number = records[19]["dynamodb"]["SequenceNumber"]
    assert read(streams, arn, "AT_SEQUENCE_NUMBER", SequenceNumber=number) == records[19:]
    assert read(streams, arn, "AFTER_SEQUENCE_NUMBER", SequenceNumber=number) == records[20:]
    assert read(streams, arn, "LATEST") == []
    pages, position = [], iterator(streams, arn)
    while len(pages) < 8:
        page = streams.get_records(ShardIterator=position, Limit=7)
        position = page["NextShardIterator"]
        pages.append(page["Records"])
    assert [r for page in pages for r in page] == records
    assert [len(page) for page in pages] == [7] * 7 + [1]


def test_a_page_has_a_megabyte(streams, streamed, fill):
    table, arn = streamed("NEW_IMAGE")
    fill(table, 25, size=100_000)
    page = streams.get_records(ShardIterator=iterator(streams, arn))
    assert 10 <= len(page["Records"]) <= 11
    assert len(read_all(streams, arn)) == 25


def test_enabled_disabled_and_enabled_anew(dynamodb, streams, make_table):
    table = make_table()
    dynamodb.put_item(TableName=table, Item=key("before"))

    def turn(view):
        specification = {"StreamEnabled": True, "StreamViewType": view} if view else {"StreamEnabled": False}
        dynamodb.update_table(TableName=table, StreamSpecification=specification)
        return dynamodb.describe_table(TableName=table)["Table"]

    first = turn("KEYS_ONLY")
    assert first["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    dynamodb.put_item(TableName=table, Item=key("one"))
    off = turn(None)
    assert "StreamSpecification" not in off
    assert off["LatestStreamArn"] == first["LatestStreamArn"]
    dynamodb.put_item(TableName=table, Item=key("between"))
    second = turn("NEW_IMAGE")
    assert second["LatestStreamLabel"] != first["LatestStreamLabel"]
    dynamodb.put_item(TableName=table, Item=key("two"))

    def seen(arn):
        return [r["dynamodb"]["Keys"]["id"]["S"] for r in read(streams, arn)]

    assert seen(first["LatestStreamArn"]) == ["one"]
    assert seen(second["LatestStreamArn"]) == ["two"]
    listed = [s["StreamArn"] for s in streams.list_streams(TableName=table)["Streams"]]
    assert listed == [first["LatestStreamArn"], second["LatestStreamArn"]]
    description = streams.describe_stream(StreamArn=first["LatestStreamArn"])["StreamDescription"]
    assert description["StreamStatus"] == "DISABLED"
    assert "EndingSequenceNumber" in description["Shards"][0]["SequenceNumberRange"]
    end = streams.get_records(ShardIterator=iterator(streams, first["LatestStreamArn"]))
    assert "NextShardIterator" not in end


def test_specifications_refused(dynamodb, unique, streamed, make_table):
    def create(**specification):
        return refusal(
            dynamodb.create_table,
            TableName=unique("table"),
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification=specification,
        )

    invalid = "One or more parameter values were invalid: "
    assert create(StreamEnabled=False, StreamViewType="NEW_IMAGE") == (
        "ValidationException",
        invalid + "Table is being created with a stream disabled, UpdateViewType should not be specified",
    )
    assert create(StreamEnabled=True) == (
        "ValidationException",
        invalid + "Table is being created with a stream enabled, UpdateViewType is required",
    )
    table, _ = streamed()

    def update(name, **specification):
        return refusal(dynamodb.update_table, TableName=name, StreamSpecification=specification)

    for view in "NEW_AND_OLD_IMAGES", "OLD_IMAGE":
        assert update(table, StreamEnabled=True, StreamViewType=view) == (
            "ValidationException",
            f"Table already has an enabled stream: TableName: {table}",
        )
    plain = make_table()
    assert update(plain, StreamEnabled=False) == (
        "ValidationException",
        f"Table has no stream to disable: TableName: {plain}",
    )
    assert update(plain, StreamEnabled=True) == (
        "ValidationException",
        invalid + "If stream is being enabled then UpdateViewType is required",
    )


def test_a_deleted_tables_stream_is_readable(dynamodb, streams, streamed):
    table, arn = streamed("NEW_IMAGE")
    dynamodb.put_item(TableName=table, Item=key("a"))
    dynamodb.delete_table(TableName=table)
    assert streams.describe_stream(StreamArn=arn)["StreamDescription"]["StreamStatus"] == "DISABLED"
    assert [s["StreamArn"] for s in streams.list_streams(TableName=table)["Streams"]] == [arn]
    assert [r["dynamodb"]["NewImage"] for r in read_all(streams, arn)] == [key("a")]


def test_list_streams_in_pages(streams, streamed):
    tables = dict(streamed("KEYS_ONLY") for _ in range(3))
    listed, more = {}, {}
    while True:
        page = streams.list_streams(Limit=2, **more)
        assert len(page["Streams"]) <= 2
        listed.update({s["TableName"]: s["StreamArn"] for s in page["Streams"] if s["TableName"] in tables})
        if "LastEvaluatedStreamArn" not in page:
            break
        more = {"ExclusiveStartStreamArn": page["LastEvaluatedStreamArn"]}
    assert listed == tables
    assert streams.list_streams(TableName="no-such-table")["Streams"] == []


def test_refusals(dynamodb, streams, streamed):
    table, arn = streamed()
    shard = shards_of(streams, arn)[0]["ShardId"]
    absent = arn.rsplit("/", 1)[0] + "/2015-05-11T21:21:33.291"
    not_found = ("ResourceNotFoundException", f"Requested resource not found: Stream: {absent} not found")
    assert refusal(streams.describe_stream, StreamArn=absent) == not_found
    get = streams.get_shard_iterator
    assert refusal(get, StreamArn=absent, ShardId=shard, ShardIteratorType="LATEST") == not_found
    rubbish = "sdfadfsdfnlfkajakfgjalksfgklasjklasdjfklasdfasdfgasf"
    assert refusal(streams.describe_stream, StreamArn=rubbish)[0] == "ValidationException"
    other = "shardId-00000000000000000000-00000000"
    assert refusal(get, StreamArn=arn, ShardId=other, ShardIteratorType="LATEST")[0] == "ResourceNotFoundException"
    for more in (
        {"ShardIteratorType": "AT_SEQUENCE_NUMBER"},
        {"ShardIteratorType": "LATEST", "SequenceNumber": "1" * 21},
        {"ShardIteratorType": "AT_SEQUENCE_NUMBER", "SequenceNumber": "x" * 21},
        {"ShardIteratorType": "AT_SEQUENCE_NUMBER", "SequenceNumber": "9" * 21},
        {"ShardIteratorType": "SIDEWAYS"},
    ):
        assert refusal(get, StreamArn=arn, ShardId=shard, **more)[0] == "ValidationException"
    assert refusal(streams.get_records, ShardIterator=rubbish)[0] == "ValidationException"
    position = iterator(streams, arn, "LATEST")
    assert refusal(streams.get_records, ShardIterator=position, Limit=1001)[0] == "ValidationException"
    assert refusal(streams.describe_stream, StreamArn=arn, Limit=101)[0] == "ValidationException"
    assert refusal(streams.list_streams, Limit=101)[0] == "ValidationException"


def test_who_may_read(server, dynamodb, streams, streamed, unique):
    _, arn = streamed("KEYS_ONLY")
    _, other = streamed("KEYS_ONLY")
    iam, role = server.client("iam"), unique("role")
    trusting = {"Version": "2012-10-17"}
    trusting["Statement"] = [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]
    role_arn = iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(trusting))["Role"]["Arn"]
    actions = ["dynamodb:DescribeStream", "dynamodb:GetShardIterator", "dynamodb:GetRecords"]
    iam.put_role_policy(RoleName=role, PolicyName="read", PolicyDocument=policy(allow(actions, arn)))
    session = server.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="reader")["Credentials"]
    reader = server.client(
        "dynamodbstreams", session["AccessKeyId"], session["SecretAccessKey"], token=session["SessionToken"]
    )
    assert read_all(reader, arn) == []
    assert refusal(reader.describe_stream, StreamArn=other)[0] == "AccessDeniedException"
    assert refusal(reader.get_records, ShardIterator=iterator(streams, other))[0] == "AccessDeniedException"
    assert refusal(reader.list_streams)[0] == "AccessDeniedException"


@pytest.fixture
def wound(own_server):
    """A server whose clock stands, a table with a stream on it, and its clients."""
    server = own_server("--clock", f"frozen@{START}")
    dynamodb, streams = server.client("dynamodb"), server.client("dynamodbstreams")
    dynamodb.create_table(
        TableName="things",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    return server, dynamodb, streams, dynamodb.describe_table(TableName="things")["Table"]["LatestStreamArn"]


def ids(records):
    return [r["dynamodb"]["Keys"]["id"]["S"] for r in records]


def test_iterators_expire_after_a_quarter_of_an_hour(wound):
    server, _, streams, arn = wound
    position = iterator(streams, arn, "LATEST")
    server.clock.advance("15m")
    streams.get_records(ShardIterator=position)
    server.clock.advance("1s")
    assert refusal(streams.get_records, ShardIterator=position)[0] == "ExpiredIteratorException"


def test_shards_roll_every_four_hours(wound):
    server, dynamodb, streams, arn = wound
    dynamodb.put_item(TableName="things", Item=key("a"))
    server.clock.advance("5h")
    assert len(shards_of(streams, arn)) == 1
    latest = iterator(streams, arn, "LATEST")
    dynamodb.put_item(TableName="things", Item=key("b"))
    parent, child = shards_of(streams, arn)
    assert child["ParentShardId"] == parent["ShardId"]
    assert "EndingSequenceNumber" in parent["SequenceNumberRange"]
    assert "EndingSequenceNumber" not in child["SequenceNumberRange"]
    end = streams.get_records(ShardIterator=latest)
    assert end["Records"] == [] and "NextShardIterator" not in end
    assert ids(read(streams, arn, shard=0)) == ["a"]
    assert ids(read(streams, arn, shard=1)) == ["b"]
    children = streams.describe_stream(
        StreamArn=arn, ShardFilter={"Type": "CHILD_SHARDS", "ShardId": parent["ShardId"]}
    )["StreamDescription"]["Shards"]
    assert children == [child]
    page = streams.describe_stream(StreamArn=arn, Limit=1)["StreamDescription"]
    assert page["LastEvaluatedShardId"] == parent["ShardId"]


def test_records_are_kept_for_a_day(wound):
    server, dynamodb, streams, arn = wound
    dynamodb.put_item(TableName="things", Item=key("a"))
    number = read(streams, arn)[0]["dynamodb"]["SequenceNumber"]
    server.clock.advance("3h")
    dynamodb.put_item(TableName="things", Item=key("b"))
    server.clock.advance("21h")
    assert ids(read_all(streams, arn)) == ["a", "b"]
    server.clock.advance("1s")
    assert ids(read_all(streams, arn)) == ["b"]
    shard = shards_of(streams, arn)[0]["ShardId"]
    trimmed = refusal(
        streams.get_shard_iterator,
        StreamArn=arn,
        ShardId=shard,
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        SequenceNumber=number,
    )
    assert trimmed[0] == "TrimmedDataAccessException"
    server.clock.advance("30h")
    assert read_all(streams, arn) == []
    dynamodb.put_item(TableName="things", Item=key("c"))
    assert ids(read_all(streams, arn)) == ["c"]


def test_a_disabled_stream_is_kept_for_a_day(wound):
    server, dynamodb, streams, arn = wound
    dynamodb.put_item(TableName="things", Item=key("a"))
    dynamodb.delete_table(TableName="things")
    server.clock.advance("23h")
    assert ids(read_all(streams, arn)) == ["a"]
    server.clock.advance("1h")
    assert refusal(streams.describe_stream, StreamArn=arn)[0] == "ResourceNotFoundException"
    assert streams.list_streams()["Streams"] == []


def test_reading_along(dynamodb, streams, streamed, fill):
    """A reader that polls while items are written sees each once, in order."""
    table, arn = streamed("KEYS_ONLY")
    position, seen = iterator(streams, arn, "LATEST"), []
    for round_ in range(5):
        dynamodb.put_item(TableName=table, Item=key(f"{round_}a"))
        dynamodb.put_item(TableName=table, Item=key(f"{round_}b"))
        page = streams.get_records(ShardIterator=position)
        position = page["NextShardIterator"]
        seen += ids(page["Records"])
        time.sleep(0.01)
    assert seen == [f"{r}{s}" for r in range(5) for s in "ab"]


def test_kinesis_destinations_are_recorded_and_fail(dynamodb, table):
    stream = "arn:aws:kinesis:us-east-1:000000000000:stream/changes"
    wrong_state = "Table is not in a valid state to enable Kinesis Streaming Destination: "
    assert dynamodb.describe_kinesis_streaming_destination(TableName=table)["KinesisDataStreamDestinations"] == []
    enabled = dynamodb.enable_kinesis_streaming_destination(TableName=table, StreamArn=stream)
    assert enabled["DestinationStatus"] == "ENABLING"
    (one,) = dynamodb.describe_kinesis_streaming_destination(TableName=table)["KinesisDataStreamDestinations"]
    assert one["StreamArn"] == stream
    assert one["DestinationStatus"] == "ENABLE_FAILED"
    assert "does not send changes" in one["DestinationStatusDescription"]
    assert refusal(dynamodb.disable_kinesis_streaming_destination, TableName=table, StreamArn=stream) == (
        "ValidationException",
        wrong_state + "KinesisStreamingDestination must be ACTIVE to perform DISABLE operation.",
    )
    code, message = refusal(
        dynamodb.update_kinesis_streaming_destination,
        TableName=table,
        StreamArn=stream,
        UpdateKinesisStreamingConfiguration={"ApproximateCreationDateTimePrecision": "MICROSECOND"},
    )
    assert code == "ValidationException" and message.startswith(wrong_state)
