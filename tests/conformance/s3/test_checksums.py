"""The five checksums, in headers and as trailers; what the client computes is checked against what is stored."""

import base64
import hashlib
import zlib

import pytest

from .helpers import code_of, error_of

BODY = b"The quick brown fox jumps over the lazy dog"
KNOWN = {
    "CRC32": base64.b64encode(zlib.crc32(BODY).to_bytes(4, "big")).decode(),
    "SHA1": base64.b64encode(hashlib.sha1(BODY).digest()).decode(),
    "SHA256": base64.b64encode(hashlib.sha256(BODY).digest()).decode(),
    "CRC32C": base64.b64encode(0x22620404.to_bytes(4, "big")).decode(),
}
MEMBERS = ("CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256")


def shown(reply):
    return {name: reply[f"Checksum{name}"] for name in MEMBERS if f"Checksum{name}" in reply}


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
def test_computed_by_the_client(s3, bucket, algorithm):
    put = s3.put_object(Bucket=bucket, Key="k", Body=BODY, ChecksumAlgorithm=algorithm)
    assert shown(put) == {algorithm: KNOWN[algorithm]}
    assert put["ChecksumType"] == "FULL_OBJECT"
    head = s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert shown(head) == {algorithm: KNOWN[algorithm]}
    got = s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert got["Body"].read() == BODY  # botocore checks it too
    part = s3.get_object(Bucket=bucket, Key="k", Range="bytes=0-3", ChecksumMode="ENABLED")
    assert shown(part) == {}
    assert s3.list_objects_v2(Bucket=bucket)["Contents"][0]["ChecksumAlgorithm"] == [algorithm]


@pytest.mark.parametrize("algorithm", sorted(KNOWN))
def test_given_by_the_caller(s3, bucket, algorithm):
    value = {f"Checksum{algorithm}": KNOWN[algorithm]}
    assert shown(s3.put_object(Bucket=bucket, Key="k", Body=BODY, **value)) == {algorithm: KNOWN[algorithm]}
    wrong = dict.fromkeys(value, base64.b64encode(b"\0" * len(base64.b64decode(KNOWN[algorithm]))).decode())
    assert error_of(s3.put_object, Bucket=bucket, Key="w", Body=BODY, **wrong) == (
        400,
        "BadDigest",
        f"The {algorithm} you specified did not match the calculated checksum.",
    )
    malformed = dict.fromkeys(value, "AAAA")
    status, code, message = error_of(s3.put_object, Bucket=bucket, Key="w", Body=BODY, **malformed)
    assert (status, code) == (400, "InvalidRequest")
    assert message == f"Value for x-amz-checksum-{algorithm.lower()} header is invalid."
    assert code_of(s3.head_object, Bucket=bucket, Key="w") == (404, "404")


def test_crc64nvme_is_the_default(client, bucket):
    s3 = client("s3", request_checksum_calculation="when_required")
    put = s3.put_object(Bucket=bucket, Key="k", Body=b"123456789")
    expected = base64.b64encode(0xAE8B14860A799888.to_bytes(8, "big")).decode()
    assert shown(put) == {"CRC64NVME": expected}
    same = s3.put_object(Bucket=bucket, Key="k", Body=b"123456789", ChecksumCRC64NVME=expected)
    assert shown(same) == {"CRC64NVME": expected}


class Stream:
    """A body that cannot be rewound or measured by the client's first look: it travels in chunks with a trailer."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def __len__(self):
        return len(self.data)

    def read(self, size=-1):
        piece = self.data[self.at :] if size < 0 else self.data[self.at : self.at + size]
        self.at += len(piece)
        return piece

    def seek(self, offset, whence=0):
        self.at = {0: 0, 1: self.at, 2: len(self.data)}[whence] + offset
        return self.at

    def tell(self):
        return self.at


@pytest.mark.parametrize("size", [0, 10, 65_536, 200_000])
@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
def test_trailers(s3, bucket, algorithm, size):
    data = bytes(i % 256 for i in range(size))
    put = s3.put_object(Bucket=bucket, Key="k", Body=Stream(data), ChecksumAlgorithm=algorithm, ContentEncoding="x")
    assert list(shown(put)) == [algorithm]
    got = s3.get_object(Bucket=bucket, Key="k")
    assert got["Body"].read() == data
    assert got["ContentEncoding"] == "x"  # without aws-chunked


def test_wrong_trailer(server, bucket):
    """By hand: unsigned chunks with a trailing checksum of something else."""
    import urllib.error
    import urllib.request

    import botocore.auth
    import botocore.awsrequest
    import botocore.credentials

    def put(trailer):
        body = b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:" + trailer + b"\r\n\r\n"
        url = f"{server.url}/{bucket}/trailing"
        headers = {
            "Content-Encoding": "aws-chunked",
            "x-amz-trailer": "x-amz-checksum-crc32",
            "x-amz-decoded-content-length": "5",
            "X-Amz-Content-SHA256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        }
        request = botocore.awsrequest.AWSRequest("PUT", url, data=body, headers=headers)
        credentials = botocore.credentials.Credentials("test", "test")
        auth = botocore.auth.S3SigV4Auth(credentials, "s3", "us-east-1")
        auth.payload = lambda _: "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
        auth.add_auth(request)
        sent = urllib.request.Request(url, data=body, method="PUT", headers=dict(request.headers))
        try:
            with urllib.request.urlopen(sent, timeout=10) as reply:
                return reply.status, ""
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    right = base64.b64encode(zlib.crc32(b"hello").to_bytes(4, "big"))
    assert put(right)[0] == 200
    status, text = put(base64.b64encode(b"\0\0\0\0"))
    assert status == 400 and "<Code>BadDigest</Code>" in text
    status, text = put(b"?")
    assert status == 400 and "Value for x-amz-checksum-crc32 trailing header is invalid." in text
