package territories

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/identity"
)

// names of the accounts that a filter means, in the eyes of somebody.
func (s *bundle) names(user int64, role string, f accounts.Filter) []string {
	s.t.Helper()
	page, err := s.book.List(s.as(user, role), f, accounts.Page{Sort: "name", Limit: 50})
	require.NoError(s.t, err)
	out := []string{}
	for _, r := range page.Items {
		out = append(out, r.Name)
	}
	require.Len(s.t, out, page.Total, "the total is what the list holds")
	return out
}

func TestAFilterAsksForATerritoryOrARegionOfSuch(t *testing.T) {
	t.Parallel()
	s := setup(t)
	f, west, east := s.draft()
	e, err := s.AddTerritory(s.ctx, f.ID, f.Version, NewTerritory{Name: "South", Level: "region"})
	require.NoError(t, err)
	south := e.Territories[2].ID
	e, err = s.ChangeTerritory(s.ctx, f.ID, east, e.Version, TerritoryChange{ParentID: ptr(&south)})
	require.NoError(t, err)
	s.account("A", s.cell(1), s.manager, 0)
	s.account("B", s.cell(6), s.manager, 0)
	s.account("C", s.cell(7), s.manager, 0)
	s.account("D", s.cell(30), s.manager, 0)
	f.Version = e.Version
	s.publish(f)
	for territory, want := range map[int64][]string{0: {"A", "B", "C", "D"}, west: {"A"}, east: {"B", "C"}, south: {"B", "C"}, 987654: {}} {
		require.Equal(t, want, s.names(s.manager, "manager", accounts.Filter{Territory: territory}))
	}
	tree := func(text string) accounts.Filter {
		tree, err := accounts.ParseTree([]byte(text))
		require.NoError(t, err)
		return accounts.Filter{Tree: tree}
	}
	require.Equal(t, []string{"D"}, s.names(s.manager, "manager", tree(`{"field":"territoryId","op":"is_empty"}`)))
	require.Equal(t, []string{"A", "B", "C"}, s.names(s.manager, "manager", tree(`{"field":"territoryId","op":"not_empty"}`)))
	fields, err := s.book.Fields(s.ctx)
	require.NoError(t, err)
	for _, field := range fields {
		if field.Key == "territoryId" {
			require.Len(t, field.Choices, 3)
		}
	}
}

func TestWhoSeesTheirTerritoriesSeesTheirAccountsAndNoOthers(t *testing.T) {
	t.Parallel()
	s := setup(t)
	in, out := s.account("In the west", s.cell(1), s.manager, 0), s.account("In the east", s.cell(6), s.manager, 0)
	s.account("Rosa's own, elsewhere", s.cell(30), s.a, 0)
	f, west, east := s.draft()
	// Rosa supports the west until yesterday, and covers the east from today on.
	day := func(days int) *string {
		return ptr(time.Now().UTC().AddDate(0, 0, days).Format(time.DateOnly))
	}
	e, err := s.SetMembers(s.ctx, f.ID, west, f.Version, []Member{{UserID: s.a, Role: Support, ToDay: day(2)}, {UserID: s.b, Role: Owner, FromDay: day(3)}})
	require.NoError(t, err)
	e, err = s.SetMembers(s.ctx, f.ID, east, e.Version, []Member{{UserID: s.a, Role: Cover, FromDay: day(3)}})
	require.NoError(t, err)
	f.Version = e.Version
	f = s.publish(f)
	people := identity.New(s.db.DB, identity.Options{})
	_, err = people.SetAccessRules(s.as(s.admin, "admin"), []identity.AccessRule{{Role: identity.RoleRep, Sees: identity.ReachTerritory, Edits: identity.ReachTerritory}})
	require.NoError(t, err)

	require.Equal(t, []string{"In the west", "Rosa's own, elsewhere"}, s.names(s.a, "rep", accounts.Filter{}))
	require.Empty(t, s.names(s.b, "rep", accounts.Filter{}), "Dan's days have not come")
	require.Equal(t, []string{"In the west"}, s.names(s.a, "rep", accounts.Filter{Query: "west"}), "the search too")
	_, err = s.book.Update(s.as(s.a, "rep"), in, accounts.Changes{Version: 1, Name: ptr("In the far west")})
	require.NoError(t, err)
	_, err = s.book.Get(s.as(s.a, "rep"), out)
	refused(t, err, "not_found")

	access, err := people.AccountAccess(s.ctx, in)
	require.NoError(t, err)
	why := map[string]string{}
	for _, p := range access.People {
		why[p.Name] = p.Why
	}
	require.Equal(t, map[string]string{"Ada": "admin", "Marcus": "role", "Mona": "role", "Rosa": "territory", "Dan": "not_theirs"}, why)

	// A member more of the live territory counts at once.
	_, err = s.SetMembers(s.ctx, f.ID, east, f.Version, []Member{{UserID: s.b, Role: Support}})
	require.NoError(t, err)
	require.Equal(t, []string{"In the east"}, s.names(s.b, "rep", accounts.Filter{}))
	// What Rosa sees of an alignment is what she sees elsewhere.
	seen, err := s.Get(s.as(s.a, "rep"), f.ID)
	require.NoError(t, err)
	require.Equal(t, 1.0, seen.Totals.Accounts)

	_, err = people.SetAccessRules(s.as(s.admin, "admin"), []identity.AccessRule{{Role: identity.RoleRep, Sees: identity.ReachTerritory, Edits: identity.ReachTeam}})
	refused(t, err, "invalid")
	_, err = people.SetAccessRules(s.as(s.admin, "admin"), []identity.AccessRule{{Role: identity.RoleRep, Sees: identity.ReachTerritory, Edits: identity.ReachOwn}})
	require.NoError(t, err)
}

