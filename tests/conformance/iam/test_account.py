"""What an account has as a whole, instance profiles, providers, service-linked roles, and the simulator."""

import json

import pytest

from support.aws import ACCOUNT, allow, policy, refusal, trust


@pytest.fixture(scope="module")
def iam(server):
    return server.client("iam")


def test_alias_summary_password_policy(own_server):
    iam = own_server().client("iam")
    assert iam.list_account_aliases()["AccountAliases"] == []
    iam.create_account_alias(AccountAlias="orrery-works")
    assert iam.list_account_aliases()["AccountAliases"] == ["orrery-works"]
    assert refusal(iam.create_account_alias, AccountAlias="orrery-works")[0] == "EntityAlreadyExists"
    iam.delete_account_alias(AccountAlias="orrery-works")
    assert refusal(iam.delete_account_alias, AccountAlias="orrery-works")[0] == "NoSuchEntity"
    iam.create_user(UserName="ann")
    summary = iam.get_account_summary()["SummaryMap"]
    assert (summary["Users"], summary["Roles"], summary["AccessKeysPerUserQuota"]) == (1, 0, 2)
    absent = ("NoSuchEntity", f"The Password Policy with domain name {ACCOUNT} cannot be found.")
    assert refusal(iam.get_account_password_policy) == absent
    iam.update_account_password_policy(MinimumPasswordLength=12, RequireNumbers=True, MaxPasswordAge=90)
    shown = iam.get_account_password_policy()["PasswordPolicy"]
    assert (shown["MinimumPasswordLength"], shown["RequireNumbers"], shown["ExpirePasswords"]) == (12, True, True)
    assert refusal(iam.create_login_profile, UserName="ann", Password="only-letters-here")[0] == "PasswordPolicyViolation"
    iam.delete_account_password_policy()
    assert refusal(iam.get_account_password_policy) == absent


def test_instance_profiles(iam, unique):
    name, role = unique("profile"), unique("role")
    made = iam.create_instance_profile(InstanceProfileName=name, Path="/p/")["InstanceProfile"]
    assert made["Arn"] == f"arn:aws:iam::{ACCOUNT}:instance-profile/p/{name}" and made["Roles"] == []
    assert refusal(iam.create_instance_profile, InstanceProfileName=name) == (
        "EntityAlreadyExists",
        f"Instance Profile {name} already exists.",
    )
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust(Service="ec2.amazonaws.com"))
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=role)
    assert refusal(iam.add_role_to_instance_profile, InstanceProfileName=name, RoleName=role) == (
        "LimitExceeded",
        "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1",
    )
    shown = iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]
    assert [r["RoleName"] for r in shown["Roles"]] == [role]
    listed = iam.list_instance_profiles_for_role(RoleName=role)["InstanceProfiles"]
    assert [p["InstanceProfileName"] for p in listed] == [name]
    conflict = ("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.")
    assert refusal(iam.delete_role, RoleName=role) == conflict
    assert refusal(iam.delete_instance_profile, InstanceProfileName=name) == conflict
    iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=role)
    iam.delete_instance_profile(InstanceProfileName=name)
    assert refusal(iam.get_instance_profile, InstanceProfileName=name) == (
        "NoSuchEntity",
        f"Instance Profile {name} cannot be found.",
    )


def test_service_linked_roles(own_server):
    iam = own_server().client("iam")
    role = iam.create_service_linked_role(AWSServiceName="replicator.lambda.amazonaws.com")["Role"]
    assert role["RoleName"] == "AWSServiceRoleForLambdaReplicator"
    assert role["Path"] == "/aws-service-role/replicator.lambda.amazonaws.com/"
    assert refusal(iam.create_service_linked_role, AWSServiceName="replicator.lambda.amazonaws.com") == (
        "InvalidInput",
        "Service role name AWSServiceRoleForLambdaReplicator has been taken in this account, please try a different suffix.",
    )
    assert refusal(iam.delete_role, RoleName=role["RoleName"])[0] == "UnmodifiableEntity"
    attached = iam.list_attached_role_policies(RoleName=role["RoleName"])["AttachedPolicies"]
    assert [p["PolicyName"] for p in attached] == ["AWSLambdaReplicator"]
    task = iam.delete_service_linked_role(RoleName=role["RoleName"])["DeletionTaskId"]
    assert iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"] == "SUCCEEDED"
    assert refusal(iam.get_role, RoleName=role["RoleName"])[0] == "NoSuchEntity"


