"""Topics, an HTTP endpoint that takes what they send, and a function that writes down its events."""

import json

import pytest

from support.aws import BASIC_EXECUTION, eventually, log_lines, policy, trust, zipped
from support.endpoint import Endpoint
from support.notifications import messages, wait_for

SINK = """
    import json
    def handler(event, context):
        print("EVENT " + json.dumps(event))
"""


@pytest.fixture(scope="session")
def sns(server):
    return server.client("sns")


@pytest.fixture(scope="session")
def iam(server):
    return server.client("iam")


@pytest.fixture
def topic(sns, unique):
    """The ARN of a topic of its own."""
    return sns.create_topic(Name=unique("topic"))["TopicArn"]


@pytest.fixture
def endpoint():
    one = Endpoint()
    yield one
    one.close()


@pytest.fixture
def subscribe_http(sns, endpoint):
    """subscribe_http(topic, …) -> the ARN of a subscription of the endpoint, confirmed."""

    def start(topic, path="/hook", attributes=None, client=sns):
        before = len(messages(endpoint, "SubscriptionConfirmation", path))
        arn = client.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url + path,
                               Attributes=attributes or {}, ReturnSubscriptionArn=True)["SubscriptionArn"]
        invitation = wait_for(endpoint, "SubscriptionConfirmation", before + 1, path)[-1]
        assert client.confirm_subscription(TopicArn=topic, Token=invitation["Token"])["SubscriptionArn"] == arn
        return arn

    return start


class Sink:
    """A function that SNS may invoke, and what it got."""

    def __init__(self, server):
        iam = server.client("iam")
        role = iam.create_role(RoleName="sns-sink", AssumeRolePolicyDocument=trust(Service="lambda.amazonaws.com"))
        iam.attach_role_policy(RoleName="sns-sink", PolicyArn=BASIC_EXECUTION)
        self.functions = server.client("lambda")
        self.arn = self.functions.create_function(
            FunctionName="sns-sink", Runtime="python3.12", Role=role["Role"]["Arn"], Handler="app.handler",
            Code={"ZipFile": zipped(SINK)},
        )["FunctionArn"]
        self.functions.add_permission(FunctionName="sns-sink", StatementId="sns", Action="lambda:InvokeFunction",
                                      Principal="sns.amazonaws.com")
        self._logs = server.client("logs")

    def got(self, topic):
        """The records of that topic, in order of their arrival."""
        lines = log_lines(self._logs, "/aws/lambda/sns-sink")
        events = [json.loads(line[6:]) for line in lines if line.startswith("EVENT ")]
        return [record for event in events for record in event.get("Records", [])
                if record["Sns"]["TopicArn"] == topic]

    def wait_for(self, topic, count=1):
        return eventually(lambda: len(self.got(topic)) >= count and self.got(topic), 60)


@pytest.fixture(scope="session")
def sink(server):
    return Sink(server)


@pytest.fixture
def acting_as(server, client, iam, unique):
    """acting_as(statement, …) -> a client of SNS whose role may do just that."""

    def start(*statements, service="sns"):
        name = unique("role")
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(AWS="*"))["Role"]["Arn"]
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy(*statements))
        keys = client("sts").assume_role(RoleArn=role, RoleSessionName="tester")["Credentials"]
        return server.client(service, keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])

    return start
