"""Event source mappings: a table's stream feeds a function."""

import json

import pytest

from support.aws import BASIC_EXECUTION, allow, eventually, log_lines, policy, refusal, trust, zipped

START = "2026-03-01T00:00:00Z"
TELLS = """
    import json
    def handler(event, context):
        print("GOT " + json.dumps(event))
"""
STREAM = ["dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream", "dynamodb:ListStreams"]


class House:
    """A server with a role, a table with a stream, and functions to be fed by it."""

    def __init__(self, server):
        self.server = server
        self.functions, self.dynamodb, self.logs = (server.client(x) for x in ("lambda", "dynamodb", "logs"))
        self.clock = server.clock

    def prepare(self, table="tab"):
        iam = self.server.client("iam")
        self.role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust(Service="lambda.amazonaws.com"))[
            "Role"
        ]["Arn"]
        iam.attach_role_policy(RoleName="r", PolicyArn=BASIC_EXECUTION)
        iam.put_role_policy(
            RoleName="r", PolicyName="p", PolicyDocument=policy(allow([*STREAM, "s3:PutObject", "lambda:*"]))
        )
        self.dynamodb.create_table(
            TableName=table, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )  # fmt: skip
        self.stream = self.dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"]
        return self

    def deploy(self, source=TELLS, name="f", **more):
        self.functions.create_function(
            FunctionName=name, Runtime="python3.12", Role=self.role, Handler="app.handler",
            Code={"ZipFile": zipped(source)}, **more,
        )  # fmt: skip

    def map(self, **more):
        given = {"FunctionName": "f", "EventSourceArn": self.stream, "StartingPosition": "TRIM_HORIZON"}
        return self.functions.create_event_source_mapping(**{**given, **more})["UUID"]

    def put(self, *ids, n=0):
        for one in ids:
            self.dynamodb.put_item(TableName="tab", Item={"id": {"S": str(one)}, "n": {"N": str(n)}})

    def events(self, name="f"):
        lines = log_lines(self.logs, f"/aws/lambda/{name}")
        return [json.loads(line[4:]) for line in lines if line.startswith("GOT ")]

    def batches(self, name="f"):
        return [[r["dynamodb"]["Keys"]["id"]["S"] for r in event["Records"]] for event in self.events(name)]

    def ids(self):
        return [one for batch in self.batches() for one in batch]

    def state(self, uuid):
        return self.functions.get_event_source_mapping(UUID=uuid)["State"]


@pytest.fixture
def frozen(own_server):
    return House(own_server("--clock", f"frozen@{START}")).prepare()


@pytest.fixture
def running(own_server):
    return House(own_server()).prepare()


def test_records_come_as_they_are_written(running):
    running.deploy()
    running.put("before")
    uuid = running.map()
    eventually(lambda: running.state(uuid) == "Enabled")
    eventually(lambda: running.ids() == ["before"])
    running.put("after")
    eventually(lambda: running.ids() == ["before", "after"])
    record = running.events()[0]["Records"][0]
    assert record["eventSource"] == "aws:dynamodb" and record["eventName"] == "INSERT"
    assert record["eventSourceARN"] == running.stream and record["awsRegion"] == "us-east-1"
    change = record["dynamodb"]
    assert change["NewImage"] == {"id": {"S": "before"}, "n": {"N": "0"}}
    assert isinstance(change["ApproximateCreationDateTime"], int) and change["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    seen = running.functions.get_event_source_mapping(UUID=uuid)
    assert seen["LastProcessingResult"] == "OK"


def test_an_advance_waits_for_the_cascade(frozen):
    frozen.deploy()
    frozen.map()
    frozen.put("a", "b", "c")
    frozen.clock.advance("1s")
    assert frozen.ids() == ["a", "b", "c"]


def test_latest_begins_with_what_comes(frozen):
    frozen.deploy()
    frozen.put("old", "older")
    frozen.map(StartingPosition="LATEST")
    frozen.put("new")
    frozen.clock.advance("1s")
    assert frozen.ids() == ["new"]


def test_batches_and_windows(frozen):
    frozen.deploy()
    frozen.map(BatchSize=3, MaximumBatchingWindowInSeconds=60)
    frozen.put(*range(7))
    frozen.clock.advance("30s")
    assert frozen.batches() == [["0", "1", "2"], ["3", "4", "5"]]
    frozen.clock.advance("30s")
    assert frozen.batches()[2:] == [["6"]]


def test_filters(frozen):
    frozen.deploy()
    pattern = {"eventName": ["INSERT", "MODIFY"], "dynamodb": {"NewImage": {"n": {"N": ["1"]}}}}
    frozen.map(FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)}]})
    frozen.put("no", n=0)
    frozen.put("yes", n=1)
    frozen.dynamodb.delete_item(TableName="tab", Key={"id": {"S": "no"}})
    frozen.clock.advance("1s")
    assert frozen.ids() == ["yes"]


