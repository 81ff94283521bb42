# shellcheck shell=bash
# What the scripts of tests/integration/errors/*.txt may use. Sourced by each of them; they run in a
# folder of their own, with the programs in $PATH.
set -u
daemons=()

# serve STATE PROGRAM FLAG…: a daemon in the background, on free ports, once it serves.
serve() {
  local state=$1 program=$2
  shift 2
  [[ $program == nepa-coordinator && " $* " != *" --listen "* ]] && set -- --listen 127.0.0.1:0 "$@"
  [[ " $* " == *" --http "* ]] || set -- --http 127.0.0.1:0 "$@"
  "$program" --state "$state" "$@" >>"$state.log" 2>&1 &
  daemons+=($!)
  until [[ -e $state/endpoints.json ]]; do
    kill -0 $! 2>/dev/null || { cat "$state.log"; return; }
    sleep 0.02
  done
}

# address STATE grpc|http: where a daemon listens.
address() { sed -n "s/.*\"$2\":\"\([^\"]*\)\".*/\1/p" "$1/endpoints.json"; }

# logged TEXT STATE: waits until the log of a daemon holds TEXT, and prints the line.
logged() {
  until grep -m1 -F -- "$1" "$2.log"; do sleep 0.02; done
}

# until_says TEXT COMMAND…: repeats a command until it prints TEXT, then prints what it said.
until_says() {
  local text=$1 said
  shift
  until said=$("$@" 2>&1) && [[ $said == *"$text"* ]]; do sleep 0.05; done
  printf '%s\n' "$said"
}

# cluster: a coordinator and a worker named here; nepactl finds them.
cluster() {
  serve c nepa-coordinator
  NEPA_COORDINATOR=$(address c grpc)
  export NEPA_COORDINATOR
  serve w nepa-worker --coordinator "$NEPA_COORDINATOR" --name here "$@"
  until_says READY nepactl workers list >/dev/null
}

# small_job NAME STEPS: a job file for a tiny model on made-up images.
small_job() {
  cat <<YAML
name: $1
model: {hidden_size: 16, num_hidden_layers: 2, num_attention_heads: 2, intermediate_size: 32,
        image_size: 28, patch_size: 7, num_channels: 1}
data: {train: {format: synthetic, synthetic_count: 64}}
batch: {global: 8}
schedule: {steps: $2}
checkpoint: {every: 2 steps, keep: {last: 3}}
precision: fp32
resources: {device: cpu, threads_per_rank: 1}
YAML
}

# What a script started ends with it.
end_daemons() {
  local code=$?
  if ((${#daemons[@]} > 0)); then
    kill "${daemons[@]}" 2>/dev/null
    wait "${daemons[@]}" 2>/dev/null
  fi
  exit $code
}
trap end_daemons EXIT