def test_providers(iam, unique):
    url = f"https://{unique('issuer')}.example/path"
    arn = iam.create_open_id_connect_provider(Url=url, ClientIDList=["a"], ThumbprintList=["0" * 40])[
        "OpenIDConnectProviderArn"
    ]
    assert arn == f"arn:aws:iam::{ACCOUNT}:oidc-provider/{url[8:]}"
    iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID="b")
    iam.remove_client_id_from_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID="a")
    shown = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    assert (shown["Url"], shown["ClientIDList"]) == (url[8:], ["b"])
    assert refusal(iam.create_open_id_connect_provider, Url=url) == (
        "EntityAlreadyExists",
        f"Provider with url {url} already exists.",
    )
    assert arn in [p["Arn"] for p in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]]
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    assert refusal(iam.get_open_id_connect_provider, OpenIDConnectProviderArn=arn) == (
        "NoSuchEntity",
        f"OpenIDConnect Provider not found for arn {arn}",
    )
    saml = iam.create_saml_provider(Name=unique("saml"), SAMLMetadataDocument="<x/>" * 300)["SAMLProviderArn"]
    assert iam.get_saml_provider(SAMLProviderArn=saml)["SAMLMetadataDocument"].startswith("<x/>")
    iam.delete_saml_provider(SAMLProviderArn=saml)


def test_roles_change(iam, unique):
    role = unique("role")
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust(Service="lambda.amazonaws.com"))
    iam.update_role(RoleName=role, Description="new", MaxSessionDuration=7200)
    shown = iam.get_role(RoleName=role)["Role"]
    assert (shown["Description"], shown["MaxSessionDuration"], shown["RoleLastUsed"]) == ("new", 7200, {})
    assert iam.update_role_description(RoleName=role, Description="newer")["Role"]["Description"] == "newer"
    boundary = iam.create_policy(PolicyName=unique("b"), PolicyDocument=policy(allow("s3:*")))["Policy"]["Arn"]
    iam.put_role_permissions_boundary(RoleName=role, PermissionsBoundary=boundary)
    assert iam.get_role(RoleName=role)["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == boundary
    iam.delete_role_permissions_boundary(RoleName=role)
    assert "PermissionsBoundary" not in iam.get_role(RoleName=role)["Role"]


def test_authorization_details(own_server):
    iam = own_server().client("iam")
    local = iam.create_policy(PolicyName="mine", PolicyDocument=policy(allow("s3:*")))["Policy"]["Arn"]
    for name in ("ann", "bob"):
        iam.create_user(UserName=name)
    iam.create_group(GroupName="team")
    iam.add_user_to_group(GroupName="team", UserName="ann")
    iam.put_user_policy(UserName="ann", PolicyName="p", PolicyDocument=policy(allow("s3:*")))
    iam.attach_group_policy(GroupName="team", PolicyArn=local)
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust(Service="lambda.amazonaws.com"))
    iam.attach_role_policy(RoleName="r", PolicyArn="arn:aws:iam::aws:policy/AmazonS3FullAccess")
    whole = iam.get_account_authorization_details()
    assert [u["UserName"] for u in whole["UserDetailList"]] == ["ann", "bob"]
    assert whole["UserDetailList"][0]["GroupList"] == ["team"]
    assert whole["UserDetailList"][0]["UserPolicyList"][0]["PolicyName"] == "p"
    assert [g["GroupName"] for g in whole["GroupDetailList"]] == ["team"]
    assert [r["RoleName"] for r in whole["RoleDetailList"]] == ["r"]
    assert {p["PolicyName"] for p in whole["Policies"]} == {"mine", "AmazonS3FullAccess"}
    assert not whole["IsTruncated"]
    only = iam.get_account_authorization_details(Filter=["Role"])
    assert only["UserDetailList"] == [] and len(only["RoleDetailList"]) == 1
    pages = list(iam.get_paginator("get_account_authorization_details").paginate(PaginationConfig={"PageSize": 1}))
    seen = [sum(len(page[k]) for k in ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")) for page in pages]
    assert sum(seen) == 6 and max(seen) == 1


def test_simulate_custom_policy(iam):
    document = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Action": "dynamodb:*",
                "Resource": "*",
                "Condition": {"DateGreaterThan": {"aws:CurrentTime": "2015-08-16T12:00:00Z"}},
            },
        },
        separators=(",", ":"),
    )
    result = iam.simulate_custom_policy(
        PolicyInputList=[document],
        ActionNames=["dynamodb:CreateBackup", "s3:GetObject"],
        ContextEntries=[
            {
                "ContextKeyName": "aws:CurrentTime",
                "ContextKeyValues": ["2018-10-25T11:00:00Z"],
                "ContextKeyType": "date",
            }
        ],
    )["EvaluationResults"]
    assert [r["EvalDecision"] for r in result] == ["allowed", "implicitDeny"]
    matched = result[0]["MatchedStatements"]
    assert matched[0]["SourcePolicyId"] == "PolicyInputList.1"
    # The places that AWS's own documentation shows for this policy.
    assert matched[0]["StartPosition"] == {"Line": 1, "Column": 38}
    assert matched[0]["EndPosition"] == {"Line": 1, "Column": 167}
    assert result[0]["MissingContextValues"] == []
    without = iam.simulate_custom_policy(PolicyInputList=[document], ActionNames=["dynamodb:Scan"])["EvaluationResults"]
    assert without[0]["MissingContextValues"] == ["aws:CurrentTime"]
    keys = iam.get_context_keys_for_custom_policy(PolicyInputList=[document])["ContextKeyNames"]
    assert keys == ["aws:CurrentTime"]


