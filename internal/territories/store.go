package territories

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/events"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
	"github.com/waymark-crm/waymark/internal/postgres"
)

var (
	errNoAlignment = fault.New(fault.NotFound, "There is no such alignment.")
	errNoTerritory = fault.New(fault.NotFound, "There is no such territory in this alignment.")
)

// head is an alignment as its row has it.
type head struct {
	Alignment
	revision int
	work     *work
}

const alignmentColumns = `
	select a.id, a.name, a.state, a.resolution, a.version, a.based_on,
	  (select count(*) from territories t where t.org_id = a.org_id and t.alignment_id = a.id and t.level = 'territory'),
	  a.created_by, coalesce(uc.name, ''), a.created_at, a.updated_by, coalesce(uu.name, ''), a.updated_at,
	  a.submitted_by, coalesce(us.name, ''), a.submitted_at, coalesce(ud.name, ''), a.decided_at, a.decision_note,
	  a.publish_at, coalesce(up.name, ''), a.published_at, a.withdrawn_at, a.replaced_id, a.batch_id, a.work, a.balance, a.revision,
	  exists (select from alignment_revisions r where r.org_id = a.org_id and r.alignment_id = a.id and r.parent = a.revision)
	from alignments a
	left join users uc on uc.org_id = a.org_id and uc.id = a.created_by
	left join users uu on uu.org_id = a.org_id and uu.id = a.updated_by
	left join users us on us.org_id = a.org_id and us.id = a.submitted_by
	left join users ud on ud.org_id = a.org_id and ud.id = a.decided_by
	left join users up on up.org_id = a.org_id and up.id = a.published_by
	where a.org_id = $1`

func scanHead(ctx context.Context, actor postgres.Actor) func(pgx.CollectableRow) (head, error) {
	return func(row pgx.CollectableRow) (h head, err error) {
		var working, balancing []byte
		a := &h.Alignment
		err = row.Scan(&a.ID, &a.Name, &a.State, &a.Resolution, &a.Version, &a.BasedOn, &a.TerritoryCount,
			&a.CreatedBy, &a.CreatedByName, &a.CreatedAt, &a.UpdatedBy, &a.UpdatedByName, &a.UpdatedAt,
			&a.SubmittedBy, &a.SubmittedByName, &a.SubmittedAt, &a.DecidedByName, &a.DecidedAt, &a.DecisionNote,
			&a.PublishAt, &a.PublishedByName, &a.PublishedAt, &a.WithdrawnAt, &a.ReplacedID, &a.BatchID, &working, &balancing, &h.revision, &a.CanRedo)
		if err != nil {
			return h, err
		}
		if working != nil {
			if err := json.Unmarshal(working, &h.work); err != nil {
				return h, fmt.Errorf("work of alignment %d: %w", a.ID, err)
			}
			a.Progress = &Progress{Phase: h.work.Phase, Done: h.work.Done, Total: h.work.Total, Error: h.work.Error}
		}
		if balancing != nil {
			if err := json.Unmarshal(balancing, &a.Balance); err != nil {
				return h, fmt.Errorf("balance of alignment %d: %w", a.ID, err)
			}
		}
		a.rights(ctx, actor, h.revision)
		return h, nil
	}
}

// rights says what the actor may do with the alignment as it stands.
func (a *Alignment) rights(ctx context.Context, actor postgres.Actor, revision int) {
	role := identity.Role(actor.Role)
	write, publish := identity.ActorMay(ctx, role, identity.TerritoriesWrite), identity.ActorMay(ctx, role, identity.TerritoriesPublish)
	a.MayEdit = write && a.State == Draft
	a.CanUndo, a.CanRedo = a.MayEdit && revision > 0, a.MayEdit && a.CanRedo
	own := a.SubmittedBy != nil && *a.SubmittedBy == actor.UserID
	a.MayApprove = publish && a.State == InReview && (!own || role == identity.RoleAdmin)
	a.MayPublish = publish && a.State == Approved
	switch a.State {
	case InReview, Approved:
		a.MayWithdraw = write
	case Scheduled, Live:
		a.MayWithdraw = publish
	}
}

// read and write run fn in a transaction, with the actor.
func (s *Service) read(ctx context.Context, fn func(tx pgx.Tx, actor postgres.Actor) error) error {
	return s.DB.Read(ctx, func(tx pgx.Tx) error {
		actor, _ := postgres.ActorFrom(ctx) // Read has failed without one
		return fn(tx, actor)
	})
}

