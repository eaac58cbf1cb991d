"""What schedules, events and log lines cost, beside the targets of docs/benchmarks.md.

    python3 bench/schedules.py [--schedules 1000000] [--lines 10000000] [--seconds 2]
"""

import argparse
import contextlib
import json
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "bench")]
import run  # noqa: E402  (found through the line above)
import scenarios  # noqa: E402
from support.aws import allow  # noqa: E402
from support.schedules import make_role, make_table  # noqa: E402
from support.server import Server  # noqa: E402

CHUNK = 20_000  # requests signed at a time
NEVER = "cron(0 0 1 1 ? 2199)"
EVENTS, EVENT_RULES = 10, 1000  # a request; rules that look at them
LOG_BYTES = 250_000             # a request, as the load generator makes it


@contextlib.contextmanager
def prepared(work: pathlib.Path, name: str, *flags: str):
    with Server(work / name, *flags) as server:
        make_table(server)
        make_role(server, "writer", allow("dynamodb:PutItem"))
        yield server


def add_schedules(server: Server, expression: str, count: int, first: int = 0) -> None:
    load = run.Load(server.port, server.process.pid, 0)
    for start in range(first, first + count, CHUNK):
        keys = min(CHUNK, first + count - start)
        load.run("create-schedule", 8, keys=keys, count=keys, resource=expression, **{"first-key": start})


def cpu_s(pid: int) -> float:
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def settle(pid: int) -> None:
    """Until the server has nothing to do any more: the store puts its files in order after so many writes."""
    before = cpu_s(pid)
    while True:
        time.sleep(1)
        now = cpu_s(pid)
        if now - before < 0.03:
            return
        before = now


def stored(work: pathlib.Path, count: int) -> dict:
    """Memory with so many, and the processor time of a tick of another schedule (a timer that fires, an effect)."""
    out = {}
    with prepared(work, "stored", "--clock", "frozen@2026-03-01T00:00:30Z", "--durability", "relaxed") as server:
        add_schedules(server, "cron(* * * * ? *)", 1)
        for name, first, more in (("few", 1, 1000), ("many", 1001, count - 1000)):
            add_schedules(server, NEVER, more, first)
            if name == "many":
                out["written_mib"] = scenarios.resident_mib(server.process.pid)
            settle(server.process.pid)
            server.clock.advance("1h")
            before, minutes = cpu_s(server.process.pid), 3000
            server.clock.advance(f"{minutes}m")
            out[f"tick_us_{name}"] = 1e6 * (cpu_s(server.process.pid) - before) / minutes
        out["settled_mib"] = scenarios.resident_mib(server.process.pid)
        server.stop()
        server.flags = ("--durability", "relaxed")
        server.start()
        server.clock.advance("10m")
        out["restarted_mib"] = scenarios.resident_mib(server.process.pid)
    return out


def fired(work: pathlib.Path, count: int) -> float:
    """Ticks a second: so many schedules, each some times."""
    with prepared(work, "fired", "--clock", "frozen@2026-03-01T00:00:30Z") as server:
        add_schedules(server, "cron(* * * * ? *)", count)
        server.clock.advance("1m")
        settle(server.process.pid)
        began = time.perf_counter()
        report = server.admin_text("POST", "/_orrery/clock/advance", {"duration": "2m"})
        took = time.perf_counter() - began
        ticks = [one for one in json.loads(report)["ran"] if one["kind"] == "scheduler.invoke"]
        assert all(one["ok"] for one in ticks) and len(ticks) == min(2 * count, len(ticks))
        return 2 * count / took


def lateness_ms(work: pathlib.Path, rate: int) -> float:
    """The 99th percentile at so many ticks a second on the running clock: a minute's worth of schedules, one after the
    other, each of which fires once a minute."""
    with prepared(work, "late") as server:
        load = run.Load(server.port, server.process.pid, 0)
        began = time.monotonic()
        for second in range(60):
            load.run("create-schedule", 4, keys=rate, count=rate, resource="rate(1 minute)", **{"first-key": second * rate})
            time.sleep(max(0.0, began + second + 1 - time.monotonic()))
        time.sleep(61)
        rows = server.admin("GET", "/_orrery/schedules?limit=1000")["schedules"]
        late = sorted(row["last"]["late_ms"] for row in rows)
        return late[int(0.99 * len(late))]


def events_rate(work: pathlib.Path, seconds: float) -> float:
    with Server(work / "events", "--event-rules", str(EVENT_RULES)) as server:
        events, logs = server.client("events"), server.client("logs")
        logs.create_log_group(logGroupName="/aws/events/none")
        target = "arn:aws:logs:us-east-1:000000000000:log-group:/aws/events/none"
        for number in range(EVENT_RULES):  # each event matches one of them, and is enqueued for its target
            pattern = {"source": ["shop.orders"], "detail": {"kind": [f"k{number}"], "total": [{"numeric": [">", 1]}]}}
            events.put_rule(Name=f"rule-{number}", EventPattern=json.dumps(pattern))
            events.put_targets(Rule=f"rule-{number}", Targets=[{"Id": "1", "Arn": target}])
        return EVENTS * run.Load(server.port, server.process.pid, seconds).run("put-events", 16)["rate"]


