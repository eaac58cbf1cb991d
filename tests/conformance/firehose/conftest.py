"""Delivery streams for the tests of this folder."""

import pytest

from support.aws import allow, policy, trust
from support.server import Server

START = "2026-03-01T17:05:09Z"


class House:
    """A frozen server with a bucket, and a role that may write there."""

    def __init__(self, server):
        self.server, self.clock = server, server.clock
        self.firehose, self.s3, self.kinesis = (server.client(x) for x in ("firehose", "s3", "kinesis"))
        self.s3.create_bucket(Bucket="bucket")
        self.role = self.make_role("r", allow(["s3:PutObject", "lambda:InvokeFunction", "kinesis:*"]))

    def make_role(self, name, *statements, service="firehose.amazonaws.com"):
        iam = self.server.client("iam")
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(Service=service))["Role"]["Arn"]
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy(*statements))
        return made

    def destination(self, **more):
        given = {"RoleARN": self.role, "BucketARN": "arn:aws:s3:::bucket"}
        return {**given, "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 60}, **more}

    def create(self, name="d", destination=None, **more):
        return self.firehose.create_delivery_stream(
            DeliveryStreamName=name, ExtendedS3DestinationConfiguration=destination or self.destination(), **more
        )["DeliveryStreamARN"]

    def put(self, *texts, name="d"):
        records = [{"Data": text} for text in texts]
        return self.firehose.put_record_batch(DeliveryStreamName=name, Records=records)

    def objects(self, bucket="bucket"):
        """key -> content"""
        listed = self.s3.list_objects_v2(Bucket=bucket).get("Contents", [])
        return {one["Key"]: self.s3.get_object(Bucket=bucket, Key=one["Key"])["Body"].read() for one in listed}

    def contents(self, bucket="bucket"):
        return sorted(self.objects(bucket).values())


@pytest.fixture
def house(own_server):
    return House(own_server("--clock", f"frozen@{START}"))


@pytest.fixture(scope="session")
def lasting_house(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("firehose") / "data", "--clock", f"frozen@{START}") as server:
        yield House(server)


@pytest.fixture
def shared(lasting_house):
    """One for tests that deliver nothing; their delivery streams are deleted."""
    yield lasting_house
    for name in lasting_house.firehose.list_delivery_streams(Limit=100)["DeliveryStreamNames"]:
        lasting_house.firehose.delete_delivery_stream(DeliveryStreamName=name)
