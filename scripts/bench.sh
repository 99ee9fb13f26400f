#!/usr/bin/env bash
# Measures build/release/anabranch on a fresh data folder and writes bench/results/<date>-<what>.md.
#
#   scripts/bench.sh [--quick]       --quick: about two minutes, 10,000 objects, to see that it works
#
# With a peer, the S3 cases of both in turns; the peer is any S3 server that runs already. It must be given a disk
# like ours by whoever started it, and this makes and deletes a bucket of its own there:
#
#   PEER=http://127.0.0.1:9100 PEER_PID=123[,124] PEER_ACCESS_KEY_ID=... PEER_SECRET_ACCESS_KEY=... scripts/bench.sh
#
# BENCH_DATA     where the data folder bench-data is made and removed (build); its disk is what is measured
# BENCH_OBJECTS  objects of 4 KiB (100000)          BENCH_ROUNDS   turns with a peer (3)
# BENCH_CASES    which (all, three of them on one connection too; with a peer s3)
# BENCH_PORT     two ports from here (18800)        BENCH_WHAT     name of the result (ours, or peer)
# BENCH_RESULTS  where the report goes (bench/results)   BENCH_BUILD  folder of both programs (build/release)
set -euo pipefail
cd "$(dirname "$0")/.."

quick=false
[[ "${1:-}" != --quick ]] || quick=true
PEER="${PEER:-}"
PEER_PID="${PEER_PID:-}"
build="${BENCH_BUILD:-build/release}"
results="${BENCH_RESULTS:-bench/results}"
data="${BENCH_DATA:-build}/bench-data"
port="${BENCH_PORT:-18800}"
serial="commit-1k-serial,branch-create-serial"
if $quick; then
  objects="${BENCH_OBJECTS:-10000}" rounds="${BENCH_ROUNDS:-1}" seconds=5 starts=3
else
  objects="${BENCH_OBJECTS:-100000}" rounds="${BENCH_ROUNDS:-3}" seconds=120 starts=10
  [[ "$objects" -lt 100000 ]] || serial+=",commit-100k-serial"
fi
if [[ -z "$PEER" ]]; then cases="${BENCH_CASES:-all,$serial}"; else cases="${BENCH_CASES:-s3}"; fi
what="${BENCH_WHAT:-$([[ -z "$PEER" ]] && echo ours || echo peer)}"
if $quick; then what+="-quick"; fi

api="http://127.0.0.1:$port"
s3="http://127.0.0.1:$((port + 1))"
# What the server holds is thrown away at the end: a fixed key is good enough.
export ANABRANCH_ROOT_ACCESS_KEY_ID=benchbenchbenchbench ANABRANCH_ROOT_SECRET_ACCESS_KEY=bench-secret-for-throw-away-data
raw="$(mktemp -d)"
server_pid=
server=("$build/anabranch" serve --data "$data" --listen "127.0.0.1:$port" --s3-listen "127.0.0.1:$((port + 1))")

say() { printf '\n== %s\n' "$1" >&2; }

stop_server() {
  [[ -n "$server_pid" ]] || return 0
  kill -TERM "$server_pid" 2>/dev/null || true
  local status=0
  wait "$server_pid" || status=$?
  server_pid=
  [[ "$status" -eq 0 ]] || {
    echo "bench: the server ended with $status:" >&2
    tail -n 20 "$raw/server.log" >&2
    return 1
  }
}
clean_up() {
  local status=$?
  stop_server || status=1
  rm -rf "$data" "$raw"
  exit "$status"
}
trap clean_up EXIT

is_ready() {
  local status
  (
    exec 3<>"/dev/tcp/127.0.0.1/$port"
    printf 'GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' >&3
    read -r -t 5 _ status _ <&3
    [[ "$status" == 200 ]]
  ) 2>/dev/null
}
start_server() {
  "${server[@]}" >>"$raw/server.log" 2>&1 &
  server_pid=$!
  for _ in $(seq 1 300); do
    if is_ready; then return 0; fi
    kill -0 "$server_pid" 2>/dev/null || break
    sleep 0.1
  done
  echo "bench: the server did not come up:" >&2
  tail -n 20 "$raw/server.log" >&2
  return 1
}
fresh_folder() {
  rm -rf "$data"
  mkdir -p "$data"
}

