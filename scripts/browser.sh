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
test) node --test --test-concurrency=1 --test-reporter=spec e2e/*.test.mjs ;;
pictures) node e2e/pictures.mjs ../docs/pictures ;;
*) echo "scripts/browser.sh: test or pictures" >&2; exit 2 ;;
esac
