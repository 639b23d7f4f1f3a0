package planner

import (
	"context"
	"math/rand"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// bruteForce is the cheapest plan that keeps every rule, by trying every order
// of every selection in every shift with the checker.
func bruteForce(p *Problem) (Cost, [][]int) {
	orders := make([][]int, len(p.Shifts))
	fixed := make([]int, len(p.Shifts))
	taken := make([]bool, len(p.Visits))
	for i, s := range p.Shifts {
		for _, d := range s.Done {
			orders[i] = append(orders[i], d.Visit)
			taken[d.Visit] = true
		}
		for _, v := range s.Head {
			orders[i] = append(orders[i], v)
			taken[v] = true
		}
		fixed[i] = len(orders[i])
	}
	best := Cost(-1)
	var bestOrders [][]int
	var try func(v int)
	try = func(v int) {
		if v == len(p.Visits) {
			r := check(p, orders)
			for _, x := range r.Violations {
				if x.Rule != RuleMissing {
					return
				}
			}
			if best < 0 || r.Cost < best {
				best = r.Cost
				bestOrders = make([][]int, len(orders))
				for i := range orders {
					bestOrders[i] = slices.Clone(orders[i])
				}
			}
			return
		}
		if taken[v] {
			try(v + 1)
			return
		}
		try(v + 1)
		for s := range orders {
			for at := fixed[s]; at <= len(orders[s]); at++ {
				orders[s] = slices.Insert(orders[s], at, v)
				if !overfull(p, s, orders[s]) {
					try(v + 1)
				}
				orders[s] = slices.Delete(orders[s], at, at+1)
			}
		}
	}
	try(0)
	return best, bestOrders
}

// overfull says that a shift has too many visits or too much load, which no
// further visit heals.
func overfull(p *Problem, shift int, order []int) bool {
	s := &p.Shifts[shift]
	if s.MaxVisits > 0 && len(order) > s.MaxVisits {
		return true
	}
	for d, most := range s.Capacity {
		for _, v := range order {
			if load := p.Visits[v].Load; d < len(load) {
				most -= load[d]
			}
		}
		if most < 0 {
			return true
		}
	}
	return false
}

// rules switch parts of a random problem on.
type rules struct {
	breaks, windows, setUps, prizes, skills, limits, soft, series, links, locks, loads, balance, timed, clock, positions bool
}

var everyRule = rules{breaks: true, windows: true, setUps: true, prizes: true, skills: true, limits: true, soft: true,
	series: true, links: true, locks: true, loads: true, balance: true, timed: true, clock: true, positions: true}

// randomProblem is a small problem: visits on a square an hour wide.
func randomProblem(r *rand.Rand, visits, shifts int, on rules) Problem {
	n := visits + 2
	x, y := make([]int, n), make([]int, n)
	for i := range n {
		x[i], y[i] = r.Intn(3600), r.Intn(3600)
	}
	t := Table{Places: n, Seconds: make([]int32, n*n), Metres: make([]int32, n*n)}
	for a := range n {
		for b := range n {
			if a == b {
				continue
			}
			d := max(x[a]-x[b], x[b]-x[a]) + max(y[a]-y[b], y[b]-y[a])
			t.Seconds[a*n+b] = int32(d + r.Intn(60))
			t.Metres[a*n+b] = int32(d*15 + r.Intn(500))
		}
	}
	if on.clock {
		for k, from := range []Seconds{9 * Hour, 11 * Hour, 12*Hour + 30*Minute} {
			x := Period{From: from + Seconds(r.Intn(1800)), Seconds: slices.Clone(t.Seconds)}
			if k < 2 {
				for i := range x.Seconds {
					x.Seconds[i] = x.Seconds[i] * int32(60+r.Intn(100)) / 100
				}
			}
			t.Periods = append(t.Periods, x)
		}
	}
	p := Problem{Tables: []Table{t}}
	if on.limits { // another way of travelling
		slow := Table{Places: n, Seconds: slices.Clone(t.Seconds), Metres: t.Metres}
		for i := range slow.Seconds {
			slow.Seconds[i] += slow.Seconds[i] / 4
		}
		p.Tables = append(p.Tables, slow)
	}
	days := (shifts + 1) / 2
	for i := range shifts {
		day := i % days
		s := Shift{Rep: i / days, Day: day, Start: 0, End: r.Intn(2), Hours: Window{Open: Seconds(day)*Day + 8*Hour, Close: Seconds(day)*Day + Seconds(11+r.Intn(5))*Hour}}
		if r.Intn(5) == 0 {
			s.Start = Anywhere
		}
		if r.Intn(5) == 0 {
			s.End = Anywhere
		}
		if on.breaks {
			at := Seconds(day)*Day + 10*Hour + Seconds(r.Intn(7200))
			s.Breaks = append(s.Breaks, Break{Length: 30 * Minute, Earliest: at, Latest: at + Seconds(r.Intn(5400)), FallsAway: r.Intn(2) == 0})
			if r.Intn(3) == 0 {
				b := &s.Breaks[0]
				b.Windows = []Window{{Open: b.Latest + 20*Minute, Close: b.Latest + 40*Minute}, {Open: b.Earliest, Close: b.Latest}}
			}
			if r.Intn(3) == 0 {
				s.Breaks = append(s.Breaks, Break{Length: 15 * Minute, Earliest: at + Hour, Latest: at + 3*Hour, FallsAway: true})
			}
		}
		if on.limits {
			s.MaxDrive = Seconds(2+r.Intn(3)) * Hour
			s.MaxVisits = 3 + r.Intn(3)
			s.MaxMetres = Metres(120_000 + r.Intn(60_000))
			s.Fixed = Cost(r.Intn(5000))
			s.SpeedPercent = 80 + r.Intn(40)
			s.DistancePercent, s.DrivePercent = 50+r.Intn(100), 50+r.Intn(100)
			s.Table = r.Intn(2)
		}
		if on.skills {
			s.Skills = []int{r.Intn(3), 7}
		}
		if on.soft {
			s.Overtime = Seconds(r.Intn(3600))
		}
		if on.loads {
			s.Capacity = []int32{int32(6 + r.Intn(10)), 12}
		}
		p.Shifts = append(p.Shifts, s)
	}
	for i := range visits {
		v := Visit{Place: 2 + i, Length: Seconds(10+r.Intn(50)) * Minute, Mandatory: true}
		if on.windows {
			for k := r.Intn(4); k > 0; k-- {
				at := Seconds(r.Intn(days))*Day + 8*Hour + Seconds(r.Intn(5*3600))
				w := Window{Open: at, Close: at + Seconds(r.Intn(2*3600))}
				if on.soft {
					w.Grace = Seconds(r.Intn(1800))
				}
				v.Windows = append(v.Windows, w)
			}
			v.EndInside = r.Intn(4) == 0
			if r.Intn(6) == 0 {
				v.NotBefore = Seconds(r.Intn(days))*Day + 8*Hour + Seconds(r.Intn(7200))
				v.NotAfter = v.NotBefore + Seconds(r.Intn(4*3600))
			}
		}
		if on.setUps {
			v.SetUp = Seconds(r.Intn(10)) * Minute
			if r.Intn(3) == 0 && i > 0 {
				v.Place = p.Visits[i-1].Place
			}
		}
		if on.prizes && r.Intn(3) > 0 {
			v.Mandatory, v.Prize = false, Seconds(1+r.Intn(90))*Minute
		}
		if on.skills {
			switch r.Intn(9) {
			case 8:
				v.Forbidden = []int{r.Intn(2)}
			case 7:
				v.Skip = true
			case 6:
				v.LastRep = 1 + r.Intn(2)
			case 0:
				v.Skills = []int{r.Intn(3)}
			case 1:
				v.Reps = []int{r.Intn(2)}
			case 2:
				v.Preferred = []int{r.Intn(2)}
			case 3:
				v.Before = 1 + r.Intn(shifts)
			case 4:
				v.Shifts = []int{r.Intn(shifts)}
			}
		}
		if on.loads {
			v.Load = []int32{int32(r.Intn(6)), int32(r.Intn(4))}
		}
		p.Visits = append(p.Visits, v)
	}
	if on.series && visits >= 4 && days > 1 {
		p.Series = []Series{{Interval: 1 + r.Intn(3), Tolerance: r.Intn(2), Last: -r.Intn(4), MinGap: 1, MaxGap: 3, SameRep: r.Intn(2) == 0, Weight: Cost(r.Intn(2) * 50_000)}}
		for i := range 2 {
			v := &p.Visits[i]
			*v = Visit{Place: 2, Length: v.Length, SetUp: v.SetUp, Load: v.Load, Series: 1}
		}
	}
	if on.links && visits >= 4 {
		p.Links = []Link{{A: visits - 1, B: visits - 2, MinDays: r.Intn(2), MaxDays: r.Intn(3) - 1, InOrder: r.Intn(2) == 0, SameRep: r.Intn(3) == 0}}
		if l := &p.Links[0]; l.MaxDays >= 0 && l.MaxDays < l.MinDays {
			l.MaxDays = l.MinDays
		}
	}
	if on.timed && visits >= 4 {
		a := r.Intn(visits)
		l := Link{A: a, B: (a + 1 + r.Intn(visits-1)) % visits, MaxDays: -1, Both: r.Intn(2) == 0}
		switch r.Intn(5) {
		case 0:
			l.Time = &Span{}
		case 1:
			l.Time = &Span{Min: Seconds(r.Intn(4 * 3600)), Max: -1}
		case 2:
			l.Time, l.InOrder = &Span{Min: Seconds(r.Intn(3600)), Max: Seconds(3600 + r.Intn(7200))}, true
		case 3:
			l.Time = &Span{Max: Seconds(r.Intn(3600))}
		case 4:
			l.Time, l.InOrder = &Span{Min: p.Visits[a].Length, Max: -1}, true
		}
		p.Links = append(p.Links, l)
		if r.Intn(3) == 0 {
			p.Links = append(p.Links, Link{A: l.B, B: (l.B + 1 + r.Intn(visits-1)) % visits, MaxDays: -1, InOrder: true, Time: &Span{Max: -1}})
		}
	}
	if on.locks && visits >= 3 {
		s := &p.Shifts[0]
		switch r.Intn(3) {
		case 0:
			s.Head = []int{visits - 1}
		case 1:
			s.Done = []Done{{Visit: visits - 1, Arrive: s.Hours.Open + 10*Minute, Leave: s.Hours.Open + 40*Minute}}
			s.Now = s.Hours.Open + Hour
		}
		if r.Intn(2) == 0 {
			p.Visits[visits-1].Windows = nil
			p.Visits[visits-1].Skills, p.Visits[visits-1].Reps, p.Visits[visits-1].Shifts = nil, nil, nil
		}
	}
	if on.positions && visits > 1 {
		for range 1 + r.Intn(2) { // never the last, which may be made already
			p.Visits[r.Intn(visits-1)].Position = []int{1, 2, 3, -1, -2}[r.Intn(5)]
		}
	}
	p.Weights = Balanced
	p.Weights.Prize = Hour
	if on.balance {
		p.Weights.Balance = 10_000
	}
	return p
}

func TestPlansOfFewVisitsAreAsGoodAsBruteForce(t *testing.T) {
	t.Parallel()
	inOneGoroutine(t)
	cases := []struct {
		name           string
		on             rules
		visits, shifts int
		many, rounds   int
	}{
		{"nothing but distance", rules{}, 6, 1, 10, 5000},
		{"windows", rules{windows: true}, 6, 1, 20, 5000},
		{"breaks", rules{breaks: true}, 5, 1, 12, 5000},
		{"windows and breaks", rules{windows: true, breaks: true}, 5, 1, 20, 5000},
		{"prizes", rules{windows: true, prizes: true, breaks: true}, 5, 1, 15, 5000},
		{"set-ups", rules{windows: true, setUps: true}, 5, 1, 15, 5000},
		{"two shifts", rules{windows: true, breaks: true, skills: true}, 5, 2, 8, 5000},
		{"limits and loads", rules{limits: true, loads: true, prizes: true}, 5, 2, 8, 5000},
		{"series and links", rules{series: true, links: true, prizes: true}, 4, 4, 12, 5000},
		{"locks", rules{locks: true, windows: true, breaks: true, prizes: true}, 5, 2, 8, 4000},
		{"overtime and grace", rules{windows: true, soft: true, prizes: true}, 5, 1, 15, 5000},
		{"overtime, grace and breaks", rules{windows: true, soft: true, prizes: true, breaks: true}, 5, 1, 10, 3000},
		{"travel by the clock", rules{windows: true, clock: true, prizes: true}, 5, 1, 8, 2000},
		{"travel by the clock and breaks", rules{windows: true, clock: true, breaks: true, prizes: true}, 5, 1, 6, 2000},
		{"links in time", rules{timed: true, prizes: true}, 5, 2, 10, 6000},
		{"links in time, windows and breaks", rules{timed: true, windows: true, breaks: true, prizes: true}, 5, 2, 6, 8000},
		{"links in time over days", rules{timed: true, windows: true, prizes: true, series: true}, 4, 4, 8, 8000},
		{"balance", rules{balance: true, prizes: true}, 4, 2, 12, 5000},
		{"locked positions", rules{positions: true, windows: true, prizes: true}, 5, 2, 8, 5000},
		{"locked positions and breaks", rules{positions: true, breaks: true, windows: true, prizes: true}, 5, 1, 10, 4000},
		{"locked positions, stops made and links in time", rules{positions: true, locks: true, timed: true, prizes: true}, 5, 2, 6, 6000},
		{"every rule, eight visits", everyRule, 8, 1, 1, 2000},
		{"every rule", everyRule, 4, 3, 5, 4000},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for k := range c.many {
				r := rand.New(rand.NewSource(int64(k)))
				p := randomProblem(r, c.visits, c.shifts, c.on)
				want, orders := bruteForce(&p)
				got, err := Plan(context.Background(), p, Options{Seed: 1, Iterations: c.rounds})
				require.NoError(t, err, "problem %d", k)
				if want < 0 {
					require.NotEmpty(t, got.Forced, "problem %d has no plan at all", k)
					continue
				}
				require.Equal(t, want, got.Cost, "problem %d: %v, not %v", k, orders, got.Orders())
			}
		})
	}
}
