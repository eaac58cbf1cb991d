"""Runs `orrery` and `aws` as a user does in a shell."""

import pathlib
import subprocess
import sys

import pytest

from support.server import BINARY, plain_environment


@pytest.fixture(scope="session")
def orrery():
    """orrery("clock", "show", ORRERY_URL=…) -> what it printed and its status."""

    def run(*words, **variables):
        return subprocess.run(
            [str(BINARY), *words],
            env={**plain_environment(), **variables},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def aws_program():
    found = pathlib.Path(sys.executable).parent / "aws"
    if not found.exists():
        pytest.skip("aws-cli is not installed beside this Python")
    return found


@pytest.fixture
def aws(server, aws_program, tmp_path):
    """aws("s3", "ls") -> its output; fails when the command does, unless check=False."""

    def run(*words, check=True, **variables):
        environment = {
            **plain_environment(),
            "AWS_ENDPOINT_URL": server.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_MAX_ATTEMPTS": "1",
            "HOME": str(tmp_path),
        }
        done = subprocess.run(
            [sys.executable, str(aws_program), *words],
            env={**environment, **variables},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if not check:
            return done
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
