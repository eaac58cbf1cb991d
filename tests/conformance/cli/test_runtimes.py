"""orrery runtimes."""

import subprocess


def test_lists_interpreters_and_runtimes(binary):
    done = subprocess.run([str(binary), "runtimes"], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0
    assert "Interpreters in /usr/bin and /usr/local/bin:" in done.stdout
    assert "provided.al2023" in done.stdout


def test_takes_no_arguments(binary):
    done = subprocess.run([str(binary), "runtimes", "all"], capture_output=True, text=True, timeout=30)
    assert done.returncode == 2
