package api

import (
	"context"
	"slices"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/identity"
)

func init() {
	schemaNames["accounts.Hit"] = "SearchHit"
}

func (s *Server) registerSearch() {
	const tag = "Search"
	read := need(identity.AccountsRead)
	register(s, get("/api/search", "search", tag, "Find accounts, contacts and places by what was typed", read).
		described("What one has opened lately first, then accounts and contacts by how well they match, places behind them. Typing errors are forgiven. "+
			"Without q: what one has opened lately."), s.search)
	register(s, post("/api/recents", "rememberOpened", tag, "Remember that one has opened something", read), s.rememberOpened)
}

type searchInput struct {
	Q      string   `query:"q" maxLength:"200" example:"harbor bakry"`
	Near   string   `query:"near" maxLength:"100" doc:"longitude,latitude; prefers places that are near, among equals" example:"-75.52,39.16"`
	Kind   []string `query:"kind,explode" enum:"account,contact,place" doc:"Any of; left out, all."`
	Limit  int      `query:"limit" minimum:"1" maximum:"50" default:"12"`
	Places int      `query:"places" minimum:"0" maximum:"50" default:"4" doc:"How many places at most."`
}

func (s *Server) search(ctx context.Context, in *searchInput) (*answer[list[accounts.Hit]], error) {
	wants := func(kind string) bool { return len(in.Kind) == 0 || slices.Contains(in.Kind, kind) }
	recents, err := s.accounts.Recents(ctx, 50)
	if err != nil {
		return nil, err
	}
	recents = slices.DeleteFunc(recents, func(h accounts.Hit) bool { return !wants(h.Kind) })
	if in.Q == "" {
		return respond(list[accounts.Hit]{Items: recents[:min(len(recents), in.Limit)]}, nil)
	}
	var found []accounts.Hit
	if wants("account") || wants("contact") {
		if found, err = s.accounts.Search(ctx, in.Q, 2*in.Limit); err != nil {
			return nil, err
		}
		found = slices.DeleteFunc(found, func(h accounts.Hit) bool { return !wants(h.Kind) })
	}
	var places []accounts.Hit
	for _, h := range recents {
		if h.Kind == "place" && h.PlaceMatches(in.Q) {
			places = append(places, h)
		}
	}
	if wants("place") && in.Places > 0 {
		more, err := s.searchPlaces(ctx, &searchPlacesInput{Q: in.Q, Near: in.Near, Limit: in.Places})
		if err != nil {
			return nil, err
		}
		for _, p := range more.Body.Items {
			known := slices.ContainsFunc(places, func(h accounts.Hit) bool { return h.Label == p.Label && h.Detail == p.Detail })
			if !known && len(places) < in.Places {
				places = append(places, accounts.Hit{Kind: "place", Label: p.Label, Detail: p.Detail, Point: &p.Point, Score: p.Confidence})
			}
		}
	}
	// Places keep their share at the end; what was opened lately comes first.
	found = found[:min(len(found), in.Limit-min(len(places), in.Limit/3))]
	out := append(found, places...)
	slices.SortStableFunc(out, func(a, b accounts.Hit) int {
		switch {
		case a.OpenedAt != nil && b.OpenedAt != nil:
			return b.OpenedAt.Compare(*a.OpenedAt)
		case a.OpenedAt != nil:
			return -1
		case b.OpenedAt != nil:
			return 1
		}
		return 0
	})
	return respond(list[accounts.Hit]{Items: append([]accounts.Hit{}, out[:min(len(out), in.Limit)]...)}, nil)
}

type rememberOpenedRequest struct {
	Kind   string     `json:"kind" enum:"account,contact,place"`
	ID     int64      `json:"id,omitempty" minimum:"1" doc:"Of the account or the contact."`
	Label  string     `json:"label,omitempty" maxLength:"300" doc:"Of a place."`
	Detail string     `json:"detail,omitempty" maxLength:"300" doc:"Of a place."`
	Point  *orb.Point `json:"point,omitempty" doc:"Of a place."`
}

func (s *Server) rememberOpened(ctx context.Context, in *struct{ Body rememberOpenedRequest }) (*none, error) {
	return respondNone(s.accounts.Open(ctx, accounts.Opened(in.Body)))
}
