package spatialstats

import (
	"fmt"
	"math"
	"slices"
)

// Spread is how unevenly a figure is spread over places, accounts or people.
type Spread struct {
	N     int
	Total float64
	// Gini is 0 when all have the same and (n−1)/n when one has all.
	Gini float64
	// HHI is the sum of squared shares, 1/n when all have the same and 1 when one
	// has all. Multiplied by 10,000 it is the number that competition authorities
	// quote. 1/HHI is how many equal ones would be as concentrated.
	HHI float64
	// Lorenz is the share of the total (second) that the smallest ones have
	// together, up to a share of their number (first), from [0 0] to [1 1].
	Lorenz [][2]float64
}

// Concentration measures how unevenly values are spread.
//
//	G   = 2·Σ i·x(i) / (n·Σ x) − (n + 1)/n      x(i) in ascending order, i = 1 … n
//	HHI = Σ (xi / Σ x)²
//
// The first is Gini's coefficient as Sen writes it (On Economic Inequality, 1973),
// the second Herfindahl's and Hirschman's index, the curve Lorenz's (1905), of
// which at most points+1 points are returned. Without a total all are 0 and the
// curve is the diagonal. It fails with [ErrInput] for values that are negative or
// not finite.
func Concentration(values []float64, points int) (Spread, error) {
	s := Spread{N: len(values)}
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	for _, v := range sorted {
		if !(v >= 0) || math.IsInf(v, 0) {
			return s, fmt.Errorf("%w: %v", ErrInput, v)
		}
		s.Total += v
	}
	n := float64(s.N)
	if s.Total == 0 {
		s.Lorenz = [][2]float64{{0, 0}, {1, 1}}
		return s, nil
	}
	ranked := 0.0
	for i, v := range sorted {
		ranked += float64(i+1) * v
		s.HHI += (v / s.Total) * (v / s.Total)
	}
	s.Gini = 2*ranked/(n*s.Total) - (n+1)/n
	points = max(1, min(points, s.N))
	s.Lorenz = append(s.Lorenz, [2]float64{0, 0})
	sum, next := 0.0, 1
	for i, v := range sorted {
		sum += v
		if i+1 == (next*s.N+points-1)/points { // every n/points-th, and the last
			s.Lorenz = append(s.Lorenz, [2]float64{float64(i+1) / n, min(1, sum/s.Total)})
			next++
		}
	}
	return s, nil
}

// TopShare returns the share of the total that the largest ones have together, of
// which there are as many as the share of their number says, rounded up.
func TopShare(values []float64, of float64) float64 {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	total, top := 0.0, 0.0
	from := len(sorted) - int(math.Ceil(of*float64(len(sorted))-1e-9))
	for i, v := range sorted {
		total += v
		if i >= from {
			top += v
		}
	}
	if total == 0 {
		return 0
	}
	return top / total
}
