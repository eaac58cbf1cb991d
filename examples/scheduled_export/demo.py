"""`make demo`: a scheduled table-to-bucket export, end to end, with boto3 against a real server on a wound clock.

Starts build/release/orrery on an empty data folder, builds the automation as any guide does, winds the clock past 17:00,
shows what came of it, takes a permission away and shows the refusal. Leaves nothing running and nothing behind.
"""

import io
import json
import pathlib
import sys
import tempfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tests"))
from support.server import Server  # noqa: E402  (found through the line above)

START = "2026-03-01T09:00:00Z"
RULE = "daily-export"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


def step(text: str) -> None:
    print(f"\n== {text}")


def statement(sid: str, actions: list[str], resource: str) -> dict:
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource}


def policy(with_put: bool) -> str:
    statements = [
        statement("ReadTable", ["dynamodb:Scan"], "arn:aws:dynamodb:us-east-1:000000000000:table/orders"),
        statement("WriteLogs", ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], "*"),
    ]
    if with_put:
        statements.append(statement("WriteFile", ["s3:PutObject"], "arn:aws:s3:::reports/exports/*"))
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def zipped() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as out:
        out.write(HERE / "function.py", "function.py")
    return archive.getvalue()


def build(server: Server) -> None:
    step("a table with items, a bucket")
    dynamodb, s3 = server.client("dynamodb"), server.client("s3")
    dynamodb.create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    table = server.session().resource("dynamodb", endpoint_url=server.url).Table("orders")
    with table.batch_writer() as batch:
        for number in range(1, 101):
            batch.put_item(Item={"id": f"order-{number:03}", "cents": number * 99, "tags": {"new", "web"}})
    s3.create_bucket(Bucket="reports")
    print("table orders: 100 items; bucket reports")

    step("a role with a policy, a Python function")
    role = server.client("iam").create_role(RoleName="exporter", AssumeRolePolicyDocument=json.dumps(TRUST))
    server.client("iam").put_role_policy(RoleName="exporter", PolicyName="export", PolicyDocument=policy(with_put=True))
    function = server.client("lambda").create_function(
        FunctionName="export-orders",
        Runtime="python3.12",
        Role=role["Role"]["Arn"],
        Handler="function.handler",
        Code={"ZipFile": zipped()},
        Timeout=30,
        Environment={"Variables": {"TABLE": "orders", "BUCKET": "reports"}},
    )
    print(f"{function['FunctionArn']} ({function['Runtime']}, {function['CodeSize']} bytes)")

    step("a rule: every day at 17:00 UTC, with the function as its target")
    events = server.client("events")
    rule = events.put_rule(Name=RULE, ScheduleExpression="cron(0 17 * * ? *)")["RuleArn"]
    events.put_targets(Rule=RULE, Targets=[{"Id": "export", "Arn": function["FunctionArn"]}])
    server.client("lambda").add_permission(
        FunctionName="export-orders",
        StatementId="rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=rule,
    )
    print(f"{RULE}: cron(0 17 * * ? *)")


def wind(server: Server, duration: str) -> list[dict]:
    before = server.clock.show()["now"]
    ran = server.clock.advance(duration)
    print(f"{before} -> {server.clock.show()['now']}")
    for one in ran:
        print(f"  {one['at']}  {'ok    ' if one['ok'] else 'failed'}  {one['summary'] or one['kind']}")
    return ran


def log_lines(server: Server, since: int = 0) -> list[dict]:
    pages = server.client("logs").get_paginator("filter_log_events")
    found = pages.paginate(logGroupName="/aws/lambda/export-orders", startTime=since)
    return [event for page in found for event in page["events"]]


def show_result(server: Server) -> None:
    step("the file in the bucket")
    s3 = server.client("s3")
    listed = s3.list_objects_v2(Bucket="reports")["Contents"]
    assert len(listed) == 1, f"one export was due, {len(listed)} files are there"
    body = json.loads(s3.get_object(Bucket="reports", Key=listed[0]["Key"])["Body"].read())
    assert len(body) == 100, f"100 items were to be exported, not {len(body)}"
    print(f"s3://reports/{listed[0]['Key']}  {listed[0]['Size']} bytes, {len(body)} items; the first: {body[0]}")

    step("the function's log: /aws/lambda/export-orders")
    lines = log_lines(server)
    for line in lines:
        print("  " + line["message"].rstrip())
    starts = [line["message"].split()[0] for line in lines]
    assert {"START", "END", "REPORT"} <= set(starts), "START, END and REPORT belong in a log"


def show_refusal(server: Server) -> None:
    step("the same export after its role has lost s3:PutObject")
    server.client("iam").put_role_policy(RoleName="exporter", PolicyName="export", PolicyDocument=policy(with_put=False))
    reply = server.client("lambda").invoke(
        FunctionName="export-orders", Payload=json.dumps({"time": "2026-03-02T17:00:00Z"})
    )
    error = json.loads(reply["Payload"].read())
    print(f"{reply['FunctionError']} {error['errorType']}: {error['errorMessage']}")
    assert "s3:PutObject" in error["errorMessage"] and "arn:aws:s3:::reports/exports/" in error["errorMessage"]
    files = server.client("s3").list_objects_v2(Bucket="reports")["KeyCount"]
    assert files == 1, "a refused function wrote a file"
    print("no second file was written")


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="orrery-demo-") as folder:
        step(f"orrery on an empty data folder, its clock frozen at {START}")
        with Server(pathlib.Path(folder) / "data", "--clock", f"frozen@{START}") as server:
            print(f"listening on {server.url}")
            build(server)
            step("the clock is wound past 17:00")
            wind(server, "8h30m")
            show_result(server)
            show_refusal(server)
    print("\ndemo: all of it happened; the server has stopped and its data are gone")
    return 0


if __name__ == "__main__":
    sys.exit(main())
