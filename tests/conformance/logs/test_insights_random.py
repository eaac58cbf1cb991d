"""Random Insights queries through the server, against the model in insights_model.py."""

import json
import random

from conformance.logs import insights_model as model

SEED = 20260301
EVENTS = 120
QUERIES = 60


def test_random_queries(group, put, ask):
    chance = random.Random(SEED)
    events = [model.random_event(chance) for _ in range(EVENTS)]
    put(group, *[json.dumps(event) for event in events])
    for _ in range(QUERIES):
        condition, holds = model.random_condition(chance)
        kept = [event for event in events if holds(event)]
        kind = chance.choice(["rows", "sort", "stats"])
        if kind == "stats":
            stats, expected = model.random_stats(chance, kept)
            text = f"filter {condition} | {stats}"
            canonical = lambda rows: sorted(json.dumps(row, sort_keys=True) for row in rows)  # noqa: E731
            assert canonical(ask(group, text)) == canonical(expected), text
            continue
        text = f"filter {condition} | fields @message"
        expected = list(reversed(kept))  # the latest first
        if kind == "sort":
            field, descending = chance.choice(model.FIELDS), chance.random() < 0.5
            # Python keeps equals in their order in either direction, as the server does.
            expected.sort(key=lambda event: model.order_key(model.look(event, field)), reverse=descending)
            limit = chance.randint(1, 40)
            text += f" | sort {field} {'desc' if descending else 'asc'} | limit {limit}"
            expected = expected[:limit]
        rows = [json.loads(row["@message"]) for row in ask(group, text)]
        assert rows == expected, text
        assert ask.last["statistics"]["recordsMatched"] == len(kept), text
