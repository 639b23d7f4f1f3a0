package territories

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

func TestPublishingGivesAccountsToTheOwnersOfTheirTerritories(t *testing.T) {
	t.Parallel()
	s := setup(t)
	first := s.account("In the west", s.cell(1), s.b, 0)
	key := s.account("Key account in the west", s.cell(2), s.b, 0)
	right := s.account("In the east", s.cell(7), s.b, 0)
	outside := s.account("Outside", s.cell(30), s.b, 0)
	f, west, east := s.draft()
	e, err := s.Except(s.ctx, f.ID, key, f.Version, east, "Dan knows them")
	require.NoError(t, err)
	require.Equal(t, 1.0, e.Territories[1].Held.Accounts)
	f = s.get(f.ID)
	require.Equal(t, "Dan in none", s.belongs(first))

	list, err := s.Moves(s.ctx, f.ID, MovesQuery{Limit: 10, Hands: true})
	require.NoError(t, err)
	require.Equal(t, 1, list.Total)
	moves := list.Items
	require.Equal(t, []any{first, "Dan", "Rosa", west}, []any{moves[0].AccountID, moves[0].OwnerName, moves[0].ToOwnerName, *moves[0].ToTerritory})

	f = s.publish(f)
	require.Equal(t, "Rosa in West", s.belongs(first))
	require.Equal(t, "Dan in East", s.belongs(key))
	require.Equal(t, "Dan in East", s.belongs(right))
	require.Equal(t, "Dan in none", s.belongs(outside))
	require.NotNil(t, f.BatchID)
	batch, err := s.book.Batch(s.ctx, *f.BatchID)
	require.NoError(t, err)
	require.Equal(t, []any{"done", 1, 1}, []any{batch.State, batch.Total, batch.Changed})

	live, err := s.Live(s.as(s.a, "rep"))
	require.NoError(t, err)
	require.Equal(t, []bool{true, false}, []bool{live.Items[0].Mine, live.Items[1].Mine})
}

func TestALiveTerritoryKeepsUpWithItsAccounts(t *testing.T) {
	t.Parallel()
	s := setup(t)
	f, _, east := s.draft()
	f = s.publish(f)
	a := s.account("New", s.cell(3), 0, 0)
	require.Equal(t, "Rosa in West", s.belongs(a))

	account, err := s.book.Get(s.ctx, a)
	require.NoError(t, err)
	at, err := hexgrid.Centre(s.cell(6))
	require.NoError(t, err)
	_, err = s.book.UpdateSite(s.ctx, a, account.Sites[0].ID, accounts.SiteChanges{Point: &at})
	require.NoError(t, err)
	require.Equal(t, "Rosa in East", s.belongs(a))
	version := s.number(`select version from accounts where id = $1`, a)

	// A second site is a copy's bearer, and takes over when it becomes the first.
	second, err := hexgrid.Centre(s.cell(30))
	require.NoError(t, err)
	_, err = s.book.AddSite(s.ctx, a, accounts.NewSite{Point: &second})
	require.NoError(t, err)
	require.Equal(t, "Rosa in East", s.belongs(a))
	s.exec(`update sites set is_primary = false where account_id = $1`, a)
	s.exec(`update sites set is_primary = true where account_id = $1 and cell <> (select min(cell) from sites where account_id = $1 and territory_id is not null and id = (select min(id) from sites where account_id = $1))`, a)
	require.Equal(t, "Rosa in none", s.belongs(a))
	require.Equal(t, version+1, s.number(`select version from accounts where id = $1`, a), "what it belongs to is no change of an account")

	e, err := s.Except(s.ctx, f.ID, a, f.Version, east, "")
	require.NoError(t, err)
	require.Equal(t, "Rosa in East", s.belongs(a))
	_, err = s.Unexcept(s.ctx, f.ID, a, e.Version)
	require.NoError(t, err)
	require.Equal(t, "Rosa in none", s.belongs(a))
	s.exec(`delete from sites where account_id = $1`, a)
	require.Equal(t, "Rosa in none", s.belongs(a))
}

