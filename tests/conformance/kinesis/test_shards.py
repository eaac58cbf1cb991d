"""Shards: split, merged, scaled, listed."""

import time

from support.aws import ACCOUNT, refusal

TOP = 2**128


def shards(kinesis, stream, **more):
    return kinesis.list_shards(StreamName=stream, **more)["Shards"]


def is_open(shard):
    return "EndingSequenceNumber" not in shard["SequenceNumberRange"]


def ranges(listed):
    found = [shard["HashKeyRange"] for shard in listed if is_open(shard)]
    return sorted((int(one["StartingHashKey"]), int(one["EndingHashKey"])) for one in found)


def test_split_and_merge(kinesis, stream, read_all):
    kinesis.put_record(StreamName=stream, Data=b"before", PartitionKey="k", ExplicitHashKey="0")
    kinesis.split_shard(StreamName=stream, ShardToSplit="shardId-000000000000", NewStartingHashKey="1000")
    parent, left, right = shards(kinesis, stream)
    assert not is_open(parent) and is_open(left) and is_open(right)
    assert left["ParentShardId"] == right["ParentShardId"] == parent["ShardId"]
    assert ranges([left, right]) == [(0, 999), (1000, TOP - 1)]
    assert parent["SequenceNumberRange"]["EndingSequenceNumber"] < left["SequenceNumberRange"]["StartingSequenceNumber"]
    put = kinesis.put_record(StreamName=stream, Data=b"left", PartitionKey="k", ExplicitHashKey="999")
    assert put["ShardId"] == left["ShardId"]
    at = kinesis.get_shard_iterator(StreamName=stream, ShardId="shardId-0", ShardIteratorType="TRIM_HORIZON")
    page = kinesis.get_records(ShardIterator=at["ShardIterator"])
    assert [record["Data"] for record in page["Records"]] == [b"before"]
    assert "NextShardIterator" not in page
    assert [child["ShardId"] for child in page["ChildShards"]] == [left["ShardId"], right["ShardId"]]
    assert page["ChildShards"][0]["ParentShards"] == [parent["ShardId"]]

    kinesis.merge_shards(
        StreamName=stream, ShardToMerge=left["ShardId"], AdjacentShardToMerge=right["ShardId"]
    )
    merged = shards(kinesis, stream)[-1]
    assert (merged["ParentShardId"], merged["AdjacentParentShardId"]) == (left["ShardId"], right["ShardId"])
    assert ranges([merged]) == [(0, TOP - 1)]
    assert [record["Data"] for record in read_all(stream, 1)] == [b"left"]
    again = refusal(
        kinesis.merge_shards, StreamName=stream, ShardToMerge=left["ShardId"], AdjacentShardToMerge=right["ShardId"]
    )
    assert again == (
        "InvalidArgumentException",
        f"Shard {left['ShardId']} in stream {stream} under account {ACCOUNT} has already been merged or split, and "
        "thus is not eligible for merging or splitting.",
    )


def test_refusals(kinesis, make_stream):
    stream = make_stream(ShardCount=3)
    assert refusal(kinesis.split_shard, StreamName=stream, ShardToSplit="shardId-000000000000", NewStartingHashKey="1") == (
        "InvalidArgumentException",
        f"NewStartingHashKey 1 used in SplitShard() on shard shardId-000000000000 in stream {stream} under account "
        f"{ACCOUNT} is not both greater than one plus the shard's StartingHashKey 0 and less than the shard's "
        f"EndingHashKey {TOP // 3 - 1}.",
    )
    assert refusal(kinesis.split_shard, StreamName=stream, ShardToSplit="shardId-9", NewStartingHashKey="7") == (
        "ResourceNotFoundException",
        f"Could not find shard shardId-000000000009 in stream {stream} under account {ACCOUNT}.",
    )
    apart = {"ShardToMerge": "shardId-000000000000", "AdjacentShardToMerge": "shardId-000000000002"}
    assert refusal(kinesis.merge_shards, StreamName=stream, **apart) == (
        "InvalidArgumentException",
        f"Shards shardId-000000000000 and shardId-000000000002 in stream {stream} under account {ACCOUNT} are not an "
        "adjacent pair of shards eligible for merging",
    )

    def scaled(target):
        return refusal(
            kinesis.update_shard_count, StreamName=stream, TargetShardCount=target, ScalingType="UNIFORM_SCALING"
        )

    assert scaled(7) == (
        "InvalidArgumentException",
        "UpdateShardCount cannot scale up over double your current open shard count. Current open shard count: 3 "
        "Target shard count: 7",
    )
    assert scaled(1)[1].startswith("UpdateShardCount cannot scale down below half your current open shard count.")


