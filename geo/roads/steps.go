package roads

import (
	"fmt"
	"math"
	"strings"

	"github.com/paulmach/orb"
)

// StepKind says what happens at the beginning of a step.
type StepKind string

// The kinds of steps.
const (
	StepDepart     StepKind = "depart"
	StepTurn       StepKind = "turn"
	StepContinue   StepKind = "continue"   // straight on where one could do otherwise
	StepNewName    StepKind = "new name"   // the same road under another name
	StepRoundabout StepKind = "roundabout" // enter, and leave by Exit
	StepFerry      StepKind = "ferry"
	StepArrive     StepKind = "arrive"
)

// Turn is the direction of a step, in the words of OSRM's modifiers.
type Turn string

// The directions.
const (
	Straight    Turn = "straight"
	SlightRight Turn = "slight right"
	Right       Turn = "right"
	SharpRight  Turn = "sharp right"
	UTurn       Turn = "uturn"
	SharpLeft   Turn = "sharp left"
	Left        Turn = "left"
	SlightLeft  Turn = "slight left"
)

// Step is one instruction and the road that follows it.
type Step struct {
	Kind     StepKind
	Turn     Turn
	Exit     int    // of a roundabout, from 1
	Name     string // of the road that follows
	Ref      string
	Class    Class
	Time     Millis     // until the next step
	Length   Decimetres // until the next step
	At       orb.Point
	Before   float64 // degrees clockwise from north, of arriving
	After    float64 // and of leaving
	Text     string  // plain English
	Geometry orb.LineString
}

// Steps tells a route turn by turn. side says where the destination lies, as
// seen by who arrives; take it from [SideOf], or leave it empty.
func (n *Network) Steps(r *Route, side Turn) []Step {
	var steps []Step
	ring := -1 // the step that entered the roundabout in which we are
	for i := range r.Pieces {
		p := &r.Pieces[i]
		e := &n.edges[p.edge]
		if i == 0 {
			s := n.newStep(p, StepDepart, Straight, 0, startBearing(p.Geometry))
			steps = append(steps, s)
			if e.flags&edgeRoundabout != 0 {
				ring = 0
			}
			steps[0].extend(p)
			continue
		}
		prev := &r.Pieces[i-1]
		before, after := endBearing(prev.Geometry), startBearing(p.Geometry)
		angle := angleBetween(before, after)
		if n.edges[prev.edge].mate == int32(p.edge) {
			angle = 180
		}
		turn := turnOf(angle)
		on, was := e.flags&edgeRoundabout != 0, n.edges[prev.edge].flags&edgeRoundabout != 0
		switch {
		case on && was:
			if ring >= 0 && n.exits(prev.node) {
				steps[ring].Exit++
			}
		case on:
			ring = len(steps)
			steps = append(steps, n.newStep(p, StepRoundabout, turn, before, after))
		case was && ring > 0:
			// The step that entered the roundabout becomes the one that
			// leaves it: its road is the one behind.
			s := &steps[ring]
			s.Exit++
			s.Turn = turnOf(angleBetween(s.Before, after))
			s.Name, s.Ref, s.Class, s.After = p.Name, p.Ref, p.Class, after
			ring = -1
		default:
			ring = -1
			if kind := n.stepKind(prev, p, angle); kind != "" {
				steps = append(steps, n.newStep(p, kind, turn, before, after))
			}
		}
		steps[len(steps)-1].extend(p)
	}
	if len(r.Pieces) > 0 {
		last := &r.Pieces[len(r.Pieces)-1]
		end := r.Geometry[len(r.Geometry)-1]
		steps = append(steps, Step{Kind: StepArrive, Turn: side, Name: last.Name, Ref: last.Ref, Class: last.Class,
			At: end, Before: endBearing(last.Geometry), Geometry: orb.LineString{end, end}})
	}
	for i := range steps {
		steps[i].Text = steps[i].words()
	}
	return steps
}

func (n *Network) newStep(p *Piece, kind StepKind, turn Turn, before, after float64) Step {
	return Step{Kind: kind, Turn: turn, Name: p.Name, Ref: p.Ref, Class: p.Class, At: p.Geometry[0], Before: before, After: after}
}

func (s *Step) extend(p *Piece) {
	s.Time += p.Time
	s.Length += p.Length
	if len(s.Geometry) > 0 {
		s.Geometry = append(s.Geometry, p.Geometry[1:]...)
	} else {
		s.Geometry = append(s.Geometry, p.Geometry...)
	}
}

// stepKind decides whether a junction deserves a word.
func (n *Network) stepKind(prev, p *Piece, angle float64) StepKind {
	e, before := &n.edges[p.edge], &n.edges[prev.edge]
	if e.flags&edgeFerry != 0 && before.flags&edgeFerry == 0 {
		return StepFerry
	}
	same := p.Name == prev.Name && p.Ref == prev.Ref || p.Name == prev.Name && p.Name != ""
	ways, straighter := n.choices(prev.node, p.node, angle)
	sharp := math.Abs(angle)
	switch {
	case sharp > 170:
		return StepTurn
	case ways <= 1: // one can't go wrong
		if same || p.Name == "" {
			return ""
		}
		return StepNewName
	case sharp > 60:
		return StepTurn
	case same:
		if sharp > 35 && straighter {
			return StepTurn
		}
		return ""
	case sharp > 20 && straighter:
		return StepTurn
	case p.Name == "" && prev.Name == "":
		return ""
	}
	return StepNewName
}

