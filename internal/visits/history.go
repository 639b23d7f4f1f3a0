package visits

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/geo/planner"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// keptSnapshots is how many of a plan's latest revisions can be returned to; of
// older ones only what was done is kept.
const keptSnapshots = 200

// snapshot is all that was decided on a board, without the times, which follow.
type snapshot struct {
	Lanes    []snapshotLane `json:"l,omitempty"`
	Left     []snapshotLeft `json:"u,omitempty"`
	Excluded []int          `json:"x,omitempty"`
}

type snapshotLane struct {
	Rep    int64       `json:"r"`
	Day    string      `json:"d"`
	Visits []int       `json:"v"`           // numbers, in order
	Locked map[int]int `json:"k,omitempty"` // seconds of the horizon, by number
	Pinned []int       `json:"p,omitempty"`
}

type snapshotLeft struct {
	Visit  int              `json:"v"`
	Why    string           `json:"w"`
	Detail *UnplannedDetail `json:"d,omitempty"`
}

func (m *model) snapshot(b *boardState) snapshot {
	var out snapshot
	planned := make([]bool, len(m.visits))
	for s, order := range b.orders {
		if len(order) == 0 {
			continue
		}
		name := m.lane(s)
		lane := snapshotLane{Rep: name.RepID, Day: name.Day}
		for _, v := range order {
			planned[v] = true
			number := m.visits[v].number
			lane.Visits = append(lane.Visits, number)
			if b.marks[v].locked {
				if lane.Locked == nil {
					lane.Locked = map[int]int{}
				}
				lane.Locked[number] = int(b.marks[v].lockedAt)
			}
			if b.marks[v].pinned {
				lane.Pinned = append(lane.Pinned, number)
			}
		}
		out.Lanes = append(out.Lanes, lane)
	}
	for v, in := range planned {
		switch {
		case in:
		case b.marks[v].excluded:
			out.Excluded = append(out.Excluded, m.visits[v].number)
		default:
			left := snapshotLeft{Visit: m.visits[v].number, Why: b.why[v].code}
			if detail := b.why[v].detail; detail != (UnplannedDetail{}) {
				left.Detail = &detail
			}
			out.Left = append(out.Left, left)
		}
	}
	return out
}

// restore makes the board of a snapshot. Lanes that are as they are on b keep
// their times; visits that came in later are in no lane, and those whose place is
// gone are passed over.
func (m *model) restore(b *boardState, snap snapshot) (*boardState, error) {
	c := m.empty()
	for _, lane := range snap.Lanes {
		s, ok := m.shift(lane.Rep, lane.Day)
		if !ok {
			return nil, fmt.Errorf("visits: a snapshot has a lane of rep %d on %s, who does not work then", lane.Rep, lane.Day)
		}
		for _, number := range lane.Visits {
			v, here := m.index[number]
			if !here {
				continue
			}
			at, locked := lane.Locked[number]
			c.marks[v] = mark{locked: locked, lockedAt: planner.Seconds(at), pinned: slices.Contains(lane.Pinned, number)}
			c.why[v] = why{}
			c.orders[s] = append(c.orders[s], v)
		}
	}
	for _, number := range snap.Excluded {
		if v, here := m.index[number]; here {
			c.marks[v].excluded, c.why[v] = true, why{code: ReasonRemoved}
		}
	}
	for _, left := range snap.Left {
		if v, here := m.index[left.Visit]; here {
			c.why[v] = why{code: left.Why}
			if left.Detail != nil {
				c.why[v].detail = *left.Detail
			}
		}
	}
	return c, m.retime(b, c)
}

// retime works out the lanes of c, but for those that are the same on b.
func (m *model) retime(b, c *boardState) error {
	for s, order := range c.orders {
		same := b != nil && slices.Equal(order, b.orders[s])
		for _, v := range order {
			same = same && b.marks[v] == c.marks[v]
		}
		if same {
			c.lanes[s] = b.lanes[s]
			continue
		}
		var err error
		if c.lanes[s], err = m.time(s, order, c.marks); err != nil {
			return err
		}
	}
	return nil
}

// difference names the lanes and visits in which two boards differ.
func (m *model) difference(b, c *boardState) (lanes, visits map[int]bool) {
	lanes, visits = map[int]bool{}, map[int]bool{}
	for s := range m.shifts {
		if b.lanes[s] != c.lanes[s] {
			lanes[s] = true
			for _, v := range slices.Concat(b.orders[s], c.orders[s]) {
				visits[v] = true
			}
		}
	}
	for v := range m.visits {
		if b.why[v] != c.why[v] || b.marks[v] != c.marks[v] {
			visits[v] = true
		}
	}
	return lanes, visits
}

// addRevision writes what was done, with a snapshot of state when it is not nil,
// and returns its number.
func addRevision(ctx context.Context, tx pgx.Tx, a postgres.Actor, b *board, next *boardState, what string, detail RevisionDetail) (int, error) {
	state := b.state
	if next != nil {
		state = next
	}
	keep := what != revisionPublished && what != revisionWithdrawn
	var body []byte
	if keep {
		var err error
		if body, err = json.Marshal(b.model.snapshot(state)); err != nil {
			return 0, fmt.Errorf("visits: snapshot: %w", err)
		}
	}
	var parent *int
	if keep && b.revision > 0 {
		parent = &b.revision
	}
	var number int
	err := tx.QueryRow(ctx, `
		insert into plan_revisions (org_id, plan_id, number, parent, what, detail, snapshot, totals, by_user)
		select $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5, $6, $7, $8 from plan_revisions where org_id = $1 and plan_id = $2
		returning number`, a.OrgID, b.head.ID, parent, what, detail, body, b.model.sum(state), a.UserID).Scan(&number)
	if err != nil {
		return 0, fmt.Errorf("visits: add revision: %w", err)
	}
	if !keep {
		return number, nil
	}
	var batch pgx.Batch
	batch.Queue(`update visit_plans set revision = $3 where org_id = $1 and id = $2`, a.OrgID, b.head.ID, number)
	batch.Queue(`update plan_revisions set snapshot = null where org_id = $1 and plan_id = $2 and number = $3`, a.OrgID, b.head.ID, number-keptSnapshots)
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return 0, fmt.Errorf("visits: add revision: %w", err)
	}
	return number, nil
}

