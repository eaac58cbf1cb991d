"""ImportTable: DynamoDB JSON and CSV from a bucket, into a new table."""

import gzip
import json

import pytest
from support.tables import create, enable_recovery, error_of, fill, items_of, status_of, wait_for


@pytest.fixture
def s3(client):
    return client("s3")


@pytest.fixture
def bucket(s3, unique):
    name = unique("bucket")
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def run(dynamodb, bucket, unique):
    """run(InputFormat=…) -> the description once it has ended."""

    def start(prefix="", attributes=(("id", "S"),), keys=(("id", "HASH"),), **more):
        source = {"S3Bucket": bucket}
        if prefix:
            source["S3KeyPrefix"] = prefix
        creation = {
            "TableName": unique("imported"),
            "AttributeDefinitions": [{"AttributeName": n, "AttributeType": t} for n, t in attributes],
            "KeySchema": [{"AttributeName": n, "KeyType": t} for n, t in keys],
            "BillingMode": "PAY_PER_REQUEST",
        } | more.pop("creation", {})
        more.setdefault("S3BucketSource", source)
        reply = dynamodb.import_table(TableCreationParameters=creation, **more)
        arn = reply["ImportTableDescription"]["ImportArn"]

        def ended():
            description = dynamodb.describe_import(ImportArn=arn)["ImportTableDescription"]
            return description if description["ImportStatus"] != "IN_PROGRESS" else None

        return wait_for(ended, 60, "the import ends")

    return start


def table_of(description):
    return description["TableCreationParameters"]["TableName"]


def test_json_lines(dynamodb, s3, bucket, run):
    lines = [json.dumps({"Item": {"id": {"S": str(i)}, "m": {"M": {"k": {"N": "1.50"}}}}}) for i in range(1200)]
    s3.put_object(Bucket=bucket, Key="data/one.json", Body="\n".join(lines[:700]).encode())
    s3.put_object(Bucket=bucket, Key="data/two.json", Body=("\n".join(lines[700:]) + "\n\n").encode())
    s3.put_object(Bucket=bucket, Key="other/three.json", Body=b"no JSON at all")
    description = run("data/", InputFormat="DYNAMODB_JSON")
    assert description["ImportStatus"] == "COMPLETED", description
    assert description["ProcessedItemCount"] == description["ImportedItemCount"] == 1200
    assert description["ErrorCount"] == 0 and description["ProcessedSizeBytes"] > 1200 * 40
    found = items_of(dynamodb, table_of(description))
    assert len(found) == 1200 and found["S", "7"]["m"] == {"M": {"k": {"N": "1.5"}}}
    assert status_of(dynamodb, table_of(description)) == "ACTIVE"


def test_gzip(dynamodb, s3, bucket, run):
    lines = "".join(json.dumps({"Item": {"id": {"N": str(i)}}}) + "\n" for i in range(5000))
    s3.put_object(Bucket=bucket, Key="a.json.gz", Body=gzip.compress(lines.encode()))
    description = run(attributes=(("id", "N"),), InputFormat="DYNAMODB_JSON", InputCompressionType="GZIP")
    assert description["ImportedItemCount"] == 5000
    assert len(items_of(dynamodb, table_of(description))) == 5000