func (s *Service) write(ctx context.Context, fn func(tx pgx.Tx, actor postgres.Actor) error) error {
	return s.DB.Tx(ctx, func(tx pgx.Tx) error {
		actor, _ := postgres.ActorFrom(ctx) // Tx has failed without one
		return fn(tx, actor)
	})
}

// loadHead reads an alignment; with lock it stays as it is until tx ends.
func loadHead(ctx context.Context, tx pgx.Tx, actor postgres.Actor, id int64, lock bool) (head, error) {
	if lock {
		// In a statement before: one that waits for the lock itself would go on with the
		// names of those who changed it last when it began to wait.
		if _, err := tx.Exec(ctx, `select from alignments where org_id = $1 and id = $2 for update`, actor.OrgID, id); err != nil {
			return head{}, fmt.Errorf("territories: lock alignment %d: %w", id, err)
		}
	}
	rows, err := tx.Query(ctx, alignmentColumns+` and a.id = $2`, actor.OrgID, id)
	if err != nil {
		return head{}, fmt.Errorf("territories: read alignment %d: %w", id, err)
	}
	h, err := pgx.CollectExactlyOneRow(rows, scanHead(ctx, actor))
	if errors.Is(err, pgx.ErrNoRows) {
		return h, errNoAlignment
	}
	if err != nil {
		return h, fmt.Errorf("territories: read alignment %d: %w", id, err)
	}
	return h, nil
}

// at locks an alignment for a change by somebody who saw a version of it.
func at(ctx context.Context, tx pgx.Tx, actor postgres.Actor, id int64, version int) (head, error) {
	h, err := loadHead(ctx, tx, actor, id, true)
	if err != nil {
		return h, err
	}
	if version != h.Version {
		who := h.UpdatedByName
		if who == "" {
			who = "Somebody"
		}
		return h, fault.Errorf(fault.Conflict, "%s has changed this alignment since you read it. Look at it again.", who).WithCurrent(h.Alignment)
	}
	return h, nil
}

// draft is at for a change of what only drafts can have changed.
func draft(ctx context.Context, tx pgx.Tx, actor postgres.Actor, id int64, version int) (head, error) {
	h, err := at(ctx, tx, actor, id, version)
	if err != nil {
		return h, err
	}
	switch {
	case h.State != Draft:
		return h, fault.New(fault.Conflict, "Only a draft can be changed. Take this alignment back into a draft, or copy it.").WithCurrent(h.Alignment)
	case h.Balance.running():
		return h, fault.New(fault.Conflict, "This alignment is being balanced. Wait until that is done, or cancel it.").WithCurrent(h.Alignment)
	}
	return h, nil
}

// touch counts a change of an alignment.
func touch(ctx context.Context, tx pgx.Tx, actor postgres.Actor, h *head) error {
	err := tx.QueryRow(ctx, `
		update alignments set version = version + 1, updated_at = now(), updated_by = nullif($3::bigint, 0)
		where org_id = $1 and id = $2 returning version`, actor.OrgID, h.ID, actor.UserID).Scan(&h.Version)
	if err != nil {
		return fmt.Errorf("territories: change alignment %d: %w", h.ID, err)
	}
	return notify(ctx, tx, h.ID, h.Version)
}

// notify tells browsers that an alignment is another.
func notify(ctx context.Context, tx pgx.Tx, id int64, version int) error {
	return events.Notify(ctx, tx, "alignment", map[string]any{"id": id, "version": version})
}

// tell writes into an alignment's history what is no step.
func tell(ctx context.Context, tx pgx.Tx, actor postgres.Actor, id int64, what, text string, detail map[string]any) error {
	if detail == nil {
		detail = map[string]any{}
	}
	_, err := tx.Exec(ctx, `insert into alignment_events (org_id, alignment_id, what, text, detail, by_user) values ($1, $2, $3, $4, $5, nullif($6::bigint, 0))`,
		actor.OrgID, id, what, text, detail, actor.UserID)
	if err != nil {
		return fmt.Errorf("territories: history of alignment %d: %w", id, err)
	}
	return nil
}

