"""Queues: making, describing, listing, changing, deleting them; tags."""

import json

import pytest
from support.aws import ACCOUNT, refusal, signed
from support.queues import counts, redrive

NON_EXISTENT = ("AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.")


def attributes(sqs, url, *names):
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names) or ["All"]).get("Attributes")


def test_a_queue_is_named_by_its_url(sqs, server, unique):
    name = unique("queue")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    assert url == f"{server.url}/{ACCOUNT}/{name}"
    assert sqs.get_queue_url(QueueName=name)["QueueUrl"] == url
    assert sqs.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=ACCOUNT)["QueueUrl"] == url
    assert sqs.create_queue(QueueName=name)["QueueUrl"] == url
    assert refusal(sqs.get_queue_url, QueueName=unique("none")) == NON_EXISTENT
    assert refusal(sqs.send_message, QueueUrl=url + "x", MessageBody="m") == NON_EXISTENT
    assert refusal(sqs.send_message, QueueUrl="http://there/", MessageBody="m")[0] == "InvalidAddress"


def test_the_exception_has_its_class(sqs, unique):
    with pytest.raises(sqs.exceptions.QueueDoesNotExist) as caught:
        sqs.get_queue_url(QueueName=unique("none"))
    reply = caught.value.response
    assert reply["Error"]["QueryErrorCode"] == "QueueDoesNotExist"
    headers = reply["ResponseMetadata"]["HTTPHeaders"]
    assert headers["x-amzn-query-error"] == "AWS.SimpleQueueService.NonExistentQueue;Sender"


def test_defaults(sqs, make_queue):
    url = make_queue()
    got = attributes(sqs, url)
    for stamp in ("CreatedTimestamp", "LastModifiedTimestamp"):
        assert len(got.pop(stamp)) == 10
    assert got == {
        "QueueArn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:{url.rsplit('/', 1)[1]}",
        "ApproximateNumberOfMessages": "0",
        "ApproximateNumberOfMessagesNotVisible": "0",
        "ApproximateNumberOfMessagesDelayed": "0",
        "VisibilityTimeout": "30",
        "MaximumMessageSize": "1048576",
        "MessageRetentionPeriod": "345600",
        "DelaySeconds": "0",
        "ReceiveMessageWaitTimeSeconds": "0",
        "SqsManagedSseEnabled": "true",
    }
    assert attributes(sqs, url, "DelaySeconds") == {"DelaySeconds": "0"}
    assert attributes(sqs, url, "Policy") is None
    assert refusal(sqs.get_queue_attributes, QueueUrl=url, AttributeNames=["Foo"]) == (
        "InvalidAttributeName", "Unknown Attribute Foo."
    )
    fifo = attributes(sqs, make_queue(fifo=True))
    assert fifo["FifoQueue"] == "true" and fifo["ContentBasedDeduplication"] == "false"
    assert fifo["DeduplicationScope"] == "queue" and fifo["FifoThroughputLimit"] == "perQueue"


def test_names(sqs, unique):
    plain = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
    for name in ("a b", "a.fifo", "x" * 81, "é"):
        assert refusal(sqs.create_queue, QueueName=name) == ("InvalidParameterValue", plain)
    code, message = refusal(sqs.create_queue, QueueName="plain", Attributes={"FifoQueue": "true"})
    assert code == "InvalidParameterValue" and "must end with .fifo suffix" in message
    assert refusal(sqs.create_queue, QueueName=unique(), Attributes={"FifoQueue": "false"}) == (
        "InvalidAttributeName", "Unknown Attribute FifoQueue."
    )


def test_a_second_queue_of_the_name(sqs, unique):
    name = unique("queue")
    sqs.create_queue(QueueName=name, Attributes={"DelaySeconds": "5"})
    sqs.create_queue(QueueName=name, Attributes={"DelaySeconds": "5"})
    sqs.create_queue(QueueName=name)
    assert refusal(sqs.create_queue, QueueName=name, Attributes={"DelaySeconds": "6"}) == (
        "QueueAlreadyExists",
        "A queue already exists with the same name and a different value for attribute DelaySeconds",
    )


