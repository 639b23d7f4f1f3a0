package planner

import (
	"context"
	"math/rand"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every plan is verified by the checker within Plan, so that a search that
// disagrees with it shows as an error.
func FuzzPlansPassTheChecker(f *testing.F) {
	f.Add(int64(1), uint16(0xffff), uint8(12), uint8(4))
	f.Add(int64(2), uint16(0), uint8(30), uint8(1))
	f.Fuzz(func(t *testing.T, seed int64, on uint16, visits, shifts uint8) {
		if visits == 0 || visits > 60 || shifts == 0 || shifts > 12 {
			return
		}
		bit := func(k int) bool { return on>>k&1 == 1 }
		p := randomProblem(rand.New(rand.NewSource(seed)), int(visits), int(shifts), rules{bit(0), bit(1), bit(2), bit(3), bit(4), bit(5),
			bit(6), bit(7), bit(8), bit(9), bit(10), bit(11), bit(12), bit(13)})
		s, err := Plan(context.Background(), p, Options{Seed: seed, Iterations: 100})
		require.NoError(t, err)
		r, err := Check(p, s.Orders())
		require.NoError(t, err)
		require.Equal(t, r.Cost, s.Cost)
		for _, u := range s.Unplanned {
			require.NotEmpty(t, u.Reason)
		}
	})
}
