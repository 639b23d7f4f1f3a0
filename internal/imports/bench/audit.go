package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// write is a way to write accounts; serial is another number each time.
type write struct {
	what string
	rows int // that it writes
	do   func(ctx context.Context, b *bench, serial int) error
}

const (
	oneByOne = 200
	together = 2_000
)

func statement(rows int, sql string) func(context.Context, *bench, int) error {
	return func(ctx context.Context, b *bench, serial int) error {
		return b.db.Tx(ctx, func(tx pgx.Tx) error {
			_, err := tx.Exec(ctx, sql, b.org, serial, rows)
			return err
		})
	}
}

var writes = []write{
	{"made one by one", oneByOne, func(ctx context.Context, b *bench, serial int) error {
		for i := range oneByOne {
			if err := statement(i, `insert into accounts (org_id, name, phone) values ($1, 'Trail ' || $2::int || '-' || $3::int, '+1 302 555 0100')`)(ctx, b, serial); err != nil {
				return err
			}
		}
		return nil
	}},
	{"changed one by one", oneByOne, func(ctx context.Context, b *bench, serial int) error {
		for i := range oneByOne {
			if err := statement(i, `update accounts set phone = '+1 302 ' || $2::int, version = version + 1
				where org_id = $1 and id = (select min(id) + $3::int from accounts where org_id = $1)`)(ctx, b, serial); err != nil {
				return err
			}
		}
		return nil
	}},
	{"made by one statement", together, statement(together,
		`insert into accounts (org_id, name, phone) select $1, 'Trail ' || $2::int || '-' || i, '+1 302 555 0100' from generate_series(1, $3::int) i`)},
	{"changed alike by one statement", together, statement(together,
		`update accounts set category = 'trail ' || $2::int, version = version + 1
		where org_id = $1 and id < (select min(id) + $3::int from accounts where org_id = $1)`)},
	{"changed each in its own way by one statement", together, statement(together,
		`update accounts set phone = '+1 302 ' || id || ' ' || $2::int, version = version + 1
		where org_id = $1 and id < (select min(id) + $3::int from accounts where org_id = $1)`)},
}

// audit times writes with the audit trail and without it, in turns, and prints
// the medians.
func (b *bench) audit(ctx context.Context, rows int) error {
	var there int
	if err := b.db.Tx(ctx, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from accounts where org_id = $1`, b.org).Scan(&there)
	}); err != nil {
		return err
	}
	for ; there < max(rows, together); there += together {
		if err := statement(together, writesMany)(ctx, b, there); err != nil {
			return err
		}
	}
	if err := b.owner(ctx, `analyze accounts`); err != nil {
		return err
	}
	fmt.Printf("\naccounts written with the audit trail and without it, %d there\n", there)
	const turns = 7
	serial := 0
	for _, w := range writes {
		var with, without []time.Duration
		for range turns {
			for _, trail := range []bool{true, false} {
				verb := "enable"
				if !trail {
					verb = "disable"
				}
				for _, on := range []string{"insert", "update"} {
					if err := b.owner(ctx, `alter table accounts `+verb+` trigger audit_`+on); err != nil {
						return err
					}
				}
				serial++
				began := time.Now()
				if err := w.do(ctx, b, serial); err != nil {
					return fmt.Errorf("accounts %s: %w", w.what, err)
				}
				if took := time.Since(began); trail {
					with = append(with, took)
				} else {
					without = append(without, took)
				}
			}
		}
		slices.Sort(with)
		slices.Sort(without)
		a, o := with[turns/2], without[turns/2]
		fmt.Printf("  %-46s %8.3f ms with, %8.3f without, an account: %.2f times\n", w.what,
			a.Seconds()*1e3/float64(w.rows), o.Seconds()*1e3/float64(w.rows), a.Seconds()/o.Seconds())
	}
	return nil
}

const writesMany = `insert into accounts (org_id, name, phone) select $1, 'There ' || $2::int || '-' || i, '+1 302 555 0100' from generate_series(1, $3::int) i`

func (b *bench) owner(ctx context.Context, sql string) error {
	return b.db.Owner(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, sql)
		return err
	})
}
