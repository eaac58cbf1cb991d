"""UpdateTable: throughput, billing, streams, settings; what may not go together."""

import pytest
from support.aws import refusal

INVALID = "One or more parameter values were invalid: "
NOTHING = (
    "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, "
    "SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, ReplicaTransitRoleArn, MultiRegionConsistency, "
    "DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is required"
)


def units(read, write):
    return {"ReadCapacityUnits": read, "WriteCapacityUnits": write}


@pytest.fixture
def provisioned(make_table):
    return make_table(BillingMode="PROVISIONED", ProvisionedThroughput=units(10, 10))


def describe(dynamodb, name):
    return dynamodb.describe_table(TableName=name)["Table"]


def update(dynamodb, name, **change):
    return dynamodb.update_table(TableName=name, **change)["TableDescription"]


def test_throughput(dynamodb, provisioned):
    assert refusal(dynamodb.update_table, TableName=provisioned, ProvisionedThroughput=units(10, 10)) == (
        "ValidationException",
        "The provisioned throughput for the table will not change. The requested value equals the current value. "
        "Current ReadCapacityUnits provisioned for the table: 10. Requested ReadCapacityUnits: 10. Current "
        "WriteCapacityUnits provisioned for the table: 10. Requested WriteCapacityUnits: 10. Refer to the Amazon "
        "DynamoDB Developer Guide for current limits and how to request higher limits.",
    )
    told = update(dynamodb, provisioned, ProvisionedThroughput=units(20, 5))
    assert told["TableStatus"] == "UPDATING"
    assert told["ProvisionedThroughput"]["ReadCapacityUnits"] == 10  # of before, as the service tells it
    now = describe(dynamodb, provisioned)
    assert now["TableStatus"] == "ACTIVE"
    throughput = now["ProvisionedThroughput"]
    assert (throughput["ReadCapacityUnits"], throughput["WriteCapacityUnits"]) == (20, 5)
    assert throughput["NumberOfDecreasesToday"] == 1
    assert throughput["LastIncreaseDateTime"] and throughput["LastDecreaseDateTime"]
    assert now["WarmThroughput"] == {"ReadUnitsPerSecond": 20, "WriteUnitsPerSecond": 10, "Status": "ACTIVE"}


def test_decreases_are_few(dynamodb, provisioned):
    for read in (9, 8, 7, 6):
        update(dynamodb, provisioned, ProvisionedThroughput=units(read, 10))
    code, message = refusal(dynamodb.update_table, TableName=provisioned, ProvisionedThroughput=units(5, 10))
    assert code == "LimitExceededException"
    assert message.startswith("Subscriber limit exceeded: Provisioned throughput decreases are limited")
    update(dynamodb, provisioned, ProvisionedThroughput=units(7, 10))


