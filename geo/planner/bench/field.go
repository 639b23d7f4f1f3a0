package main

import (
	"context"
	"encoding/csv"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/waymark-crm/waymark/geo/planner"
	"github.com/waymark-crm/waymark/geo/planner/cputime"
)

// readTable reads a table of from,to,seconds,metres.
func readTable(path string) (planner.Table, error) {
	f, err := os.Open(path)
	if err != nil {
		return planner.Table{}, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return planner.Table{}, fmt.Errorf("%s: %w", path, err)
	}
	n := 0
	numbers := make([][4]float64, len(rows)-1)
	for i, row := range rows[1:] {
		for k := range 4 {
			if numbers[i][k], err = strconv.ParseFloat(row[k], 64); err != nil {
				return planner.Table{}, fmt.Errorf("%s: line %d: %w", path, i+2, err)
			}
		}
		n = max(n, int(numbers[i][0])+1, int(numbers[i][1])+1)
	}
	t := planner.Table{Places: n, Seconds: make([]int32, n*n), Metres: make([]int32, n*n)}
	for _, x := range numbers {
		at := int(x[0])*n + int(x[1])
		t.Seconds[at], t.Metres[at] = int32(x[2]+0.5), int32(x[3]+0.5)
	}
	return t, nil
}

// day is a rep's day: so many visits with opening hours, lunch, all wanted.
func day(t planner.Table, visits int) planner.Problem {
	r := rand.New(rand.NewSource(1))
	p := planner.Problem{Tables: []planner.Table{t}, Shifts: []planner.Shift{{
		Hours:  planner.Window{Open: 8 * planner.Hour, Close: 18 * planner.Hour},
		Breaks: []planner.Break{{Length: 30 * planner.Minute, Earliest: 11*planner.Hour + 30*planner.Minute, Latest: 13*planner.Hour + 30*planner.Minute, FallsAway: true}},
	}}}
	for range visits {
		open := planner.Seconds(8+r.Intn(6)) * planner.Hour
		p.Visits = append(p.Visits, planner.Visit{Place: r.Intn(t.Places), Length: planner.Seconds(10+5*r.Intn(4)) * planner.Minute, EndInside: true,
			Windows: []planner.Window{{Open: open, Close: open + planner.Seconds(3+r.Intn(5))*planner.Hour}},
			Prize:   planner.Seconds(30+r.Intn(120)) * planner.Minute})
	}
	return p
}

// month is a team's month: 22 working days of each rep, accounts of class A, B
// and C due every 14, 30 and 90 days, some visits mandatory.
func month(t planner.Table, reps, accounts int) planner.Problem {
	r := rand.New(rand.NewSource(2))
	p := planner.Problem{Tables: []planner.Table{t}}
	for rep := range reps {
		home := r.Intn(t.Places)
		for d, worked := 0, 0; worked < 22; d++ {
			if d%7 >= 5 {
				continue
			}
			worked++
			at := planner.Seconds(d) * planner.Day
			p.Shifts = append(p.Shifts, planner.Shift{Rep: rep, Day: d, Start: home, End: home,
				Hours:  planner.Window{Open: at + 8*planner.Hour, Close: at + 17*planner.Hour},
				Breaks: []planner.Break{{Length: 45 * planner.Minute, Earliest: at + 11*planner.Hour + 30*planner.Minute, Latest: at + 13*planner.Hour, FallsAway: true}}})
		}
	}
	for range accounts {
		s := planner.Series{Interval: 90, Tolerance: 10, MinGap: 20}
		switch k := r.Intn(10); {
		case k < 2:
			s = planner.Series{Interval: 14, Tolerance: 2, MinGap: 7}
		case k < 5:
			s = planner.Series{Interval: 30, Tolerance: 4, MinGap: 14}
		}
		s.Last = -1 - r.Intn(s.Interval)
		p.Series = append(p.Series, s)
		place, length := r.Intn(t.Places), planner.Seconds(15+15*r.Intn(4))*planner.Minute
		var windows []planner.Window
		for d := range 30 {
			if d%7 < 5 {
				at := planner.Seconds(d) * planner.Day
				windows = append(windows, planner.Window{Open: at + 9*planner.Hour, Close: at + 12*planner.Hour},
					planner.Window{Open: at + 13*planner.Hour, Close: at + 17*planner.Hour})
			}
		}
		for k := 0; k == 0 || k <= 30/s.Interval; k++ {
			p.Visits = append(p.Visits, planner.Visit{Place: place, Length: length, Windows: windows, EndInside: true,
				Series: len(p.Series), Mandatory: k == 0 && s.Interval < 90 && s.Last < -s.Interval+3})
		}
	}
	return p
}

