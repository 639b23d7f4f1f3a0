#!/bin/bash
# Runs what needs a browser and the demo, on a data folder of its own that is gone
# afterwards: scripts/browser.sh test, or pictures for the README.
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:?test or pictures}

data=$(mktemp -d "${TMPDIR:-/tmp}/waymark-browser.XXXXXX")
chmod 755 "$data" # the database's own user must get through
trap 'rm -rf "$data"' EXIT
export WAYMARK_DATA=$data WAYMARK_BIN=$PWD/bin/waymark WAYMARK_E2E_DATA=$data

osm=$(go list -m -f '{{.Dir}}' github.com/paulmach/osm)
"$WAYMARK_BIN" extract load "$osm/testdata/delaware-latest.osm.pbf" >"$data/load.log" 2>&1 || { cat "$data/load.log"; exit 1; }
"$WAYMARK_BIN" demo >/dev/null

cd web
case $what in
test)
  # A file that fails is run once more, on data as they were in the beginning: a
  # slow machine can make a browser miss what it would otherwise see. What passes
  # only then is said to be unsteady, and wants mending.
  cp -a "$data" "$data.fresh"
  trap 'rm -rf "$data" "$data.fresh"' EXIT
  failed=()
  for file in e2e/*.test.mjs; do
    echo "== $file"
    node --test --test-reporter=spec "$file" || failed+=("$file")
  done
  for file in "${failed[@]}"; do
    echo "== $file failed and is run once more"
    find "$data" -mindepth 1 -delete
    cp -a "$data.fresh/." "$data"
    node --test --test-reporter=spec "$file"
    echo "== UNSTEADY: $file failed at first and passed at the second run"
  done
  ;;
pictures) node e2e/pictures.mjs ../docs/pictures ;;
*) echo "scripts/browser.sh: test or pictures" >&2; exit 2 ;;
esac
