package territories

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/fault"
)

func TestFiguresOfTerritoriesAreThoseOfTheirCells(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.account("A", s.cell(0), 0, 100)
	s.account("B", s.cell(0), 0, 50)
	s.account("C", s.cell(7), 0, 450)
	s.account("D", s.cell(20), 0, 7)
	f, west, east := s.draft()
	require.Equal(t, []int64{west, east}, []int64{f.Territories[0].ID, f.Territories[1].ID})
	w, e := f.Territories[0], f.Territories[1]
	require.Equal(t, []float64{2, 150, 1, 450}, []float64{w.Figures.Accounts, w.Figures.Revenue, e.Figures.Accounts, e.Figures.Revenue})
	require.InDelta(t, -0.5, *w.Deviation.Revenue, 1e-12, "150 against a mean of 300")
	require.InDelta(t, 0.5, *f.Worst.Revenue, 1e-12)
	require.Equal(t, []float64{1, 7}, []float64{f.Gaps.Accounts, f.Gaps.Revenue})
	require.Equal(t, 1, f.GapCells)
	require.Equal(t, 1, w.Parts)
	require.Equal(t, "Rosa", w.OwnerName)
	require.InDelta(t, 2*365.0/90*30/60, w.Figures.VisitHours, 1e-9, "two accounts of class C: every 90 days for half an hour")
	require.Greater(t, w.Figures.DriveHours, 0.0)
	require.InDelta(t, w.Figures.VisitHours+w.Figures.DriveHours, w.Figures.Workload, 1e-9)

	cells, err := s.Cells(s.ctx, f.ID)
	require.NoError(t, err)
	sum := map[int64]float64{}
	for _, c := range cells.Cells {
		if c.Territory != nil {
			sum[*c.Territory] += c.Revenue
		} else {
			sum[0] += c.Revenue
		}
	}
	require.Equal(t, map[int64]float64{west: 150, east: 450, 0: 7}, sum, "what the browser adds up is what the server says")
}

func TestUndoAndRedoWalkThroughEveryStep(t *testing.T) {
	t.Parallel()
	s := setup(t)
	f, west, east := s.draft()
	before := s.get(f.ID).Territories
	e, err := s.Edit(s.ctx, f.ID, f.Version, []Edit{{s.cells(4, 4), &east}, {s.cells(10, 11), &west}, {s.cells(5, 5), nil}}, "try")
	require.NoError(t, err)
	require.Equal(t, 4, e.Changed)
	require.Equal(t, []int{6, 5}, []int{e.Territories[0].Cells, e.Territories[1].Cells})
	e, err = s.RemoveTerritory(s.ctx, f.ID, east, e.Version)
	require.NoError(t, err)
	require.Len(t, e.Territories, 1)
	after := s.get(f.ID).Territories

	e, err = s.Undo(s.ctx, f.ID, e.Version)
	require.NoError(t, err)
	require.Len(t, e.Territories, 2)
	require.Equal(t, "Dan", e.Territories[1].OwnerName, "with its members")
	e, err = s.Undo(s.ctx, f.ID, e.Version)
	require.NoError(t, err)
	require.Equal(t, before, s.get(f.ID).Territories)
	require.True(t, e.CanRedo)

	for range 2 {
		e, err = s.Redo(s.ctx, f.ID, e.Version)
		require.NoError(t, err)
	}
	require.Equal(t, after, s.get(f.ID).Territories)
	_, err = s.Redo(s.ctx, f.ID, e.Version)
	refused(t, err, fault.Conflict)

	// A step after undoing hides what was undone, and keeps it in the history.
	e, err = s.Undo(s.ctx, f.ID, e.Version)
	require.NoError(t, err)
	e, err = s.Edit(s.ctx, f.ID, e.Version, []Edit{{s.cells(12, 12), &west}}, "")
	require.NoError(t, err)
	_, err = s.Redo(s.ctx, f.ID, e.Version)
	refused(t, err, fault.Conflict)
	for e.CanUndo {
		e, err = s.Undo(s.ctx, f.ID, e.Version)
		require.NoError(t, err)
	}
	require.Empty(t, e.Territories, "back to the beginning")
	history, err := s.History(s.ctx, f.ID)
	require.NoError(t, err)
	steps := 0
	for _, h := range history {
		if h.Revision != nil {
			steps++
		}
	}
	require.Equal(t, 6, steps)
}

func TestOfTwoEditorsAtOnceOneHearsOfTheOther(t *testing.T) {
	t.Parallel()
	s := setup(t)
	f, west, east := s.draft()
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i, to := range []*int64{&west, &east} {
		wg.Go(func() {
			_, errs[i] = s.Edit(s.as([]int64{s.manager, s.other}[i], "manager"), f.ID, f.Version, []Edit{{s.cells(20, 30), to}}, "")
		})
	}
	wg.Wait()
	lost := errs[0]
	if lost == nil {
		lost = errs[1]
	}
	require.True(t, (errs[0] == nil) != (errs[1] == nil), "one of them: %v", errs)
	text := refused(t, lost, fault.Conflict)
	require.Regexp(t, "^(Marcus|Mona) has changed this alignment", text)
	require.Equal(t, f.Version+1, fault.Of(lost).Current().(Alignment).Version)
}

