"""Cut connections, slow and hostile clients: nothing half-written is seen, memory stays bounded, others are served."""

import base64
import contextlib
import json
import os
import random
import resource
import socket
import threading
import time

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest
from faults.common import body_of, connect, make_table, resident_kib, scan, wait_until, zipped

MIB_IN_KIB = 1024


@pytest.fixture
def target(own_server):
    """A server with a bucket, a table, and its memory warmed up."""
    server = own_server()
    s3 = server.client("s3")
    s3.create_bucket(Bucket="bucket")
    make_table(server, "table")
    for _ in range(5):
        s3.put_object(Bucket="bucket", Key="warm", Body=body_of("warm", 1 << 20))
    return server


def signed(server, service: str, method: str, path: str, body: bytes, headers: dict, signer=botocore.auth.SigV4Auth):
    """The bytes of a request, head and body."""
    request = botocore.awsrequest.AWSRequest(method, server.url + path, data=body, headers=headers)
    signer(botocore.credentials.Credentials("test", "test"), service, "us-east-1").add_auth(request)
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{server.port}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode(), body


def put_object(server, key: str, body: bytes):
    return signed(server, "s3", "PUT", f"/bucket/{key}", body, {}, botocore.auth.S3SigV4Auth)


def put_item(server, key: str, size: int = 100):
    body = b'{"TableName": "table", "Item": {"id": {"S": "%s"}, "v": {"S": "%s"}}}' % (key.encode(), b"v" * size)
    headers = {"X-Amz-Target": "DynamoDB_20120810.PutItem", "Content-Type": "application/x-amz-json-1.0"}
    return signed(server, "dynamodb", "POST", "/", body, headers)


def create_function(server, name: str):
    body = json.dumps(
        {
            "FunctionName": name,
            "Runtime": "python3.12",
            "Role": "arn:aws:iam::000000000000:role/worker",
            "Handler": "function.tick",
            "Code": {"ZipFile": base64.b64encode(zipped()).decode()},
        }
    ).encode()
    return signed(server, "lambda", "POST", "/2015-03-31/functions", body, {"Content-Type": "application/json"})


