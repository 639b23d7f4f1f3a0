package api

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/geo/tiles"
)

// trespass is an attempt to read or write another organisation's rows through
// one operation.
type trespass struct {
	// try makes the requests, as whoever is signed in at c, at the rows of their.
	// The last reply is the one that want speaks of.
	try func(c *client, their tenant) *reply
	// want is the status that a stranger gets; 0 stands for success, where the
	// operation acts on the stranger's own rows whatever is asked, or lists them.
	want int
	// own is the status that their own administrator gets for the same requests:
	// it shows that the attempt fails for no other reason. 0 stands for success.
	own int
}

// trespasses has a case for every operation of the document, by its id, and for
// every raw route, by its path. A new operation without one fails the test.
var trespasses = map[string]trespass{
	// session.go
	"signIn": {try: func(c *client, their tenant) *reply {
		// A session of one organisation is no help to sign in at another.
		return c.do("POST", "/api/session", credentials(their.rep.Email, "not their password"))
	}, want: 401, own: 401},
	"getMe": {try: func(c *client, _ tenant) *reply { return c.get("/api/me") }},
	"updateMe": {try: func(c *client, _ tenant) *reply {
		return c.do("PATCH", "/api/me", map[string]any{"startAddress": "here"})
	}},
	"changePassword": {try: func(c *client, _ tenant) *reply {
		return c.do("POST", "/api/me/password", map[string]any{"current": password, "new": password + "!"})
	}},
	"signOut":           {try: func(c *client, _ tenant) *reply { return c.do("DELETE", "/api/session", nil) }},
	"signOutEverywhere": {try: func(c *client, _ tenant) *reply { return c.do("DELETE", "/api/sessions", nil) }},

	// users.go, teams.go
	"listUsers": {try: func(c *client, _ tenant) *reply { return c.get("/api/users") }},
	"createUser": {try: func(c *client, their tenant) *reply {
		return c.do("POST", "/api/users", map[string]any{"name": "Spy", "email": "spy@north.example", "role": "admin", "teamId": their.team, "password": password})
	}, want: 422},
	"updateUser": {try: func(c *client, their tenant) *reply {
		return c.do("PATCH", "/api/users/"+id(their.rep.ID), map[string]any{"name": "taken", "password": "a password of my own"})
	}, want: 404},
	"listTeams": {try: func(c *client, _ tenant) *reply { return c.get("/api/teams") }},
	"createTeam": {try: func(c *client, their tenant) *reply {
		return c.do("POST", "/api/teams", map[string]any{"name": their.mark + " tem"})
	}},

	// keys.go
	"listKeys": {try: func(c *client, _ tenant) *reply { return c.get("/api/keys") }},
	"createKey": {try: func(c *client, their tenant) *reply {
		// Whose key it becomes does not come from the request.
		return c.do("POST", "/api/keys", map[string]any{"name": "spy", "scopes": []string{"accounts.read"}, "userId": their.rep.ID})
	}, want: 422, own: 422},
	"deleteKey": {try: func(c *client, their tenant) *reply {
		return c.do("DELETE", "/api/keys/"+id(their.key), nil)
	}, want: 404},

	// osrm.go: the roads are everyone's; without an extract there are none
	"/osrm/*": {try: func(c *client, _ tenant) *reply { return c.get("/osrm/nearest/v1/driving/-75.52,39.16") }, want: 503, own: 503},

	// accounts.go
	"listAccounts": {try: func(c *client, their tenant) *reply {
		return c.get("/api/accounts?ownerId=" + id(their.rep.ID) + "&teamId=" + id(their.team) + "&tag=" + their.mark + "&q=" + their.mark + "&bbox=-76,39,-75,40")
	}},
	"countAccounts": {try: func(c *client, their tenant) *reply {
		return c.get("/api/accounts/count?ownerId=" + id(their.rep.ID) + "&q=" + their.mark)
	}},
	"summariseSelection": {try: func(c *client, _ tenant) *reply { return c.get("/api/accounts/selection?bbox=-76,39,-75,40") }},
	"sumUpAccounts": {try: func(c *client, their tenant) *reply {
		return c.do("POST", "/api/accounts/sums", map[string]any{"ids": []int64{their.account}})
	}},
	"createAccount": {try: func(c *client, their tenant) *reply {
		return c.do("POST", "/api/accounts", map[string]any{"name": "Mine", "ownerId": their.rep.ID, "teamId": their.team})
	}, want: 422},
	"getAccount": {try: func(c *client, their tenant) *reply { return c.get("/api/accounts/" + id(their.account)) }, want: 404},
	"updateAccount": {try: func(c *client, their tenant) *reply {
		return c.do("PATCH", "/api/accounts/"+id(their.account), map[string]any{"version": 1, "name": "Taken"})
	}, want: 404},
	"archiveAccount": {try: func(c *client, their tenant) *reply {
		return c.do("POST", "/api/accounts/"+id(their.account)+"/archive", map[string]any{"version": 1})
	}, want: 404},
	"restoreAccount": {try: func(c *client, their tenant) *reply {
		return c.do("POST", "/api/accounts/"+id(their.account)+"/restore", map[string]any{"version": 1})
	}, want: 404},
	"createSite": {try: func(c *client, their tenant) *reply {
		return c.do("POST", "/api/accounts/"+id(their.account)+"/sites", map[string]any{"point": []float64{-75, 39}})
	}, want: 404},
	"updateSite": {try: func(c *client, their tenant) *reply {
		return c.do("PATCH", "/api/accounts/"+id(their.account)+"/sites/"+id(their.site), map[string]any{"city": "Taken"})
	}, want: 404},
	"deleteSite": {try: func(c *client, their tenant) *reply {
		return c.do("DELETE", "/api/accounts/"+id(their.account)+"/sites/"+id(their.site), nil)
	}, want: 404},
	"createContact": {try: func(c *client, their tenant) *reply {
		return c.do("POST", "/api/accounts/"+id(their.account)+"/contacts", map[string]any{"name": "Spy"})
	}, want: 404},
	"updateContact": {try: func(c *client, their tenant) *reply {
		return c.do("PATCH", "/api/accounts/"+id(their.account)+"/contacts/"+id(their.contact), map[string]any{"name": "Taken"})
	}, want: 404},
	"deleteContact": {try: func(c *client, their tenant) *reply {
		return c.do("DELETE", "/api/accounts/"+id(their.account)+"/contacts/"+id(their.contact), nil)
	}, want: 404},

	// timeline.go, tasks.go
	"listTimeline": {try: func(c *client, their tenant) *reply { return c.get("/api/accounts/" + id(their.account) + "/timeline") }, want: 404},
	"createActivity": {try: func(c *client, their tenant) *reply {
		return c.do("POST", "/api/activities", map[string]any{"accountId": their.account, "kind": "note", "body": "Was here"})
	}, want: 404},
	"getActivity": {try: func(c *client, their tenant) *reply { return c.get("/api/activities/" + id(their.activity)) }, want: 404},
	"updateActivity": {try: func(c *client, their tenant) *reply {
		return c.do("PATCH", "/api/activities/"+id(their.activity), map[string]any{"version": 1, "body": "Taken"})
	}, want: 404},
	"deleteActivity": {try: func(c *client, their tenant) *reply {
		return c.do("DELETE", "/api/activities/"+id(their.activity), nil)
	}, want: 404},
	"restoreActivity": {try: func(c *client, their tenant) *reply {
		return c.do("POST", "/api/activities/"+id(their.activity)+"/restore", nil)
	}, want: 404},
	"createComment": {try: func(c *client, their tenant) *reply {
		return c.do("POST", "/api/activities/"+id(their.activity)+"/comments", map[string]any{"body": "Was here"})
	}, want: 404},
	"getInbox": {try: func(c *client, _ tenant) *reply { return c.get("/api/inbox") }},
	"markInbox": {try: func(c *client, their tenant) *reply {
		return c.do("POST", "/api/inbox/read", map[string]any{"ids": []int64{1, 2, 3}})
	}},
	"listTasks": {try: func(c *client, their tenant) *reply {
		return c.get("/api/tasks?state=open&assigneeId=" + id(their.rep.ID))
	}},
	"countTasks": {try: func(c *client, _ tenant) *reply { return c.get("/api/tasks/counts") }},
	"completeTask": {try: func(c *client, their tenant) *reply {
		return c.do("POST", "/api/tasks/"+id(their.activity)+"/complete", nil)
	}, want: 404},
	"reopenTask": {try: func(c *client, their tenant) *reply {
		return c.do("POST", "/api/tasks/"+id(their.activity)+"/reopen", nil)
	}, want: 404},

	// audit.go, access.go
	"listAccountHistory": {try: func(c *client, their tenant) *reply { return c.get("/api/accounts/" + id(their.account) + "/history") }, want: 404},
	"listAudit":          {try: func(c *client, their tenant) *reply { return c.get("/api/audit?userId=0") }},
	"listAccessRules":    {try: func(c *client, _ tenant) *reply { return c.get("/api/access-rules") }},
	"setAccessRules": {try: func(c *client, _ tenant) *reply {
		return c.do("PUT", "/api/access-rules", map[string]any{"rules": []any{map[string]any{"role": "rep", "sees": "own", "edits": "none"}}})
	}},
	"getAccountAccess": {try: func(c *client, their tenant) *reply { return c.get("/api/accounts/" + id(their.account) + "/access") }, want: 404},

	// webhooks.go
	"listWebhooks": {try: func(c *client, _ tenant) *reply { return c.get("/api/webhooks") }},
	"createWebhook": {try: func(c *client, their tenant) *reply {
		return c.do("POST", "/api/webhooks", map[string]any{"url": "https://" + strings.ToLower(their.mark) + ".example/x", "events": []string{"*"}, "orgId": their.org})
	}, want: 422, own: 422},
	"updateWebhook": {try: func(c *client, their tenant) *reply {
		return c.do("PATCH", "/api/webhooks/"+id(their.webhook), map[string]any{"url": "https://spy.example/"})
	}, want: 404},
	"deleteWebhook": {try: func(c *client, their tenant) *reply { return c.do("DELETE", "/api/webhooks/"+id(their.webhook), nil) }, want: 404},
	"pingWebhook": {try: func(c *client, their tenant) *reply {
		return c.do("POST", "/api/webhooks/"+id(their.webhook)+"/ping", nil)
	}, want: 404, own: 503},
	"listWebhookDeliveries": {try: func(c *client, their tenant) *reply {
		return c.get("/api/webhooks/" + id(their.webhook) + "/deliveries")
	}, want: 404},
	"resendWebhookDelivery": {try: func(c *client, their tenant) *reply {
		return c.do("POST", "/api/webhooks/"+id(their.webhook)+"/deliveries/"+id(their.delivery)+"/resend", nil)
	}, want: 404, own: 503},

	// files.go, relations.go
	"listFiles": {try: func(c *client, their tenant) *reply { return c.get("/api/accounts/" + id(their.account) + "/files") }, want: 404},
	"createFile": {try: func(c *client, their tenant) *reply {
		c.set.Set("Content-Type", "application/octet-stream")
		defer c.set.Del("Content-Type")
		return c.do("POST", "/api/accounts/"+id(their.account)+"/files?name="+their.mark, "text")
	}, want: 404},
	"deleteFile": {try: func(c *client, their tenant) *reply { return c.do("DELETE", "/api/files/"+id(their.file), nil) }, want: 404},
	"restoreFile": {try: func(c *client, their tenant) *reply {
		return c.do("POST", "/api/files/"+id(their.file)+"/restore", nil)
	}, want: 404, own: 404},
	"/api/files/:id/content":   {try: func(c *client, their tenant) *reply { return c.get("/api/files/" + id(their.file) + "/content") }, want: 404},
	"/api/files/:id/thumbnail": {try: func(c *client, their tenant) *reply { return c.get("/api/files/" + id(their.file) + "/thumbnail") }, want: 404},
	"listRelations": {try: func(c *client, their tenant) *reply {
		return c.get("/api/accounts/" + id(their.account) + "/relations")
	}, want: 404},
	"createRelation": {try: func(c *client, their tenant) *reply {
		return c.do("POST", "/api/accounts/"+id(their.account)+"/relations", map[string]any{"otherId": their.other, "kind": "partner"})
	}, want: 404},
	"deleteRelation": {try: func(c *client, their tenant) *reply {
		return c.do("DELETE", "/api/accounts/"+id(their.account)+"/relations/"+id(their.relation), nil)
	}, want: 404},

	// openprospects.go: they are everyone's until one takes them over
	"listOpenProspects": {try: func(c *client, _ tenant) *reply {
		c.w.openProspect("Open to all")
		return c.get("/api/open-prospects?bbox=-76,39,-75,40")
	}},
	"getOpenProspect": {try: func(c *client, _ tenant) *reply {
		return c.get("/api/open-prospects/" + id(c.w.openProspect("Open to all")))
	}},
	"takeOverOpenProspect": {try: func(c *client, their tenant) *reply {
		return c.do("POST", "/api/open-prospects/"+id(c.w.openProspect("Open to all"))+"/take-over", map[string]any{"ownerId": their.rep.ID})
	}, want: 422},

	// regions.go, tiles.go
	"listRegions": {try: func(c *client, _ tenant) *reply { return c.get("/api/regions?bbox=-76,39,-75,40") }},
	"summariseRegion": {try: func(c *client, their tenant) *reply {
		return c.get("/api/regions/summary?bbox=-76,39,-75,40&ownerId=" + id(their.rep.ID) + "&figures=money,visits,coverage")
	}},
	"listRegionHistory": {try: func(c *client, their tenant) *reply {
		return c.get("/api/regions/history?ownerId=" + id(their.rep.ID))
	}},
	"listHotSpots": {try: func(c *client, _ tenant) *reply {
		return c.get("/api/regions/hotspots?bbox=-76,39,-75,40&figure=revenue")
	}},
	"listLookAlikes": {try: func(c *client, _ tenant) *reply {
		cell, _ := hexgrid.CellAt(tenantPlace, 7)
		return c.get("/api/regions/lookalikes?cell=" + cell.String())
	}},
	"measureConcentration": {try: func(c *client, their tenant) *reply {
		return c.get("/api/regions/concentration?figure=revenue&ownerId=" + id(their.rep.ID))
	}},
	"listUnserved": {try: func(c *client, _ tenant) *reply {
		return c.get("/api/regions/unserved?figure=prospects&servedBy=starts")
	}},
	"modelGravity": {try: func(c *client, their tenant) *reply {
		return c.do("POST", "/api/regions/gravity?ownerId="+id(their.rep.ID), map[string]any{"at": tenantPlace, "rivals": map[string]any{"own": true}})
	}},
	"/tiles/accounts/:z/:x/:y": {try: func(c *client, _ tenant) *reply {
		at := tiles.At(tenantPlace, 13)
		return c.get("/tiles/accounts/" + at.String())
	}},
	"/tiles/regions/:z/:x/:y": {try: func(c *client, _ tenant) *reply {
		at := tiles.At(tenantPlace, 9)
		return c.get("/tiles/regions/" + at.String())
	}},

	// places.go, extract.go: everyone's
	"searchPlaces": {try: func(c *client, _ tenant) *reply {
		c.w.openProspect("Open to all")
		return c.get("/api/search/places?q=SOUTH&near=-75.52,39.16")
	}},
	"listBoundaries": {try: func(c *client, _ tenant) *reply {
		c.w.boundary("Open County")
		return c.get("/api/places/boundaries?q=open&bbox=-76,39,-75,40")
	}},
	"getBoundary": {try: func(c *client, _ tenant) *reply {
		return c.get("/api/places/boundaries/" + id(c.w.boundary("Open County")))
	}},
	"getExtract":              {try: func(c *client, _ tenant) *reply { return c.get("/api/extract") }},
	"/tiles/basemap/:z/:x/:y": {try: func(c *client, _ tenant) *reply { return c.get("/tiles/basemap/0/0/0") }, want: 404, own: 404},

	// reach.go, directions.go: the roads are everyone's; without an extract there
	// are no areas, and directions are estimates
	"getReach":      {try: func(c *client, _ tenant) *reply { return c.get("/api/reach?point=-75.52,39.16&minutes=15") }, want: 503, own: 503},
	"getDirections": {try: func(c *client, _ tenant) *reply { return c.get("/api/directions?from=-75.52,39.16&to=-75.54,39.74") }},

	// plans.go
	"listDueVisits": {try: func(c *client, their tenant) *reply {
		return c.get("/api/visits/due?day=2026-11-23&repId=" + id(their.rep.ID))
	}},
	"listPlans": {try: func(c *client, their tenant) *reply { return c.get("/api/plans?repId=" + id(their.rep.ID)) }},
	"getPlan":   {try: func(c *client, their tenant) *reply { return c.get("/api/plans/" + id(their.plan)) }, want: 404},
	"createPlan": {try: func(c *client, their tenant) *reply {
		return c.do("POST", "/api/plans", map[string]any{"repId": their.rep.ID, "day": "2026-11-24", "visits": []any{map[string]any{"siteId": their.site}}})
	}, want: 422},
	"reorderPlan": {try: func(c *client, their tenant) *reply {
		return c.do("PUT", "/api/plans/"+id(their.plan)+"/order", map[string]any{"version": 1, "siteIds": []int64{their.site}})
	}, want: 404},
	"optimisePlan": {try: func(c *client, their tenant) *reply {
		return c.do("POST", "/api/plans/"+id(their.plan)+"/optimise", map[string]any{"version": 1})
	}, want: 404},
	"cancelPlan": {try: func(c *client, their tenant) *reply {
		return c.do("POST", "/api/plans/"+id(their.plan)+"/cancel", nil)
	}, want: 404, own: 409},
	"deletePlan": {try: func(c *client, their tenant) *reply { return c.do("DELETE", "/api/plans/"+id(their.plan), nil) }, want: 404},
}

