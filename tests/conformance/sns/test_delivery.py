"""What endpoints get: documents, headers, signatures, retries; functions; and that nothing is lost."""

import base64
import json

from support.aws import eventually, raw
from support.notifications import is_genuine, messages, wait_for

def test_a_notification_as_documented(sns, topic, endpoint, subscribe_http, server):
    arn = subscribe_http(topic)
    sent = sns.publish(TopicArn=topic, Message='say "hi"\n\u2713', Subject="Greeting", MessageAttributes={
        "kind": {"DataType": "String", "StringValue": "x"}, "size": {"DataType": "Number", "StringValue": "3"},
        "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\x01"}})
    got = wait_for(endpoint)[0]
    headers = endpoint.got()[-1]["headers"]
    assert headers["x-amz-sns-message-type"] == "Notification" and headers["x-amz-sns-message-id"] == sent["MessageId"]
    assert headers["x-amz-sns-topic-arn"] == topic and headers["x-amz-sns-subscription-arn"] == arn
    assert list(got) == ["Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp", "SignatureVersion",
                         "Signature", "SigningCertURL", "UnsubscribeURL", "MessageAttributes"]
    assert got["MessageId"] == sent["MessageId"] and got["Subject"] == "Greeting"
    assert got["Message"] == 'say "hi"\n\u2713'
    assert got["UnsubscribeURL"] == f"{server.url}/?Action=Unsubscribe&SubscriptionArn={arn}"
    assert got["MessageAttributes"] == {"kind": {"Type": "String", "Value": "x"}, "size": {"Type": "Number", "Value": "3"},
                                        "bytes": {"Type": "Binary", "Value": "AAE="}}
    assert got["Timestamp"].endswith("Z") and len(got["Timestamp"]) == 24


def test_signatures_are_real(sns, topic, endpoint, subscribe_http, server):
    subscribe_http(topic)
    assert is_genuine(messages(endpoint, "SubscriptionConfirmation")[0])
    sns.publish(TopicArn=topic, Message="without subject")
    sns.publish(TopicArn=topic, Message="m", Subject="with subject")
    for document in wait_for(endpoint, count=2):
        assert document["SignatureVersion"] == "1"
        assert is_genuine(document)
    sns.set_topic_attributes(TopicArn=topic, AttributeName="SignatureVersion", AttributeValue="2")
    sns.publish(TopicArn=topic, Message="m")
    document = wait_for(endpoint, count=3)[-1]
    assert document["SignatureVersion"] == "2"
    assert is_genuine(document)
    document["Message"] = "forged"
    assert not is_genuine(document)
    assert raw(server, "GET", "/SimpleNotificationService-0.pem").status == 404


def test_raw_messages(sns, topic, endpoint, subscribe_http):
    arn = subscribe_http(topic, attributes={"RawMessageDelivery": "true"})
    sns.publish(TopicArn=topic, Message="as it is", Subject="s",
                MessageAttributes={"a": {"DataType": "String", "StringValue": "x"}})
    request = eventually(lambda: endpoint.got()[1:])[0]
    assert request["body"] == "as it is" and request["headers"]["x-amz-sns-rawdelivery"] == "true"
    assert request["headers"]["x-amz-sns-subscription-arn"] == arn


def test_each_protocol_its_own_text(sns, topic, endpoint, subscribe_http, sink):
    subscribe_http(topic)
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=sink.arn)
    sns.publish(TopicArn=topic, MessageStructure="json",
                Message=json.dumps({"default": "for all", "http": "for http", "https": 3}))
    assert wait_for(endpoint)[0]["Message"] == "for http"
    assert sink.wait_for(topic)[0]["Sns"]["Message"] == "for all"


def test_functions_get_records(sns, topic, sink):
    arn = sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=sink.arn)["SubscriptionArn"]
    sent = sns.publish(TopicArn=topic, Message="m", MessageAttributes={"a": {"DataType": "String", "StringValue": "x"}})
    record = sink.wait_for(topic)[0]
    assert (record["EventSource"], record["EventVersion"], record["EventSubscriptionArn"]) == ("aws:sns", "1.0", arn)
    body = record["Sns"]
    assert body["Type"] == "Notification" and body["MessageId"] == sent["MessageId"] and body["Subject"] is None
    assert body["MessageAttributes"] == {"a": {"Type": "String", "Value": "x"}}
    assert is_genuine({**{k: v for k, v in body.items() if v is not None}, "SigningCertURL": body["SigningCertUrl"]})


def test_a_function_that_does_not_let_sns_in_is_not_invoked(sns, server, topic, sink, client):
    function = client("lambda").publish_version(FunctionName="sns-sink")["FunctionArn"]  # whose policy is empty
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function)
    sns.publish(TopicArn=topic, Message="secret")
    line = eventually(lambda: [line for line in server.log_text().splitlines()
                               if "a notification was not delivered" in line and topic in line])
    assert "is not authorized to perform: lambda:InvokeFunction" in line[0]
    assert sink.got(topic) == []


