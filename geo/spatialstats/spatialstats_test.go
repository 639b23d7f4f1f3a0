package spatialstats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// line is n places in a row, each next to the one before and behind it.
func line(n int) [][]int {
	out := make([][]int, n)
	for i := range out {
		if i > 0 {
			out[i] = append(out[i], i-1)
		}
		if i < n-1 {
			out[i] = append(out[i], i+1)
		}
	}
	return out
}

func TestGiStarOfFivePlacesInARowByHand(t *testing.T) {
	t.Parallel()
	// 0 0 3 3 4: the mean is 2, S² = (4+4+1+1+4)/5 = 2.8.
	// The last: sum 3+4 = 7, two weights: (7 − 2·2) / (√2.8·√((5·2−4)/4)) = 3/√4.2.
	// The one before it: 3+3+4 = 10, three weights: (10 − 6) / (√2.8·√((15−9)/4)) = 4/√4.2.
	scores, err := HotSpots([]float64{0, 0, 3, 3, 4}, line(5))
	require.NoError(t, err)
	want := []float64{-4 / math.Sqrt(4.2), -3 / math.Sqrt(4.2), 0, 4 / math.Sqrt(4.2), 3 / math.Sqrt(4.2)}
	for i, w := range want {
		require.InDelta(t, w, scores[i].Z, 1e-12, "place %d", i)
	}
	require.InDelta(t, 0.0510, scores[3].P, 5e-5, "of 1.9518, by a table of the normal distribution")
	require.InDelta(t, 1, scores[2].P, 1e-12)
	for _, s := range scores {
		require.Zero(t, s.Level, "five questions, and none that stands out by itself")
	}
}

func TestGiStarIsThatOfMatricesAndTheNormalDistributionOfAnother(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(7, 7))
	const n = 60
	values, neighbours := make([]float64, n), make([][]int, n)
	weights := mat.NewDense(n, n, nil)
	for i := range n {
		values[i] = rng.ExpFloat64() * 100
		weights.Set(i, i, 1)
		for j := range n {
			if i != j && rng.IntN(8) == 0 {
				neighbours[i] = append(neighbours[i], j)
				weights.Set(i, j, 1)
			}
		}
	}
	got, err := HotSpots(values, neighbours)
	require.NoError(t, err)
	mean := stat.Mean(values, nil)
	spread := stat.PopStdDev(values, nil)
	var sums mat.VecDense
	sums.MulVec(weights, mat.NewVecDense(n, values))
	for i := range n {
		row := weights.RawRowView(i)
		w, squares := floats.Sum(row), floats.Dot(row, row)
		z := (sums.AtVec(i) - mean*w) / (spread * math.Sqrt((n*squares-w*w)/(n-1)))
		require.InDelta(t, z, got[i].Z, 1e-9)
		require.InDelta(t, 2*distuv.UnitNormal.Survival(math.Abs(z)), got[i].P, 1e-12)
	}
}

func TestAHillIsHotAPlainIsNotAndChanceAloneIsRarelyCalledHot(t *testing.T) {
	t.Parallel()
	// A grid of 20 by 20 with a hill of 9 in it.
	const side = 20
	var neighbours [][]int
	values := make([]float64, side*side)
	rng := rand.New(rand.NewPCG(3, 9))
	for i := range values {
		x, y := i%side, i/side
		var near []int
		for dx := -1; dx <= 1; dx++ {
			for dy := -1; dy <= 1; dy++ {
				if a, b := x+dx, y+dy; (dx != 0 || dy != 0) && a >= 0 && b >= 0 && a < side && b < side {
					near = append(near, b*side+a)
				}
			}
		}
		neighbours = append(neighbours, near)
		values[i] = rng.NormFloat64()
	}
	called := 0
	for range 20 {
		rng.Shuffle(len(values), func(i, j int) { values[i], values[j] = values[j], values[i] })
		scores, err := HotSpots(values, neighbours)
		require.NoError(t, err)
		for _, s := range scores {
			if s.Level != 0 {
				called++
			}
		}
	}
	require.Less(t, called, 80, "of 8,000 cells without a pattern, where uncorrected some 800 would be")
	for _, i := range []int{8, 9, 10} {
		for _, j := range []int{8, 9, 10} {
			values[j*side+i] += 6
		}
	}
	scores, err := HotSpots(values, neighbours)
	require.NoError(t, err)
	require.Equal(t, 99, scores[9*side+9].Level)
	require.Greater(t, scores[9*side+9].Z, 8.0)
	require.Zero(t, scores[2*side+2].Level)
	for i := range values {
		values[i] = -values[i]
	}
	scores, err = HotSpots(values, neighbours)
	require.NoError(t, err)
	require.Equal(t, -99, scores[9*side+9].Level)
}