const (
	revisionPublished = "published"
	revisionWithdrawn = "withdrawn"
)

// History returns what was done to a plan, the latest first.
func (s *Service) History(ctx context.Context, id int64) ([]PlanRevision, error) {
	a, team, err := actor(ctx)
	if err != nil {
		return nil, err
	}
	items := []PlanRevision{}
	err = s.DB.Read(ctx, func(tx pgx.Tx) error {
		_, _, b, err := readHead(ctx, tx, a, team, id)
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `
			select r.number, coalesce(r.parent, 0), r.what, r.detail, coalesce(u.name, ''), r.at, r.totals
			from plan_revisions r
			left join users u on u.org_id = r.org_id and u.id = r.by_user
			where r.org_id = $1 and r.plan_id = $2
			order by r.number desc limit 1000`, a.OrgID, id)
		if err != nil {
			return fmt.Errorf("visits: history: %w", err)
		}
		defer rows.Close()
		parents := map[int]int{}
		for rows.Next() {
			var r PlanRevision
			var parent int
			if err := rows.Scan(&r.Number, &parent, &r.What, &r.Detail, &r.ByName, &r.At, &r.Totals); err != nil {
				return fmt.Errorf("visits: history: %w", err)
			}
			parents[r.Number] = parent
			items = append(items, r)
		}
		line := map[int]bool{}
		for n := b.revision; n != 0; n = parents[n] {
			line[n] = true
		}
		for i := range items {
			r := &items[i]
			r.Current = r.Number == b.revision
			r.Undone = !line[r.Number] && r.What != revisionPublished && r.What != revisionWithdrawn
		}
		return rows.Err()
	})
	return items, err
}

var (
	errNothingToUndo = fault.New(fault.Conflict, "There is nothing to undo.")
	errNothingToRedo = fault.New(fault.Conflict, "There is nothing to make again.")
)

// Undo takes a plan back to what it was before the latest change. Planning it for
// the first time is no change: before it there is nothing.
func (s *Service) Undo(ctx context.Context, id int64, version int) (*PlanBoard, error) {
	return s.goTo(ctx, id, version, errNothingToUndo, `
		select to_.number, to_.snapshot, at.change->'visit', at.change->'before' from plan_revisions at
		join plan_revisions to_ on to_.org_id = at.org_id and to_.plan_id = at.plan_id and to_.number = at.parent
		where at.org_id = $1 and at.plan_id = $2 and at.number = $3 and at.what <> 'planned' and to_.snapshot is not null`)
}

// Redo makes the change again that was undone last.
func (s *Service) Redo(ctx context.Context, id int64, version int) (*PlanBoard, error) {
	return s.goTo(ctx, id, version, errNothingToRedo, `
		select number, snapshot, change->'visit', change->'after' from plan_revisions
		where org_id = $1 and plan_id = $2 and parent = $3 and snapshot is not null
		order by number desc limit 1`)
}

func (s *Service) goTo(ctx context.Context, id int64, version int, none *fault.Error, query string) (*PlanBoard, error) {
	return s.changeBoard(ctx, id, version, func(tx pgx.Tx, a postgres.Actor, b *board) (*boardState, error) {
		var number int
		var body, ask []byte
		var visitID *int
		err := tx.QueryRow(ctx, query, a.OrgID, id, b.revision).Scan(&number, &body, &visitID, &ask)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil, none
		}
		if err != nil {
			return nil, fmt.Errorf("visits: read revision: %w", err)
		}
		var snap snapshot
		if err := json.Unmarshal(body, &snap); err != nil {
			return nil, fmt.Errorf("visits: revision %d of plan %d: %w", number, id, err)
		}
		before := b.state
		if visitID != nil {
			var x VisitAsk
			if err := json.Unmarshal(ask, &x); err != nil {
				return nil, fmt.Errorf("visits: change of revision %d of plan %d: %w", number, id, err)
			}
			if _, err := s.asked(ctx, tx, a, b, *visitID, x); err != nil {
				return nil, err
			}
			before = nil // every lane is worked out anew, as the visit takes another time now
		}
		next, err := b.model.restore(before, snap)
		if err != nil {
			return nil, err
		}
		lanes, visits := b.model.difference(b.state, next)
		if err := storeBoard(ctx, tx, a.OrgID, b, next, lanes, visits); err != nil {
			return nil, err
		}
		if _, err := tx.Exec(ctx, `update visit_plans set revision = $3 where org_id = $1 and id = $2`, a.OrgID, id, number); err != nil {
			return nil, fmt.Errorf("visits: go to revision: %w", err)
		}
		return next, nil
	})
}

// storeBoard writes the lanes and visits that changed.
func storeBoard(ctx context.Context, tx pgx.Tx, org int64, b *board, next *boardState, lanes, visits map[int]bool) error {
	if err := storeLanes(ctx, tx, org, b.head.ID, b.model, next, lanes); err != nil {
		return err
	}
	return storeVisits(ctx, tx, org, b.head.ID, b.model, next, visits)
}
