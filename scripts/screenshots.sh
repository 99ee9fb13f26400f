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
# Few colours make a screen, and 256 of them half the file.
.venv/bin/python - "$SCREENSHOTS_DIR" <<'PYTHON'
import pathlib, sys
from PIL import Image

for path in pathlib.Path(sys.argv[1]).glob("*.png"):
    Image.open(path).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
PYTHON
echo "screenshots: $(du -sh "$SCREENSHOTS_DIR" | cut -f1) in $SCREENSHOTS_DIR"