func TestWhereAllIsTheSameNothingStandsOut(t *testing.T) {
	t.Parallel()
	for _, values := range [][]float64{{}, {1}, {1, 2}, {0.1, 0.1, 0.1, 0.1}, {0, 0, 0}} {
		scores, err := HotSpots(values, line(len(values)))
		require.NoError(t, err)
		for _, s := range scores {
			require.Equal(t, Score{P: 1}, s)
		}
	}
	_, err := HotSpots([]float64{1, math.NaN(), 2}, line(3))
	require.ErrorIs(t, err, ErrInput)
	_, err = HotSpots([]float64{1, 2, 3}, [][]int{{1}, {3}, {0}})
	require.ErrorIs(t, err, ErrInput)
	_, err = HotSpots([]float64{1, 2, 3}, line(2))
	require.ErrorIs(t, err, ErrInput)
}

func TestTheFalseDiscoveryRateIsThatOfBenjaminisAndHochbergsExample(t *testing.T) {
	t.Parallel()
	// The fifteen probabilities of their paper (1995, section 3.2): at 0.05 the four
	// smallest are called.
	var scores []Score
	for _, p := range []float64{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1} {
		scores = append(scores, Score{P: p})
	}
	require.Equal(t, 0.0095, falseDiscovery(scores, 0.05))
	require.Equal(t, -1.0, falseDiscovery(scores, 0.00001))
}

func TestConcentrationByHand(t *testing.T) {
	t.Parallel()
	// 1 2 3 4: Σ i·x = 1+4+9+16 = 30, G = 60/40 − 5/4 = 0.25, HHI = (1+4+9+16)/100.
	s, err := Concentration([]float64{3, 1, 4, 2}, 100)
	require.NoError(t, err)
	require.InDelta(t, 0.25, s.Gini, 1e-12)
	require.InDelta(t, 0.30, s.HHI, 1e-12)
	require.Equal(t, 10.0, s.Total)
	require.Equal(t, [][2]float64{{0, 0}, {0.25, 0.1}, {0.5, 0.3}, {0.75, 0.6}, {1, 1}}, s.Lorenz)
	require.InDelta(t, 0.4, TopShare([]float64{3, 1, 4, 2}, 0.25), 1e-12)
	require.InDelta(t, 0.7, TopShare([]float64{3, 1, 4, 2}, 0.26), 1e-12, "rounded up to two of four")
	one, err := Concentration([]float64{0, 0, 0, 8}, 100)
	require.NoError(t, err)
	require.InDelta(t, 0.75, one.Gini, 1e-12, "(n−1)/n")
	require.InDelta(t, 1, one.HHI, 1e-12)
	same, err := Concentration([]float64{5, 5, 5, 5, 5}, 2)
	require.NoError(t, err)
	require.InDelta(t, 0, same.Gini, 1e-12)
	require.InDelta(t, 0.2, same.HHI, 1e-12)
	require.Len(t, same.Lorenz, 3)
	for _, values := range [][]float64{nil, {0, 0}} {
		none, err := Concentration(values, 10)
		require.NoError(t, err)
		require.Zero(t, none.Gini)
		require.Equal(t, [][2]float64{{0, 0}, {1, 1}}, none.Lorenz)
		require.Zero(t, TopShare(values, 0.5))
	}
	for _, wrong := range []float64{-1, math.NaN(), math.Inf(1)} {
		_, err := Concentration([]float64{1, wrong}, 10)
		require.ErrorIs(t, err, ErrInput)
	}
}

func TestGiniIsTheMeanDifferenceAndTwiceTheAreaBesideTheCurve(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 5))
	for range 20 {
		values := make([]float64, 2+rng.IntN(300))
		for i := range values {
			values[i] = rng.ExpFloat64()
		}
		s, err := Concentration(values, len(values))
		require.NoError(t, err)
		differences := 0.0
		for _, a := range values {
			for _, b := range values {
				differences += math.Abs(a - b)
			}
		}
		n := float64(len(values))
		require.InDelta(t, differences/(2*n*n*stat.Mean(values, nil)), s.Gini, 1e-9)
		area := 0.0
		for i := 1; i < len(s.Lorenz); i++ {
			area += (s.Lorenz[i][0] - s.Lorenz[i-1][0]) * (s.Lorenz[i][1] + s.Lorenz[i-1][1]) / 2
		}
		require.InDelta(t, 1-2*area, s.Gini, 1e-9)
		coarse, err := Concentration(values, 10)
		require.NoError(t, err)
		require.LessOrEqual(t, len(coarse.Lorenz), 11)
		require.Equal(t, [2]float64{1, 1}, coarse.Lorenz[len(coarse.Lorenz)-1])
	}
}

