package visits

import (
	"context"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/postgres"
	"github.com/waymark-crm/waymark/internal/testdb"
)

// TestProposalsAndListsReadIndexesAtAHundredThousandAccounts fills an
// organisation with accounts of 200 people and 7,500 published days, beside a
// smaller one. WAYMARK_SHOW_PLANS=1 prints the plans with their times.
func TestProposalsAndListsReadIndexesAtAHundredThousandAccounts(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	conn, err := pgx.Connect(t.Context(), db.SuperURL)
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close(context.WithoutCancel(t.Context()))) }()
	_, err = conn.Exec(t.Context(), `
		set session_replication_role = replica; -- no triggers
		-- Indexes that these queries have no use for take most of the time to fill.
		drop index accounts_search, accounts_tags, accounts_updated, accounts_kind_name, accounts_kind_revenue, accounts_kind_potential, accounts_kind_created, accounts_kind_updated;
		insert into organisations (name, slug) select 'Org ' || n, 'org-' || n from generate_series(1, 2) n;
		insert into users (org_id, email, name, role, password_hash)
		  select o.org_id, 'p' || n || '@' || o.slug || '.example', 'Person ' || n, 'rep', 'x' from organisations o, generate_series(1, 200) n;
		insert into accounts (org_id, name, status, class, owner_id, visit_interval_days, last_visit_on)
		  select o.org_id, 'Account ' || n, (array['prospect', 'customer', 'customer', 'former'])[1 + n / 200 % 4], (array['A', 'B', 'C'])[1 + n % 3],
		         p.id, 30, case when n % 3 > 0 then date '2026-11-23' - n % 60 end
		  from generate_series(1, 100000) n, organisations o, users p
		  where p.org_id = o.org_id and p.name = 'Person ' || 1 + n % 200 and (o.slug = 'org-1' or n <= 10000);
		insert into sites (org_id, account_id, is_primary, point, cell, status)
		  select org_id, id, true, st_setsrid(st_point(-75.5, 39.1), 4326), id, status from accounts 
		    where id % 5 = 0 or owner_id in (select id from users where name in ('Person 8', 'Person 9', 'Person 10'));
		insert into visit_plans (org_id, kind, rep_id, rep_ids, day, to_day, state, request, published_at, source_plan_id)
		  select org_id, 'day', id, array[id], date '2026-09-01' + n, date '2026-09-01' + n, 'done', '{}', now(), 1 from users, generate_series(0, 150) n where split_part(name, ' ', 2)::int % 8 = 0;
		insert into visit_plans (org_id, kind, rep_ids, day, to_day, state, request)
		  select org_id, 'period', array_agg(id), date '2026-01-01' + n, date '2026-01-05' + n, 'done', '{}' from users, generate_series(0, 364) n where split_part(name, ' ', 2)::int % 20 = 0 group by org_id, n;
		insert into routes (org_id, plan_id, rep_id, day, starts_at, ends_at, drive_seconds, drive_metres, visit_seconds, waiting_seconds)
		  select org_id, id, coalesce(rep_id, rep_ids[1]), day, day, day, 0, 0, 0, 0 from visit_plans;
		insert into stops (org_id, route_id, position, account_id, site_id, arrives_at, visit_seconds, leaves_at, drive_seconds, drive_metres, visit)
		  select r.org_id, r.id, n, s.account_id, s.id, r.day, 1800, r.day, 0, 0, n
		  from routes r cross join generate_series(1, 8) n
		  join (select *, row_number() over (partition by org_id order by id) as nth from sites) s on s.org_id = r.org_id and s.nth = 1 + (r.id * 8 + n) % 2000;
		insert into plan_visits (org_id, plan_id, number, account_id, site_id, minutes, reason)
		  select s.org_id, r.plan_id, s.position, s.account_id, s.site_id, 30, 'chosen'
		  from visit_plans p join routes r on r.org_id = p.org_id and r.plan_id = p.id join stops s on s.org_id = r.org_id and s.route_id = r.id where p.kind = 'period';
		checkpoint;`)
	require.NoError(t, err)
	for _, table := range []string{"accounts", "sites", "visit_plans", "routes", "stops", "plan_visits"} {
		_, err = conn.Exec(t.Context(), `vacuum analyze `+table)
		require.NoError(t, err)
	}
	var org, rep int64
	require.NoError(t, conn.QueryRow(t.Context(), `
		select org_id, id from users where name = 'Person 8' and org_id = (select org_id from organisations where slug = 'org-1')`).Scan(&org, &rep))
	ctx := postgres.WithActor(t.Context(), postgres.Actor{OrgID: org, UserID: rep, Role: "manager"})
	scans := regexp.MustCompile(`Seq Scan on (accounts|sites|visit_plans|routes|stops|plan_visits)\b`)
	for name, query := range map[string][]any{
		"proposals":                       {proposalsSQL, org, []int64{rep, rep + 1, rep + 2}, "2026-11-23", "2026-12-04", 500},
		"list":                            {plansSQL, org, int64(0), "", "", 50, "", true, rep},
		"list of a rep's days in a month": {plansSQL, org, rep, "2026-11-01", "2026-11-30", 50, "", false, rep},
		"list of a month":                 {plansSQL, org, int64(0), "2026-11-01", "2026-11-30", 50, "", true, rep},
	} {
		require.NoError(t, db.Read(ctx, func(tx pgx.Tx) error {
			how := "explain "
			if os.Getenv("WAYMARK_SHOW_PLANS") != "" {
				how = "explain (analyze, buffers) "
			}
			rows, err := tx.Query(ctx, how+query[0].(string), query[1:]...)
			require.NoError(t, err, name)
			lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
			require.NoError(t, err, name)
			require.NotRegexp(t, scans, strings.Join(lines, "\n"), name)
			if os.Getenv("WAYMARK_SHOW_PLANS") != "" {
				t.Logf("%s\n%s", name, strings.Join(lines, "\n"))
			}
			return nil
		}))
	}
	require.NoError(t, db.Read(ctx, func(tx pgx.Tx) error {
		found, err := propose(ctx, tx, org, []int64{rep}, "2026-11-23", "2026-12-04", 5000)
		require.NoError(t, err)
		var want int
		require.NoError(t, tx.QueryRow(ctx, `
			select count(*) from accounts a where exists (select from sites s where s.account_id = a.id) and owner_id = $1 and status <> 'former'
			  and (last_visit_on is null or last_visit_on + visit_interval_days <= date '2026-12-04')`, rep).Scan(&want))
		require.Positive(t, want)
		require.Len(t, found.Items, want, "no account is missed")
		return nil
	}))
}