// silent are the operations whose answer has no text of an organisation in it,
// even for its own people.
var silent = map[string]string{
	"getInbox":                 "the administrator's own, who is mentioned nowhere",
	"markInbox":                "figures only",
	"countTasks":               "figures only",
	"/api/files/:id/thumbnail": "a picture",
	"listFiles":                "names of files and people are those of the harness",
	"listRelations":            "the other account has a name of its own",
	"createRelation":           "the other account has a name of its own",
	"deleteRelation":           "the other account has a name of its own",
	"listAccessRules":          "rules of roles",
	"setAccessRules":           "rules of roles",
	"updateUser":               "the attempt gives them another name",
	"countAccounts":            "figures only",
	"listRegions":              "figures only",
	"summariseRegion":          "figures only",
	"listRegionHistory":        "figures only",
	"listHotSpots":             "figures only",
	"listLookAlikes":           "figures only",
	"measureConcentration":     "figures only",
	"listUnserved":             "figures only",
	"modelGravity":             "figures only",
	"/tiles/regions/:z/:x/:y":  "figures only",
	"listOpenProspects":        "the extract's, everyone's",
	"getOpenProspect":          "the extract's, everyone's",
	"/tiles/basemap/:z/:x/:y":  "the extract's, everyone's",
	"getExtract":               "the extract's, everyone's",
	"searchPlaces":             "the extract's, everyone's",
	"listBoundaries":           "the extract's, everyone's",
	"getBoundary":              "the extract's, everyone's",
	"getDirections":            "the extract's, everyone's",
	"listRoads":                "the extract's, everyone's",
	"prepareRoads":             "the extract's, everyone's",
}

