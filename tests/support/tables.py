"""What tests of backups, recovery, exports and imports share: filling tables, reading them whole, waiting for them."""

import gzip
import json
import time

import pytest
from botocore.exceptions import ClientError


def error_of(call, **arguments) -> tuple[str, str]:
    """(code, message) of a call that must fail."""
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def wait_for(condition, timeout_s: float = 30, what: str = "it"):
    """The first true value of condition()."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.02)
    raise AssertionError(f"{what} did not happen within {timeout_s} s")


def items_of(client, table: str) -> dict:
    """Every item by its "id"."""
    pages = client.get_paginator("scan").paginate(TableName=table)
    found = [item for page in pages for item in page["Items"]]
    by_id = {tuple(next(iter(item["id"].items()))): item for item in found}
    assert len(by_id) == len(found)
    return by_id


def status_of(client, table: str) -> str:
    return client.describe_table(TableName=table)["Table"]["TableStatus"]


def wait_active(client, table: str, timeout_s: float = 60) -> None:
    wait_for(lambda: status_of(client, table) == "ACTIVE", timeout_s, f"{table} is ACTIVE")


def wait_backup(client, arn: str, timeout_s: float = 60) -> dict:
    def described():
        description = client.describe_backup(BackupArn=arn)["BackupDescription"]
        return description if description["BackupDetails"]["BackupStatus"] == "AVAILABLE" else None

    return wait_for(described, timeout_s, f"{arn} is AVAILABLE")


def backup_exists(client, arn: str) -> bool:
    try:
        return bool(client.describe_backup(BackupArn=arn))
    except ClientError as error:
        assert error.response["Error"]["Code"] == "BackupNotFoundException"
        return False


def exported_items(s3, description: dict) -> list[dict]:
    """Of a full export in DYNAMODB_JSON, by its manifest."""
    bucket = description["S3Bucket"]
    folder = description["ExportManifest"].removesuffix("manifest-summary.json")
    manifest = s3.get_object(Bucket=bucket, Key=folder + "manifest-files.json")["Body"].read()
    items = []
    for line in manifest.splitlines():
        content = s3.get_object(Bucket=bucket, Key=json.loads(line)["dataFileS3Key"])["Body"].read()
        items += [json.loads(item)["Item"] for item in gzip.decompress(content).splitlines()]
    return items


def fill(client, table: str, count: int, size: int = 0, first: int = 0) -> None:
    padding = "x" * size
    for start in range(first, first + count, 25):
        items = [
            {"id": {"S": str(i)}, "n": {"N": str(i)}, "pad": {"S": padding}}
            for i in range(start, min(start + 25, first + count))
        ]
        client.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": item}} for item in items]})


def create(client, table: str, **more) -> None:
    more.setdefault("BillingMode", "PAY_PER_REQUEST")
    more.setdefault("AttributeDefinitions", [{"AttributeName": "id", "AttributeType": "S"}])
    more.setdefault("KeySchema", [{"AttributeName": "id", "KeyType": "HASH"}])
    client.create_table(TableName=table, **more)


def enable_recovery(client, table: str, days: int | None = None) -> dict:
    wanted = {"PointInTimeRecoveryEnabled": True}
    if days:
        wanted["RecoveryPeriodInDays"] = days
    reply = client.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=wanted)
    return reply["ContinuousBackupsDescription"]


EVERY_TYPE = {
    "id": {"S": "all"},
    "s": {"S": "text \u00e9\n\"quoted\""},
    "n": {"N": "-12.5"},
    "big": {"N": "1" + "0" * 40},
    "b": {"B": b"\x00\x01\xff"},
    "t": {"BOOL": True},
    "z": {"NULL": True},
    "m": {"M": {"inner": {"L": [{"N": "1"}, {"S": ""}]}}},
    "ss": {"SS": ["a", "b"]},
    "ns": {"NS": ["1", "2.5"]},
    "bs": {"BS": [b"\x00", b"\x01"]},
}
