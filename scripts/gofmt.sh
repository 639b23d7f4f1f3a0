#!/bin/bash
# Fails with the names of Go files that are not formatted.
set -euo pipefail
files=$(gofmt -l $(git ls-files --cached --others --exclude-standard '*.go'))
[[ -z $files ]] && exit 0
printf 'not formatted (make fmt does it):\n%s\n' "$files" >&2
exit 1
