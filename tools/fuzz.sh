#!/usr/bin/env bash
# Builds and runs every fuzz target (src/**/*_fuzz.cc) for FUZZ_SECONDS each; the corpora stay in build/corpus.
# Usage: tools/fuzz.sh [target…]
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${FUZZ_SECONDS:-60}

cmake --preset fuzz > /dev/null
if [[ $# -gt 0 ]]; then
  targets=("$@")
else
  mapfile -t targets < <(git ls-files 'src/*_fuzz.cc' | xargs -r -n1 basename | sed 's/\.cc$//')
fi
cmake --build --preset fuzz --target "${targets[@]}"
for target in "${targets[@]}"; do
  corpus=build/corpus/$target
  mkdir -p "$corpus"
  echo "fuzz: $target for $seconds s"
  "build/fuzz/src/$target" -max_total_time="$seconds" -max_len=4096 -timeout=10 -print_final_stats=1 \
    -artifact_prefix="build/corpus/$target." "$corpus" 2> "build/corpus/$target.log" ||
    { tail -40 "build/corpus/$target.log"; echo "fuzz: $target FAILED"; exit 1; }
  grep -E 'stat::number_of_executed_units' "build/corpus/$target.log"
done
