"""Exports a table to a bucket as one JSON file a run. Written for AWS; nothing here knows of Orrery."""

import json
import os
from decimal import Decimal

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
s3 = boto3.client("s3")


def plain(value):
    """What boto3 makes of a table's values and json does not know: numbers are Decimal, sets are sets."""
    if isinstance(value, set):
        return sorted(value)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"cannot export {type(value)}")


def handler(event, context):
    items, page = [], {}
    while True:
        reply = table.scan(**page)
        items += reply["Items"]
        if "LastEvaluatedKey" not in reply:
            break
        page = {"ExclusiveStartKey": reply["LastEvaluatedKey"]}
    print(f"scanned {len(items)} items of {table.name}")

    key = f"exports/{table.name}-{event['time'].replace(':', '')}.json"
    body = json.dumps(sorted(items, key=lambda item: item["id"]), default=plain, indent=1)
    s3.put_object(Bucket=os.environ["BUCKET"], Key=key, Body=body.encode(), ContentType="application/json")
    print(f"wrote s3://{os.environ['BUCKET']}/{key}")
    return {"key": key, "items": len(items)}
