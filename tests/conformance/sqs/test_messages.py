"""Messages of standard queues."""

import hashlib
import threading
import time

import pytest
from botocore.exceptions import ReadTimeoutError
from support.aws import refusal
from support.queues import bodies, counts, receive, redrive


def test_from_one_end_to_the_other(sqs, make_queue):
    url = make_queue()
    sent = sqs.send_message(QueueUrl=url, MessageBody="hello")
    assert sent["MD5OfMessageBody"] == hashlib.md5(b"hello").hexdigest()
    assert "SequenceNumber" not in sent
    assert counts(sqs, url) == (1, 0, 0)
    [message] = receive(sqs, url, MessageSystemAttributeNames=["All"])
    assert message["MessageId"] == sent["MessageId"] and message["Body"] == "hello"
    assert message["MD5OfBody"] == sent["MD5OfMessageBody"]
    got = message["Attributes"]
    assert got["ApproximateReceiveCount"] == "1" and got["SenderId"] == "000000000000"
    assert abs(int(got["SentTimestamp"]) / 1000 - time.time()) < 60
    assert int(got["ApproximateFirstReceiveTimestamp"]) >= int(got["SentTimestamp"])
    assert counts(sqs, url) == (0, 1, 0)
    assert receive(sqs, url) == []
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    assert counts(sqs, url) == (0, 0, 0)


