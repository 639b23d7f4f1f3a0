package segments

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
	"github.com/waymark-crm/waymark/internal/testdb"
)

// bundle is an organisation with people of two teams.
type bundle struct {
	*Service
	t              *testing.T
	db             *testdb.DB
	org            int64
	ann, bob, cleo context.Context // ann and bob are of one team
}

func setup(t *testing.T) *bundle {
	t.Helper()
	b := &bundle{t: t, db: testdb.New(t)}
	b.Service = New(b.db.DB, accounts.New(b.db.DB))
	b.exec(func(tx pgx.Tx) error {
		return tx.QueryRow(t.Context(), `insert into organisations (name, slug) values ('North', 'north') returning org_id`).Scan(&b.org)
	})
	for i, who := range []*context.Context{&b.ann, &b.bob, &b.cleo} {
		team, user := int64(0), int64(0)
		b.exec(func(tx pgx.Tx) error {
			if err := tx.QueryRow(t.Context(), `insert into teams (org_id, name) values ($1, $2) on conflict (org_id, name) do update set name = excluded.name returning id`,
				b.org, fmt.Sprint("team ", i/2)).Scan(&team); err != nil {
				return err
			}
			return tx.QueryRow(t.Context(), `insert into users (org_id, email, name, role, team_id, password_hash) values ($1, $2 || '@x.example', $2, 'marketer', $3, 'x') returning id`,
				b.org, fmt.Sprint("person ", i), team).Scan(&user)
		})
		*who = postgres.WithActor(t.Context(), postgres.Actor{OrgID: b.org, UserID: user, TeamID: team, Role: "marketer"})
	}
	b.exec(func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `insert into accounts (org_id, name, status) select $1, 'Account ' || i, case when i <= 3 then 'customer' else 'prospect' end from generate_series(1, 5) i`, b.org)
		return err
	})
	return b
}

func (b *bundle) exec(fn func(tx pgx.Tx) error) {
	b.t.Helper()
	require.NoError(b.t, b.db.Owner(b.t.Context(), fn))
}

func (b *bundle) tree(text string) *accounts.Tree {
	b.t.Helper()
	tree, err := accounts.ParseTree([]byte(text))
	require.NoError(b.t, err)
	return tree
}

const customers = `{"field":"status","op":"in","value":["customer"]}`

func TestADynamicSegmentFollowsItsFilterAndItsHistoryTellsWhoCameAndWent(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s, err := b.Create(b.ann, Draft{Name: " Customers ", Kind: Dynamic, Filter: b.tree(customers)})
	require.NoError(t, err)
	require.Equal(t, []any{"Customers", 3, 3, 0}, []any{s.Name, s.Total, s.WithoutPlace, s.DoNotContact})
	b.exec(func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `update accounts set status = case name when 'Account 1' then 'former' when 'Account 4' then 'customer' when 'Account 5' then 'customer' else status end where org_id = $1`, b.org)
		return err
	})
	live, err := b.Get(b.ann, s.ID)
	require.NoError(t, err)
	require.Equal(t, 4, live.Total, "counted when somebody looks")
	require.NoError(t, b.CountAll(t.Context()))
	days, err := b.History(b.ann, s.ID)
	require.NoError(t, err)
	require.Len(t, days, 1)
	require.Equal(t, []int{3, 0, 0}, []int{days[0].Total, days[0].Joined, days[0].Left}, "once a day by itself")
	// The next day.
	b.exec(func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `update segment_days set day = day - 1`)
		return err
	})
	require.NoError(t, b.CountAll(t.Context()))
	days, err = b.History(b.ann, s.ID)
	require.NoError(t, err)
	require.Len(t, days, 2)
	require.Equal(t, []int{4, 2, 1}, []int{days[1].Total, days[1].Joined, days[1].Left})
	page, err := b.Members(b.ann, s.ID, accounts.Page{Sort: "name"})
	require.NoError(t, err)
	require.Equal(t, 4, page.Total)
	require.Equal(t, "Account 2", page.Items[0].Name)
}

