package planner

// placeBreaks calls try for every way to spread the breaks over the gaps of a
// route: gap g comes before stop number g, the last one after all stops; -1
// leaves a break out, where it may fall away. Done stops keep their breaks.
// Gaps that begin too late for a break are passed over when timely is set. It
// ends when try returns false.
func (c *checker) placeBreaks(s *Shift, order []int, done, taken int, gaps []int, open Seconds, timely bool, try func() bool) {
	// earliest[g] is a lower bound of when gap g begins.
	earliest := make([]Seconds, len(order)+1)
	bare := c.simulate(s, order, make([]int, 0), open, nil)
	g := 0
	for _, e := range bare.entries {
		if e.Kind == Leave || e.Kind == Stop {
			earliest[g] = e.End
			g++
		}
	}
	for b := range taken {
		gaps[b] = 0 // among the done stops, see simulate
		for g := 0; g < done && s.Done[g].BreaksTaken <= b; g++ {
			gaps[b] = g + 1
		}
	}
	var place func(b, from int) bool
	place = func(b, from int) bool {
		if b == len(gaps) {
			return try()
		}
		_, latest := bounds(&s.Breaks[b])
		tried := false
		for g := from; g <= len(order); g++ {
			if timely && tried && earliest[g] > latest {
				break
			}
			gaps[b] = g
			if !place(b+1, g) {
				return false
			}
			tried = true
		}
		if s.Breaks[b].FallsAway {
			gaps[b] = -1
			return place(b+1, from)
		}
		return true
	}
	place(taken, done)
}

// bounds are the earliest and latest a break may begin.
func bounds(b *Break) (earliest, latest Seconds) {
	if len(b.Windows) == 0 {
		return b.Earliest, b.Latest
	}
	earliest, latest = b.Windows[0].Open, b.Windows[0].Close
	for _, w := range b.Windows {
		earliest, latest = min(earliest, w.Open), max(latest, w.Close)
	}
	return earliest, latest
}

// firstAfter is when a break begins that may from a time on, and how much too
// late that is.
func firstAfter(b *Break, at Seconds) (begin, late Seconds) {
	earliest, latest := bounds(b)
	begin = max(at, earliest)
	if begin > latest {
		return begin, begin - latest
	}
	if len(b.Windows) == 0 {
		return begin, 0
	}
	next := latest
	for _, w := range b.Windows {
		if begin >= w.Open && begin <= w.Close {
			return begin, 0
		}
		if w.Open > begin {
			next = min(next, w.Open)
		}
	}
	return next, 0
}

// lastBefore is the latest time up to at when a break may begin; what lies
// before its earliest is returned as it is.
func lastBefore(b *Break, at Seconds) Seconds {
	earliest, latest := bounds(b)
	at = min(at, latest)
	if len(b.Windows) == 0 || at < earliest {
		return at
	}
	last := earliest
	for _, w := range b.Windows {
		if w.Open <= at {
			last = max(last, min(at, w.Close))
		}
	}
	return last
}

// pauses adds the breaks of gap i and returns when the next place is reached
// and the last break over.
func (c *checker) pauses(s *Shift, t *trial, gaps []int, i int, now, drive Seconds, metres Metres, from, to int, fail func(Rule, int, Seconds)) Seconds {
	first, last, over := -1, -1, now
	var length Seconds
	for b, g := range gaps {
		if g != i {
			continue
		}
		if first < 0 {
			first = b
		}
		last = b
		begin, late := firstAfter(&s.Breaks[b], over)
		if late > 0 {
			fail(RuleBreak, b, late)
		}
		over = begin + s.Breaks[b].Length
		length += s.Breaks[b].Length
	}
	ready := max(over, now+drive+length)
	if first < 0 {
		return ready
	}
	// For the timetable each break begins as late as it may, so that the rep
	// drives first.
	begins := make([]Seconds, last-first+1)
	limit := ready
	for b := last; b >= first; b-- {
		at := lastBefore(&s.Breaks[b], limit-s.Breaks[b].Length)
		begins[b-first], limit = at, at
	}
	clock, driven := now, Seconds(0)
	var drivenMetres Metres
	for b := first; b <= last; b++ {
		at := max(begins[b-first], clock) // later only where the rule is broken anyway
		part := min(drive-driven, at-clock)
		partMetres := metres - drivenMetres
		if driven+part < drive {
			partMetres = Metres(int64(metres)*int64(driven+part)/int64(drive)) - drivenMetres
		}
		driven, drivenMetres = driven+part, drivenMetres+partMetres
		place := Anywhere
		switch driven {
		case drive:
			place = to
		case 0:
			place = from
		}
		t.entries = append(t.entries, Entry{Kind: Pause, Visit: b, Place: place, Drive: part, Metres: partMetres,
			Arrive: clock + part, Wait: at - clock - part, Begin: at, End: at + s.Breaks[b].Length})
		clock = at + s.Breaks[b].Length
	}
	return ready
}
