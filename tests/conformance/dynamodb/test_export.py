"""ExportTableToPointInTime: the documented files in a bucket, of one instant or of a span of time."""

import base64
import datetime
import gzip
import hashlib
import json
import re

import pytest
from botocore.exceptions import ClientError
from support.tables import EVERY_TYPE, create, enable_recovery, error_of, fill, items_of, wait_for

START = "2026-03-01T00:00:00Z"
BEGAN = datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc)
MINUTE = datetime.timedelta(minutes=1)
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
}


@pytest.fixture
def house(own_server):
    return own_server("--clock", f"frozen@{START}")


@pytest.fixture
def db(house):
    client = house.client("dynamodb")
    create(client, "orders")
    enable_recovery(client, "orders")
    return client


@pytest.fixture
def s3(house):
    client = house.client("s3")
    client.create_bucket(Bucket="exports")
    return client


def arn_of(db, table="orders"):
    return db.describe_table(TableName=table)["Table"]["TableArn"]


def export(db, timeout_s=60, **more):
    more.setdefault("S3Bucket", "exports")
    arn = db.export_table_to_point_in_time(TableArn=arn_of(db), **more)["ExportDescription"]["ExportArn"]

    def ended():
        description = db.describe_export(ExportArn=arn)["ExportDescription"]
        return description if description["ExportStatus"] != "IN_PROGRESS" else None

    return wait_for(ended, timeout_s, "the export ends")


def body(s3, key):
    return s3.get_object(Bucket="exports", Key=key)["Body"].read()


def manifest(s3, description):
    """(the summary, the files), their checksums verified."""
    key = description["ExportManifest"]
    folder = key.removesuffix("manifest-summary.json")
    summary_text, files_text = body(s3, key), body(s3, folder + "manifest-files.json")
    for text, name in ((summary_text, "manifest-summary.md5"), (files_text, "manifest-files.md5")):
        assert base64.b64decode(body(s3, folder + name)) == hashlib.md5(text).digest()
    assert body(s3, folder + "_started") == b""
    summary = json.loads(summary_text)
    assert summary["manifestFilesS3Key"] == folder + "manifest-files.json"
    return summary, [json.loads(line) for line in files_text.splitlines()]


def lines_of(s3, description):
    summary, files = manifest(s3, description)
    lines = []
    for file in files:
        content = body(s3, file["dataFileS3Key"])
        assert base64.b64decode(file["md5Checksum"]) == hashlib.md5(content).digest()
        found = gzip.decompress(content).decode().splitlines()
        assert len(found) == file["itemCount"]
        lines += found
    assert len(lines) == summary["itemCount"] == description["ItemCount"]
    return lines


def plain(value):
    """As boto3 gives it: binary in bytes."""
    ((kind, content),) = value.items()
    if kind == "B":
        return {kind: base64.b64decode(content)}
    if kind == "BS":
        return {kind: [base64.b64decode(one) for one in content]}
    if kind == "M":
        return {kind: {name: plain(one) for name, one in content.items()}}
    if kind == "L":
        return {kind: [plain(one) for one in content]}
    return value


def plain_item(item):
    return {name: plain(value) for name, value in item.items()}


def test_full(house, db, s3):
    fill(db, "orders", 500, 30)
    db.put_item(TableName="orders", Item=EVERY_TYPE)
    expected = items_of(db, "orders")
    description = export(db, S3Prefix="daily")
    assert description["ExportStatus"] == "COMPLETED", description
    assert description["ExportType"] == "FULL_EXPORT" and description["ExportFormat"] == "DYNAMODB_JSON"
    assert re.fullmatch(r"daily/AWSDynamoDB/\d{14}-[0-9a-f]{8}/manifest-summary.json", description["ExportManifest"])
    assert description["ExportTime"] == description["StartTime"] == description["EndTime"] == BEGAN
    items = [plain_item(json.loads(line)["Item"]) for line in lines_of(s3, description)]
    assert {tuple(next(iter(item["id"].items()))): item for item in items} == expected
    summary, files = manifest(s3, description)
    assert summary["version"] == "2020-06-30" and summary["exportArn"] == description["ExportArn"]
    assert summary["tableArn"] == arn_of(db) and summary["s3Prefix"] == "daily"
    assert summary["outputFormat"] == "DYNAMODB_JSON" and summary["exportTime"] == "2026-03-01T00:00:00.000Z"
    folder = description["ExportManifest"].removesuffix("manifest-summary.json")
    assert all(re.fullmatch(re.escape(folder) + r"data/[a-z0-9]+\.json\.gz", f["dataFileS3Key"]) for f in files)


