"""The function's resource policy: who may invoke it besides those whom their own policies allow."""

import json

import pytest

from support.aws import ACCOUNT, allow, deny, policy, refusal, status_of, trust

ECHO = "def handler(event, context):\n    return event\n"


@pytest.fixture
def name(make_function):
    return make_function(ECHO)


def arn_of(name):
    return f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}"


def statements(functions, name):
    return {s["Sid"]: s for s in json.loads(functions.get_policy(FunctionName=name)["Policy"])["Statement"]}


def test_add_show_remove(functions, name):
    assert refusal(functions.get_policy, FunctionName=name) == (
        "ResourceNotFoundException",
        "The resource you requested does not exist.",
    )
    rule = f"arn:aws:events:us-east-1:{ACCOUNT}:rule/daily"
    made = functions.add_permission(
        FunctionName=name,
        StatementId="rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=rule,
        SourceAccount=ACCOUNT,
    )
    expected = {
        "Sid": "rule",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": arn_of(name),
        "Condition": {"StringEquals": {"AWS:SourceAccount": ACCOUNT}, "ArnLike": {"AWS:SourceArn": rule}},
    }
    assert json.loads(made["Statement"]) == expected
    functions.add_permission(
        FunctionName=name, StatementId="account", Action="lambda:*", Principal=ACCOUNT
    )
    assert statements(functions, name) == {
        "rule": expected,
        "account": {
            "Sid": "account",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "lambda:*",
            "Resource": arn_of(name),
        },
    }
    whole = json.loads(functions.get_policy(FunctionName=name)["Policy"])
    assert (whole["Version"], whole["Id"]) == ("2012-10-17", "default")

    functions.remove_permission(FunctionName=name, StatementId="rule")
    assert list(statements(functions, name)) == ["account"]
    assert refusal(functions.remove_permission, FunctionName=name, StatementId="rule") == (
        "ResourceNotFoundException",
        "Statement rule is not found in resource policy.",
    )
    functions.remove_permission(FunctionName=name, StatementId="account")
    assert refusal(functions.get_policy, FunctionName=name)[0] == "ResourceNotFoundException"
    assert status_of(functions.remove_permission, FunctionName=name, StatementId="account") == 404


def test_a_statement_id_taken(functions, name):
    given = {"FunctionName": name, "StatementId": "one", "Action": "lambda:InvokeFunction", "Principal": "*"}
    functions.add_permission(**given)
    code, message = refusal(functions.add_permission, **given)
    assert code == "ResourceConflictException"
    assert message.startswith("The statement id (one) provided already exists.")


def test_revisions(functions, name):
    given = {"FunctionName": name, "Action": "lambda:InvokeFunction", "Principal": "*"}
    functions.add_permission(StatementId="one", **given)
    revision = functions.get_policy(FunctionName=name)["RevisionId"]
    functions.add_permission(StatementId="two", RevisionId=revision, **given)
    code, _ = refusal(functions.add_permission, StatementId="three", RevisionId=revision, **given)
    assert code == "PreconditionFailedException"
    code, _ = refusal(functions.remove_permission, FunctionName=name, StatementId="one", RevisionId=revision)
    assert code == "PreconditionFailedException"


def test_the_policy_dies_with_the_function(functions, make_function, name):
    functions.add_permission(FunctionName=name, StatementId="a", Action="lambda:InvokeFunction", Principal="*")
    functions.delete_function(FunctionName=name)
    make_function(ECHO, FunctionName=name)
    assert refusal(functions.get_policy, FunctionName=name)[0] == "ResourceNotFoundException"


@pytest.fixture
def as_role(server, unique):
    """as_role(statement, …) -> (the role's ARN, a Lambda client that is a session of it)."""

    def make(*given):
        iam, name = server.client("iam"), unique("role")
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(AWS="*"))["Role"]["Arn"]
        if given:
            iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy(*given))
        keys = server.client("sts").assume_role(RoleArn=arn, RoleSessionName="session")["Credentials"]
        return arn, server.client("lambda", keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])

    return make


def test_the_policy_opens_the_function(functions, name, as_role):
    arn, session = as_role()
    code, message = refusal(session.invoke, FunctionName=name, Payload=b"1")
    assert code == "AccessDeniedException"
    assert "is not authorized to perform: lambda:InvokeFunction on resource: " + arn_of(name) in message
    assert f'"Action":"lambda:InvokeFunction","Resource":"{arn_of(name)}"' in message
    assert status_of(session.invoke, FunctionName=name) == 403
    functions.add_permission(FunctionName=name, StatementId="a", Action="lambda:InvokeFunction", Principal=arn)
    assert session.invoke(FunctionName=name, Payload=b"1")["Payload"].read() == b"1"
    assert refusal(session.get_function, FunctionName=name)[0] == "AccessDeniedException"
    functions.remove_permission(FunctionName=name, StatementId="a")
    assert refusal(session.invoke, FunctionName=name)[0] == "AccessDeniedException"


def test_a_roles_own_policy(name, make_function, as_role):
    other = make_function(ECHO)
    _, session = as_role(allow("lambda:*"), deny("lambda:InvokeFunction", arn_of(other)))
    assert session.invoke(FunctionName=name, Payload=b"1")["Payload"].read() == b"1"
    code, message = refusal(session.invoke, FunctionName=other)
    assert code == "AccessDeniedException" and "with an explicit deny in an identity-based policy" in message
    session.get_function(FunctionName=other)


def test_an_invocation_without_the_right_to_it_tells_nothing(as_role, unique):
    _, session = as_role()
    assert refusal(session.invoke, FunctionName=unique("absent"))[0] == "AccessDeniedException"


def test_handing_a_role_over_needs_pass_role(as_role, role, functions, name):
    _, session = as_role(allow("lambda:*"))
    code, message = refusal(session.update_function_configuration, FunctionName=name, Role=role)
    assert code == "AccessDeniedException" and f"iam:PassRole on resource: {role}" in message
    condition = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    _, session = as_role(allow("lambda:*"), allow("iam:PassRole", role, Condition=condition))
    session.update_function_configuration(FunctionName=name, Role=role)
