"""A full disk: writes are refused, nothing acknowledged is lost, reads go on, and it recovers when there is space."""

import subprocess
import time

import pytest
from botocore.exceptions import ClientError
from faults.common import START, Load, body_of, wait_until
from support import tables


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


def backup_of(db, name: str) -> str | None:
    """The backup's ARN; None: refused for want of space."""
    try:
        return db.create_backup(TableName="orders", BackupName=name)["BackupDetails"]["BackupArn"]
    except ClientError as error:
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] in (500, 503), error
        return None


def test_backups_on_a_full_disk(small_disk, own_server):
    """A backup for which there is no room is refused or comes to nothing; it is never there by half."""
    server = own_server(data="disk/data")
    db = server.client("dynamodb")
    tables.create(db, "orders")
    tables.fill(db, "orders", 6000, 1000)
    before = tables.items_of(db, "orders")
    fill(small_disk)
    made = [backup_of(db, f"full-{number}") for number in range(3)]
    assert tables.items_of(db, "orders") == before  # reads go on
    (small_disk / "ballast").unlink()
    made.append(wait_until(lambda: backup_of(db, "free"), 20, "backups are made again"))
    settled = []
    for arn in filter(None, made):
        tables.wait_for(lambda arn=arn: not tables.backup_exists(db, arn) or tables.wait_backup(db, arn, 1), 60)
        settled += [arn] if tables.backup_exists(db, arn) else []
    assert made[-1] in settled
    for number, arn in enumerate(settled):
        db.restore_table_from_backup(TargetTableName=f"again-{number}", BackupArn=arn)
        tables.wait_active(db, f"again-{number}")
        assert tables.items_of(db, f"again-{number}") == before
        db.delete_table(TableName=f"again-{number}")


def test_an_export_on_a_full_disk(small_disk, own_server):
    """It fails with a reason or waits for space; what a bucket shows is whole, and the next one is whole, too."""
    server = own_server(data="disk/data")
    db, s3 = server.client("dynamodb"), server.client("s3")
    s3.create_bucket(Bucket="exports")
    tables.create(db, "orders")
    tables.fill(db, "orders", 6000, 1000)
    tables.enable_recovery(db, "orders")
    table_arn = db.describe_table(TableName="orders")["Table"]["TableArn"]
    fill(small_disk)

    def export() -> str | None:
        try:
            return db.export_table_to_point_in_time(TableArn=table_arn, S3Bucket="exports")["ExportDescription"]["ExportArn"]
        except ClientError as error:
            assert error.response["ResponseMetadata"]["HTTPStatusCode"] in (500, 503), error
            return None

    first = export()
    (small_disk / "ballast").unlink()
    arns = [arn for arn in (first, wait_until(export, 20, "exports are taken again")) if arn]

    def ended(arn):
        description = db.describe_export(ExportArn=arn)["ExportDescription"]
        return description if description["ExportStatus"] != "IN_PROGRESS" else None

    for arn in arns:
        description = tables.wait_for(lambda arn=arn: ended(arn), 90)
        if description["ExportStatus"] == "COMPLETED":
            assert description["ItemCount"] == 6000
            assert len(tables.exported_items(s3, description)) == 6000
        else:
            assert description["FailureCode"] and description["FailureMessage"]
    assert description["ExportStatus"] == "COMPLETED"