def test_simulate_principal_policy(iam, unique):
    user = unique("user")
    arn = iam.create_user(UserName=user)["User"]["Arn"]
    deny = {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*"}
    iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=policy(allow("s3:*", "arn:aws:s3:::a/*"), deny))
    results = iam.simulate_principal_policy(
        PolicySourceArn=arn,
        ActionNames=["s3:GetObject", "s3:DeleteObject"],
        ResourceArns=["arn:aws:s3:::a/x", "arn:aws:s3:::b/x"],
    )["EvaluationResults"]
    assert [(r["EvalActionName"], r["EvalResourceName"], r["EvalDecision"]) for r in results] == [
        ("s3:GetObject", "arn:aws:s3:::a/x", "allowed"),
        ("s3:GetObject", "arn:aws:s3:::b/x", "implicitDeny"),
        ("s3:DeleteObject", "arn:aws:s3:::a/x", "explicitDeny"),
        ("s3:DeleteObject", "arn:aws:s3:::b/x", "explicitDeny"),
    ]
    assert results[0]["MatchedStatements"][0]["SourcePolicyId"] == f"user_{user}_p"
    assert results[0]["ResourceSpecificResults"][0]["EvalResourceDecision"] == "allowed"
    boundary = policy(allow("dynamodb:*"))
    bounded = iam.simulate_principal_policy(
        PolicySourceArn=arn,
        ActionNames=["s3:GetObject"],
        ResourceArns=["arn:aws:s3:::a/x"],
        PermissionsBoundaryPolicyInputList=[boundary],
    )["EvaluationResults"][0]
    assert bounded["EvalDecision"] == "implicitDeny"
    assert bounded["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}
    assert refusal(iam.simulate_principal_policy, PolicySourceArn=arn + "x", ActionNames=["s3:GetObject"])[0] == "NoSuchEntity"


def test_policies_granting_service_access(iam, unique):
    user = unique("user")
    arn = iam.create_user(UserName=user)["User"]["Arn"]
    iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=policy(allow("s3:*")))
    iam.attach_user_policy(UserName=user, PolicyArn="arn:aws:iam::aws:policy/AmazonSQSFullAccess")
    shown = iam.list_policies_granting_service_access(Arn=arn, ServiceNamespaces=["s3", "sqs", "sns"])
    found = {e["ServiceNamespace"]: [p["PolicyName"] for p in e["Policies"]] for e in shown["PoliciesGrantingServiceAccess"]}
    assert found == {"s3": ["p"], "sqs": ["AmazonSQSFullAccess"], "sns": []}
