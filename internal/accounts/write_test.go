package accounts

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/cql2"
	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

func TestAnAccountIsKeptAsItWasGiven(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a, err := b.Create(b.ctx, NewAccount{
		Name: "  Dover Hardware ", Class: ClassB, Category: "shop", OwnerID: &b.rep, Tags: []string{"gold", " gold", "", "new"},
		Phone: "+1 302 555 0100", Email: "info@example.com", Website: "example.com:8080/shop", Notes: "Ring twice.\nAsk for Ann.",
		Revenue: 1234.565, MayAssign: true,
		Site: &NewSite{Street: "Main Street", Housenumber: "7", City: "Dover", Postcode: "19901", OpeningHours: "Mo-Fr 08:00-17:00", Point: &orb.Point{-75.52, 39.16}},
	})
	require.NoError(t, err)
	require.Equal(t, "Dover Hardware", a.Name)
	require.Equal(t, Prospect, a.Status)
	require.Equal(t, 30, a.VisitIntervalDays, "class B")
	require.Equal(t, []string{"gold", "new"}, a.Tags)
	require.Equal(t, "Rep", a.OwnerName)
	require.InDelta(t, 1234.57, a.Revenue, 1e-9)
	require.Equal(t, CoverageNever, a.Coverage)
	require.Equal(t, 1, a.Version)
	require.Len(t, a.Sites, 1)
	site := a.Sites[0]
	require.True(t, site.IsPrimary)
	require.Equal(t, "manual", site.Source)
	cell, err := hexgrid.CellOf(orb.Point{-75.52, 39.16})
	require.NoError(t, err)
	require.Equal(t, cell, site.Cell)
	again, err := b.Get(b.ctx, a.ID)
	require.NoError(t, err)
	require.Equal(t, a, again)

	row := b.list(Filter{}, Page{}).Items[0]
	require.Equal(t, site.ID, row.Site.ID)
	require.Equal(t, site.Point, row.Site.Point)
	require.Equal(t, a.Name, row.Name)
}

func TestMovingASiteMovesItsCell(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.add("Alpha", -75.52, 39.16)
	a, err := b.UpdateSite(b.ctx, a.ID, a.Sites[0].ID, SiteChanges{Version: a.Version, Point: &orb.Point{10, 50}})
	require.NoError(t, err)
	require.Equal(t, 2, a.Version)
	cell, err := hexgrid.CellOf(orb.Point{10, 50})
	require.NoError(t, err)
	require.Equal(t, cell, a.Sites[0].Cell)
	require.Equal(t, orb.Point{10, 50}, a.Sites[0].Point)
	require.Equal(t, []string{"Alpha"}, b.names(Filter{Box: box(t, 9, 49, 11, 51)}, ""))
	require.Empty(t, b.names(Filter{Box: box(t, -76, 39, -75, 40)}, ""))
	_, err = b.UpdateSite(b.ctx, a.ID, a.Sites[0].ID, SiteChanges{Version: 1, City: ptr("Late")})
	refused(t, err, fault.Conflict)
}

func TestSitesFollowTheirAccount(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.add("Alpha", -75.52, 39.16)
	in := box(t, -76, 39, -75, 40)
	_, err := b.Update(b.ctx, a.ID, Changes{Version: 1, Status: ptr(Customer), Class: ptr(ClassA), OwnerID: ptr(&b.rep), MayAssign: true})
	require.NoError(t, err)
	b.visited(a.ID, 100, 30)
	for _, f := range []Filter{{Status: []Status{Customer}}, {Class: []Class{ClassA}}, {OwnerIDs: []int64{b.rep}}, {Coverage: []Coverage{CoverageOverdue}}} {
		f.Box = in
		require.Equal(t, []string{"Alpha"}, b.names(f, ""), "%+v", f)
	}
	_, err = b.Update(b.ctx, a.ID, Changes{Version: 2, OwnerID: ptr[*int64](nil), MayAssign: true})
	require.NoError(t, err)
	require.Equal(t, []string{"Alpha"}, b.names(Filter{Box: in, OwnerIDs: []int64{0}}, ""))
}

