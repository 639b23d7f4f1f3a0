package regions

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/klauspost/compress/gzip"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/geo/tiles"
	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
	"github.com/waymark-crm/waymark/internal/testdb"
)

type bundle struct {
	*Service
	t    testing.TB
	db   *testdb.DB
	book *accounts.Service
	ctx  context.Context
}

func setup(t testing.TB) *bundle {
	t.Helper()
	db := testdb.New(t)
	book := accounts.New(db.DB)
	b := &bundle{Service: New(db.DB, book), t: t, db: db, book: book}
	var org int64
	b.owner(func(tx pgx.Tx) error {
		return tx.QueryRow(t.Context(), `insert into organisations (name, slug) values ('North', 'north') returning org_id`).Scan(&org)
	})
	b.ctx = postgres.WithActor(t.Context(), postgres.Actor{OrgID: org, Role: "manager"})
	return b
}

func (b *bundle) owner(fn func(pgx.Tx) error) {
	b.t.Helper()
	require.NoError(b.t, b.db.Owner(b.t.Context(), fn))
}

func (b *bundle) add(status accounts.Status, points ...orb.Point) {
	b.t.Helper()
	a, err := b.book.Create(b.ctx, accounts.NewAccount{Name: "A", Status: status, MayAssign: true, Site: &accounts.NewSite{Point: &points[0]}})
	require.NoError(b.t, err)
	for _, p := range points[1:] {
		_, err := b.book.AddSite(b.ctx, a.ID, accounts.NewSite{Point: &p})
		require.NoError(b.t, err)
	}
}

func (b *bundle) prospect(id int64, p orb.Point) {
	b.t.Helper()
	cell, err := hexgrid.CellOf(p)
	require.NoError(b.t, err)
	b.owner(func(tx pgx.Tx) error {
		_, err := tx.Exec(b.t.Context(), `
			with e as (insert into extracts (file_name, sha256, state) select 'a', 'b', 'current' where not exists (select from extracts) returning id)
			insert into open_prospects (osm_id, osm_type, name, category, kind, point, cell, extract_id)
			select $1, 'n', 'Shop', 'shop', 'shop=x', $2, $3, coalesce((select id from e), (select min(id) from extracts))`, id, p, int64(cell))
		return err
	})
}

func box(t testing.TB, w, s, e, n float64) *accounts.Shape {
	t.Helper()
	shape, err := accounts.BoxOf(w, s, e, n)
	require.NoError(t, err)
	return shape
}

var (
	dover = orb.Point{-75.5247, 39.1582}
	lewes = orb.Point{-75.1393, 38.7746}
)

func TestTwoTownsAreTwoCells(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.add(accounts.Customer, dover)
	b.add(accounts.Prospect, dover, lewes) // a branch there
	b.add(accounts.Former, lewes, lewes)   // two places in one town
	b.prospect(1, lewes)
	res := 6
	v, err := b.View(b.ctx, accounts.Filter{Box: box(t, -76, 38.5, -75, 39.5)}, Detail{Resolution: &res})
	require.NoError(t, err)
	require.Equal(t, 6, v.Resolution)
	require.Equal(t, Figures{Accounts: 3, Customers: 1, Prospects: 1, OpenProspects: 1, Penetration: share(0.5)}, v.Totals)
	got := map[hexgrid.Cell]Figures{}
	for _, c := range v.Cells {
		got[c.Cell] = c.Figures
	}
	cell := func(p orb.Point) hexgrid.Cell {
		c, err := hexgrid.CellOf(p)
		require.NoError(t, err)
		return c.Parent(6)
	}
	require.Equal(t, map[hexgrid.Cell]Figures{
		cell(dover): {Accounts: 2, Customers: 1, Prospects: 1, Penetration: share(0.5)},
		cell(lewes): {Accounts: 2, Prospects: 1, OpenProspects: 1, Penetration: share(0)},
	}, got)

	// The box ends between the towns: the totals follow it at once.
	v, err = b.View(b.ctx, accounts.Filter{Box: box(t, -76, 39, -75, 39.5), Status: []accounts.Status{accounts.Customer}}, Detail{Resolution: &res})
	require.NoError(t, err)
	require.Equal(t, Figures{Accounts: 1, Customers: 1, Penetration: share(1)}, v.Totals)
	require.Len(t, v.Cells, 1)
}

