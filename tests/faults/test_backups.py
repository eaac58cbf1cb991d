"""kill -9 in the middle of backups, restores, exports and imports; exports in constant memory."""

import datetime
import time

import pytest
from botocore.exceptions import ClientError
from faults.common import resident_kib
from support.tables import (
    backup_exists,
    create,
    enable_recovery,
    exported_items,
    fill,
    items_of,
    wait_active,
    wait_backup,
    wait_for,
)

ITEMS = 20_000


def restart(server):
    server.kill()
    server.start()
    return server.client("dynamodb")


@pytest.fixture
def server(own_server):
    return own_server()


@pytest.fixture
def db(server):
    client = server.client("dynamodb")
    create(client, "orders")
    return client


def test_no_half_backup(server, db):
    """A backup that a kill cut short is gone: it is never AVAILABLE with less than all, nor of another instant."""
    fill(db, "orders", ITEMS, 100)
    before = items_of(db, "orders")
    kept = []
    for _ in range(6):
        details = db.create_backup(TableName="orders", BackupName="nightly")["BackupDetails"]
        assert details["BackupStatus"] == "CREATING"
        time.sleep(len(kept) * 0.01)
        db = restart(server)
        arn = details["BackupArn"]
        wait_for(lambda: not backup_exists(db, arn) or wait_backup(db, arn, 1), 30, "the backup's fate")
        if backup_exists(db, arn):
            kept.append(arn)
    done = db.create_backup(TableName="orders", BackupName="nightly")["BackupDetails"]["BackupArn"]
    wait_backup(db, done)
    for i, arn in enumerate([*kept, done]):
        db.restore_table_from_backup(TargetTableName=f"again-{i}", BackupArn=arn)
        wait_active(db, f"again-{i}")
        assert items_of(db, f"again-{i}") == before


def test_restores_go_on(server, db):
    fill(db, "orders", ITEMS, 100)
    before = items_of(db, "orders")
    arn = db.create_backup(TableName="orders", BackupName="nightly")["BackupDetails"]["BackupArn"]
    wait_backup(db, arn)
    db.restore_table_from_backup(TargetTableName="again", BackupArn=arn)
    kills = 0
    while db.describe_table(TableName="again")["Table"]["TableStatus"] != "ACTIVE" and kills < 10:
        with pytest.raises(ClientError):  # not there for anybody
            db.get_item(TableName="again", Key={"id": {"S": "1"}})
        time.sleep(0.03)
        db = restart(server)
        kills += 1
    assert kills > 0
    wait_active(db, "again")
    assert items_of(db, "again") == before


def test_restores_to_a_point_in_time_go_on(server, db):
    fill(db, "orders", ITEMS, 100)
    enable_recovery(db, "orders")
    before = items_of(db, "orders")
    time.sleep(1.1)
    at = time.time()
    time.sleep(1.1)
    fill(db, "orders", ITEMS // 4, 1)
    moment = datetime.datetime.fromtimestamp(int(at), datetime.timezone.utc)
    db.restore_table_to_point_in_time(SourceTableName="orders", TargetTableName="again", RestoreDateTime=moment)
    for i in range(5):
        time.sleep(0.02 * i)
        db = restart(server)
    wait_active(db, "again")
    assert items_of(db, "again") == before


def test_a_deleted_tables_backup_survives(server, db):
    fill(db, "orders", ITEMS, 100)
    enable_recovery(db, "orders")
    before = items_of(db, "orders")
    db.delete_table(TableName="orders")
    for i in range(4):
        db = restart(server)
        time.sleep(0.02 * i)
    (summary,) = db.list_backups(BackupType="SYSTEM")["BackupSummaries"]
    wait_backup(db, summary["BackupArn"])
    db.restore_table_from_backup(TargetTableName="orders", BackupArn=summary["BackupArn"])
    wait_active(db, "orders")
    assert items_of(db, "orders") == before


def export_of(db, arn):
    return db.describe_export(ExportArn=arn)["ExportDescription"]


def test_exports_and_imports_go_on(server, db):
    server.client("s3").create_bucket(Bucket="exports")
    fill(db, "orders", ITEMS, 100)
    enable_recovery(db, "orders")
    time.sleep(1.1)
    before = items_of(db, "orders")
    table_arn = db.describe_table(TableName="orders")["Table"]["TableArn"]
    arn = db.export_table_to_point_in_time(TableArn=table_arn, S3Bucket="exports")["ExportDescription"]["ExportArn"]
    db = restart(server)
    fill(db, "orders", 1000, 7)  # after the export's instant
    wait_for(lambda: export_of(db, arn)["ExportStatus"] == "COMPLETED", 60)
    assert {("S", item["id"]["S"]): item for item in exported_items(server.client("s3"), export_of(db, arn))} == before

    started = db.import_table(
        S3BucketSource={"S3Bucket": "exports", "S3KeyPrefix": f"AWSDynamoDB/{arn.split('/')[-1]}/data/"},
        InputFormat="DYNAMODB_JSON",
        InputCompressionType="GZIP",
        TableCreationParameters={
            "TableName": "imported",
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
        },
    )["ImportTableDescription"]["ImportArn"]
    time.sleep(0.1)
    db = restart(server)

    def ended():
        description = db.describe_import(ImportArn=started)["ImportTableDescription"]
        return description if description["ImportStatus"] != "IN_PROGRESS" else None

    description = wait_for(ended, 60)
    assert description["ImportStatus"] == "COMPLETED" and description["ImportedItemCount"] == ITEMS, description
    assert items_of(db, "imported") == before


def test_an_export_takes_constant_memory(server, db):
    """100,000 items of 1 KiB: 100 MB of items, of which a few files' worth is in memory at once."""
    server.client("s3").create_bucket(Bucket="exports")
    enable_recovery(db, "orders")
    fill(db, "orders", 100_000, 1000)
    time.sleep(0.5)
    before = resident_kib(server.process.pid)
    table_arn = db.describe_table(TableName="orders")["Table"]["TableArn"]
    arn = db.export_table_to_point_in_time(TableArn=table_arn, S3Bucket="exports")["ExportDescription"]["ExportArn"]
    most = before
    while export_of(db, arn)["ExportStatus"] == "IN_PROGRESS":
        most = max(most, resident_kib(server.process.pid))
        time.sleep(0.01)
    description = export_of(db, arn)
    assert description["ExportStatus"] == "COMPLETED" and description["ItemCount"] == 100_000
    seconds = (description["EndTime"] - description["StartTime"]).total_seconds()
    print(f"exported in {seconds:.1f} s; resident {before} KiB before, {most} KiB at most")
    assert most - before < 96 * 1024
