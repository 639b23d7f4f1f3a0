// Package migrations holds the schema as numbered goose migrations, embedded in
// the binary. internal/postgres applies them; see CONTRIBUTING.md for how to
// write one.
package migrations

import "embed"

// FS holds every *.sql file of this folder.
//
//go:embed *.sql
var FS embed.FS
