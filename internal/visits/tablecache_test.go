package visits

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/travel"
)

// counted counts how often it is asked, waits for gate when it has one, and fails
// while fail is set.
type counted struct {
	travel.Provider
	asked atomic.Int32
	gate  chan struct{}
	fail  atomic.Bool
}

func (c *counted) Table(ctx context.Context, points []orb.Point) (*travel.Table, error) {
	c.asked.Add(1)
	if c.gate != nil {
		select {
		case <-c.gate:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if c.fail.Load() {
		return nil, errors.New("no roads today")
	}
	return c.Provider.Table(ctx, points)
}

// flat is a world without distances.
type flat struct{ travel.Provider }

func (flat) Table(_ context.Context, points []orb.Point) (*travel.Table, error) {
	n := len(points) * len(points)
	return &travel.Table{Places: len(points), Seconds: make([]int32, n), Metres: make([]int32, n)}, nil
}

func somePoints(n int, shift float64) []orb.Point {
	points := make([]orb.Point, n)
	for i := range points {
		points[i] = orb.Point{-75.5 + shift, 39 + float64(i)/1000}
	}
	return points
}

func TestOneTableIsWorkedOutForAllWhoAskForTheSamePlaces(t *testing.T) {
	t.Parallel()
	var cache tableCache
	roads := &counted{Provider: travel.NewStraight(), gate: make(chan struct{})}
	const people = 8
	tables := make([]*travel.Table, people)
	var wait sync.WaitGroup
	for i := range people {
		wait.Go(func() {
			var err error
			tables[i], err = cache.table(t.Context(), travel.Way{}, roads, somePoints(5, 0))
			if err != nil {
				t.Error(err)
			}
		})
	}
	close(roads.gate)
	wait.Wait()
	require.EqualValues(t, 1, roads.asked.Load())
	for _, table := range tables {
		require.Same(t, tables[0], table)
	}
	_, err := cache.table(t.Context(), travel.Way{}, roads, somePoints(5, 0.1))
	require.NoError(t, err)
	require.EqualValues(t, 2, roads.asked.Load(), "other places are another table")
	other := &counted{Provider: travel.NewStraight()}
	_, err = cache.table(t.Context(), travel.Way{}, other, somePoints(5, 0))
	require.NoError(t, err)
	require.EqualValues(t, 1, other.asked.Load(), "other roads too")
}

func TestAFailureIsNotKeptAndAnothersEndIsNotMine(t *testing.T) {
	t.Parallel()
	var cache tableCache
	roads := &counted{Provider: travel.NewStraight()}
	roads.fail.Store(true)
	_, err := cache.table(t.Context(), travel.Way{}, roads, somePoints(3, 0))
	require.Error(t, err)
	roads.fail.Store(false)
	_, err = cache.table(t.Context(), travel.Way{}, roads, somePoints(3, 0))
	require.NoError(t, err)

	slow := &counted{Provider: travel.NewStraight(), gate: make(chan struct{})}
	gone, leave := context.WithCancel(t.Context())
	left := make(chan error, 1)
	go func() { _, err := cache.table(gone, travel.Way{}, slow, somePoints(4, 0)); left <- err }()
	require.Eventually(t, func() bool { return slow.asked.Load() == 1 }, 10*time.Second, time.Millisecond)
	got := make(chan error, 1)
	go func() { _, err := cache.table(t.Context(), travel.Way{}, slow, somePoints(4, 0)); got <- err }()
	leave()
	require.ErrorIs(t, <-left, context.Canceled)
	close(slow.gate)
	require.NoError(t, <-got, "who waited for somebody who left asks anew")
}

func TestOldTablesMakeRoom(t *testing.T) {
	t.Parallel()
	var cache tableCache
	roads := &counted{Provider: flat{}}
	const places = 1500 // 18 MB
	for i := range 20 {
		_, err := cache.table(t.Context(), travel.Way{}, roads, somePoints(places, float64(i)/100))
		require.NoError(t, err)
		require.LessOrEqual(t, cache.bytes, tableCacheBytes)
	}
	require.Equal(t, cache.recent.Len(), len(cache.byKey))
	require.Less(t, cache.recent.Len(), 20)
	before := roads.asked.Load()
	_, err := cache.table(t.Context(), travel.Way{}, roads, somePoints(places, 0.19))
	require.NoError(t, err)
	require.Equal(t, before, roads.asked.Load(), "the latest is there")
	_, err = cache.table(t.Context(), travel.Way{}, roads, somePoints(places, 0))
	require.NoError(t, err)
	require.Equal(t, before+1, roads.asked.Load(), "the oldest is not")
}
