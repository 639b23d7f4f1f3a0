package testdb

import (
	"context"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// Explained is a transaction that looks at the plan of every query before it runs
// it, and fails the test when the plan reads one of its tables as a whole.
// WAYMARK_SHOW_PLANS=1 prints the plans with their times.
type Explained struct {
	pgx.Tx
	Label string // what the test is at, for its messages

	t      testing.TB
	wholes *regexp.Regexp
}

// Explain returns tx with its queries explained; tables are those that no query
// may read from their beginning to their end.
func Explain(t testing.TB, tx pgx.Tx, tables ...string) *Explained {
	for i, table := range tables {
		tables[i] = regexp.QuoteMeta(table)
	}
	return &Explained{Tx: tx, t: t, wholes: regexp.MustCompile(`Seq Scan on (` + strings.Join(tables, "|") + `)\b`)}
}

func (e *Explained) explain(ctx context.Context, text string, args []any) {
	e.t.Helper()
	show := os.Getenv("WAYMARK_SHOW_PLANS") != ""
	how := "explain "
	if show {
		how = "explain (analyze, buffers) "
	}
	rows, err := e.Tx.Query(ctx, how+text, args...)
	require.NoError(e.t, err, text)
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(e.t, err, text)
	plan := strings.Join(lines, "\n")
	require.NotRegexp(e.t, e.wholes, plan, "%s: %s", e.Label, text)
	if show {
		e.t.Logf("%s: %s\n%s\n%s", e.Label, lines[len(lines)-1], text, plan)
	}
}

// Query explains a query and runs it.
func (e *Explained) Query(ctx context.Context, text string, args ...any) (pgx.Rows, error) {
	e.t.Helper()
	e.explain(ctx, text, args)
	return e.Tx.Query(ctx, text, args...)
}

// QueryRow explains a query and runs it.
func (e *Explained) QueryRow(ctx context.Context, text string, args ...any) pgx.Row {
	e.t.Helper()
	e.explain(ctx, text, args)
	return e.Tx.QueryRow(ctx, text, args...)
}
