package api

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/geo/travel"
	"github.com/waymark-crm/waymark/internal/duplicates"
	"github.com/waymark-crm/waymark/internal/events"
	"github.com/waymark-crm/waymark/internal/extract"
	"github.com/waymark-crm/waymark/internal/geocoding"
	"github.com/waymark-crm/waymark/internal/identity"
	"github.com/waymark-crm/waymark/internal/imports"
	"github.com/waymark-crm/waymark/internal/jobs"
	"github.com/waymark-crm/waymark/internal/postgres"
	"github.com/waymark-crm/waymark/internal/testdb"
	"github.com/waymark-crm/waymark/internal/visits"
)

// world is a server on a port of its own, over a database of its own, with two
// organisations that know nothing of each other.
type world struct {
	t        testing.TB
	db       *testdb.DB
	server   *Server
	identity *identity.Service
	hub      *events.Hub
	url      string
	doc      map[string]any

	north, south tenant
}

const password = "correct horse battery"

// cheapHash keeps tests from spending their time on hashing.
var cheapHash = &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// setup starts the server; with change, after changing what it stands on.
func setup(t testing.TB, change ...func(*Deps)) *world {
	t.Helper()
	w := &world{t: t, db: testdb.New(t)}
	w.identity = identity.New(w.db.DB, identity.Options{Hash: cheapHash})
	w.hub = events.NewHub(w.db.DB, nil)
	planning := &visits.Service{DB: w.db.DB, Travel: func(w travel.Way) (travel.Provider, error) { return travel.StraightFor(w.Profile), nil },
		Enqueue: func(ctx context.Context, tx pgx.Tx, job visits.PlanJob) error { return jobs.Enqueue(ctx, tx, job, nil) },
		EnqueuePeriod: func(ctx context.Context, tx pgx.Tx, job visits.PeriodJob) error {
			return jobs.Enqueue(ctx, tx, job, nil)
		}}
	deps := Deps{DB: w.db.DB, Identity: w.identity, Events: w.hub, Visits: planning, Web: testWeb, Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))}
	deps.Roads = &extract.Preparer{DB: w.db.DB, DataDir: t.TempDir(), Enqueue: func(ctx context.Context, tx pgx.Tx, job extract.PrepareJob) error {
		return jobs.Enqueue(ctx, tx, job, nil)
	}}
	deps.Duplicates = &duplicates.Service{DB: w.db.DB, Enqueue: func(ctx context.Context, tx pgx.Tx, job duplicates.Job) error { return jobs.Enqueue(ctx, tx, job, nil) }}
	deps.Imports = &imports.Service{DB: w.db.DB, Places: &geocoding.Service{DB: w.db.DB}, Folder: t.TempDir(),
		Enqueue: func(ctx context.Context, tx pgx.Tx, job imports.Job) error { return jobs.Enqueue(ctx, tx, job, nil) }}
	for _, c := range change {
		c(&deps)
	}
	var err error
	w.server, err = New(deps)
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	w.url = "http://" + l.Addr().String()
	served := make(chan error, 1)
	go func() { served <- w.server.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		require.NoError(t, w.server.Shutdown(ctx))
		require.NoError(t, <-served)
	})
	w.doc, err = document()
	require.NoError(t, err)
	w.north = w.newTenant("north", "NORTH-ONLY")
	w.south = w.newTenant("south", "SOUTH-ONLY")
	return w
}

// in returns the same world for a subtest, which fails on its own.
func (w *world) in(t testing.TB) *world {
	sub := *w
	sub.t = t
	return &sub
}

// document is the OpenAPI document as another program would read it.
var document = sync.OnceValues(func() (doc map[string]any, err error) {
	raw, err := Document("test")
	if err == nil {
		err = json.Unmarshal(raw, &doc)
	}
	return doc, err
})

var testWeb fs.FS = fstest.MapFS{
	"index.html":                  {Data: []byte("<!doctype html><title>Waymark</title>")},
	"assets/index-Ba3XyZ12.js":    {Data: []byte("console.log('plain')")},
	"assets/index-Ba3XyZ12.js.br": {Data: []byte("br bytes")},
	"assets/index-Ba3XyZ12.js.gz": {Data: []byte("gzip bytes")},
	"favicon.svg":                 {Data: []byte("<svg/>")},
}

// tenant is an organisation with one of everything. Each text in its rows holds
// mark, so that a row that leaks is recognised wherever it turns up.
type tenant struct {
	mark                string
	org                 int64
	admin, manager, rep identity.User
	team                int64
	account, site       int64
	contact             int64
	plan, route         int64
	board               int64 // a plan of a period
	key                 int64 // the rep's API key
	imported, repair    int64
	twin                int64 // an account that resembles the other
	merge               int64
	activity            int64 // the rep's task at the account
	webhook, delivery   int64
	other, relation     int64 // an archived account, a partner of the first
	file                int64
	filterTenant
	territorialTenant
}

