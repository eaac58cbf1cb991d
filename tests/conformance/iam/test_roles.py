"""Roles: their life, their policies, their tags."""

import datetime
import json
import re

import pytest

from support.aws import ACCOUNT, BASIC_EXECUTION, allow, policy, refusal, status_of, trust

LAMBDA = trust(Service="lambda.amazonaws.com")


@pytest.fixture(scope="module")
def iam(server):
    return server.client("iam")


@pytest.fixture
def role(iam, unique):
    name = unique("role")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=LAMBDA)
    return name


def missing(name):
    return "NoSuchEntity", f"The role with name {name} cannot be found."


def test_create_and_get(iam, unique):
    name = unique("role")
    made = iam.create_role(
        RoleName=name,
        Path="/service/jobs/",
        AssumeRolePolicyDocument=LAMBDA,
        Description="nightly jobs",
        MaxSessionDuration=7200,
        Tags=[{"Key": "team", "Value": "blue"}],
    )["Role"]
    assert made["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/service/jobs/{name}"
    assert re.fullmatch(r"AROA[A-Z0-9]{17}", made["RoleId"])
    assert made["AssumeRolePolicyDocument"] == json.loads(LAMBDA)
    shown = iam.get_role(RoleName=name)["Role"]
    assert (shown["Path"], shown["Description"], shown["MaxSessionDuration"]) == ("/service/jobs/", "nightly jobs", 7200)
    assert shown["Tags"] == [{"Key": "team", "Value": "blue"}]
    assert {key: shown[key] for key in made} == made
    age = datetime.datetime.now(datetime.timezone.utc) - shown["CreateDate"]
    assert datetime.timedelta(0) <= age < datetime.timedelta(minutes=1)


def test_a_name_taken(iam, role):
    assert refusal(iam.create_role, RoleName=role, AssumeRolePolicyDocument=LAMBDA) == (
        "EntityAlreadyExists",
        f"Role with name {role} already exists.",
    )
    assert status_of(iam.create_role, RoleName=role, AssumeRolePolicyDocument=LAMBDA) == 409


def test_a_role_that_is_not_there(iam, unique):
    name = unique("absent")
    document = policy(allow("s3:GetObject"))
    calls = [
        (iam.get_role, {}),
        (iam.delete_role, {}),
        (iam.update_assume_role_policy, {"PolicyDocument": LAMBDA}),
        (iam.put_role_policy, {"PolicyName": "p", "PolicyDocument": document}),
        (iam.get_role_policy, {"PolicyName": "p"}),
        (iam.delete_role_policy, {"PolicyName": "p"}),
        (iam.list_role_policies, {}),
        (iam.attach_role_policy, {"PolicyArn": BASIC_EXECUTION}),
        (iam.detach_role_policy, {"PolicyArn": BASIC_EXECUTION}),
        (iam.list_attached_role_policies, {}),
        (iam.tag_role, {"Tags": [{"Key": "a", "Value": "b"}]}),
        (iam.untag_role, {"TagKeys": ["a"]}),
        (iam.list_role_tags, {}),
    ]
    for call, arguments in calls:
        assert refusal(call, RoleName=name, **arguments) == missing(name), call
    assert status_of(iam.get_role, RoleName=name) == 404


def test_delete(iam, role):
    iam.put_role_policy(RoleName=role, PolicyName="inline", PolicyDocument=policy(allow("s3:GetObject")))
    iam.attach_role_policy(RoleName=role, PolicyArn=BASIC_EXECUTION)
    assert refusal(iam.delete_role, RoleName=role) == (
        "DeleteConflict",
        "Cannot delete entity, must detach all policies first.",
    )
    iam.detach_role_policy(RoleName=role, PolicyArn=BASIC_EXECUTION)
    assert refusal(iam.delete_role, RoleName=role) == ("DeleteConflict", "Cannot delete entity, must delete policies first.")
    assert status_of(iam.delete_role, RoleName=role) == 409
    iam.delete_role_policy(RoleName=role, PolicyName="inline")
    iam.delete_role(RoleName=role)
    assert refusal(iam.get_role, RoleName=role) == missing(role)
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=LAMBDA)
    assert "Tags" not in iam.get_role(RoleName=role)["Role"]