func TestANewAccountGoesToTheOwnerOfItsTerritory(t *testing.T) {
	t.Parallel()
	s := setup(t)
	f, _, _ := s.draft()
	before := s.account("Before", s.cell(1), 0, 0)
	s.publish(f)
	require.Equal(t, "Rosa in West", s.belongs(before), "published")
	require.Equal(t, "Rosa in West", s.belongs(s.account("New", s.cell(1), 0, 0)))
	require.Equal(t, "Marcus in West", s.belongs(s.account("Marcus's", s.cell(1), s.manager, 0)))
	require.Equal(t, "nobody in none", s.belongs(s.account("Outside", s.cell(30), 0, 0)))
	// One that is taken away from everybody stays nobody's when it moves.
	free := s.account("Free", s.cell(30), 0, 0)
	s.exec(`update sites set cell = $2 where account_id = $1`, free, int64(s.cell(6).Children()[0].Children()[0].Children()[0].Children()[0].Children()[0]))
	require.Equal(t, "nobody in East", s.belongs(free))
}

func TestAnOwnerWhoseDaysAreOverHandsOver(t *testing.T) {
	t.Parallel()
	s := setup(t)
	a, mine := s.account("A", s.cell(1), 0, 0), s.account("Marcus keeps it", s.cell(1), 0, 0)
	f, west, _ := s.draft()
	f = s.publish(f)
	s.exec(`update accounts set owner_id = $2, version = version + 1 where id = $1`, mine, s.manager)
	require.NoError(t, s.Upkeep(t.Context()))
	require.EqualValues(t, 1, s.number(`select count(*) from batches`), "nothing to do")
	_, err := s.SetMembers(s.ctx, f.ID, west, f.Version, []Member{{UserID: s.b, Role: Owner}})
	require.NoError(t, err)
	require.Equal(t, "Rosa in West", s.belongs(a))
	for range 2 {
		require.NoError(t, s.Upkeep(t.Context()))
	}
	require.Equal(t, []string{"Dan in West", "Marcus in West"}, []string{s.belongs(a), s.belongs(mine)})
	require.EqualValues(t, 2, s.number(`select count(*) from batches`))
	// A handover that was cut off goes on.
	s.exec(`update accounts set owner_id = $2 where id = $1`, a, s.a)
	s.exec(`update batches set state = 'running', done = 0, changed = 0 where id = (select max(id) from batches)`)
	s.exec(`update batch_accounts set state = 'waiting' where batch_id = (select max(id) from batches)`)
	require.NoError(t, s.Upkeep(t.Context()))
	require.Equal(t, "Dan in West", s.belongs(a))
}

func TestAPublicationThatStoodStillIsTakenUp(t *testing.T) {
	t.Parallel()
	s := setup(t)
	q := &queue{}
	s.Enqueue = q.add
	a := s.account("A", s.cell(1), 0, 0)
	f, _, _ := s.draft()
	f = s.approved(f)
	when := time.Now().Add(time.Hour)
	f, err := s.Publish(s.ctx, f.ID, f.Version, &when)
	require.NoError(t, err)
	require.NoError(t, s.Upkeep(t.Context()))
	require.Equal(t, Scheduled, s.get(f.ID).State, "its time has not come")
	s.exec(`update alignments set publish_at = now() - interval '1 hour'`)
	require.NoError(t, s.Upkeep(t.Context()))
	require.Equal(t, Publishing, s.get(f.ID).State)
	require.NoError(t, s.failed(s.as(s.admin, "admin"), q.jobs[1], "The disk was full."))
	require.Equal(t, "The disk was full.", s.get(f.ID).Progress.Error)
	require.NoError(t, s.Upkeep(t.Context()))
	require.Equal(t, Live, s.get(f.ID).State)
	require.Equal(t, "Rosa in West", s.belongs(a))
}
