"""Records: put, read from any position, kept as long as the stream says."""

import concurrent.futures
import datetime
import hashlib

import pytest
from support.aws import ACCOUNT, eventually, refusal


def iterator(kinesis, stream, kind="TRIM_HORIZON", shard="shardId-000000000000", **more):
    return kinesis.get_shard_iterator(StreamName=stream, ShardId=shard, ShardIteratorType=kind, **more)["ShardIterator"]


def data(records):
    return [record["Data"] for record in records]


def test_a_record_is_read_as_it_was_put(kinesis, stream):
    put = kinesis.put_record(StreamName=stream, Data=b"\x00\xff text", PartitionKey="käy")
    assert put["ShardId"] == "shardId-000000000000" and len(put["SequenceNumber"]) == 56
    page = kinesis.get_records(ShardIterator=iterator(kinesis, stream))
    (record,) = page["Records"]
    assert record["Data"] == b"\x00\xff text" and record["PartitionKey"] == "käy"
    assert record["SequenceNumber"] == put["SequenceNumber"]
    age = datetime.datetime.now(datetime.timezone.utc) - record["ApproximateArrivalTimestamp"]
    assert abs(age.total_seconds()) < 60
    assert page["MillisBehindLatest"] == 0
    again = kinesis.get_records(ShardIterator=page["NextShardIterator"])
    assert again["Records"] == [] and again["NextShardIterator"]


def test_sequence_numbers_grow(kinesis, stream, read_all):
    numbers = [
        int(kinesis.put_record(StreamName=stream, Data=str(i), PartitionKey="k")["SequenceNumber"]) for i in range(5)
    ]
    answer = kinesis.put_records(StreamName=stream, Records=[{"Data": str(i), "PartitionKey": "k"} for i in range(5, 9)])
    assert answer["FailedRecordCount"] == 0
    numbers += [int(record["SequenceNumber"]) for record in answer["Records"]]
    assert numbers == sorted(set(numbers))
    assert [int(record["SequenceNumber"]) for record in read_all(stream)] == numbers
    assert data(read_all(stream, limit=2)) == [str(i).encode() for i in range(9)]


def test_keys_choose_shards(kinesis, make_stream, read_all):
    stream = make_stream(ShardCount=4)
    entries = [{"Data": f"{i}", "PartitionKey": f"key-{i}"} for i in range(40)]
    entries.append({"Data": "explicit", "PartitionKey": "key-0", "ExplicitHashKey": str(2**128 - 1)})
    answer = kinesis.put_records(StreamName=stream, Records=entries)
    for entry, result in zip(entries[:-1], answer["Records"]):
        hashed = int(hashlib.md5(entry["PartitionKey"].encode()).hexdigest(), 16)
        assert result["ShardId"] == f"shardId-{hashed * 4 >> 128:012}"
    assert answer["Records"][-1]["ShardId"] == "shardId-000000000003"
    assert sum(len(read_all(stream, shard)) for shard in range(4)) == 41
    assert read_all(stream, 3)[-1]["Data"] == b"explicit"


