"""On-demand backups: made, listed, deleted, restored."""

import datetime
import re

import pytest
from botocore.exceptions import ClientError
from support.tables import EVERY_TYPE, create, error_of, fill, items_of, wait_active, wait_backup, wait_for


@pytest.fixture
def indexed(dynamodb, unique):
    """A table with a global index on "n"."""
    name = unique("table")
    create(
        dynamodb,
        name,
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "n", "AttributeType": "N"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-n",
                "KeySchema": [{"AttributeName": "n", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
    )
    return name


def back_up(dynamodb, table, name="nightly"):
    return dynamodb.create_backup(TableName=table, BackupName=name)["BackupDetails"]


def test_everything_comes_back(dynamodb, table, fill, unique):
    fill(table, 300, 100)
    dynamodb.put_item(TableName=table, Item=EVERY_TYPE)
    before = items_of(dynamodb, table)
    details = back_up(dynamodb, table)
    assert re.fullmatch(r"arn:aws:dynamodb:us-east-1:\d{12}:table/.+/backup/\d{14}-[0-9a-f]{8}", details["BackupArn"])
    assert details["BackupName"] == "nightly" and details["BackupType"] == "USER"
    dynamodb.delete_item(TableName=table, Key={"id": {"S": "all"}})
    fill(table, 400, 10)

    description = wait_backup(dynamodb, details["BackupArn"])
    source = description["SourceTableDetails"]
    assert source["TableName"] == table and source["ItemCount"] == 301 and source["BillingMode"] == "PAY_PER_REQUEST"
    assert description["BackupDetails"]["BackupSizeBytes"] == source["TableSizeBytes"] > 30000
    target = unique("restored")
    restored = dynamodb.restore_table_from_backup(TargetTableName=target, BackupArn=details["BackupArn"])
    summary = restored["TableDescription"]["RestoreSummary"]
    assert summary["SourceBackupArn"] == details["BackupArn"]
    assert summary["SourceTableArn"] == source["TableArn"]
    wait_active(dynamodb, target)
    assert items_of(dynamodb, target) == before
    assert dynamodb.describe_table(TableName=target)["Table"]["RestoreSummary"]["RestoreInProgress"] is False
    # The restored table is one like others.
    dynamodb.put_item(TableName=target, Item={"id": {"S": "later"}})
    assert len(items_of(dynamodb, target)) == 302


def test_large_table_while_it_is_written(dynamodb, table, unique):
    fill(dynamodb, table, 4000, 200)
    before = items_of(dynamodb, table)
    details = back_up(dynamodb, table)
    fill(dynamodb, table, 2000, 1)
    arn = details["BackupArn"]
    wait_backup(dynamodb, arn)
    target = unique("restored")
    reply = dynamodb.restore_table_from_backup(TargetTableName=target, BackupArn=arn)
    if reply["TableDescription"]["TableStatus"] == "CREATING":
        assert reply["TableDescription"]["RestoreSummary"]["RestoreInProgress"] is True
    wait_active(dynamodb, target)
    assert items_of(dynamodb, target) == before


def test_nobody_sees_a_table_that_is_being_restored(dynamodb, table, unique):
    fill(dynamodb, table, 10000, 50)
    arn = back_up(dynamodb, table)["BackupArn"]
    wait_backup(dynamodb, arn)
    target = unique("restored")
    dynamodb.restore_table_from_backup(TargetTableName=target, BackupArn=arn)
    refused = {
        "GetItem": lambda: dynamodb.get_item(TableName=target, Key={"id": {"S": "1"}}),
        "RestoreTableFromBackup": lambda: dynamodb.restore_table_from_backup(TargetTableName=target, BackupArn=arn),
        "CreateBackup": lambda: dynamodb.create_backup(TableName=target, BackupName="nightly"),
    }
    for name, call in refused.items():
        try:
            call()
            code = "none"
        except ClientError as error:
            code = error.response["Error"]["Code"]
        if dynamodb.describe_table(TableName=target)["Table"]["TableStatus"] == "CREATING":  # and so it was at the call
            assert code == ("ResourceNotFoundException" if name == "GetItem" else "TableInUseException"), name
    wait_active(dynamodb, target)
    assert len(items_of(dynamodb, target)) == 10000


def test_indexes_are_made_again(dynamodb, indexed, unique):
    fill(dynamodb, indexed, 100)
    arn = back_up(dynamodb, indexed)["BackupArn"]
    features = wait_backup(dynamodb, arn)["SourceTableFeatureDetails"]
    assert [index["IndexName"] for index in features["GlobalSecondaryIndexes"]] == ["by-n"]
    target = unique("restored")
    dynamodb.restore_table_from_backup(TargetTableName=target, BackupArn=arn)
    wait_active(dynamodb, target)
    found = dynamodb.query(
        TableName=target,
        IndexName="by-n",
        KeyConditionExpression="n = :n",
        ExpressionAttributeValues={":n": {"N": "7"}},
    )
    assert found["Items"] == [{"id": {"S": "7"}, "n": {"N": "7"}}]

    without = unique("restored")
    reply = dynamodb.restore_table_from_backup(
        TargetTableName=without, BackupArn=arn, GlobalSecondaryIndexOverride=[], BillingModeOverride="PROVISIONED",
        ProvisionedThroughputOverride={"ReadCapacityUnits": 3, "WriteCapacityUnits": 4},
    )["TableDescription"]
    assert "GlobalSecondaryIndexes" not in reply
    assert [definition["AttributeName"] for definition in reply["AttributeDefinitions"]] == ["id"]
    assert reply["ProvisionedThroughput"]["WriteCapacityUnits"] == 4
    other = {
        "IndexName": "other",
        "KeySchema": [{"AttributeName": "n", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    code, _ = error_of(
        dynamodb.restore_table_from_backup,
        TargetTableName=unique("restored"),
        BackupArn=arn,
        GlobalSecondaryIndexOverride=[other],
    )
    assert code == "ValidationException"


def test_tags_are_not_restored(dynamodb, make_table, unique):
    table = make_table(Tags=[{"Key": "team", "Value": "blue"}])
    arn = back_up(dynamodb, table)["BackupArn"]
    target = unique("restored")
    reply = dynamodb.restore_table_from_backup(TargetTableName=target, BackupArn=arn)
    target_arn = reply["TableDescription"]["TableArn"]
    assert dynamodb.list_tags_of_resource(ResourceArn=target_arn)["Tags"] == []


def test_lists(dynamodb, make_table):
    one, two = make_table(), make_table()
    arns = {back_up(dynamodb, table, f"b-{i}")["BackupArn"] for table in (one, two) for i in range(3)}
    seen, start = [], {}
    while True:
        page = dynamodb.list_backups(Limit=2, **start)
        assert len(page["BackupSummaries"]) <= 2
        seen += [summary["BackupArn"] for summary in page["BackupSummaries"]]
        if "LastEvaluatedBackupArn" not in page:
            break
        start = {"ExclusiveStartBackupArn": page["LastEvaluatedBackupArn"]}
    assert arns <= set(seen) and len(seen) == len(set(seen))

    summaries = dynamodb.list_backups(TableName=one)["BackupSummaries"]
    assert [summary["BackupName"] for summary in summaries] == ["b-0", "b-1", "b-2"]
    assert {summary["TableName"] for summary in summaries} == {one}
    assert dynamodb.list_backups(TableName=one, BackupType="SYSTEM")["BackupSummaries"] == []
    assert len(dynamodb.list_backups(TableName=one, BackupType="ALL")["BackupSummaries"]) == 3
    hour = datetime.timedelta(hours=1)
    now = datetime.datetime.now(datetime.timezone.utc)
    assert dynamodb.list_backups(TableName=one, TimeRangeLowerBound=now + hour)["BackupSummaries"] == []
    assert dynamodb.list_backups(TableName=one, TimeRangeUpperBound=now - hour)["BackupSummaries"] == []
    assert len(dynamodb.list_backups(TableName=one, TimeRangeLowerBound=now - hour)["BackupSummaries"]) == 3


def test_deleted_backups_are_gone(dynamodb, table):
    arn = back_up(dynamodb, table)["BackupArn"]
    deleted = dynamodb.delete_backup(BackupArn=arn)["BackupDescription"]
    assert deleted["BackupDetails"]["BackupStatus"] == "DELETED"
    for call in (dynamodb.describe_backup, dynamodb.delete_backup):
        assert error_of(call, BackupArn=arn) == ("BackupNotFoundException", f"Backup not found: {arn}")
    assert error_of(dynamodb.restore_table_from_backup, TargetTableName="abc", BackupArn=arn)[0] == (
        "BackupNotFoundException"
    )


def test_errors(dynamodb, table):
    assert error_of(dynamodb.create_backup, TableName="no-such-table", BackupName="nightly") == (
        "TableNotFoundException",
        "Table not found: no-such-table",
    )
    arn = back_up(dynamodb, table)["BackupArn"]
    assert error_of(dynamodb.restore_table_from_backup, TargetTableName=table, BackupArn=arn) == (
        "TableAlreadyExistsException",
        f"Table already exists: {table}",
    )
    assert error_of(dynamodb.create_backup, TableName=table, BackupName="a b")[0] == "ValidationException"


def test_backups_outlive_their_table(dynamodb, table, fill, unique):
    fill(table, 10)
    before = items_of(dynamodb, table)
    arn = back_up(dynamodb, table)["BackupArn"]
    dynamodb.delete_table(TableName=table)
    wait_for(lambda: table not in dynamodb.list_tables()["TableNames"])
    dynamodb.restore_table_from_backup(TargetTableName=table, BackupArn=arn)
    wait_active(dynamodb, table)
    assert items_of(dynamodb, table) == before
