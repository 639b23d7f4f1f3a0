package api

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
)

func TestEachCodeOfAFaultHasItsStatus(t *testing.T) {
	t.Parallel()
	for code, status := range statuses {
		p := problemOf(fault.New(code, "This is a sentence."))
		require.Equal(t, status, p.Status)
		require.Equal(t, code, p.Code)
		require.Equal(t, "This is a sentence.", p.Detail)
		require.NotEmpty(t, p.Title)
	}
	p := problemOf(fmt.Errorf("deep inside: %w", fault.New(fault.Conflict, "Someone else changed this.").
		WithCurrent(map[string]int{"version": 3}).WithField("version", "Is 3 by now.").WithField("query.q", "Is odd.")))
	require.Equal(t, map[string]int{"version": 3}, p.Current)
	require.Equal(t, []ProblemField{{"body.version", "Is 3 by now."}, {"query.q", "Is odd."}}, p.Errors)
}

func TestWhatIsNotMeantForPeopleIsNotShown(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		errors.New("dial /secret/socket"),
		fmt.Errorf("secret: %w", &pgconn.PgError{Code: "42P01", Message: "secret"}),
		fmt.Errorf("secret: %w", &pgconn.PgError{Code: "22021", Message: "secret"}),
		fault.Wrap(errors.New("secret"), fault.Unavailable, "Try again."),
		context.DeadlineExceeded,
	} {
		raw, e := json.Marshal(problemOf(err))
		require.NoError(t, e)
		require.NotContains(t, string(raw), "secret")
	}
	require.Equal(t, 422, problemOf(&pgconn.PgError{Code: "22021"}).Status)
	require.Equal(t, 409, problemOf(&pgconn.PgError{Code: "40001"}).Status)
	require.Equal(t, 500, problemOf(&pgconn.PgError{Code: "42P01"}).Status)
	require.Equal(t, 503, problemOf(context.DeadlineExceeded).Status)
	require.Equal(t, "90", problemOf(fault.New(fault.TooMany, "Wait.").WithCause(identity.RetryAfter(89500*time.Millisecond))).GetHeaders().Get("Retry-After"))
}

func TestWhatCannotBeReadIsAProblemToo(t *testing.T) {
	t.Parallel()
	w := setup(t)
	c := w.as(w.north.admin)
	c.do("POST", "/api/teams", "{").problem(400, "invalid")
	c.do("POST", "/api/teams", "").problem(400, "invalid")
	c.do("POST", "/api/teams", `{"name": 7}`).problem(422, "invalid")
	c.do("POST", "/api/teams", `{"name": "x", "nmae": "y"}`).problem(422, "invalid")
	c.do("PATCH", "/api/users/abc", `{}`).problem(422, "invalid")
	c.do("PATCH", "/api/users/0", `{}`).problem(422, "invalid")
	c.do("PATCH", "/api/users/99999999999999999999", `{}`).problem(422, "invalid")
	c.get("/api/nothing").problem(404, "not_found")
	c.get("/tiles/nothing").problem(404, "not_found")
	c.do("DELETE", "/api/teams", nil).problem(405, "not_found")
	c.do("POST", "/", "{}").problem(405, "not_found")
	large := c.do("POST", "/api/teams", `{"name": "`+strings.Repeat("x", 1<<20)+`"}`)
	large.problem(413, "invalid")
	long := c.get("/api/users?q=" + strings.Repeat("x", 65<<10))
	long.problem(431, "invalid")
	for _, early := range []*reply{large, long} { // refused before any middleware
		require.Equal(t, "nosniff", early.header.Get("X-Content-Type-Options"))
	}
	c.get("/api/users?q=" + strings.Repeat("x", 30<<10)).want(200)
	c.get("/api/me/").problem(404, "not_found")
}

