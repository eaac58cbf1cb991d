"""A year of a mixed set of schedules and rules under a wound clock, against the model; and twice the same."""

import datetime
import itertools
import random

from support.aws import allow
from support.cron_model import cron, iso, moment
from support.schedules import create, items, make_role, make_table

BEGIN = "2027-01-01T00:00:00Z"
YEAR = datetime.timedelta(days=365)
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "America/St_Johns", "Asia/Kolkata", "Australia/Lord_Howe",
         "Pacific/Auckland", "Africa/Cairo"]


def expected_of(name: str, ticks) -> list[str]:
    end = moment(BEGIN) + YEAR
    return [f"{name} {iso(at)}" for at in itertools.takewhile(lambda at: at <= end, ticks)]


def every(hours: int, first: datetime.datetime):
    return (first + n * datetime.timedelta(hours=hours) for n in itertools.count())


def few_a_day(turns: random.Random) -> str:
    """A cron expression with at most two ticks a day."""
    day, weekday = turns.choice([
        ("*", "?"), ("L", "?"), ("LW", "?"), ("L-2", "?"), ("15W", "?"), ("1,15", "?"), ("*/7", "?"), ("28-3", "?"),
        ("?", "MON-FRI"), ("?", "SUN"), ("?", "2#1"), ("?", "6L"), ("?", "SAT,SUN"), ("?", "FRI-MON")])
    hours = turns.choice(["0", "1", "2", "3", "12", "23", "2,14", "1-2"])
    month = turns.choice(["*", "*", "*", "JAN-MAR,OCT", "*/2", "11-3"])
    return f"cron({turns.randrange(60)} {hours} {day} {month} {weekday} *)"


def test_a_mixed_year(frozen):
    server = frozen(BEGIN)
    scheduler = server.client("scheduler")
    turns = random.Random(2027)
    begin = moment(BEGIN)
    expected = []
    for number in range(48):
        zone, expression, name = ZONES[number % len(ZONES)], few_a_day(turns), f"cron-{number}"
        create(server, name, expression, scheduler=scheduler, ScheduleExpressionTimezone=zone)
        expected += expected_of(name, cron(expression, zone, begin))
    for hours in (7, 24, 100):
        create(server, f"rate-{hours}", f"rate({hours} hours)", scheduler=scheduler)
        expected += expected_of(f"rate-{hours}", every(hours, begin))
    start, end = begin + 40 * YEAR / 365, begin + 60 * YEAR / 365
    create(server, "season", "rate(5 hours)", scheduler=scheduler, StartDate=start, EndDate=end)
    expected += [one for one in expected_of("season", every(5, start)) if one <= f"season {iso(end)}"]
    for number in range(20):
        at = begin + datetime.timedelta(seconds=turns.randrange(1, 365 * 86400))
        create(server, f"once-{number}", f"at({iso(at)[:-1]})", scheduler=scheduler, ActionAfterCompletion="DELETE")
        expected.append(f"once-{number} {iso(at)}")
    ran = []
    for days in (1, 30, 59, 100, 175):  # a year in steps
        ran += [one for one in server.clock.advance(f"{days}d") if one["kind"] == "scheduler.invoke"]
    assert items(server) == sorted(expected) and len(expected) > 4500
    assert [one["at"] for one in ran] == sorted(one["at"] for one in ran)
    assert len(expected) - 3 <= len(ran) <= len(expected)  # the three rates run at once, before the first advance


def test_the_same_steps_give_the_same_report(own_server):
    """Two servers: the same start, the same steps, the same ids in the same order."""
    reports = []
    for data in ("one", "two"):
        server = own_server("--clock", f"frozen@{BEGIN}", data=data)
        make_table(server)
        make_role(server, "writer", allow("dynamodb:PutItem"))
        for name in ("b", "a", "c"):
            create(server, name, "cron(0/30 * * * ? *)")
        create(server, "loose", "rate(1 hour)", FlexibleTimeWindow={"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15})
        create(server, "fails", "rate(2 hours)", {
            "Arn": "arn:aws:scheduler:::aws-sdk:dynamodb:putItem", "RoleArn": "arn:aws:iam::000000000000:role/writer",
            "Input": '{"TableName": "missing", "Item": {"id": {"S": "<aws.scheduler.execution-id>"}}}'})
        for name in ("y", "x"):
            server.client("logs").create_log_group(logGroupName=f"/aws/events/{name}")
            server.client("events").put_rule(Name=name, ScheduleExpression="rate(45 minutes)")
            server.client("events").put_targets(Rule=name, Targets=[
                {"Id": "1", "Arn": f"arn:aws:logs:us-east-1:000000000000:log-group:/aws/events/{name}"}])
        ran = server.clock.advance("6h") + server.clock.advance("90m")
        assert all(one["duration_us"] >= 0 for one in ran)
        reports.append([{key: one[key] for key in ("at", "kind", "id", "ok", "summary")} for one in ran])
    assert len(reports[0]) > 100
    assert reports[0] == reports[1]
