package roads

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/osm/osmtest"
)

func TestManyMayAskAtOnce(t *testing.T) {
	t.Parallel()
	n := build(t, town("r 1 from:w111 via:w221 to:w121 type=restriction restriction=no__u__turn"), "car")
	var snaps []Snap
	for east := 10.0; east < 200; east += 2 { // enough for several workers a table
		s, err := n.Snap(at(east, 90), SnapOptions{})
		require.NoError(t, err)
		snaps = append(snaps, s)
	}
	want, err := n.Table(context.Background(), snaps, snaps)
	require.NoError(t, err)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 5 {
				got, err := n.Table(context.Background(), snaps, snaps)
				if err != nil || !equalTables(want, got) {
					t.Error("another table", err)
				}
				for i := 0; i < len(snaps); i += 19 {
					r, err := n.Route(context.Background(), snaps[i], snaps[0])
					if time, _ := want.At(i, 0); err != nil || r.Time != time {
						t.Error("another route", err)
					}
				}
				gone, leave := context.WithCancel(context.Background())
				leave()
				if _, err := n.Table(gone, snaps, snaps); !errors.Is(err, context.Canceled) {
					t.Error("a table for somebody who has gone", err)
				}
				if _, err := n.Reach(context.Background(), snaps[0], Limit{Time: 30_000}); err != nil {
					t.Error(err)
				}
				if _, err := n.Nearest(context.Background(), snaps[0], snaps, 2, Limit{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

func equalTables(a, b *Table) bool {
	for i := range a.Times {
		if a.Times[i] != b.Times[i] || a.Lengths[i] != b.Lengths[i] {
			return false
		}
	}
	return true
}

func TestWhoGivesUpIsNotKeptWaiting(t *testing.T) {
	t.Parallel()
	n := setup(t)
	snaps := snapAll(t, n, randomPoints(n, 2000, 61))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := n.Table(ctx, snaps, snaps)
	require.ErrorIs(t, err, context.Canceled)
	_, err = n.Route(ctx, snaps[0], snaps[1])
	require.ErrorIs(t, err, context.Canceled)
	_, err = n.Reach(ctx, snaps[0], Limit{Time: 1000})
	require.ErrorIs(t, err, context.Canceled)
	ctx, cancel = context.WithTimeout(context.Background(), 5*time.Millisecond)
	defer cancel()
	_, err = n.Table(ctx, snaps, snaps)
	require.ErrorIs(t, err, context.DeadlineExceeded)

	// Preparation stops too.
	path, err := extract()
	require.NoError(t, err)
	car, err := BuiltIn("car")
	require.NoError(t, err)
	ctx, cancel = context.WithCancel(context.Background())
	_, err = Build(ctx, path, car, func(s Stage, _, _ int64) {
		if s == StageContract {
			cancel()
		}
	})
	require.ErrorIs(t, err, context.Canceled)
}

func TestATableThatWouldNotFitIsRefused(t *testing.T) {
	t.Parallel()
	n := build(t, osmtest.Parse("n 1 0 0\nn 2 100 0\nw 1 1,2 highway=residential"), "car")
	_, err := n.Table(context.Background(), make([]Snap, 20_000), make([]Snap, 20_000))
	require.ErrorIs(t, err, ErrTooLarge)
	table, err := n.Table(context.Background(), make([]Snap, 2), nil)
	require.NoError(t, err)
	require.Empty(t, table.Times)
}
