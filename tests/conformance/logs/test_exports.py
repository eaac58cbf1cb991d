"""Export tasks: the documented objects in a bucket."""

import gzip

import pytest
from support.aws import allow, eventually, policy, refusal

NOON_MS = 1772366400000  # 2026-03-01T12:00:00Z


@pytest.fixture
def bucket(client, unique):
    name = unique("exports").lower()
    client("s3").create_bucket(Bucket=name)
    return name


def objects(client, bucket):
    s3 = client("s3")
    keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
    return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}


def ended(logs, task):
    def look():
        (shown,) = logs.describe_export_tasks(taskId=task)["exportTasks"]
        return shown if shown["status"]["code"] in ("COMPLETED", "FAILED", "CANCELLED") else None

    return eventually(look, 60)


def test_a_group_in_a_bucket(own_server):
    server = own_server("--clock", "frozen@2026-03-01T12:00:00Z")
    logs, client = server.client("logs"), server.client
    client("s3").create_bucket(Bucket="exports")
    logs.create_log_group(logGroupName="g")
    for stream in ("web/[$LATEST]1", "web/2", "other"):
        logs.create_log_stream(logGroupName="g", logStreamName=stream)
        events = [{"timestamp": NOON_MS - 1000 + i, "message": f"{stream} {i}"} for i in range(1001)]
        logs.put_log_events(logGroupName="g", logStreamName=stream, logEvents=events)
    task = logs.create_export_task(
        taskName="t",
        logGroupName="g",
        logStreamNamePrefix="web/",
        fromTime=NOON_MS - 999,
        to=NOON_MS,
        destination="exports",
        destinationPrefix="logs/march",
    )["taskId"]
    shown = ended(logs, task)
    assert shown["status"] == {"code": "COMPLETED", "message": "Completed successfully"}
    assert (shown["from"], shown["to"], shown["destinationPrefix"]) == (NOON_MS - 999, NOON_MS, "logs/march")
    assert shown["taskName"] == "t" and shown["executionInfo"]["completionTime"] >= NOON_MS
    found = objects(client, "exports")
    assert set(found) == {
        "logs/march/aws-logs-write-test",
        f"logs/march/{task}/web-[$LATEST]1/000000.gz",
        f"logs/march/{task}/web-2/000000.gz",
    }
    assert found["logs/march/aws-logs-write-test"] == b"Permission Check Successful"
    lines = gzip.decompress(found[f"logs/march/{task}/web-2/000000.gz"]).decode().splitlines()
    assert len(lines) == 1000
    assert lines[0] == "2026-03-01T11:59:59.001Z web/2 1" and lines[-1] == "2026-03-01T12:00:00.000Z web/2 1000"


def test_the_default_prefix_and_the_list(logs, client, group, put, bucket):
    at = put(group, "m")
    task = logs.create_export_task(logGroupName=group, fromTime=at - 1, to=at + 1, destination=bucket)["taskId"]
    assert ended(logs, task)["status"]["code"] == "COMPLETED"
    assert f"exportedlogs/{task}/s/000000.gz" in objects(client, bucket)
    listed = logs.describe_export_tasks(statusCode="COMPLETED")["exportTasks"]
    assert task in [one["taskId"] for one in listed]
    code, _ = refusal(logs.cancel_export_task, taskId=task)
    assert code == "InvalidOperationException"


def test_what_is_refused(logs, group, put, bucket):
    at = put(group, "m")
    good = {"logGroupName": group, "fromTime": at - 1, "to": at + 1, "destination": bucket}
    assert refusal(logs.create_export_task, **{**good, "destination": "no-such-bucket-at-all"}) == (
        "InvalidParameterException",
        "The given bucket does not exist. Please make sure the bucket is valid.",
    )
    assert refusal(logs.create_export_task, **{**good, "fromTime": at + 2})[0] == "InvalidParameterException"
    assert refusal(logs.create_export_task, **{**good, "to": 5, "fromTime": 1})[0] == "InvalidParameterException"
    assert refusal(logs.create_export_task, **{**good, "logGroupName": "/none"})[0] == "ResourceNotFoundException"
    for call in (logs.describe_export_tasks, logs.cancel_export_task):
        assert refusal(call, taskId="none")[0] == "ResourceNotFoundException"


def test_the_caller_must_be_allowed_to_write(logs, client, server, group, put, bucket, unique):
    iam = client("iam")
    user = unique("exporter")
    iam.create_user(UserName=user)
    iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=policy(allow("logs:*")))
    key = iam.create_access_key(UserName=user)["AccessKey"]
    theirs = server.client("logs", access_key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    at = put(group, "m")
    where = {"logGroupName": group, "fromTime": at - 1, "to": at + 1, "destination": bucket}
    code, message = refusal(theirs.create_export_task, **where)
    assert code == "InvalidParameterException" and "s3:PutObject access to the bucket" in message
    iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=policy(allow("logs:*"), allow("s3:PutObject")))
    assert ended(logs, theirs.create_export_task(**where)["taskId"])["status"]["code"] == "COMPLETED"
