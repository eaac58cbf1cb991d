"""Streams: made, described, listed, changed, deleted."""

import pytest
from support.aws import ACCOUNT, refusal

NOT_FOUND = f"Stream nowhere under account {ACCOUNT} not found."


def test_a_stream_is_active_at_once(kinesis, unique):
    name = unique("stream")
    kinesis.create_stream(StreamName=name, ShardCount=2, Tags={"team": "blue"})
    kinesis.get_waiter("stream_exists").wait(StreamName=name)
    found = kinesis.describe_stream(StreamName=name)["StreamDescription"]
    arn = f"arn:aws:kinesis:{kinesis.meta.region_name}:{ACCOUNT}:stream/{name}"
    assert (found["StreamARN"], found["StreamStatus"], found["RetentionPeriodHours"]) == (arn, "ACTIVE", 24)
    assert found["StreamModeDetails"] == {"StreamMode": "PROVISIONED"}
    assert found["EnhancedMonitoring"] == [{"ShardLevelMetrics": []}] and found["EncryptionType"] == "NONE"
    one, two = found["Shards"]
    assert one["ShardId"] == "shardId-000000000000" and two["ShardId"] == "shardId-000000000001"
    assert one["HashKeyRange"] == {"StartingHashKey": "0", "EndingHashKey": str(2**127 - 1)}
    assert two["HashKeyRange"] == {"StartingHashKey": str(2**127), "EndingHashKey": str(2**128 - 1)}
    assert one["SequenceNumberRange"].keys() == {"StartingSequenceNumber"}
    assert len(one["SequenceNumberRange"]["StartingSequenceNumber"]) == 56
    assert kinesis.describe_stream(StreamARN=arn)["StreamDescription"]["StreamName"] == name
    assert kinesis.list_tags_for_stream(StreamName=name)["Tags"] == [{"Key": "team", "Value": "blue"}]
    kinesis.delete_stream(StreamName=name)
    kinesis.get_waiter("stream_not_exists").wait(StreamName=name)


def test_summary(kinesis, make_stream):
    name = make_stream(ShardCount=3, MaxRecordSizeInKiB=2048)
    summary = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
    assert (summary["OpenShardCount"], summary["ConsumerCount"], summary["MaxRecordSizeInKiB"]) == (3, 0, 2048)
    assert summary["StreamStatus"] == "ACTIVE"


def test_on_demand(kinesis, make_stream):
    name = make_stream(StreamModeDetails={"StreamMode": "ON_DEMAND"})
    summary = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
    assert summary["OpenShardCount"] == 4 and summary["StreamModeDetails"] == {"StreamMode": "ON_DEMAND"}
    expected = (
        "ValidationException",
        f"Request is invalid. Stream {name} under account {ACCOUNT} is in On-Demand mode.",
    )
    scale = {"StreamName": name, "TargetShardCount": 8, "ScalingType": "UNIFORM_SCALING"}
    assert refusal(kinesis.update_shard_count, **scale) == expected
    arn = summary["StreamARN"]
    kinesis.update_stream_mode(StreamARN=arn, StreamModeDetails={"StreamMode": "PROVISIONED"})
    assert kinesis.update_shard_count(**scale)["TargetShardCount"] == 8
    assert kinesis.describe_stream_summary(StreamARN=arn)["StreamDescriptionSummary"]["OpenShardCount"] == 8


def test_modes_are_switched_twice_a_day(own_server):
    server = own_server("--clock", "frozen@2026-03-01T00:00:00Z")
    kinesis = server.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    arn = kinesis.describe_stream(StreamName="s")["StreamDescription"]["StreamARN"]

    def switch(mode):
        kinesis.update_stream_mode(StreamARN=arn, StreamModeDetails={"StreamMode": mode})

    switch("ON_DEMAND")
    switch("ON_DEMAND")
    server.clock.advance("1h")
    switch("PROVISIONED")
    assert refusal(switch, mode="ON_DEMAND")[0] == "LimitExceededException"
    server.clock.advance("23h")
    for i in range(50):
        kinesis.create_stream(StreamName=f"d{i}", StreamModeDetails={"StreamMode": "ON_DEMAND"})
    assert "limit of on-demand streams" in refusal(switch, mode="ON_DEMAND")[1]
    kinesis.delete_stream(StreamName="d0")
    switch("ON_DEMAND")


def test_refusals(kinesis, stream, client):
    assert refusal(kinesis.create_stream, StreamName=stream, ShardCount=1) == (
        "ResourceInUseException",
        f"Stream {stream} under account {ACCOUNT} already exists.",
    )
    for call in (kinesis.describe_stream, kinesis.delete_stream, kinesis.describe_stream_summary):
        assert refusal(call, StreamName="nowhere") == ("ResourceNotFoundException", NOT_FOUND)
    assert refusal(kinesis.describe_stream) == (
        "InvalidArgumentException",
        "Either StreamName or StreamARN must be provided.",
    )
    assert refusal(kinesis.create_stream, StreamName="a b", ShardCount=1)[0] == "ValidationException"
    code, message = refusal(kinesis.create_stream, StreamName="many", ShardCount=20001)
    assert code == "LimitExceededException"
    assert message.startswith(f"This request would exceed the shard limit for the account {ACCOUNT} in ")
    assert "Number of additional shards that would have resulted from this request: 20001." in message


