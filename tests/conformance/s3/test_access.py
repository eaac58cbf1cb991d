"""Who may do what, and the other ways in: virtual-host names and presigned URLs."""

import http.client
import json
import urllib.error
import urllib.request

import pytest

from .helpers import code_of, error_of


@pytest.fixture
def as_role(client, server, unique):
    """as_role([statements]) -> an S3 client of a role that has just these permissions."""

    def make(statements):
        iam, sts = client("iam"), client("sts")
        name = unique("role")
        trust = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": {"AWS": "000000000000"}, "Action": "sts:AssumeRole"}],
        }
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        document = {"Version": "2012-10-17", "Statement": statements}
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps(document))
        keys = sts.assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
        return server.client("s3", keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])

    return make


def allow(actions, *resources, **condition):
    return {"Effect": "Allow", "Action": actions, "Resource": list(resources), **condition}


def test_objects_by_prefix(s3, bucket, as_role):
    s3.put_object(Bucket=bucket, Key="mine/a", Body=b"x")
    s3.put_object(Bucket=bucket, Key="theirs/a", Body=b"x")
    role = as_role([allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], f"arn:aws:s3:::{bucket}/mine/*")])
    assert role.get_object(Bucket=bucket, Key="mine/a")["Body"].read() == b"x"
    role.put_object(Bucket=bucket, Key="mine/b", Body=b"y")
    for call, arguments in (
        (role.get_object, {}),
        (role.put_object, {"Body": b"x"}),
        (role.delete_object, {}),
    ):
        status, code, message = error_of(call, Bucket=bucket, Key="theirs/a", **arguments)
        assert (status, code) == (403, "AccessDenied")
        assert f"arn:aws:s3:::{bucket}/theirs/a" in message
    reply = role.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "mine/a"}, {"Key": "theirs/a"}]})
    assert [d["Key"] for d in reply["Deleted"]] == ["mine/a"]
    assert [(e["Key"], e["Code"]) for e in reply["Errors"]] == [("theirs/a", "AccessDenied")]
    s3.head_object(Bucket=bucket, Key="theirs/a")


def test_a_missing_key_is_a_secret_without_list_bucket(bucket, as_role):
    objects = allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*")
    without = as_role([objects])
    assert code_of(without.get_object, Bucket=bucket, Key="missing") == (403, "AccessDenied")
    assert code_of(without.head_object, Bucket=bucket, Key="missing") == (403, "403")
    having = as_role([objects, allow("s3:ListBucket", f"arn:aws:s3:::{bucket}")])
    assert code_of(having.get_object, Bucket=bucket, Key="missing") == (404, "NoSuchKey")
    assert code_of(having.head_object, Bucket=bucket, Key="missing") == (404, "404")


def test_listing_by_condition(s3, bucket, as_role):
    s3.put_object(Bucket=bucket, Key="home/a", Body=b"x")
    condition = {"StringLike": {"s3:prefix": "home/*"}}
    role = as_role([allow("s3:ListBucket", f"arn:aws:s3:::{bucket}", Condition=condition)])
    assert role.list_objects_v2(Bucket=bucket, Prefix="home/")["KeyCount"] == 1
    assert code_of(role.list_objects_v2, Bucket=bucket) == (403, "AccessDenied")
    assert code_of(role.list_buckets) == (403, "AccessDenied")


def test_presigned_urls(client, bucket):
    s3 = client("s3", signature_version="s3v4")  # boto3 presigns with version 2 in us-east-1 unless told
    url = s3.generate_presigned_url("put_object", {"Bucket": bucket, "Key": "päth/k", "ContentType": "text/x"})
    sent = urllib.request.Request(url, data=b"by url", method="PUT", headers={"Content-Type": "text/x"})
    with urllib.request.urlopen(sent, timeout=10) as reply:
        assert reply.status == 200
    url = s3.generate_presigned_url(
        "get_object", {"Bucket": bucket, "Key": "päth/k", "ResponseContentType": "text/y"}, ExpiresIn=60
    )
    with urllib.request.urlopen(url, timeout=10) as reply:
        assert reply.read() == b"by url"
        assert reply.headers["Content-Type"] == "text/y"
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(url.replace("text%2Fy", "text%2Fz"), timeout=10)
    assert refused.value.code == 403
    assert "SignatureDoesNotMatch" in refused.value.read().decode()


def test_virtual_host(server, s3, bucket):
    import botocore.auth
    import botocore.awsrequest
    import botocore.credentials

    def request(method, host, path, body=b""):
        signed = botocore.awsrequest.AWSRequest(method, f"http://{host}:{server.port}{path}", data=body, headers={})
        credentials = botocore.credentials.Credentials("test", "test")
        botocore.auth.S3SigV4Auth(credentials, "s3", "us-east-1").add_auth(signed)
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.request(method, path, body, {**dict(signed.headers), "Host": f"{host}:{server.port}"})
        reply = connection.getresponse()
        return reply.status, reply.read()

    host = f"{bucket}.localhost"
    assert request("PUT", host, "/a/b", b"hello")[0] == 200
    assert request("GET", host, "/a/b") == (200, b"hello")
    assert s3.get_object(Bucket=bucket, Key="a/b")["Body"].read() == b"hello"
    status, listing = request("GET", f"{bucket}.s3.us-east-1.localhost", "/")
    assert status == 200 and b"<Key>a/b</Key>" in listing


def test_presigned_with_the_old_signature(s3, bucket):
    url = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "k"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(url, timeout=10)
    assert refused.value.code == 400
    assert "Please use AWS4-HMAC-SHA256." in refused.value.read().decode()


def test_head_of_a_blob_has_its_length(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x" * 100_000)
    assert s3.head_object(Bucket=bucket, Key="k")["ContentLength"] == 100_000
