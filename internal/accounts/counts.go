package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/waymark-crm/waymark/geo/hexgrid"
)

// Figures of many accounts come from sums that the database keeps (the tables
// account_counts and account_count_changes, migration 00110): of primary sites by
// cell, owner, team, status and class, and of all accounts also by the day on
// which a visit is due. They are rows like others: under row-level security, of
// the same transaction, exact.

// columns is a set of columns of which sums are kept.
type columns int

const (
	ofOwner columns = 1 << iota // owner_id and team_id
	ofKind                      // status and class
	ofDue                       // due_on
	ofNone                      // a constant
)

var countedColumns = map[string]columns{
	".owner_id": ofOwner, ".team_id": ofOwner, ".status": ofKind, ".class": ofKind, ".due_on": ofDue, "": ofNone,
}

// Resolutions of which sums are kept.
const (
	coarsestCounted = 3
	finestCounted   = 9
)

// counted returns the columns that the filter's attributes are about; false when
// there are conditions of which no sums are kept.
func (f Filter) counted() (columns, bool) {
	if f.IDs != nil || f.Archived || f.scope != currentOnly || len(f.Tags) > 0 || f.searching() || f.Tree != nil && f.bound == nil {
		return 0, false
	}
	about := ofNone
	for _, part := range f.parts() {
		c := part.counted()
		if c == 0 {
			return 0, false
		}
		about |= c
	}
	return about, true
}

// counted returns the columns that all of it is about, 0 when it is about others.
func (b *bound) counted() columns {
	if b.leaf != nil {
		return b.leaf.counted
	}
	about := ofNone
	for _, c := range b.children {
		child := c.counted()
		if child == 0 {
			return 0
		}
		about |= child
	}
	return about
}

// bySums reports whether sums answer what is asked of sites in whole cells.
func (f Filter) bySums() bool {
	about, ok := f.counted()
	return ok && about&ofDue == 0 && len(f.shapes()) == 0
}

// The nine sums of a row of account_counts as rows s with the columns that
// conditions ask for.
const apart = `(values
	('prospect', 'A', k.pa, k.owner_id, k.team_id, k.due_on), ('prospect', 'B', k.pb, k.owner_id, k.team_id, k.due_on), ('prospect', 'C', k.pc, k.owner_id, k.team_id, k.due_on),
	('customer', 'A', k.ca, k.owner_id, k.team_id, k.due_on), ('customer', 'B', k.cb, k.owner_id, k.team_id, k.due_on), ('customer', 'C', k.cc, k.owner_id, k.team_id, k.due_on),
	('former', 'A', k.fa, k.owner_id, k.team_id, k.due_on), ('former', 'B', k.fb, k.owner_id, k.team_id, k.due_on), ('former', 'C', k.fc, k.owner_id, k.team_id, k.due_on)
	) s (status, class, n, owner_id, team_id, due_on)`

// sums returns a select of rows with cell, n, customers and prospects, which are
// those that the filter means, and every, west, lon and lat, which are those of
// all accounts, whatever the filter says of their status and class. Some rows are
// changes, so that only sums of them mean something. from yields rows of
// account_counts k, changes those of account_count_changes s; both end in their
// where.
func (f Filter) sums(q *Statement, from, changes string) string {
	own, kinds := "", ""
	about := ofNone
	for _, part := range f.parts() {
		about |= part.counted()
		if part.counted()&ofKind == 0 {
			own += " and " + part.sql(q, "k")
		} else {
			kinds += " and " + part.sql(q, "s")
		}
	}
	const customers, prospects = "k.ca + k.cb + k.cc", "k.pa + k.pb + k.pc"
	const every = prospects + " + " + customers + " + k.fa + k.fb + k.fc"
	kept := `select k.cell, ` + every + ` as n, ` + customers + ` as customers, ` + prospects + ` as prospects, ` + every + ` as every, k.west, k.lon, k.lat from ` + from + own
	if about&ofKind != 0 {
		kept = `select k.cell, v.n, v.customers, v.prospects, ` + every + ` as every, k.west, k.lon, k.lat
			from (select k.* from ` + from + own + `) k cross join lateral (
			  select coalesce(sum(s.n), 0) as n, coalesce(sum(s.n) filter (where s.status = 'customer'), 0) as customers,
			    coalesce(sum(s.n) filter (where s.status = 'prospect'), 0) as prospects
			  from ` + apart + ` where true` + kinds + `) v`
	}
	own, kinds = "", "true"
	for _, part := range f.parts() {
		if part.counted()&ofKind == 0 {
			own += " and " + part.sql(q, "s")
		} else {
			kinds += " and " + part.sql(q, "s")
		}
	}
	return kept + `
		union all
		select c.cell, c.meant, case c.status when 'customer' then c.meant else 0 end, case c.status when 'prospect' then c.meant else 0 end, c.n, c.west, c.lon, c.lat
		from (select s.*, case when ` + kinds + ` then s.n else 0 end as meant from ` + changes + own + `) c`
}

