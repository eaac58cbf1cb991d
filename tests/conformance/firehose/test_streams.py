"""Delivery streams: made, described, listed, changed, refused."""

import pytest

from support.aws import ACCOUNT, allow, policy, refusal

NOT_FOUND = f"Firehose nowhere under account {ACCOUNT} not found."
DESTINATION = "destinationId-000000000001"


def describe(house, name="d"):
    return house.firehose.describe_delivery_stream(DeliveryStreamName=name)["DeliveryStreamDescription"]


def test_describing(shared):
    arn = shared.create(Tags=[{"Key": "a", "Value": "b"}])
    assert arn == f"arn:aws:firehose:us-east-1:{ACCOUNT}:deliverystream/d"
    found = describe(shared)
    assert (found["DeliveryStreamARN"], found["DeliveryStreamStatus"], found["VersionId"]) == (arn, "ACTIVE", "1")
    assert found["DeliveryStreamType"] == "DirectPut" and not found["HasMoreDestinations"]
    (destination,) = found["Destinations"]
    extended = destination["ExtendedS3DestinationDescription"]
    assert destination["DestinationId"] == DESTINATION
    assert extended["CompressionFormat"] == "UNCOMPRESSED" and extended["S3BackupMode"] == "Disabled"
    assert extended["EncryptionConfiguration"] == {"NoEncryptionConfig": "NoEncryption"}
    assert destination["S3DestinationDescription"]["BufferingHints"] == {"SizeInMBs": 1, "IntervalInSeconds": 60}


def test_the_older_form_of_a_destination(shared):
    shared.firehose.create_delivery_stream(
        DeliveryStreamName="old",
        S3DestinationConfiguration={"RoleARN": shared.role, "BucketARN": "arn:aws:s3:::bucket", "Prefix": "old/"},
    )
    extended = describe(shared, "old")["Destinations"][0]["ExtendedS3DestinationDescription"]
    assert extended["Prefix"] == "old/" and extended["BufferingHints"] == {"SizeInMBs": 5, "IntervalInSeconds": 300}


def test_listing(shared):
    for i in range(5):
        shared.create(f"d{i}")
    page = shared.firehose.list_delivery_streams(Limit=3)
    assert page["DeliveryStreamNames"] == ["d0", "d1", "d2"] and page["HasMoreDeliveryStreams"]
    page = shared.firehose.list_delivery_streams(ExclusiveStartDeliveryStreamName="d2")
    assert page["DeliveryStreamNames"] == ["d3", "d4"] and not page["HasMoreDeliveryStreams"]
    assert shared.firehose.list_delivery_streams(DeliveryStreamType="KinesisStreamAsSource")["DeliveryStreamNames"] == []


def test_updating(shared):
    shared.create(destination=shared.destination(Prefix="a/"))

    def update(version="1", destination=DESTINATION, **more):
        return shared.firehose.update_destination(
            DeliveryStreamName="d", CurrentDeliveryStreamVersionId=version, DestinationId=destination,
            ExtendedS3DestinationUpdate=more,
        )  # fmt: skip

    update(CompressionFormat="GZIP", BufferingHints={"SizeInMBs": 2, "IntervalInSeconds": 120})
    found = describe(shared)
    extended = found["Destinations"][0]["ExtendedS3DestinationDescription"]
    assert found["VersionId"] == "2" and found["LastUpdateTimestamp"]
    assert (extended["Prefix"], extended["CompressionFormat"]) == ("a/", "GZIP")
    assert extended["BufferingHints"] == {"SizeInMBs": 2, "IntervalInSeconds": 120}
    assert refusal(update, CompressionFormat="UNCOMPRESSED") == (
        "ConcurrentModificationException",
        "Cannot update firehose: d since the current version id: 2 and specified version id: 1 do not match",
    )
    assert refusal(update, version="2", destination="destinationId-7")[0] == "InvalidArgumentException"


def test_tags_and_encryption(shared):
    shared.create()
    firehose = shared.firehose
    firehose.tag_delivery_stream(DeliveryStreamName="d", Tags=[{"Key": f"k{i}", "Value": str(i)} for i in range(4)])
    page = firehose.list_tags_for_delivery_stream(DeliveryStreamName="d", Limit=3)
    assert [tag["Key"] for tag in page["Tags"]] == ["k0", "k1", "k2"] and page["HasMoreTags"]
    firehose.untag_delivery_stream(DeliveryStreamName="d", TagKeys=["k0", "k1"])
    page = firehose.list_tags_for_delivery_stream(DeliveryStreamName="d", ExclusiveStartTagKey="k2")
    assert page["Tags"] == [{"Key": "k3", "Value": "3"}]
    aws = [{"Key": "aws:x", "Value": ""}]
    assert refusal(firehose.tag_delivery_stream, DeliveryStreamName="d", Tags=aws)[0] == "InvalidArgumentException"
    assert describe(shared)["DeliveryStreamEncryptionConfiguration"] == {"Status": "DISABLED"}
    firehose.start_delivery_stream_encryption(DeliveryStreamName="d")
    assert describe(shared)["DeliveryStreamEncryptionConfiguration"] == {"KeyType": "AWS_OWNED_CMK", "Status": "ENABLED"}
    assert firehose.put_record(DeliveryStreamName="d", Record={"Data": b"x"})["Encrypted"] is True
    firehose.stop_delivery_stream_encryption(DeliveryStreamName="d")
    assert describe(shared)["DeliveryStreamEncryptionConfiguration"] == {"Status": "DISABLED"}


