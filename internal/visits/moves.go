package visits

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Preview tells what moves would do, and changes nothing.
func (s *Service) Preview(ctx context.Context, id int64, moves []PlanMove) (*MoveEffect, error) {
	a, team, err := actor(ctx)
	if err != nil {
		return nil, err
	}
	b, err := s.use(ctx, a, team, id)
	if err != nil {
		return nil, err
	}
	after, err := b.model.apply(b.state, moves)
	if err != nil {
		return nil, err
	}
	effect := b.model.effect(b.state, after)
	effect.Version = b.head.Version
	return effect, nil
}

// Apply makes moves: all of them, or none.
func (s *Service) Apply(ctx context.Context, id int64, version int, moves []PlanMove) (*PlanBoard, error) {
	return s.changeBoard(ctx, id, version, func(tx pgx.Tx, a postgres.Actor, b *board) (*boardState, error) {
		after, err := b.model.apply(b.state, moves)
		if err != nil {
			return nil, err
		}
		if err := storeBoard(ctx, tx, a.OrgID, b, after.boardState, after.lanes, after.visits); err != nil {
			return nil, err
		}
		what, detail := told(b.model, moves)
		if _, err := addRevision(ctx, tx, a, b, after.boardState, what, detail); err != nil {
			return nil, err
		}
		return after.boardState, nil
	})
}

// told says in the history what moves did.
func told(m *model, moves []PlanMove) (what string, detail RevisionDetail) {
	kinds := map[moveKind]bool{}
	visits := map[int]bool{}
	for _, move := range moves {
		kind, _ := kindOf(move) // they were made
		kinds[kind], visits[move.VisitID] = true, true
		switch kind {
		case moveTo:
			detail.RepID, detail.Day = move.To.RepID, move.To.Day
		case moveLock:
			detail.On = move.Locked
		case movePin:
			detail.On, detail.Pinned = move.Pinned, true
		case moveExclude:
			detail.On = move.Excluded
		}
	}
	detail.Visits = len(visits)
	if len(visits) == 1 {
		detail.Name = m.visits[m.index[moves[0].VisitID]].site.Name
	} else {
		detail.RepID, detail.Day = 0, ""
	}
	marks := kinds[moveLock] || kinds[movePin]
	switch {
	case kinds[moveTo] || kinds[moveOut] || marks && kinds[moveExclude]:
		if len(kinds) > 1 {
			return "moved", RevisionDetail{Visits: detail.Visits, Name: detail.Name}
		}
		return "moved", detail
	case marks:
		return "locked", detail
	}
	return "excluded", detail
}

// AddVisits brings visits into a plan, in no lane yet.
func (s *Service) AddVisits(ctx context.Context, id int64, version int, visits []PeriodVisit) (*PlanBoard, error) {
	return s.changeBoard(ctx, id, version, func(tx pgx.Tx, a postgres.Actor, b *board) (*boardState, error) {
		list, err := checkPeriodVisits(ctx, tx, a.OrgID, &b.model.period, visits)
		if err != nil {
			return nil, err
		}
		if len(b.model.visits)+len(list) > MaxPeriodVisits {
			return nil, errTooManyVisits
		}
		if err := insertVisits(ctx, tx, a.OrgID, id, list); err != nil {
			return nil, err
		}
		with, err := readBoard(ctx, tx, a, true, id)
		if err != nil {
			return nil, err
		}
		came := map[int]bool{}
		for v := len(b.model.visits); v < len(with.model.visits); v++ {
			came[v] = true
		}
		if err := storeVisits(ctx, tx, a.OrgID, id, with.model, with.state, came); err != nil {
			return nil, err
		}
		detail := RevisionDetail{Visits: len(list)}
		if len(list) == 1 {
			detail.Name = with.model.visits[len(with.model.visits)-1].site.Name
		}
		if _, err := addRevision(ctx, tx, a, with, nil, "added", detail); err != nil {
			return nil, err
		}
		if err := s.travel(ctx, with.model); err != nil {
			return nil, err
		}
		b.model = with.model
		return with.state, nil
	})
}

var errTooManyVisits = fault.Errorf(fault.Invalid, "A plan holds at most %d visits. Make another plan for the others.", MaxPeriodVisits).WithField("visits", "Is too long.")