func TestAStaticSegmentHasWhomPeoplePutIn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s, err := b.Create(b.ann, Draft{Name: "Picked", Kind: Static, Members: &Members{Filter: b.tree(customers)}})
	require.NoError(t, err)
	require.Equal(t, 3, s.Total)
	page, err := b.Members(b.ann, s.ID, accounts.Page{})
	require.NoError(t, err)
	first := page.Items[0].ID
	s, err = b.ChangeMembers(b.ann, s.ID, &Members{Filter: b.tree(`{"field":"name","op":"is","value":"Account 5"}`)}, &Members{IDs: []int64{first, 999_999}}, false)
	require.NoError(t, err)
	require.Equal(t, []int{3, 2}, []int{s.Total, s.Version})
	days, err := b.History(b.ann, s.ID)
	require.NoError(t, err)
	require.Equal(t, []int{3, 1, 1}, []int{days[0].Total, days[0].Joined, days[0].Left})
	// A filter may ask for it, and for its complement.
	n, err := b.book.Count(b.ann, accounts.Filter{Tree: b.tree(fmt.Sprintf(`{"field":"segment","op":"not_in","value":[%d]}`, s.ID))})
	require.NoError(t, err)
	require.Equal(t, 2, n)
	_, err = b.Update(b.ann, s.ID, Changes{Version: 2, Filter: new(*accounts.Tree)})
	require.Equal(t, fault.Invalid, fault.CodeOf(err))
}

func TestTakingAllOutOfASegmentIsUndoneOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s, err := b.Create(b.ann, Draft{Name: "Picked", Kind: Static, Shared: Team, Members: &Members{Filter: b.tree(customers)}})
	require.NoError(t, err)
	takeAll := func() int64 {
		s, err = b.ChangeMembers(b.ann, s.ID, nil, &Members{Filter: Of(s.ID)}, false)
		require.NoError(t, err)
		require.Zero(t, s.Total)
		require.NotNil(t, s.RemovalID)
		return *s.RemovalID
	}
	removal := takeAll()
	// Who is put in meanwhile stays, also who was in before.
	s, err = b.ChangeMembers(b.ann, s.ID, &Members{Filter: b.tree(`{"any":[{"field":"name","op":"is","value":"Account 1"},{"field":"name","op":"is","value":"Account 5"}]}`)}, nil, false)
	require.NoError(t, err)
	require.Nil(t, s.RemovalID, "nobody was taken out")
	_, err = b.PutBack(b.bob, s.ID, removal, false)
	require.Equal(t, fault.Forbidden, fault.CodeOf(err), "it is Ann's")
	_, err = b.PutBack(b.cleo, s.ID, removal, false)
	require.Equal(t, fault.NotFound, fault.CodeOf(err), "she does not see it")
	s, err = b.PutBack(b.ann, s.ID, removal, false)
	require.NoError(t, err)
	page, err := b.Members(b.ann, s.ID, accounts.Page{Sort: "name"})
	require.NoError(t, err)
	var names []string
	for _, row := range page.Items {
		names = append(names, row.Name)
	}
	require.Equal(t, []string{"Account 1", "Account 2", "Account 3", "Account 5"}, names)
	require.Equal(t, 4, s.Total)
	_, err = b.PutBack(b.ann, s.ID, removal, false)
	require.Equal(t, fault.NotFound, fault.CodeOf(err), "a second time there is nothing to put back")
	// Nor after a day.
	removal = takeAll()
	b.exec(func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `update segment_removals set created_at = now() - interval '25 hours' where id = $1`, removal)
		return err
	})
	_, err = b.PutBack(b.ann, s.ID, removal, false)
	require.Equal(t, fault.NotFound, fault.CodeOf(err))
}

