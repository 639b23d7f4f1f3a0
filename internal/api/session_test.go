package api

import (
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

func credentials(email, password string) map[string]any {
	return map[string]any{"email": email, "password": password}
}

func TestSigningInShowsWhoOneIsAndWhatOneMayDo(t *testing.T) {
	t.Parallel()
	w := setup(t)
	c := w.anonymous()
	c.get("/api/me").problem(401, "unauthenticated")
	r := c.do("POST", "/api/session", credentials("REP@north.example", password)).want(200)
	who := r.object()
	require.Equal(t, "NORTH-ONLY rep", who["user"].(map[string]any)["name"])
	require.Equal(t, "north", who["organisation"].(map[string]any)["slug"])
	require.Contains(t, who["permissions"], "plans.write")
	require.NotContains(t, who["permissions"], "plans.team")
	require.JSONEq(t, string(r.body), string(c.get("/api/me").want(200).body))
	require.NotContains(t, string(r.body), "argon2")
}

func TestTheSessionCookieIsStrict(t *testing.T) {
	t.Parallel()
	w := setup(t, func(d *Deps) { d.Settings.PublicURL = "https://crm.example.com" })
	r := w.anonymous().do("POST", "/api/session", credentials(w.north.rep.Email, password)).want(200)
	cookie := r.header.Get("Set-Cookie")
	for _, attribute := range []string{"waymark_session=", "; Path=/", "; HttpOnly", "; SameSite=Strict", "; Secure"} {
		require.Contains(t, cookie, attribute)
	}
	require.NotContains(t, cookie, "Domain")
	require.Equal(t, "no-store", r.header.Get("Cache-Control"))

	plain := setup(t)
	cookie = plain.anonymous().do("POST", "/api/session", credentials(plain.north.rep.Email, password)).header.Get("Set-Cookie")
	require.NotContains(t, cookie, "Secure", "over plain http the browser would drop it")
}

func TestAnUnknownAddressAWrongPasswordAndAnInactiveUserGetTheSameAnswer(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.as(w.north.admin)
	admin.do("PATCH", "/api/users/"+id(w.north.manager.ID), map[string]any{"active": false}).want(200)
	c := w.anonymous()
	wrong := c.do("POST", "/api/session", credentials(w.north.rep.Email, "not the password")).want(401)
	unknown := c.do("POST", "/api/session", credentials("nobody@north.example", password)).want(401)
	inactive := c.do("POST", "/api/session", credentials(w.north.manager.Email, password)).want(401)
	require.Equal(t, wrong.body, unknown.body)
	require.Equal(t, wrong.body, inactive.body)
	for _, r := range []*reply{wrong, unknown, inactive} {
		require.Empty(t, r.header.Get("Set-Cookie"))
	}
	wrong.problem(401, "unauthenticated")
}

func TestTooManyFailuresForOneAddressLockItForAWhile(t *testing.T) {
	t.Parallel()
	w := setup(t)
	c := w.anonymous()
	for range 10 {
		c.do("POST", "/api/session", credentials(w.north.rep.Email, "wrong password")).want(401)
	}
	r := c.do("POST", "/api/session", credentials(strings.ToUpper(w.north.rep.Email), password))
	r.problem(429, "too_many")
	after, err := strconv.Atoi(r.header.Get("Retry-After"))
	require.NoError(t, err)
	require.InDelta(t, 15*60, after, 60)
	// Others are not held back, nor is it once the window is over.
	w.as(w.north.manager)
	w.own(`update sign_in_attempts set window_start = now() - interval '16 minutes'`)
	w.as(w.north.rep)
}

func TestSigningInForgivesTheFailuresBefore(t *testing.T) {
	t.Parallel()
	w := setup(t)
	c := w.anonymous()
	for range 3 {
		for range 6 {
			c.do("POST", "/api/session", credentials(w.north.rep.Email, "wrong password")).want(401)
		}
		w.as(w.north.rep)
	}
}

func TestTooManyFailuresFromOnePlaceLockThatPlace(t *testing.T) {
	t.Parallel()
	w := setup(t, func(d *Deps) { d.Settings.TrustedProxies = []string{"127.0.0.1"} })
	c := w.anonymous()
	c.set.Set("X-Forwarded-For", "198.51.100.9, 203.0.113.7") // the first is the client's own invention
	for i := range 100 {
		c.do("POST", "/api/session", credentials("guess"+strconv.Itoa(i)+"@north.example", "wrong password")).want(401)
	}
	c.do("POST", "/api/session", credentials(w.north.rep.Email, password)).problem(429, "too_many")
	c.set.Set("X-Forwarded-For", "203.0.113.8")
	c.do("POST", "/api/session", credentials(w.north.rep.Email, password)).want(200)
}

func TestEachSignInHasANewTokenAndEndsTheOneBefore(t *testing.T) {
	t.Parallel()
	w := setup(t)
	c := w.as(w.north.rep)
	first := w.cookie(c).Value
	c.do("POST", "/api/session", credentials(w.north.rep.Email, password)).want(200)
	second := w.cookie(c).Value
	require.NotEqual(t, first, second)
	thief := w.anonymous()
	thief.set.Set("Cookie", cookieName+"="+first)
	thief.get("/api/me").problem(401, "unauthenticated")
	thief.set.Set("Cookie", cookieName+"="+second)
	thief.get("/api/me").want(200)
}

func TestTheDatabaseKeepsNoToken(t *testing.T) {
	t.Parallel()
	w := setup(t)
	token := w.cookie(w.as(w.north.rep)).Value
	require.GreaterOrEqual(t, len(token), 50)
	var rows string
	require.NoError(t, w.db.Owner(t.Context(), func(tx pgx.Tx) error {
		return tx.QueryRow(t.Context(), `select string_agg(s::text, ' ') from sessions s`).Scan(&rows)
	}))
	require.NotContains(t, rows, token)
}

func TestSigningOutEndsThisSessionOnly(t *testing.T) {
	t.Parallel()
	w := setup(t)
	desk, phone := w.as(w.north.rep), w.as(w.north.rep)
	token := w.cookie(desk).Value
	desk.do("DELETE", "/api/session", nil).want(204)
	require.Nil(t, w.cookie(desk))
	desk.set.Set("Cookie", cookieName+"="+token)
	desk.get("/api/me").problem(401, "unauthenticated")
	phone.get("/api/me").want(200)
}

func TestSigningOutEverywhereEndsEverySessionOfThisPerson(t *testing.T) {
	t.Parallel()
	w := setup(t)
	desk, phone, other := w.as(w.north.rep), w.as(w.north.rep), w.as(w.north.manager)
	desk.do("DELETE", "/api/sessions", nil).want(204)
	desk.get("/api/me").problem(401, "unauthenticated")
	phone.get("/api/me").problem(401, "unauthenticated")
	other.get("/api/me").want(200)
}

func TestASessionEndsWhenItWasNotUsedAndSlidesWhenItWas(t *testing.T) {
	t.Parallel()
	w := setup(t)
	c := w.as(w.north.rep)
	w.own(`update sessions set last_seen_at = now() - interval '1 day', expires_at = now() + interval '1 minute'`)
	c.get("/api/me").want(200)
	w.own(`do $$ begin assert (select bool_and(expires_at > now() + interval '13 days') from sessions), 'has not slid'; end $$`)
	w.own(`update sessions set created_at = now() - interval '89 days', last_seen_at = now() - interval '1 day'`)
	c.get("/api/me").want(200)
	w.own(`do $$ begin assert (select bool_and(expires_at < now() + interval '2 days') from sessions), 'slid past the limit'; end $$`)
	w.own(`update sessions set expires_at = now() - interval '1 second'`)
	c.get("/api/me").problem(401, "unauthenticated")
}

func TestChangingThePasswordEndsTheOtherSessions(t *testing.T) {
	t.Parallel()
	w := setup(t)
	here, elsewhere := w.as(w.north.rep), w.as(w.north.rep)
	change := func(current, next string) *reply {
		return here.do("POST", "/api/me/password", map[string]any{"current": current, "new": next})
	}
	require.Contains(t, change("not the password", "another long password").problem(422, "invalid"), "wrong")
	require.Contains(t, change(password, "short").problem(422, "invalid"), "at least 10")
	require.Contains(t, change(password, w.north.rep.Email).problem(422, "invalid"), "e-mail")
	elsewhere.get("/api/me").want(200)
	change(password, "another long password").want(204)
	here.get("/api/me").want(200)
	elsewhere.get("/api/me").problem(401, "unauthenticated")
	c := w.anonymous()
	c.do("POST", "/api/session", credentials(w.north.rep.Email, password)).want(401)
	c.do("POST", "/api/session", credentials(w.north.rep.Email, "another long password")).want(200)
}

func TestAnAdministratorEndsSessionsByANewPasswordOrByDeactivating(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin, rep, manager := w.as(w.north.admin), w.as(w.north.rep), w.as(w.north.manager)
	admin.do("PATCH", "/api/users/"+id(w.north.rep.ID), map[string]any{"password": "a fresh long password"}).want(200)
	rep.get("/api/me").problem(401, "unauthenticated")
	admin.do("PATCH", "/api/users/"+id(w.north.manager.ID), map[string]any{"active": false}).want(200)
	manager.get("/api/me").problem(401, "unauthenticated")
}

func TestARoleCountsFromTheNextRequestOn(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin, rep := w.as(w.north.admin), w.as(w.north.rep)
	rep.do("POST", "/api/teams", map[string]any{"name": "Coast"}).problem(403, "forbidden")
	admin.do("PATCH", "/api/users/"+id(w.north.rep.ID), map[string]any{"role": "admin"}).want(200)
	rep.do("POST", "/api/teams", map[string]any{"name": "Coast"}).want(201)
}

func TestOwnSettingsAreChangedFieldByField(t *testing.T) {
	t.Parallel()
	w := setup(t)
	c := w.as(w.north.rep)
	user := func(r *reply) map[string]any { return r.want(200).object()["user"].(map[string]any) }
	u := user(c.do("PATCH", "/api/me", map[string]any{
		"name": " Ada ", "language": "de", "startPoint": []float64{-75.52, 39.16}, "startAddress": "1 Loockerman St",
		"workStart": "07:30", "workEnd": "16:00", "lunchMinutes": 0,
	}))
	require.Equal(t, "Ada", u["name"])
	require.Equal(t, "de", u["language"])
	require.Equal(t, []any{-75.52, 39.16}, u["startPoint"])
	require.Equal(t, "07:30", u["workStart"])
	require.EqualValues(t, 0, u["lunchMinutes"])
	u = user(c.do("PATCH", "/api/me", map[string]any{"language": nil, "startPoint": nil}))
	require.Nil(t, u["language"])
	require.Nil(t, u["startPoint"])
	require.Equal(t, "Ada", u["name"])
	require.Equal(t, "1 Loockerman St", u["startAddress"])

	for _, wrong := range []map[string]any{
		{"workStart": "17:00"}, {"workEnd": "25:00"}, {"workEnd": "9:00"}, {"language": "fr"}, {"startPoint": []float64{-75.52}},
		{"startPoint": []float64{39.16, -175.52}}, {"lunchMinutes": 181}, {"name": " "}, {"unknown": 1}, {"name": "nul\x00"},
	} {
		c.do("PATCH", "/api/me", wrong).problem(422, "invalid")
	}
}

func TestTheLastAdministratorStaysOne(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.as(w.north.admin)
	path := "/api/users/" + id(w.north.admin.ID)
	admin.do("PATCH", path, map[string]any{"role": "rep"}).problem(409, "conflict")
	admin.do("PATCH", path, map[string]any{"active": false}).problem(409, "conflict")
	admin.do("PATCH", "/api/users/"+id(w.north.rep.ID), map[string]any{"role": "admin"}).want(200)
	admin.do("PATCH", path, map[string]any{"role": "rep"}).want(200)
}

func TestUsersAreAddedOnceAndWithSenseOnly(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.as(w.north.admin)
	user := func(change map[string]any) map[string]any {
		u := map[string]any{"name": "Grace", "email": "grace@north.example", "role": "rep", "password": password}
		for k, v := range change {
			u[k] = v
		}
		return u
	}
	made := admin.do("POST", "/api/users", user(nil)).want(201).object()
	require.Equal(t, "rep", made["role"])
	admin.do("POST", "/api/users", user(map[string]any{"email": "Grace@North.example"})).problem(409, "conflict")
	for _, wrong := range []map[string]any{
		{"email": "grace"}, {"email": "Grace <g@x.example>"}, {"role": "king"}, {"name": ""}, {"password": "short"}, {"teamId": 999999},
	} {
		if _, ok := wrong["email"]; !ok {
			wrong["email"] = "other@north.example"
		}
		admin.do("POST", "/api/users", user(wrong)).problem(422, "invalid")
	}
	r := admin.do("POST", "/api/users", user(map[string]any{"email": "other@north.example", "password": "short"}))
	require.Contains(t, string(r.body), `"location":"body.password"`)
	c := w.anonymous()
	c.do("POST", "/api/session", credentials("grace@north.example", password)).want(200)
}

func id(n int64) string { return strconv.FormatInt(n, 10) }

// own runs SQL as the owner of the schema.
func (w *world) own(sql string, args ...any) {
	w.t.Helper()
	require.NoError(w.t, w.db.Owner(w.t.Context(), func(tx pgx.Tx) error {
		_, err := tx.Exec(w.t.Context(), sql, args...)
		return err
	}))
}