func TestAPublicationIsUndoneAccountByAccount(t *testing.T) {
	t.Parallel()
	s := setup(t)
	f, west, east := s.draft()
	a, b := s.account("A", s.cell(1), s.a, 0), s.account("B", s.cell(2), s.a, 0)
	f = s.publish(f)
	next, err := s.Create(s.ctx, NewAlignment{Name: "Second", CopyOf: &f.ID})
	require.NoError(t, err)
	e, err := s.Edit(s.ctx, next.ID, next.Version, []Edit{{s.cells(1, 2), &east}}, "")
	require.NoError(t, err)
	comparison, err := s.Compare(s.ctx, next.ID, 0)
	require.NoError(t, err)
	require.Equal(t, 2, comparison.ChangeHands.Accounts)
	require.Equal(t, 2, comparison.CellsMoved)
	require.Equal(t, []int{2, 2}, []int{comparison.Territories[0].Lost.Accounts, comparison.Territories[1].Gained.Accounts})
	next.Version = e.Version
	next = s.publish(next)
	require.Equal(t, []string{"Dan in East", "Dan in East"}, []string{s.belongs(a), s.belongs(b)})
	require.Equal(t, Archived, s.get(f.ID).State)

	// Somebody gives one of them to another; that stays.
	s.exec(`update accounts set owner_id = $2, version = version + 1 where id = $1`, b, s.manager)
	next, err = s.Withdraw(s.ctx, next.ID, next.Version)
	require.NoError(t, err)
	require.Equal(t, Approved, next.State)
	require.Equal(t, Live, s.get(f.ID).State)
	require.Equal(t, "Rosa in West", s.belongs(a))
	require.Equal(t, "Marcus in West", s.belongs(b))
	batch, err := s.book.Batch(s.ctx, *next.BatchID)
	require.NoError(t, err)
	require.Equal(t, []any{"undone", 1, 1}, []any{batch.State, batch.Restored, batch.Skipped})

	// And it can be published again.
	next, err = s.Publish(s.ctx, next.ID, next.Version, nil)
	require.NoError(t, err)
	require.Equal(t, Live, next.State)
	require.Equal(t, "Dan in East", s.belongs(a))
	_ = west
}

func TestOfTwoPublicationsAtOnceOneWins(t *testing.T) {
	t.Parallel()
	s := setup(t)
	q := &queue{}
	s.Enqueue = q.add
	a := s.account("A", s.cell(1), s.b, 0)
	one, _, _ := s.draft()
	two, err := s.Create(s.ctx, NewAlignment{Name: "Two", CopyOf: &one.ID})
	require.NoError(t, err)
	one, two = s.approved(one), s.approved(two)
	var wg sync.WaitGroup
	errs := make([]error, 4)
	var guard sync.Mutex
	s.Enqueue = func(ctx context.Context, tx pgx.Tx, job Job, at *time.Time) error {
		guard.Lock()
		defer guard.Unlock()
		return q.add(ctx, tx, job, at)
	}
	for i, f := range []*Full{one, two, one, two} {
		wg.Go(func() { _, errs[i] = s.Publish(s.ctx, f.ID, f.Version, nil) })
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else {
			refused(t, err, fault.Conflict)
		}
	}
	require.Equal(t, 1, won)
	require.Len(t, q.jobs, 1)
	require.EqualValues(t, 1, s.number(`select count(*) from alignments where state = 'publishing'`))
	// The job is done twice, as after a server was killed: once is enough.
	ctx := postgres.WithActor(t.Context(), q.jobs[0].actor())
	require.NoError(t, s.workOff(ctx, q.jobs[0].AlignmentID))
	require.NoError(t, s.workOff(ctx, q.jobs[0].AlignmentID))
	require.Equal(t, "Rosa in West", s.belongs(a))
	require.EqualValues(t, 1, s.number(`select count(*) from batches`))
	require.EqualValues(t, 2, s.number(`select version from accounts where id = $1`, a))
}

// TestAPublicationThatIsKilledGoesOn cuts it off after each of its transactions.
func TestAPublicationThatIsKilledGoesOn(t *testing.T) {
	t.Parallel()
	s := setup(t)
	q := &queue{}
	s.Enqueue = q.add
	a, b := s.account("A", s.cell(1), s.b, 0), s.account("B", s.cell(7), s.a, 0)
	f, _, _ := s.draft()
	f = s.approved(f)
	f, err := s.Publish(s.ctx, f.ID, f.Version, nil)
	require.NoError(t, err)
	require.Equal(t, Publishing, f.State)
	ctx := postgres.WithActor(t.Context(), q.jobs[0].actor())
	killed := errors.New("killed")
	phases := []string{}
	for range 10 {
		h := s.get(f.ID)
		if h.State != Publishing {
			break
		}
		phases = append(phases, h.Progress.Phase)
		// One step, then another that is rolled back, as of a server that dies in it.
		step := func(end error) {
			err := s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
				h, err := loadHead(ctx, tx, actor, f.ID, true)
				if err != nil {
					return err
				}
				if h.work.Phase == assigning {
					err = finish(ctx, tx, actor, f.ID)
				} else {
					err = s.workOn(ctx, tx, actor, &h)
				}
				return errors.Join(err, end)
			})
			require.True(t, end == nil && err == nil || errors.Is(err, end), "%v", err)
		}
		step(killed)
		if h.Progress.Phase == assigning {
			break
		}
		step(nil)
	}
	require.Equal(t, []string{settling, settling, collecting, assigning}, phases)
	require.NoError(t, s.workOff(ctx, f.ID))
	require.Equal(t, []string{"Rosa in West", "Dan in East"}, []string{s.belongs(a), s.belongs(b)})
	require.EqualValues(t, 1, s.number(`select count(*) from batches`))
	require.Equal(t, Live, s.get(f.ID).State)
}

