#!/usr/bin/env bash
# The main job on real data, step by step: pictures in a bucket, a repository over them without copying, four Keras
# models trained at the same time on four branches, compared, the best promoted, and reproduced. `make demo` calls it.
#
# Everything it makes is in build/demo. It fails as soon as a step does. What may be set:
#   DEMO_KEEP=1            keep the server running at the end, until Ctrl-C
#   DEMO_EPOCHS=2,12       the numbers of epochs to try
#   DEMO_REQUIRE='accuracy>=0.9'   what the best run must reach to be promoted
#   DEMO_DIR=build/demo    where everything goes; emptied at the start
#   DEMO_PYTHON=.venv/bin/python, ANABRANCH_BINARY=build/release/anabranch   which programs to use
#   DEMO_LISTEN, DEMO_S3_LISTEN    addresses; without them free ports from 8000 and 9000 on
#   ANABRANCH_ROOT_ACCESS_KEY_ID, ANABRANCH_ROOT_SECRET_ACCESS_KEY   the root key; without them the server makes one
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C.UTF-8

readonly STEPS=7 NAMESPACE=s3://example/42/lakefs-minio-demo
epochs="${DEMO_EPOCHS:-2,12}"
requirement="${DEMO_REQUIRE:-accuracy>=0.9}"
demo="$(realpath -m "${DEMO_DIR:-build/demo}")"
python="$(realpath -s "${DEMO_PYTHON:-.venv/bin/python}")"
binary="$(realpath "${ANABRANCH_BINARY:-build/release/anabranch}")"
server_pid=''
current_step='starting'
step_number=0

now_ms() { date +%s%3N; }
began_ms="$(now_ms)"
step_began_ms="$began_ms"
seconds_since() { awk -v ms="$(($(now_ms) - $1))" 'BEGIN { printf "%.1f s", ms / 1000 }'; }

