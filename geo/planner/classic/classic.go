// Package classic reads the classical benchmark files of vehicle routing as
// planning problems and writes solutions in CVRPLIB's format:
//
//	instance, err := classic.ReadSolomon(file, 0)
//	solution, err := planner.Plan(ctx, instance.Problem, planner.Options{TimeLimit: time.Second})
//	instance.Write(os.Stdout, solution)
package classic

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/waymark-crm/waymark/geo/planner"
)

// Instance is a classical problem. Customer i of the file is visit i-1.
type Instance struct {
	Name    string
	Problem planner.Problem
	// Unit is how many units of cost are 1 of the file's distance: 10 for
	// Solomon's, whose distances are cut to one decimal, 1 for TSPLIB's.
	Unit int
}

// Cost is a solution's total distance in the file's unit.
func (n *Instance) Cost(s *planner.Solution) float64 {
	return float64(s.Totals.Metres) / float64(n.Unit)
}

// Write writes "Route #1: 3 7 …" a route and "Cost 827.3" last.
func (n *Instance) Write(w io.Writer, s *planner.Solution) error {
	out := bufio.NewWriter(w)
	k := 0
	for _, order := range s.Orders() {
		if len(order) == 0 {
			continue
		}
		k++
		fmt.Fprintf(out, "Route #%d:", k)
		for _, v := range order {
			fmt.Fprintf(out, " %d", v+1)
		}
		fmt.Fprintln(out)
	}
	if n.Unit == 1 {
		fmt.Fprintf(out, "Cost %d\n", s.Totals.Metres)
	} else {
		fmt.Fprintf(out, "Cost %.1f\n", n.Cost(s))
	}
	return out.Flush()
}

// scanner reads lines and words and knows where it is.
type scanner struct {
	lines *bufio.Scanner
	line  int
}

func (s *scanner) next() ([]string, bool) {
	for s.lines.Scan() {
		s.line++
		if words := strings.Fields(s.lines.Text()); len(words) > 0 {
			return words, true
		}
	}
	return nil, false
}

func (s *scanner) fail(format string, args ...any) error {
	if err := s.lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return fmt.Errorf("line %d: longer than %d characters", s.line+1, bufio.MaxScanTokenSize)
	} else if err != nil {
		return fmt.Errorf("line %d: %w", s.line+1, err)
	}
	return fmt.Errorf("line %d: %s", s.line, fmt.Sprintf(format, args...))
}

// mostCustomers bounds what is read: the table grows with its square, to some
// 700 MB at this many.
const mostCustomers = 5_000

// ReadSolomon reads a file in the format of Solomon's and of Gehring and
// Homberger's instances. Distances and travel times are cut to one decimal, as
// in the DIMACS challenge; only the distance counts. With customers above zero
// only the first so many are read.
func ReadSolomon(r io.Reader, customers int) (*Instance, error) {
	s := &scanner{lines: bufio.NewScanner(r)}
	name, ok := s.next()
	if !ok {
		return nil, s.fail("the file is empty, not an instance of Solomon's")
	}
	var fleet, capacity int
	for {
		words, ok := s.next()
		if !ok {
			return nil, s.fail("the file ends before the vehicles' NUMBER and CAPACITY")
		}
		if words[0] != "NUMBER" {
			continue
		}
		numbers, err := s.numbers(2)
		if err != nil {
			return nil, err
		}
		fleet, capacity = numbers[0], numbers[1]
		break
	}
	if fleet < 1 || fleet > planner.MaxShifts || capacity < 0 || capacity > 1<<28 {
		return nil, s.fail("%d vehicles of capacity %d are no fleet", fleet, capacity)
	}
	for {
		words, ok := s.next()
		if !ok {
			return nil, s.fail("the file ends before its customers")
		}
		if words[0] == "CUST" {
			break
		}
	}
	var rows [][]int
	for customers <= 0 || len(rows) <= customers {
		words, ok := s.next()
		if !ok {
			break
		}
		row, err := s.parse(words, 7)
		if err != nil {
			return nil, err
		}
		if row[0] != len(rows) {
			return nil, s.fail("customer %d where %d should be", row[0], len(rows))
		}
		if len(rows) > mostCustomers {
			return nil, s.fail("more than %d customers", mostCustomers)
		}
		for _, x := range row[1:] {
			if x < -1_000_000 || x > 10_000_000 {
				return nil, s.fail("%d is out of range", x)
			}
		}
		rows = append(rows, row)
	}
	if s.lines.Err() != nil {
		return nil, s.fail("the file cannot be read")
	}
	if len(rows) < 2 {
		return nil, s.fail("there is no customer")
	}
	if customers > len(rows)-1 {
		return nil, s.fail("%d customers were asked for, but the file has %d", customers, len(rows)-1)
	}
	return solomon(name[0], rows, fleet, capacity), nil
}

