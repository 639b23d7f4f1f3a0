package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"math/rand"
	"os"
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

// field measures a rep's day and a team's month on a table of real roads.
func field(path string, seeds int, monthTime time.Duration) error {
	t, err := readTable(path)
	if err != nil {
		return err
	}
	p := day(t, 25)
	long, err := planner.Plan(context.Background(), p, planner.Options{Seed: 99, Iterations: 2_000_000})
	if err != nil {
		return err
	}
	same := 0
	for seed := range 20 {
		s, err := planner.Plan(context.Background(), p, planner.Options{Seed: int64(seed), TimeLimit: 200 * time.Millisecond, Elapsed: cputime.Since()})
		if err != nil {
			return err
		}
		if s.Cost <= long.Cost {
			same++
		}
	}
	fmt.Printf("day/0.2s  25 visits: %d of 20 seeds as good as 2,000,000 iterations, %d planned\n", same, long.Totals.Visits)
	began := time.Now()
	orders := long.Orders()
	const checks = 1000
	for range checks {
		if _, err := planner.Check(p, orders); err != nil {
			return err
		}
	}
	fmt.Printf("check     a day: %.3f ms\n", time.Since(began).Seconds()*1000/checks)

	m := month(t, 8, 1200)
	for seed := 1; seed <= seeds; seed++ {
		cpu := cputime.Since()
		s, err := planner.Plan(context.Background(), m, planner.Options{Seed: int64(seed), TimeLimit: monthTime, Threads: 2,
			OnProgress: func(x planner.Progress) {
				if os.Getenv("VERBOSE") != "" {
					fmt.Println(x.Share, x.Iterations, x.Cost, x.Unplanned)
				}
			}})
		if err != nil {
			return err
		}
		missed := 0
		for _, u := range s.Unplanned {
			if m.Visits[u.Visit].Mandatory {
				missed++
			}
		}
		fmt.Printf("month     8 reps, 22 days, 1,200 accounts, %d visits, seed %d: %d made, %d mandatory missed, cost %d, drive %d h, %d iterations, wall %.1f s, cpu %.1f s\n",
			len(m.Visits), seed, s.Totals.Visits, missed, s.Cost, s.Totals.Drive/planner.Hour, s.Iterations, s.Elapsed.Seconds(), cpu().Seconds())
		if len(s.Unplanned) > 0 {
			began := time.Now()
			places, err := planner.Insert(m, s.Orders(), s.Unplanned[0].Visit, 10)
			if err != nil {
				return err
			}
			fmt.Printf("insert    one visit into the month: %.1f ms, %d days suit\n", time.Since(began).Seconds()*1000, len(places))
		}
	}
	return nil
}
