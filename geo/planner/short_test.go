package planner

import "testing"

// inOneGoroutine leaves a long test to the run without -short: the race detector,
// under which the short ones run (make test-race), finds nothing in it. What
// searches do at once stays in TestTheSameSeedGivesTheSamePlan and its like.
func inOneGoroutine(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("long, and in one goroutine: left to the run without -short")
	}
}
