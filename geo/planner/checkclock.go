package planner

// byClock says whether a shift's travel depends on the time of day.
func (c *checker) byClock(s *Shift) bool { return len(c.p.Tables[s.Table].Periods) > 0 }

// changes are the times after depart at which a shift's travel changes, within a
// day from its beginning.
func (c *checker) changes(s *Shift, depart Seconds) []Seconds {
	var times []Seconds
	if !c.byClock(s) {
		return nil
	}
	close := min(s.Hours.Close+s.Overtime, max(s.Hours.Open, s.Now)+Day+1)
	for midnight := depart - depart%Day; midnight < close; midnight += Day {
		if midnight > depart {
			times = append(times, midnight)
		}
		for _, x := range c.p.Tables[s.Table].Periods {
			if at := midnight + x.From; at > depart && at < close && x.From > 0 {
				times = append(times, at)
			}
		}
	}
	return times
}

// pace is how long a leg takes at a time of day, and until when that holds.
func (c *checker) paceAt(s *Shift, leg int, at Seconds) (seconds int64, until Seconds) {
	t := &c.p.Tables[s.Table]
	clock := at % Day
	until = at - clock + Day
	seconds = int64(t.Seconds[leg])
	for i := len(t.Periods) - 1; i >= 0; i-- {
		if t.Periods[i].From <= clock {
			seconds = int64(t.Periods[i].Seconds[leg])
			break
		}
		until = at - clock + t.Periods[i].From
	}
	if s.SpeedPercent > 0 {
		seconds = (100*seconds + int64(s.SpeedPercent) - 1) / int64(s.SpeedPercent)
	}
	return seconds, until
}

// legParts is how many parts a leg has; see [Table].
const legParts = 1 << 32

// travel goes on with a leg of which some parts are done, until it is over or
// the clock is at stop.
func (c *checker) travel(s *Shift, leg int, at, stop Seconds, done int64) (Seconds, int64) {
	if done == legParts || at >= stop {
		return at, done
	}
	seconds, until := c.paceAt(s, leg, at)
	if until > stop {
		until = stop
	}
	span := int64(until - at)
	if (legParts-done)*seconds <= span*legParts {
		last := (legParts - done) * seconds
		if last%legParts > 0 {
			last += legParts
		}
		return at + Seconds(last/legParts), legParts
	}
	return c.travel(s, leg, until, stop, done+(span*legParts+seconds-1)/seconds)
}

// outing is one way of spreading driving and breaks over a gap.
type outing struct {
	pauses []Entry
	ready  Seconds
	driven Seconds
	late   Seconds // by which breaks begin too late
	worst  []Violation
}

// pausesByClock is pauses where travel depends on the time of day: breaks are
// taken as soon as they may be, or as late as they may be while there is still
// driving to do, whichever breaks less, ends earlier, drives less.
func (c *checker) pausesByClock(s *Shift, t *trial, gaps []int, i int, now Seconds, metres Metres, from, to int, fail func(Rule, int, Seconds)) (ready, driven Seconds) {
	leg := -1
	if from != Anywhere && to != Anywhere {
		leg = from*c.p.Tables[s.Table].Places + to
		if c.p.Tables[s.Table].Seconds[leg] < 0 {
			leg = -1
		}
	}
	soon := c.outing(s, gaps, i, now, metres, from, to, leg, false)
	if len(soon.pauses) > 0 {
		later := c.outing(s, gaps, i, now, metres, from, to, leg, true)
		if later.late < soon.late || later.late == soon.late &&
			(later.ready < soon.ready || later.ready == soon.ready && later.driven < soon.driven) {
			soon = later
		}
	}
	for _, v := range soon.worst {
		fail(v.Rule, v.Visit, Seconds(v.By))
	}
	t.entries = append(t.entries, soon.pauses...)
	return soon.ready, soon.driven
}

func (c *checker) outing(s *Shift, gaps []int, i int, now Seconds, metres Metres, from, to, leg int, late bool) outing {
	var o outing
	at, done := now, int64(0)
	if leg < 0 {
		done = legParts
	}
	var told Metres
	for b, g := range gaps {
		if g != i {
			continue
		}
		first, _ := firstAfter(&s.Breaks[b], at)
		stop := first
		if _, latest := bounds(&s.Breaks[b]); late && latest > first {
			stop = latest
		}
		arrived, parts := c.travel(s, leg, at, stop, done)
		begin, over := firstAfter(&s.Breaks[b], max(arrived, first))
		if over > 0 {
			o.late += over
			o.worst = append(o.worst, Violation{Rule: RuleBreak, Visit: b, By: int(over)})
		}
		e := Entry{Kind: Pause, Visit: b, Place: Anywhere, Drive: arrived - at, Arrive: arrived, Wait: begin - arrived,
			Begin: begin, End: begin + s.Breaks[b].Length}
		switch parts {
		case legParts:
			e.Place, e.Metres = to, metres-told
		case 0:
			e.Place = from
		default:
			e.Metres = Metres(int64(metres)*(parts>>8)/(legParts>>8)) - told
		}
		told += e.Metres
		o.driven += e.Drive
		o.pauses = append(o.pauses, e)
		at, done = e.End, parts
	}
	arrived, _ := c.travel(s, leg, at, 4*MaxTime, done)
	o.driven += arrived - at
	o.ready = arrived
	return o
}

// slackByClock is slack where travel depends on the time of day, by trying
// delays.
func (c *checker) slackByClock(si int, order, gaps []int, final *trial) {
	s, r := &c.p.Shifts[si], &c.report.Routes[si]
	defer func() { c.delayed, c.delay = 0, 0 }()
	depart := r.Entries[0].End
	most := s.Hours.Close + s.Overtime - depart
	search := func(keeps func(by Seconds) bool) Seconds {
		lo, hi := Seconds(0), max(0, most)
		for lo < hi {
			mid := lo + (hi-lo+1)/2
			if keeps(mid) {
				lo = mid
			} else {
				hi = mid - 1
			}
		}
		return lo
	}
	keeps := func(depart Seconds) bool {
		t := c.simulate(s, order, gaps, depart, nil)
		return t.broken == 0 && c.samePace(&t, final)
	}
	stop := 0
	for i := range r.Entries {
		e := &r.Entries[i]
		switch {
		case e.Kind == Leave && len(s.Done) == 0:
			e.Slack = search(func(by Seconds) bool { return keeps(depart + by) })
		case e.Kind == Return:
			e.Slack = s.Hours.Close + s.Overtime - e.Arrive
		case e.Kind == Stop:
			stop++
			if !e.Done {
				c.delayed = stop
				e.Slack = search(func(by Seconds) bool { c.delay = by; return keeps(depart) })
				c.delayed, c.delay = 0, 0
			}
		}
	}
	for i := len(r.Entries) - 2; i > 0; i-- {
		if e := &r.Entries[i]; e.Kind == Pause {
			e.Slack = max(0, min(lastBefore(&s.Breaks[e.Visit], e.Begin+r.Entries[i+1].Slack), e.Begin+r.Entries[i+1].Slack)-e.Arrive)
		}
	}
}