func TestAnAccountHasAtMostOnePrimarySiteAndKeepsOne(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.add("Alpha", -75.5, 39.1)
	first := a.Sites[0].ID
	a, err := b.AddSite(b.ctx, a.ID, NewSite{Name: "Branch", Point: &orb.Point{-75.4, 39.2}})
	require.NoError(t, err)
	require.Equal(t, []bool{true, false}, []bool{a.Sites[0].IsPrimary, a.Sites[1].IsPrimary})
	branch := a.Sites[1].ID
	a, err = b.UpdateSite(b.ctx, a.ID, branch, SiteChanges{IsPrimary: ptr(true)})
	require.NoError(t, err)
	require.Equal(t, branch, a.Sites[0].ID, "the primary one is first")
	require.False(t, a.Sites[1].IsPrimary)
	_, err = b.UpdateSite(b.ctx, a.ID, branch, SiteChanges{IsPrimary: ptr(false)})
	refused(t, err, fault.Invalid)
	a, err = b.DeleteSite(b.ctx, a.ID, branch)
	require.NoError(t, err)
	require.Equal(t, first, a.Sites[0].ID)
	require.True(t, a.Sites[0].IsPrimary)
	_, err = b.DeleteSite(b.ctx, a.ID, branch)
	refused(t, err, fault.NotFound)
}

func TestContactsAreAddedChangedAndRemoved(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.add("Alpha", -75.5, 39.1)
	a, err := b.AddContact(b.ctx, a.ID, NewContact{Name: "Ann", Email: "ann@example.com"})
	require.NoError(t, err)
	a, err = b.UpdateContact(b.ctx, a.ID, a.Contacts[0].ID, ContactChanges{JobTitle: ptr("Buyer"), DoNotContact: ptr(true)})
	require.NoError(t, err)
	require.Equal(t, []Contact{{ID: a.Contacts[0].ID, Name: "Ann", JobTitle: "Buyer", Email: "ann@example.com", DoNotContact: true,
		MorePhones: []Channel{}, MoreEmails: []Channel{}}}, a.Contacts)
	require.Equal(t, 3, a.Version)
	_, err = b.UpdateContact(b.ctx, a.ID, a.Contacts[0].ID, ContactChanges{Email: ptr("nobody")})
	refused(t, err, fault.Invalid)
	a, err = b.DeleteContact(b.ctx, a.ID, a.Contacts[0].ID)
	require.NoError(t, err)
	require.Empty(t, a.Contacts)
	_, err = b.DeleteContact(b.ctx, a.ID, 99)
	refused(t, err, fault.NotFound)
}

func TestOfTwoWritersOfOneVersionOneIsToldTheCurrentState(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.add("Alpha", -75.5, 39.1)
	const writers = 6
	errs := make([]error, writers)
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			_, errs[i] = b.Update(b.ctx, a.ID, Changes{Version: a.Version, Name: ptr(fmt.Sprintf("Writer %d", i))})
		})
	}
	wg.Wait()
	now, err := b.Get(b.ctx, a.ID)
	require.NoError(t, err)
	require.Equal(t, 2, now.Version)
	won := 0
	for i, err := range errs {
		if err == nil {
			won++
			require.Equal(t, fmt.Sprintf("Writer %d", i), now.Name)
			continue
		}
		refused(t, err, fault.Conflict)
		require.Equal(t, now, fault.Of(err).Current(), "the loser gets the state as it is")
	}
	require.Equal(t, 1, won)
}

