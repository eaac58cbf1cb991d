"""Dashboards are kept, and their bodies are looked at."""

import json

import pytest

from support.aws import ACCOUNT, allow, policy, refusal

BODY = json.dumps({"widgets": [
    {"type": "text", "x": 0, "y": 0, "width": 3, "height": 3, "properties": {"markdown": "Hello"}},
    {"type": "metric", "properties": {"metrics": [["App", "Hits"]], "region": "us-east-1"}},
]})


def test_put_get_list_delete(cloudwatch, unique):
    names = sorted(unique("board") for _ in range(3))
    for name in names:
        assert cloudwatch.put_dashboard(DashboardName=name, DashboardBody=BODY)["DashboardValidationMessages"] == []
    got = cloudwatch.get_dashboard(DashboardName=names[0])
    assert got["DashboardBody"] == BODY
    assert got["DashboardArn"] == f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/{names[0]}"
    listed = {one["DashboardName"]: one for one in cloudwatch.list_dashboards(DashboardNamePrefix="board")["DashboardEntries"]}
    assert set(names) <= set(listed) and listed[names[1]]["Size"] == len(BODY)
    assert refusal(cloudwatch.delete_dashboards, DashboardNames=[names[0], "none"])[0] == "ResourceNotFound"
    cloudwatch.delete_dashboards(DashboardNames=names)
    assert refusal(cloudwatch.get_dashboard, DashboardName=names[0]) == (
        "ResourceNotFound", f"Dashboard {names[0]} does not exist")


@pytest.mark.parametrize(
    ("name", "body", "path"),
    [("b", "no json", ""), ("b", "[]", ""), ("b", '{"widgets": 1}', "/widgets"),
     ("b", '{"widgets": [{"type": "text", "properties": {}}]}', "/widgets/0/properties"),
     ("b", '{"widgets": [{"type": "odd", "properties": {}}]}', "/widgets/0/type"), ("b c", BODY, None)],
)
def test_bad_dashboards(cloudwatch, name, body, path):
    with pytest.raises(cloudwatch.exceptions.DashboardInvalidInputError) as caught:
        cloudwatch.put_dashboard(DashboardName=name, DashboardBody=body)
    assert caught.value.response["Error"]["Code"] == "InvalidParameterInput"
    if path is not None:
        assert caught.value.response["dashboardValidationMessages"][0]["DataPath"] == path


def test_dashboards_are_of_all_regions(server, cloudwatch, unique):
    name = unique("board")
    elsewhere = server.client("cloudwatch", region="eu-west-1")
    elsewhere.put_dashboard(DashboardName=name, DashboardBody=BODY)
    assert cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"] == BODY
    cloudwatch.delete_dashboards(DashboardNames=[name])
    assert refusal(elsewhere.get_dashboard, DashboardName=name)[0] == "ResourceNotFound"


def tags_of(cloudwatch, arn):
    return {tag["Key"]: tag["Value"] for tag in cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]}


def test_tags(cloudwatch, unique):
    name = unique("board")
    arn = f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/{name}"
    assert refusal(cloudwatch.list_tags_for_resource, ResourceARN=arn)[0] == "ResourceNotFoundException"
    cloudwatch.put_dashboard(DashboardName=name, DashboardBody=BODY, Tags=[{"Key": "team", "Value": "a"}])
    assert tags_of(cloudwatch, arn) == {"team": "a"}
    # Of a dashboard that is there already they are ignored.
    cloudwatch.put_dashboard(DashboardName=name, DashboardBody=BODY, Tags=[{"Key": "team", "Value": "b"}])
    assert tags_of(cloudwatch, arn) == {"team": "a"}
    cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": "team", "Value": "c"}, {"Key": "stage", "Value": "test"}])
    cloudwatch.untag_resource(ResourceARN=arn, TagKeys=["team", "none"])
    assert tags_of(cloudwatch, arn) == {"stage": "test"}
    cloudwatch.delete_dashboards(DashboardNames=[name])
    assert refusal(cloudwatch.tag_resource, ResourceARN=arn, Tags=[])[0] == "ResourceNotFoundException"
    cloudwatch.put_dashboard(DashboardName=name, DashboardBody=BODY)
    assert tags_of(cloudwatch, arn) == {}
    many = [{"Key": f"k{n}", "Value": "v"} for n in range(51)]
    assert refusal(cloudwatch.put_dashboard, DashboardName=unique("board"), DashboardBody=BODY, Tags=many) == (
        "InvalidParameterInput", "The maximum number of tags for a dashboard is 50.")


def test_tagging_has_to_be_allowed(server, client, unique):
    user, name = unique("boards"), unique("board")
    arn = f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/{name}"
    iam = client("iam")
    iam.create_user(UserName=user)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    mine = server.client("cloudwatch", key["AccessKeyId"], key["SecretAccessKey"])
    iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=policy(allow("cloudwatch:PutDashboard", arn)))
    tags = [{"Key": "team", "Value": "a"}]
    code, message = refusal(mine.put_dashboard, DashboardName=name, DashboardBody=BODY, Tags=tags)
    assert code in ("AccessDenied", "AccessDeniedException") and "cloudwatch:TagResource" in message
    mine.put_dashboard(DashboardName=name, DashboardBody=BODY)
    allowed = allow(["cloudwatch:TagResource", "cloudwatch:ListTagsForResource"], arn,
                    Condition={"StringEquals": {"aws:RequestTag/team": "a"}})
    listing = allow("cloudwatch:ListTagsForResource", arn)
    iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=policy(allowed, listing))
    mine.tag_resource(ResourceARN=arn, Tags=tags)
    assert tags_of(mine, arn) == {"team": "a"}
    refused = refusal(mine.tag_resource, ResourceARN=arn, Tags=[{"Key": "team", "Value": "b"}])
    assert refused[0] in ("AccessDenied", "AccessDeniedException")
