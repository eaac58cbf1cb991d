"""Ways to more rights than one has, and what stands in them."""

import json

import pytest

from support.aws import ACCOUNT, allow, deny, policy, refusal, trust, zipped

LAMBDA = trust(Service="lambda.amazonaws.com")
TAGS = [{"Key": "team", "Value": "blue"}]
GONE = ("InvalidClientTokenId", "UnrecognizedClientException", "InvalidToken")


@pytest.fixture(scope="module")
def iam(server):
    return server.client("iam")


@pytest.fixture
def user(server, iam, unique):
    """user(statement, …) -> (client maker, name)"""

    def make(*statements, name=None):
        name = name or unique("user")
        iam.create_user(UserName=name)
        if statements:
            iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=policy(*statements))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return lambda service: server.client(service, key["AccessKeyId"], key["SecretAccessKey"]), name

    return make


@pytest.fixture
def remove(iam):
    def away(name):
        for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
            iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
        for inline in iam.list_user_policies(UserName=name)["PolicyNames"]:
            iam.delete_user_policy(UserName=name, PolicyName=inline)
        iam.delete_user(UserName=name)

    return away


def client_of(server, made, service):
    keys = made["Credentials"]
    return server.client(service, keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])


# --- Tags at creation need the right to tag ------------------------------------------------------------------------------


CREATED = {
    "TagUser": ("create_user", lambda n: {"UserName": n}),
    "TagRole": ("create_role", lambda n: {"RoleName": n, "AssumeRolePolicyDocument": LAMBDA}),
    "TagPolicy": ("create_policy", lambda n: {"PolicyName": n, "PolicyDocument": policy(allow("s3:GetObject"))}),
    "TagInstanceProfile": ("create_instance_profile", lambda n: {"InstanceProfileName": n}),
    "TagMFADevice": ("create_virtual_mfa_device", lambda n: {"VirtualMFADeviceName": n}),
    "TagOpenIDConnectProvider": ("create_open_id_connect_provider", lambda n: {"Url": f"https://{n}.example"}),
    "TagSAMLProvider": ("create_saml_provider", lambda n: {"Name": n, "SAMLMetadataDocument": "x" * 1000}),
}


def test_tags_at_creation(user, unique):
    maker, _ = user(allow("iam:Create*"))
    tagger, _ = user(allow("iam:Create*"), allow("iam:Tag*"))
    mine, theirs = maker("iam"), tagger("iam")
    for action, (operation, arguments) in CREATED.items():
        code, message = refusal(getattr(mine, operation), **arguments(unique("t")), Tags=TAGS)
        assert code == "AccessDenied" and f"not authorized to perform: iam:{action} on resource: arn:" in message, action
        getattr(mine, operation)(**arguments(unique("t")))
        getattr(theirs, operation)(**arguments(unique("t")), Tags=TAGS)


def test_tags_of_new_functions(user, iam, unique):
    role = iam.create_role(RoleName=unique("role"), AssumeRolePolicyDocument=LAMBDA)["Role"]["Arn"]
    maker, _ = user(allow(["lambda:Create*", "iam:PassRole"]))
    function = {"FunctionName": unique("f"), "Runtime": "python3.11", "Handler": "app.h", "Role": role,
                "Code": {"ZipFile": zipped("def h(event, context): pass")}}
    signing = {"AllowedPublishers": {"SigningProfileVersionArns": [
        f"arn:aws:signer:us-east-1:{ACCOUNT}:/signing-profiles/p/abcdefghij"]}}
    for operation, arguments in (("create_function", function), ("create_code_signing_config", signing)):
        code, message = refusal(getattr(maker("lambda"), operation), **arguments, Tags={"team": "blue"})
        assert code == "AccessDeniedException" and "perform: lambda:TagResource on resource: arn:aws:lambda:" in message
        getattr(maker("lambda"), operation)(**arguments)


def test_system_tags(iam, unique):
    assert refusal(iam.create_user, UserName=unique("u"), Tags=[{"Key": "aws:x", "Value": "y"}])[0] == "InvalidInput"


# --- Names that are not the thing's ----------------------------------------------------------------------------------------


def test_moving_needs_the_right_to_the_target(iam, user, unique):
    mover, _ = user(allow("iam:UpdateUser", f"arn:aws:iam::{ACCOUNT}:user/dev/*"),
                    allow("iam:UpdateGroup", f"arn:aws:iam::{ACCOUNT}:group/dev/*"))
    name, group = unique("moved"), unique("moved")
    iam.create_user(UserName=name, Path="/dev/")
    iam.create_group(GroupName=group, Path="/dev/")
    assert refusal(mover("iam").update_user, UserName=name, NewPath="/admin/")[0] == "AccessDenied"
    assert refusal(mover("iam").update_group, GroupName=group, NewPath="/admin/")[0] == "AccessDenied"
    mover("iam").update_user(UserName=name, NewPath="/dev/a/", NewUserName=name + "2")
    mover("iam").update_group(GroupName=group, NewPath="/dev/a/")


