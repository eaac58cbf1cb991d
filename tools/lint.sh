#!/usr/bin/env bash
# Formatting, house rules and clang-tidy; any finding fails. clang-tidy sees the files changed since the last green run
# (its results are kept in build/lint), all of them on a fresh checkout when LINT_ALL=1 or in CI.
set -euo pipefail
cd "$(dirname "$0")/.."

python3 tools/tidy.py
git ls-files -z 'src/*.cc' 'src/*.h' 'examples/*.cc' 'examples/*.h' | xargs -0 -r clang-format --dry-run --Werror

# Generated headers must exist before anything that includes them can be read.
cmake --build --preset debug --target shapes > /dev/null
mkdir -p build/lint
check() {
  local file=$1 mark
  mark=build/lint/$(sha1sum "$file" .clang-tidy | sha1sum | cut -c1-40)
  [[ -e $mark ]] && return 0
  clang-tidy --quiet -p build/debug "$file" 2> /dev/null && touch "$mark"
}
export -f check
git ls-files -z 'src/*.cc' | xargs -0 -r -P "$(nproc)" -I{} bash -c 'check {}'
