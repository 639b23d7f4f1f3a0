package visits

import (
	"fmt"
	"slices"

	"github.com/waymark-crm/waymark/internal/fault"
)

// boardState is what of a plan its board changes: who visits what in which
// order, and what was decided about it. It is not changed once made; moves make
// another one, which shares the lanes that stay the same.
type boardState struct {
	orders [][]int // visits by shift
	marks  []mark  // by visit
	why    []why   // by visit, of those that are in no lane
	lanes  []*timedLane
}

// why is the reason for which a visit is in no lane.
type why struct {
	code   string
	detail UnplannedDetail
}

func (b *boardState) clone() *boardState {
	return &boardState{orders: slices.Clone(b.orders), marks: slices.Clone(b.marks), why: slices.Clone(b.why), lanes: slices.Clone(b.lanes)}
}

// shiftOf finds the lane of a visit and its place in it; -1 when in none.
func (b *boardState) shiftOf(v int) (shift, position int) {
	for s, order := range b.orders {
		if i := slices.Index(order, v); i >= 0 {
			return s, i
		}
	}
	return -1, -1
}

// empty is a plan in which nothing is planned yet.
func (m *model) empty() *boardState {
	b := &boardState{orders: make([][]int, len(m.shifts)), marks: make([]mark, len(m.visits)),
		why: make([]why, len(m.visits)), lanes: make([]*timedLane, len(m.shifts))}
	for s := range m.shifts {
		b.orders[s] = []int{}
		b.lanes[s] = m.idle(s)
	}
	for v := range b.why {
		b.why[v].code = ReasonNotYet
	}
	return b
}

// idle is a lane without stops.
func (m *model) idle(shift int) *timedLane {
	open := m.shifts[shift].Hours.Open
	return &timedLane{shift: shift, starts: open, ends: open, lunch: -1, violations: []string{}}
}

// ReasonNotYet is the reason of a visit that came in by hand and was not planned
// since.
const ReasonNotYet = "not_improved"

// moved is a board after moves, with what they touched.
type moved struct {
	*boardState
	lanes  map[int]bool // shifts whose stops or times are others
	visits map[int]bool // visits that changed lane, mark or reason
}

