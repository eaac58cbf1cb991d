"""Authentication: whose request it is, and that nothing of it was changed on the way."""

import base64
import datetime
import hashlib
import re
import time
import urllib.parse
import zlib

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest

from support.aws import eventually, json_call, query, raw, refusal, sign, signed
from support.server import REGION

TARGET = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_20120810.ListTables"}
IDENTITY = b"Action=GetCallerIdentity&Version=2011-06-15"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SERVICES = ["dynamodb", "sts", "lambda", "s3"]


@pytest.fixture(scope="module")
def bucket(server):
    s3 = server.client("s3")
    s3.create_bucket(Bucket="signature-tests")
    s3.put_object(Bucket="signature-tests", Key="a", Body=b"body of a")
    return "signature-tests"


def request_of(service):
    """(method, target, headers, body) of a harmless request."""
    return {
        "dynamodb": ("POST", "/", TARGET, b"{}"),
        "sts": ("POST", "/", FORM, IDENTITY),
        "lambda": ("GET", "/2015-03-31/functions", {}, b""),
        "s3": ("GET", "/", {}, b""),
    }[service]


def code_of(reply):
    if "X-Amzn-ErrorType" in reply.headers:
        return reply.headers["X-Amzn-ErrorType"].partition(":")[0]
    if reply.text.startswith("{"):
        return reply.json["__type"].rpartition("#")[2]
    return re.search(r"<Code>(.*?)</Code>", reply.text)[1]


def expect(reply, status, code):
    assert (reply.status, code_of(reply)) == (status, code), reply.text


def refused_alike(send, expected):
    """send(service, its request) is refused by each service in its own words."""
    for service in SERVICES:
        expect(send(service, *request_of(service)), *expected[service])


@pytest.mark.parametrize("service", SERVICES)
def test_the_requests_are_right(server, service):
    assert signed(server, service, *request_of(service)).status == 200


def test_unsigned(server):
    refused_alike(
        lambda service, method, target, headers, body: raw(server, method, target, headers, body),
        {
            "dynamodb": (400, "MissingAuthenticationTokenException"),
            "sts": (403, "MissingAuthenticationToken"),
            "lambda": (403, "MissingAuthenticationTokenException"),
            "s3": (403, "AccessDenied"),
        },
    )


def test_a_wrong_secret(server):
    refused_alike(
        lambda service, *request: signed(server, service, *request, secret="wrong"),
        {
            "dynamodb": (400, "InvalidSignatureException"),
            "sts": (403, "SignatureDoesNotMatch"),
            "lambda": (403, "InvalidSignatureException"),
            "s3": (403, "SignatureDoesNotMatch"),
        },
    )


def test_an_unknown_key(server):
    refused_alike(
        lambda service, *request: signed(server, service, *request, key="AKIAIOSFODNN7EXAMPLE"),
        {
            "dynamodb": (400, "UnrecognizedClientException"),
            "sts": (403, "InvalidClientTokenId"),
            "lambda": (403, "UnrecognizedClientException"),
            "s3": (403, "InvalidAccessKeyId"),
        },
    )


def test_a_signature_for_another_service(server, bucket):
    """A request that carries a valid signature for one service is not good for another."""
    expect(signed(server, "s3", "POST", "/", TARGET, b"{}"), 400, "InvalidSignatureException")
    expect(signed(server, "lambda", "POST", "/", TARGET, b"{}"), 400, "InvalidSignatureException")
    headers = sign(server, "iam", "POST", "/", FORM, IDENTITY)
    headers["Authorization"] = headers["Authorization"].replace("/iam/", "/sts/")
    expect(raw(server, "POST", "/", headers, IDENTITY), 403, "SignatureDoesNotMatch")


@pytest.mark.parametrize("change", ["body", "header", "path", "query", "method", "region", "date"])
def test_what_was_signed_cannot_be_changed(server, bucket, change):
    target = f"/{bucket}/a?response-content-type=text/plain"
    method, body, headers = "GET", b"", {"x-amz-meta-a": "1"}
    sent = sign(server, "s3", method, target, headers, body)
    if change == "body":
        method, target, body = "POST", "/", b'{"Limit": 1}'
        sent = sign(server, "dynamodb", method, target, TARGET, b'{"Limit": 2}')
    elif change == "header":
        sent["x-amz-meta-a"] = "2"
    elif change == "path":
        target = target.replace("/a?", "/b?")
    elif change == "query":
        target = target.replace("plain", "html")
    elif change == "method":
        method = "DELETE"
    elif change == "region":
        sent["Authorization"] = sent["Authorization"].replace("us-east-1", "us-east-2")
    elif change == "date":
        sent["X-Amz-Date"] = sent["X-Amz-Date"][:-3] + ("00Z" if sent["X-Amz-Date"][-3:-1] != "00" else "01Z")
    reply = raw(server, method, target, sent, body)
    assert code_of(reply) in ("SignatureDoesNotMatch", "InvalidSignatureException"), reply.text