# step HEADLINE: prints it and starts its clock.
step() {
  step_number=$((step_number + 1))
  current_step="$1"
  step_began_ms="$(now_ms)"
  printf '\n== %d/%d  %s\n' "$step_number" "$STEPS" "$1"
}
# took WHERE: how long the step was, and where to look at what it made.
took() { printf -- '-- took %s. Look at: %s\n' "$(seconds_since "$step_began_ms")" "$1"; }
# Prints a command as one would type it, and runs it.
run() {
  printf '$ %s\n' "$(shown "$@")"
  "$@"
}
shown() {
  local word text=''
  for word in "$@"; do
    if [[ "$word" =~ ^[A-Za-z0-9_./:=,@%+-]+$ ]]; then
      text+=" $word"
    elif [[ "$word" != *\'* ]]; then
      text+=" '$word'"
    else
      text+=" $(printf '%q' "$word")"
    fi
  done
  printf '%s' "${text# }"
}

# Ends the server as an operator would; fails unless it ends with 0.
stop_server() {
  local pid="$server_pid" status=0
  [[ -n "$pid" ]] || return 0
  server_pid=''
  kill -TERM "$pid" 2>/dev/null || true
  wait "$pid" || status=$?
  [[ $status -eq 0 ]] || echo "demo: the server ended with $status: see $demo/server.log" >&2
  return "$status"
}
at_exit() {
  local status=$?
  trap - EXIT
  if [[ $status -eq 130 || $status -eq 143 ]]; then
    printf '\ndemo: interrupted (%s)\n' "$current_step" >&2
  elif [[ $status -ne 0 ]]; then
    printf '\ndemo: FAILED (%s). The end of %s:\n' "$current_step" "$demo/server.log" >&2
    [[ ! -f "$demo/server.log" ]] || tail -n 20 "$demo/server.log" | grep -v 'secret access key' >&2 || true
  fi
  stop_server || status=1
  exit "$status"
}

check_programs() {
  [[ -x "$binary" ]] || {
    echo "demo: there is no program $binary: run make build" >&2
    exit 1
  }
  # Found, not imported: TensorFlow alone takes seconds.
  "$python" -c 'import importlib.util as u, sys
sys.exit(not all(map(u.find_spec, ("boto3", "lakefs", "keras", "tensorflow", "PIL", "sklearn"))))' || {
    echo "demo: $python lacks packages: run scripts/setup.sh demo" >&2
    exit 1
  }
}

# Only a folder that an earlier demo made is emptied.
empty_demo_folder() {
  if [[ -e "$demo" && ! -e "$demo/.anabranch-demo" && -n "$(ls -A "$demo")" ]]; then
    echo "demo: $demo holds something else: name another folder in DEMO_DIR" >&2
    exit 1
  fi
  rm -rf "$demo"
  mkdir -p "$demo"
  touch "$demo/.anabranch-demo"
}

# free_address PORT: the first address from there on where nothing listens.
free_address() {
  "$python" - "$1" <<'PYTHON'
import socket, sys

for port in range(int(sys.argv[1]), 32768):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        print(f"127.0.0.1:{port}")
        break
else:
    sys.exit("demo: no port is free")
PYTHON
}

start_server() {
  listen="${DEMO_LISTEN:-$(free_address 8000)}"
  s3_listen="${DEMO_S3_LISTEN:-$(free_address 9000)}"
  # The root key is printed into the log: for this user's eyes only.
  (umask 077 && : >"$demo/server.log")
  printf '$ %s\n' "$(shown anabranch serve --data "$demo/data" --listen "$listen" --s3-listen "$s3_listen")"
  step_began_ms="$(now_ms)"
  "$binary" serve --data "$demo/data" --listen "$listen" --s3-listen "$s3_listen" \
    >>"$demo/server.log" 2>&1 </dev/null &
  server_pid=$!
  wait_until_ready
  access_key_id="${ANABRANCH_ROOT_ACCESS_KEY_ID:-$(printed_key 'access key id')}"
  secret_access_key="${ANABRANCH_ROOT_SECRET_ACCESS_KEY:-$(printed_key 'secret access key')}"
}
printed_key() { sed -n "s/^ *$1: *//p" "$demo/server.log"; }

wait_until_ready() {
  local attempt
  for ((attempt = 0; attempt < 600; attempt++)); do
    kill -0 "$server_pid" 2>/dev/null || {
      wait "$server_pid" || true
      server_pid=''
      echo "demo: the server did not start" >&2
      return 1
    }
    # The key is printed after the ports are open; where it was given, there is none to wait for.
    if [[ -n "${ANABRANCH_ROOT_ACCESS_KEY_ID:-}" || -n "$(printed_key 'secret access key')" ]] && is_ready; then return 0; fi
    sleep 0.05
  done
  echo "demo: the server was not ready within half a minute" >&2
  return 1
}
is_ready() {
  local status_line
  # In a subshell: a refused connection must not end the script.
  status_line="$( (
    exec 3<>"/dev/tcp/${listen%:*}/${listen##*:}" &&
      printf 'GET /readyz HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$listen" >&3 && head -n 1 <&3
  ) 2>/dev/null)" || return 1
  [[ "$status_line" == *' 200 '* ]]
}

# The names under which our command line, S3 clients and lakeFS clients look for the server and the key.
write_environment() {
  (
    umask 077
    cat >"$demo/environment" <<EOF
export ANABRANCH_ENDPOINT=http://$listen ANABRANCH_REPOSITORY=digits ANABRANCH_CACHE=$demo/cache
export ANABRANCH_ACCESS_KEY_ID=$access_key_id ANABRANCH_SECRET_ACCESS_KEY=$secret_access_key
export AWS_ENDPOINT_URL=http://$listen AWS_DEFAULT_REGION=us-east-1
export AWS_ACCESS_KEY_ID=$access_key_id AWS_SECRET_ACCESS_KEY=$secret_access_key
export LAKECTL_SERVER_ENDPOINT_URL=http://$listen
export LAKECTL_CREDENTIALS_ACCESS_KEY_ID=$access_key_id LAKECTL_CREDENTIALS_SECRET_ACCESS_KEY=$secret_access_key
export PATH=$(dirname "$binary"):$(dirname "$python"):\$PATH
EOF
  )
  unset AWS_PROFILE AWS_SESSION_TOKEN ANABRANCH_CONFIG LAKECTL_CREDENTIALS_SESSION_TOKEN
  export no_proxy=127.0.0.1 NO_PROXY=127.0.0.1
  # shellcheck source=/dev/null
  source "$demo/environment"
}