def test_list_pages(iam, unique):
    path = f"/{unique('listed')}/"
    names = [f"{unique('page')}-{i}" for i in range(5)]
    for name in names:
        iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=LAMBDA)
    first = iam.list_roles(PathPrefix=path, MaxItems=2)
    assert len(first["Roles"]) == 2 and first["IsTruncated"] and first["Marker"]
    pages = iam.get_paginator("list_roles").paginate(PathPrefix=path, PaginationConfig={"PageSize": 2})
    assert sorted(r["RoleName"] for page in pages for r in page["Roles"]) == sorted(names)
    last = iam.list_roles(PathPrefix=path)
    assert not last["IsTruncated"] and "Marker" not in last
    assert refusal(iam.list_roles, Marker="nonsense")[0] == "ValidationError"


def test_the_trust_policy(iam, role):
    events = trust(Service="events.amazonaws.com")
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=events)
    assert iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"] == json.loads(events)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{", "This policy contains invalid Json"),
        ("nope", "This policy contains invalid Json"),
        ('{"Version": "2012-10-17"}', "Missing required field Statement"),
        (policy(allow("sts:AssumeRole", Principal="*")), "Has prohibited field Resource"),
        (policy({"Effect": "Allow", "Action": "sts:AssumeRole"}), "Missing required field Principal"),
        (
            policy({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}),
            "AssumeRole policy may only specify STS AssumeRole actions.",
        ),
    ],
)
def test_malformed_trust(iam, role, unique, document, message):
    expected = ("MalformedPolicyDocument", message)
    assert refusal(iam.create_role, RoleName=unique("role"), AssumeRolePolicyDocument=document) == expected
    assert refusal(iam.update_assume_role_policy, RoleName=role, PolicyDocument=document) == expected
    assert iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"] == json.loads(LAMBDA)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{", "Syntax errors in policy."),
        ("[]", "Syntax errors in policy."),
        (policy(), "Syntax errors in policy."),
        (policy({"Effect": "allow", "Action": "s3:GetObject", "Resource": "*"}), "Syntax errors in policy."),
        (policy({"Effect": "Allow", "Action": "s3:GetObject"}), "Policy statement must contain resources."),
        (policy({"Effect": "Allow", "Resource": "*"}), "Policy statement must contain actions."),
        (
            policy(allow("GetObject")),
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
        ),
        (policy(allow("s3:GetObject", "bucket")), 'Resource bucket must be in ARN format or "*".'),
        (
            policy(allow("s3:GetObject", Principal="*")),
            "Policy document should not specify a principal.",
        ),
        (
            policy(allow("s3:GetObject", Sid="a"), allow("s3:PutObject", Sid="a")),
            "Statement IDs (SID) in a single policy must be unique.",
        ),
        (
            policy(allow("s3:GetObject", Condition={"StringEqual": {"aws:x": "y"}})),
            "Invalid Condition type : StringEqual",
        ),
    ],
)
def test_malformed_policies(iam, role, unique, document, message):
    expected = ("MalformedPolicyDocument", message)
    assert refusal(iam.put_role_policy, RoleName=role, PolicyName="p", PolicyDocument=document) == expected
    assert refusal(iam.create_policy, PolicyName=unique("policy"), PolicyDocument=document) == expected


def test_inline_policies(iam, role):
    one, two = policy(allow("s3:GetObject")), policy(allow("s3:PutObject", "arn:aws:s3:::a/*"))
    for name in ("c", "a", "b"):
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=one)
    iam.put_role_policy(RoleName=role, PolicyName="b", PolicyDocument=two)
    shown = iam.get_role_policy(RoleName=role, PolicyName="b")
    assert (shown["RoleName"], shown["PolicyName"], shown["PolicyDocument"]) == (role, "b", json.loads(two))
    assert iam.list_role_policies(RoleName=role)["PolicyNames"] == ["a", "b", "c"]
    pages = iam.get_paginator("list_role_policies").paginate(RoleName=role, PaginationConfig={"PageSize": 1})
    assert [page["PolicyNames"] for page in pages] == [["a"], ["b"], ["c"]]
    iam.delete_role_policy(RoleName=role, PolicyName="b")
    absent = ("NoSuchEntity", "The role policy with name b cannot be found.")
    assert refusal(iam.get_role_policy, RoleName=role, PolicyName="b") == absent
    assert refusal(iam.delete_role_policy, RoleName=role, PolicyName="b") == absent


def test_the_size_of_inline_policies(iam, role):
    """10,240 characters, white space aside, for all inline policies of a role together."""

    def document(size):
        return policy(allow("s3:GetObject", "arn:aws:s3:::bucket/" + "x" * size))

    iam.put_role_policy(RoleName=role, PolicyName="a", PolicyDocument=document(6000))
    code, message = refusal(iam.put_role_policy, RoleName=role, PolicyName="b", PolicyDocument=document(6000))
    assert code == "LimitExceeded"
    assert message == f"Maximum policy size of 10240 bytes exceeded for role {role}"
    iam.put_role_policy(RoleName=role, PolicyName="a", PolicyDocument=document(9000))
    iam.put_role_policy(RoleName=role, PolicyName="b", PolicyDocument=document(1000)[:-1] + " " * 2000 + "}")
    assert refusal(iam.put_role_policy, RoleName=role, PolicyName="a", PolicyDocument=document(10_300))[0] == code


