package territories

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// stepped is a change of an alignment that can be undone and done again.
type stepped struct {
	what, note    string
	detail        map[string]any
	cells         []hexgrid.Cell
	before, after []int64 // territories, 0 for none
	territories   *change
}

// change is territories with their members, before and after a step. Those that
// are in one only were added or removed by it.
type change struct {
	Before []kept `json:"before"`
	After  []kept `json:"after"`
}

// kept is a territory as a step keeps it.
type kept struct {
	ID       int64    `json:"id"`
	ParentID *int64   `json:"parentId"`
	Level    string   `json:"level"`
	Name     string   `json:"name"`
	Colour   int      `json:"colour"`
	Position int      `json:"position"`
	Locked   bool     `json:"locked"`
	Members  []Member `json:"members"`
}

func keep(t Territory) kept {
	return kept{t.ID, t.ParentID, t.Level, t.Name, t.Colour, t.Position, t.Locked, t.Members}
}

// maxRevisions is how many steps of an alignment are kept; older ones go.
const maxRevisions = 2_000

// do makes a step and stores it. It returns the version that it makes.
func (s stepped) do(ctx context.Context, tx pgx.Tx, actor postgres.Actor, h *head) error {
	if s.territories != nil {
		if err := putTerritories(ctx, tx, actor.OrgID, h.ID, s.territories.Before, s.territories.After); err != nil {
			return err
		}
	}
	if err := putCells(ctx, tx, actor.OrgID, h.ID, s.cells, s.after); err != nil {
		return err
	}
	if s.detail == nil {
		s.detail = map[string]any{}
	}
	var territories []byte
	if s.territories != nil {
		var err error
		if territories, err = json.Marshal(s.territories); err != nil {
			return fmt.Errorf("territories: write a step: %w", err)
		}
	}
	err := tx.QueryRow(ctx, `
		with n as (select coalesce(max(number), 0) + 1 as number from alignment_revisions where org_id = $1 and alignment_id = $2),
		gone as (delete from alignment_revisions where org_id = $1 and alignment_id = $2 and number <= (select number from n) - $12),
		made as (insert into alignment_revisions (org_id, alignment_id, number, parent, what, note, detail, cells, before, after, territories, by_user)
		  select $1, $2, n.number, $3, $4, $5, $6, $7, $8, $9, $10, nullif($11::bigint, 0) from n returning number)
		update alignments a set revision = made.number from made where a.org_id = $1 and a.id = $2 returning made.number`,
		actor.OrgID, h.ID, h.revision, s.what, s.note, s.detail, ints(s.cells), notNil(s.before), notNil(s.after), text(territories), actor.UserID, maxRevisions).Scan(&h.revision)
	if err != nil {
		return fmt.Errorf("territories: store a step of alignment %d: %w", h.ID, err)
	}
	return touch(ctx, tx, actor, h)
}

// text is JSON as a parameter, null for none.
func text(raw []byte) *string {
	if raw == nil {
		return nil
	}
	t := string(raw)
	return &t
}

func notNil(list []int64) []int64 {
	if list == nil {
		return []int64{}
	}
	return list
}

func ints(cells []hexgrid.Cell) []int64 {
	out := make([]int64, len(cells))
	for i, c := range cells {
		out[i] = int64(c)
	}
	return out
}

// putCells gives cells to territories, 0 for none.
func putCells(ctx context.Context, tx pgx.Tx, org, id int64, cells []hexgrid.Cell, to []int64) error {
	if len(cells) == 0 {
		return nil
	}
	freed := []int64{}
	for i, c := range cells {
		if to[i] == 0 {
			freed = append(freed, int64(c))
		}
	}
	// Those that are freed go by a list of their own: joined with the others, in a
	// table too young for statistics, every cell would be compared with every other.
	_, err := tx.Exec(ctx, `
		with t as (select * from unnest($3::bigint[], $4::bigint[]) t(cell, territory)),
		gone as (delete from territory_cells where org_id = $1 and alignment_id = $2 and cell = any($5))
		insert into territory_cells (org_id, alignment_id, cell, territory_id) select $1, $2, cell, territory from t where territory <> 0
		on conflict (org_id, alignment_id, cell) do update set territory_id = excluded.territory_id`, org, id, ints(cells), to, freed)
	if err != nil {
		return fmt.Errorf("territories: store cells of alignment %d: %w", id, err)
	}
	return nil
}

