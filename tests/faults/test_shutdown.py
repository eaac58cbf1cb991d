"""SIGTERM finishes what is in flight and leaves nothing behind; kill -9 leaves no function running."""

import json
import signal
import threading
import time

from botocore.exceptions import BotoCoreError, ClientError
from faults.common import (
    START,
    Load,
    alive,
    body_of,
    connect,
    control_groups,
    descendants,
    make_function,
    scan,
    wait_until,
)


class Background:
    """A call on a thread of its own."""

    def __init__(self, call, **arguments):
        self.result = self.error = None
        self._thread = threading.Thread(target=self._run, args=(call, arguments))
        self._thread.start()

    def _run(self, call, arguments):
        try:
            self.result = call(**arguments)
        except (BotoCoreError, ClientError, OSError) as error:
            self.error = error

    def join(self):
        self._thread.join(60)
        assert not self._thread.is_alive()
        assert self.error is None, self.error
        return self.result


def marks(server) -> set[str]:
    return {item["id"] for item in scan(server, "ticks")}


def start_slow(server, name: str, seconds: float, **arguments) -> Background:
    """Returns once the function is running."""
    call = server.client("lambda", read_timeout=60).invoke
    running = Background(call, FunctionName="slow", Payload=json.dumps({"id": name, "seconds": seconds}), **arguments)
    wait_until(lambda: f"{name}-began" in marks(server), what="the function runs")
    return running


def end(server, how=signal.SIGTERM, timeout_s: float = 30) -> int:
    """Sends the signal; the exit status. No process and no control group is left."""
    pid, process = server.process.pid, server.process
    below = descendants(pid)
    process.send_signal(how)
    status = process.wait(timeout_s)
    server.process = None
    wait_until(lambda: not alive(below), 5, f"the processes {below} are gone")
    if how == signal.SIGTERM:
        assert control_groups(pid) == []
    return status


def test_an_idle_server_stops_at_once(own_server):
    server = own_server()
    idle = connect(server)
    began = time.monotonic()
    assert end(server) == 0
    assert time.monotonic() - began < 1
    idle.close()


def test_sigterm_lets_a_slow_function_finish(own_server):
    """Also what the function still asks of the server on its way."""
    server = own_server()
    make_function(server, "slow", "slow")
    running = start_slow(server, "a", 1.5)
    assert end(server) == 0
    reply = running.join()
    assert reply.get("FunctionError") is None, reply["Payload"].read()
    assert json.loads(reply["Payload"].read()) == {"slept": 1.5}
    server.start()
    assert "a-ended" in marks(server)


def test_sigterm_lets_an_asynchronous_invocation_finish_once(own_server):
    server = own_server()
    make_function(server, "slow", "slow")
    start_slow(server, "b", 1.0, InvocationType="Event").join()
    assert end(server) == 0
    server.start()
    assert "b-ended" in marks(server)
    time.sleep(0.5)  # it would be delivered again now
    starts = [
        event
        for event in server.client("logs").filter_log_events(logGroupName="/aws/lambda/slow")["events"]
        if event["message"].startswith("START")
    ]
    assert len(starts) == 1


def test_sigterm_refuses_new_requests_while_it_waits(own_server):
    server = own_server()
    make_function(server, "slow", "slow")
    running = start_slow(server, "c", 1.5)
    kept_alive = server.client("dynamodb")
    kept_alive.list_tables()
    server.process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    for client in (kept_alive, server.client("dynamodb")):
        try:
            client.list_tables()
        except ClientError as error:
            assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 503
        except BotoCoreError:
            pass  # refused at the door
        else:
            raise AssertionError("a stopping server takes new work")
    assert end(server) == 0
    running.join()


def test_sigterm_lets_a_large_upload_finish(own_server):
    server = own_server()
    s3 = server.client("s3", signature_version="s3v4")
    s3.create_bucket(Bucket="uploads")
    body = body_of("large", 48 << 20)

    url = s3.generate_presigned_url("put_object", Params={"Bucket": "uploads", "Key": "large"})
    upload = Background(put_slowly, server=server, url=url, body=body)
    time.sleep(0.5)
    assert end(server) == 0
    assert upload.join() == 200
    server.start()
    assert server.client("s3").get_object(Bucket="uploads", Key="large")["Body"].read() == body


def put_slowly(server, url: str, body: bytes) -> int:
    connection = connect(server)
    connection.sendall(
        f"PUT {url.removeprefix(server.url)} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n".encode()
    )
    for at in range(0, len(body), 1 << 20):
        connection.sendall(body[at : at + (1 << 20)])
        time.sleep(0.03)
    status = int(connection.makefile("rb").readline().split()[1])
    connection.close()
    return status


def test_sigterm_under_load_loses_nothing(own_server):
    server = own_server("--clock", f"frozen@{START}")
    load = Load(server).prepare().start()
    for _ in range(4):
        load.wait_for_more()
        time.sleep(0.5)
        assert end(server) == 0
        server.start()
    load.wait_for_more()
    load.stop()
    assert len(load.items) > 20 and len(load.objects) > 5
    load.audit()


def test_kill_leaves_no_function_running(own_server):
    server = own_server()
    make_function(server, "slow", "slow")
    for number in range(5):
        call = server.client("lambda").invoke
        Background(call, FunctionName="slow", Payload=json.dumps({"id": str(number), "seconds": 20}))
    wait_until(lambda: len(marks(server)) == 5, what="five functions run")
    pid = server.process.pid
    assert len(descendants(pid)) >= 5
    end(server, signal.SIGKILL)
    # The next server sweeps the control groups of one that is gone.
    server.start()
    assert control_groups(pid) == []