// choices counts the ways on at the end of a piece, without turning back, and
// says whether one of those that were not taken is as straight as the one that
// was.
func (n *Network) choices(node, taken uint32, angle float64) (count int, straighter bool) {
	edge := n.nodeEdge[node]
	e := &n.edges[edge]
	last := int(e.count) - 1
	before := bearing(n.shapePoint(e, last-1), n.shapePoint(e, last))
	n.nodesOf(edge, func(v, start uint32) {
		if v != node {
			return
		}
		for _, a := range n.turns[n.turnFirst[start]:n.turnFirst[start+1]] {
			to := n.turnNode[a.node]
			f := &n.edges[n.nodeEdge[to]]
			if e.mate == int32(n.nodeEdge[to]) || f.flags&edgeRestricted != 0 && to != taken {
				continue
			}
			count++
			if to != taken {
				other := angleBetween(before, bearing(n.shapePoint(f, 0), n.shapePoint(f, 1)))
				straighter = straighter || math.Abs(other) <= math.Abs(angle)+10 && f.class <= ClassResidential
			}
		}
	})
	return count, straighter
}

// exits reports whether a roundabout can be left at the end of a node's edge.
func (n *Network) exits(node uint32) bool {
	found := false
	n.nodesOf(n.nodeEdge[node], func(v, start uint32) {
		if v != node {
			return
		}
		for _, a := range n.turns[n.turnFirst[start]:n.turnFirst[start+1]] {
			if n.edges[n.nodeEdge[n.turnNode[a.node]]].flags&edgeRoundabout == 0 {
				found = true
			}
		}
	})
	return found
}

// SideOf says on which side of the road a point lies for one who arrives along
// a route: Left, Right, or "" when it is on the road.
func SideOf(r *Route, p orb.Point) Turn {
	line := r.Geometry
	for i := len(line) - 1; i > 0; i-- {
		if line[i] == line[i-1] {
			continue
		}
		end := line[len(line)-1]
		if metresApart(end, p) < 3 {
			return ""
		}
		if angleBetween(bearing(toPlace(line[i-1]), toPlace(line[i])), bearing(toPlace(end), toPlace(p))) < 0 {
			return Left
		}
		return Right
	}
	return ""
}

func turnOf(angle float64) Turn {
	right := angle > 0
	pick := func(r, l Turn) Turn {
		if right {
			return r
		}
		return l
	}
	switch a := math.Abs(angle); {
	case a < 20:
		return Straight
	case a < 50:
		return pick(SlightRight, SlightLeft)
	case a < 125:
		return pick(Right, Left)
	case a < 170:
		return pick(SharpRight, SharpLeft)
	}
	return UTurn
}

// startBearing and endBearing look ten metres ahead and back.
func startBearing(line orb.LineString) float64 {
	return bearing(toPlace(line[0]), toPlace(along(line, 1)))
}

func endBearing(line orb.LineString) float64 {
	return bearing(toPlace(along(line, -1)), toPlace(line[len(line)-1]))
}

func along(line orb.LineString, step int) orb.Point {
	i := 0
	if step < 0 {
		i = len(line) - 1
	}
	left := 10.0
	for j := i + step; j >= 0 && j < len(line); i, j = j, j+step {
		d := metresApart(line[i], line[j])
		if d >= left {
			f := left / d
			return orb.Point{line[i][0] + f*(line[j][0]-line[i][0]), line[i][1] + f*(line[j][1]-line[i][1])}
		}
		left -= d
	}
	return line[i]
}

// road is how people call it: name, number, or what it is.
func (s *Step) road() string {
	switch {
	case s.Name != "" && s.Ref != "" && !strings.Contains(s.Name, s.Ref):
		return s.Name + " (" + s.Ref + ")"
	case s.Name != "":
		return s.Name
	case s.Ref != "":
		return s.Ref
	}
	return ""
}

func (s *Step) words() string {
	road := s.road()
	onto := ""
	if road != "" {
		onto = " onto " + road
	}
	switch s.Kind {
	case StepDepart:
		if road != "" {
			return fmt.Sprintf("Head %s on %s", compass(s.After), road)
		}
		return "Head " + compass(s.After)
	case StepTurn:
		if s.Turn == UTurn {
			return "Turn back" + onto
		}
		if s.Turn == Straight {
			return "Go straight on" + onto
		}
		if strings.HasPrefix(string(s.Turn), "slight") {
			return "Bear " + strings.TrimPrefix(string(s.Turn), "slight ") + onto
		}
		if strings.HasPrefix(string(s.Turn), "sharp") {
			return "Turn sharply " + strings.TrimPrefix(string(s.Turn), "sharp ") + onto
		}
		return "Turn " + string(s.Turn) + onto
	case StepContinue, StepNewName:
		return "Continue" + onto
	case StepRoundabout:
		if s.Exit == 0 {
			return "Enter the roundabout"
		}
		return fmt.Sprintf("At the roundabout take the %s exit%s", ordinal(s.Exit), onto)
	case StepFerry:
		if road != "" {
			return "Take the ferry " + road
		}
		return "Take the ferry"
	case StepArrive:
		if s.Turn == Left || s.Turn == Right {
			return fmt.Sprintf("Arrive; the destination is on the %s", s.Turn)
		}
		return "Arrive"
	}
	return ""
}

func compass(bearing float64) string {
	names := [...]string{"north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest"}
	return names[int(math.Round(bearing/45))%8]
}

func ordinal(n int) string {
	suffix := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return fmt.Sprint(n, suffix)
}
