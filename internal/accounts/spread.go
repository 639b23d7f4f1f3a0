package accounts

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Spread says how the values of a number are spread over accounts.
type Spread struct {
	Count int     `json:"count" doc:"Accounts with a value."`
	Min   float64 `json:"min"`
	Max   float64 `json:"max"`
	// Breaks are where the next fifth of the accounts begins.
	Breaks []float64 `json:"breaks" doc:"Ascending: the least values of the second to the fifth class, of about as many accounts each; fewer where many values are the same."`
}

// spreadOver is how many accounts a spread looks at, the newest ones.
const spreadOver = 100_000

// Spread returns how a custom number or amount of money is spread over the
// accounts that the actor sees and that are not archived; of very many, over the
// newest 100,000. It fails with [fault.Invalid] for another kind of field and
// with [fault.NotFound] for none.
func (s *Service) Spread(ctx context.Context, field string) (Spread, error) {
	out := Spread{Breaks: []float64{}}
	key, custom := strings.CutPrefix(field, customPrefix)
	if !custom {
		return out, fault.New(fault.Invalid, "The spread of custom fields can be asked for.").WithField("path.key", "A name like custom.key.")
	}
	err := s.read(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		fields, err := customFields(ctx, tx, actor.OrgID)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(fields, func(f CustomField) bool { return f.Key == key && !f.Archived })
		if at < 0 {
			return errNoCustomField
		}
		if f := fields[at]; f.Type != FieldNumber && f.Type != FieldMoney {
			return fault.New(fault.Invalid, f.Label+" is no number.").WithField("path.key", "A field of the type number or money.")
		}
		var least, most, second *float64
		var fifths []float64
		err = tx.QueryRow(ctx, `
			with newest as (
			  select a.custom -> $2 as v from accounts a where a.org_id = $1 and a.archived_at is null order by a.id desc limit $3),
			given as (
			  select (case when jsonb_typeof(v) = 'number' then v end)::float8 as v from newest)
			select count(v), min(v), max(v), (select array_agg(n.first order by n.first) from (
			  select min(v) as first from (select v, ntile(5) over (order by v) as fifth from given where v is not null) f group by fifth) n),
			  (select min(v) from given where v > (select min(v) from given))
			from given`, actor.OrgID, key, spreadOver).Scan(&out.Count, &least, &most, &fifths, &second)
		if err != nil {
			return fmt.Errorf("read the spread of %s: %w", field, err)
		}
		if out.Count == 0 {
			return nil
		}
		out.Min, out.Max = *least, *most
		// The first fifth has no break, and a class that begins at its value is no
		// other one.
		for _, v := range slices.Compact(fifths) {
			if v > out.Min {
				out.Breaks = append(out.Breaks, v)
			}
		}
		if len(out.Breaks) == 0 && second != nil { // nearly all have the least one
			out.Breaks = append(out.Breaks, *second)
		}
		return nil
	})
	return out, err
}
