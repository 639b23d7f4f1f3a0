package imports

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/geocode"
	"github.com/waymark-crm/waymark/geo/hexgrid"
)

// sureMatch is the confidence from which an address is taken without a word.
const sureMatch = 0.9

// locateExactly finds the places of rows whose house the extract holds under the
// street and number that they give, one statement for a batch.
func locateExactly(ctx context.Context, tx pgx.Tx, batch []*row) error {
	var keys, numbers []string
	var of []int32
	for i, r := range batch {
		if !r.locate || r.street == nil || r.housenumber == nil {
			continue
		}
		key := geocode.Bare(geocode.Normalise(*r.street))
		for _, number := range slices.Compact([]string{*r.housenumber, strings.ToLower(*r.housenumber), strings.ToUpper(*r.housenumber)}) {
			keys, numbers, of = append(keys, key), append(numbers, number), append(of, int32(i))
		}
	}
	if len(keys) == 0 {
		return nil
	}
	rows, err := tx.Query(ctx, `
		select w.i, a.street, a.city, a.postcode, a.point
		from unnest($1::int[], $2::text[], $3::text[]) as w(i, key, number)
		join addresses a on a.search = w.key and a.housenumber = w.number`, of, keys, numbers)
	if err != nil {
		return fmt.Errorf("imports: find addresses: %w", err)
	}
	type best struct {
		confidence float64
		at         orb.Point
	}
	found := map[int32]best{}
	var i int32
	var street, city, postcode string
	var at orb.Point
	if _, err := pgx.ForEachRow(rows, []any{&i, &street, &city, &postcode, &at}, func() error {
		r := batch[i]
		q := geocode.Query{HouseNumber: strings.ToLower(*r.housenumber), Street: geocode.Normalise(*r.street), Place: normal(r.city), Postcode: digitsOf(r.postcode)}
		c, _ := geocode.Match(q, geocode.Candidate{HouseNumber: q.HouseNumber, Street: geocode.Normalise(street), Place: geocode.Normalise(city), Postcode: postcode})
		if c >= sureMatch && c > found[i].confidence {
			found[i] = best{c, at}
		}
		return nil
	}); err != nil {
		return fmt.Errorf("imports: find addresses: %w", err)
	}
	for i, b := range found {
		if err := batch[i].placed(b.at); err != nil {
			return err
		}
	}
	return nil
}

// placed gives a row the point that was found for its address.
func (r *row) placed(p orb.Point) error {
	cell, err := hexgrid.CellOf(p)
	if err != nil {
		return fmt.Errorf("imports: an address of the extract lies nowhere: %w", err)
	}
	id, source := int64(cell), "geocoded"
	r.point, r.cell, r.source, r.locate = &p, &id, &source, false
	return nil
}

func normal(s *string) string {
	if s == nil {
		return ""
	}
	return geocode.Normalise(*s)
}

// digitsOf takes the "+4" off a postcode.
func digitsOf(s *string) string {
	if s == nil {
		return ""
	}
	head, _, _ := strings.Cut(strings.TrimSpace(*s), "-")
	return head
}

// addressText is the address of a row on one line, as a person would write it.
func addressText(address, housenumber, street, city, postcode *string) string {
	if address != nil {
		return *address
	}
	join := func(between string, parts ...*string) string {
		var out []string
		for _, p := range parts {
			if p != nil && *p != "" {
				out = append(out, *p)
			}
		}
		return strings.Join(out, between)
	}
	line, town := join(" ", housenumber, street), join(" ", city, postcode)
	return join(", ", &line, &town)
}
