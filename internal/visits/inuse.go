package visits

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/geo/travel"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// boardsInUse is how many boards are kept in memory with their travel times, so
// that dragging a visit is answered at once; fewer when their tables are large.
const boardsInUse = 32

// boardCache keeps boards by plan. The zero value is ready.
type boardCache struct {
	mu     sync.Mutex
	byPlan map[boardKey]*list.Element // of *keptBoard
	recent list.List                  // the latest used first
}

type boardKey struct{ org, plan int64 }

type keptBoard struct {
	key   boardKey
	board *board
}

// get returns a board that was worked out on the roads of now.
func (c *boardCache) get(key boardKey, now func([]travel.Way) ([]travel.Provider, error)) *board {
	c.mu.Lock()
	defer c.mu.Unlock()
	element := c.byPlan[key]
	if element == nil {
		return nil
	}
	kept := element.Value.(*keptBoard)
	if roads, err := now(kept.board.model.ways); err != nil || !slices.Equal(roads, kept.board.model.providers) {
		c.drop(element)
		return nil
	}
	c.recent.MoveToFront(element)
	return kept.board
}

// put keeps a board unless a later version is kept already.
func (c *boardCache) put(key boardKey, b *board) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byPlan == nil {
		c.byPlan = make(map[boardKey]*list.Element)
	}
	if element := c.byPlan[key]; element != nil {
		if kept := element.Value.(*keptBoard); slices.Equal(kept.board.model.providers, b.model.providers) && kept.board.head.Version > b.head.Version {
			return
		}
		c.drop(element)
	}
	c.byPlan[key] = c.recent.PushFront(&keptBoard{key, b})
	for c.recent.Len() > 1 && (c.recent.Len() > boardsInUse || c.bytes() > tableCacheBytes) {
		c.drop(c.recent.Back())
	}
}

func (c *boardCache) bytes() (sum int) {
	seen := map[*travel.Table]bool{}
	for e := c.recent.Front(); e != nil; e = e.Next() {
		for _, t := range e.Value.(*keptBoard).board.model.tables {
			if !seen[t] {
				seen[t] = true
				sum += tableBytes(t)
			}
		}
	}
	return sum
}

// drop forgets a board; mu is held.
func (c *boardCache) drop(e *list.Element) {
	kept := c.recent.Remove(e).(*keptBoard)
	delete(c.byPlan, kept.key)
}

func tableBytes(t *travel.Table) int {
	sum := 4*(len(t.Seconds)+len(t.Metres)) + len(t.Estimated)
	seen := [][]int32{t.Seconds}
	for _, p := range t.Periods { // some are the same table again
		if !slices.ContainsFunc(seen, func(s []int32) bool { return len(s) > 0 && len(p.Seconds) > 0 && &s[0] == &p.Seconds[0] }) {
			seen = append(seen, p.Seconds)
			sum += 4 * len(p.Seconds)
		}
	}
	return sum
}

// use returns a plan of a period with its travel times, as it is now: from memory
// if it is there and has not changed.
func (s *Service) use(ctx context.Context, a postgres.Actor, team bool, id int64) (*board, error) {
	key := boardKey{a.OrgID, id}
	var b *board
	fresh := false
	err := s.DB.Read(ctx, func(tx pgx.Tx) error {
		_, _, now, err := readHead(ctx, tx, a, team, id)
		if err != nil {
			return err
		}
		if kept := s.boards.get(key, s.providers); kept != nil && kept.head.Version == now.head.Version {
			here := 0
			if err := tx.QueryRow(ctx, `
				select count(*) from plan_visits v join accounts a on a.org_id = v.org_id and a.id = v.account_id
				where v.org_id = $1 and v.plan_id = $2`, a.OrgID, id).Scan(&here); err != nil {
				return fmt.Errorf("visits: count visits: %w", err)
			}
			// No account was deleted with its visits, and the actor may see all of them.
			if here == len(kept.model.visits) {
				now.model, now.state = kept.model, kept.state
				b = now
				return nil
			}
		}
		fresh = true
		b, err = readBoard(ctx, tx, a, team, id)
		return err
	})
	if err != nil || !fresh {
		return b, err
	}
	if err := s.travel(ctx, b.model); err != nil {
		return nil, err
	}
	if b.hidden == 0 {
		s.boards.put(key, b)
	}
	return b, nil
}

// errMoved says that a plan changed between reading and locking it.
var errMoved = errors.New("visits: the plan has changed between two reads")

var errNotYourPlan = fault.New(fault.Forbidden, "You may change plans of your own days only. Ask your manager to change this one.")

var errHiddenVisits = fault.New(fault.Forbidden, "The plan has visits to accounts that you may not see. Ask somebody who sees all of them to change it.")

// refuseWrite says why the actor may not change a plan, nil when they may.
func (b *board) refuseWrite() error {
	switch {
	case b.head.MayWrite:
		return nil
	case b.hidden > 0:
		return errHiddenVisits
	}
	return errNotYourPlan
}

// changeBoard locks a plan of a period, checks that the actor may change it, that
// it is the version they saw and that nobody works on it, runs fn, which stores
// what it changes and returns the board as it is then, and counts the version up.
func (s *Service) changeBoard(ctx context.Context, id int64, version int, fn func(pgx.Tx, postgres.Actor, *board) (*boardState, error)) (*PlanBoard, error) {
	a, team, err := actor(ctx)
	if err != nil {
		return nil, err
	}
	for range 5 {
		b, err := s.use(ctx, a, team, id)
		if err != nil {
			return nil, err
		}
		if err := b.refuseWrite(); err != nil {
			return nil, err
		}
		var next *board
		err = s.DB.Tx(ctx, func(tx pgx.Tx) error {
			next, err = s.changeLocked(ctx, tx, a, team, b, version, fn)
			return err
		})
		if errors.Is(err, errMoved) {
			continue
		}
		if err != nil {
			return nil, err
		}
		s.boards.put(boardKey{a.OrgID, id}, next)
		return next.view(), nil
	}
	return nil, errStale
}

func (s *Service) changeLocked(ctx context.Context, tx pgx.Tx, a postgres.Actor, team bool, b *board, version int, fn func(pgx.Tx, postgres.Actor, *board) (*boardState, error)) (*board, error) {
	id := b.head.ID
	if err := lockPlan(ctx, tx, a.OrgID, id); err != nil {
		return nil, err
	}
	_, _, now, err := readHead(ctx, tx, a, team, id)
	if err != nil {
		return nil, err
	}
	if now.head.Version != b.head.Version {
		return nil, errMoved
	}
	now.model, now.state = b.model, b.state
	if version != b.head.Version {
		return nil, errStale.WithCurrent(now.view())
	}
	if now.head.State == Queued || now.head.State == Running {
		return nil, errUnderWork.WithCurrent(now.view())
	}
	state, err := fn(tx, a, now)
	if err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, `
		update visit_plans set version = version + 1, state = 'done', error = '' where org_id = $1 and id = $2`, a.OrgID, id); err != nil {
		return nil, fmt.Errorf("visits: count version: %w", err)
	}
	_, _, next, err := readHead(ctx, tx, a, team, id)
	if err != nil {
		return nil, err
	}
	next.model, next.state = now.model, state
	return next, notifyHead(ctx, tx, &next.head)
}

func lockPlan(ctx context.Context, tx pgx.Tx, org, id int64) error {
	if _, err := tx.Exec(ctx, `select from visit_plans where org_id = $1 and id = $2 for update`, org, id); err != nil {
		return fmt.Errorf("visits: lock plan: %w", err)
	}
	return nil
}
