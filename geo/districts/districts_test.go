package districts

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"
)

// honeycomb is a field of hexagons a kilometre apart, rows by columns.
func honeycomb(rows, columns int) (points []orb.Point, edges [][2]int) {
	const degree = 1 / 111.195
	at := func(r, c int) int { return r*columns + c }
	for r := range rows {
		for c := range columns {
			points = append(points, orb.Point{(float64(c) + 0.5*float64(r%2)) * degree, float64(r) * math.Sqrt(3) / 2 * degree})
			if c > 0 {
				edges = append(edges, [2]int{at(r, c), at(r, c-1)})
			}
			if r > 0 {
				edges = append(edges, [2]int{at(r, c), at(r-1, c)})
				if other := c + 2*(r%2) - 1; other >= 0 && other < columns {
					edges = append(edges, [2]int{at(r, c), at(r-1, other)})
				}
			}
		}
	}
	return points, edges
}

func ones(n int) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = 1
	}
	return values
}

func field(rows, columns, k int) Problem {
	points, edges := honeycomb(rows, columns)
	return Problem{Points: points, Edges: edges, Figures: []Figure{{Name: "accounts", Values: ones(len(points))}}, K: k}
}

func divide(t *testing.T, p Problem, o Options) *Solution {
	t.Helper()
	s, err := Divide(t.Context(), p, o)
	require.NoError(t, err)
	require.Len(t, s.District, len(p.Points))
	return s
}

func TestARowOfSixCellsFallsIntoTwoHalves(t *testing.T) {
	t.Parallel()
	s := divide(t, field(1, 6, 2), Options{Seed: 1, Moves: 20_000})
	require.Equal(t, s.District[0], s.District[1])
	require.Equal(t, s.District[0], s.District[2])
	require.Equal(t, s.District[3], s.District[4])
	require.Equal(t, s.District[3], s.District[5])
	require.NotEqual(t, s.District[0], s.District[3])
	require.Equal(t, 1, s.Measures.Border)
	require.Zero(t, s.Measures.Worst[0])
	require.Empty(t, s.Reasons)
}

func TestMeasuresOfACaseByHand(t *testing.T) {
	t.Parallel()
	p := field(1, 4, 2)
	p.Figures[0].Values = []float64{1, 2, 3, 6}
	p.Given = []int{0, 0, 1, None}
	m := Measure(p, []int{0, 1, 1, 0})
	require.Equal(t, []float64{7}, m.Districts[0].Figures)
	require.InDelta(t, 1.0/6, m.Districts[0].Deviations[0], 1e-12)
	require.InDelta(t, -1.0/6, m.Districts[1].Deviations[0], 1e-12)
	require.InDelta(t, 1.0/6, m.Worst[0], 1e-12)
	require.Equal(t, 2, m.Districts[0].Parts)
	require.Equal(t, 1, m.Districts[1].Parts)
	require.Equal(t, 1, m.Apart)
	require.Equal(t, 2, m.Border)
	require.Equal(t, 1, m.Changed, "the second cell; the last had no district")
	require.InDelta(t, 2.0/12, m.Moved[0], 1e-12)
}

func TestADiscIsAsCompactAsACircleAndABarIsNot(t *testing.T) {
	t.Parallel()
	points, edges := honeycomb(61, 61)
	var disc Problem
	index := map[int]int{}
	for v, at := range points {
		middle := points[30*61+30]
		if math.Hypot(at[0]-middle[0], at[1]-middle[1])*111.195 < 25 {
			index[v] = len(disc.Points)
			disc.Points = append(disc.Points, at)
		}
	}
	for _, e := range edges {
		a, hasA := index[e[0]]
		b, hasB := index[e[1]]
		if hasA && hasB {
			disc.Edges = append(disc.Edges, [2]int{a, b})
		}
	}
	disc.K, disc.Figures = 1, []Figure{{Values: ones(len(disc.Points))}}
	require.InDelta(t, 1, Measure(disc, make([]int, len(disc.Points))).Compactness, 0.01)
	// A bar of 30 by 90: 6ab/(2π(a²+b²))·2 = 12·30·90/(2π(900+8100)) = 0.573.
	bar := field(35, 90, 1) // rows are 0.866 km apart: 30.3 km
	require.InDelta(t, 12*30.3*90/(2*math.Pi*(30.3*30.3+90*90)), Measure(bar, make([]int, 35*90)).Compactness, 0.01)
}