def log_mb_s(work: pathlib.Path, seconds: float) -> float:
    with Server(work / "logs") as server:
        logs = server.client("logs")
        logs.create_log_group(logGroupName="bench")
        for number in range(4):
            logs.create_log_stream(logGroupName="bench", logStreamName=f"customer-{number:08}")
        load = run.Load(server.port, server.process.pid, seconds)
        return LOG_BYTES * load.run("put-log-events", 4, keys=100)["rate"] / 1e6


def log_day(work: pathlib.Path, lines: int) -> dict:
    """Seconds that looking through a day of so many lines takes: ten million lines a day, in one group."""
    out = {}
    with Server(work / "log-day") as server:
        logs = server.client("logs")
        logs.create_log_group(logGroupName="bench")
        for number in range(4):
            logs.create_log_stream(logGroupName="bench", logStreamName=f"customer-{number:08}")
        load = run.Load(server.port, server.process.pid, 0)
        begin = (int(time.time()) // 86_400 - 2) * 86_400_000
        day = {"startTime": begin, "endTime": begin + 86_400_000 - 1}
        requests, at_once, filling_s = lines // 1000, 200, 0.0
        for first in range(0, requests, at_once):
            count = min(at_once, requests - first)
            filled = load.run("fill-log-events", 4, keys=count, count=count, resource=str(begin), **{"first-key": first})
            filling_s += count / filled["rate"]
        stored_bytes = logs.describe_log_groups()["logGroups"][0]["storedBytes"] - 26 * lines
        out["fill_mb_s"] = stored_bytes / filling_s / 1e6
        rare = max(1, (lines + 499_999) // 1_000_000)
        where = {"logGroupName": "bench", "filterPattern": "PaymentDeclined", **day}
        out["page_s"], _ = timed(lambda: logs.filter_log_events(**where))
        pages = logs.get_paginator("filter_log_events")
        out["walk_s"], found = timed(lambda: sum(len(page["events"]) for page in pages.paginate(**where)))
        assert found == rare, (found, rare)
        out["absent_s"], found = timed(
            lambda: sum(len(page["events"]) for page in pages.paginate(**{**where, "filterPattern": "NoSuchThing"}))
        )
        assert found == 0
        for name, query, most in (("filter_s", 'filter @message like "PaymentDeclined" | stats count(*) as n', rare),
                                  ("count_s", "stats count(*) as n", lines)):
            out[name], rows = timed(lambda query=query: results_of(logs, query, begin // 1000))
            assert int(rows[0][0]["value"]) == most, (rows, most)
        out["resident_mib"] = scenarios.resident_mib(server.process.pid)
        out["disk_mib"] = sum(file.stat().st_size for file in (work / "log-day").rglob("*") if file.is_file()) / 2**20
    return out


def timed(act):
    began = time.perf_counter()
    result = act()
    return time.perf_counter() - began, result


def results_of(logs, query: str, begin_s: int) -> list:
    started = logs.start_query(logGroupName="bench", startTime=begin_s, endTime=begin_s + 86_399, queryString=query)
    while True:
        reply = logs.get_query_results(queryId=started["queryId"])
        if reply["status"] not in ("Scheduled", "Running"):
            return reply["results"]
        time.sleep(0.01)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--schedules", type=int, default=1_000_000)
    options.add_argument("--fired", type=int, default=20_000)
    options.add_argument("--rate", type=int, default=1000)
    options.add_argument("--lines", type=int, default=10_000_000, help="log lines of a day that is searched")
    options.add_argument("--seconds", type=float, default=2)
    given = options.parse_args()
    subprocess.run(["cmake", "--build", "--preset", "release", "--target", "orrery_load"], cwd=ROOT, check=True,
                   stdout=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory(dir=ROOT / "build", prefix="bench-") as folder:
        work = pathlib.Path(folder)
        kept = stored(work, given.schedules)
        day = log_day(work, given.lines)
        rows = [
            (f"{given.schedules:,} schedules stored, resident", kept["restarted_mib"], "<=", 200, "MiB"),
            ("  as just written", kept["written_mib"], "<=", 200, "MiB"),
            ("a tick beside them, CPU, of that beside 1,000", kept["tick_us_many"] / kept["tick_us_few"], "<=", 2, "x"),
            ("ticks fired under a wound clock", fired(work, given.fired), ">=", 20_000, "/s"),
            (f"lateness at {given.rate} ticks a second, p99", lateness_ms(work, given.rate), "<=", 50, "ms"),
            ("PutEvents over 1,000 rules", events_rate(work, given.seconds), ">=", 20_000, "events/s"),
            ("PutLogEvents, durable", log_mb_s(work, given.seconds), ">=", 50, "MB/s"),
            (f"  {given.lines:,} lines of a web server", day["fill_mb_s"], ">=", 50, "MB/s"),
            (f"FilterLogEvents over {given.lines:,} lines, a rare term", day["page_s"], "<=", 1, "s"),
            ("  to the last page", day["walk_s"], "<=", 1, "s"),
            ("  a term that no line has", day["absent_s"], "<=", 1, "s"),
            ("  Insights: filter by it, count", day["filter_s"], "<=", 1, "s"),
            ("  Insights: count all", day["count_s"], "<=", 10, "s"),
            ("  resident after that", day["resident_mib"], "<=", 400, "MiB"),
        ]
    for what, measured, sign, bound, unit in rows:
        met = measured <= bound if sign == "<=" else measured >= bound
        print(f"{what:<52}{measured:>12,.2f} {unit:<9} {sign} {bound:<8,} {'met' if met else 'NOT MET'}")


if __name__ == "__main__":
    main()
