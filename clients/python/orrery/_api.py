"""Orrery's own API: requests signed with Signature Version 4 for the service "orrery".

docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import datetime
import hashlib
import hmac
import json
import os
import ssl
import urllib.error
import urllib.parse
import urllib.request

REGION = "us-east-1"
TIMEOUT_S = 3600  # an advance takes as long as what it sets off


class OrreryError(Exception):
    """The server is not there, or refused."""


class Server:
    def __init__(self, url=None):
        environ = os.environ
        self.url = (url or environ.get("ORRERY_URL") or environ.get("AWS_ENDPOINT_URL") or "http://127.0.0.1:4566").rstrip("/")
        self._key = environ.get("AWS_ACCESS_KEY_ID") or "test"
        self._secret = environ.get("AWS_SECRET_ACCESS_KEY") or "test"
        # As the SDKs do: a token belongs to the key beside it.
        self._token = environ.get("AWS_SESSION_TOKEN") if environ.get("AWS_ACCESS_KEY_ID") else None

    def call(self, method, path, body=None):
        data = b"" if body is None else json.dumps(body).encode()
        headers = self._signed(method, path, data)
        request = urllib.request.Request(self.url + path, data=data or None, method=method, headers=headers)
        # Any certificate is taken, as `orrery clock` does: the signature is what protects the request.
        context = ssl._create_unverified_context() if self.url.startswith("https:") else None
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S, context=context) as reply:
                return json.loads(reply.read())
        except urllib.error.HTTPError as error:
            raise OrreryError(f"{self.url} answered {error.code}: {_said(error.read())}") from None
        except (urllib.error.URLError, OSError) as error:
            reason = getattr(error, "reason", error)
            raise OrreryError(f"no Orrery answers at {self.url} ({reason}): is AWS_ENDPOINT_URL right, and does "
                              "`orrery serve` run?") from None

    def _signed(self, method, path, data):
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        headers = {"host": urllib.parse.urlsplit(self.url).netloc, "x-amz-date": now}
        if self._token:
            headers["x-amz-security-token"] = self._token
        names = ";".join(sorted(headers))
        lines = [method, path, "", *(f"{name}:{headers[name]}" for name in sorted(headers)), "", names,
                 hashlib.sha256(data).hexdigest()]
        scope = f"{now[:8]}/{REGION}/orrery/aws4_request"
        text = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256("\n".join(lines).encode()).hexdigest()])
        key = ("AWS4" + self._secret).encode()
        for part in scope.split("/"):
            key = _hmac(key, part)
        signature = _hmac(key, text).hex()
        headers["Authorization"] = (f"AWS4-HMAC-SHA256 Credential={self._key}/{scope}, SignedHeaders={names}, "
                                    f"Signature={signature}")
        headers["Content-Type"] = "application/json"
        return headers


def _hmac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _said(body):
    try:
        return json.loads(body)["message"]
    except (ValueError, KeyError, TypeError):
        return body.decode(errors="replace")
