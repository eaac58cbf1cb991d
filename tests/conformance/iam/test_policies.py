"""Managed policies: a customer's and AWS's."""

import json
import re

import pytest

from support.aws import ACCOUNT, BASIC_EXECUTION, allow, policy, refusal, status_of, trust

DOCUMENT = policy(allow("s3:GetObject"))


@pytest.fixture(scope="module")
def iam(server):
    return server.client("iam")


def test_create_get_delete(iam, unique):
    name = unique("policy")
    made = iam.create_policy(
        PolicyName=name,
        Path="/jobs/",
        PolicyDocument=DOCUMENT,
        Description="reads",
        Tags=[{"Key": "team", "Value": "blue"}],
    )["Policy"]
    arn = made["Arn"]
    assert arn == f"arn:aws:iam::{ACCOUNT}:policy/jobs/{name}"
    assert re.fullmatch(r"ANPA[A-Z0-9]{17}", made["PolicyId"])
    assert (made["DefaultVersionId"], made["AttachmentCount"], made["IsAttachable"]) == ("v1", 0, True)
    shown = iam.get_policy(PolicyArn=arn)["Policy"]
    assert (shown["PolicyName"], shown["Path"], shown["Description"]) == (name, "/jobs/", "reads")
    assert shown["Tags"] == [{"Key": "team", "Value": "blue"}]
    version = iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]
    assert version["Document"] == json.loads(DOCUMENT)
    assert (version["VersionId"], version["IsDefaultVersion"]) == ("v1", True)
    assert refusal(iam.get_policy_version, PolicyArn=arn, VersionId="v2") == (
        "NoSuchEntity",
        f"Policy {arn} version v2 does not exist or is not attachable.",
    )
    iam.delete_policy(PolicyArn=arn)
    assert refusal(iam.get_policy, PolicyArn=arn) == ("NoSuchEntity", f"Policy {arn} was not found.")
    assert refusal(iam.delete_policy, PolicyArn=arn)[0] == "NoSuchEntity"
    assert status_of(iam.get_policy, PolicyArn=arn) == 404


def test_a_name_taken(iam, unique):
    name = unique("policy")
    iam.create_policy(PolicyName=name, PolicyDocument=DOCUMENT)
    assert refusal(iam.create_policy, PolicyName=name, PolicyDocument=DOCUMENT) == (
        "EntityAlreadyExists",
        f"A policy called {name} already exists. Duplicate names are not allowed.",
    )


def test_an_attached_policy_stays(iam, unique):
    arn = iam.create_policy(PolicyName=unique("policy"), PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    role = unique("role")
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust(Service="lambda.amazonaws.com"))
    iam.attach_role_policy(RoleName=role, PolicyArn=arn)
    assert iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 1
    assert refusal(iam.delete_policy, PolicyArn=arn) == (
        "DeleteConflict",
        "Cannot delete a policy attached to entities.",
    )
    iam.detach_role_policy(RoleName=role, PolicyArn=arn)
    iam.delete_policy(PolicyArn=arn)


