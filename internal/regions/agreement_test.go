package regions

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/klauspost/compress/gzip"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/geo/tiles"
	"github.com/waymark-crm/waymark/internal/accounts"
)

// town fills a square of a tenth of a degree with accounts of every kind, some
// with several sites, some visited, and with open prospects.
func (b *bundle) town(n int, rng *rand.Rand) {
	b.t.Helper()
	var org, rep int64
	b.owner(func(tx pgx.Tx) error {
		if err := tx.QueryRow(b.t.Context(), `select org_id from organisations`).Scan(&org); err != nil {
			return err
		}
		return tx.QueryRow(b.t.Context(), `insert into users (org_id, name, email, role, password_hash) values ($1, 'Rep', 'rep@north.example', 'rep', 'x') returning id`, org).Scan(&rep)
	})
	at := func() orb.Point { return orb.Point{-75.55 + 0.1*rng.Float64(), 39.1 + 0.1*rng.Float64()} }
	for i := range n {
		p := at()
		a := accounts.NewAccount{
			Name: fmt.Sprintf("%s %d", []string{"Bakery", "Garage", "Clinic"}[rng.IntN(3)], i), MayAssign: true,
			Status: []accounts.Status{accounts.Prospect, accounts.Customer, accounts.Former}[rng.IntN(3)],
			Class:  []accounts.Class{accounts.ClassA, accounts.ClassB, accounts.ClassC}[rng.IntN(3)],
			// Some with less potential than revenue.
			Revenue: math.Round(rng.Float64()*1e6) / 100, Potential: math.Round(rng.Float64()*1e6) / 100,
			Site: &accounts.NewSite{Point: &p},
		}
		if rng.IntN(2) == 0 {
			a.OwnerID = &rep
		}
		if rng.IntN(3) == 0 {
			a.Tags = []string{"gold"}
		}
		made, err := b.book.Create(b.ctx, a)
		require.NoError(b.t, err)
		for range rng.IntN(3) {
			p := at()
			if rng.IntN(2) == 0 { // next door
				p = orb.Point{a.Site.Point[0] + 1e-5, a.Site.Point[1]}
			}
			_, err := b.book.AddSite(b.ctx, made.ID, accounts.NewSite{Point: &p})
			require.NoError(b.t, err)
		}
		b.owner(func(tx pgx.Tx) error {
			if rng.IntN(2) == 0 {
				if _, err := tx.Exec(b.t.Context(), `update accounts set last_visit_on = current_date - $2::int where id = $1`, made.ID, rng.IntN(120)); err != nil {
					return err
				}
			}
			for range rng.IntN(4) {
				if _, err := tx.Exec(b.t.Context(), `insert into activities (org_id, account_id, kind, happened_at, deleted_at) values ($1, $2, $3, now() - make_interval(days => $4::int), case when $5 then now() end)`,
					org, made.ID, []string{"visit", "visit", "call"}[rng.IntN(3)], rng.IntN(200), rng.IntN(6) == 0); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for i := range int64(n) {
		b.prospect(i+1, at())
	}
}

// somewhere returns a filter of random shapes and conditions.
func somewhere(t *testing.T, rng *rand.Rand) (f accounts.Filter, says string) {
	t.Helper()
	at := func() orb.Point { return orb.Point{-75.55 + 0.1*rng.Float64(), 39.1 + 0.1*rng.Float64()} }
	add := func(format string, args ...any) { says += fmt.Sprintf(format, args...) + " " }
	lasso := func() orb.Ring {
		var r orb.Ring
		for range 3 + rng.IntN(5) {
			r = append(r, at()) // may cross itself
		}
		return r
	}
	var err error
	for range 1 + rng.IntN(2) {
		switch rng.IntN(6) {
		case 0:
			p, q := at(), at()
			f.Box = box(t, min(p[0], q[0]), min(p[1], q[1]), max(p[0], q[0]), max(p[1], q[1]))
			add("box")
		case 1:
			f.Within, err = accounts.RingOf(lasso())
			add("lasso")
		case 2:
			var circle *accounts.Shape
			circle, err = accounts.CircleOf(at(), 200+5000*rng.Float64())
			f.Areas = append(f.Areas, circle)
			add("circle")
		case 3:
			var cells []hexgrid.Cell
			for range 1 + rng.IntN(12) {
				c, cellErr := hexgrid.CellAt(at(), 5+rng.IntN(6))
				require.NoError(t, cellErr)
				cells = append(cells, c)
			}
			f.Areas = append(f.Areas, accounts.CellsOf(cells))
			add("cells")
		case 4: // a place with a hole
			p, w := at(), 0.005+0.04*rng.Float64()
			outer := orb.Bound{Min: p, Max: orb.Point{p[0] + w, p[1] + w}}
			inner := orb.Bound{Min: orb.Point{p[0] + w/3, p[1] + w/3}, Max: orb.Point{p[0] + w/2, p[1] + w/2}}.ToRing()
			inner.Reverse()
			var place *accounts.Shape
			place, err = accounts.AreaOf(orb.MultiPolygon{{outer.ToRing(), inner}})
			f.Areas = append(f.Areas, place)
			add("place")
		case 5: // a drive-time area is one of many corners
			p := at()
			var ring orb.Ring
			for i := range 80 {
				r := 0.01 + 0.03*rng.Float64()
				sin, cos := math.Sincos(2 * math.Pi * float64(i) / 80)
				ring = append(ring, orb.Point{p[0] + r*cos, p[1] + r*sin})
			}
			f.Reach, err = accounts.AreaOf(orb.MultiPolygon{{append(ring, ring[0])}})
			add("reach")
		}
		require.NoError(t, err)
	}
	if rng.IntN(2) == 0 {
		f.Status = []accounts.Status{accounts.Customer, accounts.Prospect}[:1+rng.IntN(2)]
		add("%v", f.Status)
	}
	switch rng.IntN(6) {
	case 0:
		f.Class = []accounts.Class{accounts.ClassA}
		add("class A")
	case 1:
		f.Coverage = []accounts.Coverage{accounts.CoverageOverdue, accounts.CoverageNever}
		add("overdue or never")
	case 2:
		f.OwnerIDs = []int64{0}
		add("nobody's")
	case 3:
		f.Tags = []string{"gold"}
		add("gold")
	case 4:
		f.Query = "bakery"
		add("bakery")
	case 5:
		f.Tree, err = accounts.ParseTree([]byte(`{"any":[{"field":"revenue","op":"gt","value":5000},{"field":"potential","op":"lt","value":1000}]}`))
		require.NoError(t, err)
		add("tree")
	}
	return f, says
}

// listed adds up the list of a filter, page by page.
func (b *bundle) listed(f accounts.Filter, visits map[int64]int) Figures {
	b.t.Helper()
	n := Figures{Coverage: &Coverage{}, Revenue: new(float64), Potential: new(float64), WhiteSpace: new(float64), Visits: new(int)}
	seen := map[int64]bool{}
	page := accounts.Page{Limit: 40}
	for {
		l, err := b.book.List(b.ctx, f, page)
		require.NoError(b.t, err)
		for _, r := range l.Items {
			require.False(b.t, seen[r.ID])
			seen[r.ID] = true
			n.Accounts++
			switch r.Status {
			case accounts.Customer:
				n.Customers++
			case accounts.Prospect:
				n.Prospects++
			}
			*n.Revenue += r.Revenue
			*n.Potential += r.Potential
			*n.WhiteSpace += max(0, r.Potential-r.Revenue)
			*n.Visits += visits[r.ID]
			switch r.Coverage {
			case accounts.CoverageNever:
				n.Coverage.Never++
			case accounts.CoverageOnTrack:
				n.Coverage.OnTrack++
			case accounts.CoverageDue:
				n.Coverage.Due++
			case accounts.CoverageOverdue:
				n.Coverage.Overdue++
			}
		}
		if l.NextCursor == nil {
			require.Equal(b.t, l.Total, n.Accounts)
			break
		}
		page.Cursor = *l.NextCursor
	}
	p, err := b.book.OpenProspects(b.ctx, f.OpenProspectsOf(), accounts.Page{Limit: 1})
	require.NoError(b.t, err)
	n.OpenProspects = p.Total
	n.finish()
	return n
}

func (b *bundle) same(want, got Figures, why string) {
	b.t.Helper()
	for _, f := range []*Figures{&want, &got} {
		for _, v := range []*float64{f.Revenue, f.Potential, f.WhiteSpace} {
			*v = math.Round(*v*100) / 100
		}
	}
	require.Equal(b.t, want, got, why)
}

// hexagons reads a tile of regions: accounts, customers, prospects and open
// prospects by cell.
func (b *bundle) hexagons(f accounts.Filter, at tiles.Tile) map[string][4]int {
	b.t.Helper()
	body, err := b.Tile(b.ctx, f, at)
	require.NoError(b.t, err)
	out := map[string][4]int{}
	if len(body) == 0 {
		return out
	}
	r, err := gzip.NewReader(bytes.NewReader(body))
	require.NoError(b.t, err)
	plain, err := io.ReadAll(r)
	require.NoError(b.t, err)
	layers, err := mvt.Unmarshal(plain)
	require.NoError(b.t, err)
	for _, feature := range layers[0].Features {
		var n [4]int
		for i, name := range []string{"accounts", "customers", "prospects", "openProspects"} {
			v, isNumber := feature.Properties[name].(float64)
			require.True(b.t, isNumber, name)
			n[i] = int(v)
		}
		out[feature.Properties["cell"].(string)] = n
	}
	return out
}

func TestListTileHexagonAndReportAgreeToTheLastAccountOnAnyShapeAndFilter(t *testing.T) {
	t.Parallel()
	b := setup(t)
	rng := rand.New(rand.NewPCG(6, 26))
	b.town(90, rng)
	to := time.Now().UTC()
	wanted := Wanted{Groups: []Group{GroupMoney, GroupVisits, GroupCoverage}, From: to.AddDate(0, 0, -100).Format(time.DateOnly), To: to.Format(time.DateOnly)}
	visits := map[int64]int{}
	b.owner(func(tx pgx.Tx) error { // an organisation's day is that of its time zone, here UTC
		rows, err := tx.Query(t.Context(), `select account_id, count(*) from activities where kind = 'visit' and deleted_at is null
			and (happened_at at time zone 'UTC')::date between $1::date and $2::date group by 1`, wanted.From, wanted.To)
		require.NoError(t, err)
		var id int64
		var n int
		_, err = pgx.ForEachRow(rows, []any{&id, &n}, func() error { visits[id] = n; return nil })
		return err
	})
	found, hexagonsSeen := 0, 0
	for round := range 24 {
		f, says := somewhere(t, rng)
		says = fmt.Sprintf("round %d: %s", round, says)
		want := b.listed(f, visits)
		found += want.Accounts

		report, err := b.Summary(b.ctx, f, wanted)
		require.NoError(t, err, says)
		b.same(want, report.Figures, "report, "+says)
		selection, err := b.book.Select(b.ctx, f)
		require.NoError(t, err, says)
		require.Equal(t, []int{want.Accounts, want.OpenProspects}, []int{selection.Total, selection.OpenProspects}, "selection, "+says)

		// A hexagon is the report of the filter in that cell.
		whole := f
		whole.Box = box(t, -75.7, 39, -75.3, 39.3)
		res := 7 + rng.IntN(2)
		view, err := b.View(b.ctx, whole, Detail{Resolution: &res, Wanted: wanted})
		require.NoError(t, err, says)
		inBox := whole
		b.same(b.listed(inBox, visits), view.Totals, "totals, "+says)
		for i, c := range view.Cells {
			if (i+round)%(1+len(view.Cells)/3) != 0 {
				continue
			}
			there := f
			there.Box = nil
			there.Areas = append(append([]*accounts.Shape{}, f.Areas...), accounts.CellsOf([]hexgrid.Cell{c.Cell}))
			b.same(b.listed(there, visits), c.Figures, fmt.Sprintf("cell %s, %s", c.Cell, says))
		}

		// Tiles take no box and no lasso.
		if f.Within != nil || f.Box != nil {
			continue
		}
		tile := tiles.At(orb.Point{-75.5, 39.15}, 9)
		tileRes := hexgrid.ResolutionForZoom(9)
		around := f
		around.Box = box(t, -76.5, 38.5, -74.5, 39.9)
		view, err = b.View(b.ctx, around, Detail{Resolution: &tileRes})
		require.NoError(t, err)
		hexagons := b.hexagons(f, tile)
		hexagonsSeen += len(hexagons)
		for _, c := range view.Cells {
			if got, drawn := hexagons[c.Cell.String()]; drawn {
				require.Equal(t, [4]int{c.Accounts, c.Customers, c.Prospects, c.OpenProspects}, got, says)
				delete(hexagons, c.Cell.String())
			}
		}
		require.Empty(t, hexagons, "what is drawn is counted, %s", says)
	}
	require.Greater(t, found, 60, "the filters mean something")
	require.Positive(t, hexagonsSeen)
}
