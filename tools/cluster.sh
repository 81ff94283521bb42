#!/usr/bin/env bash
# ./dev cluster up|down: a coordinator and a worker on this machine's loopback, on the ports that
# nepactl looks at by default. State, storage, logs and process ids live in state/.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
state=$root/state
bin=$root/build/bin

running() { # NAME: whether the process of its pid file lives and is ours
  local pid
  pid=$(cat "$state/$1.pid" 2>/dev/null) && [[ $(readlink "/proc/$pid/exe" 2>/dev/null) == "$bin/$1" ]]
}

start() { # NAME FLAG...
  local name=$1
  shift
  if running "$name"; then echo "$name runs already (process $(cat "$state/$name.pid"))"; return; fi
  rm -f "$state/$name/endpoints.json"
  setsid "$bin/$name" --state "$state/$name" "$@" >>"$state/$name.log" 2>&1 </dev/null &
  echo $! >"$state/$name.pid"
  for _ in $(seq 200); do
    if [[ -e $state/$name/endpoints.json ]]; then echo "$name serves: $(cat "$state/$name/endpoints.json")"; return; fi
    running "$name" || break
    sleep 0.05
  done
  echo "$name did not come up; the end of $state/$name.log:" >&2
  tail -n 5 "$state/$name.log" >&2
  return 1
}

stop() { # NAME
  if ! running "$1"; then echo "$1 does not run"; return; fi
  kill "$(cat "$state/$1.pid")"
  for _ in $(seq 300); do
    running "$1" || { rm -f "$state/$1.pid"; echo "$1 ended"; return; }
    sleep 0.1
  done
  echo "$1 (process $(cat "$state/$1.pid")) has not ended after 30 s; its log is $state/$1.log" >&2
  return 1
}

case ${1:-} in
  up)
    mkdir -p "$state"
    start nepa-coordinator --storage "$state/storage"
    start nepa-worker --storage "$state/storage" --coordinator 127.0.0.1:7443
    echo "Try: build/bin/nepactl submit examples/fashion_pretrain.yaml --follow"
    ;;
  down)
    stop nepa-worker
    stop nepa-coordinator
    ;;
  *)
    echo "usage: ./dev cluster up|down" >&2
    exit 2
    ;;
esac
