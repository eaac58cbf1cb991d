"""What is put reaches the bucket: when, under which name, in which form."""

import datetime
import gzip
import io
import json
import re
import zipfile

import pytest

from support.aws import ACCOUNT, BASIC_EXECUTION, allow, policy, refusal, zipped

UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def test_records_are_gathered_by_time(house):
    house.create()
    one = house.firehose.put_record(DeliveryStreamName="d", Record={"Data": b"one "})
    assert one["RecordId"] and one["Encrypted"] is False
    house.clock.advance("30s")
    answer = house.put("two ", "three")
    assert answer["FailedPutCount"] == 0 and len({entry["RecordId"] for entry in answer["RequestResponses"]}) == 2
    house.clock.advance("29s")
    assert house.objects() == {}
    house.clock.advance("1s")
    ((key, content),) = house.objects().items()
    assert content == b"one two three"
    assert re.fullmatch(f"2026/03/01/17/d-1-2026-03-01-17-05-09-{UUID}", key)
    house.put("later")
    house.clock.advance("1m")
    assert house.contents() == [b"later", b"one two three"]


def test_records_are_gathered_by_size(house):
    house.create()
    house.put(*[b"x" * 300_000] * 3)
    house.clock.advance("1s")
    assert house.objects() == {}
    house.put(b"y" * 200_000)
    house.clock.advance("1s")
    assert [len(content) for content in house.contents()] == [1_100_000]
    house.put("rest")
    house.clock.advance("1m")
    assert house.contents()[0] == b"rest"


def test_prefixes_and_zones(house):
    house.create(
        destination=house.destination(
            Prefix="logs/year=!{timestamp:yyyy}/day=!{timestamp:dd'T'HH}/!{firehose:random-string}/",
            ErrorOutputPrefix="bad/!{firehose:error-output-type}/",
            CustomTimeZone="Asia/Tokyo",
            FileExtension=".log",
        )
    )
    house.create("plain", house.destination(Prefix="plain/"))
    house.put("x")
    house.put("y", name="plain")
    house.clock.advance("1m")
    first, second = sorted(house.objects())
    suffix = f"d-1-2026-03-02-02-05-09-{UUID}.log"
    assert re.fullmatch(f"logs/year=2026/day=02T02/[A-Za-z0-9]{{11}}/{suffix}", first)
    assert re.fullmatch(f"plain/2026/03/01/17/plain-1-2026-03-01-17-05-09-{UUID}", second)


def test_gzip(house):
    house.create(destination=house.destination(CompressionFormat="GZIP"))
    house.put("a", "b")
    house.clock.advance("1m")
    ((key, content),) = house.objects().items()
    assert key.endswith(".gz") and gzip.decompress(content) == b"ab"


def test_zip(house):
    house.create(destination=house.destination(CompressionFormat="ZIP"))
    house.put("a", "b")
    house.clock.advance("1m")
    ((key, content),) = house.objects().items()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        (name,) = archive.namelist()
        assert key.endswith(name) and name.endswith(".zip") and archive.read(name) == b"ab"


def test_a_delimiter_is_appended(house):
    processors = [{"Type": "AppendDelimiterToRecord", "Parameters": [{"ParameterName": "Delimiter", "ParameterValue": "\\n"}]}]
    house.create(destination=house.destination(ProcessingConfiguration={"Enabled": True, "Processors": processors}))
    house.put("a", "b")
    house.clock.advance("1m")
    assert house.contents() == [b"a\nb\n"]


def test_what_was_put_outlives_a_crash(house):
    house.create()
    house.put("kept")
    house.server.kill()
    house.server.flags = ()
    house.server.start()
    house.clock.advance("1m")
    assert house.contents() == [b"kept"]


def test_a_bucket_that_cannot_be_written_is_tried_again(house):
    weak = house.make_role("weak")
    house.create(destination=house.destination(RoleARN=weak))
    house.put("late")
    ran = [one for one in house.clock.advance("61s") if one["kind"] == "firehose.deliver"]
    assert not ran[0]["ok"] and "s3:PutObject" in ran[0]["summary"]
    iam = house.server.client("iam")
    iam.put_role_policy(RoleName="weak", PolicyName="p", PolicyDocument=policy(allow("s3:PutObject")))
    house.clock.advance("5m")
    assert house.contents() == [b"late"]


def test_what_cannot_be_delivered_is_dropped_after_a_day(house):
    house.create(destination=house.destination(BucketARN="arn:aws:s3:::nowhere"))
    house.put("lost")
    house.clock.advance("25h")
    house.s3.create_bucket(Bucket="nowhere")
    house.clock.advance("1h")
    assert house.objects("nowhere") == {}


