package territories

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// field adds an account of the same revenue to every cell around one.
func (s *bundle) field(rings int) []hexgrid.Cell {
	s.t.Helper()
	disk, err := hexgrid.Disk(s.cell(5), rings)
	require.NoError(s.t, err)
	for _, c := range disk {
		s.account("In "+c.String(), c, 0, 1000)
	}
	return disk
}

func revenue(r BalanceRequest) BalanceRequest {
	r.Figures = []BalanceFigure{{Figure: "revenue", Weight: 1}}
	return r
}

func TestBalancingIsOneStepThatCanBeUndone(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.field(3) // 37 cells
	f, _, _ := s.draft()
	before := f.Territories
	f, err := s.Balance(s.ctx, f.ID, f.Version, revenue(BalanceRequest{Tolerance: 0.06, K: ptr(3), Seed: 7}))
	require.NoError(t, err)
	require.Equal(t, "done", f.Balance.State)
	require.Empty(t, f.Balance.Reasons, "37 accounts: 12, 12 and 13")
	require.Len(t, f.Territories, 3)
	require.Zero(t, f.GapCells)
	for _, territory := range f.Territories {
		require.Equal(t, 1, territory.Parts, territory.Name)
		require.InDelta(t, 12_333, territory.Figures.Revenue, 1_000)
	}
	require.Equal(t, "Rosa", f.Territories[0].OwnerName, "territories keep who works in them")

	// The same seed gives the same.
	again, err := s.Create(s.ctx, NewAlignment{Name: "Again", CopyOf: &f.ID})
	require.NoError(t, err)
	e, err := s.Undo(s.ctx, f.ID, f.Version)
	require.NoError(t, err)
	require.Equal(t, before, e.Territories)
	f, err = s.Balance(s.ctx, f.ID, e.Version, revenue(BalanceRequest{Tolerance: 0.06, K: ptr(3), Seed: 7}))
	require.NoError(t, err)
	comparison, err := s.Compare(s.ctx, f.ID, again.ID)
	require.NoError(t, err)
	require.Zero(t, comparison.ChangeHands.Accounts)
	require.Equal(t, again.Territories[0].Cells, f.Territories[0].Cells)
}

func TestBalancingKeepsWhatIsLockedAndChangesLittle(t *testing.T) {
	t.Parallel()
	s := setup(t)
	disk := s.field(3)
	f, west, east := s.draft()
	north := disk[0]
	e, err := s.AddTerritory(s.ctx, f.ID, f.Version, NewTerritory{Name: "Locked"})
	require.NoError(t, err)
	locked := e.Territories[2].ID
	e, err = s.Edit(s.ctx, f.ID, e.Version, []Edit{{[]hexgrid.Cell{north}, &locked}}, "")
	require.NoError(t, err)
	e, err = s.ChangeTerritory(s.ctx, f.ID, locked, e.Version, TerritoryChange{Locked: ptr(true)})
	require.NoError(t, err)
	keep := s.cell(4)
	if keep == north {
		keep = s.cell(3)
	}
	f, err = s.Balance(s.ctx, f.ID, e.Version, revenue(BalanceRequest{Tolerance: 0.06, FewestChanges: true, LockedCells: []hexgrid.Cell{keep}}))
	require.NoError(t, err)
	require.Empty(t, f.Balance.Reasons)
	require.Equal(t, 1, f.Territories[2].Cells)
	cells, err := s.Cells(s.ctx, f.ID)
	require.NoError(t, err)
	for _, c := range cells.Cells {
		if c.Cell == keep {
			require.Equal(t, west, *c.Territory)
		}
	}
	require.InDelta(t, 18_000, f.Territories[0].Figures.Revenue, 1_000)
	// Balanced already: nothing changes.
	version := f.Version
	f, err = s.Balance(s.ctx, f.ID, version, revenue(BalanceRequest{Tolerance: 0.06, FewestChanges: true}))
	require.NoError(t, err)
	require.LessOrEqual(t, f.Balance.Changed, 4)

	// A key account that is more than half of everything.
	key := s.account("Key", s.cell(5), 0, 100_000)
	e, err = s.Except(s.ctx, f.ID, key, f.Version, east, "")
	require.NoError(t, err)
	f, err = s.Balance(s.ctx, f.ID, e.Version, revenue(BalanceRequest{Tolerance: 0.05}))
	require.NoError(t, err)
	require.NotEmpty(t, f.Balance.Reasons)
	held := false
	for _, r := range f.Balance.Reasons {
		held = held || r.Why == "too_much_held" && *r.Territory == east && r.Name == "East"
	}
	require.True(t, held, "%+v", f.Balance.Reasons)
}

func TestASearchIsCancelledAndABalanceRefusedInWords(t *testing.T) {
	t.Parallel()
	s := setup(t)
	q := &queue{}
	s.Enqueue, s.ReportEvery = q.add, time.Millisecond
	f, _, _ := s.draft()
	_, err := s.Balance(s.ctx, f.ID, f.Version, revenue(BalanceRequest{}))
	require.Contains(t, refused(t, err, fault.Invalid), "nothing to balance")
	s.field(3)
	_, err = s.Balance(s.ctx, f.ID, f.Version, revenue(BalanceRequest{K: ptr(1)}))
	refused(t, err, fault.Invalid)
	_, err = s.Balance(s.ctx, f.ID, f.Version, BalanceRequest{Figures: []BalanceFigure{{Figure: "height"}}})
	refused(t, err, fault.Invalid)
	f, err = s.Balance(s.ctx, f.ID, f.Version, revenue(BalanceRequest{K: ptr(3)}))
	require.NoError(t, err)
	require.Equal(t, "queued", f.Balance.State)
	_, err = s.Undo(s.ctx, f.ID, f.Version)
	require.Contains(t, refused(t, err, fault.Conflict), "being balanced")
	ctx := postgres.WithActor(t.Context(), q.jobs[0].actor())

	// Cancelled while it runs: the search sees it within a millisecond and ends,
	// or had come to its end before.
	done := make(chan error, 1)
	go func() { done <- s.balance(ctx, q.jobs[0]) }()
	require.Eventually(t, func() bool { return s.get(f.ID).Balance.State == "running" || len(done) == 1 }, 30*time.Second, time.Millisecond)
	_, cancelErr := s.CancelBalance(s.ctx, f.ID)
	require.NoError(t, <-done)
	now := s.get(f.ID)
	if cancelErr == nil {
		require.Equal(t, "cancelled", now.Balance.State)
		require.Len(t, now.Territories, 2)
		require.NotNil(t, now.Balance.FinishedAt)
	} else {
		require.Equal(t, "done", now.Balance.State)
	}
	require.NoError(t, s.balance(ctx, q.jobs[0]), "the job does nothing once more")
	require.Equal(t, now.Balance, s.get(f.ID).Balance)

	// A server that is killed in the middle: the job begins again.
	f, err = s.Balance(s.ctx, f.ID, now.Version, revenue(BalanceRequest{K: ptr(3)}))
	require.NoError(t, err)
	dying, kill := context.WithCancel(ctx)
	kill()
	require.Error(t, s.balance(dying, q.jobs[1]))
	require.True(t, s.get(f.ID).Balance.running())
	require.NoError(t, s.balance(ctx, q.jobs[1]))
	require.Equal(t, "done", s.get(f.ID).Balance.State)
}