def test_csv(dynamodb, s3, bucket, run):
    text = 'id,n,note\na,1,plain\nb,2,"quoted, with ""marks"" and\na line"\nc,x,not a number\nd,4,too,many\n'
    s3.put_object(Bucket=bucket, Key="a.csv", Body=text.encode())
    index = {
        "IndexName": "by-n",
        "KeySchema": [{"AttributeName": "n", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    description = run(
        attributes=(("id", "S"), ("n", "N")), InputFormat="CSV", creation={"GlobalSecondaryIndexes": [index]}
    )
    assert description["ImportStatus"] == "COMPLETED", description
    assert (description["ProcessedItemCount"], description["ImportedItemCount"]) == (4, 2)
    assert description["ErrorCount"] == 2
    assert items_of(dynamodb, table_of(description)) == {
        ("S", "a"): {"id": {"S": "a"}, "n": {"N": "1"}, "note": {"S": "plain"}},
        ("S", "b"): {"id": {"S": "b"}, "n": {"N": "2"}, "note": {"S": 'quoted, with "marks" and\na line'}},
    }
    found = dynamodb.scan(TableName=table_of(description), IndexName="by-n")
    assert found["Count"] == 2


def test_csv_with_options(dynamodb, s3, bucket, run):
    s3.put_object(Bucket=bucket, Key="a.csv", Body=b"a;1\nb;2\n")
    options = {"Csv": {"Delimiter": ";", "HeaderList": ["id", "note"]}}
    description = run(InputFormat="CSV", InputFormatOptions=options)
    assert items_of(dynamodb, table_of(description))["S", "b"] == {"id": {"S": "b"}, "note": {"S": "2"}}


def test_bad_lines_are_counted_and_logged(client, dynamodb, s3, bucket, run):
    lines = ['{"Item": {"id": {"S": "good"}}}', "no JSON", '{"Item": {"x": {"S": "no key"}}}', '{"id": {"S": "bare"}}']
    lines.append('{"Item": {"id": {"N": "1"}}}')
    s3.put_object(Bucket=bucket, Key="a.json", Body="\n".join(lines).encode())
    description = run(InputFormat="DYNAMODB_JSON")
    assert (description["ProcessedItemCount"], description["ImportedItemCount"], description["ErrorCount"]) == (5, 1, 4)
    assert ":log-group:/aws-dynamodb/imports:" in description["CloudWatchLogGroupArn"]
    stream = description["ImportArn"].split("/")[-1] + "/error"
    events = client("logs").get_log_events(logGroupName="/aws-dynamodb/imports", logStreamName=stream)["events"]
    reports = [json.loads(event["message"]) for event in events]
    assert [report["itemS3Pointer"]["itemIndex"] for report in reports] == [1, 2, 3, 4]
    assert all(report["itemS3Pointer"]["key"] == "a.json" and report["errorMessages"] for report in reports)


def test_what_was_exported(dynamodb, s3, bucket, run, table):
    fill(dynamodb, table, 2000, 40)
    enable_recovery(dynamodb, table)
    before = items_of(dynamodb, table)
    table_arn = dynamodb.describe_table(TableName=table)["Table"]["TableArn"]
    arn = dynamodb.export_table_to_point_in_time(TableArn=table_arn, S3Bucket=bucket)["ExportDescription"]["ExportArn"]
    wait_for(lambda: dynamodb.describe_export(ExportArn=arn)["ExportDescription"]["ExportStatus"] == "COMPLETED")
    export_id = arn.split("/")[-1]
    description = run(f"AWSDynamoDB/{export_id}/data/", InputFormat="DYNAMODB_JSON", InputCompressionType="GZIP")
    assert items_of(dynamodb, table_of(description)) == before


def test_failures_leave_no_table(dynamodb, s3, bucket, run):
    description = run("nothing-here", InputFormat="DYNAMODB_JSON")
    assert description["ImportStatus"] == "FAILED" and description["FailureMessage"]
    assert table_of(description) not in dynamodb.list_tables()["TableNames"]
    description = run(InputFormat="DYNAMODB_JSON", S3BucketSource={"S3Bucket": "no-such-bucket-at-all"})
    assert description["FailureCode"] == "S3NoSuchBucket"
    s3.put_object(Bucket=bucket, Key="z.gz", Body=b"this is no gzip file")
    description = run("z", InputFormat="DYNAMODB_JSON", InputCompressionType="GZIP")
    assert description["ImportStatus"] == "FAILED" and "z.gz" in description["FailureMessage"]


def test_tokens_and_lists(dynamodb, s3, bucket, unique):
    s3.put_object(Bucket=bucket, Key="a.json", Body=b'{"Item": {"id": {"S": "x"}}}')
    arguments = {
        "ClientToken": unique("token"),
        "S3BucketSource": {"S3Bucket": bucket},
        "InputFormat": "DYNAMODB_JSON",
        "TableCreationParameters": {
            "TableName": unique("imported"),
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
        },
    }
    first = dynamodb.import_table(**arguments)["ImportTableDescription"]
    again = dynamodb.import_table(**arguments)["ImportTableDescription"]
    assert first["ImportArn"] == again["ImportArn"]
    assert error_of(dynamodb.import_table, **(arguments | {"InputCompressionType": "GZIP"}))[0] == (
        "ImportConflictException"
    )
    assert error_of(dynamodb.import_table, **(arguments | {"ClientToken": unique("token")}))[0] == (
        "ResourceInUseException"
    )
    summaries = dynamodb.list_imports(TableArn=first["TableArn"])["ImportSummaryList"]
    assert [summary["ImportArn"] for summary in summaries] == [first["ImportArn"]]
    assert len(dynamodb.list_imports(PageSize=1)["ImportSummaryList"]) == 1


def test_not_built(dynamodb, bucket, run):
    assert error_of(run, InputFormat="ION") == (
        "NotImplemented",
        "Orrery does not implement dynamodb:ImportTable with InputFormat ION.",
    )
    assert error_of(run, InputFormat="CSV", InputCompressionType="ZSTD")[0] == "NotImplemented"
    options = {"Csv": {"Delimiter": ","}}
    assert error_of(run, InputFormat="DYNAMODB_JSON", InputFormatOptions=options)[0] == "ValidationException"
    missing = dynamodb.describe_table  # an import's ARN is checked as others are
    assert error_of(missing, TableName="no-such-table")[0] == "ResourceNotFoundException"
    create(dynamodb, "import-target")
    target = dynamodb.describe_table(TableName="import-target")["Table"]["TableArn"]
    code, _ = error_of(dynamodb.describe_import, ImportArn=f"{target}/import/01772323200000-00000000")
    assert code == "ImportNotFoundException"
