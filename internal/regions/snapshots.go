package regions

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// SnapshotResolution is the resolution of the cells of snapshots, of some 5 km²
// each. An organisation whose accounts would need more than [maxSnapshotRows] rows
// a day gets coarser ones.
const SnapshotResolution = 7

// maxSnapshotRows is how many rows a day of an organisation may have.
const maxSnapshotRows = 50_000

// How long days are kept: all of the last hundred, then Mondays for two years,
// then the first of every month.
const (
	keepEveryDay = 100
	keepMondays  = 730
)

// SnapshotJob takes the day's snapshot of every organisation that has none yet.
type SnapshotJob struct{}

// Kind is the name of the job in the queue.
func (SnapshotJob) Kind() string { return "region_snapshots" }

// InsertOpts: the next hour's job does what this one could not.
func (SnapshotJob) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 2, Priority: 4}
}

// SnapshotsHourly is the job as a queue takes it: every organisation's day begins
// at another hour.
func SnapshotsHourly() *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(time.Hour),
		func() (river.JobArgs, *river.InsertOpts) { return SnapshotJob{}, nil }, &river.PeriodicJobOpts{RunOnStart: true})
}

// SnapshotWorker takes snapshots.
type SnapshotWorker struct {
	river.WorkerDefaults[SnapshotJob]
	Regions *Service
}

// Timeout is how long one run may take.
func (*SnapshotWorker) Timeout(*river.Job[SnapshotJob]) time.Duration { return 30 * time.Minute }

// Work takes what is missing today.
func (w *SnapshotWorker) Work(ctx context.Context, _ *river.Job[SnapshotJob]) error {
	return w.Regions.TakeAll(ctx)
}

// TakeAll takes the snapshot of its day of every organisation that has none yet.
// One that fails does not hold up the others.
func (s *Service) TakeAll(ctx context.Context) error {
	var orgs []int64
	err := s.db.Owner(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			select o.org_id from organisations o
			where not exists (select from region_days d where d.org_id = o.org_id and d.day = (now() at time zone o.time_zone)::date)
			order by o.org_id`)
		if err != nil {
			return err
		}
		orgs, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		return err
	})
	if err != nil {
		return fmt.Errorf("list the organisations without a snapshot: %w", err)
	}
	var failed error
	for _, org := range orgs {
		acting := postgres.WithActor(ctx, postgres.Actor{OrgID: org, RequestID: SnapshotJob{}.Kind()})
		if _, err := s.Take(acting); err != nil {
			failed = errors.Join(failed, fmt.Errorf("take the snapshot of organisation %d: %w", org, err))
		}
		if ctx.Err() != nil {
			return errors.Join(failed, ctx.Err())
		}
	}
	return failed
}

// Take takes the snapshot of the organisation's day, all or nothing, unless there
// is one; it tells whether it did. It also takes away the days that are not kept
// for ever.
func (s *Service) Take(ctx context.Context) (bool, error) {
	taken := false
	err := s.db.Tx(ctx, func(tx pgx.Tx) error {
		actor, _ := postgres.ActorFrom(ctx)
		today, err := accounts.Today(ctx, tx, actor.OrgID)
		if err != nil {
			return err
		}
		// Whoever comes second waits here for the first to end, and then has
		// nothing to do.
		tag, err := tx.Exec(ctx, `insert into region_days (org_id, day, resolution) values ($1, $2, $3) on conflict do nothing`,
			actor.OrgID, today, SnapshotResolution)
		if err != nil {
			return fmt.Errorf("begin the snapshot: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return nil
		}
		taken = true
		resolution, err := snapshotResolution(ctx, tx, actor.OrgID)
		if err != nil {
			return err
		}
		if err := store(ctx, tx, actor.OrgID, today, resolution); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			delete from region_days where org_id = $1
			  and (day < $2::date - $3::int and extract(isodow from day) <> 1 and extract(day from day) <> 1
			    or day < $2::date - $4::int and extract(day from day) <> 1)`, actor.OrgID, today, keepEveryDay, keepMondays)
		if err != nil {
			return fmt.Errorf("thin out snapshots: %w", err)
		}
		return nil
	})
	return taken && err == nil, err
}

