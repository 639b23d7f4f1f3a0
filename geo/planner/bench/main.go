// Command bench measures the planner on a folder of classical instances: the
// gap to the best known cost per instance and seed, CPU and wall time, and
// iterations per second.
//
//	go run ./geo/planner/bench DIR                      every set of the table
//	go run ./geo/planner/bench -only 100/1s,tsp/1s DIR  some sets, by name
//	go run ./geo/planner/bench -instances 'RC.*' DIR    some instances, by a regular expression of their whole name
//	go run ./geo/planner/bench -make 200,400,1000 DIR   instances of Homberger's kind and references for them
//	go run ./geo/planner/bench -make subsets DIR        references for the first 25 and 50 customers
//	go run ./geo/planner/bench -roads TABLE.csv         a rep's day and a team's month
//
// Sets are called by customers and budget of CPU time: 25/0.1s, 50/0.1s, 100/1s,
// 100/10s, 200/10s, 400/10s, 1000/first (as far as the first plan), 1000/10s,
// tsp/0.1s, tsp/1s.
//
// DIR holds folders such as solomon and tsplib, each with its instances, in
// Solomon's or TSPLIB's format, and bks.csv (instance,n,bks,…): what is best
// known for the first n customers of an instance. Instances of 200, 400 and 1000
// customers, such as Gehring and Homberger's, are taken from any folder with a
// bks.csv of theirs.
package main

import (
	"context"
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waymark-crm/waymark/geo/planner"
	"github.com/waymark-crm/waymark/geo/planner/classic"
	"github.com/waymark-crm/waymark/geo/planner/cputime"
)

// set is a row of the table: instances with a size, and a budget.
type set struct {
	name      string
	tsp       bool
	customers int           // of the file; what is cut off when the file has more
	least     int           // customers the file has at least
	cpu       time.Duration // 0: until there is a plan
	skip      string        // instances left to another set
}

var sets = []set{
	{"25/0.1s", false, 25, 100, 100 * time.Millisecond, ""},
	{"50/0.1s", false, 50, 100, 100 * time.Millisecond, ""},
	{"100/1s", false, 100, 100, time.Second, ""},
	{"100/10s", false, 100, 100, 10 * time.Second, ""},
	{"200/10s", false, 200, 200, 10 * time.Second, ""},
	{"400/10s", false, 400, 400, 10 * time.Second, ""},
	{"1000/first", false, 1000, 1000, 0, ""},
	{"1000/10s", false, 1000, 1000, 10 * time.Second, ""},
	{"tsp/0.1s", true, 0, 0, 100 * time.Millisecond, "pr1002"},
	{"tsp/1s", true, 0, 0, time.Second, "berlin52|kroA100|a280"},
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	seeds := flag.Int("seeds", 3, "seeds of each instance")
	only := flag.String("only", "", "names of the sets to run, comma separated: "+setNames())
	pattern := flag.String("instances", ".*", "regular expression of the names of the instances to run, such as 'R1_10_[15]|RC.*'")
	threads := flag.Int("threads", 1, "searches side by side; their CPU times add up")
	quiet := flag.Bool("summary", false, "only a line a set")
	roads := flag.String("roads", "", "a table of from,to,seconds,metres: measure a rep's day and a team's month on it instead")
	monthTime := flag.Duration("month", 120*time.Second, "time for the month")
	makeSizes := flag.String("make", "", "write instances of these sizes, comma separated (200,400,1000), with references, into DIR/generated; 'subsets' writes references for the first 25 and 50 customers into DIR/subsets")
	number := flag.Int("number", 1, "with -make: instances of each class and size")
	long := flag.Duration("long", 60*time.Second, "with -make: CPU time of each run for the reference")
	flag.Parse()
	if *roads != "" {
		return field(*roads, *seeds, *monthTime)
	}
	if flag.NArg() != 1 {
		return fmt.Errorf("give the folder of instances: bench [flags] DIR")
	}
	names, err := regexp.Compile("^(" + *pattern + ")$")
	if err != nil {
		return fmt.Errorf("-instances: %w", err)
	}
	if *makeSizes == "subsets" {
		return addSubsets(flag.Arg(0), names, *seeds, *long)
	}
	if *makeSizes != "" {
		var sizes []int
		for _, s := range strings.Split(*makeSizes, ",") {
			n, err := strconv.Atoi(s)
			if err != nil || n < 20 || n > 10_000 {
				return fmt.Errorf("-make: %q is no number of customers from 20 to 10000", s)
			}
			sizes = append(sizes, n)
		}
		return writeInstances(flag.Arg(0), names, sizes, *number, *seeds, *long)
	}
	files, err := find(flag.Arg(0))
	if err != nil {
		return err
	}
	chosen, err := choose(*only)
	if err != nil {
		return err
	}
	ran := 0
	for _, s := range chosen {
		count, err := s.run(files, names, *seeds, *threads, *quiet)
		if err != nil {
			return err
		}
		ran += count
	}
	if ran == 0 {
		return fmt.Errorf("no instance in %s matches -instances %q and has a best known cost for the sets run", flag.Arg(0), *pattern)
	}
	return nil
}

func setNames() string {
	names := make([]string, len(sets))
	for i, s := range sets {
		names[i] = s.name
	}
	return strings.Join(names, ", ")
}

