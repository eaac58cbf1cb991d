"""What functions cost: cold starts with boto3, warm ones in C++, memory, many environments at once.

    python3 bench/functions.py [--environments 2000] [--only environments]
"""

import argparse
import concurrent.futures
import io
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from support.server import Server, plain_environment  # noqa: E402

TRUST = """{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {"Service": "lambda.amazonaws.com"}}]}"""
WITH_BOTO3 = "import boto3\nclient = boto3.client('dynamodb')\ndef handler(event, context):\n    return {}\n"
PATIENT = "import time\ndef handler(event, context):\n    time.sleep(event['s'])\n    return {}\n"
COLD_STARTS = 15
AT_ONCE, HELD_S = 200, 15
FIRST_SANDBOX_USER = 700_000_000


def zipped(content: bytes, name: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as out:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = 0o100755 << 16
        out.writestr(entry, content)
    return archive.getvalue()


class Functions:
    def __init__(self, server: Server):
        self.client = server.client("lambda", read_timeout=120, max_pool_connections=AT_ONCE)
        role = server.client("iam").create_role(RoleName="bench", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
        self.usual = {"Role": role, "Timeout": 60, "Runtime": "python3.11", "Handler": "function.handler"}

    def create(self, name: str, code: bytes, file: str = "function.py", **more) -> None:
        self.client.create_function(FunctionName=name, Code={"ZipFile": zipped(code, file)}, **{**self.usual, **more})
        self.client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.02})

    def invoke(self, name: str, payload: bytes = b"{}") -> float:
        """How many milliseconds it took."""
        began = time.perf_counter()
        reply = self.client.invoke(FunctionName=name, Payload=payload)
        body = reply["Payload"].read()
        assert "FunctionError" not in reply, body
        return (time.perf_counter() - began) * 1000


def plain_python_ms() -> float:
    environment = {**plain_environment(), "AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "a",
                   "AWS_SECRET_ACCESS_KEY": "b"}
    took = []
    for _ in range(5):
        began = time.perf_counter()
        subprocess.run(["/usr/bin/python3", "-c", "import boto3; boto3.client('dynamodb')"], env=environment, check=True)
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


def cold_starts(functions: Functions) -> None:
    functions.create("first", WITH_BOTO3.encode())
    functions.invoke("first")  # whose template, if any, is under way
    time.sleep(2)
    took = []
    for number in range(COLD_STARTS):
        functions.create(f"cold-{number}", WITH_BOTO3.encode())
        took.append(functions.invoke(f"cold-{number}"))
    cold, plain = statistics.median(took), plain_python_ms()
    print(f"cold start with boto3 and a client  p50 {cold:.1f} ms, slowest {max(took):.1f} ms; "
          f"python3 -c {plain:.1f} ms; ratio {cold / plain:.3f}")


def warm_starts(functions: Functions) -> None:
    with tempfile.TemporaryDirectory() as work:
        program = pathlib.Path(work) / "bootstrap"
        subprocess.run(["g++", "-std=c++17", "-O2", "-static", str(ROOT / "examples/cpp_function/main.cc"), "-o",
                        str(program)], check=True)
        functions.create("cpp", program.read_bytes(), "bootstrap", Runtime="provided.al2023", Handler="none")
    functions.create("noop", b"def handler(event, context):\n    return {}\n")
    for name in ("cpp", "noop"):
        took = sorted(functions.invoke(name, b'{"text": "a b"}') for _ in range(300))
        print(f"warm {name:5} through boto3, p50 {took[150]:.2f} ms, p99 {took[297]:.2f} ms (boto3's own part included)")


def rolled_up(pid: int, *words: str) -> tuple[int, ...]:
    """Bytes of each kind; the kernel takes milliseconds for it, hence once a process."""
    lines = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return tuple(sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(word)) for word in words)


def sandboxed() -> list[tuple[int, int]]:
    """(private, proportional) bytes of each process in a sandbox."""
    found = []
    for pid in (int(name) for name in os.listdir("/proc") if name.isdigit()):
        try:
            if os.stat(f"/proc/{pid}").st_uid >= FIRST_SANDBOX_USER:
                found.append(rolled_up(pid, "Private", "Pss:"))
        except OSError:
            pass
    return found


def environments(functions: Functions, server: Server, count: int) -> None:
    names = [f"many-{number}" for number in range(max(1, count // 10))]
    for name in names:
        functions.create(name, PATIENT.encode())
    began, errors = time.perf_counter(), []
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        # Ten at once of each function, which therefore has ten environments: each is held until the others have begun.
        held = f'{{"s": {HELD_S}}}'.encode()
        for done in [pool.submit(functions.invoke, name, held) for name in names for _ in range(10)]:
            if failed := done.exception():
                errors.append(failed)
    took = time.perf_counter() - began
    processes = sandboxed()
    runtimes = [private for private, _ in processes if private > 1024 * 1024]
    each = max(1, len(runtimes))
    process = pathlib.Path(f"/proc/{server.process.pid}")
    files = len(os.listdir(process / "fd"))
    print(f"{count} invocations of {len(names)} functions in {took:.1f} s: {len(errors)} errors; {len(runtimes)} "
          f"environments of {len(processes)} processes, each {sum(one for one, _ in processes) / each / 2**20:.1f} MiB "
          f"private, {sum(one for _, one in processes) / each / 2**20:.1f} MiB with its share of the rest; the server has "
          f"{files} files open and {rolled_up(server.process.pid, 'Rss:')[0] / 2**20:.0f} MiB")
    for error in errors[:3]:
        print("  ", error)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--environments", type=int, default=100)
    parser.add_argument("--only", choices=("cold", "warm", "environments"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as work, Server(pathlib.Path(work) / "data") as server:
        functions = Functions(server)
        if given.only in (None, "cold"):
            cold_starts(functions)
        if given.only in (None, "warm"):
            warm_starts(functions)
        if given.only in (None, "environments"):
            environments(functions, server, given.environments)


if __name__ == "__main__":
    main()