func TestAPublicationAtATimeHappensOnceAndNotWhenWithdrawn(t *testing.T) {
	t.Parallel()
	s := setup(t)
	q := &queue{}
	s.Enqueue = q.add
	f, _, _ := s.draft()
	f = s.approved(f)
	when := time.Now().Add(48 * time.Hour)
	f, err := s.Publish(s.ctx, f.ID, f.Version, &when)
	require.NoError(t, err)
	require.Equal(t, Scheduled, f.State)
	require.WithinDuration(t, when, *q.at[0], time.Second)
	first := q.jobs[0]
	f, err = s.Withdraw(s.ctx, f.ID, f.Version)
	require.NoError(t, err)
	require.Equal(t, Approved, f.State)
	f, err = s.Publish(s.ctx, f.ID, f.Version, &when)
	require.NoError(t, err)

	ctx := postgres.WithActor(t.Context(), first.actor())
	require.NoError(t, s.due(ctx, first))
	require.Equal(t, Scheduled, s.get(f.ID).State, "the job of the date that was withdrawn does nothing")
	for range 2 {
		require.NoError(t, s.due(ctx, q.jobs[1]))
	}
	require.Equal(t, Publishing, s.get(f.ID).State)
	require.Len(t, q.jobs, 3, "and the work is stored once")
	require.NoError(t, s.workOff(ctx, f.ID))
	require.Equal(t, Live, s.get(f.ID).State)
}

func TestWhoSendsAnAlignmentForApprovalDoesNotApproveIt(t *testing.T) {
	t.Parallel()
	s := setup(t)
	f, _, _ := s.draft()
	_, err := s.Publish(s.ctx, f.ID, f.Version, nil)
	refused(t, err, fault.Conflict)
	f, err = s.Submit(s.ctx, f.ID, f.Version, "please")
	require.NoError(t, err)
	require.False(t, f.MayApprove)
	_, err = s.Approve(s.ctx, f.ID, f.Version, "")
	refused(t, err, fault.Forbidden)
	f, err = s.Reject(s.as(s.other, "manager"), f.ID, f.Version, "The south is too large.")
	require.NoError(t, err)
	require.Equal(t, []any{Draft, "The south is too large.", "Mona"}, []any{f.State, f.DecisionNote, f.DecidedByName})
	admin := s.as(s.admin, "admin")
	f, err = s.Submit(admin, f.ID, f.Version, "")
	require.NoError(t, err)
	f, err = s.Approve(admin, f.ID, f.Version, "")
	require.NoError(t, err)
	require.Equal(t, Approved, f.State)
	_, err = s.Withdraw(s.ctx, f.ID, f.Version)
	require.NoError(t, err)

	c, err := s.AddComment(s.as(s.a, "rep"), f.ID, " And my regulars? ")
	require.NoError(t, err)
	require.Equal(t, "And my regulars?", c.Text)
	all, err := s.Comments(s.ctx, f.ID)
	require.NoError(t, err)
	require.Equal(t, []Comment{c}, all)
}

func TestAnArchivedAlignmentIsCopiedAndStaysWhileItIsNeeded(t *testing.T) {
	t.Parallel()
	s := setup(t)
	f, west, _ := s.draft()
	f = s.publish(f)
	refused(t, s.Delete(s.ctx, f.ID), fault.Conflict)
	next, err := s.Create(s.ctx, NewAlignment{Name: "Next", CopyOf: &f.ID})
	require.NoError(t, err)
	next = s.publish(next)
	f = s.get(f.ID)
	require.Equal(t, Archived, f.State)
	_, err = s.Edit(s.ctx, f.ID, f.Version, []Edit{{s.cells(0, 0), &west}}, "")
	refused(t, err, fault.Conflict)
	refused(t, s.Delete(s.ctx, f.ID), fault.Conflict)
	again, err := s.Create(s.ctx, NewAlignment{Name: "Again", CopyOf: &f.ID})
	require.NoError(t, err)
	require.Equal(t, Draft, again.State)
	require.Equal(t, f.Territories, again.Territories)
	again = s.publish(again)
	require.NoError(t, s.Delete(s.ctx, f.ID), "nobody falls back on it any more")
	require.Equal(t, Archived, s.get(next.ID).State)
	require.Equal(t, next.ID, *again.ReplacedID)
}