func TestDistrictsAreConnectedBalancedAndCompact(t *testing.T) {
	t.Parallel()
	p := field(30, 30, 7)
	random := rand.New(rand.NewPCG(7, 7))
	for v := range p.Figures[0].Values {
		p.Figures[0].Values[v] = math.Exp(random.NormFloat64())
	}
	second := ones(len(p.Points))
	p.Figures = append(p.Figures, Figure{Name: "hours", Values: second, Tolerance: 0.1})
	s := divide(t, p, Options{Seed: 3, Moves: 1_500_000})
	require.Zero(t, s.Measures.Apart)
	require.LessOrEqual(t, s.Measures.Worst[0], 0.03)
	require.LessOrEqual(t, s.Measures.Worst[1], 0.1)
	require.Greater(t, s.Measures.Compactness, 0.75)
	require.Empty(t, s.Reasons)

	again := divide(t, p, Options{Seed: 3, Moves: 1_500_000})
	require.Equal(t, s.District, again.District, "the same seed, the same districts")

	grown, err := Grow(p, 3)
	require.NoError(t, err)
	for name, other := range map[string][]int{"k-means": KMeans(p, 3, 50), "growing": grown} {
		m := Measure(p, other)
		require.Less(t, s.Measures.Worst[0], m.Worst[0], name)
	}
}

func TestARiverWithoutABridgeIsABorder(t *testing.T) {
	t.Parallel()
	p := field(12, 12, 2)
	// The river runs between the rows 3 and 4; one bridge at its end.
	p.Edges = slices.DeleteFunc(p.Edges, func(e [2]int) bool {
		a, b := min(e[0], e[1]), max(e[0], e[1])
		return a/12 == 3 && b/12 == 4 && a != 3*12+11
	})
	s := divide(t, p, Options{Seed: 1, Moves: 500_000})
	require.Zero(t, s.Measures.Apart, "one piece along roads")
	require.LessOrEqual(t, s.Measures.Worst[0], 0.03)
	require.Empty(t, s.Bridges)
}

func TestAnIslandHangsOnWhereItIsNearestAndIsTold(t *testing.T) {
	t.Parallel()
	p := field(4, 8, 2)
	p.Edges = slices.DeleteFunc(p.Edges, func(e [2]int) bool { return e[0]%8 < 4 != (e[1]%8 < 4) })
	p.Points = append(p.Points, orb.Point{p.Points[7][0] + 0.03, p.Points[7][1]})
	p.Figures[0].Values = append(p.Figures[0].Values, 1)
	s := divide(t, p, Options{Seed: 1, Moves: 100_000})
	require.Len(t, s.Bridges, 2)
	require.Contains(t, s.Bridges, [2]int{32, 15})
	require.Equal(t, s.District[15], s.District[32])
}

func TestLockedCellsStayAndWhatJoinsThemToo(t *testing.T) {
	t.Parallel()
	p := field(10, 10, 3)
	p.Locked = slices.Repeat([]int{None}, 100)
	p.Locked[0], p.Locked[9], p.Locked[99] = 2, 2, 0
	s := divide(t, p, Options{Seed: 5, Moves: 400_000})
	require.Equal(t, []int{2, 2, 0}, []int{s.District[0], s.District[9], s.District[99]})
	require.Zero(t, s.Measures.Apart)
	require.Empty(t, s.Reasons)

	// A wall of another district's between them.
	p.Locked[90], p.Locked[0] = 2, None
	p.Locked[9] = 2
	for r := range 10 {
		p.Locked[r*10+5] = 1
	}
	s = divide(t, p, Options{Seed: 5, Moves: 100_000})
	require.True(t, slices.ContainsFunc(s.Reasons, func(r Reason) bool { return r.Why == LockedApart && r.District == 2 }))
}

func TestFewChangesFromTheDistrictsOfToday(t *testing.T) {
	t.Parallel()
	p := field(20, 20, 4)
	p.Given = make([]int, 400)
	for v := range p.Given {
		switch r, c := v/20, v%20; { // four strips, one too wide
		case c < 8:
			p.Given[v] = 0
		case c < 12:
			p.Given[v] = 1
		case c < 16:
			p.Given[v] = 2
		default:
			p.Given[v] = 3
			_ = r
		}
	}
	s := divide(t, p, Options{Seed: 1, Moves: 1_000_000})
	require.Zero(t, s.Measures.Apart)
	require.LessOrEqual(t, s.Measures.Worst[0], 0.03)
	// A strip of 60 too many must leave the first, and pass through the others
	// on the way to the last: 60 + 40 + 20 cells at exact balance.
	require.LessOrEqual(t, s.Measures.Changed, 125)
	fresh := p
	fresh.Given = nil
	from := divide(t, fresh, Options{Seed: 1, Moves: 1_000_000})
	fresh.Given = p.Given
	require.Less(t, s.Measures.Changed, Measure(fresh, from.District).Changed)
}