def test_streams_are_listed_in_pages(client, unique):
    kinesis = client("kinesis", region="eu-central-1")
    names = sorted(unique("paged") for _ in range(5))
    for name in names:
        kinesis.create_stream(StreamName=name, ShardCount=1)
    seen, more = [], {}
    while True:
        page = kinesis.list_streams(Limit=2, **more)
        assert [summary["StreamName"] for summary in page["StreamSummaries"]] == page["StreamNames"]
        seen += page["StreamNames"]
        if not page["HasMoreStreams"]:
            break
        more = {"NextToken": page["NextToken"]}
    assert seen == names
    assert kinesis.list_streams(ExclusiveStartStreamName=names[3])["StreamNames"] == names[4:]
    limits = kinesis.describe_limits()
    assert limits["OpenShardCount"] == 5 and limits["OnDemandStreamCountLimit"] == 50
    for name in names:
        kinesis.delete_stream(StreamName=name)
    assert kinesis.list_streams()["StreamNames"] == []


def test_shards_are_described_in_pages(kinesis, make_stream):
    name = make_stream(ShardCount=5)
    page = kinesis.describe_stream(StreamName=name, Limit=2)["StreamDescription"]
    assert page["HasMoreShards"] and len(page["Shards"]) == 2
    rest = kinesis.describe_stream(StreamName=name, ExclusiveStartShardId=page["Shards"][-1]["ShardId"])
    assert [shard["ShardId"] for shard in rest["StreamDescription"]["Shards"]] == [f"shardId-{i:012}" for i in (2, 3, 4)]
    everything = kinesis.get_paginator("describe_stream").paginate(StreamName=name, PaginationConfig={"PageSize": 2})
    assert sum(len(page["StreamDescription"]["Shards"]) for page in everything) == 5


def test_retention(kinesis, stream):
    def hours():
        return kinesis.describe_stream(StreamName=stream)["StreamDescription"]["RetentionPeriodHours"]

    def refused(call, value):
        return refusal(call, StreamName=stream, RetentionPeriodHours=value)

    kinesis.increase_stream_retention_period(StreamName=stream, RetentionPeriodHours=8760)
    assert hours() == 8760
    assert refused(kinesis.increase_stream_retention_period, 8761) == (
        "InvalidArgumentException",
        "Maximum allowed retention period is 8760 hours. Requested retention period (8761 hours) is too long.",
    )
    assert refused(kinesis.increase_stream_retention_period, 48) == (
        "InvalidArgumentException",
        f"Requested retention period (48 hours) for stream {stream} can not be shorter than existing retention period "
        "(8760 hours). Use DecreaseRetentionPeriod API.",
    )
    kinesis.decrease_stream_retention_period(StreamName=stream, RetentionPeriodHours=24)
    assert hours() == 24
    assert refused(kinesis.decrease_stream_retention_period, 23) == (
        "InvalidArgumentException",
        "Minimum allowed retention period is 24 hours. Requested retention period (23 hours) is too short.",
    )
    assert refused(kinesis.decrease_stream_retention_period, 25)[1].endswith("Use IncreaseRetentionPeriod API.")


def test_encryption_is_recorded(kinesis, stream, read_all):
    kinesis.put_record(StreamName=stream, Data=b"plain", PartitionKey="k")
    kinesis.start_stream_encryption(StreamName=stream, EncryptionType="KMS", KeyId="alias/aws/kinesis")
    found = kinesis.describe_stream(StreamName=stream)["StreamDescription"]
    assert (found["EncryptionType"], found["KeyId"]) == ("KMS", "alias/aws/kinesis")
    assert kinesis.put_record(StreamName=stream, Data=b"hidden", PartitionKey="k")["EncryptionType"] == "KMS"
    assert [record.get("EncryptionType") for record in read_all(stream)] == [None, "KMS"]
    kinesis.stop_stream_encryption(StreamName=stream, EncryptionType="KMS", KeyId="alias/aws/kinesis")
    found = kinesis.describe_stream(StreamName=stream)["StreamDescription"]
    assert found["EncryptionType"] == "NONE" and "KeyId" not in found


def test_tags(kinesis, stream):
    kinesis.add_tags_to_stream(StreamName=stream, Tags={f"k{i}": str(i) for i in range(5)})
    page = kinesis.list_tags_for_stream(StreamName=stream, Limit=2)
    assert [tag["Key"] for tag in page["Tags"]] == ["k0", "k1"] and page["HasMoreTags"]
    page = kinesis.list_tags_for_stream(StreamName=stream, ExclusiveStartTagKey="k1")
    assert [tag["Key"] for tag in page["Tags"]] == ["k2", "k3", "k4"] and not page["HasMoreTags"]
    kinesis.remove_tags_from_stream(StreamName=stream, TagKeys=["k0", "k1", "k2"])
    arn = kinesis.describe_stream(StreamName=stream)["StreamDescription"]["StreamARN"]
    kinesis.tag_resource(ResourceARN=arn, Tags={"k4": "four"})
    kinesis.untag_resource(ResourceARN=arn, TagKeys=["k3"])
    assert kinesis.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "k4", "Value": "four"}]
    code, message = refusal(kinesis.tag_resource, ResourceARN=arn, Tags={f"t{i}": "" for i in range(50)})
    assert code == "InvalidArgumentException" and "cannot have more than 50 tags" in message
    assert refusal(kinesis.tag_resource, ResourceARN=arn, Tags={"aws:x": "y"})[0] == "InvalidArgumentException"


@pytest.mark.parametrize("operation", ["enable_enhanced_monitoring", "disable_enhanced_monitoring"])
def test_what_is_absent_says_so(kinesis, stream, operation):
    code, _ = refusal(getattr(kinesis, operation), StreamName=stream, ShardLevelMetrics=["ALL"])
    assert code == "NotImplemented"
