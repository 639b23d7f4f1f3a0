package duplicates

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
)

// Reference is a column that refers to an account, a site or a contact by its id.
type Reference struct {
	Table  string
	Column string
	To     string // accounts, sites or contacts
}

// References lists every column of the schema that refers to accounts, sites or
// contacts, by its foreign key: the catalogue knows of tables that this program
// does not think of.
func References(ctx context.Context, tx pgx.Tx) ([]Reference, error) {
	rows, err := tx.Query(ctx, `
		select c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text
		from pg_constraint c
		cross join lateral unnest(c.conkey, c.confkey) as k(own, other)
		join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.own
		join pg_attribute f on f.attrelid = c.confrelid and f.attnum = k.other
		where c.contype = 'f' and c.confrelid in ('accounts'::regclass, 'sites'::regclass, 'contacts'::regclass) and f.attname = 'id'
		order by 3, 1, 2`)
	if err != nil {
		return nil, fmt.Errorf("duplicates: read the catalogue: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Reference])
	if err != nil {
		return nil, fmt.Errorf("duplicates: read the catalogue: %w", err)
	}
	return all, nil
}

// IsOneOf reports whether the reference's table is among those given.
func (r Reference) IsOneOf(tables []string) bool { return slices.Contains(tables, r.Table) }
