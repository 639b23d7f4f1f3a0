package webhooks

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// DeliveryJob sends one delivery.
type DeliveryJob struct {
	OrgID      int64 `json:"orgId"`
	DeliveryID int64 `json:"deliveryId"`
}

// Kind is the name of the job in the queue.
func (DeliveryJob) Kind() string { return "deliver_webhook" }

// pauses are how long to wait before each further attempt: two days in all.
var pauses = []time.Duration{
	10 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour,
	3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour,
}

// InsertOpts limit the attempts.
func (DeliveryJob) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: len(pauses) + 1, Priority: 3}
}

// Worker sends deliveries.
type Worker struct {
	river.WorkerDefaults[DeliveryJob]
	Webhooks *Service
}

// Timeout is how long one attempt may take, with what it writes down.
func (*Worker) Timeout(*river.Job[DeliveryJob]) time.Duration { return 30 * time.Second }

// NextRetry waits longer each time.
func (*Worker) NextRetry(job *river.Job[DeliveryJob]) time.Time {
	return time.Now().Add(pauses[min(max(job.Attempt, 1), len(pauses))-1])
}

// Work makes one attempt.
func (w *Worker) Work(ctx context.Context, job *river.Job[DeliveryJob]) error {
	return w.Webhooks.Deliver(ctx, job.Args, job.Attempt >= job.MaxAttempts)
}

// Signature is the value of the header Waymark-Signature for a body that is sent
// at a time.
func Signature(secret string, at time.Time, body []byte) string {
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(stamp + "."))
	mac.Write(body)
	return "t=" + stamp + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}

// Deliver makes one attempt and writes down what came of it. It returns an error
// when another attempt should follow; last says that none will.
func (s *Service) Deliver(ctx context.Context, job DeliveryJob, last bool) error {
	ctx = postgres.WithActor(ctx, postgres.Actor{OrgID: job.OrgID, RequestID: "webhook"})
	var address, secret, event, body, state string
	var active bool
	err := s.db.Read(ctx, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `select w.url, w.secret, w.active, d.event, d.payload, d.state from webhook_deliveries d
			join webhooks w on w.org_id = d.org_id and w.id = d.webhook_id
			where d.org_id = current_org() and d.id = $1`, job.DeliveryID).Scan(&address, &secret, &active, &event, &body, &state)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil // removed meanwhile
	}
	if err != nil {
		return fmt.Errorf("read delivery %d: %w", job.DeliveryID, err)
	}
	if state != "waiting" {
		return nil
	}
	var status *int
	answer := "The webhook is switched off."
	failed := errors.New("switched off")
	if active || event == "ping" {
		status, answer, failed = s.send(ctx, job.DeliveryID, address, secret, event, []byte(body))
	} else {
		last = true
	}
	state = "waiting"
	switch {
	case failed == nil:
		state = "delivered"
	case last:
		state = "failed"
	}
	// What was tried is written down even when the server stops.
	writing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	err = s.db.Tx(writing, func(tx pgx.Tx) error {
		_, err := tx.Exec(writing, `update webhook_deliveries set state = $2, attempts = attempts + 1, status = $3, answer = $4, attempted_at = now()
			where org_id = current_org() and id = $1`, job.DeliveryID, state, status, answer)
		return err
	})
	if err != nil {
		return fmt.Errorf("write down delivery %d: %w", job.DeliveryID, err)
	}
	if last {
		return nil
	}
	return failed
}

// send posts a body and returns the status, how the answer begins or why there
// was none, and an error unless the receiver has taken it.
func (s *Service) send(ctx context.Context, id int64, address, secret, event string, body []byte) (*int, string, error) {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, "The address cannot be used.", err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "Waymark-Webhook")
	request.Header.Set("Waymark-Event", event)
	request.Header.Set("Waymark-Delivery", strconv.FormatInt(id, 10))
	request.Header.Set("Waymark-Signature", Signature(secret, time.Now(), body))
	response, err := s.client.Do(request)
	if err != nil {
		return nil, clip(fault.Message(reason(err))), err
	}
	defer response.Body.Close()
	begin, readErr := io.ReadAll(io.LimitReader(response.Body, 1000))
	if response.StatusCode < 200 || response.StatusCode > 299 {
		err = fmt.Errorf("the receiver answered %d", response.StatusCode)
	} else if readErr != nil && len(begin) == 0 {
		begin = []byte("The answer could not be read.")
	}
	return &response.StatusCode, clip(string(begin)), err
}

// reason makes a sentence of why there was no answer, without what only the
// operators should see.
func reason(err error) error {
	var refused *fault.Error
	var timeout net.Error
	var dns *net.DNSError
	switch {
	case errors.As(err, &refused):
		return refused
	case errors.As(err, &dns):
		return fault.New(fault.Unavailable, "The name of the address is not known.")
	case errors.As(err, &timeout) && timeout.Timeout():
		return fault.New(fault.Unavailable, "There was no answer in time.")
	}
	return fault.New(fault.Unavailable, "No connection could be made.")
}

// clip makes any answer text that can be kept.
func clip(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	if r := []rune(text); len(r) > 500 {
		text = string(r[:500])
	}
	return text
}

var errPrivate = fault.New(fault.Invalid, "This address lies in a private network, where webhooks may not go. The one who runs the server can allow it with WAYMARK_WEBHOOKS_PRIVATE.").
	WithField("url", "An address in the public Internet.")

// shared is the network of carrier-grade translation, benchmarks and others that
// are nobody's and that netip does not call private.
var shared = []netip.Prefix{
	netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("2001::/32"),
}

// public reports whether an address is one of the public Internet.
func public(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsValid() || !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() {
		return false
	}
	for _, network := range shared {
		if network.Contains(a) {
			return false
		}
	}
	return true
}

// refused says at once of an address that is written as a number, or localhost,
// what the connection would say later.
func (s *Service) refused(host string) error {
	if s.options.AllowPrivate {
		return nil
	}
	if a, err := netip.ParseAddr(host); err == nil && !public(a) {
		return errPrivate
	}
	if host = strings.ToLower(strings.TrimSuffix(host, ".")); host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return errPrivate
	}
	return nil
}

// newClient returns a client that follows no redirect, uses no proxy and, unless
// allowed, connects to no private address, whatever a name resolves to.
func newClient(allowPrivate bool) *http.Client {
	dialer := &net.Dialer{Timeout: 5 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		if allowPrivate {
			return nil
		}
		at, err := netip.ParseAddrPort(address)
		if err != nil || !public(at.Addr()) {
			return errPrivate
		}
		return nil
	}}
	return &http.Client{
		Timeout:       15 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext: dialer.DialContext, ForceAttemptHTTP2: true, TLSHandshakeTimeout: 5 * time.Second,
			ResponseHeaderTimeout: 10 * time.Second, MaxResponseHeaderBytes: 64 << 10, MaxIdleConns: 20, IdleConnTimeout: 30 * time.Second,
		},
	}
}
