"""What comes to no operation: unknown targets, actions and URIs, operations that are not there, broken bodies."""

import base64
import hashlib
import json
import re

import pytest

from support.aws import json_call, query, raw, sign, signed

IAM, STS = "2010-05-08", "2011-06-15"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def code_of(reply):
    """The error code in a JSON reply, without its name space."""
    return reply.json["__type"].rpartition("#")[2]


def xml_code(reply):
    return re.search(r"<Code>(.*?)</Code>", reply.text)[1]


def message_of(reply):
    if reply.text.startswith("{"):
        return reply.json.get("message") or reply.json.get("Message") or ""
    return re.search(r"<Message>(.*?)</Message>", reply.text, re.DOTALL)[1]


@pytest.fixture(scope="module")
def bucket(server):
    server.client("s3").create_bucket(Bucket="gateway-tests")
    return "gateway-tests"


# --- json --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("service", "target", "version"),
    [
        ("dynamodb", "DynamoDB_20120810.NoSuchThing", "1.0"),
        ("dynamodb", "Nonsense.ListTables", "1.0"),
        ("dynamodb", "nonsense", "1.0"),
        ("events", "AWSEvents.NoSuchThing", "1.1"),
        ("logs", "Logs_20140328.NoSuchThing", "1.1"),
    ],
)
def test_unknown_targets(server, service, target, version):
    reply = json_call(server, service, target, {}, version)
    assert (reply.status, code_of(reply)) == (400, "UnknownOperationException")


def test_no_target(server):
    reply = signed(server, "dynamodb", "POST", "/", {"Content-Type": "application/x-amz-json-1.0"}, b"{}")
    assert (reply.status, code_of(reply)) == (400, "UnknownOperationException")


@pytest.mark.parametrize(
    ("service", "target", "version", "name"),
    [
        ("dynamodb", "DynamoDB_20120810.CreateGlobalTable", "1.0", "dynamodb:CreateGlobalTable"),
        ("events", "AWSEvents.CreateEndpoint", "1.1", "events:CreateEndpoint"),
        ("logs", "Logs_20140328.CreateLogAnomalyDetector", "1.1", "logs:CreateLogAnomalyDetector"),
    ],
)
def test_absent_operations_of_json(server, service, target, version, name):
    reply = json_call(server, service, target, {}, version)
    assert (reply.status, code_of(reply)) == (501, "NotImplemented")
    assert name in message_of(reply)


@pytest.mark.parametrize("body", [b"{", b"nope", b'{"Limit": }', b'{"a": 1} trailing', b"\xff", b"[" * 5000])
def test_broken_json(server, body):
    for service, target, version in [
        ("dynamodb", "DynamoDB_20120810.ListTables", "1.0"),
        ("events", "AWSEvents.ListRules", "1.1"),
        ("logs", "Logs_20140328.DescribeLogGroups", "1.1"),
    ]:
        reply = json_call(server, service, target, body, version)
        assert (reply.status, code_of(reply)) == (400, "SerializationException"), service


@pytest.mark.parametrize("document", [[], 1, "x", {"Limit": "ten"}, {"ExclusiveStartTableName": 1}, {"Limit": {}}])
def test_json_of_another_shape(server, document):
    reply = json_call(server, "dynamodb", "DynamoDB_20120810.ListTables", document)
    assert (reply.status, code_of(reply)) == (400, "SerializationException")


def test_what_the_model_does_not_know_is_ignored(server):
    """As the services do: newer clients send members that older servers have never heard of."""
    assert json_call(server, "dynamodb", "DynamoDB_20120810.ListTables", {"Novel": [1, {"a": None}]}).status == 200


def test_an_empty_body_is_an_empty_document(server):
    assert json_call(server, "dynamodb", "DynamoDB_20120810.ListTables", b"").status in (200, 400)


# --- query -------------------------------------------------------------------------------------------------------------


