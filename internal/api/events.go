package api

import (
	"bufio"
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/waymark-crm/waymark/internal/events"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
)

// heartbeat is how often a stream says that it lives: often enough for proxies
// that close what is silent for a minute. It is also how soon a stream ends after
// its session did.
const heartbeat = 20 * time.Second

func (s *Server) registerEvents() {
	s.raw("/api/events", signedIn, s.streamEvents)
}

// streamEvents is GET /api/events, server-sent events of the own organisation.
func (s *Server) streamEvents(c *fiber.Ctx) error {
	if s.deps.Events == nil {
		return fault.New(fault.Unavailable, "This server sends no events.")
	}
	session, _ := identity.SessionFrom(c.UserContext())
	stream, err := s.deps.Events.Subscribe(session.OrgID, session.UserID)
	if err != nil {
		return err
	}
	c.Set("Content-Type", "text/event-stream")
	c.Set("Cache-Control", "no-store")
	c.Set("X-Accel-Buffering", "no")
	credential := credentialOf(c)
	extend := c.Context().Conn().SetWriteDeadline
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		defer stream.Close()
		defer func() { // this runs outside of every middleware
			if r := recover(); r != nil {
				s.log.Error("panic while streaming events", "panic", r, "stack", string(debug.Stack()))
			}
		}()
		s.writeEvents(w, stream, credential, func() error { return extend(time.Now().Add(3 * heartbeat)) })
	})
	return nil
}

// writeEvents writes until the stream, the session or the connection ends.
func (s *Server) writeEvents(w *bufio.Writer, stream *events.Stream, credential string, extend func() error) {
	send := func(format string, args ...any) bool {
		// Failing to write is how a server learns that the browser has gone.
		if _, err := fmt.Fprintf(w, format, args...); err != nil {
			return false
		}
		return extend() == nil && w.Flush() == nil
	}
	if !send("retry: 2000\n\n") {
		return
	}
	beat := time.NewTicker(s.heartbeat)
	defer beat.Stop()
	for {
		select {
		case e, open := <-stream.Events():
			if !open || !send("event: %s\ndata: %s\n\n", e.Topic, e.Data) {
				return
			}
		case <-beat.C:
			if !s.stillSignedIn(credential) || !send(": still here\n\n") {
				return
			}
		}
	}
}

// stillSignedIn reads the session again. When the database does not answer, the
// stream goes on: it carries nothing then anyway.
func (s *Server) stillSignedIn(credential string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_, err := s.sessionOf(ctx, credential)
	return !fault.Is(err, fault.Unauthenticated)
}
