"""Starts and drives one `orrery serve`, from outside, as a user would."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.config
import botocore.credentials

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("ORRERY_BINARY", ROOT / "build" / "release" / "orrery"))
REGION = "us-east-1"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def plain_environment() -> dict:
    """The environment without anything that would reach AWS's clients or Orrery's options."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "ORRERY_"))}


class Clock:
    """The Orrery's clock, through its admin API."""

    def __init__(self, server: "Server"):
        self._server = server

    def show(self) -> dict:
        return self._server.admin("GET", "/_orrery/clock")

    def freeze(self, at: str) -> dict:
        return self._server.admin("PUT", "/_orrery/clock", {"mode": "frozen", "now": at})

    def run(self) -> dict:
        return self._server.admin("PUT", "/_orrery/clock", {"mode": "running"})

    def advance(self, duration: str) -> list[dict]:
        """What ran: [{"at", "kind", "id", "ok", "summary", "duration_us"}, …]."""
        return self._server.admin("POST", "/_orrery/clock/advance", {"duration": duration})["ran"]


class Server:
    def __init__(self, data_dir, *flags: str, port: int | None = None, scheme: str = "http"):
        self.data_dir = pathlib.Path(data_dir)
        self.port = port or free_port()
        self.url = f"{scheme}://127.0.0.1:{self.port}"
        self.flags = flags
        self.process: subprocess.Popen | None = None
        self.log_path = self.data_dir.parent / f"{self.data_dir.name}.log"
        self.clock = Clock(self)

    def start(self, timeout_s: float = 20) -> "Server":
        command = [str(BINARY), "serve", "--data", str(self.data_dir), "--port", str(self.port), *self.flags]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=plain_environment())
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"orrery ended with {self.process.returncode}:\n{self.log_text()[-2000:]}")
            try:
                with urllib.request.urlopen(f"{self.url}/_orrery/health", timeout=1):
                    return self
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.005)
        raise RuntimeError(f"orrery did not answer within {timeout_s} s:\n{self.log_text()[-2000:]}")

    def log_text(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def stop(self) -> int:
        """SIGTERM; the exit status."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=30)
        self.process = None
        return status

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process = None

    def session(self, access_key="test", secret="test", token=None, region=REGION) -> boto3.Session:
        return boto3.Session(
            aws_access_key_id=access_key, aws_secret_access_key=secret, aws_session_token=token, region_name=region
        )

    def client(self, service: str, access_key="test", secret="test", token=None, region=REGION, **config):
        config.setdefault("retries", {"total_max_attempts": 1})
        config.setdefault("inject_host_prefix", False)  # "stream-127.0.0.1" is nobody
        return self.session(access_key, secret, token, region).client(
            service, endpoint_url=self.url, config=botocore.config.Config(**config)
        )

    def admin(self, method: str, path: str, body: dict | None = None) -> dict:
        """One request to Orrery's own API, signed by the root credential."""
        return json.loads(self.admin_text(method, path, body))

    def admin_text(self, method: str, path: str, body: dict | None = None) -> bytes:
        data = json.dumps(body).encode() if body is not None else b""
        request = botocore.awsrequest.AWSRequest(method, self.url + path, data=data, headers={})
        credentials = botocore.credentials.Credentials("test", "test")
        botocore.auth.SigV4Auth(credentials, "orrery", REGION).add_auth(request)
        sent = urllib.request.Request(self.url + path, data=data or None, method=method, headers=dict(request.headers))
        with urllib.request.urlopen(sent, timeout=300) as reply:
            return reply.read()

    def __enter__(self) -> "Server":
        return self.start()

    def __exit__(self, *_) -> None:
        if self.process is not None:
            self.stop()
