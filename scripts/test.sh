#!/usr/bin/env bash
# All tests, what fails soonest first; stops at the first step that fails. About 45 minutes on 2 cores.
#
#   scripts/test.sh [STEP...]   only these steps: quick web asan release e2e browser headers tsan fuzz tidy
#
# Reports in JUnit's format go to build/test-results/. The closing line sums up all steps.
set -euo pipefail
cd "$(dirname "$0")/.."

jobs="$(nproc)"
results=build/test-results
mkdir -p "$results"
rm -f "$results"/*.xml
export ANABRANCH_BINARY="$PWD/build/release/anabranch"

# configure PRESET: quiet unless it fails
configure() {
  cmake --preset "$1" >"build/$1-configure.log" 2>&1 || {
    cat "build/$1-configure.log" >&2
    return 1
  }
}

# run_ctest PRESET [ctest arguments...]
run_ctest() {
  local preset="$1"
  shift
  ctest --test-dir "build/$preset" --output-on-failure --no-tests=error -j"$jobs" \
    --output-junit "$PWD/$results/ctest-$preset.xml" "$@"
}

# run_pytest NAME [pytest arguments...]
run_pytest() {
  local name="$1"
  shift
  .venv/bin/python -m pytest -p no:cacheprovider -ra --junitxml="$results/pytest-$name.xml" "$@"
}

step_quick() {
  scripts/check.sh --quick
  run_pytest scripts -q tests/scripts
}
step_asan() {
  configure asan
  cmake --build --preset asan -j"$jobs"
  run_ctest asan
}
step_headers() {
  configure debug
  cmake --build --preset debug --target all_verify_interface_header_sets -j"$jobs"
}
step_tsan() {
  configure tsan
  cmake --build --preset tsan --target tests_tsan -j"$jobs"
  run_ctest tsan -L '^tsan$'
}
step_web() {
  scripts/web.sh check
  scripts/web.sh build
}
step_release() {
  scripts/web.sh build
  configure release
  cmake --build --preset release --target anabranch -j"$jobs"
}
step_e2e() { run_pytest e2e tests/e2e; }
step_browser() { scripts/web.sh test; }
step_fuzz() { scripts/fuzz.sh; }
step_tidy() { scripts/check_tidy.sh --all build/debug; }

# Sums the reports: "N passed, N failed".
print_totals() {
  .venv/bin/python - "$results" <<'PYTHON'
import pathlib, sys
import xml.etree.ElementTree as xml

tests = bad = skipped = 0
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.xml")):
    for suite in xml.parse(path).getroot().iter("testsuite"):
        tests += int(suite.get("tests", 0))
        bad += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped += int(suite.get("skipped", 0)) + int(suite.get("disabled", 0))
print(f"{tests - bad - skipped} passed, {bad} failed, {skipped} skipped")
PYTHON
}

if [[ $# -gt 0 ]]; then steps=("$@"); else steps=(quick web asan release e2e browser headers tsan fuzz tidy); fi
summary=()
for step in "${steps[@]}"; do
  declare -F "step_$step" >/dev/null || {
    echo "test: no step '$step'; there are: quick web asan release e2e browser headers tsan fuzz tidy" >&2
    exit 2
  }
  printf '\n== %s\n' "$step"
  began=$SECONDS
  # A subshell with its own -e: a function called in a condition would lose it.
  set +e
  (
    set -e
    "step_$step"
  )
  status=$?
  set -e
  summary+=("$(printf '%-8s %5d s  %s' "$step" "$((SECONDS - began))" "$([[ $status -eq 0 ]] && echo ok || echo FAILED)")")
  if [[ $status -ne 0 ]]; then
    printf '\n'
    printf '%s\n' "${summary[@]}"
    print_totals
    echo "test: step '$step' failed; again: scripts/test.sh $step"
    exit 1
  fi
done
printf '\n'
printf '%s\n' "${summary[@]}"
print_totals