# load_ours OUTPUT [arguments of `anabranch_bench load`...]
load_ours() {
  local output="$1"
  shift
  AWS_ACCESS_KEY_ID="$ANABRANCH_ROOT_ACCESS_KEY_ID" AWS_SECRET_ACCESS_KEY="$ANABRANCH_ROOT_SECRET_ACCESS_KEY" \
    "$build/anabranch_bench" load --endpoint "$s3" --server-pid "$server_pid" --objects "$objects" \
    --seconds "$seconds" --output "$output" "$@"
}
load_peer() {
  local output="$1" pid=()
  shift
  [[ -z "$PEER_PID" ]] || pid=(--server-pid "$PEER_PID")
  AWS_ACCESS_KEY_ID="${PEER_ACCESS_KEY_ID:-${AWS_ACCESS_KEY_ID:-}}" \
    AWS_SECRET_ACCESS_KEY="${PEER_SECRET_ACCESS_KEY:-${AWS_SECRET_ACCESS_KEY:-}}" \
    "$build/anabranch_bench" load --endpoint "$PEER" "${pid[@]}" --objects "$objects" --seconds "$seconds" \
    --output "$output" "$@"
}

drop_page_cache() {
  sync
  { echo 3 >/proc/sys/vm/drop_caches; } 2>/dev/null && echo "dropped" || echo "not dropped: not allowed"
}

measure_start() {
  say "start and rest ($starts times)"
  fresh_folder
  "$build/anabranch_bench" start --ready-url "$api/readyz" --runs "$starts" --output "$raw/start.json" -- \
    "${server[@]}" >/dev/null 2>>"$raw/server.log"
}
disk_bytes() { du -s --block-size=1 "$data" | cut -f1; }
measure_disk() {
  say "disk for 10,000 objects of 4 KiB"
  fresh_folder
  start_server
  stop_server
  local empty
  empty="$(disk_bytes)"
  start_server
  objects=10000 seconds=3600 load_ours "$raw/disk-load.json" --cases put-4k --keep >&2
  stop_server
  printf '{"disk_bytes": %s, "inodes": %s, "empty_disk_bytes": %s}\n' \
    "$(disk_bytes)" "$(du -s --inodes "$data" | cut -f1)" "$empty" >"$raw/disk.json"
}
# The plain reads among the cases: what they read is there by then.
cold_cases() {
  if [[ ",$cases," =~ ,(all|s3), ]]; then
    echo get-4k,get-64k,get-1m,get-64m,head,list
  else
    tr , '\n' <<<"$cases" | grep -E '^(get-[0-9]+[km]|head|list)$' | paste -sd , || true
  fi
}
measure_ours() {
  measure_start
  measure_disk
  say "all cases"
  fresh_folder
  start_server
  load_ours "$raw/ours-main-1.json" --api "$api/api/v1" --cases "$cases" --bucket bench --keep >&2
  stop_server
  local reads
  reads="$(cold_cases)"
  [[ -n "$reads" ]] || return 0
  say "cold reads"
  echo "page cache: $(drop_page_cache)" >>"$raw/about.txt"
  start_server
  load_ours "$raw/ours-cold-1.json" --cold --cases "$reads" --bucket bench --keep >&2
  stop_server
}
measure_in_turns() {
  fresh_folder
  start_server
  for round in $(seq 1 "$rounds"); do
    say "round $round of $rounds: ours"
    load_ours "$raw/ours-main-$round.json" --cases "$cases" >&2
    say "round $round of $rounds: the peer"
    load_peer "$raw/peer-main-$round.json" --cases "$cases" >&2
  done
  stop_server
}

for program in anabranch anabranch_bench; do
  [[ -x "$build/$program" ]] || {
    echo "bench: $build/$program is missing: make bench" >&2
    exit 2
  }
done
if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
  echo "bench: something listens at $api already: choose another BENCH_PORT" >&2
  exit 2
fi
{
  echo "title: $what, $(date -u +%Y-%m-%d)"
  echo "commit: $(git describe --always --dirty --abbrev=12 2>/dev/null || echo unknown)"
  echo "command: \`scripts/bench.sh${1:+ $1}\`, $objects objects${PEER:+, against $PEER}"
  echo "server: \`anabranch serve\`, its defaults, every write durable before its answer"
} >"$raw/about.txt"
if [[ -z "$PEER" ]]; then measure_ours; else measure_in_turns; fi

mkdir -p "$results"
report="$results/$(date -u +%Y-%m-%d)-$what.md"
python3 scripts/bench_report.py "$raw" --data-folder "$data" >"$raw/report.md"
mv "$raw/report.md" "$report"
say "report: $report"
cat "$report"
