#!/bin/bash
# Installs what is missing on Debian or Ubuntu, and nothing else: a C compiler,
# PostgreSQL with PostGIS, tilemaker; for tests also Chromium.
#
#   scripts/setup.sh run|test
set -euo pipefail
purpose=${1:?run or test}

die() { echo "setup: $*" >&2; exit 1; }

# at_least A B: version A is B or newer.
at_least() { [[ $(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n1) == "$2" ]]; }

command -v go >/dev/null || die "Go is missing. Install Go 1.26 or newer: https://go.dev/dl/"
command -v node >/dev/null || die "Node is missing. Install Node 20.19 or newer: https://nodejs.org/"
command -v npm >/dev/null || die "npm is missing. It comes with Node: https://nodejs.org/"
go_version=$(go env GOVERSION) # of the toolchain that go.mod selects
at_least "${go_version#go}" 1.26 || die "Go 1.26 or newer is needed; here is ${go_version#go}."
node_version=$(node --version)
at_least "${node_version#v}" 20.19 || die "Node 20.19 or newer is needed; here is ${node_version#v}."

packages=()
command -v gcc >/dev/null && [[ -e /usr/include/stdlib.h ]] || packages+=(gcc libc6-dev)
command -v git >/dev/null || packages+=(git)
command -v tilemaker >/dev/null || packages+=(tilemaker)
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || packages+=(postgresql)
compgen -G '/usr/share/postgresql/*/extension/postgis.control' >/dev/null || packages+=(postgresql-postgis)
if [[ $purpose == test ]]; then
  command -v chromium >/dev/null || command -v google-chrome >/dev/null || packages+=(chromium)
fi
((${#packages[@]})) || exit 0

command -v apt-get >/dev/null || die "please install: ${packages[*]}"
as_root=()
if ((EUID != 0)); then
  command -v sudo >/dev/null || die "installing ${packages[*]} needs root: run this as root, or install sudo"
  as_root=(sudo)
fi

echo "setup: installing ${packages[*]}"
# Waymark runs a database of its own; Debian's package need not start another.
no_cluster=/etc/postgresql-common/createcluster.d/waymark-setup.conf
if [[ " ${packages[*]} " == *" postgresql"* && ! -d /etc/postgresql ]]; then
  "${as_root[@]}" mkdir -p "${no_cluster%/*}"
  echo 'create_main_cluster = false' | "${as_root[@]}" tee "$no_cluster" >/dev/null
  trap '"${as_root[@]}" rm -f "$no_cluster"' EXIT
fi
apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@"; }
# The lists may be missing (a fresh image) or too old for what they point to.
apt install -y --no-install-recommends "${packages[@]}" >/dev/null 2>&1 || {
  apt update
  apt install -y --no-install-recommends "${packages[@]}" >/dev/null
}
echo "setup: done"
