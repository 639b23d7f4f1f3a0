package roads

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/paulmach/orb"
)

// Millis is a time in milliseconds; Unreachable when there is no way.
type Millis int32

// Seconds returns the time in seconds.
func (m Millis) Seconds() float64 { return float64(m) / 1000 }

// Decimetres is a length in tenths of a metre; Unreachable when there is no
// way.
type Decimetres int32

// Metres returns the length in metres.
func (d Decimetres) Metres() float64 { return float64(d) / 10 }

// Unreachable stands in tables where there is no way.
const Unreachable = -1

// Table holds the best way between every source and every target: its time and
// its length, row by row.
type Table struct {
	Rows, Columns int
	Times         []Millis     // Rows × Columns
	Lengths       []Decimetres // Rows × Columns
}

// At returns the time and length from source i to target j.
func (t *Table) At(i, j int) (Millis, Decimetres) {
	k := i*t.Columns + j
	return t.Times[k], t.Lengths[k]
}

// ErrTooLarge means that an answer would not fit in memory.
var ErrTooLarge = errors.New("the table is too large")

// maxTableCells bounds a table to two gigabytes.
const maxTableCells = 1 << 28

// TablePoints snaps points and returns the table between all of them. Points
// without a road in reach have Unreachable in their row and column, and an
// error in snapErrs; err is for the whole: ErrTooLarge, ErrNotAPoint or
// ctx.Err().
func (n *Network) TablePoints(ctx context.Context, points []orb.Point, o SnapOptions) (t *Table, snapErrs []error, err error) {
	snaps := make([]Snap, len(points))
	snapErrs = make([]error, len(points))
	for i, p := range points {
		if i%1024 == 0 && ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		snaps[i], snapErrs[i] = n.Snap(p, o)
		if errors.Is(snapErrs[i], ErrNotAPoint) {
			return nil, nil, fmt.Errorf("point %d: %w", i, snapErrs[i])
		}
	}
	t, err = n.Table(ctx, snaps, snaps)
	return t, snapErrs, err
}

// Table returns time and length of the best way from every source to every
// target, by buckets in the hierarchy (Knopp, Sanders, Schultes, Schulz and
// Wagner, 2007). A zero Snap stands for a place off the network: its row or
// column is Unreachable. The work is shared by as many goroutines as there are
// processors. The error is ErrTooLarge or ctx.Err().
func (n *Network) Table(ctx context.Context, sources, targets []Snap) (*Table, error) {
	if len(targets) > 0 && len(sources) > maxTableCells/len(targets) {
		return nil, fmt.Errorf("%w: %d × %d places; ask for parts of it", ErrTooLarge, len(sources), len(targets))
	}
	cells := len(sources) * len(targets)
	t := &Table{Rows: len(sources), Columns: len(targets), Times: make([]Millis, cells), Lengths: make([]Decimetres, cells)}
	if cells == 0 {
		return t, ctx.Err()
	}
	b, err := n.fillBuckets(ctx, targets)
	if err != nil {
		return nil, err
	}
	defer n.scratch.tables.Put(b)
	workers := min(runtime.GOMAXPROCS(0), (len(sources)+7)/8)
	err = share(ctx, workers, len(sources), func(next func() (int, bool)) {
		q := n.query()
		defer n.release(q)
		row := newTableRow(len(targets))
		for i, ok := next(); ok; i, ok = next() {
			row.fill(q, b, sources[i])
			row.write(t.Times[i*t.Columns:], t.Lengths[i*t.Columns:])
		}
	})
	if err != nil {
		return nil, err
	}
	return t, nil
}

// share lets workers take the numbers below count, one after the other, until
// ctx ends.
func share(ctx context.Context, workers, count int, work func(next func() (int, bool))) error {
	var taken atomic.Int64
	next := func() (int, bool) {
		i := int(taken.Add(1)) - 1
		return i, i < count && ctx.Err() == nil
	}
	if workers <= 1 {
		work(next)
		return ctx.Err()
	}
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() { work(next) })
	}
	wg.Wait()
	return ctx.Err()
}

// bucketEntry says how far it is from a node to a target.
type bucketEntry struct {
	cost   cost // with shift
	length int32
	target uint32
}

// buckets hold the entries of all targets, by node.
type buckets struct {
	first   []uint32 // by node, only where used is set
	entries []bucketEntry
	places  []endOf // the targets' ends, by edge
}

// endOf is one end of a target.
type endOf struct {
	end
	target uint32
}

type nodeEntry struct {
	node uint32
	bucketEntry
}