// repeated are words of the attempt itself that an answer may repeat.
var repeated = map[string]string{"createTeam": "SOUTH-ONLY tem"}

func TestOneOrganisationReachesNothingOfAnotherThroughAnyOperation(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("a thousand requests one after the other, in which goroutines share nothing; the run without the race detector makes them")
	}
	known := map[string]bool{}
	eachOperation(t, func(id, _, _ string, _ map[string]any) {
		known[id] = true
		require.Contains(t, trespasses, id, "add a case to trespasses: how would one organisation reach another's rows through %s?", id)
	})
	s, err := New(Deps{})
	require.NoError(t, err)
	for path, a := range s.rawRoutes {
		if a != public && path != "/api/events" { // events_test.go
			known[path] = true
			require.Contains(t, trespasses, path, "add a case to trespasses")
		}
	}
	for id := range trespasses {
		require.True(t, known[id], "%s is no operation any more; remove its case", id)
	}
	shared := setup(t)
	ids := slices.Sorted(maps.Keys(trespasses))
	t.Run("through", func(t *testing.T) { // so that the server outlives them
		for i, id := range ids {
			attempt := trespasses[id]
			t.Run(strings.ReplaceAll(strings.Trim(id, "/"), "/", "_"), func(t *testing.T) {
				t.Parallel()
				w := shared.in(t)
				stranger := w.newTenant(fmt.Sprint("stranger-", i), "STRANGER")
				their := w.newTenant(fmt.Sprint("owner-", i), "SOUTH-ONLY")
				w.addTwin(&their)
				c := w.as(stranger.admin)
				before := w.rowsOf(their.org)
				require.GreaterOrEqual(t, len(before), 6, "the snapshot has tables in it")

				r := attempt.try(c, their)
				require.True(t, r.status == attempt.want || attempt.want == 0 && r.status < 300, r.text())
				body := strings.ReplaceAll(r.decoded(), repeated[id], "")
				require.NotContains(t, body, their.mark)
				require.Equal(t, before, w.rowsOf(their.org), "rows of the other organisation have changed")

				own := attempt.try(w.as(their.admin), their)
				require.True(t, own.status == attempt.own || attempt.own == 0 && own.status < 300, "their own administrator could not do it either: "+own.text())
				if own.status == 200 && silent[id] == "" {
					require.Contains(t, own.decoded(), their.mark, "their own administrator does not see it either; is the attempt right?")
				}
			})
		}
	})
}

