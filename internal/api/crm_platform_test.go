package api

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func (c *client) with(name, value string) *client {
	next := *c
	next.set = c.set.Clone()
	next.set.Set(name, value)
	return &next
}

func TestARequestThatIsSentTwiceIsDoneOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	rep := w.as(w.north.rep)
	once := rep.with(idempotencyHeader, "order-17")
	first := once.do("POST", "/api/accounts", map[string]any{"name": "Once"}).want(201)
	again := once.do("POST", "/api/accounts", map[string]any{"name": "Once"}).want(201)
	require.Equal(t, string(first.body), string(again.body))
	require.Equal(t, "true", again.header.Get("Idempotency-Replayed"))
	require.Empty(t, first.header.Get("Idempotency-Replayed"))
	require.Len(t, items(rep.get("/api/accounts?q=once")), 1)

	require.Contains(t, once.do("POST", "/api/accounts", map[string]any{"name": "Another"}).problem(409, "conflict"), "another request")
	// Another operation, person or organisation has keys of its own.
	once.do("POST", "/api/activities", map[string]any{"kind": "task", "subject": "Once"}).want(201)
	w.as(w.north.manager).with(idempotencyHeader, "order-17").do("POST", "/api/accounts", map[string]any{"name": "Mine"}).want(201)
	w.as(w.south.rep).with(idempotencyHeader, "order-17").do("POST", "/api/accounts", map[string]any{"name": "Theirs"}).want(201)
	// What was refused stays refused: the answer belongs to the request.
	wrong := rep.with(idempotencyHeader, "wrong")
	wrong.do("POST", "/api/accounts", map[string]any{"name": "  "}).want(422)
	require.Equal(t, "true", wrong.do("POST", "/api/accounts", map[string]any{"name": "  "}).want(422).header.Get("Idempotency-Replayed"))
	rep.with(idempotencyHeader, string(make([]byte, 0))+fmt.Sprintf("%0201d", 1)).do("POST", "/api/accounts", map[string]any{"name": "Long"}).problem(422, "invalid")

	// A day later the key is new; one of a request that was lost is free after a while.
	w.own(`update idempotency_keys set created_at = now() - interval '25 hours'`)
	require.NotEqual(t, string(first.body), string(once.do("POST", "/api/accounts", map[string]any{"name": "Once"}).want(201).body))
	w.own(`update idempotency_keys set status = null, body = null`)
	require.Contains(t, once.do("POST", "/api/accounts", map[string]any{"name": "Once"}).problem(409, "conflict"), "under way")
	w.own(`update idempotency_keys set created_at = now() - interval '11 minutes'`)
	once.do("POST", "/api/accounts", map[string]any{"name": "Once"}).want(201)
}

func TestOfManyRequestsWithOneKeyAtOnceOneIsDone(t *testing.T) {
	t.Parallel()
	w := setup(t)
	rep := w.as(w.north.rep).with(idempotencyHeader, "at-once")
	var all sync.WaitGroup
	var mu sync.Mutex
	made, under := map[string]bool{}, 0
	for range 8 {
		all.Go(func() {
			r := rep.do("POST", "/api/accounts", map[string]any{"name": "At once"})
			mu.Lock()
			defer mu.Unlock()
			if r.status == 201 {
				made[string(r.body)] = true
			} else if r.status == http.StatusConflict {
				under++
			} else {
				t.Error(r.text())
			}
		})
	}
	all.Wait()
	require.Len(t, made, 1)
	require.Less(t, under, 8)
	require.Len(t, items(w.as(w.north.rep).get("/api/accounts?q=once")), 1)
}

func TestMoreThanTheLimitIsRefusedAndSaidBefore(t *testing.T) {
	t.Parallel()
	w := setup(t, func(d *Deps) { d.Settings.RequestsPerMinute = 5 })
	clock := time.Date(2026, 11, 22, 10, 0, 12, 0, time.UTC)
	w.server.limiter.now = func() time.Time { return clock }
	rep := w.as(w.north.rep)
	for left := 4; left >= 0; left-- {
		r := rep.get("/api/me").want(200)
		require.Equal(t, "5", r.header.Get("RateLimit-Limit"))
		require.Equal(t, strconv.Itoa(left), r.header.Get("RateLimit-Remaining"))
		require.Equal(t, "48", r.header.Get("RateLimit-Reset"))
	}
	r := rep.get("/api/me")
	require.Contains(t, r.problem(429, "too_many"), "Too many requests")
	require.Equal(t, "48", r.header.Get("Retry-After"))
	w.as(w.north.manager).get("/api/me").want(200) // everyone has their own
	clock = clock.Add(48 * time.Second)
	rep.get("/api/me").want(200)
}

func TestWebhooksAreKeptAndPrivateAddressesRefused(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.as(w.north.admin)
	made := admin.do("POST", "/api/webhooks", map[string]any{"url": "https://erp.example.com/waymark", "events": []string{"account.*", "task.completed"}}).want(201).object()
	require.Regexp(t, `^whsec_.{40,}$`, made["secret"])
	list := admin.get("/api/webhooks").want(200)
	require.NotContains(t, list.text(), made["secret"], "the secret is shown once")
	admin.do("PATCH", "/api/webhooks/"+idOf(made), map[string]any{"active": false}).want(200)
	for _, url := range []string{
		"http://127.0.0.1/x", "http://[::1]/", "http://10.0.0.1", "http://192.168.1.1", "http://169.254.169.254/latest/meta-data",
		"http://localhost:8080", "http://[::ffff:127.0.0.1]/", "http://0.0.0.0", "http://100.64.0.1", "ftp://example.com", "file:///etc/passwd", "https://user:pw@example.com", "no address",
	} {
		admin.do("POST", "/api/webhooks", map[string]any{"url": url, "events": []string{"*"}}).problem(422, "invalid")
	}
	admin.do("POST", "/api/webhooks", map[string]any{"url": "https://example.com", "events": []string{"account.exploded"}}).problem(422, "invalid")
	w.as(w.north.manager).get("/api/webhooks").problem(403, "forbidden")
}
