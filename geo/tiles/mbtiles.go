package tiles

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// MBTiles is an MBTiles file (an SQLite database of tiles), open for reading.
// It is safe for concurrent use. The file must not change while it is open.
type MBTiles struct {
	db   *sql.DB
	find *sql.Stmt
	info Info
}

// Info is what a file of tiles says of itself.
type Info struct {
	Name             string
	Format           string // "pbf" for vector tiles
	Attribution      string
	MinZoom, MaxZoom int
	Bounds           orb.Bound // zero when the file does not say
}

// OpenMBTiles opens a file. It fails with [ErrFile] when the file is missing,
// is no SQLite database or holds no tiles.
func OpenMBTiles(path string) (*MBTiles, error) {
	stat, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	if !stat.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: %s is no file", ErrFile, path)
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	// Immutable spares the locks, of which there is no need.
	name := (&url.URL{Scheme: "file", Path: absolute, RawQuery: "mode=ro&immutable=1"}).String()
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrFile, path, err)
	}
	connections := 2 * runtime.GOMAXPROCS(0)
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	m := &MBTiles{db: db}
	if err := m.prepare(); err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %s: %w", ErrFile, path, err), db.Close())
	}
	return m, nil
}

func (m *MBTiles) prepare() error {
	rows, err := m.db.Query("select name, value from metadata")
	if err != nil {
		return err
	}
	defer rows.Close()
	found := map[string]string{}
	for rows.Next() {
		var name, value sql.NullString
		if err := rows.Scan(&name, &value); err != nil {
			return err
		}
		found[name.String] = value.String
	}
	if err := rows.Err(); err != nil {
		return err
	}
	m.info = Info{Name: found["name"], Format: found["format"], Attribution: found["attribution"]}
	var low, high sql.NullInt64
	if err := m.db.QueryRow("select min(zoom_level), max(zoom_level) from tiles").Scan(&low, &high); err != nil {
		return err
	}
	if !low.Valid {
		return errors.New("it holds no tiles")
	}
	m.info.MinZoom, m.info.MaxZoom = int(low.Int64), int(high.Int64)
	if b := found["bounds"]; b != "" {
		if m.info.Bounds, err = parseBounds(b); err != nil {
			return err
		}
	}
	m.find, err = m.db.Prepare("select tile_data from tiles where zoom_level = ? and tile_column = ? and tile_row = ?")
	return err
}

func parseBounds(text string) (orb.Bound, error) {
	parts := strings.Split(text, ",")
	if len(parts) != 4 {
		return orb.Bound{}, fmt.Errorf("its bounds are %q", text)
	}
	var v [4]float64
	for i, p := range parts {
		f, err := strconv.ParseFloat(strings.TrimSpace(p), 64)
		if err != nil {
			return orb.Bound{}, fmt.Errorf("its bounds are %q", text)
		}
		v[i] = f
	}
	return orb.Bound{Min: orb.Point{v[0], v[1]}, Max: orb.Point{v[2], v[3]}}, nil
}

// Info returns what the file says of itself.
func (m *MBTiles) Info() Info { return m.info }

// Tile returns a tile as it is stored, for vector tiles compressed by gzip. It
// fails with [ErrNoTile] when the file does not hold it.
func (m *MBTiles) Tile(ctx context.Context, t Tile) ([]byte, error) {
	row := int64(1)<<t.Z - 1 - int64(t.Y) // stored from the south
	var data []byte
	err := m.find.QueryRowContext(ctx, int64(t.Z), int64(t.X), row).Scan(&data)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, fmt.Errorf("%w: %s", ErrNoTile, t)
	case err != nil:
		return nil, fmt.Errorf("read tile %s: %w", t, err)
	}
	return data, nil
}

// Close closes the file after the last reader.
func (m *MBTiles) Close() error { return errors.Join(m.find.Close(), m.db.Close()) }
