"""clang-tidy over the library code (.clang-tidy), on all cores; any finding fails. Usage: run.py [file…], default: all.

What was clean is remembered in ~/.cache/orrery/clang-tidy, under a hash of all that the result depends on: the file, every
header of the project that it includes, however deep, its compiler flags, .clang-tidy, the tool's version. A run after a
change, in whatever clone, checks what the change touches.
"""

import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "fuzz"  # configured for clang, whose flags clang-tidy understands
STAMPS = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "orrery" / "clang-tidy"
KEPT_DAYS = 30
PLUGIN_SOURCE = pathlib.Path(__file__).with_name("own_code.cc")
LLVM = pathlib.Path("/usr/lib/llvm-14/include")
INCLUDE = re.compile(rb'^\s*#\s*include\s+"([^"]+)"', re.M)


def plugin() -> list[str]:
    """The option that loads own_code.cc, built when it changed. Without LLVM's headers everything takes ten times as long."""
    if not (LLVM / "clang" / "AST" / "ASTContext.h").exists():
        print("clang-tidy: slow without the Debian packages of tools/packages_lint.txt")
        return []
    library = STAMPS / f"own_code-{digest(PLUGIN_SOURCE)[:12]}.so"
    if not library.exists():
        making = library.with_suffix(".making")
        command = ["g++", "-std=c++17", "-O1", "-fno-rtti", "-fPIC", "-shared", "-isystem", LLVM, PLUGIN_SOURCE, "-o", making]
        subprocess.run(command, check=True)
        making.rename(library)
    return [f"--load={library}"]


@functools.cache
def version() -> str:
    return subprocess.run(["clang-tidy", "--version"], capture_output=True, text=True, check=True).stdout


def forget_old_stamps() -> None:
    for stamp in STAMPS.iterdir():
        if stamp.stat().st_mtime < time.time() - KEPT_DAYS * 86_400:
            stamp.unlink(missing_ok=True)


@functools.cache
def digest(file: pathlib.Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@functools.cache
def generated() -> dict[str, pathlib.Path]:
    """"shapes/s3.h" -> where codegen.py has written it."""
    return {f"shapes/{file.name}": file for file in BUILD.glob("shapes/*/shapes/*.h")}


@functools.cache
def includes(file: pathlib.Path) -> tuple[pathlib.Path, ...]:
    named = [name.decode() for name in INCLUDE.findall(file.read_bytes())]
    found = [ROOT / "src" / name if (ROOT / "src" / name).exists() else generated().get(name) for name in named]
    return tuple(one for one in found if one is not None)


def all_includes(file: pathlib.Path) -> set[pathlib.Path]:
    seen, todo = set(), [file]
    while todo:
        one = todo.pop()
        if one not in seen:
            seen.add(one)
            todo += includes(one)
    return seen


def stamp_of(file: pathlib.Path, flags: str) -> pathlib.Path:
    inputs = [digest(one) for one in sorted(all_includes(file))]
    inputs += [flags.replace(str(ROOT), ""), digest(ROOT / ".clang-tidy"), digest(PLUGIN_SOURCE), version()]
    return STAMPS / hashlib.sha256("\n".join(inputs).encode()).hexdigest()[:40]


def check(file: pathlib.Path, stamp: pathlib.Path, options: list[str]) -> str:
    """Its findings; empty when there are none."""
    command = ["clang-tidy", "--quiet", "-p", BUILD, "--extra-arg=-Wno-everything", *options, file]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode == 0:
        stamp.touch()
        return ""
    return done.stdout or done.stderr


def prepare() -> dict[pathlib.Path, str]:
    """Configures, generates the headers that others include; returns the flags of each file."""
    for command in (["cmake", "--preset", "fuzz"], ["cmake", "--build", "--preset", "fuzz", "--target", "shapes"]):
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    STAMPS.mkdir(parents=True, exist_ok=True)
    database = json.loads((BUILD / "compile_commands.json").read_text())
    return {pathlib.Path(entry["file"]): entry["command"] for entry in database}


def library_files() -> list[pathlib.Path]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "src/*.cc"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    files = [ROOT / name for name in names if not name.endswith(("_test.cc", "_fuzz.cc"))]
    return [file for file in files if file.exists()]


def main() -> int:
    began = time.monotonic()
    if shutil.which("clang-tidy") is None:
        sys.exit("clang-tidy is missing: run tools/setup.sh")
    flags = prepare()
    options = plugin()
    files = [pathlib.Path(name).resolve() for name in sys.argv[1:]] or library_files()
    stamps = {file: stamp_of(file, flags.get(file, "")) for file in files}
    stale = [file for file in files if not stamps[file].exists()]
    for file in set(files) - set(stale):
        stamps[file].touch()
    forget_old_stamps()
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for findings in pool.map(lambda file: check(file, stamps[file], options), stale):
            if findings:
                bad += 1
                print(findings.rstrip(), flush=True)
    took = f"{len(stale)} of {len(files)} files checked in {time.monotonic() - began:.0f} s"
    print(f"clang-tidy: {took}, " + (f"{bad} with findings" if bad else "nothing to say"))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