func solomon(name string, rows [][]int, fleet, capacity int) *Instance {
	n := &Instance{Name: name, Unit: 10}
	t := planner.Table{Places: len(rows), Seconds: make([]int32, len(rows)*len(rows))}
	for a, x := range rows {
		for b, y := range rows {
			t.Seconds[a*len(rows)+b] = int32(10 * math.Hypot(float64(x[1]-y[1]), float64(x[2]-y[2])))
		}
	}
	t.Metres = t.Seconds
	n.Problem.Tables = []planner.Table{t}
	n.Problem.Weights = planner.Weights{Distance: 1000}
	for i := range fleet {
		n.Problem.Shifts = append(n.Problem.Shifts, planner.Shift{Rep: i, Capacity: []int32{int32(capacity)},
			Hours: planner.Window{Open: planner.Seconds(10 * rows[0][4]), Close: planner.Seconds(10 * rows[0][5])}})
	}
	for i, x := range rows[1:] {
		n.Problem.Visits = append(n.Problem.Visits, planner.Visit{Place: i + 1, Length: planner.Seconds(10 * x[6]),
			Windows:   []planner.Window{{Open: planner.Seconds(10 * x[4]), Close: planner.Seconds(10 * x[5])}},
			Mandatory: true, Load: []int32{int32(x[3])}})
	}
	return n
}

// numbers reads a line of at least so many integers.
func (s *scanner) numbers(count int) ([]int, error) {
	words, ok := s.next()
	if !ok {
		return nil, s.fail("the file ends where %d numbers should be", count)
	}
	return s.parse(words, count)
}

func (s *scanner) parse(words []string, count int) ([]int, error) {
	if len(words) < count {
		return nil, s.fail("%d numbers where %d should be", len(words), count)
	}
	numbers := make([]int, count)
	for i := range numbers {
		f, err := strconv.ParseFloat(words[i], 64)
		if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<40 {
			return nil, s.fail("%q is not a whole number", words[i])
		}
		numbers[i] = int(f)
	}
	return numbers, nil
}

// ReadTSPLIB reads a symmetric travelling salesman instance with coordinates
// of type EUC_2D (distances rounded to the nearest whole number) or CEIL_2D
// (rounded up). The salesman starts and ends at the first city; with customers
// above zero only the first so many cities after it are read.
func ReadTSPLIB(r io.Reader, customers int) (*Instance, error) {
	s := &scanner{lines: bufio.NewScanner(r)}
	n := &Instance{Unit: 1}
	round := func(d float64) float64 { return math.Floor(d + 0.5) }
	kind, cities := "", 0
	for {
		words, ok := s.next()
		if !ok {
			return nil, s.fail("the file ends before NODE_COORD_SECTION: not an instance of TSPLIB's with coordinates")
		}
		if words[0] == "NODE_COORD_SECTION" {
			break
		}
		key, value, _ := strings.Cut(strings.Join(words, " "), ":")
		value = strings.TrimSpace(value)
		switch strings.TrimSpace(key) {
		case "NAME":
			n.Name = value
		case "TYPE":
			if value != "TSP" {
				return nil, s.fail("type %s is not supported, only TSP", value)
			}
		case "EDGE_WEIGHT_TYPE":
			kind = value
		case "DIMENSION":
			d, err := strconv.Atoi(value)
			if err != nil || d < 2 || d > mostCustomers {
				return nil, s.fail("a dimension of %q is not from 2 to %d", value, mostCustomers)
			}
			cities = d
		}
	}
	switch kind {
	case "EUC_2D":
	case "CEIL_2D":
		round = math.Ceil
	default:
		return nil, s.fail("distances of type %q are not supported, only EUC_2D and CEIL_2D", kind)
	}
	var x, y []float64
	for customers <= 0 || len(x) <= customers {
		words, ok := s.next()
		if !ok || words[0] == "EOF" {
			break
		}
		if len(words) < 3 || len(x) == cities {
			return nil, s.fail("a city more than the %d announced, or without its coordinates", cities)
		}
		a, errA := strconv.ParseFloat(words[1], 64)
		b, errB := strconv.ParseFloat(words[2], 64)
		if errA != nil || errB != nil || !(math.Abs(a) < 3e6 && math.Abs(b) < 3e6) {
			return nil, s.fail("%q is not a pair of coordinates", strings.Join(words[1:3], " "))
		}
		x, y = append(x, a), append(y, b)
	}
	if s.lines.Err() != nil {
		return nil, s.fail("the file cannot be read")
	}
	if want := cities; customers <= 0 && len(x) != want || customers > 0 && len(x) != customers+1 {
		return nil, s.fail("the file has %d cities, fewer than announced or asked for", len(x))
	}
	t := planner.Table{Places: len(x), Seconds: make([]int32, len(x)*len(x))}
	for a := range x {
		for b := range x {
			t.Seconds[a*len(x)+b] = int32(round(math.Hypot(x[a]-x[b], y[a]-y[b])))
		}
	}
	t.Metres = t.Seconds
	n.Problem.Tables = []planner.Table{t}
	n.Problem.Weights = planner.Weights{Distance: 1000}
	n.Problem.Shifts = []planner.Shift{{Hours: planner.Window{Close: planner.MaxTime}}}
	for i := range x[1:] {
		n.Problem.Visits = append(n.Problem.Visits, planner.Visit{Place: i + 1, Mandatory: true})
	}
	return n, nil
}
