"""What is measured besides requests: invoking functions, starting, memory, size."""

import io
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time
import zipfile

from support.server import Server

NAME = "bench"  # of the table, the bucket and the function
COLD_STARTS = 15
CODE = "def handler(event, context):\n    return {}\n"


def make_table(dynamodb) -> None:
    dynamodb.create_table(
        TableName=NAME,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.get_waiter("table_exists").wait(TableName=NAME, WaiterConfig={"Delay": 0.1})


def zipped() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("function.py", CODE)
    return archive.getvalue()


def invoke_cpp(work: pathlib.Path, role: str, server: Server, load_type) -> dict:
    """Warm, of the function in examples/cpp_function."""
    program = work / "bootstrap"
    source = pathlib.Path(__file__).resolve().parents[1] / "examples/cpp_function/main.cc"
    subprocess.run(["g++", "-std=c++17", "-O2", "-static", str(source), "-o", str(program)], check=True)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as out:
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = 0o100755 << 16
        out.writestr(entry, program.read_bytes())
    client = server.client("lambda")
    client.delete_function(FunctionName=NAME)
    client.create_function(FunctionName=NAME, Runtime="provided.al2023", Role=role, Handler="none",
                           Code={"ZipFile": archive.getvalue()})
    client.get_waiter("function_active_v2").wait(FunctionName=NAME, WaiterConfig={"Delay": 0.05})
    client.invoke(FunctionName=NAME, Payload=b"{}")
    return load_type(server.port, server.process.pid, 2).run("invoke", keys=1)


def invoke(work: pathlib.Path, load_type) -> dict:
    """Warm: through the API by the load generator. Cold: the first invocation of each of some functions, with boto3."""
    trust = """{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
                "Principal": {"Service": "lambda.amazonaws.com"}}]}"""
    with Server(work / "functions") as server:
        role = server.client("iam").create_role(RoleName=NAME, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        client = server.client("lambda")

        def create(name: str) -> None:
            client.create_function(FunctionName=name, Runtime="python3.12", Role=role, Handler="function.handler",
                                   Code={"ZipFile": zipped()})
            client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.05})

        create(NAME)
        client.invoke(FunctionName=NAME, Payload=b"{}")
        warm = load_type(server.port, server.process.pid, 2).run("invoke", keys=1)
        # Nothing runs beside: what is measured is the queue.
        client.put_function_concurrency(FunctionName=NAME, ReservedConcurrentExecutions=0)
        events = load_type(server.port, server.process.pid, 2).run("invoke-event", connections=16, keys=1)
        cold_ms = []
        for number in range(COLD_STARTS):
            create(f"{NAME}-{number}")
            began = time.perf_counter()
            reply = client.invoke(FunctionName=f"{NAME}-{number}", Payload=b"{}")
            cold_ms.append((time.perf_counter() - began) * 1000)
            assert "FunctionError" not in reply, reply["Payload"].read()
        cpp = invoke_cpp(work, role, server, load_type)
    cold_ms.sort()
    return {"warm_p50_ms": warm["p50_us"] / 1000, "warm_p99_ms": warm["p99_us"] / 1000, "warm_rate": warm["rate"],
            "events_rate": events["rate"], "cpp_p50_ms": cpp["p50_us"] / 1000, "cpp_p99_ms": cpp["p99_us"] / 1000,
            "cold_p50_ms": statistics.median(cold_ms), "cold_max_ms": cold_ms[-1], "cold_count": COLD_STARTS}


def resident_mib(pid: int) -> float:
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no VmRSS")


def start_ms(server: Server) -> float:
    began = time.perf_counter()
    server.start()
    return (time.perf_counter() - began) * 1000


def start(work: pathlib.Path) -> tuple[dict, float]:
    """The median of five first starts, to the first reply; and the memory of the last after two seconds of nothing."""
    times = []
    for number in range(5):
        server = Server(work / f"start-{number}")
        times.append(start_ms(server))
        if number == 4:
            time.sleep(2)
            idle = resident_mib(server.process.pid)
        server.stop()
    return {"empty_ms": statistics.median(times)}, idle


def start_large(work: pathlib.Path, load_type) -> dict:
    folder = work / "large"
    with Server(folder, "--durability", "relaxed") as server:
        make_table(server.client("dynamodb"))
        load = load_type(server.port, server.process.pid, 0)
        for batch in range(12):
            options = {"count": 10_000, "keys": 10_000, "first-key": batch * 10_000}
            load.run("fill-item", 4, **options)
    size = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
    times = []
    for _ in range(3):
        server = Server(folder)
        times.append(start_ms(server))
        server.stop()
    return {"large_ms": statistics.median(times), "large_gb": size / 1e9}


def stripped_bytes(program: pathlib.Path) -> int:
    with tempfile.NamedTemporaryFile() as out:
        subprocess.run([shutil.which("strip"), "-o", out.name, program], check=True)
        return pathlib.Path(out.name).stat().st_size