func TestAnEditOfTwentyThousandCells(t *testing.T) {
	t.Parallel()
	s := setup(t)
	f, west, east := s.draft()
	disk, err := hexgrid.Disk(s.cell(0), 81)
	require.NoError(t, err)
	require.Greater(t, len(disk), 19_900)
	e, err := s.Edit(s.ctx, f.ID, f.Version, []Edit{{disk, &west}}, "")
	require.NoError(t, err)
	require.Equal(t, len(disk), e.Territories[0].Cells)
	require.Equal(t, 1, e.Territories[0].Parts)
	require.Greater(t, *e.Territories[0].Compactness, 0.9, "nearly a disc")
	e, err = s.Edit(s.ctx, f.ID, e.Version, []Edit{{disk[:10_000], &east}}, "")
	require.NoError(t, err)
	e, err = s.Undo(s.ctx, f.ID, e.Version)
	require.NoError(t, err)
	require.Equal(t, len(disk), e.Territories[0].Cells)
	outlines, err := s.Outlines(s.ctx, f.ID)
	require.NoError(t, err)
	require.Len(t, outlines, 1)
	require.Len(t, outlines[0].Geometry, 1)
	require.Len(t, outlines[0].Geometry[0], 1, "no hole")
}

func TestWhatCannotBeEditedIsRefusedInWords(t *testing.T) {
	t.Parallel()
	s := setup(t)
	f, west, east := s.draft()
	_, err := s.Edit(s.ctx, f.ID, f.Version, []Edit{{[]hexgrid.Cell{s.cell(0).Children()[0]}, &west}}, "")
	require.Contains(t, refused(t, err, fault.Invalid), "resolution 7")
	_, err = s.Edit(s.ctx, f.ID, f.Version, []Edit{{s.cells(0, 0), ptr(int64(987654))}}, "")
	refused(t, err, fault.Invalid)
	_, err = s.Edit(s.ctx, f.ID+1000, 1, []Edit{{s.cells(0, 0), &west}}, "")
	refused(t, err, fault.NotFound)
	many := make([]hexgrid.Cell, MaxEditCells+1)
	_, err = s.Edit(s.ctx, f.ID, f.Version, []Edit{{many, &west}}, "")
	refused(t, err, fault.Invalid)

	e, err := s.ChangeTerritory(s.ctx, f.ID, west, f.Version, TerritoryChange{Locked: ptr(true)})
	require.NoError(t, err)
	for _, edit := range []Edit{{s.cells(0, 0), &east}, {s.cells(0, 0), nil}, {s.cells(30, 30), &west}} {
		_, err = s.Edit(s.ctx, f.ID, e.Version, []Edit{edit}, "")
		require.Contains(t, refused(t, err, fault.Invalid), "Unlock")
	}

	region, err := s.AddTerritory(s.ctx, f.ID, e.Version, NewTerritory{Name: "South", Level: "region"})
	require.NoError(t, err)
	id := region.Territories[2].ID
	_, err = s.Edit(s.ctx, f.ID, region.Version, []Edit{{s.cells(40, 40), &id}}, "")
	refused(t, err, fault.Invalid)
	up, err := s.ChangeTerritory(s.ctx, f.ID, east, region.Version, TerritoryChange{ParentID: ptr(&id)})
	require.NoError(t, err)
	require.Equal(t, 5, up.Territories[2].Cells, "a region has the cells of its territories")
	_, err = s.ChangeTerritory(s.ctx, f.ID, id, up.Version, TerritoryChange{ParentID: ptr(&east)})
	refused(t, err, fault.Invalid)
	_, err = s.ChangeTerritory(s.ctx, f.ID, id, up.Version, TerritoryChange{Level: ptr("territory")})
	refused(t, err, fault.Invalid)
	_, err = s.SetMembers(s.ctx, f.ID, east, up.Version, []Member{{UserID: s.a, Role: Owner}, {UserID: s.b, Role: Owner, FromDay: ptr("2027-01-01")}})
	require.Contains(t, refused(t, err, fault.Invalid), "Two owners")
	_, err = s.SetMembers(s.ctx, f.ID, east, up.Version, []Member{{UserID: s.a, Role: Owner, ToDay: ptr("2026-12-31")}, {UserID: s.b, Role: Owner, FromDay: ptr("2027-01-01")}})
	require.NoError(t, err)

	// What is not a draft stays as it is.
	f, err = s.Submit(s.ctx, f.ID, up.Version+1, "")
	require.NoError(t, err)
	_, err = s.Edit(s.ctx, f.ID, f.Version, []Edit{{s.cells(40, 40), &east}}, "")
	refused(t, err, fault.Conflict)
}
