"""kill -9 while a table with a stream is written: the stream tells every acknowledged change, in order, exactly once."""

import contextlib
import threading
import time

from botocore.exceptions import BotoCoreError, ClientError
from faults.common import wait_until

KILLS = 8
WRITERS = 4


class Writer:
    """Counts one item up, "0", "1", …, and notes what was acknowledged."""

    def __init__(self, server, name, stop):
        self.server, self.name, self.stop = server, name, stop
        self.acknowledged = -1
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        client = self.server.client("dynamodb", connect_timeout=1, read_timeout=2)
        number = 0
        while not self.stop.is_set():
            try:
                client.put_item(
                    TableName="counters", Item={"id": {"S": self.name}, "n": {"N": str(number)}, "pad": {"S": "x" * 200}}
                )
                self.acknowledged = number
                number += 1
            except (BotoCoreError, ClientError):
                # Not known whether it was done: written again with the same value it changes nothing.
                time.sleep(0.01)


def read_all(streams, arn):
    records = []
    for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        position = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while position:
            page = streams.get_records(ShardIterator=position)
            records += page["Records"]
            position = page.get("NextShardIterator") if page["Records"] else None
    return records


def test_no_record_is_lost_or_doubled(own_server):
    server = own_server()
    dynamodb = server.client("dynamodb")
    dynamodb.create_table(
        TableName="counters",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    arn = dynamodb.describe_table(TableName="counters")["Table"]["LatestStreamArn"]
    stop = threading.Event()
    writers = [Writer(server, f"counter-{i}", stop) for i in range(WRITERS)]
    try:
        for _ in range(KILLS):
            written = [writer.acknowledged for writer in writers]
            wait_until(lambda: all(writer.acknowledged > n for writer, n in zip(writers, written)), 60, "all have written")
            time.sleep(0.3)
            server.kill()
            server.start()
    finally:
        stop.set()
        for writer in writers:
            writer.thread.join(30)
    streams = server.client("dynamodbstreams")
    records = read_all(streams, arn)
    numbers = [int(r["dynamodb"]["SequenceNumber"]) for r in records]
    assert numbers == sorted(set(numbers))
    for writer in writers:
        mine = [r["dynamodb"] for r in records if r["dynamodb"]["Keys"]["id"]["S"] == writer.name]
        counted = [int(r["NewImage"]["n"]["N"]) for r in mine]
        assert counted == list(range(len(counted))), f"{writer.name} skips or repeats"
        assert writer.acknowledged <= counted[-1] <= writer.acknowledged + 1
        for before, after in zip(mine, mine[1:]):
            assert after["OldImage"] == before["NewImage"]
        stored = dynamodb.get_item(TableName="counters", Key={"id": {"S": writer.name}})["Item"]
        assert stored == mine[-1]["NewImage"]
    assert len(records) > KILLS * WRITERS
    with contextlib.suppress(ClientError):
        dynamodb.delete_table(TableName="counters")
