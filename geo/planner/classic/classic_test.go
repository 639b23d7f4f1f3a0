package classic

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/planner"
)

const three = `THREE

VEHICLE
NUMBER     CAPACITY
  3         10

CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE   TIME

    0      0         0          0          0       100          0
    1      1         1          6          0       50           1
    2      3         4          6         20       50           1
    3      3         4          4         20       50           1
`

func TestDistancesAreCutToOneDecimal(t *testing.T) {
	t.Parallel()
	n, err := ReadSolomon(strings.NewReader(three), 0)
	require.NoError(t, err)
	require.Equal(t, "THREE", n.Name)
	require.Equal(t, int32(14), n.Problem.Tables[0].Metres[1], "the root of 2 is 1.4")
	require.Len(t, n.Problem.Shifts, 3)
	s, err := planner.Plan(context.Background(), n.Problem, planner.Options{Iterations: 500})
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, n.Write(&out, s))
	require.InDelta(t, 12.8, n.Cost(s), 1e-9, "1 alone: 2.8, 2 and 3 together: 10")
	require.True(t, strings.HasSuffix(out.String(), "Cost 12.8\n"), out.String())
	require.Equal(t, 3, strings.Count(out.String(), "\n"))
}

func TestTheFirstCustomersCanBeTaken(t *testing.T) {
	t.Parallel()
	n, err := ReadSolomon(strings.NewReader(three), 2)
	require.NoError(t, err)
	require.Len(t, n.Problem.Visits, 2)
	require.Equal(t, 3, n.Problem.Tables[0].Places)
	_, err = ReadSolomon(strings.NewReader(three), 4)
	require.ErrorContains(t, err, "4 customers were asked for")
}

func TestTSPLIBRoundsToWholeNumbers(t *testing.T) {
	t.Parallel()
	file := "NAME: x\nTYPE: TSP\nDIMENSION: 3\nEDGE_WEIGHT_TYPE: %s\nNODE_COORD_SECTION\n1 0 0\n2 1 1\n3 1.0e0 2\n"
	n, err := ReadTSPLIB(strings.NewReader(strings.Replace(file, "%s", "EUC_2D", 1)), 0)
	require.NoError(t, err)
	require.Equal(t, []int32{0, 1, 2, 1, 0, 1, 2, 1, 0}, n.Problem.Tables[0].Metres)
	n, err = ReadTSPLIB(strings.NewReader(strings.Replace(file, "%s", "CEIL_2D", 1)), 0)
	require.NoError(t, err)
	require.Equal(t, []int32{0, 2, 3, 2, 0, 1, 3, 1, 0}, n.Problem.Tables[0].Metres)
}

func FuzzReadSolomon(f *testing.F) {
	f.Add(three)
	f.Fuzz(func(t *testing.T, text string) {
		if n, err := ReadSolomon(strings.NewReader(text), 0); err == nil && len(n.Problem.Visits) < 20 {
			_, err := planner.Plan(context.Background(), n.Problem, planner.Options{Iterations: 10})
			if err != nil {
				require.NotContains(t, err.Error(), "defect")
			}
		}
	})
}
