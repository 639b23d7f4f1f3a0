package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/geo/tiles"
)

// rival is the plain handler: one statement a tile.
type rival struct {
	pool     *pgxpool.Pool
	http     *http.Server
	url      string
	org      int64
	accounts int
	sites    int
}

const rivalIndex = "bench_rival_point"

// newRival connects as the superuser, whom no policy holds back, and gives the
// handler the index that such a handler has, if it is to answer.
func newRival(ctx context.Context, s *server, answers bool) (_ *rival, err error) {
	config, err := pgxpool.ParseConfig("host=" + s.socket + " user=postgres dbname=waymark pool_max_conns=8")
	if err != nil {
		return nil, err
	}
	config.ConnConfig.RuntimeParams["jit"] = "off"
	r := &rival{}
	if r.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return nil, err
	}
	err = r.pool.QueryRow(ctx, `
		select o.org_id, (select count(*) from accounts a where a.org_id = o.org_id), (select count(*) from sites s where s.org_id = o.org_id)
		from organisations o where o.slug = 'demo'`).Scan(&r.org, &r.accounts, &r.sites)
	if err != nil {
		return nil, fmt.Errorf("find the demo: %w", err)
	}
	prepare := []string{`vacuum (analyze) sites`, `vacuum (analyze) accounts`}
	if answers {
		prepare = append(prepare, `create index if not exists `+rivalIndex+` on sites using gist (point)`)
	}
	for _, text := range prepare {
		if _, err := r.pool.Exec(ctx, text); err != nil {
			return nil, err
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r.url = "http://" + listener.Addr().String()
	r.http = &http.Server{Handler: http.HandlerFunc(r.serve)}
	go func() {
		if err := r.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			panic(err)
		}
	}()
	return r, nil
}

func (r *rival) close() error {
	ctx := context.Background()
	err := r.http.Shutdown(ctx)
	_, dropErr := r.pool.Exec(ctx, `drop index if exists `+rivalIndex)
	r.pool.Close()
	return errors.Join(err, dropErr)
}

// groupedTo is the deepest zoom at which both group sites by cell.
const groupedTo = 9

func (r *rival) serve(w http.ResponseWriter, request *http.Request) {
	var z, x, y int
	if _, err := fmt.Sscanf(request.URL.Path, "/%d/%d/%d", &z, &x, &y); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var tile []byte
	err := r.tile(request.Context(), z, x, y).Scan(&tile)
	if err == nil {
		tile, err = tiles.Gzip(tile)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Encoding", "gzip")
	// Who asked may have gone away, which is no fault.
	_, _ = w.Write(tile)
}

func (r *rival) tile(ctx context.Context, z, x, y int) pgx.Row {
	if z <= groupedTo {
		and, or := hexgrid.ParentMasks(hexgrid.ResolutionForGroups(float64(z)))
		return r.pool.QueryRow(ctx, `
			select st_asmvt(t, 'accounts', 4096, 'geom') from (
			  select st_asmvtgeom(st_transform(st_setsrid(st_point(avg(st_x(s.point)), avg(st_y(s.point))), 4326), 3857), st_tileenvelope($2, $3, $4), 4096, 64) as geom,
			    count(*) as count, count(*) filter (where s.status = 'customer') as customers, count(*) filter (where s.status = 'prospect') as prospects
			  from sites s
			  where s.org_id = $1 and not s.archived and s.point && st_transform(st_tileenvelope($2, $3, $4), 4326)
			  group by (s.cell & $5) | $6) t`, r.org, z, x, y, and, or)
	}
	return r.pool.QueryRow(ctx, `
		select st_asmvt(t, 'accounts', 4096, 'geom', 'id') from (
		  select st_asmvtgeom(st_transform(s.point, 3857), st_tileenvelope($2, $3, $4), 4096, 64) as geom, s.id,
		    s.account_id as account, s.id as site, a.name, s.status, s.class, s.owner_id as owner,
		    case when s.due_on is null then 'never' when s.due_on < current_date then 'overdue' when s.due_on <= current_date + 7 then 'due' else 'on_track' end as coverage
		  from sites s join accounts a on a.org_id = s.org_id and a.id = s.account_id
		  where s.org_id = $1 and not s.archived and s.point && st_transform(st_tileenvelope($2, $3, $4), 4326)) t`, r.org, z, x, y)
}

// points returns so many places of sites, always the same, and their streets,
// names and owners for questions.
func (r *rival) samples(ctx context.Context, n int) ([]sample, error) {
	rows, err := r.pool.Query(ctx, `
		select st_x(s.point) as lon, st_y(s.point) as lat, a.name, s.street, s.city, coalesce(a.owner_id, 0) as owner
		from sites s join accounts a on a.org_id = s.org_id and a.id = s.account_id
		where s.org_id = $1 and s.street <> '' order by hashint8(s.id) limit $2`, r.org, n)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[sample])
}

type sample struct {
	Lon, Lat           float64
	Name, Street, City string
	Owner              int64
}

// change changes some account, as anybody at work does.
func (r *rival) change(ctx context.Context) error {
	_, err := r.pool.Exec(ctx, `
		with acting as materialized (select set_config('app.org_id', $1::bigint::text, true))
		update accounts set notes = 'Changed while measured ' || clock_timestamp()
		where org_id = $1 and id = (select min(id) from accounts where org_id = $1) and (select count(*) from acting) = 1`, r.org)
	return err
}
