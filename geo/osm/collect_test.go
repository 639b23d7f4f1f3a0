package osm

import (
	"context"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"
)

// delawareContents is the whole state, read once.
var delawareContents = sync.OnceValues(func() (*Contents, error) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/paulmach/osm").Output()
	if err != nil {
		return nil, err
	}
	return Collect(context.Background(), filepath.Join(strings.TrimSpace(string(dir)), "testdata", "delaware-latest.osm.pbf"), nil)
})

func collectDelaware(t *testing.T) *Contents {
	t.Helper()
	if testing.Short() {
		t.Skip("all of Delaware is left to the run without -short")
	}
	c, err := delawareContents()
	require.NoError(t, err)
	return c
}

func TestTheBayAndTheAtlanticAreSeaAndTheTownsAreLand(t *testing.T) {
	t.Parallel()
	c := collectDelaware(t)
	water := map[string]orb.Point{
		"Delaware Bay":           {-75.25, 39.05},
		"Atlantic off Rehoboth":  {-75.03, 38.72},
		"river off New Castle":   {-75.545, 39.655},
		"Atlantic at the corner": {-74.97, 38.46},
		"mouth of the bay":       {-75.02, 38.83},
	}
	land := map[string]orb.Point{
		"Dover": {-75.5247, 39.1582}, "Wilmington": {-75.5466, 39.7459}, "Lewes": {-75.1393, 38.7746},
		"Rehoboth Beach": {-75.0830, 38.7165}, "Newark": {-75.7497, 39.6837}, "Georgetown": {-75.3855, 38.6901},
		"Smyrna": {-75.6047, 39.2998}, "northwest corner": {-75.78, 40.02}, "Salem, New Jersey": {-75.4671, 39.5718},
	}
	for name, p := range water {
		require.Equal(t, []bool{true}, wet(c.Sea, p), name)
	}
	for name, p := range land {
		require.Equal(t, []bool{false}, wet(c.Sea, p), name)
	}
}

func TestTheStateHasItsTownsStreetsAndBusinesses(t *testing.T) {
	t.Parallel()
	c := collectDelaware(t)
	t.Logf("%d places, %d streets, %d addresses, %d points of interest", len(c.Places), len(c.Streets), len(c.Addresses), len(c.Interests))
	place := func(name, kind string) NamedPlace {
		i := slices.IndexFunc(c.Places, func(p NamedPlace) bool { return p.Name == name && p.Kind == kind })
		require.GreaterOrEqual(t, i, 0, "%s %s", kind, name)
		return c.Places[i]
	}
	require.Less(t, metresBetween(place("Wilmington", "city").Point, orb.Point{-75.5466, 39.7459}), 2000.0)
	require.Less(t, metresBetween(place("Dover", "city").Point, orb.Point{-75.5247, 39.1582}), 2000.0)
	require.Greater(t, len(c.Places), 1500)
	require.Greater(t, len(c.Streets), 9000)
	require.Greater(t, len(c.Addresses), 1300)
	require.Greater(t, len(c.Interests), 900)
}

func TestEveryBusinessHasANameACategoryAndAPlace(t *testing.T) {
	t.Parallel()
	c := collectDelaware(t)
	known := Categories()
	count := map[Category]int{}
	seen := map[Ref]bool{}
	for _, i := range c.Interests {
		require.NotEmpty(t, i.Name)
		require.Contains(t, known, i.Category, i.Ref.String())
		require.NotEmpty(t, i.Kind)
		require.False(t, seen[i.Ref], "%s twice", i.Ref)
		seen[i.Ref] = true
		require.True(t, c.Header.Bounds.Pad(0.3).Contains(i.Point), i.Ref.String())
		require.NotContains(t, strings.ToLower(i.Name), "(historical)")
		if i.Website != "" {
			require.Regexp(t, `^https?://[^\s]+$`, i.Website)
		}
		count[i.Category]++
	}
	t.Log(count)
	require.Greater(t, count[Gastronomy], 150)
}

func TestNoBusinessOfOneNameIsThereTwiceAtOnePlace(t *testing.T) {
	t.Parallel()
	c := collectDelaware(t)
	for i, a := range c.Interests {
		for _, b := range c.Interests[i+1:] {
			if strings.EqualFold(a.Name, b.Name) && a.Category == b.Category && metresBetween(a.Point, b.Point) < sameBusiness {
				require.NotEqual(t, a.Address.HouseNumber, b.Address.HouseNumber, "%s %s and %s", a.Name, a.Ref, b.Ref)
			}
		}
	}
}

func TestHousesLieOnTheirStreets(t *testing.T) {
	t.Parallel()
	c := collectDelaware(t)
	finder := newStreetFinder(c.Streets)
	near := 0
	for _, a := range c.Addresses {
		require.NotEmpty(t, a.Street)
		require.NotEmpty(t, a.HouseNumber)
		if finder.nearest(a.Point, a.Street, 400) != nil {
			near++
		}
	}
	require.Greater(t, float64(near)/float64(len(c.Addresses)), 0.85)
}

