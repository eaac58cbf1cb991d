"""What schedules invoke, in whose name, and what becomes of failures."""

import json

from support.aws import ACCOUNT, allow, eventually, log_lines, policy, trust, zipped
from support.schedules import WRITER, create, items, make_role, tick_target

START = "2026-01-01T00:00:00Z"


def universal(service: str, action: str, request: dict, role: str = WRITER, **more) -> dict:
    return {"Arn": f"arn:aws:scheduler:::aws-sdk:{service}:{action}", "RoleArn": role, "Input": json.dumps(request), **more}


def invocations(ran: list[dict]) -> list[dict]:
    return [one for one in ran if one["kind"] == "scheduler.invoke"]


def test_universal_targets_of_several_services(frozen):
    server = frozen(START)
    role = make_role(server, "all", allow(["dynamodb:*", "s3:*", "logs:*", "iam:*", "events:*", "scheduler:*"]))
    server.client("s3").create_bucket(Bucket="notes")
    once = "at(2026-01-01T01:00:00)"
    targets = {
        "backup": universal("dynamodb", "createBackup",
                            {"TableName": "ticks", "BackupName": "b-<aws.scheduler.attempt-number>"}, role),
        "object": universal("s3", "putObject", {"Bucket": "notes", "Key": "a/<aws.scheduler.scheduled-time>.txt",
                                                "Body": "text of <aws.scheduler.schedule-arn>"}, role),
        "logs": universal("cloudwatchlogs", "createLogGroup", {"LogGroupName": "/from/a/schedule"}, role),
        "user": universal("iam", "createUser", {"UserName": "made-by-a-schedule"}, role),
        "rule": universal("eventbridge", "putRule", {"Name": "r", "ScheduleExpression": "rate(1 day)"}, role),
        "self": universal("scheduler", "deleteSchedule", {"Name": "victim"}, role),
    }
    create(server, "victim", "rate(10 days)", tick_target(WRITER, "victim"), State="DISABLED")
    for name, target in targets.items():
        create(server, name, once, target)
    ran = invocations(server.clock.advance("2h"))
    assert len(ran) == len(targets) and all(one["ok"] for one in ran), ran
    backups = server.client("dynamodb").list_backups(TableName="ticks")["BackupSummaries"]
    assert [one["BackupName"] for one in backups] == ["b-1"]
    stored = server.client("s3").get_object(Bucket="notes", Key="a/2026-01-01T01:00:00Z.txt")["Body"].read().decode()
    assert stored == f"text of arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule/default/object"
    groups = server.client("logs").describe_log_groups()["logGroups"]
    assert [one["logGroupName"] for one in groups] == ["/from/a/schedule"]
    assert server.client("iam").get_user(UserName="made-by-a-schedule")
    assert server.client("events").describe_rule(Name="r")["State"] == "ENABLED"
    assert "victim" not in [one["Name"] for one in server.client("scheduler").list_schedules()["Schedules"]]


