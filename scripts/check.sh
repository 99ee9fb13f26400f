#!/usr/bin/env bash
# The checks that need no test run: format, layers, tidy, the scripts' own tests, headers alone, clang-tidy.
#
#   scripts/check.sh          clang-tidy over what changed (make check)
#   scripts/check.sh --quick  only what needs no build
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf -- '-- %s\n' "$1"; }

step "format (mend with: make format)" && scripts/check_format.sh
step "layers" && python3 scripts/check_layers.py
step "tidy" && python3 scripts/tidy.py
[[ "${1:-}" != --quick ]] || exit 0

mkdir -p build
step "each header alone" && cmake --preset debug >build/debug-configure.log 2>&1 || {
  cat build/debug-configure.log >&2
  exit 1
}
cmake --build --preset debug --target all_verify_interface_header_sets -j"$(nproc)"
step "clang-tidy" && scripts/check_tidy.sh
