"""A full disk: writes are refused, nothing acknowledged is lost, reads go on, and it recovers when there is space."""

import subprocess
import time

import pytest
from botocore.exceptions import ClientError
from faults.common import START, Load, body_of, wait_until


@pytest.fixture
def small_disk(tmp_path):
    """A folder with 64 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "orrery-test", str(folder)], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"a file system cannot be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder) -> None:
    """Leaves no byte free."""
    with open(folder / "ballast", "ab", buffering=0) as ballast:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    ballast.write(b"\0" * size)
            except OSError:
                continue


def status_of(call, **arguments) -> int:
    try:
        return call(**arguments)["ResponseMetadata"]["HTTPStatusCode"]
    except ClientError as error:
        return error.response["ResponseMetadata"]["HTTPStatusCode"]


def test_full_and_free_again(small_disk, own_server):
    server = own_server("--clock", f"frozen@{START}", data="disk/data")
    load = Load(server).prepare().start()
    try:
        time.sleep(1)
        fill(small_disk)
        wait_until(lambda: len(load.refused) > 20, 20, "writes are refused")
        assert all("(5" in error or "Internal" in error or "ServiceUnavailable" in error for error in load.refused)

        load.spot_check()  # reads go on
        time.sleep(1)
        (small_disk / "ballast").unlink()
        before = len(load.items), len(load.objects), len(load.lines)
        wait_until(
            lambda: all(now > then for now, then in zip((len(load.items), len(load.objects), len(load.lines)), before)),
            20,
            "writes are accepted again",
        )
    finally:
        load.stop()
    load.audit()
    server.kill()
    server.flags = ()
    server.start()
    load.audit()


def test_an_object_larger_than_the_disk(small_disk, own_server):
    server = own_server(data="disk/data")
    s3 = server.client("s3", read_timeout=30)
    s3.create_bucket(Bucket="bucket")
    s3.put_object(Bucket="bucket", Key="small", Body=b"small")
    assert status_of(s3.put_object, Bucket="bucket", Key="large", Body=bytes(80 << 20)) >= 500
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket="bucket")["Contents"]] == ["small"]
    assert s3.get_object(Bucket="bucket", Key="small")["Body"].read() == b"small"
    # What was written of it has been given back.
    assert list((server.data_dir / "blobs" / "tmp").iterdir()) == []
    body = body_of("medium", 20 << 20)
    wait_until(lambda: status_of(s3.put_object, Bucket="bucket", Key="medium", Body=body) == 200, 10, "it recovers")
    assert s3.get_object(Bucket="bucket", Key="medium")["Body"].read() == body


def test_started_on_a_full_disk(small_disk, own_server):
    server = own_server(data="disk/data")
    server.client("s3").create_bucket(Bucket="bucket")
    assert server.stop() == 0
    fill(small_disk)
    with pytest.raises(RuntimeError) as refused:
        server.start()
    assert "full" in str(refused.value) or "No space" in str(refused.value)
    (small_disk / "ballast").unlink()
    server.start()
    assert server.client("s3").list_buckets()["Buckets"][0]["Name"] == "bucket"