def test_a_role_without_permission_changes_nothing(frozen):
    server = frozen(START)
    role = make_role(server, "powerless", allow("dynamodb:PutItem", f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/other"))
    create(server, "denied", "cron(0 * * * ? *)", tick_target(role, "denied"))
    ran = invocations(server.clock.advance("90m"))
    assert items(server) == []
    assert len(ran) == 1 and not ran[0]["ok"]  # what is denied is not tried again
    assert "schedule default/denied -> dynamodb:putItem: dropped, AccessDenied" in ran[0]["summary"]
    assert "assumed-role/powerless/denied is not authorized to perform: dynamodb:PutItem" in ran[0]["summary"]
    server.client("iam").put_role_policy(RoleName="powerless", PolicyName="now",
                                         PolicyDocument=policy(allow("dynamodb:PutItem")))
    server.clock.advance("60m")
    assert items(server) == ["denied 2026-01-01T02:00:00Z"]


def test_a_role_that_is_gone_or_trusts_no_more(frozen):
    server = frozen(START)
    iam = server.client("iam")
    make_role(server, "other", allow("dynamodb:PutItem"))
    create(server, "distrusted", "cron(0 * * * ? *)")
    create(server, "orphan", "cron(0 * * * ? *)", tick_target(f"arn:aws:iam::{ACCOUNT}:role/other", "orphan"))
    iam.update_assume_role_policy(RoleName="writer", PolicyDocument=trust(Service="events.amazonaws.com"))
    iam.delete_role_policy(RoleName="other", PolicyName="may")
    iam.delete_role(RoleName="other")
    ran = invocations(server.clock.advance("61m"))
    assert [one["ok"] for one in ran] == [False, False]
    assert "AccessDenied" in ran[0]["summary"] and "sts:AssumeRole" in ran[0]["summary"]
    assert "role/other does not exist" in ran[1]["summary"]
    assert items(server) == []


def test_what_is_missing_is_not_tried_again_and_what_is_busy_is(frozen):
    server = frozen(START)
    role = make_role(server, "all", allow("dynamodb:*"))
    create(server, "missing", "at(2026-01-01T01:00:00)", tick_target(role, "missing", table="no-such-table"))
    # A table that exists already: an error that may pass.
    table = {"TableName": "ticks", "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "BillingMode": "PAY_PER_REQUEST",
             "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}]}
    create(server, "busy", "at(2026-01-01T01:00:00)",
           universal("dynamodb", "createTable", table, role, RetryPolicy={"MaximumRetryAttempts": 3}))
    create(server, "brief", "at(2026-01-01T01:00:00)",
           universal("dynamodb", "createTable", table, role, RetryPolicy={"MaximumEventAgeInSeconds": 60}),
           ActionAfterCompletion="DELETE")
    ran = invocations(server.clock.advance("24h"))
    by_name = {name: [one for one in ran if f"default/{name} " in one["summary"]] for name in ("missing", "busy", "brief")}
    assert len(by_name["missing"]) == 1
    assert "ResourceNotFoundException" in by_name["missing"][0]["summary"]
    assert [one["at"][11:19] for one in by_name["busy"]] == ["01:00:00", "01:00:01", "01:00:03", "01:00:07"]
    assert "put off, ResourceInUseException" in by_name["busy"][0]["summary"]
    assert "dropped, ResourceInUseException" in by_name["busy"][3]["summary"]
    assert [one["at"][11:19] for one in by_name["brief"]] == [
        "01:00:00", "01:00:01", "01:00:03", "01:00:07", "01:00:15", "01:00:31"]
    assert [one["Name"] for one in server.client("scheduler").list_schedules()["Schedules"]] == ["busy", "missing"]


def test_events_reach_rules(frozen):
    server = frozen(START)
    role = make_role(server, "sender", allow("events:PutEvents"))
    create(server, "event", "at(2026-01-01T01:00:00)", {
        "Arn": f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/default", "RoleArn": role,
        "Input": '{"at": "<aws.scheduler.scheduled-time>"}',
        "EventBridgeParameters": {"Source": "my.schedules", "DetailType": "tick"}})
    (ran,) = invocations(server.clock.advance("2h"))
    assert ran["ok"] and "events:event-bus/default: done" in ran["summary"]


def test_functions_are_invoked(frozen):
    server = frozen(START)
    functions, logs = server.client("lambda"), server.client("logs")
    server.client("iam").create_role(RoleName="f", AssumeRolePolicyDocument=trust(Service="lambda.amazonaws.com"))
    server.client("iam").put_role_policy(RoleName="f", PolicyName="p", PolicyDocument=policy(allow("logs:*")))
    role = make_role(server, "caller", allow("lambda:InvokeFunction"))
    arn = functions.create_function(
        FunctionName="show", Runtime="python3.12", Role=f"arn:aws:iam::{ACCOUNT}:role/f", Handler="app.handler",
        Code={"ZipFile": zipped("import json\ndef handler(event, context):\n    print('GOT', json.dumps(event))\n")},
    )["FunctionArn"]
    functions.get_waiter("function_active_v2").wait(FunctionName="show")
    create(server, "templated", "at(2026-01-01T01:00:00)", {"Arn": arn, "RoleArn": role, "Input": '{"n": 1}'})
    create(server, "plain", "at(2026-01-01T02:00:00)", {"Arn": arn, "RoleArn": role})
    create(server, "universal", "at(2026-01-01T03:00:00)", universal(
        "lambda", "invoke", {"FunctionName": "show", "InvocationType": "Event", "Payload": '{"n": 3}'}, role))
    ran = server.clock.advance("4h")
    assert all(one["ok"] for one in ran), ran

    def got():
        lines = [line[4:] for line in log_lines(logs, "/aws/lambda/show") if line.startswith("GOT ")]
        return [json.loads(line) for line in lines] if len(lines) == 3 else None

    first, second, third = eventually(got)
    assert (first, third) == ({"n": 1}, {"n": 3})
    assert len(second.pop("id")) == 36
    assert second == {
        "version": "0", "detail-type": "Scheduled Event", "source": "aws.scheduler", "account": ACCOUNT,
        "time": "2026-01-01T02:00:00Z", "region": "us-east-1",
        "resources": [f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule/default/plain"], "detail": "{}"}