def test_attached_policies(iam, role):
    read = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    for arn in (BASIC_EXECUTION, read, read):
        iam.attach_role_policy(RoleName=role, PolicyArn=arn)
    attached = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    assert sorted((p["PolicyName"], p["PolicyArn"]) for p in attached) == [
        ("AWSLambdaBasicExecutionRole", BASIC_EXECUTION),
        ("AmazonS3ReadOnlyAccess", read),
    ]
    shown = iam.list_attached_role_policies(RoleName=role, PathPrefix="/service-role/")["AttachedPolicies"]
    assert [p["PolicyArn"] for p in shown] == [BASIC_EXECUTION]
    pages = iam.get_paginator("list_attached_role_policies").paginate(RoleName=role, PaginationConfig={"PageSize": 1})
    assert [len(page["AttachedPolicies"]) for page in pages] == [1, 1]
    iam.detach_role_policy(RoleName=role, PolicyArn=read)
    assert refusal(iam.detach_role_policy, RoleName=role, PolicyArn=read) == (
        "NoSuchEntity",
        f"Policy {read} was not found.",
    )
    absent = f"arn:aws:iam::{ACCOUNT}:policy/absent"
    assert refusal(iam.attach_role_policy, RoleName=role, PolicyArn=absent) == (
        "NoSuchEntity",
        f"Policy {absent} does not exist or is not attachable.",
    )


def test_ten_policies_a_role(iam, role, unique):
    document = policy(allow("s3:GetObject"))
    arns = [iam.create_policy(PolicyName=unique("p"), PolicyDocument=document)["Policy"]["Arn"] for _ in range(11)]
    for arn in arns[:10]:
        iam.attach_role_policy(RoleName=role, PolicyArn=arn)
    assert refusal(iam.attach_role_policy, RoleName=role, PolicyArn=arns[10]) == (
        "LimitExceeded",
        "Cannot exceed quota for PoliciesPerRole: 10",
    )
    iam.attach_role_policy(RoleName=role, PolicyArn=arns[0])
    iam.detach_role_policy(RoleName=role, PolicyArn=arns[0])
    iam.attach_role_policy(RoleName=role, PolicyArn=arns[10])


def test_tags(iam, role):
    iam.tag_role(RoleName=role, Tags=[{"Key": "b", "Value": "1"}, {"Key": "a", "Value": "2"}])
    iam.tag_role(RoleName=role, Tags=[{"Key": "b", "Value": "3"}])
    expected = [{"Key": "a", "Value": "2"}, {"Key": "b", "Value": "3"}]
    assert iam.list_role_tags(RoleName=role)["Tags"] == expected
    pages = iam.get_paginator("list_role_tags").paginate(RoleName=role, PaginationConfig={"PageSize": 1})
    assert [page["Tags"] for page in pages] == [[expected[0]], [expected[1]]]
    iam.untag_role(RoleName=role, TagKeys=["a", "never"])
    assert iam.list_role_tags(RoleName=role)["Tags"] == expected[1:]
    many = [{"Key": f"k{i}", "Value": ""} for i in range(50)]
    assert refusal(iam.tag_role, RoleName=role, Tags=many)[0] == "LimitExceeded"
    twice = [{"Key": "x", "Value": "1"}, {"Key": "x", "Value": "2"}]
    assert refusal(iam.tag_role, RoleName=role, Tags=twice)[0] == "InvalidInput"


def test_names_are_checked(server, unique):
    iam = server.client("iam", parameter_validation=False)
    for wrong in ("", "with space", "x" * 65):
        code, message = refusal(iam.create_role, RoleName=wrong, AssumeRolePolicyDocument=LAMBDA)
        assert code == "ValidationError" and "validation error" in message, wrong
    code, _ = refusal(iam.create_role, RoleName=unique("r"), AssumeRolePolicyDocument=LAMBDA, MaxSessionDuration=60)
    assert code == "ValidationError"
    code, _ = refusal(iam.create_role, RoleName=unique("r"), AssumeRolePolicyDocument=LAMBDA, Path="no-slash")
    assert code == "ValidationError"
    assert refusal(iam.create_role, RoleName=unique("r"))[0] == "ValidationError"
