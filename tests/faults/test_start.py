"""What keeps a server from starting is said in a sentence that names the cause."""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile

import pytest
from botocore.exceptions import ClientError
from support.server import BINARY, Server, free_port, plain_environment


def refusal(*flags: str, user=None, program=BINARY) -> str:
    """What a server says that does not start."""
    ended = subprocess.run(
        [str(program), "serve", *flags], env=plain_environment(), capture_output=True, text=True, timeout=20, user=user
    )
    assert ended.returncode in (1, 2), ended
    assert ended.stdout == ""
    return ended.stderr


def test_a_second_server_on_the_same_folder(own_server):
    server = own_server()
    said = refusal("--data", str(server.data_dir), "--port", str(free_port()))
    assert str(server.data_dir) in said and "in use by another process" in said
    server.client("dynamodb").list_tables()  # the first is not impressed


def test_a_second_server_on_a_copy_of_the_folder(own_server, tmp_path):
    """Both would do what is scheduled."""
    server = own_server()
    server.client("s3").create_bucket(Bucket="bucket")
    server.kill()
    copy = tmp_path / "copy"
    shutil.copytree(server.data_dir, copy)
    server.start()
    said = refusal("--data", str(copy), "--port", str(free_port()))
    assert "another server runs on a copy" in said and f"delete {copy}/instance" in said
    server.kill()
    with Server(copy) as restored:  # the only one: a backup put to use
        assert [one["Name"] for one in restored.client("s3").list_buckets()["Buckets"]] == ["bucket"]
        restored.kill()
        restored.start()
        (server.data_dir / "instance").unlink()
        server.start()  # goes its own way


def test_a_port_in_use(own_server, tmp_path):
    server = own_server()
    said = refusal("--data", str(tmp_path / "other"), "--port", str(server.port))
    assert f"127.0.0.1 port {server.port} is already in use" in said
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        said = refusal("--data", str(tmp_path / "other"), "--port", str(stranger.getsockname()[1]))
    assert "is already in use" in said


def test_a_damaged_store(own_server):
    server = own_server()
    server.client("s3").create_bucket(Bucket="bucket")
    assert server.stop() == 0
    store = server.data_dir / "store"
    manifest = max(store.glob("MANIFEST-*"))
    manifest.write_bytes(b"\xff" * max(100, manifest.stat().st_size // 2))
    said = refusal("--data", str(server.data_dir), "--port", str(server.port))
    assert str(store) in said and "damaged" in said, said


def test_a_data_folder_that_cannot_be_written(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    said = refusal("--data", str(blocked / "data"), "--port", str(free_port()))
    assert str(blocked) in said and "cannot make the folder" in said


@pytest.mark.skipif(os.geteuid() != 0, reason="changes the user, which root may")
def test_a_data_folder_of_somebody_else():
    # pytest's own folders are closed to other users.
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        own = pathlib.Path(folder) / "data"
        own.mkdir(mode=0o755)
        program = shutil.copy(BINARY, folder)
        said = refusal("--data", str(own), "--port", str(free_port()), user=65534, program=program)
    assert str(own) in said and "ermission denied" in said


def test_all_interfaces_need_a_credential_of_ones_own(tmp_path):
    data = tmp_path / "data"
    flags = ("--data", str(data), "--port", str(free_port()), "--host", "0.0.0.0")
    said = refusal(*flags)
    assert "orrery init" in said and "test/test" in said
    assert not (data / "store").exists()

    made = subprocess.run(
        [str(BINARY), "init", "--data", str(data)], env=plain_environment(), capture_output=True, text=True, check=True
    )
    exported = dict(line.removeprefix("export ").split("=") for line in made.stdout.splitlines())
    kept = data / "root-credential.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert json.loads(kept.read_text())["AccessKeyId"] == exported["AWS_ACCESS_KEY_ID"]
    again = subprocess.run([str(BINARY), "init", "--data", str(data)], env=plain_environment(), capture_output=True)
    assert again.returncode != 0, "a credential was overwritten"

    with Server(data, "--host", "0.0.0.0") as server:
        own = (exported["AWS_ACCESS_KEY_ID"], exported["AWS_SECRET_ACCESS_KEY"])
        assert server.client("dynamodb", *own).list_tables()["TableNames"] == []
        for service, call in (("dynamodb", "list_tables"), ("s3", "list_buckets"), ("iam", "list_roles")):
            with pytest.raises(ClientError) as refused:
                getattr(server.client(service), call)()
            assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 403)


def test_leftovers_of_a_crash_are_cleared(own_server):
    server = own_server()
    server.kill()
    leftover = pathlib.Path(server.data_dir / "blobs" / "tmp" / "half")
    leftover.write_bytes(b"x" * 1000)
    server.start()
    assert not leftover.exists()