def test_refusals(shared):
    shared.create()
    firehose = shared.firehose
    assert refusal(shared.create) == (
        "ResourceInUseException",
        f"Firehose d under accountId {ACCOUNT} already exists",
    )
    missing = {"DeliveryStreamName": "nowhere"}
    for call in (firehose.describe_delivery_stream, firehose.delete_delivery_stream):
        assert refusal(call, **missing) == ("ResourceNotFoundException", NOT_FOUND)
    assert refusal(firehose.put_record, Record={"Data": b"x"}, **missing) == ("ResourceNotFoundException", NOT_FOUND)
    big = [{"Data": b"x" * 1_000_000}] * 5
    assert refusal(firehose.put_record_batch, DeliveryStreamName="d", Records=big) == (
        "InvalidArgumentException",
        "Records size exceeds 4 MB limit",
    )
    role = f"arn:aws:iam::{ACCOUNT}:role/none"
    assert refusal(shared.create, name="e", destination=shared.destination(RoleARN=role)) == (
        "InvalidArgumentException",
        f"Firehose is unable to assume role {role}. Please check the role provided.",
    )
    assert refusal(firehose.create_delivery_stream, DeliveryStreamName="e") == (
        "InvalidArgumentException",
        "Exactly one destination configuration is supported for a Firehose",
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"Prefix": "a/!{timestamp:yyyy}/"},
        {"Prefix": "a/!{nothing:x}/", "ErrorOutputPrefix": "e/"},
        {"Prefix": "a/", "ErrorOutputPrefix": "e/!{timestamp:yyyy}/"},
        {"CustomTimeZone": "Mars/Olympus"},
        {"ProcessingConfiguration": {"Enabled": True, "Processors": [{"Type": "Lambda", "Parameters": []}]}},
        {"BufferingHints": {"SizeInMBs": 1}},
        {"S3BackupMode": "Enabled"},
    ],
)
def test_wrong_destinations(shared, wrong):
    assert refusal(shared.create, destination=shared.destination(**wrong))[0] == "InvalidArgumentException"


@pytest.mark.parametrize(
    "absent",
    [
        {"CompressionFormat": "Snappy"},
        {"CompressionFormat": "HADOOP_SNAPPY"},
        {"DynamicPartitioningConfiguration": {"Enabled": True}},
        {"ProcessingConfiguration": {"Enabled": True, "Processors": [{"Type": "MetadataExtraction"}]}},
    ],
)
def test_what_is_absent_says_so(shared, absent):
    code, message = refusal(shared.create, destination=shared.destination(**absent))
    assert code == "NotImplemented" and "firehose:CreateDeliveryStream with" in message


def test_other_destinations_say_so(shared):
    endpoint = {
        "EndpointConfiguration": {"Url": "https://example.com"},
        "S3Configuration": {"RoleARN": shared.role, "BucketARN": "arn:aws:s3:::bucket"},
    }
    code, message = refusal(
        shared.firehose.create_delivery_stream, DeliveryStreamName="e", HttpEndpointDestinationConfiguration=endpoint
    )
    assert code == "NotImplemented" and "HTTP endpoint" in message
    code, message = refusal(shared.create, name="e", DeliveryStreamType="MSKAsSource")
    assert code == "NotImplemented" and "MSKAsSource" in message


def test_permissions(shared):
    arn = shared.create()
    iam = shared.server.client("iam")
    iam.create_user(UserName="u")
    iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=policy(allow("firehose:*", arn)))
    key = iam.create_access_key(UserName="u")["AccessKey"]
    firehose = shared.server.client("firehose", access_key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    firehose.put_record(DeliveryStreamName="d", Record={"Data": b"x"})
    assert refusal(firehose.put_record, DeliveryStreamName="other", Record={"Data": b"x"})[0] == "AccessDeniedException"
    update = {"DeliveryStreamName": "d", "CurrentDeliveryStreamVersionId": "1", "DestinationId": DESTINATION}
    code, message = refusal(
        firehose.update_destination, ExtendedS3DestinationUpdate={"RoleARN": shared.role}, **update
    )
    assert code == "AccessDeniedException" and "iam:PassRole" in message
    backup = {"S3BackupUpdate": {"RoleARN": shared.role, "BucketARN": "arn:aws:s3:::bucket"}}
    code, message = refusal(firehose.update_destination, ExtendedS3DestinationUpdate=backup, **update)
    assert code == "AccessDeniedException" and "iam:PassRole" in message


def test_backups_are_checked(shared):
    backup = {"RoleARN": f"arn:aws:iam::{ACCOUNT}:role/none", "BucketARN": "arn:aws:s3:::bucket"}
    wrong = shared.destination(S3BackupMode="Enabled", S3BackupConfiguration=backup)
    assert "unable to assume role" in refusal(shared.create, destination=wrong)[1]
    shared.create()
    version = iter("1122")

    def update(**more):
        return shared.firehose.update_destination(
            DeliveryStreamName="d", CurrentDeliveryStreamVersionId=next(version), DestinationId=DESTINATION,
            ExtendedS3DestinationUpdate=more,
        )  # fmt: skip

    incomplete = {"S3BackupMode": "Enabled", "S3BackupUpdate": {"Prefix": "x/"}}
    assert "RoleARN and BucketARN" in refusal(update, **incomplete)[1]
    update(S3BackupMode="Enabled", S3BackupUpdate=backup | {"RoleARN": shared.role})
    assert refusal(update, S3BackupMode="Disabled")[0] == "InvalidArgumentException"
    update(S3BackupUpdate={"Prefix": "source/"})
    extended = describe(shared)["Destinations"][0]["ExtendedS3DestinationDescription"]
    assert (extended["S3BackupMode"], extended["S3BackupDescription"]["Prefix"]) == ("Enabled", "source/")
