#!/usr/bin/env bash
# Builds the fuzz targets and runs each for FUZZ_SECONDS (default 30), several at a time. Fails if one finds anything.
#
#   FUZZ_SECONDS=600 scripts/fuzz.sh [TARGET...]
#
# Seeds come from tests/fuzz/corpus/TARGET, new inputs go to build/fuzz/corpus/TARGET, what crashed is kept in
# build/fuzz/found/: run `build/fuzz/fuzzers/TARGET FILE` to see it again, then add it to the seeds with the mend.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds="${FUZZ_SECONDS:-30}"
mkdir -p build/fuzz/found
cmake --preset fuzz >build/fuzz-configure.log 2>&1 || {
  cat build/fuzz-configure.log >&2
  exit 1
}
cmake --build --preset fuzz --target fuzzers -j"$(nproc)"

run_one() {
  local name="$1" corpus="build/fuzz/corpus/$1" log="build/fuzz/found/$1.log" folders
  mkdir -p "$corpus"
  folders=("$corpus")
  [[ ! -d "tests/fuzz/corpus/$name" ]] || folders+=("tests/fuzz/corpus/$name")
  if ! "build/fuzz/fuzzers/$name" -max_total_time="$2" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
    -print_final_stats=1 -artifact_prefix="build/fuzz/found/$name-" "${folders[@]}" >"$log" 2>&1 </dev/null; then
    tail -n 60 "$log"
    echo "fuzz: $name FAILED (inputs and log in build/fuzz/found/)"
    return 1
  fi
  echo "fuzz: $name ok, $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs in $2 s"
}
export -f run_one

if [[ $# -gt 0 ]]; then names=("$@"); else mapfile -t names < <(find build/fuzz/fuzzers -type f -executable -printf '%f\n' | sort); fi
[[ ${#names[@]} -gt 0 ]] || {
  echo "fuzz: there are no targets" >&2
  exit 1
}
# In bash, for the function; xargs goes on after a failure and ends with 123.
printf '%s\n' "${names[@]}" | xargs -P "$(nproc)" -I{} bash -c 'set -euo pipefail; run_one "$1" "$2"' _ {} "$seconds"