def test_scaling_is_uniform_and_limited(kinesis, make_stream):
    stream = make_stream(ShardCount=2)
    for target in (4, 3, 5, 3, 2, 4, 2, 1, 2):
        answer = kinesis.update_shard_count(
            StreamName=stream, TargetShardCount=target, ScalingType="UNIFORM_SCALING"
        )
        assert answer["TargetShardCount"] == target
        found = ranges(shards(kinesis, stream))
        assert len(found) == target and found[0][0] == 0 and found[-1][1] == TOP - 1
        assert all(one[1] + 1 == other[0] for one, other in zip(found, found[1:]))
        width = TOP // target
        assert all(end - begin + 1 == width for begin, end in found[:-1])
    kinesis.update_shard_count(StreamName=stream, TargetShardCount=1, ScalingType="UNIFORM_SCALING")
    code, _ = refusal(
        kinesis.update_shard_count, StreamName=stream, TargetShardCount=2, ScalingType="UNIFORM_SCALING"
    )
    assert code == "LimitExceededException"


def test_listing(kinesis, make_stream):
    stream = make_stream(ShardCount=3)
    kinesis.split_shard(StreamName=stream, ShardToSplit="shardId-000000000000", NewStartingHashKey="1000")
    page = kinesis.list_shards(StreamName=stream, MaxResults=2)
    assert len(page["Shards"]) == 2
    rest = kinesis.list_shards(NextToken=page["NextToken"])
    assert len(rest["Shards"]) == 3 and "NextToken" not in rest

    def ids(**wanted):
        return [int(shard["ShardId"][-12:]) for shard in shards(kinesis, stream, ShardFilter=wanted)]

    assert ids(Type="AT_LATEST") == [1, 2, 3, 4]
    assert ids(Type="FROM_TRIM_HORIZON") == [0, 1, 2, 3, 4]
    assert ids(Type="AT_TRIM_HORIZON") == [0, 1, 2]
    assert ids(Type="AFTER_SHARD_ID", ShardId="shardId-000000000002") == [3, 4]
    assert refusal(kinesis.list_shards, StreamName=stream, NextToken=page["NextToken"]) == (
        "InvalidArgumentException",
        "NextToken and StreamName cannot be provided together.",
    )
    assert refusal(kinesis.list_shards, NextToken="rubbish") == ("InvalidArgumentException", "NextToken is invalid.")
    assert refusal(kinesis.list_shards, StreamName=stream, ShardFilter={"Type": "AT_TIMESTAMP"})[0] == (
        "InvalidArgumentException"
    )


def test_a_filter_goes_on_with_its_pages(kinesis, make_stream):
    stream = make_stream(ShardCount=3)
    kinesis.update_shard_count(StreamName=stream, TargetShardCount=6, ScalingType="UNIFORM_SCALING")
    kinesis.update_shard_count(StreamName=stream, TargetShardCount=3, ScalingType="UNIFORM_SCALING")
    for wanted in (
        {"Type": "AT_TRIM_HORIZON"},
        {"Type": "AFTER_SHARD_ID", "ShardId": "shardId-000000000005"},
        {"Type": "AT_TIMESTAMP", "Timestamp": time.time()},
    ):
        whole = kinesis.list_shards(StreamName=stream, ShardFilter=wanted)["Shards"]
        page = kinesis.list_shards(StreamName=stream, ShardFilter=wanted, MaxResults=2)
        rest = kinesis.list_shards(NextToken=page["NextToken"])
        assert page["Shards"] + rest["Shards"] == whole, wanted


def test_at_every_moment_some_shard_is_open_for_every_key(own_server):
    server = own_server("--clock", "frozen@2026-03-01T00:00:00Z")
    kinesis = server.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    server.clock.advance("10s")
    kinesis.split_shard(StreamName="s", ShardToSplit="0", NewStartingHashKey="1000")
    kinesis.merge_shards(StreamName="s", ShardToMerge="1", AdjacentShardToMerge="2")
    moments = [f"2026-03-01T00:00:{second}Z" for second in ("09.999", "10.000", "10.001")]

    def open_at(moment):
        return [int(one["ShardId"][-2:]) for one in shards(kinesis, "s", ShardFilter={"Type": "AT_TIMESTAMP", "Timestamp": moment})]

    # "… whose start timestamp is less than or equal to the given timestamp and end timestamp is greater than or equal"
    assert [open_at(moment) for moment in moments[:2]] == [[0], [0, 1, 2, 3]]
    server.clock.advance("1m")
    assert [open_at(moment) for moment in moments] == [[0], [0, 1, 2, 3], [3]]


def test_closed_shards_go_with_their_records(own_server):
    server = own_server("--clock", "frozen@2026-03-01T00:00:00Z")
    kinesis = server.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    kinesis.split_shard(StreamName="s", ShardToSplit="0", NewStartingHashKey="1000")
    page = kinesis.list_shards(StreamName="s", MaxResults=1)
    server.clock.advance("301s")
    assert refusal(kinesis.list_shards, NextToken=page["NextToken"])[0] == "ExpiredNextTokenException"
    assert len(shards(kinesis, "s")) == 3
    server.clock.advance("24h")
    assert [shard["ShardId"][-1] for shard in shards(kinesis, "s")] == ["1", "2"]
    put = kinesis.put_record(StreamName="s", Data=b"d", PartitionKey="k", ExplicitHashKey="1000")
    assert put["ShardId"] == "shardId-000000000002"
