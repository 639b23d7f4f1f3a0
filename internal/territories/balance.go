package territories

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/geo/districts"
	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// BalanceFigure is a figure that every territory should have an equal part of.
type BalanceFigure struct {
	Figure string  `json:"figure" enum:"accounts,customers,prospects,openProspects,revenue,potential,visitHours,driveHours,workload"`
	Weight float64 `json:"weight,omitempty" minimum:"0.01" maximum:"100" default:"1" doc:"The heaviest figure is held to the tolerance, one of half the weight to twice of it."`
}

// BalanceRequest says how a draft is to be balanced.
type BalanceRequest struct {
	Figures           []BalanceFigure `json:"figures" minItems:"1" maxItems:"6" nullable:"false"`
	K                 *int            `json:"k,omitempty" minimum:"1" maximum:"2000" doc:"How many territories to make. Left out: as many as there are. Locked ones do not count."`
	Tolerance         float64         `json:"tolerance,omitempty" minimum:"0.001" maximum:"1" default:"0.03" doc:"How far a territory may lie from the mean, as a share of it."`
	FewestChanges     bool            `json:"fewestChanges,omitempty" doc:"Begin with the draft as it is and change as little as needed; else from nothing."`
	LockedTerritories []int64         `json:"lockedTerritories,omitempty" maxItems:"2000" doc:"Beside those that are locked anyway."`
	LockedCells       []hexgrid.Cell  `json:"lockedCells,omitempty" maxItems:"50000" doc:"They stay in their territory."`
	Seed              int64           `json:"seed,omitempty" minimum:"0" doc:"The same seed gives the same territories."`
}

// BalanceReason says why a territory is out of the tolerance, or not in one piece.
type BalanceReason struct {
	Why       string        `json:"why" enum:"cell_too_large,locked_apart,too_much_held,not_reached" doc:"cell_too_large: one cell holds more than a territory may; locked_apart: locked cells that only cells locked elsewhere join; too_much_held: locked cells and exceptions alone are more than a territory may have; not_reached: none of these, but nothing better was found."`
	Territory *int64        `json:"territory"`
	Name      string        `json:"name" doc:"Of the territory."`
	Cell      *hexgrid.Cell `json:"cell"`
	Figure    string        `json:"figure"`
	Share     float64       `json:"share" doc:"What it holds, as a share of the mean."`
}

// BalanceJob is a search for a balance.
type BalanceJob struct {
	Number     int             `json:"number"`
	State      string          `json:"state" enum:"queued,running,done,failed,cancelled"`
	Progress   float64         `json:"progress" doc:"0 to 1."`
	Request    BalanceRequest  `json:"request"`
	Reasons    []BalanceReason `json:"reasons" doc:"None when every territory is within the tolerance."`
	Changed    int             `json:"changed" doc:"Cells whose territory is another now."`
	Bridges    int             `json:"bridges" doc:"Places where parts that no road joins were taken for neighbours: islands."`
	Error      string          `json:"error"`
	StartedBy  int64           `json:"startedBy"`
	StartedAt  time.Time       `json:"startedAt"`
	FinishedAt *time.Time      `json:"finishedAt"`
	Cancelled  bool            `json:"cancelRequested"`
}

func (b *BalanceJob) running() bool {
	return b != nil && (b.State == "queued" || b.State == "running")
}

func putBalance(ctx context.Context, tx pgx.Tx, actor postgres.Actor, h *head) error {
	if !h.Balance.running() && h.Balance.FinishedAt == nil {
		now := time.Now().UTC()
		h.Balance.FinishedAt = &now
	}
	raw, err := json.Marshal(h.Balance)
	if err != nil {
		return fmt.Errorf("territories: balance of alignment %d: %w", h.ID, err)
	}
	if _, err := tx.Exec(ctx, `update alignments set balance = $3::jsonb where org_id = $1 and id = $2`, actor.OrgID, h.ID, string(raw)); err != nil {
		return fmt.Errorf("territories: balance of alignment %d: %w", h.ID, err)
	}
	return notify(ctx, tx, h.ID, h.Version)
}

// Balance begins a search for balanced territories of a draft. The draft cannot be
// edited meanwhile; what is found is one step, which can be undone.
func (s *Service) Balance(ctx context.Context, id int64, version int, r BalanceRequest) (*Full, error) {
	var job Job
	err := s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		h, err := draft(ctx, tx, actor, id, version)
		if err != nil {
			return err
		}
		if r.Tolerance == 0 {
			r.Tolerance = districts.DefaultTolerance
		}
		for i := range r.Figures {
			if r.Figures[i].Weight == 0 {
				r.Figures[i].Weight = 1
			}
		}
		p, err := s.load(ctx, tx, actor, h)
		if err != nil {
			return err
		}
		// What is wrong with the request is told now, not by the job.
		if _, err := s.problem(p, r); err != nil {
			return err
		}
		number := 1
		if h.Balance != nil {
			number = h.Balance.Number + 1
		}
		h.Balance = &BalanceJob{Number: number, State: "queued", Request: r, Reasons: []BalanceReason{}, StartedBy: actor.UserID, StartedAt: moment(time.Now())}
		if err := putBalance(ctx, tx, actor, &h); err != nil {
			return err
		}
		job = Job{Task: taskBalance, OrgID: actor.OrgID, AlignmentID: id, UserID: actor.UserID, Search: number}
		if s.Enqueue == nil {
			return nil
		}
		return s.Enqueue(ctx, tx, job, nil)
	})
	if err != nil {
		return nil, err
	}
	if s.Enqueue == nil {
		if err := s.balance(ctx, job); err != nil {
			return nil, err
		}
	}
	return s.Get(ctx, id)
}

