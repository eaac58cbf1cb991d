"""Every operation of every service, called by a principal without rights, is refused and changes nothing.

The operations are those that the server has, and the arguments come from botocore's models: a new operation is covered
by itself.
"""

import json

import botocore.exceptions
import pytest
from botocore import xform_name

from support.aws import trust
from support.examples import arguments_of
from support.server import Server

# Operations that need no permission, or judge each of their parts by itself: what they answer instead is tested below
# and in their services' own tests.
OPEN = {
    ("sts", "GetCallerIdentity"): "needs no permission",
    ("sts", "GetSessionToken"): "needs no permission; not for sessions",
    ("sts", "AssumeRoleWithWebIdentity"): "is not signed",
    ("sts", "AssumeRoleWithSAML"): "is not signed",
    ("dynamodb", "ExecuteStatement"): "each statement by itself",
    ("dynamodb", "BatchExecuteStatement"): "each statement by itself",
    ("dynamodb", "ExecuteTransaction"): "each statement by itself",
    ("s3", "DeleteObjects"): "each key by itself",
}
# What is wrong with the example is said before policies are asked: its form is part of the resource's name.
FORM = {("dynamodbstreams", "GetRecords")}


@pytest.fixture(scope="module")
def denied_server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("denied") / "data") as running:
        running.client("s3").create_bucket(Bucket="example")
        yield running


@pytest.fixture(scope="module")
def nobody(denied_server):
    """Clients of a session whose role has no policy."""
    denied_server.client("iam").create_role(RoleName="nobody", AssumeRolePolicyDocument=trust(AWS="*"))
    keys = denied_server.client("sts").assume_role(
        RoleArn="arn:aws:iam::000000000000:role/nobody", RoleSessionName="s1")["Credentials"]
    clients = {}

    def client(service):
        if service not in clients:
            clients[service] = denied_server.client(
                service, keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], parameter_validation=False,
                s3={"addressing_style": "path"})
        return clients[service]

    return client


def call(client, operation):
    getattr(client, xform_name(operation))(**arguments_of(client, operation))


def state(server, operations) -> dict:
    """What every operation that lists without arguments shows to the root."""
    out = {}
    for one in operations:
        name = one["operation"]
        if not name.startswith(("List", "Describe", "Get")):
            continue
        client = server.client(one["service"])
        shape = client.meta.service_model.operation_model(name).input_shape
        if shape is not None and shape.required_members:
            continue
        try:
            reply = getattr(client, xform_name(name))()
        except botocore.exceptions.ClientError as refused:
            reply = {"refused": refused.response["Error"]["Code"]}
        reply.pop("ResponseMetadata", None)
        out[f"{one['service']}:{name}"] = json.dumps(reply, default=str, sort_keys=True)
    return out


# Seen to change by themselves: times of last use, events of the audit trail, what the services publish of themselves.
MOVING = ("sts:GetSessionToken", "cloudtrail:LookupEvents", "iam:GetAccountAuthorizationDetails", "iam:ListRoles",
          "iam:GenerateCredentialReport", "cloudwatch:ListMetrics")


def test_every_operation_is_refused(denied_server, nobody):
    operations = denied_server.admin("GET", "/_orrery/operations")
    assert len(operations) > 130
    before = state(denied_server, operations)
    wrong = []
    for one in operations:
        service, operation = one["service"], one["operation"]
        if (service, operation) in OPEN or (service, operation) in FORM:
            continue
        try:
            call(nobody(service), operation)
            wrong.append(f"{service}:{operation} was allowed")
        except botocore.exceptions.ClientError as refused:
            error = refused.response["Error"]
            status = refused.response["ResponseMetadata"]["HTTPStatusCode"]
            if status == 403 and error["Code"] == "403":
                continue  # HEAD: no body
            actions = {access["action"] for access in one["accesses"]} | {one["action"]}
            said = any(f" is not authorized to perform: {action}" in error["Message"] for action in actions)
            code = error["Code"] in ("AccessDenied", "AccessDeniedException", "AuthorizationError")
            if not code or status not in (400, 403) or not said:
                wrong.append(f"{service}:{operation}: {status} {error['Code']} {error['Message'][:200]}")
        except Exception as problem:  # noqa: BLE001  (each is a finding about one operation)
            wrong.append(f"{service}:{operation}: {problem!r}")
    assert not wrong, "\n".join(wrong)
    after = state(denied_server, operations)
    assert {k: v for k, v in after.items() if k not in MOVING} == {k: v for k, v in before.items() if k not in MOVING}


def test_parts_are_judged_by_themselves(denied_server, nobody):
    s3 = denied_server.client("s3")
    s3.put_object(Bucket="example", Key="kept", Body=b"x")
    refused = nobody("s3").delete_objects(Bucket="example", Delete={"Objects": [{"Key": "kept"}]})
    assert [e["Code"] for e in refused["Errors"]] == ["AccessDenied"]
    assert s3.get_object(Bucket="example", Key="kept")["Body"].read() == b"x"
    dynamodb = nobody("dynamodb")
    for arguments in ("SELECT * FROM example", "DELETE FROM example WHERE id='a'"):
        with pytest.raises(botocore.exceptions.ClientError) as caught:
            dynamodb.execute_statement(Statement=arguments)
        assert caught.value.response["Error"]["Code"] == "AccessDeniedException"


def test_the_open_ones_exist(denied_server):
    """An entry above that no longer matches an operation covers nothing."""
    operations = {(one["service"], one["operation"]) for one in denied_server.admin("GET", "/_orrery/operations")}
    known = {("sts", "GetSessionToken"), ("sts", "AssumeRoleWithWebIdentity"), ("sts", "AssumeRoleWithSAML")}
    assert set(OPEN) - operations <= known
