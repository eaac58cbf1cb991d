"""What tests ask of queues."""

import json


def arn_of(sqs, url):
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def redrive(sqs, dead, most=1):
    return json.dumps({"deadLetterTargetArn": arn_of(sqs, dead), "maxReceiveCount": most})


def receive(sqs, url, **more):
    more.setdefault("MaxNumberOfMessages", 10)
    return sqs.receive_message(QueueUrl=url, **more).get("Messages", [])


def bodies(sqs, url, **more):
    return [message["Body"] for message in receive(sqs, url, **more)]


def counts(sqs, url):
    names = ["", "NotVisible", "Delayed"]
    got = sqs.get_queue_attributes(
        QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages" + name for name in names]
    )["Attributes"]
    return tuple(int(got["ApproximateNumberOfMessages" + name]) for name in names)
