"""Delays, visibility timeouts, retention, moving: by the Orrery's clock. And what a restart keeps."""

import json
import threading

import pytest
from support.aws import eventually, refusal
from support.queues import arn_of, bodies, counts, receive, redrive


@pytest.fixture
def still(own_server):
    return own_server("--clock", "frozen@2026-03-01T00:00:00Z")


def test_delays_and_visibility(still):
    sqs = still.client("sqs")
    url = sqs.create_queue(QueueName="q", Attributes={"DelaySeconds": "10"})["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="queue's")
    sqs.send_message(QueueUrl=url, MessageBody="own", DelaySeconds=20)
    sqs.send_message(QueueUrl=url, MessageBody="none", DelaySeconds=0)
    assert counts(sqs, url) == (1, 0, 2) and bodies(sqs, url) == ["none"]
    still.clock.advance("10s")
    assert bodies(sqs, url) == ["queue's"]
    still.clock.advance("10s")
    [message] = receive(sqs, url)
    assert message["Body"] == "own" and counts(sqs, url) == (0, 3, 0)
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=3600)
    still.clock.advance("30s")
    assert sorted(bodies(sqs, url)) == ["none", "queue's"]
    still.clock.advance("3570s")
    assert "own" in bodies(sqs, url)


def test_retention(still):
    sqs = still.client("sqs")
    url = sqs.create_queue(QueueName="q", Attributes={"MessageRetentionPeriod": "60"})["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="old")
    still.clock.advance("30s")
    sqs.send_message(QueueUrl=url, MessageBody="young")
    assert counts(sqs, url) == (2, 0, 0)
    still.clock.advance("30s")
    assert counts(sqs, url) == (1, 0, 0) and bodies(sqs, url, VisibilityTimeout=0) == ["young"]
    ran = still.clock.advance("7d")
    assert counts(sqs, url) == (0, 0, 0) and receive(sqs, url) == []
    assert len(ran) < 10


def test_long_poll_under_a_wound_clock(still):
    sqs = still.client("sqs")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="m", DelaySeconds=600)
    got = []
    waiting = threading.Thread(target=lambda: got.extend(receive(still.client("sqs"), url, WaitTimeSeconds=20)))
    waiting.start()
    while waiting.is_alive():
        still.clock.advance("1s")
    assert got == []  # its 20 seconds were over
    still.clock.advance("10m")
    assert bodies(sqs, url) == ["m"]


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_restart_keeps_everything(still, end):
    sqs = still.client("sqs")
    url = sqs.create_queue(QueueName="q", tags={"a": "b"})["QueueUrl"]
    for i in range(4):
        sqs.send_message(QueueUrl=url, MessageBody=str(i), DelaySeconds=60 if i == 3 else 0)
    [taken] = receive(sqs, url, MaxNumberOfMessages=1)
    fifo = sqs.create_queue(QueueName="q.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    first = sqs.send_message(QueueUrl=fifo, MessageBody="x", MessageGroupId="g", MessageDeduplicationId="x")
    sqs.send_message(QueueUrl=fifo, MessageBody="y", MessageGroupId="g", MessageDeduplicationId="y")
    [held] = receive(sqs, fifo, MaxNumberOfMessages=1)
    getattr(still, end)()
    still.start()
    assert counts(sqs, url) == (2, 1, 1)
    assert bodies(sqs, url) == ["1", "2"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=taken["ReceiptHandle"])
    still.clock.advance("60s")
    assert sorted(bodies(sqs, url)) == ["1", "2", "3"]
    again = sqs.send_message(QueueUrl=fifo, MessageBody="x", MessageGroupId="g", MessageDeduplicationId="x")
    assert again["MessageId"] == first["MessageId"]
    third = sqs.send_message(QueueUrl=fifo, MessageBody="z", MessageGroupId="g", MessageDeduplicationId="z")
    assert int(third["SequenceNumber"]) > int(first["SequenceNumber"])
    assert held["Body"] == "x" and bodies(sqs, fifo) == ["x", "y", "z"]


def test_moving_back(still):
    sqs = still.client("sqs")
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    other = sqs.create_queue(QueueName="other")["QueueUrl"]
    url = sqs.create_queue(
        QueueName="q", Attributes={"VisibilityTimeout": "0", "RedrivePolicy": redrive(sqs, dead, 1)}
    )["QueueUrl"]
    for i in range(6):
        sqs.send_message(QueueUrl=url, MessageBody=str(i))
    assert len(receive(sqs, url)) == 6 and receive(sqs, url) == [] and counts(sqs, dead) == (6, 0, 0)
    source = arn_of(sqs, dead)
    assert refusal(sqs.start_message_move_task, SourceArn=arn_of(sqs, other)) == (
        "InvalidParameterValue", "Source queue must be configured as a Dead Letter Queue."
    )
    assert refusal(sqs.start_message_move_task, SourceArn=source + "x")[0] == "ResourceNotFoundException"
    task = sqs.start_message_move_task(
        SourceArn=source, DestinationArn=arn_of(sqs, other), MaxNumberOfMessagesPerSecond=2
    )["TaskHandle"]
    assert refusal(sqs.start_message_move_task, SourceArn=source)[0] == "AWS.SimpleQueueService.UnsupportedOperation"
    eventually(lambda: counts(sqs, other) == (2, 0, 0))
    still.clock.advance("1s")
    assert counts(sqs, other) == (4, 0, 0)
    [running] = sqs.list_message_move_tasks(SourceArn=source)["Results"]
    assert running["Status"] == "RUNNING" and running["TaskHandle"] == task
    assert running["ApproximateNumberOfMessagesMoved"] == 4 and running["ApproximateNumberOfMessagesToMove"] == 6
    assert sqs.cancel_message_move_task(TaskHandle=task)["ApproximateNumberOfMessagesMoved"] == 4
    assert refusal(sqs.cancel_message_move_task, TaskHandle="x")[0] == "InvalidParameterValue"
    sqs.start_message_move_task(SourceArn=source)
    eventually(lambda: counts(sqs, dead) == (0, 0, 0))
    assert counts(sqs, url)[0] == 2
    tasks = sqs.list_message_move_tasks(SourceArn=source, MaxResults=10)["Results"]
    assert [one["Status"] for one in tasks] == ["COMPLETED", "CANCELLED"] and "TaskHandle" not in tasks[0]
    [message] = receive(sqs, url, MaxNumberOfMessages=1, AttributeNames=["All"])
    assert "DeadLetterQueueSourceArn" not in message["Attributes"]
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"


def test_metrics(still):
    sqs = still.client("sqs")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="12345")
    [message] = receive(sqs, url)
    receive(sqs, url)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    def total(name):
        points = still.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/SQS", MetricName=name, Dimensions=[{"Name": "QueueName", "Value": "q"}], Period=60,
            StartTime="2026-02-28T23:00:00Z", EndTime="2026-03-01T01:00:00Z", Statistics=["Sum"],
        )["Datapoints"]
        return sum(point["Sum"] for point in points)

    names = ["Sent", "Received", "Deleted"]
    assert [total(f"NumberOfMessages{name}") for name in names] == [1, 1, 1]
    assert total("NumberOfEmptyReceives") == 1 and total("SentMessageSize") == 5
    assert json.loads(json.dumps(total("ApproximateNumberOfMessagesVisible"))) >= 0
