package territories

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// NewTerritory is what a territory begins with.
type NewTerritory struct {
	Name     string   `json:"name" minLength:"1" maxLength:"120"`
	Level    string   `json:"level,omitempty" enum:"area,region,territory" default:"territory"`
	ParentID *int64   `json:"parentId,omitempty" minimum:"1"`
	Colour   *int     `json:"colour,omitempty" minimum:"0" maximum:"999" doc:"Left out: the next that no other has."`
	Members  []Member `json:"members,omitempty" maxItems:"50"`
}

// TerritoryChange is what becomes of a territory; nil fields stay as they are.
type TerritoryChange struct {
	Name     *string
	Level    *string
	ParentID **int64 // a pointer to nil for none
	Colour   *int
	Position *int
	Locked   *bool
}

var levels = map[string]int{"area": 0, "region": 1, levelTerritory: 2}

// checkPlace says why a territory cannot be of its level below its parent.
func (p *plan) checkPlace(t kept, field string) error {
	if _, known := levels[t.Level]; !known {
		return fault.New(fault.Invalid, "A level is area, region or territory.").WithField(field+"level", "area, region or territory.")
	}
	if t.ParentID != nil {
		i, known := p.index[*t.ParentID]
		if !known || *t.ParentID == t.ID {
			return fault.New(fault.Invalid, "There is no such area or region in this alignment.").WithField(field+"parentId", "An area or region of this alignment.")
		}
		if levels[p.territories[i].Level] >= levels[t.Level] {
			return fault.New(fault.Invalid, "A territory belongs to a region or an area, a region to an area.").WithField(field+"parentId", "Something of a higher level.")
		}
	}
	for _, other := range p.territories {
		if other.ParentID != nil && *other.ParentID == t.ID && levels[other.Level] <= levels[t.Level] {
			return fault.Errorf(fault.Invalid, "%s belongs to it and is of no lower level. Move that first.", other.Name).WithField(field+"level", "Higher than what belongs to it.")
		}
	}
	return nil
}

// checkMembers trims members and says what is wrong with them.
func checkMembers(ctx context.Context, tx pgx.Tx, org int64, members []Member, field string) ([]Member, error) {
	out := []Member{}
	if len(members) > MaxMembers {
		return nil, fault.Errorf(fault.Invalid, "A territory may have %d members.", MaxMembers).WithField(field, "Fewer members.")
	}
	ids := []int64{}
	for i, m := range members {
		at := fmt.Sprintf("%s[%d].", field, i)
		if m.Role != Owner && m.Role != Support && m.Role != Cover {
			return nil, fault.New(fault.Invalid, "A member is owner, support or cover.").WithField(at+"role", "owner, support or cover.")
		}
		for name, day := range map[string]*string{"from": m.FromDay, "to": m.ToDay} {
			if day == nil {
				continue
			}
			if _, err := time.Parse(time.DateOnly, *day); err != nil {
				return nil, fault.New(fault.Invalid, "That is no day.").WithField(at+name, "A day as 2026-12-31.")
			}
		}
		if m.FromDay != nil && m.ToDay != nil && *m.FromDay > *m.ToDay {
			return nil, fault.New(fault.Invalid, "A member's first day comes after the last.").WithField(at+"to", "Not before from.")
		}
		for k, other := range out {
			if m.Role == Owner && other.Role == Owner && overlap(m, other) {
				return nil, fault.New(fault.Invalid, "Two owners at the same time: the accounts can be one's only. Make one of them support, or let the days follow each other.").
					WithField(fmt.Sprintf("%s[%d]", field, k), "No day in common with another owner.")
			}
		}
		out = append(out, Member{UserID: m.UserID, Role: m.Role, FromDay: m.FromDay, ToDay: m.ToDay})
		ids = append(ids, m.UserID)
	}
	rows, err := tx.Query(ctx, `select id, name from users where org_id = $1 and id = any($2)`, org, ids)
	if err != nil {
		return nil, fmt.Errorf("territories: look up members: %w", err)
	}
	names := map[int64]string{}
	var id int64
	var called string
	if _, err := pgx.ForEachRow(rows, []any{&id, &called}, func() error { names[id] = called; return nil }); err != nil {
		return nil, fmt.Errorf("territories: look up members: %w", err)
	}
	for i := range out {
		if _, known := names[out[i].UserID]; !known {
			return nil, fault.New(fault.Invalid, "There is no such user in your organisation.").WithField(fmt.Sprintf("%s[%d].userId", field, i), "Somebody of your organisation.")
		}
		out[i].Name = names[out[i].UserID]
	}
	return out, nil
}

