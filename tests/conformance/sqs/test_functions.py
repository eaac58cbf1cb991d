"""Queues that feed functions, and get what functions leave."""

import json

import pytest
from support.aws import BASIC_EXECUTION, allow, eventually, log_lines, policy, refusal, trust, zipped
from support.queues import arn_of, bodies, counts, receive, redrive

START = "2026-03-01T00:00:00Z"
TELLS = """
    import json
    def handler(event, context):
        print("GOT " + json.dumps(event))
"""
FAILS = """
    import json
    def handler(event, context):
        print("GOT " + json.dumps(event))
        raise ValueError("no")
"""
TAKES_ITS_TIME = """
    import json, time
    def handler(event, context):
        begun = time.time()
        time.sleep(1)
        print("GOT " + json.dumps([[r["body"][0] for r in event["Records"]], begun, time.time()]))
"""
PARTLY = """
    import json
    def handler(event, context):
        print("GOT " + json.dumps(event))
        bad = [r["messageId"] for r in event["Records"] if r["body"].startswith("bad")]
        return {"batchItemFailures": [{"itemIdentifier": one} for one in bad]}
"""


class House:
    def __init__(self, server):
        self.server, self.clock = server, server.clock
        self.functions, self.sqs, self.logs = (server.client(x) for x in ("lambda", "sqs", "logs"))
        iam = server.client("iam")
        self.role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust(Service="lambda.amazonaws.com"))[
            "Role"
        ]["Arn"]
        iam.attach_role_policy(RoleName="r", PolicyArn=BASIC_EXECUTION)
        iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=policy(allow("sqs:*")))
        self.url = self.queue("q", VisibilityTimeout="60")
        self.arn = arn_of(self.sqs, self.url)

    def queue(self, name, **attributes):
        return self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]

    def deploy(self, source=TELLS, name="f", **more):
        return self.functions.create_function(
            FunctionName=name, Runtime="python3.12", Role=self.role, Handler="app.handler",
            Code={"ZipFile": zipped(source)}, **more,
        )["FunctionArn"]

    def map(self, **more):
        given = {"FunctionName": "f", "EventSourceArn": self.arn}
        made = self.functions.create_event_source_mapping(**{**given, **more})
        eventually(lambda: self.state(made["UUID"]) in ("Enabled", "Disabled"))
        return made["UUID"]

    def state(self, uuid):
        return self.functions.get_event_source_mapping(UUID=uuid)["State"]

    def send(self, *bodies, url=None, **more):
        for body in bodies:
            self.sqs.send_message(QueueUrl=url or self.url, MessageBody=str(body), **more)

    def events(self):
        lines = log_lines(self.logs, "/aws/lambda/f")
        return [json.loads(line[4:]) for line in lines if line.startswith("GOT ")]

    def batches(self):
        return [[record["body"] for record in event["Records"]] for event in self.events()]

    def got(self):
        return [body for batch in self.batches() for body in batch]

    def empty(self):
        return counts(self.sqs, self.url) == (0, 0, 0)


@pytest.fixture
def frozen(own_server):
    return House(own_server("--clock", f"frozen@{START}"))


@pytest.fixture
def running(own_server):
    return House(own_server())


def test_messages_reach_the_function_and_go(running):
    running.deploy()
    running.map()
    attributes = {"a": {"DataType": "String", "StringValue": "x"}, "b": {"DataType": "Binary", "BinaryValue": b"\1"}}
    running.send("one", MessageAttributes=attributes)
    [event] = eventually(running.events, 30)
    [record] = event["Records"]
    assert record["body"] == "one" and record["eventSource"] == "aws:sqs" and record["awsRegion"] == "us-east-1"
    assert record["eventSourceARN"] == running.arn and record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["messageAttributes"] == {
        "a": {"stringValue": "x", "stringListValues": [], "binaryListValues": [], "dataType": "String"},
        "b": {"binaryValue": "AQ==", "stringListValues": [], "binaryListValues": [], "dataType": "Binary"},
    }
    assert {"messageId", "receiptHandle", "md5OfBody", "md5OfMessageAttributes"} <= set(record)
    eventually(running.empty)


