"""Queues as endpoints: policies, raw messages, FIFO order, dead letters."""

import json

import pytest

from support.aws import ACCOUNT, eventually, policy, refusal
from support.notifications import is_genuine


@pytest.fixture(scope="session")
def sqs(server):
    return server.client("sqs")


class Queue:
    def __init__(self, sqs, name, topic=None, **attributes):
        self.sqs = sqs
        self.url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        self.arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"
        if topic:
            self.let_in(topic)

    def let_in(self, topic):
        statement = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage",
                     "Resource": self.arn, "Condition": {"ArnEquals": {"aws:SourceArn": topic}}}
        self.sqs.set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": policy(statement)})

    def take(self, count=1):
        """That many messages, in order of their arrival."""
        got = []

        def more():
            reply = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, MessageAttributeNames=["All"],
                                             AttributeNames=["All"], WaitTimeSeconds=1)
            for message in reply.get("Messages", []):
                got.append(message)
            if reply.get("Messages"):
                self.sqs.delete_message_batch(QueueUrl=self.url, Entries=[
                    {"Id": str(n), "ReceiptHandle": one["ReceiptHandle"]} for n, one in enumerate(reply["Messages"])])
            return len(got) >= count

        eventually(more, 30)
        assert len(got) == count
        return got


@pytest.fixture
def queue(sqs, topic, unique):
    return Queue(sqs, unique("queue"), topic)


def subscribe(sns, topic, queue, **attributes):
    return sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.arn, Attributes=attributes)["SubscriptionArn"]


def test_a_queue_gets_the_document(sns, topic, queue):
    arn = subscribe(sns, topic, queue)
    sent = sns.publish(TopicArn=topic, Message="m", Subject="s",
                       MessageAttributes={"a": {"DataType": "String", "StringValue": "x"}})
    (message,) = queue.take()
    assert "MessageAttributes" not in message
    body = json.loads(message["Body"])
    assert (body["Type"], body["MessageId"], body["Message"], body["Subject"]) == ("Notification", sent["MessageId"], "m", "s")
    assert body["UnsubscribeURL"].endswith(arn) and body["MessageAttributes"] == {"a": {"Type": "String", "Value": "x"}}
    assert is_genuine(body)


def test_a_queue_gets_the_message_itself(sns, topic, queue):
    subscribe(sns, topic, queue, RawMessageDelivery="true")
    sns.publish(TopicArn=topic, Message="as it is", MessageAttributes={
        "a": {"DataType": "String", "StringValue": "x"}, "n": {"DataType": "Number", "StringValue": "3"},
        "b": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}})
    (message,) = queue.take()
    assert message["Body"] == "as it is"
    assert message["MessageAttributes"] == {
        "a": {"DataType": "String", "StringValue": "x"}, "n": {"DataType": "Number", "StringValue": "3"},
        "b": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}}


def test_only_what_passes_the_filter(sns, topic, queue):
    arn = subscribe(sns, topic, queue, RawMessageDelivery="true", FilterPolicy='{"kind": ["order", {"prefix": "re"}]}')

    def publish(message, kind=None):
        attributes = {"kind": {"DataType": "String", "StringValue": kind}} if kind else {}
        sns.publish(TopicArn=topic, Message=message, MessageAttributes=attributes)

    publish("none")
    publish("1", "order")
    publish("other", "order2")
    publish("2", "refund")
    assert sorted(one["Body"] for one in queue.take(2)) == ["1", "2"]
    sns.set_subscription_attributes(SubscriptionArn=arn, AttributeName="FilterPolicyScope", AttributeValue="MessageBody")
    publish('{"kind": "x"}', "order")
    publish("no JSON", "order")
    publish('{"kind": "return", "n": 1}')
    assert [one["Body"] for one in queue.take()] == ['{"kind": "return", "n": 1}']
    sns.set_subscription_attributes(SubscriptionArn=arn, AttributeName="FilterPolicy", AttributeValue="")
    publish("anything")
    assert [one["Body"] for one in queue.take()] == ["anything"]


def test_a_queue_that_does_not_let_the_topic_in(sns, topic, sqs, unique, queue):
    """The message goes to the subscription's dead-letter queue, as it would have been delivered."""
    closed = Queue(sqs, unique("closed"))
    letters = json.dumps({"deadLetterTargetArn": queue.arn})
    subscribe(sns, topic, closed, RedrivePolicy=letters)
    sent = sns.publish(TopicArn=topic, Message="m")
    body = json.loads(queue.take()[0]["Body"])
    assert body["MessageId"] == sent["MessageId"] and body["Message"] == "m"
    assert "Messages" not in sqs.receive_message(QueueUrl=closed.url)


