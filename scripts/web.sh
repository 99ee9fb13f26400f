#!/usr/bin/env bash
# The web UI of web/, with the Node that scripts/setup.sh puts into .venv-node.
#
#   scripts/web.sh install          npm packages, only when package-lock.json changed
#   scripts/web.sh build            types and pages into build/web, only when web/ or api/ changed
#   scripts/web.sh check            types, eslint, prettier and the unit tests
#   scripts/web.sh test [ARGS...]   the browser tests against ANABRANCH_BINARY (build/release/anabranch); ARGS go to Playwright
#   scripts/web.sh bench            how soon the longest lists respond, measured in the browser; writes bench/results/
#   scripts/web.sh dev              the pages with hot reload; ANABRANCH_URL is the server (http://127.0.0.1:8000)
#   scripts/web.sh format           formats web/
set -euo pipefail
cd "$(dirname "$0")/.."

export PATH="$PWD/.venv-node/bin:$PWD/web/node_modules/.bin:$PATH"
# Browsers are Debian's; nothing here phones home.
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 NPM_CONFIG_UPDATE_NOTIFIER=false
results="$PWD/build/test-results"

# quiet COMMAND...: prints what it said only where it fails
quiet() {
  local log status=0
  log="$(mktemp)"
  "$@" >"$log" 2>&1 || status=$?
  [[ $status -eq 0 ]] || cat "$log" >&2
  rm -f "$log"
  return "$status"
}

install() {
  [[ -x .venv-node/bin/npm ]] || {
    echo "web: there is no Node in .venv-node; run scripts/setup.sh build" >&2
    exit 1
  }
  local stamp=web/node_modules/.installed want
  want="$( (node --version && cat web/package.json web/package-lock.json) | sha256sum | cut -d' ' -f1)"
  [[ "$(cat "$stamp" 2>/dev/null)" != "$want" ]] || return 0
  echo "web: installing packages"
  # The lock file pins every byte; two installs at once would fight over one folder.
  (
    flock 9
    [[ "$(cat "$stamp" 2>/dev/null)" != "$want" ]] || exit 0
    quiet npm --prefix web ci --ignore-scripts --no-audit --no-fund
    echo "$want" >"$stamp"
  ) 9>build/web-install.lock
}

# types: src/api/schema.d.ts from the OpenAPI file
types() { (cd web && node scripts/generate-types.mjs); }

# What `build` makes depends on these files and nothing else.
fingerprint() {
  find api/openapi.json web/src web/scripts web/index.html web/package-lock.json web/tsconfig.json \
    web/vite.config.ts -type f ! -name '*.test.ts' ! -name '*.test.tsx' \
    ! -name schema.d.ts -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1
}

build() {
  install
  local want
  want="$(fingerprint)"
  [[ "$(cat build/web.stamp 2>/dev/null)" != "$want" || ! -f build/web/index.html ]] || return 0
  types
  # Built beside and then put in place, so that a failed build leaves the last good one.
  rm -rf build/web.new
  (
    cd web
    export ANABRANCH_WEB_OUT="$PWD/../build/web.new"
    quiet vite build --logLevel warn
    node scripts/check-budget.mjs
  )
  rm -rf build/web.new/.vite build/web
  mv build/web.new build/web
  echo "$want" >build/web.stamp
}

check() {
  install
  types
  cd web
  quiet tsc --noEmit
  quiet eslint --max-warnings 0 .
  quiet prettier --check --log-level warn .
  mkdir -p "$results"
  vitest run --reporter=dot --reporter=junit --outputFile.junit="$results/vitest.xml"
}

browser_tests() {
  install
  types
  cd web
  export ANABRANCH_BINARY="${ANABRANCH_BINARY:-$PWD/../build/release/anabranch}"
  export PLAYWRIGHT_JUNIT_OUTPUT_FILE="$results/playwright.xml"
  playwright test "$@"
}

bench() {
  install
  types
  cd web
  export ANABRANCH_BINARY="${ANABRANCH_BINARY:-$PWD/../build/release/anabranch}"
  playwright test --config bench/playwright.config.ts "$@"
}

mkdir -p build
command="${1:-}"
[[ $# -eq 0 ]] || shift
case "$command" in
  install) install ;;
  build) build ;;
  check) check ;;
  test) browser_tests "$@" ;;
  bench) bench "$@" ;;
  dev) install && types && cd web && exec vite ;;
  format) install && cd web && prettier --write --log-level warn . ;;
  *)
    sed -n '2,10p' "$0" | sed 's/^# \{0,1\}//' >&2
    exit 2
    ;;
esac
