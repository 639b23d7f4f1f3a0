package api

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
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
	if !s.migrated.Load() {
		steps, err := postgres.Migrations(ctx, s.deps.DB.OwnerURL())
		if err != nil {
			return err
		}
		for _, step := range steps {
			if !step.Applied {
				return fault.New(fault.Unavailable, "The database lacks migrations. Run `waymark migrate`.")
			}
		}
		s.migrated.Store(true) // migrations are not taken back under a running server
	}
	return c.SendString("ok\n")
}
