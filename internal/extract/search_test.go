package extract

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geo"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/osm"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
	"github.com/waymark-crm/waymark/internal/testdb"
)

var discard = slog.New(slog.DiscardHandler)

// delawareContents is read once for all tests.
var delawareContents = sync.OnceValues(func() (*osm.Contents, error) {
	path, err := delaware()
	if err != nil {
		return nil, err
	}
	return osm.Collect(context.Background(), path, nil)
})

// bundle is a database with the rows of Delaware.
type bundle struct {
	t        *testing.T
	db       *testdb.DB
	contents *osm.Contents
}

func setup(t *testing.T) *bundle {
	t.Helper()
	contents, err := delawareContents()
	require.NoError(t, err)
	b := &bundle{t: t, db: testdb.New(t), contents: contents}
	l := beginLoad(t, b.db, t.TempDir())
	require.NoError(t, l.store(t.Context(), contents))
	return b
}

// read runs fn as the server does for a person.
func (b *bundle) read(fn func(tx pgx.Tx) error) {
	b.t.Helper()
	ctx := postgres.WithActor(b.t.Context(), postgres.Actor{OrgID: 1})
	require.NoError(b.t, b.db.Read(ctx, fn))
}

func (b *bundle) search(text string, o SearchOptions) (found []Found) {
	b.t.Helper()
	b.read(func(tx pgx.Tx) (err error) {
		found, err = Search(b.t.Context(), tx, text, o)
		return err
	})
	return found
}

func TestSearchInDelaware(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first := func(text string) Found {
		t.Helper()
		found := b.search(text, SearchOptions{})
		require.NotEmpty(t, found, text)
		return found[0]
	}
	for text, want := range map[string]string{
		"Dover":                     "place Dover",
		"dover, de":                 "place Dover",
		"Wilmingtn":                 "place Wilmington",
		"rehoboth beach":            "place Rehoboth Beach",
		"19901":                     "postcode 19901",
		"West Loockerman Street":    "street West Loockerman Street",
		"W Loockerman St, Dover":    "street West Loockerman Street",
		"w. lockerman st dover de":  "street West Loockerman Street",
		"South Governers Ave Dover": "street South Governors Avenue",
	} {
		f := first(text)
		require.Equal(t, want, string(f.Kind)+" "+f.Name, text)
		require.NotEmpty(t, f.City+f.Postcode)
	}
	require.Less(t, geo.Distance(first("Dover").Point, orb.Point{-75.5247, 39.1582}), 2500.0)
	require.Empty(t, b.search("", SearchOptions{}))
	require.Empty(t, b.search("x", SearchOptions{}))
	require.Empty(t, b.search("qqqqzzzzxxxx wwwwvvvv", SearchOptions{}))
	require.NotPanics(t, func() { b.search(strings.Repeat("a'\"%_\\ ", 200), SearchOptions{}) })
	require.Len(t, b.search("Main Street", SearchOptions{Limit: 3}), 3)

	// Of streets of one name the nearer comes first.
	lewes := orb.Point{-75.1393, 38.7746}
	near := b.search("Main Street", SearchOptions{Near: &lewes, Limit: 20})
	far := b.search("Main Street", SearchOptions{Near: &orb.Point{-75.75, 39.68}, Limit: 20})
	require.NotEqual(t, near[0].City, far[0].City)
	require.Less(t, near[0].Metres, 30_000.0)

	t.Run("a house that the extract holds is found by its address", b.findsHouses)
	t.Run("and with typing errors nearly as well", b.forgives)
	t.Run("a house between known neighbours is placed between them", b.placesBetween)
	t.Run("a point has the address of the house or street beside it", b.reverses)
	t.Run("a search reads the indexes", b.readsIndexes)
}

// houses returns some addresses whose street and town are usual.
func (b *bundle) houses(n int) []osm.Address {
	r := rand.New(rand.NewPCG(7, 7))
	all := slices.Clone(b.contents.Addresses)
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	all = slices.DeleteFunc(all, func(a osm.Address) bool { return strings.ContainsAny(a.HouseNumber, ";,- ") || len(a.Street) < 6 })
	return all[:n]
}