// tenantPlace is where every tenant has its account.
var tenantPlace = orb.Point{-75.52, 39.16}

func (w *world) newTenant(slug, mark string) tenant {
	t := w.t
	t.Helper()
	o, err := w.identity.CreateOrganisation(t.Context(), identity.Organisation{Name: mark, Slug: slug, TimeZone: "America/New_York"})
	require.NoError(t, err)
	n := tenant{mark: mark, org: o.ID}
	ctx := postgres.WithActor(t.Context(), postgres.Actor{OrgID: o.ID})
	team, err := w.identity.CreateTeam(ctx, mark+" team")
	require.NoError(t, err)
	n.team = team.ID
	for role, user := range map[identity.Role]*identity.User{
		identity.RoleAdmin: &n.admin, identity.RoleManager: &n.manager, identity.RoleRep: &n.rep,
	} {
		*user, err = w.identity.CreateUser(ctx, identity.NewUser{
			Name: mark + " " + string(role), Email: string(role) + "@" + slug + ".example", Role: role, TeamID: &n.team, Password: password,
		})
		require.NoError(t, err)
	}
	key, _, err := w.identity.CreateAPIKey(ctx, identity.NewAPIKey{UserID: n.rep.ID, Name: mark, Scopes: []identity.Permission{identity.AccountsRead}})
	require.NoError(t, err)
	n.key = key.ID
	cell, err := hexgrid.CellOf(tenantPlace)
	require.NoError(t, err)
	require.NoError(t, w.db.Tx(ctx, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, `insert into accounts (org_id, name, owner_id, team_id, tags, notes)
			values ($1, $2, $3, $4, array[$2], $2) returning id`, n.org, mark, n.rep.ID, n.team).Scan(&n.account); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `insert into sites (org_id, account_id, name, is_primary, street, city, point, cell)
			values ($1, $2, $3, true, $3, $3, $4, $5) returning id`, n.org, n.account, mark, tenantPlace, int64(cell)).Scan(&n.site); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `insert into contacts (org_id, account_id, name) values ($1, $2, $3) returning id`,
			n.org, n.account, mark).Scan(&n.contact); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `insert into activities (org_id, account_id, kind, subject, body, author_id, assignee_id)
			values ($1, $2, 'task', $3, $3, $4, $4) returning id`, n.org, n.account, mark, n.rep.ID).Scan(&n.activity); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `insert into accounts (org_id, name, archived_at) values ($1, 'The other', now()) returning id`, n.org).Scan(&n.other); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `insert into account_relations (org_id, account_id, other_id, kind) values ($1, $2, $3, 'supplier') returning id`,
			n.org, n.account, n.other).Scan(&n.relation); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `insert into files (org_id, account_id, name, media_type, size, sha256, width, height, thumbnail)
			values ($1, $2, $3, 'image/jpeg', 4, sha256('x'), 1, 1, $3::text::bytea) returning id`, n.org, n.account, mark).Scan(&n.file); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `insert into file_contents (org_id, file_id, content) values ($1, $2, $3::text::bytea)`, n.org, n.file, mark); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `insert into webhooks (org_id, url, description, events, secret, position_txid)
			values ($1, 'https://erp.example/x', $2, '{account.updated}', 'a secret of some length', '0') returning id`, n.org, mark).Scan(&n.webhook); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `insert into webhook_deliveries (org_id, webhook_id, event, payload) values ($1, $2, 'ping', $3) returning id`,
			n.org, n.webhook, mark).Scan(&n.delivery); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `insert into visit_plans (org_id, rep_id, day, state, request)
			values ($1, $2, '2026-11-23', 'done', jsonb_build_object('repId', $2::bigint, 'day', '2026-11-23', 'startAddress', $4::text,
				'workStart', '08:00', 'workEnd', '17:00', 'lunchMinutes', 0, 'visits', jsonb_build_array(jsonb_build_object('siteId', $3::bigint, 'minutes', 30))))
			returning id`, n.org, n.rep.ID, n.site, mark).Scan(&n.plan); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `insert into routes (org_id, plan_id, rep_id, day, starts_at, ends_at, drive_seconds, drive_metres, visit_seconds, waiting_seconds)
			values ($1, $2, $3, '2026-11-23', '2026-11-23 13:00Z', '2026-11-23 14:00Z', 600, 9000, 1800, 0) returning id`,
			n.org, n.plan, n.rep.ID).Scan(&n.route); err != nil {
			return err
		}
		if err := n.insertFilters(ctx, tx); err != nil {
			return err
		}
		if err := n.insertBoard(ctx, tx); err != nil {
			return err
		}
		if err := n.insertAlignment(ctx, tx); err != nil {
			return err
		}
		if err := n.insertImport(ctx, tx); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `insert into stops (org_id, route_id, position, account_id, site_id, arrives_at, visit_seconds, leaves_at, drive_seconds, drive_metres)
			values ($1, $2, 1, $3, $4, '2026-11-23 13:05Z', 1800, '2026-11-23 13:35Z', 300, 4500)`, n.org, n.route, n.account, n.site)
		return err
	}))
	return n
}

