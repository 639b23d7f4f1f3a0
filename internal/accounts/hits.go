package accounts

import (
	linked "container/list"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/postgres"
)

// How a filter is answered at a million accounts. Conditions on sites, contacts,
// segments and texts are collected first, each as a list of ids, unless they hold
// for very many; then the filter as a whole, as long as it means few. What was
// collected is kept in memory until the organisation's accounts change, so that
// the pages of a list, the tiles of its map and its total ask once. Everything is
// read as the actor, under row-level security, and kept for that actor alone.

const (
	// maxCollected is how many ids a condition may hold for to be collected: a
	// list of so many is sent to the database as a parameter of 1.6 MB.
	maxCollected = 200_000
	// maxHits is how many accounts a filter may mean for its list to be fetched and
	// sorted instead of walked.
	maxHits = 50_000
	// memoryIDs is how many ids are kept in memory, over all filters: 64 MB.
	memoryIDs = 8_000_000
)

// Bind looks up what the filter needs (custom fields, segments, drive times),
// and collects what it means as far as that helps, so that the filter can be put
// into statements of this transaction.
func (s *Service) Bind(ctx context.Context, tx pgx.Tx, actor postgres.Actor, today string, f Filter) (Filter, error) {
	var err error
	if f.bySite, err = seesByTerritory(ctx, tx, actor); err != nil {
		return f, err
	}
	if f.Tree == nil && !f.searching() && len(f.Tags) == 0 {
		return f, nil
	}
	if f.Tree != nil && f.Tree.archived {
		f.scope = currentAndArchived
	}
	version, err := version(ctx, tx, actor.OrgID)
	if err != nil {
		return f, err
	}
	attributes := f
	attributes.Box, attributes.Within, attributes.Reach, attributes.Areas = nil, nil, nil, nil
	key := strings.Join([]string{strconv.FormatInt(actor.OrgID, 10), strconv.FormatInt(actor.UserID, 10), strings.Join(actor.Access, ","),
		attributes.Fingerprint(), version}, " ")
	if known, ok := s.memory.get(key); ok {
		f.bound, f.hits = known.bound, known.hits
		return f, nil
	}
	if f.Tree != nil {
		b := binder{ctx: ctx, tx: tx, s: surroundings{today: today, actor: actor}, reach: s.reach}
		if f.bound, err = b.tree(f.Tree); err != nil {
			return f, err
		}
	}
	size, err := f.collect(ctx, tx, actor, today)
	if err != nil {
		return f, err
	}
	attributes.bound, attributes.scope = f.bound, f.scope
	if _, counted := attributes.counted(); counted && f.Tree != nil {
		// Its total is known at once, and its list need not be collected.
		s.memory.put(key, remembered{bound: f.bound}, size+50)
		return f, nil
	}
	if f.hits, err = attributes.collectHits(ctx, tx, actor, today); err != nil {
		return f, err
	}
	s.memory.put(key, remembered{bound: f.bound, hits: f.hits}, size+len(f.hits)+50)
	return f, nil
}

// Understand says what is wrong with a tree that only the database knows: fields
// and segments that are not there, segments that ask for each other. It may be
// asked in a transaction that changes them, and remembers nothing.
func (s *Service) Understand(ctx context.Context, tx pgx.Tx, t *Tree) error {
	actor, ok := postgres.ActorFrom(ctx)
	if !ok {
		return postgres.ErrNoActor
	}
	if t == nil {
		return nil
	}
	today, err := Today(ctx, tx, actor.OrgID)
	if err != nil {
		return err
	}
	b := binder{ctx: ctx, tx: tx, s: surroundings{today: today, actor: actor}, reach: s.reach}
	_, err = b.tree(t)
	return err
}

