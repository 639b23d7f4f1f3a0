package api

import (
	"context"
	"strconv"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/geocoding"
	"github.com/waymark-crm/waymark/internal/identity"
)

func init() {
	schemaNames["geocoding.Answer"] = "GeocodingAnswer"
	schemaNames["geocoding.Repair"] = "AddressRepair"
}

func (s *Server) registerGeocoding() {
	const tag = "Places"
	read, write := need(identity.AccountsRead), need(identity.AccountsWrite)
	register(s, get("/api/geocode", "geocode", tag, "The places that an address may mean", read).
		described("Each with its kind, how sure it is, and why it is not certain. Searches the extract, and the server that was configured where the extract has no certain answer."), s.geocode)
	register(s, get("/api/geocode/reverse", "reverseGeocode", tag, "The address of a point", read), s.reverseGeocode)
	register(s, get("/api/address-repairs", "listAddressRepairs", tag, "Addresses whose place was not found or is doubtful", write), s.listAddressRepairs)
	register(s, get("/api/address-repairs/{id}", "getAddressRepair", tag, "One of them, with the places it may mean", write), s.getAddressRepair)
	register(s, post("/api/address-repairs/{id}/fix", "fixAddressRepair", tag, "Say where it is", write).
		described("Without a point it is taken off the queue, and the site stays as it is."), s.fixAddressRepair)
}

func (s *Server) geocoder() *geocoding.Service {
	if s.deps.Geocoding != nil {
		return s.deps.Geocoding
	}
	return &geocoding.Service{DB: s.deps.DB}
}

type geocodeInput struct {
	Q     string `query:"q" required:"true" minLength:"1" maxLength:"300" example:"12 n main st dover"`
	Near  string `query:"near" maxLength:"100" doc:"longitude,latitude; prefers what is near, among equals" example:"-75.52,39.16"`
	Limit int    `query:"limit" minimum:"1" maximum:"20" default:"5"`
}

func (s *Server) geocode(ctx context.Context, in *geocodeInput) (*answer[list[geocoding.Answer]], error) {
	near, err := nearOf(in.Near)
	if err != nil {
		return nil, err
	}
	found, err := s.geocoder().Search(ctx, geocoding.Query{Text: in.Q, Limit: in.Limit, Near: near})
	if found == nil {
		found = []geocoding.Answer{}
	}
	return respond(list[geocoding.Answer]{Items: found}, err)
}

type reverseInput struct {
	Point string `query:"point" required:"true" maxLength:"100" doc:"longitude,latitude" example:"-75.52,39.16"`
}

func (s *Server) reverseGeocode(ctx context.Context, in *reverseInput) (*answer[geocoding.Answer], error) {
	point, err := nearOf(in.Point)
	if err == nil && point == nil {
		err = fault.New(fault.Invalid, "The point is missing.").WithField("query.point", "longitude,latitude in degrees, for example -75.52,39.16")
	}
	if err != nil {
		return nil, err
	}
	return respond(s.geocoder().Reverse(ctx, *point))
}

type repairsInput struct {
	Cursor string `query:"cursor" maxLength:"30"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

func (s *Server) listAddressRepairs(ctx context.Context, in *repairsInput) (*answer[page[geocoding.Repair]], error) {
	var after int64
	if in.Cursor != "" {
		var err error
		if after, err = strconv.ParseInt(in.Cursor, 10, 64); err != nil {
			return nil, fault.New(fault.Invalid, "The cursor is none of this list.").WithField("query.cursor", "Leave it out to begin anew.")
		}
	}
	items, total, err := s.geocoder().Repairs(ctx, after, in.Limit)
	if items == nil {
		items = []geocoding.Repair{}
	}
	out := page[geocoding.Repair]{Items: items, Total: total}
	if len(items) == in.Limit {
		next := strconv.FormatInt(items[len(items)-1].ID, 10)
		out.NextCursor = &next
	}
	return respond(out, err)
}

func (s *Server) getAddressRepair(ctx context.Context, in *ByID) (*answer[geocoding.Repair], error) {
	return respond(s.geocoder().Repair(ctx, in.ID))
}

type fixRepairInput struct {
	ByID
	Body struct {
		Point *orb.Point `json:"point,omitempty" doc:"Where it is; leave it out to take the place as it is."`
	}
}

func (s *Server) fixAddressRepair(ctx context.Context, in *fixRepairInput) (*answer[geocoding.Repair], error) {
	return respond(s.geocoder().Fix(ctx, in.ID, in.Body.Point))
}
