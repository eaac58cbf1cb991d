"""Functions whose server's clock is wound see its time, and nothing else of it."""

import json
import shutil

import pytest

from support.aws import ACCOUNT, BASIC_EXECUTION, allow, policy, trust, zipped

NOW = "2031-07-04T12:34:56Z"

PYTHON = """
    import datetime, json, os, subprocess, sys, time
    import boto3
    dynamodb = boto3.client("dynamodb")
    def handler(event, context):
        if event.get("put"):
            dynamodb.put_item(TableName="seen", Item={"id": {"S": event["put"]}})
            boto3.client("s3").put_object(Bucket="seen", Key=datetime.date.today().isoformat(), Body=b"x")
        began = time.monotonic()
        left = context.get_remaining_time_in_millis()
        time.sleep(0.05)
        return {
            "datetime": datetime.datetime.now(datetime.timezone.utc).isoformat(), "time": time.time(),
            "child": subprocess.run(["date", "-u", "+%FT%TZ"], capture_output=True, text=True).stdout.strip(),
            "python": subprocess.run([sys.executable, "-c", "import time; print(time.time())"], capture_output=True,
                                     text=True).stdout.strip(),
            "slept": time.monotonic() - began, "left": left,
            "less": left - context.get_remaining_time_in_millis(), "pid": os.getpid(),
            "preload": os.environ.get("LD_PRELOAD", "")}
"""

NODE = """
    const { execFileSync } = require("node:child_process");
    exports.handler = async (event, context) => {
      const left = context.getRemainingTimeInMillis();
      await new Promise((resolve) => setTimeout(resolve, 50));
      return { datetime: new Date().toISOString(), time: Date.now() / 1000, left,
               less: left - context.getRemainingTimeInMillis(),
               child: execFileSync("date", ["-u", "+%FT%TZ"]).toString().trim() };
    };
"""

BASH = """\
    #!/bin/bash
    while true; do
      head=$(mktemp)
      curl -sS -o /dev/null -D "$head" "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/next" || exit 1
      id=$(grep -i aws-request-id "$head" | tr -d ' \\r' | cut -d: -f2)
      deadline=$(grep -i deadline-ms "$head" | tr -d ' \\r' | cut -d: -f2)
      body="{\\"child\\": \\"$(date -u +%FT%TZ)\\", \\"left\\": $(($deadline - $(date +%s%3N))), \\"bash\\": $EPOCHSECONDS}"
      curl -sS -o /dev/null -d "$body" "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/$id/response"
    done
"""


@pytest.fixture
def wound(own_server):
    """A server of one's own with a role for functions, and make(name, runtime, code)."""

    def start(*flags):
        server = own_server(*flags)
        iam = server.client("iam")
        iam.create_role(RoleName="fn", AssumeRolePolicyDocument=trust(Service="lambda.amazonaws.com"))
        iam.attach_role_policy(RoleName="fn", PolicyArn=BASIC_EXECUTION)
        iam.put_role_policy(RoleName="fn", PolicyName="p", PolicyDocument=policy(allow(["dynamodb:PutItem", "s3:PutObject"])))

        def make(name, runtime, code, handler="app.handler"):
            server.client("lambda").create_function(
                FunctionName=name, Runtime=runtime, Role=f"arn:aws:iam::{ACCOUNT}:role/fn", Handler=handler, Timeout=20,
                Code={"ZipFile": code})

        server.make = make
        return server

    return start


def invoke(server, name, event=None) -> dict:
    answer = server.client("lambda", read_timeout=60).invoke(FunctionName=name, Payload=json.dumps(event or {}))
    payload = json.load(answer["Payload"])
    assert "FunctionError" not in answer, payload
    return payload


def seconds(server) -> float:
    from support.cron_model import moment

    return moment(server.clock.show()["now"]).timestamp()


