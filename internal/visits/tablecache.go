package visits

import (
	"container/list"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/travel"
)

// tableCacheBytes bounds the travel tables that are kept: four months of a team
// of eight, or one plan of the largest size.
const tableCacheBytes = 256 << 20

// tableCache keeps the travel times of plans in use, so that what a move would
// do is answered at once. It is keyed by the way to travel and the places, in order: a plan and
// its copies share a table, and nothing of whose places they are is in it. What
// was worked out on other roads is not given out. The zero value is ready.
type tableCache struct {
	mu     sync.Mutex
	byKey  map[tableKey]*list.Element // of *keptTable
	recent list.List                  // the latest used first
	bytes  int
}

type tableKey struct {
	points [sha256.Size]byte
	way    travel.Way
}

type keptTable struct {
	key   tableKey
	roads travel.Provider
	ready chan struct{} // closed when table or err is there
	table *travel.Table
	err   error
	bytes int
}

// table answers the ways between the points. Who asks for what another is
// working out waits for that.
func (c *tableCache) table(ctx context.Context, way travel.Way, roads travel.Provider, points []orb.Point) (*travel.Table, error) {
	key := keyOf(way, points)
	for {
		c.mu.Lock()
		if c.byKey == nil {
			c.byKey = make(map[tableKey]*list.Element)
		}
		element, ok := c.byKey[key]
		if ok && element.Value.(*keptTable).roads != roads {
			c.drop(element)
			ok = false
		}
		if !ok {
			kept := &keptTable{key: key, roads: roads, ready: make(chan struct{})}
			c.byKey[key] = c.recent.PushFront(kept)
			c.mu.Unlock()
			return c.fill(ctx, kept, points)
		}
		c.recent.MoveToFront(element)
		c.mu.Unlock()
		kept := element.Value.(*keptTable)
		select {
		case <-kept.ready:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if kept.err == nil {
			return kept.table, nil
		}
		if ctx.Err() != nil { // the other's failure was perhaps only its own end
			return nil, ctx.Err()
		}
	}
}

func (c *tableCache) fill(ctx context.Context, kept *keptTable, points []orb.Point) (*travel.Table, error) {
	table, err := roadsTable(ctx, kept.roads, points)
	c.mu.Lock()
	defer c.mu.Unlock()
	defer close(kept.ready)
	element, here := c.byKey[kept.key]
	here = here && element.Value == kept
	if err != nil {
		kept.err = err
		if here {
			c.drop(element)
		}
		return nil, err
	}
	kept.table = table
	if here {
		kept.bytes = tableBytes(table)
		c.bytes += kept.bytes
		for c.bytes > tableCacheBytes && c.recent.Len() > 1 {
			oldest := c.recent.Back()
			if oldest == element {
				break
			}
			c.drop(oldest)
		}
	}
	return table, nil
}

// drop forgets a table; mu is held.
func (c *tableCache) drop(e *list.Element) {
	kept := c.recent.Remove(e).(*keptTable)
	if c.byKey[kept.key] == e {
		delete(c.byKey, kept.key)
	}
	c.bytes -= kept.bytes
}

func roadsTable(ctx context.Context, roads travel.Provider, points []orb.Point) (*travel.Table, error) {
	table, err := roads.Table(ctx, points)
	if err != nil {
		return nil, err
	}
	if n := table.Places * table.Places; table.Places != len(points) || len(table.Seconds) != n || len(table.Metres) != n ||
		slices.ContainsFunc(table.Periods, func(p travel.Period) bool { return len(p.Seconds) != n }) {
		return nil, fmt.Errorf("a table of %d places for %d points", table.Places, len(points))
	}
	return table, nil
}

func keyOf(way travel.Way, points []orb.Point) tableKey {
	hash := sha256.New()
	var b [16]byte
	for _, p := range points {
		binary.LittleEndian.PutUint64(b[:8], math.Float64bits(p[0]))
		binary.LittleEndian.PutUint64(b[8:], math.Float64bits(p[1]))
		hash.Write(b[:])
	}
	return tableKey{[sha256.Size]byte(hash.Sum(nil)), way}
}