func (b *bundle) findsHouses(t *testing.T) {
	right := 0
	houses := b.houses(150)
	for _, a := range houses {
		text := fmt.Sprintf("%s %s, %s, DE %s", a.HouseNumber, a.Street, a.City, a.Postcode)
		if found := b.search(text, SearchOptions{}); len(found) > 0 && found[0].Kind == House && geo.Distance(found[0].Point, a.Point) < 100 {
			right++
		}
	}
	t.Logf("%d of %d within 100 m", right, len(houses))
	require.GreaterOrEqual(t, right, 142)
}

// misspell swaps, drops or doubles one letter of a name.
func misspell(r *rand.Rand, s string) string {
	b := []byte(s)
	i := 1 + r.IntN(len(b)-2)
	switch r.IntN(3) {
	case 0:
		b[i], b[i-1] = b[i-1], b[i]
	case 1:
		b = slices.Delete(b, i, i+1)
	default:
		b = slices.Insert(b, i, b[i])
	}
	return string(b)
}

func (b *bundle) forgives(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	right := 0
	houses := b.houses(150)
	began := time.Now()
	for _, a := range houses {
		street := strings.NewReplacer("Street", "St", "Road", "Rd", "Avenue", "Ave", "North ", "N ", "South ", "S. ").Replace(misspell(r, a.Street))
		if found := b.search(fmt.Sprintf("%s %s %s", a.HouseNumber, street, a.City), SearchOptions{}); len(found) > 0 && geo.Distance(found[0].Point, a.Point) < 100 {
			right++
		}
	}
	t.Logf("%d of %d within 100 m, %s each", right, len(houses), (time.Since(began) / time.Duration(len(houses))).Round(100*time.Microsecond))
	require.GreaterOrEqual(t, right, 120)
}

func (b *bundle) placesBetween(t *testing.T) {
	// The oracle is the extract itself: houses with neighbours on both sides are
	// taken away one at a time.
	byStreet := map[string][]osm.Address{}
	for _, a := range b.contents.Addresses {
		byStreet[a.Street+"|"+a.City] = append(byStreet[a.Street+"|"+a.City], a)
	}
	tried, near := 0, 0
	for _, houses := range byStreet {
		for i, a := range houses {
			var others []numbered
			for j, o := range houses {
				var n int
				if _, err := fmt.Sscanf(o.HouseNumber, "%d", &n); err == nil && i != j {
					others = append(others, numbered{n, o.HouseNumber, o.Point})
				}
			}
			var want int
			if _, err := fmt.Sscanf(a.HouseNumber, "%d", &want); err != nil {
				continue
			}
			if at, _, _, ok := interpolate(others, want); ok {
				tried++
				if geo.Distance(at, a.Point) < 100 {
					near++
				}
			}
		}
	}
	t.Logf("%d of %d houses are within 100 m of where they would be placed", near, tried)
	require.Greater(t, tried, 100)
	require.Greater(t, float64(near)/float64(tried), 0.75)

	// And by a search: the numbers on both sides of a gap.
	for _, houses := range byStreet {
		slices.SortFunc(houses, func(x, y osm.Address) int { return strings.Compare(x.HouseNumber, y.HouseNumber) })
		for i := 1; i < len(houses); i++ {
			var low, high int
			if n, _ := fmt.Sscanf(houses[i-1].HouseNumber+" "+houses[i].HouseNumber, "%d %d", &low, &high); n != 2 || high-low != 4 || geo.Distance(houses[i-1].Point, houses[i].Point) > 200 {
				continue
			}
			if slices.ContainsFunc(houses, func(a osm.Address) bool { return a.HouseNumber == fmt.Sprint(low+2) }) {
				continue
			}
			found := b.search(fmt.Sprintf("%d %s, %s", low+2, houses[i].Street, houses[i].City), SearchOptions{})
			require.NotEmpty(t, found)
			if found[0].Kind == Between {
				require.Contains(t, found[0].Reason, "placed between numbers")
				require.Less(t, geo.Distance(found[0].Point, houses[i].Point), 400.0)
				return
			}
		}
	}
	t.Fatal("no search gave a house between its neighbours")
}

