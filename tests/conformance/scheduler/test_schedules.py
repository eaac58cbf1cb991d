"""Schedules as boto3 sees them: made, changed, listed, refused."""

import datetime
import json

import pytest

from support.aws import ACCOUNT, allow, policy, refusal, status_of, trust
from support.schedules import OFF, tick_target

ARN = f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule"
FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:nobody"


def moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def test_life_of_a_schedule(scheduler, role, unique):
    name = unique("schedule")
    target = tick_target(role, "t")
    made = scheduler.create_schedule(
        Name=name, ScheduleExpression="rate(1 hour)", FlexibleTimeWindow={"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15},
        Target=target, Description="hourly", StartDate=moment("2199-01-01T00:00:00Z"),
        EndDate=moment("2199-02-01T00:00:00Z"), ScheduleExpressionTimezone="Europe/Berlin", State="DISABLED",
        ActionAfterCompletion="DELETE")
    assert made["ScheduleArn"] == f"{ARN}/default/{name}"

    shown = scheduler.get_schedule(Name=name)
    assert shown["Arn"] == made["ScheduleArn"]
    assert (shown["GroupName"], shown["Name"], shown["Description"]) == ("default", name, "hourly")
    assert (shown["ScheduleExpression"], shown["ScheduleExpressionTimezone"]) == ("rate(1 hour)", "Europe/Berlin")
    assert (shown["State"], shown["ActionAfterCompletion"]) == ("DISABLED", "DELETE")
    assert shown["FlexibleTimeWindow"] == {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15}
    assert shown["StartDate"] == moment("2199-01-01T00:00:00Z")
    assert shown["EndDate"] == moment("2199-02-01T00:00:00Z")
    assert shown["Target"] == {
        **target, "RetryPolicy": {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185}}
    assert shown["CreationDate"] == shown["LastModificationDate"]

    # All of it is replaced, what is not given by its default.
    changed = scheduler.update_schedule(
        Name=name, ScheduleExpression="cron(0 0 1 1 ? 2199)", FlexibleTimeWindow=OFF, Target=target)
    assert changed["ScheduleArn"] == made["ScheduleArn"]
    shown = scheduler.get_schedule(Name=name, GroupName="default")
    assert (shown["State"], shown["ActionAfterCompletion"]) == ("ENABLED", "NONE")
    assert (shown["ScheduleExpressionTimezone"], shown["FlexibleTimeWindow"]) == ("UTC", OFF)
    assert not {"Description", "StartDate", "EndDate", "KmsKeyArn"} & set(shown)

    scheduler.delete_schedule(Name=name)
    for call in (scheduler.get_schedule, scheduler.delete_schedule):
        assert refusal(call, Name=name) == ("ResourceNotFoundException", f"Schedule {name} does not exist.")
    assert refusal(
        scheduler.update_schedule, Name=name, ScheduleExpression="rate(1 day)", FlexibleTimeWindow=OFF, Target=target
    ) == ("ResourceNotFoundException", f"Schedule {name} does not exist.")
    assert status_of(scheduler.get_schedule, Name=name) == 404


def test_a_name_is_taken_once_in_its_group(scheduler, schedule, unique):
    name = schedule()
    with pytest.raises(scheduler.exceptions.ConflictException) as caught:
        schedule(Name=name)
    assert caught.value.response["Error"]["Message"] == f"Schedule {name} already exists."
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409
    group = unique("group")
    scheduler.create_schedule_group(Name=group)
    schedule(Name=name, GroupName=group)
    assert scheduler.get_schedule(Name=name, GroupName=group)["Arn"] == f"{ARN}/{group}/{name}"
    scheduler.delete_schedule_group(Name=group)
    with pytest.raises(scheduler.exceptions.ResourceNotFoundException) as caught:
        schedule(GroupName="no-such-group")
    assert caught.value.response["Error"]["Message"] == "Schedule group no-such-group does not exist."


def test_the_same_request_once_more(scheduler, schedule, unique):
    token = unique("token")
    name = schedule(ClientToken=token)
    schedule(Name=name, ClientToken=token)
    with pytest.raises(scheduler.exceptions.ConflictException):
        schedule(Name=name, ClientToken=token, Description="another")
    with pytest.raises(scheduler.exceptions.ConflictException):
        schedule(Name=name, ClientToken=unique("token"))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"ScheduleExpression": "rate(30 seconds)"}, "Invalid Schedule Expression rate(30 seconds)."),
        ({"ScheduleExpression": "rate(0 minutes)"}, "Invalid Schedule Expression rate(0 minutes)."),
        ({"ScheduleExpression": "cron(0 17 * * *)"}, "Invalid Schedule Expression cron(0 17 * * *)."),
        ({"ScheduleExpression": "cron(0 0 30 2 ? *)"}, "Invalid Schedule Expression cron(0 0 30 2 ? *)."),
        ({"ScheduleExpression": "at(2026-01-01)"}, "Invalid Schedule Expression at(2026-01-01)."),
        ({"ScheduleExpression": "daily"}, "Invalid Schedule Expression daily."),
        ({"ScheduleExpressionTimezone": "Mars/Olympus"}, "Invalid ScheduleExpressionTimezone Mars/Olympus."),
        ({"FlexibleTimeWindow": {"Mode": "FLEXIBLE"}}, "MaximumWindowInMinutes is required"),
        ({"FlexibleTimeWindow": {"Mode": "OFF", "MaximumWindowInMinutes": 5}}, "MaximumWindowInMinutes is not allowed"),
        ({"KmsKeyArn": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/12345678-1234-1234-1234-123456789012"}, "no AWS KMS"),
        (
            {"ScheduleExpression": "rate(1 day)", "StartDate": moment("2020-01-01T00:00:00Z")},
            "The StartDate you specify cannot be earlier than 5 minutes ago.",
        ),
        (
            {"StartDate": moment("2199-01-01T00:00:00Z"), "EndDate": moment("2198-01-01T00:00:00Z")},
            "The EndDate you specify must come after the StartDate.",
        ),
        ({"State": "ASLEEP"}, "Member must satisfy enum value set"),
    ],
)
def test_schedules_that_cannot_be(schedule, client, given, message):
    code, said = refusal(schedule, **given)
    assert code == "ValidationException"
    assert message in said


