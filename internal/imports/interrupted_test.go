package imports

import (
	"context"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/postgres"
)

// heldUp runs a job with a service until a row that sql writes, and has not
// committed, holds it up; then cut ends what it may. It returns what becomes of
// the job, once the row has gone again.
func (d *desk) heldUp(sql string, args []any, s *Service, ctx context.Context, job Job, cut func()) error {
	d.t.Helper()
	admin, err := pgx.Connect(d.t.Context(), d.db.SuperURL)
	require.NoError(d.t, err)
	defer func() { require.NoError(d.t, admin.Close(context.WithoutCancel(d.t.Context()))) }()
	tx, err := admin.Begin(d.t.Context())
	require.NoError(d.t, err)
	_, err = tx.Exec(d.t.Context(), sql, args...)
	require.NoError(d.t, err)
	ended := make(chan error, 1)
	go func() { ended <- s.work(job.context(ctx), job.ImportID, job.Run) }()
	for held := false; !held; {
		select {
		case err := <-ended:
			require.FailNow(d.t, "the job ended before it came to the row", "%v", err)
		default:
			held = value[bool](d, `select exists (select from pg_locks l join pg_stat_activity a on a.pid = l.pid
				where a.datname = current_database() and not l.granted and l.locktype = 'transactionid')`)
		}
	}
	cut()
	require.NoError(d.t, tx.Rollback(d.t.Context()))
	return <-ended
}

// another is the service of a server that is started after the last has ended.
func (d *desk) another(db *postgres.DB) *Service {
	s := *d.Service
	s.DB = db
	return &s
}

// taken takes the job that is queued.
func (d *desk) taken() Job {
	d.t.Helper()
	require.Len(d.t, d.queued, 1)
	job := d.queued[0]
	d.queued = nil
	return job
}

func TestTheNextServerGoesOnWhereAKilledOneWasAtReadingAndAtWriting(t *testing.T) {
	t.Parallel()
	d := setup(t)
	im := d.upload("file.csv", numberedFile(40))
	_, err := d.Check(d.ctx, im.ID, 0, im.Plan)
	require.NoError(t, err)
	job := d.taken()

	ctx, kill := context.WithCancel(t.Context())
	err = d.heldUp(`insert into import_rows (org_id, import_id, row_no) values ($1, $2, 21)`, []any{d.org, im.ID}, d.Service, ctx, job, kill)
	require.Error(t, err)
	im = d.get(im)
	require.Equal(t, Checking, im.State)
	require.Equal(t, int64(19), im.staged, "rows 20 to 22 were not committed")
	require.NoError(t, d.another(d.db.DB).work(job.context(t.Context()), job.ImportID, job.Run))
	im = d.get(im)
	require.Equal(t, []any{Checked, 40}, []any{im.State, im.Counts.New})

	_, err = d.Run(d.ctx, im.ID, 0)
	require.NoError(t, err)
	job = d.taken()
	ctx, kill = context.WithCancel(t.Context())
	err = d.heldUp(`insert into accounts (org_id, name, external_id) values ($1, 'Elsewhere', '25')`, []any{d.org}, d.Service, ctx, job, kill)
	require.Error(t, err)
	im = d.get(im)
	require.Equal(t, []any{Running, int64(24)}, []any{im.State, im.cursor}, "number 25 stands in row 27, and three rows are a batch")
	require.Equal(t, 23, value[int](d, `select count(*) from accounts`))
	require.NoError(t, d.another(d.db.DB).work(job.context(t.Context()), job.ImportID, job.Run))
	im = d.get(im)
	require.Equal(t, []any{Done, 40}, []any{im.State, im.Counts.Created})
	require.Equal(t, 40, value[int](d, `select count(distinct external_id) from accounts`))
	require.Equal(t, 40, value[int](d, `select count(*) from sites`))

	im = d.undone(im)
	require.Equal(t, []any{Undone, 40}, []any{im.State, im.Counts.Removed})
}

// door is a way to the database that can be shut.
type door struct {
	t       *testing.T
	listen  net.Listener
	behind  [2]string // network and address of the database
	refused chan struct{}

	sync.Mutex
	shut  bool
	conns []net.Conn
}

func newDoor(t *testing.T, databaseURL string) (*door, string) {
	t.Helper()
	config, err := pgconn.ParseConfig(databaseURL)
	require.NoError(t, err)
	folder, err := os.MkdirTemp("/tmp", "door-") // the path of a socket must be short
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(folder)) })
	d := &door{t: t, refused: make(chan struct{}, 1000)}
	d.behind[0], d.behind[1] = pgconn.NetworkAddress(config.Host, config.Port)
	d.listen, err = net.Listen("unix", filepath.Join(folder, ".s.PGSQL."+strconv.Itoa(int(config.Port))))
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, d.listen.Close())
		d.set(true)
	})
	go d.serve()
	u, err := url.Parse(databaseURL)
	require.NoError(t, err)
	query := u.Query()
	query.Set("host", folder)
	u.RawQuery = query.Encode()
	return d, u.String()
}

func (d *door) serve() {
	for {
		conn, err := d.listen.Accept()
		if err != nil {
			return // closed, with the test
		}
		d.Lock()
		shut := d.shut
		if !shut {
			d.conns = append(d.conns, conn)
		}
		d.Unlock()
		if shut {
			_ = conn.Close()
			d.refused <- struct{}{}
			continue
		}
		behind, err := net.Dial(d.behind[0], d.behind[1])
		if err != nil {
			d.t.Error(err)
			_ = conn.Close()
			continue
		}
		between := func(to, from net.Conn) {
			_, _ = io.Copy(to, from) // ends when either side does
			_ = to.Close()
			_ = from.Close()
		}
		go between(conn, behind)
		go between(behind, conn)
	}
}

// set shuts the door, which cuts what goes through it, or opens it.
func (d *door) set(shut bool) {
	d.Lock()
	defer d.Unlock()
	d.shut = shut
	if shut {
		for _, conn := range d.conns {
			_ = conn.Close()
		}
		d.conns = nil
	}
}

func TestADatabaseThatCannotBeReachedForAWhileIsWaitedFor(t *testing.T) {
	t.Parallel()
	d := setup(t)
	im := d.checked(numberedFile(60))
	_, err := d.Run(d.ctx, im.ID, 0)
	require.NoError(t, err)
	job := d.taken()
	way, through := newDoor(t, d.db.URL)
	db, err := postgres.Open(t.Context(), through, postgres.Options{})
	require.NoError(t, err)
	t.Cleanup(db.Close)
	err = d.heldUp(`insert into accounts (org_id, name, external_id) values ($1, 'Elsewhere', '30')`, []any{d.org}, d.another(db), t.Context(), job, func() {
		way.set(true)
		go func() { // it is tried again and again, until it is there
			for range 3 {
				<-way.refused
			}
			way.set(false)
		}()
	})
	require.NoError(t, err)
	im = d.get(im)
	require.Equal(t, []any{Done, 60}, []any{im.State, im.Counts.Created})
	require.Equal(t, 60, value[int](d, `select count(distinct external_id) from accounts`))
	require.Equal(t, 60, value[int](d, `select count(*) from sites`))
}
