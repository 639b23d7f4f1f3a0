package api

import (
	"context"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/waymark-crm/waymark/internal/identity"
	"github.com/waymark-crm/waymark/internal/regions"
)

func init() {
	schemaNames["regions.View"] = "RegionView"
	schemaNames["regions.Cell"] = "RegionCell"
	schemaNames["regions.Figures"] = "RegionFigures"
}

func (s *Server) registerRegions() {
	register(s, get("/api/regions", "listRegions", "Regions", "Accounts and open prospects by H3 cell", need(identity.RegionsRead)).
		described("Needs bbox. Cells are whole, also at its edge; the totals are of the box itself and equal the list's."), s.listRegions)
}

type listRegionsInput struct {
	AccountFilter
	Resolution optional[int] `query:"resolution" minimum:"0" maximum:"10" doc:"Of H3. Left out: the one that suits the zoom, or else the box."`
	Zoom       float64       `query:"zoom" minimum:"0" maximum:"24" doc:"Of the map."`
}

func (s *Server) listRegions(ctx context.Context, in *listRegionsInput) (*answer[regions.View], error) {
	f, err := s.filter(ctx, in.AccountFilter)
	if err != nil {
		return nil, err
	}
	return respond(s.regions.View(ctx, f, regions.Detail{Resolution: in.Resolution.pointer(), Zoom: in.Zoom}))
}

// optional is a parameter of which it matters whether it was sent, where 0 is a
// value like others.
type optional[T any] struct {
	value T
	sent  bool
}

// Receiver, OnParamSet and Schema make it one that huma reads.
func (o *optional[T]) Receiver() reflect.Value { return reflect.ValueOf(&o.value).Elem() }

// OnParamSet is described at Receiver.
func (o *optional[T]) OnParamSet(sent bool, _ any) { o.sent = sent }

// Schema is that of T.
func (optional[T]) Schema(r huma.Registry) *huma.Schema {
	return huma.SchemaFromType(r, reflect.TypeFor[T]())
}

func (o optional[T]) pointer() *T {
	if !o.sent {
		return nil
	}
	return &o.value
}
