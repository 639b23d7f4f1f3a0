package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/waymark-crm/waymark/geo/planner"
	"github.com/waymark-crm/waymark/geo/planner/classic"
	"github.com/waymark-crm/waymark/geo/planner/cputime"
	"github.com/waymark-crm/waymark/geo/planner/vroom"
)

// PlanCmd plans routes of files, without a database.
type PlanCmd struct {
	File string `arg:"" optional:"" help:"A request in VROOM's JSON, with its matrices; - reads standard input. The answer is in VROOM's JSON."`

	Solomon string `help:"An instance in the format of Solomon and of Gehring and Homberger; the answer is in CVRPLIB's format." placeholder:"FILE"`
	Tsplib  string `help:"A travelling salesman instance of TSPLIB; the answer is in CVRPLIB's format." placeholder:"FILE"`

	Customers  int     `help:"Take only the first N customers of a Solomon or TSPLIB file." placeholder:"N"`
	CPUSeconds float64 `name:"cpu-seconds" help:"Stop after S seconds of processor time, reading the file and all threads included." placeholder:"S"`
	Seconds    float64 `help:"Stop after S seconds." placeholder:"S"`
	Iterations int     `help:"Stop after N iterations; the result then depends on N, the seed and the threads only." placeholder:"N"`
	Seed       int64   `help:"Seed of the search." default:"1"`
	Threads    int     `help:"Searches side by side." default:"1"`
	Preset     string  `help:"What counts in a request of VROOM's: its own costs, or most-visits, least-driving, balanced." enum:"costs,most-visits,least-driving,balanced" default:"costs"`
	Progress   bool    `help:"Tell the cost found so far on standard error."`
	Check      bool    `help:"Do not plan: time the order in the vehicles' steps of a request of VROOM's, and name what it breaks."`
}

// Run plans and writes the answer.
func (c *PlanCmd) Run(ctx context.Context, env *Env) error {
	given := 0
	for _, name := range []string{c.File, c.Solomon, c.Tsplib} {
		if name != "" {
			given++
		}
	}
	if given != 1 {
		return errors.New("plan needs one file: FILE.json, --solomon FILE or --tsplib FILE")
	}
	options, err := c.options(env)
	if err != nil {
		return err
	}
	if c.File == "" {
		if c.Check {
			return errors.New("--check is for requests of VROOM's, whose vehicles have steps")
		}
		return c.classical(ctx, env, options)
	}
	if c.Customers != 0 {
		return errors.New("--customers is for --solomon and --tsplib")
	}
	in, err := open(c.File)
	if err != nil {
		return err
	}
	defer in.Close()
	request, err := vroom.Read(in)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	switch c.Preset {
	case "most-visits":
		request.Problem.Weights = planner.MostVisits
	case "least-driving":
		request.Problem.Weights = planner.LeastDriving
	case "balanced":
		request.Problem.Weights = planner.Balanced
	}
	if c.Check {
		return c.check(env, request)
	}
	options.Given = request.Given()
	solution, err := planner.Plan(ctx, request.Problem, options)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, request.Named(err))
	}
	return request.Write(env.Out, solution)
}

// check times the order in a request's steps.
func (c *PlanCmd) check(env *Env, request *vroom.Request) error {
	problem, orders, err := request.ToCheck()
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	report, err := planner.Check(problem, orders)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, request.Named(err))
	}
	return request.WriteCheck(env.Out, report)
}

func (c *PlanCmd) options(env *Env) (planner.Options, error) {
	o := planner.Options{Seed: c.Seed, Threads: c.Threads, Iterations: c.Iterations}
	switch {
	case !(c.CPUSeconds >= 0 && c.Seconds >= 0 && c.CPUSeconds <= 1e8 && c.Seconds <= 1e8): // NaN is none of it
		return o, errors.New("--cpu-seconds and --seconds must be from 0 to 100,000,000")
	case c.CPUSeconds > 0 && c.Seconds > 0:
		return o, errors.New("give --cpu-seconds or --seconds, not both")
	case c.Customers < 0:
		return o, errors.New("--customers must not be negative")
	case c.CPUSeconds > 0:
		o.TimeLimit = time.Duration(c.CPUSeconds * float64(time.Second))
		o.Elapsed = cputime.Used
	case c.Seconds > 0:
		o.TimeLimit = time.Duration(c.Seconds * float64(time.Second))
	}
	if c.Progress {
		o.OnProgress = func(p planner.Progress) {
			fmt.Fprintf(env.Err, "%5.1f %%  %9d iterations  cost %d, %d left out\n", 100*p.Share, p.Iterations, p.Cost, p.Unplanned)
		}
	}
	return o, nil
}

// classical plans a classical instance; visits that cannot be planned are an
// error, since the formats have no word for them.
func (c *PlanCmd) classical(ctx context.Context, env *Env, options planner.Options) error {
	name, read := c.Solomon, classic.ReadSolomon
	if name == "" {
		name, read = c.Tsplib, classic.ReadTSPLIB
	}
	in, err := open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	instance, err := read(in, c.Customers)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	solution, err := planner.Plan(ctx, instance.Problem, options)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if n := len(solution.Unplanned); n > 0 {
		return fmt.Errorf("%s: %d customers could not be served; more time or vehicles may help", name, n)
	}
	return instance.Write(env.Out, solution)
}

// open opens a file to read, or standard input for "-".
func open(name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(os.Stdin), nil
	}
	return os.Open(name)
}