// choose lists the sets of a comma separated list, all for none.
func choose(list string) ([]set, error) {
	if list == "" {
		return sets, nil
	}
	var chosen []set
	for _, name := range strings.Split(list, ",") {
		i := slices.IndexFunc(sets, func(s set) bool { return s.name == strings.TrimSpace(name) })
		if i < 0 {
			return nil, fmt.Errorf("-only: there is no set %q; there are %s", name, setNames())
		}
		chosen = append(chosen, sets[i])
	}
	return chosen, nil
}

// file is an instance with its best known costs by number of customers.
type file struct {
	path, name string
	tsp        bool
	size       int
	best       map[int]float64
}

// find lists the instances of the folders in dir that have a bks.csv.
func find(dir string) ([]file, error) {
	tables, err := filepath.Glob(filepath.Join(dir, "*", "bks.csv"))
	if err != nil {
		return nil, err
	}
	if len(tables) == 0 {
		return nil, fmt.Errorf("%s holds no folder with a bks.csv", dir)
	}
	var files []file
	for _, table := range tables {
		best, size, err := readBest(table)
		if err != nil {
			return nil, err
		}
		paths, err := filepath.Glob(filepath.Join(filepath.Dir(table), "*"))
		if err != nil {
			return nil, err
		}
		for _, path := range paths {
			name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
			if best[name] != nil {
				files = append(files, file{path, name, strings.HasSuffix(path, ".tsp"), size[name], best[name]})
			}
		}
	}
	return files, nil
}

func readBest(path string) (best map[string]map[int]float64, size map[string]int, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	best, size = map[string]map[int]float64{}, map[string]int{}
	for _, row := range rows[1:] {
		n, errN := strconv.Atoi(row[1])
		cost, errC := strconv.ParseFloat(row[2], 64)
		if errN != nil || errC != nil {
			return nil, nil, fmt.Errorf("%s: %s has no size and cost", path, row[0])
		}
		name := strings.TrimSuffix(strings.TrimSuffix(row[0], fmt.Sprintf(".%d", n)), fmt.Sprintf("-%d", n))
		if best[name] == nil {
			best[name] = map[int]float64{}
		}
		best[name][n] = cost
		size[name] = max(size[name], n)
	}
	return best, size, nil
}

// run prints a line for each instance and seed, and one for the set, and returns
// how many runs there were.
func (s *set) run(files []file, names *regexp.Regexp, seeds, threads int, quiet bool) (int, error) {
	var sum, worst, cpus, walls, rounds float64
	var count, missed int
	skip := regexp.MustCompile("^(" + s.skip + ")$")
	for _, f := range files {
		best, known := f.best[s.customers]
		if f.tsp {
			best, known = f.best[f.size], true
		}
		if f.tsp != s.tsp || !known || !names.MatchString(f.name) || skip.MatchString(f.name) {
			continue
		}
		for seed := 1; seed <= seeds; seed++ {
			r, err := s.measure(f, int64(seed), threads)
			if err != nil {
				return 0, fmt.Errorf("%s: %w", f.path, err)
			}
			if r.missed > 0 {
				missed++
				fmt.Printf("%-10s %-10s seed %d  %d customers not served\n", s.name, f.name, seed, r.missed)
				continue
			}
			gap := 100 * (r.cost/best - 1)
			sum, worst = sum+gap, max(worst, gap)
			cpus, walls, rounds = cpus+r.cpu, walls+r.wall, rounds+float64(r.rounds)
			count++
			if !quiet {
				fmt.Printf("%-10s %-10s seed %d  cost %10.1f  best %10.1f  gap %6.3f %%  cpu %5.2f s  wall %5.2f s  %8.0f iterations/s\n",
					s.name, f.name, seed, r.cost, best, gap, r.cpu, r.wall, float64(r.rounds)/r.cpu)
			}
		}
	}
	if count > 0 {
		n := float64(count)
		fmt.Printf("%-10s %3d runs, mean gap %6.3f %%, worst %6.3f %%, cpu %5.2f s, wall %5.2f s, %8.0f iterations/s, %d not served\n",
			s.name, count, sum/n, worst, cpus/n, walls/n, rounds/cpus, missed)
	}
	return count + missed, nil
}

// result is one run, times in seconds.
type result struct {
	cost      float64
	cpu, wall float64
	rounds    int
	missed    int
}

func (s *set) measure(f file, seed int64, threads int) (result, error) {
	in, err := os.Open(f.path)
	if err != nil {
		return result{}, err
	}
	defer in.Close()
	read := classic.ReadSolomon
	if f.tsp {
		read = classic.ReadTSPLIB
	}
	n, err := read(in, s.customers)
	if err != nil {
		return result{}, err
	}
	cpu, began := cputime.Since(), time.Now()
	o := planner.Options{Seed: seed, Threads: threads, TimeLimit: s.cpu, Elapsed: cpu}
	if s.cpu == 0 {
		o.Iterations = 1
	}
	plan, err := planner.Plan(context.Background(), n.Problem, o)
	if err != nil {
		return result{}, err
	}
	return result{cost: n.Cost(plan), cpu: cpu().Seconds(), wall: time.Since(began).Seconds(),
		rounds: plan.Iterations, missed: len(plan.Unplanned)}, nil
}