def test_every_kind_of_iterator(kinesis, stream):
    latest = iterator(kinesis, stream, "LATEST")
    numbers = [
        kinesis.put_record(StreamName=stream, Data=str(i), PartitionKey="k")["SequenceNumber"] for i in range(4)
    ]

    def read(at):
        return data(kinesis.get_records(ShardIterator=at)["Records"])

    assert read(latest) == [b"0", b"1", b"2", b"3"]
    assert read(iterator(kinesis, stream, "LATEST")) == []
    assert read(iterator(kinesis, stream, "AT_SEQUENCE_NUMBER", StartingSequenceNumber=numbers[1])) == [b"1", b"2", b"3"]
    assert read(iterator(kinesis, stream, "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=numbers[1])) == [b"2", b"3"]
    shard = kinesis.list_shards(StreamName=stream)["Shards"][0]
    start = shard["SequenceNumberRange"]["StartingSequenceNumber"]
    assert len(read(iterator(kinesis, stream, "AT_SEQUENCE_NUMBER", StartingSequenceNumber=start))) == 4
    hour_ago = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1)
    assert len(read(iterator(kinesis, stream, "AT_TIMESTAMP", Timestamp=hour_ago))) == 4
    page = kinesis.get_records(ShardIterator=iterator(kinesis, stream), Limit=3)
    assert data(page["Records"]) == [b"0", b"1", b"2"] and page["MillisBehindLatest"] > 0
    assert read(page["NextShardIterator"]) == [b"3"]


def test_refused_iterators(kinesis, make_stream):
    stream = make_stream(ShardCount=2)
    either = (
        "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or "
        "(2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified "
    )

    def refused(kind, shard="shardId-000000000000", **more):
        return refusal(
            kinesis.get_shard_iterator, StreamName=stream, ShardId=shard, ShardIteratorType=kind, **more
        )

    assert refused("AT_SEQUENCE_NUMBER") == (
        "InvalidArgumentException",
        either + "AT_SEQUENCE_NUMBER and no StartingSequenceNumber.",
    )
    assert refused("LATEST", StartingSequenceNumber="5") == (
        "InvalidArgumentException",
        either + "LATEST and also a StartingSequenceNumber.",
    )
    assert refused("AFTER_SEQUENCE_NUMBER", StartingSequenceNumber="5")[1].endswith(
        f"used in GetShardIterator on shard shardId-000000000000 in stream {stream} under account {ACCOUNT} is invalid."
    )
    other = kinesis.put_record(StreamName=stream, Data="d", PartitionKey="k", ExplicitHashKey=str(2**127))
    assert refused("AT_SEQUENCE_NUMBER", StartingSequenceNumber=other["SequenceNumber"]) == (
        "InvalidArgumentException",
        "Invalid StartingSequenceNumber. It encodes shardId-000000000001, while it was used in a call to a shard with "
        "shardId-000000000000",
    )
    assert refused("LATEST", "shardId-000000000009") == (
        "ResourceNotFoundException",
        f"Shard shardId-000000000009 in stream {stream} under account {ACCOUNT} does not exist",
    )
    assert refused("LATEST", "ABKLFD8")[1].startswith("Could not find shard ABKLFD8 in stream")
    tomorrow = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
    assert refused("AT_TIMESTAMP", Timestamp=tomorrow)[1].startswith(
        "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis."
    )
    assert refused("AT_TIMESTAMP")[0] == "InvalidArgumentException"
    assert refusal(kinesis.get_records, ShardIterator="AAAA") == ("InvalidArgumentException", "Invalid ShardIterator.")


def test_refused_records(kinesis, stream):
    def refused(**more):
        return refusal(kinesis.put_record, **({"StreamName": stream, "Data": b"d", "PartitionKey": "k"} | more))

    assert refused(ExplicitHashKey=str(2**128)) == (
        "InvalidArgumentException",
        f"Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was {2**128}",
    )
    assert refused(SequenceNumberForOrdering="7") == (
        "InvalidArgumentException",
        f"ExclusiveMinimumSequenceNumber 7 used in PutRecord on stream {stream} under account {ACCOUNT} is invalid.",
    )
    assert refused(StreamName="nowhere")[0] == "ResourceNotFoundException"
    code, message = refused(Data=b"x" * (1024 * 1024))
    assert code == "ValidationException" and message.endswith("Member must have length less than or equal to 1048576")
    records = [{"Data": b"x" * 1024 * 1000, "PartitionKey": "k"}] * 11
    assert refusal(kinesis.put_records, StreamName=stream, Records=records) == (
        "InvalidArgumentException",
        "Records size exceeds 10 MB limit",
    )
    assert refusal(kinesis.put_records, StreamName=stream, Records=[{"Data": "d", "PartitionKey": "k"}] * 501)[0] == (
        "ValidationException"
    )
    assert refusal(kinesis.put_records, StreamName=stream, Records=[{"Data": "d"}])[0] in (
        "ValidationException",
        "InvalidArgumentException",
    )


def test_large_records(kinesis, make_stream):
    stream = make_stream(MaxRecordSizeInKiB=10240)
    large = b"x" * (9 * 1024 * 1024)
    kinesis.put_record(StreamName=stream, Data=large, PartitionKey="k")
    kinesis.put_record(StreamName=stream, Data=b"y" * (2 * 1024 * 1024), PartitionKey="k")
    page = kinesis.get_records(ShardIterator=iterator(kinesis, stream))
    assert data(page["Records"]) == [large] and page["MillisBehindLatest"] > 0
    assert len(kinesis.get_records(ShardIterator=page["NextShardIterator"])["Records"][0]["Data"]) == 2 * 1024 * 1024


def test_writers_side_by_side_keep_every_record(kinesis, server, make_stream, read_all):
    stream = make_stream(ShardCount=2)

    def write(writer):
        mine = server.client("kinesis")
        for i in range(20):
            records = [{"Data": f"{writer}/{i}/{j}", "PartitionKey": f"{writer}-{j}"} for j in range(10)]
            assert mine.put_records(StreamName=stream, Records=records)["FailedRecordCount"] == 0

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    seen = []
    for shard in range(2):
        records = read_all(stream, shard, limit=100)
        numbers = [int(record["SequenceNumber"]) for record in records]
        assert numbers == sorted(set(numbers))
        seen += data(records)
    assert len(seen) == len(set(seen)) == 800


def test_dry_run(kinesis, stream, read_all):
    code, _ = refusal(kinesis.put_record, StreamName=stream, Data=b"d", PartitionKey="k", DryRun=True)
    assert code == "DryRunOperationException" and read_all(stream) == []


def test_records_outlive_a_restart_and_numbers_go_on(own_server, read_all):
    server = own_server()
    kinesis = server.client("kinesis")
    kinesis.create_stream(StreamName="kept", ShardCount=1)
    first = kinesis.put_record(StreamName="kept", Data=b"one", PartitionKey="k")
    server.kill()
    server.start()
    kinesis = server.client("kinesis")
    second = kinesis.put_record(StreamName="kept", Data=b"two", PartitionKey="k")
    assert int(second["SequenceNumber"]) > int(first["SequenceNumber"])
    assert data(read_all("kept", client=kinesis)) == [b"one", b"two"]


def test_time(own_server, read_all):
    """Iterators expire after five minutes, records after a day, on the Orrery's clock."""
    server = own_server("--clock", "frozen@2026-03-01T00:00:00Z")
    kinesis = server.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    kinesis.put_record(StreamName="s", Data=b"old", PartitionKey="k")
    at = iterator(kinesis, "s")
    server.clock.advance("5m")
    assert data(kinesis.get_records(ShardIterator=at)["Records"]) == [b"old"]
    server.clock.advance("1s")
    assert refusal(kinesis.get_records, ShardIterator=at) == (
        "ExpiredIteratorException",
        "Iterator expired. The iterator was created at time Sun Mar 01 00:00:00 UTC 2026 while right now it is "
        "Sun Mar 01 00:05:01 UTC 2026 which is further in the future than the tolerated delay of 300000 milliseconds.",
    )
    server.clock.advance("19h")
    kinesis.put_record(StreamName="s", Data=b"new", PartitionKey="k")
    when = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.timezone.utc)
    assert data(read_all("s", kind="AT_TIMESTAMP", client=kinesis, Timestamp=when)) == [b"new"]
    page = kinesis.get_records(ShardIterator=iterator(kinesis, "s"), Limit=1)
    assert page["MillisBehindLatest"] == (19 * 3600 + 301) * 1000
    server.clock.advance("5h")
    assert data(read_all("s", client=kinesis)) == [b"new"]
    kinesis.increase_stream_retention_period(StreamName="s", RetentionPeriodHours=48)
    server.clock.advance("42h")
    assert data(read_all("s", client=kinesis)) == [b"new"]
    kinesis.decrease_stream_retention_period(StreamName="s", RetentionPeriodHours=24)
    assert read_all("s", client=kinesis) == []
    server.clock.advance("1h")
    kinesis.put_record(StreamName="s", Data=b"newest", PartitionKey="k")
    assert data(read_all("s", client=kinesis)) == [b"newest"]


