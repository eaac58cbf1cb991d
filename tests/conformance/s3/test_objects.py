import base64
import datetime
import hashlib
import io

import pytest

from .helpers import code_of, error_of


def test_put_get_head_delete(s3, bucket):
    put = s3.put_object(
        Bucket=bucket,
        Key="a/b.txt",
        Body=b"hello",
        ContentType="text/plain",
        CacheControl="no-store",
        ContentDisposition="inline",
        ContentLanguage="en",
        ContentEncoding="gzip",
        Expires=datetime.datetime(2030, 1, 1, tzinfo=datetime.timezone.utc),
        Metadata={"Who": "me", "empty": ""},
    )
    etag = '"' + hashlib.md5(b"hello").hexdigest() + '"'
    assert put["ETag"] == etag
    head = s3.head_object(Bucket=bucket, Key="a/b.txt")
    got = s3.get_object(Bucket=bucket, Key="a/b.txt")
    assert got["Body"].read() == b"hello"
    for reply in (head, got):
        assert reply["ContentLength"] == 5
        assert reply["ETag"] == etag
        assert reply["ContentType"] == "text/plain"
        assert reply["CacheControl"] == "no-store"
        assert reply["ContentDisposition"] == "inline"
        assert reply["ContentLanguage"] == "en"
        assert reply["ContentEncoding"] == "gzip"
        assert reply["ExpiresString"] == "Tue, 01 Jan 2030 00:00:00 GMT"
        assert reply["Metadata"] == {"who": "me", "empty": ""}
        assert reply["AcceptRanges"] == "bytes"
        assert "StorageClass" not in reply
        age = datetime.datetime.now(datetime.timezone.utc) - reply["LastModified"]
        assert datetime.timedelta(seconds=-1) < age < datetime.timedelta(seconds=60)
    assert s3.delete_object(Bucket=bucket, Key="a/b.txt")["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert s3.delete_object(Bucket=bucket, Key="a/b.txt")["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert error_of(s3.get_object, Bucket=bucket, Key="a/b.txt") == (
        404,
        "NoSuchKey",
        "The specified key does not exist.",
    )
    assert code_of(s3.head_object, Bucket=bucket, Key="a/b.txt") == (404, "404")


def test_defaults(s3, bucket):
    s3.put_object(Bucket=bucket, Key="plain", Body=b"")
    got = s3.get_object(Bucket=bucket, Key="plain")
    assert got["ContentType"] == "binary/octet-stream"
    assert got["ContentLength"] == 0
    assert got["Body"].read() == b""
    assert got["Metadata"] == {}


@pytest.mark.parametrize(
    "key",
    [
        "naïve/ключ/鍵/😀",
        "space and+plus%20percent&amp;<>\"'",
        "a//b/./../c",
        "/leading",
        "trailing/",
        "tab\tnewline\n",
        "k" * 1024,
    ],
)
def test_any_key(s3, bucket, key):
    s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == key.encode()
    assert [o["Key"] for o in s3.list_objects_v2(Bucket=bucket)["Contents"]] == [key]
    assert [o["Key"] for o in s3.list_objects(Bucket=bucket)["Contents"]] == [key]
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key}]})
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_limits(s3, bucket):
    assert code_of(s3.put_object, Bucket=bucket, Key="k" * 1025) == (400, "KeyTooLongError")
    assert code_of(s3.get_object, Bucket=bucket, Key="k" * 1025) == (400, "KeyTooLongError")
    s3.put_object(Bucket=bucket, Key="meta", Metadata={"a": "v" * 2047})
    assert code_of(s3.put_object, Bucket=bucket, Key="meta", Metadata={"a": "v" * 2048}) == (400, "MetadataTooLarge")


def test_no_such_bucket(s3, unique):
    missing = unique("missing")
    calls = [
        (s3.get_object, {"Key": "k"}),
        (s3.put_object, {"Key": "k", "Body": b"x"}),
        (s3.delete_object, {"Key": "k"}),
        (s3.delete_objects, {"Delete": {"Objects": [{"Key": "k"}]}}),
        (s3.list_objects, {}),
        (s3.list_objects_v2, {}),
        (s3.get_bucket_location, {}),
    ]
    for call, arguments in calls:
        assert code_of(call, Bucket=missing, **arguments) == (404, "NoSuchBucket")


