package visits_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/travel"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/visits"
)

func (b *bundle) clock(t *testing.T, hhmm string) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	at, err := time.ParseInLocation("2006-01-02 15:04", "2026-11-23 "+hhmm, zone)
	require.NoError(t, err)
	return at
}

func TestTheRestOfADayIsPlannedFromHere(t *testing.T) {
	b := setup(t)
	plan := b.planned(t, b.request(b.sites...))
	require.Len(t, plan.Route.Stops, 4)
	before := order(plan)
	extra := b.customer(t, "Called in", orb.Point{west, (south + north) / 2}, "")
	ask := visits.RepairRequest{At: "10:30", DelayMinutes: 20, Done: before[:1], Cancelled: before[1:2], Add: []visits.PlanVisit{{SiteID: extra, Minutes: 20}}}

	shown, err := b.service.PreviewRepair(b.ctx, plan.ID, ask)
	require.NoError(t, err)
	now, err := b.service.Get(b.ctx, plan.ID)
	require.NoError(t, err)
	require.Equal(t, plan.Route, now.Route, "a preview changes nothing")
	taken, err := b.service.Repair(b.ctx, plan.ID, plan.Version, ask)
	require.NoError(t, err)
	require.Equal(t, order(shown), order(taken), "what is shown is what one gets")
	for i, s := range taken.Route.Stops {
		require.True(t, s.ArrivesAt.Equal(shown.Route.Stops[i].ArrivesAt))
	}

	stops := taken.Route.Stops
	require.Equal(t, before[0], stops[0].SiteID)
	require.True(t, stops[0].Done)
	require.True(t, stops[0].ArrivesAt.Equal(plan.Route.Stops[0].ArrivesAt), "what was made stays as it was")
	require.Len(t, stops, 4)
	require.ElementsMatch(t, []int64{before[0], before[2], before[3], extra}, order(taken))
	at := b.clock(t, "10:50")
	for _, s := range stops[1:] {
		require.False(t, s.Done)
		require.False(t, s.ArrivesAt.Before(at.Add(time.Duration(s.DriveSeconds)*time.Second)), "nobody drives before now and the delay")
		at = s.LeavesAt
	}
	require.Equal(t, []string{visits.ReasonCancelled}, reasons(taken))
	require.Empty(t, taken.Route.Violations)
	require.True(t, taken.CanUndoRepair)

	back, err := b.service.UndoRepair(b.ctx, plan.ID, taken.Version)
	require.NoError(t, err)
	require.Equal(t, before, order(back))
	for i, s := range back.Route.Stops {
		require.True(t, s.ArrivesAt.Equal(plan.Route.Stops[i].ArrivesAt))
		require.False(t, s.Done)
	}
	require.Empty(t, back.Unplanned)
	require.Equal(t, plan.Request, back.Request)
	require.Equal(t, plan.Route.Geometry, back.Route.Geometry)
	_, err = b.service.UndoRepair(b.ctx, plan.ID, back.Version)
	require.True(t, fault.Is(err, fault.Conflict), "there is no more to take back")
}

func TestRepairsAreTakenBackOneAfterTheOther(t *testing.T) {
	b := setup(t)
	plan := b.planned(t, b.request(b.sites...))
	ids := order(plan)
	first, err := b.service.Repair(b.ctx, plan.ID, plan.Version, visits.RepairRequest{At: "10:00", Done: ids[:1], Cancelled: ids[2:3]})
	require.NoError(t, err)
	second, err := b.service.Repair(b.ctx, plan.ID, first.Version, visits.RepairRequest{At: "10:30", Done: ids[:1], Cancelled: ids[3:4]})
	require.NoError(t, err)
	require.NotEqual(t, order(first), order(second))
	back, err := b.service.UndoRepair(b.ctx, plan.ID, second.Version)
	require.NoError(t, err)
	require.Equal(t, order(first), order(back))
	require.True(t, back.CanUndoRepair)
	back, err = b.service.UndoRepair(b.ctx, plan.ID, back.Version)
	require.NoError(t, err)
	require.Equal(t, ids, order(back))
	require.False(t, back.CanUndoRepair)

	// What was changed by hand in between is not taken back with them.
	first, err = b.service.Repair(b.ctx, plan.ID, back.Version, visits.RepairRequest{At: "10:00", Cancelled: ids[2:3]})
	require.NoError(t, err)
	turned := order(first)
	slices.Reverse(turned)
	byHand, err := b.service.Reorder(b.ctx, plan.ID, first.Version, turned)
	require.NoError(t, err)
	second, err = b.service.Repair(b.ctx, plan.ID, byHand.Version, visits.RepairRequest{At: "10:30", Cancelled: ids[3:4]})
	require.NoError(t, err)
	back, err = b.service.UndoRepair(b.ctx, plan.ID, second.Version)
	require.NoError(t, err)
	require.Equal(t, turned, order(back))
	require.False(t, back.CanUndoRepair)
}

