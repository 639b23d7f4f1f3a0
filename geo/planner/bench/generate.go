package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"math/rand"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/waymark-crm/waymark/geo/planner"
	"github.com/waymark-crm/waymark/geo/planner/classic"
	"github.com/waymark-crm/waymark/geo/planner/cputime"
)

// Instances of the kind of Gehring and Homberger ("A parallel hybrid
// evolutionary metaheuristic for the vehicle routing problem with time
// windows", 1999), which extend Solomon's (1987): customers in clusters (C), at
// random (R) or half and half (RC) on a square that grows with their number;
// type 1 has a short horizon and small vehicles, so that routes are short, type
// 2 the other way round; of the customers all, three or two quarters or one
// have a window, the others are open all day. In C a window lies about the time
// at which a tour of the nearest neighbours through the cluster gets there.

// kind is a class of instances.
type kind struct {
	name      string
	clustered float64 // share of the customers
	capacity  int
	horizon   func(square float64) int
	service   int
	width     [2]float64 // of windows: mean and spread
}

var kinds = []kind{
	{"C1", 1, 200, func(s float64) int { return 1200 + int(s*1.25) }, 90, [2]float64{60, 20}},
	{"C2", 1, 700, func(s float64) int { return 3300 + int(s*1.25) }, 90, [2]float64{160, 40}},
	{"R1", 0, 200, func(s float64) int { return 150 + int(s*3.5) }, 10, [2]float64{30, 10}},
	{"R2", 0, 1000, func(s float64) int { return 800 + int(s*14) }, 10, [2]float64{150, 40}},
	{"RC1", 0.5, 200, func(s float64) int { return 150 + int(s*3.4) }, 10, [2]float64{60, 20}},
	{"RC2", 0.5, 1000, func(s float64) int { return 800 + int(s*13) }, 10, [2]float64{240, 80}},
}

// density is the share of customers with windows, by the number of the
// instance in its class.
var density = []float64{1, 0.5, 0.75, 0.25}

// generate writes the number-th instance of a class in Solomon's format. The
// same arguments give the same file.
func generate(k kind, customers, number int) string {
	r := rand.New(rand.NewSource(int64(customers*100 + number*10 + len(k.name)*7 + int(k.name[len(k.name)-1]))))
	square := 140 * math.Sqrt(float64(customers)/200)
	if customers >= 1000 {
		square = 500 // as theirs
	}
	horizon := k.horizon(square)
	type customer struct{ x, y, demand, open, shut, service, cluster int }
	list := []customer{{x: int(square / 2), y: int(square / 2), shut: horizon}}
	clusters := make([][2]float64, max(1, customers/12))
	for i := range clusters {
		clusters[i] = [2]float64{r.Float64() * square, r.Float64() * square}
	}
	inside := func(f float64) int { return int(math.Round(min(square, max(0, f)))) }
	for i := range customers {
		c := customer{service: k.service, cluster: -1}
		if float64(i) < k.clustered*float64(customers) {
			c.cluster = r.Intn(len(clusters))
			c.x = inside(clusters[c.cluster][0] + r.NormFloat64()*4)
			c.y = inside(clusters[c.cluster][1] + r.NormFloat64()*4)
			c.demand = 10 * (1 + r.Intn(4))
		} else {
			c.x, c.y = inside(r.Float64()*square), inside(r.Float64()*square)
			c.demand = 1 + r.Intn(35)
		}
		list = append(list, c)
	}
	way := func(a, b customer) float64 { return math.Hypot(float64(a.x-b.x), float64(a.y-b.y)) }
	centre := make([]float64, len(list))
	for i, c := range list[1:] {
		first, last := way(list[0], c), float64(horizon-k.service)-way(list[0], c)
		centre[i+1] = first + r.Float64()*max(0, last-first)
	}
	if k.clustered == 1 {
		for q := range clusters {
			at, clock, left := 0, 0.0, map[int]bool{}
			for i, c := range list {
				if i > 0 && c.cluster == q {
					left[i] = true
				}
			}
			if len(left) > 0 {
				// Not all clusters are served at the start of the day.
				clock = r.Float64() * max(0, float64(horizon)-float64(len(left)*(k.service+10))-2*way(list[0], customer{x: int(clusters[q][0]), y: int(clusters[q][1])}))
			}
			for len(left) > 0 {
				next := -1
				for i := range list {
					if left[i] && (next < 0 || way(list[at], list[i]) < way(list[at], list[next])) {
						next = i
					}
				}
				delete(left, next)
				clock += way(list[at], list[next])
				centre[next] = clock
				clock += float64(k.service)
				at = next
			}
		}
	}
	for i := range list[1:] {
		c := &list[i+1]
		first, last := int(math.Ceil(way(list[0], *c))), horizon-k.service-int(math.Ceil(way(list[0], *c)))
		c.open, c.shut = 0, last
		if r.Float64() < density[(number-1)%len(density)] {
			half := max(5, k.width[0]+r.NormFloat64()*k.width[1])
			c.open = min(last, max(first, int(centre[i+1]-half)))
			c.shut = max(first, min(last, int(centre[i+1]+half)))
		}
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%s\n\nVEHICLE\nNUMBER     CAPACITY\n%5d %10d\n\nCUSTOMER\nCUST NO.  XCOORD.  YCOORD.  DEMAND  READY TIME  DUE DATE  SERVICE TIME\n\n",
		instanceName(k, customers, number), customers/4, k.capacity)
	for i, c := range list {
		fmt.Fprintf(&out, "%5d %8d %8d %8d %8d %8d %8d\n", i, c.x, c.y, c.demand, c.open, c.shut, c.service)
	}
	return out.String()
}