def test_what_waited_is_batched(running):
    running.deploy()
    running.send(*range(25))
    running.map(BatchSize=10)
    eventually(lambda: len(running.got()) == 25, 30)
    assert sorted(map(int, running.got())) == list(range(25))
    assert max(map(len, running.batches())) <= 10
    eventually(running.empty)


def test_a_window_gathers(frozen):
    frozen.deploy()
    frozen.map(BatchSize=100, MaximumBatchingWindowInSeconds=5)
    frozen.send("a", "b")
    frozen.clock.advance("3s")
    frozen.send("c")
    assert frozen.got() == []
    frozen.clock.advance("2s")
    assert frozen.batches() == [["a", "b", "c"]] and frozen.empty()


def test_failures_come_again_and_end_in_the_dead_letter_queue(frozen):
    dead = frozen.queue("dead")
    frozen.sqs.set_queue_attributes(QueueUrl=frozen.url, Attributes={"RedrivePolicy": redrive(frozen.sqs, dead, 2)})
    frozen.deploy(FAILS)
    uuid = frozen.map()
    frozen.send("poison")
    frozen.clock.advance("1s")
    assert frozen.got() == ["poison"] and counts(frozen.sqs, frozen.url) == (0, 1, 0)
    assert frozen.functions.get_event_source_mapping(UUID=uuid)["LastProcessingResult"].startswith("PROBLEM")
    frozen.clock.advance("60s")
    assert frozen.got() == ["poison"] * 2
    frozen.clock.advance("60s")
    assert frozen.got() == ["poison"] * 2 and frozen.empty()
    assert bodies(frozen.sqs, dead) == ["poison"]


def test_partial_failures(frozen):
    frozen.deploy(PARTLY)
    frozen.send("good 1", "bad", "good 2")
    frozen.map(FunctionResponseTypes=["ReportBatchItemFailures"])
    frozen.clock.advance("1s")
    assert frozen.batches() == [["good 1", "bad", "good 2"]]
    assert counts(frozen.sqs, frozen.url) == (0, 1, 0)
    frozen.clock.advance("60s")
    assert frozen.batches()[1:] == [["bad"]]


WHEN = """
    import json, time
    def handler(event, context):
        print("GOT " + json.dumps({"at": time.monotonic_ns(), **event}))
"""


def test_a_fifo_queue_keeps_its_order(running):
    url = running.queue("q.fifo", FifoQueue="true", ContentBasedDeduplication="true", VisibilityTimeout="60")
    for i in range(6):
        for group in "ab":
            running.send(f"{group}{i}", url=url, MessageGroupId=group)
    running.deploy(WHEN)
    running.map(EventSourceArn=arn_of(running.sqs, url), BatchSize=4)
    eventually(lambda: len(running.got()) == 12, 30)
    # Lines of several environments have no order among themselves: each says when it was.
    events = sorted(running.events(), key=lambda event: event["at"])
    got = [record["body"] for event in events for record in event["Records"]]
    for group in "ab":
        assert [body for body in got if body[0] == group] == [f"{group}{i}" for i in range(6)]
    eventually(lambda: counts(running.sqs, url) == (0, 0, 0))


def test_a_group_too_large_for_one_event_keeps_its_order(running):
    running.deploy(TAKES_ITS_TIME, Timeout=10)
    url = running.queue("big.fifo", FifoQueue="true", VisibilityTimeout="60")
    for i in range(8):  # the event of a function has 6 MB at the most
        running.send(str(i) + "x" * 1_000_000, url=url, MessageGroupId="g", MessageDeduplicationId=str(i))
    running.map(EventSourceArn=arn_of(running.sqs, url))
    eventually(lambda: counts(running.sqs, url) == (0, 0, 0), 30)
    (first, _, ended), (second, begun, _) = sorted(running.events(), key=lambda event: event[1])
    assert first + second == [str(i) for i in range(8)] and begun >= ended


def test_delayed_messages_run_when_they_are_due(frozen):
    frozen.deploy()
    frozen.send("later", DelaySeconds=600)
    frozen.map()
    frozen.clock.advance("599s")
    assert frozen.got() == []
    frozen.clock.advance("1s")
    assert frozen.got() == ["later"] and frozen.empty()


