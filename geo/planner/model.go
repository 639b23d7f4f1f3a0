package planner

import "slices"

// never is later than any time; sums of seven stay within 32 bits.
const never int32 = 1 << 28

// model is a problem prepared for the search: every rule about a visit alone
// folded into one number a kind of shift, travel as one row a place. It is only
// read while searching, and shared by all chains.
type model struct {
	p        *Problem
	w        Weights
	visits   []visit
	shifts   []shift
	kinds    int // number of kinds of shift
	spans    []span
	legs     []legs
	series   []series
	links    [][]link  // by visit; nil without links
	adjacent [][]int32 // by visit: neighbours by distance
	near     [][]int32 // by visit: neighbours by distance and time

	// Orders of insertion, by visit.
	far, width, opens, closes []int64

	timed  bool     // some visits depend on others' times
	both   bool     // some are made together or not at all
	tense  bool     // some costs depend on times
	clocks bool     // some travel depends on the time of day
	duty   []int64  // by rep: seconds on duty, where balance counts
	onDuty int64    // their sum
	graces []Window // of all visits, those with grace

	days     int  // of the horizon
	reps     int  // numbers in use
	team     int  // reps there are
	setUps   bool // some visit has one
	placed   bool // some visit is locked as a certain stop
	loads    int  // dimensions beyond the first that anything uses
	balanced bool
	tied     bool // some visits depend on others' days
	optional bool // some visits must be made, others need not
}

// visit is what the search reads of a visit in its innermost loops.
type visit struct {
	place    int32
	length   int32
	setUp    int32
	load     int32
	series   int32 // -1: none
	position int32 // locked as this stop, the first being 1; 0: any
	timed    bool  // tied to others in time
	fixed    bool  // made already or part of a locked beginning
	skip     bool  // stays out
	prize    int64
}

// hop is travel between a row's place and another one, both ways.
type hop struct {
	to, from         int32 // seconds
	costTo, costFrom int32
}

// legs are all hops of one travel profile, (places+1)² of them: the last row
// and column is Anywhere, at no cost.
type legs struct {
	width   int
	hops    []hop
	table   *Table
	percent int32  // speed
	clock   *clock // travel by the time of day; nil where there is none
	// What a thousandth of a second of driving and of a metre costs.
	second, metre int64
}

func (l *legs) row(place int32) []hop {
	at := int(place) * l.width
	return l.hops[at : at+l.width : at+l.width]
}

// window is when a visit may begin on one day. more and count point at further
// windows of that day in span.extra, in order.
type window struct {
	open, close int32
	more, count int32
}

// span holds the windows of all visits on one day.
type span struct {
	windows []window // by visit; close < open where there is none
	extra   []window
}

// shift is a working day prepared for the search. With stops made already it
// begins at the last of them.
type shift struct {
	kind     int32 // shifts of one kind are interchangeable while empty
	day, rep int32
	legs     *legs
	span     *span
	assign   []int32 // by visit: cost, or -1 where it may not be; nil: all zero
	start    int32   // place
	end      int32
	open     int32 // leaving
	close    int32 // returning, overtime included
	regular  int32 // returning without overtime
	breaks   []Break
	clock    *clock // of its legs
	fresh    bool   // no stop was made yet
	capacity int32  // of the first dimension
	limited  bool   // has one of the following limits
	maxDrive int32
	maxRoad  int32
	maxStops int32
	timed    bool // costs depend on times: overtime or grace
	fixed    int64
	base     int64 // cost of the stops made
	head     []int32
	made     int // stops made already
}

type link struct {
	other            int32
	minDays, maxDays int32 // from this visit to the other; see fits
	ordered          int8  // 1: this first, -1: other first, 0: any
	sameRep          bool
	timed, both      bool
	min, max         int32 // seconds between the beginnings, where timed
}

func buildModel(p *Problem) (*model, error) {
	m := &model{p: p, w: weightsOf(p)}
	m.visits = make([]visit, len(p.Visits))
	for i := range p.Visits {
		v := &p.Visits[i]
		m.visits[i] = visit{place: int32(v.Place), skip: v.Skip, length: int32(v.Length), setUp: int32(v.SetUp),
			series: int32(v.Series) - 1, prize: int64(prizeOf(p, m.w, i))}
		if len(v.Load) > 0 {
			m.visits[i].load = v.Load[0]
			m.loads = max(m.loads, len(v.Load)-1)
		}
		m.setUps = m.setUps || v.SetUp > 0
	}
	team := map[int]bool{}
	for i := range p.Shifts {
		team[p.Shifts[i].Rep] = true
		m.days = max(m.days, p.Shifts[i].Day+1)
		m.reps = max(m.reps, p.Shifts[i].Rep+1)
		for _, d := range p.Shifts[i].Done {
			m.visits[d.Visit].fixed = true
		}
		for _, v := range p.Shifts[i].Head {
			m.visits[v].fixed = true
		}
	}
	m.team = len(team)
	for i := range p.Visits {
		if at := p.Visits[i].Position; at != 0 && !m.visits[i].fixed {
			m.visits[i].position, m.placed = int32(at), true
		}
	}
	m.buildDuty()
	if err := m.buildShifts(); err != nil {
		return nil, err
	}
	m.buildSeries()
	m.buildLinks()
	m.buildPartners()
	m.buildOrders()
	m.tied = len(m.p.Series)+len(m.p.Links) > 0
	return m, nil
}

