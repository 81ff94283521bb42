#!/usr/bin/env bash
# libFuzzer's programs of a build folder (tests/fuzz/CMakeLists.txt):
#   fuzz.sh run BUILD TARGET     fuzz for $NEPA_FUZZ_SECONDS (60); its last lines tell executions and edges
#   fuzz.sh merge BUILD          what those runs reached that no input of the corpus does, into the corpus
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$2

# The corpus stays as it is: what a run adds lies beside the program, and so does what it finds.
run() {
  local found=$build/fuzz/found/$1 log=$build/fuzz/$1.log
  mkdir -p "$found"
  # Hundreds of MiB for a few kB of input would be a finding.
  "$build/fuzz/fuzz-$1" -max_total_time="${NEPA_FUZZ_SECONDS:-60}" -max_len=8192 -rss_limit_mb=1024 \
    -malloc_limit_mb=256 -timeout=10 -print_final_stats=1 -artifact_prefix="$build/fuzz/finding-$1-" \
    "$found" "$root/tests/fuzz/corpus/$1" >"$log" 2>&1 || { tail -n 60 "$log"; return 1; }
  grep -E 'cov:' "$log" | tail -n 1
  grep -E 'number_of_executed_units|average_exec_per_sec|peak_rss' "$log"
}

merge() {
  local corpus name
  for corpus in "$root"/tests/fuzz/corpus/*/; do
    name=$(basename "$corpus")
    [[ -d $build/fuzz/found/$name ]] || continue
    "$build/fuzz/fuzz-$name" -merge=1 "$corpus" "$build/fuzz/found/$name" 2>&1 | grep -E 'MERGE-OUTER.*new files'
  done
}

case $1 in
  run) run "$3" ;;
  merge) merge ;;
  *) echo "fuzz.sh: run BUILD TARGET, or merge BUILD" >&2; exit 2 ;;
esac
