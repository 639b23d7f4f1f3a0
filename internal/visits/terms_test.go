package visits_test

import (
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/visits"
)

// terms are those of a rep as they are, changed by fn.
func (o *office) terms(t *testing.T, rep int64, fn func(*visits.WorkingTerms)) {
	t.Helper()
	w, err := o.service.WorkingTerms(o.manager, rep)
	require.NoError(t, err)
	fn(w)
	_, err = o.service.SetWorkingTerms(o.manager, rep, *w)
	require.NoError(t, err)
}

func (o *office) stops(b *visits.PlanBoard) map[int64]visits.BoardStop {
	by := map[int64]visits.BoardStop{}
	for _, l := range b.Lanes {
		for _, s := range l.Stops {
			by[s.SiteID] = s
		}
	}
	return by
}

func laneOf(b *visits.PlanBoard, site int64) *visits.PlanLane {
	for i, l := range b.Lanes {
		if slices.ContainsFunc(l.Stops, func(s visits.BoardStop) bool { return s.SiteID == site }) {
			return &b.Lanes[i]
		}
	}
	return nil
}

func why(b *visits.PlanBoard, site int64) string {
	for _, u := range b.Unplanned {
		if u.SiteID == site {
			return u.Why
		}
	}
	return ""
}

func TestARepWorksAsTheirTermsSay(t *testing.T) {
	o := newOffice(t)
	hotel := orb.Point{east, south}
	o.terms(t, o.rep, func(w *visits.WorkingTerms) {
		w.Week = []visits.WeekdayTerm{{Weekday: 2, From: "09:00", To: "15:00"}, {Weekday: 6, From: "10:00", To: "14:00"}}
		w.End, w.EndPoint, w.EndAddress = "place", &hotel, "Hotel"
		w.LunchMinutes, w.LunchEarliest, w.LunchLatest = 45, "12:30", "12:45"
		w.MaxVisits = 2
	})
	r := o.week(o.sites...)
	r.RepIDs = []int64{o.rep}
	board := o.plan(t, r)
	works := []string{}
	for _, l := range board.Lanes {
		if l.Works {
			works = append(works, l.Day)
			require.Equal(t, &hotel, l.EndPoint)
			require.Equal(t, "Depot", l.StartAddress)
		}
		require.LessOrEqual(t, len(l.Stops), 2)
		if l.LunchAt != nil {
			local := l.LunchAt.In(o.zone(t)).Format("15:04")
			require.True(t, local >= "12:30" && local <= "12:45", local)
			require.Equal(t, 45*60, l.LunchSeconds)
		}
	}
	require.Equal(t, []string{"2026-11-24", "2026-11-28"}, works, "Tuesday and Saturday")
	require.Equal(t, 4, board.Totals.Visits)

	_, err := o.service.SetWorkingTerms(o.ctx, o.second, visits.WorkingTerms{WorkStart: "08:00", WorkEnd: "17:00"})
	require.True(t, fault.Is(err, fault.Forbidden), "a rep changes only their own")
	_, err = o.service.WorkingTerms(o.other, o.rep)
	require.Error(t, err, "another organisation's rep sees nothing")
	_, err = o.service.SetWorkingTerms(o.ctx, o.rep, visits.WorkingTerms{WorkStart: "08:00", WorkEnd: "17:00", End: "place"})
	require.True(t, fault.Is(err, fault.Invalid), "an end at a place names it")
}

func TestOneCarSlowerByHalfDrivesTwiceAsLong(t *testing.T) {
	o := newOffice(t)
	r := o.week(o.sites[1])
	r.RepIDs, r.To, r.Assignment = []int64{o.rep}, r.From, "any"
	usual := o.plan(t, r)
	slow, err := o.service.WorkingTerms(o.manager, o.rep)
	require.NoError(t, err)
	slow.SpeedPercent = 50
	r.RepTerms = []visits.RepTerms{{RepID: o.rep, WorkingTerms: *slow}}
	halved := o.plan(t, r)
	require.InDelta(t, 2*usual.Totals.DriveSeconds, halved.Totals.DriveSeconds, 4)
	own, err := o.service.WorkingTerms(o.manager, o.rep)
	require.NoError(t, err)
	require.Equal(t, 100, own.SpeedPercent, "a plan's terms are the plan's alone")
}