@pytest.mark.parametrize(
    "name, value",
    [("VisibilityTimeout", "43201"), ("DelaySeconds", "901"), ("DelaySeconds", "-1"), ("DelaySeconds", "x"),
     ("MaximumMessageSize", "1023"), ("MaximumMessageSize", "1048577"), ("MessageRetentionPeriod", "59"),
     ("MessageRetentionPeriod", "1209601"), ("ReceiveMessageWaitTimeSeconds", "21"), ("Policy", "{"),
     ("SqsManagedSseEnabled", "yes")],
)
def test_values_out_of_range(sqs, make_queue, name, value):
    assert refusal(sqs.set_queue_attributes, QueueUrl=make_queue(), Attributes={name: value}) == (
        "InvalidAttributeValue", f"Invalid value for the parameter {name}."
    )


def test_attributes_of_the_other_kind(sqs, make_queue):
    url = make_queue()
    for name in ("ContentBasedDeduplication", "DeduplicationScope", "Nonsense", "QueueArn"):
        assert refusal(sqs.set_queue_attributes, QueueUrl=url, Attributes={name: "true"}) == (
            "InvalidAttributeName", f"Unknown Attribute {name}."
        )
    fifo = make_queue(fifo=True)
    code, _ = refusal(sqs.set_queue_attributes, QueueUrl=fifo, Attributes={"FifoThroughputLimit": "perMessageGroupId"})
    assert code == "InvalidAttributeValue"
    both = {"FifoThroughputLimit": "perMessageGroupId", "DeduplicationScope": "messageGroup"}
    sqs.set_queue_attributes(QueueUrl=fifo, Attributes=both)
    assert attributes(sqs, fifo, *both) == both


def test_encryption_is_described(sqs, make_queue):
    url = make_queue(KmsMasterKeyId="alias/aws/sqs")
    got = attributes(sqs, url, "KmsMasterKeyId", "SqsManagedSseEnabled", "KmsDataKeyReusePeriodSeconds")
    assert got == {
        "KmsMasterKeyId": "alias/aws/sqs", "SqsManagedSseEnabled": "false", "KmsDataKeyReusePeriodSeconds": "300"
    }


def test_redrive_policies(sqs, make_queue):
    dead, url, fifo = make_queue("dead"), make_queue(), make_queue(fifo=True)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": redrive(sqs, dead, "3")})
    assert json.loads(attributes(sqs, url, "RedrivePolicy")["RedrivePolicy"])["maxReceiveCount"] == 3
    assert sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"] == [url]

    def why(policy, on=url):
        policy = policy if isinstance(policy, str) else json.dumps(policy)
        code, message = refusal(sqs.set_queue_attributes, QueueUrl=on, Attributes={"RedrivePolicy": policy})
        prefix = f"Value {policy} for parameter RedrivePolicy is invalid. Reason: "
        assert code == "InvalidParameterValue" and message.startswith(prefix)
        return message[len(prefix):]

    arn = json.loads(redrive(sqs, dead))["deadLetterTargetArn"]
    assert why("[1") == "Redrive policy is not a valid JSON map."
    assert why({"deadLetterTargetArn": arn}) == "Redrive policy does not contain mandatory attribute: maxReceiveCount."
    assert why({"deadLetterTargetArn": arn, "maxReceiveCount": 1001}) == (
        "Invalid value for maxReceiveCount: 1001, valid values are from 1 to 1000 both inclusive."
    )
    assert why({"deadLetterTargetArn": arn + "x", "maxReceiveCount": 1}) == "Dead letter target does not exist."
    assert why(redrive(sqs, dead), fifo) == "Dead-letter queue must be same type of queue as the source."
    sqs.set_queue_attributes(
        QueueUrl=dead, Attributes={"RedriveAllowPolicy": json.dumps({"redrivePermission": "denyAll"})}
    )
    assert "redrive allow policy" in why(redrive(sqs, dead))
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": ""})
    assert attributes(sqs, url, "RedrivePolicy") is None


