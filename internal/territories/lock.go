package territories

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// MaxLockedCells is how many cells of an alignment may be locked.
const MaxLockedCells = 50_000

var errLockedCell = fault.New(fault.Invalid, "A locked cell keeps its territory. Unlock it first.").WithField("body.edits", "Not of a locked cell.")

// LockCells locks cells of a draft, or unlocks them. A locked cell keeps its
// territory, whoever paints, fills or balances. It fails with [fault.Conflict] when
// version is not the current one.
func (s *Service) LockCells(ctx context.Context, id int64, version int, cells []hexgrid.Cell, locked bool) (*Edited, error) {
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
		changed := 0
		for i, c := range cells {
			if !c.Valid() || c.Resolution() != h.Resolution {
				return fault.Errorf(fault.Invalid, "%s is no cell of resolution %d.", c, h.Resolution).
					WithField(fmt.Sprintf("body.cells[%d]", i), "A cell of the alignment's resolution.")
			}
			if p.locked[c] != locked {
				changed++
			}
			if locked {
				p.locked[c] = true
			} else {
				delete(p.locked, c)
			}
		}
		if len(p.locked) > MaxLockedCells {
			return fault.Errorf(fault.Invalid, "An alignment may have %d locked cells. Lock whole territories.", MaxLockedCells).WithField("body.cells", "Fewer cells.")
		}
		if changed > 0 {
			if _, err := tx.Exec(ctx, `update alignments set locked_cells = $3 where org_id = $1 and id = $2`, actor.OrgID, id, ints(p.lockedCells())); err != nil {
				return fmt.Errorf("territories: lock cells of alignment %d: %w", id, err)
			}
			if err := tell(ctx, tx, actor, id, "cells_locked", "", map[string]any{"cells": changed, "locked": locked}); err != nil {
				return err
			}
			if err := touch(ctx, tx, actor, &p.head); err != nil {
				return err
			}
		}
		out, err = p.edited(stepped{})
		return err
	})
	return out, err
}

// loadLocked reads which cells of an alignment are locked.
func loadLocked(ctx context.Context, tx pgx.Tx, org, id int64) (map[hexgrid.Cell]bool, error) {
	var cells []int64
	if err := tx.QueryRow(ctx, `select locked_cells from alignments where org_id = $1 and id = $2`, org, id).Scan(&cells); err != nil {
		return nil, fmt.Errorf("territories: read locked cells of alignment %d: %w", id, err)
	}
	out := make(map[hexgrid.Cell]bool, len(cells))
	for _, c := range cells {
		out[hexgrid.Cell(c)] = true
	}
	return out, nil
}

// lockedCells are the cells that are locked one by one, in rising order.
func (p *plan) lockedCells() []hexgrid.Cell {
	out := make([]hexgrid.Cell, 0, len(p.locked))
	for c := range p.locked {
		out = append(out, c)
	}
	slices.Sort(out)
	return out
}