// CancelBalance ends the search under way; the draft stays as it was before.
func (s *Service) CancelBalance(ctx context.Context, id int64) (*Full, error) {
	err := s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		h, err := loadHead(ctx, tx, actor, id, true)
		if err != nil {
			return err
		}
		if !h.Balance.running() {
			return fault.New(fault.Conflict, "This alignment is not being balanced.").WithCurrent(h.Alignment)
		}
		if h.Balance.State == "queued" {
			h.Balance.State = "cancelled"
		}
		h.Balance.Cancelled = true
		return putBalance(ctx, tx, actor, &h)
	})
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, id)
}

var errNotWanted = errors.New("territories: the search is not wanted any more")

// balance searches, and makes a step of what it finds.
func (s *Service) balance(ctx context.Context, j Job) error {
	var p *plan
	err := s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		h, err := loadHead(ctx, tx, actor, j.AlignmentID, true)
		if errors.Is(err, errNoAlignment) || err == nil && (!h.Balance.running() || h.Balance.Number != j.Search) {
			return nil
		}
		if err != nil {
			return err
		}
		h.Balance.State, h.Balance.Progress = "running", 0
		if h.Balance.Cancelled {
			h.Balance.State = "cancelled"
		}
		if err := putBalance(ctx, tx, actor, &h); err != nil || h.Balance.Cancelled {
			return err
		}
		p, err = s.load(ctx, tx, actor, h)
		return err
	})
	if err != nil || p == nil {
		return err
	}
	division, err := s.problem(p, p.Balance.Request)
	if err != nil {
		return err
	}
	solution, err := s.search(ctx, j, division)
	if errors.Is(err, errNotWanted) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		h, err := loadHead(ctx, tx, actor, j.AlignmentID, true)
		if errors.Is(err, errNoAlignment) || err == nil && (!h.Balance.running() || h.Balance.Number != j.Search) {
			return nil
		}
		if err != nil {
			return err
		}
		if h.Balance.Cancelled {
			h.Balance.State = "cancelled"
			return putBalance(ctx, tx, actor, &h)
		}
		p.head = h
		step, err := division.step(ctx, tx, p, solution)
		if err != nil {
			return err
		}
		h.Balance.State, h.Balance.Progress, h.Balance.Changed, h.Balance.Bridges = "done", 1, len(step.cells), len(solution.Bridges)
		h.Balance.Reasons = division.reasons(solution)
		if err := putBalance(ctx, tx, actor, &h); err != nil {
			return err
		}
		if len(step.cells) == 0 && step.territories == nil {
			return nil
		}
		return step.do(ctx, tx, actor, &h)
	})
}

// search divides, and tells once a second how far it is. It returns errNotWanted
// when somebody has cancelled it.
func (s *Service) search(ctx context.Context, j Job, d *division) (*districts.Solution, error) {
	searching, end := context.WithCancelCause(ctx)
	defer end(nil)
	var share atomic.Uint64 // millionths
	quit, told := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(told)
		tick := time.NewTicker(s.tick())
		defer tick.Stop()
		for {
			select {
			case <-quit:
				return
			case <-searching.Done():
				return
			case <-tick.C:
			}
			if err := s.tellProgress(searching, j, float64(share.Load())/1e6); err != nil {
				end(err)
				return
			}
		}
	}()
	solution, err := districts.Divide(searching, d.problem, districts.Options{
		Seed: uint64(d.request.Seed), Moves: s.SearchMoves, OnProgress: func(v float64) { share.Store(uint64(v * 1e6)) },
	})
	close(quit)
	<-told
	if cause := context.Cause(searching); cause != nil && ctx.Err() == nil {
		return nil, cause
	}
	var wrong *districts.ProblemError
	if errors.As(err, &wrong) {
		return nil, unsuitable(wrong)
	}
	if err != nil {
		return nil, fmt.Errorf("territories: balance: %w", err)
	}
	return solution, nil
}

func (s *Service) tick() time.Duration {
	if s.ReportEvery > 0 {
		return s.ReportEvery
	}
	return time.Second
}

func (s *Service) tellProgress(ctx context.Context, j Job, share float64) error {
	wanted := true
	err := s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		h, err := loadHead(ctx, tx, actor, j.AlignmentID, true)
		if errors.Is(err, errNoAlignment) || err == nil && (!h.Balance.running() || h.Balance.Number != j.Search) {
			return errNotWanted
		}
		if err != nil {
			return err
		}
		h.Balance.Progress = share
		if wanted = !h.Balance.Cancelled; !wanted {
			h.Balance.State = "cancelled"
		}
		return putBalance(ctx, tx, actor, &h)
	})
	if err == nil && !wanted {
		err = errNotWanted
	}
	return err
}

// unsuitable is what is wrong with a problem, for people.
func unsuitable(err *districts.ProblemError) error {
	switch {
	case err.Part == "figures" && err.Index >= 0:
		return fault.New(fault.Invalid, "There is nothing to balance: this figure is 0 everywhere.").WithField(fmt.Sprintf("body.figures[%d]", err.Index), "Another figure.")
	case err.Part == "k":
		return fault.New(fault.Invalid, "There are not as many cells as territories.").WithField("body.k", "Fewer territories.")
	case err.Part == "edges":
		return fault.New(fault.Invalid, "The cells lie in more than a thousand parts that nothing joins. Load an extract, so that roads join them.")
	}
	return fault.Wrap(err, fault.Invalid, "This cannot be balanced.")
}
