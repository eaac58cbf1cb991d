"""`orrery schedules`: the table, and when expressions fire, against a model of its own (tests/support/cron_model.py)."""

import datetime
import json
import random
import zoneinfo

import pytest

from support.aws import ACCOUNT, allow
from support.cron_model import UTC, expressions, iso, moment, next_instants
from support.schedules import WRITER, create, make_role, make_table, tick_target
from support.server import REGION

# Some change clocks at midnight, one by half an hour, one not at all.
ZONES = ["Europe/Berlin", "Europe/London", "America/New_York", "America/St_Johns", "America/Santiago", "Africa/Cairo",
         "Asia/Jerusalem", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Auckland"]


def instants(orrery, wanted, zone="UTC", after="2026-01-01T00:00:00Z", count=20, *more) -> list[list[str]]:
    done = orrery("schedules", "next", *wanted, "--timezone", zone, "--from", after, "--count", str(count), "--json", *more)
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["expression"] for answer in answers] == list(wanted)
    return [answer["instants"] for answer in answers]


@pytest.mark.parametrize("part", range(6))
def test_cron_against_the_model(orrery, part):
    """360 expressions: the next 20 instants of each, from various instants, in UTC and in various zones."""
    mine = expressions(360)[part::6]
    turns = random.Random(part)
    zone = ["UTC", *turns.sample(ZONES, 5)][part]
    after = iso(datetime.datetime(2024, 1, 1, tzinfo=UTC) + datetime.timedelta(minutes=turns.randrange(4 * 365 * 1440)))
    for expression, found in zip(mine, instants(orrery, mine, zone, after), strict=True):
        assert found == next_instants(expression, zone, after, 20), (expression, zone, after)


def changes(zone: str, begin: str, years: int) -> list[datetime.datetime]:
    """The hours in which a zone's offset changes."""
    local = zoneinfo.ZoneInfo(zone)
    hours = [moment(begin) + datetime.timedelta(hours=n) for n in range(years * 365 * 24)]
    offsets = [at.astimezone(local).utcoffset() for at in hours]
    return [hours[n] for n in range(1, len(hours)) if offsets[n] != offsets[n - 1]]


@pytest.mark.parametrize("zone", ZONES)
def test_days_on_which_clocks_change(orrery, zone):
    """Around each change of two years: every ten minutes, and once a day at the times that are skipped or come twice."""
    found = changes(zone, "2026-01-01T00:00:00Z", 2)
    assert bool(found) == (zone != "Asia/Kolkata")
    for change in found or [moment("2026-03-29T01:00:00Z")]:
        after = iso(change - datetime.timedelta(hours=3, minutes=5))
        wanted = ["cron(0/10 * * * ? *)"] + [f"cron({m} {h} * * ? *)" for h in (0, 1, 2, 3, 23) for m in (0, 15, 45)]
        for expression, seen in zip(wanted, instants(orrery, wanted, zone, after, 40), strict=True):
            assert seen == next_instants(expression, zone, after, 40), (expression, change)


def test_skipped_and_repeated_by_hand(orrery):
    daily = ["cron(30 2 * * ? *)"]
    assert instants(orrery, daily, "Europe/Berlin", "2026-03-27T12:00:00Z", 3) == [
        ["2026-03-28T01:30:00Z", "2026-03-30T00:30:00Z", "2026-03-31T00:30:00Z"]]
    assert instants(orrery, daily, "Europe/Berlin", "2026-10-24T12:00:00Z", 2) == [
        ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]]


def test_rates_and_single_instants(orrery):
    begin = "2026-03-01T00:00:30Z"
    rate, at = "rate(6 hours)", "at(2026-03-29T03:30:00)"
    assert instants(orrery, [rate], "UTC", begin, 2) == [["2026-03-01T00:00:30Z", "2026-03-01T06:00:30Z"]]
    assert instants(orrery, [rate], "UTC", begin, 2, "--dialect", "rules") == [
        ["2026-03-01T06:00:30Z", "2026-03-01T12:00:30Z"]]
    assert instants(orrery, [at], "Europe/Berlin", begin, 5) == [["2026-03-29T01:30:00Z"]]
    assert instants(orrery, ["at(2026-03-29T02:30:00)"], "Europe/Berlin", begin, 5) == [[]]


def test_for_people(orrery):
    done = orrery("schedules", "next", "cron(0 17 ? * MON-FRI *)", "at(2026-10-26T08:00:00)", "--timezone",
                  "Europe/Berlin", "--count", "2", "--from", "2026-10-22T16:00Z")
    assert done.stdout.splitlines() == [
        "cron(0 17 ? * MON-FRI *) in Europe/Berlin",
        "  Fri  2026-10-23 17:00  2026-10-23T15:00:00Z",
        "  Mon  2026-10-26 17:00  2026-10-26T16:00:00Z",
        "at(2026-10-26T08:00:00) in Europe/Berlin",
        "  Mon  2026-10-26 08:00  2026-10-26T07:00:00Z",
        "  EventBridge's rules refuse it: at(…) is for EventBridge Scheduler; a rule recurs",
    ]


