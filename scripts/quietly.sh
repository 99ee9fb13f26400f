#!/usr/bin/env bash
# Runs a command whose output is for a log, and says how far it is: on a terminal one line that is written again, else a
# line at each tenth. What ninja counts ("[12/241] ...") is the measure. Fails as the command does, with the log's end.
#   scripts/quietly.sh WHAT LOG COMMAND...
set -euo pipefail

what="$1" log="$2"
shift 2
readonly LINES_SHOWN=100
mkdir -p "$(dirname "$log")"
began="$(date +%s)"
is_terminal=0
[[ -t 1 ]] && is_terminal=1

# Copies its input to the log and tells of it.
follow() {
  local line told=0 tenth
  while IFS= read -r line || [[ -n "$line" ]]; do
    printf '%s\n' "$line" >>"$log"
    [[ "$line" =~ ^\[([0-9]+)/([0-9]+)\] ]] || continue
    if [[ $is_terminal -eq 1 ]]; then
      printf '\r\033[K%s: %s of %s' "$what" "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
    else
      tenth=$((10 * BASH_REMATCH[1] / BASH_REMATCH[2]))
      [[ $tenth -gt $told ]] || continue
      told=$tenth
      printf '%s: %s of %s\n' "$what" "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
    fi
  done
}

: >"$log"
printf '%s (its log: %s)\n' "$what" "$log"
status=0
"$@" 2>&1 </dev/null | follow || status=$?
[[ $is_terminal -eq 1 ]] && printf '\r\033[K'
if [[ $status -ne 0 ]]; then
  {
    printf '%s FAILED. The end of %s:\n' "$what" "$log"
    tail -n "$LINES_SHOWN" "$log"
  } >&2
  exit "$status"
fi
printf '%s: done after %s s\n' "$what" "$(($(date +%s) - began))"
