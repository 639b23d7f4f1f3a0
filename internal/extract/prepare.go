package extract

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/waymark-crm/waymark/geo/osm"
	"github.com/waymark-crm/waymark/geo/roads"
	"github.com/waymark-crm/waymark/geo/travel"
	"github.com/waymark-crm/waymark/internal/events"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/jobs/attempt"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// shareOf is how far the preparation of a network is, 0 to 1: how the work is
// spread over its stages, reading left out.
func shareOf(s roads.Stage, done, total int64) float64 {
	share := map[roads.Stage][2]float64{roads.StageConnect: {0, 0.15}, roads.StageContract: {0.15, 0.8}, roads.StageAssemble: {0.95, 0.03}}
	return share[s][0] + share[s][1]*float64(done)/float64(max(total, 1))
}

// prepareWay makes the files of a way that are not in the folder yet. Times of day
// reuse the order of the hierarchy of free flow.
func prepareWay(ctx context.Context, folder, source string, w travel.Way, progress func(float64)) error {
	w, p, err := settled(w)
	if err != nil {
		return err
	}
	all := times(w, p)
	for i, time := range all {
		err := prepareAt(ctx, folder, source, p, time, func(done float64) { progress((float64(i) + done) / float64(len(all))) })
		if err != nil {
			return err
		}
	}
	return nil
}

func prepareAt(ctx context.Context, folder, source string, p *roads.Profile, time string, progress func(float64)) (err error) {
	path := filepath.Join(folder, roadsFile(p.Name, time))
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	var like *roads.Network
	if time != "" {
		if like, err = roads.Open(filepath.Join(folder, roadsFile(p.Name, ""))); err != nil {
			return fmt.Errorf("prepare roads: %w", err)
		}
		defer func() { err = errors.Join(err, like.Close()) }()
	}
	at, err := p.At(time)
	if err != nil {
		return err
	}
	const reading = 0.2 // of the work
	c := roads.NewCollector(at)
	header, err := osm.Read(ctx, source, func(done, total int64) { progress(reading * float64(done) / float64(max(total, 1))) }, c)
	if err != nil {
		return err
	}
	network, err := roads.PrepareLike(ctx, c, header, like, func(s roads.Stage, done, total int64) {
		progress(reading + (1-reading)*shareOf(s, done, total))
	})
	if err != nil {
		return err
	}
	return network.WriteFile(path)
}

func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("keep the extract: %w", err)
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return fmt.Errorf("keep the extract: %w", err)
	}
	_, err = io.Copy(out, in)
	if err = errors.Join(err, out.Close()); err != nil {
		return fmt.Errorf("keep the extract: %w", err)
	}
	return nil
}

