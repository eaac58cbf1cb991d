"""Runs every test and ends with one line: "N passed, N failed".

Unit tests are the *_test programs of the AddressSanitizer + UndefinedBehaviorSanitizer build. A link test is one library of
src/ that links with the layers it declares and no others (cmake/orrery.cmake). Black-box tests are pytest's below tests/,
against build/release/orrery.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent


def run_unit_tests(preset: str) -> tuple[int, int, int]:
    """Builds and runs the unit tests of one preset; returns (passed, failed, skipped)."""
    build = ROOT / "build" / preset
    for command in (["cmake", "--preset", preset], ["cmake", "--build", str(build), "--target", "unit_tests"]):
        if subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL if "--preset" in command else None).returncode:
            print(f"unit tests: {' '.join(command)} failed")
            return 0, 1, 0
    passed = failed = skipped = 0
    for program in sorted(build.glob("src/*_test")):
        with tempfile.TemporaryDirectory() as folder:
            report = pathlib.Path(folder) / "report.json"
            status = subprocess.run(
                [program, "--gtest_brief=1", f"--gtest_output=json:{report}"], cwd=folder, timeout=900
            ).returncode
            if not report.exists():
                print(f"{program.name}: ended with status {status} and no report")
                failed += 1
                continue
            counts = json.loads(report.read_text())
            bad = counts["failures"] + counts["errors"]
            out = counts["disabled"] + sum(
                test["result"] == "SKIPPED" for suite in counts["testsuites"] for test in suite["testsuite"]
            )
            passed += counts["tests"] - bad - out
            failed += max(bad, 1) if status else bad
            skipped += out
    return passed, failed, skipped


def run_link_tests(preset: str) -> tuple[int, int, int]:
    """Links each library with the layers that it declares alone; one that does not link is a failure."""
    build = ROOT / "build" / preset
    listed = build / "link_tests.txt"
    if not listed.exists():  # the build has said why
        return 0, 1, 0
    names = listed.read_text().split()
    link = ["cmake", "--build", str(build), "--target"]
    subprocess.run([*link, "link_tests", "--", "-k", "0"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    failed = 0
    for name in names:  # those that linked just now are up to date
        done = subprocess.run([*link, name], capture_output=True, text=True)
        if done.returncode:
            failed += 1
            print(f"{name}: a library needs what it does not declare in src/CMakeLists.txt\n{done.stdout[-3000:]}")
    return len(names) - failed, failed, 0


def run_black_box_tests(arguments: list[str]) -> tuple[int, int, int]:
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder) / "report.xml"
        status = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "--tb=short", f"--junitxml={report}", *arguments, "tests"],
            cwd=ROOT,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        ).returncode
        if not report.exists():
            return 0, 1, 0
        total = failed = skipped = 0
        for suite in ElementTree.parse(report).getroot().iter("testsuite"):
            total += int(suite.get("tests", 0))
            failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            skipped += int(suite.get("skipped", 0))
        if status and not failed:
            failed = 1
        return total - failed - skipped, failed, skipped


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset", default="asan", help="CMake preset of the unit tests")
    parser.add_argument("--only", choices=("unit", "black-box"))
    options, rest = parser.parse_known_args()
    counts = []
    if options.only != "black-box":
        counts.append(run_unit_tests(options.preset))
        counts.append(run_link_tests(options.preset))
    if options.only != "unit":
        counts.append(run_black_box_tests(rest))
    passed, failed, skipped = (sum(column) for column in zip(*counts))
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
