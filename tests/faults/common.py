"""What the tests of this folder share: a function without boto3 (a cold start of milliseconds), load, processes."""

import contextlib
import io
import json
import os
import pathlib
import random
import socket
import threading
import time
import zipfile

import botocore.exceptions

START = "2026-03-01T00:00:00Z"  # servers under load are to have their clock near it
START_MS = 1_772_323_200_000
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
ALLOW_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}

# Signs by hand (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
FUNCTION_CODE = '''
import datetime, hashlib, hmac, http.client, json, os, time, urllib.parse, uuid


def put_item(table, item):
    url = urllib.parse.urlsplit(os.environ["AWS_ENDPOINT_URL"])
    body = json.dumps({"TableName": table, "Item": {k: {"S": v} for k, v in item.items()}})
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    headers = {"content-type": "application/x-amz-json-1.0", "host": url.netloc, "x-amz-date": now,
               "x-amz-security-token": os.environ["AWS_SESSION_TOKEN"], "x-amz-target": "DynamoDB_20120810.PutItem"}
    names = ";".join(headers)
    digest = lambda text: hashlib.sha256(text.encode()).hexdigest()
    canonical = "POST\\n/\\n\\n" + "".join(f"{k}:{v}\\n" for k, v in headers.items()) + f"\\n{names}\\n{digest(body)}"
    scope = f"{now[:8]}/us-east-1/dynamodb/aws4_request"
    key = ("AWS4" + os.environ["AWS_SECRET_ACCESS_KEY"]).encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), "sha256").digest()
    to_sign = f"AWS4-HMAC-SHA256\\n{now}\\n{scope}\\n{digest(canonical)}"
    signature = hmac.new(key, to_sign.encode(), "sha256").hexdigest()
    headers["authorization"] = (f"AWS4-HMAC-SHA256 Credential={os.environ['AWS_ACCESS_KEY_ID']}/{scope}, "
                                f"SignedHeaders={names}, Signature={signature}")
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=10)
    connection.request("POST", "/", body, headers)
    reply = connection.getresponse()
    if reply.status != 200:
        raise RuntimeError(f"{reply.status} {reply.read()}")


def tick(event, context):
    """One item an execution: which tick, which event, which delivery."""
    put_item("ticks", {"id": str(uuid.uuid4()), "time": event["time"], "event": event["id"],
                       "request": context.aws_request_id})


def slow(event, context):
    """Says that it runs, sleeps, calls the service, says that it has."""
    put_item("ticks", {"id": event["id"] + "-began", "time": "-"})
    time.sleep(event["seconds"])
    put_item("ticks", {"id": event["id"] + "-ended", "time": "-"})
    return {"slept": event["seconds"]}
'''


def zipped(code: str = FUNCTION_CODE) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("function.py", code)
    return archive.getvalue()


def make_table(server, name: str) -> None:
    server.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )


def make_function(server, name: str, handler: str, timeout_s: int = 30) -> str:
    """Its ARN. Also makes the table "ticks" and the role."""
    iam, functions = server.client("iam"), server.client("lambda")
    with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(TRUST))
        iam.put_role_policy(RoleName="worker", PolicyName="all", PolicyDocument=json.dumps(ALLOW_ALL))
        make_table(server, "ticks")
    arn = functions.create_function(
        FunctionName=name,
        Runtime="python3.12",
        Role="arn:aws:iam::000000000000:role/worker",
        Handler=f"function.{handler}",
        Code={"ZipFile": zipped()},
        Timeout=timeout_s,
    )["FunctionArn"]
    functions.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.1})
    return arn


def scan(server, table: str) -> list[dict]:
    """All items, plain strings."""
    pages = server.client("dynamodb").get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return [{k: next(iter(v.values())) for k, v in item.items()} for page in pages for item in page["Items"]]


def body_of(key: str, size: int) -> bytes:
    """Bytes that follow from the key, so that an audit needs no copy."""
    return random.Random(key).randbytes(size)