# The first of the runs that `compare --json` prints, and the head of main.
best_run() {
  anabranch compare sweep --metric accuracy:max --json | python -c 'import json, sys; print(json.load(sys.stdin)["runs"][0]["run"])'
}
head_of_main() {
  anabranch log anabranch://digits/main -n 1 --json | python -c 'import json, sys; print(json.load(sys.stdin)[0]["id"])'
}

print_what_next() {
  cat <<EOF

What to try next. $1
  web UI                    http://$listen/ui/
  REST API, S3 and health   http://$listen   (/api/v1, /healthz, /metrics)
  S3 alone                  http://$s3_listen
  access key id             $access_key_id
  secret access key         in $demo/environment, which is for your eyes only
In another terminal, in examples/digits:
  source $demo/environment
  anabranch log anabranch://digits/main
  anabranch ls anabranch://digits/main/
  anabranch cat anabranch://digits/main/metrics/metrics.json
  anabranch diff anabranch://digits/ingest $best
  anabranch run --repo digits --from ingest --name again --data raw --parallel 2 \\
      --grid optimizer=rmsprop,adamw --grid epochs=6 -- python train.py
Read on in docs/quickstart.md; the same story as a notebook: examples/parallel-experiments.ipynb
EOF
}

check_programs
empty_demo_folder
trap at_exit EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
echo "Anabranch's main job on real data. Everything it makes is in $demo."
start_server
write_environment
echo "-- the server was ready within $(seconds_since "$step_began_ms"). Its log: $demo/server.log"
cd examples/digits

step "1,797 pictures of digits into bucket sample-data, with boto3"
run python upload.py --bucket sample-data --prefix digits
took "s3://sample-data/digits/ with any S3 client at http://$listen"

step "A repository over them: imported into branch ingest without copying"
run python -c 'import boto3; boto3.client("s3").create_bucket(Bucket="example")'
run anabranch repo create digits "$NAMESPACE"
run anabranch branch create anabranch://digits/ingest --from main
run anabranch import s3://sample-data/digits/ anabranch://digits/ingest/raw/
run python object_info.py digits ingest raw/labels.csv raw/train/0/0.png --expect-data 0
took "http://$listen/ui/repositories/digits/objects?ref=ingest"

step "Four Keras models, two at a time, each on its own branch"
run anabranch run --repo digits --from ingest --grid optimizer=adam,sgd --grid "epochs=$epochs" --parallel 2 \
  --name sweep --data raw -- python train.py
took "http://$listen/ui/repositories/digits/experiments/sweeps/sweep"

step "Compare them by what their commits say"
run anabranch compare sweep --metric accuracy:max
best="$(best_run)"
took "anabranch compare sweep --json"

data_before="$(python object_info.py digits main --count-data)"
step "Promote the best, $best, into main"
run anabranch promote "$best" --require "$requirement"
merge="$(head_of_main)"
took "http://$listen/ui/repositories/digits/commits?ref=main"

step "Nothing was copied: main names the same bytes as before"
echo "The namespace held $data_before objects of data before the merge."
run python object_info.py digits main raw/labels.csv metrics/metrics.json artifacts/model.weights.h5 \
  --expect-data "$data_before"
took "$NAMESPACE/ with any S3 client"

step "Reproduce it from main's merge commit: the same metrics, the same bytes"
run anabranch reproduce "$merge"
took "anabranch cat anabranch://digits/$merge/metrics/metrics.json"

current_step='the end'
printf '\nAll of it took %s.\n' "$(seconds_since "$began_ms")"
if [[ "${DEMO_KEEP:-0}" == 1 ]]; then
  trap 'stop_server && exit 0' INT TERM
  print_what_next "The server runs until you press Ctrl-C here:"
  wait "$server_pid"
else
  print_what_next "The server stops now (DEMO_KEEP=1 make demo keeps it). This starts it again on the same data:
  $(shown "$binary" serve --data "$demo/data" --listen "$listen" --s3-listen "$s3_listen")"
  stop_server
fi
