package extract

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"github.com/waymark-crm/waymark/geo/osm"
	"github.com/waymark-crm/waymark/geo/roads"
	"github.com/waymark-crm/waymark/geo/travel"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Deps is what a load works with.
type Deps struct {
	DB       *postgres.DB
	DataDir  string         // files go to its folder "extract"
	Log      *slog.Logger   // nil: none
	Progress func(Progress) // may be nil; never called by two goroutines at once

	// Tilemaker is the program that makes the basemap; empty means the
	// tilemaker on the PATH.
	Tilemaker string
}

// Stage is a part of a load.
type Stage string

// The stages. Roads and tiles are made at the same time.
const (
	StageRead  Stage = "read"  // bytes of the extract
	StageRoads Stage = "roads" // the road network
	StageTiles Stage = "tiles" // the basemap
	StageStore Stage = "store" // rows of the database
)

// Progress says how far a load is.
type Progress struct {
	Stage   Stage
	Done    float64 // of the stage, 0 to 1
	Overall float64 // of the load, 0 to 1
}

// Load loads an extract and makes it the current one. Loading the same file
// again, or a newer one, doubles nothing: rows keep their OpenStreetMap
// identity, and open prospects that are no longer there are marked gone.
//
// Faults: [fault.Invalid] for a file that is missing, cut short, damaged, no
// .osm.pbf or without roads; [fault.Conflict] while another load runs, with
// who runs it; [fault.Unavailable] when tilemaker is not installed or the disk
// is full. After any error the state before remains.
func Load(ctx context.Context, d Deps, file string) (_ Extract, err error) {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	tilemaker, err := findTilemaker(d.Tilemaker)
	if err != nil {
		return Extract{}, err
	}
	sum, size, err := checkFile(ctx, file)
	if err != nil {
		return Extract{}, err
	}
	lock, err := takeLock(ctx, d.DB)
	if err != nil {
		return Extract{}, err
	}
	defer func() { err = errors.Join(err, lock.release()) }()
	if err := clean(ctx, d, lock); err != nil {
		return Extract{}, err
	}
	if err := checkRoom(d.DataDir, size); err != nil {
		return Extract{}, err
	}
	l, err := begin(ctx, d, lock, filepath.Base(file), sum)
	if err != nil {
		return Extract{}, err
	}
	l.tilemaker, l.file = tilemaker, file
	d.Log.Info("loading an extract", "file", file, "bytes", size, "id", l.id)
	if err := l.run(ctx); err != nil {
		err = explain(err, d.DataDir)
		return Extract{}, errors.Join(err, l.fail(context.WithoutCancel(ctx), err))
	}
	d.Log.Info("the extract is loaded", "id", l.id, "places", l.counts.Places, "streets", l.counts.Streets,
		"addresses", l.counts.Addresses, "open_prospects", l.counts.OpenProspects)
	return Current(ctx, d.DB, d.DataDir)
}

// load is one load under way.
type load struct {
	Deps
	lock      *lock
	id        int64
	folder    string // absolute
	file      string
	tilemaker string
	progress  *progress
	counts    Counts
	ways      []travel.Way // that the extract before was prepared for, beside cars
}

func (l *load) run(ctx context.Context) error {
	car, err := roads.BuiltIn("car")
	if err != nil {
		return err
	}
	network := roads.NewCollector(car)
	contents, err := osm.Collect(ctx, l.file, func(done, total int64) {
		l.progress.tell(StageRead, float64(done)/float64(max(total, 1)))
	}, network)
	if err != nil {
		return err
	}
	if contents.Header.Nodes == 0 {
		return fault.New(fault.Invalid, "The extract is empty.")
	}
	group, both := errgroup.WithContext(ctx)
	if l.ways, err = waysInUse(ctx, l.DB); err != nil {
		return err
	}
	group.Go(func() error { return l.makeRoads(both, network, contents.Header) })
	group.Go(func() error { return copyFile(l.file, filepath.Join(l.folder, SourceFile)) })
	group.Go(func() error { return l.makeTiles(both, contents) })
	if err := group.Wait(); err != nil {
		return err
	}
	if err := syncFolder(l.folder); err != nil {
		return err
	}
	return l.store(ctx, contents)
}

func (l *load) makeRoads(ctx context.Context, c *roads.Collector, header osm.Header) error {
	parts := float64(1 + len(l.ways))
	network, err := roads.Prepare(ctx, c, header, func(s roads.Stage, done, total int64) {
		l.progress.tell(StageRoads, shareOf(s, done, total)/parts)
	})
	if err != nil {
		return err
	}
	l.counts.RoadKilometres = network.Info().KilometresOpen
	path := filepath.Join(l.folder, RoadsFile)
	if err := network.WriteFile(path); err != nil {
		return err
	}
	if l.counts.RoadsBytes, err = sizeOf(path); err != nil {
		return err
	}
	for i, w := range l.ways {
		err := prepareWay(ctx, l.folder, l.file, w, func(done float64) { l.progress.tell(StageRoads, (float64(1+i)+done)/parts) })
		if err != nil {
			return err
		}
	}
	l.progress.tell(StageRoads, 1)
	return nil
}

func sizeOf(path string) (int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, fmt.Errorf("size of what was written: %w", err)
	}
	return info.Size(), nil
}

