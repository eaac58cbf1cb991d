"""The house rules that no other tool checks; each finding is a line, and any finding fails.

  - files stay under 500 lines, Python functions under 70 (clang-tidy counts the C++ ones)
  - a layer includes only the layers that src/CMakeLists.txt lets it see
  - no ambient time, randomness or environment outside base/ and main (DESIGN: time is an input)
  - no `using namespace`, `#pragma once` in every header, no tabs, no trailing blanks
  - nothing in the tree promises work for later
"""

import ast
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MAX_LINES = 500
MAX_FUNCTION_LINES = 70

# Tests, fuzz targets and what only they include may look at the machine that they run on.
TEST_FILE = re.compile(r"_(test|fuzz)\.cc$|/(fixture|testing|test_support|test_client|temp_dir|child_process)\.(h|cc)$|/testing/")
# What a file may not say, and where it may after all.
BANNED = [
    (r"\b(system_clock|steady_clock|high_resolution_clock)::now|\btime\(nullptr\)|\bgettimeofday\(|\bclock_gettime\(",
     "ambient time: take a Clock", ("src/base/clock.cc", "src/store/rocksdb/sync_thread.cc",  # a time-out
                                      "src/functions/launcher/clock.cc")),  # what functions are answered
    (r"\bstd::rand\b|\brand\(\)|\brandom_device\b|\bgetrandom\(|\bRAND_bytes\b",
     "ambient randomness: take a Random", ("src/base/random.cc",)),
    (r"\bgetenv\(|\benviron\b", "ambient environment: take a Config", ("src/cli/main/main.cc",)),
    (r"\busing namespace\b", "using namespace", ()),
    (r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX)\b", "a promise: do it, or say so in an issue", ()),
]


def tracked(*patterns: str) -> list[pathlib.Path]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns]
    out = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted({ROOT / line for line in out.splitlines() if (ROOT / line).is_file()})


def layers() -> dict[str, set[str]]:
    """Folder below src/ -> folders that it may include, from the orrery_library() lines."""
    depends, folder = {}, {}
    text = (ROOT / "src" / "CMakeLists.txt").read_text()
    for call in re.findall(r"^orrery_library\(([^)]*)\)", text, re.M):
        words = call.split()
        name = words[0]
        folder[name] = words[words.index("FOLDER") + 1] if "FOLDER" in words else name
        after = words[words.index("DEPENDS") + 1 :] if "DEPENDS" in words else []
        depends[name] = {w for w in after[: after.index("PACKAGES") if "PACKAGES" in after else None]}

    def closure(name: str) -> set[str]:
        seen, todo = set(), [name]
        while todo:
            one = todo.pop()
            if one not in seen and not one.startswith("shapes_"):
                seen.add(one)
                todo += depends.get(one, ())
        return seen

    return {folder[name]: {folder.get(d, d) for d in closure(name)} for name in depends}


def layer_of(path: str, folders) -> str | None:
    fitting = [f for f in folders if path.startswith(f + "/")]
    return max(fitting, key=len) if fitting else None


def check_layering(file: pathlib.Path, lines: list[str], allowed: dict[str, set[str]]):
    own = layer_of(str(file.relative_to(ROOT / "src")), allowed)
    if own is None:
        return
    for number, line in enumerate(lines, 1):
        included = re.match(r'#include "([^"]+)"', line)
        target = layer_of(included[1], allowed) if included else None
        if target is not None and target not in allowed[own]:
            yield number, f"{own}/ must not include {target}/"


def check_text(file: pathlib.Path, lines: list[str]):
    name = str(file.relative_to(ROOT))
    if len(lines) > MAX_LINES:
        yield len(lines), f"{len(lines)} lines; split it by concept (at most {MAX_LINES})"
    for number, line in enumerate(lines, 1):
        if line != line.rstrip() or "\t" in line:
            yield number, "tab or trailing blank"
        if name.startswith("tools/"):
            continue
        for pattern, why, exempt in BANNED:
            if TEST_FILE.search(name) and "promise" not in why:
                continue
            if name not in exempt and re.search(pattern, line.split("//")[0] if "promise" not in why else line):
                if file.suffix in (".cc", ".h") or "promise" in why:
                    yield number, why


def check_python(lines: list[str]):
    for node in ast.walk(ast.parse("\n".join(lines))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            length = node.end_lineno - node.lineno + 1
            if length > MAX_FUNCTION_LINES:
                yield node.lineno, f"{node.name} has {length} lines (at most {MAX_FUNCTION_LINES})"


def main() -> int:
    allowed = layers()
    findings = []
    for file in tracked("src/*.cc", "src/*.h", "examples/*.cc", "tests/*.py", "tools/*.py", "bench/*.py", "examples/*.py"):
        lines = file.read_text().splitlines()
        found = list(check_text(file, lines))
        if file.suffix == ".h" and "#pragma once" not in lines:
            found.append((1, "no #pragma once"))
        if file.suffix in (".cc", ".h") and (ROOT / "src") in file.parents:
            found += check_layering(file, lines, allowed)
        if file.suffix == ".py":
            found += check_python(lines)
        findings += [f"{file.relative_to(ROOT)}:{number}: {why}" for number, why in found]
    print("\n".join(findings) if findings else "tidy: nothing to say")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