func TestAStopIsLockedAsTheFirstOrLastOfItsDay(t *testing.T) {
	b := setup(t)
	plan := b.planned(t, b.request(b.sites...))
	ids := order(plan)
	locked, err := b.service.PlaceStop(b.ctx, plan.ID, plan.Version, ids[0], -1)
	require.NoError(t, err)
	require.Equal(t, append(slices.Clone(ids[1:]), ids[0]), order(locked))
	locked, err = b.service.PlaceStop(b.ctx, plan.ID, locked.Version, ids[2], 1)
	require.NoError(t, err)
	require.Equal(t, ids[2], order(locked)[0])
	_, err = b.service.Optimise(b.ctx, plan.ID, locked.Version)
	require.NoError(t, err)
	again, err := b.work(t, 1)
	require.NoError(t, err)
	require.Equal(t, ids[2], order(again)[0], "planning again keeps it there")
	require.Equal(t, ids[0], order(again)[len(ids)-1])
	turned := order(again)
	slices.Reverse(turned)
	byHand, err := b.service.Reorder(b.ctx, plan.ID, again.Version, turned)
	require.NoError(t, err)
	require.Equal(t, "other_position", byHand.Route.Stops[0].Violation, "what an order by hand breaks is marked")
	free, err := b.service.PlaceStop(b.ctx, plan.ID, byHand.Version, ids[0], 0)
	require.NoError(t, err)
	require.Empty(t, free.Route.Stops[0].Violation)
	_, err = b.service.PlaceStop(b.ctx, plan.ID, free.Version, ids[0], 9)
	require.True(t, fault.Is(err, fault.Invalid))
}

func TestAWayWithoutRoadsIsAskedForAndNotDrivenByCar(t *testing.T) {
	b := setup(t)
	var wanted []travel.Way
	b.service.Travel = func(w travel.Way) (travel.Provider, error) {
		if w.Profile != travel.Car {
			return nil, fault.Wrap(&travel.NotPrepared{Way: w}, fault.Conflict, "Being prepared.")
		}
		return travel.NewStraight(), nil
	}
	b.service.Want = func(_ context.Context, _ pgx.Tx, w travel.Way) error { wanted = append(wanted, w); return nil }
	r := b.request(b.sites...)
	r.Profile = travel.Bicycle
	_, err := b.service.Create(b.ctx, r)
	require.True(t, fault.Is(err, fault.Conflict))
	require.Equal(t, []travel.Way{{Profile: travel.Bicycle}}, wanted)
}

func TestADayAtThePaceOfTheHourTakesLongerInTheMorningAlone(t *testing.T) {
	b := setup(t)
	free := b.planned(t, b.request(b.sites...))
	fast := travel.NewStraight()
	slow := fast
	slow.MetresPerSecond /= 2
	b.service.Travel = func(w travel.Way) (travel.Provider, error) {
		if !w.ByHour {
			return fast, nil
		}
		return travel.NewByHour(fast, travel.Stretch{From: 0, Provider: slow}, travel.Stretch{From: 9*3600 + 60, Provider: fast}), nil
	}
	r := b.request(b.sites...)
	r.ByHour = true
	plan := b.planned(t, r)
	require.True(t, plan.Request.ByHour)
	last := plan.Route.Stops[len(plan.Route.Stops)-1]
	require.Positive(t, last.DriveSeconds)
	same, err := b.service.Reorder(b.ctx, plan.ID, plan.Version, order(plan))
	require.NoError(t, err)
	require.Equal(t, plan.Route.DriveSeconds, same.Route.DriveSeconds, "searching and checking agree")
	all, err := b.service.Reorder(b.ctx, plan.ID, same.Version, order(free))
	require.NoError(t, err)
	require.GreaterOrEqual(t, all.Route.DriveSeconds, free.Route.DriveSeconds)
}

func reasons(p *visits.Plan) []string {
	var out []string
	for _, u := range p.Unplanned {
		out = append(out, u.Reason)
	}
	return out
}

func TestWhatNoLongerFitsIsLeftOutWithItsReason(t *testing.T) {
	b := setup(t)
	plan := b.planned(t, b.request(b.sites...))
	late, err := b.service.PreviewRepair(b.ctx, plan.ID, visits.RepairRequest{At: "16:00", Done: order(plan)[:1]})
	require.NoError(t, err)
	require.Less(t, len(late.Route.Stops), 4)
	require.NotEmpty(t, late.Unplanned)
	for _, u := range late.Unplanned {
		require.Contains(t, []string{"day_full", "too_far"}, u.Reason)
	}
	require.False(t, late.Route.EndsAt.After(b.clock(t, "17:00")))
	for _, r := range []visits.RepairRequest{
		{At: "16:30", DelayMinutes: 30}, {At: "17:30"}, {At: "25:00"}, {At: "10:00", Done: []int64{b.sites[0], b.sites[0]}}, {At: "10:00", Done: []int64{99}},
		{At: "10:00", Cancelled: []int64{99}}, {At: "10:00", Done: b.sites[:1], Cancelled: b.sites[:1]}, {At: "10:00", Add: []visits.PlanVisit{{SiteID: 99}}},
		{At: "10:00", Done: b.sites[:1], Next: b.sites[0]},
	} {
		_, err := b.service.PreviewRepair(b.ctx, plan.ID, r)
		require.True(t, fault.Is(err, fault.Invalid), "%+v: %v", r, err)
	}
	_, err = b.service.PreviewRepair(b.other, plan.ID, visits.RepairRequest{At: "10:00"})
	require.True(t, fault.Is(err, fault.NotFound))
}

