"""What tests of EventBridge Scheduler need: roles it may assume, a table that its targets write, schedules."""

import json

from support.aws import ACCOUNT, allow, policy, trust

PUT_ITEM = "arn:aws:scheduler:::aws-sdk:dynamodb:putItem"
OFF = {"Mode": "OFF"}
WRITER = f"arn:aws:iam::{ACCOUNT}:role/writer"


def make_role(server, name: str, *statements: dict) -> str:
    """A role for the scheduler that may do what the statements say; its ARN."""
    iam = server.client("iam")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(Service="scheduler.amazonaws.com"))
    if statements:
        iam.put_role_policy(RoleName=name, PolicyName="may", PolicyDocument=policy(*statements))
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def make_table(server, name: str = "ticks") -> str:
    server.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return name


def items(server, table: str = "ticks") -> list[str]:
    """The ids in the table, sorted."""
    pages = server.client("dynamodb").get_paginator("scan").paginate(TableName=table)
    return sorted(item["id"]["S"] for page in pages for item in page["Items"])


def tick_target(role: str, name: str, table: str = "ticks", **more) -> dict:
    """Puts an item "NAME SCHEDULED-TIME"."""
    item = {"id": {"S": f"{name} <aws.scheduler.scheduled-time>"}}
    return {"Arn": PUT_ITEM, "RoleArn": role, "Input": json.dumps({"TableName": table, "Item": item}), **more}


def create(server, name: str, expression: str, target: dict | None = None, scheduler=None, **more) -> None:
    """A schedule whose role is `writer`; its target is tick_target() unless there is another."""
    arguments = {"FlexibleTimeWindow": OFF, **more}
    target = target or tick_target(WRITER, name)
    (scheduler or server.client("scheduler")).create_schedule(Name=name, ScheduleExpression=expression, Target=target, **arguments)
