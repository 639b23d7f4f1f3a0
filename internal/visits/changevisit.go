package visits

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// maxTies is how many other visits one may be tied to.
const maxTies = 10

// VisitAsk is all that a visit of a plan asks for.
type VisitAsk struct {
	Minutes int        `json:"minutes" minimum:"1" maximum:"720" doc:"Length of the visit."`
	RepID   int64      `json:"repId" minimum:"0" doc:"Only this rep, one of the plan's; 0: whoever may."`
	Day     string     `json:"day" pattern:"^(|[0-9]{4}-[0-9]{2}-[0-9]{2})$" doc:"Only on this day, one of the plan's; empty: any."`
	Terms   VisitTerms `json:"terms"`
	Ties    []VisitTie `json:"ties" maxItems:"50" nullable:"false"`
}

// askChange is what a revision changed about one visit.
type askChange struct {
	Visit  int      `json:"visit"`
	Before VisitAsk `json:"before"`
	After  VisitAsk `json:"after"`
}

// ask is what a visit asks for now.
func (m *model) ask(v int) VisitAsk {
	x := m.visits[v]
	a := VisitAsk{Minutes: x.minutes, RepID: x.rep, Day: x.onDay, Terms: x.terms, Ties: append([]VisitTie{}, x.ties...)}
	a.Terms.Mandatory = x.mandatory
	return a
}

// ChangeVisit changes what one visit of a plan asks for. It stays where it is;
// what that breaks now is marked.
func (s *Service) ChangeVisit(ctx context.Context, id int64, visitID, version int, ask VisitAsk) (*PlanBoard, error) {
	return s.changeBoard(ctx, id, version, func(tx pgx.Tx, a postgres.Actor, b *board) (*boardState, error) {
		v, ok := b.model.index[visitID]
		if !ok {
			return nil, fault.New(fault.NotFound, "There is no such visit in this plan.")
		}
		if err := b.model.checkAsk(ctx, tx, a.OrgID, visitID, &ask); err != nil {
			return nil, err
		}
		change := askChange{visitID, b.model.ask(v), ask}
		next, err := s.asked(ctx, tx, a, b, visitID, ask)
		if err != nil {
			return nil, err
		}
		lanes := map[int]bool{}
		if shift, _ := next.shiftOf(v); shift >= 0 {
			lanes[shift] = true
			if next.lanes[shift], err = b.model.time(shift, next.orders[shift], next.marks); err != nil {
				return nil, err
			}
		}
		if err := storeLanes(ctx, tx, a.OrgID, id, b.model, next, lanes); err != nil {
			return nil, err
		}
		number, err := addRevision(ctx, tx, a, b, next, "terms", RevisionDetail{Visits: 1, Name: b.model.visits[v].site.Name})
		if err != nil {
			return nil, err
		}
		body, err := json.Marshal(change)
		if err != nil {
			return nil, fmt.Errorf("visits: change of a visit: %w", err)
		}
		if _, err := tx.Exec(ctx, `update plan_revisions set change = $4 where org_id = $1 and plan_id = $2 and number = $3`, a.OrgID, id, number, body); err != nil {
			return nil, fmt.Errorf("visits: change of a visit: %w", err)
		}
		return next, nil
	})
}

// checkAsk says what is wrong with what a visit shall ask for.
func (m *model) checkAsk(ctx context.Context, tx pgx.Tx, org int64, visitID int, ask *VisitAsk) error {
	if ask.Minutes < 1 || ask.Minutes > 720 {
		return fault.New(fault.Invalid, "A visit takes from 1 minute to 12 hours.").WithField("minutes", "Is out of range.")
	}
	if ask.RepID != 0 && !slices.Contains(m.period.RepIDs, ask.RepID) {
		return fault.New(fault.Invalid, "A visit is asked for with somebody who is not in the plan.").WithField("repId", "Is not one of the reps.")
	}
	if _, ok := m.horizon.number(ask.Day); ask.Day != "" && !ok {
		return fault.New(fault.Invalid, "A visit is asked for on a day outside of the plan.").WithField("day", "Is not one of the plan's days.")
	}
	if ask.Ties == nil {
		ask.Ties = []VisitTie{}
	}
	if len(ask.Ties) > maxTies {
		return fault.New(fault.Invalid, "A visit is tied to at most 10 others.").WithField("ties", "Is too long.")
	}
	for i, t := range ask.Ties {
		field := fmt.Sprintf("ties[%d]", i)
		if _, here := m.index[t.VisitID]; !here || t.VisitID == visitID {
			return fault.New(fault.Invalid, "A visit is tied to one that is not in the plan, or to itself.").WithField(field+".visitId", "Choose another visit of the plan.")
		}
		if !slices.Contains([]string{tieSameDay, tieOtherDay, tieSameTime, tieAfter}, t.Rule) {
			return fault.New(fault.Invalid, "There is no such tie.").WithField(field+".rule", "Choose same_day, other_day, same_time or after.")
		}
		if slices.ContainsFunc(ask.Ties[:i], func(o VisitTie) bool { return o.VisitID == t.VisitID }) {
			return fault.New(fault.Invalid, "A visit is tied to the same one twice.").WithField(field+".visitId", "Stands in the list already.")
		}
	}
	return ask.Terms.check(ctx, tx, org, "terms.")
}

// asked writes what a visit asks for and gives the board a model of its own. The
// state that it returns has the lanes as they were.
func (s *Service) asked(ctx context.Context, tx pgx.Tx, a postgres.Actor, b *board, visitID int, ask VisitAsk) (*boardState, error) {
	terms, err := json.Marshal(ask.Terms)
	if err != nil {
		return nil, fmt.Errorf("visits: terms of a visit: %w", err)
	}
	ties, err := json.Marshal(ask.Ties)
	if err != nil {
		return nil, fmt.Errorf("visits: ties of a visit: %w", err)
	}
	if _, err := tx.Exec(ctx, `
		update plan_visits set minutes = $4, mandatory = $5, rep_id = nullif($6::bigint, 0), day = nullif($7::text, '')::date, terms = $8, ties = $9
		where org_id = $1 and plan_id = $2 and number = $3`, a.OrgID, b.head.ID, visitID, ask.Minutes, ask.Terms.Mandatory, ask.RepID, ask.Day, terms, ties); err != nil {
		return nil, fmt.Errorf("visits: change what a visit asks for: %w", err)
	}
	with, err := readBoard(ctx, tx, a, true, b.head.ID)
	if err != nil {
		return nil, err
	}
	if err := s.travel(ctx, with.model); err != nil {
		return nil, err
	}
	b.model = with.model
	return with.state, nil
}
