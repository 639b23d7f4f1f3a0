package api

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/geocode"
	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/extract"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
)

func (s *Server) registerPlaces() {
	register(s, get("/api/search/places", "searchPlaces", "Places", "Find addresses, places and open prospects by what was typed", need(identity.AccountsRead)).
		described("The best first. Parts may be missing, misspelt or abbreviated."), s.searchPlaces)
}

type searchPlacesInput struct {
	Q     string `query:"q" required:"true" minLength:"1" maxLength:"200" example:"12 n main st dover"`
	Near  string `query:"near" maxLength:"100" doc:"longitude,latitude; prefers what is near, among equals" example:"-75.52,39.16"`
	Limit int    `query:"limit" minimum:"1" maximum:"50" default:"10"`
}

// placeFound is one answer to a search.
type placeFound struct {
	Kind       string    `json:"kind" enum:"house,street,place,open_prospect"`
	Label      string    `json:"label"`
	Detail     string    `json:"detail" doc:"Tells it from others of the same name."`
	Point      orb.Point `json:"point"`
	Confidence float64   `json:"confidence" minimum:"0" maximum:"1"`
}

func (s *Server) searchPlaces(ctx context.Context, in *searchPlacesInput) (*answer[list[placeFound]], error) {
	near, err := nearOf(in.Near)
	if err != nil {
		return nil, err
	}
	prospects, err := s.accounts.OpenProspects(ctx, accounts.ProspectFilter{Query: in.Q}, accounts.Page{Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	var found []extract.Found
	err = s.deps.DB.Read(ctx, func(tx pgx.Tx) error {
		found, err = extract.Search(ctx, tx, in.Q, extract.SearchOptions{Limit: in.Limit, Near: near})
		return err
	})
	if err != nil {
		return nil, err
	}
	items := make([]placeFound, 0, len(found)+len(prospects.Items))
	for _, f := range found {
		items = append(items, placeOf(f))
	}
	wanted := geocode.Normalise(in.Q)
	for _, p := range prospects.Items {
		detail := joined(", ", joined(" ", p.Housenumber, p.Street), joined(" ", p.City, p.Postcode))
		if detail == "" {
			detail = p.Category
		}
		items = append(items, placeFound{"open_prospect", p.Name, detail, p.Point,
			min(1, max(0, geocode.Similarity(wanted, geocode.Normalise(p.Name))))})
	}
	slices.SortStableFunc(items, func(a, b placeFound) int { return cmp.Compare(b.Confidence, a.Confidence) })
	return respond(list[placeFound]{Items: items[:min(len(items), in.Limit)]}, nil)
}

// placeOf shows what the extract found. A number placed between its neighbours
// is a house, the middle of a postcode a place.
func placeOf(f extract.Found) placeFound {
	p := placeFound{Label: f.Name, Point: f.Point, Confidence: min(1, max(0, f.Confidence))}
	switch f.Kind {
	case extract.House, extract.Between:
		p.Kind, p.Detail = "house", joined(" ", f.City, f.Postcode)
	case extract.OnStreet:
		p.Kind, p.Detail = "street", joined(" ", f.City, f.Postcode)
	case extract.Postcode:
		p.Kind, p.Detail = "place", f.City
	default:
		p.Kind, p.Detail = "place", f.PlaceKind
	}
	return p
}

// joined joins what is not empty.
func joined(between string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), between)
}

// nearOf reads "lon,lat"; nil for the empty text.
func nearOf(text string) (*orb.Point, error) {
	if text == "" {
		return nil, nil
	}
	first, second, _ := strings.Cut(text, ",")
	lon, lonErr := strconv.ParseFloat(strings.TrimSpace(first), 64)
	lat, latErr := strconv.ParseFloat(strings.TrimSpace(second), 64)
	// Written so that not-a-number fails.
	if lonErr != nil || latErr != nil || !(math.Abs(lon) <= 180 && math.Abs(lat) <= 90) {
		return nil, fault.New(fault.Invalid, "near is no place.").WithField("query.near", "longitude,latitude in degrees, for example -75.52,39.16")
	}
	return &orb.Point{lon, lat}, nil
}
