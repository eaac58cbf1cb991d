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


@pytest.mark.parametrize(
    "principal",
    ["nobody", "amazonaws.com", "s3.amazonaws.org", "Events.amazonaws.com", "0000", f"arn:aws:iam::{ACCOUNT}:role/absent",
     f"arn:aws:iam::{ACCOUNT}:user/absent", f"arn:aws:iam::{ACCOUNT}:group/g", "arn:aws:s3:::bucket", "arn:aws:iam::1:root"],
)
def test_principals_that_do_not_exist(functions, name, principal):
    assert refusal(
        functions.add_permission, FunctionName=name, StatementId="a", Action="lambda:InvokeFunction", Principal=principal
    ) == (
        "InvalidParameterValueException",
        "The provided principal was invalid. Please check the principal and try again.",
    )
    assert refusal(functions.get_policy, FunctionName=name)[0] == "ResourceNotFoundException"


def test_principals_that_do(server, functions, name, unique):
    user = server.client("iam").create_user(UserName=unique("user"), Path="/team/")["User"]["Arn"]
    for number, principal in enumerate(
        [user, f"arn:aws:iam::{ACCOUNT}:root", "*", "111122223333", "s3.amazonaws.com", "logs.us-east-1.amazonaws.com",
         "alexa-appkit.amazon.com", f"arn:aws:sts::{ACCOUNT}:assumed-role/some/session"]
    ):  # fmt: skip
        functions.add_permission(
            FunctionName=name, StatementId=f"s{number}", Action="lambda:GetFunction", Principal=principal
        )
    wrong_path = user.replace("/team/", "/")
    assert refusal(
        functions.add_permission, FunctionName=name, StatementId="a", Action="lambda:*", Principal=wrong_path
    )[0] == "InvalidParameterValueException"


@pytest.mark.parametrize("action", ["lambda:InvokeFunctions", "lambda:CreateEventSourceMapping", "lambda:GetLayerVersion"])
def test_actions_that_do_not_exist(functions, name, action):
    code, message = refusal(
        functions.add_permission, FunctionName=name, StatementId="a", Action=action, Principal="s3.amazonaws.com"
    )
    assert code == "InvalidParameterValueException" and action in message


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


def test_each_qualifier_has_a_policy_of_its_own(functions, name):
    functions.publish_version(FunctionName=name)
    functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    given = {"FunctionName": name, "StatementId": "one", "Action": "lambda:InvokeFunction", "Principal": ACCOUNT}
    functions.add_permission(**given)
    for qualifier in ("1", "live"):
        missing = ("ResourceNotFoundException", "The resource you requested does not exist.")
        assert refusal(functions.get_policy, FunctionName=name, Qualifier=qualifier) == missing
        made = functions.add_permission(**given, Qualifier=qualifier)
        assert json.loads(made["Statement"])["Resource"] == f"{arn_of(name)}:{qualifier}"
        whole = json.loads(functions.get_policy(FunctionName=f"{name}:{qualifier}")["Policy"])
        assert [s["Sid"] for s in whole["Statement"]] == ["one"]
    functions.remove_permission(FunctionName=name, StatementId="one", Qualifier="live")
    assert refusal(functions.get_policy, FunctionName=name, Qualifier="live")[0] == "ResourceNotFoundException"
    assert list(statements(functions, name)) == ["one"]
    assert refusal(functions.add_permission, **given, Qualifier="$LATEST") == (
        "InvalidParameterValueException",
        "We currently do not support adding policies for $LATEST.",
    )
    assert refusal(functions.add_permission, **given, Qualifier="gone") == (
        "ResourceNotFoundException",
        f"Cannot find alias arn: {arn_of(name)}:gone",
    )


def test_revisions_of_qualifiers(functions, name):
    functions.publish_version(FunctionName=name)
    functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    given = {"FunctionName": name, "Action": "lambda:InvokeFunction", "Principal": "*", "Qualifier": "live"}
    before = functions.get_alias(FunctionName=name, Name="live")["RevisionId"]
    functions.add_permission(**given, StatementId="one", RevisionId=before)
    after = functions.get_alias(FunctionName=name, Name="live")["RevisionId"]
    assert after != before
    assert functions.get_policy(FunctionName=name, Qualifier="live")["RevisionId"] == after
    assert refusal(functions.add_permission, **given, StatementId="two", RevisionId=before)[0] == (
        "PreconditionFailedException"
    )


def test_conditions_of_function_urls(functions, name):
    url = functions.add_permission(
        FunctionName=name, StatementId="url", Action="lambda:InvokeFunctionUrl", Principal="*",
        FunctionUrlAuthType="NONE",
    )  # fmt: skip
    assert json.loads(url["Statement"])["Condition"] == {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}
    through = functions.add_permission(
        FunctionName=name, StatementId="through", Action="lambda:InvokeFunction", Principal="*",
        InvokedViaFunctionUrl=True,
    )  # fmt: skip
    assert json.loads(through["Statement"])["Condition"] == {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}
    assert refusal(
        functions.add_permission, FunctionName=name, StatementId="no", Action="lambda:InvokeFunction", Principal="*",
        FunctionUrlAuthType="NONE",
    ) == (
        "InvalidParameterValueException",
        "FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action",
    )  # fmt: skip


def test_an_organization_and_a_token(functions, name):
    made = functions.add_permission(
        FunctionName=name, StatementId="org", Action="lambda:InvokeFunction", Principal="*",
        PrincipalOrgID="o-abcdefghij", EventSourceToken="amzn1.ask.skill",
    )  # fmt: skip
    assert json.loads(made["Statement"])["Condition"] == {
        "StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij", "lambda:EventSourceToken": "amzn1.ask.skill"}
    }


def test_a_qualified_grant_is_for_that_qualifier(server, functions, name, unique):
    """A permission for an alias opens the alias, not the function and not the version behind it."""
    functions.publish_version(FunctionName=name)
    functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    iam, sts = server.client("iam"), server.client("sts")
    role = iam.create_role(RoleName=unique("caller"), AssumeRolePolicyDocument=trust(AWS="*"))["Role"]["Arn"]
    keys = sts.assume_role(RoleArn=role, RoleSessionName="caller")["Credentials"]
    caller = server.client(
        "lambda", access_key=keys["AccessKeyId"], secret=keys["SecretAccessKey"], token=keys["SessionToken"]
    )
    functions.add_permission(
        FunctionName=name, StatementId="them", Action="lambda:InvokeFunction", Principal=role, Qualifier="live"
    )
    assert caller.invoke(FunctionName=name, Qualifier="live")["StatusCode"] == 200
    assert caller.invoke(FunctionName=f"{arn_of(name)}:live")["StatusCode"] == 200
    for qualifier in ({}, {"Qualifier": "1"}):
        code, message = refusal(caller.invoke, FunctionName=name, **qualifier)
        assert code == "AccessDeniedException" and arn_of(name) in message


def test_policies_die_with_what_has_them(functions, name):
    functions.publish_version(FunctionName=name)
    functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    given = {"FunctionName": name, "StatementId": "one", "Action": "lambda:InvokeFunction", "Principal": "*"}
    functions.add_permission(**given, Qualifier="live")
    functions.delete_alias(FunctionName=name, Name="live")
    functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    assert refusal(functions.get_policy, FunctionName=name, Qualifier="live")[0] == "ResourceNotFoundException"
