#!/bin/bash
# Runs what needs a browser and the demo, on data folders of its own that are gone
# afterwards: scripts/browser.sh test [FILE…], or pictures for the README.
#
# Every file of tests has a copy of the demo to itself, so none can be in the way
# of another. LANES says how many run at once; 2 unless the machine has one core.
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:?test or pictures}
shift
export WAYMARK_BIN=$PWD/bin/waymark
cores=$(nproc)
lanes=${LANES:-$((cores > 1 ? 2 : 1))}

root=$(mktemp -d "${TMPDIR:-/tmp}/waymark-browser.XXXXXX")
chmod 755 "$root" # the database's own user must get through
trap 'rm -rf "$root"' EXIT
fresh=$root/fresh
mkdir -m 755 "$fresh"
export WAYMARK_DATA=$fresh WAYMARK_E2E_DATA=$fresh

osm=$(go list -m -f '{{.Dir}}' github.com/paulmach/osm)
"$WAYMARK_BIN" extract load "$osm/testdata/delaware-latest.osm.pbf" >"$root/load.log" 2>&1 || { cat "$root/load.log"; exit 1; }
"$WAYMARK_BIN" demo >/dev/null

# one FILE: runs its tests on a copy of the data. $root/failed/FILE is there until
# they have passed.
one() {
  local name data
  name=$(basename "$1")
  touch "$root/failed/$name"
  data=$(mktemp -d "$root/data.XXXXXX")
  chmod 755 "$data"
  cp -a "$fresh/." "$data"
  WAYMARK_DATA=$data WAYMARK_E2E_DATA=$data node --test --test-reporter=spec "$1" >"$root/log/$name" 2>&1 && rm "$root/failed/$name"
  rm -rf "$data"
  { echo "== $1"; cat "$root/log/$name"; } # when it is over, so that lanes do not mix
}

cd web
case $what in
test)
  mkdir "$root/log" "$root/failed"
  files=("$@")
  ((${#files[@]})) || files=(e2e/*.test.mjs)
  # Two browsers at once are slower, each, than one.
  ((lanes == 1)) || export WAYMARK_E2E_PATIENCE=${WAYMARK_E2E_PATIENCE:-90000}
  for file in "${files[@]}"; do
    while (($(jobs -rp | wc -l) >= lanes)); do wait -n || true; done
    one "$file" &
  done
  wait
  # A file that fails is run once more, alone: a slow machine can make a browser
  # miss what it would otherwise see. What passes only then is said to be unsteady,
  # and wants mending.
  for failed in "$root"/failed/*; do
    [[ -e $failed ]] || break
    file=e2e/$(basename "$failed")
    echo "== $file failed and is run once more"
    one "$file"
    if [[ -e $failed ]]; then
      echo "== $file failed again"
      exit 1
    fi
    echo "== UNSTEADY: $file failed at first and passed at the second run"
  done
  ;;
pictures) node e2e/pictures.mjs ../docs/pictures ;;
*) echo "scripts/browser.sh: test or pictures" >&2; exit 2 ;;
esac
