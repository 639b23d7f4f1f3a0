package extract

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/waymark-crm/waymark/geo/roads"
	"github.com/waymark-crm/waymark/geo/tiles"
	"github.com/waymark-crm/waymark/geo/travel"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Live keeps the files of the extract in use open, and changes over when another
// becomes current:
//
//	live, err := extract.OpenLive(ctx, db, dataDir, log)
//	go live.Run(ctx)
//	defer live.Close()
//	table, err := live.Travel().Table(ctx, points)
//
// It is safe for use by many goroutines.
type Live struct {
	db      *postgres.DB
	dataDir string
	log     *slog.Logger

	now atomic.Pointer[InUse]

	mu     sync.Mutex
	opened []*InUse // all of them: a request may still read from the one before
}

// InUse is an extract with its files open. The files stay open until
// [Live.Close], also when another extract has taken over.
type InUse struct {
	Extract
	Network *roads.Network
	Basemap *tiles.MBTiles
	travel  travel.Provider
	open    openWays // of other ways to travel, as they are asked for
}

// OpenLive opens the current extract. None is no error: [Live.Current] is nil
// until one has been loaded. Neither are files that cannot be read; that is
// logged, and they can be made again by loading the extract.
func OpenLive(ctx context.Context, db *postgres.DB, dataDir string, log *slog.Logger) (*Live, error) {
	l := &Live{db: db, dataDir: dataDir, log: log}
	if err := l.change(ctx); err != nil {
		return nil, err
	}
	return l, nil
}

// LiveOn returns a Live on files that are open already and that it neither
// changes nor closes, for programs and tests that have no installation. The
// basemap may be nil when nobody asks for it.
func LiveOn(e Extract, network *roads.Network, basemap *tiles.MBTiles) *Live {
	l := &Live{log: slog.New(slog.DiscardHandler)}
	l.now.Store(&InUse{Extract: e, Network: network, Basemap: basemap, travel: travel.NewRoads(network)})
	return l
}

// Run changes over whenever another extract becomes current, until ctx ends.
func (l *Live) Run(ctx context.Context) {
	err := Follow(ctx, l.db, func(int64) {
		if err := l.change(ctx); err != nil && ctx.Err() == nil {
			l.log.Error("cannot change over to the new extract", "error", err)
		}
	})
	if err != nil && ctx.Err() == nil {
		l.log.Error("extracts are no longer followed", "error", err)
	}
}

// Current returns the extract in use, nil when there is none.
func (l *Live) Current() *InUse { return l.now.Load() }

// Travel returns the travel times of now: on the roads of the extract in use, or
// estimates from straight lines while there is none.
func (l *Live) Travel() travel.Provider {
	if use := l.now.Load(); use != nil {
		return use.travel
	}
	return travel.NewStraight()
}

// Roads returns the roads of the extract in use and the extract's id, nil and 0
// while there is none.
func (l *Live) Roads() (*roads.Network, int64) {
	if use := l.now.Load(); use != nil {
		return use.Network, use.ID
	}
	return nil, 0
}

func (l *Live) change(ctx context.Context) error {
	current, err := Current(ctx, l.db, l.dataDir)
	if errors.Is(err, ErrNone) {
		return nil
	}
	if err != nil && current.ID == 0 {
		return err
	}
	if before := l.now.Load(); before != nil && before.ID == current.ID {
		return nil
	}
	use, err := openFiles(current, err)
	if err != nil {
		l.log.Error("the extract's files cannot be read; load it again", "extract", current.ID, "error", err)
		return nil
	}
	l.mu.Lock()
	l.opened = append(l.opened, use)
	l.mu.Unlock()
	l.now.Store(use)
	l.log.Info("extract in use", "id", current.ID, "file", current.FileName)
	return nil
}

func openFiles(e Extract, missing error) (*InUse, error) {
	if missing != nil {
		return nil, missing
	}
	network, err := roads.Open(e.Roads)
	if err != nil {
		return nil, fmt.Errorf("open the roads: %w", err)
	}
	basemap, err := tiles.OpenMBTiles(e.Tiles)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the basemap: %w", err), network.Close())
	}
	return &InUse{Extract: e, Network: network, Basemap: basemap, travel: travel.NewRoads(network)}, nil
}

// Close closes all files. Nobody may use them any more.
func (l *Live) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now.Store(nil)
	var err error
	for _, use := range l.opened {
		err = errors.Join(err, use.open.close(), use.Network.Close(), use.Basemap.Close())
	}
	l.opened = nil
	return err
}