func TestANightAwayEndsOneDayAndBeginsTheNext(t *testing.T) {
	o := newOffice(t)
	r := o.week(o.sites...)
	r.RepIDs = []int64{o.rep}
	inn := orb.Point{east, north}
	r.Nights = []visits.NightAway{{RepID: o.rep, Day: "2026-11-27", Point: inn, Address: "Inn"}, {RepID: o.rep, Day: "2026-11-23", Point: inn, Address: "Inn"}}
	r.WorkingDays = []int{1, 3, 5}
	board := o.plan(t, r)
	by := map[string]visits.PlanLane{}
	for _, l := range board.Lanes {
		by[l.Day] = l
	}
	require.Equal(t, "Inn", by["2026-11-23"].EndAddress)
	require.Equal(t, "Depot", by["2026-11-23"].StartAddress)
	require.Equal(t, "Inn", by["2026-11-25"].StartAddress, "Tuesday is off, so the rep stays until Wednesday")
	require.Equal(t, "Depot", by["2026-11-25"].EndAddress)
	require.Equal(t, "Inn", by["2026-11-27"].EndAddress, "also when no day follows")

	r.Nights = append(r.Nights, r.Nights[0])
	_, err := o.service.CreatePeriod(o.manager, r)
	require.True(t, fault.Is(err, fault.Invalid))
}

func TestAVisitGetsWhatItAsksForOrSaysWhyNot(t *testing.T) {
	o := newOffice(t)
	o.terms(t, o.second, func(w *visits.WorkingTerms) { w.Skills = []string{"Fork lift"} })
	hours := o.customer(t, "Mornings", orb.Point{west, north}, "Mo-Fr 08:00-11:00")
	r := o.week()
	ask := func(site int64, terms visits.VisitTerms) {
		r.Visits = append(r.Visits, visits.PeriodVisit{SiteID: site, Terms: &terms})
	}
	ask(o.sites[0], visits.VisitTerms{Skills: []string{"fork LIFT"}, SetUpMinutes: 10})
	ask(o.sites[1], visits.VisitTerms{Skills: []string{"Crane"}})
	ask(o.sites[2], visits.VisitTerms{OnlyReps: []int64{o.rep}, NotBefore: "13:30", NotAfter: "13:30"})
	ask(o.sites[3], visits.VisitTerms{NotReps: []int64{o.rep, o.second}})
	ask(hours, visits.VisitTerms{NotBefore: "14:00"})
	board := o.plan(t, r)
	by := o.stops(board)
	require.Equal(t, o.second, laneOf(board, o.sites[0]).RepID, "only the second has the skill, in whatever letters")
	require.Equal(t, 40*time.Minute, by[o.sites[0]].LeavesAt.Sub(by[o.sites[0]].ArrivesAt), "10 minutes to set up, 30 for the visit")
	require.Equal(t, o.rep, laneOf(board, o.sites[2]).RepID)
	require.Equal(t, "13:30", by[o.sites[2]].BeginsAt.In(o.zone(t)).Format("15:04"))
	require.Equal(t, "no_skill", why(board, o.sites[1]))
	require.Equal(t, "no_shift", why(board, o.sites[3]))
	require.Equal(t, "no_time", why(board, hours))
	require.Zero(t, board.Totals.Violations)

	// By hand everything is allowed, and marked.
	moves := []visits.PlanMove{}
	for _, u := range board.Unplanned {
		moves = append(moves, visits.PlanMove{VisitID: u.VisitID, To: &visits.PlanPlace{RepID: o.rep, Day: "2026-11-24", Position: 9}})
	}
	board, err := o.service.Apply(o.manager, board.Plan.ID, board.Plan.Version, moves)
	require.NoError(t, err)
	by = o.stops(board)
	require.Equal(t, "no_skill", by[o.sites[1]].Violation)
	require.Equal(t, "other_rep", by[o.sites[3]].Violation)
	require.Equal(t, "other_time", by[hours].Violation)
}

func TestAnAccountsTermsHoldForItsVisitsUnlessTheRequestSaysOtherwise(t *testing.T) {
	o := newOffice(t)
	account := func(site int64) (id int64) {
		require.NoError(t, o.db.Tx(o.ctx, func(tx pgx.Tx) error {
			return tx.QueryRow(o.ctx, `select account_id from sites where org_id = current_org() and id = $1`, site).Scan(&id)
		}))
		return id
	}
	set, err := o.service.SetAccountTerms(o.ctx, account(o.sites[0]), visits.VisitTerms{Mandatory: true, Skills: []string{" Crane  driver "}})
	require.NoError(t, err)
	require.Equal(t, []string{"Crane driver"}, set.Skills)
	r := o.week(o.sites[0])
	board := o.plan(t, r)
	require.Equal(t, "no_skill", why(board, o.sites[0]))
	require.Equal(t, 1, board.Totals.MandatoryMissed)
	day := o.planned(t, o.request(o.sites[0], o.sites[1]))
	require.Len(t, day.Unplanned, 1, "a rep's day too")
	require.Equal(t, "no_skill", day.Unplanned[0].Reason)
	r.Visits[0].Terms = &visits.VisitTerms{}
	require.Equal(t, 1, o.plan(t, r).Totals.Visits)
	skills, err := o.service.Skills(o.manager)
	require.NoError(t, err)
	require.Equal(t, []string{"Crane driver"}, skills)
	_, err = o.service.AccountTerms(o.other, account(o.sites[0]))
	require.True(t, fault.Is(err, fault.NotFound))
}

