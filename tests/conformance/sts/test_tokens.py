"""Temporary credentials of users, federated users and web identities; session tags; several accounts."""

import json
import pathlib

import pytest

from support.aws import ACCOUNT, allow, policy, refusal, trust

WEB = json.loads((pathlib.Path(__file__).parent / "web_identity.json").read_text())
ISSUER = "https://issuer.example/realm"


@pytest.fixture(scope="module")
def iam(server):
    return server.client("iam")


@pytest.fixture
def user(server, iam, unique):
    """user(statement, …) -> make(service): clients of a new user who may do just that."""

    def make(*statements):
        name = unique("user")
        iam.create_user(UserName=name)
        if statements:
            iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=policy(*statements))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return lambda service: server.client(service, key["AccessKeyId"], key["SecretAccessKey"])

    return make


def client_of(server, keys, service):
    return server.client(service, keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])


def test_session_tokens_of_users(server, user):
    make = user(allow("s3:*"), allow("iam:*"), allow("sts:*"))
    keys = make("sts").get_session_token(DurationSeconds=900)["Credentials"]
    who = client_of(server, keys, "sts").get_caller_identity()
    assert ":user/" in who["Arn"] and who["UserId"].startswith("AIDA")
    client_of(server, keys, "s3").list_buckets()
    # No IAM without multi-factor authentication, and of STS only AssumeRole and GetCallerIdentity.
    assert refusal(client_of(server, keys, "iam").list_users)[0] == "AccessDenied"
    assert refusal(client_of(server, keys, "sts").get_session_token)[0] == "AccessDenied"


def test_session_tokens_of_the_root(server):
    """As of users: no IAM without multi-factor authentication."""
    keys = server.client("sts").get_session_token()["Credentials"]
    client_of(server, keys, "s3").list_buckets()
    assert refusal(client_of(server, keys, "iam").list_users)[0] == "AccessDenied"
    assert refusal(client_of(server, keys, "sts").get_federation_token, Name="bob")[0] == "AccessDenied"


def test_transitive_tags_in_another_spelling(server, iam, unique):
    """Keys of session tags know no case: TEAM is no way around an inherited team."""
    statement = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": ["sts:AssumeRole", "sts:TagSession"]}
    names = [unique("role"), unique("role")]
    first, second = (iam.create_role(RoleName=n, AssumeRolePolicyDocument=policy(statement))["Role"]["Arn"] for n in names)
    iam.put_role_policy(RoleName=names[0], PolicyName="p", PolicyDocument=policy(allow("sts:*")))
    blue = [{"Key": "team", "Value": "blue"}]
    made = server.client("sts").assume_role(RoleArn=first, RoleSessionName="s1", Tags=blue, TransitiveTagKeys=["team"])
    sts = client_of(server, made["Credentials"], "sts")
    sts.assume_role(RoleArn=second, RoleSessionName="s2")
    for key in ("team", "TEAM"):
        given = {"RoleArn": second, "RoleSessionName": "s2", "Tags": [{"Key": key, "Value": "red"}]}
        assert refusal(sts.assume_role, **given)[0] == "InvalidParameterValue"


def test_federation(server, user):
    make = user(allow("s3:*"), allow("sts:GetFederationToken"), allow("dynamodb:*"))
    given = make("sts").get_federation_token(Name="bob", Policy=policy(allow("s3:ListAllMyBuckets"), allow("iam:*")))
    assert given["FederatedUser"] == {
        "FederatedUserId": f"{ACCOUNT}:bob",
        "Arn": f"arn:aws:sts::{ACCOUNT}:federated-user/bob",
    }
    keys = given["Credentials"]
    assert client_of(server, keys, "sts").get_caller_identity()["Arn"] == given["FederatedUser"]["Arn"]
    client_of(server, keys, "s3").list_buckets()
    assert refusal(client_of(server, keys, "dynamodb").list_tables)[0] == "AccessDeniedException"
    assert refusal(client_of(server, keys, "iam").list_users)[0] == "AccessDenied"
    bare = make("sts").get_federation_token(Name="eve")["Credentials"]
    assert refusal(client_of(server, bare, "s3").list_buckets)[0] == "AccessDenied"


