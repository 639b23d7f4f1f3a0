package accounts

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/klauspost/compress/gzip"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/maptile"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/tiles"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// scatter adds accounts with one to three sites round a place, by hand of a
// fixed seed.
func scatter(b *bundle, n int, rng *rand.Rand) {
	b.t.Helper()
	for i := range n {
		lon, lat := -75.5+0.4*rng.NormFloat64(), 39+0.4*rng.NormFloat64()
		a := b.add(fmt.Sprintf("Account %d", i), lon, lat, func(n *NewAccount) {
			n.Status = []Status{Prospect, Customer, Former}[rng.IntN(3)]
			n.Class = []Class{ClassA, ClassB, ClassC}[rng.IntN(3)]
			if rng.IntN(2) == 0 {
				n.OwnerID = &b.rep
			}
			if rng.IntN(3) == 0 {
				n.Tags = []string{"gold"}
			}
		})
		for range rng.IntN(3) {
			_, err := b.AddSite(b.ctx, a.ID, NewSite{Point: &orb.Point{lon + 0.3*rng.NormFloat64(), lat + 0.01*rng.NormFloat64()}})
			require.NoError(b.t, err)
		}
		if rng.IntN(2) == 0 {
			b.visited(a.ID, rng.IntN(60), 30)
		}
	}
}

func someFilter(b *bundle, rng *rand.Rand) Filter {
	var f Filter
	if rng.IntN(3) == 0 {
		f.Status = []Status{Customer}
	}
	if rng.IntN(3) == 0 {
		f.Class = []Class{ClassA, ClassC}
	}
	if rng.IntN(4) == 0 {
		f.OwnerIDs = []int64{0}
	}
	if rng.IntN(4) == 0 {
		f.Coverage = []Coverage{CoverageNever, CoverageDue}
	}
	if rng.IntN(4) == 0 {
		f.Tags = []string{"gold"}
	}
	if rng.IntN(6) == 0 {
		f.Query = "account 1"
	}
	return f
}

// someRing is a ring of random corners, which mostly crosses itself.
func someRing(t testing.TB, rng *rand.Rand) *Shape {
	points := make([]orb.Point, 3+rng.IntN(6))
	for i := range points {
		points[i] = orb.Point{-75.5 + 0.6*rng.NormFloat64(), 39 + 0.6*rng.NormFloat64()}
	}
	return ring(t, points...)
}

// inRing is an oracle of its own: a ray to the east, counted for odd crossings.
func inRing(r orb.Ring, p orb.Point) bool {
	odd := false
	for i := 1; i < len(r); i++ {
		a, b := r[i-1], r[i]
		if (a[1] > p[1]) != (b[1] > p[1]) && p[0] < a[0]+(p[1]-a[1])*(b[0]-a[0])/(b[1]-a[1]) {
			odd = !odd
		}
	}
	return odd
}

// someArea is an area as a program makes one: valid, here stars that do not
// touch each other.
func someArea(t testing.TB, rng *rand.Rand) *Shape {
	var area orb.MultiPolygon
	for i := range 1 + rng.IntN(3) {
		centre := orb.Point{-77 + 1.3*float64(i), 39 + 0.5*rng.NormFloat64()}
		corners := 3 + rng.IntN(400)
		ring := make(orb.Ring, 0, corners+1)
		for k := range corners {
			sin, cos := math.Sincos(2 * math.Pi * float64(k) / float64(corners))
			far := 0.2 + 0.4*rng.Float64()
			ring = append(ring, orb.Point{centre[0] + far*cos, centre[1] + far*sin})
		}
		area = append(area, orb.Polygon{append(ring, ring[0])})
	}
	s, err := AreaOf(area)
	require.NoError(t, err)
	return s
}

// holds is inRing for what a shape of this test is made of.
func (s *Shape) holds(p orb.Point) bool {
	return slices.ContainsFunc(s.geometry, func(polygon orb.Polygon) bool { return inRing(polygon[0], p) })
}

