package api

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/waymark-crm/waymark/internal/fault"
)

func (s *Server) registerHealth() {
	s.raw("/healthz", public, s.healthy)
	s.raw("/readyz", public, s.ready)
}

// healthy says that the process answers.
func (s *Server) healthy(c *fiber.Ctx) error {
	c.Set("Cache-Control", "no-store")
	return c.SendString("ok\n")
}

// ready says whether requests can be served: the database answers and its schema
// is this program's.
func (s *Server) ready(c *fiber.Ctx) error {
	c.Set("Cache-Control", "no-store")
	ctx, cancel := context.WithTimeout(c.UserContext(), 3*time.Second)
	defer cancel()
	if s.deps.DB == nil {
		return fault.New(fault.Unavailable, "There is no database.")
	}
	if err := s.deps.DB.Ping(ctx); err != nil {
		return err
	}
	return c.SendString("ok\n")
}
