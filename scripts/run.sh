#!/bin/bash
# The demo: loads Delaware and makes the demo organisation when they are missing,
# says how to sign in, and serves in the foreground.
set -euo pipefail
cd "$(dirname "$0")/.."
bin/waymark demo
echo "data    $WAYMARK_DATA"
echo "stop    Ctrl-C"
exec bin/waymark serve