func TestGivenDistrictsInPiecesAndEmptyOnesAreMended(t *testing.T) {
	t.Parallel()
	p := field(10, 10, 3)
	p.Given = make([]int, 100)
	for v := range p.Given {
		p.Given[v] = v % 2 // stripes; district 2 is empty
	}
	p.Given[50] = None
	s := divide(t, p, Options{Seed: 1, Moves: 300_000})
	require.Zero(t, s.Measures.Apart)
	require.LessOrEqual(t, s.Measures.Worst[0], 0.05)
}

func TestReasonsNameWhatStandsInTheWay(t *testing.T) {
	t.Parallel()
	p := field(5, 5, 2)
	p.Figures[0].Values[12] = 1000
	s := divide(t, p, Options{Seed: 1, Moves: 50_000})
	require.Contains(t, s.Reasons, Reason{CellTooLarge, None, 12, 0, 1000.0 / 512})

	p = field(5, 5, 2)
	p.Figures[0].Base = []float64{100, 0}
	s = divide(t, p, Options{Seed: 1, Moves: 50_000})
	require.True(t, slices.ContainsFunc(s.Reasons, func(r Reason) bool { return r.Why == TooMuchHeld && r.District == 0 }))

	p = field(1, 5, 2) // five equal cells have no two equal halves
	s = divide(t, p, Options{Seed: 1, Moves: 50_000})
	require.True(t, slices.ContainsFunc(s.Reasons, func(r Reason) bool { return r.Why == NotReached }))
}

func TestWhatIsNoProblemIsRefusedByName(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(p *Problem){
		"points":  func(p *Problem) { p.Points[3][1] = math.NaN() },
		"edges":   func(p *Problem) { p.Edges[0] = [2]int{0, 99} },
		"figures": func(p *Problem) { p.Figures[0].Values[0] = -1 },
		"k":       func(p *Problem) { p.K = 10 },
		"given":   func(p *Problem) { p.Given = []int{0} },
		"locked":  func(p *Problem) { p.Locked = slices.Repeat([]int{7}, 9) },
	} {
		p := field(3, 3, 2)
		change(&p)
		_, err := Divide(t.Context(), p, Options{})
		var wrong *ProblemError
		require.ErrorAs(t, err, &wrong, name)
		require.Equal(t, name, wrong.Part)
	}
	for _, p := range []Problem{{}, {Points: []orb.Point{{0, 0}}, K: 1}, {Points: []orb.Point{{0, 0}}, K: 1, Figures: []Figure{{Values: []float64{0}}}}} {
		_, err := Divide(t.Context(), p, Options{})
		require.Error(t, err)
	}
	scattered := field(40, 40, 2)
	scattered.Edges = nil
	_, err := Divide(t.Context(), scattered, Options{})
	require.ErrorContains(t, err, "1600 parts")
	alone := Problem{Points: []orb.Point{{0, 0}, {0, 0}}, K: 2, Figures: []Figure{{Values: []float64{1, 1}}}}
	s := divide(t, alone, Options{Moves: 1000})
	require.NotEqual(t, s.District[0], s.District[1], "two cells at one place")
}

func TestDividingCanBeCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	gone := errors.New("gone")
	_, err := Divide(ctx, field(30, 30, 5), Options{Seed: 1, OnProgress: func(float64) { cancel(gone) }})
	require.ErrorIs(t, err, context.Canceled)
}

// Whatever is moved, the sums kept are those that a fresh count gives, and the
// change foretold is the change that comes.
func TestSumsStayTrueOverRandomMoves(t *testing.T) {
	t.Parallel()
	p := field(15, 15, 5)
	p.Given = slices.Repeat([]int{1}, 225)
	g, err := newConnectedGraph(p.Points, p.Edges)
	require.NoError(t, err)
	random := rand.New(rand.NewPCG(1, 1))
	st := newState(&p, g, 1)
	st.press = 3
	first := newStart(st, random, make([][]int32, 5))
	first.choose()
	st.set(first.balance(10))
	for range 3000 {
		v := st.border[random.IntN(len(st.border))]
		a := annealing{t: st, random: random}
		b := a.other(v)
		before, foretold := st.total(), st.change(v, b)
		if !st.free(v) {
			continue
		}
		st.move(v, b)
		require.InDelta(t, before+foretold, st.total(), 1e-6)
	}
	fresh := newState(&p, g, 1)
	fresh.press = 3
	fresh.set(st.of)
	require.InDelta(t, fresh.total(), st.total(), 1e-6)
	require.ElementsMatch(t, fresh.border, st.border)
	of := make([]int, len(st.of))
	for v, d := range st.of {
		of[v] = int(d)
	}
	require.Zero(t, Measure(p, of).Apart)
}