func TestTheStopOneIsOnTheWayToStaysNext(t *testing.T) {
	b := setup(t)
	plan := b.planned(t, b.request(b.sites...))
	last := order(plan)[3]
	next, err := b.service.PreviewRepair(b.ctx, plan.ID, visits.RepairRequest{At: "09:00", Done: order(plan)[:1], Next: last})
	require.NoError(t, err)
	require.Equal(t, last, next.Route.Stops[1].SiteID)
}

func TestALunchThatIsOverIsNotTakenAgain(t *testing.T) {
	b := setup(t)
	var sites []int64
	for i := range 13 {
		sites = append(sites, b.customer(t, "Shop", orb.Point{west + float64(i)*0.01, south}, ""))
	}
	plan := b.planned(t, b.request(sites...))
	lunch := plan.Route.LunchAt
	require.NotNil(t, lunch)
	over := lunch.Add(time.Duration(plan.Route.LunchSeconds) * time.Second).Add(5 * time.Minute)
	var done []int64
	for _, s := range plan.Route.Stops {
		if !s.LeavesAt.After(over) {
			done = append(done, s.SiteID)
		}
	}
	zone, err := time.LoadLocation(plan.TimeZone)
	require.NoError(t, err)
	rest, err := b.service.Repair(b.ctx, plan.ID, plan.Version, visits.RepairRequest{At: over.In(zone).Format("15:04"), Done: done})
	require.NoError(t, err)
	require.Empty(t, rest.Route.Violations)
	if at := rest.Route.LunchAt; at != nil {
		require.True(t, at.Equal(*lunch) || at.Before(over), "lunch at %s again, after %s", at, over)
	}
}

func TestStopsThatWereMadeStayFirstWhateverIsDoneByHand(t *testing.T) {
	b := setup(t)
	plan := b.planned(t, b.request(b.sites...))
	ids := order(plan)
	plan, err := b.service.Repair(b.ctx, plan.ID, plan.Version, visits.RepairRequest{At: "10:00", Done: ids[:2]})
	require.NoError(t, err)
	rest := slices.Clone(order(plan)[2:])
	slices.Reverse(rest)
	turned, err := b.service.Reorder(b.ctx, plan.ID, plan.Version, append(slices.Clone(rest), ids[1], ids[0]))
	require.NoError(t, err)
	require.Equal(t, append(slices.Clone(ids[:2]), rest...), order(turned))
	require.False(t, turned.CanUndoRepair, "the day was changed since")
	require.False(t, turned.Route.Stops[2].ArrivesAt.Before(b.clock(t, "10:00")))
	_, err = b.service.Reorder(b.ctx, plan.ID, turned.Version, rest)
	require.True(t, fault.Is(err, fault.Invalid), "a made stop cannot be taken out")

	_, err = b.service.Optimise(b.ctx, plan.ID, turned.Version)
	require.NoError(t, err)
	again, err := b.work(t, 1)
	require.NoError(t, err)
	require.Equal(t, ids[:2], order(again)[:2])
	require.Len(t, again.Route.Stops, 4)
}

func TestAPublishedPlanIsRepairedByItsRep(t *testing.T) {
	o := newOffice(t)
	r := o.week(o.sites...)
	r.RepIDs, r.To = []int64{o.rep}, r.From
	board := o.plan(t, r)
	_, err := o.service.Publish(o.manager, board.Plan.ID, board.Plan.Version)
	require.NoError(t, err)
	days, err := o.service.List(o.ctx, visits.ListFilter{RepID: o.rep, Kind: "day", Limit: 5})
	require.NoError(t, err)
	require.Len(t, days, 1)
	head, err := o.service.Head(o.ctx, days[0].ID)
	require.NoError(t, err)
	require.Equal(t, "day", head.Kind)
	require.True(t, head.MayWrite)
	require.True(t, head.Published)
	_, err = o.service.Head(context.WithoutCancel(o.secondCtx), days[0].ID)
	require.True(t, fault.Is(err, fault.NotFound), "nobody else's business")
	plan, err := o.service.Repair(o.ctx, days[0].ID, head.Version, visits.RepairRequest{At: "09:30", DelayMinutes: 15})
	require.NoError(t, err)
	require.False(t, plan.Route.Stops[0].ArrivesAt.Before(o.clock(t, "09:45")))
}