// List returns every alignment: the live one, then the latest changed first.
func (s *Service) List(ctx context.Context) ([]Alignment, error) {
	out := []Alignment{}
	err := s.read(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		rows, err := tx.Query(ctx, alignmentColumns+` order by a.state in ('live', 'publishing') desc, a.updated_at desc, a.id desc`, actor.OrgID)
		if err != nil {
			return fmt.Errorf("territories: list alignments: %w", err)
		}
		heads, err := pgx.CollectRows(rows, scanHead(ctx, actor))
		if err != nil {
			return fmt.Errorf("territories: list alignments: %w", err)
		}
		for _, h := range heads {
			out = append(out, h.Alignment)
		}
		return nil
	})
	return out, err
}

// loadTerritories reads an alignment's territories in their order, with their
// members, without figures.
func loadTerritories(ctx context.Context, tx pgx.Tx, org, id int64, today string) ([]Territory, error) {
	rows, err := tx.Query(ctx, `
		select id, parent_id, level, name, colour, position, locked from territories
		where org_id = $1 and alignment_id = $2 order by position, id`, org, id)
	if err != nil {
		return nil, fmt.Errorf("territories: read: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t Territory, err error) {
		t.Members = []Member{}
		return t, row.Scan(&t.ID, &t.ParentID, &t.Level, &t.Name, &t.Colour, &t.Position, &t.Locked)
	})
	if err != nil {
		return nil, fmt.Errorf("territories: read: %w", err)
	}
	index := make(map[int64]int, len(out))
	for i := range out {
		index[out[i].ID] = i
	}
	rows, err = tx.Query(ctx, `
		select m.territory_id, m.user_id, u.name, m.role, to_char(m.from_day, 'YYYY-MM-DD'), to_char(m.to_day, 'YYYY-MM-DD'),
		  coalesce(m.from_day <= $3::date, true) and coalesce(m.to_day >= $3::date, true)
		from territory_members m join users u on u.org_id = m.org_id and u.id = m.user_id
		where m.org_id = $1 and m.alignment_id = $2 order by m.territory_id, m.position`, org, id, today)
	if err != nil {
		return nil, fmt.Errorf("territories: read members: %w", err)
	}
	var territory int64
	var m Member
	if _, err := pgx.ForEachRow(rows, []any{&territory, &m.UserID, &m.Name, &m.Role, &m.FromDay, &m.ToDay, &m.Now}, func() error {
		t := &out[index[territory]]
		t.Members = append(t.Members, m)
		if m.Role == Owner && m.Now && t.OwnerID == nil {
			owner := m.UserID
			t.OwnerID, t.OwnerName = &owner, m.Name
		}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("territories: read members: %w", err)
	}
	return out, nil
}

// loadCells reads which territory each cell belongs to.
func loadCells(ctx context.Context, tx pgx.Tx, org, id int64) (map[hexgrid.Cell]int64, error) {
	out := map[hexgrid.Cell]int64{}
	rows, err := tx.Query(ctx, `select cell, territory_id from territory_cells where org_id = $1 and alignment_id = $2`, org, id)
	if err != nil {
		return nil, fmt.Errorf("territories: read cells: %w", err)
	}
	var c hexgrid.Cell
	var t int64
	if _, err := pgx.ForEachRow(rows, []any{&c, &t}, func() error { out[c] = t; return nil }); err != nil {
		return nil, fmt.Errorf("territories: read cells: %w", err)
	}
	return out, nil
}

// held is an account with an exception, for its figures.
type held struct {
	account, territory int64
	cell               hexgrid.Cell // 0 without a place
	figures            Figures
	visits             float64
}

func loadHeld(ctx context.Context, tx pgx.Tx, org, id int64, resolution int) ([]held, error) {
	and, or := hexgrid.ParentMasks(resolution)
	rows, err := tx.Query(ctx, `
		select x.account_id, x.territory_id, coalesce((s.cell & $3::bigint) | $4::bigint, 0), (a.status = 'customer')::int, (a.status = 'prospect')::int,
		  a.revenue::float8, `+potential+`::float8, (`+visitsOf+` * a.visit_minutes / 60)::float8, `+visitsOf+`::float8
		from alignment_exceptions x join accounts a on a.org_id = x.org_id and a.id = x.account_id
		left join sites s on s.org_id = x.org_id and s.account_id = x.account_id and s.is_primary
		where x.org_id = $1 and x.alignment_id = $2 and a.archived_at is null order by x.account_id`, org, id, and, or)
	if err != nil {
		return nil, fmt.Errorf("territories: read exceptions: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (h held, err error) {
		h.figures.Accounts = 1
		return h, row.Scan(&h.account, &h.territory, &h.cell, &h.figures.Customers, &h.figures.Prospects, &h.figures.Revenue, &h.figures.Potential, &h.figures.VisitHours, &h.visits)
	})
	if err != nil {
		return nil, fmt.Errorf("territories: read exceptions: %w", err)
	}
	return out, nil
}

// plan is an alignment in memory with all that its figures need.
type plan struct {
	head
	territories []Territory
	index       map[int64]int // of territories by id
	cells       map[hexgrid.Cell]int64
	ground      *ground
	held        []held
	taken       map[hexgrid.Cell]Figures // of accounts with an exception, by the cell in which they lie
	locked      map[hexgrid.Cell]bool    // cells that keep their territory
}

// load reads an alignment as a whole. tx must be one for reading, or have changed
// no accounts.
func (s *Service) load(ctx context.Context, tx pgx.Tx, actor postgres.Actor, h head) (*plan, error) {
	p := &plan{head: h, index: map[int64]int{}, taken: map[hexgrid.Cell]Figures{}}
	today, err := accounts.Today(ctx, tx, actor.OrgID)
	if err != nil {
		return nil, err
	}
	if p.territories, err = loadTerritories(ctx, tx, actor.OrgID, h.ID, today); err != nil {
		return nil, err
	}
	for i := range p.territories {
		p.index[p.territories[i].ID] = i
	}
	if p.cells, err = loadCells(ctx, tx, actor.OrgID, h.ID); err != nil {
		return nil, err
	}
	if p.locked, err = loadLocked(ctx, tx, actor.OrgID, h.ID); err != nil {
		return nil, err
	}
	if p.ground, err = s.ground(ctx, tx, actor, h.Resolution); err != nil {
		return nil, err
	}
	if p.held, err = loadHeld(ctx, tx, actor.OrgID, h.ID, h.Resolution); err != nil {
		return nil, err
	}
	for i := range p.held {
		x := &p.held[i]
		x.figures.DriveHours = x.visits * p.ground.legs[x.cell]
		x.figures.Workload = x.figures.VisitHours + x.figures.DriveHours
		if x.cell != 0 {
			f := p.taken[x.cell]
			f.add(x.figures)
			p.taken[x.cell] = f
		}
	}
	return p, nil
}

// figures of a cell, without accounts that belong to a territory by an exception.
func (p *plan) figures(c hexgrid.Cell) Figures {
	f := p.ground.cells[c]
	if taken, some := p.taken[c]; some {
		f.plus(taken, -1)
	}
	return f
}

// Get returns an alignment with its territories.
func (s *Service) Get(ctx context.Context, id int64) (*Full, error) {
	var out *Full
	err := s.read(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		h, err := loadHead(ctx, tx, actor, id, false)
		if err != nil {
			return err
		}
		p, err := s.load(ctx, tx, actor, h)
		if err != nil {
			return err
		}
		out, err = p.full()
		return err
	})
	return out, err
}

