"""What black-box tests of several services need: refusals, deployment packages, roles, log lines, raw requests."""

import http.client
import io
import json
import stat
import textwrap
import time
import urllib.parse
import zipfile

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest
from botocore.exceptions import ClientError

from support.server import REGION

ACCOUNT = "000000000000"
BASIC_EXECUTION = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


def trust(**principal) -> str:
    """trust(Service="lambda.amazonaws.com"), trust(AWS="*"): a role's trust policy."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def policy(*statements: dict) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource="*", **more) -> dict:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action, resource="*", **more) -> dict:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def refusal(call, **arguments) -> tuple[str, str]:
    """(code, message) of the error that the call ends in."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def status_of(call, **arguments) -> int:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response["ResponseMetadata"]["HTTPStatusCode"]


def zipped(source: str, name: str = "app.py", executable: bool = False) -> bytes:
    """A deployment package with one file."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as out:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = (stat.S_IFREG | (0o755 if executable else 0o644)) << 16
        out.writestr(entry, textwrap.dedent(source))
    return archive.getvalue()


def eventually(look, timeout_s: float = 10):
    """What look() gives once that is true."""
    deadline = time.monotonic() + timeout_s
    while not (seen := look()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
    return seen


def log_lines(logs, group: str) -> list[str]:
    """The messages of a log group; none when there is no such group."""
    try:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        return [event["message"].rstrip("\n") for page in pages for event in page["events"]]
    except logs.exceptions.ResourceNotFoundException:
        return []


class Reply:
    def __init__(self, reply: http.client.HTTPResponse):
        self.status = reply.status
        self.headers = reply.headers
        self.body = reply.read()

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> dict:
        return json.loads(self.body)


def raw(server, method: str, target: str, headers: dict | None = None, body: bytes = b"") -> Reply:
    """One request as it is: no signature, no header but those given (and Host and Content-Length)."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.request(method, target, body=body or None, headers=headers or {})
        return Reply(connection.getresponse())
    finally:
        connection.close()


def sign(server, service, method, target, headers=None, body=b"", key="test", secret="test", token=None,
         region=REGION, host=None) -> dict:
    """The headers of a signed request; change them, or send something else, to see it refused."""
    request = botocore.awsrequest.AWSRequest(method, (f"http://{host}" if host else server.url) + target, data=body,
                                             headers=dict(headers or {}))
    signer = botocore.auth.S3SigV4Auth if service == "s3" else botocore.auth.SigV4Auth
    if service == "s3":
        request.context["payload_signing_enabled"] = True
    signer(botocore.credentials.Credentials(key, secret, token), service, region).add_auth(request)
    signed = dict(request.headers.items())
    if host:
        signed["Host"] = host
    return signed


def signed(server, service, method, target, headers=None, body=b"", **how) -> Reply:
    return raw(server, method, target, sign(server, service, method, target, headers, body, **how), body)


def query(server, service: str, version: str, action: str, **how) -> Reply:
    """One call of the query protocol."""
    body = urllib.parse.urlencode({"Action": action, "Version": version, **how.pop("parameters", {})}).encode()
    return signed(server, service, "POST", "/", {"Content-Type": "application/x-www-form-urlencoded"}, body, **how)


def json_call(server, service: str, target: str, document, version: str = "1.0", **how) -> Reply:
    """One call of a json protocol; `document` may be bytes that are no JSON."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    headers = {"Content-Type": f"application/x-amz-json-{version}", "X-Amz-Target": target}
    return signed(server, service, "POST", "/", headers, body, **how)