def test_listing(sqs, unique):
    stem = unique("listed")
    urls = [sqs.create_queue(QueueName=f"{stem}-{i}")["QueueUrl"] for i in range(5)]
    assert sqs.list_queues(QueueNamePrefix=stem)["QueueUrls"] == urls
    first = sqs.list_queues(QueueNamePrefix=stem, MaxResults=2)
    assert first["QueueUrls"] == urls[:2]
    pages = sqs.get_paginator("list_queues").paginate(QueueNamePrefix=stem, PaginationConfig={"PageSize": 2})
    assert [url for page in pages for url in page["QueueUrls"]] == urls
    assert "QueueUrls" not in sqs.list_queues(QueueNamePrefix=stem + "none")
    assert refusal(sqs.list_queues, MaxResults=1001)[0] == "InvalidParameterValue"


def test_deleting(sqs, own_server):
    server = own_server("--clock", "frozen@2026-03-01T00:00:00Z")
    sqs = server.client("sqs")
    url = sqs.create_queue(QueueName="gone")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="m")
    sqs.delete_queue(QueueUrl=url)
    assert refusal(sqs.delete_queue, QueueUrl=url) == NON_EXISTENT
    assert "QueueUrls" not in sqs.list_queues()
    assert refusal(sqs.create_queue, QueueName="gone") == (
        "AWS.SimpleQueueService.QueueDeletedRecently",
        "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
    )
    assert "queue gone cleared and forgotten" in [one["summary"] for one in server.clock.advance("60s")]
    assert sqs.create_queue(QueueName="gone")["QueueUrl"] == url
    assert counts(sqs, url) == (0, 0, 0)


def test_tags(sqs, unique):
    url = sqs.create_queue(QueueName=unique(), tags={"a": "1"})["QueueUrl"]
    sqs.tag_queue(QueueUrl=url, Tags={"b": "2", "a": "3"})
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"a": "3", "b": "2"}
    sqs.untag_queue(QueueUrl=url, TagKeys=["a", "none"])
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"b": "2"}
    code, message = refusal(sqs.tag_queue, QueueUrl=url, Tags={f"k{i}": "v" for i in range(50)})
    assert code == "InvalidParameterValue" and message.startswith("Too many tags added for queue")


def test_purging(sqs, make_queue):
    url = make_queue()
    for i in range(3):
        sqs.send_message(QueueUrl=url, MessageBody=str(i))
    assert len(sqs.receive_message(QueueUrl=url)["Messages"]) == 1
    sqs.purge_queue(QueueUrl=url)
    assert counts(sqs, url) == (0, 0, 0)
    assert "Messages" not in sqs.receive_message(QueueUrl=url)
    sqs.send_message(QueueUrl=url, MessageBody="new")
    assert sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "new"
    assert refusal(sqs.purge_queue, QueueUrl=url) == (
        "AWS.SimpleQueueService.PurgeQueueInProgress",
        f"Only one PurgeQueue operation on {url.rsplit('/', 1)[1]} is allowed every 60 seconds.",
    )


def test_a_request_to_the_url_itself(server, sqs, make_queue):
    url = make_queue()
    path = url.removeprefix(server.url)
    message = {"QueueUrl": url, "MessageBody": "m"}
    reply = signed(server, "sqs", "POST", path, {
        "X-Amz-Target": "AmazonSQS.SendMessage", "Content-Type": "application/x-amz-json-1.0",
    }, json.dumps(message).encode())
    assert reply.status == 200 and reply.json["MessageId"]
    assert counts(sqs, url) == (1, 0, 0)
