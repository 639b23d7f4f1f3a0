package accounts

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/fault"
)

// Four accounts on the corners of a square of a degree, counted by hand.
func square(b *bundle) (sw, se, nw, ne Account) {
	sw = b.add("Southwest", -76, 39, customer, func(n *NewAccount) {
		n.Class, n.Tags, n.Revenue, n.OwnerID = ClassA, []string{"gold", "old"}, 100, &b.rep
	})
	se = b.add("Southeast", -75, 39, func(n *NewAccount) { n.Class, n.Tags, n.Revenue = ClassB, []string{"gold"}, 300 })
	nw = b.add("Northwest", -76, 40, func(n *NewAccount) { n.Status, n.Revenue, n.OwnerID = Former, 300, &b.manager })
	ne = b.add("Northeast", -75, 40, customer, func(n *NewAccount) { n.Revenue = 50 })
	return
}

func TestEachFieldOfAFilterMeansWhatItSays(t *testing.T) {
	t.Parallel()
	b := setup(t)
	sw, _, nw, ne := square(b)
	b.visited(sw.ID, 20, 14) // overdue by six days
	b.visited(nw.ID, 10, 14) // due in four
	b.visited(ne.ID, 0, 90)
	_, err := b.AddSite(b.ctx, nw.ID, NewSite{Point: &orb.Point{-75.1, 39.1}}) // a second place in the southeast
	require.NoError(t, err)

	for name, c := range map[string]struct {
		f    Filter
		want string
	}{
		"nothing asked":            {Filter{}, "Northeast Northwest Southeast Southwest"},
		"status":                   {Filter{Status: []Status{Customer}}, "Northeast Southwest"},
		"either status":            {Filter{Status: []Status{Former, Prospect}}, "Northwest Southeast"},
		"class":                    {Filter{Class: []Class{ClassA, ClassB}}, "Southeast Southwest"},
		"owner":                    {Filter{OwnerIDs: []int64{b.rep}}, "Southwest"},
		"nobody's":                 {Filter{OwnerIDs: []int64{0}}, "Northeast Southeast"},
		"nobody's or the rep's":    {Filter{OwnerIDs: []int64{0, b.rep}}, "Northeast Southeast Southwest"},
		"a team without accounts":  {Filter{TeamID: 99}, ""},
		"a tag":                    {Filter{Tags: []string{"gold"}}, "Southeast Southwest"},
		"both tags":                {Filter{Tags: []string{"old", "gold"}}, "Southwest"},
		"never visited":            {Filter{Coverage: []Coverage{CoverageNever}}, "Southeast"},
		"overdue":                  {Filter{Coverage: []Coverage{CoverageOverdue}}, "Southwest"},
		"due":                      {Filter{Coverage: []Coverage{CoverageDue}}, "Northwest"},
		"on track":                 {Filter{Coverage: []Coverage{CoverageOnTrack}}, "Northeast"},
		"due or overdue":           {Filter{Coverage: []Coverage{CoverageDue, CoverageOverdue}}, "Northwest Southwest"},
		"the south":                {Filter{Box: box(t, -77, 38.5, -74, 39.5)}, "Northwest Southeast Southwest"},
		"the west":                 {Filter{Box: box(t, -76.5, 38, -75.5, 41)}, "Northwest Southwest"},
		"a triangle":               {Filter{Within: ring(t, orb.Point{-76.1, 38.9}, orb.Point{-74.8, 38.9}, orb.Point{-76.1, 40.2})}, "Northwest Southeast Southwest"},
		"a triangle and a box":     {Filter{Within: ring(t, orb.Point{-76.1, 38.9}, orb.Point{-74.8, 38.9}, orb.Point{-76.1, 40.2}), Box: box(t, -75.5, 38, -74, 39.05)}, "Southeast"},
		"a box with all else":      {Filter{Box: box(t, -77, 38.5, -74, 39.5), Status: []Status{Customer}, Tags: []string{"gold"}, Query: "south"}, "Southwest"},
		"a place with nothing":     {Filter{Box: box(t, 10, 50, 11, 51)}, ""},
		"a search":                 {Filter{Query: "southwset"}, "Southeast Southwest"},
		"a search without a word":  {Filter{Query: "%%'; --"}, ""},
		"archived, of which none":  {Filter{Archived: true}, ""},
		"archived in a box: none":  {Filter{Archived: true, Box: box(t, -77, 38.5, -74, 39.5)}, ""},
		"the whole world":          {Filter{Box: box(t, -180, -90, 180, 90)}, "Northeast Northwest Southeast Southwest"},
		"wrapped round the world":  {Filter{Box: box(t, 283, 38.5, 286, 39.5)}, "Northwest Southeast Southwest"},
		"across the 180th: no one": {Filter{Box: box(t, 170, -80, -170, 80)}, ""},
		"all but a strip":          {Filter{Box: box(t, -75.5, 30, -76.5, 50)}, "Northeast Northwest Southeast"},
	} {
		t.Run(name, func(t *testing.T) {
			got := b.names(c.f, "name")
			require.Equal(t, strings.Fields(c.want), append([]string{}, got...))
			if c.f.Box != nil || c.f.Within != nil {
				s, err := b.Select(b.ctx, c.f)
				require.NoError(t, err)
				require.Equal(t, len(got), s.Total, "the selection agrees")
			}
			s, err := b.SumUp(b.ctx, c.f)
			require.NoError(t, err)
			require.Equal(t, len(got), s.Total, "and so do the sums of any filter")
		})
	}
}

func TestNamedAccountsAreSummedUpEachOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	sw, _, _, ne := square(b)
	s, err := b.SumUp(b.ctx, Filter{IDs: []int64{ne.ID, sw.ID, sw.ID, 1 << 40}})
	require.NoError(t, err)
	require.Equal(t, 2, s.Total)
	for by, counts := range map[string]int{"status": sum(s.ByStatus, func(c StatusCount) int { return c.Count }),
		"class": sum(s.ByClass, func(c ClassCount) int { return c.Count }), "owner": sum(s.ByOwner, func(c OwnerCount) int { return c.Count })} {
		require.Equal(t, 2, counts, by)
	}
	require.Len(t, s.SiteIDs, 2)
	require.Zero(t, s.OpenProspects)
	none, err := b.SumUp(b.ctx, Filter{IDs: []int64{}})
	require.NoError(t, err)
	require.Zero(t, none.Total)
}

func sum[T any](list []T, count func(T) int) (n int) {
	for _, each := range list {
		n += count(each)
	}
	return n
}

func TestAnArchivedAccountIsInTheArchiveOnlyAndComesBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	sw, _, _, _ := square(b)
	in := Filter{Box: box(t, -76.5, 38.5, -75.5, 39.5)}
	require.Equal(t, []string{"Southwest"}, b.names(in, ""))
	a, err := b.Archive(b.ctx, sw.ID, sw.Version)
	require.NoError(t, err)
	require.NotNil(t, a.ArchivedAt)
	require.Empty(t, b.names(in, ""))
	require.Len(t, b.names(Filter{}, ""), 3)
	in.Archived = true
	require.Equal(t, []string{"Southwest"}, b.names(in, ""))
	require.Equal(t, []string{"Southwest"}, b.names(Filter{Archived: true}, ""))
	a, err = b.Restore(b.ctx, sw.ID, a.Version)
	require.NoError(t, err)
	require.Nil(t, a.ArchivedAt)
	require.Empty(t, b.names(in, ""))
}

func TestListsAreSortedBothWaysWithTiesByID(t *testing.T) {
	t.Parallel()
	b := setup(t)
	sw, _, nw, ne := square(b)
	b.visited(sw.ID, 20, 14)
	b.visited(nw.ID, 10, 14)
	b.visited(ne.ID, 0, 90)
	umlaut := b.add("ödland", -75, 39) // between n and s for people, behind z for bytes
	b.exec(`update accounts set updated_at = now() - make_interval(hours => id::int)`)
	_ = umlaut
	for sort, want := range map[string]string{
		"name":       "Northeast Northwest ödland Southeast Southwest",
		"-name":      "Southwest Southeast ödland Northwest Northeast",
		"revenue":    "ödland Northeast Southwest Southeast Northwest",
		"-revenue":   "Northwest Southeast Southwest Northeast ödland",
		"dueOn":      "Southwest Northwest Northeast Southeast ödland",
		"-dueOn":     "ödland Southeast Northeast Northwest Southwest",
		"updatedAt":  "ödland Northeast Northwest Southeast Southwest",
		"-updatedAt": "Southwest Southeast Northwest Northeast ödland",
	} {
		require.Equal(t, strings.Fields(want), b.names(Filter{}, sort), sort)
		require.Equal(t, strings.Fields(want), b.names(Filter{Box: box(t, -80, 30, -70, 50)}, sort), "%s in a box", sort)
	}
	_, err := b.List(b.ctx, Filter{}, Page{Sort: "name; drop table accounts"})
	refused(t, err, fault.Invalid)
}