func TestTheSameStreetInTwoTownsIsTwoStreets(t *testing.T) {
	t.Parallel()
	c := collectDelaware(t)
	cities := map[string]bool{}
	for i, s := range c.Streets {
		if s.Name == "Main Street" {
			cities[s.City] = true
		}
		if i > 0 {
			require.False(t, s.Name == c.Streets[i-1].Name && s.Point == c.Streets[i-1].Point)
		}
		best := nearStreet + 1.0
		for _, line := range s.Lines {
			best = min(best, metresToLine(s.Point, line))
		}
		require.Less(t, best, 0.1, "the middle of %s is not on it", s.Name)
	}
	require.Greater(t, len(cities), 5)
	require.NotContains(t, cities, "")
}

func TestWaysOfOneNameThatHangTogetherAreOneStreet(t *testing.T) {
	t.Parallel()
	at := func(x, y float64) orb.Point { return orb.Point{x / metresPerDegree, y / metresPerDegree} }
	streets := joinStreets([]streetWay{
		{"Elm Street", "19901", orb.LineString{at(0, 0), at(100, 0)}},
		{"Elm Street", "19901", orb.LineString{at(3000, 0), at(3100, 0)}},      // another
		{"Elm Street", "19902", orb.LineString{at(350, 0), at(2000, 0)}},       // over a gap of 250 m
		{"Oak Street", "", orb.LineString{at(0, 10), at(100, 10)}},             // another name
		{"Elm Street", "19902", orb.LineString{at(1000, 300), at(1000, 900)}},  // 300 m from the middle of a long segment
		{"Elm Street", "19903", orb.LineString{at(9000, 0), at(9000, 100)}},    // far away
		{"Elm Street", "19903", orb.LineString{at(9000, 100), at(9000, 2000)}}, // and its continuation
	})
	var got []string
	for _, s := range streets {
		got = append(got, s.Name+" "+s.Postcode)
	}
	require.ElementsMatch(t, []string{"Elm Street 19902", "Elm Street 19901", "Elm Street 19903", "Oak Street "}, got)
}

func TestTagsBecomeAProspect(t *testing.T) {
	t.Parallel()
	tags := Tags{{"name", "  Joe's\tDiner "}, {"amenity", "restaurant"}, {"addr:housenumber", "12"}, {"addr:street", "Main Street"},
		{"contact:phone", "+1 302 555 0100"}, {"website", "joes.example/menu"}, {"opening_hours", "Mo-Fr 08:00-18:00"}}
	i, ok := interestFrom(Ref{KindNode, 5}, tags, orb.Point{1, 2})
	require.True(t, ok)
	require.Equal(t, Interest{Ref: Ref{KindNode, 5}, Name: "Joe's Diner", Category: Gastronomy, Kind: "restaurant",
		Address: Address{HouseNumber: "12", Street: "Main Street"}, Phone: "+1 302 555 0100",
		Website: "https://joes.example/menu", OpeningHours: "Mo-Fr 08:00-18:00", Point: orb.Point{1, 2}, tags: 5}, i)
}

func TestTheTableOfCategories(t *testing.T) {
	t.Parallel()
	for tags, want := range map[[2]string]string{
		{"shop", "supermarket"}: "food_shop supermarket", {"shop", "something_new"}: "retail something_new", {"shop", "yes"}: "retail shop",
		{"shop", "vacant"}: "", {"shop", "no"}: "", {"amenity", "parking"}: "", {"amenity", "bench"}: "", {"amenity", "fuel"}: "automotive fuel",
		{"office", "lawyer"}: "office lawyer", {"office", "government"}: "government government", {"craft", "carpenter"}: "craft carpenter",
		{"tourism", "hotel"}: "lodging hotel", {"tourism", "viewpoint"}: "", {"tourism", "museum"}: "culture museum",
		{"leisure", "park"}: "", {"leisure", "golf_course"}: "leisure golf_course", {"healthcare", "dentist"}: "health dentist", {"highway", "primary"}: "",
	} {
		c, kind, ok := Categorise(Tags{{tags[0], tags[1]}})
		require.Equal(t, want != "", ok, "%v", tags)
		if ok {
			require.Equal(t, want, string(c)+" "+kind)
		}
	}
	for _, bad := range []Tags{
		{{"amenity", "cafe"}}, {{"name", "X"}, {"amenity", "cafe"}, {"disused", "yes"}}, {{"name", "Old School (historical)"}, {"amenity", "school"}},
	} {
		_, ok := interestFrom(Ref{}, bad, orb.Point{})
		require.False(t, ok, "%v", bad)
	}
}

func TestAWebsiteThatIsNoWebAddressIsDropped(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"example.com": "https://example.com", "http://example.com/a?b": "http://example.com/a?b", "HTTPS://Example.com": "HTTPS://Example.com",
		"javascript:alert(1).x": "", "ftp://example.com": "", "no site": "", "//example.com": "https://example.com", "example.com:8080/a": "https://example.com:8080/a",
		"a.example; b.example": "https://a.example", "example": "", "": "", `a.b"onclick`: "",
	} {
		require.Equal(t, want, website(in), in)
	}
}

func TestAPopulationIsReadAsPeopleWriteIt(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int{"37786": 37786, "37,786": 37786, "37 786": 37786, "70851 (2010)": 70851, "": 0, "many": 0, "-5": 0, "99999999999": 0} {
		require.Equal(t, want, population(in), in)
	}
}