// putTerritories makes the territories of before those of after.
func putTerritories(ctx context.Context, tx pgx.Tx, org, id int64, before, after []kept) error {
	var gone []int64
	for _, b := range before {
		if !slices.ContainsFunc(after, func(a kept) bool { return a.ID == b.ID }) {
			gone = append(gone, b.ID)
		}
	}
	raw, err := json.Marshal(after)
	if err != nil {
		return fmt.Errorf("territories: write: %w", err)
	}
	var batch pgx.Batch
	batch.Queue(`delete from territories where org_id = $1 and alignment_id = $2 and id = any($3)`, org, id, notNil(gone))
	// First without what they belong to, which may come behind them.
	batch.Queue(`
		insert into territories (org_id, alignment_id, id, level, name, colour, position, locked)
		select $1, $2, t.id, t.level, t.name, t.colour, t.position, t.locked
		from jsonb_to_recordset($3::jsonb) t (id bigint, level text, name text, colour integer, position integer, locked boolean)
		on conflict (org_id, alignment_id, id) do update set level = excluded.level, name = excluded.name, colour = excluded.colour,
		  position = excluded.position, locked = excluded.locked, parent_id = null`, org, id, string(raw))
	batch.Queue(`
		update territories k set parent_id = t."parentId" from jsonb_to_recordset($3::jsonb) t (id bigint, "parentId" bigint)
		where k.org_id = $1 and k.alignment_id = $2 and k.id = t.id and t."parentId" is not null
		  and exists (select from territories p where p.org_id = $1 and p.alignment_id = $2 and p.id = t."parentId")`, org, id, string(raw))
	batch.Queue(`delete from territory_members m using jsonb_to_recordset($3::jsonb) t (id bigint) where m.org_id = $1 and m.alignment_id = $2 and m.territory_id = t.id`, org, id, string(raw))
	// Who is gone since is left out.
	batch.Queue(`
		insert into territory_members (org_id, alignment_id, territory_id, position, user_id, role, from_day, to_day)
		select $1, $2, t.id, m.n, (m.member ->> 'userId')::bigint, m.member ->> 'role', (m.member ->> 'from')::date, (m.member ->> 'to')::date
		from jsonb_to_recordset($3::jsonb) t (id bigint, members jsonb) cross join lateral jsonb_array_elements(t.members) with ordinality m (member, n)
		where exists (select from users u where u.org_id = $1 and u.id = (m.member ->> 'userId')::bigint)`, org, id, string(raw))
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("territories: store those of alignment %d: %w", id, err)
	}
	return nil
}

var errLocked = fault.New(fault.Invalid, "A locked territory keeps its cells. Unlock it first.").WithField("body.edits", "Not of or to a locked territory.")

// changed works out a step's cells from who should have them; 0 stands for none.
func (p *plan) changed(want map[hexgrid.Cell]int64) (s stepped, err error) {
	for c, t := range want {
		now := p.cells[c]
		if now == t {
			continue
		}
		if p.locked[c] {
			return s, errLockedCell
		}
		for _, id := range []int64{now, t} {
			if i, known := p.index[id]; known && p.territories[i].Locked {
				return s, errLocked
			}
		}
		s.cells = append(s.cells, c)
	}
	slices.Sort(s.cells)
	for _, c := range s.cells {
		s.before, s.after = append(s.before, p.cells[c]), append(s.after, want[c])
	}
	return s, nil
}

// apply makes a step in memory.
func (p *plan) apply(s stepped) {
	for i, c := range s.cells {
		if s.after[i] == 0 {
			delete(p.cells, c)
		} else {
			p.cells[c] = s.after[i]
		}
	}
}

