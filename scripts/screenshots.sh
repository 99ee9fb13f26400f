#!/usr/bin/env bash
# Makes the pictures of docs/images/ui: starts a server on a fresh data folder, fills it by its public interfaces, and
# takes every screen in both themes with Debian's chromium.
#
#   ANABRANCH_BINARY=build/release/anabranch   the program whose screens they are
#   SCREENSHOTS_DIR=docs/images/ui             where the pictures go
set -euo pipefail
cd "$(dirname "$0")/.."

SCREENSHOTS_DIR="$(realpath -m "${SCREENSHOTS_DIR:-docs/images/ui}")"
ANABRANCH_BINARY="$(realpath "${ANABRANCH_BINARY:-build/release/anabranch}")"
export SCREENSHOTS_DIR ANABRANCH_BINARY
scripts/web.sh test --config screenshots/playwright.config.ts
echo "screenshots: $(du -sh "$SCREENSHOTS_DIR" | cut -f1) in $SCREENSHOTS_DIR"