func TestBadInputIsRefusedFieldByField(t *testing.T) {
	t.Parallel()
	b := setup(t)
	good := func() NewAccount {
		return NewAccount{Name: "A", MayAssign: true, Site: &NewSite{Point: &orb.Point{1, 2}}}
	}
	for field, change := range map[string]func(*NewAccount){
		"name":              func(n *NewAccount) { n.Name = " \t " },
		"name ":             func(n *NewAccount) { n.Name = strings.Repeat("é", 301) },
		"name  ":            func(n *NewAccount) { n.Name = "a\x00b" },
		"name   ":           func(n *NewAccount) { n.Name = "a\xffb" },
		"status":            func(n *NewAccount) { n.Status = "friend" },
		"class":             func(n *NewAccount) { n.Class = "Z" },
		"category":          func(n *NewAccount) { n.Category = strings.Repeat("c", 101) },
		"tags":              func(n *NewAccount) { n.Tags = strings.Fields(manyWords(51)) },
		"tags[1]":           func(n *NewAccount) { n.Tags = []string{"ok", strings.Repeat("t", 51)} },
		"email":             func(n *NewAccount) { n.Email = "no one" },
		"website":           func(n *NewAccount) { n.Website = "javascript:alert(1)" },
		"website ":          func(n *NewAccount) { n.Website = "JavaScript://example.com/%0aalert(1)" },
		"website  ":         func(n *NewAccount) { n.Website = "data:text/html,x" },
		"notes":             func(n *NewAccount) { n.Notes = strings.Repeat("n", 20_001) },
		"revenue":           func(n *NewAccount) { n.Revenue = -1 },
		"revenue ":          func(n *NewAccount) { n.Revenue = math.NaN() },
		"revenue  ":         func(n *NewAccount) { n.Revenue = math.Inf(1) },
		"visitIntervalDays": func(n *NewAccount) { n.VisitIntervalDays = 3651 },
		"visitMinutes":      func(n *NewAccount) { n.VisitMinutes = -5 },
		"ownerId":           func(n *NewAccount) { n.OwnerID = ptr(int64(99_999)) },
		"teamId":            func(n *NewAccount) { n.TeamID = ptr(int64(99_999)) },
		"site.point":        func(n *NewAccount) { n.Site.Point = nil },
		"site.point ":       func(n *NewAccount) { n.Site.Point = &orb.Point{181, 0} },
		"site.point  ":      func(n *NewAccount) { n.Site.Point = &orb.Point{0, -90.1} },
		"site.point   ":     func(n *NewAccount) { n.Site.Point = &orb.Point{math.NaN(), 0} },
		"site.openingHours": func(n *NewAccount) { n.Site.OpeningHours = "nine to five" },
		"site.postcode":     func(n *NewAccount) { n.Site.Postcode = strings.Repeat("1", 21) },
	} {
		n := good()
		change(&n)
		_, err := b.Create(b.ctx, n)
		refused(t, err, fault.Invalid)
		require.Equal(t, strings.TrimSpace(field), fault.Of(err).Fields()[0].Name, field)
	}
	require.Equal(t, 0, b.list(Filter{}, Page{}).Total, "nothing was kept by half")
	n := good()
	n.Name, n.Email = "", "x"
	_, err := b.Create(b.ctx, n)
	require.Len(t, fault.Of(err).Fields(), 2, "everything wrong is said at once")
}

func manyWords(n int) string {
	var s strings.Builder
	for i := range n {
		fmt.Fprintf(&s, "t%d ", i)
	}
	return s.String()
}

func TestTheDatabaseRefusesWhatTheCodeWouldLetThrough(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.add("Alpha", -75.5, 39.1)
	for name, text := range map[string]string{
		"no number":   `update accounts set revenue = 'NaN' where id = $1`,
		"no place":    `update sites set point = st_setsrid(st_point('NaN', 0), 4326) where account_id = $1`,
		"off the map": `update sites set point = st_setsrid(st_point(0, 91), 4326) where account_id = $1`,
		"long tags":   `update accounts set tags = array[repeat('x', 2501)] where id = $1`,
		"null tag":    `update accounts set tags = array[null::text] where id = $1`,
		"two primary": `insert into sites (org_id, account_id, is_primary, point, cell) select org_id, account_id, true, point, cell from sites where account_id = $1`,
	} {
		err := b.db.Owner(t.Context(), func(tx pgx.Tx) error {
			_, err := tx.Exec(t.Context(), text, a.ID)
			return err
		})
		require.Error(t, err, name)
	}
}

func TestARepMayClaimWhatIsNobodysAndGiveNothingAway(t *testing.T) {
	t.Parallel()
	b := setup(t)
	own, err := b.Create(b.repCtx, NewAccount{Name: "Found it"})
	require.NoError(t, err)
	require.Equal(t, &b.rep, own.OwnerID)
	_, err = b.Create(b.repCtx, NewAccount{Name: "For the boss", OwnerID: &b.manager})
	refused(t, err, fault.Forbidden)
	_, err = b.Update(b.repCtx, own.ID, Changes{Version: 1, OwnerID: ptr(&b.manager)})
	refused(t, err, fault.Forbidden)
	_, err = b.Update(b.repCtx, own.ID, Changes{Version: 1, OwnerID: ptr[*int64](nil)})
	refused(t, err, fault.Forbidden)
	same, err := b.Update(b.repCtx, own.ID, Changes{Version: 1, OwnerID: ptr(&b.rep), Name: ptr("Still mine")})
	require.NoError(t, err, "a form that sends the owner along")
	require.Equal(t, "Still mine", same.Name)
	free := b.add("Free", 1, 1)
	claimed, err := b.Update(b.repCtx, free.ID, Changes{Version: 1, OwnerID: ptr(&b.rep)})
	require.NoError(t, err)
	require.Equal(t, &b.rep, claimed.OwnerID)
}

func TestAnotherOrganisationSeesAndChangesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mine := b.add("Mine", -75.5, 39.1)
	theirOrg, theirRep := b.org, b.rep
	b.join("South", "UTC")
	require.NotEqual(t, theirOrg, b.org)
	_, err := b.Get(b.ctx, mine.ID)
	refused(t, err, fault.NotFound)
	for name, act := range map[string]func() error{
		"update":  func() error { _, err := b.Update(b.ctx, mine.ID, Changes{Version: 1, Name: ptr("x")}); return err },
		"archive": func() error { _, err := b.Archive(b.ctx, mine.ID, 1); return err },
		"restore": func() error { _, err := b.Restore(b.ctx, mine.ID, 1); return err },
		"site":    func() error { _, err := b.AddSite(b.ctx, mine.ID, NewSite{Point: &orb.Point{1, 1}}); return err },
		"contact": func() error { _, err := b.AddContact(b.ctx, mine.ID, NewContact{Name: "x"}); return err },
	} {
		refused(t, act(), fault.NotFound)
		_ = name
	}
	require.Equal(t, 0, b.list(Filter{}, Page{}).Total)
	require.Equal(t, 0, b.list(Filter{Query: "mine"}, Page{}).Total, "nor through the function that reads as the owner")
	require.Equal(t, 0, b.list(Filter{Tags: []string{"x"}}, Page{}).Total)
	require.Equal(t, 0, b.list(Filter{Box: box(t, -80, 30, -70, 50)}, Page{}).Total)
	_, err = b.Create(b.ctx, NewAccount{Name: "Theirs", OwnerID: &theirRep, MayAssign: true})
	refused(t, err, fault.Invalid)
	rows, err := b.RowsOf(b.ctx, []int64{mine.ID})
	require.NoError(t, err)
	require.Empty(t, rows)
	_, err = b.Get(t.Context(), mine.ID)
	require.ErrorIs(t, err, postgres.ErrNoActor)
}

func TestCoverageGoesByTheOrganisationsDay(t *testing.T) {
	t.Parallel()
	b := setup(t)
	// Their days differ by one at every hour.
	for zone, tomorrow := range map[string]bool{"Pacific/Kiritimati": true, "Pacific/Pago_Pago": false} {
		b.join(zone, zone)
		a := b.add("Alpha", -75.5, 39.1)
		// Due on the day that it is on the line where days begin.
		b.exec(`update accounts set visit_interval_days = 10, last_visit_on = (now() at time zone 'Pacific/Pago_Pago')::date - 10 where id = $1`, a.ID)
		a, err := b.Get(b.ctx, a.ID)
		require.NoError(t, err)
		if tomorrow {
			require.Equal(t, CoverageOverdue, a.Coverage, zone)
		} else {
			require.Equal(t, CoverageDue, a.Coverage, zone)
		}
		require.Equal(t, 1, b.list(Filter{Coverage: []Coverage{a.Coverage}, Box: box(t, -80, 30, -70, 50)}, Page{}).Total)
	}
}

func TestCoverageTurnsOnTheDay(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.add("Alpha", -75.5, 39.1)
	for daysLeft, want := range map[int]Coverage{8: CoverageOnTrack, 7: CoverageDue, 0: CoverageDue, -1: CoverageOverdue} {
		b.visited(a.ID, 30-daysLeft, 30)
		now, err := b.Get(b.ctx, a.ID)
		require.NoError(t, err)
		require.Equal(t, want, now.Coverage, "%d days left", daysLeft)
	}
}

