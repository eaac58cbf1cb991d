"""kill -9 while indexes are made and dropped under load: each ends as the table's items are."""

import contextlib
import random
import threading
import time

import botocore.exceptions
import pytest
from faults.common import wait_until

ITEMS = 20_000  # so many that a back-fill takes longer than a client needs to kill it
KILLS = 6


def batches(items, size=25):
    for first in range(0, len(items), size):
        yield items[first : first + size]


def prepare(server) -> None:
    dynamodb = server.client("dynamodb")
    dynamodb.create_table(
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    items = [{"id": {"S": str(i)}, "who": {"S": f"w{i % 7}"}} for i in range(ITEMS)]
    for batch in batches(items):
        dynamodb.batch_write_item(RequestItems={"orders": [{"PutRequest": {"Item": item}} for item in batch]})


def statuses(server) -> dict[str, str]:
    table = server.client("dynamodb").describe_table(TableName="orders")["Table"]
    return {one["IndexName"]: one["IndexStatus"] for one in table.get("GlobalSecondaryIndexes", [])}


def add(server, name: str) -> None:
    server.client("dynamodb").update_table(
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": "who", "AttributeType": "S"}],
        GlobalSecondaryIndexUpdates=[
            {
                "Create": {
                    "IndexName": name,
                    "KeySchema": [{"AttributeName": "who", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                }
            }
        ],
    )


def drop(server, name: str) -> None:
    server.client("dynamodb").update_table(
        TableName="orders", GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": name}}]
    )


def pairs(server, **scanned) -> list[tuple[str, str]]:
    pages = server.client("dynamodb").get_paginator("scan").paginate(TableName="orders", **scanned)
    return sorted((item["id"]["S"], item["who"]["S"]) for page in pages for item in page["Items"] if "who" in item)


class Writer:
    def __init__(self, server):
        self._server = server
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.surprises: list[str] = []

    def start(self) -> "Writer":
        self._thread.start()
        return self

    def _run(self) -> None:
        turns = random.Random(3)
        client = self._server.client("dynamodb", connect_timeout=1, read_timeout=10)
        while not self._stop.is_set():
            key = {"id": {"S": str(turns.randrange(ITEMS))}}
            try:
                match turns.randrange(3):
                    case 0:
                        client.put_item(TableName="orders", Item=key | {"who": {"S": f"w{turns.randrange(9)}"}})
                    case 1:
                        client.put_item(TableName="orders", Item=key)
                    case _:
                        client.delete_item(TableName="orders", Key=key)
            except botocore.exceptions.ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] < 500:
                    self.surprises.append(str(error))
            except (botocore.exceptions.HTTPClientError, botocore.exceptions.ConnectionError, OSError):
                time.sleep(0.01)  # the server is away

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(30)
        assert not self._thread.is_alive()
        assert not self.surprises, self.surprises[:3]


@pytest.mark.timeout(400)
def test_killed_while_an_index_is_made(own_server):
    server = own_server()
    prepare(server)
    writer = Writer(server).start()
    turns = random.Random(20260301)
    interrupted = 0
    try:
        for life in range(KILLS):
            name = f"index-{life}"
            add(server, name)
            time.sleep(turns.uniform(0, 0.02))
            server.kill()
            server.start()
            interrupted += statuses(server)[name] == "CREATING"
            wait_until(lambda name=name: statuses(server).get(name) == "ACTIVE", 30, f"{name} to be made")
            if life % 2:
                drop(server, name)
                time.sleep(turns.uniform(0, 0.02))
                server.kill()
                server.start()
                wait_until(lambda name=name: name not in statuses(server), 30, f"{name} to be gone")
    finally:
        writer.stop()
    assert interrupted > 0, "no back-fill has gone on after a kill"
    items = pairs(server)
    assert len(items) > ITEMS / 10
    for name in statuses(server):
        assert pairs(server, IndexName=name) == items, f"{name} differs from the table"
    with contextlib.suppress(Exception):
        server.client("dynamodb").delete_table(TableName="orders")
    assert server.stop() == 0
