"""Sessions of roles: who gets one, what it may, how long it lasts."""

import datetime
import json
import re
import urllib.error

import pytest

from support.aws import ACCOUNT, BASIC_EXECUTION, allow, deny, policy, refusal, signed, status_of, trust


@pytest.fixture(scope="module")
def iam(server):
    return server.client("iam")


@pytest.fixture(scope="module")
def sts(server):
    return server.client("sts")


@pytest.fixture
def make_role(iam, unique):
    """make_role(statement, …, trusted=…) -> the ARN of a role that may do just that."""

    def make(*statements, trusted=None, **more):
        name = unique("role")
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusted or trust(AWS="*"), **more)
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy(*statements))
        return made["Role"]["Arn"]

    return make


@pytest.fixture
def session(server, sts):
    """session(role, "dynamodb", Policy=…) -> a client that is a session of the role."""

    def start(role, service, assuming=None, **more):
        keys = (assuming or sts).assume_role(RoleArn=role, RoleSessionName="tester", **more)["Credentials"]
        return server.client(service, keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])

    return start


@pytest.fixture(scope="module")
def table(server):
    server.client("dynamodb").create_table(
        TableName="sts-tests",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/sts-tests"


@pytest.fixture(scope="module")
def bucket(server):
    s3 = server.client("s3")
    s3.create_bucket(Bucket="sts-tests")
    s3.put_object(Bucket="sts-tests", Key="open/a", Body=b"a")
    s3.put_object(Bucket="sts-tests", Key="closed/a", Body=b"a")
    return "arn:aws:s3:::sts-tests"


def name_of(arn):
    return arn.rpartition("/")[2]


ITEM = {"id": {"S": "a"}}


# --- Who is it? --------------------------------------------------------------------------------------------------------


def test_the_root(sts):
    who = sts.get_caller_identity()
    assert (who["Account"], who["Arn"], who["UserId"]) == (ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT)


def test_a_session(sts, iam, make_role, session):
    role = make_role()
    made = sts.assume_role(RoleArn=role, RoleSessionName="tester")
    keys = made["Credentials"]
    assert re.fullmatch(r"ASIA[A-Z0-9]{16}", keys["AccessKeyId"]) and len(keys["SecretAccessKey"]) == 40
    left = keys["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
    assert datetime.timedelta(minutes=59) < left <= datetime.timedelta(minutes=60, seconds=2)
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{name_of(role)}/tester"
    role_id = iam.get_role(RoleName=name_of(role))["Role"]["RoleId"]
    assert made["AssumedRoleUser"] == {"AssumedRoleId": f"{role_id}:tester", "Arn": arn}
    # No permission is needed to ask this.
    who = session(role, "sts").get_caller_identity()
    assert (who["Account"], who["Arn"], who["UserId"]) == (ACCOUNT, arn, f"{role_id}:tester")


# --- Who gets one? -----------------------------------------------------------------------------------------------------


def test_the_trust_policy_decides(sts, make_role, session):
    role = make_role(trusted=trust(Service="lambda.amazonaws.com"))
    code, message = refusal(sts.assume_role, RoleArn=role, RoleSessionName="tester")
    assert code == "AccessDenied"
    assert message.startswith(
        f"User: arn:aws:iam::{ACCOUNT}:root is not authorized to perform: sts:AssumeRole on resource: {role}"
    )
    assert status_of(sts.assume_role, RoleArn=role, RoleSessionName="tester") == 403


def test_a_role_that_is_not_there_is_denied_alike(sts, unique):
    role = f"arn:aws:iam::{ACCOUNT}:role/{unique('absent')}"
    code, message = refusal(sts.assume_role, RoleArn=role, RoleSessionName="tester")
    assert code == "AccessDenied"
    assert message.startswith(
        f"User: arn:aws:iam::{ACCOUNT}:root is not authorized to perform: sts:AssumeRole on resource: {role}"
    )


def test_another_accounts_role(sts):
    role = "arn:aws:iam::999999999999:role/theirs"
    assert refusal(sts.assume_role, RoleArn=role, RoleSessionName="tester")[0] == "AccessDenied"


def test_a_role_with_a_path(sts, make_role, session):
    role = make_role(Path="/a/b/")
    arn = session(role, "sts").get_caller_identity()["Arn"]
    assert arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/{name_of(role)}/tester"
    wrong = f"arn:aws:iam::{ACCOUNT}:role/{name_of(role)}"
    assert refusal(sts.assume_role, RoleArn=wrong, RoleSessionName="tester")[0] == "AccessDenied"


def test_the_external_id(sts, make_role):
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": ACCOUNT},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": "secret"}},
    }
    role = make_role(trusted=policy(statement))
    sts.assume_role(RoleArn=role, RoleSessionName="tester", ExternalId="secret")
    assert refusal(sts.assume_role, RoleArn=role, RoleSessionName="tester")[0] == "AccessDenied"
    wrong = {"RoleArn": role, "RoleSessionName": "tester", "ExternalId": "wrong"}
    assert refusal(sts.assume_role, **wrong)[0] == "AccessDenied"


