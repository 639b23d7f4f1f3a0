package travel

import (
	"context"
	"math"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/roads"
)

// Matrix is times from some places to others, row by row: from a to b is at
// a*To+b.
type Matrix struct {
	From, To  int
	Seconds   []int32
	Estimated []bool // by pair, or nil when none is
}

// Minutes returns the time from a place to another.
func (m *Matrix) Minutes(from, to int) float64 { return float64(m.Seconds[from*m.To+to]) / 60 }

// Between answers how long it takes from every place of a list to every one of
// another. Providers that know a quicker way than the table of all places with all
// take it. Errors are those of [Provider.Table].
func Between(ctx context.Context, p Provider, from, to []orb.Point) (*Matrix, error) {
	m := &Matrix{From: len(from), To: len(to), Seconds: make([]int32, len(from)*len(to))}
	if r, ok := p.(*Roads); ok {
		return m, r.between(ctx, m, from, to)
	}
	if s, ok := p.(Straight); ok {
		m.Estimated = make([]bool, len(m.Seconds))
		for i, a := range from {
			for j, b := range to {
				m.Seconds[i*m.To+j], _ = s.leg(a, b)
				m.Estimated[i*m.To+j] = true
			}
		}
		return m, ctx.Err()
	}
	t, err := p.Table(ctx, append(append(make([]orb.Point, 0, len(from)+len(to)), from...), to...))
	if err != nil {
		return nil, err
	}
	for i := range from {
		for j := range to {
			m.Seconds[i*m.To+j] = t.Seconds[i*t.Places+len(from)+j]
			if t.IsEstimated(i, len(from)+j) {
				m.estimated(i, j)
			}
		}
	}
	return m, nil
}

func (m *Matrix) estimated(i, j int) {
	if m.Estimated == nil {
		m.Estimated = make([]bool, len(m.Seconds))
	}
	m.Estimated[i*m.To+j] = true
}

func (r *Roads) between(ctx context.Context, m *Matrix, from, to []orb.Point) error {
	snapped := func(points []orb.Point) ([]roads.Snap, error) {
		out := make([]roads.Snap, len(points))
		for i, p := range points {
			s, _, err := r.place(p)
			if err != nil {
				return nil, err
			}
			out[i] = s
		}
		return out, nil
	}
	sources, err := snapped(from)
	if err != nil {
		return err
	}
	targets, err := snapped(to)
	if err != nil {
		return err
	}
	answers, err := r.network.Table(ctx, sources, targets)
	if err != nil {
		return err
	}
	for i := range from {
		for j := range to {
			time, _ := answers.At(i, j)
			if time == roads.Unreachable {
				m.Seconds[i*m.To+j], _ = r.rest.leg(from[i], to[j])
				m.estimated(i, j)
				continue
			}
			m.Seconds[i*m.To+j] = int32(math.Round(time.Seconds()))
		}
	}
	return nil
}
