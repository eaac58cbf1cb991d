"""CreateTable, DescribeTable, ListTables, DeleteTable and tags."""

import datetime
import re
import time

import pytest
from botocore.exceptions import ClientError

ID = {"AttributeName": "id", "AttributeType": "S"}
HASH = {"AttributeName": "id", "KeyType": "HASH"}


def refusal(call, **arguments):
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def test_create_and_describe(dynamodb, unique):
    name = unique("table")
    created = dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[ID, {"AttributeName": "at", "AttributeType": "N"}],
        KeySchema=[HASH, {"AttributeName": "at", "KeyType": "RANGE"}],
        BillingMode="PROVISIONED",
        ProvisionedThroughput={"ReadCapacityUnits": 3, "WriteCapacityUnits": 4},
        TableClass="STANDARD_INFREQUENT_ACCESS",
        Tags=[{"Key": "team", "Value": "a"}],
    )["TableDescription"]
    assert created["TableStatus"] == "CREATING"
    dynamodb.get_waiter("table_exists").wait(TableName=name)
    table = dynamodb.describe_table(TableName=name)["Table"]
    assert table.pop("WarmThroughput") == {"ReadUnitsPerSecond": 3, "WriteUnitsPerSecond": 4, "Status": "ACTIVE"}
    assert table == created | {"TableStatus": "ACTIVE"}
    assert table["TableArn"] == f"arn:aws:dynamodb:us-east-1:{table['TableArn'].split(':')[4]}:table/{name}"
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", table["TableId"])
    assert table["ProvisionedThroughput"] == {
        "NumberOfDecreasesToday": 0,
        "ReadCapacityUnits": 3,
        "WriteCapacityUnits": 4,
    }
    assert "BillingModeSummary" not in table
    assert table["TableClassSummary"] == {"TableClass": "STANDARD_INFREQUENT_ACCESS"}
    assert table["ItemCount"] == table["TableSizeBytes"] == 0
    assert table["DeletionProtectionEnabled"] is False
    age = datetime.datetime.now(datetime.timezone.utc) - table["CreationDateTime"]
    assert abs(age) < datetime.timedelta(minutes=1)
    assert dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"] == [{"Key": "team", "Value": "a"}]

    assert refusal(
        dynamodb.create_table,
        TableName=name,
        AttributeDefinitions=[ID],
        KeySchema=[HASH],
        BillingMode="PAY_PER_REQUEST",
    ) == ("ResourceInUseException", f"Table already exists: {name}")
    dynamodb.delete_table(TableName=name)
    dynamodb.get_waiter("table_not_exists").wait(TableName=name)


def test_on_demand(dynamodb, table):
    described = dynamodb.describe_table(TableName=table)["Table"]
    assert described["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert described["ProvisionedThroughput"]["ReadCapacityUnits"] == 0


def test_by_arn(dynamodb, table):
    arn = dynamodb.describe_table(TableName=table)["Table"]["TableArn"]
    dynamodb.put_item(TableName=arn, Item={"id": {"S": "a"}})
    assert dynamodb.get_item(TableName=table, Key={"id": {"S": "a"}})["Item"] == {"id": {"S": "a"}}
    assert dynamodb.describe_table(TableName=arn)["Table"]["TableName"] == table


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"KeySchema": [{"AttributeName": "other", "KeyType": "HASH"}]},
            "One or more parameter values were invalid: Some index key attributes are not defined in "
            "AttributeDefinitions. Keys: [other], AttributeDefinitions: [id]",
        ),
        (
            {"AttributeDefinitions": [ID, {"AttributeName": "more", "AttributeType": "S"}]},
            "One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match "
            "number of attributes defined in AttributeDefinitions",
        ),
        (
            {"KeySchema": [{"AttributeName": "id", "KeyType": "RANGE"}]},
            "Invalid KeySchema: The first KeySchemaElement is not a HASH key type",
        ),
        (
            {"ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}},
            "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be "
            "specified when BillingMode is PAY_PER_REQUEST",
        ),
        (
            {"BillingMode": "PROVISIONED"},
            "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be "
            "specified when BillingMode is PROVISIONED",
        ),
        ({"TableName": "ab"}, "TableName must be at least 3 characters long and at most 255 characters long"),
        (
            {"TableName": "a;bc"},
            "1 validation error detected: Value 'a;bc' at 'tableName' failed to satisfy constraint: Member must "
            "satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
        ),
    ],
)
def test_create_table_refuses(dynamodb, change, message):
    arguments = {
        "TableName": "refused",
        "AttributeDefinitions": [ID],
        "KeySchema": [HASH],
        "BillingMode": "PAY_PER_REQUEST",
    } | change
    assert refusal(dynamodb.create_table, **arguments) == ("ValidationException", message)


