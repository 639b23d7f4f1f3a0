package identity_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/identity"
	"github.com/waymark-crm/waymark/internal/postgres"
	"github.com/waymark-crm/waymark/internal/testdb"
)

// sharedTables belong to the whole instance and to no tenant, each for a reason.
// Every other table has an org_id and is under forced row-level security.
var sharedTables = map[string]string{
	"goose_db_version":   "which migrations have run",
	"spatial_ref_sys":    "PostGIS's coordinate systems",
	"sign_in_attempts":   "counts failures before anyone is known, by hashes only",
	"extracts":           "which OpenStreetMap extracts were loaded: public data",
	"places":             "from the extract: public data",
	"boundaries":         "from the extract: public data",
	"streets":            "from the extract: public data",
	"addresses":          "from the extract: public data",
	"road_preparations":  "how far the preparation of an extract's roads is: public data",
	"open_prospects":     "from the extract: public data; who took one over stands in accounts",
	"job_servers":        "which servers are there to work on jobs: no tenant's",
	"river_job":          "jobs carry ids and the organisation; workers act for it, requests never read it",
	"river_leader":       "the job queue's own",
	"river_migration":    "the job queue's own",
	"river_notification": "the job queue's own",
	"river_queue":        "the job queue's own",
}

type tableRow struct {
	Name     string
	HasOrg   bool
	Enabled  bool
	Forced   bool
	Policies []string
	Key      string
	Owner    string
}

func tables(t *testing.T, db *testdb.DB) []tableRow {
	t.Helper()
	var all []tableRow
	require.NoError(t, db.Owner(t.Context(), func(tx pgx.Tx) error {
		rows, err := tx.Query(t.Context(), `
			select c.relname as name,
				exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped) as has_org,
				c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
				coalesce((select array_agg(p.polname || ' ' || p.polcmd::text || ' ' || p.polpermissive::text || ' ' || coalesce(pg_get_expr(p.polqual, c.oid), '') || ' / ' ||
					coalesce(pg_get_expr(p.polwithcheck, c.oid), '') order by p.polname)
					from pg_policy p where p.polrelid = c.oid and p.polname <> 'owner'
						and (p.polpermissive or p.polname not like 'access\_%')), '{}') as policies, -- what restricts can only take away
				coalesce((select a.attname from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
					where i.indrelid = c.oid and i.indisprimary), '') as key,
				pg_get_userbyid(c.relowner) as owner
			from pg_class c
			where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'm')
			order by 1`)
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, pgx.RowToStructByName[tableRow])
		return err
	}))
	require.NotEmpty(t, all)
	return all
}

// unprotected says what is missing for a table to be a tenant's.
func unprotected(table tableRow) string {
	policy := strings.Join(table.Policies, "; ")
	switch {
	case !table.HasOrg:
		return "has no org_id: give it one, or add it to sharedTables with the reason"
	case !table.Enabled:
		return "is not under row-level security: call protect_tenant_table"
	case !table.Forced:
		return "does not force row-level security on its owner: call protect_tenant_table"
	case len(table.Policies) != 1 || !strings.HasPrefix(policy, "tenant * true "):
		return fmt.Sprintf("has other policies than the tenant's: %s", policy)
	case strings.Count(policy, "app.org_id") != 2:
		return fmt.Sprintf("has a policy that does not compare with app.org_id on reading and writing: %s", policy)
	case table.Key != "org_id":
		return fmt.Sprintf("has a primary key that begins with %q and not with org_id", table.Key)
	}
	return ""
}

func TestEveryTableIsATenantsOrSharedForAReason(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	found := map[string]bool{}
	for _, table := range tables(t, db) {
		found[table.Name] = true
		if reason, shared := sharedTables[table.Name]; shared {
			require.False(t, table.HasOrg, "%s has an org_id; it is no shared table (%s)", table.Name, reason)
			continue
		}
		require.Empty(t, unprotected(table), table.Name)
		require.NotEqual(t, postgres.AppRole, table.Owner, "%s is owned by the role of requests", table.Name)
	}
	for name := range sharedTables {
		require.True(t, found[name], "there is no table %s any more; remove it from sharedTables", name)
	}
}

func TestATableThatIsNotProtectedIsFound(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	missing := func(sql string) string {
		require.NoError(t, db.Owner(t.Context(), func(tx pgx.Tx) error {
			_, err := tx.Exec(t.Context(), "drop table if exists secrets; create table secrets (org_id bigint, id bigint, primary key (org_id, id));"+sql)
			return err
		}))
		for _, table := range tables(t, db) {
			if table.Name == "secrets" {
				return unprotected(table)
			}
		}
		return "not there"
	}
	require.Contains(t, missing(""), "not under row-level security")
	require.Contains(t, missing("alter table secrets enable row level security"), "force")
	require.Contains(t, missing("alter table secrets enable row level security; alter table secrets force row level security"), "other policies")
	require.Contains(t, missing("call protect_tenant_table('secrets'); create policy more on secrets using (true)"), "other policies")
	require.Contains(t, missing("alter table secrets drop column org_id"), "no org_id")
	require.Empty(t, missing("call protect_tenant_table('secrets')"))
}

