"""DynamoDB beyond single items: a counter that all connections want, queries, scans, memory with many items."""

import pathlib

import scenarios
from support.server import Server

NAME = scenarios.NAME
COUNTED = 5000
QUERIED = 100  # items of a partition, 1 KB each
QUERIED_BYTES = 1000
SCANNED = 1_000_000
SCANNED_LARGE = 10_000_000
SCANNED_BYTES = 100  # an item, as the load generator's fill-small makes it
BATCH = 25


def make_sorted_table(dynamodb) -> None:
    dynamodb.create_table(
        TableName="sorted",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"},
                              {"AttributeName": "at", "AttributeType": "N"}],
        BillingMode="PAY_PER_REQUEST",
    )
    text = "x" * (QUERIED_BYTES - len("id" "at" "text") - len("customer-00000000") - 3)
    items = [{"id": {"S": "customer-00000000"}, "at": {"N": str(100 + n)}, "text": {"S": text}} for n in range(QUERIED)]
    for first in range(0, QUERIED, BATCH):
        puts = [{"PutRequest": {"Item": item}} for item in items[first:first + BATCH]]
        dynamodb.batch_write_item(RequestItems={"sorted": puts})


def fill(load_type, server: Server, items: int, first: int = 0) -> None:
    load = load_type(server.port, server.process.pid, 0)
    chunk = 8_000  # batches, signed ahead of being sent
    for start in range(first // BATCH, items // BATCH, chunk):
        count = min(chunk, items // BATCH - start)
        load.run("fill-small", 4, count=count, keys=count, **{"first-key": start, "resource": "many"})


def measure(work: pathlib.Path, load_type, seconds: float, large: bool) -> dict:
    out = {}
    with Server(work / "tables") as server:
        dynamodb = server.client("dynamodb")
        scenarios.make_table(dynamodb)
        load = load_type(server.port, server.process.pid, seconds)
        load.run("update-item", 16, keys=1, count=COUNTED)
        hits = dynamodb.get_item(TableName=NAME, Key={"id": {"S": "customer-00000000"}})["Item"]["hits"]["N"]
        if int(hits) != COUNTED:
            raise RuntimeError(f"{COUNTED} increments by 16 connections made {hits}")
        out["counter_hot"] = load.run("update-item", 16, keys=1)
        out["counter_spread"] = load.run("update-item", 16, keys=1000)
        make_sorted_table(dynamodb)
        out["query"] = load.run("query", 4, keys=1, resource="sorted")
        out["query_mb_s"] = out["query"]["rate"] * QUERIED * QUERIED_BYTES / 1e6

    with Server(work / "many", "--durability", "relaxed") as server:
        dynamodb = server.client("dynamodb")
        dynamodb.create_table(
            TableName="many", BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}])
        fill(load_type, server, SCANNED)
        segments = 400  # of 2,500 items, a quarter of a page: each request answers a whole segment
        load = load_type(server.port, server.process.pid, seconds)
        load.run("scan", 2, keys=segments, count=segments, resource="many")  # warm
        out["scan"] = load.run("scan", 2, keys=segments, resource="many")
        out["scan_mb_s"] = out["scan"]["rate"] * SCANNED / segments * SCANNED_BYTES / 1e6
        if large:
            fill(load_type, server, SCANNED_LARGE, SCANNED)
            load.run("scan", 2, keys=4000, count=4000, resource="many")
            out["many_mib"] = scenarios.resident_mib(server.process.pid)
    return out


def targets(result: dict) -> list[tuple]:
    rows = [("UpdateItem counter, one hot key beside spread keys", result["counter_hot"]["rate"]
             / result["counter_spread"]["rate"], ">=", 0.5, "x"),
            ("Query of 100 items of 1 KB, item data", result["query_mb_s"], ">=", 200, "MB/s"),
            ("Scan of 1,000,000 items of 100 B, item data", result["scan_mb_s"], ">=", 200, "MB/s")]
    if "many_mib" in result:
        rows.append(("resident memory with 10,000,000 items of 100 B", result["many_mib"], "<", 300, "MiB"))
    return rows
