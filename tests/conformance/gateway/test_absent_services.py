"""Services that AWS has and Orrery has not: 501, by name, in the protocol of each, so that clients can read it."""

import re

import pytest
from botocore.exceptions import ClientError

from support.aws import json_call, query, raw, sign, signed

CBOR = {"smithy-protocol": "rpc-v2-cbor", "Content-Type": "application/cbor", "Accept": "application/cbor"}
CODEBUILD = "/service/CodeBuild_20161006/operation/ListProjects"


@pytest.mark.parametrize(
    ("service", "operation", "arguments", "named"),
    [
        # json
        ("kms", "list_keys", {}, "KMS:ListKeys"),
        ("ssm", "get_parameter", {"Name": "p"}, "SSM:GetParameter"),
        ("secretsmanager", "list_secrets", {}, "SecretsManager:ListSecrets"),
        ("stepfunctions", "list_state_machines", {}, "StepFunctions:ListStateMachines"),
        ("ecr", "describe_repositories", {}, "ECR:DescribeRepositories"),
        ("kinesisanalyticsv2", "list_applications", {}, "kinesisanalytics:ListApplications"),
        # query, and EC2's form of it
        ("autoscaling", "describe_policies", {}, "AutoScaling:DescribePolicies"),
        ("cloudformation", "list_stacks", {}, "CloudFormation:ListStacks"),
        ("ec2", "describe_instances", {}, "EC2:DescribeInstances"),
        # rpc-v2-cbor
        ("codebuild", "list_projects", {}, "codebuild:ListProjects"),
        # rest-json
        ("apigateway", "get_rest_apis", {}, "APIGateway:GET /restapis"),
        ("apigatewayv2", "create_api", {"Name": "a", "ProtocolType": "HTTP"}, "APIGateway:POST /v2/apis"),
        ("sesv2", "list_contact_lists", {}, "SES:GET /v2/email/contact-lists"),
        ("pipes", "list_pipes", {}, "pipes:GET /v1/pipes"),
        # rest-xml
        ("route53", "list_hosted_zones", {}, "Route53:GET /2013-04-01/hostedzone"),
        ("cloudfront", "list_distributions", {}, "CloudFront:GET /2020-05-31/distribution"),
    ],
)
def test_clients_read_the_refusal(client, service, operation, arguments, named):
    with pytest.raises(ClientError) as caught:
        getattr(client(service), operation)(**arguments)
    reply = caught.value.response
    assert reply["Error"]["Code"] == "NotImplemented"
    assert reply["Error"]["Message"] == f"Orrery does not implement {named}."
    assert reply["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert reply["ResponseMetadata"]["RequestId"]


def test_json_versions(server):
    for version in ("1.0", "1.1"):
        reply = json_call(server, "kms", "TrentService.ListKeys", {}, version)
        assert reply.headers["Content-Type"] == f"application/x-amz-json-{version}"
        assert reply.json == {"__type": "NotImplemented", "message": "Orrery does not implement KMS:ListKeys."}


def test_query_from_the_url_and_from_a_form(server):
    form = query(server, "cloudformation", "2010-05-15", "ListStacks")
    for reply in (form, signed(server, "cloudformation", "GET", "/?Action=ListStacks")):
        assert (reply.status, reply.headers["Content-Type"]) == (501, "text/xml")
        text = re.sub(r">\s+<", "><", reply.text)
        assert "<Error><Type>Receiver</Type><Code>NotImplemented</Code>" in text and "CloudFormation:ListStacks" in text


def test_ec2_has_a_shape_of_its_own(server):
    reply = query(server, "ec2", "2016-11-15", "DescribeVpcs")
    assert re.search(r"<Response><Errors><Error><Code>NotImplemented</Code>.*</Errors><RequestID>", reply.text)


def test_cbor(server):
    reply = signed(server, "codebuild", "POST", CODEBUILD, CBOR, b"\xa0")
    assert (reply.status, reply.headers["smithy-protocol"]) == (501, "rpc-v2-cbor")
    assert reply.headers["Content-Type"] == "application/cbor"
    assert reply.body.startswith(b"\xa2\x66__type\x6eNotImplemented\x67message")


def test_cbor_in_the_name_of_a_service_that_is_there(server):
    """EventBridge's newer API signs as `events` and speaks CBOR only."""
    reply = signed(server, "events", "POST", "/service/AWSEventsV2/operation/ListThings", CBOR, b"\xa0")
    assert reply.status == 501 and b"AWSEventsV2:ListThings" in reply.body


def test_strangers_learn_nothing(server):
    """The name of what is missing is for those whose signature is right; others get the protocol's own refusal."""
    reply = json_call(server, "kms", "TrentService.ListKeys", {}, secret="wrong")
    assert reply.status == 400 and reply.json["__type"] == "InvalidSignatureException"
    reply = query(server, "ec2", "2016-11-15", "DescribeVpcs", secret="wrong")
    assert reply.status == 403 and "<Code>SignatureDoesNotMatch</Code>" in reply.text
    reply = raw(server, "POST", CODEBUILD, CBOR, b"\xa0")
    assert reply.status == 400 and b"MissingAuthenticationToken" in reply.body
    reply = raw(server, "POST", "/", {"X-Amz-Target": "TrentService.ListKeys"}, b"{}")
    assert reply.status == 400 and reply.json["__type"] == "MissingAuthenticationTokenException"
    headers = sign(server, "apigateway", "GET", "/restapis", secret="wrong")
    assert raw(server, "GET", "/restapis", headers).status == 403


def test_a_target_of_no_service_is_unknown(server):
    """Signed for a service that is there, the target is a mistake and no absent service."""
    reply = json_call(server, "dynamodb", "TrentService.ListKeys", {})
    assert (reply.status, reply.json["__type"].rpartition("#")[2]) == (400, "UnknownOperationException")


def test_a_form_without_action(server):
    reply = signed(server, "cloudformation", "POST", "/", {"Content-Type": "application/x-www-form-urlencoded"}, b"Version=1")
    assert reply.status == 400 and "<Code>MissingAction</Code>" in reply.text
