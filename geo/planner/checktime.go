package planner

// simulate times a route that leaves its start at depart. Gaps beyond those
// given are free of breaks. Broken rules are noted when a list is given.
func (c *checker) simulate(s *Shift, order, gaps []int, depart Seconds, broken *[]Violation) trial {
	t := trial{depart: depart}
	fail := func(rule Rule, visit int, by Seconds) {
		t.broken += int64(by)
		if broken != nil {
			*broken = append(*broken, Violation{rule, 0, visit, int(by)})
		}
	}
	t.entries = make([]Entry, 0, len(order)+len(gaps)+2)
	t.entries = append(t.entries, Entry{Kind: Leave, Visit: -1, Place: s.Start, Arrive: depart, Begin: depart, End: depart})
	now, place := depart, s.Start
	if place == Anywhere {
		place = c.p.Visits[order[0]].Place
		t.entries[0].Place = Anywhere
	}
	done := min(len(s.Done), len(order))
	clock := c.byClock(s)
	for i := 0; i <= len(order); i++ {
		to, visit := s.End, -1
		if i < len(order) {
			visit = order[i]
			to = c.p.Visits[visit].Place
		} else if to == Anywhere {
			to = place
		}
		drive, metres, ok := c.leg(s, place, to)
		if !ok {
			fail(RuleRoad, visit, 1)
		}
		if i < done {
			d := s.Done[i]
			if i == 0 && d.Arrive-drive < t.entries[0].End {
				t.entries[0].Arrive, t.entries[0].Begin, t.entries[0].End = max(0, d.Arrive-drive), max(0, d.Arrive-drive), max(0, d.Arrive-drive)
			}
			t.entries = append(t.entries, Entry{Kind: Stop, Visit: visit, Place: to, Drive: drive, Metres: metres,
				Arrive: d.Arrive, Begin: d.Arrive, End: d.Leave, Done: true})
			now, place = max(d.Leave, s.Now), to
			continue
		}
		var ready, driven Seconds
		if clock {
			ready, driven = c.pausesByClock(s, &t, gaps, i, now, metres, place, to, fail)
		} else {
			ready = c.pauses(s, &t, gaps, i, now, drive, metres, place, to, fail)
		}
		if c.delayed == i+1 {
			ready += c.delay
		}
		left, leftMetres := drive, metres
		if clock {
			left = driven
			t.drive += c.legCost(s, driven, metres)
		}
		for k := len(t.entries) - 1; k > 0 && t.entries[k].Kind == Pause && t.entries[k].Begin >= now; k-- {
			left -= t.entries[k].Drive
			leftMetres -= t.entries[k].Metres
		}
		if visit < 0 {
			t.entries = append(t.entries, Entry{Kind: Return, Visit: -1, Place: s.End, Drive: left, Metres: leftMetres, Arrive: ready, Begin: ready, End: ready})
			now = ready
			break
		}
		v := &c.p.Visits[visit]
		entry := Entry{Kind: Stop, Visit: visit, Place: to, Drive: left, Metres: leftMetres, Arrive: ready}
		if to != place || i == 0 && s.Start == Anywhere {
			entry.SetUp = v.SetUp
		}
		from := max(ready+entry.SetUp, c.released(visit))
		begin, grace, after := beginning(v, from)
		if grace > 0 && c.patient != nil && c.patient[visit] {
			begin, grace = punctual(v, from, begin, grace)
		}
		if after > 0 {
			fail(RuleWindow, visit, after)
		}
		t.late += grace
		entry.Wait = begin - ready - entry.SetUp
		entry.Begin, entry.End = begin, begin+v.Length
		t.entries = append(t.entries, entry)
		now, place = entry.End, to
	}
	t.end = now
	t.over = max(0, min(now-s.Hours.Close, s.Overtime))
	if clock && s.MaxDrive > 0 { // it is up to the departure and the breaks; named in sum
		driven := Seconds(0)
		for i := range t.entries {
			driven += t.entries[i].Drive
		}
		t.broken += int64(max(0, driven-s.MaxDrive))
	}
	if now > s.Hours.Close+s.Overtime {
		fail(RuleHours, -1, now-s.Hours.Close-s.Overtime)
	}
	// A break that fell away needs a day that ends early or begins late.
	for b, g := range gaps {
		if g >= 0 {
			continue
		}
		_, latest := bounds(&s.Breaks[b])
		if begin := t.entries[0].End; begin < latest && now > latest {
			fail(RuleBreak, b, min(now-latest, latest-begin))
		}
	}
	return t
}

