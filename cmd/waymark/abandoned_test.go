package main

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/testdb"
)

// The job of the search was tried as often as it may be, and the last server died
// with it: the next server's queue gives it up, and the plan hears of it.
func TestAPlanWhoseJobIsGivenUpIsStoppedWithWhatItHas(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	var org, rep, plan, day int64
	require.NoError(t, db.Owner(t.Context(), func(tx pgx.Tx) error {
		if err := tx.QueryRow(t.Context(), `insert into organisations (name, slug, time_zone) values ('Ours', 'ours', 'America/New_York') returning org_id`).Scan(&org); err != nil {
			return err
		}
		if err := tx.QueryRow(t.Context(), `
			insert into users (org_id, email, name, role, password_hash) values ($1, 'rep@ours.example', 'Rep', 'rep', 'x') returning id`, org).Scan(&rep); err != nil {
			return err
		}
		if err := tx.QueryRow(t.Context(), `
			insert into visit_plans (org_id, kind, state, name, day, to_day, rep_ids, created_by, task, best, best_orders, request)
			select $1, 'period', 'running', 'Week', '2026-11-24', '2026-11-25', array[$2::bigint], $2, '{"seconds": 300, "first": true}',
			       '{"visits": 1}', jsonb_build_object('l', jsonb_build_array(jsonb_build_object('r', $2::bigint, 'd', '2026-11-24', 'v', '[1]'::jsonb))),
			       jsonb_build_object('name', 'Week', 'repIds', jsonb_build_array($2::bigint), 'from', '2026-11-24', 'to', '2026-11-25', 'preset', 'balanced',
			         'assignment', 'owner', 'workingDays', '[1, 2, 3, 4, 5]'::jsonb,
			         'reps', jsonb_build_array(jsonb_build_object('id', $2::bigint, 'name', 'Rep', 'workStart', '08:00', 'workEnd', '17:00', 'lunchMinutes', 0)))
			returning id`, org, rep).Scan(&plan); err != nil {
			return err
		}
		if err := tx.QueryRow(t.Context(), `
			insert into visit_plans (org_id, rep_id, day, state, request, created_by)
			select $1, $2, '2026-11-24', 'running', jsonb_build_object('repId', $2::bigint, 'day', '2026-11-24', 'visits', '[]'::jsonb), $2 returning id`,
			org, rep).Scan(&day); err != nil {
			return err
		}
		_, err := tx.Exec(t.Context(), `
			with account as (
			  insert into accounts (org_id, name, owner_id) values ($1, 'Shop', $2) returning id
			), site as (
			  insert into sites (org_id, account_id, is_primary, point, cell)
			  select $1, id, true, st_setsrid(st_makepoint(-75.5, 39.1), 4326), 622236750694711295 from account returning id, account_id
			)
			insert into plan_visits (org_id, plan_id, number, account_id, site_id, minutes, reason) select $1, $3, 1, account_id, id, 30, 'chosen' from site`, org, rep, plan)
		return err
	}))
	_, err := db.Pool().Exec(t.Context(), `insert into job_servers (id, seen_at) values ('killed', now() - interval '1 hour')`)
	require.NoError(t, err)
	_, err = db.Pool().Exec(t.Context(), `
		insert into river_job (state, kind, queue, args, attempt, max_attempts, attempted_at, attempted_by)
		select 'running', kind, queue, jsonb_build_object('orgId', $1::bigint, 'planId', plan, 'userId', $2::bigint, 'role', 'rep'), 5, 5, now() - interval '1 hour', '{killed}'
		from (values ('plan_period', 'planning', $3::bigint), ('plan_visits', 'default', $4::bigint)) as lost (kind, queue, plan)`, org, rep, plan, day)
	require.NoError(t, err)

	cmd := command(t, dataFolder(t), "serve")
	cmd.Env = append(cmd.Env, "DATABASE_URL="+db.URL, "DATABASE_OWNER_URL="+db.OwnerURL)
	log := &watched{serving: make(chan string, 1)}
	cmd.Stdout, cmd.Stderr = log, log
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	type told struct {
		State, Error string
		Stops        int
	}
	read := func(id int64) (x told) {
		require.NoError(t, db.Owner(t.Context(), func(tx pgx.Tx) error {
			return tx.QueryRow(t.Context(), `
				select state, error, (select count(*) from routes r join stops s on s.org_id = r.org_id and s.route_id = r.id where r.org_id = p.org_id and r.plan_id = p.id)
				from visit_plans p where org_id = $1 and id = $2`, org, id).Scan(&x.State, &x.Error, &x.Stops)
		}))
		return x
	}
	require.Eventually(t, func() bool { return read(plan).State != "running" && read(day).State != "running" }, 2*time.Minute, 50*time.Millisecond, "%s", log)
	require.Equal(t, told{State: "done", Stops: 1}, read(plan), "the best so far is kept")
	require.Equal(t, "failed", read(day).State)
	require.NotEmpty(t, read(day).Error)
}
