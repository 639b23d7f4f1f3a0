package spatialstats

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Similar is a place that resembles another.
type Similar struct {
	Place    int
	Distance float64 // 0 for the same; about 1 when every feature differs by one standard deviation
}

// Nearest returns the places that resemble one, the most similar first, ties by
// number, at most k of them. features[i] are those of place i, all in the same
// order; they are standardised, so that units do not matter:
//
//	zif = (xif − mean f) / standard deviation f
//	d²  = Σf wf·(zaf − zbf)² / Σf wf
//
// A feature that is the same everywhere says nothing. weights may be nil for equal
// ones. It fails with [ErrInput].
func Nearest(features [][]float64, weights []float64, place, k int) ([]Similar, error) {
	if place < 0 || place >= len(features) {
		return nil, fmt.Errorf("%w: place %d of %d", ErrInput, place, len(features))
	}
	width := len(features[place])
	if weights != nil && len(weights) != width {
		return nil, fmt.Errorf("%w: %d weights for %d features", ErrInput, len(weights), width)
	}
	total := 0.0
	scale := make([]float64, width) // weight over variance
	for f := range width {
		w := 1.0
		if weights != nil {
			w = weights[f]
		}
		if !(w >= 0) || math.IsInf(w, 0) {
			return nil, fmt.Errorf("%w: a weight of %v", ErrInput, w)
		}
		total += w
		mean, variance := 0.0, 0.0
		for i, row := range features {
			if len(row) != width || math.IsNaN(row[f]) || math.IsInf(row[f], 0) {
				return nil, fmt.Errorf("%w: feature %d of place %d", ErrInput, f, i)
			}
			mean += row[f] / float64(len(features))
		}
		for _, row := range features {
			variance += (row[f] - mean) * (row[f] - mean) / float64(len(features))
		}
		if variance > 1e-18*(1+mean*mean) {
			scale[f] = w / variance
		}
	}
	if !(total > 0) {
		return nil, fmt.Errorf("%w: no feature has a weight", ErrInput)
	}
	out := make([]Similar, 0, len(features))
	for i, row := range features {
		if i == place {
			continue
		}
		d := 0.0
		for f := range width {
			diff := row[f] - features[place][f]
			d += scale[f] * diff * diff
		}
		out = append(out, Similar{i, math.Sqrt(d / total)})
	}
	slices.SortFunc(out, func(a, b Similar) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.Place, b.Place))
	})
	return out[:min(max(k, 0), len(out))], nil
}