def test_a_deleted_stream_delivers_what_it_has(house):
    house.create()
    house.put("last")
    house.firehose.delete_delivery_stream(DeliveryStreamName="d")
    house.clock.advance("1s")
    assert house.contents() == [b"last"]


def test_a_new_version_shows_in_the_name(house):
    house.create()
    update = {"Prefix": "new/", "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 0}}
    house.firehose.update_destination(
        DeliveryStreamName="d", CurrentDeliveryStreamVersionId="1", DestinationId="destinationId-000000000001",
        ExtendedS3DestinationUpdate=update,
    )  # fmt: skip
    house.put("x")
    house.clock.advance("1s")
    (key,) = house.objects()
    assert key.startswith("new/2026/03/01/17/d-2-")


TRANSFORM = """
    import base64
    def handler(event, context):
        print(event["deliveryStreamArn"], event["region"], event["invocationId"])
        out = []
        for record in event["records"]:
            text = base64.b64decode(record["data"]).decode()
            result = "Dropped" if text == "drop" else "ProcessingFailed" if text == "bad" else "Ok"
            if text == "forget":
                continue
            out.append({"recordId": record["recordId"], "result": result,
                        "data": base64.b64encode((text.upper() + ";").encode()).decode()})
        return {"records": out}
"""


@pytest.fixture
def function(house):
    role = house.make_role("runs", service="lambda.amazonaws.com")
    house.server.client("iam").attach_role_policy(RoleName="runs", PolicyArn=BASIC_EXECUTION)

    def deploy(source=TRANSFORM):
        return house.server.client("lambda").create_function(
            FunctionName="f", Runtime="python3.12", Role=role, Handler="app.handler", Code={"ZipFile": zipped(source)}
        )["FunctionArn"]

    return deploy


def transformed_by(arn, **parameters):
    given = {"LambdaArn": arn, **parameters}
    listed = [{"ParameterName": name, "ParameterValue": value} for name, value in given.items()]
    return {"Enabled": True, "Processors": [{"Type": "Lambda", "Parameters": listed}]}


def test_a_function_transforms(house, function):
    arn = function()
    house.create(destination=house.destination(Prefix="good/", ErrorOutputPrefix="err/", ProcessingConfiguration=transformed_by(arn)))
    house.put("a", "drop", "bad", "b", "forget")
    house.clock.advance("1m")
    objects = house.objects()
    (bad,) = [key for key in objects if key.startswith("err/processing-failed/2026/03/01/17/d-1-")]
    (good,) = [key for key in objects if key.startswith("good/2026/")]
    assert objects[good] == b"A;B;"
    lines = [json.loads(line) for line in objects[bad].splitlines()]
    assert [line["rawData"] for line in lines] == ["YmFk", "Zm9yZ2V0"]
    assert lines[0]["lambdaArn"] == arn and lines[0]["attemptsMade"] == 1


def test_source_records_are_backed_up(house, function):
    house.s3.create_bucket(Bucket="backup")
    backup = {"RoleARN": house.role, "BucketARN": "arn:aws:s3:::backup", "Prefix": "raw/", "CompressionFormat": "GZIP"}
    house.create(
        destination=house.destination(
            ProcessingConfiguration=transformed_by(function()), S3BackupMode="Enabled", S3BackupConfiguration=backup
        )
    )
    found = house.firehose.describe_delivery_stream(DeliveryStreamName="d")["DeliveryStreamDescription"]
    shown = found["Destinations"][0]["ExtendedS3DestinationDescription"]["S3BackupDescription"]
    assert shown["Prefix"] == "raw/" and shown["BufferingHints"] == {"SizeInMBs": 5, "IntervalInSeconds": 300}
    house.put("a", "drop")
    house.clock.advance("1m")
    ((key, content),) = house.objects("backup").items()
    assert key.startswith("raw/2026/03/01/17/d-1-") and key.endswith(".gz") and gzip.decompress(content) == b"adrop"
    assert house.contents() == [b"A;"]


def test_a_function_that_fails(house, function):
    arn = function("def handler(event, context): raise ValueError('broken')")
    house.create(destination=house.destination(ProcessingConfiguration=transformed_by(arn, NumberOfRetries="1")))
    house.put("a")
    house.clock.advance("1m")
    ((key, content),) = house.objects().items()
    assert key.startswith("processing-failed/2026/03/01/17/")
    line = json.loads(content)
    assert line["errorCode"] == "Lambda.FunctionError" and line["attemptsMade"] == 2 and "broken" in line["errorMessage"]


def test_a_kinesis_stream_as_source(house):
    house.kinesis.create_stream(StreamName="s", ShardCount=2)
    arn = f"arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/s"
    house.kinesis.put_record(StreamName="s", Data=b"before", PartitionKey="k")
    house.clock.advance("1s")
    house.create(
        DeliveryStreamType="KinesisStreamAsSource",
        KinesisStreamSourceConfiguration={"KinesisStreamARN": arn, "RoleARN": house.role},
    )
    found = house.firehose.describe_delivery_stream(DeliveryStreamName="d")["DeliveryStreamDescription"]
    assert found["DeliveryStreamType"] == "KinesisStreamAsSource"
    assert found["Source"]["KinesisStreamSourceDescription"]["KinesisStreamARN"] == arn
    for i in range(4):
        house.kinesis.put_record(StreamName="s", Data=f"{i};".encode(), PartitionKey="k", ExplicitHashKey="0")
    house.clock.advance("61s")
    assert house.contents() == [b"0;1;2;3;"]
    house.server.kill()
    house.server.flags = ()
    house.server.start()
    house.kinesis.put_record(StreamName="s", Data=b"after", PartitionKey="k")
    house.clock.advance("61s")
    assert house.contents() == [b"0;1;2;3;", b"after"]
    code, message = refusal(house.firehose.put_record, DeliveryStreamName="d", Record={"Data": b"x"})
    assert (code, message) == (
        "InvalidArgumentException",
        "This operation is not permitted on KinesisStreamAsSource delivery stream type.",
    )


def test_metrics(house):
    house.create()
    house.put("12345", "123")
    house.clock.advance("1m")
    cloudwatch = house.server.client("cloudwatch")

    def total(name):
        points = cloudwatch.get_metric_statistics(
            Namespace="AWS/Firehose", MetricName=name, Dimensions=[{"Name": "DeliveryStreamName", "Value": "d"}],
            StartTime=datetime.datetime(2026, 3, 1, 17), EndTime=datetime.datetime(2026, 3, 1, 18), Period=3600,
            Statistics=["Sum"],
        )["Datapoints"]  # fmt: skip
        return sum(point["Sum"] for point in points)

    assert (total("IncomingRecords"), total("IncomingBytes")) == (2, 8)
    assert (total("DeliveryToS3.Records"), total("DeliveryToS3.Bytes"), total("DeliveryToS3.Success")) == (2, 8, 1)


def test_rules_schedules_and_log_groups_deliver(house):
    arn = house.create()
    role = house.make_role("events", allow("firehose:PutRecord", arn), service="events.amazonaws.com")
    events = house.server.client("events")
    events.put_rule(Name="r", ScheduleExpression="rate(1 hour)")
    events.put_targets(Rule="r", Targets=[{"Id": "t", "Arn": arn, "RoleArn": role, "Input": '"tick"'}])
    role = house.make_role("schedules", allow("firehose:PutRecord", arn), service="scheduler.amazonaws.com")
    house.server.client("scheduler").create_schedule(
        Name="n", ScheduleExpression="rate(1 hour)", FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": arn, "RoleArn": role, "Input": "tock"},
    )  # fmt: skip
    role = house.make_role("logs", allow("firehose:PutRecord", arn), service="logs.amazonaws.com")
    logs = house.server.client("logs")
    logs.create_log_group(logGroupName="g")
    logs.create_log_stream(logGroupName="g", logStreamName="s")
    logs.put_subscription_filter(
        logGroupName="g", filterName="f", filterPattern="", destinationArn=arn, roleArn=role
    )
    at = int(datetime.datetime(2026, 3, 1, 17, 5, 9, tzinfo=datetime.timezone.utc).timestamp() * 1000)
    logs.put_log_events(logGroupName="g", logStreamName="s", logEvents=[{"timestamp": at, "message": "line"}])
    house.clock.advance("62m")
    everything = b"".join(house.contents())
    assert b'"tick"' in everything and b"tock" in everything
    (zipped_events,) = [one for one in house.contents() if one.startswith((b"\x1f\x8b", b"tock\x1f\x8b"))]
    text = gzip.decompress(zipped_events[zipped_events.index(b"\x1f\x8b") :].split(b"tock")[0])
    assert b"CONTROL_MESSAGE" in text and b'"message":"line"' in text