// collect fills in the ids of the conditions on other tables and returns how many
// they are.
func (f Filter) collect(ctx context.Context, tx pgx.Tx, actor postgres.Actor, today string) (int, error) {
	if f.bound == nil {
		return 0, nil
	}
	size := 0
	var walk func(b *bound) error
	walk = func(b *bound) error {
		for _, c := range b.children {
			if err := walk(c); err != nil {
				return err
			}
		}
		if b.leaf == nil || b.leaf.related == nil {
			return nil
		}
		q := NewStatement(actor.OrgID, today)
		q.scope = f.effective()
		rows, err := q.query(ctx, tx, `select account_id from (`+b.leaf.related(q, "")+`) r group by 1 limit `+q.Arg(maxCollected+1)+`::bigint`)
		if err != nil {
			return fmt.Errorf("collect a condition: %w", err)
		}
		ids, err := pgx.AppendRows([]int64{}, rows, pgx.RowTo[int64])
		if err != nil {
			return fmt.Errorf("collect a condition: %w", err)
		}
		if len(ids) <= maxCollected {
			slices.Sort(ids)
			b.leaf.ids = ids
			size += len(ids)
		}
		return nil
	}
	return size, walk(f.bound)
}

// effective is the scope with the simple field archived.
func (f Filter) effective() scope {
	if f.Archived {
		return archivedOnly
	}
	return f.scope
}

// collectHits returns the ids of all accounts that the filter, which has no
// shape, means; nil when they are more than maxHits.
func (f Filter) collectHits(ctx context.Context, tx pgx.Tx, actor postgres.Actor, today string) ([]int64, error) {
	// What only few accounts can be is looked at alone.
	candidates, err := f.candidates(ctx, tx, actor)
	if err != nil {
		return nil, err
	}
	q := NewStatement(actor.OrgID, today)
	text := `select a.id from accounts a where ` + f.conditions(q, accountsTable)
	if candidates != nil {
		text += " and a.id = any(" + q.Arg(candidates) + "::bigint[])"
	}
	rows, err := q.query(ctx, tx, text+` limit `+q.Arg(maxHits+1)+`::bigint`)
	if err != nil {
		return nil, fmt.Errorf("collect accounts: %w", err)
	}
	ids, err := pgx.AppendRows([]int64{}, rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("collect accounts: %w", err)
	}
	if len(ids) > maxHits {
		return nil, nil
	}
	slices.Sort(ids)
	return ids, nil
}

// candidates returns the ids of accounts among which all are that contain a text
// which the filter asks for, found by the index of the search text; nil when the
// filter asks for none, or too many contain it.
func (f Filter) candidates(ctx context.Context, tx pgx.Tx, actor postgres.Actor) ([]int64, error) {
	var longest string
	var find func(b *bound)
	find = func(b *bound) {
		switch {
		case b == nil:
		case b.leaf != nil:
			if !b.leaf.negated && len(b.leaf.contains) > len(longest) {
				longest = b.leaf.contains
			}
		case !b.any:
			for _, c := range b.children {
				find(c)
			}
		}
	}
	find(f.bound)
	if len([]rune(longest)) < 3 {
		return nil, nil
	}
	rows, err := tx.Query(ctx, `select id from accounts_containing(lower($1::text), $2)`, longest, maxHits+1)
	if err != nil {
		return nil, fmt.Errorf("find accounts that contain a text: %w", err)
	}
	ids, err := pgx.AppendRows([]int64{}, rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("find accounts that contain a text: %w", err)
	}
	if len(ids) > maxHits {
		return nil, nil
	}
	return ids, nil
}

// remembered is what was found out about a filter.
type remembered struct {
	bound *bound
	hits  []int64
	total int
}

// memory keeps what was found out about filters, the least lately used of which
// go first. A key names everything that it depends on.
type memory struct {
	mu    sync.Mutex
	size  int
	byKey map[string]*linked.Element
	order *linked.List // of *memoryEntry, the latest used in front
}

type memoryEntry struct {
	key   string
	value remembered
	size  int
}

func newMemory() *memory { return &memory{byKey: map[string]*linked.Element{}, order: linked.New()} }

func (m *memory) get(key string) (remembered, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.byKey[key]
	if !ok {
		return remembered{}, false
	}
	m.order.MoveToFront(e)
	return e.Value.(*memoryEntry).value, true
}

func (m *memory) put(key string, value remembered, size int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if old, ok := m.byKey[key]; ok {
		m.forget(old)
	}
	m.byKey[key] = m.order.PushFront(&memoryEntry{key, value, size})
	for m.size += size; m.size > memoryIDs && m.order.Len() > 1; {
		m.forget(m.order.Back())
	}
}

func (m *memory) forget(e *linked.Element) {
	entry := m.order.Remove(e).(*memoryEntry)
	delete(m.byKey, entry.key)
	m.size -= entry.size
}
