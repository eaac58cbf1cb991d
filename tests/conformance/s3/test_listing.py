import concurrent.futures

import pytest

from .helpers import code_of

KEYS = ["a", "a b", "a/1", "a/2", "b/x/1", "b/y", "c+d", "z", "é"]


@pytest.fixture
def filled(s3, bucket):
    for key in KEYS:
        s3.put_object(Bucket=bucket, Key=key, Body=b"12345")
    return bucket


def names(page):
    return (
        [o["Key"] for o in page.get("Contents", [])],
        [p["Prefix"] for p in page.get("CommonPrefixes", [])],
    )


def test_all(s3, filled):
    page = s3.list_objects_v2(Bucket=filled)
    assert names(page) == (sorted(KEYS, key=str.encode), [])
    assert (page["KeyCount"], page["MaxKeys"], page["IsTruncated"]) == (9, 1000, False)
    assert (page["Name"], page["Prefix"]) == (filled, "")
    first = page["Contents"][0]
    assert (first["Size"], first["StorageClass"]) == (5, "STANDARD")
    assert first["ETag"] == '"827ccb0eea8a706c4c34a16891f84e7b"'
    assert "Owner" not in first
    owner = s3.list_objects_v2(Bucket=filled, FetchOwner=True)["Contents"][0]["Owner"]
    assert len(owner["ID"]) == 64


def test_prefix_and_delimiter(s3, filled):
    page = s3.list_objects_v2(Bucket=filled, Delimiter="/")
    assert names(page) == (["a", "a b", "c+d", "z", "é"], ["a/", "b/"])
    assert page["KeyCount"] == 7
    assert page["Delimiter"] == "/"
    assert names(s3.list_objects_v2(Bucket=filled, Delimiter="/", Prefix="b/")) == (["b/y"], ["b/x/"])
    assert names(s3.list_objects_v2(Bucket=filled, Prefix="a")) == (["a", "a b", "a/1", "a/2"], [])
    assert names(s3.list_objects_v2(Bucket=filled, Prefix="nothing")) == ([], [])
    assert names(s3.list_objects_v2(Bucket=filled, Delimiter="")) == (sorted(KEYS, key=str.encode), [])


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pages_of_keys_and_prefixes(s3, filled, size):
    whole = names(s3.list_objects_v2(Bucket=filled, Delimiter="/"))
    for operation in ("list_objects_v2", "list_objects"):
        pages = list(
            s3.get_paginator(operation).paginate(Bucket=filled, Delimiter="/", PaginationConfig={"PageSize": size})
        )
        assert all(len(k) + len(p) <= size for k, p in map(names, pages))
        together = ([k for page in pages for k in names(page)[0]], [p for page in pages for p in names(page)[1]])
        assert together == whole
        assert len(pages) == -(-7 // size)


def test_start_after(s3, filled):
    assert names(s3.list_objects_v2(Bucket=filled, StartAfter="b/x/1")) == (["b/y", "c+d", "z", "é"], [])
    assert names(s3.list_objects_v2(Bucket=filled, StartAfter="b/", Delimiter="/")) == (["c+d", "z", "é"], [])
    page = s3.list_objects_v2(Bucket=filled, StartAfter="a", MaxKeys=2)
    assert names(page) == (["a b", "a/1"], [])
    assert page["StartAfter"] == "a"
    following = s3.list_objects_v2(
        Bucket=filled, StartAfter="a", MaxKeys=2, ContinuationToken=page["NextContinuationToken"]
    )
    assert names(following) == (["a/2", "b/x/1"], [])
    assert following["ContinuationToken"] == page["NextContinuationToken"]


def test_version_one(s3, filled):
    page = s3.list_objects(Bucket=filled, MaxKeys=2)
    assert names(page) == (["a", "a b"], [])
    assert page["IsTruncated"] is True
    assert "NextMarker" not in page  # only with a delimiter
    assert page["Marker"] == ""
    assert "ID" in page["Contents"][0]["Owner"]
    page = s3.list_objects(Bucket=filled, Delimiter="/", MaxKeys=3)
    assert names(page) == (["a", "a b"], ["a/"])
    assert page["NextMarker"] == "a/"
    assert names(s3.list_objects(Bucket=filled, Delimiter="/", Marker="a/")) == (["c+d", "z", "é"], ["b/"])


def test_max_keys(s3, filled):
    page = s3.list_objects_v2(Bucket=filled, MaxKeys=0)
    assert (names(page), page["KeyCount"], page["IsTruncated"]) == (([], []), 0, False)
    assert s3.list_objects_v2(Bucket=filled, MaxKeys=5000)["MaxKeys"] == 1000
    assert code_of(s3.list_objects_v2, Bucket=filled, MaxKeys=-1) == (400, "InvalidArgument")
    assert code_of(s3.list_objects_v2, Bucket=filled, ContinuationToken="nonsense") == (400, "InvalidArgument")


def test_encoding_type(s3, filled):
    page = s3.list_objects_v2(Bucket=filled, EncodingType="url", Delimiter="/")
    assert page["EncodingType"] == "url"
    assert [o["Key"] for o in page["Contents"]] == ["a", "a+b", "c%2Bd", "z", "%C3%A9"]
    assert [p["Prefix"] for p in page["CommonPrefixes"]] == ["a/", "b/"]
    assert code_of(s3.list_objects_v2, Bucket=filled, EncodingType="hex") == (400, "InvalidArgument")


def test_1001_keys(client, bucket):
    s3 = client("s3", max_pool_connections=8)
    keys = [f"dir{i % 3}/{i:04}" for i in range(900)] + [f"top{i:04}" for i in range(999)]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: s3.put_object(Bucket=bucket, Key=key), keys))
    page = s3.list_objects_v2(Bucket=bucket, Delimiter="/")  # 3 groups and 999 keys: one too many
    assert (page["KeyCount"], page["IsTruncated"]) == (1000, True)
    rest = s3.list_objects_v2(Bucket=bucket, Delimiter="/", ContinuationToken=page["NextContinuationToken"])
    assert names(rest) == (["top0997", "top0998"], [])
    assert rest["IsTruncated"] is False
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    assert [o["Key"] for p in pages for o in p["Contents"]] == sorted(keys)
