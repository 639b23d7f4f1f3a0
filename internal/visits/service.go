package visits

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/geo/travel"
	"github.com/waymark-crm/waymark/internal/events"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Enqueue puts a job beside the rows that cause it, in the same transaction.
type Enqueue func(ctx context.Context, tx pgx.Tx, job PlanJob) error

// Service plans visits and keeps the plans.
type Service struct {
	DB      *postgres.DB
	Enqueue Enqueue
	// Travel returns the travel times of now of a way to travel; they change when
	// another extract is loaded. The error is a *[travel.NotPrepared] while the
	// roads of that way are not there.
	Travel func(travel.Way) (travel.Provider, error)
	// Want has the roads of a way prepared; nil: they are always there.
	Want func(ctx context.Context, tx pgx.Tx, w travel.Way) error
	// Budget is how long the search for one day may take; 0 takes half a second. A
	// day of 25 visits needs 0.2 s (make bench-planner).
	Budget time.Duration

	// EnqueuePeriod is Enqueue for plans of a period.
	EnqueuePeriod func(ctx context.Context, tx pgx.Tx, job PeriodJob) error
	// PeriodBudget is how long a search for a plan of a period takes unless its
	// request says; 0 takes what suits the number of visits.
	PeriodBudget time.Duration
	// ReportEvery is how often a running search writes its best so far; 0 takes a
	// second.
	ReportEvery time.Duration

	tables tableCache
	boards boardCache
}

var (
	errNoPlan    = fault.New(fault.NotFound, "There is no such visit plan.")
	errNotYours  = fault.New(fault.Forbidden, "You may plan your own days only. Ask your manager to plan for others.")
	errStale     = fault.New(fault.Conflict, "The plan has changed in the meantime. Look at it as it is now and try again.")
	errUnderWork = fault.New(fault.Conflict, "The plan is being worked on. Wait until it is done or cancel it.")
)

// actor returns who acts and whether they may plan other people's days.
func actor(ctx context.Context) (a postgres.Actor, team bool, err error) {
	a, ok := postgres.ActorFrom(ctx)
	if !ok {
		return a, false, postgres.ErrNoActor
	}
	return a, identity.ActorMay(ctx, identity.Role(a.Role), identity.PlansTeam), nil
}

// Create stores a plan and the job that works it out. The plan comes back as
// queued, with everything that was left out of the request filled in.
func (s *Service) Create(ctx context.Context, request PlanRequest) (*Plan, error) {
	a, team, err := actor(ctx)
	if err != nil {
		return nil, err
	}
	if request.RepID != a.UserID && !team {
		return nil, errNotYours
	}
	var plan *Plan
	err = s.DB.Tx(ctx, func(tx pgx.Tx) error {
		if err := complete(ctx, tx, a.OrgID, &request); err != nil {
			return err
		}
		if _, err := s.Travel(request.way()); err != nil {
			return err
		}
		body, err := json.Marshal(request)
		if err != nil {
			return fmt.Errorf("visits: request: %w", err)
		}
		var id int64
		if err := tx.QueryRow(ctx, `
			insert into visit_plans (org_id, rep_id, day, request, created_by)
			values ($1, $2, $3, $4, $5) returning id`,
			a.OrgID, request.RepID, request.Day, body, a.UserID).Scan(&id); err != nil {
			return fmt.Errorf("visits: insert plan: %w", err)
		}
		if err := s.Enqueue(ctx, tx, jobFor(a, id)); err != nil {
			return fmt.Errorf("visits: enqueue: %w", err)
		}
		plan, err = readPlan(ctx, tx, a, team, id)
		return err
	})
	return plan, s.wanting(ctx, err)
}

// Get returns a plan. Those who may not plan for others see their own only.
func (s *Service) Get(ctx context.Context, id int64) (*Plan, error) {
	a, _, err := actor(ctx)
	if err != nil {
		return nil, err
	}
	var plan *Plan
	err = s.DB.Read(ctx, func(tx pgx.Tx) error {
		plan, err = readPlan(ctx, tx, a, seesAll(a), id)
		return err
	})
	return plan, err
}

// seesAll reports whether the actor reads everybody's plans. Everyone but a rep
// does, who may read plans at all.
func seesAll(a postgres.Actor) bool { return identity.Role(a.Role) != identity.RoleRep }

// ListFilter chooses plans; zero values choose all.
type ListFilter struct {
	RepID    int64
	From, To string // days
	Kind     string // day or period
	Limit    int
}

