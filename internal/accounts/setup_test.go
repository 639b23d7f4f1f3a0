package accounts

import (
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
	"github.com/waymark-crm/waymark/internal/testdb"
)

// bundle is one organisation with a manager and a rep on a database of its own.
type bundle struct {
	*Service
	t            testing.TB
	db           *testdb.DB
	org          int64
	ctx          context.Context // as the manager
	rep, manager int64
	repCtx       context.Context
}

func setup(t testing.TB) *bundle {
	t.Helper()
	b := &bundle{t: t, db: testdb.New(t)}
	b.Service = New(b.db.DB)
	b.join("North", "UTC")
	return b
}

// join makes a further organisation and acts for it from now on.
func (b *bundle) join(name, zone string) {
	b.t.Helper()
	b.sql(func(tx pgx.Tx) error {
		return tx.QueryRow(b.t.Context(), `insert into organisations (name, slug, time_zone) values ($1, regexp_replace(lower($1), '[^a-z0-9]+', '-', 'g'), $2) returning org_id`, name, zone).Scan(&b.org)
	})
	for role, id := range map[string]*int64{"manager": &b.manager, "rep": &b.rep} {
		b.sql(func(tx pgx.Tx) error {
			return tx.QueryRow(b.t.Context(), `insert into users (org_id, email, name, role, password_hash)
				values ($1, $2 || '@' || $3::text || '.example', initcap($2), $2, 'x') returning id`, b.org, role, name).Scan(id)
		})
	}
	b.ctx = postgres.WithActor(b.t.Context(), postgres.Actor{OrgID: b.org, UserID: b.manager, Role: "manager"})
	b.repCtx = postgres.WithActor(b.t.Context(), postgres.Actor{OrgID: b.org, UserID: b.rep, Role: "rep"})
}

// sql runs fn as the owner of the schema.
func (b *bundle) sql(fn func(tx pgx.Tx) error) {
	b.t.Helper()
	require.NoError(b.t, b.db.Owner(b.t.Context(), fn))
}

func (b *bundle) exec(text string, args ...any) {
	b.t.Helper()
	b.sql(func(tx pgx.Tx) error {
		_, err := tx.Exec(b.t.Context(), text, args...)
		return err
	})
}

// add creates an account at a place.
func (b *bundle) add(name string, lon, lat float64, change ...func(*NewAccount)) Account {
	b.t.Helper()
	n := NewAccount{Name: name, MayAssign: true, Site: &NewSite{Point: &orb.Point{lon, lat}}}
	for _, c := range change {
		c(&n)
	}
	a, err := b.Create(b.ctx, n)
	require.NoError(b.t, err)
	return a
}

func customer(n *NewAccount) { n.Status = Customer }

// visited sets the last visit some days ago, as the database of the test sees it.
func (b *bundle) visited(id int64, daysAgo, interval int) {
	b.t.Helper()
	b.exec(`update accounts set last_visit_on = (now() at time zone (select time_zone from organisations o where o.org_id = accounts.org_id))::date - $2::int,
		visit_interval_days = $3 where id = $1`, id, daysAgo, interval)
}

// prospect adds an open prospect to the instance.
func (b *bundle) prospect(name, category string, lon, lat float64) int64 {
	b.t.Helper()
	cell, err := hexgrid.CellOf(orb.Point{lon, lat})
	require.NoError(b.t, err)
	var id int64
	b.sql(func(tx pgx.Tx) error {
		return tx.QueryRow(b.t.Context(), `
			with e as (insert into extracts (file_name, sha256, state) select 'a', 'b', 'current'
			    where not exists (select from extracts) returning id)
			insert into open_prospects (osm_id, osm_type, name, category, kind, housenumber, street, city, postcode, phone, website,
			  opening_hours, point, cell, extract_id)
			select coalesce(max(o.osm_id), 0) + 1, 'n', $1, $2, 'shop=' || $2, '7', 'Main Street', 'Dover', '19901', '+1 302 555 0100',
			  'https://shop.example', 'Mo-Fr 09:00-17:00', $3, $4, coalesce((select id from e), (select min(id) from extracts))
			from open_prospects o returning id`, name, category, orb.Point{lon, lat}, int64(cell)).Scan(&id)
	})
	return id
}

func (b *bundle) list(f Filter, p Page) Listing[Row] {
	b.t.Helper()
	l, err := b.List(b.ctx, f, p)
	require.NoError(b.t, err)
	return l
}

// names reads a whole list, page by page.
func (b *bundle) names(f Filter, sort string) []string {
	b.t.Helper()
	out := []string{}
	p := Page{Sort: sort, Limit: 2}
	for {
		l := b.list(f, p)
		for _, r := range l.Items {
			out = append(out, r.Name)
		}
		if l.NextCursor == nil {
			require.Len(b.t, out, l.Total, "the total is what the pages hold")
			return out
		}
		p.Cursor = *l.NextCursor
	}
}

func box(t testing.TB, west, south, east, north float64) *Shape {
	t.Helper()
	s, err := BoxOf(west, south, east, north)
	require.NoError(t, err)
	return s
}

func ring(t testing.TB, points ...orb.Point) *Shape {
	t.Helper()
	s, err := RingOf(points)
	require.NoError(t, err)
	return s
}

// refused fails unless err is a fault of the code; it returns its text.
func refused(t testing.TB, err error, code fault.Code) string {
	t.Helper()
	require.Error(t, err)
	require.Equal(t, code, fault.CodeOf(err), fmt.Sprint(err))
	return fault.Message(err)
}

func ptr[T any](v T) *T { return &v }