func TestTheSameRepAsLastTimeComesAgain(t *testing.T) {
	o := newOffice(t)
	require.NoError(t, o.db.Tx(o.ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(o.ctx, `
			insert into activities (org_id, kind, account_id, author_id, happened_at, body)
			select org_id, 'visit', account_id, $2, now(), 'was there' from sites where org_id = current_org() and id = $1`, o.sites[1], o.second)
		return err
	}))
	r := o.week() // both live next to it in turn; nothing but the last visit tells them apart
	r.Visits = []visits.PeriodVisit{{SiteID: o.sites[1], Terms: &visits.VisitTerms{SameRep: true}}}
	require.Equal(t, o.second, laneOf(o.plan(t, r), o.sites[1]).RepID)
}

func TestWhatAVisitAsksForIsChangedUndoneAndMadeAgain(t *testing.T) {
	o := newOffice(t)
	r := o.week(o.sites...)
	r.RepIDs, r.To = []int64{o.rep}, "2026-11-24"
	board := o.plan(t, r)
	require.False(t, board.History.CanUndo, "before it was planned for the first time there is nothing")
	_, err := o.service.Undo(o.manager, board.Plan.ID, board.Plan.Version)
	require.True(t, fault.Is(err, fault.Conflict))

	first := o.stops(board)[o.sites[0]]
	lane := laneOf(board, o.sites[0])
	elsewhere := "2026-11-23"
	if lane.Day == elsewhere {
		elsewhere = "2026-11-24"
	}
	ask := visits.VisitAsk{Minutes: 75, Day: elsewhere, Ties: []visits.VisitTie{{VisitID: o.stops(board)[o.sites[1]].VisitID, Rule: "other_day"}}}
	changed, err := o.service.ChangeVisit(o.manager, board.Plan.ID, first.VisitID, board.Plan.Version, ask)
	require.NoError(t, err)
	stop := o.stops(changed)[o.sites[0]]
	require.Equal(t, 75, stop.Minutes)
	require.Equal(t, 75*time.Minute, stop.LeavesAt.Sub(stop.BeginsAt), "its lane is timed anew")
	require.Equal(t, "other_day", stop.Violation)
	read, err := o.service.Board(o.manager, board.Plan.ID)
	require.NoError(t, err)
	require.Equal(t, changed.Lanes, read.Lanes, "what was answered is what is stored")

	undone, err := o.service.Undo(o.manager, board.Plan.ID, changed.Plan.Version)
	require.NoError(t, err)
	require.Equal(t, board.Lanes, undone.Lanes)
	again, err := o.service.Redo(o.manager, board.Plan.ID, undone.Plan.Version)
	require.NoError(t, err)
	require.Equal(t, changed.Lanes, again.Lanes)

	improved, err := o.service.Improve(o.manager, board.Plan.ID, visits.ImproveRequest{Version: again.Plan.Version})
	require.NoError(t, err)
	require.Equal(t, visits.Queued, improved.State)
	board, err = o.workPeriod(t, 1)
	require.NoError(t, err)
	require.Equal(t, elsewhere, laneOf(board, o.sites[0]).Day, "planned where it asks to be")
	require.NotEqual(t, elsewhere, laneOf(board, o.sites[1]).Day, "and not on the day of the one it shall be apart from")
	require.Zero(t, board.Totals.Violations)

	// Put together by hand, the tie is marked, and the preview says so before.
	other := o.stops(board)[o.sites[1]]
	moves := []visits.PlanMove{{VisitID: other.VisitID, To: &visits.PlanPlace{RepID: o.rep, Day: elsewhere, Position: 9}}}
	effect, err := o.service.Preview(o.manager, board.Plan.ID, moves)
	require.NoError(t, err)
	require.Equal(t, 1, effect.Violations)
	board, err = o.service.Apply(o.manager, board.Plan.ID, board.Plan.Version, moves)
	require.NoError(t, err)
	require.Equal(t, "tied", o.stops(board)[o.sites[0]].Violation)
	require.Equal(t, 1, board.Totals.Violations)

	_, err = o.service.ChangeVisit(o.manager, board.Plan.ID, first.VisitID, board.Plan.Version, visits.VisitAsk{Minutes: 30, Ties: []visits.VisitTie{{VisitID: first.VisitID, Rule: "after"}}})
	require.True(t, fault.Is(err, fault.Invalid), "nothing is tied to itself")
}