// instanceName is as Gehring and Homberger name theirs, with a g for generated.
func instanceName(k kind, customers, number int) string {
	return fmt.Sprintf("g%s_%d_%d", k.name, customers/100, number)
}

// writeInstances writes number instances of each class and size whose names
// match into
// DIR/generated, with a bks.csv of the best that runs of so much CPU time find:
// references, not proven optima.
func writeInstances(dir string, names *regexp.Regexp, sizes []int, number, seeds int, long time.Duration) error {
	dir = filepath.Join(dir, "generated")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	rows := [][]string{{"instance", "n", "bks", "vehicles", "convention", "source", "status"}}
	for _, n := range sizes {
		for _, k := range kinds {
			for i := 1; i <= number; i++ {
				text := generate(k, n, i)
				name := instanceName(k, n, i)
				if !names.MatchString(name) {
					continue
				}
				if err := os.WriteFile(filepath.Join(dir, name+".txt"), []byte(text), 0o644); err != nil {
					return err
				}
				cost, err := reference(text, 0, seeds, long)
				if err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
				fmt.Printf("%-10s %d customers, reference %.1f\n", name, n, cost)
				rows = append(rows, row(name, n, cost, long, seeds))
			}
		}
	}
	return writeTable(filepath.Join(dir, "bks.csv"), rows)
}

func row(name string, n int, cost float64, long time.Duration, seeds int) []string {
	return []string{name, strconv.Itoa(n), strconv.FormatFloat(cost, 'f', 1, 64), "",
		"distances cut to one decimal, total distance only", fmt.Sprintf("best of %d runs of %s", seeds, long), "reference"}
}

func writeTable(path string, rows [][]string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := csv.NewWriter(f)
	if err := w.WriteAll(rows); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// reference is the least cost that several long runs find.
func reference(text string, customers, seeds int, long time.Duration) (float64, error) {
	best := math.Inf(1)
	for seed := range seeds {
		n, err := classic.ReadSolomon(strings.NewReader(text), customers)
		if err != nil {
			return 0, err
		}
		s, err := planner.Plan(context.Background(), n.Problem, planner.Options{Seed: int64(1001 + seed), TimeLimit: long, Elapsed: cputime.Since()})
		if err != nil {
			return 0, err
		}
		if len(s.Unplanned) == 0 {
			best = min(best, n.Cost(s))
		}
	}
	if math.IsInf(best, 1) {
		return 0, fmt.Errorf("no run served all customers")
	}
	return best, nil
}

// addSubsets writes references for the first 25 and 50 customers of the
// instances in DIR/solomon into DIR/subsets, beside copies of the files.
func addSubsets(dir string, names *regexp.Regexp, seeds int, long time.Duration) error {
	paths, err := filepath.Glob(filepath.Join(dir, "solomon", "*.txt"))
	if err != nil {
		return err
	}
	to := filepath.Join(dir, "subsets")
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	rows := [][]string{{"instance", "n", "bks", "vehicles", "convention", "source", "status"}}
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".txt")
		if !names.MatchString(name) {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, filepath.Base(path)), text, 0o644); err != nil {
			return err
		}
		for _, n := range []int{25, 50} {
			cost, err := reference(string(text), n, seeds, long)
			if err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			rows = append(rows, row(name, n, cost, long, seeds))
		}
	}
	return writeTable(filepath.Join(to, "bks.csv"), rows)
}
