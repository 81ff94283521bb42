#!/usr/bin/env bash
# usage: install_packages.sh PACKAGE…   as root
#
# Installs Debian packages. A service that comes with one (Prometheus, which the tests run
# themselves) is neither started now nor with the machine: nobody asked for that.
set -euo pipefail

policy=/usr/sbin/policy-rc.d # asked before a package starts its service
if [[ ! -e $policy ]]; then
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "$@"

for package in "$@"; do
  if [[ $package == prometheus ]]; then
    update-rc.d prometheus disable
    if command -v systemctl >/dev/null; then systemctl disable prometheus; fi
  fi
done
