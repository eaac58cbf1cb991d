"""Who may do what with a topic: identity policies, the topic's own policy, other accounts."""

import json

import pytest

from support.aws import ACCOUNT, allow, deny, refusal, status_of, trust


def statements(sns, topic):
    return json.loads(sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"])["Statement"]


def set_policy(sns, topic, *given):
    document = json.dumps({"Version": "2012-10-17", "Statement": list(given)})
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=document)


def test_the_default_policy_lets_nobody_in_by_itself(topic, acting_as):
    nobody = acting_as()
    code, message = refusal(nobody.publish, TopicArn=topic, Message="m")
    assert code == "AuthorizationError" and "is not authorized to perform: sns:Publish on resource: " + topic in message
    assert status_of(nobody.publish, TopicArn=topic, Message="m") == 403
    assert acting_as(allow("sns:Publish", topic)).publish(TopicArn=topic, Message="m")["MessageId"]


@pytest.mark.parametrize(("operation", "arguments"), [
    ("subscribe", {"Protocol": "http", "Endpoint": "http://127.0.0.1:9/"}),
    ("delete_topic", {}), ("get_topic_attributes", {}), ("list_subscriptions_by_topic", {}),
    ("set_topic_attributes", {"AttributeName": "DisplayName", "AttributeValue": "x"}),
    ("add_permission", {"Label": "l", "AWSAccountId": [ACCOUNT], "ActionName": ["Publish"]}),
])
def test_each_operation_has_its_action(topic, acting_as, operation, arguments):
    assert refusal(getattr(acting_as(), operation), TopicArn=topic, **arguments)[0] == "AuthorizationError"


def test_a_policy_of_the_topic_lets_a_role_in_and_keeps_it_out(sns, topic, acting_as):
    role = acting_as()
    set_policy(sns, topic, {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "SNS:*", "Resource": topic})
    assert refusal(role.publish, TopicArn=topic, Message="m")[0] == "AuthorizationError"  # the account delegates
    set_policy(sns, topic, {"Effect": "Allow", "Principal": "*", "Action": "SNS:Publish", "Resource": topic})
    role.publish(TopicArn=topic, Message="m")
    allowed = acting_as(allow("sns:*"))
    set_policy(sns, topic, {**deny("SNS:Publish", topic), "Principal": "*"})
    assert refusal(allowed.publish, TopicArn=topic, Message="m")[0] == "AuthorizationError"


def test_conditions_on_protocol_and_endpoint(topic, acting_as):
    https_only = acting_as(allow("sns:Subscribe", topic, Condition={"StringEquals": {"sns:Protocol": "https"}}))
    assert refusal(https_only.subscribe, TopicArn=topic, Protocol="http", Endpoint="http://127.0.0.1:9/")[0] == (
        "AuthorizationError")
    https_only.subscribe(TopicArn=topic, Protocol="https", Endpoint="https://127.0.0.1:9/")


def test_permissions_are_added_and_removed(sns, topic):
    sns.add_permission(TopicArn=topic, Label="others", AWSAccountId=["111122223333"], ActionName=["Publish", "Subscribe"])
    added = statements(sns, topic)[-1]
    assert added == {"Sid": "others", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
                     "Action": ["SNS:Publish", "SNS:Subscribe"], "Resource": topic}
    assert refusal(sns.add_permission, TopicArn=topic, Label="others", AWSAccountId=["111122223333"],
                   ActionName=["Publish"]) == ("InvalidParameter", "Invalid parameter: Statement already exists")
    assert refusal(sns.add_permission, TopicArn=topic, Label="bad", AWSAccountId=["111122223333"],
                   ActionName=["Fly"]) == (
        "InvalidParameter", "Invalid parameter: Policy statement action out of service scope!")
    sns.remove_permission(TopicArn=topic, Label="others")
    assert [one["Sid"] for one in statements(sns, topic)] == ["__default_statement_ID"]
    assert refusal(sns.remove_permission, TopicArn=topic, Label="others")[0] == "NotFound"


def test_another_account_needs_both(own_server):
    server = own_server("--account-root", "222233334444:other:secret")
    sns, other = server.client("sns"), server.client("sns", "other", "secret")
    topic = sns.create_topic(Name="shared")["TopicArn"]
    assert refusal(other.publish, TopicArn=topic, Message="m")[0] == "AuthorizationError"
    sns.add_permission(TopicArn=topic, Label="l", AWSAccountId=["222233334444"], ActionName=["Publish", "Subscribe"])
    other.publish(TopicArn=topic, Message="m")
    made = other.subscribe(TopicArn=topic, Protocol="lambda", ReturnSubscriptionArn=True,
                           Endpoint="arn:aws:lambda:us-east-1:222233334444:function:f")["SubscriptionArn"]
    assert [one["Owner"] for one in other.list_subscriptions()["Subscriptions"]] == ["222233334444"]
    assert sns.list_subscriptions()["Subscriptions"] == []
    assert sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"][0]["SubscriptionArn"] == made
    other.set_subscription_attributes(SubscriptionArn=made, AttributeName="FilterPolicy", AttributeValue='{"a": ["b"]}')
    other.unsubscribe(SubscriptionArn=made)
    assert sns.get_topic_attributes(TopicArn=topic)["Attributes"]["SubscriptionsDeleted"] == "1"
    # A function of an account that has not asked for it confirms.
    assert sns.subscribe(TopicArn=topic, Protocol="lambda",
                         Endpoint="arn:aws:lambda:us-east-1:222233334444:function:f")["SubscriptionArn"] == (
        "pending confirmation")


def test_who_passes_a_role(iam, topic, acting_as, unique):
    stream = f"arn:aws:firehose:us-east-1:{ACCOUNT}:deliverystream/x"
    document = trust(Service="sns.amazonaws.com")
    mine, other = (iam.create_role(RoleName=unique("passed"), AssumeRolePolicyDocument=document)["Role"]["Arn"]
                   for _ in range(2))
    user = acting_as(allow("sns:*"), allow("iam:PassRole", mine))
    arguments = {"TopicArn": topic, "Protocol": "firehose", "Endpoint": stream}
    assert refusal(user.subscribe, **arguments, Attributes={"SubscriptionRoleArn": other})[0] == "AuthorizationError"
    arn = user.subscribe(**arguments, Attributes={"SubscriptionRoleArn": mine})["SubscriptionArn"]
    change = {"SubscriptionArn": arn, "AttributeName": "SubscriptionRoleArn"}
    code, message = refusal(user.set_subscription_attributes, **change, AttributeValue=other)
    assert code == "AuthorizationError" and "iam:PassRole on resource: " + other in message
    assert user.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]["SubscriptionRoleArn"] == mine
    user.set_subscription_attributes(**change, AttributeValue=mine)