def test_billing_mode(dynamodb, provisioned):
    told = update(dynamodb, provisioned, BillingMode="PAY_PER_REQUEST")
    assert told["TableStatus"] == "UPDATING"
    now = describe(dynamodb, provisioned)
    assert now["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert "LastUpdateToPayPerRequestDateTime" in now["BillingModeSummary"]
    assert now["ProvisionedThroughput"]["ReadCapacityUnits"] == 0
    update(dynamodb, provisioned, BillingMode="PAY_PER_REQUEST")  # again: no change
    update(dynamodb, provisioned, OnDemandThroughput={"MaxReadRequestUnits": 7})
    assert refusal(dynamodb.update_table, TableName=provisioned, BillingMode="PROVISIONED") == (
        "ValidationException",
        INVALID + "ProvisionedThroughput must be specified when BillingMode is PROVISIONED",
    )
    update(dynamodb, provisioned, BillingMode="PROVISIONED", ProvisionedThroughput=units(3, 4))
    now = describe(dynamodb, provisioned)
    assert now["BillingModeSummary"]["BillingMode"] == "PROVISIONED"
    assert now["ProvisionedThroughput"]["WriteCapacityUnits"] == 4
    assert "OnDemandThroughput" not in now


def test_maxima_on_demand(dynamodb, table):
    update(dynamodb, table, OnDemandThroughput={"MaxReadRequestUnits": 7})
    update(dynamodb, table, OnDemandThroughput={"MaxWriteRequestUnits": 8})
    assert describe(dynamodb, table)["OnDemandThroughput"] == {"MaxReadRequestUnits": 7, "MaxWriteRequestUnits": 8}
    update(dynamodb, table, OnDemandThroughput={"MaxReadRequestUnits": -1})
    assert describe(dynamodb, table)["OnDemandThroughput"]["MaxReadRequestUnits"] == -1


def test_settings(dynamodb, table):
    update(dynamodb, table, TableClass="STANDARD_INFREQUENT_ACCESS")
    update(dynamodb, table, WarmThroughput={"ReadUnitsPerSecond": 13000})
    update(dynamodb, table, SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "key"})
    assert update(dynamodb, table, DeletionProtectionEnabled=True)["TableStatus"] == "ACTIVE"
    now = describe(dynamodb, table)
    assert now["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"
    assert "LastUpdateDateTime" in now["TableClassSummary"]
    assert now["WarmThroughput"]["ReadUnitsPerSecond"] == 13000
    assert now["SSEDescription"] == {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": "key"}
    assert now["DeletionProtectionEnabled"] is True
    update(dynamodb, table, DeletionProtectionEnabled=True)
    update(dynamodb, table, DeletionProtectionEnabled=False)


def test_streams(dynamodb, table):
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    told = update(dynamodb, table, StreamSpecification=stream)
    assert told["StreamSpecification"] == stream
    assert told["LatestStreamArn"].endswith("/stream/" + told["LatestStreamLabel"])
    assert refusal(dynamodb.update_table, TableName=table, StreamSpecification=stream) == (
        "ValidationException",
        f"Table already has an enabled stream: TableName: {table}",
    )
    update(dynamodb, table, StreamSpecification={"StreamEnabled": False})
    assert "StreamSpecification" not in describe(dynamodb, table)
    assert refusal(dynamodb.update_table, TableName=table, StreamSpecification={"StreamEnabled": False}) == (
        "ValidationException",
        f"Table has no stream to disable: TableName: {table}",
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({}, NOTHING),
        ({"GlobalSecondaryIndexUpdates": []}, NOTHING),
        (
            {"AttributeDefinitions": [{"AttributeName": "x", "AttributeType": "S"}]},
            NOTHING,
        ),
        (
            {"GlobalSecondaryIndexUpdates": [], "DeletionProtectionEnabled": True},
            INVALID + "List of GlobalSecondaryIndexUpdates is empty",
        ),
        (
            {"SSESpecification": {"Enabled": True}, "DeletionProtectionEnabled": True},
            INVALID + "Server-Side Encryption modification must be the only operation in the request",
        ),
        (
            {"TableClass": "STANDARD", "DeletionProtectionEnabled": True},
            INVALID + "TableClass modification must be the only operation in the request",
        ),
        (
            {"DeletionProtectionEnabled": True, "ProvisionedThroughput": units(1, 1)},
            INVALID + "DeletionProtection modification must be the only operation in the request",
        ),
        (
            {"WarmThroughput": {"ReadUnitsPerSecond": 9}, "ProvisionedThroughput": units(1, 1)},
            INVALID + "WarmThroughput must be the only operation in the request",
        ),
        (
            {"StreamSpecification": {"StreamEnabled": False}, "ProvisionedThroughput": units(1, 1)},
            INVALID + "You cannot modify stream status while updating table IOPS",
        ),
        (
            {
                "GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "abc"}}],
                "ProvisionedThroughput": units(1, 1),
            },
            INVALID + "You cannot create or delete index while updating table IOPS",
        ),
        (
            {
                "GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "abc"}}],
                "StreamSpecification": {"StreamEnabled": False},
            },
            INVALID + "You cannot create or delete index while changing stream status",
        ),
        (
            {"BillingMode": "PAY_PER_REQUEST", "ProvisionedThroughput": units(1, 1)},
            INVALID
            + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
        ),
        (
            {"ProvisionedThroughput": units(1_000_000_000_001, 1)},
            "Given value 1000000000001 for ReadCapacityUnits is out of bounds",
        ),
        (
            {"OnDemandThroughput": {"MaxReadRequestUnits": 5}},
            INVALID
            + "MaxReadRequestUnits for OnDemandThroughput cannot be specified when the table BillingMode is "
            "PROVISIONED",
        ),
        (
            {"SSESpecification": {"Enabled": False}},
            INVALID + "Table is already encrypted by default",
        ),
    ],
)
def test_refused(dynamodb, provisioned, change, message):
    assert refusal(dynamodb.update_table, TableName=provisioned, **change) == ("ValidationException", message)


def test_missing(dynamodb):
    assert refusal(dynamodb.update_table, TableName="nowhere", DeletionProtectionEnabled=True) == (
        "ResourceNotFoundException",
        "Requested resource not found: Table: nowhere not found",
    )


def test_replicas_are_not_there(dynamodb, table):
    code, message = refusal(
        dynamodb.update_table, TableName=table, ReplicaUpdates=[{"Create": {"RegionName": "eu-west-1"}}]
    )
    assert code == "NotImplemented"
    assert "ReplicaUpdates" in message
