package spatialstats

import (
	"fmt"
	"math"
)

// HuffOptions are the exponents of the model.
type HuffOptions struct {
	Alpha float64 // of attractiveness, usually 1
	Beta  float64 // of travel time, usually between 1 and 3
	// Least is the shortest travel time that counts, in the unit of the times: being
	// next door is not endlessly near. It must be above 0.
	Least float64
}

// Huff returns the probability that demand at each origin goes to each of the
// places that compete for it.
//
//	      Aj^α · tij^−β
//	Pij = ───────────────
//	      Σk Ak^α · tik^−β
//
// as in Huff, "Defining and Estimating a Trading Area", Journal of Marketing 28
// (1964), 34–38. minutes[i][j] is the travel time from origin i to place j; +Inf
// for a place that is out of reach, which gets nothing. attractiveness[j] is any
// positive measure, such as floor space or 1 for all. A row whose places are all
// out of reach is all 0; every other row adds up to 1. It fails with [ErrInput].
func Huff(attractiveness []float64, minutes [][]float64, o HuffOptions) ([][]float64, error) {
	if !(o.Alpha >= 0) || !(o.Beta >= 0) || !(o.Least > 0) || math.IsInf(o.Alpha+o.Beta+o.Least, 0) {
		return nil, fmt.Errorf("%w: exponents %v and %v, least time %v", ErrInput, o.Alpha, o.Beta, o.Least)
	}
	for j, a := range attractiveness {
		if !(a > 0) || math.IsInf(a, 0) {
			return nil, fmt.Errorf("%w: attractiveness %d is %v", ErrInput, j, a)
		}
	}
	out := make([][]float64, len(minutes))
	for i, row := range minutes {
		if len(row) != len(attractiveness) {
			return nil, fmt.Errorf("%w: %d times and %d places", ErrInput, len(row), len(attractiveness))
		}
		out[i] = make([]float64, len(row))
		// Worked out in logarithms from the largest down, so that nothing overflows.
		most := math.Inf(-1)
		for j, t := range row {
			if !(t >= 0) {
				return nil, fmt.Errorf("%w: a travel time of %v", ErrInput, t)
			}
			out[i][j] = math.Inf(-1)
			if !math.IsInf(t, 1) {
				out[i][j] = o.Alpha*math.Log(attractiveness[j]) - o.Beta*math.Log(max(t, o.Least))
			}
			most = max(most, out[i][j])
		}
		sum := 0.0
		for j := range row {
			if math.IsInf(most, -1) {
				out[i][j] = 0
				continue
			}
			out[i][j] = math.Exp(out[i][j] - most)
			sum += out[i][j]
		}
		for j := range row {
			if sum > 0 {
				out[i][j] /= sum
			}
		}
	}
	return out, nil
}
