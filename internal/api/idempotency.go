package api

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
)

const (
	idempotencyHeader = "Idempotency-Key"
	// keepAnswers is how long an answer is given again.
	keepAnswers = 24 * time.Hour
	// abandonedAfter is when a request that never answered counts as lost, with
	// the server that worked on it. No request takes as long.
	abandonedAfter = 10 * time.Minute
	maxKeptAnswer  = 1 << 20
)

var (
	errKeyLength  = fault.New(fault.Invalid, "An idempotency key has 1 to 200 visible characters, such as a UUID.").WithField("header."+idempotencyHeader, "1 to 200 visible characters.")
	errKeyReused  = fault.New(fault.Conflict, "This idempotency key was used for another request. Use a new one for each thing to be done.")
	errStillUnder = fault.New(fault.Conflict, "The request with this idempotency key is still under way. Send it again in a moment.").WithCause(identity.RetryAfter(time.Second))
)

// secretAnswers are operations whose answer holds what must not be kept.
var secretAnswers = map[string]bool{"createWebhook": true, "createUser": true}

// takesIdempotencyKeys reports whether a request of the operation that is sent
// twice is done once.
func (e endpoint) takesIdempotencyKeys() bool {
	return e.Method == http.MethodPost && e.Access != public && e.Access != inSession && !secretAnswers[e.ID]
}

// idempotent answers a request whose key was seen before with the answer of then,
// for a day. The answer is kept when the work is done; when the server is killed
// in between, the key is free again after ten minutes.
func (s *Server) idempotent(e endpoint) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		key := ctx.Header(idempotencyHeader)
		if key == "" || !e.takesIdempotencyKeys() {
			next(ctx)
			return
		}
		if !usableKey(key) {
			s.writeProblem(ctx, errKeyLength)
			return
		}
		fiberCtx := humafiber.Unwrap(ctx)
		sum := sha256.New()
		fmt.Fprintf(sum, "%s\n%s\n", fiberCtx.OriginalURL(), fiberCtx.Get("Content-Type"))
		sum.Write(fiberCtx.Body())
		kept, err := s.claim(ctx.Context(), e.ID, key, sum.Sum(nil))
		if err != nil {
			s.writeProblem(ctx, err)
			return
		}
		if kept != nil {
			ctx.SetHeader("Idempotency-Replayed", "true")
			ctx.SetHeader("Content-Type", kept.contentType)
			ctx.SetStatus(kept.status)
			if _, err := ctx.BodyWriter().Write(kept.body); err != nil {
				s.log.ErrorContext(ctx.Context(), "write a kept answer", "error", err)
			}
			return
		}
		settled := false
		settle := func(status int, contentType string, body []byte) {
			settled = true
			// The work is done whether or not its caller still waits.
			keeping, cancel := context.WithTimeout(context.WithoutCancel(ctx.Context()), 5*time.Second)
			defer cancel()
			if err := s.keepAnswer(keeping, e.ID, key, status, contentType, body); err != nil {
				s.log.ErrorContext(ctx.Context(), "keep the answer of an idempotency key", "error", err)
			}
		}
		defer func() {
			if !settled { // a panic: nothing was done
				settle(http.StatusInternalServerError, "", nil)
			}
		}()
		next(ctx)
		response := fiberCtx.Response()
		settle(response.StatusCode(), string(response.Header.ContentType()), response.Body())
	}
}

func usableKey(key string) bool {
	if len(key) > 200 {
		return false
	}
	for _, b := range []byte(key) {
		if b < 0x21 || b > 0x7e {
			return false
		}
	}
	return true
}

type keptAnswer struct {
	status      int
	contentType string
	body        []byte
}

// claim takes a key for a request, or returns the answer that it had.
func (s *Server) claim(ctx context.Context, operation, key string, fingerprint []byte) (*keptAnswer, error) {
	var kept *keptAnswer
	err := s.deps.DB.Tx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `delete from idempotency_keys where org_id = current_org()
			and (created_at < now() - $1::interval or status is null and created_at < now() - $2::interval)`, keepAnswers, abandonedAfter); err != nil {
			return err
		}
		// Of two at once, the second waits here for the first one's claim.
		tag, err := tx.Exec(ctx, `insert into idempotency_keys (org_id, user_id, operation, key, fingerprint)
			values (current_org(), current_actor(), $1, $2, $3) on conflict do nothing`, operation, key, fingerprint)
		if err != nil || tag.RowsAffected() == 1 {
			return err
		}
		var same bool
		var status *int
		var a keptAnswer
		err = tx.QueryRow(ctx, `select fingerprint = $3, status, content_type, coalesce(body, '') from idempotency_keys
			where org_id = current_org() and user_id = current_actor() and operation = $1 and key = $2`, operation, key, fingerprint).
			Scan(&same, &status, &a.contentType, &a.body)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return errStillUnder
		case err != nil:
			return err
		case !same:
			return errKeyReused
		case status == nil:
			return errStillUnder
		}
		a.status = *status
		kept = &a
		return nil
	})
	return kept, err
}

// keepAnswer keeps an answer, or frees the key when nothing was done: after a
// failure of the server, or when too much was asked at once.
func (s *Server) keepAnswer(ctx context.Context, operation, key string, status int, contentType string, body []byte) error {
	return s.deps.DB.Tx(ctx, func(tx pgx.Tx) error {
		if status >= 500 || status == http.StatusTooManyRequests || len(body) > maxKeptAnswer {
			_, err := tx.Exec(ctx, `delete from idempotency_keys where org_id = current_org() and user_id = current_actor() and operation = $1 and key = $2`, operation, key)
			return err
		}
		_, err := tx.Exec(ctx, `update idempotency_keys set status = $3, content_type = $4, body = $5
			where org_id = current_org() and user_id = current_actor() and operation = $1 and key = $2`, operation, key, status, contentType, body)
		return err
	})
}
