package planner

// shuntUndo is what a shunt needs to go back to where a round began.
type shuntUndo struct {
	round       int32
	carStamps   []int32 // by car: round of the last change
	trainStamps []int32 // by lane
	changed     []int32
	cars        []car // as they were
	lanes       []int32
	trains      []train
	cost        int64
	used        int
	absent      []int32
}

// begin starts a change that back can undo.
func (s *shunt) begin() {
	o := &s.undo
	o.round++
	o.changed, o.cars, o.lanes, o.trains = o.changed[:0], o.cars[:0], o.lanes[:0], o.trains[:0]
	o.cost, o.used = s.cost, s.used
	o.absent = append(o.absent[:0], s.absent...)
}

// change is a car that is about to be changed.
func (s *shunt) change(v int32) *car {
	c, o := &s.cars[v], &s.undo
	if o.carStamps[v] != o.round {
		o.carStamps[v] = o.round
		o.changed, o.cars = append(o.changed, v), append(o.cars, *c)
	}
	return c
}

// changeTrain is a train that is about to be changed.
func (s *shunt) changeTrain(k int32) *train {
	t, o := &s.trains[k], &s.undo
	if o.trainStamps[k] != o.round {
		o.trainStamps[k] = o.round
		o.lanes, o.trains = append(o.lanes, k), append(o.trains, *t)
	}
	return t
}

// back undoes everything since begin.
func (s *shunt) back() {
	o := &s.undo
	for i, v := range o.changed {
		s.cars[v] = o.cars[i]
	}
	for i, k := range o.lanes {
		s.trains[k] = o.trains[i]
	}
	s.cost, s.used = o.cost, o.used
	s.absent = append(s.absent[:0], o.absent...)
}
