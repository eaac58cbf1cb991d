"""Subscriptions: endpoints, confirmation, attributes, farewell."""

import json
import urllib.parse

import pytest

from support.aws import ACCOUNT, allow, raw, refusal
from support.notifications import wait_for

BAD = "InvalidParameter"
FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f"


def attributes(sns, subscription):
    return sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]


def counts(sns, topic):
    shown = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    return tuple(int(shown["Subscriptions" + kind]) for kind in ("Pending", "Confirmed", "Deleted"))


def follow(server, url):
    """What the link answers."""
    parts = urllib.parse.urlsplit(url)
    assert f"{parts.scheme}://{parts.netloc}" == server.url
    return raw(server, "GET", f"{parts.path}?{parts.query}")


def test_a_function_is_subscribed_at_once(sns, topic):
    arn = sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=FUNCTION)["SubscriptionArn"]
    assert arn.startswith(topic + ":")
    shown = attributes(sns, arn)
    assert shown["Protocol"] == "lambda" and shown["Endpoint"] == FUNCTION and shown["TopicArn"] == topic
    assert shown["Owner"] == ACCOUNT and shown["SubscriptionArn"] == arn
    assert shown["PendingConfirmation"] == "false" and shown["ConfirmationWasAuthenticated"] == "true"
    assert shown["RawMessageDelivery"] == "false" and "FilterPolicyScope" not in shown
    assert sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=FUNCTION)["SubscriptionArn"] == arn
    assert refusal(sns.subscribe, TopicArn=topic, Protocol="lambda", Endpoint=FUNCTION,
                   Attributes={"FilterPolicy": '{"a": ["b"]}'}) == (
        BAD, "Invalid parameter: Attributes Reason: Subscription already exists with different attributes")
    listed = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert listed == [{"SubscriptionArn": arn, "Owner": ACCOUNT, "Protocol": "lambda", "Endpoint": FUNCTION,
                       "TopicArn": topic}]
    assert counts(sns, topic) == (0, 1, 0)
    sns.unsubscribe(SubscriptionArn=arn)
    sns.unsubscribe(SubscriptionArn=arn)
    assert counts(sns, topic) == (0, 0, 1)
    assert refusal(sns.get_subscription_attributes, SubscriptionArn=arn) == ("NotFound", "Subscription does not exist")


def test_an_http_endpoint_confirms_with_the_token(sns, topic, endpoint, server):
    assert sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url + "/hook")["SubscriptionArn"] == (
        "pending confirmation")
    invitation = wait_for(endpoint, "SubscriptionConfirmation")[0]
    request = endpoint.got()[0]
    assert request["method"] == "POST" and request["headers"]["content-type"] == "text/plain; charset=UTF-8"
    assert request["headers"]["x-amz-sns-topic-arn"] == topic
    assert request["headers"]["user-agent"] == "Amazon Simple Notification Service Agent"
    assert "x-amz-sns-subscription-arn" not in request["headers"]
    assert invitation["Message"].startswith(f"You have chosen to subscribe to the topic {topic}.\n")
    assert invitation["TopicArn"] == topic and invitation["Token"] in invitation["SubscribeURL"]
    assert counts(sns, topic) == (1, 0, 0)
    assert sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"][0]["SubscriptionArn"] == (
        "PendingConfirmation")

    assert refusal(sns.confirm_subscription, TopicArn=topic, Token="nonsense") == (BAD, "Invalid parameter: Token")
    reply = follow(server, invitation["SubscribeURL"])  # nobody signs a link
    assert reply.status == 200 and "<SubscriptionArn>" + topic in reply.text
    assert counts(sns, topic) == (0, 1, 0)
    arn = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"][0]["SubscriptionArn"]
    shown = attributes(sns, arn)
    assert shown["PendingConfirmation"] == "false" and shown["ConfirmationWasAuthenticated"] == "false"
    assert json.loads(shown["EffectiveDeliveryPolicy"])["healthyRetryPolicy"]["numRetries"] == 3
    assert sns.confirm_subscription(TopicArn=topic, Token=invitation["Token"])["SubscriptionArn"] == arn  # once more
    assert counts(sns, topic) == (0, 1, 0)


def test_subscribing_again_asks_again(sns, topic, endpoint):
    for count in (1, 2):
        sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url + "/hook")
        tokens = [one["Token"] for one in wait_for(endpoint, "SubscriptionConfirmation", count)]
    assert len(set(tokens)) == 2
    assert counts(sns, topic) == (1, 0, 0)
    sns.confirm_subscription(TopicArn=topic, Token=tokens[0])
    sns.confirm_subscription(TopicArn=topic, Token=tokens[1])
    assert counts(sns, topic) == (0, 1, 0)