def test_an_arn_is_of_the_thing_path_included(iam, user, unique):
    name = unique("admin")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=LAMBDA)
    false_arn = f"arn:aws:iam::{ACCOUNT}:role/dev/{name}"
    looker, _ = user(allow("iam:*", f"arn:aws:iam::{ACCOUNT}:role/dev/*"))
    mine = looker("iam")
    assert refusal(mine.simulate_principal_policy, PolicySourceArn=false_arn, ActionNames=["s3:GetObject"])[0] == "NoSuchEntity"
    assert refusal(mine.get_context_keys_for_principal_policy, PolicySourceArn=false_arn)[0] == "NoSuchEntity"
    assert refusal(mine.list_policies_granting_service_access, Arn=false_arn, ServiceNamespaces=["s3"])[0] == "NoSuchEntity"


def test_tags_of_a_user_whatever_its_path(iam, user, unique):
    """Words that divide other services' ARNs are plain text in a path."""
    name = unique("locked")
    iam.create_user(UserName=name, Path="/stream/", Tags=[{"Key": "locked", "Value": "yes"}])
    other, _ = user(allow("iam:*"), deny("iam:*", Condition={"StringEquals": {"aws:ResourceTag/locked": "yes"}}))
    assert refusal(other("iam").delete_user, UserName=name)[0] == "AccessDenied"


def test_simulation_takes_no_wildcards(iam):
    assert refusal(iam.simulate_custom_policy, PolicyInputList=[policy(allow("s3:*"))],
                   ActionNames=["s3:*"]) == ("InvalidInput", "Invalid Action: s3:*")


def test_a_name_twice_in_a_policy(iam, unique):
    """Of two Effects, the parser must not choose."""
    document = policy(deny("s3:*")).replace('"Effect": "Deny"', '"Effect": "Deny", "Effect": "Allow"')
    assert refusal(iam.create_policy, PolicyName=unique("p"), PolicyDocument=document) == (
        "MalformedPolicyDocument", "Syntax errors in policy.")


# --- Who is deleted is gone, whoever takes the name ------------------------------------------------------------------------


def test_sessions_of_a_deleted_role(server, iam, unique):
    name = unique("role")
    made = {"RoleName": name, "AssumeRolePolicyDocument": trust(AWS="*")}
    role = iam.create_role(**made)["Role"]["Arn"]
    s3 = client_of(server, server.client("sts").assume_role(RoleArn=role, RoleSessionName="s1"), "s3")
    assert refusal(s3.list_buckets)[0] == "AccessDenied"
    iam.delete_role(RoleName=name)
    assert refusal(s3.list_buckets)[0] in GONE
    iam.create_role(**made)
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy(allow("*")))
    assert refusal(s3.list_buckets)[0] in GONE


def test_sessions_of_a_deleted_user(server, user, remove, unique):
    name = unique("user")
    first, _ = user(allow("*"), name=name)
    token = first("sts").get_session_token()
    federated = first("sts").get_federation_token(Name="bob", Policy=policy(allow("*")))
    clients = [client_of(server, made, "s3") for made in (token, federated)]
    for s3 in clients:
        s3.list_buckets()
    remove(name)
    for s3 in clients:
        assert refusal(s3.list_buckets)[0] in GONE
    user(allow("*"), name=name)
    for s3 in clients:
        assert refusal(s3.list_buckets)[0] in GONE


def test_trust_is_in_the_user_not_in_the_name(iam, user, remove, unique):
    """docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html: the ARN becomes a unique id."""
    name = unique("trusted")
    first, _ = user(name=name)
    trusting = iam.create_role(
        RoleName=unique("role"), AssumeRolePolicyDocument=trust(AWS=f"arn:aws:iam::{ACCOUNT}:user/{name}"))["Role"]
    first("sts").assume_role(RoleArn=trusting["Arn"], RoleSessionName="s1")
    shown = iam.get_role(RoleName=trusting["RoleName"])["Role"]["AssumeRolePolicyDocument"]
    assert shown["Statement"][0]["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:user/{name}"}
    remove(name)
    second, _ = user(allow("sts:AssumeRole"), name=name)
    assume = {"RoleArn": trusting["Arn"], "RoleSessionName": "s1"}
    assert refusal(second("sts").assume_role, **assume)[0] == "AccessDenied"
    iam.update_assume_role_policy(RoleName=trusting["RoleName"], PolicyDocument=json.dumps(shown))
    second("sts").assume_role(**assume)


def test_trust_survives_a_new_name(iam, user, unique):
    make, name = user()
    role = iam.create_role(RoleName=unique("role"), AssumeRolePolicyDocument=trust(
        AWS=[f"arn:aws:iam::{ACCOUNT}:user/{name}", "arn:aws:iam::999999999999:role/theirs"]))["Role"]["Arn"]
    iam.update_user(UserName=name, NewUserName=name + "2", NewPath="/moved/")
    make("sts").assume_role(RoleArn=role, RoleSessionName="s1")


def test_trust_in_nobody(iam, unique):
    absent = f"arn:aws:iam::{ACCOUNT}:role/{unique('absent')}"
    assert refusal(iam.create_role, RoleName=unique("role"), AssumeRolePolicyDocument=trust(AWS=absent)) == (
        "MalformedPolicyDocument", f'Invalid principal in policy: "AWS":"{absent}"')
