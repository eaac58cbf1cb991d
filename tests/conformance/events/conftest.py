"""A bus's users, and a function that writes down the events that it gets."""

import json

import pytest

from support.aws import BASIC_EXECUTION, eventually, log_lines, policy, trust, zipped
from support.endpoint import Endpoint

SINK = """
    import json
    def handler(event, context):
        print("EVENT " + json.dumps(event))
"""


@pytest.fixture(scope="session")
def events(server):
    return server.client("events")


@pytest.fixture(scope="session")
def iam(server):
    return server.client("iam")


class Sink:
    """A function that EventBridge may invoke, and what it got."""

    def __init__(self, server):
        iam = server.client("iam")
        role = iam.create_role(RoleName="events-sink", AssumeRolePolicyDocument=trust(Service="lambda.amazonaws.com"))
        iam.attach_role_policy(RoleName="events-sink", PolicyArn=BASIC_EXECUTION)
        functions = server.client("lambda")
        self.arn = functions.create_function(
            FunctionName="events-sink", Runtime="python3.12", Role=role["Role"]["Arn"], Handler="app.handler",
            Code={"ZipFile": zipped(SINK)},
        )["FunctionArn"]
        functions.add_permission(
            FunctionName="events-sink", StatementId="events", Action="lambda:InvokeFunction",
            Principal="events.amazonaws.com",
        )
        self._logs = server.client("logs")

    def got(self, source):
        """The events from `source`, in order of their arrival."""
        lines = log_lines(self._logs, "/aws/lambda/events-sink")
        seen = [json.loads(line[6:]) for line in lines if line.startswith("EVENT ")]
        return [event for event in seen if event.get("source") == source]

    def wait_for(self, source, count=1):
        return eventually(lambda: len(self.got(source)) >= count and self.got(source), 60)


@pytest.fixture(scope="session")
def sink(server):
    return Sink(server)


@pytest.fixture
def endpoint():
    """An HTTP endpoint on this machine."""
    one = Endpoint()
    yield one
    one.close()


@pytest.fixture
def bus(events, unique):
    """The name of an event bus of its own."""
    name = unique("bus")
    events.create_event_bus(Name=name)
    return name


@pytest.fixture
def make_role(iam, unique):
    """make_role(statement, …, trusted=…) -> the ARN of a role that may do just that."""

    def make(*statements, trusted=None):
        name = unique("role")
        trusted = trusted or trust(Service="events.amazonaws.com")
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusted)
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy(*statements))
        return made["Role"]["Arn"]

    return make


@pytest.fixture
def acting_as(server, client, make_role):
    """acting_as(statement, …) -> a client of EventBridge whose role may do just that."""

    def start(*statements):
        role = make_role(*statements, trusted=trust(AWS="*"))
        keys = client("sts").assume_role(RoleArn=role, RoleSessionName="tester")["Credentials"]
        return server.client("events", keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])

    return start


def entry(source, detail=None, **more):
    return {"Source": source, "DetailType": "order", "Detail": json.dumps(detail or {}), **more}
