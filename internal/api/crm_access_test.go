package api

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/identity"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// narrow makes the rule that reps see and edit what sees and edits say.
func (w *world) narrow(n tenant, sees, edits string) {
	w.t.Helper()
	w.as(n.admin).do("PUT", "/api/access-rules", map[string]any{"rules": []any{map[string]any{"role": "rep", "sees": sees, "edits": edits}}}).want(200)
}

// hidden gives the tenant an account of its manager, with one of everything on it,
// whose texts hold another mark, and returns the tenant with the ids of that.
func (w *world) hidden(n tenant) tenant {
	t := w.t
	n.mark = "HIDDEN-ONLY"
	ctx := postgres.WithActor(t.Context(), postgres.Actor{OrgID: n.org})
	cell, err := hexgrid.CellOf(tenantPlace)
	require.NoError(t, err)
	require.NoError(t, w.db.Tx(ctx, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, `insert into accounts (org_id, name, owner_id, team_id, tags, notes)
			values ($1, $2, $3, null, array[$2], $2) returning id`, n.org, n.mark, n.manager.ID).Scan(&n.account); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `insert into sites (org_id, account_id, name, is_primary, street, city, point, cell)
			values ($1, $2, $3, true, $3, $3, $4, $5) returning id`, n.org, n.account, n.mark, tenantPlace, int64(cell)).Scan(&n.site); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `insert into account_relations (org_id, account_id, other_id, kind) values ($1, $2, $3, 'partner') returning id`, n.org, n.account, n.other).Scan(&n.relation); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `insert into files (org_id, account_id, name, media_type, size, sha256) values ($1, $2, $3, 'text/plain', 4, sha256('x')) returning id`, n.org, n.account, n.mark).Scan(&n.file); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `insert into contacts (org_id, account_id, name) values ($1, $2, $3) returning id`, n.org, n.account, n.mark).Scan(&n.contact); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `insert into activities (org_id, account_id, kind, subject, body, author_id, assignee_id)
			values ($1, $2, 'task', $3, $3, $4, $4) returning id`, n.org, n.account, n.mark, n.manager.ID).Scan(&n.activity)
	}))
	return n
}

// ofAccounts are the operations that act on accounts or show them.
var ofAccounts = regexp.MustCompile(`(Account|Site|Contact|Activit|Activity|Comment|Task|Timeline|AccountHistory|AccountAccess$|Selection|File|Photo|Relation|search[A-Z]|listRegions|tiles/(accounts|regions)|files/|getInbox|listAudit)`)

func TestARepWithoutAccessReachesNothingThroughAnyOperation(t *testing.T) {
	t.Parallel()
	shared := setup(t)
	w := shared
	n := w.north
	theirs := w.hidden(n)
	ctx := postgres.WithActor(t.Context(), postgres.Actor{OrgID: n.org})
	outsider, err := w.identity.CreateUser(ctx, identity.NewUser{Name: "Outsider", Email: "outsider@north.example", Role: identity.RoleRep, Password: password})
	require.NoError(t, err)
	seen := w.as(outsider).get("/api/accounts/" + id(theirs.account)).want(200)
	require.Contains(t, seen.decoded(), theirs.mark, "at first everyone sees everything")
	w.narrow(n, "own", "own")
	tried := 0
	for op, attempt := range trespasses {
		if !ofAccounts.MatchString(op) || strings.Contains(op, "Alignment") { // what is said of an alignment is everyone's
			continue
		}
		c := w.as(outsider)
		before := w.rowsOf(n.org)
		r := attempt.try(c, theirs)
		after := w.rowsOf(n.org)
		if attempt.want == 404 {
			tried++
			require.True(t, r.status == 404 || r.status == 403, "%s: %s", op, r.text())
			for _, table := range []string{"accounts", "sites", "contacts", "activities", "files", "account_relations"} {
				require.Equal(t, before[table], after[table], "%s has changed %s", op, table)
			}
		}
		require.NotContains(t, r.decoded(), theirs.mark, op)
	}
	require.Greater(t, tried, 15)
}

