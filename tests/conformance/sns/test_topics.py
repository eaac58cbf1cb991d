"""Topics: making, describing, listing, deleting, tags and limits."""

import json

import pytest

from support.aws import ACCOUNT, refusal, status_of

BAD = "InvalidParameter"


def attributes(sns, topic):
    return sns.get_topic_attributes(TopicArn=topic)["Attributes"]


def test_a_topic_is_made_described_and_deleted(sns, unique):
    name = unique("topic")
    arn = sns.create_topic(Name=name)["TopicArn"]
    assert arn == f"arn:aws:sns:us-east-1:{ACCOUNT}:{name}"
    shown = attributes(sns, arn)
    assert shown["TopicArn"] == arn and shown["Owner"] == ACCOUNT and shown["DisplayName"] == ""
    assert [shown["Subscriptions" + kind] for kind in ("Confirmed", "Pending", "Deleted")] == ["0", "0", "0"]
    assert "FifoTopic" not in shown
    retry = json.loads(shown["EffectiveDeliveryPolicy"])["http"]["defaultHealthyRetryPolicy"]
    assert retry["numRetries"] == 3 and retry["minDelayTarget"] == 20
    policy = json.loads(shown["Policy"])
    assert policy["Id"] == "__default_policy_ID"
    assert policy["Statement"][0]["Condition"] == {"StringEquals": {"AWS:SourceOwner": ACCOUNT}}

    sns.delete_topic(TopicArn=arn)
    sns.delete_topic(TopicArn=arn)  # as often as one likes
    assert refusal(sns.get_topic_attributes, TopicArn=arn) == ("NotFound", "Topic does not exist")
    assert status_of(sns.get_topic_attributes, TopicArn=arn) == 404


def test_making_a_topic_again_is_the_same_topic_unless_something_differs(sns, unique):
    name = unique("topic")
    made = {"Name": name, "Attributes": {"DisplayName": "Orders"}, "Tags": [{"Key": "team", "Value": "a"}]}
    arn = sns.create_topic(**made)["TopicArn"]
    assert sns.create_topic(**made)["TopicArn"] == arn
    assert sns.create_topic(Name=name)["TopicArn"] == arn
    assert refusal(sns.create_topic, Name=name, Attributes={"DisplayName": "Other"}) == (
        BAD, "Invalid parameter: Attributes Reason: Topic already exists with different attributes")
    assert refusal(sns.create_topic, Name=name, Tags=[{"Key": "team", "Value": "b"}]) == (
        BAD, "Invalid parameter: Tags Reason: Topic already exists with different tags")


@pytest.mark.parametrize("name", ["", "with space", "a.b", "x" * 257, "orders.fifo"])
def test_names_of_topics(sns, name):
    assert refusal(sns.create_topic, Name=name) == (BAD, "Invalid parameter: Topic Name")


@pytest.mark.parametrize("name", ["orders", ".fifo", "a b.fifo"])
def test_names_of_fifo_topics(sns, name):
    code, message = refusal(sns.create_topic, Name=name, Attributes={"FifoTopic": "true"})
    assert code == BAD and message.startswith("Invalid parameter: Fifo Topic names must end with .fifo and must be")


def test_fifo_topics(sns, unique):
    name = unique("topic") + ".fifo"
    arn = sns.create_topic(Name=name, Attributes={"FifoTopic": "true", "ContentBasedDeduplication": "true"})["TopicArn"]
    shown = attributes(sns, arn)
    assert shown["FifoTopic"] == "true" and shown["ContentBasedDeduplication"] == "true"
    sns.set_topic_attributes(TopicArn=arn, AttributeName="ContentBasedDeduplication", AttributeValue="false")
    assert attributes(sns, arn)["ContentBasedDeduplication"] == "false"
    sns.set_topic_attributes(TopicArn=arn, AttributeName="FifoThroughputScope", AttributeValue="MessageGroup")
    assert refusal(sns.set_topic_attributes, TopicArn=arn, AttributeName="FifoTopic", AttributeValue="false") == (
        BAD, "Invalid parameter: AttributeName")