def test_python(wound):
    server = wound("--clock", f"frozen@{NOW}")
    server.client("dynamodb").create_table(
        TableName="seen", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}], BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}])
    server.client("s3").create_bucket(Bucket="seen")
    server.make("clock", "python3.12", zipped(PYTHON))
    for day in range(3):  # the first perhaps alone, later ones as copies of a template; always with signed calls
        if day == 2:
            server.client("lambda").update_function_configuration(FunctionName="clock", Environment={"Variables": {"MARK": "1"}})
        seen = invoke(server, "clock", {"put": f"day {day}"})
        today = f"2031-07-{4 + day:02}"
        assert seen["datetime"] == f"{today}T12:34:56+00:00" and seen["child"] == f"{today}T12:34:56Z"
        assert seen["time"] == float(seen["python"]) == seconds(server)
        assert 0.04 < seen["slept"] < 15 and 1000 < seen["left"] <= 20_000 and seen["less"] >= 40
        server.clock.advance("24h")
    keys = [one["Key"] for one in server.client("s3").list_objects_v2(Bucket="seen")["Contents"]]
    assert keys == ["2031-07-04", "2031-07-05", "2031-07-06"]


def test_wound_between_invocations(wound):
    """A warm environment from before does not show another time than the Orrery's; running again costs nothing."""
    server = wound()
    server.make("clock", "python3.12", zipped(PYTHON))
    first = invoke(server, "clock")
    assert abs(first["time"] - seconds(server)) < 60 and first["preload"] == ""
    server.clock.freeze(NOW)
    frozen = invoke(server, "clock")
    assert frozen["child"] == NOW and frozen["time"] == seconds(server)
    server.admin("PUT", "/_orrery/clock", {"mode": "offset", "now": "2020-01-01T00:00:00Z"})
    shifted = invoke(server, "clock")
    assert shifted["child"].startswith("2020-01-01T00:0")
    server.clock.run()
    assert abs(invoke(server, "clock")["time"] - seconds(server)) < 60
    server.client("lambda").update_function_configuration(FunctionName="clock", Environment={"Variables": {"MARK": "1"}})
    assert invoke(server, "clock")["preload"] == ""


@pytest.mark.skipif(shutil.which("node") is None, reason="no node here")
def test_node(wound):
    server = wound("--clock", f"frozen@{NOW}")
    server.make("clock", "nodejs20.x", zipped(NODE, "app.js"))
    seen = invoke(server, "clock")
    assert seen["datetime"] == NOW.replace("Z", ".000Z") and seen["child"] == NOW and seen["time"] == seconds(server)
    assert 1000 < seen["left"] <= 20_000 and seen["less"] >= 40


def test_a_custom_runtime(wound):
    server = wound("--clock", f"frozen@{NOW}")
    server.make("clock", "provided.al2023", zipped(BASH, "bootstrap", executable=True), handler="none")
    seen = invoke(server, "clock")
    assert seen["child"] == NOW and seen["bash"] == seconds(server) and seen["left"] == 20_000


def test_a_schedules_function_writes_its_ticks_date(wound):
    server = wound("--clock", "frozen@2026-01-30T00:00:00Z")
    server.client("s3").create_bucket(Bucket="seen")
    server.make("export", "python3.12", zipped("""
        import boto3, datetime
        s3 = boto3.client("s3")
        def handler(event, context):
            s3.put_object(Bucket="seen", Key=f"export-{datetime.datetime.now():%Y-%m-%dT%H%M}.csv", Body=b"")
    """))
    arn = server.client("lambda").get_function(FunctionName="export")["Configuration"]["FunctionArn"]
    rule = server.client("events").put_rule(Name="nightly", ScheduleExpression="cron(30 3 * * ? *)")["RuleArn"]
    server.client("lambda").add_permission(FunctionName="export", StatementId="r", Action="lambda:InvokeFunction",
                                           Principal="events.amazonaws.com", SourceArn=rule)
    server.client("events").put_targets(Rule="nightly", Targets=[{"Id": "1", "Arn": arn}])
    report = server.clock.advance("3d")
    assert all(one["ok"] for one in report), report
    keys = [one["Key"] for one in server.client("s3").list_objects_v2(Bucket="seen")["Contents"]]
    assert keys == [f"export-2026-{day}T0330.csv" for day in ("01-30", "01-31", "02-01")]