func TestPagesHoldTogetherUnderTies(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.exec(`insert into accounts (org_id, name, revenue) select $1, 'Same', 1 from generate_series(1, 23)`, b.org)
	for _, sort := range append(Sorts(), "") {
		seen := map[int64]bool{}
		p := Page{Sort: sort, Limit: 5}
		for {
			l := b.list(Filter{Query: map[bool]string{true: "same"}[sort == ""]}, p)
			require.Equal(t, 23, l.Total)
			for _, r := range l.Items {
				require.False(t, seen[r.ID], "%s: twice", sort)
				seen[r.ID] = true
			}
			if l.NextCursor == nil {
				break
			}
			require.Len(t, l.Items, 5)
			p.Cursor = *l.NextCursor
		}
		require.Len(t, seen, 23, sort)
	}
}

func TestACursorServesItsOwnListOnly(t *testing.T) {
	t.Parallel()
	b := setup(t)
	square(b)
	next := *b.list(Filter{}, Page{Limit: 1}).NextCursor
	for name, try := range map[string]struct {
		f Filter
		p Page
	}{
		"another filter": {Filter{Class: []Class{ClassC}}, Page{Cursor: next}},
		"another sort":   {Filter{}, Page{Cursor: next, Sort: "revenue"}},
		"cut short":      {Filter{}, Page{Cursor: next[:10]}},
		"made up":        {Filter{}, Page{Cursor: "eyJsIjoiIn0"}},
		"no text at all": {Filter{}, Page{Cursor: "\x00\xff"}},
	} {
		_, err := b.List(b.ctx, try.f, try.p)
		require.Contains(t, refused(t, err, fault.Invalid), "cursor", name)
	}
	l := b.list(Filter{Status: []Status{}}, Page{Limit: 1, Cursor: next})
	require.Equal(t, "Northwest", l.Items[0].Name, "a filter that means the same goes on")
}

func TestSearchForgivesTypingErrorsAndPutsTheBestFirst(t *testing.T) {
	t.Parallel()
	b := setup(t)
	at := func(street, city string) func(*NewAccount) {
		return func(n *NewAccount) { n.Site.Street, n.Site.City = street, city }
	}
	b.add("Dover Hardware", -75.5, 39.1, at("Loockerman Street", "Dover"))
	b.add("Miller's Bakery", -75.5, 39.2, at("Main Street", "Dover"))
	b.add("Smyrna Tire & Auto", -75.6, 39.3, at("Main Street", "Smyrna"))
	b.add("Café Zürich", -75.7, 39.4, at("High Street", "Lewes"), func(n *NewAccount) { n.Tags = []string{"espresso"} })
	b.add("Overton Clinic", -75.7, 39.4, at("Elm Street", "Lewes"))
	for q, want := range map[string][]string{
		"dover":            {"Dover Hardware", "Miller's Bakery"}, // the name before the city
		"hardwear":         {"Dover Hardware"},
		"DOVR hardwar":     {"Dover Hardware"},
		"bakry":            {"Miller's Bakery"},
		"bakery dover":     {"Miller's Bakery"},
		"main smyrna":      {"Smyrna Tire & Auto"},
		"zürich":           {"Café Zürich"},
		"zurich":           {"Café Zürich"},
		"espreso":          {"Café Zürich"},
		"auto tire":        {"Smyrna Tire & Auto"},
		"clin":             {"Overton Clinic"},
		"loockerman":       {"Dover Hardware"},
		"nothing like it":  {},
		"' or 1=1 --":      {},
		"%":                {},
		"\\":               {},
		"dover%' or 'a'='": {},
	} {
		got := []string{}
		for _, r := range b.list(Filter{Query: q}, Page{}).Items {
			got = append(got, r.Name)
		}
		require.Equal(t, want, got, q)
	}
}