@pytest.mark.parametrize(("name", "value", "message"), [
    ("Nonsense", "1", "Invalid parameter: AttributeName"),
    ("DisplayName", "x" * 101, "Invalid parameter: DisplayName"),
    ("SignatureVersion", "3", "Invalid parameter: SignatureVersion"),
    ("ContentBasedDeduplication", "true", "Invalid parameter: AttributeName"),  # of FIFO topics
    ("DeliveryPolicy", "{", "Invalid parameter: DeliveryPolicy: failed to parse JSON."),
    ("DeliveryPolicy", '{"http": {"defaultHealthyRetryPolicy": {"minDelayTarget": 9, "maxDelayTarget": 3}}}',
     "Invalid parameter: DeliveryPolicy: minDelayTarget must be between 1 and maxDelayTarget"),
    ("DeliveryPolicy", '{"http": {"defaultHealthyRetryPolicy": {"numRetries": 101}}}',
     "Invalid parameter: DeliveryPolicy: numRetries must not be more than 100"),
    ("DeliveryPolicy", '{"https": {}}', "Invalid parameter: DeliveryPolicy: Unrecognized field https"),
    ("Policy", "{}", None),
    ("Policy", json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}]}),
     "Invalid parameter: Policy statement action out of service scope!"),
    ("MaximumMessageSize", "1", None),
])
def test_attributes_that_are_refused(sns, topic, name, value, message):
    code, said = refusal(sns.set_topic_attributes, TopicArn=topic, AttributeName=name, AttributeValue=value)
    assert code == BAD
    assert message is None or said == message


@pytest.mark.parametrize("name", ["KmsMasterKeyId", "LambdaSuccessFeedbackRoleArn", "ArchivePolicy"])
def test_attributes_of_what_is_not_here(sns, topic, name):
    assert refusal(sns.set_topic_attributes, TopicArn=topic, AttributeName=name, AttributeValue="x")[0] == (
        "NotImplemented")


def test_attributes_are_set_and_taken_back(sns, topic):
    delivery = json.dumps({"http": {"defaultHealthyRetryPolicy": {"numRetries": 5, "minDelayTarget": 1,
                                                                  "maxDelayTarget": 2}}})
    for name, value in (("DisplayName", "Orders"), ("DeliveryPolicy", delivery), ("SignatureVersion", "2"),
                        ("TracingConfig", "PassThrough"), ("MaximumMessageSize", "2048")):
        sns.set_topic_attributes(TopicArn=topic, AttributeName=name, AttributeValue=value)
        assert attributes(sns, topic)[name] == value
    effective = json.loads(attributes(sns, topic)["EffectiveDeliveryPolicy"])
    assert effective["http"]["defaultHealthyRetryPolicy"]["numRetries"] == 5
    sns.set_topic_attributes(TopicArn=topic, AttributeName="DeliveryPolicy", AttributeValue="")
    assert "DeliveryPolicy" not in attributes(sns, topic)


def test_topics_are_listed_a_page_at_a_time(server, unique):
    sns = server.client("sns", region="eu-north-1")
    made = {sns.create_topic(Name=f"{unique('page')}-{i}")["TopicArn"] for i in range(103)}
    first = sns.list_topics()
    assert len(first["Topics"]) == 100
    pages = sns.get_paginator("list_topics").paginate()
    assert {one["TopicArn"] for page in pages for one in page["Topics"]} == made
    assert refusal(sns.list_topics, NextToken="nonsense") == (BAD, "Invalid parameter: NextToken")


def test_arns_that_are_none(sns, topic):
    assert refusal(sns.get_topic_attributes, TopicArn="topic") == (
        BAD, "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1")
    other = topic.replace("us-east-1", "eu-west-1")
    assert refusal(sns.get_topic_attributes, TopicArn=other) == (BAD, "Invalid parameter: TopicArn")


def test_tags(sns, topic):
    sns.tag_resource(ResourceArn=topic, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    sns.tag_resource(ResourceArn=topic, Tags=[{"Key": "b", "Value": "3"}])
    shown = sns.list_tags_for_resource(ResourceArn=topic)["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in shown} == {"a": "1", "b": "3"}
    sns.untag_resource(ResourceArn=topic, TagKeys=["a"])
    assert sns.list_tags_for_resource(ResourceArn=topic)["Tags"] == [{"Key": "b", "Value": "3"}]
    assert refusal(sns.tag_resource, ResourceArn=topic, Tags=[{"Key": "a", "Value": "1"}] * 2) == (
        BAD, "Invalid parameter: Duplicated keys are not allowed.")
    many = [{"Key": str(i), "Value": ""} for i in range(51)]
    assert refusal(sns.tag_resource, ResourceArn=topic, Tags=many)[0] == "TagLimitExceeded"
    assert refusal(sns.list_tags_for_resource, ResourceArn=topic + "x") == (
        "ResourceNotFound", "Resource does not exist")


@pytest.mark.parametrize(("operation", "arguments"), [
    ("list_platform_applications", {}), ("check_if_phone_number_is_opted_out", {"phoneNumber": "+4915112345"}),
    ("get_sms_attributes", {}), ("list_origination_numbers", {}),
])
def test_what_is_not_here_says_so(sns, operation, arguments):
    code, message = refusal(getattr(sns, operation), **arguments)
    assert code == "NotImplemented" and "sns:" in message
