"""Who may use a queue: identities, queue policies, other accounts, labels."""

import json

import pytest
from support.aws import ACCOUNT, allow, policy, refusal
from support.queues import arn_of, redrive


@pytest.fixture
def user(server, unique):
    """user(statement…) -> a client of a user who may do that."""
    iam = server.client("iam")

    def make(*statements, service="sqs"):
        name = unique("user")
        iam.create_user(UserName=name)
        if statements:
            iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=policy(*statements))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return server.client(service, access_key=key["AccessKeyId"], secret=key["SecretAccessKey"])

    return make


def test_identities(sqs, make_queue, user):
    url = make_queue()
    arn = arn_of(sqs, url)
    code, message = refusal(user().send_message, QueueUrl=url, MessageBody="m")
    assert code == "AccessDenied" and f"sqs:SendMessage on resource: {arn}" in message
    sender = user(allow("sqs:SendMessage", arn))
    sender.send_message_batch(QueueUrl=url, Entries=[{"Id": "a", "MessageBody": "m"}])
    assert refusal(sender.receive_message, QueueUrl=url)[0] == "AccessDenied"
    [message] = user(allow("sqs:ReceiveMessage", arn)).receive_message(
        QueueUrl=url, AttributeNames=["SenderId"])["Messages"]
    assert message["Attributes"]["SenderId"].startswith("AIDA")


def test_queue_policy(sqs, make_queue, user, server):
    url = make_queue()
    arn = arn_of(sqs, url)
    client = user()
    who = client.meta  # noqa: F841
    statement = {"Sid": "s", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                 "Action": "SQS:SendMessage", "Resource": arn}
    everybody = {**statement, "Principal": "*"}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy(everybody)})
    client.send_message(QueueUrl=url, MessageBody="m")
    assert refusal(client.receive_message, QueueUrl=url)[0] == "AccessDenied"
    deny = {**everybody, "Effect": "Deny"}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy(deny)})
    assert refusal(sqs.send_message, QueueUrl=url, MessageBody="m")[0] == "AccessDenied"


def test_labels(sqs, make_queue):
    url = make_queue()
    grant = {"QueueUrl": url, "Label": "l", "AWSAccountIds": ["111122223333"], "Actions": ["SendMessage"]}
    sqs.add_permission(**grant)
    got = json.loads(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"])
    assert got["Statement"] == [{
        "Sid": "l", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "SQS:SendMessage", "Resource": arn_of(sqs, url),
    }]
    assert refusal(sqs.add_permission, **grant) == (
        "InvalidParameterValue", "Value l for parameter Label is invalid. Reason: Already exists."
    )
    assert refusal(sqs.add_permission, **{**grant, "Label": "m", "Actions": ["DeleteQueue"]}) == (
        "InvalidParameterValue",
        "Value SQS:DeleteQueue for parameter ActionName is invalid. Reason: Only the queue owner is allowed to invoke "
        "this action.",
    )
    sqs.remove_permission(QueueUrl=url, Label="l")
    assert "Attributes" not in sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])
    assert refusal(sqs.remove_permission, QueueUrl=url, Label="l") == (
        "InvalidParameterValue", "Value l for parameter Label is invalid. Reason: can't find label."
    )


def test_moving_back_is_sending(sqs, make_queue, user):
    dead = make_queue("dead")
    source = make_queue(RedrivePolicy=redrive(sqs, dead))
    dead_arn, source_arn = arn_of(sqs, dead), arn_of(sqs, source)
    taking = [allow(f"sqs:{action}", dead_arn)
              for action in ("StartMessageMoveTask", "ReceiveMessage", "DeleteMessage", "GetQueueAttributes")]
    code, message = refusal(user(*taking).start_message_move_task, SourceArn=dead_arn)
    assert code == "AccessDenied" and f"sqs:SendMessage on resource: {source_arn}" in message
    user(*taking, allow("sqs:SendMessage", source_arn)).start_message_move_task(SourceArn=dead_arn)


OTHER = "111122223333"


def test_other_accounts(own_server):
    server = own_server("--account-root", f"{OTHER}:other:other-secret")
    sqs, other = server.client("sqs"), server.client("sqs", access_key="other", secret="other-secret")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    assert refusal(other.send_message, QueueUrl=url, MessageBody="m")[0] == "AccessDenied"
    assert refusal(other.get_queue_url, QueueName="q", QueueOwnerAWSAccountId=ACCOUNT)[0] == "AccessDenied"
    sqs.add_permission(QueueUrl=url, Label="l", AWSAccountIds=[OTHER], Actions=["SendMessage", "GetQueueUrl"])
    assert other.get_queue_url(QueueName="q", QueueOwnerAWSAccountId=ACCOUNT)["QueueUrl"] == url
    other.send_message(QueueUrl=url, MessageBody="m")
    assert refusal(other.receive_message, QueueUrl=url)[0] == "AccessDenied"
    # What never is another account's.
    everything = {"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": arn_of(sqs, url)}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy(everything)})
    other.receive_message(QueueUrl=url)
    for call in (other.delete_queue, other.list_queue_tags):
        assert refusal(call, QueueUrl=url)[0] == "AccessDenied"
    sqs.create_queue(QueueName="source", Attributes={"RedrivePolicy": redrive(sqs, url)})
    for call in (other.start_message_move_task, other.list_message_move_tasks):
        assert refusal(call, SourceArn=arn_of(sqs, url))[0] == "AccessDenied"