func TestTotalsAreTheListsOnAnyBox(t *testing.T) {
	t.Parallel()
	b := setup(t)
	rng := rand.New(rand.NewPCG(4, 2))
	for range 60 {
		p := orb.Point{-75.5 + 0.3*rng.NormFloat64(), 39 + 0.3*rng.NormFloat64()}
		b.add([]accounts.Status{accounts.Prospect, accounts.Customer}[rng.IntN(2)], p, orb.Point{p[0] + 0.1, p[1]})
	}
	for i := range int64(30) {
		b.prospect(i+1, orb.Point{-75.5 + 0.3*rng.NormFloat64(), 39 + 0.3*rng.NormFloat64()})
	}
	for range 15 {
		w, s := -76+rng.Float64(), 38.5+rng.Float64()
		f := accounts.Filter{Box: box(t, w, s, w+rng.Float64(), s+rng.Float64())}
		if rng.IntN(2) == 0 {
			f.Status = []accounts.Status{accounts.Customer}
		}
		v, err := b.View(b.ctx, f, Detail{Zoom: 5 + 8*rng.Float64()})
		require.NoError(t, err)
		l, err := b.book.List(b.ctx, f, accounts.Page{})
		require.NoError(t, err)
		require.Equal(t, l.Total, v.Totals.Accounts)
		p, err := b.book.OpenProspects(b.ctx, f.OpenProspectsOf(), accounts.Page{})
		require.NoError(t, err)
		require.Equal(t, p.Total, v.Totals.OpenProspects)
		sum := 0
		for _, c := range v.Cells {
			sum += c.Accounts
			require.Equal(t, v.Resolution, c.Cell.Resolution())
		}
		require.GreaterOrEqual(t, sum, v.Totals.Accounts, "the cells hold the box")
	}
}

func TestTheResolutionSuitsOrIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	world, state, street := box(t, -180, -90, 180, 90), box(t, -76, 38.4, -75, 39.9), box(t, -75.53, 39.15, -75.52, 39.16)
	at := func(shape *accounts.Shape, d Detail) int {
		v, err := b.View(b.ctx, accounts.Filter{Box: shape}, d)
		require.NoError(t, err)
		return v.Resolution
	}
	require.LessOrEqual(t, at(world, Detail{}), 2)
	require.LessOrEqual(t, at(world, Detail{Zoom: 20}), 4, "held to what the box bears")
	require.Equal(t, hexgrid.ResolutionForZoom(8), at(state, Detail{Zoom: 8}))
	require.Greater(t, at(state, Detail{}), at(world, Detail{}))
	require.Equal(t, MaxResolution, at(street, Detail{}))
	for _, res := range []int{-1, 11, 9} {
		_, err := b.View(b.ctx, accounts.Filter{Box: world}, Detail{Resolution: &res})
		require.True(t, fault.Is(err, fault.Invalid), "%d: %v", res, err)
	}
	fine, finer := 8, 9
	wide := box(t, -76.3, 38.3, -74.5, 40)
	require.Less(t, finest(wide, MaxCells), fine)
	require.Equal(t, fine, at(wide, Detail{Resolution: &fine}), "most of the cells that it touches are empty")
	_, err := b.View(b.ctx, accounts.Filter{Box: wide}, Detail{Resolution: &finer})
	require.ErrorContains(t, err, "Zoom in, or ask for 7.")
	_, err = b.View(b.ctx, accounts.Filter{}, Detail{})
	require.True(t, fault.Is(err, fault.Invalid))
	// A strip round the world has few cells by area and many along it.
	strip := box(t, -180, 10, 180, 10.0001)
	v, err := b.View(b.ctx, accounts.Filter{Box: strip}, Detail{})
	require.NoError(t, err)
	cells, err := hexgrid.Cover(strip.Geometry(), v.Resolution)
	require.NoError(t, err)
	require.LessOrEqual(t, len(cells), MaxCells)
}

func TestAHexagonIsOnEveryTileThatItTouchesWithItsWholeFigures(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.add(accounts.Customer, dover)
	b.add(accounts.Prospect, dover)
	b.prospect(1, dover)
	res := hexgrid.ResolutionForZoom(9)
	cell, err := hexgrid.CellOf(dover)
	require.NoError(t, err)
	cell = cell.Parent(res)
	outline, err := hexgrid.Boundary(cell)
	require.NoError(t, err)
	touched := map[tiles.Tile]bool{}
	for _, p := range outline[0] {
		touched[tiles.At(p, 9)] = true
	}
	for at := range touched {
		body, err := b.Tile(b.ctx, accounts.Filter{}, at)
		require.NoError(t, err)
		r, err := gzip.NewReader(bytes.NewReader(body))
		require.NoError(t, err)
		plain, err := io.ReadAll(r)
		require.NoError(t, err)
		layers, err := mvt.Unmarshal(plain)
		require.NoError(t, err)
		require.Len(t, layers, 1)
		require.Equal(t, TileLayer, layers[0].Name)
		require.Len(t, layers[0].Features, 1)
		f := layers[0].Features[0]
		require.Equal(t, cell.String(), f.Properties["cell"])
		require.EqualValues(t, 2, f.Properties["accounts"])
		require.EqualValues(t, 1, f.Properties["customers"])
		require.EqualValues(t, 1, f.Properties["prospects"])
		require.EqualValues(t, 1, f.Properties["openProspects"])
		require.EqualValues(t, FeatureID(cell), f.ID)
	}
	body, err := b.Tile(b.ctx, accounts.Filter{}, tiles.At(orb.Point{50, 50}, 9))
	require.NoError(t, err)
	require.Empty(t, body)
}

func share(v float64) *float64 { return &v }
