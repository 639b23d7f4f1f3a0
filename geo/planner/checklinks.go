package planner

import "slices"

// Routes that hold visits tied in time are timed together: every visit begins
// as early as the routes, the windows and the visits it waits for let it. With
// breaks in given gaps and the order of visits that must be apart given, those
// times are the least that hold all bounds of the kind "no earlier than", found
// by letting routes wait for each other until nothing changes.

// How many ways to place the breaks of routes that are timed together are tried.
const togetherMost = 1000

// tied are the groups of shifts that hold visits tied in time, each in order.
func (c *checker) tied() [][]int {
	var groups [][]int
	for _, l := range c.p.Links {
		a, b := c.shiftOf[l.A], c.shiftOf[l.B]
		if l.Time == nil || a < 0 || b < 0 {
			continue
		}
		if c.release == nil {
			c.release, c.pace = make([]Seconds, len(c.p.Visits)), make([]bool, len(c.p.Visits))
		}
		c.pace[l.A], c.pace[l.B] = true, true
		joined := []int{a, b}
		groups = slices.DeleteFunc(groups, func(g []int) bool {
			if slices.Contains(g, a) || slices.Contains(g, b) {
				joined = append(joined, g...)
				return true
			}
			return false
		})
		slices.Sort(joined)
		groups = append(groups, slices.Compact(joined))
	}
	return groups
}

// released is before when a visit must not begin because of others.
func (c *checker) released(visit int) Seconds {
	if c.release == nil {
		return 0
	}
	return c.release[visit]
}

// samePace says whether the visits that others are tied to begin at the same
// times.
func (c *checker) samePace(a, b *trial) bool {
	if c.pace == nil {
		return true
	}
	return slices.Equal(c.beginnings(a), c.beginnings(b))
}

func (c *checker) beginnings(t *trial) []Seconds {
	var times []Seconds
	for i := range t.entries {
		if e := &t.entries[i]; e.Kind == Stop && c.pace[e.Visit] {
			times = append(times, e.Begin)
		}
	}
	return times
}

// joint is one timing of a group of routes.
type joint struct {
	trials  []trial
	gaps    [][]int
	release []Seconds // of all visits
	patient []bool
	broken  int64
	alone   bool  // a route breaks rules even if it waits for no other
	sum     trial // of costs and ends
}

func (c *checker) together(group []int, orders [][]int) {
	var shifts []int
	member := make([]bool, len(c.p.Visits))
	for _, s := range group {
		if c.begin(s, orders[s]) {
			shifts = append(shifts, s)
			for _, v := range orders[s] {
				member[v] = true
			}
		}
	}
	var links []Link
	open := []int{} // those whose order is to be chosen
	hopeless := false
	for _, l := range c.p.Links {
		if l.Time == nil || c.shiftOf[l.A] < 0 || c.shiftOf[l.B] < 0 || !member[l.A] || !member[l.B] {
			continue
		}
		if s := c.shiftOf[l.A]; s == c.shiftOf[l.B] && (l.InOrder || l.Time.Min > 0) {
			// One route has them in an order of its own.
			if slices.Index(orders[s], l.B) < slices.Index(orders[s], l.A) {
				hopeless = hopeless || l.InOrder
				if !l.InOrder {
					l.A, l.B = l.B, l.A
				}
			}
		} else if !l.InOrder && l.Time.Min > 0 {
			open = append(open, len(links))
		}
		links = append(links, l)
	}
	best := c.alternating(shifts, orders, links, open)
	best.alone = best.alone || hopeless
	for turn := 1; best.broken > 0 && !best.alone && turn < 1<<min(4, len(open)); turn++ {
		turned := slices.Clone(links)
		for k, at := range open[:min(4, len(open))] {
			if turn>>k&1 == 1 {
				turned[at].A, turned[at].B = links[at].B, links[at].A
			}
		}
		if j := c.alternating(shifts, orders, turned, nil); c.betterJoint(&j, &best) {
			best = j
		}
	}
	if best.broken > 0 && !best.alone {
		for turn := range 1 << min(4, len(open)) {
			turned := slices.Clone(links)
			for k, at := range open[:min(4, len(open))] {
				if turn>>k&1 == 1 {
					turned[at].A, turned[at].B = links[at].B, links[at].A
				}
			}
			c.everyway(shifts, orders, turned, open, &best)
		}
	}
	copy(c.release, best.release)
	c.patient = best.patient
	for i, s := range shifts {
		c.finish(s, orders[s], &best.trials[i], best.gaps[i])
	}
}

// alternating times routes in turn, each in its best way, until none waits for
// another any more. The order of the links named by open is that in which their
// visits begin without them.
func (c *checker) alternating(shifts []int, orders [][]int, links []Link, open []int) joint {
	clear(c.release)
	j := joint{trials: make([]trial, len(shifts)), gaps: make([][]int, len(shifts))}
	time := func() {
		for i, s := range shifts {
			j.trials[i], j.gaps[i] = c.best(s, orders[s])
		}
	}
	time()
	for i := range j.trials {
		j.alone = j.alone || j.trials[i].broken > 0
	}
	if len(open) > 0 {
		begins := c.begins(&j)
		for _, at := range open {
			if l := &links[at]; begins[l.B] < begins[l.A] {
				l.A, l.B = l.B, l.A
			}
		}
	}
	for range 3 * len(c.p.Visits) {
		if !c.wait(&j, links, open) {
			break
		}
		time()
	}
	c.judge(&j, links)
	return j
}