func TestWhatARoleSeesAndEditsFollowsTheRule(t *testing.T) {
	t.Parallel()
	w := setup(t)
	n := w.north
	theirs := w.hidden(n)
	rep := w.as(n.rep)
	path := "/api/accounts/" + id(theirs.account)
	names := func() []string {
		out := []string{}
		for _, row := range items(rep.get("/api/accounts?sort=name")) {
			out = append(out, row["name"].(string))
		}
		return out
	}
	// By hand: all; then the team's, to which the manager belongs; then one's own.
	require.Equal(t, []string{theirs.mark, n.mark}, names())
	w.narrow(n, "team", "own")
	require.Equal(t, []string{theirs.mark, n.mark}, names(), "the owner is of the rep's team")
	require.Contains(t, rep.do("PATCH", path, map[string]any{"version": 1, "name": "Mine"}).problem(403, "forbidden"), "look at this account")
	rep.do("POST", path+"/contacts", map[string]any{"name": "New"}).problem(403, "forbidden")
	rep.write(map[string]any{"accountId": theirs.account, "kind": "note", "body": "Whoever sees it may say something."})
	rep.do("PATCH", "/api/accounts/"+id(n.account), map[string]any{"version": 1, "category": "Mine"}).want(200)
	w.narrow(n, "own", "none")
	require.Equal(t, []string{n.mark}, names())
	require.EqualValues(t, 1, rep.get("/api/accounts").object()["total"])
	require.Empty(t, items(rep.get("/api/accounts?q="+theirs.mark)))
	require.Empty(t, items(rep.get("/api/accounts?tag="+theirs.mark)))
	rep.do("PATCH", "/api/accounts/"+id(n.account), map[string]any{"version": 2, "category": "Not"}).problem(403, "forbidden")
	w.narrow(n, "own", "own")
	made := rep.do("POST", "/api/accounts", map[string]any{"name": "Found today"}).want(201).object()
	require.EqualValues(t, n.rep.ID, made["ownerId"])
	require.Contains(t, w.as(n.admin).do("PUT", "/api/access-rules", map[string]any{"rules": []any{map[string]any{"role": "rep", "sees": "own", "edits": "all"}}}).
		problem(422, "invalid"), "cannot see")
	w.as(n.admin).do("PUT", "/api/access-rules", map[string]any{"rules": []any{map[string]any{"role": "admin", "sees": "own", "edits": "own"}}}).want(422)
	rep.do("PUT", "/api/access-rules", map[string]any{"rules": []any{map[string]any{"role": "rep", "sees": "all", "edits": "all"}}}).problem(403, "forbidden")

	who := w.as(n.manager).get(path + "/access").want(200).object()
	require.Equal(t, true, who["mayEdit"])
	why := map[string]string{}
	for _, p := range who["people"].([]any) {
		person := p.(map[string]any)
		why[person["name"].(string)] = person["why"].(string)
	}
	require.Equal(t, map[string]string{n.admin.Name: "admin", n.manager.Name: "role", n.rep.Name: "not_theirs"}, why)
}

func TestNobodysAccountsBelongToEveryTeam(t *testing.T) {
	t.Parallel()
	w := setup(t)
	n := w.north
	w.narrow(n, "team", "team")
	w.own(`insert into accounts (org_id, name) values ($1, 'Free')`, n.org)
	w.own(`insert into teams (org_id, name) values ($1, 'Other')`, n.org)
	w.own(`insert into accounts (org_id, name, team_id) select $1, 'Others', id from teams where org_id = $1 and name = 'Other'`, n.org)
	found := items(w.as(n.rep).get("/api/accounts?sort=name"))
	require.Len(t, found, 2)
	require.Equal(t, "Free", found[0]["name"])
}

func TestTheRulesHoldForJobsAndForFunctionsThatReadAsTheOwner(t *testing.T) {
	t.Parallel()
	w := setup(t)
	n := w.north
	theirs := w.hidden(n)
	w.narrow(n, "own", "own")
	// A job makes its actor from its arguments and knows no session.
	ctx := postgres.WithActor(t.Context(), postgres.Actor{OrgID: n.org, UserID: n.rep.ID, Role: "rep"})
	count := func(ctx context.Context, query string, args ...any) (found int) {
		require.NoError(t, w.db.Read(ctx, func(tx pgx.Tx) error { return tx.QueryRow(ctx, query, args...).Scan(&found) }))
		return found
	}
	for _, table := range []string{"accounts", "sites", "contacts", "activities"} {
		require.Equal(t, 1, count(ctx, `select count(*) from `+table), table)
	}
	find := `select count(*) from search_accounts(array['hidden', 'only'])`
	require.Zero(t, count(ctx, find))
	require.Zero(t, count(ctx, `select count(*) from accounts_with_tags(array['HIDDEN-ONLY'])`))
	everyone := postgres.WithActor(t.Context(), postgres.Actor{OrgID: n.org})
	require.Equal(t, 1, count(everyone, find), "or nobody would find it")
	require.Equal(t, 1, count(everyone, `select count(*) from accounts_with_tags(array['HIDDEN-ONLY'])`))
	// Someone who does not exist sees nothing.
	require.Zero(t, count(postgres.WithActor(t.Context(), postgres.Actor{OrgID: n.org, UserID: 999999}), `select count(*) from accounts`))
	err := w.db.Tx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `update accounts set name = 'Taken' where id = $1`, theirs.account)
		require.Zero(t, tag.RowsAffected())
		return err
	})
	require.NoError(t, err)
	err = w.db.Tx(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `insert into contacts (org_id, account_id, name) values ($1, $2, 'Spy')`, n.org, theirs.account)
		return err
	})
	require.ErrorContains(t, err, "row-level security")
}
