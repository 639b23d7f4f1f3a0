package territories

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/fault"
)

func TestALockedCellKeepsItsTerritoryWhoeverChangesTheDraft(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.field(3)
	f, west, east := s.draft()
	keep, unowned := s.cell(4), s.cell(20)
	version := f.Version
	e, err := s.LockCells(s.ctx, f.ID, version, []hexgrid.Cell{keep, unowned}, true)
	require.NoError(t, err)
	require.ElementsMatch(t, []hexgrid.Cell{keep, unowned}, e.LockedCells)
	require.Greater(t, e.Version, version)
	_, err = s.LockCells(s.ctx, f.ID, version, []hexgrid.Cell{keep}, false)
	require.Equal(t, fault.Conflict, fault.Of(err).Code())

	_, err = s.Edit(s.ctx, f.ID, e.Version, []Edit{{[]hexgrid.Cell{keep}, &east}}, "")
	require.Equal(t, fault.Invalid, fault.Of(err).Code())
	_, err = s.Edit(s.ctx, f.ID, e.Version, []Edit{{[]hexgrid.Cell{unowned}, &east}}, "")
	require.Equal(t, fault.Invalid, fault.Of(err).Code())

	f, err = s.Balance(s.ctx, f.ID, e.Version, revenue(BalanceRequest{Tolerance: 0.1}))
	require.NoError(t, err)
	require.Equal(t, "done", f.Balance.State, f.Balance.Error)
	owner := func(id int64, c hexgrid.Cell) int64 {
		cells, err := s.Cells(s.ctx, id)
		require.NoError(t, err)
		for _, each := range cells.Cells {
			if each.Cell == c && each.Territory != nil {
				return *each.Territory
			}
		}
		return 0
	}
	require.Equal(t, west, owner(f.ID, keep))
	require.Zero(t, owner(f.ID, unowned))

	copied, err := s.Create(s.ctx, NewAlignment{Name: "Copy", CopyOf: &f.ID})
	require.NoError(t, err)
	require.Equal(t, f.LockedCells, copied.LockedCells)
	e, err = s.LockCells(s.ctx, copied.ID, copied.Version, []hexgrid.Cell{keep}, false)
	require.NoError(t, err)
	e, err = s.Edit(s.ctx, copied.ID, e.Version, []Edit{{[]hexgrid.Cell{keep}, &east}}, "")
	require.NoError(t, err)
	require.Equal(t, 1, e.Changed)

	history, err := s.History(s.ctx, f.ID)
	require.NoError(t, err)
	told := 0
	for _, entry := range history {
		if entry.What == "cells_locked" {
			told++
		}
	}
	require.Equal(t, 1, told)
}
