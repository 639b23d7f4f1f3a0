package districts

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// None, as a district, stands for a cell that has none.
const None = -1

// Bounds of a problem.
const (
	MaxCells     = 500_000
	MaxDistricts = 5_000
	MaxFigures   = 8
	MaxParts     = 1_000 // that the edges may leave the cells in
)

// DefaultTolerance is how far a district's figure may lie from the mean.
const DefaultTolerance = 0.03

// Problem is what is to be divided. Cells, districts and figures are named by
// their index.
type Problem struct {
	// Points are the centres of the cells, which should be of about one size.
	Points []orb.Point
	// Edges are the pairs of neighbouring cells. Leave out those that no road
	// joins, and no district will reach over a river without a bridge.
	Edges [][2]int
	// Figures are what is balanced, at least one.
	Figures []Figure
	// K is the number of districts.
	K int
	// Given are the districts of today, None for a cell without one; nil begins
	// from nothing.
	Given []int
	// Locked cells stay in their district; None for the others, nil for no lock.
	Locked []int
}

// Figure is something that each district should have an equal part of.
type Figure struct {
	Name   string
	Values []float64 // by cell, none negative
	// Base is what districts have whatever their cells are: accounts that stay
	// with their rep. nil for nothing.
	Base []float64
	// Tolerance is the largest deviation from the mean, as a share of it; 0
	// stands for DefaultTolerance.
	Tolerance float64
}

func (f *Figure) tolerance() float64 {
	if f.Tolerance == 0 {
		return DefaultTolerance
	}
	return f.Tolerance
}

// ProblemError says what is wrong with a problem.
type ProblemError struct {
	Part  string // points, edges, figures, k, given, locked
	Index int    // within that part; -1 for the part as a whole
	What  string
}

func (e *ProblemError) Error() string {
	if e.Index < 0 {
		return fmt.Sprintf("districts: %s: %s", e.Part, e.What)
	}
	return fmt.Sprintf("districts: %s[%d]: %s", e.Part, e.Index, e.What)
}

// Validate says what is wrong with a problem, as a *ProblemError, or nil.
func Validate(p Problem) error {
	n := len(p.Points)
	wrong := func(part string, index int, what string, args ...any) error {
		return &ProblemError{part, index, fmt.Sprintf(what, args...)}
	}
	switch {
	case n == 0:
		return wrong("points", -1, "there are no cells")
	case n > MaxCells:
		return wrong("points", -1, "%d cells are more than %d", n, MaxCells)
	case p.K < 1 || p.K > MaxDistricts:
		return wrong("k", -1, "%d districts; there may be 1 to %d", p.K, MaxDistricts)
	case p.K > n:
		return wrong("k", -1, "%d districts for %d cells", p.K, n)
	case len(p.Figures) == 0 || len(p.Figures) > MaxFigures:
		return wrong("figures", -1, "there must be 1 to %d", MaxFigures)
	case len(p.Edges) > 32*n:
		return wrong("edges", -1, "%d edges between %d cells", len(p.Edges), n)
	}
	for i, at := range p.Points {
		if !(at[0] >= -180 && at[0] <= 180 && at[1] >= -90 && at[1] <= 90) {
			return wrong("points", i, "not a longitude and latitude in degrees")
		}
	}
	for i, e := range p.Edges {
		if e[0] < 0 || e[0] >= n || e[1] < 0 || e[1] >= n || e[0] == e[1] {
			return wrong("edges", i, "does not join two of the %d cells", n)
		}
	}
	for i := range p.Figures {
		f := &p.Figures[i]
		if len(f.Values) != n {
			return wrong("figures", i, "%d values for %d cells", len(f.Values), n)
		}
		if f.Base != nil && len(f.Base) != p.K {
			return wrong("figures", i, "%d bases for %d districts", len(f.Base), p.K)
		}
		if !(f.Tolerance >= 0 && f.Tolerance <= 10) {
			return wrong("figures", i, "the tolerance must be a share from 0 to 10")
		}
		sum := 0.0
		for _, list := range [][]float64{f.Values, f.Base} {
			for _, v := range list {
				if !(v >= 0 && v <= math.MaxFloat32) {
					return wrong("figures", i, "a value is negative or not a number")
				}
				sum += v
			}
		}
		if sum == 0 {
			return wrong("figures", i, "there is nothing to balance: all values are 0")
		}
	}
	for part, list := range map[string][]int{"given": p.Given, "locked": p.Locked} {
		if list != nil && len(list) != n {
			return wrong(part, -1, "%d districts for %d cells", len(list), n)
		}
		for i, d := range list {
			if d < None || d >= p.K {
				return wrong(part, i, "there is no district %d", d)
			}
		}
	}
	return nil
}