// edited is the answer to a change: the alignment as it is now.
func (p *plan) edited(s stepped) (*Edited, error) {
	m, err := p.measure()
	if err != nil {
		return nil, err
	}
	out := &Edited{Version: p.Version, CanUndo: p.CanUndo, CanRedo: p.CanRedo, Changed: len(s.cells), Edits: []Edit{}, Territories: p.territories,
		Mean: m.mean, Worst: m.worst, Gaps: m.gaps, GapCells: m.gapCells, LockedCells: p.lockedCells()}
	at := map[int64]int{}
	for i, c := range s.cells {
		t := s.after[i]
		k, known := at[t]
		if !known {
			k = len(out.Edits)
			at[t] = k
			e := Edit{}
			if t != 0 {
				e.Territory = &t
			}
			out.Edits = append(out.Edits, e)
		}
		out.Edits[k].Cells = append(out.Edits[k].Cells, c)
	}
	return out, nil
}

// Edit gives cells of a draft to territories. Of a cell that comes twice the last
// one counts. It fails with [fault.Conflict] when version is not the current one.
func (s *Service) Edit(ctx context.Context, id int64, version int, edits []Edit, note string) (*Edited, error) {
	count := 0
	for _, e := range edits {
		count += len(e.Cells)
	}
	if count > MaxEditCells {
		return nil, fault.Errorf(fault.Invalid, "These are %d cells; one edit may have %d.", count, MaxEditCells).WithField("body.edits", "Fewer cells at a time.")
	}
	return s.editDraft(ctx, id, version, func(_ context.Context, _ pgx.Tx, _ postgres.Actor, p *plan) (stepped, error) {
		want := make(map[hexgrid.Cell]int64, count)
		for i, e := range edits {
			to := int64(0)
			if e.Territory != nil {
				to = *e.Territory
				if err := p.takesCells(to, fmt.Sprintf("body.edits[%d].territory", i)); err != nil {
					return stepped{}, err
				}
			}
			for k, c := range e.Cells {
				if !c.Valid() || c.Resolution() != p.Resolution {
					return stepped{}, fault.Errorf(fault.Invalid, "%s is no cell of resolution %d.", c, p.Resolution).
						WithField(fmt.Sprintf("body.edits[%d].cells[%d]", i, k), "A cell of the alignment's resolution.")
				}
				want[c] = to
			}
		}
		step, err := p.changed(want)
		step.what, step.note = "edited", note
		return step, err
	})
}

const levelTerritory = "territory"

// takesCells says why a territory cannot have cells; nil when it can.
func (p *plan) takesCells(id int64, field string) error {
	i, known := p.index[id]
	switch {
	case !known:
		return fault.New(fault.Invalid, "There is no such territory in this alignment.").WithField(field, "One of the alignment's territories.")
	case p.territories[i].Level != levelTerritory:
		return fault.New(fault.Invalid, "Areas and regions have the cells of their territories, and none of their own.").WithField(field, "A territory.")
	}
	return nil
}

// editDraft makes the step that fn gives and returns the alignment after it. A
// step without cells and territories changes nothing.
func (s *Service) editDraft(ctx context.Context, id int64, version int, fn func(context.Context, pgx.Tx, postgres.Actor, *plan) (stepped, error)) (*Edited, error) {
	var out *Edited
	err := s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		h, err := draft(ctx, tx, actor, id, version)
		if err != nil {
			return err
		}
		p, err := s.load(ctx, tx, actor, h)
		if err != nil {
			return err
		}
		step, err := fn(ctx, tx, actor, p)
		if err != nil {
			return err
		}
		if len(step.cells) > 0 || step.territories != nil {
			p.apply(step)
			if len(p.cells) > MaxCells {
				return fault.Errorf(fault.Invalid, "An alignment may have %d cells.", MaxCells)
			}
			if err := step.do(ctx, tx, actor, &p.head); err != nil {
				return err
			}
			p.CanUndo, p.CanRedo = true, false
		}
		if step.territories != nil {
			if p, err = s.again(ctx, tx, actor, id); err != nil {
				return err
			}
		}
		out, err = p.edited(step)
		return err
	})
	return out, err
}

