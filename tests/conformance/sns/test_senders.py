"""Who publishes besides people: rules, schedules, alarms, functions' destinations and dead letters."""

import json

import pytest

from support.aws import ACCOUNT, allow, eventually, policy, refusal, trust, zipped
from support.endpoint import Endpoint
from support.notifications import messages, wait_for

FAILING = """
    def handler(event, context):
        raise ValueError("as asked")
"""


class House:
    """A server of one's own whose clock stands, a topic, and an endpoint that is subscribed to it."""

    def __init__(self, server, endpoint):
        self.server, self.endpoint = server, endpoint
        self.sns = server.client("sns")
        self.topic = self.sns.create_topic(Name="t")["TopicArn"]
        self.sns.subscribe(TopicArn=self.topic, Protocol="http", Endpoint=endpoint.url + "/hook")
        token = wait_for(endpoint, "SubscriptionConfirmation")[0]["Token"]
        self.sns.confirm_subscription(TopicArn=self.topic, Token=token)

    def let_in(self, service, **condition):
        statement = {"Sid": "s", "Effect": "Allow", "Principal": {"Service": service}, "Action": "sns:Publish",
                     "Resource": self.topic, **({"Condition": condition} if condition else {})}
        self.sns.set_topic_attributes(TopicArn=self.topic, AttributeName="Policy", AttributeValue=policy(statement))

    def role(self, name, service, *statements):
        iam = self.server.client("iam")
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(Service=service))["Role"]["Arn"]
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy(*statements))
        return made


@pytest.fixture
def house(own_server):
    endpoint = Endpoint()
    yield House(own_server("--clock", "frozen@2026-03-01T12:00:00Z"), endpoint)
    endpoint.close()


def test_a_rule_publishes_when_the_topic_lets_it(house):
    events = house.server.client("events")
    rule = events.put_rule(Name="r", EventPattern=json.dumps({"source": ["shop"]}))["RuleArn"]
    events.put_targets(Rule="r", Targets=[{"Id": "t", "Arn": house.topic}])
    entry = {"Source": "shop", "DetailType": "order", "Detail": '{"n": 1}'}
    events.put_events(Entries=[entry])  # the topic's default policy does not name EventBridge
    ran = house.server.clock.advance("1s")
    house.let_in("events.amazonaws.com", ArnEquals={"aws:SourceArn": rule})
    events.put_events(Entries=[entry])
    event = json.loads(wait_for(house.endpoint)[0]["Message"])
    assert (event["source"], event["detail-type"], event["detail"]) == ("shop", "order", {"n": 1})
    events.put_targets(Rule="r", Targets=[{"Id": "t", "Arn": house.topic, "InputTransformer": {
        "InputPathsMap": {"n": "$.detail.n"}, "InputTemplate": '"order <n>"'}}])
    events.put_events(Entries=[entry])
    assert wait_for(house.endpoint, count=2)[1]["Message"] == '"order 1"'
    assert len(messages(house.endpoint)) == 2, ran


def test_a_rule_publishes_in_the_name_of_a_role(house):
    events = house.server.client("events")
    role = house.role("r", "events.amazonaws.com", allow("sns:Publish", house.topic))
    events.put_rule(Name="r", ScheduleExpression="rate(1 hour)")
    events.put_targets(Rule="r", Targets=[{"Id": "t", "Arn": house.topic, "RoleArn": role, "Input": '{"tick": true}'}])
    house.server.clock.advance("1h")
    assert json.loads(wait_for(house.endpoint)[0]["Message"]) == {"tick": True}


def test_a_schedule_publishes_as_its_role(house):
    scheduler = house.server.client("scheduler")
    role = house.role("r", "scheduler.amazonaws.com", allow("sns:Publish", house.topic))
    for name, target in (("text", {"Arn": house.topic, "Input": "it is time"}), ("bare", {"Arn": house.topic}), (
            "universal", {"Arn": "arn:aws:scheduler:::aws-sdk:sns:publish", "Input": json.dumps(
                {"TopicArn": house.topic, "Message": "by name", "Subject": "s"})})):
        scheduler.create_schedule(Name=name, ScheduleExpression="at(2026-03-01T13:00:00)",
                                  FlexibleTimeWindow={"Mode": "OFF"}, Target={"RoleArn": role, **target})
    house.server.clock.advance("1h")
    got = wait_for(house.endpoint, count=3)
    texts = sorted(one["Message"] for one in got if not one["Message"].startswith("{"))
    assert texts == ["by name", "it is time"]
    (bare,) = [json.loads(one["Message"]) for one in got if one["Message"].startswith("{")]
    assert bare["source"] == "aws.scheduler"