def test_what_is_not_built_is_refused(dynamodb):
    with pytest.raises(ClientError) as refused:
        dynamodb.create_table(
            TableName="replica",
            AttributeDefinitions=[ID],
            KeySchema=[HASH],
            BillingMode="PAY_PER_REQUEST",
            GlobalTableSourceArn="arn:aws:dynamodb:us-east-1:000000000000:table/other",
        )
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert "GlobalTableSourceArn" in refused.value.response["Error"]["Message"]


def test_missing_tables(dynamodb):
    for call in (dynamodb.describe_table, dynamodb.delete_table):
        assert refusal(call, TableName="nowhere") == (
            "ResourceNotFoundException",
            "Requested resource not found: Table: nowhere not found",
        )


def test_deletion_protection(server, dynamodb, make_table):
    name = make_table(DeletionProtectionEnabled=True)
    code, message = refusal(dynamodb.delete_table, TableName=name)
    assert code == "ValidationException"
    assert "protected against deletion" in message


def test_list_pages(server, unique):
    client = server.client("dynamodb", region="ap-south-1")
    names = sorted(unique("listed") for _ in range(5))
    for name in names:
        client.create_table(
            TableName=name, AttributeDefinitions=[ID], KeySchema=[HASH], BillingMode="PAY_PER_REQUEST"
        )
    page = client.list_tables(Limit=2)
    assert page["TableNames"] == names[:2]
    assert page["LastEvaluatedTableName"] == names[1]
    pages = client.get_paginator("list_tables").paginate(PaginationConfig={"PageSize": 2})
    assert [name for page in pages for name in page["TableNames"]] == names
    for name in names:
        assert client.delete_table(TableName=name)["TableDescription"]["TableStatus"] == "DELETING"
    assert client.list_tables()["TableNames"] == []


def test_a_deleted_tables_name_is_free_at_once(dynamodb, make_table, fill):
    name = make_table()
    fill(name, 100)
    dynamodb.delete_table(TableName=name)
    dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[HASH],
        BillingMode="PAY_PER_REQUEST",
    )
    assert dynamodb.scan(TableName=name)["Count"] == 0
    dynamodb.put_item(TableName=name, Item={"id": {"S": "7"}})
    time.sleep(0.2)
    assert dynamodb.scan(TableName=name)["Items"] == [{"id": {"S": "7"}}]


def test_item_count(dynamodb, table, fill):
    fill(table, 30)
    described = dynamodb.describe_table(TableName=table)["Table"]
    assert described["ItemCount"] == 30
    assert described["TableSizeBytes"] == 10 * (2 + 1 + 3) + 20 * (2 + 2 + 3)


def test_tags(dynamodb, table):
    arn = dynamodb.describe_table(TableName=table)["Table"]["TableArn"]
    dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": f"k{i:02}", "Value": str(i)} for i in range(25)])
    dynamodb.untag_resource(ResourceArn=arn, TagKeys=["k00", "k01"])
    pages = dynamodb.get_paginator("list_tags_of_resource").paginate(ResourceArn=arn)
    assert [tag["Key"] for page in pages for tag in page["Tags"]] == [f"k{i:02}" for i in range(2, 25)]
    assert refusal(dynamodb.list_tags_of_resource, ResourceArn=arn + "x")[0] == "ResourceNotFoundException"
    assert refusal(dynamodb.list_tags_of_resource, ResourceArn="abc") == (
        "ValidationException",
        "Invalid TableArn: Invalid ResourceArn provided as input abc",
    )
    many = [{"Key": f"n{i}", "Value": ""} for i in range(40)]
    for tags, message in [
        (many, "Number of Tags exceed the current limit for the provided ResourceArn"),
        ([{"Key": "aws:x", "Value": ""}], "Tag Key cannot be prefixed with aws:, Key: aws:x"),
        (many[:1] * 2, "Duplicate Tag Keys provided as input: Duplicate Tag Key found n0"),
        ([], "Atleast one Tag needs to be provided as Input."),
    ]:
        assert refusal(dynamodb.tag_resource, ResourceArn=arn, Tags=tags) == ("ValidationException", message)
    assert refusal(dynamodb.untag_resource, ResourceArn=arn, TagKeys=[]) == (
        "ValidationException",
        "Atleast one Tag Key needs to be provided as Input.",
    )


