"""An independent model of EventBridge's schedule expressions, written from their documentation: it tries day after day."""

import calendar
import datetime
import itertools
import random
import zoneinfo

UTC = datetime.timezone.utc
DAY = datetime.timedelta(days=1)
LAST_YEAR = 2199
MONTHS = {name: number for number, name in enumerate("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(), 1)}
DAYS = {name: number for number, name in enumerate("SUN MON TUE WED THU FRI SAT".split(), 1)}


def moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def iso(at: datetime.datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def value(text: str, names: dict) -> int:
    return names.get(text.upper()) or int(text)


def plain(field: str, low: int, high: int, names: dict) -> set[int]:
    """What *, lists, ranges (which may wrap) and steps admit."""
    admitted = set()
    for item in field.split(","):
        base, _, step = item.partition("/")
        if base == "*":
            first, last = low, high
        elif "-" in base:
            first, last = (value(end, names) for end in base.split("-"))
        else:
            first = value(base, names)
            last = high if step else first
        run = range(first, last + 1) if last >= first else [*range(first, high + 1), *range(low, last + 1)]
        admitted.update(list(run)[:: int(step or 1)])
    return admitted


def day_number(day: datetime.date) -> int:
    return day.isoweekday() % 7 + 1  # 1 is Sunday


def length(day: datetime.date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def nearest_weekday(day: datetime.date, wanted: int) -> int | None:
    """The Monday-to-Friday nearest to the wanted day of that month, within it."""
    if wanted > length(day):
        return None
    candidates = [n for n in range(1, length(day) + 1) if day.replace(day=n).weekday() < 5]
    return min(candidates, key=lambda n: (abs(n - wanted), n > wanted))


def in_days_of_month(field: str, day: datetime.date) -> bool:
    for item in field.upper().split(","):
        if item == "L":
            hit = day.day == length(day)
        elif item == "LW":
            hit = day.day == max(n for n in range(1, length(day) + 1) if day.replace(day=n).weekday() < 5)
        elif item.startswith("L-"):
            hit = day.day == length(day) - int(item[2:])
        elif item.endswith("W"):
            hit = day.day == nearest_weekday(day, int(item[:-1]))
        else:
            hit = day.day in plain(item, 1, 31, {})
        if hit:
            return True
    return False


def in_days_of_week(field: str, day: datetime.date) -> bool:
    for item in field.upper().split(","):
        if item == "L":
            hit = day_number(day) == 7
        elif "#" in item:
            name, nth = item.split("#")
            hit = day_number(day) == value(name, DAYS) and (day.day - 1) // 7 + 1 == int(nth)
        elif item.endswith("L"):
            hit = day_number(day) == value(item[:-1], DAYS) and day.day + 7 > length(day)
        else:
            hit = day_number(day) in plain(item, 1, 7, DAYS)
        if hit:
            return True
    return False


def days(fields: list[str], first: datetime.date):
    months, years = plain(fields[3], 1, 12, MONTHS), plain(fields[5], 1970, LAST_YEAR, {})
    day = first
    while day.year <= LAST_YEAR:
        if day.year not in years or day.month not in months:
            following = (day.replace(day=1) + 31 * DAY).replace(day=1)
            if following.year > LAST_YEAR:
                return
            day = following
            continue
        if in_days_of_month(fields[2], day) if fields[2] != "?" else in_days_of_week(fields[4], day):
            yield day
        day += DAY


def cron(expression: str, zone: str, after: datetime.datetime):
    """Every instant later than `after`: local times that clocks skip do not happen, those shown twice happen once."""
    local = zoneinfo.ZoneInfo(zone)
    fields = expression.removeprefix("cron(").removesuffix(")").split()
    times = [datetime.time(hour, minute) for hour, minute in itertools.product(
        sorted(plain(fields[1], 0, 23, {})), sorted(plain(fields[0], 0, 59, {})))]
    for day in days(fields, after.astimezone(local).date() - DAY):
        for time in times:
            wall = datetime.datetime.combine(day, time, local)  # fold=0: the first of two
            at = wall.astimezone(UTC)
            if at > after and at.astimezone(local).replace(tzinfo=None) == wall.replace(tzinfo=None):
                yield at


def next_instants(expression: str, zone: str, after: str, count: int) -> list[str]:
    return [iso(at) for at in itertools.islice(cron(expression, zone, moment(after)), count)]


# Each wildcard and corner by hand.
WRITTEN = """
* * * * ? *|0 10 * * ? *|15 12 * * ? *|0 18 ? * MON-FRI *|0 8 1 * ? *|0/15 * * * ? *|0/10 * ? * MON-FRI *|0/5 8-17 ? * MON-FRI *
0 9 ? * 2#1 *|30 10 ? * 6L 2022-2199|5,35 14 * * ? *|15 10 ? * FRIL *|0 0 L * ? *|0 0 LW * ? *|0 0 L-3 * ? *|0 0 L-30 * ? *
0 0 1W * ? *|0 0 15W * ? *|0 0 31W * ? *|0 0 ? * L *|0 0 ? * SUN#5 *|0 0 ? * 7#5 *|0 0 29 FEB ? *|0 0 29 2 ? 2028-2100
0 22-2 * * ? *|0 12 ? * FRI-MON *|0 12 25-5 * ? *|0 0 1 NOV-FEB ? *|59 23 31 12 ? *|0 0 1 1 ? 2030,2040/10|0/7 0/5 * * ? *
5/20 * * * ? *|10-20/3 4-8/2 * * ? *|0 0 1/10 * ? *|0 0 1 1/5 ? *|0 0 ? * 1/2 *|0 0 ? * mon,wed,fri *|0 0 1,15,L * ? *
0 0 1W,15W,LW * ? *|0 0 ? JAN,JUL MON#1 *|30 2 ? 3 SUN#2 *|30 1 ? 11 SUN#1 *|0 0 31 * ? *|0 0 30 * ? *|0 0 31 APR-JUL ? *
0 0 ? * 2L *|0 0 ? FEB 1L *|0 0 ? FEB 5#5 *|0 0 28-3 FEB,MAR ? *|0 0 L-1,L * ? *|*/25 */11 */9 */4 ? */3|0 0 L FEB ? *
"""


def random_field(turns: random.Random, low: int, high: int, most: int = 3) -> str:
    one = lambda: turns.randint(low, high)
    kind = turns.random()
    if kind < 0.25:
        return "*"
    if kind < 0.45:
        return f"{one()}-{one()}"
    if kind < 0.6:
        return f"{turns.choice(['*', one()])}/{turns.randint(1, max(1, (high - low) // 2))}"
    return ",".join(str(one()) for _ in range(turns.randint(1, most)))


def random_expression(turns: random.Random) -> str:
    day, weekday = "?", "?"
    if turns.random() < 0.55:
        special = turns.choice(["L", "LW", f"L-{turns.randint(1, 20)}", f"{turns.randint(1, 31)}W"])
        day = special if turns.random() < 0.3 else random_field(turns, 1, 31)
    else:
        number = turns.randint(1, 7)
        name = turns.choice(list(DAYS))
        special = turns.choice([f"{number}#{turns.randint(1, 5)}", f"{name}L", f"{number}L", f"{name}-{turns.choice(list(DAYS))}"])
        weekday = special if turns.random() < 0.5 else random_field(turns, 1, 7)
    month = "*" if turns.random() < 0.6 else random_field(turns, 1, 12)
    year = "*" if turns.random() < 0.7 else f"{turns.randint(2024, 2030)}-{turns.randint(2035, 2199)}"
    return f"cron({random_field(turns, 0, 59)} {random_field(turns, 0, 23)} {day} {month} {weekday} {year})"


def expressions(count: int, seed: int = 20260301) -> list[str]:
    written = [f"cron({text})" for line in WRITTEN.strip().splitlines() for text in line.split("|")]
    turns = random.Random(seed)
    made: dict[str, None] = dict.fromkeys(written)
    while len(made) < count:
        made.setdefault(random_expression(turns))
    return list(made)
