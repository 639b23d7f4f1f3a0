package districts

import "math"

// District is what one district comes to.
type District struct {
	Cells int
	// Figures are its sums, bases included; Deviations their distance from the
	// mean of all districts, as a share of it.
	Figures, Deviations []float64
	// Compactness is the moment-of-inertia shape index, 0 to 1.
	Compactness float64
	// Parts are its connected parts along the edges given; 1 unless it hangs on
	// a bridge, 0 without cells.
	Parts int
}

// Measures compare ways to divide the same cells.
type Measures struct {
	Districts []District
	// Worst is the largest deviation of each figure, as a share of the mean.
	Worst []float64
	// Compactness is the mean over the districts that have cells.
	Compactness float64
	// Border counts the edges between districts.
	Border int
	// Apart counts the districts in more than one part.
	Apart int
	// Changed counts the cells whose district is not the given one, Moved what
	// they hold, as a share of each figure's total. Cells without a given
	// district do not count.
	Changed int
	Moved   []float64
}

// own is the polar moment of inertia of a regular hexagon about its own centre,
// divided by the square of its area: 5√3/54.
const own = 0.16037507477489604

// Measure says what a division comes to. It shares nothing with the search. The
// problem must be valid, and district must have one for every cell.
func Measure(p Problem, district []int) Measures {
	g := newGraph(p.Points, p.Edges)
	m := Measures{Districts: make([]District, p.K), Worst: make([]float64, len(p.Figures)), Moved: make([]float64, len(p.Figures))}
	for d := range m.Districts {
		m.Districts[d].Figures = make([]float64, len(p.Figures))
		m.Districts[d].Deviations = make([]float64, len(p.Figures))
	}
	for f := range p.Figures {
		total, moved := 0.0, 0.0
		for d := range p.Figures[f].Base {
			m.Districts[d].Figures[f] = p.Figures[f].Base[d]
			total += p.Figures[f].Base[d]
		}
		for v, d := range district {
			value := p.Figures[f].Values[v]
			m.Districts[d].Figures[f] += value
			total += value
			if p.Given != nil && p.Given[v] != None && p.Given[v] != d {
				moved += value
			}
		}
		m.Moved[f] = moved / total
		mean := total / float64(p.K)
		for d := range m.Districts {
			deviation := m.Districts[d].Figures[f]/mean - 1
			m.Districts[d].Deviations[f] = deviation
			m.Worst[f] = max(m.Worst[f], math.Abs(deviation))
		}
	}
	for v, d := range district {
		m.Districts[d].Cells++
		if p.Given != nil && p.Given[v] != None && p.Given[v] != d {
			m.Changed++
		}
	}
	seen := map[[2]int]bool{}
	for _, e := range p.Edges {
		e = [2]int{min(e[0], e[1]), max(e[0], e[1])}
		if district[e[0]] != district[e[1]] && !seen[e] {
			m.Border++
		}
		seen[e] = true
	}
	m.countParts(p, district)
	m.measureShapes(g, district)
	return m
}

// countParts joins cells of one district along the edges given.
func (m *Measures) countParts(p Problem, district []int) {
	root := make([]int, len(district))
	for v := range root {
		root[v] = v
	}
	find := func(v int) int {
		for root[v] != v {
			root[v] = root[root[v]]
			v = root[v]
		}
		return v
	}
	for _, e := range p.Edges {
		if district[e[0]] == district[e[1]] {
			root[find(e[0])] = find(e[1])
		}
	}
	for v := range root {
		if find(v) == v {
			m.Districts[district[v]].Parts++
		}
	}
	for d := range m.Districts {
		if m.Districts[d].Parts > 1 {
			m.Apart++
		}
	}
}

func (m *Measures) measureShapes(g *graph, district []int) {
	x, y, q := make([]float64, len(m.Districts)), make([]float64, len(m.Districts)), make([]float64, len(m.Districts))
	for v, d := range district {
		x[d] += g.x[v]
		y[d] += g.y[v]
	}
	for d := range m.Districts {
		n := float64(m.Districts[d].Cells)
		x[d], y[d] = x[d]/n, y[d]/n
	}
	for v, d := range district {
		q[d] += (g.x[v]-x[d])*(g.x[v]-x[d]) + (g.y[v]-y[d])*(g.y[v]-y[d])
	}
	used := 0
	for d := range m.Districts {
		n := float64(m.Districts[d].Cells)
		if n == 0 {
			continue
		}
		used++
		m.Districts[d].Compactness = n * n * g.area / (2 * math.Pi * (q[d] + n*own*g.area))
		m.Compactness += m.Districts[d].Compactness
	}
	m.Compactness /= float64(max(1, used))
}