func TestListSelectionAndAPlainScanAgreeOnAnyShapeAndFilter(t *testing.T) {
	t.Parallel()
	b := setup(t)
	rng := rand.New(rand.NewPCG(3, 9))
	scatter(b, 100, rng)
	type place struct {
		account int64
		point   orb.Point
	}
	var places []place
	b.sql(func(tx pgx.Tx) error {
		rows, err := tx.Query(t.Context(), `select account_id, point from sites`)
		if err != nil {
			return err
		}
		places, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (p place, err error) { return p, row.Scan(&p.account, &p.point) })
		return err
	})
	reached := 0
	for round := range 36 {
		f := someFilter(b, rng)
		all := map[int64]bool{}
		for _, r := range b.list(f, Page{Limit: 500}).Items {
			all[r.ID] = true
		}
		// A drawn shape, an area, or one of each and a box: a site must lie in all.
		switch round % 3 {
		case 0:
			f.Within = someRing(t, rng)
		case 1:
			f.Reach = someArea(t, rng)
		default:
			f.Within, f.Reach = someRing(t, rng), someArea(t, rng)
			box, err := BoxOf(-76, 38.5, -75.2, 40)
			require.NoError(t, err)
			f.Box = box
		}
		in := map[int64]bool{}
		for _, p := range places {
			if all[p.account] && !slices.ContainsFunc(f.shapes(), func(s *Shape) bool { return !s.holds(p.point) }) {
				in[p.account] = true
			}
		}
		if f.Reach != nil {
			reached += len(in)
		}
		l := b.list(f, Page{Limit: 500})
		got := map[int64]bool{}
		for _, r := range l.Items {
			got[r.ID] = true
		}
		require.Equal(t, in, got, "%+v", f.shapes())
		require.Equal(t, len(in), l.Total)
		s, err := b.Select(b.ctx, f)
		require.NoError(t, err)
		require.Equal(t, l.Total, s.Total)
		require.Len(t, s.Accounts, l.Total)
		require.Len(t, s.SiteIDs, l.Total)
		sum := func(counts []int) (n int) {
			for _, c := range counts {
				n += c
			}
			return n
		}
		var byStatus, byClass, byOwner []int
		for _, c := range s.ByStatus {
			byStatus = append(byStatus, c.Count)
		}
		for _, c := range s.ByClass {
			byClass = append(byClass, c.Count)
		}
		for _, c := range s.ByOwner {
			byOwner = append(byOwner, c.Count)
		}
		require.Equal(t, []int{l.Total, l.Total, l.Total}, []int{sum(byStatus), sum(byClass), sum(byOwner)})

		// Walking the list and testing place by place gives the same.
		require.NoError(t, b.read(b.ctx, func(tx pgx.Tx, actor postgres.Actor) error {
			order, err := parseSort("name", false)
			require.NoError(t, err)
			today, err := Today(b.ctx, tx, actor.OrgID)
			require.NoError(t, err)
			walked, _, err := f.page(b.ctx, tx, NewStatement(actor.OrgID, today), order, nil, 500, gatherAtMost+1)
			require.NoError(t, err)
			require.Len(t, walked, l.Total)
			return nil
		}))

		// The tiles of zoom 12 hold the same accounts, each site of theirs once.
		if round%9 != 1 {
			continue // many tiles; and they take no drawn shape
		}
		onTiles := map[int64]bool{}
		seen := map[tiles.Tile]bool{}
		for _, p := range places {
			at := tiles.At(p.point, 12)
			if seen[at] {
				continue
			}
			seen[at] = true
			for _, feature := range b.tile(f, at, "accounts") {
				onTiles[int64(number(feature["account"]))] = true
			}
		}
		require.Equal(t, in, onTiles)
	}
	require.Greater(t, reached, 50, "the areas hold enough to notice")
}

func TestFiltersByAreasOfOtherGeometryAreOthers(t *testing.T) {
	t.Parallel()
	area := func(points ...orb.Point) *Shape {
		s, err := AreaOf(orb.MultiPolygon{{append(orb.Ring(points), points[0])}})
		require.NoError(t, err)
		return s
	}
	a := area(orb.Point{0, 0}, orb.Point{1, 0}, orb.Point{0, 1})
	same := area(orb.Point{0, 0}, orb.Point{1, 0}, orb.Point{0, 1})
	other := area(orb.Point{0, 0}, orb.Point{1, 0}, orb.Point{0, 1.0000001})
	require.Equal(t, Filter{Reach: a}.Fingerprint(), Filter{Reach: same}.Fingerprint())
	require.NotEqual(t, Filter{Reach: a}.Fingerprint(), Filter{Reach: other}.Fingerprint())
	require.NotEqual(t, Filter{Reach: a}.Fingerprint(), Filter{}.Fingerprint())
	require.NotEqual(t, Filter{Reach: a}.Fingerprint(), Filter{Within: a}.Fingerprint())
}

// tile reads a tile of points.
func (b *bundle) tile(f Filter, at tiles.Tile, layer string) []map[string]any {
	b.t.Helper()
	return b.tileOf(TileLayers{Accounts: true, OpenProspects: true}, f, at, layer)
}

func (b *bundle) tileOf(layers TileLayers, f Filter, at tiles.Tile, layer string) []map[string]any {
	b.t.Helper()
	body, err := b.Tile(b.ctx, f, at, layers)
	require.NoError(b.t, err)
	if len(body) == 0 {
		return nil
	}
	r, err := gzip.NewReader(bytes.NewReader(body))
	require.NoError(b.t, err)
	plain, err := io.ReadAll(r)
	require.NoError(b.t, err)
	read, err := mvt.Unmarshal(plain)
	require.NoError(b.t, err)
	read.ProjectToWGS84(maptile.New(at.X, at.Y, maptile.Zoom(at.Z)))
	var out []map[string]any
	for _, l := range read {
		if l.Name != layer {
			continue
		}
		for _, f := range l.Features {
			properties := map[string]any{"point": f.Geometry, "id": f.ID}
			for k, v := range f.Properties {
				properties[k] = v
			}
			out = append(out, properties)
		}
	}
	return out
}

