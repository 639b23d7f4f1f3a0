#!/bin/bash
# Removes a data folder, after a look that it is one and that nobody uses it.
set -euo pipefail
data=${1:?folder}
[[ -d $data ]] || { echo "There is no data in $data."; exit 0; }
[[ -e $data/postgres/lock ]] || { echo "$data does not look like Waymark's data; it was left alone." >&2; exit 1; }
flock --nonblock "$data/postgres/lock" rm -rf "$data" || { echo "$data is in use. Stop the server first." >&2; exit 1; }
echo "removed $data"
