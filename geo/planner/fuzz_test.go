package planner

import (
	"context"
	"encoding/json"
	"math/rand"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every plan is verified by the checker within Plan, so that a search that
// disagrees with it shows as an error.
func FuzzPlansPassTheChecker(f *testing.F) {
	f.Add(int64(1), uint16(0xffff), uint8(12), uint8(4))
	f.Add(int64(2), uint16(0), uint8(30), uint8(1))
	f.Add(int64(-96), uint16(255), uint8(44), uint8(9))  // many left out, some of them by hand
	f.Add(int64(3), uint16(0x7fff), uint8(40), uint8(8)) // every rule
	f.Fuzz(func(t *testing.T, seed int64, on uint16, visits, shifts uint8) {
		if visits == 0 || visits > 60 || shifts == 0 || shifts > 12 {
			return
		}
		bit := func(k int) bool { return on>>k&1 == 1 }
		p := randomProblem(rand.New(rand.NewSource(seed)), int(visits), int(shifts), rules{bit(0), bit(1), bit(2), bit(3), bit(4), bit(5),
			bit(6), bit(7), bit(8), bit(9), bit(10), bit(11), bit(12), bit(13), bit(14)})
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

// Any problem that passes Validate can be planned, checked, inserted into,
// explained and repaired; no other one can.
func FuzzProblemsOfAnyKind(f *testing.F) {
	for seed := range int64(4) {
		text, err := json.Marshal(randomProblem(rand.New(rand.NewSource(seed)), 5, 3, everyRule))
		require.NoError(f, err)
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		var p Problem
		if len(text) > 20_000 || json.Unmarshal([]byte(text), &p) != nil {
			return
		}
		if len(p.Visits) > 12 || len(p.Shifts) > 8 || len(p.Links) > 12 || len(p.Series) > 8 {
			return
		}
		for i := range p.Shifts { // memory of days and reps, and time of breaks
			if p.Shifts[i].Day > 500 || p.Shifts[i].Rep > 500 || len(p.Shifts[i].Breaks) > 2 {
				return
			}
		}
		orders := make([][]int, len(p.Shifts))
		s, err := Plan(context.Background(), p, Options{Iterations: 20})
		if Validate(p) != nil {
			require.Error(t, err)
			_, err = Check(p, orders)
			require.Error(t, err)
			return
		}
		if err != nil {
			require.NotContains(t, err.Error(), "defect")
			return
		}
		r, err := Check(p, s.Orders())
		require.NoError(t, err)
		require.Equal(t, r.Cost, s.Cost)
		for _, u := range s.Unplanned {
			require.NotEmpty(t, u.Reason)
			_, err = Insert(p, s.Orders(), u.Visit, 0)
			require.NoError(t, err)
		}
		_, _, err = Repair(context.Background(), p, s.Orders(), Change{Now: 9 * Hour}, Options{Iterations: 20})
		if err != nil {
			require.NotContains(t, err.Error(), "defect")
		}
	})
}