POISONED = """
    import json
    def handler(event, context):
        print("GOT " + json.dumps(event))
        if any(r["dynamodb"]["Keys"]["id"]["S"] == "poison" for r in event["Records"]):
            raise ValueError("poisoned")
"""


def test_failures_are_tried_again_and_given_up(frozen):
    s3 = frozen.server.client("s3")
    s3.create_bucket(Bucket="failures")
    frozen.deploy(POISONED)
    frozen.put("poison", "a", "b")
    frozen.map(
        MaximumRetryAttempts=2, DestinationConfig={"OnFailure": {"Destination": "arn:aws:s3:::failures"}}, BatchSize=2
    )
    frozen.clock.advance("1m")
    assert frozen.batches() == [["poison", "a"]] * 3 + [["b"]]
    [kept] = s3.list_objects_v2(Bucket="failures")["Contents"]
    record = json.loads(s3.get_object(Bucket="failures", Key=kept["Key"])["Body"].read())
    assert record["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 3
    info = record["DDBStreamBatchInfo"]
    assert info["batchSize"] == 2 and info["streamArn"] == frozen.stream
    assert json.loads(record["payload"])["Records"][0]["dynamodb"]["Keys"]["id"]["S"] == "poison"


def test_bisecting_finds_the_poison(frozen):
    frozen.deploy(POISONED)
    frozen.put("a", "b", "poison", "c")
    frozen.map(MaximumRetryAttempts=0, BisectBatchOnFunctionError=True)
    frozen.clock.advance("1m")
    assert frozen.batches() == [["a", "b", "poison", "c"], ["a", "b"], ["poison", "c"], ["poison"], ["c"]]


def test_partial_answers(frozen):
    frozen.deploy("""
        import json
        def handler(event, context):
            print("GOT " + json.dumps(event))
            bad = [r["dynamodb"] for r in event["Records"] if r["dynamodb"]["Keys"]["id"]["S"] == "bad"]
            return {"batchItemFailures": [{"itemIdentifier": one["SequenceNumber"]} for one in bad]}
    """)
    frozen.put("a", "bad", "c")
    frozen.map(MaximumRetryAttempts=1, FunctionResponseTypes=["ReportBatchItemFailures"])
    frozen.clock.advance("1m")
    assert frozen.batches() == [["a", "bad", "c"], ["bad", "c"]]


def test_records_that_are_too_old(frozen):
    frozen.deploy(POISONED)
    frozen.map(MaximumRecordAgeInSeconds=60)
    frozen.put("poison")
    frozen.clock.advance("10m")
    frozen.put("fresh")
    frozen.clock.advance("1s")
    assert frozen.ids()[-1] == "fresh" and 5 < len(frozen.ids()) < 10


def test_what_is_too_old_goes_to_a_bucket_whole(frozen):
    s3 = frozen.server.client("s3")
    s3.create_bucket(Bucket="failures")
    frozen.deploy(POISONED)
    frozen.put("poison")
    frozen.map(
        MaximumRecordAgeInSeconds=60, DestinationConfig={"OnFailure": {"Destination": "arn:aws:s3:::failures"}}
    )
    frozen.clock.advance("10m")
    [kept] = s3.list_objects_v2(Bucket="failures")["Contents"]
    record = json.loads(s3.get_object(Bucket="failures", Key=kept["Key"])["Body"].read())
    assert record["requestContext"]["condition"] == "RecordAgeExceeded"
    [lost] = json.loads(record["payload"])["Records"]
    assert lost["dynamodb"]["Keys"] == {"id": {"S": "poison"}}


def test_a_function_that_comes_back_is_fed_again(frozen):
    frozen.deploy()
    uuid = frozen.map()
    frozen.functions.delete_function(FunctionName="f")
    frozen.put("waits")
    frozen.clock.advance("1h")
    said = frozen.functions.get_event_source_mapping(UUID=uuid)["LastProcessingResult"]
    assert said.startswith("PROBLEM: Function not found")
    frozen.deploy()
    frozen.clock.advance("1s")
    assert frozen.ids() == ["waits"]


def test_lanes_keep_the_order_of_each_key(running):
    running.deploy()
    running.map(ParallelizationFactor=4, BatchSize=5)
    for n in range(10):
        running.put(*"abcde", n=n)
    eventually(lambda: len(running.ids()) == 50, timeout_s=30)
    for one in "abcde":
        numbers = [
            int(r["dynamodb"]["NewImage"]["n"]["N"])
            for event in running.events() for r in event["Records"] if r["dynamodb"]["Keys"]["id"]["S"] == one
        ]  # fmt: skip
        assert numbers == list(range(10))


def test_pause_and_resume(frozen):
    frozen.deploy()
    uuid = frozen.map()
    changed = frozen.functions.update_event_source_mapping(UUID=uuid, Enabled=False)
    assert changed["State"] == "Disabling"
    eventually(lambda: frozen.state(uuid) == "Disabled")
    frozen.put("kept")
    frozen.clock.advance("1h")
    assert frozen.ids() == []
    assert frozen.functions.update_event_source_mapping(UUID=uuid, Enabled=True)["State"] == "Enabling"
    frozen.clock.advance("1s")
    assert frozen.ids() == ["kept"] and frozen.state(uuid) == "Enabled"


def test_shards_roll(frozen):
    frozen.deploy()
    frozen.map()
    for hour in range(4):
        frozen.put(hour)
        frozen.clock.advance("5h")
    assert frozen.ids() == ["0", "1", "2", "3"]


def test_tumbling_windows(frozen):
    frozen.deploy("""
        import json
        def handler(event, context):
            print("GOT " + json.dumps(event))
            return {"state": {"sum": event["state"].get("sum", 0) + len(event["Records"])}}
    """)
    frozen.map(TumblingWindowInSeconds=60)
    frozen.put("a", "b")
    frozen.clock.advance("10s")
    frozen.put("c")
    frozen.clock.advance("2m")
    seen = [(len(e["Records"]), e["state"], e["isFinalInvokeForWindow"]) for e in frozen.events()]
    assert seen[-1] == (0, {"sum": 3}, True) and [one[2] for one in seen].count(True) == 1
    assert frozen.events()[0]["window"] == {"start": "2026-03-01T00:00:00Z", "end": "2026-03-01T00:01:00Z"}


def test_the_life_of_a_mapping(running):
    running.deploy()
    made = running.functions.create_event_source_mapping(
        FunctionName="f", EventSourceArn=running.stream, StartingPosition="LATEST", Enabled=False
    )
    assert made["State"] == "Creating" and made["BatchSize"] == 100 and made["MaximumRetryAttempts"] == -1
    assert made["LastProcessingResult"] == "No records processed"
    uuid = made["UUID"]
    eventually(lambda: running.state(uuid) == "Disabled")
    code, message = refusal(running.map)
    assert code == "ResourceConflictException" and f"existing mapping with UUID {uuid}" in message
    changed = running.functions.update_event_source_mapping(UUID=uuid, BatchSize=7, Enabled=True)
    assert changed["BatchSize"] == 7
    eventually(lambda: running.state(uuid) == "Enabled")
    listed = running.functions.list_event_source_mappings(FunctionName="f")["EventSourceMappings"]
    assert [one["UUID"] for one in listed] == [uuid]
    assert running.functions.list_event_source_mappings(FunctionName="other")["EventSourceMappings"] == []
    assert running.functions.delete_event_source_mapping(UUID=uuid)["State"] == "Deleting"

    def gone():
        try:
            running.state(uuid)
        except running.functions.exceptions.ResourceNotFoundException:
            return True

    eventually(gone)


def test_what_cannot_be_mapped(running):
    running.deploy()
    invalid = "InvalidParameterValueException"
    code, message = refusal(running.functions.create_event_source_mapping, FunctionName="f",
                            EventSourceArn=running.stream)  # fmt: skip
    assert code == invalid and "'startingPosition' failed to satisfy constraint: Member must not be null" in message
    code, message = refusal(running.map, EventSourceArn="arn:aws:kinesis:us-east-1:000000000000:stream/s")
    assert code == invalid and message.startswith("Cannot access stream arn:aws:kinesis:")
    assert refusal(running.map, EventSourceArn=running.stream + "1") == (
        invalid, f"Stream not found: {running.stream}1",
    )  # fmt: skip
    assert refusal(running.map, FunctionName="nobody")[0] == "ResourceNotFoundException"
    code, message = refusal(running.map, FilterCriteria={"Filters": [{"Pattern": "{"}]})
    assert (code, message) == (invalid, "Invalid filter pattern definition.")
    iam = running.server.client("iam")
    iam.delete_role_policy(RoleName="r", PolicyName="p")
    assert refusal(running.map) == (
        invalid,
        f"Cannot access stream {running.stream}. Please ensure the role can perform the GetRecords, GetShardIterator, "
        "DescribeStream, and ListStreams Actions on your stream in IAM.",
    )


def test_kill_nine_goes_on_where_it_was(own_server):
    house = House(own_server()).prepare()
    house.deploy()
    house.map(BatchSize=3)
    house.put(*range(20))
    eventually(lambda: len(house.ids()) >= 6)
    house.server.kill()
    house.server.start()
    again = House(house.server)
    again.put(*range(20, 30))
    eventually(lambda: again.ids() and again.ids()[-1] == "29", timeout_s=30)
    ids = [int(one) for one in again.ids()]
    assert sorted(set(ids)) == list(range(30))
    # What was under way comes again: at most one batch, in its place.
    assert len(ids) <= 30 + 3
    repeated = [i for i in range(1, len(ids)) if ids[i] != ids[i - 1] + 1]
    assert len(repeated) <= 1