func TestTakingOverAnOpenProspectMakesAnAccountOfIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.prospect("Dover Bakery", "shop", -75.52, 39.16)
	other := b.prospect("Lewes Bakery", "shop", -75.14, 38.77)
	l, err := b.OpenProspects(b.ctx, ProspectFilter{}, Page{})
	require.NoError(t, err)
	require.Equal(t, 2, l.Total)

	a, err := b.TakeOver(b.repCtx, id, TakeOver{Class: ClassA})
	require.NoError(t, err)
	require.Equal(t, "Dover Bakery", a.Name)
	require.Equal(t, &b.rep, a.OwnerID)
	require.Equal(t, 14, a.VisitIntervalDays)
	require.Equal(t, &id, a.OpenProspectID)
	require.Equal(t, "https://shop.example", a.Website)
	require.Equal(t, "extract", a.Sites[0].Source)
	require.Equal(t, "Mo-Fr 09:00-17:00", a.Sites[0].OpeningHours)
	require.Equal(t, "7 Main Street 19901 Dover", strings.Join([]string{a.Sites[0].Housenumber, a.Sites[0].Street, a.Sites[0].Postcode, a.Sites[0].City}, " "))

	l, err = b.OpenProspects(b.ctx, ProspectFilter{}, Page{})
	require.NoError(t, err)
	require.Equal(t, []int64{other}, idsOf(l.Items))
	_, err = b.OpenProspect(b.ctx, id)
	refused(t, err, fault.NotFound)

	_, err = b.Archive(b.ctx, a.ID, a.Version)
	require.NoError(t, err)
	_, err = b.TakeOver(b.ctx, id, TakeOver{MayAssign: true})
	refused(t, err, fault.Conflict)
	require.Equal(t, a.ID, fault.Of(err).Current().(Account).ID, "the archived account is named")

	b.join("South", "UTC")
	l, err = b.OpenProspects(b.ctx, ProspectFilter{}, Page{})
	require.NoError(t, err)
	require.Equal(t, 2, l.Total, "another organisation has taken nothing over")
	_, err = b.TakeOver(b.ctx, 99_999, TakeOver{})
	refused(t, err, fault.NotFound)
	b.exec(`update open_prospects set gone = true where id = $1`, other)
	_, err = b.TakeOver(b.ctx, other, TakeOver{})
	refused(t, err, fault.NotFound)
}

func idsOf(items []OpenProspect) []int64 {
	out := []int64{}
	for _, o := range items {
		out = append(out, o.ID)
	}
	return out
}

func TestOfManyWhoTakeOneProspectOverOneGetsIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.prospect("Dover Bakery", "shop", -75.52, 39.16)
	const people = 6
	got := make([]Account, people)
	errs := make([]error, people)
	var wg sync.WaitGroup
	for i := range people {
		wg.Go(func() { got[i], errs[i] = b.TakeOver(b.ctx, id, TakeOver{MayAssign: true}) })
	}
	wg.Wait()
	won := int64(0)
	for i := range people {
		if errs[i] == nil {
			require.Zero(t, won, "only one")
			won = got[i].ID
		}
	}
	require.NotZero(t, won, errors.Join(errs...))
	for _, err := range errs {
		if err != nil {
			refused(t, err, fault.Conflict)
			require.Equal(t, won, fault.Of(err).Current().(Account).ID)
		}
	}
	require.Equal(t, 1, b.list(Filter{}, Page{}).Total)
}

// The oracle is the same expression evaluated in memory.
func TestOpenProspectsAreFoundByCQL2(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for i := range 6 {
		b.prospect([]string{"Dover Bakery", "Bakery 100%", "Zoo"}[i%3], []string{"shop", "craft"}[i%2], -75.5+float64(i)/100, 39.1)
	}
	require.NoError(t, b.db.Owner(t.Context(), func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `update open_prospects set city = case category when 'shop' then 'Dover' else '' end, kind = 'bakery'`)
		return err
	}))
	everything, err := b.OpenProspects(b.ctx, ProspectFilter{}, Page{})
	require.NoError(t, err)
	require.Equal(t, 6, everything.Total)
	for filter, want := range map[string]int{
		"name LIKE 'bakery%'": 2, `name LIKE '%100\%'`: 2, "name LIKE 'Z_o'": 2, "category = 'SHOP'": 3, "category <> 'shop'": 3,
		"city = 'dover' AND kind = 'bakery'": 3, "city <> 'Dover'": 0, "NOT (city = 'Dover')": 3, "city IS NULL": 3, "city IS NOT NULL OR name = 'Zoo'": 4,
		"name IN ('Zoo', 'dover bakery') AND category BETWEEN 'c' AND 'd'": 2, "name >= 'dover'": 4, "FALSE": 0, "TRUE": 6,
		"S_INTERSECTS(geometry, BBOX(-75.505, 39, -75.485, 40)) OR name = 'Zoo'": 4,
	} {
		e, err := cql2.Parse(filter)
		require.NoError(t, err, filter)
		test, err := NewProspectTest(filter, e)
		require.NoError(t, err, filter)
		found, err := b.OpenProspects(b.ctx, ProspectFilter{Test: test}, Page{})
		require.NoError(t, err, filter)
		expected := []int64{}
		for _, o := range everything.Items {
			row := map[string]any{"name": o.Name, "category": o.Category, "kind": o.Kind}
			if o.City != "" {
				row["city"] = o.City
			}
			if cql2.Holds(e, func(name string) any { return row[name] }, func(i *cql2.Intersects) bool { return i.Geometry.Bound().Contains(o.Point) }) {
				expected = append(expected, o.ID)
			}
		}
		ids := []int64{}
		for _, o := range found.Items {
			ids = append(ids, o.ID)
		}
		require.Equal(t, expected, ids, filter)
		require.Len(t, ids, want, filter)
	}
}