def test_the_hash_of_the_body(server, bucket):
    target = f"/{bucket}/wrong"
    headers = sign(server, "s3", "PUT", target, {}, b"said")
    reply = raw(server, "PUT", target, headers, b"sent")
    expect(reply, 400, "XAmzContentSHA256Mismatch")
    assert hashlib.sha256(b"said").hexdigest() in reply.text and hashlib.sha256(b"sent").hexdigest() in reply.text
    assert refusal(server.client("s3").get_object, Bucket=bucket, Key="wrong")[0] == "NoSuchKey"


def signed_at(server, service, moment, method, target, headers, body, monkeypatch):
    stamp = moment.strftime("%Y%m%dT%H%M%SZ")

    class Frozen(datetime.datetime):
        @classmethod
        def utcnow(cls):
            return moment

        @classmethod
        def now(cls, tz=None):
            return moment.replace(tzinfo=tz)

    with monkeypatch.context() as patch:
        if hasattr(botocore.auth, "get_current_datetime"):
            patch.setattr(botocore.auth, "get_current_datetime", lambda *_, **__: moment)
        else:
            patch.setattr(botocore.auth.datetime, "datetime", Frozen)
        made = sign(server, service, method, target, headers, body)
    assert made["X-Amz-Date"] == stamp
    return raw(server, method, target, made, body)


@pytest.mark.parametrize("minutes", [-16, 16])
def test_a_time_too_far_away(server, minutes, monkeypatch):
    moment = datetime.datetime.fromtimestamp(time.time(), datetime.timezone.utc).replace(tzinfo=None)
    moment += datetime.timedelta(minutes=minutes)
    refused_alike(
        lambda service, *request: signed_at(server, service, moment, *request, monkeypatch),
        {
            "dynamodb": (400, "InvalidSignatureException"),
            "sts": (403, "SignatureDoesNotMatch"),
            "lambda": (403, "InvalidSignatureException"),
            "s3": (403, "RequestTimeTooSkewed"),
        },
    )


@pytest.mark.parametrize("minutes", [-14, 14])
def test_a_time_near_enough(server, minutes, monkeypatch):
    moment = datetime.datetime.fromtimestamp(time.time(), datetime.timezone.utc).replace(tzinfo=None)
    moment += datetime.timedelta(minutes=minutes)
    for service in SERVICES:
        assert signed_at(server, service, moment, *request_of(service), monkeypatch).status == 200, service


def test_signatures_live_by_the_machines_time(own_server):
    """A wound clock locks nobody out."""
    server = own_server("--clock", "frozen@2031-01-01T00:00:00Z")
    assert server.client("dynamodb").list_tables()["TableNames"] == []
    assert server.client("s3").list_buckets()["Buckets"] == []


@pytest.mark.parametrize(
    "authorization",
    [
        "nonsense",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=test/x, SignedHeaders=host, Signature=00",
        "AWS4-HMAC-SHA256 Credential=test/20260301/us-east-1/dynamodb/aws4_request, Signature=00",
        "AWS test:signature",
        "Bearer token",
        "AWS4-HMAC-SHA256 " + "," * 1000,
    ],
)
def test_broken_authorization(server, authorization):
    for service in SERVICES:
        method, target, headers, body = request_of(service)
        reply = raw(server, method, target, {**headers, "Authorization": authorization}, body)
        assert reply.status in (400, 403), (service, reply.text)
        assert code_of(reply)


# --- Presigned -----------------------------------------------------------------------------------------------------------


def split(url):
    parts = urllib.parse.urlsplit(url)
    return f"{parts.path}?{parts.query}"


def test_presigned(server, bucket):
    s3 = server.client("s3", signature_version="s3v4")
    given = {"Bucket": bucket, "Key": "a"}
    reply = raw(server, "GET", split(s3.generate_presigned_url("get_object", given)))
    assert (reply.status, reply.body) == (200, b"body of a")
    put = split(s3.generate_presigned_url("put_object", {"Bucket": bucket, "Key": "through-a-link"}))
    assert raw(server, "PUT", put, {}, b"uploaded").status == 200
    assert s3.get_object(Bucket=bucket, Key="through-a-link")["Body"].read() == b"uploaded"
    # Good for just that.
    expect(raw(server, "DELETE", put), 403, "SignatureDoesNotMatch")
    expect(raw(server, "PUT", put.replace("through-a-link", "another"), {}, b"x"), 403, "SignatureDoesNotMatch")


