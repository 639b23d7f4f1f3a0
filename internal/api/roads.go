package api

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/geo/travel"
	"github.com/waymark-crm/waymark/internal/extract"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
)

func init() { schemaNames["extract.Roads"] = "Roads" }

func (s *Server) registerRoads() {
	const tag = "Visit plans"
	register(s, get("/api/roads", "listRoads", tag, "Which ways to travel can be planned with", need(identity.PlansRead)).
		described("By car always; the roads of the others are prepared when they are first needed, once for the whole server. The event `roads` tells how far that is."), s.listRoads)
	register(s, post("/api/roads", "prepareRoads", tag, "Have the roads of a way to travel prepared", need(identity.PlansWrite)).
		described("Saving working terms with another way to travel, or planning with it, does so too. Does nothing when they are ready or under way."), s.prepareRoads)
}

var errNoRoadsHere = fault.New(fault.Unavailable, "Roads cannot be prepared on this server.")

func (s *Server) listRoads(ctx context.Context, _ *none) (*answer[list[extract.Roads]], error) {
	if s.deps.Roads == nil {
		return nil, errNoRoadsHere
	}
	all, err := s.deps.Roads.List(ctx)
	return respond(list[extract.Roads]{Items: all}, err)
}

type prepareRoadsInput struct {
	Body struct {
		Profile string `json:"profile" enum:"car,van,bicycle,foot"`
		ByHour  bool   `json:"byHour,omitempty" doc:"At the pace of the hour as well."`
	}
}

func (s *Server) prepareRoads(ctx context.Context, in *prepareRoadsInput) (*answer[list[extract.Roads]], error) {
	if s.deps.Roads == nil {
		return nil, errNoRoadsHere
	}
	err := s.deps.DB.Tx(ctx, func(tx pgx.Tx) error {
		return s.deps.Roads.Want(ctx, tx, travel.Way{Profile: in.Body.Profile, ByHour: in.Body.ByHour})
	})
	if err != nil {
		return nil, err
	}
	return s.listRoads(ctx, nil)
}
