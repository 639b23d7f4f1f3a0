package territories

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/fault"
)

// moves pages through the list, two at a time.
func (s *bundle) moves(id int64, q MovesQuery) (found []Move) {
	s.t.Helper()
	q.Limit = 2
	for {
		page, err := s.Moves(s.ctx, id, q)
		require.NoError(s.t, err)
		require.LessOrEqual(s.t, len(page.Items), q.Limit)
		found = append(found, page.Items...)
		if !page.More {
			require.Len(s.t, found, page.Total)
			return found
		}
		q.After, q.Known = page.Items[len(page.Items)-1].AccountID, page.Total
	}
}

func TestEveryFigureOfAComparisonHasTheAccountsThatItCounts(t *testing.T) {
	t.Parallel()
	s := setup(t)
	// Two in each cell from 0 to 11; those of 10 and 11 belong to none.
	for n := range 12 {
		s.account("One", s.cell(n), s.a, float64(n))
		s.account("Other", s.cell(n), s.b, 10)
	}
	f, west, east := s.draft()
	s.publish(f)
	next, err := s.Create(s.ctx, NewAlignment{Name: "Second", CopyOf: &f.ID})
	require.NoError(t, err)
	e, err := s.AddTerritory(s.ctx, next.ID, next.Version, NewTerritory{Name: "Nobody's"})
	require.NoError(t, err)
	nobodys := e.Territories[len(e.Territories)-1].ID
	e, err = s.Edit(s.ctx, next.ID, e.Version, []Edit{{s.cells(0, 1), &east}, {s.cells(9, 9), nil}, {s.cells(8, 8), &nobodys}, {s.cells(10, 10), &west}}, "")
	require.NoError(t, err)
	key := s.account("Key", s.cell(6), s.b, 100)
	_, err = s.Except(s.ctx, next.ID, key, e.Version, west, "")
	require.NoError(t, err)

	c, err := s.Compare(s.ctx, next.ID, 0)
	require.NoError(t, err)
	require.Equal(t, []int{11, 7}, []int{c.ChangeTerritory.Accounts, c.ChangeHands.Accounts}, "cells 0, 1, 8, 9, 10 and the key account; without 8 and 9, which get no owner")
	same := func(figure Moved, q MovesQuery) {
		t.Helper()
		var counted Moved
		for _, m := range s.moves(next.ID, q) {
			counted.Accounts++
			counted.Revenue += m.Revenue
		}
		require.Equal(t, []any{figure.Accounts, figure.Revenue}, []any{counted.Accounts, counted.Revenue})
	}
	same(c.ChangeTerritory, MovesQuery{Change: ChangeTerritory})
	same(c.ChangeHands, MovesQuery{Change: ChangeOwner})
	require.Len(t, c.Territories, 3)
	for _, each := range c.Territories {
		same(each.Gained, MovesQuery{Change: ChangeTerritory, To: each.ID})
		same(each.Lost, MovesQuery{Change: ChangeTerritory, From: each.ID})
	}
	require.Len(t, c.Reps, 2)
	for _, each := range c.Reps {
		same(each.Gained, MovesQuery{Change: ChangeOwner, ToOwner: each.UserID})
		same(each.Lost, MovesQuery{Change: ChangeOwner, FromOwner: each.UserID})
	}
	for _, each := range c.Territories {
		require.EqualValues(t, each.After.Figures.Accounts, len(s.moves(next.ID, MovesQuery{Change: ChangeNone, To: each.ID})))
	}
	_, err = s.Moves(s.ctx, next.ID, MovesQuery{Limit: 1, Change: "colour"})
	require.Contains(t, refused(t, err, fault.Invalid), "no such change")
}
