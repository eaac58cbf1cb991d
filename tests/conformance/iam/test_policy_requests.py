"""Policies at work: condition keys of requests, changes that hold at once, explanations, suggestions, audit mode."""

import json
import subprocess

import pytest

from support.aws import ACCOUNT, allow, deny, policy, raw, refusal, sign, trust
from support.server import BINARY, REGION, plain_environment

GROUP = {"logGroupName": "policy-requests"}
ARN = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:policy-requests:log-stream:"
READ, WRITE = "logs:DescribeLogStreams", "logs:PutRetentionPolicy"


@pytest.fixture(scope="module")
def world(server):
    server.client("logs").create_log_group(**GROUP, tags={"team": "blue"})
    server.client("s3").create_bucket(Bucket="policy-requests")
    return server


@pytest.fixture
def session(world, unique):
    """session(statement, …) -> (client maker, role name, session ARN)"""

    def start(*statements, **role):
        name = unique("role")
        iam = world.client("iam")
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(AWS="*"), **role)
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy(*statements))
        made = world.client("sts").assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{name}", RoleSessionName="s1")
        keys = made["Credentials"]

        def client(service, **config):
            return world.client(service, keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], **config)

        return client, name, made["AssumedRoleUser"]["Arn"]

    return start


def passes(call, **arguments) -> bool:
    try:
        call(**arguments)
        return True
    except Exception as refused:  # noqa: BLE001
        assert refused.response["Error"]["Code"].startswith("AccessDenied"), refused
        return False


def orrery(server, *words):
    environment = {**plain_environment(), "ORRERY_URL": server.url}
    return subprocess.run([BINARY, *words], capture_output=True, text=True, env=environment, timeout=30)