def test_empty_table(db, s3):
    description = export(db)
    assert lines_of(s3, description) == []
    assert len(manifest(s3, description)[1]) == 1


def test_an_earlier_instant(house, db, s3):
    fill(db, "orders", 50)
    house.clock.advance("1m")
    for i in range(50):
        db.delete_item(TableName="orders", Key={"id": {"S": str(i)}})
    house.clock.advance("1m")
    description = export(db, ExportTime=BEGAN)
    assert len(lines_of(s3, description)) == 50
    assert lines_of(s3, export(db, ExportTime=BEGAN + MINUTE)) == []
    for at in (BEGAN - MINUTE, BEGAN + 3 * MINUTE):
        code, _ = error_of(
            db.export_table_to_point_in_time, TableArn=arn_of(db), S3Bucket="exports", ExportTime=at
        )
        assert code == "InvalidExportTimeException"


def test_ion(db, s3):
    db.put_item(TableName="orders", Item=EVERY_TYPE)
    description = export(db, ExportFormat="ION")
    assert manifest(s3, description)[1][0]["dataFileS3Key"].endswith(".ion.gz")
    (line,) = lines_of(s3, description)
    assert line == (
        "$ion_1_0 {Item:{b:{{AAH/}},big:1" + "0" * 40 + ".,bs:$dynamodb_BS::[{{AA==}},{{AQ==}}],id:\"all\","
        'm:{inner:[1.,""]},n:-12.5,ns:$dynamodb_NS::[1.,2.5],s:"text \u00e9\\n\\"quoted\\"",'
        'ss:$dynamodb_SS::["a","b"],t:true,z:null}}'
    )


def incremental(db, start, end, view=None, **more):
    specification = {"ExportFromTime": start, "ExportToTime": end}
    if view:
        specification["ExportViewType"] = view
    return export(db, ExportType="INCREMENTAL_EXPORT", IncrementalExportSpecification=specification, **more)


def test_incremental(house, db, s3):
    def put(key, value):
        db.put_item(TableName="orders", Item={"id": {"S": key}, "v": {"S": value}})

    put("kept", "0"), put("changed", "0"), put("deleted", "0")
    house.clock.advance("10m")
    put("changed", "1"), put("new", "1"), put("passing", "1")
    db.delete_item(TableName="orders", Key={"id": {"S": "deleted"}})
    house.clock.advance("10m")
    put("changed", "2")
    db.delete_item(TableName="orders", Key={"id": {"S": "passing"}})
    house.clock.advance("10m")
    put("after", "3")
    description = incremental(db, BEGAN + 5 * MINUTE, BEGAN + 25 * MINUTE)
    assert description["ExportStatus"] == "COMPLETED", description
    by_id = {}
    for line in map(json.loads, lines_of(s3, description)):
        assert list(line["Keys"]) == ["id"]
        by_id[line["Keys"]["id"]["S"]] = line
    assert set(by_id) == {"changed", "new", "deleted"}  # what came and went within the span left nothing
    changed = by_id["changed"]
    assert changed["OldImage"]["v"] == {"S": "0"} and changed["NewImage"]["v"] == {"S": "2"}
    micros = int((BEGAN + 20 * MINUTE).timestamp() * 1_000_000)
    assert changed["Metadata"] == {"WriteTimestampMicros": {"N": str(micros)}}
    assert "OldImage" not in by_id["new"] and by_id["new"]["NewImage"]["v"] == {"S": "1"}
    assert by_id["deleted"]["OldImage"]["v"] == {"S": "0"} and "NewImage" not in by_id["deleted"]
    summary, files = manifest(s3, description)
    assert summary["version"] == "2023-08-01" and summary["exportType"] == "INCREMENTAL_EXPORT"
    assert summary["exportFromTime"] == "2026-03-01T00:05:00.000Z" and summary["outputView"] == "NEW_AND_OLD_IMAGES"
    assert files[0]["dataFileS3Key"].startswith("AWSDynamoDB/data/")

    description = incremental(db, BEGAN + 5 * MINUTE, BEGAN + 25 * MINUTE, "NEW_IMAGE")
    lines = [json.loads(line) for line in lines_of(s3, description)]
    assert {tuple(sorted(line)) for line in lines} == {("Keys", "Metadata", "NewImage"), ("Keys", "Metadata")}
    ion = lines_of(s3, incremental(db, BEGAN + 5 * MINUTE, BEGAN + 25 * MINUTE, ExportFormat="ION"))
    assert all(line.startswith("$ion_1_0 {Record:{Metadata:{WriteTimestampMicros:") for line in ion)


