// Command bench divides a real state and a field of twenty thousand cells into
// districts, and prints how that compares with plain ways: the districts that are
// balanced to 3 %, those that may be as uneven as the k-means of the same seed,
// k-means and greedy growing, and the means over the seeds.
//
//	go run ./geo/districts/bench EXTRACT.osm.pbf
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/districts"
	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/geo/osm"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	seeds := flag.Uint64("seeds", 3, "how many seeds")
	only := flag.String("only", "", "state or field")
	flag.Parse()
	if flag.NArg() != 1 {
		return errors.New("name one extract (.osm.pbf)")
	}
	state, err := stateProblem(flag.Arg(0), 7, 8)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "cells\tK\tmethod\tseed\tlargest deviation\tin pieces\tcompactness\tborder\ttime")
	for name, p := range map[string]districts.Problem{"state": state, "field": fieldProblem(81, 100)} {
		if *only != "" && *only != name {
			continue
		}
		sums := map[string]*result{}
		for seed := range *seeds {
			if err := compare(w, p, seed+1, sums); err != nil {
				return err
			}
		}
		for _, method := range methods {
			sums[method].print(w, p, method, "mean", float64(*seeds))
		}
	}
	return w.Flush()
}

// The methods, in the order in which they are printed.
const (
	ours    = "districts"
	uneven  = "as uneven as k-means"
	kMeans  = "k-means"
	growing = "growing"
)

var methods = []string{ours, uneven, kMeans, growing}

// result is what one division comes to, or the sum of several.
type result struct{ worst, apart, compactness, border, seconds float64 }

func (r *result) add(o result) {
	r.worst += o.worst
	r.apart += o.apart
	r.compactness += o.compactness
	r.border += o.border
	r.seconds += o.seconds
}

func (r *result) print(w *tabwriter.Writer, p districts.Problem, method, seed string, n float64) {
	fmt.Fprintf(w, "%d\t%d\t%s\t%s\t%.1f %%\t%.3g\t%.3f\t%.0f\t%.1f s\n", len(p.Points), p.K, method, seed,
		100*r.worst/n, r.apart/n, r.compactness/n, r.border/n, r.seconds/n)
}

func compare(w *tabwriter.Writer, p districts.Problem, seed uint64, sums map[string]*result) error {
	row := func(method string, district []int, took time.Duration) {
		m := districts.Measure(p, district)
		r := result{slices.Max(m.Worst), float64(m.Apart), m.Compactness, float64(m.Border), took.Seconds()}
		r.print(w, p, method, fmt.Sprint(seed), 1)
		if sums[method] == nil {
			sums[method] = &result{}
		}
		sums[method].add(r)
	}
	began := time.Now()
	s, err := districts.Divide(context.Background(), p, districts.Options{Seed: seed})
	if err != nil {
		return err
	}
	took := time.Since(began)
	p.Edges = append(slices.Clone(p.Edges), s.Bridges...) // an island is no fault of any method
	row(ours, s.District, took)
	for _, r := range s.Reasons {
		fmt.Fprintf(os.Stderr, "seed %d: %s district %d cell %d: %.3f of the mean\n", seed, r.Why, r.District, r.Cell, r.Share)
	}
	began = time.Now()
	district := districts.KMeans(p, seed, 100)
	took = time.Since(began)
	loose := p
	loose.Figures = slices.Clone(p.Figures)
	loose.Figures[0].Tolerance = min(10, slices.Max(districts.Measure(p, district).Worst))
	began = time.Now()
	if s, err = districts.Divide(context.Background(), loose, districts.Options{Seed: seed}); err != nil {
		return err
	}
	row(uneven, s.District, time.Since(began))
	row(kMeans, district, took)
	began = time.Now()
	if district, err = districts.Grow(p, seed); err != nil {
		return err
	}
	row(growing, district, time.Since(began))
	return w.Flush()
}

// roadCells collects the cells that roads run through, and which of them a road
// joins.
type roadCells struct {
	osm.Ignore
	resolution int
	joined     map[[2]hexgrid.Cell]bool
	cells      map[hexgrid.Cell]bool
}

// step is how far apart roads are looked at, in degrees: some 100 m.
const step = 0.001