def test_dead_letters_of_other_endpoints(sns, topic, queue, endpoint, subscribe_http):
    letters = json.dumps({"deadLetterTargetArn": queue.arn})
    subscribe_http(topic, attributes={"RedrivePolicy": letters, "RawMessageDelivery": "true"})
    endpoint.answers = [(403, {})]
    sns.publish(TopicArn=topic, Message="raw")
    assert queue.take()[0]["Body"] == "raw"
    sns.subscribe(TopicArn=topic, Protocol="lambda", Attributes={"RedrivePolicy": letters},
                  Endpoint=f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:nobody")
    sns.publish(TopicArn=topic, Message="for nobody")
    assert json.loads(queue.take()[0]["Body"])["Message"] == "for nobody"


def test_many_subscriptions_are_served_in_steps(sns, topic, queue):
    letters = json.dumps({"deadLetterTargetArn": queue.arn})
    for i in range(230):
        sns.subscribe(TopicArn=topic, Protocol="lambda", Attributes={"RedrivePolicy": letters},
                      Endpoint=f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:nobody{i}")
    sns.publish(TopicArn=topic, Message="m")
    assert len({json.loads(one["Body"])["UnsubscribeURL"] for one in queue.take(230)}) == 230


@pytest.fixture
def fifo(sns, sqs, unique):
    topic = sns.create_topic(Name=unique("t") + ".fifo", Attributes={
        "FifoTopic": "true", "ContentBasedDeduplication": "true"})["TopicArn"]
    return topic, Queue(sqs, unique("q") + ".fifo", topic, FifoQueue="true")


def test_order_is_kept(sns, fifo):
    topic, queue = fifo
    subscribe(sns, topic, queue, RawMessageDelivery="true")
    sent = [sns.publish(TopicArn=topic, Message=str(i), MessageGroupId=f"g{i % 2}") for i in range(10)]
    batch = sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[
        {"Id": str(i), "Message": str(i), "MessageGroupId": f"g{i % 2}"} for i in range(10, 20)])
    assert len(batch["Successful"]) == 10
    got = queue.take(20)
    for group in ("g0", "g1"):
        texts = [int(one["Body"]) for one in got if one["Attributes"]["MessageGroupId"] == group]
        assert texts == sorted(texts) and len(texts) == 10
    numbers = [int(one["SequenceNumber"]) for one in sent + batch["Successful"]]
    assert numbers == sorted(numbers)


def test_duplicates_are_not_delivered(sns, fifo):
    topic, queue = fifo
    subscribe(sns, topic, queue)
    for text in ("a", "a", "b", "a"):
        answer = sns.publish(TopicArn=topic, Message=text, MessageGroupId="g")
    got = [json.loads(one["Body"]) for one in queue.take(2)]
    assert [one["Message"] for one in got] == ["a", "b"]
    assert got[0]["SequenceNumber"] == answer["SequenceNumber"] and "Signature" not in got[0]


def test_a_topic_made_anew_has_no_duplicates(sns, sqs, fifo, unique):
    topic, queue = fifo
    subscribe(sns, topic, queue)
    before = sns.publish(TopicArn=topic, Message="m", MessageGroupId="g")
    assert len(queue.take()) == 1
    sns.delete_topic(TopicArn=topic)
    sns.create_topic(Name=topic.rsplit(":", 1)[1], Attributes={"FifoTopic": "true", "ContentBasedDeduplication": "true"})
    other = Queue(sqs, unique("q") + ".fifo", topic, FifoQueue="true")
    subscribe(sns, topic, other, RawMessageDelivery="true")
    after = sns.publish(TopicArn=topic, Message="m", MessageGroupId="g")
    assert after["MessageId"] != before["MessageId"]
    assert [one["Body"] for one in other.take()] == ["m"]


def test_a_standard_queue_of_a_fifo_topic(sns, sqs, fifo, unique):
    topic, _ = fifo
    queue = Queue(sqs, unique("q"), topic)
    subscribe(sns, topic, queue, RawMessageDelivery="true")
    sns.publish(TopicArn=topic, Message="m", MessageGroupId="g")
    assert queue.take()[0]["Body"] == "m"


def test_fifo_queues_of_standard_topics_are_refused(sns, topic, fifo):
    assert refusal(sns.subscribe, TopicArn=topic, Protocol="sqs", Endpoint=fifo[1].arn) == (
        "InvalidParameter", "Invalid parameter: Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be "
                            "subscribed to standard SNS topics")


def test_nothing_is_lost_and_nothing_comes_twice_after_a_kill(own_server):
    server = own_server()
    sns, sqs = server.client("sns"), server.client("sqs")
    topic = sns.create_topic(Name="t")["TopicArn"]
    queue = Queue(sqs, "q", topic)
    subscribe(sns, topic, queue, RawMessageDelivery="true")
    for i in range(30):
        sns.publish(TopicArn=topic, Message=str(i))
    server.kill()
    server.start()
    got = [one["Body"] for one in queue.take(30)]
    assert sorted(got, key=int) == [str(i) for i in range(30)]


def test_a_queue_of_another_account_confirms(own_server):
    server = own_server("--account-root", "222233334444:other:secret")
    sns, theirs = server.client("sns"), server.client("sqs", "other", "secret")
    topic = sns.create_topic(Name="t")["TopicArn"]
    queue = Queue(theirs, "q")
    queue.arn = queue.arn.replace(ACCOUNT, "222233334444")
    queue.let_in(topic)
    assert sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.arn)["SubscriptionArn"] == "pending confirmation"
    sns.publish(TopicArn=topic, Message="too early")
    invitation = json.loads(queue.take()[0]["Body"])
    assert invitation["Type"] == "SubscriptionConfirmation" and is_genuine(invitation)
    sns.confirm_subscription(TopicArn=topic, Token=invitation["Token"])
    sns.publish(TopicArn=topic, Message="m")
    assert json.loads(queue.take()[0]["Body"])["Message"] == "m"
