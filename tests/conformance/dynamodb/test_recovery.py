"""Continuous backups and point-in-time recovery, on a clock of the test's own."""

import datetime

import pytest
from support.tables import create, enable_recovery, error_of, fill, items_of, wait_active, wait_for

START = "2026-03-01T00:00:00Z"
BEGAN = datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc)
SECOND = datetime.timedelta(seconds=1)
DAY = datetime.timedelta(days=1)


@pytest.fixture
def house(own_server):
    return own_server("--clock", f"frozen@{START}")


@pytest.fixture
def db(house):
    client = house.client("dynamodb")
    create(client, "orders")
    return client


def restore(db, target, at=None, **more):
    when = {"RestoreDateTime": at} if at else {"UseLatestRestorableTime": True}
    reply = db.restore_table_to_point_in_time(SourceTableName="orders", TargetTableName=target, **when, **more)
    wait_active(db, target)
    return reply["TableDescription"]


def recovery_of(db, table="orders"):
    reply = db.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    assert reply["ContinuousBackupsStatus"] == "ENABLED"
    return reply["PointInTimeRecoveryDescription"]


def test_window(house, db):
    assert recovery_of(db) == {"PointInTimeRecoveryStatus": "DISABLED"}
    described = enable_recovery(db, "orders")["PointInTimeRecoveryDescription"]
    assert described["PointInTimeRecoveryStatus"] == "ENABLED" and described["RecoveryPeriodInDays"] == 35
    assert described["EarliestRestorableDateTime"] == described["LatestRestorableDateTime"] == BEGAN
    house.clock.advance("40d")
    described = recovery_of(db)
    assert described["EarliestRestorableDateTime"] == BEGAN + 5 * DAY
    assert described["LatestRestorableDateTime"] == BEGAN + 40 * DAY
    enable_recovery(db, "orders", 3)
    assert recovery_of(db)["EarliestRestorableDateTime"] == BEGAN + 37 * DAY
    db.update_continuous_backups(
        TableName="orders", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )
    assert recovery_of(db) == {"PointInTimeRecoveryStatus": "DISABLED"}


def test_every_second(house, db):
    """A history of puts and deletes, brought back at each of its seconds."""
    fill(db, "orders", 30)
    enable_recovery(db, "orders")
    states = {0: items_of(db, "orders")}
    for second in range(1, 8):
        house.clock.advance("1s")
        fill(db, "orders", 5, second, first=second * 4)
        db.put_item(TableName="orders", Item={"id": {"S": f"new-{second}"}})
        db.delete_item(TableName="orders", Key={"id": {"S": str(second)}})
        states[second] = items_of(db, "orders")
    for second in (0, 1, 4, 6, 7):
        target = f"at-{second}"
        described = restore(db, target, BEGAN + second * SECOND)
        assert described["RestoreSummary"]["RestoreDateTime"] == BEGAN + second * SECOND
        assert described["RestoreSummary"]["SourceTableArn"].endswith("table/orders")
        assert items_of(db, target) == states[second]
    restore(db, "latest")
    assert items_of(db, "latest") == states[7]
    assert recovery_of(db, "latest") == {"PointInTimeRecoveryStatus": "DISABLED"}


def test_a_week_later(house, db):
    enable_recovery(db, "orders")
    fill(db, "orders", 100)
    house.clock.advance("7d")
    before = items_of(db, "orders")
    for i in range(100):
        db.delete_item(TableName="orders", Key={"id": {"S": str(i)}})
    house.clock.advance("20d")
    restore(db, "again", BEGAN + 7 * DAY - SECOND)
    assert items_of(db, "again") == before
    assert items_of(db, "orders") == {}


def test_errors(house, db):
    unavailable = error_of(
        db.restore_table_to_point_in_time,
        SourceTableName="orders", TargetTableName="again", UseLatestRestorableTime=True,
    )
    assert unavailable[0] == "PointInTimeRecoveryUnavailableException"
    enable_recovery(db, "orders")
    for at in (BEGAN - SECOND, BEGAN + SECOND):
        code, _ = error_of(
            db.restore_table_to_point_in_time, SourceTableName="orders", TargetTableName="again", RestoreDateTime=at
        )
        assert code == "InvalidRestoreTimeException"
    arguments = {"SourceTableName": "orders", "TargetTableName": "again"}
    assert error_of(db.restore_table_to_point_in_time, **arguments)[0] == "ValidationException"
    arguments["UseLatestRestorableTime"] = True
    assert error_of(db.restore_table_to_point_in_time, **(arguments | {"TargetTableName": "orders"})) == (
        "TableAlreadyExistsException",
        "Table already exists: orders",
    )
    assert error_of(db.restore_table_to_point_in_time, **(arguments | {"SourceTableName": "nothing"}))[0] == (
        "TableNotFoundException"
    )
    assert error_of(db.describe_continuous_backups, TableName="nothing")[0] == "TableNotFoundException"
    specification = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 36}
    assert error_of(
        db.update_continuous_backups, TableName="orders", PointInTimeRecoverySpecification=specification
    )[0] == ("ValidationException")


def test_deleted_table_leaves_a_system_backup(house, db):
    enable_recovery(db, "orders")
    fill(db, "orders", 3000, 20)
    before = items_of(db, "orders")
    db.delete_table(TableName="orders")
    create(db, "orders")  # the name is free at once

    def system_backup():
        summaries = db.list_backups(BackupType="SYSTEM")["BackupSummaries"]
        return summaries[0] if summaries and summaries[0]["BackupStatus"] == "AVAILABLE" else None

    summary = wait_for(system_backup)
    assert summary["BackupName"] == "orders$DeletedTableBackup"
    assert summary["BackupExpiryDateTime"] == BEGAN + 35 * DAY
    assert error_of(db.delete_backup, BackupArn=summary["BackupArn"])[0] == "ValidationException"
    db.restore_table_from_backup(TargetTableName="again", BackupArn=summary["BackupArn"])
    wait_active(db, "again")
    assert items_of(db, "again") == before
    house.clock.advance("36d")
    assert db.list_backups()["BackupSummaries"] == []


def test_tables_without_recovery_leave_none(db):
    db.delete_table(TableName="orders")
    assert db.list_backups()["BackupSummaries"] == []