func TestARequestIdComesBackAndOneThatWouldForgeALogLineDoesNot(t *testing.T) {
	t.Parallel()
	w := setup(t)
	c := w.anonymous()
	made := c.get("/healthz").want(200).header.Get("X-Request-Id")
	require.Len(t, made, 26)
	require.NotEqual(t, made, c.get("/healthz").header.Get("X-Request-Id"))
	c.set.Set("X-Request-Id", "trace-0123456789")
	require.Equal(t, "trace-0123456789", c.get("/api/nothing").header.Get("X-Request-Id"))
	c.set.Set("X-Request-Id", "a=b level=ERROR")
	require.Len(t, c.get("/healthz").header.Get("X-Request-Id"), 26)
}

func TestAPanicIsAnAnswerAndTheServerGoesOn(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	w := setup(t, func(d *Deps) {
		d.Identity = nil // whoever has a cookie runs into it
		d.Log = slog.New(slog.NewTextHandler(&log, nil))
	})
	c := w.anonymous()
	c.set.Set("Cookie", cookieName+"="+strings.Repeat("x", 52))
	r := c.get("/api/me")
	require.NotContains(t, r.problem(500, "internal"), "nil pointer")
	w.anonymous().get("/healthz").want(200)
	require.Contains(t, log.String(), "nil pointer")
	require.Contains(t, log.String(), r.header.Get("X-Request-Id"))
}

func TestARequestThatTakesTooLongIsEnded(t *testing.T) {
	t.Parallel()
	w := setup(t, func(d *Deps) { d.Settings.RequestTimeout = time.Nanosecond })
	c := w.anonymous()
	c.set.Set("Cookie", cookieName+"="+strings.Repeat("x", 52))
	require.Contains(t, c.get("/api/me").problem(503, "unavailable"), "too long")
	c.do("POST", "/api/session", credentials(w.north.rep.Email, password)).problem(503, "unavailable")
}

func TestAnswersAreCompressedAsTheBrowserLikes(t *testing.T) {
	t.Parallel()
	w := setup(t)
	c := w.as(w.north.rep)
	plain := c.get("/api/me").want(200)
	require.Empty(t, plain.header.Get("Content-Encoding"))
	for encoding, open := range map[string]func(io.Reader) (io.Reader, error){
		"gzip": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
		"br":   func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil },
	} {
		c.set.Set("Accept-Encoding", encoding)
		r := c.get("/api/me").want(200)
		require.Equal(t, encoding, r.header.Get("Content-Encoding"))
		require.Contains(t, r.header.Get("Vary"), "Accept-Encoding")
		opened, err := open(strings.NewReader(string(r.body)))
		require.NoError(t, err)
		body, err := io.ReadAll(opened)
		require.NoError(t, err)
		require.JSONEq(t, string(plain.body), string(body))
	}
}

func TestTheServerIsReadyWhenTheDatabaseIs(t *testing.T) {
	t.Parallel()
	w := setup(t)
	c := w.anonymous()
	c.get("/healthz").want(200)
	c.get("/readyz").want(200)

	behind := setup(t)
	behind.own(`delete from goose_db_version where version_id = (select max(version_id) from goose_db_version)`)
	require.Contains(t, behind.anonymous().get("/readyz").problem(503, "unavailable"), "waymark migrate")
	behind.anonymous().get("/healthz").want(200)
}

func TestMetricsNameRoutesAndNotIds(t *testing.T) {
	t.Parallel()
	w := setup(t, func(d *Deps) { d.Settings.Metrics = true })
	c := w.as(w.north.admin)
	c.do("PATCH", "/api/users/"+id(w.south.rep.ID), map[string]any{}).want(404)
	text := string(c.get("/metrics").want(200).body)
	require.Contains(t, text, `waymark_http_requests_total{method="PATCH",route="/api/users/:id",status="404"} 1`)
	require.Contains(t, text, "waymark_event_streams 0")
	require.Contains(t, text, "waymark_database_connections_in_use 0")
	require.NotContains(t, text, `/api/users/`+id(w.south.rep.ID))

	setup(t).anonymous().get("/metrics").want(404) // off unless it is asked for
}

func gunzip(t testing.TB, packed []byte) string {
	t.Helper()
	r, err := gzip.NewReader(strings.NewReader(string(packed)))
	require.NoError(t, err)
	body, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(body)
}
