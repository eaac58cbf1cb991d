"""Streams as targets of rules, schedules and subscription filters, and as event sources of functions."""

import base64
import gzip
import json

import pytest

from support.aws import ACCOUNT, BASIC_EXECUTION, allow, eventually, log_lines, policy, refusal, trust, zipped

REGION = "us-east-1"
START = "2026-03-01T00:00:00Z"
NOT_FLEXIBLE = {"Mode": "OFF"}
READS = ["kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:DescribeStream", "kinesis:ListShards"]


@pytest.fixture
def make_role(client, unique):
    """make_role("events.amazonaws.com", statement, …) -> ARN."""

    def make(service, *statements):
        iam, name = client("iam"), unique("role")
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(Service=service))["Role"]["Arn"]
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy(*statements))
        return made

    return make


def arn_of(stream):
    return f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/{stream}"


def test_a_rule_puts_events(client, stream, make_role, unique, read_all):
    events, source = client("events"), unique("shop")
    role = make_role("events.amazonaws.com", allow("kinesis:PutRecord", arn_of(stream)))
    events.put_rule(Name=source, EventPattern=json.dumps({"source": [source]}))
    target = {"Id": "t", "Arn": arn_of(stream), "RoleArn": role}
    events.put_targets(
        Rule=source,
        Targets=[
            target | {"KinesisParameters": {"PartitionKeyPath": "$.detail.customer"}},
            target | {"Id": "u", "InputPath": "$.detail"},
        ],
    )
    detail = {"customer": "c-7"}
    sent = events.put_events(Entries=[{"Source": source, "DetailType": "order", "Detail": json.dumps(detail)}])
    records = eventually(lambda: len(read_all(stream)) == 2 and read_all(stream))
    found = {record["PartitionKey"]: json.loads(record["Data"]) for record in records}
    event_id = sent["Entries"][0]["EventId"]
    assert found["c-7"]["id"] == event_id and found["c-7"]["detail"] == detail
    assert found[event_id] == detail


def test_targets_of_rules_are_checked(client, stream, make_role, unique):
    events, rule = client("events"), unique("rule")
    events.put_rule(Name=rule, ScheduleExpression="rate(1 hour)")
    target = {"Id": "t", "Arn": arn_of(stream)}
    code, message = refusal(events.put_targets, Rule=rule, Targets=[target])
    assert code == "ValidationException" and message.startswith("RoleArn is required for target")
    role = make_role("events.amazonaws.com")
    wrong = target | {"RoleArn": role, "KinesisParameters": {"PartitionKeyPath": "detail id"}}
    assert refusal(events.put_targets, Rule=rule, Targets=[wrong])[0] == "ValidationException"


def test_the_role_of_a_rule_is_needed(own_server):
    server = own_server("--clock", f"frozen@{START}")
    iam, events, kinesis = (server.client(x) for x in ("iam", "events", "kinesis"))
    iam.create_role(RoleName="weak", AssumeRolePolicyDocument=trust(Service="events.amazonaws.com"))
    kinesis.create_stream(StreamName="s", ShardCount=1)
    events.put_rule(Name="r", ScheduleExpression="rate(1 hour)")
    role = f"arn:aws:iam::{ACCOUNT}:role/weak"
    events.put_targets(Rule="r", Targets=[{"Id": "t", "Arn": arn_of("s"), "RoleArn": role}])
    (ran,) = [ran for ran in server.clock.advance("1h") if ran["kind"] == "events.deliver"]
    assert not ran["ok"] and "kinesis:PutRecord" in ran["summary"]


def test_a_schedule_puts_records(own_server, read_all):
    server = own_server("--clock", f"frozen@{START}")
    iam, scheduler, kinesis = (server.client(x) for x in ("iam", "scheduler", "kinesis"))
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust(Service="scheduler.amazonaws.com"))["Role"]["Arn"]
    iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=policy(allow("kinesis:PutRecord", arn_of("s"))))
    kinesis.create_stream(StreamName="s", ShardCount=1)
    target = {"Arn": arn_of("s"), "RoleArn": role, "Input": '{"tick": "<aws.scheduler.scheduled-time>"}'}
    given = {"Name": "n", "ScheduleExpression": "rate(1 hour)", "FlexibleTimeWindow": NOT_FLEXIBLE}
    code, message = refusal(scheduler.create_schedule, Target=target, **given)
    assert code == "ValidationException" and message.startswith("KinesisParameters is required")
    scheduler.create_schedule(Target=target | {"KinesisParameters": {"PartitionKey": "key"}}, **given)
    server.clock.advance("2h")
    records = read_all("s", client=kinesis)
    assert {record["PartitionKey"] for record in records} == {"key"}
    assert [json.loads(record["Data"])["tick"] for record in records] == [f"2026-03-01T0{h}:00:00Z" for h in (0, 1, 2)]


