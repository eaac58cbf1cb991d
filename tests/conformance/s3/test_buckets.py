import pytest

from .helpers import code_of, error_of


def test_create_head_list_delete(s3, unique):
    name = unique("bucket")
    created = s3.create_bucket(Bucket=name)
    assert created["Location"] == f"/{name}"
    assert s3.head_bucket(Bucket=name)["BucketRegion"] == "us-east-1"
    assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] is None
    listed = s3.list_buckets()
    (mine,) = [b for b in listed["Buckets"] if b["Name"] == name]
    assert mine["CreationDate"].tzinfo is not None
    assert len(listed["Owner"]["ID"]) == 64
    assert s3.delete_bucket(Bucket=name)["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert code_of(s3.head_bucket, Bucket=name) == (404, "404")
    assert error_of(s3.delete_bucket, Bucket=name) == (404, "NoSuchBucket", "The specified bucket does not exist")


def test_creating_ones_own_bucket_again(client, unique):
    first = client("s3")
    name = unique("bucket")
    first.create_bucket(Bucket=name)
    first.create_bucket(Bucket=name)  # us-east-1 answers 200

    west = client("s3", region="eu-west-1")
    other = unique("bucket")
    west.create_bucket(Bucket=other, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    again = error_of(
        west.create_bucket, Bucket=other, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    assert again == (
        409,
        "BucketAlreadyOwnedByYou",
        "Your previous request to create the named bucket succeeded and you already own it.",
    )


def test_locations(client, unique):
    east, west = client("s3"), client("s3", region="eu-west-1")
    name = unique("bucket")
    east.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    assert east.get_bucket_location(Bucket=name)["LocationConstraint"] == "eu-central-1"
    assert east.head_bucket(Bucket=name)["BucketRegion"] == "eu-central-1"
    assert code_of(west.create_bucket, Bucket=unique("bucket")) == (400, "IllegalLocationConstraintException")
    elsewhere = {"LocationConstraint": "us-west-2"}
    status, code, message = error_of(
        west.create_bucket, Bucket=unique("bucket"), CreateBucketConfiguration=elsewhere
    )
    assert (status, code) == (400, "IllegalLocationConstraintException")
    assert message.startswith("The us-west-2 location constraint is incompatible")
    for wrong in ("us-east-1", "mars-north-1"):
        wrong = {"LocationConstraint": wrong}
        assert error_of(east.create_bucket, Bucket=unique("bucket"), CreateBucketConfiguration=wrong) == (
            400,
            "InvalidLocationConstraint",
            "The specified location-constraint is not valid",
        )


@pytest.mark.parametrize("name", ["UPPER", "a_b", "192.168.5.4", "xn--abc", "abc-s3alias", "double..dots"])
def test_invalid_names(server, name):
    s3 = server.client("s3", s3={"addressing_style": "path"})
    assert code_of(s3.create_bucket, Bucket=name) == (400, "InvalidBucketName")


def test_not_empty(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k")
    assert error_of(s3.delete_bucket, Bucket=bucket) == (
        409,
        "BucketNotEmpty",
        "The bucket you tried to delete is not empty",
    )
    s3.delete_object(Bucket=bucket, Key="k")
    s3.delete_bucket(Bucket=bucket)


def test_list_buckets_in_pages(s3, unique):
    prefix = unique("paged")
    names = [f"{prefix}-{i}" for i in range(5)]
    for name in names:
        s3.create_bucket(Bucket=name)
    pages = s3.get_paginator("list_buckets").paginate(Prefix=prefix, PaginationConfig={"PageSize": 2})
    pages = [[b["Name"] for b in page["Buckets"]] for page in pages]
    assert pages == [names[:2], names[2:4], names[4:]]
    assert s3.list_buckets(Prefix=prefix, BucketRegion="eu-west-1")["Buckets"] == []
    assert code_of(s3.list_buckets, ContinuationToken="?") == (400, "InvalidArgument")
    assert code_of(s3.list_buckets, MaxBuckets=10_001) == (400, "InvalidArgument")


def test_what_is_not_built_says_so(s3, unique):
    assert code_of(s3.create_bucket, Bucket=unique("b"), ObjectLockEnabledForBucket=True) == (501, "NotImplemented")
    assert code_of(s3.create_bucket, Bucket=unique("b"), ObjectOwnership="ObjectWriter") == (501, "NotImplemented")
    assert code_of(s3.create_bucket, Bucket=unique("b"), ACL="public-read") == (
        400,
        "InvalidBucketAclWithObjectOwnership",
    )
    name = unique("b")
    s3.create_bucket(Bucket=name)
    status, code, message = error_of(s3.get_bucket_versioning, Bucket=name)
    assert (status, code) == (501, "NotImplemented")
    assert "GetBucketVersioning" in message


def test_expected_owner(s3, bucket):
    s3.head_bucket(Bucket=bucket, ExpectedBucketOwner="000000000000")
    assert code_of(s3.head_bucket, Bucket=bucket, ExpectedBucketOwner="111111111111") == (403, "403")
    assert code_of(s3.put_object, Bucket=bucket, Key="k", ExpectedBucketOwner="111111111111") == (403, "AccessDenied")