def test_a_token_lives_for_two_days_of_the_clock(own_server, endpoint):
    server = own_server("--clock", "frozen@2026-03-01T00:00:00Z")
    sns = server.client("sns")
    topic = sns.create_topic(Name="t")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url + "/hook")
    token = wait_for(endpoint, "SubscriptionConfirmation")[0]["Token"]
    server.clock.advance("47h")
    assert counts(sns, topic) == (1, 0, 0)
    server.clock.advance("1h")
    assert refusal(sns.confirm_subscription, TopicArn=topic, Token=token) == (BAD, "Invalid parameter: Token")
    assert counts(sns, topic) == (0, 0, 0) and sns.list_subscriptions()["Subscriptions"] == []


def test_a_newer_token_lives_on(own_server, endpoint):
    server = own_server("--clock", "frozen@2026-03-01T00:00:00Z")
    sns = server.client("sns")
    topic = sns.create_topic(Name="t")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url + "/hook")
    server.clock.advance("47h")
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url + "/hook")
    tokens = [one["Token"] for one in wait_for(endpoint, "SubscriptionConfirmation", 2)]
    server.clock.advance("24h")
    assert refusal(sns.confirm_subscription, TopicArn=topic, Token=tokens[0]) == (BAD, "Invalid parameter: Token")
    sns.confirm_subscription(TopicArn=topic, Token=tokens[1])
    assert counts(sns, topic) == (0, 1, 0)


def test_the_link_ends_a_subscription_and_the_farewell_takes_it_back(sns, topic, endpoint, subscribe_http, server):
    arn = subscribe_http(topic, attributes={"FilterPolicy": '{"a": ["b"]}'})
    link = f"{server.url}/?Action=Unsubscribe&SubscriptionArn={arn}"
    assert follow(server, link).status == 200
    assert counts(sns, topic) == (0, 0, 1)
    farewell = wait_for(endpoint, "UnsubscribeConfirmation")[0]
    assert farewell["Message"].startswith(f"You have chosen to deactivate subscription {arn}.\n")
    assert follow(server, farewell["SubscribeURL"]).status == 200
    assert counts(sns, topic) == (0, 1, 0)
    assert attributes(sns, arn)["FilterPolicy"] == '{"a": ["b"]}'


def test_authenticated_goodbyes(sns, topic, endpoint, server):
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url + "/hook")
    token = wait_for(endpoint, "SubscriptionConfirmation")[0]["Token"]
    arn = sns.confirm_subscription(TopicArn=topic, Token=token, AuthenticateOnUnsubscribe="true")["SubscriptionArn"]
    reply = follow(server, f"{server.url}/?Action=Unsubscribe&SubscriptionArn={arn}")
    assert reply.status == 403 and "<Code>AuthorizationError</Code>" in reply.text
    sns.unsubscribe(SubscriptionArn=arn)
    assert counts(sns, topic) == (0, 0, 1)


@pytest.mark.parametrize(("protocol", "endpoint", "code", "message"), [
    ("carrier-pigeon", "x", BAD, "Invalid parameter: Amazon SNS does not support this protocol string: carrier-pigeon"),
    ("http", "https://example.com/", BAD, "Invalid parameter: Endpoint must match the specified protocol"),
    ("https", "https://", BAD, "Invalid parameter: Unable to parse URL"),
    ("lambda", "f", BAD, "Invalid parameter: Lambda endpoint ARN"),
    ("sqs", "http://localhost/q", BAD, "Invalid parameter: SQS endpoint ARN"),
    ("lambda", "", BAD, "Invalid parameter: Endpoint"),
    ("email", "me@example.com", "NotImplemented",
     "Orrery does not deliver to the protocol email: use http, https, lambda, sqs or firehose."),
    ("sms", "+4915112345", "NotImplemented",
     "Orrery does not deliver to the protocol sms: use http, https, lambda, sqs or firehose."),
])
def test_endpoints_that_are_refused(sns, topic, protocol, endpoint, code, message):
    assert refusal(sns.subscribe, TopicArn=topic, Protocol=protocol, Endpoint=endpoint) == (code, message)