def test_tags_go_with_the_table(dynamodb, make_table):
    name = make_table(Tags=[{"Key": "a", "Value": "b"}])
    dynamodb.delete_table(TableName=name)
    dynamodb.create_table(TableName=name, AttributeDefinitions=[ID], KeySchema=[HASH], BillingMode="PAY_PER_REQUEST")
    arn = dynamodb.describe_table(TableName=name)["Table"]["TableArn"]
    assert dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"] == []


def test_limits_and_endpoints(server, dynamodb):
    limits = dynamodb.describe_limits()
    assert limits["AccountMaxReadCapacityUnits"] == limits["AccountMaxWriteCapacityUnits"] == 80_000
    assert limits["TableMaxReadCapacityUnits"] == limits["TableMaxWriteCapacityUnits"] == 40_000
    (endpoint,) = dynamodb.describe_endpoints()["Endpoints"]
    assert endpoint == {"Address": server.url.removeprefix("http://"), "CachePeriodInMinutes": 1440}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"SSESpecification": {"Enabled": False, "SSEType": "KMS"}},
            "One or more parameter values were invalid: SSEType can not be specified if Enabled is false",
        ),
        (
            {"SSESpecification": {"Enabled": True, "KMSMasterKeyId": "key"}},
            "One or more parameter values were invalid: SSEType KMS is required if KMSMasterKeyId is specified",
        ),
        (
            {"OnDemandThroughput": {"MaxReadRequestUnits": 0}},
            "One or more parameter values were invalid: Requested MaxReadRequestUnits for OnDemandThroughput for table "
            "is outside of valid range",
        ),
        (
            {"WarmThroughput": {"ReadUnitsPerSecond": 5}},
            "One or more parameter values were invalid: Requested ReadUnitsPerSecond for WarmThroughput for table is "
            "lower than initial throughput for OnDemand",
        ),
        (
            {"AttributeDefinitions": [ID, ID | {"AttributeType": "N"}]},
            "Attribute Name is duplicated: id",
        ),
        (
            {"StreamSpecification": {"StreamEnabled": True}},
            "One or more parameter values were invalid: Table is being created with a stream enabled, UpdateViewType ",
        ),
    ],
)
def test_create_table_refuses_settings(dynamodb, change, message):
    arguments = {
        "TableName": "refused",
        "AttributeDefinitions": [ID],
        "KeySchema": [HASH],
        "BillingMode": "PAY_PER_REQUEST",
    } | change
    code, text = refusal(dynamodb.create_table, **arguments)
    assert code == "ValidationException"
    assert text.startswith(message)


def test_more_than_a_table_may_have(dynamodb):
    code, message = refusal(
        dynamodb.create_table,
        TableName="refused",
        AttributeDefinitions=[ID],
        KeySchema=[HASH],
        ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 40_001},
    )
    assert code == "LimitExceededException"
    assert message == (
        "The requested WriteCapacityUnits, 40001, is above the per table maximum for the account in us-east-1. Per "
        "table maximum: 40000. Refer to the Amazon DynamoDB Developer Guide for current limits and how to request "
        "higher limits."
    )


def test_a_stream_from_the_start(dynamodb, make_table):
    name = make_table(StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})
    table = dynamodb.describe_table(TableName=name)["Table"]
    assert table["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    assert table["LatestStreamArn"] == f"{table['TableArn']}/stream/{table['LatestStreamLabel']}"


def test_a_delay(own_server):
    server = own_server("--clock", "frozen@2026-03-01T00:00:00Z", "--table-delay", "10s")
    dynamodb = server.client("dynamodb")
    dynamodb.create_table(
        TableName="slow", AttributeDefinitions=[ID], KeySchema=[HASH], BillingMode="PAY_PER_REQUEST"
    )
    item = {"TableName": "slow", "Item": {"id": {"S": "a"}}}
    for _ in range(2):
        assert dynamodb.describe_table(TableName="slow")["Table"]["TableStatus"] == "CREATING"
        assert refusal(dynamodb.put_item, **item) == ("ResourceNotFoundException", "Requested resource not found")
        assert refusal(dynamodb.delete_table, TableName="slow") == (
            "ResourceInUseException",
            "Attempt to change a resource which is still in use: Table is being created: slow",
        )
        server.clock.advance("5s")
    assert dynamodb.describe_table(TableName="slow")["Table"]["TableStatus"] == "ACTIVE"
    dynamodb.put_item(**item)
