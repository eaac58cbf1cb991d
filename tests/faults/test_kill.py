"""kill -9 at any instant: no acknowledged write is lost, no tick is lost and none is doubled."""

import collections
import contextlib
import datetime
import random
import threading
import time
import urllib.error

import pytest
from faults.common import START, Load, alive, descendants, make_function, scan

KILLS = 60
MINUTE = datetime.timedelta(minutes=1)


def instant(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


class Winding:
    """A thread that winds the server's clock on, minute by minute or several at once, through crashes."""

    def __init__(self, server):
        self.server = server
        self.acknowledged = instant(START)  # where an answered request has left the clock
        self.errors: list[str] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def start(self) -> "Winding":
        self._thread.start()
        return self

    def _run(self) -> None:
        turns = random.Random(7)
        while not self._stop.is_set():
            try:
                self.server.clock.advance(turns.choice(("1m", "1m", "20s", "3m")))
                self.acknowledged = max(self.acknowledged, instant(self.server.clock.show()["now"]))
            except urllib.error.HTTPError as error:
                if error.code != 503:  # 503: it is just starting
                    self.errors.append(f"{error.code} {error.read()!r}")
            except (OSError, ValueError, EOFError):
                time.sleep(0.01)
            except Exception as error:  # noqa: BLE001  (http.client's, when a reply is cut)
                if "IncompleteRead" not in repr(error) and "RemoteDisconnected" not in repr(error):
                    self.errors.append(repr(error))

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(60)
        assert not self._thread.is_alive()
        assert not self.errors, self.errors[:5]


def add_rule(server) -> None:
    target = make_function(server, "tick", "tick")
    events = server.client("events")
    arn = events.put_rule(Name="every-minute", ScheduleExpression="rate(1 minute)")["RuleArn"]
    events.put_targets(Rule="every-minute", Targets=[{"Id": "tick", "Arn": target}])
    server.client("lambda").add_permission(
        FunctionName="tick",
        StatementId="rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=arn,
    )


def audit_ticks(server, kills: int) -> int:
    runs = collections.defaultdict(list)
    for item in scan(server, "ticks"):
        runs[instant(item["time"])].append(item)
    times = sorted(runs)
    assert times and times[0] == instant(START) + MINUTE
    expected = [times[0] + MINUTE * n for n in range((times[-1] - times[0]) // MINUTE + 1)]
    missing = sorted(set(expected) - set(times))
    assert not missing, f"{len(missing)} of {len(expected)} ticks have not run: {missing[:5]}"
    assert times == expected, "the rule has fired off the minute"
    assert instant(server.clock.show()["now"]) - times[-1] < MINUTE, "the last ticks are missing"
    for at, executions in runs.items():
        assert len({e["event"] for e in executions}) == 1, f"the tick at {at} is doubled: {executions}"
        assert len({e["request"] for e in executions}) == 1, f"the tick at {at} was delivered twice: {executions}"
    # An execution that a kill has interrupted is repeated, nothing else is.
    assert sum(map(len, runs.values())) - len(runs) <= kills
    return len(times)


def one_life(server, turns: random.Random) -> None:
    """Starts the server and kills it at a random instant; one time in six before it is ready."""
    if turns.random() < 1 / 6:
        with contextlib.suppress(RuntimeError):
            server.start(timeout_s=turns.uniform(0.005, 0.1))
    else:
        server.start()
        time.sleep(turns.choice((0, 0.05, 0.2, 0.5)) + turns.uniform(0, 0.2))
    children = descendants(server.process.pid)
    server.kill()
    deadline = time.monotonic() + 5
    while left := alive(children):
        assert time.monotonic() < deadline, f"kill -9 of the server leaves processes: {left}"
        time.sleep(0.005)


@pytest.mark.timeout(240)
def test_killed_sixty_times_under_load(own_server):
    server = own_server("--clock", f"frozen@{START}")
    add_rule(server)
    load = Load(server).prepare()
    server.kill()
    server.flags = ()  # the clock is as last left
    winding = Winding(server).start()
    load.start()
    turns = random.Random(20260301)
    try:
        for life in range(KILLS):
            acknowledged = winding.acknowledged
            one_life(server, turns)
            if life % 10 == 9:
                server.start()
                assert instant(server.clock.show()["now"]) >= acknowledged, "an acknowledged advance is undone"
                load.spot_check()
                server.kill()
        server.start()
        load.wait_for_more()
    finally:
        winding.stop()
        load.stop()
    assert len(load.items) > 200 and len(load.objects) > 30 and len(load.lines) > 30, "that was no load"
    load.audit()
    server.clock.advance("1m")  # whatever was interrupted last has run, too
    assert audit_ticks(server, KILLS + 10) > KILLS / 2
    assert server.stop() == 0


def test_an_acknowledged_advance_survives(own_server):
    """The clock is a write as any other: what `orrery clock` has acknowledged holds after kill -9."""
    server = own_server("--clock", f"frozen@{START}")
    server.flags = ()
    for minutes in range(1, 6):
        server.clock.advance("1m")
        server.kill()
        server.start()
        assert instant(server.clock.show()["now"]) == instant(START) + minutes * MINUTE
    server.clock.freeze("2027-01-01T00:00:00Z")
    server.kill()
    server.start()
    assert instant(server.clock.show()["now"]) == instant("2027-01-01T00:00:00Z")


def test_a_killed_advance_does_not_go_back(own_server):
    """What happened at an instant is known to have happened: the clock is not before it afterwards."""
    server = own_server("--clock", f"frozen@{START}")
    add_rule(server)
    server.flags = ()
    wind = threading.Thread(target=_advance, args=(server, "4h"))
    wind.start()
    time.sleep(0.5)
    server.kill()
    wind.join(10)
    server.start()
    now = instant(server.clock.show()["now"])
    latest = max(instant(item["time"]) for item in scan(server, "ticks"))
    assert latest <= now, f"a tick of {latest} has run, and it is {now}"


def _advance(server, span: str) -> None:
    with contextlib.suppress(Exception):
        server.clock.advance(span)
