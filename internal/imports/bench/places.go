package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/imports"
)

// address of the extract.
type address struct{ housenumber, street, city, postcode string }

// places imports accounts with addresses of the extract and without coordinates,
// once as they stand there and once with two letters of each street turned round,
// and prints how quickly places were found and how many lie right.
func (b *bench) places(ctx context.Context, rows int) error {
	var all []address
	if err := b.db.Tx(ctx, func(tx pgx.Tx) error {
		// One address of a street and number: of two in one town, nobody knows which.
		found, err := tx.Query(ctx, `select housenumber, street, city, postcode from (
			  select min(housenumber) as housenumber, min(street) as street, min(city) as city, min(postcode) as postcode from addresses
			  where housenumber ~ '^[0-9]+$' and length(street) > 6 and city <> '' and street !~ ',' and city !~ ','
			  group by lower(housenumber), lower(street), lower(city) having count(*) = 1) a
			order by md5(housenumber || street || city) limit $1`, rows)
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(found, func(row pgx.CollectableRow) (a address, err error) {
			err = row.Scan(&a.housenumber, &a.street, &a.city, &a.postcode)
			return a, err
		})
		return err
	}); err != nil {
		return fmt.Errorf("read addresses: %w", err)
	}
	if len(all) == 0 {
		return fmt.Errorf("the data hold no extract with addresses; load one with: waymark extract load FILE")
	}
	for _, run := range []struct {
		what, prefix string
		typed        func(string) string
	}{{"as the extract has them", "A", func(s string) string { return s }}, {"with two letters of the street turned round", "B", mistyped}} {
		path, err := b.csv("places.csv", func(line func([]string)) {
			line([]string{"number", "name", "street", "housenumber", "city", "postcode"})
			for i, a := range all {
				line([]string{fmt.Sprint(run.prefix, i), fmt.Sprintf("Place %s %d", run.prefix, i), run.typed(a.street), a.housenumber, a.city, a.postcode})
			}
		})
		if err != nil {
			return err
		}
		im, t, err := b.importFile(ctx, path, func(p *imports.Plan) { p.Locate = true })
		if err != nil {
			return err
		}
		var near, far int
		if err := b.db.Tx(ctx, func(tx pgx.Tx) error {
			return tx.QueryRow(ctx, `select count(*) filter (where metres <= 100), count(*) filter (where metres > 100) from (
				  select (select min(st_distancesphere(s.point, a.point)) from addresses a
				    where a.street = w.street and a.housenumber = w.housenumber and a.city = w.city) as metres
				  from unnest($2::text[], $3::text[], $4::text[], $5::text[]) as w(number, housenumber, street, city)
				  join accounts c on c.org_id = $1 and c.external_id = w.number
				  join sites s on s.org_id = $1 and s.account_id = c.id and s.is_primary) d`,
				b.org, numbers(run.prefix, len(all)), column(all, func(a address) string { return a.housenumber }),
				column(all, func(a address) string { return a.street }), column(all, func(a address) string { return a.city })).Scan(&near, &far)
		}); err != nil {
			return fmt.Errorf("compare places: %w", err)
		}
		n := float64(len(all))
		fmt.Printf("\n%d addresses without coordinates, %s\n", len(all), run.what)
		fmt.Printf("  checked in %.1f s, written and placed in %.1f s: %.0f rows/s\n", t.checked.Seconds(), t.written.Seconds(), n/t.all().Seconds())
		fmt.Printf("  found %.1f %%, within 100 m %.1f %%, further off %.1f %%; to be looked at %d\n",
			100*float64(near+far)/n, 100*float64(near)/n, 100*float64(far)/n, im.Counts.Doubtful)
	}
	return nil
}

// mistyped turns two letters of the longest word round.
func mistyped(street string) string {
	words := strings.Fields(street)
	longest := 0
	for i, word := range words {
		if len(word) > len(words[longest]) {
			longest = i
		}
	}
	w := []rune(words[longest])
	if k := len(w) / 2; k > 0 {
		w[k-1], w[k] = w[k], w[k-1]
	}
	words[longest] = string(w)
	return strings.Join(words, " ")
}

func numbers(prefix string, n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprint(prefix, i)
	}
	return all
}

func column(all []address, of func(address) string) []string {
	out := make([]string, len(all))
	for i, a := range all {
		out[i] = of(a)
	}
	return out
}