// everyway times routes with every placing of their breaks.
func (c *checker) everyway(shifts []int, orders [][]int, links []Link, open []int, best *joint) {
	type way struct {
		gaps   []int
		depart Seconds
	}
	ways := make([][]way, len(shifts))
	clear(c.release)
	for i, s := range shifts {
		c.trials(s, orders[s], false, func(gaps []int, depart Seconds) bool {
			ways[i] = append(ways[i], way{slices.Clone(gaps), depart})
			return len(ways[i]) < togetherMost
		})
	}
	picked := make([]int, len(shifts))
	for range togetherMost {
		clear(c.release)
		j := joint{trials: make([]trial, len(shifts)), gaps: make([][]int, len(shifts))}
		time := func() {
			for i, s := range shifts {
				w := ways[i][picked[i]]
				j.gaps[i] = w.gaps
				j.trials[i] = c.simulate(&c.p.Shifts[s], orders[s], w.gaps, w.depart, nil)
			}
		}
		time()
		for range 3 * len(c.p.Visits) {
			if !c.wait(&j, links, open) {
				break
			}
			time()
		}
		if c.judge(&j, links); c.betterJoint(&j, best) {
			*best = j
		}
		at := 0
		for ; at < len(picked); at++ {
			if picked[at]++; picked[at] < len(ways[at]) {
				break
			}
			picked[at] = 0
		}
		if at == len(picked) {
			return
		}
	}
}

// begins are when visits begin, by visit.
func (c *checker) begins(j *joint) []Seconds {
	begins := make([]Seconds, len(c.p.Visits))
	for i := range j.trials {
		for k := range j.trials[i].entries {
			if e := &j.trials[i].entries[k]; e.Kind == Stop {
				begins[e.Visit] = e.Begin
			}
		}
	}
	return begins
}

// wait puts off visits that begin too early for others, and says whether it did.
func (c *checker) wait(j *joint, links []Link, open []int) bool {
	begins := c.begins(j)
	waited := false
	until := func(visit int, at Seconds) {
		s := &c.p.Shifts[c.shiftOf[visit]]
		if at > c.release[visit] && at > begins[visit] && at <= s.Hours.Close+s.Overtime {
			c.release[visit] = at
			waited = true
		}
	}
	for i := range links {
		l := &links[i]
		if l.InOrder || l.Time.Min > 0 {
			until(l.B, begins[l.A]+l.Time.Min)
		}
		if l.Time.Max >= 0 {
			until(l.A, begins[l.B]-l.Time.Max)
			if !l.InOrder && l.Time.Min == 0 {
				until(l.B, begins[l.A]-l.Time.Max)
			}
		}
	}
	return waited
}

// judge adds up what a timing breaks and costs.
func (c *checker) judge(j *joint, links []Link) {
	j.release, j.patient = slices.Clone(c.release), slices.Clone(c.patient)
	begins := c.begins(j)
	for i := range j.trials {
		t := &j.trials[i]
		j.broken += t.broken
		j.sum.late, j.sum.over, j.sum.end, j.sum.drive = j.sum.late+t.late, j.sum.over+t.over, j.sum.end+t.end, j.sum.drive+t.drive
	}
	for i := range links {
		j.broken += int64(missed(&links[i], begins[links[i].A], begins[links[i].B]))
	}
}

func (c *checker) betterJoint(a, b *joint) bool {
	if a.broken != b.broken {
		return a.broken < b.broken
	}
	return c.better(&a.sum, &b.sum)
}

// missed is by how much two beginnings break a link.
func missed(l *Link, a, b Seconds) Seconds {
	apart := b - a
	if apart < 0 && !l.InOrder {
		apart = -apart
	}
	if apart < l.Time.Min {
		return l.Time.Min - apart
	}
	if l.Time.Max >= 0 {
		return max(0, apart-l.Time.Max)
	}
	return 0
}

// links checks the days and times of linked visits.
func (c *checker) links() {
	var begins map[int]Seconds
	if c.release != nil {
		begins = map[int]Seconds{}
		for i := range c.report.Routes {
			for _, e := range c.report.Routes[i].Entries {
				if e.Kind == Stop {
					begins[e.Visit] = e.Begin
				}
			}
		}
	}
	for i := range c.p.Links {
		l := &c.p.Links[i]
		a, b := c.shiftOf[l.A], c.shiftOf[l.B]
		if l.Both && (a < 0) != (b < 0) {
			if a >= 0 {
				c.break_(RuleTogether, a, l.A, 1)
			} else {
				c.break_(RuleTogether, b, l.B, 1)
			}
		}
		if a < 0 || b < 0 {
			continue
		}
		days := c.p.Shifts[b].Day - c.p.Shifts[a].Day
		if days < 0 && !l.InOrder {
			days = -days
		}
		if days < l.MinDays {
			c.break_(RuleGap, b, l.B, l.MinDays-days)
		}
		if l.MaxDays >= 0 && days > l.MaxDays {
			c.break_(RuleGap, b, l.B, days-l.MaxDays)
		}
		if l.SameRep && c.p.Shifts[a].Rep != c.p.Shifts[b].Rep {
			c.break_(RuleSameRep, b, l.B, 1)
		}
		if l.Time != nil {
			if by := missed(l, begins[l.A], begins[l.B]); by > 0 {
				c.break_(RuleTime, b, l.B, int(by))
			}
		}
	}
}