func TestSearchFollowsWhatChanges(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.add("Alpha", -75.5, 39.1, func(n *NewAccount) { n.Site.City = "Dover" })
	find := func(q string) int { return b.list(Filter{Query: q}, Page{}).Total }
	require.Equal(t, 1, find("dover"))
	a, err := b.UpdateSite(b.ctx, a.ID, a.Sites[0].ID, SiteChanges{City: ptr("Lewes")})
	require.NoError(t, err)
	require.Equal(t, 0, find("dover"))
	require.Equal(t, 1, find("lewes"))
	a, err = b.AddSite(b.ctx, a.ID, NewSite{City: "Georgetown", Point: &orb.Point{-75.4, 38.7}, IsPrimary: true})
	require.NoError(t, err)
	require.Equal(t, 1, find("georgetown"), "the primary site's city counts")
	a, err = b.DeleteSite(b.ctx, a.ID, a.Sites[0].ID)
	require.NoError(t, err)
	require.Equal(t, 0, find("georgetown"))
	require.Equal(t, 1, find("lewes"))
	a, err = b.DeleteSite(b.ctx, a.ID, a.Sites[0].ID)
	require.NoError(t, err)
	require.Empty(t, a.Sites)
	require.Equal(t, 0, find("lewes"))
	_, err = b.Update(b.ctx, a.ID, Changes{Version: a.Version, Name: ptr("Omega")})
	require.NoError(t, err)
	require.Equal(t, 1, find("omega"))
	require.Equal(t, 0, find("alpha"))
	require.Nil(t, b.list(Filter{Query: "omega"}, Page{}).Items[0].Site)
}

func TestHostileFiltersAreRefusedOrHarmless(t *testing.T) {
	t.Parallel()
	b := setup(t)
	square(b)
	for name, f := range map[string]Filter{
		"a long text":       {Query: strings.Repeat("a", MaxQuery+1)},
		"many words":        {Query: "a b c d e f g h i j k"},
		"a null character":  {Query: "a\x00b"},
		"no text":           {Query: "\xff\xfe"},
		"a status":          {Status: []Status{"prospect' or true --"}},
		"a class":           {Class: []Class{"D"}},
		"a coverage":        {Coverage: []Coverage{"now"}},
		"a negative owner":  {OwnerIDs: []int64{-1}},
		"too many owners":   {OwnerIDs: make([]int64, 201)},
		"too many tags":     {Tags: make([]string, 201)},
		"a tag with a null": {Tags: []string{"\x00"}},
	} {
		_, err := b.List(b.ctx, f, Page{})
		refused(t, err, fault.Invalid)
		_, err = b.Select(b.ctx, f)
		refused(t, err, fault.Invalid)
		require.NotEmpty(t, fault.Of(f.Check()).Fields(), name)
	}
	require.Empty(t, b.names(Filter{Tags: []string{"gold'); drop table accounts; --"}}, ""))
	require.Len(t, b.names(Filter{}, ""), 4)
	for _, limit := range []int{-1, 501, 1 << 40} {
		_, err := b.List(b.ctx, Filter{}, Page{Limit: limit})
		refused(t, err, fault.Invalid)
	}
}

func TestPagesAreWhatSortingInMemoryGives(t *testing.T) {
	t.Parallel()
	b := setup(t)
	rng := rand.New(rand.NewPCG(7, 7))
	type plain struct {
		id      int64
		revenue float64
	}
	var all []plain
	for i := range 60 {
		a := b.add(fmt.Sprintf("Account %02d", i), -75+rng.Float64(), 39+rng.Float64(), func(n *NewAccount) { n.Revenue = float64(rng.IntN(5)) })
		all = append(all, plain{a.ID, a.Revenue})
	}
	slices.SortFunc(all, func(x, y plain) int {
		if x.revenue != y.revenue {
			return int(y.revenue - x.revenue)
		}
		return int(y.id - x.id)
	})
	got := []int64{}
	p := Page{Sort: "-revenue", Limit: 7}
	for {
		l := b.list(Filter{}, p)
		for _, r := range l.Items {
			got = append(got, r.ID)
		}
		if l.NextCursor == nil {
			break
		}
		p.Cursor = *l.NextCursor
	}
	want := []int64{}
	for _, a := range all {
		want = append(want, a.id)
	}
	require.Equal(t, want, got)
}