def test_unknown_actions(server):
    reply = query(server, "iam", IAM, "NoSuchThing")
    assert (reply.status, xml_code(reply)) == (400, "InvalidAction")
    assert message_of(reply) == f"Could not find operation NoSuchThing for version {IAM}"
    reply = signed(server, "sts", "POST", "/", {"Content-Type": "application/x-www-form-urlencoded"}, b"Version=1")
    assert (reply.status, xml_code(reply)) == (400, "MissingAction")


@pytest.mark.parametrize(
    ("service", "version", "action"), [("iam", IAM, "ListServerCertificates"), ("sts", STS, "AssumeRoot")]
)
def test_absent_actions(server, service, version, action):
    reply = query(server, service, version, action, parameters={"UserName": "u"})
    assert (reply.status, xml_code(reply)) == (501, "NotImplemented")
    assert f"{service}:{action}" in message_of(reply)


def test_an_action_in_the_url(server):
    reply = signed(server, "sts", "GET", f"/?Action=GetCallerIdentity&Version={STS}")
    assert reply.status == 200 and "<Arn>arn:aws:iam::000000000000:root</Arn>" in reply.text


@pytest.mark.parametrize("body", [b"Action=%zz", b"Action=GetRole&RoleName=%", b"\xff\xfe=1"])
def test_broken_forms(server, body):
    reply = signed(server, "iam", "POST", "/", {"Content-Type": "application/x-www-form-urlencoded"}, body)
    assert reply.status == 400 and xml_code(reply)


def test_iam_replies_in_xml(server):
    reply = query(server, "iam", IAM, "GetRole", parameters={"RoleName": "absent"})
    assert reply.status == 404 and reply.headers["Content-Type"] == "text/xml"
    assert re.search(r"<Error><Type>Sender</Type><Code>NoSuchEntity</Code>", re.sub(r">\s+<", "><", reply.text))


# --- rest --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("service", "method", "target", "name"),
    [
        ("lambda", "POST", "/2025-11-30/capacity-providers", "lambda:CreateCapacityProvider"),
        ("lambda", "GET", "/2025-11-30/capacity-providers/c", "lambda:GetCapacityProvider"),
        ("lambda", "GET", "/2025-12-01/durable-executions/d/history", "lambda:GetDurableExecutionHistory"),
    ],
)
def test_absent_operations_of_rest_json(server, service, method, target, name):
    reply = signed(server, service, method, target, {}, b"{}" if method == "POST" else b"")
    assert reply.status == 501 and reply.headers["X-Amzn-ErrorType"].partition(":")[0] == "NotImplemented"
    assert name in message_of(reply)


def test_unknown_uris(server):
    reply = signed(server, "lambda", "GET", "/2015-03-31/nonsense")
    assert reply.status == 404
    assert reply.headers["X-Amzn-ErrorType"].partition(":")[0] == "UnknownOperationException"


@pytest.mark.parametrize(
    ("method", "query_text", "name"),
    [
        ("GET", "?acl", "s3:GetBucketAcl"),
        ("GET", "?versioning", "s3:GetBucketVersioning"),
        ("PUT", "?policy", "s3:PutBucketPolicy"),
    ],
)
def test_absent_operations_of_s3(server, bucket, method, query_text, name):
    reply = signed(server, "s3", method, f"/{bucket}{query_text}")
    assert (reply.status, xml_code(reply)) == (501, "NotImplemented")
    assert name in message_of(reply)


def test_an_absent_feature_does_not_hit_its_neighbour(server, bucket):
    """A bucket's sub-resource that is not there is not the bucket: `DELETE /bucket?policy` must not delete the bucket."""
    for method, target in [("DELETE", "?policy"), ("DELETE", "?cors"), ("PUT", "?acl"), ("DELETE", "/key?tagging")]:
        assert signed(server, "s3", method, f"/{bucket}{target}").status == 501, target
    server.client("s3").head_bucket(Bucket=bucket)


@pytest.mark.parametrize("body", [b"<Delete><Object>", b"nope", b"<Delete></Other>", b"\xff"])
def test_broken_xml(server, bucket, body):
    reply = signed(server, "s3", "POST", f"/{bucket}?delete", {"Content-MD5": md5(body)}, body)
    assert (reply.status, xml_code(reply)) == (400, "MalformedXML")


