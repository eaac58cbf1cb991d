"""Consumers with a throughput of their own, and what they are subscribed to."""

import time

import pytest
from botocore.exceptions import EventStreamError
from support.aws import refusal


@pytest.fixture
def arn(kinesis, stream):
    return kinesis.describe_stream(StreamName=stream)["StreamDescription"]["StreamARN"]


@pytest.fixture
def consumer(kinesis, arn):
    return kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="reader")["Consumer"]["ConsumerARN"]


@pytest.fixture
def subscribe(kinesis, consumer):
    opened = []

    def subscribe(kind="TRIM_HORIZON", shard="shardId-000000000000", **more):
        answer = kinesis.subscribe_to_shard(
            ConsumerARN=consumer, ShardId=shard, StartingPosition={"Type": kind, **more}
        )
        opened.append(answer["EventStream"])
        return (event["SubscribeToShardEvent"] for event in answer["EventStream"])

    yield subscribe
    for stream in opened:
        stream.close()


def records_of(events, count):
    seen = []
    for event in events:
        seen += event["Records"]
        if len(seen) >= count:
            return [record["Data"] for record in seen], event


def test_registering(kinesis, stream, arn, consumer):
    assert consumer.startswith(arn + "/consumer/reader:")
    found = kinesis.describe_stream_consumer(StreamARN=arn, ConsumerName="reader")["ConsumerDescription"]
    assert (found["ConsumerARN"], found["ConsumerStatus"], found["StreamARN"]) == (consumer, "ACTIVE", arn)
    assert kinesis.describe_stream_consumer(ConsumerARN=consumer)["ConsumerDescription"] == found
    code, _ = refusal(kinesis.register_stream_consumer, StreamARN=arn, ConsumerName="reader")
    assert code == "ResourceInUseException"
    summary = kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]
    assert summary["ConsumerCount"] == 1
    assert refusal(kinesis.delete_stream, StreamName=stream)[0] == "ResourceInUseException"
    kinesis.tag_resource(ResourceARN=consumer, Tags={"a": "b"})
    assert kinesis.list_tags_for_resource(ResourceARN=consumer)["Tags"] == [{"Key": "a", "Value": "b"}]
    kinesis.deregister_stream_consumer(ConsumerARN=consumer)
    assert refusal(kinesis.describe_stream_consumer, ConsumerARN=consumer)[0] == "ResourceNotFoundException"
    kinesis.delete_stream(StreamName=stream)


def test_listing_and_limit(kinesis, stream, arn):
    names = [f"c{i:02}" for i in range(20)]
    for name in names:
        kinesis.register_stream_consumer(StreamARN=arn, ConsumerName=name)
    code, _ = refusal(kinesis.register_stream_consumer, StreamARN=arn, ConsumerName="one-more")
    assert code == "LimitExceededException"
    pages = kinesis.get_paginator("list_stream_consumers").paginate(StreamARN=arn, PaginationConfig={"PageSize": 7})
    assert [one["ConsumerName"] for page in pages for one in page["Consumers"]] == names
    kinesis.delete_stream(StreamName=stream, EnforceConsumerDeletion=True)


def test_records_are_pushed(kinesis, stream, subscribe):
    put = kinesis.put_record(StreamName=stream, Data=b"before", PartitionKey="k")
    events = subscribe()
    data, event = records_of(events, 1)
    assert data == [b"before"] and event["ContinuationSequenceNumber"] == put["SequenceNumber"]
    assert event["MillisBehindLatest"] == 0
    kinesis.put_records(StreamName=stream, Records=[{"Data": b"a", "PartitionKey": "k"}, {"Data": b"b", "PartitionKey": "k"}])
    assert records_of(events, 2)[0] == [b"a", b"b"]


def test_positions(kinesis, stream, subscribe):
    number = kinesis.put_record(StreamName=stream, Data=b"one", PartitionKey="k")["SequenceNumber"]
    kinesis.put_record(StreamName=stream, Data=b"two", PartitionKey="k")
    events = subscribe("AFTER_SEQUENCE_NUMBER", SequenceNumber=number)
    assert records_of(events, 1)[0] == [b"two"]


def test_one_subscription_a_shard(kinesis, stream, consumer, subscribe):
    events = subscribe()
    next(events)
    again = {"ConsumerARN": consumer, "ShardId": "shardId-000000000000", "StartingPosition": {"Type": "LATEST"}}
    code, message = refusal(kinesis.subscribe_to_shard, **again)
    assert code == "ResourceInUseException" and message.startswith("Another active subscription exists")


def test_the_end_of_a_shard(kinesis, stream, subscribe):
    kinesis.put_record(StreamName=stream, Data=b"last", PartitionKey="k")
    events = subscribe()
    assert records_of(events, 1)[0] == [b"last"]
    kinesis.split_shard(StreamName=stream, ShardToSplit="0", NewStartingHashKey="1000")
    rest = list(events)
    assert [child["ShardId"] for child in rest[-1]["ChildShards"]] == ["shardId-000000000001", "shardId-000000000002"]


@pytest.mark.parametrize("how", ["consumer", "stream"])
def test_a_consumer_that_is_gone_gets_nothing_more(kinesis, stream, consumer, subscribe, how):
    events = subscribe("LATEST")
    next(events)
    if how == "consumer":
        kinesis.deregister_stream_consumer(ConsumerARN=consumer)
        kinesis.put_record(StreamName=stream, Data=b"late", PartitionKey="k")
    else:
        kinesis.delete_stream(StreamName=stream, EnforceConsumerDeletion=True)
    begun = time.monotonic()
    with pytest.raises(EventStreamError) as caught:
        list(events)
    assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"
    assert time.monotonic() - begun < 3


def test_refusals(kinesis, consumer, arn):
    position = {"Type": "LATEST"}
    wrong = consumer[:-3] + "000"
    assert refusal(kinesis.subscribe_to_shard, ConsumerARN=wrong, ShardId="0", StartingPosition=position)[0] == (
        "ResourceNotFoundException"
    )
    assert refusal(kinesis.subscribe_to_shard, ConsumerARN=consumer, ShardId="7", StartingPosition=position)[0] == (
        "ResourceNotFoundException"
    )
    position = {"Type": "AT_SEQUENCE_NUMBER"}
    assert refusal(kinesis.subscribe_to_shard, ConsumerARN=consumer, ShardId="0", StartingPosition=position)[0] == (
        "InvalidArgumentException"
    )