// again reads an alignment within the transaction that has changed it.
func (s *Service) again(ctx context.Context, tx pgx.Tx, actor postgres.Actor, id int64) (*plan, error) {
	h, err := loadHead(ctx, tx, actor, id, false)
	if err != nil {
		return nil, err
	}
	return s.load(ctx, tx, actor, h)
}

// Undo takes the step back at which a draft stands.
func (s *Service) Undo(ctx context.Context, id int64, version int) (*Edited, error) {
	return s.walk(ctx, id, version, "undone", "There is nothing to undo.",
		`select number, parent, cells, before, territories from alignment_revisions where org_id = $1 and alignment_id = $2 and number = $3`,
		func(c *change) { c.Before, c.After = c.After, c.Before })
}

// Redo makes the latest step again that was undone from where a draft stands.
func (s *Service) Redo(ctx context.Context, id int64, version int) (*Edited, error) {
	return s.walk(ctx, id, version, "redone", "There is nothing to do again.",
		`select number, number, cells, after, territories from alignment_revisions where org_id = $1 and alignment_id = $2 and parent = $3 order by number desc limit 1`,
		func(*change) {})
}

func (s *Service) walk(ctx context.Context, id int64, version int, what, nothing, query string, turn func(*change)) (*Edited, error) {
	var out *Edited
	err := s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		h, err := draft(ctx, tx, actor, id, version)
		if err != nil {
			return err
		}
		var number, to int
		var step stepped
		var cells []int64
		var raw []byte
		err = tx.QueryRow(ctx, query, actor.OrgID, id, h.revision).Scan(&number, &to, &cells, &step.after, &raw)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.Conflict, nothing).WithCurrent(h.Alignment)
		}
		if err != nil {
			return fmt.Errorf("territories: read a step of alignment %d: %w", id, err)
		}
		for _, c := range cells {
			step.cells = append(step.cells, hexgrid.Cell(c))
		}
		if raw != nil {
			step.territories = &change{}
			if err := json.Unmarshal(raw, step.territories); err != nil {
				return fmt.Errorf("territories: read a step of alignment %d: %w", id, err)
			}
			turn(step.territories)
			if err := putTerritories(ctx, tx, actor.OrgID, id, step.territories.Before, step.territories.After); err != nil {
				return err
			}
		}
		if err := putCells(ctx, tx, actor.OrgID, id, step.cells, step.after); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update alignments set revision = $3 where org_id = $1 and id = $2`, actor.OrgID, id, to); err != nil {
			return fmt.Errorf("territories: step back in alignment %d: %w", id, err)
		}
		if err := tell(ctx, tx, actor, id, what, "", map[string]any{"revision": number}); err != nil {
			return err
		}
		if err := touch(ctx, tx, actor, &h); err != nil {
			return err
		}
		p, err := s.again(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		out, err = p.edited(step)
		return err
	})
	return out, err
}

// History returns what was done to an alignment, the latest first: at most 1,000
// entries.
func (s *Service) History(ctx context.Context, id int64) ([]HistoryEntry, error) {
	out := []HistoryEntry{}
	err := s.read(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		if _, err := loadHead(ctx, tx, actor, id, false); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `
			select h.revision, h.parent, coalesce(h.revision = a.revision, false), h.what, h.note, h.cells, h.detail, h.by_user, coalesce(u.name, ''), h.at
			from (
			  select number as revision, parent, what, note, cardinality(cells) as cells, detail, by_user, at from alignment_revisions where org_id = $1 and alignment_id = $2
			  union all
			  select null, null, what, text, 0, detail, by_user, at from alignment_events where org_id = $1 and alignment_id = $2
			) h join alignments a on a.org_id = $1 and a.id = $2
			left join users u on u.org_id = $1 and u.id = h.by_user
			order by h.at desc, h.revision desc nulls last limit 1000`, actor.OrgID, id)
		if err != nil {
			return fmt.Errorf("territories: history of alignment %d: %w", id, err)
		}
		if out, err = pgx.AppendRows(out, rows, pgx.RowToStructByPos[HistoryEntry]); err != nil {
			return fmt.Errorf("territories: history of alignment %d: %w", id, err)
		}
		return nil
	})
	return out, err
}
