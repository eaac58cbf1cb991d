"""Users, groups, their keys, passwords and devices: recorded, and in force."""

import base64
import csv
import hashlib
import hmac
import io
import re
import struct

import boto3
import pytest

from support.aws import ACCOUNT, allow, policy, refusal

S3_LIST = policy(allow("s3:ListAllMyBuckets"))


@pytest.fixture(scope="module")
def iam(server):
    return server.client("iam")


@pytest.fixture
def user(iam, unique):
    name = unique("user")
    iam.create_user(UserName=name)
    return name


def client_of(server, iam, user, service):
    key = iam.create_access_key(UserName=user)["AccessKey"]
    return server.client(service, access_key=key["AccessKeyId"], secret=key["SecretAccessKey"]), key["AccessKeyId"]


def test_life_of_a_user(iam, unique):
    name = unique("user")
    made = iam.create_user(UserName=name, Path="/team/", Tags=[{"Key": "a", "Value": "b"}])["User"]
    assert made["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/team/{name}" and re.fullmatch(r"AIDA[A-Z2-7]{17}", made["UserId"])
    assert iam.get_user(UserName=name)["User"]["Tags"] == [{"Key": "a", "Value": "b"}]
    taken = ("EntityAlreadyExists", f"User with name {name} already exists.")
    assert refusal(iam.create_user, UserName=name) == taken
    assert refusal(iam.create_user, UserName=name.upper())[0] == "EntityAlreadyExists"
    assert [u["UserName"] for u in iam.list_users(PathPrefix="/team/")["Users"] if u["UserName"] == name] == [name]
    new = unique("renamed")
    iam.put_user_policy(UserName=name, PolicyName="inline", PolicyDocument=S3_LIST)
    iam.update_user(UserName=name, NewUserName=new, NewPath="/other/")
    shown = iam.get_user(UserName=new)["User"]
    assert shown["Arn"].endswith(f":user/other/{new}") and shown["UserId"] == made["UserId"]
    assert shown["Tags"] == [{"Key": "a", "Value": "b"}]
    assert iam.list_user_policies(UserName=new)["PolicyNames"] == ["inline"]
    gone = ("NoSuchEntity", f"The user with name {name} cannot be found.")
    assert refusal(iam.get_user, UserName=name) == gone
    assert refusal(iam.delete_user, UserName=new) == ("DeleteConflict", "Cannot delete entity, must delete policies first.")
    iam.delete_user_policy(UserName=new, PolicyName="inline")
    iam.delete_user(UserName=new)
    assert refusal(iam.delete_user, UserName=new)[0] == "NoSuchEntity"


def test_paging(iam, unique):
    path = f"/{unique('paged')}/"
    names = sorted(unique("u") for _ in range(5))
    for name in names:
        iam.create_user(UserName=name, Path=path)
    pages = list(iam.get_paginator("list_users").paginate(PathPrefix=path, PaginationConfig={"PageSize": 2}))
    assert [len(page["Users"]) for page in pages] == [2, 2, 1]
    assert sorted(u["UserName"] for page in pages for u in page["Users"]) == names


def test_access_keys_rotate(server, iam, user):
    sts, first = client_of(server, iam, user, "sts")
    who = sts.get_caller_identity()
    assert who["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/{user}" and who["UserId"].startswith("AIDA")
    _, second = client_of(server, iam, user, "sts")
    assert refusal(iam.create_access_key, UserName=user) == ("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2")
    listed = iam.list_access_keys(UserName=user)["AccessKeyMetadata"]
    assert {(k["AccessKeyId"], k["Status"]) for k in listed} == {(first, "Active"), (second, "Active")}
    iam.update_access_key(UserName=user, AccessKeyId=first, Status="Inactive")
    assert refusal(sts.get_caller_identity)[0] == "InvalidClientTokenId"
    iam.update_access_key(UserName=user, AccessKeyId=first, Status="Active")
    assert sts.get_caller_identity()["Arn"] == who["Arn"]
    used = iam.get_access_key_last_used(AccessKeyId=first)
    assert used["UserName"] == user and used["AccessKeyLastUsed"]["ServiceName"] == "sts"
    assert "LastUsedDate" not in iam.get_access_key_last_used(AccessKeyId=second)["AccessKeyLastUsed"]
    iam.delete_access_key(UserName=user, AccessKeyId=first)
    assert refusal(sts.get_caller_identity)[0] == "InvalidClientTokenId"
    assert refusal(iam.delete_user, UserName=user) == ("DeleteConflict", "Cannot delete entity, must delete access keys first.")


def test_policies_of_users_and_groups_hold_at_once(server, iam, user, unique):
    s3, _ = client_of(server, iam, user, "s3")
    assert refusal(s3.list_buckets)[0] == "AccessDenied"
    iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=S3_LIST)
    s3.list_buckets()
    iam.delete_user_policy(UserName=user, PolicyName="p")
    assert refusal(s3.list_buckets)[0] == "AccessDenied"
    group = unique("group")
    iam.create_group(GroupName=group)
    iam.attach_group_policy(GroupName=group, PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    iam.add_user_to_group(GroupName=group, UserName=user)
    s3.list_buckets()
    boundary = iam.create_policy(PolicyName=unique("b"), PolicyDocument=policy(allow("dynamodb:*")))["Policy"]["Arn"]
    iam.put_user_permissions_boundary(UserName=user, PermissionsBoundary=boundary)
    code, message = refusal(s3.list_buckets)
    assert code == "AccessDenied" and "boundary" in message
    assert refusal(iam.delete_policy, PolicyArn=boundary)[0] == "DeleteConflict"
    iam.delete_user_permissions_boundary(UserName=user)
    s3.list_buckets()
    assert [g["GroupName"] for g in iam.list_groups_for_user(UserName=user)["Groups"]] == [group]
    assert [u["UserName"] for u in iam.get_group(GroupName=group)["Users"]] == [user]
    conflict = "Cannot delete entity, must remove users from group first."
    assert refusal(iam.delete_group, GroupName=group) == ("DeleteConflict", conflict)
    assert refusal(iam.delete_user, UserName=user) == ("DeleteConflict", conflict)
    iam.remove_user_from_group(GroupName=group, UserName=user)
    assert refusal(s3.list_buckets)[0] == "AccessDenied"


def test_groups(iam, unique):
    name = unique("group")
    made = iam.create_group(GroupName=name, Path="/x/")["Group"]
    assert made["Arn"] == f"arn:aws:iam::{ACCOUNT}:group/x/{name}" and made["GroupId"].startswith("AGPA")
    assert refusal(iam.create_group, GroupName=name) == ("EntityAlreadyExists", f"Group with name {name} already exists.")
    iam.put_group_policy(GroupName=name, PolicyName="p", PolicyDocument=S3_LIST)
    assert iam.get_group_policy(GroupName=name, PolicyName="p")["GroupName"] == name
    assert refusal(iam.get_group_policy, GroupName=name, PolicyName="q") == (
        "NoSuchEntity",
        "The group policy with name q cannot be found.",
    )
    new = unique("renamed")
    iam.update_group(GroupName=name, NewGroupName=new)
    assert iam.list_group_policies(GroupName=new)["PolicyNames"] == ["p"]
    assert refusal(iam.get_group, GroupName=name) == ("NoSuchEntity", f"The group with name {name} cannot be found.")
    iam.delete_group_policy(GroupName=new, PolicyName="p")
    iam.delete_group(GroupName=new)


def test_get_user_without_a_name(server, iam, user):
    iam.attach_user_policy(UserName=user, PolicyArn="arn:aws:iam::aws:policy/IAMReadOnlyAccess")
    own, _ = client_of(server, iam, user, "iam")
    assert own.get_user()["User"]["UserName"] == user
    assert [k["UserName"] for k in own.list_access_keys()["AccessKeyMetadata"]] == [user]
    assert iam.get_user()["User"]["Arn"] == f"arn:aws:iam::{ACCOUNT}:root"


def test_login_profiles(server, iam, user):
    absent = ("NoSuchEntity", f"Login Profile for User {user} cannot be found.")
    assert refusal(iam.get_login_profile, UserName=user) == absent
    assert refusal(iam.create_login_profile, UserName=user, Password="short")[0] == "PasswordPolicyViolation"
    made = iam.create_login_profile(UserName=user, Password="long-enough-1", PasswordResetRequired=True)["LoginProfile"]
    assert made["PasswordResetRequired"]
    assert refusal(iam.create_login_profile, UserName=user, Password="long-enough-1")[0] == "EntityAlreadyExists"
    iam.update_login_profile(UserName=user, PasswordResetRequired=False)
    assert not iam.get_login_profile(UserName=user)["LoginProfile"]["PasswordResetRequired"]
    iam.attach_user_policy(UserName=user, PolicyArn="arn:aws:iam::aws:policy/IAMUserChangePassword")
    own, _ = client_of(server, iam, user, "iam")
    own.change_password(OldPassword="long-enough-1", NewPassword="long-enough-2")
    assert refusal(own.change_password, OldPassword="long-enough-1", NewPassword="long-enough-3")[0] == "AccessDenied"
    iam.delete_login_profile(UserName=user)
    assert refusal(iam.delete_login_profile, UserName=user) == absent


def code_of(seed, now):
    digest = hmac.new(base64.b32decode(seed), struct.pack(">Q", int(now) // 30), hashlib.sha1).digest()
    at = digest[19] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def test_mfa_devices(server, iam, user, unique):
    import time

    device = iam.create_virtual_mfa_device(VirtualMFADeviceName=unique("mfa"))["VirtualMFADevice"]
    serial, seed = device["SerialNumber"], device["Base32StringSeed"].decode()
    wrong = refusal(
        iam.enable_mfa_device, UserName=user, SerialNumber=serial, AuthenticationCode1="000000", AuthenticationCode2="000001"
    )
    assert wrong[0] == "InvalidAuthenticationCode"
    now = time.time()
    iam.enable_mfa_device(
        UserName=user,
        SerialNumber=serial,
        AuthenticationCode1=code_of(seed, now),
        AuthenticationCode2=code_of(seed, now + 30),
    )
    assert [d["SerialNumber"] for d in iam.list_mfa_devices(UserName=user)["MFADevices"]] == [serial]
    assigned = iam.list_virtual_mfa_devices(AssignmentStatus="Assigned")["VirtualMFADevices"]
    assert [d["User"]["UserName"] for d in assigned if d["SerialNumber"] == serial] == [user]
    sts, _ = client_of(server, iam, user, "sts")
    code = code_of(seed, time.time())
    key = sts.get_session_token(SerialNumber=serial, TokenCode=code)["Credentials"]
    assert key["AccessKeyId"].startswith("ASIA")
    assert refusal(sts.get_session_token, SerialNumber=serial, TokenCode=code)[0] == "AccessDenied"  # each holds once
    assert refusal(sts.get_session_token, SerialNumber=serial, TokenCode="000000")[0] == "AccessDenied"
    assert refusal(iam.delete_virtual_mfa_device, SerialNumber=serial)[0] == "DeleteConflict"
    iam.deactivate_mfa_device(UserName=user, SerialNumber=serial)
    iam.delete_virtual_mfa_device(SerialNumber=serial)


def test_credential_report(iam, own_server, unique):
    own = own_server()
    iam = own.client("iam")
    assert refusal(iam.get_credential_report)[0] == "ReportNotPresent"
    iam.create_user(UserName="ann")
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    assert key["Status"] == "Active"
    assert iam.generate_credential_report()["State"] == "STARTED"
    assert iam.generate_credential_report()["State"] == "COMPLETE"
    report = iam.get_credential_report()
    assert report["ReportFormat"] == "text/csv"
    rows = list(csv.DictReader(io.StringIO(report["Content"].decode())))
    assert [row["user"] for row in rows] == ["<root_account>", "ann"]
    assert rows[1]["access_key_1_active"] == "true" and rows[1]["access_key_2_active"] == "false"
    assert rows[1]["password_enabled"] == "false" and len(rows[1]) == 22
