#!/usr/bin/env bash
# clang-format 14 over all C++ files: names those that are not formatted and fails, or formats them with --fix.
set -euo pipefail
cd "$(dirname "$0")/.."

cpp_files() {
  git ls-files -z --cached --others --exclude-standard -- '*.cc' '*.h' |
    while IFS= read -r -d '' file; do if [[ -f "$file" ]]; then printf '%s\0' "$file"; fi; done
}

if [[ "${1:-}" == --fix ]]; then
  cpp_files | xargs -0 -r -n 16 -P "$(nproc)" clang-format-14 --style=file -i
  exit 0
fi
cpp_files | xargs -0 -r -n 16 -P "$(nproc)" bash -c 'set -euo pipefail; failed=0
  for file in "$@"; do
    clang-format-14 --style=file --dry-run -Werror "$file" >/dev/null 2>&1 || { echo "$file: not formatted"; failed=1; }
  done
  exit "$failed"' _
