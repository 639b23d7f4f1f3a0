package api

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/identity"
)

// program is a client with an API key instead of a cookie, and none of the
// headers that browsers send.
func (w *world) program(key string) *client {
	c := w.anonymous()
	c.set = http.Header{"Authorization": {"Bearer " + key}, "Origin": {""}, "Sec-Fetch-Site": {""}}
	return c
}

// newKey makes an API key as the user and returns it and its id.
func (w *world) newKey(u identity.User, more map[string]any, scopes ...string) (key, id string) {
	w.t.Helper()
	body := map[string]any{"name": "Test", "scopes": scopes}
	for k, v := range more {
		body[k] = v
	}
	made := w.as(u).do("POST", "/api/keys", body).want(201).object()
	return made["key"].(string), idOf(made)
}

// scan reads one value as the owner of the schema.
func (w *world) scan(into any, sql string, args ...any) {
	w.t.Helper()
	require.NoError(w.t, w.db.Owner(w.t.Context(), func(tx pgx.Tx) error { return tx.QueryRow(w.t.Context(), sql, args...).Scan(into) }))
}

func idOf(o map[string]any) string { return id(int64(o["id"].(float64))) }

func TestAKeyDoesWhatItsScopesAllowAndNoMore(t *testing.T) {
	t.Parallel()
	w := setup(t)
	key, _ := w.newKey(w.north.manager, nil, "accounts.read", "accounts.write")
	require.True(t, strings.HasPrefix(key, "wm_"))
	p := w.program(key)
	require.EqualValues(t, 1, p.get("/api/accounts").want(200).object()["total"])
	me := p.get("/api/me").want(200).object()
	require.Equal(t, []any{"accounts.read", "accounts.write"}, me["permissions"], "not all that a manager may do")
	require.Empty(t, me["csrfToken"])

	// It writes without the token that browsers need.
	p.do("POST", "/api/accounts", map[string]any{"name": "By a program"}).want(201)
	// The manager may give accounts to others and plan; the key may not.
	require.Contains(t, p.get("/api/plans").problem(403, "forbidden"), "scopes")
	p.get("/api/users").problem(403, "forbidden")
	p.do("POST", "/api/accounts", map[string]any{"name": "For another", "ownerId": w.north.rep.ID}).problem(403, "forbidden")
	p.get("/tiles/accounts/0/0/0").want(200)
	p.get("/tiles/regions/0/0/0").problem(403, "forbidden")
}

func TestAKeyDoesNotPlanForOthersUnlessItsScopesSaySo(t *testing.T) {
	t.Parallel()
	w := setup(t)
	plan := map[string]any{"repId": w.north.rep.ID, "day": "2026-11-24", "visits": []any{map[string]any{"siteId": w.north.site}}}
	own, _ := w.newKey(w.north.manager, nil, "plans.read", "plans.write")
	w.program(own).do("POST", "/api/plans", plan).problem(403, "forbidden")
	team, _ := w.newKey(w.north.manager, nil, "plans.read", "plans.write", "plans.team")
	w.program(team).do("POST", "/api/plans", plan).want(202)
}

func TestAKeyIsNoSession(t *testing.T) {
	t.Parallel()
	w := setup(t)
	all := []string{}
	for _, p := range identity.Permissions() {
		all = append(all, string(p))
	}
	key, number := w.newKey(w.north.admin, nil, all...)
	p := w.program(key)
	for _, c := range []struct {
		method, path string
		body         any
	}{
		{"GET", "/api/keys", nil},
		{"POST", "/api/keys", map[string]any{"name": "More", "scopes": all}},
		{"DELETE", "/api/keys/" + number, nil},
		{"POST", "/api/me/password", map[string]any{"current": password, "new": password + "!"}},
		{"PATCH", "/api/me", map[string]any{"name": "Taken"}},
		{"DELETE", "/api/session", nil},
		{"DELETE", "/api/sessions", nil},
	} {
		require.Contains(t, p.do(c.method, c.path, c.body).problem(403, "forbidden"), "API key", c.path)
	}
}

