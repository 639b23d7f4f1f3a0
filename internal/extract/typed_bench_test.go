package extract_test

import (
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geo"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/geocode"
	"github.com/waymark-crm/waymark/internal/extract"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// BenchmarkTypedAddresses searches for addresses of the extract in the database
// that WAYMARK_BENCH_DATABASE_URL names, typed with errors from a fixed seed, and
// reports the share found, the share right within 100 m, and the time a search.
func BenchmarkTypedAddresses(b *testing.B) {
	url := os.Getenv("WAYMARK_BENCH_DATABASE_URL")
	if url == "" {
		b.Skip("WAYMARK_BENCH_DATABASE_URL names no database with an extract: see make bench-geocode")
	}
	ctx := b.Context()
	db, err := postgres.Open(ctx, url, postgres.Options{})
	require.NoError(b, err)
	defer db.Close()
	type address struct {
		number, street, city, postcode string
		lon, lat                       float64
	}
	var all []address
	require.NoError(b, db.Anonymous(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select housenumber, street, city, postcode, st_x(point), st_y(point) from addresses
		where city <> '' and postcode <> '' and housenumber ~ '^[0-9]+$' order by md5(osm_id::text) limit 500`)
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (a address, err error) {
			err = row.Scan(&a.number, &a.street, &a.city, &a.postcode, &a.lon, &a.lat)
			return a, err
		})
		return err
	}))
	require.NotEmpty(b, all)
	for b.Loop() {
		r := rand.New(rand.NewPCG(1, 2))
		found, right := 0, 0
		times := make([]time.Duration, 0, len(all))
		for _, a := range all {
			text, _ := geocode.Typed(r, a.number, a.street, a.city, a.postcode)
			var answers []extract.Found
			require.NoError(b, db.Anonymous(ctx, func(tx pgx.Tx) (err error) {
				began := time.Now()
				answers, err = extract.Search(ctx, tx, text, extract.SearchOptions{Limit: 1})
				times = append(times, time.Since(began))
				return err
			}))
			if len(answers) == 0 {
				continue
			}
			found++
			if geo.Distance(answers[0].Point, orb.Point{a.lon, a.lat}) <= 100 {
				right++
			}
		}
		slices.Sort(times)
		b.ReportMetric(100*float64(found)/float64(len(all)), "%found")
		b.ReportMetric(100*float64(right)/float64(len(all)), "%right")
		b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "ms-median")
		b.ReportMetric(float64(times[len(times)*95/100].Microseconds())/1000, "ms-p95")
	}
}
