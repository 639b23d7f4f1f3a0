package planner

import (
	"cmp"
	"slices"
)

// crossing is the scratch of a crossover.
type crossing struct {
	ofA, ofB   []int32 // by visit: its lane in each parent
	goes, come []bool  // by lane
	shared     []shared
	placed     []bool // by visit
	list       []int32
	missing    []int32
}

// shared counts a lane's visits that are in the lanes that go, and the others.
type shared struct {
	lane    int32
	in, out int
}

// lanesOf notes each visit's lane.
func (x *member) lanesOf(list []int32) []int32 {
	list = append(list[:0], x.next...)
	from := int32(0)
	for k, end := range x.ends {
		for _, v := range x.visits[from:end] {
			list[v] = int32(k)
		}
		from = end
	}
	return list
}

// cross puts lanes of b into a, and the child into the local search (after
// Nagata, Bräysy and Dullaert, "A penalty-based edge assembly memetic algorithm
// for the vehicle routing problem with time windows", 2010, and its selective
// route exchange): neighbouring lanes of a go, and those of b that hold most of
// the same visits come. A visit that would be there twice stays in one of the
// two, and what is missing goes where it costs least.
func (p *population) cross(a, b *member) {
	l, c := p.l, &p.crossing
	n := l.y.n
	c.ofA, c.ofB = a.lanesOf(c.ofA), b.lanesOf(c.ofB)
	count := p.chooseGoing(a)
	p.chooseComing(b, count)
	// Visits of lanes that come and of lanes that stay: as b has them, or as a.
	asB := p.random.chance(1 << 15)
	c.placed = slices.Grow(c.placed[:0], int(n))[:n]
	clear(c.placed)
	lane := int32(0)
	l.moves = 1
	put := func(visits []int32, keep func(v int32) bool) {
		c.list = c.list[:0]
		for _, v := range visits {
			if keep(v) {
				c.list = append(c.list, v)
			}
		}
		if len(c.list) == 0 || int(lane) == len(l.lanes) {
			return
		}
		for _, v := range c.list {
			c.placed[v] = true
		}
		l.set(lane, c.list)
		lane++
	}
	from := int32(0)
	for k, end := range a.ends {
		if !c.goes[k] {
			before := lane
			put(a.visits[from:end], func(v int32) bool { return !asB || !c.come[c.ofB[v]] })
			if lane > before && len(c.list) == int(end-from) {
				l.lanes[before].changed = 0 // as it was in a
			}
		}
		from = end
	}
	from = 0
	for k, end := range b.ends {
		if c.come[k] {
			put(b.visits[from:end], func(v int32) bool { return asB || c.goes[c.ofA[v]] })
		}
		from = end
	}
	for ; int(lane) < len(l.lanes); lane++ {
		l.set(lane, nil)
	}
	c.missing = c.missing[:0]
	for v := range n {
		if !c.placed[v] {
			c.missing = append(c.missing, v)
		}
	}
	p.random.shuffle(c.missing)
	for _, v := range c.missing {
		l.insert(v)
	}
}

// chooseGoing marks up to half of a's lanes around a random visit, and returns
// how many.
func (p *population) chooseGoing(a *member) int {
	c := &p.crossing
	c.goes = slices.Grow(c.goes[:0], len(a.ends))[:len(a.ends)]
	clear(c.goes)
	most := 1 + p.random.below(max(1, len(a.ends)/2))
	seed := int32(p.random.below(int(p.l.y.n)))
	c.goes[c.ofA[seed]] = true
	count := 1
	for _, v := range p.l.y.around[seed] {
		if count == most {
			break
		}
		if k := c.ofA[v]; !c.goes[k] {
			c.goes[k] = true
			count++
		}
	}
	return count
}

// chooseComing marks as many of b's lanes, one more where it mostly holds the
// same visits.
func (p *population) chooseComing(b *member, count int) {
	c := &p.crossing
	c.come = slices.Grow(c.come[:0], len(b.ends))[:len(b.ends)]
	clear(c.come)
	c.shared = c.shared[:0]
	for k := range b.ends {
		c.shared = append(c.shared, shared{lane: int32(k)})
	}
	for v, k := range c.ofB {
		if c.goes[c.ofA[v]] {
			c.shared[k].in++
		} else {
			c.shared[k].out++
		}
	}
	slices.SortFunc(c.shared, func(x, y shared) int {
		return cmp.Or(cmp.Compare(y.in-y.out, x.in-x.out), cmp.Compare(x.lane, y.lane))
	})
	for i, s := range c.shared {
		if i > count || i == count && s.in <= s.out || s.in == 0 {
			break
		}
		c.come[s.lane] = true
	}
}

// insert puts a visit where it costs least.
func (l *local) insert(v int32) {
	y := l.y
	rv := y.row(v)
	best, lane, at := int64(1)<<60, int32(0), 0
	tried := false
	for k := range l.lanes {
		a := &l.lanes[k]
		if len(a.nodes) == 2 {
			if tried {
				continue
			}
			tried = true
		}
		base := l.priceOf(a.load+y.loads[v], 0) - a.price
		if len(a.nodes) == 2 {
			base += y.fixed
		}
		for i := 1; i < len(a.nodes); i++ {
			p, x := a.nodes[i-1], a.nodes[i]
			in := y.edge(p, v)
			d := base + int64(in.cost) + int64(rv[x].cost) - int64(y.edge(p, x).cost)
			if d >= best {
				continue
			}
			warp := a.pre[i-1].join(y.nodes[v], in.way).warpWith(a.suf[i], rv[x].way)
			d += int64(warp) * l.warpPrice
			if d < best {
				best, lane, at = d, int32(k), i
			}
		}
	}
	a := &l.lanes[lane]
	a.nodes = append(a.nodes, 0)
	copy(a.nodes[at+1:], a.nodes[at:])
	a.nodes[at] = v
	l.update(lane)
}