def test_presigned_expires(server, bucket):
    s3 = server.client("s3", signature_version="s3v4")
    target = split(s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "a"}, ExpiresIn=1))
    assert raw(server, "GET", target).status == 200
    expired = eventually(lambda: [r for r in [raw(server, "GET", target)] if r.status != 200])[0]
    expect(expired, 403, "AccessDenied")
    assert "<Message>Request has expired</Message>" in expired.text
    stretched = target.replace("X-Amz-Expires=1&", "X-Amz-Expires=999&")
    expect(raw(server, "GET", stretched), 403, "SignatureDoesNotMatch")
    week = split(s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "a"}, ExpiresIn=604801))
    expect(raw(server, "GET", week), 400, "AuthorizationQueryParametersError")


def test_presigned_for_another_service(server, bucket):
    request = botocore.awsrequest.AWSRequest("GET", f"{server.url}/{bucket}/a")
    credentials = botocore.credentials.Credentials("test", "test")
    botocore.auth.SigV4QueryAuth(credentials, "dynamodb", REGION).add_auth(request)
    reply = raw(server, "GET", split(request.url))
    assert reply.status in (400, 403), reply.text


# --- aws-chunked ---------------------------------------------------------------------------------------------------------


def test_uploads_in_chunks(server, bucket):
    """boto3 sends checksums in a trailer; over plain HTTP the chunks are signed."""
    s3 = server.client("s3", request_checksum_calculation="when_supported")
    body = bytes(range(256)) * 1000
    s3.put_object(Bucket=bucket, Key="chunked", Body=body, ChecksumAlgorithm="SHA256")
    shown = s3.get_object(Bucket=bucket, Key="chunked", ChecksumMode="ENABLED")
    assert shown["Body"].read() == body and shown["ChecksumSHA256"]

    def pieces(size=70_000):
        return b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in [body[i : i + size] for i in range(0, len(body), size)])

    unsigned = {"x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "Content-Encoding": "aws-chunked",
                "x-amz-decoded-content-length": str(len(body)), "x-amz-trailer": "x-amz-checksum-crc32"}  # fmt: skip
    for crc, status in [(zlib.crc32(body), 200), (zlib.crc32(b""), 400)]:
        trailer = b"x-amz-checksum-crc32:" + base64.b64encode(crc.to_bytes(4, "big"))
        sent = pieces() + b"0\r\n" + trailer + b"\r\n\r\n"
        target = f"/{bucket}/by-hand-{status}"
        request = botocore.awsrequest.AWSRequest("PUT", server.url + target, headers=unsigned, data=b"")

        class Signer(botocore.auth.S3SigV4Auth):
            def payload(self, _):
                return "STREAMING-UNSIGNED-PAYLOAD-TRAILER"

        Signer(botocore.credentials.Credentials("test", "test"), "s3", REGION).add_auth(request)
        reply = raw(server, "PUT", target, dict(request.headers.items()), sent)
        assert reply.status == status, reply.text
    assert s3.get_object(Bucket=bucket, Key="by-hand-200")["Body"].read() == body
    assert refusal(s3.get_object, Bucket=bucket, Key="by-hand-400")[0] == "NoSuchKey"


# --- Hosts ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["{}.s3.amazonaws.com", "{}.s3.us-east-1.amazonaws.com", "{}.localhost:4566"])
def test_virtual_hosts(server, bucket, host):
    host = host.format(bucket)
    reply = signed(server, "s3", "GET", "/a", host=host)
    assert (reply.status, reply.body) == (200, b"body of a")
    reply = signed(server, "s3", "GET", "/?list-type=2", host=host)
    assert "<Key>a</Key>" in reply.text
    reply = signed(server, "s3", "PUT", "/sub/key", {}, b"put", host=host)
    assert reply.status == 200
    assert server.client("s3").get_object(Bucket=bucket, Key="sub/key")["Body"].read() == b"put"


def test_the_host_is_signed(server, bucket):
    headers = sign(server, "s3", "GET", "/a", host=f"{bucket}.s3.amazonaws.com")
    headers["Host"] = "another.s3.amazonaws.com"
    expect(raw(server, "GET", "/a", headers), 403, "SignatureDoesNotMatch")


def test_regions_come_from_the_signature(server):
    reply = json_call(server, "dynamodb", "DynamoDB_20120810.DescribeTable", {"TableName": "absent"}, region="eu-central-1")
    assert code_of(reply) == "ResourceNotFoundException"
    assert query(server, "sts", "2011-06-15", "GetCallerIdentity", region="eu-central-1").status == 200


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("s3", "list_buckets", "InvalidToken"),
        ("sts", "get_caller_identity", "InvalidClientTokenId"),
        ("dynamodb", "list_tables", "UnrecognizedClientException"),
        ("lambda", "list_functions", "UnrecognizedClientException"),
    ],
)
def test_a_stray_session_token(server, service, operation, code):
    """A long-term key takes no token, as in AWS; the message says what to do about it."""
    refused = refusal(getattr(server.client(service, token="left-over"), operation))
    assert refused[0] == code
    assert "takes no session token: unset AWS_SESSION_TOKEN" in refused[1]
