package planner

import (
	"cmp"
	"slices"
)

// member is a plan of a population: lanes as visits, which may break windows
// and capacity.
type member struct {
	number     int32   // of those of its herd, in the order in which they came
	visits     []int32 // lane after lane
	ends       []int32 // of each lane that is used
	next, prev []int32 // by visit; node n where its lane ends or begins
	cost       int64
	over, warp int64
	near       []kin // others of the same herd, nearest first
	fitness    int64
}

// kin is another member and how far it is; by number, so that lists move fast.
type kin struct{ apart, number int32 }

func (x *member) feasible() bool { return x.over == 0 && x.warp == 0 }

// apart counts the ways that two members do not share.
func (x *member) apart(o *member) int32 {
	count := int32(0)
	n := int32(len(x.next))
	for v, w := range x.next {
		if w != o.next[v] && w != o.prev[v] {
			count++
		}
		if x.prev[v] == n && o.prev[v] != n && o.next[v] != n {
			count++
		}
	}
	return count
}

// member copies the lanes of a local search.
func (l *local) member() *member {
	n := l.y.n
	list := make([]int32, 3*n)
	x := &member{visits: list[:0:n], next: list[n : 2*n : 2*n], prev: list[2*n:], ends: make([]int32, 0, len(l.lanes))}
	for k := range l.lanes {
		a := &l.lanes[k]
		if len(a.nodes) == 2 {
			continue
		}
		for i := 1; i < len(a.nodes)-1; i++ {
			x.next[a.nodes[i]], x.prev[a.nodes[i]] = a.nodes[i+1], a.nodes[i-1]
		}
		x.visits = append(x.visits, a.nodes[1:len(a.nodes)-1]...)
		x.ends = append(x.ends, int32(len(x.visits)))
		x.cost += a.cost / fine
		x.over += int64(max(0, a.load-l.y.capacity))
		x.warp += int64(a.warp)
	}
	return x
}

// Sizes after Vidal and others (2013).
const (
	herdElite = 4  // members that are rated by cost alone
	herdNear  = 5  // members to whom the distance counts
	founders  = 25 // members before the first crossover
)

// herd is one half of a population. Those of small problems are smaller: they
// have little time.
type herd struct {
	least   int       // members that survive
	grow    int       // members added before the others go
	added   int32     // so far
	members []*member // by price
	ranks   []lonely  // scratch
}

func newHerd(visits int) herd {
	return herd{least: min(25, max(15, visits/4)), grow: min(40, max(20, visits*2/5))}
}

type lonely struct{ alone, at int32 }

func (h *herd) add(x *member, price func(*member) int64) {
	h.added++
	x.near, x.number = x.near[:0], h.added
	for _, o := range h.members {
		d := x.apart(o)
		o.meet(kin{d, x.number})
		x.meet(kin{d, o.number})
	}
	c := price(x)
	at, _ := slices.BinarySearchFunc(h.members, c, func(o *member, c int64) int {
		if price(o) <= c {
			return -1
		}
		return 1
	})
	h.members = slices.Insert(h.members, at, x)
	if len(h.members) > h.least+h.grow {
		for len(h.members) > h.least {
			h.dropWorst()
		}
	}
}

func (x *member) meet(k kin) {
	at, _ := slices.BinarySearchFunc(x.near, k.apart, func(o kin, d int32) int {
		if o.apart <= d {
			return -1
		}
		return 1
	})
	x.near = slices.Insert(x.near, at, k)
}

func (h *herd) drop(at int) {
	x := h.members[at]
	h.members = slices.Delete(h.members, at, at+1)
	for _, o := range h.members {
		i := slices.IndexFunc(o.near, func(k kin) bool { return k.number == x.number })
		o.near = slices.Delete(o.near, i, i+1)
	}
	x.near = nil
}

// alone adds up how far a member is from those nearest to it.
func (x *member) alone() int32 {
	sum := int32(0)
	for _, k := range x.near[:min(herdNear, len(x.near))] {
		sum += k.apart
	}
	return sum
}

// rate gives members their fitness, the lower the better: rank by cost and, but
// for the best few, by diversity.
func (h *herd) rate() {
	size := int64(len(h.members))
	h.ranks = h.ranks[:0]
	for i, x := range h.members {
		h.ranks = append(h.ranks, lonely{x.alone(), int32(i)})
	}
	slices.SortFunc(h.ranks, func(a, b lonely) int { return cmp.Or(cmp.Compare(b.alone, a.alone), cmp.Compare(a.at, b.at)) })
	for k, r := range h.ranks {
		fitness := int64(r.at)*size + max(0, size-herdElite)*int64(k)
		h.members[r.at].fitness = fitness << 20 / max(1, size*(size-1))
	}
}