func TestHuffSharesTwoShopsByHand(t *testing.T) {
	t.Parallel()
	// One is twice as large and twice as far: 2/20² against 1/10², so 1 to 2.
	p, err := Huff([]float64{2, 1}, [][]float64{{20, 10}}, HuffOptions{Alpha: 1, Beta: 2, Least: 1})
	require.NoError(t, err)
	require.InDelta(t, 1.0/3, p[0][0], 1e-12)
	require.InDelta(t, 2.0/3, p[0][1], 1e-12)
	// Without regard to distance by size alone; next door is no nearer than the least.
	p, err = Huff([]float64{2, 1}, [][]float64{{20, 10}}, HuffOptions{Alpha: 1, Beta: 0, Least: 1})
	require.NoError(t, err)
	require.InDelta(t, 2.0/3, p[0][0], 1e-12)
	p, err = Huff([]float64{1, 1}, [][]float64{{0, 2}, {2, math.Inf(1)}, {math.Inf(1), math.Inf(1)}}, HuffOptions{Alpha: 1, Beta: 2, Least: 2})
	require.NoError(t, err)
	require.Equal(t, [][]float64{{0.5, 0.5}, {1, 0}, {0, 0}}, p)
}

func TestHuffsSharesAddUpWhateverTheNumbers(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(2, 2))
	for range 200 {
		n := 1 + rng.IntN(8)
		attractiveness, row := make([]float64, n), make([]float64, n)
		for j := range n {
			attractiveness[j] = math.Exp(20 * rng.NormFloat64())
			row[j] = math.Exp(3 * rng.NormFloat64())
		}
		o := HuffOptions{Alpha: 10 * rng.Float64(), Beta: 10 * rng.Float64(), Least: 0.1}
		p, err := Huff(attractiveness, [][]float64{row}, o)
		require.NoError(t, err)
		require.InDelta(t, 1, floats.Sum(p[0]), 1e-9)
		for _, v := range p[0] {
			require.True(t, v >= 0 && v <= 1)
		}
	}
	for _, wrong := range []HuffOptions{{-1, 2, 1}, {1, math.NaN(), 1}, {1, 2, 0}, {1, math.Inf(1), 1}} {
		_, err := Huff([]float64{1}, [][]float64{{1}}, wrong)
		require.ErrorIs(t, err, ErrInput)
	}
	for _, a := range []float64{0, -1, math.NaN()} {
		_, err := Huff([]float64{a}, [][]float64{{1}}, HuffOptions{1, 1, 1})
		require.ErrorIs(t, err, ErrInput)
	}
	_, err := Huff([]float64{1}, [][]float64{{-1}}, HuffOptions{1, 1, 1})
	require.ErrorIs(t, err, ErrInput)
	_, err = Huff([]float64{1}, [][]float64{{1, 1}}, HuffOptions{1, 1, 1})
	require.ErrorIs(t, err, ErrInput)
}

func TestTheNearestByHand(t *testing.T) {
	t.Parallel()
	// The first feature has mean 2 and variance 2, the second the same everywhere.
	rows := [][]float64{{0, 7}, {1, 7}, {2, 7}, {3, 7}, {4, 7}}
	got, err := Nearest(rows, nil, 1, 3)
	require.NoError(t, err)
	one := math.Sqrt(1.0 / 2 / 2) // 1²/variance, over two features
	require.Equal(t, []int{0, 2, 3}, []int{got[0].Place, got[1].Place, got[2].Place})
	require.InDelta(t, one, got[0].Distance, 1e-12)
	require.InDelta(t, one, got[1].Distance, 1e-12)
	require.InDelta(t, 2*one, got[2].Distance, 1e-12)
}

func TestDistanceIsThatOfStandardisedFeaturesWhateverTheirUnit(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(8, 1))
	const n, width = 40, 5
	rows, columns := make([][]float64, n), make([][]float64, width)
	for i := range rows {
		rows[i] = make([]float64, width)
		for f := range width {
			rows[i][f] = math.Pow(10, float64(f)) * rng.NormFloat64()
			columns[f] = append(columns[f], rows[i][f])
		}
	}
	standard := make([][]float64, n)
	for i := range rows {
		standard[i] = make([]float64, width)
		for f := range width {
			standard[i][f] = (rows[i][f] - stat.Mean(columns[f], nil)) / stat.PopStdDev(columns[f], nil)
		}
	}
	got, err := Nearest(rows, nil, 3, n)
	require.NoError(t, err)
	require.Len(t, got, n-1)
	require.True(t, slices.IsSortedFunc(got, func(a, b Similar) int { return int(math.Copysign(1, a.Distance-b.Distance)) }))
	for _, s := range got {
		require.InDelta(t, floats.Distance(standard[3], standard[s.Place], 2)/math.Sqrt(width), s.Distance, 1e-9)
	}
	_, err = Nearest(rows, []float64{0, 0, 0, 0, 0}, 3, 1)
	require.ErrorIs(t, err, ErrInput)
	_, err = Nearest(rows, nil, n, 1)
	require.ErrorIs(t, err, ErrInput)
	_, err = Nearest([][]float64{{1, 2}, {1}}, nil, 0, 1)
	require.ErrorIs(t, err, ErrInput)
	_, err = Nearest(rows, []float64{1}, 0, 1)
	require.ErrorIs(t, err, ErrInput)
}
