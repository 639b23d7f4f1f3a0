package planner

// ruin takes strings of visits out of lanes near a random visit, as that of a
// state does.
func (s *shunt) ruin() {
	s.removed = s.removed[:0]
	n := int(s.y.n)
	seed := int32(s.random.below(n))
	if s.used == 0 {
		return
	}
	longest, count := s.u.strings(s.random, n-len(s.absent), s.used)
	s.ruins++
	if int(s.cars[seed].lane) < s.y.lanes {
		s.ruinString(seed, longest)
		count--
	}
	list := s.m.adjacent[seed]
	if s.random.chance(s.u.timely) {
		list = s.m.near[seed]
	}
	for _, v := range list {
		if count <= 0 {
			break
		}
		if k := s.cars[v].lane; int(k) < s.y.lanes && s.seen[k] != s.ruins {
			s.ruinString(v, longest)
			count--
		}
	}
}

// ruinString takes a string that holds v out of v's lane.
func (s *shunt) ruinString(v int32, longest int) {
	k := s.cars[v].lane
	s.seen[k] = s.ruins
	length, kept := s.u.string(s.random, int(s.trains[k].cars), longest)
	// The string of length+kept visits begins where it holds v.
	reach := length + kept - 1
	ahead, behind := 0, 0
	for x := s.cars[v].prev; ahead < reach && x < s.y.n; x = s.cars[x].prev {
		ahead++
	}
	for x := s.cars[v].next; behind < reach && x < s.y.n; x = s.cars[x].next {
		behind++
	}
	first := v
	for range reach - behind + s.random.below(ahead+behind-reach+1) {
		first = s.cars[first].prev
	}
	if kept == 0 {
		s.take(first, length)
		return
	}
	before := 1 + s.random.below(length-1)
	second := first
	for range before + kept {
		second = s.cars[second].next
	}
	s.take(second, length-before)
	s.take(first, before)
}

// take removes count visits of a lane from first on and lists them as removed.
func (s *shunt) take(first int32, count int) {
	y := s.y
	k := s.cars[first].lane
	t := s.changeTrain(k)
	a, v := s.cars[first].prev, first
	for range count {
		c := s.change(v)
		next := c.next
		s.cost -= int64(c.cost)
		t.load -= y.loads[v]
		*c = s.outside()
		s.removed = append(s.removed, v)
		v = next
	}
	t.cars -= int32(count)
	s.change(a)
	s.cost -= int64(s.change(v).cost)
	if t.cars == 0 {
		s.used--
		s.cost -= y.fixed
		x := &s.cars[v]
		x.prev, x.next, x.cost, x.way, x.out = v, v, 0, 0, 0
		return
	}
	s.couple(a, v)
	s.cost += int64(s.cars[v].cost)
	s.retime(a, v)
}
