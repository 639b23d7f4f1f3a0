package travel

import (
	"context"
	"slices"

	"github.com/paulmach/orb"
)

// ByHour answers by the time of the day: its tables have periods.
//
//	p := travel.NewByHour(free,
//		travel.Stretch{From: 7 * 3600, Provider: morning},
//		travel.Stretch{From: 9 * 3600, Provider: free})
//
// A table asks each of its providers once, whatever the number of stretches.
type ByHour struct {
	free      Provider
	stretches []Stretch
}

// Stretch is a span of the day, from its From on until the next one's.
type Stretch struct {
	From     int // seconds since midnight
	Provider Provider
}

// NewByHour returns a provider of free flow before the first stretch, and of the
// stretches, in order, from then on.
func NewByHour(free Provider, stretches ...Stretch) *ByHour {
	return &ByHour{free, stretches}
}

// Table implements [Provider].
func (b *ByHour) Table(ctx context.Context, points []orb.Point) (*Table, error) {
	first, err := b.free.Table(ctx, points)
	if err != nil {
		return nil, err
	}
	t := *first
	t.Periods = nil
	asked := []Provider{b.free}
	answers := [][]int32{t.Seconds}
	for _, s := range b.stretches {
		i := slices.Index(asked, s.Provider)
		if i < 0 {
			x, err := s.Provider.Table(ctx, points)
			if err != nil {
				return nil, err
			}
			i = len(asked)
			asked, answers = append(asked, s.Provider), append(answers, x.Seconds)
		}
		t.Periods = append(t.Periods, Period{From: s.From, Seconds: answers[i]})
	}
	return &t, nil
}

// Route implements [Provider], in free flow. [At] answers for an hour.
func (b *ByHour) Route(ctx context.Context, points []orb.Point) (*Route, error) {
	return b.free.Route(ctx, points)
}

// At is the provider that holds at a time of the day, in seconds since midnight:
// the provider itself when it knows no hours.
func At(p Provider, clock int) Provider {
	b, ok := p.(*ByHour)
	if !ok {
		return p
	}
	now := b.free
	for _, s := range b.stretches {
		if s.From <= clock {
			now = s.Provider
		}
	}
	return now
}
