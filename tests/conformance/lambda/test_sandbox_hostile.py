"""Functions that try to harm the server, the machine or each other."""

import pytest

from support.aws import eventually, log_lines


@pytest.fixture(autouse=True)
def server_survives(server):
    yield
    assert server.process.poll() is None
    assert server.clock.show()["mode"]


def test_reads_the_data_directory(server, make_function, call):
    source = """
    import os
    def handler(event, context):
        found = []
        for folder, folders, files in os.walk("/"):
            if folder.startswith(("/proc", "/usr/lib", "/usr/share")):
                folders.clear()
            found += [os.path.join(folder, name) for name in files if name in event["names"]]
        return found, os.path.exists(event["data"] + "/store")
    """
    names = [path.name for path in (server.data_dir / "store").iterdir() if path.name != "LOCK"]
    name = make_function(source, Timeout=30)
    assert call(name, {"data": str(server.data_dir), "names": names}) == ([[], False], None)


def test_reads_what_another_left_in_tmp(make_function, call):
    writer = make_function("def handler(e, c):\n    open('/tmp/secret', 'w').write('mine')\n    return 1\n")
    reader = make_function("import os\ndef handler(e, c):\n    return os.listdir('/tmp')\n")
    assert call(writer) == (1, None)
    assert call(reader) == ([], None)


def test_looks_at_and_signals_the_server(server, make_function, call):
    source = """
    import os, signal
    def handler(event, context):
        def attempt(action):
            try:
                return str(action())
            except OSError as error:
                return type(error).__name__
        me = os.getpid()
        others = [int(p) for p in os.listdir("/proc") if p.isdigit() and int(p) not in (1, me)]
        return {
            "others": others,
            "memory": attempt(lambda: open("/proc/1/mem", "rb").read(1)),
            "environment": attempt(lambda: open("/proc/1/environ").read()),
            "killed": [attempt(lambda: os.kill(pid, signal.SIGKILL)) for pid in (event, event + 1)],
        }
    """
    found, failed = call(make_function(source), server.process.pid)
    assert failed is None
    assert found["others"] == []
    assert found["memory"] == "PermissionError" and found["environment"] == "PermissionError"
    assert found["killed"] == ["ProcessLookupError"] * 2


def test_forks_without_end(make_function, call):
    source = """
    import os, time
    def handler(event, context):
        count = 0
        try:
            while count < 5000:
                if os.fork() == 0:
                    time.sleep(60)
                    os._exit(0)
                count += 1
        except OSError:
            pass
        os.write(1, b"children %d\\n" % count)
        os._exit(1)
    """
    bystander = make_function("def handler(e, c):\n    return 'well'\n")
    name = make_function(source, Timeout=60, MemorySize=2048)
    error, failed = call(name)
    assert failed == "Unhandled" and "exit status 1" in error["errorMessage"]
    assert call(bystander) == ("well", None)


def test_takes_all_memory(make_function, call):
    name = make_function(
        "def handler(e, c):\n    b = []\n    while e: b.append(bytearray(1 << 20))\n    return 'well'\n", Timeout=30
    )
    error, failed = call(name, 1)
    assert failed == "Unhandled" and error["errorType"] in ("Runtime.ExitError", "MemoryError")
    assert call(name, 0) == ("well", None)


def test_fills_tmp(make_function, call):
    source = """
    def handler(event, context):
        try:
            with open("/tmp/big", "wb") as file:
                while True:
                    file.write(bytes(1 << 20))
        except OSError as error:
            return error.strerror
    """
    assert call(make_function(source, Timeout=60)) == ("No space left on device", None)


def test_ignores_signals(make_function, call):
    source = """
    import signal, time
    def handler(event, context):
        for number in range(1, 65):
            try:
                signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError):
                pass
        while event:
            time.sleep(0.1)
        return "well"
    """
    name = make_function(source, Timeout=1)
    error, failed = call(name, 1)
    assert failed == "Unhandled" and error["errorType"] == "Sandbox.Timedout"
    assert call(name, 0) == ("well", None)


def test_leaves_a_child_behind(client, make_function, call):
    source = """
    import os, time
    def handler(event, context):
        if event and os.fork() == 0:
            os.setsid()
            while True:
                os.write(1, b"still here\\n")
                time.sleep(0.05)
        return "answered"
    """
    name = make_function(source)
    assert call(name, 1) == ("answered", None)
    assert call(name, 0) == ("answered", None)
    # Between invocations nothing of it runs: its lines stop growing.
    logs = client("logs")
    seen = []

    def quiet():
        seen.append(len(log_lines(logs, f"/aws/lambda/{name}")))
        return len(seen) >= 5 and len(set(seen[-5:])) == 1

    eventually(quiet)


def test_binds_the_servers_port(server, make_function, call):
    source = """
    import socket
    def handler(event, context):
        results = []
        for reuse in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
            listener = socket.socket()
            listener.setsockopt(socket.SOL_SOCKET, reuse, 1)
            try:
                listener.bind(("127.0.0.1", event))
                listener.listen()
                results.append("bound")
            except OSError:
                results.append("refused")
        return results
    """
    assert call(make_function(source), server.port) == (["refused", "refused"], None)


def test_asks_for_anothers_events(make_function, call):
    victim = make_function("import os\ndef handler(e, c):\n    return os.environ['AWS_LAMBDA_RUNTIME_API']\n")
    source = """
    import urllib.error, urllib.request
    def handler(event, context):
        url = "http://%s/2018-06-01/runtime/invocation/" % event
        seen = []
        for path, body in (("next", None), ("x/response", b"1")):
            try:
                seen.append(urllib.request.urlopen(urllib.request.Request(url + path, body), timeout=2).status)
            except urllib.error.HTTPError as error:
                seen.append(error.code)
            except OSError:
                seen.append("cut")
        return seen
    """
    address, _ = call(victim)
    assert call(make_function(source, Timeout=10), address) == (["cut", "cut"], None)
    assert call(victim) == (address, None)


def resident_bytes(server):
    with open(f"/proc/{server.process.pid}/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS"))


def test_fills_the_servers_memory_through_its_runtime_api(server, make_function, call):
    source = """
    import os, socket
    def handler(event, context):
        host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
        head = "POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 6000000\\r\\n\\r\\n"
        head = (head % context.aws_request_id).encode()
        piece, kept, taken = bytes(1 << 18), [], 0
        for _ in range(event):
            connection = socket.create_connection((host, int(port)))
            connection.settimeout(0.05)
            sent = 0
            try:
                connection.sendall(head)
                while sent < 5_500_000:  # never all of it: that would be the response
                    sent += connection.send(piece)
                taken += 1
            except OSError:
                pass
            kept.append(connection)
        with open("/proc/self/status") as file:  # stays within its own limits meanwhile
            assert "VmRSS" in file.read()
        open_ones = len(kept)
        for connection in kept:
            connection.close()
        return open_ones, taken
    """
    bystander = make_function("def handler(e, c):\n    return 'well'\n")
    name = make_function(source, Timeout=60, MemorySize=256)
    assert call(name, 1)[0] == [1, 1]
    before = resident_bytes(server)
    (opened, taken), failed = call(name, 300)
    assert failed is None and opened == 300
    assert taken < 20  # of those that were answered at once, what lay in the kernel's buffers
    assert resident_bytes(server) - before < 64 << 20
    assert call(bystander) == ("well", None)
    assert call(name, 0) == ([0, 0], None)