// client is a browser: it keeps cookies, and sends the token and its origin with
// what changes something.
type client struct {
	w    *world
	http *http.Client
	csrf string
	set  http.Header // sent with every request; overrides what a browser would send
}

func (w *world) anonymous() *client {
	jar, err := cookiejar.New(nil)
	require.NoError(w.t, err)
	return &client{w: w, set: http.Header{}, http: &http.Client{
		Jar: jar, Timeout: 30 * time.Second,
		Transport:     &http.Transport{DisableCompression: true, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// as returns a browser in which the user is signed in.
func (w *world) as(u identity.User) *client {
	w.t.Helper()
	c := w.anonymous()
	r := c.do("POST", "/api/session", map[string]any{"email": u.Email, "password": password})
	require.Equal(w.t, 200, r.status, r.text())
	c.csrf = r.object()["csrfToken"].(string)
	return c
}

// reply is an answer, read to its end.
type reply struct {
	t       testing.TB
	request string
	status  int
	header  http.Header
	body    []byte
}

func (c *client) get(path string) *reply { c.w.t.Helper(); return c.do("GET", path, nil) }

// do sends a request with body as JSON, unless it is nil, and holds what comes
// back against the OpenAPI document.
func (c *client) do(method, path string, body any) *reply {
	t := c.w.t
	t.Helper()
	var raw []byte
	if text, ok := body.(string); ok {
		raw = []byte(text)
	} else if body != nil {
		var err error
		raw, err = json.Marshal(body)
		require.NoError(t, err)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, c.w.url+path, bytes.NewReader(raw))
	require.NoError(t, err)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if method != "GET" {
		req.Header.Set("Origin", c.w.url)
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		if c.csrf != "" {
			req.Header.Set(csrfHeader, c.csrf)
		}
	}
	for name, values := range c.set {
		req.Header.Del(name)
		for _, v := range values {
			if v != "" {
				req.Header.Add(name, v)
			}
		}
	}
	resp, err := c.http.Do(req)
	// What the server refuses before all of it is read, because it is too much, it
	// may refuse while the client still writes: the answer is then lost with the
	// connection. Nothing was done, so it is asked again.
	for range 20 {
		if tooMuch := len(raw) >= 1<<20 || len(path) >= 64<<10; err == nil || !tooMuch || t.Context().Err() != nil {
			break
		}
		req.Body = io.NopCloser(bytes.NewReader(raw))
		resp, err = c.http.Do(req)
	}
	require.NoError(t, err)
	defer resp.Body.Close()
	r := &reply{t: t, request: method + " " + path, status: resp.StatusCode, header: resp.Header}
	r.body, err = io.ReadAll(resp.Body)
	require.NoError(t, err)
	if resp.Header.Get("Content-Encoding") == "" {
		c.w.holdAgainstDocument(r, method, path)
	}
	return r
}

func (r *reply) text() string {
	return r.request + " → " + http.StatusText(r.status) + "\n" + string(r.body)
}

// want fails unless the answer has the status.
func (r *reply) want(status int) *reply {
	r.t.Helper()
	require.Equal(r.t, status, r.status, r.text())
	return r
}

func (r *reply) object() map[string]any {
	r.t.Helper()
	var o map[string]any
	require.NoError(r.t, json.Unmarshal(r.body, &o), r.text())
	return o
}

// problem fails unless the answer is a problem of that status and code; it
// returns the sentence for people.
func (r *reply) problem(status int, code string) string {
	r.t.Helper()
	r.want(status)
	require.Equal(r.t, problemType, strings.Split(r.header.Get("Content-Type"), ";")[0], r.text())
	p := r.object()
	require.Equal(r.t, code, p["code"], r.text())
	require.EqualValues(r.t, status, p["status"])
	detail := p["detail"].(string)
	require.Regexp(r.t, `^[A-Z].*\.$`, detail, "a whole sentence")
	return detail
}

func (w *world) cookie(c *client) *http.Cookie {
	u, err := url.Parse(w.url)
	require.NoError(w.t, err)
	for _, cookie := range c.http.Jar.Cookies(u) {
		if cookie.Name == cookieName {
			return cookie
		}
	}
	return nil
}