// profile is what makes two shifts' legs equal.
type profile struct {
	table, speed, drive, distance int
}

func (m *model) buildShifts() error {
	profiles := map[profile]int{}
	spans := map[int]int{}
	for i := range m.p.Shifts {
		s := &m.p.Shifts[i]
		key := profile{s.Table, s.SpeedPercent, s.DrivePercent, s.DistancePercent}
		if _, ok := profiles[key]; !ok {
			profiles[key] = len(profiles)
			l, err := m.buildLegs(s, i)
			if err != nil {
				return err
			}
			m.legs = append(m.legs, l)
		}
		if _, ok := spans[s.Day]; !ok {
			spans[s.Day] = len(spans)
			m.spans = append(m.spans, m.buildSpan(s.Day))
		}
	}
	plain := true // no visit has a rule about who makes it
	for i := range m.p.Visits {
		v := &m.p.Visits[i]
		plain = plain && len(v.Skills)+len(v.Reps)+len(v.Forbidden)+len(v.Preferred)+len(v.Shifts)+v.Before+v.LastRep == 0
	}
	sameRep := m.balanced
	for _, s := range m.p.Series {
		sameRep = sameRep || s.SameRep
	}
	for _, l := range m.p.Links {
		sameRep = sameRep || l.SameRep
	}
	for i := range m.p.Visits {
		for _, w := range m.p.Visits[i].Windows {
			if w.Grace > 0 {
				m.graces = append(m.graces, w)
			}
		}
	}
	m.shifts = make([]shift, len(m.p.Shifts))
	byDay := map[int32][]int{} // first shift of each kind
	for i := range m.p.Shifts {
		s := &m.p.Shifts[i]
		key := profile{s.Table, s.SpeedPercent, s.DrivePercent, s.DistancePercent}
		x := &m.shifts[i]
		*x = shift{day: int32(s.Day), rep: int32(s.Rep), legs: &m.legs[profiles[key]], span: &m.spans[spans[s.Day]],
			open: int32(max(s.Hours.Open, s.Now)), close: int32(s.Hours.Close + s.Overtime), regular: int32(s.Hours.Close),
			start: m.place(s.Start), end: m.place(s.End), breaks: inOrder(s.Breaks), fresh: true,
			capacity: never, maxDrive: never, maxRoad: never, maxStops: never, fixed: int64(s.Fixed)}
		if s.MaxDrive > 0 {
			x.maxDrive, x.limited = int32(s.MaxDrive), true
		}
		if s.MaxMetres > 0 {
			x.maxRoad, x.limited = int32(s.MaxMetres), true
		}
		if s.MaxVisits > 0 {
			x.maxStops, x.limited = int32(s.MaxVisits), true
		}
		if len(s.Capacity) > 0 {
			x.capacity = min(s.Capacity[0], never)
		}
		x.clock = x.legs.clock
		x.timed = s.Overtime > 0 && m.w.Overtime > 0 || m.graceOn(s) || x.clock != nil
		m.tense = m.tense || x.timed
		for _, v := range s.Head {
			x.head = append(x.head, int32(v))
		}
		if len(s.Done) > 0 {
			m.goOn(x, s)
		}
		if !plain {
			x.assign = m.buildAssign(i)
		}
		x.kind = -1
		for _, k := range byDay[x.day] {
			if m.alike(k, i) && (!sameRep || m.shifts[k].rep == x.rep) && slices.Equal(m.shifts[k].assign, x.assign) {
				x.kind, x.assign = m.shifts[k].kind, m.shifts[k].assign
				break
			}
		}
		if x.kind < 0 {
			x.kind = int32(m.kinds)
			m.kinds++
			byDay[x.day] = append(byDay[x.day], i)
		}
	}
	return nil
}

func (m *model) place(i int) int32 {
	if i == Anywhere {
		return int32(m.p.Tables[0].Places)
	}
	return int32(i)
}

// alike says whether two shifts of a day differ in nothing but their rep.
func (m *model) alike(a, b int) bool {
	x, y := &m.p.Shifts[a], &m.p.Shifts[b]
	return len(x.Done)+len(x.Head)+len(y.Done)+len(y.Head) == 0 &&
		x.Hours == y.Hours && x.Overtime == y.Overtime && x.Start == y.Start && x.End == y.End &&
		slices.EqualFunc(x.Breaks, y.Breaks, sameBreak) && x.MaxDrive == y.MaxDrive && x.MaxMetres == y.MaxMetres &&
		x.MaxVisits == y.MaxVisits && slices.Equal(x.Capacity, y.Capacity) && x.Table == y.Table &&
		x.SpeedPercent == y.SpeedPercent && x.DrivePercent == y.DrivePercent &&
		x.DistancePercent == y.DistancePercent && x.Fixed == y.Fixed && x.Now == y.Now
}