func (n *Network) fillBuckets(ctx context.Context, targets []Snap) (*buckets, error) {
	b, ok := n.scratch.tables.Get().(*buckets)
	if !ok {
		b = &buckets{first: make([]uint32, len(n.nodeEdge)+1)}
	}
	clear(b.first)
	b.places = b.places[:0]
	lists := make([][]nodeEntry, (len(targets)+targetsABlock-1)/targetsABlock)
	workers := min(runtime.GOMAXPROCS(0), len(lists))
	err := share(ctx, workers, len(lists), func(next func() (int, bool)) {
		q := n.query()
		defer n.release(q)
		for i, ok := next(); ok; i, ok = next() {
			lo, hi := i*targetsABlock, min((i+1)*targetsABlock, len(targets))
			list := make([]nodeEntry, 0, (hi-lo)*192)
			for j := lo; j < hi; j++ {
				list = q.fillBucket(targets[j], uint32(j), list)
			}
			lists[i] = list
		}
	})
	if err != nil {
		return nil, err
	}
	total := 0
	for _, list := range lists {
		total += len(list)
		for i := range list {
			b.first[list[i].node+1]++
		}
	}
	for i := 1; i < len(b.first); i++ {
		b.first[i] += b.first[i-1]
	}
	b.entries = slices.Grow(b.entries[:0], total)[:total]
	for _, list := range lists {
		for i := range list {
			at := &b.first[list[i].node]
			b.entries[*at] = list[i].bucketEntry
			*at++
		}
	}
	// Every start has moved to the next one's place; move them back.
	copy(b.first[1:], b.first)
	b.first[0] = 0
	var two [2]end
	for j := range targets {
		for _, e := range n.ends(targets[j], two[:0]) {
			b.places = append(b.places, endOf{e, uint32(j)})
		}
	}
	slices.SortFunc(b.places, func(x, y endOf) int {
		return cmp.Or(cmp.Compare(x.edge, y.edge), cmp.Compare(x.target, y.target))
	})
	return b, nil
}

const targetsABlock = 16

func (q *query) fillBucket(target Snap, number uint32, list []nodeEntry) []nodeEntry {
	n := q.n
	var two [2]end
	q.bwd.seedBackward(n, n.ends(target, two[:0]))
	for {
		node, l, ok := q.bwd.settle()
		if !ok {
			return list
		}
		lo, hi := n.upFirst[node], n.upFirst[node+1]
		if q.bwd.stalled(n.up[lo:hi], l.cost) {
			continue
		}
		list = append(list, nodeEntry{node, bucketEntry{l.cost, l.length, number}})
		lo, hi = n.downFirst[node], n.downFirst[node+1]
		q.bwd.expand(n.down[lo:hi], lo, node, l)
	}
}

// tableRow collects the answers for one source.
type tableRow struct {
	best   []cost
	length []int32
}

func newTableRow(columns int) *tableRow {
	return &tableRow{best: make([]cost, columns), length: make([]int32, columns)}
}

func (r *tableRow) fill(q *query, b *buckets, source Snap) {
	n := q.n
	for i := range r.best {
		r.best[i] = noCost
	}
	var two [2]end
	ends := n.ends(source, two[:0])
	q.fwd.seedForward(n, ends)
	for {
		node, l, ok := q.fwd.settle()
		if !ok {
			break
		}
		lo, hi := n.downFirst[node], n.downFirst[node+1]
		if q.fwd.stalled(n.down[lo:hi], l.cost) {
			continue
		}
		r.scan(b.entries[b.first[node]:b.first[node+1]], l.cost-shift, l.length)
		lo, hi = n.upFirst[node], n.upFirst[node+1]
		q.fwd.expand(n.up[lo:hi], lo, node, l)
	}
	for _, e := range ends {
		r.aroundAgain(q, b, e)
	}
}

// scan tries the ways over one node. c is below zero by shift, so that sums
// of a target behind the source wrap around and lose.
func (r *tableRow) scan(entries []bucketEntry, c cost, length int32) {
	best, lengths := r.best, r.length[:len(r.best)]
	for i := range entries {
		e := &entries[i]
		if d := c + e.cost; d < best[e.target] {
			best[e.target] = d
			lengths[e.target] = length + e.length
		}
	}
}

// aroundAgain mends the answers for targets that lie behind the source on its
// own edge.
func (r *tableRow) aroundAgain(q *query, b *buckets, from end) {
	i, _ := slices.BinarySearchFunc(b.places, from.edge, func(p endOf, edge uint32) int { return cmp.Compare(p.edge, edge) })
	for ; i < len(b.places) && b.places[i].edge == from.edge; i++ {
		p := &b.places[i]
		if p.along >= from.along || !q.aroundMayWin(from, p.end, found{cost: r.best[p.target]}) {
			continue
		}
		f := q.around(from, p.end)
		if f.cost < r.best[p.target] {
			r.best[p.target], r.length[p.target] = f.cost, f.length
		}
	}
}

func (r *tableRow) write(times []Millis, lengths []Decimetres) {
	for i, c := range r.best {
		if c >= noCost {
			times[i], lengths[i] = Unreachable, Unreachable
			continue
		}
		times[i] = Millis(min(c.time(), math.MaxInt32))
		lengths[i] = Decimetres(r.length[i])
	}
}
