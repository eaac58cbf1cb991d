"""When schedules run, on a clock that is wound."""

import datetime
import zoneinfo

import pytest

from support.aws import allow, eventually
from support.schedules import WRITER, create, items, make_role, make_table, tick_target

UTC = datetime.timezone.utc


def moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def daily(zone: str, hour: int, minute: int, begin: str, end: str, on=lambda day: True) -> list[str]:
    """The model: a wall-clock time each day between two instants, skipped where the clocks skip it, once where they show
    it twice."""
    local = zoneinfo.ZoneInfo(zone)
    first, last = moment(begin), moment(end)
    day = first.astimezone(local).date() - datetime.timedelta(days=1)
    out = []
    while day <= last.astimezone(local).date():
        if not on(day):
            day += datetime.timedelta(days=1)
            continue
        wall = datetime.datetime.combine(day, datetime.time(hour, minute), local)  # fold=0: the first of two
        at = wall.astimezone(UTC)
        if at.astimezone(local).replace(tzinfo=None) == wall.replace(tzinfo=None) and first < at <= last:
            out.append(at.strftime("%Y-%m-%dT%H:%M:%SZ"))
        day += datetime.timedelta(days=1)
    return out


@pytest.mark.parametrize("begin", ["2026-03-06T12:00:00Z", "2026-03-27T12:00:00Z", "2026-10-23T12:00:00Z",
                                   "2026-10-30T12:00:00Z"])
def test_days_on_which_clocks_change(frozen, begin):
    """2026: New York on 8 March and 1 November, Berlin on 29 March and 25 October."""
    server = frozen(begin)
    end = (moment(begin) + datetime.timedelta(days=4)).strftime("%Y-%m-%dT%H:%M:%SZ")
    expected = []
    for zone, hour, minute in [
        ("Europe/Berlin", 2, 30), ("Europe/Berlin", 17, 0), ("America/New_York", 2, 30), ("America/New_York", 1, 30),
        ("Asia/Kolkata", 9, 15), ("UTC", 0, 0),
    ]:
        name = f"{zone.replace('/', '-')}-{hour:02}{minute:02}"
        create(server, name, f"cron({minute} {hour} * * ? *)", ScheduleExpressionTimezone=zone)
        expected += [f"{name} {tick}" for tick in daily(zone, hour, minute, begin, end)]
    ran = server.clock.advance("4d")
    assert items(server) == sorted(expected)
    fired = [one["at"] for one in ran if one["kind"] == "scheduler.invoke"]
    assert fired == sorted(fired) and len(fired) == len(expected)
    assert all(one["ok"] for one in ran), ran


