package visits

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/waymark-crm/waymark/internal/events"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// PeriodJob works out one plan of a period, for the person who asked for it.
type PeriodJob PlanJob

// PlanningQueue is the queue of the jobs that take minutes, so that a rep's day,
// which somebody waits for, need not wait for them.
const PlanningQueue = "planning"

// Kind is the name of the job in the queue.
func (PeriodJob) Kind() string { return "plan_period" }

// InsertOpts put the job into its queue. Its attempts are those of servers that
// were stopped as well.
func (PeriodJob) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 5, Queue: PlanningQueue}
}

// queue takes a plan to queued and stores the job that works on it.
func (s *Service) queue(ctx context.Context, tx pgx.Tx, a postgres.Actor, id int64, t task) error {
	body, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("visits: task: %w", err)
	}
	if _, err := tx.Exec(ctx, `
		update visit_plans set state = 'queued', progress = 0, error = '', finished_at = null, started_at = null, stop_requested = false,
		       best = null, best_orders = null, task = $3, version = version + 1
		where org_id = $1 and id = $2`, a.OrgID, id, body); err != nil {
		return fmt.Errorf("visits: queue plan: %w", err)
	}
	if err := s.EnqueuePeriod(ctx, tx, PeriodJob(jobFor(a, id))); err != nil {
		return fmt.Errorf("visits: enqueue: %w", err)
	}
	return nil
}

// ImproveRequest asks to plan on from a plan as it is.
type ImproveRequest struct {
	Version int      `json:"version" minimum:"1" doc:"The version that you saw."`
	Seconds int      `json:"seconds,omitempty" minimum:"0" maximum:"1800" doc:"How long to search; 0 or absent suits the size."`
	RepIDs  []int64  `json:"repIds,omitempty" maxItems:"50" nullable:"false" doc:"Only these reps' lanes; all unless given."`
	Days    []string `json:"days,omitempty" maxItems:"31" nullable:"false" doc:"Only these days' lanes; all unless given."`
	Preset  string   `json:"preset,omitempty" enum:"balanced,most_visits,least_driving" doc:"From now on; as before unless given."`
}

// Improve plans on from a plan as it is, in the lanes chosen.
func (s *Service) Improve(ctx context.Context, id int64, r ImproveRequest) (*PlanHead, error) {
	if r.Seconds < 0 || r.Seconds > MaxSearch {
		return nil, fault.Errorf(fault.Invalid, "A search takes at most %d seconds.", MaxSearch).WithField("seconds", "Is out of range.")
	}
	board, err := s.changeHead(ctx, id, r.Version, func(tx pgx.Tx, a postgres.Actor, b *board) error {
		if b.head.State == Queued || b.head.State == Running {
			return errUnderWork.WithCurrent(b.head)
		}
		if len(b.model.visits) == 0 {
			return fault.New(fault.Invalid, "There are no visits to plan yet. Add some first.")
		}
		if _, err := s.providers(b.model.ways); err != nil {
			return err
		}
		lanes, err := chooseLanes(b.model, r)
		if err != nil {
			return err
		}
		if r.Preset != "" && r.Preset != b.head.Preset {
			if !slices.Contains([]string{PresetBalanced, PresetMostVisits, PresetLeastDriving}, r.Preset) {
				return fault.New(fault.Invalid, "There is no such preset.").WithField("preset", "Choose balanced, most_visits or least_driving.")
			}
			if _, err := tx.Exec(ctx, `
				update visit_plans set preset = $3, request = jsonb_set(request, '{preset}', to_jsonb($3::text))
				where org_id = $1 and id = $2`, a.OrgID, id, r.Preset); err != nil {
				return fmt.Errorf("visits: preset: %w", err)
			}
		}
		return s.queue(ctx, tx, a, id, task{Seconds: r.Seconds, Lanes: lanes})
	})
	return board, s.wanting(ctx, err)
}

// chooseLanes names the lanes of a search; none stands for all.
func chooseLanes(m *model, r ImproveRequest) ([]LaneName, error) {
	for i, rep := range r.RepIDs {
		if _, ok := m.repNo[rep]; !ok {
			return nil, fault.New(fault.Invalid, "That rep is not in this plan.").WithField(fmt.Sprintf("repIds[%d]", i), "Is not one of the plan's reps.")
		}
	}
	for i, day := range r.Days {
		if _, ok := m.horizon.number(day); !ok {
			return nil, fault.New(fault.Invalid, "That day is not in this plan.").WithField(fmt.Sprintf("days[%d]", i), "Is not one of the plan's days.")
		}
	}
	if len(r.RepIDs) == 0 && len(r.Days) == 0 {
		return nil, nil
	}
	var lanes []LaneName
	for s := range m.shifts {
		name := m.lane(s)
		if (len(r.RepIDs) == 0 || slices.Contains(r.RepIDs, name.RepID)) && (len(r.Days) == 0 || slices.Contains(r.Days, name.Day)) {
			lanes = append(lanes, name)
		}
	}
	if len(lanes) == 0 {
		return nil, fault.New(fault.Invalid, "Nobody works on the days chosen. Choose other days or reps.").WithField("days", "Leaves no day.")
	}
	return lanes, nil
}

