#!/usr/bin/env bash
# ./dev cluster up|down: a coordinator and a worker on this machine's loopback, on the ports that
# nepactl looks at by default (NEPA_LISTEN and NEPA_HTTP name others). State, storage, logs and
# process ids live in state/.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
state=$root/state
bin=$root/build/bin
# A worker that ends lets its ranks write a checkpoint first; its --leave-limit is 60 s.
patience_s=75

running() { # NAME: whether the process of its pid file lives and is ours, rebuilt since or not
  local pid program
  pid=$(cat "$state/$1.pid" 2>/dev/null) || return 1
  program=$(readlink "/proc/$pid/exe" 2>/dev/null) || return 1
  [[ ${program% (deleted)} == "$bin/$1" ]]
}

start() { # NAME FLAG...
  local name=$1
  shift
  if running "$name"; then
    echo "$name runs already (process $(cat "$state/$name.pid"))"
    return
  fi
  # The program itself removes the endpoints.json of an earlier start, once it holds the lock of its
  # folder; here its age tells whether it is that of this one.
  local mark=$state/$name.mark
  touch "$mark"
  setsid "$bin/$name" --state "$state/$name" "$@" >>"$state/$name.log" 2>&1 </dev/null &
  local pid=$!
  echo "$pid" >"$state/$name.pid"
  for _ in $(seq 400); do
    kill -0 "$pid" 2>/dev/null || break
    if [[ $state/$name/endpoints.json -nt $mark ]]; then
      echo "$name serves: $(cat "$state/$name/endpoints.json")"
      return
    fi
    sleep 0.05
  done
  echo "$name did not come up; the end of $state/$name.log:" >&2
  tail -n 5 "$state/$name.log" >&2
  rm -f "$state/$name.pid"
  return 1
}

stop() { # NAME
  if ! running "$1"; then echo "$1 does not run"; return; fi
  kill "$(cat "$state/$1.pid")"
  for _ in $(seq $((patience_s * 10))); do
    running "$1" || { rm -f "$state/$1.pid"; echo "$1 ended"; return; }
    sleep 0.1
  done
  echo "$1 (process $(cat "$state/$1.pid")) has not ended after $patience_s s; its log is $state/$1.log" >&2
  return 1
}

case ${1:-} in
  up)
    mkdir -p "$state"
    start nepa-coordinator --storage "$state/storage"
    # Where it listens: {"grpc":"127.0.0.1:7443",…
    address=$(sed -E 's/.*"grpc": *"([^"]+)".*/\1/' "$state/nepa-coordinator/endpoints.json")
    start nepa-worker --storage "$state/storage" --coordinator "$address"
    echo "Try: build/bin/nepactl submit examples/fashion_pretrain.yaml --follow"
    ;;
  down)
    # The worker first: what it says while it ends is for the coordinator.
    code=0
    stop nepa-worker || code=1
    stop nepa-coordinator || code=1
    exit $code
    ;;
  *)
    echo "usage: ./dev cluster up|down" >&2
    exit 2
    ;;
esac
