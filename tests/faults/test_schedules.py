"""kill -9 around the ticks of EventBridge Scheduler: each tick's effect happens exactly once."""

import random
import time

import pytest
from faults.common import START
from faults.test_kill import MINUTE, Winding, instant
from support.aws import allow
from support.schedules import WRITER, create, items, make_role, make_table

KILLS = 25
# The effect tells how often it has happened.
COUNT = {
    "Arn": "arn:aws:scheduler:::aws-sdk:dynamodb:updateItem",
    "RoleArn": WRITER,
    "Input": '{"TableName":"ticks","Key":{"id":{"S":"NAME <aws.scheduler.scheduled-time>"}},"UpdateExpression":"ADD n :one",'
             '"ExpressionAttributeValues":{":one":{"N":"1"}}}',
}


@pytest.mark.timeout(240)
def test_each_ticks_effect_once(own_server):
    server = own_server("--clock", f"frozen@{START}")
    make_table(server)
    make_role(server, "writer", allow("dynamodb:UpdateItem"))
    create(server, "count", "cron(* * * * ? *)", {**COUNT, "Input": COUNT["Input"].replace("NAME", "cron")})
    create(server, "rate", "rate(1 minute)", {**COUNT, "Input": COUNT["Input"].replace("NAME", "rate")})
    server.kill()
    server.flags = ()
    winding = Winding(server).start()
    turns = random.Random(6)
    try:
        for _ in range(KILLS):
            server.start()
            time.sleep(turns.uniform(0, 0.3))
            server.kill()
        server.start()
    finally:
        winding.stop()
    server.clock.advance("1m")  # whatever was interrupted last has run, too
    now = instant(server.clock.show()["now"])
    assert now >= winding.acknowledged > instant(START)
    minutes = (now - instant(START)) // MINUTE
    found = items(server)
    for name, first in (("cron", 1), ("rate", 0)):
        expected = [f"{name} {instant(START) + n * MINUTE:%Y-%m-%dT%H:%M:%SZ}" for n in range(first, minutes + 1)]
        assert [one for one in found if one.startswith(name)] == expected
    counts = [item["n"]["N"] for page in server.client("dynamodb").get_paginator("scan").paginate(TableName="ticks")
              for item in page["Items"]]
    assert set(counts) == {"1"}
