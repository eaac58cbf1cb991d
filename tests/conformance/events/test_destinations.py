"""API destinations as targets: what the endpoint is sent, how often, and in whose name."""

import base64
import json

import pytest

from support.aws import ACCOUNT, allow, eventually, policy, refusal, trust

BASIC = {"BasicAuthParameters": {"Username": "user", "Password": "pässword"}}


class Hook:
    """A rule for events from `source` whose target is an API destination."""

    def __init__(self, server, name, endpoint):
        self.name, self.endpoint = name, endpoint
        self.events = server.client("events")
        self.iam = server.client("iam")
        self.role = self.iam.create_role(
            RoleName=name, AssumeRolePolicyDocument=trust(Service="events.amazonaws.com"))["Role"]["Arn"]
        self.may(allow("events:InvokeApiDestination"))

    def may(self, *statements):
        self.iam.put_role_policy(RoleName=self.name, PolicyName="p", PolicyDocument=policy(*statements))

    def make(self, path="/hook", type_="BASIC", auth=None, target=None, **more):
        connection = self.events.create_connection(
            Name=self.name, AuthorizationType=type_, AuthParameters=auth or BASIC)["ConnectionArn"]
        if type_.startswith("OAUTH"):
            self.wait_for_state("AUTHORIZED")
        settings = {"HttpMethod": "POST", "InvocationEndpoint": self.endpoint.url + path, **more}
        self.arn = self.events.create_api_destination(Name=self.name, ConnectionArn=connection, **settings)["ApiDestinationArn"]
        self.events.put_rule(Name=self.name, EventPattern=json.dumps({"source": [self.name]}))
        answer = self.events.put_targets(Rule=self.name, Targets=[
            {"Id": "t", "Arn": self.arn, "RoleArn": self.role, **(target or {})}])
        assert answer["FailedEntryCount"] == 0, answer
        return self

    def wait_for_state(self, state):
        eventually(lambda: self.events.describe_connection(Name=self.name)["ConnectionState"] == state)

    def put(self, count=1, **detail):
        self.events.put_events(Entries=[
            {"Source": self.name, "DetailType": "order", "Detail": json.dumps({"n": i, **detail})} for i in range(count)])


@pytest.fixture
def hook(server, unique, endpoint):
    return Hook(server, unique("hook"), endpoint)


@pytest.fixture
def frozen(own_server, endpoint):
    server = own_server("--clock", "frozen@2026-03-01T12:00:00Z")
    return server, Hook(server, "hook", endpoint)


def invoked(ran):
    return [one for one in ran if one["kind"] == "events.invoke"]


def test_what_the_endpoint_is_sent(hook, endpoint):
    hook.make().put(who="me")
    request = endpoint.wait_for()[0]
    assert (request["method"], request["target"]) == ("POST", "/hook")
    headers = request["headers"]
    assert headers["authorization"] == "Basic " + base64.b64encode("user:pässword".encode()).decode()
    assert headers["user-agent"] == "Amazon/EventBridge/ApiDestinations"
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert headers["range"] == "bytes=0-1048575"
    assert headers["connection"] == "close"
    event = json.loads(request["body"])
    assert (event["source"], event["detail"], event["account"]) == (hook.name, {"n": 0, "who": "me"}, ACCOUNT)


def test_parameters_of_target_and_connection(hook, endpoint):
    auth = {
        "ApiKeyAuthParameters": {"ApiKeyName": "X-Key", "ApiKeyValue": "key"},
        "InvocationHttpParameters": {
            "HeaderParameters": [{"Key": "X-Both", "Value": "connection"}, {"Key": "User-Agent", "Value": "mine"}],
            "QueryStringParameters": [{"Key": "both", "Value": "connection"}],
            "BodyParameters": [{"Key": "token", "Value": "in body", "IsValueSecret": True}]},
    }
    target = {
        "InputTransformer": {"InputPathsMap": {"who": "$.detail.who"}, "InputTemplate": '{"hello": <who>}'},
        "HttpParameters": {
            "PathParameterValues": ["a/b", "$.detail.n"],
            "HeaderParameters": {"X-Both": "target", "X-Own": "1", "X-Path": "$.detail.who", "Content-Type": "text/x"},
            "QueryStringParameters": {"both": "target", "own": "a b&c", "path": "$.source"}},
    }
    hook.make("/hook/*/x/*?fixed=1", "API_KEY", auth, target, HttpMethod="PUT").put(who="me")
    request = endpoint.wait_for()[0]
    assert request["method"] == "PUT"
    assert request["target"] == f"/hook/a%2Fb/x/0?fixed=1&both=connection&own=a%20b%26c&path={hook.name}"
    headers = request["headers"]
    assert (headers["x-key"], headers["x-both"], headers["x-own"], headers["x-path"]) == ("key", "connection", "1", "me")
    assert (headers["content-type"], headers["user-agent"]) == ("text/x", "Amazon/EventBridge/ApiDestinations")
    assert json.loads(request["body"]) == {"hello": "me", "token": "in body"}


