#!/bin/bash
# The demo: loads Delaware and makes the demo organisation when they are missing,
# says how to sign in, and serves in the foreground.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! bin/waymark extract info >/dev/null 2>&1; then
  osm=$(go list -m -f '{{.Dir}}' github.com/paulmach/osm)
  bin/waymark extract load "$osm/testdata/delaware-latest.osm.pbf"
fi
bin/waymark demo
echo
echo "Data is kept in $WAYMARK_DATA. Ctrl-C stops the server."
echo "Open http://localhost:${WAYMARK_ADDR##*:}"
echo
exec bin/waymark serve