// snapshotResolution returns the finest resolution at which the groups are few
// enough.
func snapshotResolution(ctx context.Context, tx pgx.Tx, org int64) (int, error) {
	for res := SnapshotResolution; res > 0; res-- {
		and, or := hexgrid.ParentMasks(res)
		var n int
		err := tx.QueryRow(ctx, `
			select count(*) from (
			  select distinct (s.cell & $2::bigint) | $3::bigint, s.status, s.class, s.owner_id, s.team_id, s.territory_id
			  from sites s where s.org_id = $1 and not s.archived and s.is_primary limit $4::int) g`, org, and, or, maxSnapshotRows+1).Scan(&n)
		if err != nil {
			return 0, fmt.Errorf("count the groups of a snapshot: %w", err)
		}
		if n <= maxSnapshotRows {
			return res, nil
		}
	}
	return 0, nil
}

// FirstMask returns the number with which SQL turns the cell of a site into the
// first descendant of its ancestor at a resolution, which is how snapshots name
// cells: cell & mask. The resolution lies between 0 and that of sites.
func FirstMask(resolution int) int64 {
	// Every digit between the two resolutions becomes 0; the masks hold these
	// digits beside the resolution itself.
	_, coarse := hexgrid.ParentMasks(resolution)
	_, fine := hexgrid.ParentMasks(hexgrid.StorageResolution)
	return ^(coarse &^ fine &^ (15 << 52))
}

// store sums up the accounts of today.
func store(ctx context.Context, tx pgx.Tx, org int64, today string, resolution int) error {
	q := accounts.NewStatement(org, today)
	cell := "(s.cell & " + q.Arg(FirstMask(resolution)) + "::bigint)"
	tag, err := tx.Exec(ctx, `
		with v as materialized (
		  select v.account_id, count(*) as n from activities v
		  where v.org_id = `+q.Org()+` and v.kind = 'visit' and v.deleted_at is null
		    and v.happened_at >= ((`+q.Day()+` - 1)::timestamp at time zone (select o.time_zone from organisations o where o.org_id = `+q.Org()+`))
		    and v.happened_at < (`+q.Day()+`::timestamp at time zone (select o.time_zone from organisations o where o.org_id = `+q.Org()+`))
		  group by 1),
		placed as (
		  select `+cell+` as cell, s.account_id, s.status, s.class, s.owner_id, s.team_id, s.territory_id, s.due_on, s.revenue_key, s.potential_key
		  from sites s where s.org_id = `+q.Org()+` and not s.archived and s.is_primary
		  union all
		  select 0, a.id, a.status, a.class, a.owner_id, a.team_id, a.territory_id, a.due_on, a.revenue_key, a.potential_key
		  from accounts a where a.org_id = `+q.Org()+` and a.archived_at is null
		    and not exists (select from sites s where s.org_id = `+q.Org()+` and s.account_id = a.id and s.is_primary))
		insert into region_snapshots (org_id, day, cell, status, class, owner_id, team_id, territory_id, accounts, revenue, potential, white_space, visits, never, on_track, due, overdue)
		select `+q.Org()+`, `+q.Day()+`, cell, status, class, owner_id, team_id, territory_id, count(*), `+sumColumns+`, coalesce(sum(v.n), 0), `+coverageColumns(q)+`
		from placed left join v on v.account_id = placed.account_id
		group by cell, status, class, owner_id, team_id, territory_id
		order by cell, status, class, owner_id, team_id, territory_id`, q.Args()...)
	if err != nil {
		return fmt.Errorf("take the snapshot: %w", err)
	}
	// While a publication settles accounts, some are still without their territory.
	_, err = tx.Exec(ctx, `
		update region_days set resolution = $3, rows = $4, territories = exists (select from alignments l where l.org_id = $1 and l.state = 'live')
		where org_id = $1 and day = $2`, org, today, resolution, tag.RowsAffected())
	if err != nil {
		return fmt.Errorf("end the snapshot: %w", err)
	}
	return nil
}

// kept returns a condition on rows k of region_snapshots that is what the filter
// means, but its shapes, and a fault for a filter that asks for what snapshots do
// not keep.
func kept(q *accounts.Statement, f accounts.Filter) (string, error) {
	if f.Query != "" || len(f.Tags) > 0 || len(f.Coverage) > 0 || f.Archived || f.Tree != nil || f.IDs != nil {
		return "", fault.New(fault.Invalid, "Earlier days are kept by status, class, owner and team. The filter asks for more.").
			WithField("query.filter", "Take everything but status, class, owner, team and places out of the filter.")
	}
	c := "k.org_id = " + q.Org()
	if len(f.Status) > 0 {
		c += " and k.status = any(" + q.Arg(texts(f.Status)) + "::text[])"
	}
	if len(f.Class) > 0 {
		c += " and k.class = any(" + q.Arg(texts(f.Class)) + "::text[])"
	}
	if len(f.OwnerIDs) > 0 {
		c += " and coalesce(k.owner_id, 0) = any(" + q.Arg(f.OwnerIDs) + "::bigint[])"
	}
	if f.TeamID != 0 {
		c += " and k.team_id = " + q.Arg(f.TeamID) + "::bigint"
	}
	return c, nil
}

