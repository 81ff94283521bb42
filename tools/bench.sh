#!/usr/bin/env bash
# ./dev bench: how fast this machine trains, starts, serves and loads, next to its own rates of matrix
# products and of synced writes, and what it costs to be watched.
#
# Ratios are what to quote: machines are noisy, and every figure of one run shares its noise.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bin=$root/build/bin
threads=$(nproc)

step() { # TITLE PRESET BATCH PRECISION STEPS
  "$bin/nepa-model" benchmark --preset "$2" --batch "$3" --precision "$4" --threads "$threads" \
    --steps "$5" -o json |
    python3 -c '
import json, sys
r = json.load(sys.stdin)
rate = r["matrix_flop_per_second"]
used = r["images_per_second"] * r["flop_per_image"]
s = r["step_seconds"]
print("%-34s %9.2f images/s   step %8.1f ms (%.1f … %.1f)   %5.0f GFLOP/s = %2.0f %% of this machine'"'"'s %5.0f" % (
    sys.argv[1], r["images_per_second"], 1e3 * s["median"], 1e3 * s["min"], 1e3 * s["max"],
    used / 1e9, 100 * used / rate, rate / 1e9))' "$1"
}

echo "Training step (forward, backward, clipping, AdamW, EMA), $threads threads, made-up pixels:"
for precision in fp32 bf16; do
  step "Fashion D128x4 batch 256 $precision" nepa-fashion-patch7-28 256 "$precision" 20
done
for precision in fp32 bf16; do
  step "ViT-B/14 224 px batch 8 $precision" nepa-base-patch14-224 8 "$precision" 4
done
echo
echo "Starting: from the start of nepactl submit to the end of the first trained step:"
"$root/tools/start_bench.py"
echo
echo "A coordinator under load:"
"$bin/load-benchmark" "$root/build"
echo
echo "Loading:"
"$bin/loader-benchmark"
echo
echo "A job whose metrics are scraped:"
"$root/tools/scrape_bench.py" "$bin"