func TestSegmentsAndViewsAreSeenByWhomTheyAreSharedWith(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for shared, seen := range map[Sharing][]bool{Own: {true, false, false}, Team: {true, true, false}, All: {true, true, true}} {
		s, err := b.Create(b.ann, Draft{Name: "S " + string(shared), Kind: Dynamic, Shared: shared, Filter: b.tree(customers)})
		require.NoError(t, err)
		v, err := b.CreateView(b.ann, View{Name: "V " + string(shared), Shared: shared, Filter: Of(s.ID), Sort: "-name", Columns: []string{"name", "custom.x"}, Map: json.RawMessage(`{"zoom":7}`)})
		require.NoError(t, err)
		for i, who := range []context.Context{b.ann, b.bob, b.cleo} {
			_, err := b.Get(who, s.ID)
			require.Equal(t, seen[i], err == nil, "%s, person %d", shared, i)
			_, err = b.book.Count(who, accounts.Filter{Tree: Of(s.ID)})
			require.Equal(t, seen[i], err == nil, "%s in a filter, person %d", shared, i)
			views, err := b.Views(who)
			require.NoError(t, err)
			there := false
			for _, w := range views {
				there = there || w.ID == v.ID
			}
			require.Equal(t, seen[i], there)
			if i > 0 {
				_, err = b.Update(who, s.ID, Changes{Version: 1, Name: &v.Name})
				require.Equal(t, map[bool]fault.Code{true: fault.Forbidden, false: fault.NotFound}[seen[i]], fault.CodeOf(err))
				err = b.DeleteView(who, v.ID, false)
				require.Equal(t, map[bool]fault.Code{true: fault.Forbidden, false: fault.NotFound}[seen[i]], fault.CodeOf(err))
			}
		}
	}
}

func TestMeInASegmentIsItsOwnerWhoeverLooks(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ann, _ := postgres.ActorFrom(b.ann)
	b.exec(func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `update accounts set owner_id = $2 where org_id = $1 and name <= 'Account 2'`, b.org, ann.UserID)
		return err
	})
	s, err := b.Create(b.ann, Draft{Name: "Mine", Kind: Dynamic, Shared: All, Filter: b.tree(`{"field":"ownerId","op":"in","value":["me"]}`)})
	require.NoError(t, err)
	require.Equal(t, 2, s.Total)
	s, err = b.Get(b.cleo, s.ID)
	require.NoError(t, err)
	require.Equal(t, 2, s.Total)
}

func TestSegmentsThatAskForEachOtherAreRefusedAndChangesOfOldVersionsToo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a, err := b.Create(b.ann, Draft{Name: "A", Kind: Dynamic, Filter: b.tree(customers)})
	require.NoError(t, err)
	c, err := b.Create(b.ann, Draft{Name: "B", Kind: Dynamic, Filter: Of(a.ID)})
	require.NoError(t, err)
	for _, filter := range []*accounts.Tree{Of(a.ID), Of(c.ID)} {
		_, err = b.Update(b.ann, a.ID, Changes{Version: 1, Filter: &filter})
		require.Equal(t, fault.Invalid, fault.CodeOf(err), "%v", err)
	}
	same, err := b.Get(b.ann, a.ID)
	require.NoError(t, err)
	require.Equal(t, []int{3, 1}, []int{same.Total, same.Version}, "it is as it was")
	name := "again"
	d, err := b.Create(b.ann, Draft{Name: "D", Kind: Dynamic})
	require.NoError(t, err)
	require.Equal(t, 5, d.Total)
	_, err = b.Update(b.ann, d.ID, Changes{Version: 1, Name: &name})
	require.NoError(t, err)
	_, err = b.Update(b.ann, d.ID, Changes{Version: 1, Name: &name})
	require.Equal(t, fault.Conflict, fault.CodeOf(err))
	require.IsType(t, Segment{}, fault.Of(err).Current())
	for _, wrong := range []Draft{{Name: "", Kind: Dynamic}, {Name: "x", Kind: "other"}, {Name: "x\x00", Kind: Dynamic}, {Name: "x", Kind: Static, Filter: b.tree(customers)},
		{Name: "x", Kind: Dynamic, Members: &Members{IDs: []int64{1}}}, {Name: "x", Kind: Static, Members: &Members{}}, {Name: "x", Kind: Dynamic, Shared: "world"},
		{Name: "x", Kind: Dynamic, Filter: b.tree(`{"field":"custom.gone","op":"is","value":"1"}`)}} {
		_, err := b.Create(b.ann, wrong)
		require.Equal(t, fault.Invalid, fault.CodeOf(err), "%+v: %v", wrong, err)
	}
}