def test_incremental_spans(house, db, s3):
    house.clock.advance("2d")
    for start, end in ((0, 10), (0, 24 * 60 + 1), (20, 0)):
        specification = {"ExportFromTime": BEGAN + start * MINUTE, "ExportToTime": BEGAN + end * MINUTE}
        code, _ = error_of(
            db.export_table_to_point_in_time,
            TableArn=arn_of(db), S3Bucket="exports", ExportType="INCREMENTAL_EXPORT",
            IncrementalExportSpecification=specification,
        )
        assert code == "ValidationException", (start, end)


def test_client_tokens(db, s3):
    arguments = {"TableArn": arn_of(db), "S3Bucket": "exports", "ClientToken": "once"}
    first = db.export_table_to_point_in_time(**arguments)["ExportDescription"]
    again = db.export_table_to_point_in_time(**arguments)["ExportDescription"]
    assert first["ExportArn"] == again["ExportArn"] and first["ClientToken"] == "once"
    assert error_of(db.export_table_to_point_in_time, **(arguments | {"S3Prefix": "x"}))[0] == (
        "ExportConflictException"
    )


def test_lists(db, s3):
    arns = [export(db)["ExportArn"] for _ in range(3)]
    pages = db.get_paginator("list_exports").paginate(TableArn=arn_of(db), MaxResults=2)
    summaries = [summary for page in pages for summary in page["ExportSummaries"]]
    assert sorted(summary["ExportArn"] for summary in summaries) == sorted(arns)
    assert {(s["ExportStatus"], s["ExportType"]) for s in summaries} == {("COMPLETED", "FULL_EXPORT")}
    assert len(db.list_exports()["ExportSummaries"]) == 3


def test_errors(db, s3):
    create(db, "plain")
    code, _ = error_of(db.export_table_to_point_in_time, TableArn=arn_of(db, "plain"), S3Bucket="exports")
    assert code == "PointInTimeRecoveryUnavailableException"
    arn = arn_of(db).replace("orders", "nothing")
    assert error_of(db.export_table_to_point_in_time, TableArn=arn, S3Bucket="exports")[0] == "TableNotFoundException"
    assert error_of(db.describe_export, ExportArn=arn + "/export/01772323200000-00000000")[0] == (
        "ExportNotFoundException"
    )
    description = export(db, S3Bucket="no-such-bucket")
    assert description["ExportStatus"] == "FAILED" and description["FailureCode"] == "S3NoSuchBucket"
    assert description["FailureMessage"]


def test_as_its_caller(house, db, s3):
    """The one who exports must be allowed to write there."""
    iam = house.client("iam")
    arn = iam.create_role(RoleName="exporter", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]

    def allow(*statements):
        policy = {"Version": "2012-10-17", "Statement": list(statements)}
        iam.put_role_policy(RoleName="exporter", PolicyName="p", PolicyDocument=json.dumps(policy))

    export_statement = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}
    allow(export_statement)
    keys = house.client("sts").assume_role(RoleArn=arn, RoleSessionName="session")["Credentials"]
    client = house.client("dynamodb", keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    with pytest.raises(ClientError) as refused:
        export(client)
    assert "s3:PutObject" in refused.value.response["Error"]["Message"]
    allow(export_statement, {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::exports/*"})
    assert export(client)["ExportStatus"] == "COMPLETED"


def test_winding_the_clock_waits_for_it(house, db, s3):
    fill(db, "orders", 5000, 100)
    arn = db.export_table_to_point_in_time(TableArn=arn_of(db), S3Bucket="exports")["ExportDescription"]["ExportArn"]
    house.clock.advance("1s")
    assert db.describe_export(ExportArn=arn)["ExportDescription"]["ExportStatus"] == "COMPLETED"