def test_attributes(sqs, make_queue):
    url = make_queue()
    attributes = {
        "name": {"DataType": "String", "StringValue": "värde"},
        "count": {"DataType": "Number.int", "StringValue": "17"},
        "blob.one": {"DataType": "Binary", "BinaryValue": b"\0\xff"},
        "blob.two": {"DataType": "Binary.png", "BinaryValue": b"x"},
    }
    trace = {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-5759e988-bd862e3fe1be46a994272793"}}
    # botocore itself compares the digests of bodies and of message attributes.
    sent = sqs.send_message(
        QueueUrl=url, MessageBody="m", MessageAttributes=attributes, MessageSystemAttributes=trace
    )
    assert sent["MD5OfMessageSystemAttributes"] and sent["MD5OfMessageAttributes"]
    ask = {"VisibilityTimeout": 0}
    [plain] = receive(sqs, url, **ask)
    assert "MessageAttributes" not in plain and "Attributes" not in plain
    [message] = receive(sqs, url, MessageAttributeNames=["All"], AttributeNames=["AWSTraceHeader"], **ask)
    assert message["MessageAttributes"] == attributes
    assert message["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]
    assert message["Attributes"] == {"AWSTraceHeader": trace["AWSTraceHeader"]["StringValue"]}
    [some] = receive(sqs, url, MessageAttributeNames=["blob.*", "count"], **ask)
    assert sorted(some["MessageAttributes"]) == ["blob.one", "blob.two", "count"]
    assert refusal(sqs.receive_message, QueueUrl=url, AttributeNames=["Foo"]) == (
        "InvalidAttributeName", "Unknown Attribute Foo."
    )


def test_numbers_are_numbers(sqs, make_queue):
    url = make_queue()

    def send(value, kind="Number"):
        return {"QueueUrl": url, "MessageBody": "m", "MessageAttributes": {"n": {"DataType": kind, "StringValue": value}}}

    for value in ("17", "-1.5", "+3", "1e3", "230.000000000000000001"):
        sqs.send_message(**send(value))
    for value in ("abc", "1x", "nan", "inf", "0x10", "", " 1"):
        code, message = refusal(sqs.send_message, **send(value, "Number.int"))
        assert code == "InvalidParameterValue", value
        assert value == "" or message == "Can't cast the value of message (user) attribute 'n' to a number."


def test_a_receiver_that_has_hung_up_gets_nothing(server, sqs, make_queue):
    url = make_queue()
    for _ in range(2):
        with pytest.raises(ReadTimeoutError):
            server.client("sqs", read_timeout=1).receive_message(QueueUrl=url, WaitTimeSeconds=20)
    waiting = []
    other = threading.Thread(target=lambda: waiting.extend(bodies(sqs, url, WaitTimeSeconds=20)))
    other.start()  # behind them
    time.sleep(0.2)
    sqs.send_message(QueueUrl=url, MessageBody="m")
    other.join(timeout=5)
    assert waiting == ["m"]


@pytest.mark.parametrize(
    "name, value, message",
    [
        ("a", {"DataType": "", "StringValue": "x"}, "The message attribute 'a' must contain non-empty message attribute type."),
        ("a", {"DataType": "Foo", "StringValue": "x"}, "The message attribute 'a' has an invalid message attribute type, "
         "the set of supported type prefixes is Binary, Number, and String."),
        ("a", {"DataType": "String", "StringValue": ""}, "The message attribute 'a' must contain non-empty message "
         "attribute value for message attribute type 'String'."),
        ("AWS.a", {"DataType": "String", "StringValue": "x"}, "Message (user) attribute names may not start with 'AWS.' or "
         "'Amazon.'."),
    ],
)
def test_bad_attributes(sqs, make_queue, name, value, message):
    given = {"MessageBody": "m", "MessageAttributes": {name: value}}
    assert refusal(sqs.send_message, QueueUrl=make_queue(), **given) == ("InvalidParameterValue", message)


def test_eleven_attributes(sqs, make_queue):
    many = {f"a{i}": {"DataType": "String", "StringValue": "x"} for i in range(11)}
    code, message = refusal(sqs.send_message, QueueUrl=make_queue(), MessageBody="m", MessageAttributes=many)
    assert code == "InvalidParameterValue" and "[11] exceeds the allowed maximum [10]" in message


def test_bodies(sqs, make_queue):
    url = make_queue(MaximumMessageSize=2048)
    assert refusal(sqs.send_message, QueueUrl=url, MessageBody="") == (
        "MissingParameter", "The request must contain the parameter MessageBody."
    )
    assert refusal(sqs.send_message, QueueUrl=url, MessageBody="a\x01")[0] == "InvalidMessageContents"
    assert refusal(sqs.send_message, QueueUrl=url, MessageBody="\uffff")[0] == "InvalidMessageContents"
    assert refusal(sqs.send_message, QueueUrl=url, MessageBody="x" * 2049) == (
        "InvalidParameterValue", "One or more parameters are invalid. Reason: Message must be shorter than 2048 bytes."
    )
    attribute = {"a": {"DataType": "String", "StringValue": "y" * 1000}}
    assert refusal(sqs.send_message, QueueUrl=url, MessageBody="x" * 1048, MessageAttributes=attribute)[0] == (
        "InvalidParameterValue"
    )
    sqs.send_message(QueueUrl=url, MessageBody="tab\t and \U0001f600")
    assert bodies(sqs, url) == ["tab\t and \U0001f600"]
    large = make_queue()
    sqs.send_message(QueueUrl=large, MessageBody="x" * 1048576)
    assert [len(body) for body in bodies(sqs, large)] == [1048576]


def test_parameters_out_of_range(sqs, make_queue):
    url = make_queue()
    assert refusal(sqs.send_message, QueueUrl=url, MessageBody="m", DelaySeconds=901) == (
        "InvalidParameterValue",
        "Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.",
    )
    assert refusal(sqs.receive_message, QueueUrl=url, MaxNumberOfMessages=11) == (
        "InvalidParameterValue",
        "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.",
    )
    assert refusal(sqs.receive_message, QueueUrl=url, WaitTimeSeconds=21) == (
        "InvalidParameterValue",
        "Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.",
    )
    assert refusal(sqs.send_message, QueueUrl=url, MessageBody="m", MessageDeduplicationId="d") == (
        "InvalidParameterValue",
        "Value d for parameter MessageDeduplicationId is invalid. Reason: The request include parameter that is not valid "
        "for this queue type",
    )
    # Fair queues.
    sqs.send_message(QueueUrl=url, MessageBody="m", MessageGroupId="tenant")
    [message] = receive(sqs, url, AttributeNames=["MessageGroupId"])
    assert message["Attributes"] == {"MessageGroupId": "tenant"}


def test_receipt_handles(sqs, make_queue):
    url = make_queue(VisibilityTimeout=0)
    sqs.send_message(QueueUrl=url, MessageBody="m")
    assert refusal(sqs.delete_message, QueueUrl=url, ReceiptHandle="foo") == (
        "ReceiptHandleIsInvalid", 'The input receipt handle "foo" is not a valid receipt handle.'
    )
    [old], [new] = receive(sqs, url), receive(sqs, url)
    assert old["ReceiptHandle"] != new["ReceiptHandle"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=old["ReceiptHandle"])
    assert counts(sqs, url) == (1, 0, 0)
    change = {"QueueUrl": url, "ReceiptHandle": new["ReceiptHandle"]}
    assert refusal(sqs.change_message_visibility, **change, VisibilityTimeout=5)[0] == (
        "AWS.SimpleQueueService.MessageNotInflight"
    )
    sqs.delete_message(QueueUrl=url, ReceiptHandle=new["ReceiptHandle"])
    assert receive(sqs, url) == []
    code, message = refusal(sqs.change_message_visibility, **change, VisibilityTimeout=5)
    assert code == "InvalidParameterValue" and message.endswith(
        "Reason: Message does not exist or is not available for visibility timeout change."
    )


def test_batches(sqs, make_queue):
    url = make_queue()
    entries = [{"Id": str(i), "MessageBody": f"m{i}"} for i in range(9)] + [{"Id": "bad", "MessageBody": "\x02"}]
    sent = sqs.send_message_batch(QueueUrl=url, Entries=entries)
    assert [one["Id"] for one in sent["Successful"]] == [str(i) for i in range(9)]
    [failed] = sent["Failed"]
    assert failed["Id"] == "bad" and failed["SenderFault"] and failed["Code"] == "InvalidMessageContents"
    got = receive(sqs, url)
    assert [message["Body"] for message in got] == [f"m{i}" for i in range(9)]
    handles = [{"Id": f"h{i}", "ReceiptHandle": message["ReceiptHandle"]} for i, message in enumerate(got)]
    changed = sqs.change_message_visibility_batch(
        QueueUrl=url, Entries=[{**one, "VisibilityTimeout": 0} for one in handles[:4]] + [
            {"Id": "bad", "ReceiptHandle": "foo", "VisibilityTimeout": 0}]
    )
    assert len(changed["Successful"]) == 4 and changed["Failed"][0]["Code"] == "ReceiptHandleIsInvalid"
    assert counts(sqs, url) == (4, 5, 0)
    gone = sqs.delete_message_batch(QueueUrl=url, Entries=handles[4:] + [{"Id": "bad", "ReceiptHandle": "foo"}])
    assert len(gone["Successful"]) == 5 and gone["Failed"][0]["Id"] == "bad"
    assert counts(sqs, url) == (4, 0, 0)


def test_bad_batches(sqs, make_queue):
    url = make_queue()

    def why(entries):
        return refusal(sqs.send_message_batch, QueueUrl=url, Entries=entries)

    entry = {"Id": "a", "MessageBody": "m"}
    prefix = "AWS.SimpleQueueService."
    assert why([]) == (
        prefix + "EmptyBatchRequest", "There should be at least one SendMessageBatchRequestEntry in the request."
    )
    assert why([{**entry, "Id": str(i)} for i in range(11)]) == (
        prefix + "TooManyEntriesInBatchRequest", "Maximum number of entries per request are 10. You have sent 11."
    )
    assert why([entry, entry]) == (prefix + "BatchEntryIdsNotDistinct", "Id a repeated.")
    assert why([{**entry, "Id": "a b"}]) == (
        prefix + "InvalidBatchEntryId",
        "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters "
        "long.",
    )
    assert why([{"Id": str(i), "MessageBody": "x" * 600000} for i in range(2)]) == (
        prefix + "BatchRequestTooLong", "Batch requests cannot be longer than 1048576 bytes. You have sent 1200000 bytes."
    )


def test_long_polling(sqs, server, make_queue):
    url = make_queue()
    got = []
    waiting = threading.Thread(target=lambda: got.extend(receive(server.client("sqs"), url, WaitTimeSeconds=20)))
    began = time.monotonic()
    waiting.start()
    time.sleep(0.2)
    sqs.send_message(QueueUrl=url, MessageBody="late")
    waiting.join()
    assert [message["Body"] for message in got] == ["late"] and time.monotonic() - began < 15
    assert receive(sqs, url, WaitTimeSeconds=1) == []


def test_long_polling_sees_what_becomes_visible(sqs, make_queue):
    url = make_queue(ReceiveMessageWaitTimeSeconds=10)
    sqs.send_message(QueueUrl=url, MessageBody="delayed", DelaySeconds=1)
    assert counts(sqs, url) == (0, 0, 1)
    [message] = receive(sqs, url, VisibilityTimeout=1)
    assert message["Body"] == "delayed"
    assert bodies(sqs, url) == ["delayed"]


def test_many_receivers_share_a_queue(sqs, server, make_queue):
    url = make_queue()
    sent = {f"m{i}" for i in range(200)}
    for first in range(0, 200, 10):
        entries = [{"Id": str(i), "MessageBody": f"m{i}"} for i in range(first, first + 10)]
        sqs.send_message_batch(QueueUrl=url, Entries=entries)
    got, lock = [], threading.Lock()

    def work():
        own = server.client("sqs")
        while messages := receive(own, url):
            with lock:
                got.extend(message["Body"] for message in messages)
            own.delete_message_batch(
                QueueUrl=url,
                Entries=[{"Id": str(i), "ReceiptHandle": m["ReceiptHandle"]} for i, m in enumerate(messages)],
            )

    workers = [threading.Thread(target=work) for _ in range(4)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert sorted(got) == sorted(sent)
    assert counts(sqs, url) == (0, 0, 0)


def test_a_queue_that_is_its_own_dead_letter_queue_goes_on_giving(sqs, make_queue):
    url = make_queue("own")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": redrive(sqs, url, 1)})
    sqs.send_message(QueueUrl=url, MessageBody="again")
    for _ in range(3):
        [message] = receive(sqs, url, VisibilityTimeout=0)
        assert message["Body"] == "again"


def test_dead_letters(sqs, make_queue):
    dead = make_queue("dead")
    url = make_queue(VisibilityTimeout=0)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": redrive(sqs, dead, 2)})
    sent = sqs.send_message(QueueUrl=url, MessageBody="poison")
    assert bodies(sqs, url) == ["poison"] and bodies(sqs, url) == ["poison"]
    assert bodies(sqs, url) == []
    [message] = receive(sqs, dead, AttributeNames=["All"])
    assert message["MessageId"] == sent["MessageId"] and message["Body"] == "poison"
    assert message["Attributes"]["DeadLetterQueueSourceArn"].endswith(url.rsplit("/", 1)[1])
    assert message["Attributes"]["ApproximateReceiveCount"] == "3"
    assert counts(sqs, url) == (0, 0, 0)