def alarm(cloudwatch, topic, **more):
    cloudwatch.put_metric_alarm(
        AlarmName="cpu", AlarmDescription="too much", Namespace="App", MetricName="Load", Statistic="Average", Period=60,
        EvaluationPeriods=1, Threshold=5, ComparisonOperator="GreaterThanThreshold", AlarmActions=[topic],
        OKActions=[topic], InsufficientDataActions=[topic], Dimensions=[{"Name": "Host", "Value": "a"}], **more)


def actions(cloudwatch, name="cpu"):
    items = cloudwatch.describe_alarm_history(AlarmName=name, HistoryItemType="Action", AlarmTypes=[
        "MetricAlarm", "CompositeAlarm"])["AlarmHistoryItems"]
    return [(one["HistorySummary"], json.loads(one["HistoryData"])) for one in items]


def test_an_alarm_publishes_each_of_its_states(house):
    cloudwatch = house.server.client("cloudwatch")
    alarm(cloudwatch, house.topic)
    cloudwatch.set_alarm_state(AlarmName="cpu", StateValue="ALARM", StateReason="because")
    sent = wait_for(house.endpoint)[0]
    assert sent["Subject"] == 'ALARM: "cpu" in US East (N. Virginia)'
    body = json.loads(sent["Message"])
    arn = f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:cpu"
    trigger = body.pop("Trigger")
    assert body == {
        "AlarmName": "cpu", "AlarmDescription": "too much", "AWSAccountId": ACCOUNT,
        "AlarmConfigurationUpdatedTimestamp": "2026-03-01T12:00:00.000+0000", "NewStateValue": "ALARM",
        "NewStateReason": "because", "StateChangeTime": "2026-03-01T12:00:00.000+0000",
        "Region": "US East (N. Virginia)", "AlarmArn": arn, "OldStateValue": "INSUFFICIENT_DATA",
        "OKActions": [house.topic], "AlarmActions": [house.topic], "InsufficientDataActions": [house.topic]}
    assert trigger == {
        "MetricName": "Load", "Namespace": "App", "StatisticType": "Statistic", "Statistic": "AVERAGE", "Unit": None,
        "Dimensions": [{"value": "a", "name": "Host"}], "Period": 60, "EvaluationPeriods": 1,
        "ComparisonOperator": "GreaterThanThreshold", "Threshold": 5.0, "TreatMissingData": "missing",
        "EvaluateLowSampleCountPercentile": ""}
    assert '"Threshold":5.0' in sent["Message"]
    for state in ("OK", "INSUFFICIENT_DATA"):
        cloudwatch.set_alarm_state(AlarmName="cpu", StateValue=state, StateReason="because")
    subjects = [one["Subject"].split(":")[0] for one in wait_for(house.endpoint, count=3)]
    assert subjects == ["ALARM", "OK", "INSUFFICIENT_DATA"]
    done = eventually(lambda: len(actions(cloudwatch)) == 3 and actions(cloudwatch))
    assert all(summary == f"Successfully executed action {house.topic}" for summary, _ in done)
    assert done[-1][1]["actionState"] == "Succeeded" and done[-1][1]["notificationResource"] == house.topic
    assert json.loads(done[-1][1]["publishedMessage"])["AlarmName"] == "cpu"


def test_an_alarm_that_may_not_publish_says_so(house):
    cloudwatch = house.server.client("cloudwatch")
    house.let_in("events.amazonaws.com")
    alarm(cloudwatch, house.topic)
    cloudwatch.set_alarm_state(AlarmName="cpu", StateValue="ALARM", StateReason="r")
    summary, data = eventually(lambda: actions(cloudwatch))[0]
    assert summary.startswith(f"Failed to execute action {house.topic}. Received error:")
    assert data["actionState"] == "Failed" and "cloudwatch.amazonaws.com" in data["error"]
    house.let_in("cloudwatch.amazonaws.com", StringEquals={"aws:SourceAccount": ACCOUNT})
    cloudwatch.set_alarm_state(AlarmName="cpu", StateValue="OK", StateReason="r")
    assert wait_for(house.endpoint)[0]["Subject"].startswith("OK")


