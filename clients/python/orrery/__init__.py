"""Winds the clock of an Orrery from tests.

    import orrery

    with orrery.frozen("2026-03-01T00:00Z") as clock:
        report = clock.advance(days=31)
        assert not report.failed

Finds the server by AWS_ENDPOINT_URL (or ORRERY_URL, or the argument `url`), and signs with AWS_ACCESS_KEY_ID and
AWS_SECRET_ACCESS_KEY (test and test where unset), which have to be the server's root credential. Standard library only.
"""

import contextlib
import datetime
import threading

from orrery import _api

__all__ = ["Clock", "OrreryError", "Ran", "Report", "frozen"]

OrreryError = _api.OrreryError


class Ran:
    """One thing that ran: `at`, `kind`, `id`, `ok`, `summary`, `duration`."""

    def __init__(self, given):
        self.at = _moment(given["at"])
        self.kind = given["kind"]
        self.id = given["id"]
        self.ok = given["ok"]
        self.summary = given["summary"]
        self.duration = datetime.timedelta(microseconds=given["duration_us"])

    def __repr__(self):
        what = self.summary or f"{self.kind} {self.id}"
        return f"<{self.at:%Y-%m-%dT%H:%M:%SZ} {'ok' if self.ok else 'FAILED'} {what}>"


class Report(list):
    """What ran, in order: a list of Ran."""

    @property
    def failed(self):
        return Report(one for one in self if not one.ok)

    def of(self, kind):
        """Those of one kind: "scheduler.invoke", "events.deliver", "lambda.invoke", …"""
        return Report(one for one in self if one.kind == kind)

    def __str__(self):
        return "\n".join(map(repr, self)) or "nothing ran"


class Clock:
    """The clock of a server, while it is frozen."""

    def __init__(self, server):
        self._server = server

    @property
    def now(self):
        return _moment(self._server.call("GET", "/_orrery/clock")["now"])

    def advance(self, span=None, **units):
        """advance(days=31), advance(hours=1, minutes=30), advance("36h"), advance(timedelta): everything that falls due
        on the way runs, in order, each with all that it sets off. Returns the Report of it."""
        if (span is None) == (not units):
            raise TypeError('advance() takes a span ("36h", a timedelta) or units (days=31), one of them')
        if units:
            span = datetime.timedelta(**units)
        if isinstance(span, datetime.timedelta):
            if span < datetime.timedelta(0):
                raise ValueError("the clock can be advanced only by a positive span of time")
            span = f"{span // datetime.timedelta(milliseconds=1)}ms"
        reply = self._server.call("POST", "/_orrery/clock/advance", {"duration": span})
        return Report(map(Ran, reply["ran"]))

    def advance_to(self, at):
        """As advance(), to an instant: "2026-04-01T00:00Z" or a datetime with a time zone."""
        return self.advance(_moment(at) - self.now)


_held = {}  # url -> where the clock was frozen by frozen(), for the message
_held_lock = threading.Lock()


@contextlib.contextmanager
def frozen(at=None, url=None):
    """Stops the server's clock, at an instant ("2026-03-01T00:00Z", a datetime) or where it is, and gives a Clock to
    wind it. At the end the clock is what it was before: one that ran runs again. Neither leap sets anything off: only
    advance() does."""
    server = _api.Server(url)
    with _held_lock:
        if server.url in _held:
            raise OrreryError(
                f"the clock of {server.url} is frozen already, by orrery.frozen({_held[server.url]!r}) around this one: "
                "there is one clock, so these cannot be nested; use the outer one's clock.advance()")
        _held[server.url] = at
    try:
        before = server.call("GET", "/_orrery/clock")
        wish = {"mode": "frozen", "skip": True}
        if at is not None:
            wish["now"] = _text(_moment(at))
        began = datetime.datetime.now(datetime.timezone.utc)
        server.call("PUT", "/_orrery/clock", wish)
        try:
            yield Clock(server)
        finally:
            server.call("PUT", "/_orrery/clock", _as_it_was(before, began))
    finally:
        with _held_lock:
            del _held[server.url]


def _as_it_was(before, began):
    if before["mode"] == "running":
        return {"mode": "running", "skip": True}
    then = _moment(before["now"])
    if before["mode"] == "offset":  # it would have run on meanwhile
        then += datetime.datetime.now(datetime.timezone.utc) - began
    return {"mode": before["mode"], "now": _text(then), "skip": True}


def _moment(given):
    if isinstance(given, str):
        text = given[:-1] + "+00:00" if given.endswith(("Z", "z")) else given
        given = datetime.datetime.fromisoformat(text)
        if given.tzinfo is None:  # as `orrery clock` takes it
            given = given.replace(tzinfo=datetime.timezone.utc)
    if given.tzinfo is None:
        raise ValueError(f"{given!r} has no time zone")
    return given.astimezone(datetime.timezone.utc)


def _text(at):
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"
