"""Runs programs that use the clients for tests (clients/), as their users do."""

import subprocess
import sys

import pytest

from support.server import ROOT, plain_environment


@pytest.fixture
def run(tmp_path):
    """run("python", server, source) -> the finished process; the source is what a user would write."""

    def start(language, server, source, **variables):
        file = tmp_path / ("program.py" if language == "python" else "program.mjs")
        file.write_text(source)
        program = sys.executable if language == "python" else "node"
        environment = {**plain_environment(), "AWS_ENDPOINT_URL": server.url if server else "http://127.0.0.1:1", **variables}
        if language == "python":
            environment["PYTHONPATH"] = str(ROOT / "clients" / "python")
        return subprocess.run([program, str(file)], env=environment, capture_output=True, text=True, timeout=120, check=False)

    return start
