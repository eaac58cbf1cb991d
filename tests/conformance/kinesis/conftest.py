"""Streams for the tests of this folder."""

import pytest


@pytest.fixture
def kinesis(client):
    return client("kinesis")


@pytest.fixture
def make_stream(kinesis, unique):
    """make_stream(ShardCount=2) -> its name; it is deleted afterwards."""
    made = []

    def make(**more):
        name = unique("stream")
        kinesis.create_stream(StreamName=name, **({"ShardCount": 1} | more if "StreamModeDetails" not in more else more))
        made.append(name)
        return name

    yield make
    for name in made:
        try:
            kinesis.delete_stream(StreamName=name, EnforceConsumerDeletion=True)
        except kinesis.exceptions.ResourceNotFoundException:
            pass


@pytest.fixture
def stream(make_stream):
    return make_stream()


@pytest.fixture
def read_all(kinesis):
    """read_all(stream, shard=0, type="TRIM_HORIZON", …) -> records up to the shard's tip."""

    def read(stream, shard=0, kind="TRIM_HORIZON", limit=10000, client=kinesis, **more):
        iterator = client.get_shard_iterator(
            StreamName=stream, ShardId=f"shardId-{shard:012}", ShardIteratorType=kind, **more
        )["ShardIterator"]
        records = []
        while iterator:
            page = client.get_records(ShardIterator=iterator, Limit=limit)
            records += page["Records"]
            if page["MillisBehindLatest"] == 0:
                break
            iterator = page.get("NextShardIterator")
        return records

    return read
