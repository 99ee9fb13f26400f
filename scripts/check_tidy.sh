#!/usr/bin/env bash
# clang-tidy 16 over src/: the sources that changed, or all of them. Fails on any finding (.clang-tidy).
#
#   scripts/check_tidy.sh [--all] [BUILD_FOLDER]
#
# "Changed" means since the common ancestor with origin/main, else since the commit before HEAD, plus what is not
# committed. A changed header stands for the source of the same name. Needs a configured build (build/debug).
set -euo pipefail
cd "$(dirname "$0")/.."

all=false
build=build/debug
for argument in "$@"; do
  case "$argument" in
    --all) all=true ;;
    *) build="$argument" ;;
  esac
done
[[ -f "$build/compile_commands.json" ]] || {
  echo "check_tidy: $build is not configured: cmake --preset debug" >&2
  exit 2
}

changed_files() {
  local base
  base="$(git merge-base origin/main HEAD 2>/dev/null || true)"
  if [[ -z "$base" || "$base" == "$(git rev-parse HEAD 2>/dev/null || true)" ]]; then
    base="$(git rev-parse --verify --quiet HEAD~1 || git rev-parse --verify --quiet HEAD || true)"
  fi
  if [[ -n "$base" ]]; then git diff --name-only --diff-filter=d "$base" -- src; else git ls-files src; fi
  git ls-files --others --exclude-standard -- src
}

# Of the files named on stdin, the sources that the build compiles.
compiled_sources() {
  sed 's/\.h$/.cc/' | sort -u | while read -r file; do
    if [[ "$file" == *.cc ]] && grep -qF "\"file\": \"$PWD/$file\"" "$build/compile_commands.json"; then
      echo "$file"
    fi
  done
}

if $all; then
  mapfile -t sources < <(git ls-files --cached --others --exclude-standard -- 'src/*.cc' | compiled_sources)
else
  mapfile -t sources < <(changed_files | compiled_sources)
fi
echo "clang-tidy: ${#sources[@]} files"
[[ ${#sources[@]} -gt 0 ]] || exit 0

# g++'s own warning flags mean nothing to clang; the compiler's warnings are g++'s business.
printf '%s\0' "${sources[@]}" | xargs -0 -n 1 -P "$(nproc)" \
  bash -c 'clang-tidy-16 --quiet -p "$1" --extra-arg=-Wno-everything "$2" 2> >(grep -v " warnings* generated" >&2)' _ "$build"
