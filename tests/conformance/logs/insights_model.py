"""A small model of the Insights query language: random queries as trees, their text, and what they give in Python."""

import math
import re

FIELDS = ["level", "n", "d", "user.name", "tags.0", "missing"]
WORDS = ["ERROR", "INFO", "WARN", "a9", "a10", "b", ""]


def random_event(random):
    event = {"level": random.choice(WORDS), "n": random.randint(-5, 50), "user": {"name": random.choice(WORDS)}}
    if random.random() < 0.7:
        event["d"] = random.choice([0.5, 1.25, -3.75, 100.125])
    if random.random() < 0.5:
        event["tags"] = [random.choice(WORDS), 7]
    if random.random() < 0.3:
        del event["n"]
    return event


def look(event, field):
    for part in field.split("."):
        if isinstance(event, list):
            event = event[int(part)] if int(part) < len(event) else None
        else:
            event = event.get(part)
        if event is None:
            return None
    return event


def as_number(value):
    if isinstance(value, (int, float)):
        return float(value)
    return float(value) if isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value) else None


def shown(value):
    if isinstance(value, str):
        return value
    if value == math.floor(value):
        return f"{value:.0f}"
    return f"{value:.4f}".rstrip("0").rstrip(".") if abs(value) >= 0.001 else f"{value:.6g}"


def equal(a, b):
    if a is None or b is None:
        return False
    if isinstance(a, str) and isinstance(b, str):
        return a == b
    a, b = as_number(a), as_number(b)
    return a is not None and b is not None and a == b


def below(a, b):
    if a is None or b is None:
        return None
    left, right = as_number(a), as_number(b)
    if left is not None and right is not None:
        return left < right
    if isinstance(a, str) and isinstance(b, str):
        return a.encode() < b.encode()
    return None


def order_key(value):
    """The order of `sort`: nothing, texts by natural order, numbers."""
    if value is None:
        return (0,)
    number = as_number(value)
    if number is not None:
        return (2, number)
    runs = re.findall(r"\d+|\D+", value)
    return (1, [(0, len(r), r) if r.isdigit() else (1, 0, r) for r in runs])


def random_condition(random, depth=0):
    """(its text, what decides it for an event)."""
    if depth < 3 and random.random() < 0.5:
        kind = random.choice(["and", "or", "not"])
        left, holds_left = random_condition(random, depth + 1)
        if kind == "not":
            return f"not ({left})", lambda e: not holds_left(e)
        right, holds_right = random_condition(random, depth + 1)
        if kind == "and":
            return f"({left}) and ({right})", lambda e: holds_left(e) and holds_right(e)
        return f"({left}) or ({right})", lambda e: holds_left(e) or holds_right(e)
    field = random.choice(FIELDS)
    kind = random.choice(["=", "!=", "<", "<=", ">", ">=", "in", "not in", "like", "not like", "ispresent", "sum"])
    get = lambda e: look(e, field)  # noqa: E731
    if kind == "ispresent":
        return f"ispresent({field})", lambda e: get(e) is not None
    if kind in ("like", "not like"):
        word = random.choice(["R", "a", "1", "5", "."])
        found = lambda e: get(e) is not None and (word in shown(get(e))) == (kind == "like")  # noqa: E731
        return f"{field} {kind} '{word}'", found
    if kind in ("in", "not in"):
        values = [random.choice(WORDS), random.randint(-5, 50)]
        text = f"{field} {kind} ['{values[0]}', {values[1]}]"
        return text, lambda e: get(e) is not None and any(equal(get(e), v) for v in values) == (kind == "in")
    if kind == "sum":
        addend, most = random.randint(-5, 5), random.randint(0, 50)

        def small(e):
            number = as_number(get(e))
            return number is not None and number * 2 + addend <= most

        return f"{field} * 2 + {addend} <= {most}", small
    value = random.choice(WORDS) if random.random() < 0.5 else random.randint(-5, 50)
    literal = f"'{value}'" if isinstance(value, str) else str(value)

    def holds(e):
        mine = get(e)
        if mine is None:
            return False
        if kind in ("=", "!="):
            return equal(mine, value) == (kind == "=")
        less, more = below(mine, value), below(value, mine)
        if less is None:
            return False
        return {"<": less, "<=": not more, ">": more, ">=": not less}[kind]

    return f"{field} {kind} {literal}", holds


AGGREGATES = {
    "count(*)": lambda rows, field: float(len(rows)),
    "count({})": lambda rows, field: float(sum(look(r, field) is not None for r in rows)),
    "sum({})": lambda rows, field: reduced(rows, field, math.fsum),
    "min({})": lambda rows, field: reduced(rows, field, min),
    "max({})": lambda rows, field: reduced(rows, field, max),
    "avg({})": lambda rows, field: reduced(rows, field, lambda n: math.fsum(n) / len(n)),
    "pct({}, 75)": lambda rows, field: reduced(rows, field, lambda n: sorted(n)[math.ceil(0.75 * len(n)) - 1]),
}
AGGREGATES["count_distinct({})"] = lambda rows, field: float(
    len({shown(look(r, field)) for r in rows if look(r, field) is not None})
)


def reduced(rows, field, function):
    numbers = [as_number(look(row, field)) for row in rows]
    numbers = [number for number in numbers if number is not None]
    return function(numbers) if numbers else None


def random_stats(random, events):
    """(text, the rows that it gives, in any order)."""
    by, field = random.choice(["level", "user.name", "missing"]), random.choice(["n", "d", "level"])
    chosen = random.sample(sorted(AGGREGATES), 3)
    text = ", ".join(f"{one.format(field)} as r{i}" for i, one in enumerate(chosen))
    groups = {}
    for event in events:
        groups.setdefault(look(event, by), []).append(event)
    rows = []
    for key, members in groups.items():
        row = {} if key is None else {by: shown(key)}
        for i, one in enumerate(chosen):
            value = AGGREGATES[one](members, field)
            if value is not None:
                row[f"r{i}"] = shown(value)
        rows.append(row)
    return f"stats {text} by {by}", rows