@pytest.mark.parametrize(("words", "complaint"), [
    (["next"], "needs an expression"),
    (["next", "cron(0 0 * * * *)"], "exactly one of day-of-month and day-of-week must be ?"),
    (["next", "rate(1 minutes)", "--dialect", "rules"], "value 1 takes a singular unit"),
    (["next", "at(2026-03-01T00:00:00)", "--dialect", "rules"], "at(…) is for EventBridge Scheduler"),
    (["next", "rate(1 day)", "--timezone", "Mars/Olympus"], "there is no time zone Mars/Olympus"),
    (["next", "rate(1 day)", "--timezone", "Asia/Tokyo", "--dialect", "rules"], "rules know UTC only"),
    (["next", "rate(1 day)", "--count", "0"], "is not a number from 1 to 10000"),
    (["next", "rate(1 day)", "--from", "noon"], "is not a time"),
    (["next", "rate(1 day)", "--zone", "x"], "did you mean --from?"),
    (["list"], "did you mean orrery schedules next?"),
    (["--limit", "x"], "is not a number"),
])
def test_complaints(orrery, words, complaint):
    done = orrery("schedules", *words)
    assert done.returncode == 2 and done.stdout == ""
    assert complaint in done.stderr or "unknown flag --zone" in done.stderr


def test_the_table(orrery, own_server):
    server = own_server("--clock", "frozen@2026-03-01T12:00:00Z")
    schedules = lambda *words: orrery("schedules", *words, ORRERY_URL=server.url)
    assert schedules().stdout == "There are no rules with a schedule, and no schedules.\n"

    make_table(server)
    make_role(server, "writer", allow("dynamodb:PutItem"))
    create(server, "export", "cron(0 17 * * ? *)", ScheduleExpressionTimezone="Europe/Berlin")
    create(server, "broken", "rate(1 hour)", tick_target(WRITER, "x", table="missing"))
    create(server, "off", "rate(1 day)", State="DISABLED")
    create(server, "over", "at(2026-03-01T12:30:00)")
    server.client("events").put_rule(Name="nightly", ScheduleExpression="cron(0 3 * * ? *)")
    server.client("events").put_rule(Name="pattern", EventPattern='{"source": ["x"]}')
    server.clock.advance("20h")

    found = json.loads(schedules("--json").stdout)
    assert found["now"] == "2026-03-02T08:00:00.000Z" and not found["more"]
    rows = {f"{row['kind']} {row['name']}": row for row in found["schedules"]}
    assert list(rows)[:3] == ["schedule default/broken", "schedule default/export", "rule nightly"]  # soonest first
    assert set(rows) == {*list(rows)[:3], "schedule default/off", "schedule default/over"}
    export = rows["schedule default/export"]
    assert export["arn"] == f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/export"
    assert export["due"] == "2026-03-02T16:00:00.000Z" and export["timezone"] == "Europe/Berlin"
    assert export["last"] == {"tick": "2026-03-01T16:00:00.000Z", "ran_at": "2026-03-01T16:00:00.000Z", "late_ms": 0,
                              "ok": True}
    broken = rows["schedule default/broken"]
    assert not broken["last"]["ok"] and broken["failed_at"] == broken["last"]["ran_at"]
    assert broken["last"]["error"].startswith("dropped, ResourceNotFoundException")
    assert "due" not in rows["schedule default/off"] and "last" not in rows["schedule default/off"]
    assert rows["rule nightly"]["last"]["tick"] == "2026-03-02T03:00:00.000Z"

    lines = schedules().stdout.splitlines()
    assert lines[0].split() == ["DUE", "IN", "NAME", "EXPRESSION", "LAST", "RAN", "LATE", "RESULT"]
    assert any("2026-03-02 17:00 Europe/Berlin" in line and "8h" in line and line.endswith(" ok") for line in lines)
    assert any(line.startswith("disabled") and "schedule default/off" in line and "never" in line for line in lines)
    assert any("failed: dropped, ResourceNotFoundException" in line for line in lines)
    first = schedules("--limit", "1").stdout.splitlines()
    assert len(first) == 3 and first[2].startswith("There are more")

    server.kill()
    server.flags = ()
    server.start()
    assert json.loads(schedules("--json").stdout)["schedules"] == found["schedules"]


def test_lateness_is_told(orrery, own_server):
    server = own_server("--clock", "frozen@2026-03-01T12:00:00Z")
    make_table(server)
    make_role(server, "writer", allow("dynamodb:PutItem"))
    create(server, "hourly", "cron(0 * * * ? *)")
    server.stop()
    server.flags = ("--clock", "frozen@2026-03-01T15:20:00Z")
    server.start()
    server.clock.advance("0s")
    (row,) = json.loads(orrery("schedules", "--json", ORRERY_URL=server.url).stdout)["schedules"]
    assert row["last"]["tick"] == "2026-03-01T15:00:00.000Z" and row["last"]["late_ms"] == 20 * 60 * 1000
    assert "20m" in orrery("schedules", ORRERY_URL=server.url).stdout