def test_from_role_to_role(make_role, session):
    """A session needs the right to assume, and the other role's trust."""
    first = make_role()
    second = make_role(trusted=trust(AWS=f"arn:aws:iam::{ACCOUNT}:root"))
    first_sts = session(first, "sts")
    assert refusal(first_sts.assume_role, RoleArn=second, RoleSessionName="again")[0] == "AccessDenied"
    allowed = session(make_role(allow("sts:AssumeRole", second)), "sts")
    who = session(second, "sts", assuming=allowed).get_caller_identity()["Arn"]
    assert f"/{name_of(second)}/" in who
    long = refusal(allowed.assume_role, RoleArn=second, RoleSessionName="again", DurationSeconds=3601)
    assert long[0] == "ValidationError"


# --- Arguments ---------------------------------------------------------------------------------------------------------


def test_durations(sts, make_role, server):
    role = make_role(MaxSessionDuration=7200)
    keys = sts.assume_role(RoleArn=role, RoleSessionName="tester", DurationSeconds=7200)["Credentials"]
    left = keys["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
    assert datetime.timedelta(minutes=119) < left <= datetime.timedelta(minutes=120, seconds=2)
    assert refusal(sts.assume_role, RoleArn=role, RoleSessionName="tester", DurationSeconds=7201) == (
        "ValidationError",
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    )
    plain = server.client("sts", parameter_validation=False)
    for wrong in (899, 43201):
        code, message = refusal(plain.assume_role, RoleArn=role, RoleSessionName="tester", DurationSeconds=wrong)
        assert code == "ValidationError" and f"'{wrong}' at 'durationSeconds' failed to satisfy constraint" in message
    code, message = refusal(plain.assume_role, RoleArn=role, RoleSessionName="no spaces")
    assert code == "ValidationError" and "'no spaces' at 'roleSessionName'" in message
    assert refusal(plain.assume_role, RoleArn=role)[0] == "ValidationError"
    not_a_role = f"arn:aws:iam::{ACCOUNT}:user/someone"
    assert refusal(sts.assume_role, RoleArn=not_a_role, RoleSessionName="tester")[0] in ("ValidationError", "AccessDenied")


def test_session_policies_are_checked(sts, make_role):
    role = make_role()
    given = {"RoleArn": role, "RoleSessionName": "tester"}
    assert refusal(sts.assume_role, Policy="{", **given)[0] == "MalformedPolicyDocument"
    absent = [{"arn": f"arn:aws:iam::{ACCOUNT}:policy/absent"}]
    assert refusal(sts.assume_role, PolicyArns=absent, **given)[0] in ("ValidationError", "MalformedPolicyDocument")
    made = sts.assume_role(Policy=policy(allow("s3:GetObject")), **given)
    assert 0 < made["PackedPolicySize"] < 100


def test_absent_features_are_named(sts, make_role):
    given = {"RoleArn": make_role(), "RoleSessionName": "ses"}
    provided = [{"ProviderArn": "arn:aws:iam::aws:contextProvider/IdentityCenter", "ContextAssertion": "text"}]
    assert refusal(sts.assume_role, ProvidedContexts=provided, **given)[0] == "NotImplemented"


def test_absent_operations(sts):
    saml = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/r", "PrincipalArn": f"arn:aws:iam::{ACCOUNT}:saml-provider/p"}
    assert refusal(sts.assume_role_with_saml, SAMLAssertion="assertion", **saml)[0] in (
        "NotImplemented",
        "MissingAuthenticationToken",
    )


# --- What it may -------------------------------------------------------------------------------------------------------


def test_without_policies_nothing(make_role, session, table, bucket):
    role = make_role()
    code, message = refusal(session(role, "dynamodb").get_item, TableName="sts-tests", Key=ITEM)
    assert code == "AccessDeniedException"
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{name_of(role)}/tester"
    assert message.startswith(
        f"User: {arn} is not authorized to perform: dynamodb:GetItem on resource: {table} because no identity-based "
        "policy allows the dynamodb:GetItem action"
    )
    assert json.loads(message.partition("would allow it: ")[2]) == allow("dynamodb:GetItem", table)
    code, message = refusal(session(role, "s3").get_object, Bucket="sts-tests", Key="open/a")
    assert code == "AccessDenied" and f's3:GetObject on resource: "{bucket}/open/a"' in message


def test_allow_just_this(make_role, session, table):
    dynamodb = session(make_role(allow(["dynamodb:PutItem", "dynamodb:Get*"], table)), "dynamodb")
    dynamodb.put_item(TableName="sts-tests", Item=ITEM)
    dynamodb.get_item(TableName="sts-tests", Key=ITEM)
    assert refusal(dynamodb.delete_item, TableName="sts-tests", Key=ITEM)[0] == "AccessDeniedException"
    assert refusal(dynamodb.get_item, TableName="sts-tests2", Key=ITEM)[0] == "AccessDeniedException"


def test_actions_know_no_case_and_wildcards(make_role, session, table, bucket):
    dynamodb = session(make_role(allow("DYNAMODB:g?tITEM", table[:-5] + "*")), "dynamodb")
    dynamodb.get_item(TableName="sts-tests", Key=ITEM)
    s3 = session(make_role(allow("s3:Get*", f"{bucket}/open/*")), "s3")
    s3.get_object(Bucket="sts-tests", Key="open/a")
    assert refusal(s3.get_object, Bucket="sts-tests", Key="closed/a")[0] == "AccessDenied"


def test_deny_wins(make_role, session, bucket):
    s3 = session(make_role(allow("s3:*"), deny("s3:GetObject", f"{bucket}/closed/*")), "s3")
    s3.get_object(Bucket="sts-tests", Key="open/a")
    code, message = refusal(s3.get_object, Bucket="sts-tests", Key="closed/a")
    assert code == "AccessDenied" and message.endswith("with an explicit deny in an identity-based policy")


def test_not_action_and_not_resource(make_role, session, table, bucket):
    role = make_role({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"})
    session(role, "dynamodb").get_item(TableName="sts-tests", Key=ITEM)
    assert refusal(session(role, "s3").get_object, Bucket="sts-tests", Key="open/a")[0] == "AccessDenied"
    s3 = session(make_role({"Effect": "Allow", "Action": "s3:*", "NotResource": f"{bucket}/closed/*"}), "s3")
    s3.get_object(Bucket="sts-tests", Key="open/a")
    assert refusal(s3.get_object, Bucket="sts-tests", Key="closed/a")[0] == "AccessDenied"


def test_conditions(make_role, session, table):
    here = {"StringEquals": {"aws:RequestedRegion": "us-east-1"}, "IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}
    session(make_role(allow("dynamodb:*", Condition=here)), "dynamodb").get_item(TableName="sts-tests", Key=ITEM)
    secure = {"Bool": {"aws:SecureTransport": "true"}}
    dynamodb = session(make_role(allow("dynamodb:*", Condition=secure)), "dynamodb")
    assert refusal(dynamodb.get_item, TableName="sts-tests", Key=ITEM)[0] == "AccessDeniedException"


def test_attached_policies_count(iam, make_role, session, table):
    role = make_role()
    dynamodb = session(role, "dynamodb")
    arn = "arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess"
    assert refusal(dynamodb.get_item, TableName="sts-tests", Key=ITEM)[0] == "AccessDeniedException"
    iam.attach_role_policy(RoleName=name_of(role), PolicyArn=arn)
    dynamodb.get_item(TableName="sts-tests", Key=ITEM)
    assert refusal(dynamodb.put_item, TableName="sts-tests", Item=ITEM)[0] == "AccessDeniedException"
    iam.detach_role_policy(RoleName=name_of(role), PolicyArn=arn)
    assert refusal(dynamodb.get_item, TableName="sts-tests", Key=ITEM)[0] == "AccessDeniedException"


def test_awss_policies_are_every_accounts(make_role, session):
    reader = session(make_role(allow("iam:GetPolicy", BASIC_EXECUTION)), "iam")
    assert reader.get_policy(PolicyArn=BASIC_EXECUTION)["Policy"]["Arn"] == BASIC_EXECUTION


def test_a_boundary_bounds(make_role, session, table):
    bound = "arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess"
    dynamodb = session(make_role(allow("*"), PermissionsBoundary=bound), "dynamodb")
    dynamodb.get_item(TableName="sts-tests", Key=ITEM)
    code, message = refusal(dynamodb.put_item, TableName="sts-tests", Item=ITEM)
    assert code == "AccessDeniedException" and "no permissions boundary allows the dynamodb:PutItem action" in message


def test_a_session_policy_narrows(make_role, session, table):
    role = make_role(allow("dynamodb:GetItem", table), allow("dynamodb:PutItem", table))
    narrow = session(role, "dynamodb", Policy=policy(allow(["dynamodb:GetItem", "dynamodb:DeleteItem"])))
    narrow.get_item(TableName="sts-tests", Key=ITEM)
    code, message = refusal(narrow.put_item, TableName="sts-tests", Item=ITEM)
    assert code == "AccessDeniedException" and "no session policy allows the dynamodb:PutItem action" in message
    assert refusal(narrow.delete_item, TableName="sts-tests", Key=ITEM)[0] == "AccessDeniedException"
    managed = session(role, "dynamodb", PolicyArns=[{"arn": BASIC_EXECUTION}])
    assert refusal(managed.get_item, TableName="sts-tests", Key=ITEM)[0] == "AccessDeniedException"


def test_a_change_holds_for_the_next_request(iam, make_role, session, table):
    role = make_role(allow("dynamodb:GetItem"))
    dynamodb = session(role, "dynamodb")
    for _ in range(3):
        dynamodb.get_item(TableName="sts-tests", Key=ITEM)
        iam.put_role_policy(RoleName=name_of(role), PolicyName="p", PolicyDocument=policy(allow("s3:GetObject")))
        assert refusal(dynamodb.get_item, TableName="sts-tests", Key=ITEM)[0] == "AccessDeniedException"
        iam.put_role_policy(RoleName=name_of(role), PolicyName="p", PolicyDocument=policy(allow("dynamodb:GetItem")))


def test_a_role_made_again_is_another(iam, make_role, session, table):
    role = make_role(allow("dynamodb:GetItem"))
    dynamodb = session(role, "dynamodb")
    dynamodb.get_item(TableName="sts-tests", Key=ITEM)
    iam.delete_role_policy(RoleName=name_of(role), PolicyName="p")
    iam.delete_role(RoleName=name_of(role))
    assert refusal(dynamodb.get_item, TableName="sts-tests", Key=ITEM)[0] == "UnrecognizedClientException"
    iam.create_role(RoleName=name_of(role), AssumeRolePolicyDocument=trust(AWS="*"))
    iam.put_role_policy(RoleName=name_of(role), PolicyName="p", PolicyDocument=policy(allow("dynamodb:GetItem")))
    assert refusal(dynamodb.get_item, TableName="sts-tests", Key=ITEM)[0] == "UnrecognizedClientException"
    session(role, "dynamodb").get_item(TableName="sts-tests", Key=ITEM)


# --- How long, and with which token ------------------------------------------------------------------------------------


def test_tokens(server, sts, make_role):
    keys = sts.assume_role(RoleArn=make_role(allow("*")), RoleSessionName="tester")["Credentials"]
    given = (keys["AccessKeyId"], keys["SecretAccessKey"])
    for token in (keys["SessionToken"][:-1] + "!", None):
        assert refusal(server.client("sts", *given, token).get_caller_identity)[0] == "InvalidClientTokenId"
        code, _ = refusal(server.client("dynamodb", *given, token).list_tables)
        assert code == "UnrecognizedClientException"
        assert refusal(server.client("s3", *given, token).list_buckets)[0] in ("InvalidToken", "InvalidAccessKeyId")
    wrong = server.client("sts", keys["AccessKeyId"], "wrong", keys["SessionToken"])
    assert refusal(wrong.get_caller_identity)[0] == "SignatureDoesNotMatch"
    assert refusal(server.client("sts", token="anything").get_caller_identity)[0] == "InvalidClientTokenId"


def test_expiry_by_the_clock(own_server):
    server = own_server("--clock", "frozen@2026-03-01T00:00:00Z")
    role = server.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=trust(AWS="*"))["Role"]["Arn"]
    server.client("iam").put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=policy(allow("*")))
    keys = server.client("sts").assume_role(RoleArn=role, RoleSessionName="tester", DurationSeconds=900)["Credentials"]
    assert keys["Expiration"] == datetime.datetime(2026, 3, 1, 0, 15, tzinfo=datetime.timezone.utc)
    given = (keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    dynamodb, s3, sts, functions = (server.client(name, *given) for name in ("dynamodb", "s3", "sts", "lambda"))
    server.clock.advance("14m59s")
    dynamodb.list_tables()
    server.clock.advance("1s")
    assert refusal(dynamodb.list_tables) == (
        "ExpiredTokenException",
        "The security token included in the request is expired",
    )
    assert refusal(s3.list_buckets) == ("ExpiredToken", "The provided token has expired.")
    assert refusal(sts.get_caller_identity)[0] == "ExpiredToken"
    assert refusal(functions.list_functions)[0] == "ExpiredTokenException"
    # Much later nothing is known of it any more, before and after a restart.
    server.clock.advance("24h")
    assert refusal(dynamodb.list_tables)[0] in ("ExpiredTokenException", "UnrecognizedClientException")
    assert server.stop() == 0
    server.flags = ()
    server.start()
    assert refusal(dynamodb.list_tables)[0] == "UnrecognizedClientException"


def test_sessions_survive_a_restart(own_server):
    server = own_server()
    role = server.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=trust(AWS="*"))["Role"]["Arn"]
    keys = server.client("sts").assume_role(RoleArn=role, RoleSessionName="tester")["Credentials"]
    assert server.stop() == 0
    server.start()
    who = server.client("sts", keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    assert who.get_caller_identity()["Arn"].endswith("assumed-role/r/tester")


def test_orrerys_own_api_is_the_roots(server, sts, make_role):
    keys = sts.assume_role(RoleArn=make_role(allow("*")), RoleSessionName="tester")["Credentials"]
    given = {"key": keys["AccessKeyId"], "secret": keys["SecretAccessKey"], "token": keys["SessionToken"]}
    reply = signed(server, "orrery", "GET", "/_orrery/clock", **given)
    assert (reply.status, reply.json["code"]) == (403, "AccessDenied")
    assert signed(server, "orrery", "GET", "/_orrery/clock").status == 200
    assert signed(server, "sts", "GET", "/_orrery/clock").status == 403
    with pytest.raises(urllib.error.HTTPError):
        server.admin("GET", "/_orrery/nothing")
