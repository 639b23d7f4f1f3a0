package districts

import (
	"math"
	"math/rand/v2"
)

// KMeans is the plain way that others go: Lloyd's iterations over the cells'
// centres, weighed by the first figure, every cell to the nearest centre. It
// knows neither roads nor balance, and is here to compare with.
func KMeans(p Problem, seed uint64, rounds int) []int {
	g := newGraph(p.Points, nil)
	t := newState(&p, g, 0)
	s := newStart(t, rand.New(rand.NewPCG(seed, 0)), make([][]int32, p.K))
	s.choose()
	x, y := make([]float64, p.K), make([]float64, p.K)
	for d, c := range s.centre {
		x[d], y[d] = g.x[c], g.y[c]
	}
	of := make([]int, g.n)
	for range rounds {
		sx, sy, sum := make([]float64, p.K), make([]float64, p.K), make([]float64, p.K)
		for v := range of {
			least := math.Inf(1)
			for d := range x {
				if far := math.Hypot(g.x[v]-x[d], g.y[v]-y[d]); far < least {
					least, of[v] = far, d
				}
			}
			w := p.Figures[0].Values[v] + 1e-9
			sx[of[v]] += w * g.x[v]
			sy[of[v]] += w * g.y[v]
			sum[of[v]] += w
		}
		for d := range x {
			if sum[d] > 0 {
				x[d], y[d] = sx[d]/sum[d], sy[d]/sum[d]
			}
		}
	}
	return of
}

// Grow is the other plain way: from spread centres, the district with the least
// of the first figure takes its nearest free neighbour, until none is left. It
// is connected, and is here to compare with.
//
// It returns the error of a problem whose edges leave too many parts.
func Grow(p Problem, seed uint64) ([]int, error) {
	g, err := newConnectedGraph(p.Points, p.Edges)
	if err != nil {
		return nil, err
	}
	t := newState(&p, g, 0)
	s := newStart(t, rand.New(rand.NewPCG(seed, 0)), make([][]int32, p.K))
	s.choose()
	of := make([]int, g.n)
	for v := range of {
		of[v] = None
	}
	load := make([]float64, p.K)
	front := make([]map[int32]bool, p.K)
	take := func(v int32, d int) {
		of[v] = d
		load[d] += p.Figures[0].Values[v]
		for _, w := range g.neighbours(v) {
			if of[w] == None {
				front[d][w] = true
			}
		}
	}
	for d, c := range s.centre {
		front[d] = map[int32]bool{}
		of[c] = d
	}
	for d, c := range s.centre {
		take(c, d)
	}
	for left := g.n - p.K; left > 0; left-- {
		lightest := None
		for d := range load {
			for v := range front[d] {
				if of[v] != None {
					delete(front[d], v)
				}
			}
			if len(front[d]) > 0 && (lightest == None || load[d] < load[lightest]) {
				lightest = d
			}
		}
		nearest, least := int32(-1), math.Inf(1)
		for v := range front[lightest] {
			if far := g.between(v, s.centre[lightest]); far < least || far == least && v < nearest {
				nearest, least = v, far
			}
		}
		take(nearest, lightest)
	}
	return of, nil
}