// requests work as a role that can do nothing but what the policies let it.
func TestTheRoleOfRequestsHasNoWayAroundThePolicies(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	require.NoError(t, db.Owner(t.Context(), func(tx pgx.Tx) error {
		var super, bypass, create, makesTables bool
		err := tx.QueryRow(t.Context(), `select rolsuper, rolbypassrls, rolcreaterole or rolcreatedb,
			has_schema_privilege(rolname, 'public', 'create') from pg_roles where rolname = $1`, postgres.AppRole).
			Scan(&super, &bypass, &create, &makesTables)
		require.False(t, super || bypass || create || makesTables)
		return err
	}))
	// And it cannot become another one.
	err := db.Anonymous(t.Context(), func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `set local role waymark_owner`)
		return err
	})
	require.ErrorContains(t, err, "permission denied")
}

// Functions that act as the owner see every tenant's rows, so each is here with
// what keeps it to one.
var definers = map[string]string{
	"auth_user_by_email":    "takes one e-mail address, gives back one row",
	"auth_session":          "takes the hash of one token, gives back one row",
	"auth_api_key":          "takes the hash of one key, gives back one row",
	"search_accounts":       "carries the organisation of the transaction itself",
	"webhook_organisations": "gives back ids of organisations and nothing else",
	"access_settings":       "takes one person's organisation and id, gives back which accounts they may see",
	"accounts_counted":      "a trigger, counts the rows that were written, each for its organisation",
	"sites_counted":         "a trigger, counts the rows that were written, each for its organisation",
	"sites_marked":          "a trigger, marks the cells of the rows that were written, each for its organisation",
	"settle_territories_of": "takes the organisation, and nobody but the functions beside it may call it",
	"sites_settle_insert":   "a trigger, works on the organisations of the rows that were written",
	"sites_settle_update":   "a trigger, works on the organisations of the rows that were written",
	"sites_settle_delete":   "a trigger, works on the organisations of the rows that were written",
}

func TestFunctionsThatActAsTheOwnerAreFewAndHeldTight(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	type row struct {
		Name   string
		Config []string
		ByAll  bool
		Bodies string
	}
	var all []row
	require.NoError(t, db.Owner(t.Context(), func(tx pgx.Tx) error {
		rows, err := tx.Query(t.Context(), `
			select p.proname as name, coalesce(p.proconfig, '{}') as config,
				has_function_privilege('public', p.oid, 'execute') as by_all, p.prosrc as bodies
			from pg_proc p
			where p.pronamespace = 'public'::regnamespace and p.prosecdef
				and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
			order by 1`)
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, pgx.RowToStructByName[row])
		return err
	}))
	require.NotEmpty(t, all)
	for _, f := range all {
		if !strings.Contains(f.Bodies, "current_org()") {
			require.Contains(t, definers, f.Name, "a function that acts as the owner and does not carry the organisation needs its reason here")
		}
		require.False(t, f.ByAll, "%s can be called by everyone: revoke all on function … from public", f.Name)
		require.Contains(t, strings.Join(f.Config, " "), "search_path=public, pg_temp", "%s has no fixed search_path", f.Name)
	}
}

var errExpected = errors.New("as it should be")

// Tables whose rows the role of requests can neither change nor remove.
var appendOnly = map[string]bool{"audit_entries": true, "account_counts": true, "account_count_changes": true, "site_blocks": true, "site_block_changes": true}

// Reading: each tenant table, seen as one organisation, shows its own rows only,
// and as nobody none. Writing: a row cannot be given to another organisation.
func TestAnOrganisationSeesAndWritesItsOwnRowsOnly(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	people := identity.New(db.DB, identity.Options{Hash: cheapHash})
	north, south := newOrganisation(t, people, "north"), newOrganisation(t, people, "south")
	for _, org := range []organisation{north, south} {
		require.NoError(t, db.Tx(org.ctx, func(tx pgx.Tx) error {
			_, err := tx.Exec(org.ctx, `insert into accounts (org_id, name) values (current_org(), 'Harbour Café')`)
			return err
		}))
	}
	for _, table := range tables(t, db) {
		if !table.HasOrg {
			continue
		}
		name := pgx.Identifier{table.Name}.Sanitize()
		require.NoError(t, db.Read(north.ctx, func(tx pgx.Tx) error {
			var foreign int
			err := tx.QueryRow(north.ctx, `select count(*) from `+name+` where org_id is distinct from $1`, north.id).Scan(&foreign)
			require.Zero(t, foreign, table.Name)
			return err
		}), table.Name)
		require.NoError(t, db.Anonymous(t.Context(), func(tx pgx.Tx) error {
			var visible int
			err := tx.QueryRow(t.Context(), `select count(*) from `+name).Scan(&visible)
			require.Zero(t, visible, table.Name)
			return err
		}), table.Name)
		err := db.Tx(north.ctx, func(tx pgx.Tx) error {
			tag, err := tx.Exec(north.ctx, `delete from `+name+` where org_id = $1`, south.id)
			if appendOnly[table.Name] {
				require.ErrorContains(t, err, "permission denied", table.Name)
				return errExpected
			}
			if err == nil {
				require.Zero(t, tag.RowsAffected(), table.Name)
			}
			return err
		})
		require.True(t, err == nil || errors.Is(err, errExpected), "%s: %v", table.Name, err)
	}
	for _, write := range []string{
		`insert into teams (org_id, name) values ($1, 'theirs')`,
		`update accounts set org_id = $1`,
		`update users set org_id = $1`,
	} {
		err := db.Tx(north.ctx, func(tx pgx.Tx) error {
			_, err := tx.Exec(north.ctx, write, south.id)
			return err
		})
		require.ErrorContains(t, err, "row-level security", write)
	}
}
