package visits

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/identity"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Head returns what is known of a plan, of a period or of a day, without its routes.
func (s *Service) Head(ctx context.Context, id int64) (*PlanHead, error) {
	a, team, err := actor(ctx)
	if err != nil {
		return nil, err
	}
	var head *PlanHead
	err = s.DB.Read(ctx, func(tx pgx.Tx) error {
		head, _, _, err = readHead(ctx, tx, a, team, id)
		if errors.Is(err, errNoPlan) {
			head, err = dayHead(ctx, tx, a, id)
		}
		return err
	})
	return head, err
}

// dayHead is the head of a plan of a day.
func dayHead(ctx context.Context, tx pgx.Tx, a postgres.Actor, id int64) (*PlanHead, error) {
	p, err := readPlan(ctx, tx, a, seesAll(a), id)
	if err != nil {
		return nil, err
	}
	h := &PlanHead{ID: id, Kind: kindDay, State: p.State, Progress: p.Progress, Error: p.Error, FromDay: p.Day, ToDay: p.Day,
		RepIDs: []int64{p.RepID}, TimeZone: p.TimeZone, Version: p.Version, CreatedAt: p.CreatedAt}
	err = tx.QueryRow(ctx, `
		select p.name, p.preset, p.published_at is not null, p.published_at, coalesce(u.id, 0), coalesce(u.name, '')
		from visit_plans p left join users u on u.org_id = p.org_id and u.id = p.created_by
		where p.org_id = $1 and p.id = $2`, a.OrgID, id).Scan(&h.Name, &h.Preset, &h.Published, &h.PublishedAt, &h.CreatedBy, &h.CreatedByName)
	if err != nil {
		return nil, fmt.Errorf("visits: head of a day: %w", err)
	}
	role := identity.Role(a.Role)
	h.MayWrite = p.RepID == a.UserID && identity.ActorMay(ctx, role, identity.PlansWrite) || identity.ActorMay(ctx, role, identity.PlansTeam)
	return h, nil
}

// Board returns a plan of a period with all its routes.
func (s *Service) Board(ctx context.Context, id int64) (*PlanBoard, error) {
	return s.board(ctx, id, false)
}

// BestBoard is Board, but for a search under way with the best lanes so far.
func (s *Service) BestBoard(ctx context.Context, id int64) (*PlanBoard, error) {
	return s.board(ctx, id, true)
}