// longMonth is how long the plan is searched that the month is compared with.
var longMonth = flag.Duration("reference", 0, "with -roads: compare the month with a plan searched for so long, such as 30m")

// byProcessor lets the month's times be those of the processor, of both threads
// together, for machines that do other work as well.
var byProcessor = flag.Bool("processor", false, "with -roads: the times of the month are processor times of its two threads together")

// field measures a rep's day and a team's month on a table of real roads.
func field(path string, seeds int, monthTime time.Duration) error {
	t, err := readTable(path)
	if err != nil {
		return err
	}
	orders, err := fieldDay(day(t, 25))
	if err != nil {
		return err
	}
	if err := fieldRepair(day(t, 25), orders); err != nil {
		return err
	}
	return fieldMonth(month(t, 8, 1200), seeds, monthTime)
}

// milliseconds of processor time a call of do takes, the mean of many.
func milliseconds(many int, do func() error) (float64, error) {
	cpu := cputime.Since()
	for range many {
		if err := do(); err != nil {
			return 0, err
		}
	}
	return cpu().Seconds() * 1000 / float64(many), nil
}

// fieldDay plans a day with 20 seeds and compares with a long search.
func fieldDay(p planner.Problem) ([][]int, error) {
	long, err := planner.Plan(context.Background(), p, planner.Options{Seed: 99, Iterations: 2_000_000})
	if err != nil {
		return nil, err
	}
	same, rounds := 0, 0
	for seed := range 20 {
		s, err := planner.Plan(context.Background(), p, planner.Options{Seed: int64(seed), TimeLimit: 200 * time.Millisecond, Elapsed: cputime.Since()})
		if err != nil {
			return nil, err
		}
		if s.Cost <= long.Cost {
			same++
		}
		rounds += s.Iterations
	}
	fmt.Printf("day       25 visits, windows, lunch, 0.2 s: %d of 20 seeds as good as 2,000,000 iterations; %d planned, %d iterations/s\n",
		same, long.Totals.Visits, rounds*5/20)
	ms, err := milliseconds(1000, func() error { _, err := planner.Check(p, long.Orders()); return err })
	if err != nil {
		return nil, err
	}
	fmt.Printf("check     a day: %.3f ms\n", ms)
	return long.Orders(), nil
}

// fieldRepair replans a day at noon: five stops made, the last of them half an
// hour late, one visit cancelled, a new one, and the next stop locked.
func fieldRepair(p planner.Problem, orders [][]int) error {
	report, err := planner.Check(p, orders)
	if err != nil {
		return err
	}
	change := planner.Change{Done: map[int][]planner.Done{}, Head: map[int][]int{}}
	breaks := 0
	for _, e := range report.Routes[0].Entries {
		if e.Kind == planner.Pause {
			breaks++
		}
		if e.Kind == planner.Stop && len(change.Done[0]) < 5 {
			change.Done[0] = append(change.Done[0], planner.Done{Visit: e.Visit, Arrive: e.Arrive, Leave: e.End, BreaksTaken: breaks})
		}
	}
	last := &change.Done[0][4]
	last.Leave += 30 * planner.Minute
	change.Now = last.Leave
	change.Head[0] = orders[0][5:6]
	change.Cancelled = orders[0][8:9]
	p.Visits = append(slices.Clone(p.Visits), planner.Visit{Place: p.Visits[3].Place, Length: 20 * planner.Minute, Prize: 2 * planner.Hour})
	var s *planner.Solution
	ms, err := milliseconds(20, func() error {
		s, _, err = planner.Repair(context.Background(), p, orders, change, planner.Options{Seed: 1})
		return err
	})
	if err != nil {
		return err
	}
	after, kept := s.Orders()[0], 0
	for i, v := range after {
		if i < len(orders[0]) && slices.Contains(orders[0], v) {
			kept++
		}
	}
	fmt.Printf("repair    a day with five stops made, one cancelled, one new, half an hour late: %.1f ms, %d of %d stops kept\n", ms, kept, len(orders[0])-1)
	return nil
}

