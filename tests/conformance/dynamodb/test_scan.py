"""Scan: pages, segments, counts."""

import concurrent.futures

import pytest
from botocore.exceptions import ClientError


def refusal(call, **arguments):
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def ids(pages):
    return [item["id"]["S"] for page in pages for item in page["Items"]]


def test_limit_and_pages(dynamodb, table, fill):
    fill(table, 60)
    page = dynamodb.scan(TableName=table, Limit=7)
    assert page["Count"] == page["ScannedCount"] == len(page["Items"]) == 7
    assert page["LastEvaluatedKey"] == {"id": page["Items"][-1]["id"]}
    pages = list(dynamodb.get_paginator("scan").paginate(TableName=table, PaginationConfig={"PageSize": 7}))
    assert len(pages) == 9
    assert sorted(ids(pages), key=int) == [str(i) for i in range(60)]
    whole = dynamodb.scan(TableName=table)
    assert "LastEvaluatedKey" not in whole
    assert whole["Count"] == 60


def test_pages_of_one_megabyte(dynamodb, table, fill):
    fill(table, 25, size=100_000)
    page = dynamodb.scan(TableName=table, ReturnConsumedCapacity="TOTAL")
    assert page["Count"] == 11  # the eleventh reaches 1,048,576 bytes
    assert page["ConsumedCapacity"]["CapacityUnits"] == pytest.approx(134.5)
    pages = list(dynamodb.get_paginator("scan").paginate(TableName=table))
    assert [page["Count"] for page in pages] == [11, 11, 3]
    assert sorted(ids(pages), key=int) == [str(i) for i in range(25)]
    # The page ends there whatever the limit, also when only counting.
    assert dynamodb.scan(TableName=table, Limit=20)["Count"] == 11
    counted = dynamodb.scan(TableName=table, Select="COUNT", ConsistentRead=True, ReturnConsumedCapacity="TOTAL")
    assert counted["Count"] == 11
    assert "Items" not in counted
    assert counted["ConsumedCapacity"]["CapacityUnits"] == pytest.approx(269)


def test_parallel_scan_gives_every_item_once(dynamodb, table, fill):
    fill(table, 500)
    total = 8

    def segment(number):
        paginator = dynamodb.get_paginator("scan")
        return ids(paginator.paginate(
            TableName=table, Segment=number, TotalSegments=total, PaginationConfig={"PageSize": 20}
        ))

    with concurrent.futures.ThreadPoolExecutor(total) as pool:
        found = list(pool.map(segment, range(total)))
    assert all(len(part) > 500 / total / 3 for part in found)  # spread
    assert sorted((id_ for part in found for id_ in part), key=int) == [str(i) for i in range(500)]


def test_many_segments(dynamodb, table, fill):
    fill(table, 10)
    found = [dynamodb.scan(TableName=table, Segment=s, TotalSegments=97)["Count"] for s in range(97)]
    assert sum(found) == 10


def test_refusals(dynamodb, table, fill):
    fill(table, 10)
    scan = dynamodb.scan
    assert refusal(scan, TableName=table, Segment=0) == (
        "ValidationException",
        "The TotalSegments parameter is required but was not present in the request when Segment parameter is present",
    )
    assert refusal(scan, TableName=table, TotalSegments=2) == (
        "ValidationException",
        "The Segment parameter is required but was not present in the request when parameter TotalSegments is present",
    )
    assert refusal(scan, TableName=table, Segment=2, TotalSegments=2) == (
        "ValidationException",
        "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 2 is not less "
        "than TotalSegments: 2",
    )
    assert refusal(scan, TableName=table, ExclusiveStartKey={"x": {"S": "a"}}) == (
        "ValidationException",
        "The provided starting key is invalid: The provided key element does not match the schema",
    )
    inside = next(
        page["Items"][0]["id"]
        for page in (scan(TableName=table, Segment=1, TotalSegments=2),)
    )
    assert refusal(scan, TableName=table, Segment=0, TotalSegments=2, ExclusiveStartKey={"id": inside}) == (
        "ValidationException",
        "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct "
        "Segment. TotalSegments: 2 Segment: 0",
    )
    assert refusal(scan, TableName=table, IndexName="by-date") == (
        "ValidationException",
        "The table does not have the specified index: by-date",
    )
    assert refusal(scan, TableName=table, Select="COUNT", ProjectionExpression="a") == (
        "ValidationException",
        "Cannot specify the ProjectionExpression when choosing to get COUNT",
    )


def test_start_key_of_an_item_that_is_gone(dynamodb, table, fill):
    fill(table, 20)
    page = dynamodb.scan(TableName=table, Limit=5)
    dynamodb.delete_item(TableName=table, Key=page["LastEvaluatedKey"])
    rest = dynamodb.scan(TableName=table, ExclusiveStartKey=page["LastEvaluatedKey"])
    assert len(set(ids([page, rest]))) == 20


def test_filter_and_projection(dynamodb, table, fill):
    fill(table, 40)
    arguments = {"TableName": table, "FilterExpression": "id < :i AND begins_with(id, :b)",
                 "ExpressionAttributeValues": {":i": {"S": "2"}, ":b": {"S": "1"}}}
    found = dynamodb.scan(**arguments, ProjectionExpression="id")
    assert sorted(item["id"]["S"] for item in found["Items"]) == ["1"] + [str(i) for i in range(10, 20)]
    assert (found["Count"], found["ScannedCount"]) == (11, 40)
    assert all(set(item) == {"id"} for item in found["Items"])
    legacy = dynamodb.scan(TableName=table, AttributesToGet=["id"], ScanFilter={
        "id": {"ComparisonOperator": "BEGINS_WITH", "AttributeValueList": [{"S": "1"}]}})
    assert legacy["Count"] == 11