func overlap(a, b Member) bool {
	before := func(x, y *string) bool { return x != nil && y != nil && *x < *y }
	return !before(a.ToDay, b.FromDay) && !before(b.ToDay, a.FromDay)
}

// AddTerritory adds a territory, area or region to a draft.
func (s *Service) AddTerritory(ctx context.Context, id int64, version int, n NewTerritory) (*Edited, error) {
	return s.editDraft(ctx, id, version, func(ctx context.Context, tx pgx.Tx, actor postgres.Actor, p *plan) (stepped, error) {
		if n.Level == "" {
			n.Level = levelTerritory
		}
		if len(p.territories) >= MaxTerritories {
			return stepped{}, fault.Errorf(fault.Invalid, "An alignment may have %d territories.", MaxTerritories)
		}
		t := kept{Level: n.Level, ParentID: n.ParentID, Position: p.lastPosition() + 1}
		var err error
		if t.Name, err = name(n.Name, "body.name", 120); err != nil {
			return stepped{}, err
		}
		if err := p.free(t.Name, 0, "body.name"); err != nil {
			return stepped{}, err
		}
		if err := p.checkPlace(t, "body."); err != nil {
			return stepped{}, err
		}
		if t.Members, err = checkMembers(ctx, tx, actor.OrgID, n.Members, "body.members"); err != nil {
			return stepped{}, err
		}
		if t.Colour = p.freeColour(); n.Colour != nil {
			t.Colour = *n.Colour
		}
		if t.ID, err = newTerritoryID(ctx, tx); err != nil {
			return stepped{}, err
		}
		return stepped{what: "territory_added", detail: map[string]any{"name": t.Name, "territory": t.ID}, territories: &change{After: []kept{t}, Before: []kept{}}}, nil
	})
}

func newTerritoryID(ctx context.Context, tx pgx.Tx) (id int64, err error) {
	if err = tx.QueryRow(ctx, `select nextval('territory_ids')`).Scan(&id); err != nil {
		err = fmt.Errorf("territories: number a territory: %w", err)
	}
	return id, err
}

func (p *plan) lastPosition() int {
	last := 0
	for _, t := range p.territories {
		last = max(last, t.Position)
	}
	return last
}

func (p *plan) freeColour() int {
	for colour := 0; ; colour++ {
		if !slices.ContainsFunc(p.territories, func(t Territory) bool { return t.Level == levelTerritory && t.Colour == colour }) {
			return colour
		}
	}
}

// free says that a name is another's already.
func (p *plan) free(called string, id int64, field string) error {
	for _, t := range p.territories {
		if t.ID != id && strings.EqualFold(t.Name, called) {
			return fault.Errorf(fault.Invalid, "There is a territory %s already.", t.Name).WithField(field, "Another name.")
		}
	}
	return nil
}

// ChangeTerritory changes a territory of a draft.
func (s *Service) ChangeTerritory(ctx context.Context, id, territory int64, version int, c TerritoryChange) (*Edited, error) {
	return s.editDraft(ctx, id, version, func(_ context.Context, _ pgx.Tx, _ postgres.Actor, p *plan) (stepped, error) {
		i, known := p.index[territory]
		if !known {
			return stepped{}, errNoTerritory
		}
		before := keep(p.territories[i])
		after := before
		var err error
		if c.Name != nil {
			if after.Name, err = name(*c.Name, "body.name", 120); err != nil {
				return stepped{}, err
			}
			if err := p.free(after.Name, territory, "body.name"); err != nil {
				return stepped{}, err
			}
		}
		if c.Level != nil {
			after.Level = *c.Level
			if after.Level != levelTerritory && before.Level == levelTerritory && p.hasCells(territory) {
				return stepped{}, fault.New(fault.Invalid, "It has cells. Give them to others first.").WithField("body.level", "Only what has no cells can be an area or region.")
			}
		}
		if c.ParentID != nil {
			after.ParentID = *c.ParentID
		}
		if c.Colour != nil {
			after.Colour = *c.Colour
		}
		if c.Position != nil {
			after.Position = *c.Position
		}
		if c.Locked != nil {
			after.Locked = *c.Locked
		}
		if err := p.checkPlace(after, "body."); err != nil {
			return stepped{}, err
		}
		return stepped{what: "territory_changed", detail: map[string]any{"name": after.Name, "territory": territory},
			territories: &change{Before: []kept{before}, After: []kept{after}}}, nil
	})
}