// rowsOf is a fingerprint of all rows of an organisation, by table.
func (w *world) rowsOf(org int64) map[string]string {
	w.t.Helper()
	prints := map[string]string{}
	ctx := w.t.Context()
	require.NoError(w.t, w.db.Owner(ctx, func(tx pgx.Tx) error {
		// One statement for all tables, the same each time, so that it is planned once.
		var statement string
		err := tx.QueryRow(ctx, `select string_agg(format(
			  'select %L::text, count(*), coalesce(md5(string_agg(t::text, chr(10) order by t::text)), '''') from %I t where org_id = $1', c.relname, c.relname),
			  ' union all ' order by c.relname)
			from pg_class c join pg_attribute a on a.attrelid = c.oid
			where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and a.attname = 'org_id'`).Scan(&statement)
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, statement, org)
		if err != nil {
			return err
		}
		var table, sum string
		var count int
		_, err = pgx.ForEachRow(rows, []any{&table, &count, &sum}, func() error {
			prints[table] = fmt.Sprintf("%d %s", count, sum)
			return nil
		})
		return err
	}))
	return prints
}

// decoded is the body as text, with what JSON escapes undone, and of a vector
// tile the strings in it.
func (r *reply) decoded() string {
	text := string(r.body)
	if r.header.Get("Content-Encoding") == "gzip" {
		text = gunzip(r.t, r.body)
	}
	return regexp.MustCompile(`\\u002[dD]`).ReplaceAllString(text, "-")
}

func TestTheFingerprintSeesAChange(t *testing.T) {
	t.Parallel()
	w := setup(t)
	before := w.rowsOf(w.south.org)
	w.own(`update contacts set name = name || '!' where org_id = $1`, w.south.org)
	after := w.rowsOf(w.south.org)
	require.NotEqual(t, before, after)
	require.Equal(t, before["accounts"], after["accounts"])
	require.Equal(t, w.rowsOf(w.north.org), w.rowsOf(w.north.org))
	require.True(t, slices.Contains([]string{before["users"][:1]}, "3"), "three users: %s", before["users"])
}