func (s *Service) board(ctx context.Context, id int64, best bool) (*PlanBoard, error) {
	a, team, err := actor(ctx)
	if err != nil {
		return nil, err
	}
	var b *board
	err = s.DB.Read(ctx, func(tx pgx.Tx) error {
		b, err = readBoard(ctx, tx, a, team, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	if !best || b.best == nil || b.head.State != Running || b.hidden > 0 {
		return b.view(), nil
	}
	orders, ok := b.model.resume(b)
	if !ok {
		return b.view(), nil
	}
	if err := s.travel(ctx, b.model); err != nil {
		return nil, err
	}
	if b.state, err = b.model.follow(b.state, orders); err != nil {
		return nil, err
	}
	out := b.view()
	out.IsBest = true
	return out, nil
}

// follow is the board with other orders, and what was decided about the visits
// as it was.
func (m *model) follow(b *boardState, orders [][]int) (*boardState, error) {
	c := m.empty()
	copy(c.marks, b.marks)
	for s, order := range orders {
		c.orders[s] = append(c.orders[s], order...)
	}
	return c, m.retime(b, c)
}

// view writes a board as it is given out.
func (b *board) view() *PlanBoard {
	m := b.model
	out := &PlanBoard{Plan: b.head, Reps: []BoardRep{}, Days: []string{}, Lanes: []PlanLane{}, Unplanned: []BoardUnplanned{},
		Excluded: []BoardVisit{}, Totals: m.sum(b.state), History: BoardHistory{b.canUndo, b.canRedo}, Hidden: b.hidden}
	for _, r := range m.period.Reps {
		out.Reps = append(out.Reps, BoardRep{r.ID, r.Name, r.Profile})
	}
	for day := range m.horizon.days {
		out.Days = append(out.Days, m.horizon.date(day))
	}
	planned := make([]bool, len(m.visits))
	tied := m.brokenTies(b.state)
	for r, profile := range m.period.Reps {
		for day, date := range out.Days {
			from, to, _ := profile.hours(m.horizon.weekday(day))
			lane := PlanLane{RepID: profile.ID, Day: date, WorkStart: from, WorkEnd: to, Violations: []string{}, Stops: []BoardStop{}}
			for i, d := range b.days {
				if d.Rep == profile.ID && d.Day == date {
					lane.PublishedPlanID, lane.ChangedByRep = &b.days[i].ID, d.Changed
				}
			}
			if s := m.shiftOf[r][day]; s >= 0 {
				lane.Works = true
				lane.StartPoint, lane.StartAddress = m.starts[s].point, m.starts[s].address
				lane.EndPoint, lane.EndAddress = m.ends[s].point, m.ends[s].address
				m.fill(&lane, b.state.lanes[s], planned, tied)
			}
			out.Lanes = append(out.Lanes, lane)
		}
	}
	for v, in := range planned {
		switch {
		case in:
		case b.state.marks[v].excluded:
			out.Excluded = append(out.Excluded, m.boardVisit(v))
		default:
			out.Unplanned = append(out.Unplanned, BoardUnplanned{BoardVisit: m.boardVisit(v), Why: b.state.why[v].code, Detail: b.state.why[v].detail})
		}
	}
	return out
}

// fill writes what was worked out into a lane.
func (m *model) fill(lane *PlanLane, l *timedLane, planned []bool, tied map[int]bool) {
	lane.StartsAt, lane.EndsAt, lane.LunchAt = m.moment(l, l.starts), m.moment(l, l.ends), m.moment(l, l.lunch)
	lane.DriveSeconds, lane.DriveMetres, lane.VisitSeconds, lane.WaitingSeconds = l.drive, l.metres, l.service, l.wait
	lane.OvertimeSeconds, lane.LunchSeconds, lane.LastLegSeconds = l.overtime, l.lunchLength, l.last
	lane.LastLegMetres, lane.LastLegEstimated = l.lastMetres, l.lastEstimated
	lane.Violations = append(lane.Violations, l.violations...)
	for i, t := range l.stops {
		planned[t.visit] = true
		stop := BoardStop{BoardVisit: m.boardVisit(t.visit), Position: i + 1,
			ArrivesAt: m.horizon.time(t.arrive), BeginsAt: m.horizon.time(t.begin), LeavesAt: m.horizon.time(t.leave),
			DriveSeconds: t.drive, DriveMetres: t.metres, WaitingSeconds: t.wait,
			Locked: t.locked, Pinned: t.pinned, Violation: t.violation, Estimated: t.estimated}
		if stop.Violation == "" && tied[t.visit] {
			stop.Violation = violationTied
		}
		if t.slack >= 0 {
			stop.SlackSeconds = &t.slack
		}
		if t.locked {
			at := m.horizon.time(t.lockedAt)
			stop.LockedAt = &at
		}
		lane.Stops = append(lane.Stops, stop)
	}
}

func (m *model) boardVisit(v int) BoardVisit {
	x := m.visits[v]
	out := BoardVisit{VisitID: x.number, SiteID: x.site.ID, AccountID: x.site.AccountID, Name: x.site.Name, Class: x.site.Class,
		Status: x.status, Address: x.address, Point: x.site.Point, Minutes: x.minutes, OpeningHours: x.site.OpeningHours,
		Mandatory: x.mandatory, IntervalDays: x.interval, Reason: x.reason, Ties: append([]VisitTie{}, x.ties...)}
	if !x.terms.none() {
		out.Terms = &m.visits[v].terms
	}
	if x.owner != 0 {
		out.OwnerID = &x.owner
	}
	if x.rep != 0 {
		out.RepID = &x.rep
	}
	for text, to := range map[*string]**string{&x.onDay: &out.Day, &x.due: &out.DueOn, &x.last: &out.LastVisitOn} {
		if *text != "" {
			*to = text
		}
	}
	return out
}