def md5(body):
    return base64.b64encode(hashlib.md5(body).digest()).decode()


def test_entities_are_not_expanded(server, bucket):
    body = b'<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]><Delete><Object><Key>&e;</Key></Object></Delete>'
    reply = signed(server, "s3", "POST", f"/{bucket}?delete", {"Content-MD5": md5(body)}, body)
    assert b"root:" not in reply.body


def test_broken_json_of_lambda(server):
    reply = signed(server, "lambda", "POST", "/2015-03-31/functions", {"Content-Type": "application/json"}, b"{")
    assert reply.status == 400
    assert reply.headers["X-Amzn-ErrorType"].partition(":")[0] in ("SerializationException", "InvalidRequestContentException")


def test_a_service_that_is_not_there(server):
    reply = signed(server, "sagemaker", "GET", "/endpoints")
    assert reply.status == 501 and "sagemaker" in reply.text


# --- Every reply -------------------------------------------------------------------------------------------------------


def test_request_ids(server, bucket):
    replies = {
        "dynamodb": json_call(server, "dynamodb", "DynamoDB_20120810.ListTables", {}),
        "dynamodb refused": json_call(server, "dynamodb", "DynamoDB_20120810.DescribeTable", {"TableName": "absent"}),
        "events": json_call(server, "events", "AWSEvents.ListRules", {}, "1.1"),
        "logs": json_call(server, "logs", "Logs_20140328.DescribeLogGroups", {}, "1.1"),
        "lambda": signed(server, "lambda", "GET", "/2015-03-31/functions"),
        "lambda refused": signed(server, "lambda", "GET", "/2015-03-31/functions/absent"),
        "iam": query(server, "iam", IAM, "ListRoles"),
        "iam refused": query(server, "iam", IAM, "GetRole", parameters={"RoleName": "absent"}),
        "sts": query(server, "sts", STS, "GetCallerIdentity"),
        "unsigned": raw(server, "POST", "/", {"X-Amz-Target": "DynamoDB_20120810.ListTables"}, b"{}"),
        "absent": json_call(server, "dynamodb", "DynamoDB_20120810.CreateGlobalTable", {}),
    }
    ids = set()
    for name, reply in replies.items():
        identity = reply.headers["x-amzn-RequestId"]
        assert identity and UUID.fullmatch(identity), name
        assert reply.headers["Date"], name
        ids.add(identity)
    assert len(ids) == len(replies)
    for name in ("iam", "iam refused", "sts"):
        assert f"<RequestId>{replies[name].headers['x-amzn-RequestId']}</RequestId>" in replies[name].text
    for reply in (signed(server, "s3", "GET", f"/{bucket}"), signed(server, "s3", "GET", f"/{bucket}/absent")):
        assert reply.headers["x-amz-request-id"] and reply.headers["x-amz-id-2"]


def test_head_has_no_body(server, bucket):
    server.client("s3").put_object(Bucket=bucket, Key="five", Body=b"12345")
    reply = signed(server, "s3", "HEAD", f"/{bucket}/five")
    assert (reply.status, reply.body, reply.headers["Content-Length"]) == (200, b"", "5")
    reply = signed(server, "s3", "HEAD", f"/{bucket}/absent")
    assert (reply.status, reply.body) == (404, b"")
    assert signed(server, "s3", "HEAD", "/no-such-bucket-here").status == 404


def test_the_type_of_replies(server):
    for service, target, version in [
        ("dynamodb", "DynamoDB_20120810.ListTables", "1.0"),
        ("events", "AWSEvents.ListRules", "1.1"),
    ]:
        reply = json_call(server, service, target, {}, version)
        assert reply.headers["Content-Type"] == f"application/x-amz-json-{version}"
        json.loads(reply.body)


def test_health_needs_no_signature(server):
    assert raw(server, "GET", "/_orrery/health").json["status"] == "ok"
    assert raw(server, "GET", "/_orrery/clock").status == 403
    assert raw(server, "GET", "/_orrery/nothing", sign(server, "orrery", "GET", "/_orrery/nothing")).status == 404