// checkFile reads the file once, which is quick beside all else, and returns
// its checksum and size.
func checkFile(ctx context.Context, file string) (sum string, size int64, err error) {
	f, err := os.Open(file)
	if err != nil {
		return "", 0, explain(fmt.Errorf("%w: %w", unreadable(err), err), "")
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", 0, fmt.Errorf("read the extract: %w", err)
	}
	if !info.Mode().IsRegular() {
		return "", 0, fault.Errorf(fault.Invalid, "%s is not a file. Give the path of an OpenStreetMap extract (.osm.pbf).", file)
	}
	// The header first: it tells a wrong file at once.
	err = osmHeader(ctx, file)
	if err != nil {
		return "", 0, explain(err, "")
	}
	hash := sha256.New()
	if size, err = io.Copy(hash, f); err != nil {
		return "", 0, fmt.Errorf("read the extract: %w", err)
	}
	return hex.EncodeToString(hash.Sum(nil)), size, nil
}

func unreadable(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return osm.ErrMissing
	}
	return errors.New("the extract cannot be opened")
}

// errHeaderOnly ends a reading after the first element.
var errHeaderOnly = errors.New("the header is good")

type headerOnly struct{ osm.Ignore }

func (headerOnly) Node(*osm.Node) error { return errHeaderOnly }
func (headerOnly) Way(*osm.Way) error   { return errHeaderOnly }

func osmHeader(ctx context.Context, file string) error {
	_, err := osm.Read(ctx, file, nil, headerOnly{})
	if errors.Is(err, errHeaderOnly) {
		return nil
	}
	return err
}

// explain turns what may go wrong with files into faults for people.
func explain(err error, dataDir string) error {
	switch {
	case err == nil || fault.Of(err) != nil:
		return err
	case errors.Is(err, osm.ErrMissing):
		return fault.Wrap(err, fault.Invalid, "There is no such file. Give the path of an OpenStreetMap extract (.osm.pbf), for example from download.geofabrik.de.")
	case errors.Is(err, osm.ErrNotPBF):
		return fault.Wrap(err, fault.Invalid, "This file is no OpenStreetMap extract in the PBF format (.osm.pbf).")
	case errors.Is(err, osm.ErrCutShort):
		return fault.Wrap(err, fault.Invalid, "The extract is cut short: it ends in the middle of a block. Download it again.")
	case errors.Is(err, osm.ErrDamaged):
		return fault.Wrap(err, fault.Invalid, "The extract is damaged and cannot be read. Download it again.")
	case errors.Is(err, osm.ErrUnsupported):
		return fault.Wrap(err, fault.Invalid, "The extract uses a rare feature of the format that is not read here. Convert it with: osmium cat IN.osm.pbf -o OUT.osm.pbf")
	case errors.Is(err, roads.ErrNoRoads):
		return fault.Wrap(err, fault.Invalid, "The extract holds no roads for cars. Take an extract of a whole region.")
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fault.Wrap(err, fault.Unavailable, fmt.Sprintf("The disk of %s is full. Make room and load the extract again.", dataDir))
	case errors.Is(err, os.ErrPermission):
		return fault.Wrap(err, fault.Unavailable, fmt.Sprintf("A file cannot be read or written. Check who owns the extract and the folder %s.", dataDir))
	}
	return err
}

// checkRoom refuses to begin where the disk has clearly too little room: the
// files are about as large as the extract each, and twice that on the way.
func checkRoom(dataDir string, size int64) error {
	if err := os.MkdirAll(filepath.Join(dataDir, "extract"), 0o755); err != nil {
		return explain(fmt.Errorf("make the folder for extracts: %w", err), dataDir)
	}
	var stat unix.Statfs_t
	if err := unix.Statfs(dataDir, &stat); err != nil {
		return fmt.Errorf("room on the disk: %w", err)
	}
	need, free := 8*size+64<<20, int64(stat.Bavail)*stat.Bsize
	if free < need {
		return fault.Errorf(fault.Unavailable, "There is too little room in %s: about %d MB are needed and %d MB are free.", dataDir, need>>20, free>>20)
	}
	return nil
}

// syncFolder makes sure that the files outlive a loss of power.
func syncFolder(folder string) error {
	for _, name := range []string{filepath.Join(folder, TilesFile), filepath.Join(folder, SourceFile), folder, filepath.Dir(folder)} {
		f, err := os.Open(name)
		if err != nil {
			return fmt.Errorf("save the files: %w", err)
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			return fmt.Errorf("save the files: %w", err)
		}
	}
	return nil
}

// begin enters the load in the database and makes its folder.
func begin(ctx context.Context, d Deps, lk *lock, name, sum string) (*load, error) {
	l := &load{Deps: d, lock: lk}
	err := d.DB.Owner(ctx, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `insert into extracts (file_name, sha256, state, stage) values ($1, $2, 'loading', 'read') returning id`,
			name, sum).Scan(&l.id)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `update extracts set folder = $2 where id = $1`, l.id, relativeFolder(l.id))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("begin the load: %w", err)
	}
	l.folder = filepath.Join(d.DataDir, relativeFolder(l.id))
	l.progress = newProgress(ctx, d, l.id)
	if err := os.MkdirAll(l.folder, 0o755); err != nil {
		return nil, explain(fmt.Errorf("make the folder of the extract: %w", err), d.DataDir)
	}
	return l, nil
}

func relativeFolder(id int64) string { return filepath.Join("extract", strconv.FormatInt(id, 10)) }

// fail records why a load failed, and takes its files away.
func (l *load) fail(ctx context.Context, cause error) error {
	text := fault.Message(cause)
	if errors.Is(cause, context.Canceled) {
		text = "The load was cancelled."
	}
	err := l.DB.Owner(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `update extracts set state = 'failed', error = $2, finished_at = now() where id = $1 and state = 'loading'`, l.id, text)
		return err
	})
	l.Log.Error("loading the extract failed", "id", l.id, "error", cause)
	if err != nil {
		err = fmt.Errorf("record the failure: %w", err)
	}
	return errors.Join(err, os.RemoveAll(l.folder))
}