func number(v any) int {
	switch n := v.(type) {
	case float64:
		return int(n)
	case uint64:
		return int(n)
	case int64:
		return int(n)
	}
	return 0
}

func TestTheTilesOfAZoomHoldEveryAccountOfTheListOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	rng := rand.New(rand.NewPCG(5, 5))
	scatter(b, 30, rng)
	b.add("At the end of the world", 180, -17)
	b.add("Almost there", -179.9999, -17)
	b.add("Far north", 20, 84.9)
	for _, z := range []int{0, 4, 8, 11, 13} {
		for _, f := range []Filter{{}, {Status: []Status{Customer}, Coverage: []Coverage{CoverageNever}}} {
			// Every tile that holds a site or a neighbour of one.
			around := map[tiles.Tile]bool{}
			l := b.list(f, Page{Limit: 500})
			sites := 0
			for _, r := range l.Items {
				a, err := b.Get(b.ctx, r.ID)
				require.NoError(t, err)
				for _, s := range a.Sites {
					sites++
					at := tiles.At(s.Point, z)
					side := uint32(1) << z
					near := []uint32{0}
					if z < everyFrom { // a group is drawn in its middle
						near = []uint32{side - 1, 0, 1}
					}
					for _, dx := range near {
						for _, dy := range near {
							around[tiles.Tile{Z: at.Z, X: (at.X + dx) % side, Y: (at.Y + dy) % side}] = true
						}
					}
				}
			}
			accounts, single, counted, customers := map[int]bool{}, 0, 0, 0
			for at := range around {
				for _, feature := range b.tile(f, at, "accounts") {
					if n := number(feature["count"]); n > 0 {
						require.Greater(t, n, 1)
						counted += n
						customers += number(feature["customers"])
						continue
					}
					single++
					accounts[number(feature["account"])] = true
					require.NotEmpty(t, feature["status"])
					require.NotEmpty(t, feature["coverage"])
					require.Equal(t, z >= 13, feature["name"] != nil, "names from zoom 13 on")
				}
			}
			if z >= 12 {
				require.Equal(t, sites, single, "zoom %d", z)
				require.Len(t, accounts, l.Total)
				continue
			}
			// An account with far sites is in several groups, never in none.
			require.GreaterOrEqual(t, counted+single, l.Total, "zoom %d", z)
			require.LessOrEqual(t, counted+single, sites, "zoom %d", z)
			if z == 0 {
				require.LessOrEqual(t, customers, counted)
			}
		}
	}
}

func TestGroupsCountAccountsAndLieWhereMostAre(t *testing.T) {
	t.Parallel()
	b := setup(t)
	// Three neighbours, one of them with two places, far from a fourth.
	b.add("One", -75.520, 39.160, customer)
	b.add("Two", -75.521, 39.160, customer)
	three := b.add("Three", -75.520, 39.161)
	_, err := b.AddSite(b.ctx, three.ID, NewSite{Point: &orb.Point{-75.5205, 39.1605}})
	require.NoError(t, err)
	b.add("Alone", 100, -30)
	features := b.tile(Filter{}, tiles.At(orb.Point{-75.52, 39.16}, 3), "accounts")
	require.Len(t, features, 1)
	require.Equal(t, []int{3, 2, 1}, []int{number(features[0]["count"]), number(features[0]["customers"]), number(features[0]["prospects"])})
	require.InDelta(t, -75.52, features[0]["point"].(orb.Point)[0], 0.5)
	require.InDelta(t, 39.16, features[0]["point"].(orb.Point)[1], 0.5)
	require.Nil(t, features[0]["id"])
	features = b.tile(Filter{}, tiles.At(orb.Point{100, -30}, 3), "accounts")
	require.Len(t, features, 1)
	require.Nil(t, features[0]["count"])
	require.NotNil(t, features[0]["id"])
	features = b.tile(Filter{}, tiles.At(orb.Point{-75.52, 39.16}, 13), "accounts")
	names := []string{}
	for _, f := range features {
		names = append(names, f["name"].(string))
	}
	slices.Sort(names)
	require.Equal(t, []string{"One", "Three", "Three", "Two"}, names)
}

func TestOpenProspectsAreOnTheTilesUntilTakenOver(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.prospect("Dover Bakery", "shop", -75.52, 39.16)
	at := orb.Point{-75.52, 39.16}
	require.Empty(t, b.tile(Filter{}, tiles.At(at, 10), "open_prospects"))
	far := b.tile(Filter{}, tiles.At(at, 11), "open_prospects")
	require.Len(t, far, 1)
	require.Nil(t, far[0]["name"])
	near := b.tile(Filter{}, tiles.At(at, 13), "open_prospects")
	require.Equal(t, "Dover Bakery", near[0]["name"])
	require.Equal(t, int(id), number(near[0]["id"]))
	_, err := b.TakeOver(b.ctx, id, TakeOver{MayAssign: true})
	require.NoError(t, err)
	require.Empty(t, b.tile(Filter{}, tiles.At(at, 13), "open_prospects"))
	require.Len(t, b.tile(Filter{}, tiles.At(at, 13), "accounts"), 1)
}