def test_a_token_is_fetched_kept_and_renewed(hook, endpoint):
    def token(name, lasts=3600):
        return {"access_token": name, "token_type": "Bearer", "expires_in": lasts}

    endpoint.tokens = [token("one"), token("two"), token("three", 30), token("four")]
    oauth = {"OAuthParameters": {
        "ClientParameters": {"ClientID": "c", "ClientSecret": "s"}, "AuthorizationEndpoint": endpoint.url + "/token",
        "HttpMethod": "POST"}}
    hook.make("/hook", "OAUTH_CLIENT_CREDENTIALS", oauth)
    hook.put()
    assert endpoint.wait_for()[0]["headers"]["authorization"] == "Bearer one"
    assert len(endpoint.got("/token")) == 1
    endpoint.answers = [(401, {})]
    hook.put()
    assert [one["headers"]["authorization"] for one in endpoint.wait_for(3)[1:]] == ["Bearer one", "Bearer two"]
    endpoint.answers = [(407, {})]
    hook.put()
    assert endpoint.wait_for(5)[4]["headers"]["authorization"] == "Bearer three"
    hook.put()  # it has less than a minute left
    assert endpoint.wait_for(6)[5]["headers"]["authorization"] == "Bearer four"


def test_what_is_tried_again(frozen, endpoint):
    server, hook = frozen
    endpoint.answers = [(503, {}), (429, {"Retry-After": "600"}), (409, {})]
    hook.make().put()
    endpoint.wait_for(1)
    server.clock.advance("599s")
    assert len(endpoint.got()) == 2
    ran = invoked(server.clock.advance("3h"))
    assert len(endpoint.got()) == 4
    assert ran[-1]["ok"] and "HTTP 200" in ran[-1]["summary"]


@pytest.mark.parametrize("status, headers", [(400, {}), (401, {}), (404, {}), (302, {"Location": "/elsewhere"}),
                                             (500, {"Retry-After": "-1"})])
def test_what_is_not(frozen, endpoint, status, headers):
    server, hook = frozen
    endpoint.answers = [(status, headers)]
    hook.make().put()
    endpoint.wait_for()
    server.clock.advance("24h")
    assert len(endpoint.requests) == 1


def test_the_retry_policy_ends_it(frozen, endpoint):
    server, hook = frozen
    endpoint.answers = [(500, {})] * 10
    hook.make(target={"RetryPolicy": {"MaximumRetryAttempts": 2}}).put()
    endpoint.wait_for()
    ran = invoked(server.clock.advance("1h"))
    assert not ran[-1]["ok"]
    assert "dropped, HTTP 500" in ran[-1]["summary"]
    assert len(endpoint.got()) == 3


def test_an_answer_that_does_not_come(frozen, endpoint):
    server, hook = frozen
    endpoint.answers = [(None, {})]
    hook.make().put()
    endpoint.wait_for()
    ran = invoked(server.clock.advance("1m"))
    assert ["within 5000 ms" in one["summary"] for one in ran] == [True, False]
    assert [one["ok"] for one in ran] == [False, True]


