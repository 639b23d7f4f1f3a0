package api

import (
	"context"
	"crypto/rand"
	"log/slog"
	"regexp"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/compress"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
)

// middleware is what every request passes, from the outside in.
func (s *Server) middleware() {
	s.app.Use(osrmKeyPrefix, keyOfPath) // osrm.go; before the log line is written
	s.app.Use(s.observe)                // request id, log line, recovery from panics
	s.app.Use(s.securityHeaders)        // security.go
	s.app.Use(s.deadline)
	s.app.Use(compress.New(compress.Config{Level: compress.LevelBestSpeed, Next: compressesItself}))
	s.app.Use("/api", s.authenticate, s.limitRate, s.guard) // auth.go, ratelimit.go
	s.app.Use("/tiles", s.authenticate)
	s.app.Use("/osrm", s.authenticate)
	s.app.Use(ogcPrefix, s.authenticate, s.limitRate)
}

type requestIDKey struct{}

func requestIDFrom(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// A request id from outside is taken when it is harmless in a log.
var requestIDPattern = regexp.MustCompile(`^[A-Za-z0-9._:-]{8,64}$`)

// observe gives the request its id, turns a panic into a 500, and writes one
// line to the log when the request is answered.
func (s *Server) observe(c *fiber.Ctx) (err error) {
	start := time.Now()
	id := c.Get("X-Request-Id")
	if !requestIDPattern.MatchString(id) {
		id = rand.Text()
	}
	c.Set("X-Request-Id", id)
	c.SetUserContext(context.WithValue(c.UserContext(), requestIDKey{}, id))

	defer func() {
		if r := recover(); r != nil {
			s.log.Error("panic while answering a request", "panic", r, "request_id", id, "stack", string(debug.Stack()))
			err = s.failed(c, fault.New(fault.Internal, fault.Message(errPanic)))
		}
		took := time.Since(start)
		s.logRequest(c, id, took)
		if s.metrics != nil {
			s.metrics.observe(c, took)
		}
	}()
	if err := c.Next(); err != nil {
		// Answered here and not by Fiber, so that the log line has the status.
		return s.failed(c, err)
	}
	return nil
}

var errPanic = panicked{}

type panicked struct{}

func (panicked) Error() string { return "panic" }

func (s *Server) logRequest(c *fiber.Ctx, id string, took time.Duration) {
	status := c.Response().StatusCode()
	level := slog.LevelInfo
	switch {
	case status >= 500:
		level = slog.LevelError
	case strings.HasPrefix(c.Path(), "/tiles/"), strings.HasPrefix(c.Path(), "/assets/"), c.Path() == "/healthz", c.Path() == "/readyz":
		level = slog.LevelDebug
	}
	ctx := c.UserContext()
	if !s.log.Enabled(ctx, level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("method", c.Method()), slog.String("path", c.Path()), slog.Int("status", status),
		slog.Duration("took", took.Round(10*time.Microsecond)), slog.String("request_id", id),
	}
	if session, ok := identity.SessionFrom(ctx); ok {
		attrs = append(attrs, slog.Int64("org", session.OrgID), slog.Int64("user", session.UserID))
	}
	s.log.LogAttrs(ctx, level, "request", attrs...)
}

// deadline ends the work on a request after the time that the settings allow.
// Streams make a context of their own.
func (s *Server) deadline(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), s.deps.Settings.RequestTimeout)
	defer cancel()
	c.SetUserContext(ctx)
	return c.Next()
}

// compressesItself reports whether the path's handler sees to compression: tiles
// are kept compressed, the web application is compressed when it is built, and
// events and exports must not wait in a buffer.
func compressesItself(c *fiber.Ctx) bool {
	path := c.Path()
	return path == "/api/events" || path == "/api/accounts/export" || !strings.HasPrefix(path, "/api")
}
