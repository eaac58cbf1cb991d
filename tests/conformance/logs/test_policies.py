"""Resource policies, and the older family of tag operations."""

import json

from support.aws import refusal

POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "route53.amazonaws.com"},
                "Action": "logs:PutLogEvents",
                "Resource": "*",
            }
        ],
    }
)


def test_policies_of_the_account(own_server):
    logs = own_server().client("logs")
    made = logs.put_resource_policy(policyName="dns", policyDocument=POLICY)["resourcePolicy"]
    assert made["policyName"] == "dns" and made["policyScope"] == "ACCOUNT"
    for i in range(9):
        logs.put_resource_policy(policyName=f"p{i}", policyDocument=POLICY)
    assert refusal(logs.put_resource_policy, policyName="more", policyDocument=POLICY) == (
        "LimitExceededException",
        "Resource limit exceeded.",
    )
    logs.put_resource_policy(policyName="dns", policyDocument=POLICY)  # replaced
    shown = logs.describe_resource_policies()["resourcePolicies"]
    assert len(shown) == 10 and json.loads(shown[0]["policyDocument"]) == json.loads(POLICY)
    logs.delete_resource_policy(policyName="dns")
    assert refusal(logs.delete_resource_policy, policyName="dns") == (
        "ResourceNotFoundException",
        "Policy with name [dns] does not exist",
    )
    assert refusal(logs.put_resource_policy, policyName="x", policyDocument="{")[0] == "InvalidParameterException"
    assert refusal(logs.put_resource_policy, policyName="x")[0] == "InvalidParameterException"


def test_the_policy_of_a_group(logs, group):
    arn = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]["logGroupArn"]
    made = logs.put_resource_policy(policyName="own", policyDocument=POLICY, resourceArn=arn)
    (shown,) = logs.describe_resource_policies(resourceArn=arn)["resourcePolicies"]
    assert shown["policyScope"] == "RESOURCE" and shown["revisionId"] == made["revisionId"]
    again = {"policyName": "own", "policyDocument": POLICY, "resourceArn": arn}
    assert refusal(logs.put_resource_policy, **again)[0] == "OperationAbortedException"
    made = logs.put_resource_policy(**again, expectedRevisionId=made["revisionId"])
    listed = logs.describe_resource_policies(policyScope="RESOURCE")["resourcePolicies"]
    assert arn in [policy["resourceArn"] for policy in listed]
    logs.delete_resource_policy(policyName="own", resourceArn=arn, expectedRevisionId=made["revisionId"])
    assert logs.describe_resource_policies(resourceArn=arn)["resourcePolicies"] == []


def test_tags_by_the_groups_name(logs, group):
    logs.tag_log_group(logGroupName=group, tags={"a": "1", "b": "2"})
    logs.untag_log_group(logGroupName=group, tags=["a"])
    assert logs.list_tags_log_group(logGroupName=group)["tags"] == {"b": "2"}
    missing = ("ResourceNotFoundException", "The specified log group does not exist.")
    assert refusal(logs.list_tags_log_group, logGroupName="/none") == missing
    assert refusal(logs.tag_log_group, logGroupName="/none", tags={"a": "1"}) == missing
    assert refusal(logs.untag_log_group, logGroupName="/none", tags=["a"]) == missing
    assert refusal(logs.tag_log_group, logGroupName=group, tags={str(i): "" for i in range(50)})[0] == (
        "InvalidParameterException"
    )
