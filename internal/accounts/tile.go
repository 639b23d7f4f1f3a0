package accounts

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/geo/tiles"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// What a tile may hold, so that a phone draws it without stopping.
const (
	MaxFeatures  = 5_000   // a layer
	MaxTileBytes = 150_000 // compressed
)

// Zooms at which the tiles of points change.
const (
	everyFrom     = 12 // every site by itself
	prospectsFrom = 11 // open prospects
	prospectNames = 13
	namesFrom     = 13 // zoom at which names come along, unless there are too many
)

// namedSites is with how many sites a tile of a zoom holds their names: no more
// than a screen has room for, and deep down, where all are wanted, what is mostly
// below MaxTileBytes.
func namedSites(z uint8) int {
	if z <= 14 {
		return 1_000
	}
	return 3_500
}

// TileLayers says what a tile of points holds.
type TileLayers struct {
	Accounts, OpenProspects bool
	// Fields are custom fields that the points of accounts carry, custom.<key>.
	Fields []string
}

// Tile returns the tile of the filter's accounts and of the open prospects as a
// gzip-compressed vector tile, empty when there is nothing.
//
// Layer accounts: from zoom 12 on every site is a point with the site's id and
// the properties account, site, status, class, owner (unless nobody's), coverage
// and, from zoom 13 on and where there is room for them, name. Below, sites that would lie on one another become one point with
// count, customers and prospects, where most of them are; one alone is as above
// without its name. An account with two sites in one group counts once. A layer
// that would exceed [MaxFeatures] is grouped more coarsely. Points of one account
// also have the values of layers.Fields, under these names.
//
// Layer open_prospects, from zoom 11 on: points with the open prospect's id and
// the properties id, category and, from zoom 13 on, name; thinned to
// [MaxFeatures].
//
// Every feature is in exactly one tile of a zoom.
func (s *Service) Tile(ctx context.Context, f Filter, t tiles.Tile, layers TileLayers) ([]byte, error) {
	if err := f.Check(); err != nil {
		return nil, err
	}
	if err := CheckTileFields(layers.Fields); err != nil {
		return nil, err
	}
	var out []byte
	// Tiles with every point wait for their turn, as many at a time as keep the
	// processors busy: side by side, the largest would take as long as all of them.
	if t.Z >= everyFrom {
		if err := s.turns.Acquire(ctx, 1); err != nil {
			return nil, fmt.Errorf("tile %s: wait for a turn: %w", t, err)
		}
		defer s.turns.Release(1)
	}
	err := s.read(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		today, err := Today(ctx, tx, actor.OrgID)
		if err != nil {
			return err
		}
		fields, err := tileFields(ctx, tx, actor.OrgID, layers.Fields)
		if err != nil {
			return err
		}
		if f, err = s.Bind(ctx, tx, actor, today, f); err != nil {
			return err
		}
		f.few = t.Z >= everyFrom
		// Names make tiles large, so they go first when one is too large.
		names := t.Z >= namesFrom
		for most := MaxFeatures; ; most /= 2 {
			b := tileBuilder{ctx: ctx, tx: tx, orgID: actor.OrgID, today: today, tile: t, most: most, names: names, fields: fields}
			w := tiles.NewWriter(t)
			if layers.Accounts {
				if err := b.accounts(w.Layer("accounts"), f); err != nil {
					return fmt.Errorf("tile %s: %w", t, err)
				}
			}
			if layers.OpenProspects && t.Z >= prospectsFrom {
				if err := b.openProspects(w.Layer("open_prospects"), f.OpenProspectsOf()); err != nil {
					return fmt.Errorf("tile %s: %w", t, err)
				}
			}
			body := w.Bytes()
			if len(body) == 0 {
				return nil
			}
			if out, err = tiles.Gzip(body); err != nil {
				return err
			}
			if len(out) <= MaxTileBytes || most == 1 {
				return nil
			}
			if names {
				names, most = false, most*2
			}
		}
	})
	return out, err
}

// tileBuilder fills the layers of one tile.
type tileBuilder struct {
	ctx   context.Context
	tx    pgx.Tx
	orgID int64
	today string
	tile  tiles.Tile
	most  int // features a layer
	names bool
	// fields are the custom fields that points carry.
	fields []CustomField
}

func (b *tileBuilder) statement() *Statement { return NewStatement(b.orgID, b.today) }

// accounts writes the layer of accounts. Where blocks and sums know what is asked,
// statements begin with ranges of cells whatever their values are.
func (b *tileBuilder) accounts(l *tiles.Layer, f Filter) error {
	if _, known := f.ofBlocks(b.today); !known || f.hits != nil {
		return b.sitesOrGroups(l, f)
	}
	return postgres.KeepingPlans(b.ctx, b.tx, func() error { return b.sitesOrGroups(l, f) })
}

func (b *tileBuilder) sitesOrGroups(l *tiles.Layer, f Filter) error {
	res := groupResolution(b.tile.Z)
	// Where there are more than a tile shows, the sums have their numbers already.
	if b.tile.Z == everyFrom && f.bySums() {
		groups, err := b.groups(f, res)
		if err != nil {
			return err
		}
		if len(groups) <= b.most && countOf(groups) > b.most {
			return b.writeGroups(l, f, groups, res)
		}
	}
	if b.tile.Z >= everyFrom {
		done, crowd, err := b.byBlocks(l, f)
		if !done && !crowd && err == nil {
			done, err = b.everySite(l, f)
		}
		if done || err != nil {
			return err
		}
	}
	for ; ; res-- {
		groups, err := b.groups(f, res)
		if err != nil {
			return err
		}
		if len(groups) <= b.most || res == 0 {
			return b.writeGroups(l, f, groups[:min(len(groups), b.most)], res)
		}
	}
}