def test_filters(frozen):
    frozen.deploy()
    wanted = {"Filters": [{"Pattern": json.dumps({"body": {"n": [{"numeric": [">", 1]}]}})}]}
    frozen.map(FilterCriteria=wanted)
    frozen.send('{"n": 1}', '{"n": 2}', "text")
    frozen.clock.advance("1s")
    assert frozen.got() == ['{"n": 2}'] and frozen.empty()


def test_a_throttled_function_loses_nothing(frozen):
    frozen.deploy()
    frozen.functions.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
    frozen.map()
    frozen.send("m")
    frozen.clock.advance("5s")
    assert frozen.got() == [] and counts(frozen.sqs, frozen.url)[1] == 1
    frozen.functions.delete_function_concurrency(FunctionName="f")
    frozen.clock.advance("2m")
    assert frozen.got() == ["m"] and frozen.empty()


def test_batches_that_could_not_run_do_not_become_one(frozen):
    frozen.deploy()
    frozen.functions.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
    frozen.map(BatchSize=1)
    frozen.send(*range(4))
    frozen.clock.advance("5s")
    assert frozen.got() == [] and counts(frozen.sqs, frozen.url)[1] == 4
    frozen.functions.delete_function_concurrency(FunctionName="f")
    frozen.clock.advance("2m")
    assert sorted(frozen.batches()) == [["0"], ["1"], ["2"], ["3"]] and frozen.empty()


def test_disabled_and_deleted(running):
    running.deploy()
    uuid = running.map(Enabled=False)
    running.send("m")
    assert running.got() == [] and counts(running.sqs, running.url) == (1, 0, 0)
    running.functions.update_event_source_mapping(UUID=uuid, Enabled=True)
    eventually(running.empty, 30)
    running.functions.delete_event_source_mapping(UUID=uuid)


def test_what_cannot_be_mapped(running):
    running.deploy(Timeout=30)

    def why(**more):
        code, message = refusal(running.map, **more)
        assert code == "InvalidParameterValueException"
        return message

    assert why(BatchSize=11) == (
        "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"
    )
    assert "StartingPosition" in why(StartingPosition="LATEST")
    assert "BisectBatch" in why(BisectBatchOnFunctionError=True)
    none = "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue."
    assert why(EventSourceArn=running.arn + "x").startswith(none)
    short = running.queue("short", VisibilityTimeout="10")
    assert why(EventSourceArn=arn_of(running.sqs, short)) == (
        "Queue visibility timeout: 10 seconds is less than Function timeout: 30 seconds"
    )
    running.server.client("iam").delete_role_policy(RoleName="r", PolicyName="p")
    assert why() == "The provided execution role does not have permissions to call ReceiveMessage on SQS"


def test_destinations_and_dead_letters(frozen):
    sqs = frozen.sqs
    well, ill, dead = (frozen.queue(name) for name in ("well", "ill", "dead"))
    frozen.deploy(
        "def handler(event, context):\n    return 1 // event", DeadLetterConfig={"TargetArn": arn_of(sqs, dead)}
    )
    frozen.functions.put_function_event_invoke_config(
        FunctionName="f", MaximumRetryAttempts=0,
        DestinationConfig={"OnSuccess": {"Destination": arn_of(sqs, well)},
                           "OnFailure": {"Destination": arn_of(sqs, ill)}},
    )
    for payload in (b"1", b"0"):
        frozen.functions.invoke(FunctionName="f", InvocationType="Event", Payload=payload)
    frozen.clock.advance("1m")
    [good] = receive(sqs, well)
    record = json.loads(good["Body"])
    assert record["requestPayload"] == 1 and record["responsePayload"] == 1
    [bad] = receive(sqs, ill)
    assert json.loads(bad["Body"])["requestContext"]["condition"] == "RetriesExhausted"
    [letter] = receive(sqs, dead, MessageAttributeNames=["All"])
    assert letter["Body"] == "0" and {"RequestID", "ErrorCode", "ErrorMessage"} == set(letter["MessageAttributes"])
