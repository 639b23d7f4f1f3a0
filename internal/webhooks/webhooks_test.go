package webhooks_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/postgres"
	"github.com/waymark-crm/waymark/internal/testdb"
	"github.com/waymark-crm/waymark/internal/webhooks"
)

type bundle struct {
	*webhooks.Service
	t    *testing.T
	db   *testdb.DB
	ctx  context.Context
	jobs []webhooks.DeliveryJob
}

func setup(t *testing.T, private bool) *bundle {
	b := &bundle{t: t, db: testdb.New(t)}
	var org int64
	require.NoError(t, b.db.Owner(t.Context(), func(tx pgx.Tx) error {
		return tx.QueryRow(t.Context(), `insert into organisations (name, slug) values ('North', 'north') returning org_id`).Scan(&org)
	}))
	b.ctx = postgres.WithActor(t.Context(), postgres.Actor{OrgID: org})
	b.Service = webhooks.New(b.db.DB, webhooks.Options{AllowPrivate: private, Enqueue: func(_ context.Context, _ pgx.Tx, job webhooks.DeliveryJob) error {
		b.jobs = append(b.jobs, job)
		return nil
	}})
	return b
}

func (b *bundle) exec(sql string) {
	b.t.Helper()
	require.NoError(b.t, b.db.Tx(b.ctx, func(tx pgx.Tx) error { _, err := tx.Exec(b.ctx, sql); return err }))
}

// settle waits until no transaction runs that began before now. Those of other
// tests count, since all databases of a server share their numbers.
func (b *bundle) settle() {
	b.t.Helper()
	var next string
	require.NoError(b.t, b.db.Tx(b.ctx, func(tx pgx.Tx) error {
		return tx.QueryRow(b.ctx, `select pg_snapshot_xmax(pg_current_snapshot())::text`).Scan(&next)
	}))
	require.Eventually(b.t, func() (settled bool) {
		require.NoError(b.t, b.db.Tx(b.ctx, func(tx pgx.Tx) error {
			return tx.QueryRow(b.ctx, `select pg_snapshot_xmin(pg_current_snapshot()) >= $1::text::xid8`, next).Scan(&settled)
		}))
		return settled
	}, 3*time.Minute, 20*time.Millisecond)
}

// receiver is a program that takes webhooks.
type receiver struct {
	mu       sync.Mutex
	status   int
	received []*http.Request
	bodies   [][]byte
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body) // what is missing shows in the signature
	r.mu.Lock()
	defer r.mu.Unlock()
	r.received, r.bodies = append(r.received, request), append(r.bodies, body)
	if r.status == http.StatusFound {
		w.Header().Set("Location", "http://127.0.0.1:1/")
	}
	w.WriteHeader(r.status)
	_, _ = io.WriteString(w, strings.Repeat("well \x00\x1b", 500)) // the client may be gone
}

func TestWhatChangesIsToldOnceSignedAndInOrder(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	to := &receiver{status: 200}
	server := httptest.NewServer(to)
	defer server.Close()
	b.exec(`insert into accounts (org_id, name) values (current_org(), 'Before')`)
	b.settle()
	made, secret, err := b.Create(b.ctx, webhooks.Draft{URL: server.URL, Events: []string{"account.created", "account.archived"}})
	require.NoError(t, err)
	b.exec(`insert into accounts (org_id, name) values (current_org(), 'After')`)
	b.exec(`update accounts set notes = 'nothing that was asked for'`)
	b.exec(`update accounts set archived_at = now() where name = 'After'`)
	b.settle()
	require.NoError(t, b.Dispatch(t.Context()))
	require.NoError(t, b.Dispatch(t.Context()))
	require.Len(t, b.jobs, 2)
	for _, job := range b.jobs {
		require.NoError(t, b.Deliver(t.Context(), job, false))
		require.NoError(t, b.Deliver(t.Context(), job, false), "one that was delivered is not sent again")
	}
	require.Len(t, to.bodies, 2)
	var told []string
	for i, body := range to.bodies {
		var payload struct {
			Event    string
			RecordID int64
		}
		require.NoError(t, json.Unmarshal(body, &payload))
		told = append(told, payload.Event)
		require.EqualValues(t, 2, payload.RecordID)
		// As a receiver checks it.
		stamp, rest, _ := strings.Cut(strings.TrimPrefix(to.received[i].Header.Get("Waymark-Signature"), "t="), ",v1=")
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(stamp + "." + string(body)))
		require.Equal(t, hex.EncodeToString(mac.Sum(nil)), rest)
	}
	require.Equal(t, []string{"account.created", "account.archived"}, told)
	log, err := b.Deliveries(b.ctx, made.ID, 0, 10)
	require.NoError(t, err)
	require.Len(t, log, 2)
	require.Equal(t, "delivered", log[0].State)
	require.Equal(t, 200, *log[0].Status)
	require.NotContains(t, log[0].Answer, "\x00")
}