def test_composite_alarms_and_math(house):
    cloudwatch = house.server.client("cloudwatch")
    queries = [{"Id": "m", "ReturnData": False, "MetricStat": {
        "Metric": {"Namespace": "App", "MetricName": "Load"}, "Period": 60, "Stat": "p90"}},
        {"Id": "e", "Expression": "m * 2", "Label": "twice"}]
    cloudwatch.put_metric_alarm(AlarmName="math", Metrics=queries, EvaluationPeriods=1, Threshold=1.5,
                                ComparisonOperator="GreaterThanThreshold", AlarmActions=[house.topic])
    cloudwatch.put_composite_alarm(AlarmName="both", AlarmRule="ALARM(math)", AlarmActions=[house.topic])
    cloudwatch.set_alarm_state(AlarmName="math", StateValue="ALARM", StateReason="r")
    bodies = {one["AlarmName"]: one for one in (json.loads(m["Message"]) for m in wait_for(house.endpoint, count=2))}
    assert bodies["math"]["Trigger"]["Metrics"] == [
        {"Id": "m", "MetricStat": {"Metric": {"Dimensions": [], "MetricName": "Load", "Namespace": "App"}, "Period": 60,
                                   "Stat": "p90"}, "ReturnData": False},
        {"Expression": "m * 2", "Id": "e", "Label": "twice", "ReturnData": True}]
    both = bodies["both"]
    assert both["AlarmRule"] == "ALARM(math)" and "Trigger" not in both
    (child,) = both["TriggeringChildren"]
    assert child["Arn"].endswith(":math") and child["State"]["Value"] == "ALARM"


@pytest.fixture
def worker(client, iam, unique, topic):
    """A function that fails, whose role may publish to the topic."""
    name = unique("worker")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(Service="lambda.amazonaws.com"))["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy(allow("sns:Publish", topic)))
    client("lambda").create_function(FunctionName=name, Runtime="python3.12", Role=role, Handler="app.handler",
                                     Code={"ZipFile": zipped(FAILING)})
    client("lambda").put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=0)
    return name


def test_a_functions_failures_go_to_a_topic(client, worker, topic, endpoint, subscribe_http):
    subscribe_http(topic)
    client("lambda").update_function_event_invoke_config(
        FunctionName=worker, DestinationConfig={"OnFailure": {"Destination": topic}})
    client("lambda").invoke(FunctionName=worker, InvocationType="Event", Payload=b'{"a": 1}')
    record = json.loads(wait_for(endpoint)[0]["Message"])
    assert record["requestPayload"] == {"a": 1} and record["requestContext"]["condition"] == "RetriesExhausted"


def test_a_functions_dead_letters_go_to_a_topic(client, worker, topic, endpoint, subscribe_http):
    subscribe_http(topic)
    client("lambda").update_function_configuration(FunctionName=worker, DeadLetterConfig={"TargetArn": topic})
    client("lambda").get_waiter("function_updated_v2").wait(FunctionName=worker)
    client("lambda").invoke(FunctionName=worker, InvocationType="Event", Payload=b'{"a": 1}')
    letter = wait_for(endpoint)[0]
    assert json.loads(letter["Message"]) == {"a": 1}
    assert letter["MessageAttributes"]["ErrorCode"] == {"Type": "Number", "Value": "200"}
    assert "as asked" in letter["MessageAttributes"]["ErrorMessage"]["Value"]


def test_a_topic_that_a_functions_role_may_not_use(client, worker, topic, sns, unique):
    other = sns.create_topic(Name=unique("other"))["TopicArn"]
    assert refusal(client("lambda").update_function_configuration, FunctionName=worker, DeadLetterConfig={
        "TargetArn": other}) == ("InvalidParameterValueException",
                                 "The provided execution role does not have permissions to call Publish on SNS")
    code, message = refusal(client("lambda").put_function_event_invoke_config, FunctionName=worker, DestinationConfig={
        "OnSuccess": {"Destination": other}})
    assert code == "InvalidParameterValueException" and message.endswith("to call Publish on " + other)