def universal(service: str, action: str) -> str:
    return f"arn:aws:scheduler:::aws-sdk:{service}:{action}"


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ({"Arn": f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:m"}, "Orrery has no service states"),
        ({"Arn": universal("sfn", "startExecution")}, "Orrery has no service sfn"),
        ({"Arn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:q.fifo"}, "SqsParameters is required"),
        ({"Arn": universal("events", "putEvents")}, "Orrery has no service events"),
        ({"Arn": universal("dynamodb", "getItem")}, "the action only reads"),
        ({"Arn": universal("dynamodb", "scan")}, "the action only reads"),
        ({"Arn": universal("dynamodb", "makeTable")}, "Orrery has no operation makeTable"),
        ({"Arn": universal("dynamodb", "PutItem")}, "Orrery has no operation PutItem"),
        ({"Arn": universal("lambda", "createFunction")}, "takes longer than a transaction"),
        (
            {"Arn": universal("dynamodb", "putItem"), "Input": "{}"},
            "Invalid RequestJson provided. Reason Request payload is missing the following field(s): TableName, Item.",
        ),
        ({"Arn": universal("dynamodb", "createBackup"), "Input": "nonsense"}, "Invalid RequestJson provided."),
        (
            {"Arn": universal("cloudwatchlogs", "createLogGroup"), "Input": '{"logGroupName":"g"}'},
            "missing the following field(s): LogGroupName.",
        ),
        (
            {"Arn": universal("cloudwatchlogs", "createLogGroup"), "Input": '{"LogGroupName":"g","Colour":"red"}'},
            "The field 'Colour'",
        ),
        ({"Arn": "nonsense"}, "Provided Arn nonsense is not in correct format."),
        ({"Arn": FUNCTION, "Input": "text"}, "must be well-formed JSON"),
        ({"Arn": FUNCTION, "SqsParameters": {"MessageGroupId": "g"}}, "SqsParameters is not supported"),
        ({"Arn": f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/default"}, "EventBridgeParameters is required"),
        (
            {"Arn": FUNCTION, "DeadLetterConfig": {"Arn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:q.fifo"}},
            "eadLetterConfig.arn' failed to satisfy constraint",
        ),
        ({"Arn": FUNCTION, "RetryPolicy": {"MaximumRetryAttempts": 186}}, "less than or equal to 185"),
        ({"Arn": FUNCTION, "RetryPolicy": {"MaximumEventAgeInSeconds": 59}}, "greater than or equal to 60"),
        ({"Arn": FUNCTION, "Input": json.dumps("x" * 262_144)}, "larger than 262144 bytes"),
    ],
)
def test_targets_that_cannot_be(server, role, unique, target, message):
    lenient = server.client("scheduler", parameter_validation=False)
    code, said = refusal(
        lenient.create_schedule, Name=unique("bad"), ScheduleExpression="rate(1 day)", FlexibleTimeWindow=OFF,
        Target={"RoleArn": role, **target})
    assert code == "ValidationException"
    assert message in said


def test_the_role_has_to_trust_the_scheduler(server, client, schedule, unique):
    assume = "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."
    name = unique("role")
    arn = f"arn:aws:iam::{ACCOUNT}:role/{name}"
    assert refusal(schedule, Target=tick_target(arn, "t")) == ("ValidationException", assume)
    iam = client("iam")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(Service="events.amazonaws.com"))
    assert refusal(schedule, Target=tick_target(arn, "t")) == ("ValidationException", assume)
    # The documented guard against a confused deputy names the schedule's group.
    for group, taken in (("other", False), ("default", True)):
        statement = allow("sts:AssumeRole")
        del statement["Resource"]
        statement["Principal"] = {"Service": "scheduler.amazonaws.com"}
        statement["Condition"] = {
            "StringEquals": {"aws:SourceArn": f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule-group/{group}"}}
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=policy(statement))
        if taken:
            schedule(Target=tick_target(arn, "t"))
        else:
            assert refusal(schedule, Target=tick_target(arn, "t")) == ("ValidationException", assume)


def test_the_caller_has_to_be_allowed_to_pass_the_role(server, client, role, unique):
    user = unique("user")
    iam = client("iam")
    iam.create_user(UserName=user)
    keys = iam.create_access_key(UserName=user)["AccessKey"]
    mine = server.client("scheduler", keys["AccessKeyId"], keys["SecretAccessKey"])
    given = dict(ScheduleExpression="cron(0 0 1 1 ? 2199)", FlexibleTimeWindow=OFF, Target=tick_target(role, "t"))
    name = unique("passed")
    code, message = refusal(mine.create_schedule, Name=name, **given)
    assert code == "AccessDeniedException"
    assert f"is not authorized to perform: scheduler:CreateSchedule on resource: {ARN}/default/{name}" in message
    iam.put_user_policy(UserName=user, PolicyName="p",
                        PolicyDocument=policy(allow("scheduler:*Schedule", f"{ARN}/default/passed-*")))
    assert f"is not authorized to perform: iam:PassRole on resource: {role}" in refusal(
        mine.create_schedule, Name=name, **given)[1]
    service = {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}
    iam.put_user_policy(UserName=user, PolicyName="pass",
                        PolicyDocument=policy(allow("iam:PassRole", role, Condition=service)))
    mine.create_schedule(Name=name, **given)
    mine.update_schedule(Name=name, **given)
    assert refusal(mine.create_schedule, Name=unique("other"), **given)[0] == "AccessDeniedException"
    mine.delete_schedule(Name=name)


def test_listing_filters_and_pages(scheduler, schedule, unique):
    group = unique("group")
    scheduler.create_schedule_group(Name=group)
    prefix = unique("page")
    for i in range(5):
        schedule(Name=f"{prefix}-{i}", GroupName=group, State="DISABLED" if i % 2 else "ENABLED")
    schedule(Name=f"{prefix}-9")

    def names(**given):
        pages = scheduler.get_paginator("list_schedules").paginate(**given)
        return [one["Name"] for page in pages for one in page["Schedules"]]

    assert names(GroupName=group) == [f"{prefix}-{i}" for i in range(5)]
    assert names(GroupName=group, PaginationConfig={"PageSize": 2}) == [f"{prefix}-{i}" for i in range(5)]
    assert names(GroupName=group, State="DISABLED") == [f"{prefix}-1", f"{prefix}-3"]
    assert names(GroupName=group, NamePrefix=f"{prefix}-4") == [f"{prefix}-4"]
    assert sorted(names(NamePrefix=prefix)) == [f"{prefix}-{i}" for i in (0, 1, 2, 3, 4, 9)]
    first = scheduler.list_schedules(GroupName=group, MaxResults=1)
    assert first["NextToken"]
    assert set(first["Schedules"][0]) == {
        "Arn", "Name", "GroupName", "State", "CreationDate", "LastModificationDate", "Target"}
    assert list(first["Schedules"][0]["Target"]) == ["Arn"]
    assert refusal(scheduler.list_schedules, NextToken="nonsense")[0] == "ValidationException"
    assert refusal(scheduler.list_schedules, GroupName="no-such-group") == (
        "ResourceNotFoundException", "Schedule group no-such-group does not exist.")
    scheduler.delete_schedule_group(Name=group)