@pytest.fixture
def group(client, unique):
    name = unique("/test/group")
    client("logs").create_log_group(logGroupName=name)
    client("logs").create_log_stream(logGroupName=name, logStreamName="s")
    return name


def test_log_events_reach_a_stream(client, group, stream, make_role, read_all):
    import time

    logs = client("logs")
    role = make_role("logs.amazonaws.com", allow("kinesis:PutRecord", arn_of(stream)))
    filter = {"logGroupName": group, "filterName": "f", "filterPattern": "ERROR", "destinationArn": arn_of(stream)}
    code, message = refusal(logs.put_subscription_filter, **filter)
    assert code == "InvalidParameterException" and "roleArn" in message
    code, message = refusal(logs.put_subscription_filter, roleArn=make_role("logs.amazonaws.com"), **filter)
    assert code == "InvalidParameterException"
    assert message.startswith(
        "Could not deliver test message to specified Kinesis stream. Check if the given Kinesis stream is in ACTIVE state."
    )
    logs.put_subscription_filter(roleArn=role, **filter)
    at = int(time.time() * 1000)
    lines = [{"timestamp": at, "message": "fine"}, {"timestamp": at + 1, "message": "ERROR one"}]
    logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=lines)
    records = eventually(lambda: len(read_all(stream)) == 2 and read_all(stream))
    control, data = (json.loads(gzip.decompress(record["Data"])) for record in records)
    assert control["messageType"] == "CONTROL_MESSAGE"
    assert (data["messageType"], data["logGroup"], data["logStream"]) == ("DATA_MESSAGE", group, "s")
    assert data["subscriptionFilters"] == ["f"] and data["owner"] == ACCOUNT
    assert [(event["message"], event["timestamp"]) for event in data["logEvents"]] == [("ERROR one", at + 1)]


TELLS = """
    import json
    def handler(event, context):
        print("GOT " + json.dumps(event))
"""


class House:
    """A frozen server with a stream, and a function that it feeds."""

    def __init__(self, server, shards=1):
        self.server, self.clock = server, server.clock
        self.kinesis, self.functions, self.logs = (server.client(x) for x in ("kinesis", "lambda", "logs"))
        iam = server.client("iam")
        self.role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust(Service="lambda.amazonaws.com"))[
            "Role"
        ]["Arn"]
        iam.attach_role_policy(RoleName="r", PolicyArn=BASIC_EXECUTION)
        iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=policy(allow(READS, arn_of("s"))))
        self.kinesis.create_stream(StreamName="s", ShardCount=shards)

    def deploy(self, source=TELLS):
        self.functions.create_function(
            FunctionName="f", Runtime="python3.12", Role=self.role, Handler="app.handler",
            Code={"ZipFile": zipped(source)},
        )  # fmt: skip

    def map(self, **more):
        given = {"FunctionName": "f", "EventSourceArn": arn_of("s"), "StartingPosition": "TRIM_HORIZON"}
        return self.functions.create_event_source_mapping(**{**given, **more})["UUID"]

    def put(self, *texts, key="k"):
        self.kinesis.put_records(StreamName="s", Records=[{"Data": text, "PartitionKey": key} for text in texts])

    def events(self):
        lines = log_lines(self.logs, "/aws/lambda/f")
        return [json.loads(line[4:]) for line in lines if line.startswith("GOT ")]

    def batches(self):
        return [
            [base64.b64decode(record["kinesis"]["data"]).decode() for record in event["Records"]]
            for event in self.events()
        ]


@pytest.fixture
def house(own_server):
    return House(own_server("--clock", f"frozen@{START}"))