// List returns plans, the newest day first.
func (s *Service) List(ctx context.Context, f ListFilter) ([]PlanSummary, error) {
	a, team, err := actor(ctx)
	if err != nil {
		return nil, err
	}
	if !seesAll(a) {
		if f.RepID != 0 && f.RepID != a.UserID {
			return nil, errNotYours
		}
		f.RepID = a.UserID
	}
	var plans []PlanSummary
	err = s.DB.Read(ctx, func(tx pgx.Tx) error {
		plans, err = listPlans(ctx, tx, a, team, f)
		return err
	})
	return plans, err
}

// Cancel stops a plan that is queued or running. The job notices at its next
// report of progress, or before it begins.
func (s *Service) Cancel(ctx context.Context, id int64) (*Plan, error) {
	return s.change(ctx, id, 0, func(tx pgx.Tx, a postgres.Actor, plan *Plan) error {
		if plan.State != Queued && plan.State != Running {
			return fault.New(fault.Conflict, "The plan is not being worked on any more.").WithCurrent(plan)
		}
		_, err := tx.Exec(ctx, `
			update visit_plans set state = 'cancelled', finished_at = now(), version = version + 1
			where org_id = $1 and id = $2`, a.OrgID, id)
		return err
	})
}

// Delete removes a plan with its routes.
func (s *Service) Delete(ctx context.Context, id int64) error {
	if is, err := s.deletePeriod(ctx, id); is || err != nil {
		return err
	}
	_, err := s.change(ctx, id, 0, func(tx pgx.Tx, a postgres.Actor, _ *Plan) error {
		// A rep does not delete what was published for them.
		team := identity.ActorMay(ctx, identity.Role(a.Role), identity.PlansTeam)
		if _, err := tx.Exec(ctx, `
			update visit_plans o set replaced_by = n.replaced_by
			from visit_plans n where n.org_id = $1 and n.id = $2 and n.replaced_by is not null and o.org_id = n.org_id and o.replaced_by = n.id`, a.OrgID, id); err != nil {
			return fmt.Errorf("visits: what a plan had replaced: %w", err)
		}
		tag, err := tx.Exec(ctx, `
			delete from visit_plans where org_id = $1 and id = $2
			  and ($3 or source_plan_id is null or replaced_by is not null or withdrawn_at is not null)`, a.OrgID, id, team)
		if err == nil && tag.RowsAffected() == 0 {
			return errPublishedDay
		}
		return err
	})
	return err
}

var errPublishedDay = fault.New(fault.Forbidden, "This day was published for you. Take out what you cannot do, or ask your manager to withdraw it.")

// Optimise plans the visits of a plan again, those removed by hand left out.
func (s *Service) Optimise(ctx context.Context, id int64, version int) (*Plan, error) {
	return s.change(ctx, id, version, func(tx pgx.Tx, a postgres.Actor, plan *Plan) error {
		if plan.State == Queued || plan.State == Running {
			return errUnderWork.WithCurrent(plan)
		}
		if _, err := s.Travel(plan.Request.way()); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `
			update visit_plans set state = 'queued', progress = 0, error = '', finished_at = null, version = version + 1
			where org_id = $1 and id = $2`, a.OrgID, id); err != nil {
			return err
		}
		return s.Enqueue(ctx, tx, jobFor(a, id))
	})
}

// change locks a plan, checks that the actor may change it and that it is still
// the version they saw (0: any), runs fn and returns the plan as it is then, nil
// when fn deleted it.
func (s *Service) change(ctx context.Context, id int64, version int, fn func(pgx.Tx, postgres.Actor, *Plan) error) (*Plan, error) {
	a, team, err := actor(ctx)
	if err != nil {
		return nil, err
	}
	var plan *Plan
	err = s.DB.Tx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `select from visit_plans where org_id = $1 and id = $2 for update`, a.OrgID, id); err != nil {
			return fmt.Errorf("visits: lock plan: %w", err)
		}
		before, err := readPlan(ctx, tx, a, seesAll(a), id)
		if err != nil {
			return err
		}
		if before.RepID != a.UserID && !team {
			return errNotYours
		}
		if version != 0 && version != before.Version {
			return errStale.WithCurrent(before)
		}
		if err := fn(tx, a, before); err != nil {
			return err
		}
		plan, err = readPlan(ctx, tx, a, seesAll(a), id)
		if errors.Is(err, errNoPlan) {
			plan, err = nil, nil
		}
		if err != nil {
			return err
		}
		return notify(ctx, tx, id, plan)
	})
	return plan, s.wanting(ctx, err)
}

// notify tells the organisation's browsers how a plan is doing; nil: deleted.
func notify(ctx context.Context, tx pgx.Tx, id int64, plan *Plan) error {
	data := map[string]any{"id": id, "state": "deleted"}
	if plan != nil {
		data = map[string]any{"id": id, "state": plan.State, "progress": plan.Progress, "version": plan.Version}
	}
	return events.Notify(ctx, tx, "plan", data)
}