RETRY = json.dumps({"healthyRetryPolicy": {"numRetries": 3, "minDelayTarget": 10, "maxDelayTarget": 30,
                                           "numNoDelayRetries": 1, "backoffFunction": "linear"},
                    "requestPolicy": {"headerContentType": "application/json"}})


def start(server, endpoint, attributes=None):
    sns = server.client("sns")
    topic = sns.create_topic(Name="t")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url + "/hook", Attributes=attributes or {})
    token = wait_for(endpoint, "SubscriptionConfirmation")[0]["Token"]
    sns.confirm_subscription(TopicArn=topic, Token=token)
    return sns, topic


def test_retries_follow_the_delivery_policy(own_server, endpoint):
    server = own_server("--clock", "frozen@2026-03-01T00:00:00Z")
    sns, topic = start(server, endpoint, {"DeliveryPolicy": RETRY})
    endpoint.answers = [(500, {}), (503, {}), (429, {}), (200, {})]
    sns.publish(TopicArn=topic, Message="m")
    wait_for(endpoint, count=2)  # the second at once
    ran = [one for one in server.clock.advance("2m") if one["kind"].startswith("sns.http")]
    assert [one["at"] for one in ran] == ["2026-03-01T00:00:10.000Z", "2026-03-01T00:00:40.000Z"]
    assert [one["ok"] for one in ran] == [False, True]
    got = messages(endpoint)
    assert len(got) == 4 and len({one["MessageId"] for one in got}) == 1
    assert endpoint.got()[-1]["headers"]["content-type"] == "application/json"


def test_a_refusal_is_final_and_retries_end(own_server, endpoint):
    server = own_server("--clock", "frozen@2026-03-01T00:00:00Z")
    sns, topic = start(server, endpoint)
    endpoint.answers = [(404, {})]
    sns.publish(TopicArn=topic, Message="m")
    eventually(lambda: "HTTP status 404" in server.log_text())
    endpoint.answers = [(500, {})] * 9
    sns.publish(TopicArn=topic, Message="m")
    server.clock.advance("1h")
    assert len(messages(endpoint)) == 1 + 4
    assert "HTTP status 500" in server.log_text()


def test_credentials_in_the_endpoint(sns, topic, endpoint):
    url = endpoint.url.replace("://", "://me:se%20cret@")
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=url + "/hook")
    wait_for(endpoint, "SubscriptionConfirmation")
    assert endpoint.got()[0]["headers"]["authorization"] == "Basic " + base64.b64encode(b"me:se cret").decode()


def test_a_slow_endpoint_holds_up_nobody_else(sns, topic, endpoint, subscribe_http):
    subscribe_http(topic, "/hook")
    subscribe_http(topic, "/other")
    endpoint.answers = [(None, {})] * 8  # no answer, as many as are under way at once to either
    for i in range(3):
        sns.publish(TopicArn=topic, Message=str(i))
    eventually(lambda: len(messages(endpoint, path="/hook")) + len(messages(endpoint, path="/other")) >= 6)


def test_what_was_acknowledged_is_delivered_after_a_kill(own_server, endpoint):
    server = own_server()
    sns, topic = start(server, endpoint)
    endpoint.answers = [(500, {})] * 1000
    sent = {sns.publish(TopicArn=topic, Message=str(i))["MessageId"] for i in range(20)}
    server.kill()
    endpoint.answers = []
    server.start()
    server.clock.advance("30s")
    eventually(lambda: {one["MessageId"] for one in messages(endpoint)} >= sent, 30)


def test_metrics(own_server, endpoint):
    server = own_server("--clock", "frozen@2026-03-01T00:00:00Z")
    sns, topic = start(server, endpoint, {"FilterPolicy": '{"a": ["x"]}'})
    sns.publish(TopicArn=topic, Message="12345", MessageAttributes={"a": {"DataType": "String", "StringValue": "x"}})
    sns.publish(TopicArn=topic, Message="1")
    wait_for(endpoint)
    server.clock.advance("1m")
    cloudwatch = server.client("cloudwatch")

    def total(name):
        points = cloudwatch.get_metric_statistics(
            Namespace="AWS/SNS", MetricName=name, Dimensions=[{"Name": "TopicName", "Value": "t"}], Period=3600,
            StartTime="2026-03-01T00:00:00Z", EndTime="2026-03-01T01:00:00Z", Statistics=["Sum"])["Datapoints"]
        return points[0]["Sum"] if points else 0

    assert [total(name) for name in ("NumberOfMessagesPublished", "PublishSize", "NumberOfNotificationsDelivered",
                                     "NumberOfNotificationsFilteredOut",
                                     "NumberOfNotificationsFilteredOut-NoMessageAttributes")] == [2, 14, 1, 1, 1]
