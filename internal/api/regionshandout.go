package api

import (
	"bytes"
	"context"
	"net/url"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
	"github.com/waymark-crm/waymark/internal/regions"
)

func (s *Server) registerRegionsHandout() {
	register(s, get("/api/regions/export", "exportRegions", "Regions", "Download figures by cell, to be given to others", need(identity.RegionsRead)).
		described("The cells of listRegions as CSV or GeoJSON. Of a cell with fewer accounts than least, but with some, every figure of accounts is withheld; with fewer customers than least, revenue and white space are. There are no totals, so that nobody can be made out."), s.exportRegions)
	s.documentStream("exportRegions", []string{"text/csv", "application/geo+json"})
}

type exportRegionsInput struct {
	AccountFilter
	RegionFigures
	Resolution optional[int] `query:"resolution" minimum:"0" maximum:"10" doc:"Of H3. Left out: the one that suits the zoom, or else the box."`
	Zoom       float64       `query:"zoom" minimum:"0" maximum:"24" doc:"Of the map."`
	Format     string        `query:"format" required:"true" enum:"csv,geojson"`
	Least      int           `query:"least" minimum:"3" maximum:"1000" default:"5" doc:"Accounts that a cell must have for its figures to be given away."`
}

type fileAnswer struct {
	ContentType  string `header:"Content-Type"`
	Disposition  string `header:"Content-Disposition"`
	CacheControl string `header:"Cache-Control"`
	Body         []byte
}

func (s *Server) exportRegions(ctx context.Context, in *exportRegionsInput) (*fileAnswer, error) {
	if in.Since != "" {
		return nil, fault.New(fault.Invalid, "Changes are not handed out.").WithField("query.since", "Leave it out.")
	}
	view, err := s.listRegions(ctx, &listRegionsInput{AccountFilter: in.AccountFilter, RegionFigures: in.RegionFigures, Resolution: in.Resolution, Zoom: in.Zoom})
	if err != nil {
		return nil, err
	}
	handout := view.Body.Handout(in.Least)
	var body bytes.Buffer // at most regions.MaxCells cells
	kind, write := "text/csv; charset=utf-8", regions.Handout.WriteCSV
	if in.Format == "geojson" {
		kind, write = "application/geo+json", regions.Handout.WriteGeoJSON
	}
	if err := write(handout, &body); err != nil {
		return nil, err
	}
	return &fileAnswer{
		ContentType: kind, Disposition: "attachment; filename*=UTF-8''" + url.PathEscape("regions."+in.Format), CacheControl: "no-store",
		Body: body.Bytes(),
	}, nil
}
