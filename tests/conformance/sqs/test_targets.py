"""Queues as targets of rules and schedules, and as their dead-letter queues."""

import json
import re

import pytest
from support.aws import ACCOUNT, allow, eventually, policy, refusal, trust
from support.queues import arn_of, bodies, receive


@pytest.fixture
def still(own_server):
    return own_server("--clock", "frozen@2026-03-01T00:00:00Z")


def queue(server, name, **attributes):
    """(URL, ARN); EventBridge may send to it."""
    sqs = server.client("sqs")
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    arn = arn_of(sqs, url)
    statement = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage",
                 "Resource": arn}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy(statement)})
    return url, arn


def rule(server, *targets, name="r", pattern='{"source": ["app"]}'):
    events = server.client("events")
    arn = events.put_rule(Name=name, EventPattern=pattern)["RuleArn"]
    answer = events.put_targets(Rule=name, Targets=list(targets))
    assert answer["FailedEntryCount"] == 0, answer
    return arn


def put(server, **detail):
    entry = {"Source": "app", "DetailType": "t", "Detail": json.dumps(detail)}
    server.client("events").put_events(Entries=[entry])


def plain(message):
    return {name: value["StringValue"] for name, value in message.get("MessageAttributes", {}).items()}


def test_a_rule_sends(still):
    sqs = still.client("sqs")
    url, arn = queue(still, "q")
    fifo, fifo_arn = queue(still, "q.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    rule(still, {"Id": "all", "Arn": arn}, {"Id": "fifo", "Arn": fifo_arn, "InputPath": "$.detail",
                                            "SqsParameters": {"MessageGroupId": "g"}})
    put(still, n=1)
    [message] = eventually(lambda: receive(sqs, url, AttributeNames=["SenderId"]))
    event = json.loads(message["Body"])
    assert event["source"] == "app" and event["detail"] == {"n": 1}
    [message] = eventually(lambda: receive(sqs, fifo, AttributeNames=["MessageGroupId"]))
    assert json.loads(message["Body"]) == {"n": 1} and message["Attributes"]["MessageGroupId"] == "g"


def test_a_tick_sends_under_a_wound_clock(still):
    sqs = still.client("sqs")
    url, arn = queue(still, "q")
    events = still.client("events")
    events.put_rule(Name="tick", ScheduleExpression="rate(1 hour)")
    events.put_targets(Rule="tick", Targets=[{"Id": "q", "Arn": arn, "Input": '"tick"'}])
    still.clock.advance("5h")
    assert bodies(sqs, url) == ['"tick"'] * 5


def test_what_a_rule_cannot_have(still):
    events = still.client("events")
    _, arn = queue(still, "q")
    events.put_rule(Name="r", EventPattern='{"source": ["app"]}')

    def why(**target):
        return refusal(events.put_targets, Rule="r", Targets=[{"Id": "t", "Arn": arn, **target}])[0]

    assert why(SqsParameters={"MessageGroupId": "g"}) == "ValidationException"
    assert why(Arn=arn + ".fifo") == "ValidationException"
    assert why(DeadLetterConfig={"Arn": arn + ".fifo"}) == "ValidationException"
    assert why(DeadLetterConfig={"Arn": "arn:aws:sns:us-east-1:000000000000:t"}) == "ValidationException"


def test_dead_letters_of_a_rule(still):
    sqs = still.client("sqs")
    shut = sqs.create_queue(QueueName="shut")["QueueUrl"]
    dead, dead_arn = queue(still, "dead")
    target = {"Id": "t", "Arn": arn_of(sqs, shut), "DeadLetterConfig": {"Arn": dead_arn}}
    arn = rule(still, target)
    put(still, n=1)
    [message] = eventually(lambda: receive(sqs, dead, MessageAttributeNames=["All"]))
    assert json.loads(message["Body"])["detail"] == {"n": 1}
    got = plain(message)
    assert "sqs:SendMessage" in got.pop("ERROR_MESSAGE")
    assert got == {"RULE_ARN": arn, "TARGET_ARN": target["Arn"], "ERROR_CODE": "NO_PERMISSIONS", "RETRY_ATTEMPTS": "0"}
    # A target that is gone.
    gone = {**target, "Arn": target["Arn"].replace("shut", "none")}
    rule(still, gone)
    sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
    put(still, n=2)
    [message] = eventually(lambda: receive(sqs, dead, MessageAttributeNames=["All"]))
    assert plain(message)["ERROR_CODE"] == "NO_RESOURCE"
    metrics = still.client("cloudwatch").list_metrics(Namespace="AWS/Events", MetricName="InvocationsSentToDlq")
    assert metrics["Metrics"]