func (b *bundle) reverses(t *testing.T) {
	reverse := func(p orb.Point) (f Found, err error) {
		ctx := postgres.WithActor(t.Context(), postgres.Actor{OrgID: 1})
		err = b.db.Read(ctx, func(tx pgx.Tx) (err error) {
			f, err = Reverse(t.Context(), tx, p)
			return err
		})
		return f, err
	}
	for _, a := range b.houses(60) {
		beside := geo.PointAtBearingAndDistance(a.Point, 120, 8)
		f, err := reverse(beside)
		require.NoError(t, err)
		require.Equal(t, House, f.Kind)
		// The oracle: no address of the extract is nearer.
		for _, other := range b.contents.Addresses {
			require.Greater(t, geo.Distance(other.Point, beside), f.Metres-0.5)
		}
	}
	streets := 0
	for _, s := range b.contents.Streets[:400] {
		f, err := reverse(s.Point)
		require.NoError(t, err)
		require.LessOrEqual(t, f.Metres, 60.0)
		if f.Kind == OnStreet {
			require.Less(t, f.Metres, 1.0)
			streets++
		}
	}
	require.Greater(t, streets, 300)
	_, err := reverse(orb.Point{0, 0})
	require.Equal(t, fault.NotFound, fault.CodeOf(err))
	_, err = reverse(orb.Point{0, 91})
	require.Equal(t, fault.Invalid, fault.CodeOf(err))
}

func (b *bundle) readsIndexes(t *testing.T) {
	for statement, index := range map[string]string{
		`select id from streets where (search % 'loockerman' or search like 'loockerman%')`:                       "streets_search",
		`select name from places where (search % 'rehoboth beach' or search like 'rehoboth beach%')`:              "places_search",
		`select point from addresses where search = any('{loockerman}') and housenumber in ('12')`:                "addresses_search",
		`select name from streets where postcode = '19901'`:                                                       "streets_postcode",
		`select name from streets where line && st_makeenvelope(-75.53, 39.15, -75.52, 39.16, 4326)`:              "streets_line",
		`select id from open_prospects where not gone and cell between 630000000000000000 and 630000000000000001`: "open_prospects_cell",
	} {
		var plan strings.Builder
		b.read(func(tx pgx.Tx) error {
			// The tables are small here, and reading them whole would be as good.
			if _, err := tx.Exec(t.Context(), "set local enable_seqscan = off"); err != nil {
				return err
			}
			rows, err := tx.Query(t.Context(), "explain "+statement)
			if err != nil {
				return err
			}
			lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
			plan.WriteString(strings.Join(lines, "\n"))
			return err
		})
		require.Contains(t, plan.String(), index, statement)
		require.NotContains(t, plan.String(), "Seq Scan", statement)
	}
}

func TestAHouseIsPlacedInProportionOnItsOwnSide(t *testing.T) {
	t.Parallel()
	at := func(x float64) orb.Point { return orb.Point{x / 10_000, 0} }
	houses := []numbered{{10, "10", at(0)}, {20, "20", at(10)}, {11, "11", orb.Point{0, 0.001}}, {30, "30", at(900)}}
	p, low, high, ok := interpolate(houses, 14)
	require.True(t, ok)
	require.Equal(t, []string{"10", "20"}, []string{low, high})
	require.InDelta(t, at(4)[0], p[0], 1e-9)
	_, _, _, ok = interpolate(houses, 26)
	require.False(t, ok, "its neighbours are 10 km apart")
	_, _, _, ok = interpolate(houses, 40)
	require.False(t, ok, "there is no neighbour above")
	_, low, high, ok = interpolate(houses, 15)
	require.True(t, ok, "by the other side, for want of its own")
	require.Equal(t, []string{"11", "20"}, []string{low, high})
}
