#!/usr/bin/env bash
# Formatting and house rules; any finding fails. Seconds; part of CI.
set -euo pipefail
cd "$(dirname "$0")/.."
python3 tools/tidy.py
git ls-files -z 'src/*.cc' 'src/*.h' 'bench/*.cc' 'examples/*.cc' 'examples/*.h' | xargs -0 -r clang-format --dry-run --Werror
echo "lint: formatting is right"