def test_access_key_info(server, user, iam):
    sts = server.client("sts")
    keys = user(allow("sts:*"))("sts").get_session_token()["Credentials"]
    assert sts.get_access_key_info(AccessKeyId=keys["AccessKeyId"])["Account"] == ACCOUNT


def test_authorization_messages_are_not_made_up(server):
    code, _ = refusal(server.client("sts").decode_authorization_message, EncodedMessage="bm90IG9uZSBvZiBvdXJz")
    assert code == "InvalidAuthorizationMessageException"


def trusting(*actions, **more):
    statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": list(actions), **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_session_tags(server, iam, unique):
    sts = server.client("sts")
    plain, tagged = unique("role"), unique("role")
    arn = iam.create_role(RoleName=plain, AssumeRolePolicyDocument=trust(AWS="*"))["Role"]["Arn"]
    tags = [{"Key": "team", "Value": "blue"}]
    assert refusal(sts.assume_role, RoleArn=arn, RoleSessionName="ses", Tags=tags)[0] == "AccessDenied"
    condition = {"StringEquals": {"aws:RequestTag/team": "blue"}}
    document = trusting("sts:AssumeRole", "sts:TagSession", Condition=condition)
    arn = iam.create_role(RoleName=tagged, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    by_tag = {"StringEquals": {"aws:PrincipalTag/team": "blue"}}
    iam.put_role_policy(
        RoleName=tagged, PolicyName="p", PolicyDocument=policy(allow("s3:ListAllMyBuckets", Condition=by_tag))
    )
    keys = sts.assume_role(RoleArn=arn, RoleSessionName="ses", Tags=tags, TransitiveTagKeys=["team"])
    assert keys["PackedPolicySize"] >= 0
    client_of(server, keys["Credentials"], "s3").list_buckets()
    wrong = [{"Key": "team", "Value": "green"}]
    assert refusal(sts.assume_role, RoleArn=arn, RoleSessionName="ses", Tags=wrong)[0] == "AccessDenied"
    assert refusal(sts.assume_role, RoleArn=arn, RoleSessionName="ses", Tags=tags, TransitiveTagKeys=["x"])[0] == (
        "InvalidParameterValue"
    )


def test_source_identity_stays(server, iam, unique):
    sts = server.client("sts")
    first, second = unique("role"), unique("role")
    document = trusting("sts:AssumeRole", "sts:SetSourceIdentity")
    one = iam.create_role(RoleName=first, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    two = iam.create_role(RoleName=second, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    iam.put_role_policy(RoleName=first, PolicyName="p", PolicyDocument=policy(allow("sts:*")))
    given = sts.assume_role(RoleArn=one, RoleSessionName="ses", SourceIdentity="ann")
    assert given["SourceIdentity"] == "ann"
    chained = client_of(server, given["Credentials"], "sts")
    assert chained.assume_role(RoleArn=two, RoleSessionName="next")["SourceIdentity"] == "ann"
    assert refusal(chained.assume_role, RoleArn=two, RoleSessionName="next", SourceIdentity="bob")[0] == "AccessDenied"


@pytest.fixture
def web(own_server, tmp_path):
    keys = tmp_path / "jwks.json"
    keys.write_text(json.dumps({"keys": WEB["keys"]}))
    own = own_server("--clock", "frozen@2026-03-01T00:10:00Z", "--oidc-issuer", f"{ISSUER}={keys}")
    iam = own.client("iam")
    provider = iam.create_open_id_connect_provider(Url=ISSUER, ClientIDList=["sts.amazonaws.com"])
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider["OpenIDConnectProviderArn"]},
        "Action": ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"],
        "Condition": {"StringLike": {"issuer.example/realm:sub": "repo:me/*"}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    own.role = iam.create_role(RoleName="web", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    iam.put_role_policy(RoleName="web", PolicyName="p", PolicyDocument=policy(allow("s3:*")))
    return own


@pytest.mark.parametrize("algorithm", ["rs256", "es256"])
def test_web_identities(web, algorithm):
    given = web.client("sts").assume_role_with_web_identity(
        RoleArn=web.role, RoleSessionName="job", WebIdentityToken=WEB["tokens"][algorithm]
    )
    assert given["SubjectFromWebIdentityToken"] == "repo:me/it" and given["Audience"] == "sts.amazonaws.com"
    client_of(web, given["Credentials"], "s3").list_buckets()
    arn = client_of(web, given["Credentials"], "sts").get_caller_identity()["Arn"]
    assert arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/web/job"


def test_web_identities_that_are_refused(web):
    call = web.client("sts").assume_role_with_web_identity
    token = WEB["tokens"]["rs256"]
    given = {"RoleArn": web.role, "RoleSessionName": "job"}
    assert refusal(call, WebIdentityToken="no.token.atall", **given)[0] == "InvalidIdentityToken"
    assert refusal(call, WebIdentityToken=WEB["tokens"]["other_audience"], **given) == (
        "InvalidIdentityToken",
        "Incorrect token audience",
    )
    head, claims, signature = token.split(".")
    forged = ".".join([head, claims, ("A" if signature[0] != "A" else "B") + signature[1:]])
    assert refusal(call, WebIdentityToken=forged, **given)[0] == "InvalidIdentityToken"
    other = {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRoleWithWebIdentity"}
    web.client("iam").update_assume_role_policy(
        RoleName="web", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [other]})
    )
    assert refusal(call, WebIdentityToken=token, **given) == (
        "AccessDenied",
        "Not authorized to perform sts:AssumeRoleWithWebIdentity",
    )
    web.clock.advance("1h")
    assert refusal(call, WebIdentityToken=token, **given)[0] == "ExpiredTokenException"


def test_several_accounts(own_server):
    other = "111122223333"
    own = own_server("--account-root", f"{other}:AKIAOTHER:secret", "--account-root", "444455556666:AKIATHIRD:secret")
    here, there = own.client("iam"), own.client("iam", "AKIAOTHER", "secret")
    assert own.client("sts", "AKIAOTHER", "secret").get_caller_identity()["Account"] == other
    assert own.client("sts", "AKIATHIRD", "secret").get_caller_identity()["Account"] == "444455556666"
    here.create_user(UserName="ann")
    assert there.list_users()["Users"] == []
    there.create_user(UserName="ann")
    assert there.get_user(UserName="ann")["User"]["Arn"] == f"arn:aws:iam::{other}:user/ann"
    # A role there that trusts this account, for a user here who may assume it.
    role = there.create_role(RoleName="reader", AssumeRolePolicyDocument=trust(AWS=ACCOUNT))["Role"]["Arn"]
    there.put_role_policy(RoleName="reader", PolicyName="p", PolicyDocument=policy(allow("iam:ListUsers")))
    key = here.create_access_key(UserName="ann")["AccessKey"]
    ann = own.client("sts", key["AccessKeyId"], key["SecretAccessKey"])
    assert refusal(ann.assume_role, RoleArn=role, RoleSessionName="ses")[0] == "AccessDenied"
    here.put_user_policy(UserName="ann", PolicyName="p", PolicyDocument=policy(allow("sts:AssumeRole", role)))
    keys = ann.assume_role(RoleArn=role, RoleSessionName="ses")["Credentials"]
    seen = client_of(own, keys, "iam").list_users()["Users"]
    assert [u["Arn"] for u in seen] == [f"arn:aws:iam::{other}:user/ann"]
    there.update_assume_role_policy(RoleName="reader", PolicyDocument=trust(AWS="444455556666"))
    assert refusal(ann.assume_role, RoleArn=role, RoleSessionName="ses")[0] == "AccessDenied"