// fieldMonth plans a team's month, compares it with a longer search when there
// is time for one, and looks for places for a visit in it.
func fieldMonth(p planner.Problem, seeds int, limit time.Duration) error {
	nothing, err := planner.Check(p, make([][]int, len(p.Shifts)))
	if err != nil {
		return err
	}
	var best *planner.Solution
	if *longMonth > 0 {
		if best, err = monthOnce(p, 99, *longMonth, "reference"); err != nil {
			return err
		}
	}
	for seed := 1; seed <= seeds; seed++ {
		s, err := monthOnce(p, int64(seed), limit, "month")
		if err != nil {
			return err
		}
		if best != nil {
			missed, of := mandatoryMissed(p, s), mandatoryMissed(p, best)
			value := func(c planner.Cost, missed int) float64 {
				return float64(nothing.Cost%planner.MissedMandatory - (c - planner.Cost(missed)*planner.MissedMandatory))
			}
			fmt.Printf("month     seed %d: %.2f %% of the reference's value, %d mandatory missed, %d by the reference\n",
				seed, 100*value(s.Cost, missed)/value(best.Cost, of), missed, of)
		}
		if err := fieldInsert(p, s); err != nil {
			return err
		}
	}
	return nil
}

func monthOnce(p planner.Problem, seed int64, limit time.Duration, name string) (*planner.Solution, error) {
	cpu := cputime.Since()
	var elapsed func() time.Duration
	if *byProcessor {
		elapsed = cputime.Since()
	}
	s, err := planner.Plan(context.Background(), p, planner.Options{Seed: seed, TimeLimit: limit, Threads: 2, Elapsed: elapsed,
		OnProgress: func(x planner.Progress) {
			if os.Getenv("VERBOSE") != "" {
				fmt.Println(x.Share, x.Iterations, x.Cost, x.Unplanned)
			}
		}})
	if err != nil {
		return nil, err
	}
	least, most := planner.Seconds(1<<30), planner.Seconds(0)
	work := map[int]planner.Seconds{}
	for _, r := range s.Routes {
		work[p.Shifts[r.Shift].Rep] += r.Drive + r.Service
	}
	for _, w := range work {
		least, most = min(least, w), max(most, w)
	}
	fmt.Printf("%-9s 8 reps, 22 days, %d accounts, %d visits, seed %d: %d made, %d mandatory missed, cost %d, drive %d h, %d to %d h a rep, %d iterations, wall %.1f s, cpu %.1f s\n",
		name, len(p.Series), len(p.Visits), seed, s.Totals.Visits, mandatoryMissed(p, s), s.Cost, s.Totals.Drive/planner.Hour,
		least/planner.Hour, most/planner.Hour, s.Iterations, s.Elapsed.Seconds(), cpu().Seconds())
	return s, nil
}

func mandatoryMissed(p planner.Problem, s *planner.Solution) int {
	missed := 0
	for _, u := range s.Unplanned {
		if p.Visits[u.Visit].Mandatory {
			missed++
		}
	}
	return missed
}

// fieldInsert asks for the places of one more visit in a month, by itself and
// with the plan prepared before.
func fieldInsert(p planner.Problem, s *planner.Solution) error {
	p.Visits = append(slices.Clone(p.Visits), planner.Visit{Place: 7, Length: 30 * planner.Minute})
	orders := s.Orders()
	var places []planner.Place
	ms, err := milliseconds(5, func() (err error) { places, err = planner.Insert(p, orders, len(p.Visits)-1, 10); return err })
	if err != nil {
		return err
	}
	advisor, err := planner.NewAdvisor(p, orders)
	if err != nil {
		return err
	}
	again, err := milliseconds(20, func() error { _, err := advisor.Insert(len(p.Visits)-1, 10); return err })
	if err != nil {
		return err
	}
	fmt.Printf("insert    one visit into the month of the team: %.1f ms, %.2f ms with the month prepared; %d days suit\n", ms, again, len(places))
	return nil
}
