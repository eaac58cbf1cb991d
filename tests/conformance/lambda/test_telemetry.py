"""The Telemetry API and the Logs API: extensions that hear what happens in their environment."""

import io
import json
import stat
import zipfile

import pytest

from support.aws import eventually

EXTENSION = r'''#!/usr/bin/python3 -u
import http.client, http.server, json, os, threading, sys

API = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
PLAN = json.loads(os.environ["PLAN"])

def call(method, path, body=None, **headers):
    API.request(method, path, None if body is None else json.dumps(body), headers)
    reply = API.getresponse()
    return reply.status, reply.headers, reply.read().decode()

def note(kind, what):
    with open("/tmp/heard", "a") as out:
        out.write(json.dumps([kind, what]) + "\n")

class Sink(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        batch = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        for event in batch:
            note("event", event)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *_):
        pass

sink = http.server.HTTPServer(("sandbox.localdomain", 0), Sink)
threading.Thread(target=sink.serve_forever, daemon=True).start()
status, headers, _ = call("POST", "/2020-01-01/extension/register", {"events": ["INVOKE", "SHUTDOWN"]},
                          **{"Lambda-Extension-Name": "watcher"})
me = {"Lambda-Extension-Identifier": headers["Lambda-Extension-Identifier"]}

def subscribe(body, identity=me):
    body = json.loads(json.dumps(body).replace("PORT", str(sink.server_port)))
    status, _, text = call("PUT", PLAN.get("path", "/2022-07-01/telemetry"), body, **identity)
    note("answer", [status, text])

for body in PLAN["subscribe"]:
    subscribe(body)
subscribe({}, {"Lambda-Extension-Identifier": "another"})
while True:
    _, _, event = call("GET", "/2020-01-01/extension/event/next", **me)
    event = json.loads(event)
    if event["eventType"] == "SHUTDOWN":
        sys.exit(0)
    print("the extension says", event["requestId"])
    if PLAN.get("late"):
        subscribe(PLAN["subscribe"][0])
'''
FUNCTION = """
import json
def handler(event, context):
    print("the function says", event)
    try:
        return [json.loads(line) for line in open("/tmp/heard")]
    except FileNotFoundError:
        return []
"""
HERE = {"protocol": "HTTP", "URI": "http://sandbox.localdomain:PORT"}
EVERYTHING = {
    "schemaVersion": "2022-12-13",
    "types": ["platform", "function", "extension"],
    "buffering": {"maxItems": 1000, "maxBytes": 262144, "timeoutMs": 25},
    "destination": HERE,
}


@pytest.fixture(scope="session")
def layer(functions):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as out:
        entry = zipfile.ZipInfo("extensions/watcher")
        entry.external_attr = (stat.S_IFREG | 0o755) << 16
        out.writestr(entry, EXTENSION)
    made = functions.publish_layer_version(LayerName="watcher", Content={"ZipFile": archive.getvalue()})
    return made["LayerVersionArn"]


@pytest.fixture
def watched(make_function, layer):
    def make(plan, **more):
        environment = {"Variables": {"PLAN": json.dumps(plan)}}
        return make_function(FUNCTION, Layers=[layer], Environment=environment, Timeout=20, **more)

    return make


def heard_after(call, name, wanted):
    """What the extension has heard once `wanted` is among it; more invocations show more."""
    call(name, 1)

    def look():
        seen, failed = call(name, 2)
        assert failed is None
        events = [what for kind, what in seen if kind == "event"]
        return events if wanted(events) else None

    return eventually(look)


def of_type(events, kind):
    return [event["record"] for event in events if event["type"] == kind]


def test_the_life_of_an_environment(watched, call):
    name = watched({"subscribe": [EVERYTHING]})
    events = heard_after(call, name, lambda events: of_type(events, "platform.report"))
    order = [event["type"] for event in events if event["type"].startswith("platform.")]
    ladder = ["platform.initStart", "platform.telemetrySubscription", "platform.initRuntimeDone", "platform.initReport",
              "platform.start", "platform.runtimeDone", "platform.report"]  # fmt: skip
    assert [kind for kind in order if kind in ladder][: len(ladder)] == ladder
    assert of_type(events, "platform.telemetrySubscription") == [
        {"name": "watcher", "state": "Subscribed", "types": ["platform", "function", "extension"]}
    ]
    first = of_type(events, "platform.start")[0]["requestId"]
    report = of_type(events, "platform.report")[0]
    assert report["requestId"] == first and report["status"] == "success"
    assert {"durationMs", "billedDurationMs", "memorySizeMB", "maxMemoryUsedMB", "initDurationMs"} <= set(report["metrics"])
    assert of_type(events, "function")[0] == "the function says 1"
    assert of_type(events, "extension")[0] == f"the extension says {first}"
    assert all(event["time"].endswith("Z") for event in events)
    answers = [what for kind, what in call(name, 3)[0] if kind == "answer"]
    assert answers[0] == [200, "OK"] and answers[1][0] == 403


def test_only_what_was_asked_for(watched, call):
    name = watched({"subscribe": [{**EVERYTHING, "types": ["function"]}]}, LoggingConfig={"LogFormat": "JSON"})
    events = heard_after(call, name, lambda events: events)
    assert {event["type"] for event in events} == {"function"}


def test_in_a_network_of_its_own(watched, call):
    name = watched({"subscribe": [EVERYTHING]}, Tags={"orrery:network": "none"})
    assert heard_after(call, name, lambda events: of_type(events, "platform.report"))


def test_the_logs_api(watched, call):
    plan = {"path": "/2020-08-15/logs", "subscribe": [{**EVERYTHING, "schemaVersion": "2020-08-15"}]}
    name = watched(plan)
    events = heard_after(call, name, lambda events: of_type(events, "platform.report"))
    kinds = [event["type"] for event in events]
    assert "platform.logsSubscription" in kinds and "platform.initStart" not in kinds
    assert kinds.index("platform.start") < kinds.index("platform.runtimeDone") < kinds.index("platform.end")
    assert set(of_type(events, "platform.start")[0]) == {"requestId", "version"}


def test_subscriptions_that_are_none(watched, call):
    wrong = [
        {**EVERYTHING, "types": ["everything"]},
        {**EVERYTHING, "schemaVersion": "1"},
        {**EVERYTHING, "buffering": {"maxItems": 1}},
        {**EVERYTHING, "destination": {"protocol": "HTTP", "URI": "http://127.0.0.1:PORT"}},
    ]
    name = watched({"subscribe": [EVERYTHING, *wrong], "late": True})
    call(name, 1)
    answers = eventually(lambda: (lambda a: a if len(a) > 6 else None)([w for k, w in call(name, 2)[0] if k == "answer"]))
    assert [status for status, _ in answers[:6]] == [200, 400, 400, 400, 400, 403]
    assert all(json.loads(text)["errorType"] == "ValidationError" for _, text in answers[1:5])
    assert answers[6][0] == 403 and json.loads(answers[6][1])["errorType"] == "Telemetry.SubscriptionClosed"


def test_the_server_is_no_errand_boy(server, watched, call):
    """What is sent comes from the sandbox: its user may not do at the server what the server's own may."""
    at = f"http://sandbox:{server.port}/_orrery/shutdown"
    name = watched({"subscribe": [{**EVERYTHING, "destination": {"protocol": "HTTP", "URI": at}}]})
    seen, failed = call(name, 1)
    assert failed is None
    assert call(name, 2)[1] is None
    assert server.process.poll() is None
    # Who cannot be reached keeps nobody from ending.
    assert [what for kind, what in seen if kind == "answer"][0] == [200, "OK"]
