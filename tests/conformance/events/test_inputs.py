"""What a target gets: Input, InputPath and InputTransformer, byte for byte, as an HTTP endpoint sees it."""

import json

import pytest

from support.aws import ACCOUNT, allow, policy, refusal, trust

# The event of the documentation's examples (eb-transform-target-input.html), but for what PutEvents sets itself.
ENTRY = {
    "Source": None, "DetailType": "EC2 Instance State-change Notification", "Time": 1447277394,
    "Resources": [f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-abcd1111", "second"],
    "Detail": '{"instance-id": "i-0123456789", "state": "RUNNING", "n": 1.50, "none": null, "flag": true,'
              ' "list": [1, "two"], "deep": {"k": "v"}, "quote": "say \\"hi\\"", "line": "a\\nb"}',
}
PATHS = {"timestamp": "$.time", "instance": "$.detail.instance-id", "state": "$.detail.state", "resource": "$.resources[0]",
         "n": "$.detail.n", "flag": "$.detail.flag", "list": "$.detail.list", "deep": "$.detail.deep",
         "quote": "$.detail.quote", "line": "$.detail.line", "missing": "$.detail.missing", "k": "$.detail.deep.k"}

TEMPLATES = [
    ('"instance <instance> is in state <state>"', '"instance i-0123456789 is in state RUNNING"'),
    ('"instance \\"<instance>\\" is in state <state>"', '"instance \\"i-0123456789\\" is in state RUNNING"'),
    ('{"instance" : <instance>, "state": <state>, "instanceStatus": "instance \\"<instance>\\" is in state <state>"}',
     '{"instance" : "i-0123456789", "state": "RUNNING", "instanceStatus": "instance \\"i-0123456789\\" is in state RUNNING"}'),
    ('{"Detail Type": "static", "time": <timestamp>, "resource": <resource>}',
     '{"Detail Type": "static", "time": "2015-11-11T21:29:54Z", "resource": "arn:aws:ec2:us-east-1:%s:instance/i-abcd1111"}' % ACCOUNT),
    ('{"list": <list>, "deep": <deep>, "flag": <flag>, "k": <k>}',
     '{"list": [1,"two"], "deep": {"k":"v"}, "flag": true, "k": "v"}'),
    ('{"text": "<flag> <list> <deep>", "escaped": "<quote>|<line>"}',
     '{"text": "true [1,two] {k:v}", "escaped": "say \\"hi\\"|a\\nb"}'),
    ('{"gone": <missing>, "text": "a<missing>b"}', '{"gone": "", "text": "ab"}'),
    ('"first <instance>"\n"second <state>"', '"first i-0123456789"\n"second RUNNING"'),
]


@pytest.fixture(scope="module")
def reach(server, request):
    """reach(endpoint, settings…) -> the bodies that targets of those settings get of one event, in their order."""
    events, iam = server.client("events"), server.client("iam")
    role = iam.create_role(RoleName="inputs", AssumeRolePolicyDocument=trust(Service="events.amazonaws.com"))["Role"]["Arn"]
    iam.put_role_policy(RoleName="inputs", PolicyName="p", PolicyDocument=policy(allow("events:InvokeApiDestination")))
    connection = events.create_connection(Name="inputs", AuthorizationType="API_KEY", AuthParameters={
        "ApiKeyAuthParameters": {"ApiKeyName": "X-Key", "ApiKeyValue": "k"}})["ConnectionArn"]

    def deliver(endpoint, name, *settings):
        arn = events.create_api_destination(Name=name, ConnectionArn=connection, HttpMethod="POST",
                                            InvocationEndpoint=endpoint.url + "/hook/*")["ApiDestinationArn"]
        events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
        events.put_targets(Rule=name, Targets=[
            {"Id": str(i), "Arn": arn, "RoleArn": role, "HttpParameters": {"PathParameterValues": [str(i)]}, **one}
            for i, one in enumerate(settings)])
        id_ = events.put_events(Entries=[{**ENTRY, "Source": name}])["Entries"][0]["EventId"]
        got = sorted(endpoint.wait_for(len(settings)), key=lambda one: one["target"])
        return id_, [one["body"] for one in got]

    return deliver


@pytest.mark.parametrize("first", [0, 4])
def test_templates(reach, endpoint, unique, first):
    rows = TEMPLATES[first:first + 4]
    settings = [{"InputTransformer": {"InputPathsMap": PATHS, "InputTemplate": template}} for template, _ in rows]
    _, bodies = reach(endpoint, unique("input"), *settings)
    assert bodies == [expected for _, expected in rows]


def test_reserved_variables(reach, endpoint, unique):
    name = unique("input")
    template = ('{"arn": <aws.events.rule-arn>, "text": "<aws.events.rule-name>", "at": <aws.events.event.ingestion-time>,'
                ' "outline": <aws.events.event>, "whole": <aws.events.event.json>}')
    id_, (body, whole) = reach(endpoint, name, {"InputTransformer": {"InputTemplate": template}}, {})
    got, event = json.loads(body), json.loads(whole)
    assert (got["arn"], got["text"]) == (f"arn:aws:events:us-east-1:{ACCOUNT}:rule/{name}", name)
    assert got["whole"] == event and event["id"] == id_ and event["time"] == "2015-11-11T21:29:54Z"
    assert "detail" not in got["outline"] and got["outline"]["id"] == id_
    assert got["at"] > event["time"] and got["at"].endswith("Z")
    assert f'"detail":{ENTRY["Detail"]}' in whole  # the details pass byte for byte


def test_input_and_input_path(reach, endpoint, unique):
    _, bodies = reach(endpoint, unique("input"), {"Input": '{"a" : 1}'}, {"InputPath": "$.detail.deep"},
                      {"InputPath": "$.detail.state"}, {"InputPath": "$.detail.list[1]"}, {"InputPath": "$.detail.missing"})
    assert bodies == ['{"a" : 1}', '{"k":"v"}', '"RUNNING"', '"two"', "null"]


@pytest.mark.parametrize("settings, message", [
    ({"InputTransformer": {"InputPathsMap": {"a": "$.a"}, "InputTemplate": '"<b>"'}},
     "InputTemplate for target t contains invalid placeholder b."),
    ({"InputTransformer": {"InputTemplate": '"<aws.events.event.json>"'}},
     "InputTemplate for target t contains placeholder aws.events.event.json valid only for JSON template."),
    ({"InputTransformer": {"InputTemplate": "[<aws.events.event.json>]"}},
     "InputTemplate for target t contains placeholder aws.events.event.json valid only for JSON template."),
    ({"InputTransformer": {"InputTemplate": '"a"'}, "InputPath": "$.detail"},
     "Only one of Input, InputPath, or InputTransformer must be provided for target t."),
])
def test_inputs_that_cannot_be(events, unique, settings, message):
    name = unique("rule")
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
    target = {"Id": "t", "Arn": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f", **settings}
    assert refusal(events.put_targets, Rule=name, Targets=[target]) == ("ValidationException", message)
