// Package extract loads an OpenStreetMap extract into the application and
// answers from what was loaded.
//
//	loaded, err := extract.Load(ctx, extract.Deps{DB: db, DataDir: "/var/lib/waymark"}, "delaware.osm.pbf")
//
//	current, err := extract.Current(ctx, db, "/var/lib/waymark") // paths of roads and tiles
//	err = extract.Follow(ctx, db, func(id int64) { … })           // another load became current
//
// A load makes a road network and a basemap as files in a folder of its own,
// and rows of places, streets, addresses and open prospects. It is all or
// nothing: rows and the mark "current" change in one transaction at the end.
// What a load that was broken off left behind is cleared away by the next one,
// and by [Clean].
package extract

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Names of the files in an extract's folder.
const (
	RoadsFile = "roads.bin"
	TilesFile = "tiles.mbtiles"
)

// ErrNone is returned while no extract has been loaded.
var ErrNone = fault.New(fault.NotFound, "No extract has been loaded. Load one with: waymark extract load FILE.osm.pbf")

// Extract is one load.
type Extract struct {
	ID         int64
	FileName   string
	State      string  // "loading", "current", "former" or "failed"
	Stage      string  // of a load under way
	Progress   float64 // 0 to 1
	Error      string  // why it failed
	Bounds     orb.Bound
	DataTime   time.Time // state of the data; zero when the file does not say
	Counts     Counts
	StartedAt  time.Time
	FinishedAt time.Time // zero while it loads
	Roads      string    // path of the road network; only of [Current]
	Tiles      string    // path of the basemap; only of [Current]
	// Source is the path of the extract itself, empty where it was loaded by a
	// version that did not keep it: then no other way to travel than by car can be
	// prepared. Only of [Current].
	Source string
}

// Counts says how much a load brought.
type Counts struct {
	Places         int   `json:"places"`
	Streets        int   `json:"streets"`
	Addresses      int   `json:"addresses"`
	OpenProspects  int   `json:"openProspects"`
	Boundaries     int   `json:"boundaries"`
	GoneProspects  int   `json:"goneProspects"` // that the new data no longer holds
	RoadKilometres int   `json:"roadKilometres"`
	RoadsBytes     int64 `json:"roadsBytes"`
	TilesBytes     int64 `json:"tilesBytes"`
}

// Current returns the extract in use, with the paths of its files in the data
// folder of this machine. It fails with [ErrNone], and with
// [fault.Unavailable] when the files are not there.
func Current(ctx context.Context, db *postgres.DB, dataDir string) (Extract, error) {
	var e Extract
	var folder string
	err := db.Anonymous(ctx, func(tx pgx.Tx) error {
		var err error
		e, folder, err = scanExtract(tx.QueryRow(ctx, selectExtract+" where state = 'current'"))
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return Extract{}, ErrNone
	}
	if err != nil {
		return Extract{}, fmt.Errorf("find the current extract: %w", err)
	}
	e.Roads = filepath.Join(dataDir, folder, RoadsFile)
	e.Tiles = filepath.Join(dataDir, folder, TilesFile)
	source := filepath.Join(dataDir, folder, SourceFile)
	if stat, err := os.Stat(source); err == nil && stat.Mode().IsRegular() {
		e.Source = source
	}
	for _, path := range []string{e.Roads, e.Tiles} {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return e, fault.Errorf(fault.Unavailable, "The extract's file %s is not on this machine. Load the extract again, or copy the folder from the machine that loaded it.", path)
		} else if err != nil {
			return e, fmt.Errorf("find the current extract: %w", err)
		}
	}
	return e, nil
}

// History returns the latest loads, newest first, at most limit of them.
func History(ctx context.Context, db *postgres.DB, limit int) ([]Extract, error) {
	var all []Extract
	err := db.Anonymous(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, selectExtract+" order by id desc limit $1", min(max(limit, 1), 1000))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			e, _, err := scanExtract(rows)
			if err != nil {
				return err
			}
			all = append(all, e)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("list the extracts: %w", err)
	}
	return all, nil
}

const selectExtract = `
	select id, file_name, state, stage, progress, error, bounds, data_time, counts, folder, started_at, finished_at
	from extracts`

func scanExtract(row pgx.Row) (Extract, string, error) {
	var e Extract
	var bounds orb.Geometry
	var dataTime, finished *time.Time
	var counts []byte
	var folder string
	err := row.Scan(&e.ID, &e.FileName, &e.State, &e.Stage, &e.Progress, &e.Error, &bounds, &dataTime, &counts, &folder, &e.StartedAt, &finished)
	if err != nil {
		return e, "", err
	}
	if bounds != nil {
		e.Bounds = bounds.Bound()
	}
	if dataTime != nil {
		e.DataTime = dataTime.UTC()
	}
	if finished != nil {
		e.FinishedAt = finished.UTC()
	}
	if err := json.Unmarshal(counts, &e.Counts); err != nil {
		return e, "", fmt.Errorf("counts of extract %d: %w", e.ID, err)
	}
	return e, folder, nil
}

// Channel is where PostgreSQL notifies of a new current extract; the payload is
// its id.
const Channel = "waymark_extract"

// Follow calls changed with the id of the extract in use whenever another one
// becomes current, until ctx ends, and then returns its error. When the
// connection breaks it is made again, and a change that was missed is told
// then. It needs a connection of its own, not through a pooler in transaction
// mode.
func Follow(ctx context.Context, db *postgres.DB, changed func(id int64)) error {
	known, started := int64(0), false
	wait := time.Second
	for {
		err := listen(ctx, db, func(id int64) {
			wait = time.Second
			if started && id != known {
				changed(id)
			}
			known, started = id, true
		})
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
			wait = min(2*wait, 30*time.Second)
		}
	}
}

func listen(ctx context.Context, db *postgres.DB, tell func(id int64)) (err error) {
	conn, err := db.Session(ctx)
	if err != nil {
		return fmt.Errorf("follow the extract: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	if _, err := conn.Exec(ctx, "listen "+Channel); err != nil {
		return fmt.Errorf("follow the extract: %w", err)
	}
	for {
		var id int64
		err := conn.QueryRow(ctx, "select coalesce(max(id), 0) from extracts where state = 'current'").Scan(&id)
		if err != nil {
			return fmt.Errorf("follow the extract: %w", err)
		}
		tell(id)
		if _, err := conn.WaitForNotification(ctx); err != nil {
			return fmt.Errorf("follow the extract: %w", err)
		}
	}
}