// changeHead locks a plan of a period, checks that the actor may change it and
// that it is the version they saw (0: any), runs fn with its board, which has no
// travel times, and returns its head.
func (s *Service) changeHead(ctx context.Context, id int64, version int, fn func(pgx.Tx, postgres.Actor, *board) error) (*PlanHead, error) {
	a, team, err := actor(ctx)
	if err != nil {
		return nil, err
	}
	var head *PlanHead
	err = s.DB.Tx(ctx, func(tx pgx.Tx) error {
		if err := lockPlan(ctx, tx, a.OrgID, id); err != nil {
			return err
		}
		b, err := readBoard(ctx, tx, a, team, id)
		if err != nil {
			return err
		}
		if err := b.refuseWrite(); err != nil {
			return err
		}
		if version != 0 && version != b.head.Version {
			return errStale.WithCurrent(b.head)
		}
		if err := fn(tx, a, b); err != nil {
			return err
		}
		if head, _, _, err = readHead(ctx, tx, a, team, id); err != nil {
			return err
		}
		return notifyHead(ctx, tx, head)
	})
	return head, err
}

// Stop ends a search that is under way or queued and keeps the best so far. The
// answer comes at once; the plan is done within a second or two.
func (s *Service) Stop(ctx context.Context, id int64) (*PlanHead, error) {
	return s.changeHead(ctx, id, 0, func(tx pgx.Tx, a postgres.Actor, b *board) error {
		if b.head.State != Queued && b.head.State != Running {
			return errNoSearch.WithCurrent(b.head)
		}
		_, err := tx.Exec(ctx, `update visit_plans set stop_requested = true where org_id = $1 and id = $2`, a.OrgID, id)
		return err
	})
}

var errNoSearch = fault.New(fault.Conflict, "The plan is not being worked on any more.")

// AbandonSearch ends a search and keeps the plan as it was before.
func (s *Service) AbandonSearch(ctx context.Context, id int64) (*PlanHead, error) {
	return s.changeHead(ctx, id, 0, func(tx pgx.Tx, a postgres.Actor, b *board) error {
		if b.head.State != Queued && b.head.State != Running {
			return errNoSearch.WithCurrent(b.head)
		}
		_, err := tx.Exec(ctx, `
			update visit_plans set state = 'cancelled', finished_at = now(), best = null, best_orders = null, task = null, version = version + 1
			where org_id = $1 and id = $2`, a.OrgID, id)
		return err
	})
}

// Rename gives a plan of a period another name. It is not a change of the plan,
// so its version stays.
func (s *Service) Rename(ctx context.Context, id int64, name string) (*PlanHead, error) {
	name = strings.TrimSpace(name)
	if name == "" || len([]rune(name)) > 200 {
		return nil, fault.New(fault.Invalid, "A name has from 1 to 200 characters.").WithField("name", "Is empty or too long.")
	}
	return s.changeHead(ctx, id, 0, func(tx pgx.Tx, a postgres.Actor, _ *board) error {
		_, err := tx.Exec(ctx, `update visit_plans set name = $3 where org_id = $1 and id = $2`, a.OrgID, id, name)
		return err
	})
}

// notifyHead tells the organisation's browsers how a plan of a period is doing.
func notifyHead(ctx context.Context, tx pgx.Tx, h *PlanHead) error {
	return events.Notify(ctx, tx, "plan", map[string]any{
		"id": h.ID, "kind": kindPeriod, "state": h.State, "progress": h.Progress, "version": h.Version, "best": h.Best,
	})
}

// budget is how long to search unless told: longer for more visits.
func (s *Service) periodBudget(t task, visits int) time.Duration {
	switch {
	case t.Seconds > 0:
		return time.Duration(t.Seconds) * time.Second
	case s.PeriodBudget > 0:
		return s.PeriodBudget
	}
	return min(2*time.Minute, 2*time.Second+time.Duration(visits)*50*time.Millisecond)
}