def test_a_boundary_stays(iam, unique):
    """A policy that bounds a role is in use as well."""
    arn = iam.create_policy(PolicyName=unique("policy"), PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    role = unique("role")
    made = iam.create_role(
        RoleName=role, AssumeRolePolicyDocument=trust(Service="lambda.amazonaws.com"), PermissionsBoundary=arn
    )["Role"]
    assert made["PermissionsBoundary"]["PermissionsBoundaryArn"] == arn
    assert refusal(iam.delete_policy, PolicyArn=arn)[0] == "DeleteConflict"
    assert iam.get_policy(PolicyArn=arn)["Policy"]["PermissionsBoundaryUsageCount"] == 1
    iam.delete_role(RoleName=role)
    iam.delete_policy(PolicyArn=arn)
    absent = refusal(
        iam.create_role,
        RoleName=role,
        AssumeRolePolicyDocument=trust(Service="lambda.amazonaws.com"),
        PermissionsBoundary=arn,
    )
    assert absent == ("NoSuchEntity", f"Scope ARN: {arn} does not exist or is not attachable.")


def test_the_size_of_a_policy(iam, unique):
    def document(size):
        return policy(allow("s3:GetObject", "arn:aws:s3:::bucket/" + "x" * size))

    iam.create_policy(PolicyName=unique("policy"), PolicyDocument=document(6000))
    code, message = refusal(iam.create_policy, PolicyName=unique("policy"), PolicyDocument=document(6200))
    assert (code, message) == ("LimitExceeded", "Cannot exceed quota for PolicySize: 6144")


def test_list(iam, unique):
    path = f"/{unique('listed')}/"
    names = [f"{unique('p')}" for _ in range(3)]
    for name in names:
        iam.create_policy(PolicyName=name, Path=path, PolicyDocument=DOCUMENT)
    shown = iam.list_policies(PathPrefix=path)["Policies"]
    assert sorted(p["PolicyName"] for p in shown) == sorted(names)
    assert iam.list_policies(PathPrefix=path, OnlyAttached=True)["Policies"] == []
    assert iam.list_policies(PathPrefix=path, Scope="AWS")["Policies"] == []
    pages = iam.get_paginator("list_policies").paginate(PathPrefix=path, PaginationConfig={"PageSize": 2})
    assert sorted(p["PolicyName"] for page in pages for p in page["Policies"]) == sorted(names)


def test_list_pages_over_both_kinds(iam, unique):
    mine = {iam.create_policy(PolicyName=unique("p"), PolicyDocument=DOCUMENT)["Policy"]["Arn"] for _ in range(3)}
    whole = [p["Arn"] for p in iam.list_policies(MaxItems=1000)["Policies"]]
    pages = iam.get_paginator("list_policies").paginate(PaginationConfig={"PageSize": 2})
    paged = [p["Arn"] for page in pages for p in page["Policies"]]
    assert paged == whole and len(set(paged)) == len(paged)
    assert mine < set(paged) and BASIC_EXECUTION in paged
    local = {p["Arn"] for page in iam.get_paginator("list_policies").paginate(Scope="Local") for p in page["Policies"]}
    assert mine <= local and not any(arn.startswith("arn:aws:iam::aws:") for arn in local)


def test_awss_policies(iam):
    shown = iam.get_policy(PolicyArn=BASIC_EXECUTION)["Policy"]
    assert (shown["PolicyName"], shown["Path"]) == ("AWSLambdaBasicExecutionRole", "/service-role/")
    version = iam.get_policy_version(PolicyArn=BASIC_EXECUTION, VersionId=shown["DefaultVersionId"])["PolicyVersion"]
    assert "logs:PutLogEvents" in version["Document"]["Statement"][0]["Action"]
    assert refusal(iam.delete_policy, PolicyArn=BASIC_EXECUTION)[0] == "AccessDenied"


def test_versions(iam, unique):
    arn = iam.create_policy(PolicyName=unique("policy"), PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    other = policy(allow("s3:PutObject"))
    made = iam.create_policy_version(PolicyArn=arn, PolicyDocument=other)["PolicyVersion"]
    assert (made["VersionId"], made["IsDefaultVersion"]) == ("v2", False)
    assert iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v1"
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v2")
    assert iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v2"
    assert refusal(iam.delete_policy_version, PolicyArn=arn, VersionId="v2") == (
        "DeleteConflict",
        "Cannot delete the default version of a policy.",
    )
    for _ in range(3):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=other)
    assert refusal(iam.create_policy_version, PolicyArn=arn, PolicyDocument=other) == (
        "LimitExceeded",
        "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.",
    )
    shown = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    assert [(v["VersionId"], v["IsDefaultVersion"]) for v in shown] == [
        ("v5", False), ("v4", False), ("v3", False), ("v2", True), ("v1", False),
    ]  # fmt: skip
    assert refusal(iam.delete_policy, PolicyArn=arn)[0] == "DeleteConflict"
    for version in ("v1", "v3", "v4", "v5"):
        iam.delete_policy_version(PolicyArn=arn, VersionId=version)
    made = iam.create_policy_version(PolicyArn=arn, PolicyDocument=DOCUMENT, SetAsDefault=True)["PolicyVersion"]
    assert (made["VersionId"], made["IsDefaultVersion"]) == ("v6", True)
    iam.delete_policy_version(PolicyArn=arn, VersionId="v2")
    iam.delete_policy(PolicyArn=arn)


def test_names_differ_in_more_than_case(iam, unique):
    name = unique("policy")
    iam.create_policy(PolicyName=name, PolicyDocument=DOCUMENT)
    assert refusal(iam.create_policy, PolicyName=name.upper(), PolicyDocument=DOCUMENT)[0] == "EntityAlreadyExists"


def test_entities_and_tags(iam, unique):
    arn = iam.create_policy(PolicyName=unique("policy"), PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    user, group, role = unique("user"), unique("group"), unique("role")
    iam.create_user(UserName=user)
    iam.create_group(GroupName=group)
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust(Service="lambda.amazonaws.com"))
    iam.attach_user_policy(UserName=user, PolicyArn=arn)
    iam.attach_group_policy(GroupName=group, PolicyArn=arn)
    iam.attach_role_policy(RoleName=role, PolicyArn=arn)
    shown = iam.list_entities_for_policy(PolicyArn=arn)
    assert [u["UserName"] for u in shown["PolicyUsers"]] == [user]
    assert [g["GroupName"] for g in shown["PolicyGroups"]] == [group]
    assert [r["RoleName"] for r in shown["PolicyRoles"]] == [role]
    assert iam.list_entities_for_policy(PolicyArn=arn, EntityFilter="Role")["PolicyUsers"] == []
    assert iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 3
    iam.tag_policy(PolicyArn=arn, Tags=[{"Key": "team", "Value": "blue"}])
    assert iam.list_policy_tags(PolicyArn=arn)["Tags"] == [{"Key": "team", "Value": "blue"}]
    iam.untag_policy(PolicyArn=arn, TagKeys=["team"])
    assert iam.list_policy_tags(PolicyArn=arn)["Tags"] == []


@pytest.mark.parametrize(
    "path",
    [
        "AdministratorAccess", "PowerUserAccess", "ReadOnlyAccess", "SecurityAudit", "job-function/ViewOnlyAccess",
        "AmazonEventBridgeSchedulerFullAccess", "AWSCloudFormationFullAccess", "AmazonSQSFullAccess",
        "service-role/AmazonAPIGatewayPushToCloudWatchLogs", "service-role/AWSLambdaKinesisExecutionRole",
        "aws-service-role/AWSLambdaReplicator",
    ],
)  # fmt: skip
def test_awss_policies_that_guides_attach(iam, path):
    arn = f"arn:aws:iam::aws:policy/{path}"
    shown = iam.get_policy(PolicyArn=arn)["Policy"]
    assert shown["Arn"] == arn and re.fullmatch(r"ANPA[A-Z2-7]{17}", shown["PolicyId"])
    versions = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    assert [v["VersionId"] for v in versions] == [shown["DefaultVersionId"]]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=shown["DefaultVersionId"])["PolicyVersion"]["Document"]
    assert document["Statement"]
    assert refusal(iam.create_policy_version, PolicyArn=arn, PolicyDocument=DOCUMENT)[0] == "AccessDenied"


def test_absent_operations(iam):
    code, message = refusal(iam.list_server_certificates)
    assert code == "NotImplemented" and "ListServerCertificates" in message
