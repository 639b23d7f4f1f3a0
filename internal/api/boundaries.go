package api

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/extract"
	"github.com/waymark-crm/waymark/internal/identity"
)

func init() {
	schemaNames["extract.Boundary"] = "PlaceBoundary"
}

func (s *Server) registerBoundaries() {
	register(s, get("/api/places/boundaries", "listBoundaries", "Places", "Named areas of the extract: counties, towns, postcodes, suburbs, business parks", need(identity.AccountsRead)).
		described("With q the best match first, else the coarsest first. Their ids are what the parameter place of lists and figures takes. None before an extract is loaded."), s.listBoundaries)
	register(s, get("/api/places/boundaries/{id}", "getBoundary", "Places", "A named area with its outline", need(identity.AccountsRead)), s.getBoundary)
}

type listBoundariesInput struct {
	Q     string `query:"q" maxLength:"200" example:"kent county"`
	Kind  string `query:"kind" enum:"administrative,postal,place,landuse"`
	Level int    `query:"level" minimum:"0" maximum:"11" doc:"Of administrative ones; 0 for any."`
	BBox  string `query:"bbox" maxLength:"200" doc:"west,south,east,north in degrees: those that touch it."`
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

func (s *Server) listBoundaries(ctx context.Context, in *listBoundariesInput) (*answer[list[extract.Boundary]], error) {
	q := extract.BoundaryQuery{Text: in.Q, Kind: in.Kind, Level: in.Level, Limit: in.Limit}
	if in.BBox != "" {
		box, err := accounts.ParseBox(in.BBox)
		if err != nil {
			return nil, err
		}
		q.Box = box.Geometry()
	}
	var out list[extract.Boundary]
	err := s.deps.DB.Read(ctx, func(tx pgx.Tx) (err error) {
		out.Items, err = extract.Boundaries(ctx, tx, q)
		return err
	})
	return respond(out, err)
}

// boundaryShape is a named area to be drawn.
type boundaryShape struct {
	extract.Boundary
	Polygon boundaryPolygon `json:"polygon"`
}

// boundaryPolygon is the GeoJSON of a named area.
type boundaryPolygon struct {
	Type        string           `json:"type" enum:"MultiPolygon"`
	Coordinates orb.MultiPolygon `json:"coordinates"`
}

func (s *Server) getBoundary(ctx context.Context, in *ByID) (*answer[boundaryShape], error) {
	var out boundaryShape
	err := s.deps.DB.Read(ctx, func(tx pgx.Tx) (err error) {
		out.Polygon.Type = "MultiPolygon"
		out.Boundary, out.Polygon.Coordinates, err = extract.BoundaryArea(ctx, tx, in.ID)
		return err
	})
	return respond(out, err)
}
