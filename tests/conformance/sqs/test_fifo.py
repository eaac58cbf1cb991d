"""FIFO queues: order within groups, deduplication, receive attempts."""

import pytest
from support.aws import refusal
from support.queues import bodies, counts, receive, redrive


def send(sqs, url, body, group="g", **more):
    return sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=group, **more)


@pytest.fixture
def fifo(make_queue):
    return make_queue(fifo=True, ContentBasedDeduplication="true")


def delete(sqs, url, message):
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def test_order_and_groups(sqs, fifo):
    sent = [send(sqs, fifo, f"{group}{i}", group) for i in range(3) for group in "ab"]
    numbers = [int(one["SequenceNumber"]) for one in sent]
    assert numbers == sorted(numbers) and {len(one["SequenceNumber"]) for one in sent} == {20}
    [first] = receive(sqs, fifo, MaxNumberOfMessages=1, AttributeNames=["All"])
    assert first["Body"] == "a0" and first["Attributes"]["MessageGroupId"] == "a"
    assert first["Attributes"]["SequenceNumber"] == sent[0]["SequenceNumber"]
    # A group with a message in flight gives no other.
    others = receive(sqs, fifo)
    assert [message["Body"] for message in others] == ["b0", "b1", "b2"]
    assert receive(sqs, fifo) == []
    delete(sqs, fifo, first)
    assert bodies(sqs, fifo) == ["a1", "a2"]
    for message in others:
        delete(sqs, fifo, message)
    assert counts(sqs, fifo) == (0, 2, 0)


def test_what_comes_back_comes_first(sqs, fifo):
    for i in range(3):
        send(sqs, fifo, str(i))
    messages = receive(sqs, fifo, MaxNumberOfMessages=2)
    sqs.change_message_visibility(QueueUrl=fifo, ReceiptHandle=messages[0]["ReceiptHandle"], VisibilityTimeout=0)
    assert receive(sqs, fifo) == []
    sqs.change_message_visibility(QueueUrl=fifo, ReceiptHandle=messages[1]["ReceiptHandle"], VisibilityTimeout=0)
    assert bodies(sqs, fifo) == ["0", "1", "2"]


def test_deduplication(sqs, own_server):
    server = own_server("--clock", "frozen@2026-03-01T00:00:00Z")
    sqs = server.client("sqs")
    url = sqs.create_queue(QueueName="q.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    first = send(sqs, url, "one", MessageDeduplicationId="d")
    again = send(sqs, url, "other", group="h", MessageDeduplicationId="d")
    assert again["MessageId"] == first["MessageId"] and again["SequenceNumber"] == first["SequenceNumber"]
    [message] = receive(sqs, url, AttributeNames=["MessageDeduplicationId"])
    assert message["Body"] == "one" and message["Attributes"] == {"MessageDeduplicationId": "d"}
    delete(sqs, url, message)
    send(sqs, url, "deleted or not", MessageDeduplicationId="d")
    assert receive(sqs, url) == []
    server.clock.advance("5m")
    send(sqs, url, "two", MessageDeduplicationId="d")
    assert bodies(sqs, url) == ["two"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"DeduplicationScope": "messageGroup"})
    send(sqs, url, "x", group="x", MessageDeduplicationId="e")
    send(sqs, url, "y", group="y", MessageDeduplicationId="e")
    assert sorted(bodies(sqs, url)) == ["x", "y"]


def test_deduplication_in_a_batch(sqs, fifo):
    entries = [{"Id": str(i), "MessageBody": "same", "MessageGroupId": "g"} for i in range(3)]
    sent = sqs.send_message_batch(QueueUrl=fifo, Entries=entries)["Successful"]
    assert len(sent) == 3 and len({one["MessageId"] for one in sent}) == 1
    assert bodies(sqs, fifo) == ["same"]


def test_what_a_fifo_queue_asks_for(sqs, make_queue, fifo):
    url = make_queue(fifo=True)
    assert refusal(sqs.send_message, QueueUrl=url, MessageBody="m") == (
        "MissingParameter", "The request must contain the parameter MessageGroupId."
    )
    assert refusal(send, sqs=sqs, url=url, body="m") == (
        "InvalidParameterValue",
        "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
    )
    assert refusal(send, sqs=sqs, url=fifo, body="m", group="a b") == (
        "InvalidParameterValue",
        "Value a b for parameter MessageGroupId is invalid. Reason: MessageGroupId can only include alphanumeric and "
        "punctuation characters. 1 to 128 in length.",
    )
    code, message = refusal(send, sqs=sqs, url=fifo, body="m", DelaySeconds=5)
    assert code == "InvalidParameterValue" and message.startswith("Value 5 for parameter DelaySeconds is invalid.")


def test_a_handle_ends_with_its_visibility(sqs, fifo):
    send(sqs, fifo, "m")
    [message] = receive(sqs, fifo, VisibilityTimeout=0)
    code, text = refusal(sqs.delete_message, QueueUrl=fifo, ReceiptHandle=message["ReceiptHandle"])
    assert code == "InvalidParameterValue" and text.endswith("Reason: The receipt handle has expired.")


def test_receive_attempts(sqs, fifo, make_queue):
    for i in range(3):
        send(sqs, fifo, str(i))
    first = receive(sqs, fifo, MaxNumberOfMessages=2, ReceiveRequestAttemptId="a")
    again = receive(sqs, fifo, MaxNumberOfMessages=2, ReceiveRequestAttemptId="a")
    assert first == again and len(first) == 2
    delete(sqs, fifo, first[0])
    assert receive(sqs, fifo, ReceiveRequestAttemptId="a") == []
    assert refusal(sqs.receive_message, QueueUrl=make_queue(), ReceiveRequestAttemptId="a")[0] == "InvalidParameterValue"
    for attempt in ("", "a b", "x" * 129):
        assert refusal(sqs.receive_message, QueueUrl=fifo, ReceiveRequestAttemptId=attempt) == (
            "InvalidParameterValue",
            f"Value {attempt} for parameter ReceiveRequestAttemptId is invalid. Reason: ReceiveRequestAttemptId can "
            "only include alphanumeric and punctuation characters. 1 to 128 in length.",
        )


def test_dead_letters_keep_their_order(sqs, make_queue):
    dead = make_queue("dead", fifo=True)
    url = make_queue(fifo=True, ContentBasedDeduplication="true", VisibilityTimeout=0)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": redrive(sqs, dead, 1)})
    for i in range(3):
        send(sqs, url, str(i))
    assert bodies(sqs, url) == ["0", "1", "2"]
    assert bodies(sqs, url) == []
    assert bodies(sqs, dead) == ["0", "1", "2"]