// goOn moves the beginning of a shift to its last stop made.
func (m *model) goOn(x *shift, s *Shift) {
	place := x.start
	var drive, road int32
	for i, d := range s.Done {
		v := &m.visits[d.Visit]
		if i == 0 && place == int32(m.p.Tables[0].Places) {
			place = v.place
		}
		h := x.legs.row(place)[v.place]
		if h.to < never {
			drive += h.to
			road += m.metres(x.legs, place, v.place)
			x.base += int64(h.costTo)
		}
		x.base += max(0, int64(m.choice(s, d.Visit)))
		if before := m.p.Visits[d.Visit].Before; before > 0 && &m.p.Shifts[before-1] != s {
			x.base += int64(m.w.Move)
		}
		x.capacity -= min(v.load, x.capacity)
		place = v.place
	}
	last := s.Done[len(s.Done)-1]
	x.start = place
	x.open = int32(max(last.Leave, s.Now))
	x.breaks = x.breaks[last.BreaksTaken:]
	x.fresh = false
	x.made = len(s.Done)
	x.maxDrive -= drive
	x.maxRoad -= road
	x.maxStops -= int32(len(s.Done))
	x.base += x.fixed
	x.fixed = 0
}

// choice is the cost of a rep making a visit, by preference alone.
func (m *model) choice(s *Shift, visit int) Cost {
	v := &m.p.Visits[visit]
	cost := Cost(0)
	if len(v.Preferred) > 0 && !slices.Contains(v.Preferred, s.Rep) {
		cost += m.w.NotPreferred
	}
	if v.LastRep > 0 && v.LastRep != s.Rep+1 {
		cost += m.w.OtherRep
	}
	return cost
}

// graceOn says whether lateness can cost anything in a shift.
func (m *model) graceOn(s *Shift) bool {
	if m.w.Late == 0 {
		return false
	}
	return slices.ContainsFunc(m.graces, func(w Window) bool {
		return w.Open <= s.Hours.Close+s.Overtime && w.Close+w.Grace >= s.Hours.Open
	})
}

func (m *model) buildLegs(s *Shift, index int) (legs, error) {
	t := &m.p.Tables[s.Table]
	n := t.Places
	l := legs{width: n + 1, table: t, percent: int32(s.SpeedPercent),
		second: int64(m.w.Drive) * percent(s.DrivePercent) * 10, metre: int64(m.w.Distance) * percent(s.DistancePercent)}
	if len(t.Periods) > 0 {
		l.clock, m.clocks = newClock(t, s.SpeedPercent), true
	}
	l.hops = make([]hop, (n+1)*(n+1))
	for a := range n {
		for b := range n {
			seconds, cost := t.Seconds[a*n+b], int64(0)
			if seconds < 0 {
				seconds = never
			} else {
				seconds = slowed(seconds, s.SpeedPercent)
				cost = l.price(seconds, m.metres(&l, int32(a), int32(b)))
				if cost >= int64(never) {
					return l, wrong("shift", index, "the way from place %d to %d costs %d, more than %d: choose smaller weights", a, b, cost, never)
				}
			}
			h, back := &l.hops[a*l.width+b], &l.hops[b*l.width+a]
			h.to, h.costTo = seconds, int32(cost)
			back.from, back.costFrom = seconds, int32(cost)
		}
	}
	return l, nil
}

// slowed is the time of a leg at a share of the table's speed.
func slowed(seconds int32, percent int) int32 {
	if percent == 0 {
		return seconds
	}
	return int32((int64(seconds)*100 + int64(percent) - 1) / int64(percent))
}

// price is the cost of a leg.
func (l *legs) price(seconds, metres int32) int64 {
	return (int64(seconds)*l.second + int64(metres)*l.metre/100 + 500) / 1000
}

// metres is the distance of a leg.
func (m *model) metres(l *legs, a, b int32) int32 {
	n := l.table.Places
	if l.table.Metres == nil || int(a) >= n || int(b) >= n {
		return 0
	}
	return l.table.Metres[int(a)*n+int(b)]
}

// buildOrders prepares the keys by which removed visits are sorted.
func (m *model) buildOrders() {
	n := len(m.visits)
	m.far, m.width, m.opens, m.closes = make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n)
	x := &m.shifts[0]
	must, may := false, false
	for i := range m.p.Visits {
		v := &m.p.Visits[i]
		must, may = must || v.Mandatory, may || !v.Mandatory
		m.far[i] = int64(x.legs.row(m.visits[i].place)[x.start].from)
		m.closes[i] = int64(never)
		m.width[i] = int64(never)
		for k, w := range v.Windows {
			if k == 0 {
				m.opens[i], m.closes[i], m.width[i] = int64(w.Open), int64(w.Close), 0
			}
			m.opens[i] = min(m.opens[i], int64(w.Open))
			m.closes[i] = max(m.closes[i], int64(w.Close))
			m.width[i] += int64(w.Close - w.Open)
		}
	}
	m.optional = must && may
}
