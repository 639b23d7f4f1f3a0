package planner

import (
	"context"
	"errors"
	"time"
)

// Options of [Plan].
type Options struct {
	Seed int64
	// Iterations and TimeLimit end the search, whichever comes first; with
	// neither, a number of iterations that suits the problem's size is taken.
	// Only Iterations gives the same plan every time.
	Iterations int
	TimeLimit  time.Duration
	// Threads are independent searches that share their best at fixed
	// iteration counts; 0 stands for 1. Each does Iterations.
	Threads int
	// Given is an order to begin with and compare to: visits by shift. It need
	// not keep the rules.
	Given [][]int
	// OnProgress is called now and then, from one goroutine at a time.
	OnProgress func(Progress)
	// Elapsed replaces the clock behind TimeLimit, for instance by CPU time.
	Elapsed func() time.Duration
}

var errUnfinished = errors.New("planner: not written yet")

// Plan finds a plan. Errors are about the problem only (see [Validate]): when
// ctx ends, the best plan so far is returned with Stopped set.
func Plan(ctx context.Context, p Problem, o Options) (*Solution, error) { return nil, errUnfinished }

// Check times the given order (visits by shift) and names every rule it breaks.
func Check(p Problem, orders [][]int) (*Report, error) { return nil, errUnfinished }

// Insert lists the best places for one more visit in a plan, cheapest first, at
// most one a shift and at most limit. The visit must be one of the problem's.
func Insert(p Problem, orders [][]int, visit, limit int) ([]Place, error) {
	return nil, errUnfinished
}

// Validate says what is wrong with a problem, or nil.
func Validate(p Problem) error { return errUnfinished }

// Orders are the visits of the plan by shift, as [Check], [Insert] and
// Options.Given take them.
func (s *Solution) Orders() [][]int {
	orders := make([][]int, len(s.Routes))
	for i, r := range s.Routes {
		for _, e := range r.Entries {
			if e.Kind == Stop {
				orders[i] = append(orders[i], e.Visit)
			}
		}
	}
	return orders
}
