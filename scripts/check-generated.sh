#!/bin/bash
# Fails when the OpenAPI document or the browser's types are not what the code
# gives now, as bin/waymark says. Compares with a fresh copy, so that the work tree
# stays as it is.
set -euo pipefail
cd "$(dirname "$0")/.."
new=$(mktemp -d)
trap 'rm -rf "$new"' EXIT
bin/waymark openapi >"$new/openapi.json"

# The command of `npm run generate`, on the copy.
cd web
generate=$(node -p 'require("./package.json").scripts.generate')
generate=${generate//src\/api\/schema.gen.ts/$new/schema.gen.ts}
generate=${generate// openapi.json/ $new/openapi.json}
PATH="$PWD/node_modules/.bin:$PATH" bash -c "$generate" >/dev/null

stale=0
for file in openapi.json src/api/schema.gen.ts; do
  if ! diff -u "$file" "$new/${file##*/}" >"$new/diff"; then
    head -n 40 "$new/diff"
    stale=1
  fi
done
if ((stale)); then
  echo "Generated files are stale. Renew them with: make generate" >&2
  exit 1
fi
echo "generated files are current"