class Load:
    """Client threads that write until stopped, through crashes, and remember what was acknowledged."""

    def __init__(self, server, seed: int = 1):
        self.server = server
        self.items: dict[str, str] = {}  # acknowledged: id -> value
        self.objects: dict[str, int] = {}  # acknowledged: key -> size
        self.lines: list[str] = []  # acknowledged log lines
        self.attempted = 0  # of the one item that is written again and again
        self.acknowledged = 0
        self.refused: list[str] = []  # answers other than success
        self.surprises: list[str] = []
        self._stop = threading.Event()
        self._seed = seed
        self._threads: list[threading.Thread] = []

    def prepare(self) -> "Load":
        make_table(self.server, "writes")
        self.server.client("s3").create_bucket(Bucket="writes")
        logs = self.server.client("logs")
        logs.create_log_group(logGroupName="writes")
        logs.create_log_stream(logGroupName="writes", logStreamName="one")
        return self

    def start(self) -> "Load":
        for number, step in enumerate((self._put_item, self._put_item, self._put_object, self._put_log, self._put_hot)):
            self._threads.append(threading.Thread(target=self._run, args=(f"{self._seed}-{number}", step)))
            self._threads[-1].start()
        return self

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)
        assert not any(thread.is_alive() for thread in self._threads), "a client waits for an answer that never comes"
        assert not self.surprises, self.surprises[:5]

    def _run(self, name: str, step) -> None:
        services = ("dynamodb", "s3", "logs")
        clients = {s: self.server.client(s, connect_timeout=2, read_timeout=20) for s in services}
        number = 0
        while not self._stop.is_set():
            number += 1
            try:
                step(clients, f"{name}-{number}", number)
            except botocore.exceptions.ClientError as error:
                self.refused.append(str(error))
                if error.response["ResponseMetadata"]["HTTPStatusCode"] < 500:
                    self.surprises.append(f"{name}-{number}: {error}")
                time.sleep(0.02)
            except (botocore.exceptions.HTTPClientError, botocore.exceptions.ConnectionError, OSError):
                time.sleep(0.01)  # the server is away
            except Exception as error:  # noqa: BLE001  (a thread that ends silently would make the test pass)
                self.surprises.append(f"{name}-{number}: {error!r}")

    def _put_item(self, clients, key, number):
        value = "v" * (number % 500) + key
        clients["dynamodb"].put_item(TableName="writes", Item={"id": {"S": key}, "value": {"S": value}})
        self.items[key] = value

    def _put_hot(self, clients, _, __):
        self.attempted += 1
        number = self.attempted
        clients["dynamodb"].put_item(TableName="writes", Item={"id": {"S": "hot"}, "value": {"N": str(number)}})
        self.acknowledged = number

    def _put_object(self, clients, key, number):
        size = (100, 70_000, 3_000, 600_000)[number % 4] + number
        clients["s3"].put_object(Bucket="writes", Key=key, Body=body_of(key, size))
        self.objects[key] = size

    def _put_log(self, clients, key, _):
        event = {"timestamp": START_MS, "message": key}
        reply = clients["logs"].put_log_events(logGroupName="writes", logStreamName="one", logEvents=[event])
        assert "rejectedLogEventsInfo" not in reply
        self.lines.append(key)

    def wait_for_more(self, items: int = 5, objects: int = 2) -> None:
        """Goes on once that many more writes were acknowledged, however slow the machine."""
        items, objects = len(self.items) + items, len(self.objects) + objects
        wait_until(lambda: len(self.items) >= items and len(self.objects) >= objects, 60, "writes are acknowledged")

    def spot_check(self) -> None:
        """The last few acknowledged writes are there."""
        dynamodb, s3 = self.server.client("dynamodb"), self.server.client("s3")
        for key, value in list(self.items.items())[-5:]:
            found = dynamodb.get_item(TableName="writes", Key={"id": {"S": key}}, ConsistentRead=True)
            assert found.get("Item", {}).get("value") == {"S": value}, f"item {key} is lost"
        for key, size in list(self.objects.items())[-3:]:
            assert s3.get_object(Bucket="writes", Key=key)["Body"].read() == body_of(key, size), f"object {key}"

    def audit(self) -> None:
        """Everything acknowledged is there, and nothing is there by half. The clients have stopped."""
        items = {item["id"]: item["value"] for item in scan(self.server, "writes")}
        lost = [key for key, value in self.items.items() if items.get(key) != value]
        assert not lost, f"{len(lost)} of {len(self.items)} acknowledged items are lost: {lost[:5]}"
        if self.acknowledged:
            assert self.acknowledged <= int(items["hot"]) <= self.attempted

        s3 = self.server.client("s3")
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket="writes")
        listed = {entry["Key"]: entry["Size"] for page in pages for entry in page.get("Contents", [])}
        lost = [key for key, size in self.objects.items() if listed.get(key) != size]
        assert not lost, f"{len(lost)} of {len(self.objects)} acknowledged objects are lost: {lost[:5]}"
        for key, size in listed.items():
            whole = s3.get_object(Bucket="writes", Key=key)["Body"].read() == body_of(key, size)
            assert whole, f"object {key} is not what was sent"

        pages = self.server.client("logs").get_paginator("filter_log_events").paginate(logGroupName="writes")
        lines = [event["message"] for page in pages for event in page["events"]]
        lost = set(self.lines) - set(lines)
        assert not lost, f"{len(lost)} of {len(self.lines)} acknowledged log lines are lost: {sorted(lost)[:5]}"
        assert len(lines) == len(set(lines)), "log lines are doubled"


def descendants(pid: int) -> set[int]:
    """All processes below `pid`."""
    parents = {}
    for entry in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
    found, grown = set(), {pid}
    while grown:
        grown = {child for child, parent in parents.items() if parent in grown} - found
        found |= grown
    return found


def alive(pids: set[int]) -> set[int]:
    """Those that are neither gone nor waiting to be reaped."""
    left = set()
    for pid in pids:
        with contextlib.suppress(OSError):
            if pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX":
                left.add(pid)
    return left


def control_groups(server_pid: int) -> list[pathlib.Path]:
    """The control groups that a server has made."""
    found = []
    for folder, _, _ in os.walk("/sys/fs/cgroup"):
        if os.path.basename(folder).startswith(f"orrery-{server_pid}-"):
            found.append(pathlib.Path(folder))
    return found


def wait_until(condition, timeout_s: float = 10, what: str = "the condition"):
    deadline = time.monotonic() + timeout_s
    while not (value := condition()):
        assert time.monotonic() < deadline, f"{what}: not within {timeout_s} s"
        time.sleep(0.01)
    return value


def resident_kib(pid: int) -> int:
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError("no VmRSS")


def connect(server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=10)