def test_fifo_topics_deliver_to_queues_alone(sns, unique):
    arn = sns.create_topic(Name=unique("t") + ".fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
    assert refusal(sns.subscribe, TopicArn=arn, Protocol="lambda", Endpoint=FUNCTION) == (
        BAD, "Invalid parameter: Invalid protocol type: lambda")


@pytest.mark.parametrize(("name", "value", "message"), [
    ("Nonsense", "1", "AttributeName"),
    ("RawMessageDelivery", "perhaps", "RawMessageDelivery: Invalid value [perhaps]. Must be true or false."),
    ("FilterPolicyScope", "Everything",
     "FilterPolicyScope: Invalid value [Everything]. Please use either MessageBody or MessageAttributes"),
    ("RedrivePolicy", "{", "RedrivePolicy: failed to parse JSON."),
    ("RedrivePolicy", '{"deadLetterTargetArn": "q"}', "RedrivePolicy: deadLetterTargetArn is an invalid arn"),
    ("DeliveryPolicy", '{"healthyRetryPolicy": {"backoffFunction": "random"}}',
     "DeliveryPolicy: backoffFunction must be one of arithmetic, exponential, geometric, linear"),
])
def test_attributes_that_are_refused(sns, topic, subscribe_http, name, value, message):
    arn = subscribe_http(topic)
    assert refusal(sns.set_subscription_attributes, SubscriptionArn=arn, AttributeName=name, AttributeValue=value) == (
        BAD, "Invalid parameter: " + message)


def test_attributes_are_set_and_taken_back(sns, topic, subscribe_http):
    arn = subscribe_http(topic)

    def put(name, value):
        sns.set_subscription_attributes(SubscriptionArn=arn, AttributeName=name, AttributeValue=value)
        return attributes(sns, arn)

    assert put("RawMessageDelivery", "True")["RawMessageDelivery"] == "true"
    assert put("FilterPolicy", '{"a": ["b"]}')["FilterPolicyScope"] == "MessageAttributes"
    assert put("FilterPolicyScope", "MessageBody")["FilterPolicyScope"] == "MessageBody"
    assert "FilterPolicy" not in put("FilterPolicy", "{}")
    letters = json.dumps({"deadLetterTargetArn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:letters"})
    assert put("RedrivePolicy", letters)["RedrivePolicy"] == letters
    assert "RedrivePolicy" not in put("RedrivePolicy", "")
    policy = json.dumps({"healthyRetryPolicy": {"numRetries": 1, "minDelayTarget": 2, "maxDelayTarget": 2}})
    shown = put("DeliveryPolicy", policy)
    assert shown["DeliveryPolicy"] == policy
    assert json.loads(shown["EffectiveDeliveryPolicy"])["healthyRetryPolicy"]["numRetries"] == 1
    assert refusal(sns.set_subscription_attributes, SubscriptionArn=arn + "0", AttributeName="RawMessageDelivery",
                   AttributeValue="true") == ("NotFound", "Subscription does not exist")


def test_subscriptions_are_listed_a_page_at_a_time(server, unique):
    sns = server.client("sns", region="eu-west-3")
    topic = sns.create_topic(Name=unique("t"))["TopicArn"]
    made = {sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=f"{FUNCTION}{i}")["SubscriptionArn"]
            for i in range(101)}
    for pages in (sns.get_paginator("list_subscriptions").paginate(),
                  sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)):
        assert {one["SubscriptionArn"] for page in pages for one in page["Subscriptions"]} == made
    assert len(sns.list_subscriptions()["Subscriptions"]) == 100
    sns.delete_topic(TopicArn=topic)
    assert sns.list_subscriptions()["Subscriptions"] == []


def test_a_subscription_is_its_topics_when_policies_speak_of_it(sns, topic, acting_as):
    arn = sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=FUNCTION)["SubscriptionArn"]
    assert refusal(acting_as().get_subscription_attributes, SubscriptionArn=arn)[0] == "AuthorizationError"
    acting_as(allow("sns:GetSubscriptionAttributes", topic)).get_subscription_attributes(SubscriptionArn=arn)
    assert refusal(acting_as().unsubscribe, SubscriptionArn=arn)[0] == "AuthorizationError"


def test_two_hundred_filter_policies_a_topic(server, unique):
    sns = server.client("sns", region="eu-south-1")
    topic = sns.create_topic(Name=unique("t"))["TopicArn"]
    for i in range(200):
        sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=f"{FUNCTION}{i}", Attributes={"FilterPolicy": '{"a": ["b"]}'})
    assert refusal(sns.subscribe, TopicArn=topic, Protocol="lambda", Endpoint=f"{FUNCTION}x",
                   Attributes={"FilterPolicy": '{"a": ["b"]}'})[0] == "FilterPolicyLimitExceeded"
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=f"{FUNCTION}x")
