package main

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func planFile(t *testing.T, name, text string, change func(*PlanCmd)) (string, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	c := PlanCmd{Seed: 1, Threads: 1, Iterations: 500, Preset: "costs"}
	switch filepath.Ext(name) {
	case ".txt":
		c.Solomon = path
	case ".tsp":
		c.Tsplib = path
	default:
		c.File = path
	}
	if change != nil {
		change(&c)
	}
	var out, errOut bytes.Buffer
	err := c.Run(context.Background(), &Env{Out: &out, Err: &errOut})
	return out.String(), err
}

const square = `NAME : square
TYPE : TSP
DIMENSION : 4
EDGE_WEIGHT_TYPE : EUC_2D
NODE_COORD_SECTION
1 0 0
2 10 10
3 10 0
4 0 10
EOF
`

func TestPlanOfASquareGoesAround(t *testing.T) {
	t.Parallel()
	out, err := planFile(t, "square.tsp", square, nil)
	require.NoError(t, err)
	require.Contains(t, []string{"Route #1: 2 1 3\nCost 40\n", "Route #1: 3 1 2\nCost 40\n"}, out)
}

func TestPlanTakesTheFirstCustomersOnly(t *testing.T) {
	t.Parallel()
	out, err := planFile(t, "square.tsp", square, func(c *PlanCmd) { c.Customers = 1 })
	require.NoError(t, err)
	require.Equal(t, "Route #1: 1\nCost 28\n", out)
}

const twoCustomers = `TWO

VEHICLE
NUMBER     CAPACITY
  2         10

CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE   TIME

    0      0         0          0          0       100          0
    1      3         4          6          0       50           1
    2      3         4          6          0       50           1
`

func TestPlanSplitsWhatOneVehicleCannotCarry(t *testing.T) {
	t.Parallel()
	out, err := planFile(t, "two.txt", twoCustomers, nil)
	require.NoError(t, err)
	require.Regexp(t, `^Route #1: \d\nRoute #2: \d\nCost 20\.0\n$`, out)
}

func TestPlanSpeaksVROOM(t *testing.T) {
	t.Parallel()
	out, err := planFile(t, "day.json", `{
		"vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "time_window": [28800, 61200],
			"breaks": [{"id": 9, "time_windows": [[43200, 46800]], "service": 1800}]}],
		"jobs": [
			{"id": 11, "location_index": 1, "service": 1800, "time_windows": [[42000, 43000]]},
			{"id": 12, "location_index": 2, "service": 1800},
			{"id": 13, "location_index": 3, "service": 3600, "time_windows": [[3600, 7200]]}],
		"matrices": {"car": {"durations": [[0,600,1200,900],[600,0,700,800],[1200,700,0,500],[900,800,500,0]]}}}`, nil)
	require.NoError(t, err)
	var answer struct {
		Summary struct {
			Cost, Unassigned, Duration int
		}
		Unassigned []struct {
			ID     int
			Reason string
		}
		Routes []struct {
			Steps []struct{ Type string }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(out), &answer))
	require.Equal(t, 2500, answer.Summary.Cost, "there and back by way of both")
	require.Equal(t, 1, answer.Summary.Unassigned)
	require.Equal(t, "no_window", answer.Unassigned[0].Reason)
	require.Len(t, answer.Routes, 1)
	require.Len(t, answer.Routes[0].Steps, 5, "start, two jobs, a break, end")
}

func TestPlanNamesTheJobThatMakesNoSense(t *testing.T) {
	t.Parallel()
	_, err := planFile(t, "long.json", `{"vehicles": [{"id": 1, "start_index": 0}], "jobs": [{"id": 77, "location_index": 0, "service": 9999999999}], "matrix": [[0]]}`, nil)
	require.ErrorContains(t, err, "job 77: ")
}

func TestPlanChecksAnOrderThatIsGiven(t *testing.T) {
	t.Parallel()
	request := `{"vehicles": [{"id": 1, "start_index": 0, "time_window": [0, 100], "steps": [{"type": "job", "id": 2}, {"type": "job", "id": 1}]}],
		"jobs": [{"id": 1, "location_index": 1, "time_windows": [[0, 10]]}, {"id": 2, "location_index": 2}], "matrix": [[0, 10, 20], [10, 0, 12], [20, 12, 0]]}`
	out, err := planFile(t, "order.json", request, func(c *PlanCmd) { c.Check = true })
	require.NoError(t, err)
	var answer struct {
		Routes []struct {
			Steps []struct {
				Arrival    int
				Violations []struct {
					Cause    string
					Duration int
				}
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(out), &answer))
	last := answer.Routes[0].Steps[2]
	require.Equal(t, 32, last.Arrival)
	require.Equal(t, 22, last.Violations[0].Duration)
	_, err = planFile(t, "square.tsp", square, func(c *PlanCmd) { c.Check = true })
	require.Error(t, err)
	_, err = planFile(t, "square.tsp", square, func(c *PlanCmd) { c.CPUSeconds = math.NaN() })
	require.Error(t, err)
}

func TestPlanRefusesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"empty.json":     "",
		"cut.json":       `{"vehicles": [`,
		"text.json":      "hello",
		"none.json":      `{"vehicles": []}`,
		"ship.json":      `{"vehicles": [{"id": 1}], "shipments": [{}]}`,
		"matrix.json":    `{"vehicles": [{"id": 1, "start_index": 0}], "jobs": []}`,
		"ragged.json":    `{"vehicles": [{"id": 1}], "jobs": [], "matrices": {"car": {"durations": [[0, 1], [1]]}}}`,
		"empty.txt":      "",
		"cut.txt":        "C101\n\nVEHICLE\nNUMBER CAPACITY\n",
		"words.txt":      "C101\nVEHICLE\nNUMBER CAPACITY\n2 10\nCUSTOMER\nCUST NO.\n0 a b c d e f\n",
		"empty.tsp":      "",
		"geo.tsp":        "NAME : x\nTYPE : TSP\nDIMENSION : 3\nEDGE_WEIGHT_TYPE : GEO\nNODE_COORD_SECTION\n",
		"announced.tsp":  "NAME : x\nTYPE : TSP\nDIMENSION : 9\nEDGE_WEIGHT_TYPE : EUC_2D\nNODE_COORD_SECTION\n1 0 0\n2 1 1\nEOF\n",
		"late.json":      `{"vehicles": [{"id": 1, "start_index": 0, "time_window": [9, 3]}], "jobs": [], "matrices": {"car": {"durations": [[0]]}}}`,
		"nowhere.json":   `{"vehicles": [{"id": 1, "start_index": 7}], "jobs": [], "matrices": {"car": {"durations": [[0]]}}}`,
		"unplanned.txt":  "X\nVEHICLE\nNUMBER CAPACITY\n1 1\nCUSTOMER\nCUST NO.\n0 0 0 0 0 10 0\n1 9 9 1 0 10 0\n",
		"negative.json":  `{"vehicles": [{"id": 1, "start_index": 0}], "jobs": [{"id": 1, "location_index": 0, "service": -4}], "matrices": {"car": {"durations": [[0]]}}}`,
		"twice.json":     `{"vehicles": [{"id": 1, "start_index": 0}], "matrix": [[0]]} {}`,
		"long.txt":       strings.Repeat("X", 100_000),
		"duplicate.json": `{"vehicles": [{"id": 1, "start_index": 0}], "jobs": [{"id": 1, "location_index": 0}, {"id": 1, "location_index": 0}], "matrices": {"car": {"durations": [[0]]}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := planFile(t, name, text, nil)
			require.Error(t, err)
			require.NotContains(t, err.Error(), "defect")
		})
	}
}
