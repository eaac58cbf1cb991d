"""Publish and PublishBatch: what is taken, what is refused, and with which words."""

import pytest

from support.aws import refusal

BAD = "InvalidParameter"
VALUE = "ParameterValueInvalid"


def text(value, kind="String"):
    return {"DataType": kind, "StringValue": value}


@pytest.fixture(scope="module")
def target(sns):
    return sns.create_topic(Name="published-to")["TopicArn"]


@pytest.fixture(scope="module")
def fifo(sns):
    return sns.create_topic(Name="published-to.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]


def test_a_message_gets_an_id(sns, target):
    answers = [sns.publish(TopicArn=target, Message="m"), sns.publish(TargetArn=target, Message="m", Subject="s")]
    assert len({one["MessageId"] for one in answers}) == 2 and "SequenceNumber" not in answers[0]


@pytest.mark.parametrize(("arguments", "code", "message"), [
    ({"Message": ""}, BAD, "Invalid parameter: Empty message"),
    ({"Message": "m", "Subject": ""}, BAD, "Invalid parameter: Subject"),
    ({"Message": "m", "Subject": "two\nlines"}, BAD, "Invalid parameter: Subject"),
    ({"Message": "m", "Subject": "x" * 101}, BAD, "Invalid parameter: Subject"),
    ({"Message": "x" * 262145}, BAD, "Invalid parameter: Message too long"),
    ({"Message": "x" * 262140, "MessageAttributes": {"a": text("v")}}, BAD, "Invalid parameter: Message too long"),
    ({"Message": "x", "MessageStructure": "json"}, BAD,
     "Invalid parameter: Message Structure - JSON message body failed to parse"),
    ({"Message": '{"http": "x"}', "MessageStructure": "json"}, BAD,
     "Invalid parameter: Message Structure - No default entry in JSON message body"),
    ({"Message": '{"default": 1}', "MessageStructure": "json"}, BAD,
     "Invalid parameter: Message Structure - No default entry in JSON message body"),
    ({"Message": "m", "MessageStructure": "xml"}, BAD, "Invalid parameter: MessageStructure"),
    ({"Message": "m", "MessageDeduplicationId": "d"}, BAD,
     "Invalid parameter: MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is "
     "not valid for this topic type"),
    ({"Message": "m", "MessageAttributes": {"a": text("", "String")}}, VALUE,
     "The message attribute 'a' must contain non-empty message attribute value for message attribute type 'String'."),
    ({"Message": "m", "MessageAttributes": {"a": text("x", "Text")}}, VALUE,
     "The message attribute 'a' has an invalid message attribute type, the set of supported type prefixes is Binary, "
     "Number, and String."),
    ({"Message": "m", "MessageAttributes": {"a": text("x", "Number")}}, VALUE,
     "Could not cast message attribute 'a' value to number."),
    ({"Message": "m", "MessageAttributes": {"a": text("inf", "Number.float")}}, VALUE,
     "Could not cast message attribute 'a' value to number."),
    ({"Message": "m", "MessageAttributes": {"a": text("+-1", "Number")}}, VALUE,
     "Could not cast message attribute 'a' value to number."),
    ({"Message": "m", "MessageAttributes": {"a": text("x", "Binary")}}, VALUE,
     "The message attribute 'a' with type 'Binary' must use field 'Binary'."),
    ({"Message": "m", "MessageAttributes": {".a": text("x")}}, VALUE,
     "Invalid message attribute name starting with character '.' was found."),
    ({"Message": "m", "MessageAttributes": {"a.": text("x")}}, VALUE,
     "Invalid message attribute name ending with character '.' was found."),
    ({"Message": "m", "MessageAttributes": {"a..b": text("x")}}, VALUE,
     "Message attribute name can not have successive '.' characters."),
    ({"Message": "m", "MessageAttributes": {"a$": text("x")}}, VALUE,
     "Invalid non-alphanumeric character '#x24' was found in the message attribute name. Can only include alphanumeric "
     "characters, hyphens, underscores, or dots."),
    ({"Message": "m", "MessageAttributes": {"a" * 257: text("x")}}, VALUE,
     "Length of message attribute name must be less than 256 bytes."),
])
def test_messages_that_are_refused(sns, target, arguments, code, message):
    assert refusal(sns.publish, TopicArn=target, **arguments) == (code, message)


def test_where_messages_go(sns, target):
    assert refusal(sns.publish, Message="m") == (
        BAD, "Invalid parameter: TopicArn or TargetArn Reason: no value for required parameter")
    assert refusal(sns.publish, TopicArn=target + "x", Message="m") == ("NotFound", "Topic does not exist")
    assert refusal(sns.publish, TopicArn="x", Message="m") == (
        BAD, "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1")
    assert refusal(sns.publish, PhoneNumber="+4915112345", Message="m")[0] == "NotImplemented"
    endpoint = target.rsplit(":", 1)[0] + ":endpoint/GCM/app/1"
    assert refusal(sns.publish, TargetArn=endpoint, Message="m")[0] == "NotImplemented"


def test_attributes_of_every_type(sns, target):
    sns.publish(TopicArn=target, Message="m", MessageAttributes={
        "text": text("x"), "number": text("-1.5e3", "Number"), "list": text('["a", 1]', "String.Array"),
        "custom": text("x", "String.mine"), "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}})


def test_a_topic_may_take_less_or_more(sns, topic):
    sns.set_topic_attributes(TopicArn=topic, AttributeName="MaximumMessageSize", AttributeValue="1024")
    assert refusal(sns.publish, TopicArn=topic, Message="x" * 1025) == (BAD, "Invalid parameter: Message too long")
    sns.set_topic_attributes(TopicArn=topic, AttributeName="MaximumMessageSize", AttributeValue="1048576")
    sns.publish(TopicArn=topic, Message="x" * 1048576)


def entry(name, message="m", **more):
    return {"Id": name, "Message": message, **more}


@pytest.mark.parametrize(("entries", "code"), [
    ([], "EmptyBatchRequest"), ([entry(str(i)) for i in range(11)], "TooManyEntriesInBatchRequest"),
    ([entry("a"), entry("a")], "BatchEntryIdsNotDistinct"), ([entry("a b")], "InvalidBatchEntryId"),
    ([entry(str(i), "x" * 30000) for i in range(10)], "BatchRequestTooLong"),
    ([entry("a"), entry("b", "x", MessageStructure="json")], BAD),
    ([entry("a"), entry("b", MessageAttributes={"a": text("", "String")})], VALUE),
])
def test_batches_that_are_refused(sns, target, entries, code):
    assert refusal(sns.publish_batch, TopicArn=target, PublishBatchRequestEntries=entries)[0] == code


def test_a_batch_fails_in_part(sns, target):
    answer = sns.publish_batch(TopicArn=target, PublishBatchRequestEntries=[
        entry("good"), entry("empty", ""), entry("subject", Subject="x\ny"), entry("too")])
    assert [one["Id"] for one in answer["Successful"]] == ["good", "too"]
    assert answer["Failed"] == [
        {"Id": "empty", "Code": BAD, "Message": "Invalid parameter: Empty message", "SenderFault": True},
        {"Id": "subject", "Code": BAD, "Message": "Invalid parameter: Subject", "SenderFault": True}]


def test_fifo_topics_want_a_group_and_a_deduplication_id(sns, fifo):
    assert refusal(sns.publish, TopicArn=fifo, Message="m") == (
        BAD, "Invalid parameter: The MessageGroupId parameter is required for FIFO topics")
    assert refusal(sns.publish, TopicArn=fifo, Message="m", MessageGroupId="g") == (
        BAD, "Invalid parameter: The topic should either have ContentBasedDeduplication enabled or "
             "MessageDeduplicationId provided explicitly")
    assert refusal(sns.publish, TopicArn=fifo, Message="m", MessageGroupId="with space", MessageDeduplicationId="d")[0] == BAD
    assert refusal(sns.publish_batch, TopicArn=fifo, PublishBatchRequestEntries=[entry("a")]) == (
        BAD, "Invalid parameter: The MessageGroupId parameter is required for FIFO topics")


def test_duplicates_are_answered_as_the_first_and_numbers_grow(own_server):
    server = own_server("--clock", "frozen@2026-03-01T00:00:00Z")
    sns = server.client("sns")
    fifo = sns.create_topic(Name="t.fifo", Attributes={"FifoTopic": "true", "ContentBasedDeduplication": "true"})["TopicArn"]

    def publish(message, group="g", **more):
        answer = sns.publish(TopicArn=fifo, Message=message, MessageGroupId=group, **more)
        return answer["MessageId"], answer["SequenceNumber"]

    first = publish("a")
    assert publish("a") == first == publish("a", "other-group") == publish("b", MessageDeduplicationId=(
        "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"))  # SHA-256 of "a"
    second = publish("b")
    assert len(first[1]) == 20 and int(second[1]) > int(first[1])
    batch = sns.publish_batch(TopicArn=fifo, PublishBatchRequestEntries=[
        entry("1", "c", MessageGroupId="g"), entry("2", "c", MessageGroupId="g"), entry("3", "d", MessageGroupId="g")])
    ids = [one["MessageId"] for one in batch["Successful"]]
    assert ids[0] == ids[1] != ids[2]
    server.clock.advance("5m")
    assert publish("a") != first
    sns.set_topic_attributes(TopicArn=fifo, AttributeName="FifoThroughputScope", AttributeValue="MessageGroup")
    assert publish("z", "one") != publish("z", "two")