// waysInUse are the ways for which the extract in use is prepared, beside cars.
func waysInUse(ctx context.Context, db *postgres.DB) (ways []travel.Way, err error) {
	err = db.Anonymous(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			select p.profile, p.by_hour from road_preparations p join extracts e on e.id = p.extract_id
			where e.state = 'current' and p.state = 'done' order by p.profile, p.by_hour`)
		if err != nil {
			return err
		}
		ways, err = pgx.CollectRows(rows, pgx.RowToStructByPos[travel.Way])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("ways to travel in use: %w", err)
	}
	return ways, nil
}

// PrepareJob makes the roads of a way to travel of an extract.
type PrepareJob struct {
	ExtractID int64  `json:"extractId"`
	Profile   string `json:"profile"`
	ByHour    bool   `json:"byHour"`
}

// Kind is the name of the job in the queue.
func (PrepareJob) Kind() string { return "prepare_roads" }

// PreparingQueue is the queue of these jobs: one at a time, since each takes much
// memory.
const PreparingQueue = "roads"

// InsertOpts put the job into its queue.
func (PrepareJob) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 3, Queue: PreparingQueue}
}

// Preparer has roads prepared for other ways to travel than by car.
type Preparer struct {
	DB      *postgres.DB
	DataDir string
	Enqueue func(ctx context.Context, tx pgx.Tx, job PrepareJob) error
}

// Roads says whether a way to travel can be planned with.
type Roads struct {
	Profile  string  `json:"profile" enum:"car,van,bicycle,foot"`
	ByHour   bool    `json:"byHour" doc:"At the pace of the hour: typical values of the profile for morning, midday and evening, not measured traffic."`
	State    string  `json:"state" enum:"ready,absent,queued,running,failed"`
	Progress float64 `json:"progress" minimum:"0" maximum:"1"`
	Error    string  `json:"error" doc:"Why they could not be prepared, in words."`
}

// ways are all that can be planned with.
func ways() []travel.Way {
	all := []travel.Way{}
	for _, p := range travel.Profiles() {
		all = append(all, travel.Way{Profile: p})
		if w, _, err := settled(travel.Way{Profile: p, ByHour: true}); err == nil && w.ByHour {
			all = append(all, w)
		}
	}
	return all
}

// List says how the roads of every way to travel are. Without an extract all are
// ready: there everything is an estimate from straight lines.
func (p *Preparer) List(ctx context.Context) ([]Roads, error) {
	var all []Roads
	err := p.DB.Read(ctx, func(tx pgx.Tx) error {
		folder, id, err := inUse(ctx, tx)
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `select profile, by_hour, state, progress, error from road_preparations where extract_id = $1`, id)
		if err != nil {
			return err
		}
		known, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Roads])
		if err != nil {
			return err
		}
		all = []Roads{}
		for _, w := range ways() {
			r := Roads{Profile: w.Profile, ByHour: w.ByHour, State: "absent"}
			for _, k := range known {
				if k.Profile == w.Profile && k.ByHour == w.ByHour && k.State != "done" {
					r = k
				}
			}
			there := id == 0
			if !there {
				if there, err = prepared(filepath.Join(p.DataDir, folder), w); err != nil {
					return err
				}
			}
			if there {
				r.State, r.Progress, r.Error = "ready", 1, ""
			}
			all = append(all, r)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the roads: %w", err)
	}
	return all, nil
}

func inUse(ctx context.Context, tx pgx.Tx) (folder string, id int64, err error) {
	err = tx.QueryRow(ctx, `select folder, id from extracts where state = 'current'`).Scan(&folder, &id)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", 0, nil
	}
	return folder, id, err
}

// Want has the roads of a way prepared unless they are there or under way.
func (p *Preparer) Want(ctx context.Context, tx pgx.Tx, w travel.Way) error {
	w, _, err := settled(w)
	if err != nil {
		return err
	}
	folder, id, err := inUse(ctx, tx)
	if err != nil {
		return fmt.Errorf("prepare roads: %w", err)
	}
	if id == 0 {
		return nil
	}
	if there, err := prepared(filepath.Join(p.DataDir, folder), w); there || err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(p.DataDir, folder, SourceFile)); err != nil {
		return fault.Wrap(err, fault.Unavailable, "The roads for this way to travel cannot be made, since the extract was loaded by an earlier version, which did not keep it. Load it again: waymark extract load FILE.osm.pbf")
	}
	tag, err := tx.Exec(ctx, `
		insert into road_preparations (extract_id, profile, by_hour) values ($1, $2, $3)
		on conflict (extract_id, profile, by_hour) do update set state = 'queued', progress = 0, error = '', asked_at = now(), finished_at = null
		where road_preparations.state in ('done', 'failed')`, id, w.Profile, w.ByHour)
	if err != nil {
		return fmt.Errorf("prepare roads: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return nil
	}
	if err := p.Enqueue(ctx, tx, PrepareJob{id, w.Profile, w.ByHour}); err != nil {
		return fmt.Errorf("prepare roads: %w", err)
	}
	return events.NotifyAll(ctx, tx, "roads", Roads{Profile: w.Profile, ByHour: w.ByHour, State: "queued"})
}

// PrepareWorker prepares roads.
type PrepareWorker struct {
	river.WorkerDefaults[PrepareJob]
	Preparer *Preparer
}

// Timeout is how long one attempt may take.
func (*PrepareWorker) Timeout(*river.Job[PrepareJob]) time.Duration { return 6 * time.Hour }

// Work makes the files that are not there yet, in the folder of the extract if
// that is still in use.
func (w *PrepareWorker) Work(ctx context.Context, job *river.Job[PrepareJob]) error {
	return attempt.Ended(ctx, job.JobRow, w.Preparer.work(ctx, job.Args), func(ctx context.Context, why string) error {
		return w.Preparer.tell(ctx, job.Args, "failed", 0, why)
	})
}

func (p *Preparer) work(ctx context.Context, job PrepareJob) error {
	var folder string
	var id int64
	err := p.DB.Anonymous(ctx, func(tx pgx.Tx) (err error) {
		folder, id, err = inUse(ctx, tx)
		return err
	})
	if err != nil {
		return fmt.Errorf("prepare roads: %w", err)
	}
	if id != job.ExtractID { // another extract was loaded since
		return nil
	}
	folder = filepath.Join(p.DataDir, folder)
	var mu sync.Mutex
	var told time.Time
	var failed error
	working, stop := context.WithCancel(ctx)
	defer stop()
	err = prepareWay(working, folder, filepath.Join(folder, SourceFile), travel.Way{Profile: job.Profile, ByHour: job.ByHour}, func(done float64) {
		mu.Lock()
		defer mu.Unlock()
		if failed != nil || time.Since(told) < tellEvery {
			return
		}
		told = time.Now()
		if failed = p.tell(ctx, job, "running", done, ""); failed != nil {
			stop()
		}
	})
	if err = errors.Join(failed, err); err != nil {
		return explain(err, p.DataDir)
	}
	return p.tell(ctx, job, "done", 1, "")
}

// tell notes how far a preparation is, and tells the browsers.
func (p *Preparer) tell(ctx context.Context, job PrepareJob, state string, done float64, why string) error {
	return p.DB.Anonymous(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `
			update road_preparations set state = $4, progress = $5, error = $6, finished_at = case when $4 in ('done', 'failed') then now() end
			where extract_id = $1 and profile = $2 and by_hour = $3`, job.ExtractID, job.Profile, job.ByHour, state, done, why); err != nil {
			return fmt.Errorf("progress of a preparation: %w", err)
		}
		shown := state
		if state == "done" {
			shown = "ready"
		}
		return events.NotifyAll(ctx, tx, "roads", Roads{Profile: job.Profile, ByHour: job.ByHour, State: shown, Progress: done, Error: why})
	})
}

// Abandon notes that a preparation will not be tried again.
func (p *Preparer) Abandon(ctx context.Context, args []byte) error {
	job, err := preparation(args)
	if err != nil {
		return err
	}
	return p.tell(ctx, job, "failed", 0, "The server was stopped again and again while it prepared the roads. Ask for them again.")
}

func preparation(args []byte) (job PrepareJob, err error) {
	if err := json.Unmarshal(args, &job); err != nil {
		return job, fmt.Errorf("prepare roads: arguments of a job: %w", err)
	}
	return job, nil
}