func TestAKeyThatIsNotValidIsRefusedByName(t *testing.T) {
	t.Parallel()
	w := setup(t)
	key, number := w.newKey(w.north.rep, map[string]any{"expiresAt": time.Now().Add(time.Hour)}, "accounts.read")
	w.program(key).get("/api/accounts").want(200)
	for _, wrong := range []string{"wm_", key[:len(key)-1], key + "A", strings.ToLower(key), "wm_" + strings.Repeat("x", 5000)} {
		r := w.program(wrong).get("/api/accounts")
		require.Contains(t, r.problem(401, "unauthenticated"), "API key")
		require.Equal(t, "Bearer", r.header.Get("WWW-Authenticate"))
	}
	// What is no key of ours is none of our business, and does no harm.
	other := w.as(w.north.rep)
	other.set.Set("Authorization", "Bearer eyJhbGciOi")
	other.get("/api/accounts").want(200)
	// A key counts before a cookie.
	other.set.Set("Authorization", "Bearer wm_wrong")
	other.get("/api/accounts").problem(401, "unauthenticated")

	w.own(`update api_keys set expires_at = now() - interval '1 second' where id = $1`, number)
	w.program(key).get("/api/accounts").problem(401, "unauthenticated")
	w.own(`update api_keys set expires_at = null where id = $1`, number)
	w.program(key).get("/api/accounts").want(200)

	w.own(`update users set active = false where id = $1`, w.north.rep.ID)
	w.program(key).get("/api/accounts").problem(401, "unauthenticated")
	w.own(`update users set active = true, role = 'marketer' where id = $1`, w.north.rep.ID)
	w.program(key).get("/api/accounts").want(200)

	w.as(w.north.rep).do("DELETE", "/api/keys/"+number, nil).want(204)
	w.program(key).get("/api/accounts").problem(401, "unauthenticated")
}

func TestARoleThatLosesAPermissionTakesItFromItsKeys(t *testing.T) {
	t.Parallel()
	w := setup(t)
	key, _ := w.newKey(w.north.rep, nil, "plans.read", "accounts.read")
	w.program(key).get("/api/plans").want(200)
	w.own(`update users set role = 'marketer' where id = $1`, w.north.rep.ID)
	w.program(key).get("/api/plans").problem(403, "forbidden")
	w.program(key).get("/api/accounts").want(200)
}

func TestKeysAreOnesOwnUnlessOneManagesUsers(t *testing.T) {
	t.Parallel()
	w := setup(t)
	rep, manager, admin := w.as(w.north.rep), w.as(w.north.manager), w.as(w.north.admin)
	key, number := w.newKey(w.north.manager, nil, "plans.team")
	listed := func(c *client) (names []any) {
		r := c.get("/api/keys").want(200)
		require.NotContains(t, string(r.body), key)
		for _, item := range r.object()["items"].([]any) {
			names = append(names, item.(map[string]any)["userName"])
		}
		return names
	}
	require.Equal(t, []any{"NORTH-ONLY rep"}, listed(rep))
	require.Equal(t, []any{"NORTH-ONLY manager"}, listed(manager))
	require.Equal(t, []any{"NORTH-ONLY manager", "NORTH-ONLY rep"}, listed(admin))
	rep.do("DELETE", "/api/keys/"+number, nil).problem(404, "not_found")
	admin.do("DELETE", "/api/keys/"+number, nil).want(204)

	require.Contains(t, rep.do("POST", "/api/keys", map[string]any{"name": "More", "scopes": []string{"users.manage"}}).problem(422, "invalid"), "users.manage")
	rep.do("POST", "/api/keys", map[string]any{"name": "None", "scopes": []string{}}).problem(422, "invalid")
	rep.do("POST", "/api/keys", map[string]any{"name": " ", "scopes": []string{"plans.read"}}).problem(422, "invalid")
	rep.do("POST", "/api/keys", map[string]any{"name": "Old", "scopes": []string{"plans.read"}, "expiresAt": "2020-01-01T00:00:00Z"}).problem(422, "invalid")
}

func TestOnlyTheHashOfAKeyIsKept(t *testing.T) {
	t.Parallel()
	w := setup(t)
	key, number := w.newKey(w.north.rep, nil, "plans.read")
	var row string
	w.scan(&row, `select k::text || encode(token_hash, 'escape') from api_keys k where id = $1`, number)
	require.NotContains(t, row, key[len("wm_")+8:])
	var used *time.Time
	w.scan(&used, `select last_used_at from api_keys where id = $1`, number)
	require.Nil(t, used)
	w.program(key).get("/api/plans").want(200)
	w.scan(&used, `select last_used_at from api_keys where id = $1`, number)
	require.WithinDuration(t, time.Now(), *used, time.Minute)
}

func TestEventsAreStreamedToAKeyUntilItEnds(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.server.heartbeat = 20 * time.Millisecond
	key, number := w.newKey(w.north.rep, nil, "plans.read")
	ended := make(chan int, 1)
	go func() { ended <- w.program(key).get("/api/events").status }() // read to its end
	select {
	case <-ended:
		require.Fail(t, "the stream ended by itself")
	case <-time.After(300 * time.Millisecond): // many heartbeats
	}
	w.as(w.north.rep).do("DELETE", "/api/keys/"+number, nil).want(204)
	select {
	case status := <-ended:
		require.Equal(t, 200, status)
	case <-time.After(10 * time.Second):
		require.Fail(t, "the stream goes on without its key")
	}
}
