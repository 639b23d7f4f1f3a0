package api

import (
	"context"

	"github.com/waymark-crm/waymark/geo/cql2"
	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
)

// ogcKinds are the collections.
func (s *Server) ogcKinds() []ogcKind {
	return []ogcKind{
		{
			id: "accounts", title: "Accounts", access: need(identity.AccountsRead), fields: s.accounts.Fields, items: s.ogcAccounts, item: s.ogcAccount,
			description: "Customers, prospects and former customers at their primary site, or else, with a bbox, at the site that lies in it. Their time is that of the last change.",
		},
		{
			id: "territories", title: "Territories", access: need(identity.TerritoriesRead), items: s.ogcTerritories, item: s.ogcTerritory,
			fields:      func(context.Context) ([]accounts.Field, error) { return territoryFields, nil },
			description: "The live territories, with their areas and regions.",
		},
		{
			id: "prospects", title: "Open prospects", open: true, access: need(identity.AccountsRead), items: s.ogcProspects, item: s.ogcProspect,
			fields:      func(context.Context) ([]accounts.Field, error) { return prospectFields, nil },
			description: "Businesses and institutions of the extract that nobody has taken over yet.",
		},
	}
}

func (s *Server) ogcAccounts(ctx context.Context, q ogcQuery) (ogcPage, error) {
	f, err := s.ogcAccountFilter(ctx, q)
	if err != nil {
		return ogcPage{}, err
	}
	list, err := s.accounts.List(ctx, f, q.paging)
	if err != nil {
		return ogcPage{}, err
	}
	// What is in a box lies in it (Core 7.15.3), also by another site than the primary one.
	if f.Box != nil {
		if err := s.accounts.ShowWithin(ctx, f.Box, list.Items); err != nil {
			return ogcPage{}, err
		}
	}
	page := ogcPage{next: list.NextCursor, total: list.Total}
	for _, row := range list.Items {
		page.features = append(page.features, accountFeature(row))
	}
	return page, nil
}

func accountFeature(r accounts.Row) ogcFeature {
	p := map[string]any{
		"name": r.Name, "status": r.Status, "class": r.Class, "category": r.Category, "ownerId": r.OwnerID, "owner": r.OwnerName,
		"teamId": r.TeamID, "tags": r.Tags, "phone": r.Phone, "email": r.Email, "website": r.Website, "revenue": r.Revenue,
		"potential": r.Potential, "visitIntervalDays": r.VisitIntervalDays, "visitMinutes": r.VisitMinutes, "lastVisitOn": r.LastVisitOn,
		"dueOn": r.DueOn, "coverage": r.Coverage, "createdAt": r.CreatedAt, "updatedAt": r.UpdatedAt,
	}
	for key, value := range r.Custom {
		p["custom."+key] = value
	}
	if r.Site == nil {
		return feature(r.ID, nil, p)
	}
	p["housenumber"], p["street"], p["city"], p["postcode"] = r.Site.Housenumber, r.Site.Street, r.Site.City, r.Site.Postcode
	return feature(r.ID, r.Site.Point, p)
}

// ogcAccount finds one as the list finds it: by its id alone.
func (s *Server) ogcAccount(ctx context.Context, id int64) (ogcFeature, error) {
	rows, err := s.accounts.RowsOf(ctx, []int64{id})
	if err != nil {
		return ogcFeature{}, err
	}
	if len(rows) == 0 || rows[0].ArchivedAt != nil {
		return ogcFeature{}, fault.New(fault.NotFound, "There is no such account.")
	}
	return accountFeature(rows[0]), nil
}

var prospectFields = []accounts.Field{
	{Key: "name", Label: "Name", Type: accounts.FieldText},
	{Key: "category", Label: "Category", Type: accounts.FieldText},
	{Key: "kind", Label: "Kind", Type: accounts.FieldText},
	{Key: "housenumber", Label: "House number", Type: accounts.FieldText},
	{Key: "street", Label: "Street", Type: accounts.FieldText},
	{Key: "city", Label: "City", Type: accounts.FieldText},
	{Key: "postcode", Label: "Postcode", Type: accounts.FieldText},
	{Key: "phone", Label: "Phone", Type: accounts.FieldText},
	{Key: "website", Label: "Website", Type: accounts.FieldText},
}

// ogcProspects filters in the database. An area that all must lie in finds them by
// the index of cells. Features without a time are in every interval.
func (s *Server) ogcProspects(ctx context.Context, q ogcQuery) (ogcPage, error) {
	var f accounts.ProspectFilter
	var err error
	if q.box != "" {
		if f.Box, err = accounts.ParseBox(q.box); err != nil {
			return ogcPage{}, err
		}
	}
	if q.filter != nil {
		if f.Test, err = accounts.NewProspectTest(q.text, q.filter); err != nil {
			return ogcPage{}, err
		}
		parts := []cql2.Expr{q.filter}
		if g, ok := q.filter.(*cql2.Group); ok && !g.Any {
			parts = g.Of
		}
		for _, part := range parts {
			e, isPlace := part.(*cql2.Intersects)
			if !isPlace || f.Within != nil {
				continue
			}
			if ring, err := ogcRing(e); err == nil { // of several areas, the test alone decides
				if f.Within, err = accounts.RingOf(ring); err != nil {
					return ogcPage{}, err
				}
			}
		}
	}
	list, err := s.accounts.OpenProspects(ctx, f, q.paging)
	if err != nil {
		return ogcPage{}, err
	}
	page := ogcPage{next: list.NextCursor, total: list.Total}
	for _, p := range list.Items {
		page.features = append(page.features, prospectFeature(p))
	}
	return page, nil
}

func prospectFeature(p accounts.OpenProspect) ogcFeature {
	return feature(p.ID, p.Point, map[string]any{
		"name": p.Name, "category": p.Category, "kind": p.Kind, "housenumber": p.Housenumber, "street": p.Street, "city": p.City,
		"postcode": p.Postcode, "phone": p.Phone, "website": p.Website, "openingHours": p.OpeningHours,
	})
}

func (s *Server) ogcProspect(ctx context.Context, id int64) (ogcFeature, error) {
	p, err := s.accounts.OpenProspect(ctx, id)
	if err != nil {
		return ogcFeature{}, err
	}
	return prospectFeature(p), nil
}
