package planner

// clock is travel that depends on when it begins, for one travel profile.
//
// A leg is a whole of 2^32 parts. In a period with T seconds from place to
// place each second covers 2^32/T of them: both the parts covered when a
// period or a drive is interrupted and the last second are rounded up. Arrivals then never
// get earlier when departures get later.
type clock struct {
	places  int
	from    []int32   // when each period begins, since midnight; the first at 0
	seconds [][]int32 // by period, speed included
}

// whole is a leg not yet begun.
const whole = int64(1) << 32

func newClock(t *Table, percent int) *clock {
	c := &clock{places: t.Places}
	add := func(from Seconds, table []int32) {
		scaled := table
		if percent != 0 {
			scaled = make([]int32, len(table))
			for i, s := range table {
				scaled[i] = s
				if s >= 0 {
					scaled[i] = slowed(s, percent)
				}
			}
		}
		c.from, c.seconds = append(c.from, int32(from)), append(c.seconds, scaled)
	}
	if len(t.Periods) == 0 || t.Periods[0].From > 0 {
		add(0, t.Seconds)
	}
	for _, x := range t.Periods {
		add(x.From, x.Seconds)
	}
	return c
}

// period is the one that holds at a time, and when it ends.
func (c *clock) period(at int32) (k int, until int32) {
	midnight := int32(0)
	if at >= int32(Day) {
		midnight = at - at%int32(Day)
		at -= midnight
	}
	k = len(c.from) - 1
	for c.from[k] > at {
		k--
	}
	if k+1 < len(c.from) {
		return k, midnight + c.from[k+1]
	}
	return k, midnight + int32(Day)
}

// drive goes on from a place to another from a time on, with a part of the leg
// left, until it is reached or the clock is at stop. It returns the time and
// what is left then.
func (c *clock) drive(from, to, at, stop int32, left int64) (now int32, rest int64) {
	if int(from) >= c.places || int(to) >= c.places {
		return at, 0
	}
	leg := int(from)*c.places + int(to)
	for left > 0 && at < stop {
		k, until := c.period(at)
		whole := int64(c.seconds[k][leg])
		until = min(until, stop)
		if need := (left*whole + 1<<32 - 1) >> 32; need <= int64(until-at) {
			return at + int32(need), 0
		}
		left -= (int64(until-at)<<32 + whole - 1) / whole
		at = until
	}
	return at, left
}

// arrive is when a place is reached that is set out for at a time.
func (c *clock) arrive(from, to, at int32) int32 {
	now, _ := c.drive(from, to, at, never, whole)
	return now
}

// over is [after] with travel by the clock: when a gap is over that begins at e
// with the given breaks in it, and how long is driven in it. The breaks are taken
// as early as they may, or as late as the drive asks, whichever ends first.
func (c *clock) over(breaks []Break, from, to, e int32) (ready, driven int32) {
	if e >= never {
		return never, 0
	}
	if len(breaks) == 0 {
		ready = c.arrive(from, to, e)
		return ready, ready - e
	}
	ready, driven, torn := c.pausing(breaks, from, to, e, false)
	if !torn {
		return ready, driven
	}
	if late, drivenLate, _ := c.pausing(breaks, from, to, e, true); late < ready || late == ready && drivenLate < driven {
		ready, driven = late, drivenLate
	}
	return ready, driven
}

// pausing is over with all breaks early, or all late. Where no drive is torn by a
// break that could wait, both are the same.
func (c *clock) pausing(breaks []Break, from, to, e int32, late bool) (ready, driven int32, torn bool) {
	now, left := e, whole
	for i := range breaks {
		b := &breaks[i]
		first := b.first(now)
		if first >= never {
			return never, 0, torn
		}
		stop := first
		if late {
			stop = max(first, int32(b.Latest))
		}
		at, rest := c.drive(from, to, now, stop, left)
		driven += at - now
		torn = torn || rest > 0
		// On the way at the last moment for the break, or arrived before it.
		begin := b.first(max(at, first))
		if begin >= never {
			return never, 0, torn
		}
		now, left = begin+int32(b.Length), rest
	}
	at, _ := c.drive(from, to, now, never, left)
	return at, driven + at - now, torn
}

// before is the latest a gap may begin that must be over by at, or -never.
func (c *clock) before(breaks []Break, from, to, at int32) int32 {
	if at < 0 {
		return -never
	}
	fits := func(e int32) bool {
		ready, _ := c.over(breaks, from, to, e)
		return ready <= at
	}
	// Whoever is late by so much sets out earlier by so much: where the pace and
	// the breaks stay the same in between, that is the moment.
	hi := at + 1 // the earliest known to be too late
	lo := at
	for range 4 {
		ready, _ := c.over(breaks, from, to, lo)
		if ready <= at {
			break
		}
		hi = lo
		if ready >= never || ready-at >= lo {
			break
		}
		lo -= ready - at
	}
	if lo > 0 && !fits(lo) && !fits(0) {
		return -never
	}
	// Gallop back from there, in longer and longer steps, then halve.
	for step := int32(1); !fits(lo); step *= 2 {
		hi = lo
		if lo == 0 {
			return -never
		}
		lo = max(0, lo-step)
	}
	if lo+1 >= hi || !fits(lo+1) {
		return lo
	}
	hi--
	for lo < hi {
		mid := lo + (hi-lo+1)/2
		if fits(mid) {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	return lo
}
