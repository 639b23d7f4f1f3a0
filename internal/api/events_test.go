package api

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/events"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// listening starts the world's hub and waits until it hears the database.
func (w *world) listening() {
	w.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { w.hub.Run(ctx); close(done) }()
	w.t.Cleanup(func() { cancel(); <-done })
	waiting, stop := context.WithTimeout(w.t.Context(), 20*time.Second)
	defer stop()
	require.NoError(w.t, w.hub.Listening(waiting))
}

// stream opens the stream of events; lines gives its lines until it ends.
func (c *client) stream() (lines <-chan string) {
	t := c.w.t
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	req, err := http.NewRequestWithContext(ctx, "GET", c.w.url+"/api/events", nil)
	require.NoError(t, err)
	browser := *c.http
	browser.Timeout = 0
	resp, err := browser.Do(req)
	require.NoError(t, err)
	t.Cleanup(func() { cancel(); resp.Body.Close() })
	require.Equal(t, 200, resp.StatusCode)
	require.Equal(t, "text/event-stream", resp.Header.Get("Content-Type"))
	require.Equal(t, "no-store", resp.Header.Get("Cache-Control"))
	ch := make(chan string, 100)
	go func() {
		defer close(ch)
		for scanner := bufio.NewScanner(resp.Body); scanner.Scan(); {
			if scanner.Text() != "" {
				ch <- scanner.Text()
			}
		}
	}()
	require.Equal(t, "retry: 2000", next(t, ch))
	return ch
}

func next(t testing.TB, lines <-chan string) string {
	t.Helper()
	select {
	case line, open := <-lines:
		require.True(t, open, "the stream has ended")
		return line
	case <-time.After(20 * time.Second):
		require.Fail(t, "no line came")
		return ""
	}
}

func ended(t testing.TB, lines <-chan string) {
	t.Helper()
	select {
	case line, open := <-lines:
		require.False(t, open, "got %q instead of the end", line)
	case <-time.After(20 * time.Second):
		require.Fail(t, "the stream did not end")
	}
}

func (w *world) notify(org int64, topic string, data any) {
	w.t.Helper()
	ctx := postgres.WithActor(w.t.Context(), postgres.Actor{OrgID: org})
	require.NoError(w.t, w.db.Tx(ctx, func(tx pgx.Tx) error { return events.Notify(ctx, tx, topic, data) }))
}

func TestEventsReachTheOwnOrganisationOnly(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.listening()
	north, south := w.as(w.north.rep).stream(), w.as(w.south.rep).stream()
	w.notify(w.south.org, "account", map[string]any{"id": 5, "version": 3})
	w.notify(w.north.org, "plan", map[string]any{"id": 1, "state": "running", "progress": 0.4, "note": "two\nlines"})
	require.Equal(t, "event: plan", next(t, north), "South's news came before and must not be here")
	require.Equal(t, `data: {"id":1,"note":"two\nlines","progress":0.4,"state":"running"}`, next(t, north))
	require.Equal(t, "event: account", next(t, south))
	require.Equal(t, `data: {"id":5,"version":3}`, next(t, south))
	// What belongs to the whole instance reaches all.
	require.NoError(t, w.db.Owner(t.Context(), func(tx pgx.Tx) error {
		return events.NotifyAll(t.Context(), tx, "extract", map[string]any{})
	}))
	for _, lines := range []<-chan string{north, south} {
		require.Equal(t, "event: extract", next(t, lines))
		require.Equal(t, "data: {}", next(t, lines))
	}
}

func TestWhatIsRolledBackIsNoNews(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.listening()
	lines := w.as(w.north.rep).stream()
	ctx := postgres.WithActor(t.Context(), postgres.Actor{OrgID: w.north.org})
	err := w.db.Tx(ctx, func(tx pgx.Tx) error {
		require.NoError(t, events.Notify(ctx, tx, "plan", 1))
		return context.Canceled
	})
	require.ErrorIs(t, err, context.Canceled)
	w.notify(w.north.org, "plan", 2)
	require.Equal(t, "event: plan", next(t, lines))
	require.Equal(t, "data: 2", next(t, lines))
}

func TestAStreamEndsSoonAfterItsSession(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.server.heartbeat = 50 * time.Millisecond
	c := w.as(w.north.rep)
	lines := c.stream()
	require.Equal(t, ": still here", next(t, lines))
	c.do("DELETE", "/api/session", nil).want(204)
	for line := range lines { // until it is closed
		require.Equal(t, ": still here", line)
	}
	require.Eventually(t, func() bool { return w.hub.Streams() == 0 }, 20*time.Second, time.Millisecond)
}

func TestAStreamWhoseBrowserHasGoneIsClosed(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.server.heartbeat = 20 * time.Millisecond
	c := w.as(w.north.rep)
	ctx, leave := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, "GET", w.url+"/api/events", nil)
	require.NoError(t, err)
	resp, err := c.http.Do(req)
	require.NoError(t, err)
	require.Equal(t, 1, w.hub.Streams())
	leave()
	resp.Body.Close()
	require.Eventually(t, func() bool { return w.hub.Streams() == 0 }, 20*time.Second, time.Millisecond)
}

func TestOnePersonHasALimitedNumberOfStreams(t *testing.T) {
	t.Parallel()
	w := setup(t)
	c := w.as(w.north.rep)
	oldest := c.stream()
	for range 11 {
		c.stream()
	}
	w.as(w.north.manager).stream()
	w.as(w.south.rep).stream()
	require.Equal(t, 14, w.hub.Streams())
	c.stream()
	ended(t, oldest)
	require.Equal(t, 14, w.hub.Streams())
}

func TestAShutdownEndsTheStreams(t *testing.T) {
	t.Parallel()
	w := setup(t)
	lines := w.as(w.north.rep).stream()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	require.NoError(t, w.server.Shutdown(ctx))
	ended(t, lines)
}

func TestNobodyHearsEvents(t *testing.T) {
	t.Parallel()
	w := setup(t)
	r := w.anonymous().get("/api/events")
	r.problem(401, "unauthenticated")
	require.False(t, strings.Contains(r.header.Get("Content-Type"), "event-stream"))
}
