"""The event history: what was done, by whom, when."""

import datetime
import json

import pytest

from support.aws import ACCOUNT, allow, policy, refusal, trust


@pytest.fixture(scope="module")
def trail(server):
    return server.client("cloudtrail")


def by(trail, key, value, **more):
    return trail.lookup_events(LookupAttributes=[{"AttributeKey": key, "AttributeValue": value}], **more)["Events"]


def test_an_event_as_documented(server, trail, unique):
    iam = server.client("iam")
    role = unique("role")
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust(Service="lambda.amazonaws.com"))
    [event] = by(trail, "ResourceName", role)
    assert (event["EventName"], event["EventSource"], event["Username"]) == ("CreateRole", "iam.amazonaws.com", "root")
    assert (event["ReadOnly"], event["AccessKeyId"]) == ("false", "test")
    assert {"ResourceType": "AWS::IAM::Role", "ResourceName": role} in event["Resources"]
    detail = json.loads(event["CloudTrailEvent"])
    assert detail["userIdentity"]["type"] == "Root" and detail["recipientAccountId"] == ACCOUNT
    assert detail["requestParameters"]["roleName"] == role
    assert detail["responseElements"]["role"]["arn"].endswith(role)
    assert detail["eventID"] == event["EventId"] and detail["eventType"] == "AwsApiCall"
    assert by(trail, "EventId", event["EventId"])[0]["EventName"] == "CreateRole"


def test_refusals_reads_and_secrets(server, trail, unique):
    iam = server.client("iam")
    user = unique("user")
    iam.create_user(UserName=user)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    own = server.client("iam", key["AccessKeyId"], key["SecretAccessKey"])
    assert refusal(own.list_roles)[0] == "AccessDenied"
    [event] = by(trail, "Username", user)
    assert (event["EventName"], event["ReadOnly"], event["AccessKeyId"]) == ("ListRoles", "true", key["AccessKeyId"])
    detail = json.loads(event["CloudTrailEvent"])
    assert detail["errorCode"] == "AccessDenied" and detail["responseElements"] is None
    assert detail["userIdentity"]["userName"] == user
    made = [e for e in by(trail, "EventName", "CreateAccessKey") if key["AccessKeyId"] in e["CloudTrailEvent"]]
    assert made and all(key["SecretAccessKey"] not in e["CloudTrailEvent"] for e in made)


def test_data_events_are_not_kept(server, trail, unique):
    s3 = server.client("s3")
    bucket = unique("bucket")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    assert [e["EventName"] for e in by(trail, "ResourceName", bucket)] == ["CreateBucket"]
    assert by(trail, "EventName", "PutObject") == []


def test_pages_and_order(server, trail, unique):
    iam = server.client("iam")
    path = f"/{unique('p')}/"
    for _ in range(5):
        iam.list_users(PathPrefix=path)
    mine = [e for e in by(trail, "EventName", "ListUsers") if path in e["CloudTrailEvent"]]
    assert len(mine) == 5
    first = trail.lookup_events(MaxResults=2)
    second = trail.lookup_events(MaxResults=2, NextToken=first["NextToken"])
    assert len(first["Events"]) == len(second["Events"]) == 2
    ids = [e["EventId"] for e in first["Events"] + second["Events"]]
    assert len(set(ids)) == 4
    times = [e["EventTime"] for e in first["Events"] + second["Events"]]
    assert times == sorted(times, reverse=True)
    assert refusal(trail.lookup_events, NextToken="nonsense")[0] == "InvalidNextTokenException"
    now = datetime.datetime.now(datetime.timezone.utc)
    late = {"StartTime": now, "EndTime": now - datetime.timedelta(hours=1)}
    assert refusal(trail.lookup_events, **late)[0] == "InvalidTimeRangeException"


def test_ninety_days_by_the_clock(own_server):
    own = own_server("--clock", "frozen@2026-03-01T00:00:00Z")
    own.client("iam").create_user(UserName="ann")
    trail = own.client("cloudtrail")
    assert [e["EventName"] for e in trail.lookup_events()["Events"]] == ["CreateUser"]
    own.clock.advance("2136h")  # 89 days
    assert len(trail.lookup_events()["Events"]) == 1
    own.clock.advance("48h")
    assert trail.lookup_events()["Events"] == []


def test_newest_first_within_a_second_of_a_frozen_clock(own_server):
    own = own_server("--clock", "frozen@2026-03-01T00:00:00Z")
    names = [f"user-{n}" for n in range(20)]
    for name in names:
        own.client("iam").create_user(UserName=name)
    found = by(own.client("cloudtrail"), "EventName", "CreateUser")
    assert [event["Resources"][-1]["ResourceName"] for event in found] == names[::-1]


def test_sessions_are_named(server, trail, unique):
    iam, sts = server.client("iam"), server.client("sts")
    role = iam.create_role(RoleName=unique("role"), AssumeRolePolicyDocument=trust(AWS="*"))["Role"]
    iam.put_role_policy(RoleName=role["RoleName"], PolicyName="p", PolicyDocument=policy(allow("iam:*")))
    name = unique("session")
    keys = sts.assume_role(RoleArn=role["Arn"], RoleSessionName=name)["Credentials"]
    server.client("iam", keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]).list_groups()
    [event] = by(trail, "Username", name)
    identity = json.loads(event["CloudTrailEvent"])["userIdentity"]
    assert identity["type"] == "AssumedRole"
    assert identity["sessionContext"]["sessionIssuer"]["arn"] == role["Arn"]


def test_both_accounts_know_of_what_one_did_to_the_other(own_server):
    other = "444455556666"
    own = own_server("--account-root", f"{other}:AKIAOTHER:secret")
    role = own.client("iam").create_role(RoleName="shared", AssumeRolePolicyDocument=trust(AWS=other))["Role"]
    sts = own.client("sts", "AKIAOTHER", "secret")
    sts.assume_role(RoleArn=role["Arn"], RoleSessionName="visitor")
    assert refusal(sts.assume_role, RoleArn=role["Arn"] + "2", RoleSessionName="visitor")[0] == "AccessDenied"
    here, there = (
        [json.loads(event["CloudTrailEvent"]) for event in by(trail, "EventName", "AssumeRole")]
        for trail in (own.client("cloudtrail"), own.client("cloudtrail", "AKIAOTHER", "secret"))
    )
    assert [event["recipientAccountId"] for event in here] == [ACCOUNT]
    assert [event.get("errorCode") for event in there] == ["AccessDenied", None]
    assert here[0]["sharedEventID"] == there[1]["sharedEventID"] and here[0]["eventID"] != there[1]["eventID"]
    assert "sharedEventID" not in there[0]