HOLDS = [
    {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}},
    {"Bool": {"aws:SecureTransport": "false"}},
    {"StringEquals": {"aws:RequestedRegion": REGION}},
    {"StringLike": {"aws:UserAgent": "Boto3/*"}},
    {"StringEquals": {"aws:ResourceTag/team": "blue"}},
    {"StringEquals": {"aws:resourcetag/TEAM": "blue"}},
    {"StringEquals": {"aws:PrincipalType": "AssumedRole", "aws:PrincipalAccount": ACCOUNT}},
    {"StringLike": {"aws:userid": "AROA*:s1"}},
    {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/*"}},
    {"Bool": {"aws:ViaAWSService": "false", "aws:PrincipalIsAWSService": "false"}},
    {"Null": {"aws:CalledVia": "true", "aws:SourceArn": "true", "aws:username": "true", "aws:Referer": "true"}},
    {"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}},
    {"NumericGreaterThan": {"aws:EpochTime": "1577836800"}},
    {"StringEquals": {"aws:ResourceAccount": ACCOUNT}},
]
FAILS = [
    {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
    {"Bool": {"aws:SecureTransport": "true"}},
    {"StringEquals": {"aws:RequestedRegion": "eu-central-1"}},
    {"StringEquals": {"aws:ResourceTag/team": "red"}},
    {"StringEquals": {"aws:ResourceTag/none": "blue"}},
    {"StringEquals": {"aws:PrincipalType": "User"}},
    {"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}},
]


@pytest.mark.parametrize("condition", HOLDS, ids=str)
def test_keys_that_hold(session, condition):
    client, _, _ = session(allow(READ, ARN, Condition=condition))
    assert passes(client("logs").describe_log_streams, **GROUP)


@pytest.mark.parametrize("condition", FAILS, ids=str)
def test_keys_that_do_not(session, condition):
    client, _, _ = session(allow(READ, ARN, Condition=condition))
    assert not passes(client("logs").describe_log_streams, **GROUP)


def test_tags_of_the_request(session, unique):
    client, _, _ = session(
        allow("logs:CreateLogGroup", Condition={"StringEquals": {"aws:RequestTag/team": "blue"}}),
        allow("logs:TagResource", Condition={"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}}))
    logs = client("logs")
    assert passes(logs.create_log_group, logGroupName=unique("g"), tags={"team": "blue"})
    assert not passes(logs.create_log_group, logGroupName=unique("g"), tags={"team": "red"})
    assert not passes(logs.create_log_group, logGroupName=unique("g"), tags={"team": "blue", "x": "y"})
    assert not passes(logs.create_log_group, logGroupName=unique("g"))


def test_keys_of_s3(session):
    client, _, _ = session(
        allow("s3:ListBucket", Condition={"StringLike": {"s3:prefix": "open/*"}, "NumericLessThanEquals": {"s3:max-keys": 10}}),
        allow("s3:PutObject", Condition={"StringEquals": {"s3:x-amz-storage-class": "STANDARD", "s3:authType": "REST-HEADER",
                                                          "s3:signatureversion": "AWS4-HMAC-SHA256"},
                                         "NumericLessThan": {"s3:signatureAge": 600000}}))
    s3 = client("s3")
    assert passes(s3.list_objects_v2, Bucket="policy-requests", Prefix="open/x", MaxKeys=10)
    assert not passes(s3.list_objects_v2, Bucket="policy-requests", Prefix="open/x", MaxKeys=11)
    assert not passes(s3.list_objects_v2, Bucket="policy-requests", Prefix="closed/", MaxKeys=1)
    assert passes(s3.put_object, Bucket="policy-requests", Key="k", Body=b"x", StorageClass="STANDARD")
    assert not passes(s3.put_object, Bucket="policy-requests", Key="k", Body=b"x")


def test_handing_over_a_role(session, unique):
    role = f"arn:aws:iam::{ACCOUNT}:role/anything"
    for service, outcome in (("events.amazonaws.com", True), ("lambda.amazonaws.com", False)):
        client, _, _ = session(allow("events:PutRule"),
                               allow("iam:PassRole", role, Condition={"StringEquals": {"iam:PassedToService": service}}))
        assert passes(client("events").put_rule, Name=unique("rule"), ScheduleExpression="rate(1 day)",
                      RoleArn=role) == outcome


def test_a_change_is_in_force_for_the_next_request(world, session):
    client, name, _ = session()
    iam, logs = world.client("iam"), client("logs")
    for _ in range(10):
        assert not passes(logs.describe_log_streams, **GROUP)
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy(allow(READ, ARN)))
        assert passes(logs.describe_log_streams, **GROUP)
        iam.delete_role_policy(RoleName=name, PolicyName="p")


# --- What a refusal says -----------------------------------------------------------------------------------------------


def test_sentences(world, session):
    client, _, who = session(allow("logs:FilterLogEvents"), deny(WRITE))
    logs = client("logs")
    code, message = refusal(logs.describe_log_streams, **GROUP)
    assert code == "AccessDeniedException"
    assert message.startswith(f"User: {who} is not authorized to perform: {READ} on resource: {ARN} because "
                              f"no identity-based policy allows the {READ} action")
    code, message = refusal(logs.put_retention_policy, **GROUP, retentionInDays=1)
    assert (code, message) == ("AccessDeniedException", f"User: {who} is not authorized to perform: {WRITE} on "
                               f"resource: {ARN} with an explicit deny in an identity-based policy")
    code, message = refusal(client("s3").list_objects_v2, Bucket="policy-requests")
    assert code == "AccessDenied"
    assert message.startswith(f'User: {who} is not authorized to perform: s3:ListBucket on resource: '
                              '"arn:aws:s3:::policy-requests" because no identity-based policy allows')
    code, message = refusal(client("iam").list_roles)
    assert code == "AccessDenied" and f"User: {who} is not authorized to perform: iam:ListRoles on resource: " in message


# --- The access log ----------------------------------------------------------------------------------------------------


def id_of_refusal(call, **arguments):
    with pytest.raises(Exception) as caught:
        call(**arguments)
    return caught.value.response["ResponseMetadata"]["RequestId"]


def test_explain_a_refusal(world, session):
    client, _, who = session(allow(READ, ARN, Sid="Mine", Condition={"StringEquals": {"aws:RequestedRegion": "x"}}),
                             allow("s3:*"))
    request = id_of_refusal(client("logs").describe_log_streams, **GROUP)
    told = orrery(world, "explain", request)
    assert told.returncode == 0, told.stderr
    text = told.stdout
    assert f"{READ} on {ARN}: implicitly denied" in text
    assert f"{who} asks for {READ} on {ARN}" in text
    assert "identity-based policies: no statement applies" in text
    assert '(Mine): Allow does not apply: Condition StringEquals aws:requestedregion "x" does not hold: the request has ' in text
    assert "Allow does not apply: Action does not match" in text


def test_explain_what_passed(world, session):
    client, name, _ = session(allow("sqs:*"), allow(READ, ARN))
    reply = client("logs").describe_log_streams(**GROUP)
    shown = world.admin("GET", f"/_orrery/requests/{reply['ResponseMetadata']['RequestId']}")
    access = shown["accesses"][0]
    assert (shown["operation"], shown["error"]) == ("logs:DescribeLogStreams", "")
    assert (access["decision"], access["by"]) == (
        "allowed", f"identity-based policy inline p of role {name}, statement 2")
    unknown = orrery(world, "explain", "0000")
    assert unknown.returncode == 1 and "there is no request 0000 in the access log" in unknown.stderr
    assert orrery(world, "explain").returncode == 2


def test_explanations_name_the_policies(world, session, unique):
    """Managed policies by their ARN, inline ones by name and owner, boundaries by their ARN."""
    iam = world.client("iam")
    boundary = iam.create_policy(PolicyName=unique("b"), PolicyDocument=policy(allow("s3:*")))["Policy"]["Arn"]
    client, name, _ = session(allow("sqs:*"), PermissionsBoundary=boundary)
    iam.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    text = orrery(world, "explain", id_of_refusal(client("logs").describe_log_streams, **GROUP)).stdout
    assert f"inline p of role {name}, statement 1: Allow does not apply: Action does not match" in text
    assert "identity-based policies: arn:aws:iam::aws:policy/ReadOnlyAccess, statement" in text
    assert f"boundary {boundary}, statement 1: Allow does not apply" in text


def test_explanations_name_session_and_trust_policies(world, session, unique):
    iam, sts = world.client("iam"), world.client("sts")
    name = unique("role")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(AWS="*"))["Role"]["Arn"]
    made = sts.assume_role(RoleArn=role, RoleSessionName="s1", Policy=policy(allow("s3:*")))
    shown = world.admin("GET", f"/_orrery/requests/{made['ResponseMetadata']['RequestId']}")
    assert shown["accesses"][0]["by"] == f"trust policy of {role}, statement 1"
    keys = made["Credentials"]
    iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=policy(allow("*")))
    logs = world.client("logs", keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    text = orrery(world, "explain", id_of_refusal(logs.describe_log_streams, **GROUP)).stdout
    assert "session policy 1, statement 1: Allow does not apply" in text
    assert f"identity-based policies: inline all of role {name}, statement 1 allows" in text


def test_what_is_suggested_holds_no_wildcards(session):
    client, _, _ = session(allow("sqs:*"))
    message = refusal(client("s3").get_object, Bucket="policy-requests", Key="*")[1]
    assert json.loads(message.partition("would allow it: ")[2])["Resource"] == "arn:aws:s3:::policy-requests/${*}"


def test_explain_a_trust_policy(world, session, unique):
    client, _, who = session(allow("sts:AssumeRole"))
    name = unique("role")
    world.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust(Service="lambda.amazonaws.com"))
    request = id_of_refusal(client("sts").assume_role, RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{name}", RoleSessionName="x1")
    assert "the role's trust policy" in orrery(world, "explain", request).stdout


def test_suggest_is_the_least_policy(world, session, unique):
    """What is suggested for a wide role's calls lets a fresh role make the same calls, and nothing else."""
    client, name, who = session(allow("*"))
    logs, s3 = client("logs"), client("s3")
    logs.put_retention_policy(**GROUP, retentionInDays=30)
    logs.describe_log_streams(**GROUP)
    s3.put_object(Bucket="policy-requests", Key="a*b", Body=b"x")
    s3.list_buckets()
    for principal in (who, f"arn:aws:iam::{ACCOUNT}:role/{name}"):
        told = orrery(world, "policy", "suggest", "--principal", principal, "--since", "1h")
        assert told.returncode == 0, told.stderr
        suggested = json.loads(told.stdout)
        assert suggested["Version"] == "2012-10-17"
        found = {(tuple(s["Action"]) if isinstance(s["Action"], list) else (s["Action"],)): s["Resource"]
                 for s in suggested["Statement"]}
        assert found == {(READ, WRITE): ARN, ("s3:ListAllMyBuckets",): "*",
                         ("s3:PutObject",): "arn:aws:s3:::policy-requests/a${*}b"}
    fresh, _, _ = session(*suggested["Statement"])
    assert passes(fresh("logs").describe_log_streams, **GROUP)
    assert passes(fresh("s3").put_object, Bucket="policy-requests", Key="a*b", Body=b"x")
    assert not passes(fresh("s3").put_object, Bucket="policy-requests", Key="acb", Body=b"x")
    assert not passes(fresh("logs").delete_log_group, **GROUP)


def test_suggest_says_when_there_is_nothing(world):
    told = orrery(world, "policy", "suggest", "--principal", "arn:aws:iam::000000000000:user/none")
    assert told.returncode == 1 and "has no call" in told.stderr
    wrong = orrery(world, "policy", "suggest", "--principle", "x")
    assert wrong.returncode == 2 and "did you mean --principal?" in wrong.stderr


def test_the_log_survives_and_is_bounded(own_server):
    server = own_server("--access-log", "1")
    s3 = server.client("s3")
    s3.create_bucket(Bucket="bounded")
    first = s3.put_object(Bucket="bounded", Key="x" * 900, Body=b"")["ResponseMetadata"]["RequestId"]
    server.stop()
    server.start()
    assert server.admin("GET", f"/_orrery/requests/{first}")["operation"] == "s3:PutObject"
    for letter in "ab":  # each key by itself is in the log: a thousand of 900 bytes
        names = [{"Key": f"{i:04}" + letter * 896} for i in range(1000)]
        s3.delete_objects(Bucket="bounded", Delete={"Objects": names, "Quiet": True})
        server.admin("POST", "/_orrery/policy/suggest", {"principal": "x"})  # writes what is in memory
    with pytest.raises(Exception, match="404"):
        server.admin("GET", f"/_orrery/requests/{first}")


def test_no_log(own_server):
    server = own_server("--access-log", "0")
    told = orrery(server, "explain", "x")
    assert told.returncode == 1 and "--access-log 0" in told.stderr


# --- Modes -------------------------------------------------------------------------------------------------------------


def test_audit_lets_pass_and_says_so(own_server):
    server = own_server("--iam", "audit")
    assert "audit" in next(line for line in server.log_text().splitlines() if "listening" in line)
    server.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=trust(AWS="*"))
    keys = server.client("sts").assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/r", RoleSessionName="s1")["Credentials"]
    s3 = server.client("s3", keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    request = s3.list_buckets()["ResponseMetadata"]["RequestId"]
    warning = next(line for line in server.log_text().splitlines() if "would be denied" in line)
    assert "s3:ListAllMyBuckets" in warning and request in warning
    assert "let pass (--iam audit)" in orrery(server, "explain", request).stdout


def test_the_banner_and_unknown_modes(own_server, server):
    assert "enforce" in next(line for line in server.log_text().splitlines() if "listening" in line)
    wrong = orrery(server, "serve", "--iam", "off", "--port", "0")
    assert wrong.returncode == 2 and '"off" is not one of: enforce, audit' in wrong.stderr


# --- Signatures that are not the principal's -----------------------------------------------------------------------------


HEADERS = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "Logs_20140328.DescribeLogGroups"}


@pytest.mark.parametrize("change", [
    lambda text: text[:-1] + ("0" if text[-1] != "0" else "1"),  # forged
    lambda text: text[:-1],  # truncated
    lambda text: text[: text.index("Signature=") + len("Signature=")],
    lambda text: text.replace("us-east-1", "eu-west-1"),
    lambda text: text.replace("aws4_request", "aws5_request"),
])
def test_forged_and_truncated_signatures(world, change):
    headers = sign(world, "logs", "POST", "/", HEADERS, b"{}")
    headers["Authorization"] = change(headers["Authorization"])
    reply = raw(world, "POST", "/", headers, b"{}")
    assert reply.status in (400, 403), reply.text


def test_a_replayed_signature_is_good_for_the_same_request_only(world):
    headers = sign(world, "logs", "POST", "/", HEADERS, b"{}")
    assert raw(world, "POST", "/", headers, b"{}").status == 200
    assert raw(world, "POST", "/", headers, b"{}").status == 200  # as AWS: until it is 15 minutes old
    assert raw(world, "POST", "/", headers, b'{"limit": 1}').status == 400
    headers["X-Amz-Target"] = "Logs_20140328.DeleteLogGroup"
    assert raw(world, "POST", "/", headers, b"{}").status == 400


# --- Confused deputies ---------------------------------------------------------------------------------------------------


def test_the_external_id(world, session, unique):
    client, _, _ = session(allow("sts:AssumeRole"))
    name = unique("role")
    trusted = json.loads(trust(AWS=ACCOUNT))
    trusted["Statement"][0]["Condition"] = {"StringEquals": {"sts:ExternalId": "42"}}
    world.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trusted))
    role = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/{name}", "RoleSessionName": "s1"}
    assert passes(client("sts").assume_role, ExternalId="42", **role)
    assert not passes(client("sts").assume_role, ExternalId="43", **role)
    assert not passes(client("sts").assume_role, **role)


# --- Rows of a table -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("keys", "outcome"), [(["a"], True), (["b"], False), (["a", "b"], True)])
def test_leading_keys(world, session, unique, keys, outcome):
    table = unique("table")
    world.client("dynamodb").create_table(
        TableName=table, KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}], BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}])
    client, _, _ = session(allow("dynamodb:GetItem", Condition={"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": keys}}))
    assert passes(client("dynamodb").get_item, TableName=table, Key={"id": {"S": "a"}}) == outcome