# Some change clocks at midnight, one by half an hour, two not at all.
ZONES = ["Europe/Berlin", "Europe/London", "America/New_York", "America/St_Johns", "America/Havana", "Africa/Cairo",
         "Asia/Tehran", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Auckland"]


def test_a_year_in_ten_zones(frozen):
    begin, end = "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"
    server = frozen(begin)
    scheduler = server.client("scheduler")
    kinds = {
        "* * ?": lambda day: True,
        "? * MON": lambda day: day.weekday() == 0,
        "L * ?": lambda day: (day + datetime.timedelta(days=1)).day == 1,
        "? 3,10 SUN#2": lambda day: day.month in (3, 10) and day.weekday() == 6 and 8 <= day.day <= 14,
    }
    expected = []
    for zone in ZONES:
        for number, (fields, on) in enumerate(kinds.items()):
            for hour, minute in [(0, 30), (2, 15)]:
                name = f"{zone.replace('/', '-')}-{number}-{hour}"
                create(server, name, f"cron({minute} {hour} {fields} *)", scheduler=scheduler,
                       ScheduleExpressionTimezone=zone)
                expected += [f"{name} {tick}" for tick in daily(zone, hour, minute, begin, end, on)]
    ran = [one for one in server.clock.advance("365d") if one["kind"] == "scheduler.invoke"]
    assert len(ran) == len(expected) > 8000
    assert [one["at"] for one in ran] == sorted(one["at"] for one in ran)
    assert items(server) == sorted(expected)


def test_one_time_schedules_in_their_zone(frozen):
    server = frozen("2026-06-01T00:00:00Z")
    create(server, "berlin", "at(2026-06-01T08:00:00)", ScheduleExpressionTimezone="Europe/Berlin")
    create(server, "seconds", "at(2026-06-01T08:00:30)", ActionAfterCompletion="DELETE")
    create(server, "past", "at(2026-05-01T08:00:00)")
    scheduler = server.client("scheduler")
    server.clock.advance("2d")
    assert items(server) == ["berlin 2026-06-01T06:00:00Z", "seconds 2026-06-01T08:00:30Z"]
    assert [one["Name"] for one in scheduler.list_schedules()["Schedules"]] == ["berlin", "past"]


def test_rates_begin_at_once_or_at_their_start(frozen):
    server = frozen("2026-01-01T00:00:30Z")
    create(server, "now", "rate(1 days)")
    create(server, "later", "rate(12 hours)", StartDate=moment("2026-01-02T06:00:00Z"),
           EndDate=moment("2026-01-03T06:00:00Z"), ActionAfterCompletion="DELETE")
    assert eventually(lambda: items(server)) == ["now 2026-01-01T00:00:30Z"]
    server.clock.advance("72h")
    assert items(server) == sorted(
        [f"now 2026-01-0{day}T00:00:30Z" for day in (1, 2, 3, 4)]
        + [f"later {at}Z" for at in ("2026-01-02T06:00:00", "2026-01-02T18:00:00", "2026-01-03T06:00:00")])
    assert [one["Name"] for one in server.client("scheduler").list_schedules()["Schedules"]] == ["now"]


def test_disabled_updated_and_deleted_schedules(frozen):
    server = frozen("2026-01-01T00:00:00Z")
    scheduler = server.client("scheduler")
    for name in ("off", "changed", "gone"):
        create(server, name, "cron(0 * * * ? *)")
    same = {"FlexibleTimeWindow": {"Mode": "OFF"}}
    scheduler.update_schedule(Name="off", ScheduleExpression="cron(0 * * * ? *)", State="DISABLED",
                              Target=tick_target(WRITER, "off"), **same)
    scheduler.update_schedule(Name="changed", ScheduleExpression="cron(30 * * * ? *)",
                              Target=tick_target(WRITER, "new"), **same)
    scheduler.delete_schedule(Name="gone")
    server.clock.advance("70m")
    assert items(server) == ["new 2026-01-01T00:30:00Z"]
    scheduler.update_schedule(Name="off", ScheduleExpression="cron(0 * * * ? *)",
                              Target=tick_target(WRITER, "off"), **same)
    server.clock.advance("60m")
    assert items(server) == ["new 2026-01-01T00:30:00Z", "new 2026-01-01T01:30:00Z", "off 2026-01-01T02:00:00Z"]


def test_a_flexible_window_is_kept_and_is_the_same_each_time(own_server):
    seen = []
    for data in ("one", "two"):
        server = own_server("--clock", "frozen@2026-01-01T00:00:00Z", data=data)
        make_table(server)
        make_role(server, "writer", allow("dynamodb:PutItem"))
        create(server, "loose", "cron(0 12 * * ? *)", FlexibleTimeWindow={"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 30})
        ran = server.clock.advance("72h")
        at = [moment(one["at"]) for one in ran if one["kind"] == "scheduler.invoke"]
        assert items(server) == [f"loose 2026-01-0{day}T12:00:00Z" for day in (1, 2, 3)]
        for day, then in zip((1, 2, 3), at, strict=True):
            noon = moment(f"2026-01-0{day}T12:00:00Z")
            assert noon <= then < noon + datetime.timedelta(minutes=30)
        seen.append(at)
    assert seen[0] == seen[1]


def test_schedules_outlive_the_server(frozen):
    server = frozen("2026-01-01T00:00:00Z")
    create(server, "daily", "cron(0 12 * * ? *)")
    create(server, "minutely", "cron(* * * * ? *)", ScheduleExpressionTimezone="Asia/Tokyo")
    server.clock.advance("2m")
    before = items(server)
    assert before == ["minutely 2026-01-01T00:01:00Z", "minutely 2026-01-01T00:02:00Z"]
    server.kill()
    server.start()
    assert items(server) == before
    server.clock.advance("1m")
    assert items(server) == [*before, "minutely 2026-01-01T00:03:00Z"]
    # The clock jumps over three days of ticks: the latest of each schedule runs, once.
    server.clock.freeze("2026-01-04T06:00:10Z")
    expected = sorted([*before, "minutely 2026-01-01T00:03:00Z", "minutely 2026-01-04T06:00:00Z",
                       "daily 2026-01-03T12:00:00Z"])
    assert eventually(lambda: items(server) == expected)


def test_killed_between_ticks_none_is_lost_or_doubled(frozen):
    """The counter goes up by one a tick: a tick that ran twice would show."""
    server = frozen("2026-01-01T00:00:00Z")
    server.client("iam").put_role_policy(
        RoleName="writer", PolicyName="count",
        PolicyDocument='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"dynamodb:*","Resource":"*"}]}')
    create(server, "count", "cron(* * * * ? *)", {
        "Arn": "arn:aws:scheduler:::aws-sdk:dynamodb:updateItem", "RoleArn": WRITER,
        "Input": '{"TableName":"ticks","Key":{"id":{"S":"n"}},"UpdateExpression":"ADD n :one",'
                 '"ExpressionAttributeValues":{":one":{"N":"1"}}}'})
    minutes = 0
    for _ in range(3):
        server.clock.advance("7m")
        minutes += 7
        server.kill()
        server.start()
    dynamodb = server.client("dynamodb")
    count = dynamodb.get_item(TableName="ticks", Key={"id": {"S": "n"}}, ConsistentRead=True)["Item"]["n"]["N"]
    assert int(count) == minutes


def test_a_clock_set_back_at_a_start_takes_schedules_with_it(frozen):
    server = frozen("2026-03-01T00:00:30Z")
    create(server, "hourly", "cron(0 * * * ? *)")
    server.clock.advance("3h")
    first = [f"hourly 2026-03-01T0{hour}:00:00Z" for hour in (1, 2, 3)]
    assert items(server) == first
    server.stop()
    server.flags = ("--clock", "frozen@2026-02-28T22:30:00Z")
    server.start()
    server.clock.advance("1h")
    assert items(server) == ["hourly 2026-02-28T23:00:00Z", *first]
    server.stop()
    server.flags = ()
    server.start()  # the clock as it was left
    server.clock.advance("1h")
    assert items(server) == ["hourly 2026-02-28T23:00:00Z", "hourly 2026-03-01T00:00:00Z", *first]
