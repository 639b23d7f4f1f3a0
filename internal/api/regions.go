package api

import (
	"context"

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
	accountFilter
	Resolution optional[int] `query:"resolution" minimum:"0" maximum:"10" doc:"Of H3. Left out: the one that suits the zoom, or else the box."`
	Zoom       float64       `query:"zoom" minimum:"0" maximum:"24" doc:"Of the map."`
}

func (s *Server) listRegions(ctx context.Context, in *listRegionsInput) (*answer[regions.View], error) {
	f, err := in.filter()
	if err != nil {
		return nil, err
	}
	return respond(s.regions.View(ctx, f, regions.Detail{Resolution: in.Resolution.pointer(), Zoom: in.Zoom}))
}
