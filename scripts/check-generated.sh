#!/bin/bash
# Fails when the OpenAPI document or the browser's types are not what the code
# gives now. Compares with a fresh copy, so that the work tree stays as it is.
set -euo pipefail
cd "$(dirname "$0")/.."
new=$(mktemp -d)
trap 'rm -rf "$new"' EXIT
go run ./cmd/waymark openapi >"$new/openapi.json"
(cd web && npx --no-install openapi-typescript "$new/openapi.json" -o "$new/schema.gen.ts" >/dev/null)
stale=0
diff -u web/openapi.json "$new/openapi.json" | head -n 40 || stale=1
diff -u web/src/api/schema.gen.ts "$new/schema.gen.ts" | head -n 40 || stale=1
if ((stale)); then
  echo "Generated files are stale. Renew them with: make generate" >&2
  exit 1
fi
echo "generated files are current"