// beginning is when a visit begins that is ready at the given time, how far
// into a window's grace that is, and how long after all windows.
func beginning(v *Visit, ready Seconds) (begin, grace, after Seconds) {
	last := v.NotAfter
	if last == 0 {
		last = 2 * MaxTime
	}
	if len(v.Windows) == 0 {
		begin = max(ready, v.NotBefore)
		return begin, 0, max(0, begin-last)
	}
	begin, after = -1, -1
	for _, w := range v.Windows {
		shut := w.Close
		if v.EndInside {
			shut -= v.Length
		}
		if shut < w.Open || w.Open > last || shut+w.Grace < v.NotBefore {
			continue // too short for this visit, or not when it may be
		}
		if ready <= min(shut+w.Grace, last) {
			at := max(ready, w.Open, v.NotBefore)
			late := max(0, at-shut)
			if begin < 0 || at < begin || at == begin && late < grace {
				begin, grace = at, late
			}
			continue
		}
		if over := ready - min(shut+w.Grace, last); after < 0 || over < after {
			after = over
		}
	}
	if begin >= 0 {
		return begin, grace, 0
	}
	if after < 0 {
		after = max(1, ready-v.Windows[len(v.Windows)-1].Open) // no window is long enough
	}
	return ready, 0, after
}

// punctual is when a visit begins that waits for a window in which it is not
// late, if there is one.
func punctual(v *Visit, ready, begin, grace Seconds) (Seconds, Seconds) {
	found := Seconds(-1)
	for _, w := range v.Windows {
		shut := w.Close
		if v.EndInside {
			shut -= v.Length
		}
		at := max(ready, w.Open, v.NotBefore)
		if at <= shut && (v.NotAfter == 0 || at <= v.NotAfter) && (found < 0 || at < found) {
			found = at
		}
	}
	if found < 0 {
		return begin, grace
	}
	return found, 0
}

// slack fills in how much later each entry could be reached, breaks staying
// between the stops where they are.
func (c *checker) slack(s *Shift, r *Route) {
	limit := s.Hours.Close + s.Overtime // of reaching the entry after
	var ahead Seconds                   // driving to the entry after
	for i := len(r.Entries) - 1; i >= 0; i-- {
		e := &r.Entries[i]
		leave := limit - ahead
		switch e.Kind {
		case Return:
			e.Slack = limit - e.Arrive
		case Leave:
			e.Slack = leave - e.End
		case Pause:
			latest := lastBefore(&s.Breaks[e.Visit], leave-s.Breaks[e.Visit].Length)
			e.Slack = max(0, latest-e.Arrive)
			limit, ahead = e.Arrive+e.Slack, e.Drive
			continue
		case Stop:
			if e.Done {
				return
			}
			v := &c.p.Visits[e.Visit]
			latest := latestReady(v, leave-v.Length)
			if c.pace != nil && c.pace[e.Visit] {
				latest = min(latest, e.Begin)
			}
			e.Slack = max(0, latest-e.SetUp-e.Arrive)
			limit, ahead = e.Arrive+e.Slack, e.Drive
			continue
		}
		limit, ahead = e.Arrive+max(0, e.Slack), e.Drive
	}
}

// latestReady is the latest time to be ready so that a visit begins no later
// than the given time.
func latestReady(v *Visit, begin Seconds) Seconds {
	if v.NotAfter > 0 {
		begin = min(begin, v.NotAfter)
	}
	if len(v.Windows) == 0 {
		return begin
	}
	latest := Seconds(-1)
	for _, w := range v.Windows {
		shut := w.Close
		if v.EndInside {
			shut -= v.Length
		}
		if shut < w.Open || w.Open > begin {
			continue
		}
		latest = max(latest, min(begin, shut+w.Grace))
	}
	return latest
}
