package spatialstats

import (
	"fmt"
	"math"
	"slices"
)

// Score is how a place and its neighbours stand out.
type Score struct {
	Z     float64 // standard deviations above (below) what chance gives; 0 when nothing can be said
	P     float64 // two-sided probability of such a value by chance, 0 to 1
	Level int     // 99, 95 or 90 of a hot spot, negative of a cold one, 0 for none
}

// HotSpots returns the Getis-Ord statistic Gi* of every place with its
// significance. neighbours lists, for every place, the places next to it, itself
// not among them; the place itself always counts (the star), all with weight 1.
//
//	        Σj wij·xj − X̄·Wi
//	Gi* = ─────────────────────────────      X̄ = Σ xj / n,  S² = Σ xj² / n − X̄²,  Wi = Σj wij
//	      S·√((n·Σj wij² − Wi²) / (n − 1))
//
// as in Ord and Getis, "Local Spatial Autocorrelation Statistics: Distributional
// Issues and an Application", Geographical Analysis 27 (1995), 286–306. P is that
// of the standard normal distribution, two-sided.
//
// Levels are corrected for asking as many questions as there are places, which
// else finds hot spots where there is chance alone: the false discovery rate of
// Benjamini and Hochberg (1995), as Caldas de Castro and Singer propose for
// local statistics (Geographical Analysis 38, 2006, 180–208). Of the places called
// hot or cold at level 95, 5 % are expected to be so by chance.
//
// With fewer than three places, or when all values are the same, nothing stands
// out: Z is 0 and P 1. It fails with [ErrInput] for values that are not finite and
// neighbours that are no places.
func HotSpots(values []float64, neighbours [][]int) ([]Score, error) {
	n := len(values)
	if len(neighbours) != n {
		return nil, fmt.Errorf("%w: %d values and %d lists of neighbours", ErrInput, n, len(neighbours))
	}
	mean := 0.0
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%w: value %d is %v", ErrInput, i, v)
		}
		mean += v / float64(n)
	}
	variance := 0.0
	for _, v := range values {
		variance += (v - mean) * (v - mean) / float64(n) // the same as Σx²/n − X̄², without its loss of digits
	}
	spread := math.Sqrt(variance)
	out := make([]Score, n)
	for i := range out {
		out[i].P = 1
		sum, weights := values[i], 1.0
		for _, j := range neighbours[i] {
			if j < 0 || j >= n || j == i {
				return nil, fmt.Errorf("%w: place %d is said to be next to %d", ErrInput, i, j)
			}
			sum += values[j]
			weights++
		}
		within := (float64(n)*weights - weights*weights) / float64(n-1)
		if n < 3 || !(spread > 1e-12*math.Abs(mean)) || within <= 0 {
			continue
		}
		out[i].Z = (sum - mean*weights) / (spread * math.Sqrt(within))
		out[i].P = math.Erfc(math.Abs(out[i].Z) / math.Sqrt2)
	}
	for _, level := range []int{90, 95, 99} { // the strictest that holds stays
		limit := falseDiscovery(out, 1-float64(level)/100)
		for i := range out {
			if s := &out[i]; s.Z != 0 && s.P <= limit {
				s.Level = level
				if s.Z < 0 {
					s.Level = -level
				}
			}
		}
	}
	return out, nil
}

// falseDiscovery returns the largest probability p(k), in ascending order, with
// p(k) ≤ k/n·rate; negative when there is none.
func falseDiscovery(scores []Score, rate float64) float64 {
	p := make([]float64, len(scores))
	for i, s := range scores {
		p[i] = s.P
	}
	slices.Sort(p)
	for k := len(p) - 1; k >= 0; k-- {
		if p[k] <= float64(k+1)/float64(len(p))*rate {
			return p[k]
		}
	}
	return -1
}