func (h *herd) dropWorst() {
	h.rate()
	worst, worstClone := -1, false
	for i, x := range h.members {
		if i == 0 {
			continue
		}
		clone := len(x.near) > 0 && x.near[0].apart == 0
		if worst < 0 || clone && !worstClone || clone == worstClone && x.fitness > h.members[worst].fitness {
			worst, worstClone = i, clone
		}
	}
	h.drop(worst)
}

// population breeds plans of a yard: two herds, of those that keep windows and
// capacity and of those that do not, and a crossover of two members followed by
// a local search (Vidal and others, 2013).
type population struct {
	l         *local
	random    *random
	keep, not herd
	best      *member // of those that keep the rules
	crossing  crossing
	idle      int  // children since the best was found
	another   bool // not the chain's first

	// Prices of excess, in fine units, and how many of the last children kept
	// each rule.
	loadPrice, warpPrice  int64
	tried, loadOK, warpOK int
}

// newPopulation has no members yet. edge is the mean cost of a leg.
func newPopulation(y *yard, r *random, edge int64) *population {
	most := int32(1)
	for _, load := range y.loads {
		most = max(most, load)
	}
	var way, cost int64 = 1, 1
	for v, list := range y.near {
		for _, w := range list {
			e := y.edge(int32(v), w)
			way, cost = way+int64(e.way), cost+int64(e.cost)
		}
	}
	return &population{l: newLocal(y, r), random: r, keep: newHerd(int(y.n)), not: newHerd(int(y.n)),
		// A second too late costs as much as a second of driving.
		warpPrice: max(1, cost/way),
		loadPrice: max(1, 4*fine*edge/int64(most))}
}

func (p *population) size() int { return len(p.keep.members) + len(p.not.members) }

func (p *population) price(x *member) int64 {
	return x.cost*fine + (x.over*p.loadPrice + x.warp*p.warpPrice)
}

func (p *population) add(x *member) {
	if x.feasible() {
		p.keep.add(x, p.price)
		if p.best == nil || x.cost < p.best.cost {
			p.best, p.idle = x, 0
		}
	} else {
		p.not.add(x, p.price)
	}
}

// learn adapts the prices so that some four of ten keep each rule.
func (p *population) learn(x *member) {
	p.tried++
	if x.over == 0 {
		p.loadOK++
	}
	if x.warp == 0 {
		p.warpOK++
	}
	if p.tried < 50 {
		return
	}
	adapt := func(price *int64, ok int) {
		switch {
		case ok*100 < 35*p.tried:
			*price = min(1<<20, *price*6/5+1)
		case ok*100 > 45*p.tried:
			*price = max(1, *price*85/100)
		}
	}
	adapt(&p.loadPrice, p.loadOK)
	adapt(&p.warpPrice, p.warpOK)
	p.tried, p.loadOK, p.warpOK = 0, 0, 0
	slices.SortStableFunc(p.not.members, func(a, b *member) int { return cmp.Compare(p.price(a), p.price(b)) })
}

func (p *population) pick() *member {
	one := func() *member {
		k := p.random.below(len(p.keep.members) + len(p.not.members))
		if k < len(p.keep.members) {
			return p.keep.members[k]
		}
		return p.not.members[k-len(p.keep.members)]
	}
	a, b := one(), one()
	if b.fitness < a.fitness {
		return b
	}
	return a
}

// breed makes one child.
func (p *population) breed() {
	p.idle++
	p.keep.rate()
	p.not.rate()
	a := p.pick()
	b := p.pick()
	for range 10 {
		if b != a {
			break
		}
		b = p.pick()
	}
	l := p.l
	l.loadPrice, l.warpPrice = p.loadPrice, p.warpPrice
	p.cross(a, b)
	l.improve()
	x := l.member()
	p.learn(x)
	p.add(x)
	if !x.feasible() && p.random.chance(1<<15) {
		l.loadPrice, l.warpPrice = 10*p.loadPrice, 10*p.warpPrice
		l.begin()
		l.improve()
		if y := l.member(); y.feasible() {
			p.add(y)
		}
	}
}