def test_a_function_gets_records(house):
    house.deploy()
    house.put("a", "b")
    house.map()
    house.clock.advance("1s")
    (event,) = house.events()
    first = event["Records"][0]
    assert [base64.b64decode(one["kinesis"]["data"]) for one in event["Records"]] == [b"a", b"b"]
    assert first["eventSource"] == "aws:kinesis" and first["eventName"] == "aws:kinesis:record"
    assert first["eventSourceARN"] == arn_of("s") and first["awsRegion"] == REGION
    assert first["eventID"] == "shardId-000000000000:" + first["kinesis"]["sequenceNumber"]
    assert first["invokeIdentityArn"] == house.role
    assert first["kinesis"]["partitionKey"] == "k" and first["kinesis"]["kinesisSchemaVersion"] == "1.0"
    assert first["kinesis"]["approximateArrivalTimestamp"] == 1772323200


def test_latest_batches_and_filters(house):
    house.deploy()
    house.put("before")
    pattern = json.dumps({"data": {"kind": ["good"]}})
    house.map(StartingPosition="LATEST", BatchSize=2, FilterCriteria={"Filters": [{"Pattern": pattern}]})
    house.clock.advance("1s")
    house.put(*(json.dumps({"kind": kind, "n": n}) for n, kind in enumerate(["good", "bad", "good", "good"])))
    house.clock.advance("1s")
    assert [[json.loads(text)["n"] for text in batch] for batch in house.batches()] == [[0, 2], [3]]


def test_children_come_after_their_parents(house):
    house.deploy()
    house.put("parent")
    house.kinesis.split_shard(StreamName="s", ShardToSplit="0", NewStartingHashKey=str(2**127))
    house.kinesis.put_record(StreamName="s", Data="left", PartitionKey="k", ExplicitHashKey="0")
    house.kinesis.merge_shards(StreamName="s", ShardToMerge="1", AdjacentShardToMerge="2")
    house.put("merged")
    house.map()
    house.clock.advance("1s")
    assert house.batches() == [["parent"], ["left"], ["merged"]]


def test_failed_batches_are_halved(house):
    house.deploy(
        """
        import base64, json
        def handler(event, context):
            print("GOT " + json.dumps(event))
            if any(base64.b64decode(r["kinesis"]["data"]) == b"bad" for r in event["Records"]):
                raise ValueError("bad")
        """
    )
    house.put("a", "bad", "c")
    house.map(BisectBatchOnFunctionError=True, MaximumRetryAttempts=2)
    house.clock.advance("10m")
    seen = house.batches()
    assert seen[0] == ["a", "bad", "c"] and ["a"] in seen and seen[-1] == ["c"]


def test_refused_mappings(house):
    house.deploy()
    missing = arn_of("nowhere")
    code, message = refusal(house.map, EventSourceArn=missing)
    assert code == "InvalidParameterValueException"
    consumer = house.kinesis.register_stream_consumer(StreamARN=arn_of("s"), ConsumerName="c")["Consumer"]
    assert refusal(house.map, EventSourceArn=consumer["ConsumerARN"])[0] == "NotImplemented"


def test_no_mapping_begins_in_the_future(house):
    house.deploy()
    code, message = refusal(house.map, StartingPosition="AT_TIMESTAMP", StartingPositionTimestamp="2026-03-01T00:00:01Z")
    assert (code, message) == ("InvalidParameterValueException", "StartingPositionTimestamp cannot be in the future.")
    house.map(StartingPosition="AT_TIMESTAMP", StartingPositionTimestamp=START)


def test_another_function_of_a_mapping_is_checked(house):
    house.deploy()
    mapping = house.map()
    weak = house.server.client("iam").create_role(
        RoleName="weak", AssumeRolePolicyDocument=trust(Service="lambda.amazonaws.com")
    )["Role"]["Arn"]
    for name, role in (("weak", weak), ("other", house.role)):
        house.functions.create_function(
            FunctionName=name, Runtime="python3.12", Role=role, Handler="app.handler", Code={"ZipFile": zipped(TELLS)}
        )
    update = house.functions.update_event_source_mapping
    code, message = refusal(update, UUID=mapping, FunctionName="weak")
    assert code == "InvalidParameterValueException" and message.startswith("Cannot access stream")
    second = house.map(FunctionName="other")
    assert refusal(update, UUID=mapping, FunctionName="other")[0] == "ResourceConflictException"
    house.functions.delete_event_source_mapping(UUID=second)
    house.clock.advance("1s")
    update(UUID=mapping, FunctionName="f", BatchSize=7)
    assert update(UUID=mapping, FunctionName="other")["FunctionArn"].endswith(":other")