func TestALineOfATransactionThatEndsLaterIsNotMissed(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	_, _, err := b.Create(b.ctx, webhooks.Draft{URL: "https://erp.example/x", Events: []string{"*"}})
	require.NoError(t, err)
	require.NoError(t, b.db.Tx(b.ctx, func(slow pgx.Tx) error {
		if _, err := slow.Exec(b.ctx, `insert into accounts (org_id, name) values (current_org(), 'Slow')`); err != nil {
			return err
		}
		b.exec(`insert into accounts (org_id, name) values (current_org(), 'Quick')`)
		require.NoError(t, b.Dispatch(t.Context()))
		require.Empty(t, b.jobs, "the quick one waits for the slow one that came first")
		return nil
	}))
	b.settle()
	require.NoError(t, b.Dispatch(t.Context()))
	require.Len(t, b.jobs, 2)
}

func TestWhatIsNotTakenIsTriedAgainAndGivenUpAtLast(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	to := &receiver{status: 500}
	server := httptest.NewServer(to)
	made, _, err := b.Create(b.ctx, webhooks.Draft{URL: server.URL, Events: []string{"*"}})
	require.NoError(t, err)
	sent, err := b.Ping(b.ctx, made.ID)
	require.NoError(t, err)
	state := func() webhooks.Delivery {
		log, err := b.Deliveries(b.ctx, made.ID, 0, 10)
		require.NoError(t, err)
		return log[0]
	}
	require.Error(t, b.Deliver(t.Context(), b.jobs[0], false))
	require.Equal(t, "waiting", state().State)
	to.status = http.StatusFound
	require.ErrorContains(t, b.Deliver(t.Context(), b.jobs[0], false), "302", "a redirect is followed nowhere")
	server.Close()
	require.NoError(t, b.Deliver(t.Context(), b.jobs[0], true))
	require.Equal(t, "failed", state().State)
	require.Equal(t, 3, state().Attempts)
	require.Equal(t, "No connection could be made.", state().Answer)
	_, err = b.Resend(b.ctx, made.ID, sent.ID)
	require.NoError(t, err)
	require.Equal(t, "waiting", state().State)
	require.Len(t, b.jobs, 2)
}

func TestAPrivateAddressBehindANameIsRefusedWhenItConnects(t *testing.T) {
	t.Parallel()
	b := setup(t, false)
	to := &receiver{status: 200}
	server := httptest.NewServer(to)
	defer server.Close()
	made, _, err := b.Create(b.ctx, webhooks.Draft{URL: "https://public.example/x", Events: []string{"*"}})
	require.NoError(t, err)
	// As if the name had come to mean the server itself since.
	b.exec(`update webhooks set url = '` + strings.Replace(server.URL, "127.0.0.1", "localhost", 1) + `'`)
	_, err = b.Ping(b.ctx, made.ID)
	require.NoError(t, err)
	require.Error(t, b.Deliver(t.Context(), b.jobs[0], false))
	require.Empty(t, to.received)
	log, err := b.Deliveries(b.ctx, made.ID, 0, 1)
	require.NoError(t, err)
	require.Contains(t, log[0].Answer, "private network")
}
