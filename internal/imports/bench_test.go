package imports

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// benchRows is how many rows the benchmark imports; WAYMARK_BENCH_ROWS sets it.
func benchRows(b *testing.B) int {
	n, err := strconv.Atoi(os.Getenv("WAYMARK_BENCH_ROWS"))
	if err != nil {
		return 100_000
	}
	require.Positive(b, n)
	return n
}

// BenchmarkImport imports a file and, in the same run, copies the same columns
// into tables with the same columns, constraints and indexes, without triggers.
func BenchmarkImport(b *testing.B) {
	n := benchRows(b)
	var content bytes.Buffer
	content.WriteString("number,name,status,class,category,phone,email,website,revenue,street,housenumber,city,postcode,latitude,longitude\n")
	towns := []string{"Dover", "Newark", "Lewes", "Smyrna", "Milford", "Seaford", "Georgetown"}
	for i := range n {
		fmt.Fprintf(&content, "N%07d,%s %s %d,%s,%s,%s,+1 302 %03d %04d,info%d@example.com,https://shop%d.example.com,%d.50,%s Street,%d,%s,199%02d,%.5f,%.5f\n",
			i, []string{"Blue", "Red", "Green", "Old", "New"}[i%5], []string{"Bakery", "Garage", "Clinic", "School", "Market", "Hotel"}[i%6], i,
			[]string{"customer", "prospect", "former"}[i%3], []string{"A", "B", "C"}[i%3], []string{"food", "cars", "health"}[i%3],
			i%1000, i%10000, i, i, i%100000, []string{"Main", "Oak", "Elm", "Second", "Church"}[i%5], i%900, towns[i%7], i%80, 38.5+float64(i%1300)/1000, -75.7+float64(i/1300%600)/1000)
	}
	for b.Loop() {
		b.StopTimer()
		d := setup(b)
		d.batch = 0
		ctx := d.ctx
		im, err := d.Create(ctx, "bench.csv", int64(content.Len()))
		require.NoError(b, err)
		for at := 0; at < content.Len(); at += 1 << 20 {
			im, err = d.Receive(ctx, im.ID, int64(at), content.Bytes()[at:min(at+1<<20, content.Len())])
			require.NoError(b, err)
		}
		b.StartTimer()
		began := time.Now()
		im.Plan.Locate = false
		im = d.check(im)
		checked := time.Since(began)
		require.Equal(b, Checked, im.State, im.Error)
		require.Zero(b, im.Counts.Errors, d.findings(im))
		began = time.Now()
		im = d.run(im)
		written := time.Since(began)
		require.Equal(b, Done, im.State, im.Error)
		require.Equal(b, n, im.Counts.Created)
		b.StopTimer()
		copied := d.copyOf(ctx, b)
		share := copied.Seconds() / written.Seconds()
		b.ReportMetric(float64(n)/checked.Seconds(), "rows/s-check")
		b.ReportMetric(float64(n)/written.Seconds(), "rows/s-write")
		b.ReportMetric(float64(n)/copied.Seconds(), "rows/s-COPY")
		b.ReportMetric(share, "write/COPY")
		b.ReportMetric(copied.Seconds()/(checked+written).Seconds(), "all/COPY")
		b.StartTimer()
	}
}

// copyOf copies accounts and sites out, and by a plain COPY into empty tables like
// them; it returns how long the copying in takes.
func (d *desk) copyOf(ctx context.Context, b *testing.B) time.Duration {
	conn, err := pgx.Connect(ctx, d.db.OwnerURL)
	require.NoError(b, err)
	defer func() { require.NoError(b, conn.Close(context.WithoutCancel(ctx))) }()
	var took time.Duration
	_, err = conn.Exec(ctx, `select set_config('app.sees_all', 'on', false), set_config('app.edits_all', 'on', false)`)
	require.NoError(b, err)
	for _, table := range []string{"accounts", "sites"} {
		var columns []string
		require.NoError(b, conn.QueryRow(ctx, `select array_agg(attname::text order by attnum) from pg_attribute
			where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`, table).Scan(&columns))
		list := strings.Join(columns, ", ")
		_, err := conn.Exec(ctx, `create table copy_of_`+table+` (like `+table+` including all)`)
		require.NoError(b, err)
		var out bytes.Buffer
		_, err = conn.PgConn().CopyTo(ctx, &out, `copy (select `+list+` from `+table+` order by id) to stdout`)
		require.NoError(b, err)
		began := time.Now()
		_, err = conn.PgConn().CopyFrom(ctx, &out, `copy copy_of_`+table+` (`+list+`) from stdin`)
		require.NoError(b, err)
		took += time.Since(began)
	}
	return took
}
