"""`make bench`: what a request costs, beside a constant reply of the same HTTP stack, a peer, and our targets.

The main figure is the server's processor time a request (user and system time of all its threads, divided by requests):
unlike a rate it bears other work on the machine. Prints one table and writes build/bench.json.

    bench/run.py [--seconds S] [--large] [--no-peers]

--large also measures the start on about 1 GB of data and the memory with ten million items, which take some minutes to
write.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "bench")]
import peers  # noqa: E402  (found through the line above)
import scenarios  # noqa: E402
import tables  # noqa: E402
from support.server import BINARY, Server  # noqa: E402

RELEASE = ROOT / "build" / "release"
RESULT = ROOT / "build" / "bench.json"
OPERATIONS = ("get-item", "put-item", "get-object", "put-object")
CONNECTIONS = (1, 16)
ITEM_BYTES = "1200"


class Load:
    """Runs orrery_load against a process."""

    def __init__(self, port: int, pid: int, seconds: float, *credential: str):
        self._base = [str(RELEASE / "orrery_load"), "--port", str(port), "--pid", str(pid), "--seconds", str(seconds)]
        self._base += credential

    def run(self, operation: str, connections: int = 1, **options) -> dict:
        command = [*self._base, "--operation", operation, "--connections", str(connections)]
        for name, value in options.items():
            command += [f"--{name}", str(value)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600)
        if done.returncode != 0:
            raise RuntimeError(done.stderr[-600:])
        return json.loads(done.stdout)


def build() -> None:
    for command in (["cmake", "--preset", "release"],
                    ["cmake", "--build", "--preset", "release", "--target", "orrery_load", "orrery_constant",
                     "orrery_policies"]):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(done.stdout[-3000:] + done.stderr[-3000:])


def measure_constant(seconds: float) -> dict:
    with subprocess.Popen([RELEASE / "orrery_constant", ITEM_BYTES], stdout=subprocess.PIPE, text=True) as process:
        try:
            load = Load(int(process.stdout.readline()), process.pid, seconds)
            return {str(n): load.run("constant", n) for n in CONNECTIONS}
        finally:
            process.kill()


def measure_policies() -> dict:
    """Microseconds an evaluation, without and with conditions."""
    return json.loads(subprocess.run([RELEASE / "orrery_policies"], capture_output=True, text=True, check=True).stdout)


def measure_orrery(seconds: float, work: pathlib.Path) -> dict:
    with Server(work / "orrery") as server:
        scenarios.make_table(server.client("dynamodb"))
        server.client("s3").create_bucket(Bucket=scenarios.NAME)
        load = Load(server.port, server.process.pid, seconds)
        out = {}
        for put in ("put-item", "put-object"):
            load.run(put, count=1000)
        for operation in OPERATIONS:
            out[operation] = {str(n): load.run(operation, n) for n in CONNECTIONS}
        return out


def measure_peers(seconds: float, work: pathlib.Path) -> tuple[dict, list[str]]:
    figures, notes = {}, []
    for peer in peers.ALL:
        with peer.start(work) as running:
            if running.skipped:
                notes.append(running.skipped)
                continue
            load = Load(running.port, running.pid, seconds, *peer.credential)
            try:
                load.run(f"put-{peer.what}", count=1000)
                for operation in (f"get-{peer.what}", f"put-{peer.what}"):
                    by = {str(n): load.run(operation, n) for n in CONNECTIONS}
                    figures.setdefault(operation, {})[peer.name] = by
            except RuntimeError as problem:
                notes.append(f"{peer.name}: {problem}")
    return figures, notes


def targets(result: dict) -> list[dict]:
    """Each: what, measured, target, unit, met. Judged with 16 connections, where nothing waits for the network."""
    orrery, constant = result["orrery"], result["constant"]
    share = 100 * constant["16"]["server_cpu_us"] / orrery["get-item"]["16"]["server_cpu_us"]
    rows = [("GetItem, server CPU a request", orrery["get-item"]["16"]["server_cpu_us"], "<=", 25, "us"),
            ("PutItem, durable, server CPU a request", orrery["put-item"]["16"]["server_cpu_us"], "<=", 45, "us"),
            ("GetItem, share of the constant reply's rate at equal CPU", share, ">=", 60, "%"),
            ("evaluation beside 10 policies of 20 statements", result["policies"]["conditions_us"], "<=", 5, "us"),
            ("warm invoke of Python, p50", result["invoke"]["warm_p50_ms"], "<=", 0.5, "ms"),
            ("warm invoke of C++, p50", result["invoke"]["cpp_p50_ms"], "<=", 0.25, "ms"),
            ("asynchronous events, durable, a second", result["invoke"]["events_rate"], ">=", 5000, ""),
            ("start on empty data, to the first reply", result["start"]["empty_ms"], "<", 100, "ms"),
            ("resident memory when idle", result["idle_mib"], "<", 40, "MiB")]
    rows += tables.targets(result["tables"])
    for peer, by in result["peers"].get("get-item", {}).items():
        ratio = orrery["get-item"]["16"]["rate"] / by["16"]["rate"]
        rows.append((f"GetItem, rate beside {peer}'s", ratio, ">=", 5, "x"))
    for peer, by in result["peers"].get("put-item", {}).items():
        if peer == "DynamoDB Local":
            ratio = orrery["put-item"]["16"]["rate"] / by["16"]["rate"]
            rows.append((f"durable PutItem, rate beside {peer}'s on disk", ratio, ">=", 10, "x"))
    if "large_ms" in result["start"]:
        rows.append(("start on 1 GB of data, to the first reply", result["start"]["large_ms"], "<", 100, "ms"))
    good = {"<=": lambda a, b: a <= b, "<": lambda a, b: a < b, ">=": lambda a, b: a >= b}
    return [{"what": what, "measured": round(measured, 2), "target": f"{sign} {bound}", "unit": unit,
             "met": good[sign](measured, bound)} for what, measured, sign, bound, unit in rows]


def print_table(result: dict) -> None:
    columns = "{:<28}{:>6}{:>12}{:>12}{:>10}{:>10}{:>26}"
    print(columns.format("", "conns", "CPU us/req", "requests/s", "p50 us", "p99 us", "beside Orrery"))
    peers_rows = [(f"{peer} {operation}", by, operation) for operation, of in result["peers"].items()
                  for peer, by in of.items()]
    own_rows = [(name, by, "") for name, by in (("constant reply", result["constant"]), *result["orrery"].items())]
    for name, by, operation in own_rows + peers_rows:
        for n in map(str, CONNECTIONS):
            one = by[n]
            beside = ""
            if operation:
                own = result["orrery"][operation][n]
                beside = f"rate 1/{own['rate'] / one['rate']:.1f}, CPU {one['server_cpu_us'] / own['server_cpu_us']:.1f}x"
            print(columns.format(name, n, f"{one['server_cpu_us']:.1f}", f"{one['rate']:.0f}", one["p50_us"],
                                 one["p99_us"], beside))
    for note in result["notes"]:
        print(f"skipped: {note}")
    invoke, start = result["invoke"], result["start"]
    print(f"\ninvoke (Python, no-op)  warm p50 {invoke['warm_p50_ms']:.2f} ms, p99 {invoke['warm_p99_ms']:.2f} ms; "
          f"cold p50 {invoke['cold_p50_ms']:.0f} ms, slowest {invoke['cold_max_ms']:.0f} ms "
          f"({invoke['cold_count']} starts)")
    print(f"start                   empty data {start['empty_ms']:.0f} ms"
          + (f"; {start['large_gb']:.2f} GB {start['large_ms']:.0f} ms" if "large_ms" in start else ""))
    print(f"idle memory {result['idle_mib']:.1f} MiB resident; program {result['binary_mib']:.1f} MiB "
          f"({result['stripped_mib']:.1f} MiB stripped)\n")
    columns = "{:<60}{:>12}{:>12}  {}"
    print(columns.format("", "measured", "target", ""))
    for row in result["targets"]:
        print(columns.format(row["what"], f"{row['measured']:g} {row['unit']}", f"{row['target']} {row['unit']}",
                             "met" if row["met"] else "NOT MET"))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=2)
    options.add_argument("--large", action="store_true")
    options.add_argument("--no-peers", action="store_true")
    given = options.parse_args()
    build()
    with tempfile.TemporaryDirectory(dir=ROOT / "build", prefix="bench-") as folder:
        work = pathlib.Path(folder)
        result = {"constant": measure_constant(given.seconds), "orrery": measure_orrery(given.seconds, work)}
        result["peers"], result["notes"] = {}, ["peers, as asked"]
        if not given.no_peers:
            result["peers"], result["notes"] = measure_peers(given.seconds, work)
        result["tables"] = tables.measure(work, Load, given.seconds, given.large)
        result["policies"] = measure_policies()
        result["invoke"] = scenarios.invoke(work, Load)
        result["start"], result["idle_mib"] = scenarios.start(work)
        if given.large:
            result["start"] |= scenarios.start_large(work, Load)
    result["binary_mib"] = BINARY.stat().st_size / 2**20
    result["stripped_mib"] = scenarios.stripped_bytes(BINARY) / 2**20
    result["targets"] = targets(result)
    RESULT.write_text(json.dumps(result, indent=1) + "\n")
    print_table(result)


if __name__ == "__main__":
    main()