def test_a_deleted_stream_leaves_nothing(kinesis, stream, read_all):
    kinesis.put_record(StreamName=stream, Data=b"gone", PartitionKey="k")
    at = iterator(kinesis, stream)
    kinesis.delete_stream(StreamName=stream)
    assert refusal(kinesis.get_records, ShardIterator=at)[0] == "ResourceNotFoundException"
    kinesis.create_stream(StreamName=stream, ShardCount=1)
    assert read_all(stream) == []
    assert refusal(kinesis.get_records, ShardIterator=at)[0] == "ResourceNotFoundException"


def test_metrics(kinesis, stream, client):
    kinesis.put_records(StreamName=stream, Records=[{"Data": b"12345", "PartitionKey": "abc"}] * 3)
    kinesis.get_records(ShardIterator=iterator(kinesis, stream))
    now = datetime.datetime.now(datetime.timezone.utc)

    def total(name):
        points = client("cloudwatch").get_metric_statistics(
            Namespace="AWS/Kinesis",
            MetricName=name,
            Dimensions=[{"Name": "StreamName", "Value": stream}],
            StartTime=now - datetime.timedelta(minutes=5),
            EndTime=now + datetime.timedelta(minutes=5),
            Period=600,
            Statistics=["Sum"],
        )["Datapoints"]
        return sum(point["Sum"] for point in points)

    eventually(lambda: total("IncomingRecords") == 3)
    assert total("IncomingBytes") == 24 and total("GetRecords.Records") == 3
    assert total("PutRecords.SuccessfulRecords") == 3


@pytest.mark.parametrize("by", ["StreamARN", "StreamName"])
def test_a_stream_is_named_by_either(kinesis, stream, by):
    arn = kinesis.describe_stream(StreamName=stream)["StreamDescription"]["StreamARN"]
    name = {by: arn if by == "StreamARN" else stream}
    kinesis.put_record(Data=b"d", PartitionKey="k", **name)
    at = kinesis.get_shard_iterator(ShardId="0", ShardIteratorType="TRIM_HORIZON", **name)["ShardIterator"]
    assert len(kinesis.get_records(ShardIterator=at)["Records"]) == 1
    assert len(kinesis.get_records(ShardIterator=at, StreamARN=arn)["Records"]) == 1