// sumsInCells is sums for the cells of a resolution that ranges hold whole.
func (f Filter) sumsInCells(q *Statement, ranges []hexgrid.Range, res int) string {
	lo, hi := hexgrid.Bounds(ranges)
	los, his := q.Arg(lo), q.Arg(hi)
	within := func(table, alias, further string) string {
		return `unnest(` + los + `::bigint[], ` + his + `::bigint[]) as r(lo, hi)
			cross join lateral (
			  select ` + alias + `.* from ` + table + ` ` + alias + `
			  where ` + alias + `.org_id = ` + q.Org() + further + ` and ` + alias + `.cell between r.lo and r.hi offset 0) ` + alias
	}
	level := q.Arg(max(res, coarsestCounted)) + "::smallint"
	return f.sums(q, within("account_counts", "k", " and k.level = "+level)+" where true",
		"(select s.* from "+within("account_count_changes", "s", "")+") s where true")
}

// FiguresInCells returns a select of region (a cell of the resolution), accounts,
// customers and prospects: the same figures as [Filter.PlacedInCells] gives rows
// for, from kept sums where there are such.
func (f Filter) FiguresInCells(q *Statement, ranges []hexgrid.Range, res int) string {
	andMask, orMask := hexgrid.ParentMasks(res)
	if res > finestCounted || !f.bySums() {
		return `
			with placed as not materialized (` + f.PlacedInCells(q, ranges, res) + `)
			select region, count(*) as accounts, count(*) filter (where status = 'customer') as customers, count(*) filter (where status = 'prospect') as prospects
			from placed group by 1`
	}
	and, or := q.Arg(andMask)+"::bigint", q.Arg(orMask)+"::bigint"
	return `
		select region, sum(n)::bigint as accounts, sum(customers)::bigint as customers, sum(prospects)::bigint as prospects
		from (
		  select (cell & ` + and + `) | ` + or + ` as region, n, customers, prospects from (` + f.sumsInCells(q, ranges, res) + `) summed
		  union all
		  select o.region, 1, case o.status when 'customer' then 1 else 0 end, case o.status when 'prospect' then 1 else 0 end
		  from (` + f.furtherInCells(q, ranges, res) + `) o
		) one group by 1 having sum(n) > 0`
}

// ofAll counts the accounts of a filter without shapes, from the sums of all.
func (f Filter) ofAll(ctx context.Context, tx pgx.Tx, q *Statement) (Figures, error) {
	var n Figures
	err := q.queryRow(ctx, tx, `select coalesce(sum(n), 0)::bigint, coalesce(sum(customers), 0)::bigint, coalesce(sum(prospects), 0)::bigint from (`+f.sums(q,
		"account_counts k where k.org_id = "+q.Org()+" and k.level = -1",
		"account_count_changes s where s.org_id = "+q.Org()+" and s.cell = 0")+`) summed`).Scan(&n.Accounts, &n.Customers, &n.Prospects)
	if err != nil {
		return n, fmt.Errorf("count accounts: %w", err)
	}
	return n, nil
}

// CountsJob folds changes into the sums.
type CountsJob struct{}

// Kind is the name of the job in the queue.
func (CountsJob) Kind() string { return "account_counts" }

// InsertOpts: the next run does what this one could not.
func (CountsJob) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 1, Priority: 2}
}

// CountsEvery is the job as a queue takes it.
func CountsEvery() *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(20*time.Second),
		func() (river.JobArgs, *river.InsertOpts) { return CountsJob{}, nil }, &river.PeriodicJobOpts{RunOnStart: true})
}

// CountsWorker folds changes into the sums.
type CountsWorker struct {
	river.WorkerDefaults[CountsJob]
	Accounts *Service
}

// Timeout is how long one run may take.
func (*CountsWorker) Timeout(*river.Job[CountsJob]) time.Duration { return 10 * time.Minute }

// Work folds the changes of every organisation, and those of the blocks of sites.
func (w *CountsWorker) Work(ctx context.Context, _ *river.Job[CountsJob]) error {
	return errors.Join(w.Accounts.FoldCounts(ctx), w.Accounts.FoldBlocks(ctx))
}

// FoldCounts adds what has changed since to the sums by which accounts are
// counted, for every organisation. What is counted stays the same; it is found
// more quickly.
func (s *Service) FoldCounts(ctx context.Context) error {
	return s.foldAll(ctx, changesOf{"counts", "account_count_changes", func(ctx context.Context, tx pgx.Tx) (bool, error) {
		_, err := tx.Exec(ctx, `select fold_account_counts()`)
		return false, err
	}})
}
