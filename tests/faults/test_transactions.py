"""kill -9 in the middle of transactions: each is there as a whole or not at all, and none that was acknowledged is lost."""

import random
import threading
import time

import botocore.exceptions
from faults.common import make_table, wait_until

KILLS = 8
ACCOUNTS = 6
EACH = 100


def change(account: int, by: int) -> dict:
    return {
        "Update": {
            "TableName": "accounts",
            "Key": {"id": {"S": f"account-{account}"}},
            "UpdateExpression": "ADD n :by",
            "ExpressionAttributeValues": {":by": {"N": str(by)}},
        }
    }


class Movers:
    """Threads that move one from account to account; each transfer leaves an entry in the ledger."""

    def __init__(self, server):
        self.server = server
        self.acknowledged: set[str] = set()
        self.surprises: list[str] = []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(i,)) for i in range(4)]
        for thread in self._threads:
            thread.start()

    def _run(self, number: int) -> None:
        client = self.server.client("dynamodb", connect_timeout=2, read_timeout=20)
        turns = random.Random(number)
        count = 0
        while not self._stop.is_set():
            count += 1
            giver, taker = turns.sample(range(ACCOUNTS), 2)
            entry = {"id": f"{number}-{count}", "giver": str(giver), "taker": str(taker)}
            written = {
                "TableName": "ledger",
                "Item": {name: {"S": value} for name, value in entry.items()},
                "ConditionExpression": "attribute_not_exists(id)",
            }
            try:
                client.transact_write_items(TransactItems=[change(giver, -1), {"Put": written}, change(taker, 1)])
                self.acknowledged.add(entry["id"])
            except botocore.exceptions.ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] < 500:
                    self.surprises.append(str(error))
            except (botocore.exceptions.HTTPClientError, botocore.exceptions.ConnectionError, OSError):
                time.sleep(0.01)  # the server is away

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)
        assert not any(thread.is_alive() for thread in self._threads)
        assert not self.surprises, self.surprises[:3]


def audit(server, acknowledged: set[str]) -> None:
    client = server.client("dynamodb")
    expected = [EACH] * ACCOUNTS
    seen = set()
    for page in client.get_paginator("scan").paginate(TableName="ledger"):
        for item in page["Items"]:
            seen.add(item["id"]["S"])
            expected[int(item["giver"]["S"])] -= 1
            expected[int(item["taker"]["S"])] += 1
    assert acknowledged <= seen, f"{len(acknowledged - seen)} acknowledged transactions are lost"
    keys = [{"Get": {"TableName": "accounts", "Key": {"id": {"S": f"account-{i}"}}}} for i in range(ACCOUNTS)]
    found = client.transact_get_items(TransactItems=keys)["Responses"]
    assert [int(one["Item"]["n"]["N"]) for one in found] == expected, "half a transaction survived"


def test_transactions_survive_kills(own_server):
    server = own_server()
    make_table(server, "accounts")
    make_table(server, "ledger")
    server.client("dynamodb").transact_write_items(TransactItems=[change(i, EACH) for i in range(ACCOUNTS)])
    movers = Movers(server)
    turns = random.Random(3)
    for _ in range(KILLS):
        time.sleep(turns.uniform(0.1, 0.6))
        server.kill()
        server.start()
    before = len(movers.acknowledged)
    wait_until(lambda: len(movers.acknowledged) > before, 60, "money moves again")
    movers.stop()
    audit(server, movers.acknowledged)