// Cells returns every cell that has something in it.
func (s *Service) Cells(ctx context.Context, id int64) (*Cells, error) {
	var p *plan
	err := s.read(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		h, err := loadHead(ctx, tx, actor, id, false)
		if err != nil {
			return err
		}
		p, err = s.load(ctx, tx, actor, h)
		return err
	})
	if err != nil {
		return nil, err
	}
	road, err := s.roadCells(p.Resolution)
	if err != nil {
		return nil, err
	}
	out := &Cells{Resolution: p.Resolution, Version: p.Version}
	for _, c := range p.everyCell(road) {
		f := p.figures(c)
		cell := CellFigures{Cell: c, Road: road.has(c), Accounts: f.Accounts, Customers: f.Customers, Prospects: f.Prospects, OpenProspects: f.OpenProspects,
			Revenue: f.Revenue, Potential: f.Potential, VisitHours: f.VisitHours, DriveHours: f.DriveHours}
		if t, some := p.cells[c]; some {
			cell.Territory = &t
		}
		out.Cells = append(out.Cells, cell)
	}
	return out, nil
}

// everyCell lists the cells with an account, an open prospect, a road or a
// territory, ascending.
func (p *plan) everyCell(road *roadCells) []hexgrid.Cell {
	out := make([]hexgrid.Cell, 0, len(p.ground.cells)+len(p.cells))
	for c := range p.ground.cells {
		out = append(out, c)
	}
	for c := range p.cells {
		out = append(out, c)
	}
	if road != nil {
		out = append(out, road.cells...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// moment is a time as JSON keeps it.
func moment(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