func TestOpenProspectsAreListedByNameOrBestMatch(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for i, name := range []string{"Zoo Café", "Dover Bakery", "älplermarkt", "Bakery Smith", "Auto Miller"} {
		category := []string{"shop", "craft"}[i%2]
		b.prospect(name, category, -75.5+float64(i)/100, 39.1)
	}
	read := func(f ProspectFilter) []string {
		out := []string{}
		p := Page{Limit: 2}
		for {
			l, err := b.OpenProspects(b.ctx, f, p)
			require.NoError(t, err)
			for _, o := range l.Items {
				out = append(out, o.Name)
			}
			if l.NextCursor == nil {
				require.Len(t, out, l.Total)
				return out
			}
			p.Cursor = *l.NextCursor
		}
	}
	require.Equal(t, []string{"älplermarkt", "Auto Miller", "Bakery Smith", "Dover Bakery", "Zoo Café"}, read(ProspectFilter{}))
	require.Equal(t, []string{"Bakery Smith", "Dover Bakery"}, read(ProspectFilter{Category: "craft"}))
	require.ElementsMatch(t, []string{"Bakery Smith", "Dover Bakery"}, read(ProspectFilter{Query: "bakery"}))
	require.Equal(t, []string{"Dover Bakery"}, read(ProspectFilter{Query: "bakery dover"}))
	require.Empty(t, read(ProspectFilter{Query: "' or true --"}))
	require.Empty(t, read(ProspectFilter{Query: "%"}))
	require.Equal(t, []string{"Dover Bakery", "Zoo Café"}, read(ProspectFilter{Box: box(t, -75.505, 39, -75.485, 40)}))
	_, err := b.OpenProspects(b.ctx, ProspectFilter{Category: "a\x00"}, Page{})
	refused(t, err, fault.Invalid)
}

func TestTheVersionChangesWithEveryWriteAndStaysOtherwise(t *testing.T) {
	t.Parallel()
	b := setup(t)
	version := func() string {
		v, err := b.Version(b.ctx)
		require.NoError(t, err)
		return v
	}
	last := version()
	changes := func(what string) {
		t.Helper()
		now := version()
		require.NotEqual(t, last, now, what)
		require.Equal(t, now, version())
		last = now
	}
	a := b.add("Alpha", -75.5, 39.1)
	changes("create")
	a, err := b.Update(b.ctx, a.ID, Changes{Version: a.Version, Name: ptr("Beta")})
	require.NoError(t, err)
	changes("update")
	_, err = b.Update(b.ctx, a.ID, Changes{Version: 1, Name: ptr("Late")})
	require.Error(t, err)
	require.Equal(t, last, version(), "a refused change changes nothing")
	a, err = b.DeleteSite(b.ctx, a.ID, a.Sites[0].ID)
	require.NoError(t, err)
	changes("delete a site")
	b.exec(`delete from accounts where id = $1`, a.ID)
	changes("delete by the one who runs the server")
	b.prospect("Bakery", "shop", 1, 1)
	changes("a new extract")

	// Many at once: none waits for another, and none is lost.
	before := version()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			_, err := b.Create(b.ctx, NewAccount{Name: fmt.Sprint("Account ", i), MayAssign: true})
			require.NoError(t, err)
		})
	}
	wg.Wait()
	require.NotEqual(t, before, version())
	var sum int
	b.sql(func(tx pgx.Tx) error {
		return tx.QueryRow(t.Context(), `select sum(changes) from account_changes where org_id = $1 and slot >= 0`, b.org).Scan(&sum)
	})
	require.Equal(t, 11, sum, "one for each transaction that wrote")
}

func TestAWriterInAnOpenTransactionHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	b := setup(t)
	x, y := b.add("X", 1, 1), b.add("Y", 2, 2)
	err := b.db.Tx(b.ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(b.ctx, `update accounts set notes = 'long import' where org_id = $1 and id = $2`, b.org, x.ID); err != nil {
			return err
		}
		_, err := b.Update(b.ctx, y.ID, Changes{Version: 1, Name: ptr("Y2")}) // on another connection
		return err
	})
	require.NoError(t, err)
}