func (c *roadCells) Way(w *osm.Way) error {
	switch w.Tags.Get("highway") {
	case "service", "living_street", "road", "track", "motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential",
		"motorway_link", "trunk_link", "primary_link", "secondary_link", "tertiary_link":
	default:
		return nil
	}
	line, _ := w.Line()
	last := hexgrid.Cell(0)
	for i := range line {
		from := line[max(0, i-1)]
		pieces := max(1, int(math.Hypot(line[i][0]-from[0], line[i][1]-from[1])/step))
		for k := 1; k <= pieces; k++ {
			share := float64(k) / float64(pieces)
			cell, err := hexgrid.CellAt(orb.Point{from[0] + share*(line[i][0]-from[0]), from[1] + share*(line[i][1]-from[1])}, c.resolution)
			if err != nil {
				return err
			}
			c.cells[cell] = true
			if last != 0 && last != cell {
				c.joined[[2]hexgrid.Cell{min(last, cell), max(last, cell)}] = true
			}
			last = cell
		}
	}
	return nil
}

// stateProblem balances the places that a company could sell to, over the cells
// with roads; neighbours are cells that a road joins.
func stateProblem(path string, resolution, k int) (districts.Problem, error) {
	c := &roadCells{resolution: resolution, joined: map[[2]hexgrid.Cell]bool{}, cells: map[hexgrid.Cell]bool{}}
	contents, err := osm.Collect(context.Background(), path, nil, c)
	if err != nil {
		return districts.Problem{}, err
	}
	cells := make([]hexgrid.Cell, 0, len(c.cells))
	for cell := range c.cells {
		cells = append(cells, cell)
	}
	slices.Sort(cells)
	index := make(map[hexgrid.Cell]int, len(cells))
	p := districts.Problem{K: k, Figures: []districts.Figure{{Name: "prospects", Values: make([]float64, len(cells))}}}
	for i, cell := range cells {
		index[cell] = i
		at, err := hexgrid.Centre(cell)
		if err != nil {
			return districts.Problem{}, err
		}
		p.Points = append(p.Points, at)
	}
	for pair := range c.joined {
		p.Edges = append(p.Edges, [2]int{index[pair[0]], index[pair[1]]})
	}
	slices.SortFunc(p.Edges, func(a, b [2]int) int {
		if a[0] != b[0] {
			return a[0] - b[0]
		}
		return a[1] - b[1]
	})
	for i := range contents.Interests {
		cell, err := hexgrid.CellAt(contents.Interests[i].Point, resolution)
		if err != nil {
			return districts.Problem{}, err
		}
		if at, ok := index[cell]; ok {
			p.Figures[0].Values[at]++
		}
	}
	return p, nil
}

// fieldProblem is a disc of hexagons around a cell in the middle of a continent,
// with towns: sums of bells over the field, times a noise.
func fieldProblem(radius, k int) districts.Problem {
	middle, err := hexgrid.CellAt(orb.Point{10, 50}, 7)
	if err != nil {
		panic(err)
	}
	cells, err := hexgrid.Disk(middle, radius)
	if err != nil {
		panic(err)
	}
	slices.Sort(cells)
	index := make(map[hexgrid.Cell]int, len(cells))
	for i, cell := range cells {
		index[cell] = i
	}
	random := rand.New(rand.NewPCG(1, 1))
	towns := make([]orb.Point, 150)
	for i := range towns {
		towns[i] = orb.Point{10 + 4*(random.Float64()-0.5), 50 + 2.6*(random.Float64()-0.5)}
	}
	p := districts.Problem{K: k, Figures: []districts.Figure{{Name: "accounts", Values: make([]float64, len(cells))}}}
	for i, cell := range cells {
		at, err := hexgrid.Centre(cell)
		if err != nil {
			panic(err)
		}
		near, err := hexgrid.Neighbours(cell)
		if err != nil {
			panic(err)
		}
		p.Points = append(p.Points, at)
		for _, other := range near {
			if k, ok := index[other]; ok && k > i {
				p.Edges = append(p.Edges, [2]int{i, k})
			}
		}
		density := 0.2
		for _, town := range towns {
			density += 6 * math.Exp(-(sq((at[0]-town[0])*0.64)+sq(at[1]-town[1]))/sq(0.04))
		}
		p.Figures[0].Values[i] = math.Round(density * math.Exp(0.7*random.NormFloat64()) * 2)
	}
	return p
}

func sq(x float64) float64 { return x * x }