def test_the_rate_puts_off_and_drops_nothing(frozen, endpoint):
    server, hook = frozen
    hook.make(InvocationRateLimitPerSecond=3).put(10)
    endpoint.wait_for(3)
    for seconds, expected in ((1, 6), (1, 9), (1, 10)):
        server.clock.advance(f"{seconds}s")
        assert len(endpoint.got()) == expected
    assert sorted(json.loads(one["body"])["detail"]["n"] for one in endpoint.got()) == list(range(10))


def test_the_role_must_be_allowed(frozen, endpoint):
    server, hook = frozen
    hook.events.put_rule(Name="tick", ScheduleExpression="rate(1 hour)")
    hook.make()
    hook.events.put_targets(Rule="tick", Targets=[{"Id": "t", "Arn": hook.arn, "RoleArn": hook.role}])
    hook.may(allow("events:InvokeApiDestination", hook.arn + "x"))
    ran = invoked(server.clock.advance("1h"))
    assert not ran[-1]["ok"] and "events:InvokeApiDestination" in ran[-1]["summary"]
    hook.may(allow("events:InvokeApiDestination", hook.arn))
    assert invoked(server.clock.advance("1h"))[-1]["ok"]
    hook.events.delete_connection(Name=hook.name)
    assert "connection does not exist" in invoked(server.clock.advance("1h"))[-1]["summary"]
    hook.events.delete_api_destination(Name=hook.name)
    assert "no such API destination" in invoked(server.clock.advance("1h"))[-1]["summary"]
    assert len(endpoint.requests) == 1


def test_not_to_the_server_itself(frozen, endpoint):
    server, hook = frozen
    hook.events.put_rule(Name="tick", ScheduleExpression="rate(1 hour)")
    hook.make()
    hook.events.put_targets(Rule="tick", Targets=[{"Id": "t", "Arn": hook.arn, "RoleArn": hook.role}])
    for url, why in (
        (server.url + "/_orrery/health", "not go to this server itself"),
        (server.url.replace("127.0.0.1", "localhost") + "/", "not go to this server itself"),
        ("http://169.254.169.254/latest/meta-data/", "not one that requests may go to"),
        ("http://192.0.2.1/", "plain HTTP"),
    ):
        hook.events.update_api_destination(Name=hook.name, InvocationEndpoint=url)
        ran = invoked(server.clock.advance("1h"))
        assert len(ran) == 1 and not ran[0]["ok"] and why in ran[0]["summary"], ran


def test_outbound_can_be_turned_off(own_server, endpoint):
    server = own_server("--clock", "frozen@2026-03-01T12:00:00Z", "--outbound", "none")
    hook = Hook(server, "hook", endpoint)
    hook.events.put_rule(Name="tick", ScheduleExpression="rate(1 hour)")
    hook.make()
    hook.events.put_targets(Rule="tick", Targets=[{"Id": "t", "Arn": hook.arn, "RoleArn": hook.role}])
    assert "turned off" in invoked(server.clock.advance("1h"))[0]["summary"]
    assert endpoint.requests == []


def test_deliveries_survive_the_end_of_the_server(own_server, endpoint):
    server = own_server("--clock", "frozen@2026-03-01T12:00:00Z")
    hook = Hook(server, "hook", endpoint)
    endpoint.answers = [(500, {})]
    hook.make().put()
    endpoint.wait_for()
    server.kill()
    server.start()
    server.clock.advance("10s")
    assert len(endpoint.got()) >= 2


def test_targets_that_cannot_be(events, hook):
    hook.make()
    put = {"Rule": hook.name}
    target = {"Id": "t", "Arn": hook.arn}
    assert refusal(events.put_targets, **put, Targets=[target]) == (
        "ValidationException", f"RoleArn is required for target {hook.arn}.")
    short = hook.arn.rsplit("/", 1)[0]
    assert refusal(events.put_targets, **put, Targets=[{**target, "Arn": short, "RoleArn": hook.role}]) == (
        "ValidationException", f"Parameter {short} is not valid. Reason: Provided Arn is not in correct format.")
    west = hook.arn.replace("us-east-1", "us-west-2")
    assert refusal(events.put_targets, **put, Targets=[{**target, "Arn": west, "RoleArn": hook.role}])[0] == "ValidationException"
    assert events.list_rule_names_by_target(TargetArn=hook.arn)["RuleNames"] == [hook.name]
