"""aws-cli, unchanged, with the three variables."""

import json

from support.aws import allow, policy, trust, zipped

TRUST = trust(Service="lambda.amazonaws.com")


def test_sts(aws):
    assert json.loads(aws("sts", "get-caller-identity")) == {
        "UserId": "000000000000",
        "Account": "000000000000",
        "Arn": "arn:aws:iam::000000000000:root",
    }


def test_s3(aws, unique, tmp_path):
    bucket = unique("cli")
    assert aws("s3", "mb", f"s3://{bucket}") == f"make_bucket: {bucket}\n"
    (tmp_path / "folder").mkdir()
    for name in "ab":
        (tmp_path / "folder" / name).write_text(name)
    aws("s3", "sync", "folder", f"s3://{bucket}/dir")
    aws("s3", "cp", "folder/a", f"s3://{bucket}/dir/c")
    listed = aws("s3", "ls", f"s3://{bucket}/dir/")
    assert [line.split()[-2:] for line in listed.splitlines()] == [["1", "a"], ["1", "b"], ["1", "c"]]
    assert aws("s3", "cp", f"s3://{bucket}/dir/b", "-") == "b"
    aws("s3", "rb", "--force", f"s3://{bucket}")
    failed = aws("s3", "ls", f"s3://{bucket}", check=False)
    assert failed.returncode != 0 and "NoSuchBucket" in failed.stderr


def test_dynamodb(aws, unique):
    table = unique("cli")
    aws(
        "dynamodb", "create-table", "--table-name", table, "--billing-mode", "PAY_PER_REQUEST",
        "--key-schema", "AttributeName=id,KeyType=HASH", "--attribute-definitions", "AttributeName=id,AttributeType=S",
    )  # fmt: skip
    item = {"id": {"S": "a"}, "n": {"N": "1.50"}}
    aws("dynamodb", "put-item", "--table-name", table, "--item", json.dumps(item))
    assert json.loads(aws("dynamodb", "scan", "--table-name", table))["Items"] == [{"id": {"S": "a"}, "n": {"N": "1.5"}}]
    failed = aws("dynamodb", "list-global-tables", check=False)
    assert failed.returncode != 0 and "(NotImplemented)" in failed.stderr
    assert "dynamodb:ListGlobalTables" in failed.stderr


def test_a_function_and_its_logs(aws, unique, tmp_path):
    name = unique("cli")
    role = aws(
        "iam", "create-role", "--role-name", name, "--assume-role-policy-document", TRUST,
        "--query", "Role.Arn", "--output", "text",
    ).strip()  # fmt: skip
    aws("iam", "put-role-policy", "--role-name", name, "--policy-name", "logs",
        "--policy-document", policy(allow("logs:*")))  # fmt: skip
    shown = json.loads(aws("iam", "get-role-policy", "--role-name", name, "--policy-name", "logs"))
    assert shown["PolicyDocument"]["Statement"][0]["Action"] == "logs:*"

    (tmp_path / "code.zip").write_bytes(zipped("def handler(e, c):\n    print('hello', e['who'])\n    return e\n"))
    aws("lambda", "create-function", "--function-name", name, "--runtime", "python3.12", "--role", role,
        "--handler", "app.handler", "--zip-file", "fileb://code.zip")  # fmt: skip
    aws("lambda", "wait", "function-active-v2", "--function-name", name)
    said = aws("lambda", "invoke", "--function-name", name, "--payload", '{"who": "you"}', "out.json")
    assert json.loads(said) == {"StatusCode": 200, "ExecutedVersion": "$LATEST"}
    assert json.loads((tmp_path / "out.json").read_text()) == {"who": "you"}
    found = aws("logs", "filter-log-events", "--log-group-name", f"/aws/lambda/{name}", "--query", "events[].message")
    assert "hello you" in [message.rstrip() for message in json.loads(found)]


def test_events(aws, unique):
    name = unique("cli")
    aws("events", "put-rule", "--name", name, "--schedule-expression", "rate(5 minutes)", "--state", "DISABLED")
    (rule,) = json.loads(aws("events", "list-rules", "--name-prefix", name))["Rules"]
    assert (rule["ScheduleExpression"], rule["State"]) == ("rate(5 minutes)", "DISABLED")


def test_errors_are_readable(aws):
    failed = aws("iam", "get-role", "--role-name", "absent", check=False)
    assert "(NoSuchEntity)" in failed.stderr and "The role with name absent cannot be found." in failed.stderr


def test_cloudwatch(aws, unique):
    space = unique("Cli")
    aws("cloudwatch", "put-metric-data", "--namespace", space, "--metric-name", "Hits", "--value", "2", "--dimensions", "A=b")
    listed = json.loads(aws("cloudwatch", "list-metrics", "--namespace", space))["Metrics"]
    assert listed == [{"Namespace": space, "MetricName": "Hits", "Dimensions": [{"Name": "A", "Value": "b"}]}]
    name = unique("alarm")
    aws("cloudwatch", "put-metric-alarm", "--alarm-name", name, "--namespace", space, "--metric-name", "Hits", "--statistic",
        "Sum", "--period", "60", "--evaluation-periods", "1", "--threshold", "1", "--comparison-operator", "GreaterThanThreshold")
    aws("cloudwatch", "set-alarm-state", "--alarm-name", name, "--state-value", "ALARM", "--state-reason", "test")
    shown = json.loads(aws("cloudwatch", "describe-alarms", "--alarm-names", name))["MetricAlarms"]
    assert [one["StateValue"] for one in shown] == ["ALARM"]
    failed = aws("cloudwatch", "put-metric-data", "--namespace", "AWS/X", "--metric-name", "m", "--value", "1", check=False)
    assert "(InvalidParameterValue)" in failed.stderr
