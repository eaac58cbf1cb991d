"""The Python package and the JavaScript module that wind the clock from tests, each against a running server."""

import json
import shutil
import time

import pytest

from support.aws import allow
from support.schedules import create, items, make_role, make_table
from support.server import ROOT

MODULE = ROOT / "clients" / "javascript" / "orrery.mjs"
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="no node here")


@pytest.fixture
def scheduled(own_server):
    server = own_server()
    make_table(server)
    make_role(server, "writer", allow("dynamodb:PutItem"))
    create(server, "daily", "cron(0 12 * * ? *)")
    create(server, "broken", "cron(0 6 2 * ? *)", {
        "Arn": "arn:aws:scheduler:::aws-sdk:dynamodb:putItem", "RoleArn": "arn:aws:iam::000000000000:role/writer",
        "Input": '{"TableName": "missing", "Item": {"id": {"S": "x"}}}'})
    return server  # armed for ticks of today and later: a clock that is turned back takes them with it


def finished(done):
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def runs(server) -> bool:
    first = server.clock.show()
    time.sleep(0.01)
    return first["mode"] == "running" and server.clock.show()["now"] > first["now"]


PYTHON = """
import datetime, json, orrery

with orrery.frozen("2026-03-01T00:00Z") as clock:
    report = clock.advance(days=31)
    failed = [one.summary for one in report.failed]
    print(json.dumps([len(report.of("scheduler.invoke")), failed, clock.now.isoformat(), str(report[0].at),
                      report[0].duration >= datetime.timedelta(0)]))
    assert len(clock.advance("1d").of("scheduler.invoke")) == 1
    assert len(clock.advance(datetime.timedelta(hours=36)).of("scheduler.invoke")) == 3
    assert len(clock.advance_to("2026-04-05T00:00Z").of("scheduler.invoke")) == 1
    assert "ok schedule default/daily" in str(report) and "FAILED schedule default/broken" in str(report)
    try:
        with orrery.frozen("2027-01-01T00:00Z"):
            pass
    except orrery.OrreryError as error:
        print(json.dumps(str(error)))
with orrery.frozen() as clock:  # again, where it is
    assert abs(clock.now - datetime.datetime.now(datetime.timezone.utc)) < datetime.timedelta(minutes=1)
try:
    with orrery.frozen(datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc)) as clock:
        raise KeyError("in the test")
except KeyError:
    pass
"""

NODE = f"""
import {{ freeze, frozen, OrreryError }} from "{MODULE}";
import assert from "node:assert";

const given = await frozen("2026-03-01T00:00Z", async (clock) => {{
  const report = await clock.advance({{ days: 31 }});
  const failed = report.failed.map((one) => one.summary);
  console.log(JSON.stringify([report.of("scheduler.invoke").length, failed, (await clock.now()).toISOString(),
    report[0].at.toISOString(), report[0].durationMs >= 0]));
  assert.equal((await clock.advance("1d")).of("scheduler.invoke").length, 1);
  assert.equal((await clock.advanceTo("2026-04-05T00:00Z")).of("scheduler.invoke").length, 4);
  await assert.rejects(clock.advance({{ fortnights: 1 }}), TypeError);
  await freeze("2027-01-01T00:00Z").catch((error) => {{
    assert(error instanceof OrreryError);
    console.log(JSON.stringify(error.message));
  }});
  return 7;
}});
assert.equal(given, 7);
const clock = await freeze(new Date("2026-03-01T00:00Z"));
await clock.release();
await clock.release();
await assert.rejects(frozen("2026-03-01T00:00Z", async () => {{ throw new RangeError("in the test"); }}), RangeError);
"""


@pytest.mark.parametrize(("language", "source"), [("python", PYTHON), pytest.param("node", NODE, marks=needs_node)])
def test_a_month_in_a_test(run, scheduled, language, source):
    (count, failed, now, first, measured), nested = finished(run(language, scheduled, source))
    assert count == 32 and measured  # 31 days, and the one that fails
    assert len(failed) == 1 and failed[0].startswith("schedule default/broken -> dynamodb:putItem: dropped, ResourceNotFound")
    assert now.startswith("2026-04-01T00:00:00") and first.replace(" ", "T").startswith("2026-03-01T12:00:00")
    assert nested.startswith(f"the clock of {scheduled.url} is frozen already") and "cannot be nested" in nested
    assert runs(scheduled)
    written = items(scheduled)
    assert len(written) == 35 and max(written) < "daily 2026-05"  # letting go of the clock sets nothing off


@pytest.mark.parametrize(("language", "source"), [
    ("python", "import orrery\nwith orrery.frozen('2026-03-01T00:00Z') as clock: clock.advance(minutes=5)\n"),
    pytest.param("node", f'import {{ frozen }} from "{MODULE}";\n'
                         'await frozen("2026-03-01T00:00Z", (clock) => clock.advance({ minutes: 5 }));\n', marks=needs_node),
])
def test_a_clock_that_was_wound_is_as_it_was(run, own_server, language, source):
    server = own_server("--clock", "frozen@2025-06-01T00:00:00Z")
    assert run(language, server, source).returncode == 0
    assert server.clock.show() == {"mode": "frozen", "now": "2025-06-01T00:00:00.000Z"}
    server.admin("PUT", "/_orrery/clock", {"mode": "offset", "now": "2025-06-01T00:00:00Z"})
    assert run(language, server, source).returncode == 0
    after = server.clock.show()
    assert after["mode"] == "offset" and "2025-06-01T00:00:00" <= after["now"] < "2025-06-01T00:02"


@pytest.mark.parametrize(("language", "source"), [
    ("python", "import orrery\nwith orrery.frozen(): pass\n"),
    pytest.param("node", f'import {{ frozen }} from "{MODULE}";\nawait frozen(undefined, async () => {{}});\n', marks=needs_node),
])
def test_clear_complaints(run, server, language, source):
    refused = run(language, server, source, AWS_ACCESS_KEY_ID="AKIANOBODY", AWS_SECRET_ACCESS_KEY="x")
    assert refused.returncode == 1 and "answered 403" in refused.stderr, refused.stderr
    absent = run(language, None, source)
    assert absent.returncode == 1 and "no Orrery answers at http://127.0.0.1:1" in absent.stderr
    assert runs(server)