func texts[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}

// keptDay is a day of which there is a snapshot.
type keptDay struct {
	day        string
	resolution int
	madeUp     bool
}

// readable is SQL of the days that tell all that the actor may see: for whoever
// sees by territory, those that kept territories.
func (a *asking) readable() string {
	if a.byTerritory {
		return "territories"
	}
	return "true"
}

// snapshotOf returns the last day with a snapshot up to the day that change is
// against.
func (a *asking) snapshotOf() (keptDay, error) {
	var d keptDay
	var first *string
	err := a.tx.QueryRow(a.ctx, `
		select to_char(day, 'YYYY-MM-DD'), resolution, made_up from region_days where org_id = $1 and day <= $2::date and `+a.readable()+` order by day desc limit 1`,
		a.org, a.wanted.Since).Scan(&d.day, &d.resolution, &d.madeUp)
	if errors.Is(err, pgx.ErrNoRows) {
		if err := a.tx.QueryRow(a.ctx, `select to_char(min(day), 'YYYY-MM-DD') from region_days where org_id = $1 and `+a.readable(), a.org).Scan(&first); err != nil {
			return d, fmt.Errorf("read snapshots: %w", err)
		}
		switch {
		case first == nil && a.byTerritory:
			return d, fault.New(fault.Invalid, "You see the accounts of your territories, and no day has been kept by territory yet. The first is kept on the day after territories go live.").
				WithField("query.since", "Leave it out until then.")
		case first == nil:
			return d, fault.New(fault.Invalid, "No day has been kept yet to compare with. The first is kept tonight.").WithField("query.since", "Leave it out until then.")
		case a.byTerritory:
			return d, fault.New(fault.Invalid, "You see the accounts of your territories, and nothing was kept by territory on so early a day.").WithField("query.since", "From "+*first+" on.")
		}
		return d, fault.New(fault.Invalid, "Nothing is kept of so early a day.").WithField("query.since", "From "+*first+" on.")
	}
	if err != nil {
		return d, fmt.Errorf("read snapshots: %w", err)
	}
	return d, nil
}

// changeColumns are the figures of a change, of rows with n accounts.
func changeColumns(n, revenue, potential, white string) string {
	return `coalesce(sum(` + n + `), 0)::bigint, coalesce(sum(` + n + `) filter (where status = 'customer'), 0)::bigint,
		coalesce(sum(` + n + `) filter (where status = 'prospect'), 0)::bigint,
		coalesce(sum(` + revenue + `), 0)::bigint, coalesce(sum(` + potential + `), 0)::bigint, coalesce(sum(` + white + `), 0)::bigint`
}

// tally is the whole numbers behind a change.
type tally [6]int64

func (t tally) change() *Change {
	return &Change{Accounts: int(t[0]), Customers: int(t[1]), Prospects: int(t[2]),
		Revenue: float64(t[3]) / 100, Potential: float64(t[4]) / 100, WhiteSpace: float64(t[5]) / 100}
}

func (t *tally) targets() []any { return []any{&t[0], &t[1], &t[2], &t[3], &t[4], &t[5]} }

// ground returns the ranges of the whole cells of a resolution that the filter's
// places mean, its territory among them. Nil is everywhere.
func (a *asking) ground(res int) ([]hexgrid.Range, error) { return a.places.WholeCells(res) }

// placesOf returns a filter of the places of another alone, in which a territory is
// the cells that it, and those below it, have in the live alignment.
func placesOf(ctx context.Context, tx pgx.Tx, org int64, f accounts.Filter) (accounts.Filter, error) {
	out := accounts.Filter{Box: f.Box, Within: f.Within, Reach: f.Reach, Areas: f.Areas}
	if f.Territory == 0 {
		return out, nil
	}
	rows, err := tx.Query(ctx, `
		select c.cell from alignments l join territory_cells c on c.org_id = l.org_id and c.alignment_id = l.id
		where l.org_id = $1 and l.state in ('live', 'publishing')
		  and c.territory_id = any((select territories_below(array[$2::bigint]))::bigint[])`, org, f.Territory)
	if err != nil {
		return out, fmt.Errorf("read the cells of a territory: %w", err)
	}
	cells, err := pgx.CollectRows(rows, pgx.RowTo[hexgrid.Cell])
	if err != nil {
		return out, fmt.Errorf("read the cells of a territory: %w", err)
	}
	out.Areas = append(slices.Clone(out.Areas), accounts.CellsOf(cells))
	return out, nil
}