// apply makes moves, one after the other. It changes nothing of b.
func (m *model) apply(b *boardState, moves []PlanMove) (*moved, error) {
	c := &moved{boardState: b.clone(), lanes: map[int]bool{}, visits: map[int]bool{}}
	stale := map[int]bool{} // lanes whose times are not worked out yet
	retime := func(s int) (err error) {
		if stale[s] {
			delete(stale, s)
			c.boardState.lanes[s], err = m.time(s, c.orders[s], c.marks)
		}
		return err
	}
	touch := func(v int, shifts ...int) {
		c.visits[v] = true
		for _, s := range shifts {
			if s >= 0 {
				c.lanes[s], stale[s] = true, true
			}
		}
	}
	for n, move := range moves {
		field := fmt.Sprintf("moves[%d]", n)
		v, ok := m.index[move.VisitID]
		if !ok {
			return nil, fault.New(fault.Invalid, "One of the visits is not in this plan. Load the plan again.").WithField(field+".visitId", "There is no such visit.")
		}
		from, _ := c.shiftOf(v)
		switch kind, err := kindOf(move); {
		case err != nil:
			return nil, errOneChange.WithField(field, "Give exactly one.")
		case kind == moveTo:
			to, err := m.target(*move.To, field)
			if err != nil {
				return nil, err
			}
			if c.marks[v].locked {
				return nil, lockedFault(m.visits[v].site.Name, field)
			}
			c.take(v)
			c.orders[to] = slices.Insert(slices.Clone(c.orders[to]), min(move.To.Position-1, len(c.orders[to])), v)
			c.marks[v].excluded = false
			c.why[v] = why{}
			touch(v, from, to)
		case kind == moveOut:
			if c.marks[v].locked {
				return nil, lockedFault(m.visits[v].site.Name, field)
			}
			if from < 0 && !c.marks[v].excluded {
				continue
			}
			c.take(v)
			c.marks[v], c.why[v] = mark{}, why{code: ReasonRemoved}
			touch(v, from)
		case kind == moveExclude:
			if *move.Excluded == c.marks[v].excluded {
				continue
			}
			if c.marks[v].locked {
				return nil, lockedFault(m.visits[v].site.Name, field)
			}
			c.take(v)
			c.marks[v], c.why[v] = mark{excluded: *move.Excluded}, why{code: ReasonRemoved}
			touch(v, from)
		case from < 0: // lock and pin need a place to stay at
			return nil, fault.New(fault.Invalid, m.visits[v].site.Name+" is not planned. Put it on a day first.").WithField(field, "Is in no lane.")
		case kind == movePin:
			c.marks[v].pinned = *move.Pinned
			touch(v, from)
		case kind == moveLock:
			if err := retime(from); err != nil {
				return nil, err
			}
			c.marks[v].locked, c.marks[v].lockedAt = *move.Locked, 0
			for _, s := range c.boardState.lanes[from].stops {
				if s.visit == v && *move.Locked {
					c.marks[v].lockedAt = s.begin
				}
			}
			touch(v, from)
		}
	}
	for s := range c.lanes {
		if err := retime(s); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// take takes a visit out of its lane, if it is in one.
func (b *boardState) take(v int) {
	if s, i := b.shiftOf(v); s >= 0 {
		b.orders[s] = slices.Delete(slices.Clone(b.orders[s]), i, i+1)
	}
}

// target is the shift that a move goes to.
func (m *model) target(to PlanPlace, field string) (int, error) {
	r, ok := m.repNo[to.RepID]
	if !ok {
		return -1, fault.New(fault.Invalid, "That rep is not in this plan.").WithField(field+".to.repId", "Is not one of the plan's reps.")
	}
	d, ok := m.horizon.number(to.Day)
	if !ok {
		return -1, fault.New(fault.Invalid, "That day is not in this plan.").WithField(field+".to.day", "Is not one of the plan's days.")
	}
	s := m.shiftOf[r][d]
	if s < 0 {
		return -1, fault.New(fault.Invalid, m.period.Reps[r].Name+" does not work on "+to.Day+". Choose another day.").WithField(field+".to.day", "Is not a working day.")
	}
	return s, nil
}

func lockedFault(name, field string) error {
	return fault.New(fault.Invalid, name+" is locked. Unlock it first.").WithField(field, "Is locked.")
}

var errOneChange = fault.New(fault.Invalid, "A change says exactly one of to, unplan, locked, pinned and excluded.")

type moveKind int

const (
	moveTo moveKind = iota
	moveOut
	moveLock
	movePin
	moveExclude
)

func kindOf(m PlanMove) (kind moveKind, err error) {
	given := 0
	for k, is := range []bool{m.To != nil, m.Unplan, m.Locked != nil, m.Pinned != nil, m.Excluded != nil} {
		if is {
			kind, given = moveKind(k), given+1
		}
	}
	if given != 1 {
		return 0, errOneChange
	}
	return kind, nil
}

// effect tells moves from what was before.
func (m *model) effect(b *boardState, c *moved) *MoveEffect {
	e := &MoveEffect{Lanes: []LaneEffect{}, Violations: len(m.brokenTies(c.boardState)) - len(m.brokenTies(b))}
	for s := range m.shifts {
		if !c.lanes[s] {
			continue
		}
		before, after := b.lanes[s], c.boardState.lanes[s]
		x, y := before.totals(), after.totals()
		e.DriveSeconds += y.DriveSeconds - x.DriveSeconds
		e.DriveMetres += y.DriveMetres - x.DriveMetres
		e.VisitSeconds += y.VisitSeconds - x.VisitSeconds
		e.WaitingSeconds += y.WaitingSeconds - x.WaitingSeconds
		e.OvertimeSeconds += y.OvertimeSeconds - x.OvertimeSeconds
		e.Violations += y.Violations - x.Violations
		name := m.lane(s)
		lane := LaneEffect{RepID: name.RepID, Day: name.Day, Before: x, After: y,
			StartsAt: m.moment(after, after.starts), EndsAt: m.moment(after, after.ends), LunchAt: m.moment(after, after.lunch),
			Violations: after.violations, Stops: []StopEffect{}}
		for _, t := range after.stops {
			lane.Stops = append(lane.Stops, StopEffect{VisitID: m.visits[t.visit].number,
				ArrivesAt: m.horizon.time(t.arrive), BeginsAt: m.horizon.time(t.begin), LeavesAt: m.horizon.time(t.leave),
				DriveSeconds: t.drive, WaitingSeconds: t.wait, Violation: t.violation})
		}
		e.Lanes = append(e.Lanes, lane)
	}
	return e
}
