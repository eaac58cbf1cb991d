#!/usr/bin/env bash
# Formatting, house rules, clang-tidy; any finding fails. Part of CI. Minutes when everything is to be checked, seconds after
# a change.
set -euo pipefail
cd "$(dirname "$0")/.."
python3 tools/tidy.py
git ls-files -z 'src/*.cc' 'src/*.h' 'bench/*.cc' 'examples/*.cc' 'examples/*.h' 'tools/*.cc' | xargs -0 -r clang-format --dry-run --Werror
echo "lint: formatting is right"
python3 tools/clang_tidy/run.py