// differences returns now minus then by cell of a resolution, of whole cells given
// as ranges; nil ranges are everything, which is one cell, 0. res -1 adds all
// cells up as cell 0.
func (a *asking) differences(then keptDay, ranges []hexgrid.Range, res int) (map[hexgrid.Cell]tally, error) {
	out := map[hexgrid.Cell]tally{}
	read := func(sign int64, text string, args []any) error {
		rows, err := a.tx.Query(a.ctx, text, args...)
		if err != nil {
			return fmt.Errorf("compare with a snapshot: %w", err)
		}
		var cell hexgrid.Cell
		var t tally
		_, err = pgx.ForEachRow(rows, append([]any{&cell}, t.targets()...), func() error {
			sum := out[cell]
			for i := range t {
				sum[i] += sign * t[i]
			}
			out[cell] = sum
			return nil
		})
		if err != nil {
			return fmt.Errorf("compare with a snapshot: %w", err)
		}
		return nil
	}
	region := func(q *accounts.Statement, cell string) string {
		if res < 0 {
			return "0::bigint"
		}
		and, or := hexgrid.ParentMasks(res)
		return "(" + cell + " & " + q.Arg(and) + "::bigint) | " + q.Arg(or) + "::bigint"
	}
	q := a.statement()
	condition, err := kept(q, a.filter)
	if err != nil {
		return nil, err
	}
	condition += " and k.day = " + q.Arg(then.day) + "::date"
	from := "region_snapshots k where " + condition
	if ranges != nil {
		lo, hi := hexgrid.Bounds(ranges)
		from = `unnest(` + q.Arg(lo) + `::bigint[], ` + q.Arg(hi) + `::bigint[]) as r(lo, hi)
			cross join lateral (select k.* from region_snapshots k where ` + condition + ` and k.cell between r.lo and r.hi offset 0) k`
	}
	err = read(-1, `select `+region(q, "k.cell")+`, `+changeColumns("k.accounts", "k.revenue", "k.potential", "k.white_space")+` from `+from+` group by 1`, q.Args())
	if err != nil {
		return nil, err
	}
	q = a.statement()
	free := a.filter
	free.Box, free.Within, free.Reach, free.Areas, free.Territory = nil, nil, nil, nil, 0
	cell := "cell"
	if ranges != nil {
		from = free.PrimaryInCells(q, ranges, "s.account_id, s.cell, s.status, s.revenue_key, s.potential_key")
	} else {
		from, cell = free.Accounts(q, "status", "revenue_key", "potential_key"), "0::bigint"
	}
	err = read(1, `select `+region(q, cell)+`, `+changeColumns("1", "revenue_key", "potential_key", "greatest(potential_key - revenue_key, 0)")+` from `+from+` group by 1`, q.Args())
	return out, err
}

// changes fills in the change of cells within ranges and adds those cells of which
// nothing is left. It returns the day of the snapshot.
func (a *asking) changes(ranges []hexgrid.Range, res int, cells *[]Cell) (*string, error) {
	then, err := a.snapshotOf()
	if err != nil {
		return nil, err
	}
	if res > then.resolution {
		return nil, fault.Errorf(fault.Invalid, "Earlier days are kept by cells of resolution %d.", then.resolution).
			WithField("query.resolution", "Ask for "+strconv.Itoa(then.resolution)+" or coarser.")
	}
	within, err := a.ground(then.resolution)
	if err != nil {
		return nil, err
	}
	diff, err := a.differences(then, accounts.CommonRanges(ranges, within), res)
	if err != nil {
		return nil, err
	}
	for i := range *cells {
		c := &(*cells)[i]
		c.Change = diff[c.Cell].change()
		delete(diff, c.Cell)
	}
	for cell, t := range diff {
		if t != (tally{}) {
			f := a.empty()
			f.Change = t.change()
			*cells = append(*cells, Cell{Cell: cell, Figures: f})
		}
	}
	slices.SortFunc(*cells, func(x, y Cell) int { return cmp.Compare(x.Cell, y.Cell) })
	return &then.day, nil
}

// change returns that of the filter as a whole: of the snapshot's cells whose
// middle lies in its shapes.
func (a *asking) change() (*Change, keptDay, error) {
	then, err := a.snapshotOf()
	if err != nil {
		return nil, then, err
	}
	ranges, err := a.ground(then.resolution)
	if err != nil {
		return nil, then, err
	}
	diff, err := a.differences(then, ranges, -1)
	if err != nil {
		return nil, then, err
	}
	return diff[0].change(), then, nil
}