def reset(connection: socket.socket) -> None:
    """Closes without a goodbye (RST)."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.close()


def blob_bytes(server) -> int:
    found = 0
    for folder, _, names in os.walk(server.data_dir / "blobs"):
        for name in names:
            with contextlib.suppress(OSError):
                found += os.stat(os.path.join(folder, name)).st_size
    return found


def still_fine(server) -> None:
    server.client("s3").put_object(Bucket="bucket", Key="fine", Body=b"fine")
    assert server.client("dynamodb").list_tables()["TableNames"] == ["table"]


def status_line(connection: socket.socket) -> str:
    with connection.makefile("rb") as reply:
        return reply.readline().decode().strip()


def test_requests_that_break_off(target):
    make = {
        "object": lambda key: put_object(target, key, body_of(key, 3 << 20)),
        "small": lambda key: put_object(target, key, body_of(key, 1000)),
        "item": lambda key: put_item(target, key, 2000),
        "function": lambda key: create_function(target, key),
    }
    turns = random.Random(1)
    before = blob_bytes(target)
    for number in range(120):
        kind = list(make)[number % 4]
        head, body = make[kind](f"broken-{number}")
        whole = head + body
        cut = turns.randrange(1, len(whole) - 1)
        with contextlib.suppress(OSError):
            connection = connect(target)
            connection.sendall(whole[:cut])
            (reset if number % 2 else socket.socket.close)(connection)
    still_fine(target)
    assert [e["Key"] for e in target.client("s3").list_objects_v2(Bucket="bucket")["Contents"]] == ["fine", "warm"]
    assert scan(target, "table") == []
    assert target.client("lambda").list_functions()["Functions"] == []
    tmp = target.data_dir / "blobs" / "tmp"
    wait_until(lambda: not list(tmp.iterdir()), 5, "the halves are deleted")
    assert blob_bytes(target) <= before + 1000


def test_an_overwrite_that_breaks_off_leaves_the_old_object(target):
    s3 = target.client("s3")
    for key, size in (("small", 500), ("large", 2 << 20)):
        s3.put_object(Bucket="bucket", Key=key, Body=body_of(key, size))
        head, body = put_object(target, key, body_of("other", size))
        connection = connect(target)
        connection.sendall(head + body[:-1])
        time.sleep(0.1)
        assert s3.get_object(Bucket="bucket", Key=key)["Body"].read() == body_of(key, size)
        reset(connection)
        time.sleep(0.1)
        assert s3.get_object(Bucket="bucket", Key=key)["Body"].read() == body_of(key, size)


def test_a_body_that_is_not_what_was_signed(target):
    head, body = put_object(target, "changed", body_of("changed", 1 << 20))
    connection = connect(target)
    connection.sendall(head + body[:-1] + bytes([body[-1] ^ 1]))
    assert " 400 " in status_line(connection)
    assert target.client("s3").list_objects_v2(Bucket="bucket")["KeyCount"] == 1
    assert not list((target.data_dir / "blobs" / "tmp").iterdir())


def test_slow_clients_do_not_hold_up_others(target):
    """Two hundred that send a byte now and then, and one that does not read what it asked for."""
    slow = []
    for number in range(200):
        head, body = put_object(target, f"slow-{number}", b"x" * 1000)
        slow.append(connect(target))
        slow[-1].sendall(head + body[:10])
    s3 = target.client("s3")
    s3.put_object(Bucket="bucket", Key="big", Body=body_of("big", 32 << 20))
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": "big"})
    before = resident_kib(target.process.pid)
    lazy = [connect(target) for _ in range(20)]
    for connection in lazy:
        connection.sendall(f"GET {url.removeprefix(target.url)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    for _ in range(10):
        for connection in slow:
            connection.sendall(b"x")
        still_fine(target)
    assert resident_kib(target.process.pid) - before < 64 * MIB_IN_KIB
    for connection in slow + lazy:
        connection.close()
    listed = [e["Key"] for e in s3.list_objects_v2(Bucket="bucket")["Contents"]]
    assert listed == ["big", "fine", "warm"]


def test_garbage(target):
    turns = random.Random(2)
    before = resident_kib(target.process.pid)

    def flood(seed):
        noise = random.Random(seed)
        for _ in range(60):
            with contextlib.suppress(OSError):
                connection = connect(target)
                for _ in range(noise.randrange(1, 20)):
                    connection.sendall(noise.randbytes(16384))
                connection.close()

    threads = [threading.Thread(target=flood, args=(turns.random(),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    still_fine(target)
    for thread in threads:
        thread.join()
    still_fine(target)
    assert resident_kib(target.process.pid) - before < 32 * MIB_IN_KIB


@pytest.mark.parametrize(
    "head, status",
    [
        (b"GET /" + b"a" * (1 << 20) + b" HTTP/1.1\r\n\r\n", "414"),
        (b"GET / HTTP/1.1\r\nA: " + b"a" * (1 << 20) + b"\r\n\r\n", "431"),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 20_000 + b"\r\n", "431"),
        (b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999999\r\n\r\n", "400"),
        (b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "400"),
    ],
    ids=["target", "header", "headers", "length", "lengths"],
)
def test_oversized_heads(server, head, status):
    connection = connect(server)
    with contextlib.suppress(OSError):
        connection.sendall(head)
    assert status_line(connection).split()[1] == status
    connection.close()
    assert server.admin("GET", "/_orrery/health")["status"] == "ok"


def test_oversized_bodies(target):
    """Bodies of operations that take it whole are refused at their limit, not collected."""
    before = resident_kib(target.process.pid)
    clients = []
    for _ in range(8):
        head, _ = put_item(target, "huge", 10)
        head = head.replace(b"Content-Length: ", b"Content-Length: 99999999")
        connection = connect(target)
        with contextlib.suppress(OSError):
            connection.sendall(head)
            for _ in range(24):
                connection.sendall(bytes(1 << 20))
        clients.append(connection)
    assert resident_kib(target.process.pid) - before < 160 * MIB_IN_KIB
    for connection in clients:
        connection.close()
    still_fine(target)
    assert scan(target, "table") == []


def test_unsigned_bodies_are_not_collected(target):
    """Who is not known cannot make the server keep a large body."""
    before = resident_kib(target.process.pid)
    statuses = []
    for _ in range(8):
        connection = connect(target)
        with contextlib.suppress(OSError):
            connection.sendall(
                b"POST /2015-03-31/functions HTTP/1.1\r\nHost: h\r\nContent-Length: 60000000\r\n\r\n" + bytes(4 << 20)
            )
        statuses.append(status_line(connection))
        connection.close()
    assert all(" 403 " in status or " 400 " in status for status in statuses), statuses
    assert resident_kib(target.process.pid) - before < 32 * MIB_IN_KIB


def test_ten_thousand_idle_connections(target):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 10_000
    if hard < wanted + 1000:
        pytest.skip(f"only {hard} descriptors a process")
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted + 1000, hard))
    before = resident_kib(target.process.pid)
    idle = []
    try:
        for _ in range(wanted):
            idle.append(connect(target))
        for _ in range(20):
            still_fine(target)
        assert resident_kib(target.process.pid) - before < wanted * 8, "more than 8 KiB an idle connection"
        for connection in idle[::500]:
            connection.sendall(b"GET /_orrery/health HTTP/1.1\r\nHost: h\r\n\r\n")
            assert status_line(connection) == "HTTP/1.1 200 OK"
    finally:
        for connection in idle:
            connection.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    still_fine(target)
