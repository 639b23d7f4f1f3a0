package duplicates

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// table is a table with a column that refers to accounts.
type table struct {
	name    string
	column  string
	key     []string // of its primary key, without the organisation
	columns []string // that can be written
	uniques []unique // that the column is part of
	others  []string // further columns that refer to accounts
}

// unique is a unique index.
type unique struct {
	columns   []string // without the organisation and the column itself
	predicate string   // of a partial one
}

// referring reads from the catalogue what refers to accounts and may be changed.
// Append-only tables, such as the audit trail, keep speaking of the account that
// they spoke of.
func referring(ctx context.Context, tx pgx.Tx) ([]table, error) {
	references, err := References(ctx, tx)
	if err != nil {
		return nil, err
	}
	var tables []table
	for _, r := range references {
		if r.To != "accounts" {
			continue
		}
		t := table{name: r.Table, column: r.Column}
		var changeable bool
		if err := tx.QueryRow(ctx, `
			select has_table_privilege($1::regclass, 'update'),
			  (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
			   where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''),
			  (select array_agg(a.attname::text order by a.attnum) from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
			   where i.indrelid = $1::regclass and i.indisprimary and a.attname <> 'org_id')`, r.Table).Scan(&changeable, &t.columns, &t.key); err != nil {
			return nil, fmt.Errorf("duplicates: read the columns of %s: %w", r.Table, err)
		}
		if !changeable {
			continue
		}
		for _, other := range references {
			if other.Table == r.Table && other.To == "accounts" && other.Column != r.Column {
				t.others = append(t.others, other.Column)
			}
		}
		rows, err := tx.Query(ctx, `
			select array_agg(a.attname::text order by a.attnum), coalesce(pg_get_expr(i.indpred, i.indrelid), '')
			from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
			where i.indrelid = $1::regclass and i.indisunique and i.indexprs is null
			group by i.indexrelid, i.indpred, i.indrelid order by i.indexrelid`, r.Table)
		if err != nil {
			return nil, fmt.Errorf("duplicates: read the indexes of %s: %w", r.Table, err)
		}
		all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (u unique, err error) {
			err = row.Scan(&u.columns, &u.predicate)
			return u, err
		})
		if err != nil {
			return nil, fmt.Errorf("duplicates: read the indexes of %s: %w", r.Table, err)
		}
		for _, u := range all {
			if slices.Contains(u.columns, r.Column) {
				u.columns = slices.DeleteFunc(u.columns, func(c string) bool { return c == "org_id" || c == r.Column })
				t.uniques = append(t.uniques, u)
			}
		}
		tables = append(tables, t)
	}
	return tables, nil
}

func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }

// removals are statements, with the organisation, the loser and the winner as
// their parameters, that remove the rows which cannot be moved: those between the
// two, and those that the winner has already. They return the rows.
func (t table) removals() []string {
	name, column := quoted(t.name), quoted(t.column)
	if slices.Contains(forgotten, t.name) {
		return []string{`delete from ` + name + ` x where org_id = $1 and ` + column + ` = $2 and $3::bigint is not null returning to_jsonb(x)`}
	}
	var out []string
	for _, other := range t.others {
		out = append(out, `delete from `+name+` x where org_id = $1 and `+column+` = $2 and `+quoted(other)+` = $3 returning to_jsonb(x)`)
	}
	for _, u := range t.uniques {
		if t.name == "sites" { // the primary site was seen to
			continue
		}
		predicate := ""
		if u.predicate != "" {
			predicate = ` and (` + u.predicate + `)`
		}
		var own []string
		for _, c := range t.key {
			own = append(own, `z.`+quoted(c)+` = x.`+quoted(c))
		}
		same := []string{"true"}
		for _, c := range u.columns {
			same = append(same, `y.`+quoted(c)+` = x.`+quoted(c))
		}
		out = append(out, `delete from `+name+` x where x.org_id = $1 and x.`+column+` = $2`+
			` and exists (select from (select * from `+name+` where org_id = $1 and `+column+` = $2`+predicate+`) z where `+strings.Join(own, " and ")+`)`+
			` and exists (select from (select * from `+name+` where org_id = $1 and `+column+` = $3`+predicate+`) y where `+strings.Join(same, " and ")+`)`+
			` returning to_jsonb(x)`)
	}
	return out
}

// update is the statement that moves the rows and returns their keys.
func (t table) update() string {
	return `update ` + quoted(t.name) + ` x set ` + quoted(t.column) + ` = $3 where org_id = $1 and ` + quoted(t.column) + ` = $2 returning ` + t.keyObject()
}

// keyObject is the expression for the key of a row of x, without what moves.
func (t table) keyObject() string {
	pairs := []string{}
	for _, c := range t.key {
		if c != t.column {
			pairs = append(pairs, `'`+c+`', x.`+quoted(c))
		}
	}
	return `jsonb_build_object(` + strings.Join(pairs, ", ") + `)`
}

// back is the statement that moves rows back by their keys, $4.
func (t table) back() string {
	return `update ` + quoted(t.name) + ` x set ` + quoted(t.column) + ` = $2 where org_id = $1 and ` + quoted(t.column) + ` = $3 and ` +
		t.keyObject() + ` = any (select k from jsonb_array_elements($4::jsonb) k)`
}

// again is the statement that puts removed rows, $1, back.
func (t table) again() string {
	columns := make([]string, len(t.columns))
	for i, c := range t.columns {
		columns[i] = quoted(c)
	}
	list := strings.Join(columns, ", ")
	return `insert into ` + quoted(t.name) + ` (` + list + `) overriding system value
		select ` + list + ` from jsonb_populate_recordset(null::` + quoted(t.name) + `, $1::jsonb) on conflict do nothing`
}