def test_a_topic_that_is_gone_is_not_tried_again(still):
    sqs, iam = still.client("sqs"), still.client("iam")
    dead, dead_arn = queue(still, "dead")
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust(Service="events.amazonaws.com"))["Role"]["Arn"]
    iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=policy(allow("sns:Publish")))
    rule(still, {"Id": "t", "Arn": f"arn:aws:sns:us-east-1:{ACCOUNT}:gone", "RoleArn": role,
                 "DeadLetterConfig": {"Arn": dead_arn}})
    put(still, n=1)
    [message] = eventually(lambda: receive(sqs, dead, MessageAttributeNames=["All"]))
    assert plain(message)["ERROR_CODE"] == "NO_RESOURCE" and plain(message)["RETRY_ATTEMPTS"] == "0"


def test_a_dead_letter_that_is_not_let_in(still):
    sqs = still.client("sqs")
    shut = sqs.create_queue(QueueName="shut")["QueueUrl"]
    arn = arn_of(sqs, shut)
    rule(still, {"Id": "t", "Arn": arn, "DeadLetterConfig": {"Arn": arn}})
    put(still, n=1)
    still.clock.advance("1s")
    assert receive(sqs, shut) == [] and "a dead letter of a rule is lost" in still.log_text()


@pytest.fixture
def role(still):
    """role(statement…) -> ARN of a role that schedules take."""
    iam = still.client("iam")

    def make(*statements):
        made = iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust(Service="scheduler.amazonaws.com"))
        iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=policy(*statements))
        return made["Role"]["Arn"]

    return make


def schedule(server, target, name="s"):
    server.client("scheduler").create_schedule(
        Name=name, ScheduleExpression="rate(1 hour)", StartDate="2026-03-01T01:00:00Z",
        FlexibleTimeWindow={"Mode": "OFF"}, Target=target,
    )


def test_a_schedule_sends(still, role):
    sqs = still.client("sqs")
    url, arn = queue(still, "q")
    fifo, fifo_arn = queue(still, "q.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    who = role(allow("sqs:SendMessage"))
    schedule(still, {"Arn": arn, "RoleArn": who, "Input": "at <aws.scheduler.scheduled-time>"})
    schedule(still, {"Arn": fifo_arn, "RoleArn": who, "Input": "<aws.scheduler.scheduled-time>",
                     "SqsParameters": {"MessageGroupId": "g"}}, "fifo")
    universal = json.dumps({"QueueUrl": url, "MessageBody": "universal"})
    schedule(still, {"Arn": "arn:aws:scheduler:::aws-sdk:sqs:sendMessage", "RoleArn": who, "Input": universal}, "u")
    still.clock.advance("2h")
    assert sorted(bodies(sqs, url)) == ["at 2026-03-01T01:00:00Z", "at 2026-03-01T02:00:00Z", "universal", "universal"]
    assert bodies(sqs, fifo) == ["2026-03-01T01:00:00Z", "2026-03-01T02:00:00Z"]


def test_dead_letters_of_a_schedule(still, role):
    sqs = still.client("sqs")
    dead, dead_arn = queue(still, "dead")
    who = role(allow("sqs:SendMessage", dead_arn))
    arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:none"
    schedule(still, {"Arn": arn, "RoleArn": who, "Input": "hello", "DeadLetterConfig": {"Arn": dead_arn}})
    still.clock.advance("1h")
    [message] = receive(sqs, dead, MessageAttributeNames=["All"])
    got = plain(message)
    assert message["Body"] == "hello" and "sqs:SendMessage" in got.pop("ERROR_MESSAGE")
    assert re.fullmatch("[0-9a-f]{16}", got.pop("EXECUTION_ID"))
    assert got == {
        "ERROR_CODE": "AccessDenied", "IS_PAYLOAD_TRUNCATED": "false",
        "RETRY_ATTEMPTS": "0", "SCHEDULED_TIME": "2026-03-01T01:00:00Z",
        "SCHEDULE_ARN": f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule/default/s", "TARGET_ARN": arn,
    }