@pytest.mark.parametrize("size", [1, 64 * 1024, 64 * 1024 + 1, 1024 * 1024 + 7])
def test_sizes_around_the_border_of_inline_bodies(s3, bucket, size):
    body = bytes(i * 7 % 251 for i in range(size))
    s3.put_object(Bucket=bucket, Key="k", Body=body)
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == body
    assert s3.get_object(Bucket=bucket, Key="k", Range=f"bytes={size // 2}-")["Body"].read() == body[size // 2 :]
    assert s3.get_object(Bucket=bucket, Key="k", Range="bytes=-1")["Body"].read() == body[-1:]
    s3.put_object(Bucket=bucket, Key="k", Body=b"new")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"new"


def test_streams_a_large_file(s3, bucket, tmp_path):
    path = tmp_path / "large"
    block = bytes(range(256)) * 4096
    digest = hashlib.md5()
    with open(path, "wb") as out:
        for i in range(64):
            piece = i.to_bytes(4, "big") + block[4:]
            out.write(piece)
            digest.update(piece)
    with open(path, "rb") as body:
        put = s3.put_object(Bucket=bucket, Key="large", Body=body)
    assert put["ETag"] == f'"{digest.hexdigest()}"'
    back = hashlib.md5()
    for piece in s3.get_object(Bucket=bucket, Key="large")["Body"].iter_chunks(1 << 20):
        back.update(piece)
    assert back.hexdigest() == digest.hexdigest()
    part = s3.get_object(Bucket=bucket, Key="large", Range="bytes=33554432-33554435")
    assert part["Body"].read() == (32).to_bytes(4, "big")
    assert part["ContentRange"] == "bytes 33554432-33554435/67108864"


def test_ranges(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"0123456789")

    def get(header):
        reply = s3.get_object(Bucket=bucket, Key="k", Range=header)
        return reply["ResponseMetadata"]["HTTPStatusCode"], reply["Body"].read(), reply.get("ContentRange")

    assert get("bytes=2-4") == (206, b"234", "bytes 2-4/10")
    assert get("bytes=7-") == (206, b"789", "bytes 7-9/10")
    assert get("bytes=-3") == (206, b"789", "bytes 7-9/10")
    assert get("bytes=5-100") == (206, b"56789", "bytes 5-9/10")
    assert get("bytes=9-2") == (200, b"0123456789", None)
    assert error_of(s3.get_object, Bucket=bucket, Key="k", Range="bytes=10-") == (
        416,
        "InvalidRange",
        "The requested range is not satisfiable",
    )
    head = s3.head_object(Bucket=bucket, Key="k", Range="bytes=2-4")
    assert (head["ContentLength"], head["ResponseMetadata"]["HTTPStatusCode"]) == (3, 206)
    assert code_of(s3.head_object, Bucket=bucket, Key="k", Range="bytes=10-") == (416, "416")

    part = s3.get_object(Bucket=bucket, Key="k", PartNumber=1)
    assert (part["Body"].read(), part["ResponseMetadata"]["HTTPStatusCode"]) == (b"0123456789", 206)
    assert code_of(s3.get_object, Bucket=bucket, Key="k", PartNumber=2) == (416, "InvalidPartNumber")
    assert code_of(s3.get_object, Bucket=bucket, Key="k", PartNumber=1, Range="bytes=0-1") == (400, "InvalidRequest")


def test_read_conditions(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"x")["ETag"]
    modified = s3.head_object(Bucket=bucket, Key="k")["LastModified"]
    before = modified - datetime.timedelta(seconds=10)
    after = modified + datetime.timedelta(seconds=10)
    named = {"Bucket": bucket, "Key": "k"}
    for call, not_modified, failed in (
        (s3.get_object, (304, "304"), (412, "PreconditionFailed")),
        (s3.head_object, (304, "304"), (412, "412")),
    ):
        call(**named, IfMatch=etag)
        assert code_of(call, **named, IfMatch='"other"') == failed
        assert code_of(call, **named, IfNoneMatch=etag) == not_modified
        call(**named, IfNoneMatch='"other"')
        assert code_of(call, **named, IfModifiedSince=modified) == not_modified
        assert code_of(call, **named, IfModifiedSince=after) == not_modified
        call(**named, IfModifiedSince=before)
        call(**named, IfUnmodifiedSince=modified)
        assert code_of(call, **named, IfUnmodifiedSince=before) == failed
        call(**named, IfMatch=etag, IfUnmodifiedSince=before)
        assert code_of(call, **named, IfNoneMatch=etag, IfModifiedSince=before) == not_modified


def test_write_conditions(s3, bucket):
    named = {"Bucket": bucket, "Key": "k"}
    assert code_of(s3.put_object, **named, Body=b"1", IfMatch='"x"') == (404, "NoSuchKey")
    etag = s3.put_object(**named, Body=b"1", IfNoneMatch="*")["ETag"]
    assert error_of(s3.put_object, **named, Body=b"2", IfNoneMatch="*") == (
        412,
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold",
    )
    assert code_of(s3.put_object, **named, Body=b"2", IfMatch='"x"') == (412, "PreconditionFailed")
    newer = s3.put_object(**named, Body=b"2", IfMatch=etag)["ETag"]
    assert code_of(s3.put_object, **named, Body=b"3", IfNoneMatch='"x"') == (501, "NotImplemented")
    assert code_of(s3.delete_object, **named, IfMatch=etag) == (412, "PreconditionFailed")
    assert s3.get_object(**named)["Body"].read() == b"2"
    s3.delete_object(**named, IfMatch=newer)
    assert code_of(s3.delete_object, **named, IfMatch="*") == (404, "NoSuchKey")


def test_response_overrides(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", ContentType="text/plain")
    got = s3.get_object(
        Bucket=bucket,
        Key="k",
        ResponseContentType="application/json",
        ResponseContentDisposition='attachment; filename="x.json"',
        ResponseCacheControl="max-age=1",
        ResponseContentEncoding="identity",
        ResponseContentLanguage="de",
        ResponseExpires=datetime.datetime(2031, 1, 1, tzinfo=datetime.timezone.utc),
    )
    assert got["ContentType"] == "application/json"
    assert got["ContentDisposition"] == 'attachment; filename="x.json"'
    assert got["CacheControl"] == "max-age=1"
    assert got["ContentEncoding"] == "identity"
    assert got["ContentLanguage"] == "de"
    assert got["ExpiresString"] == "Wed, 01 Jan 2031 00:00:00 GMT"


def test_storage_classes(s3, bucket):
    s3.put_object(Bucket=bucket, Key="ia", Body=b"x", StorageClass="STANDARD_IA")
    assert s3.head_object(Bucket=bucket, Key="ia")["StorageClass"] == "STANDARD_IA"
    assert s3.list_objects_v2(Bucket=bucket)["Contents"][0]["StorageClass"] == "STANDARD_IA"
    s3.put_object(Bucket=bucket, Key="cold", Body=b"x", StorageClass="GLACIER")
    assert s3.head_object(Bucket=bucket, Key="cold")["StorageClass"] == "GLACIER"
    assert code_of(s3.get_object, Bucket=bucket, Key="cold") == (403, "InvalidObjectState")
    assert code_of(s3.put_object, Bucket=bucket, Key="x", StorageClass="LUKEWARM") == (400, "InvalidStorageClass")


@pytest.mark.parametrize(
    "arguments, answer",
    [
        ({"Tagging": "a=b"}, (501, "NotImplemented")),
        ({"ObjectLockLegalHoldStatus": "ON"}, (501, "NotImplemented")),
        ({"ServerSideEncryption": "aws:kms"}, (501, "NotImplemented")),
        ({"SSEKMSKeyId": "k"}, (501, "NotImplemented")),
        ({"ACL": "public-read"}, (400, "AccessControlListNotSupported")),
        ({"GrantRead": "id=1"}, (400, "AccessControlListNotSupported")),
    ],
)
def test_what_would_change_the_meaning_is_refused(s3, bucket, arguments, answer):
    assert code_of(s3.put_object, Bucket=bucket, Key="k", Body=b"x", **arguments) == answer
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_accepted_defaults(s3, bucket):
    for acl in ("private", "bucket-owner-full-control"):
        s3.put_object(Bucket=bucket, Key="k", Body=b"x", ACL=acl)
    s3.get_object(Bucket=bucket, Key="k", VersionId="null")
    assert code_of(s3.get_object, Bucket=bucket, Key="k", VersionId="abc") == (501, "NotImplemented")


def test_delete_objects(s3, bucket):
    for key in ("a", "b", "c"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x" * 70_000)
    reply = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "a"}, {"Key": "missing"}]})
    assert [d["Key"] for d in reply["Deleted"]] == ["a", "missing"]
    assert "Errors" not in reply
    reply = s3.delete_objects(
        Bucket=bucket, Delete={"Objects": [{"Key": "b"}, {"Key": "c", "ETag": '"other"'}], "Quiet": True}
    )
    assert "Deleted" not in reply
    assert [(e["Key"], e["Code"]) for e in reply["Errors"]] == [("c", "PreconditionFailed")]
    assert [o["Key"] for o in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["c"]
    too_many = [{"Key": str(i)} for i in range(1001)]
    assert code_of(s3.delete_objects, Bucket=bucket, Delete={"Objects": too_many}) == (400, "MalformedXML")


def test_delete_1000_objects_at_once(s3, bucket):
    keys = [f"k{i:04}" for i in range(1000)]
    for key in keys[::50]:
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    reply = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": k} for k in keys]})
    assert len(reply["Deleted"]) == 1000
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_managed_transfer(s3, bucket):
    s3.upload_fileobj(io.BytesIO(b"x" * 100_000), bucket, "up")
    back = io.BytesIO()
    s3.download_fileobj(bucket, "up", back)
    assert back.getvalue() == b"x" * 100_000


def test_wrong_content_md5(s3, bucket):
    wrong = base64.b64encode(hashlib.md5(b"other").digest()).decode()
    assert error_of(s3.put_object, Bucket=bucket, Key="k", Body=b"x", ContentMD5=wrong) == (
        400,
        "BadDigest",
        "The Content-MD5 you specified did not match what we received.",
    )
    assert code_of(s3.put_object, Bucket=bucket, Key="k", Body=b"x", ContentMD5="abc") == (400, "InvalidDigest")
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    right = base64.b64encode(hashlib.md5(b"x").digest()).decode()
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", ContentMD5=right)