func (p *plan) hasCells(id int64) bool {
	for _, t := range p.cells {
		if t == id {
			return true
		}
	}
	for _, x := range p.held {
		if x.territory == id {
			return true
		}
	}
	return false
}

// RemoveTerritory removes a territory from a draft; its cells belong to none then.
func (s *Service) RemoveTerritory(ctx context.Context, id, territory int64, version int) (*Edited, error) {
	return s.editDraft(ctx, id, version, func(ctx context.Context, tx pgx.Tx, actor postgres.Actor, p *plan) (stepped, error) {
		i, known := p.index[territory]
		if !known {
			return stepped{}, errNoTerritory
		}
		var exceptions int
		err := tx.QueryRow(ctx, `select count(*) from alignment_exceptions where org_id = $1 and alignment_id = $2 and territory_id = $3`, actor.OrgID, id, territory).Scan(&exceptions)
		if err != nil {
			return stepped{}, fmt.Errorf("territories: count exceptions: %w", err)
		}
		if exceptions > 0 {
			return stepped{}, fault.Errorf(fault.Conflict, "%d accounts belong to it by an exception. Give them to another territory first.", exceptions)
		}
		want := map[hexgrid.Cell]int64{}
		for c, t := range p.cells {
			if t == territory {
				want[c] = 0
			}
		}
		step, err := p.changed(want)
		if err != nil {
			return step, err
		}
		step.what, step.detail = "territory_removed", map[string]any{"name": p.territories[i].Name, "territory": territory}
		step.territories = &change{Before: []kept{keep(p.territories[i])}, After: []kept{}}
		for _, t := range p.territories {
			if t.ParentID != nil && *t.ParentID == territory {
				before := keep(t)
				after := before
				after.ParentID = p.territories[i].ParentID
				step.territories.Before, step.territories.After = append(step.territories.Before, before), append(step.territories.After, after)
			}
		}
		return step, nil
	})
}

// SetMembers says who works in a territory. That of a draft is a step which can be
// undone; of the live alignment it holds at once for who sees which accounts, and
// the accounts of an owner whose days are over go to the next one within the hour.
func (s *Service) SetMembers(ctx context.Context, id, territory int64, version int, members []Member) (*Edited, error) {
	live := false
	err := s.read(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		h, err := loadHead(ctx, tx, actor, id, false)
		live = h.State == Live
		return err
	})
	if err != nil {
		return nil, err
	}
	if live {
		return s.setLiveMembers(ctx, id, territory, version, members)
	}
	return s.editDraft(ctx, id, version, func(ctx context.Context, tx pgx.Tx, actor postgres.Actor, p *plan) (stepped, error) {
		i, known := p.index[territory]
		if !known {
			return stepped{}, errNoTerritory
		}
		before := keep(p.territories[i])
		after := before
		var err error
		if after.Members, err = checkMembers(ctx, tx, actor.OrgID, members, "body.members"); err != nil {
			return stepped{}, err
		}
		return stepped{what: "members", detail: map[string]any{"name": after.Name, "territory": territory},
			territories: &change{Before: []kept{before}, After: []kept{after}}}, nil
	})
}

func (s *Service) setLiveMembers(ctx context.Context, id, territory int64, version int, members []Member) (*Edited, error) {
	var out *Edited
	err := s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		h, err := at(ctx, tx, actor, id, version)
		if err != nil {
			return err
		}
		if h.State != Live {
			return fault.New(fault.Conflict, "This alignment is not live any more.").WithCurrent(h.Alignment)
		}
		if !mayPublish(ctx, actor) {
			return errMayNotPublish
		}
		p, err := s.load(ctx, tx, actor, h)
		if err != nil {
			return err
		}
		i, known := p.index[territory]
		if !known {
			return errNoTerritory
		}
		before := keep(p.territories[i])
		after := before
		if after.Members, err = checkMembers(ctx, tx, actor.OrgID, members, "body.members"); err != nil {
			return err
		}
		if err := putTerritories(ctx, tx, actor.OrgID, id, []kept{before}, []kept{after}); err != nil {
			return err
		}
		if err := tell(ctx, tx, actor, id, "handover", "", map[string]any{"territory": territory, "name": after.Name}); err != nil {
			return err
		}
		if err := touch(ctx, tx, actor, &h); err != nil {
			return err
		}
		if p, err = s.again(ctx, tx, actor, id); err != nil {
			return err
		}
		out, err = p.edited(stepped{})
		return err
	})
	return out, err
}
