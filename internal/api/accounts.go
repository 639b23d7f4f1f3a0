package api

import (
	"context"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/identity"
)

func init() {
	schemaNames["accounts.Row"] = "AccountRow"
	schemaNames["accounts.RowSite"] = "AccountRowSite"
}

func (s *Server) registerAccounts() {
	const tag = "Accounts"
	read, write := need(identity.AccountsRead), need(identity.AccountsWrite)
	const stale = "An old version is refused with 409, whose current is the account as it is."
	register(s, get("/api/accounts", "listAccounts", tag, "The accounts that a filter means", read).
		described("By name; with q, best match first. The search forgives typing errors; every word must be found. "+
			"The rows of a large organisation are found sooner than they are counted: total=false leaves that to countAccounts."), s.listAccounts)
	register(s, get("/api/accounts/count", "countAccounts", tag, "How many accounts a filter means", read).
		described("The total of listAccounts, to the last account."), s.countAccounts)
	register(s, get("/api/accounts/selection", "summariseSelection", tag, "Sum up the accounts in a shape", read).
		described("Needs within, reach or bbox."), s.summariseSelection)
	register(s, post("/api/accounts", "createAccount", tag, "Create an account", write).status(201).
		described("Giving it to someone else needs the permission `accounts.assign`."), s.createAccount)
	register(s, get("/api/accounts/{id}", "getAccount", tag, "An account with its sites and contacts", read), s.getAccount)
	register(s, patch("/api/accounts/{id}", "updateAccount", tag, "Change an account", write).
		described(stale+" Giving it to someone else needs the permission `accounts.assign`."), s.updateAccount)
	register(s, post("/api/accounts/{id}/archive", "archiveAccount", tag, "Take an account out of lists, maps and plans", write).described(stale), s.archiveAccount)
	register(s, post("/api/accounts/{id}/restore", "restoreAccount", tag, "Bring an archived account back", write).described(stale), s.restoreAccount)

	register(s, post("/api/accounts/{id}/sites", "createSite", tag, "Add a site", write).status(201), s.createSite)
	register(s, patch("/api/accounts/{id}/sites/{siteId}", "updateSite", tag, "Change a site", write).
		described("isPrimary true takes the mark from the site that has it. With a version, that of the account, an old one is refused with 409."), s.updateSite)
	register(s, remove("/api/accounts/{id}/sites/{siteId}", "deleteSite", tag, "Remove a site", write).
		described("When it was the primary one, the oldest of the others becomes it."), s.deleteSite)
	register(s, post("/api/accounts/{id}/contacts", "createContact", tag, "Add a contact", write).status(201), s.createContact)
	register(s, patch("/api/accounts/{id}/contacts/{contactId}", "updateContact", tag, "Change a contact", write), s.updateContact)
	register(s, remove("/api/accounts/{id}/contacts/{contactId}", "deleteContact", tag, "Remove a contact", write), s.deleteContact)
}

// AttributeFilter is the part of the filter of accounts that tiles take too.
type AttributeFilter struct {
	Q         string   `query:"q" maxLength:"200" doc:"Search text."`
	Status    []string `query:"status,explode" enum:"prospect,customer,former" doc:"Any of."`
	Class     []string `query:"class,explode" enum:"A,B,C" doc:"Any of."`
	OwnerID   []int64  `query:"ownerId,explode" minimum:"0" maxItems:"200" doc:"Any of; 0 stands for nobody."`
	TeamID    int64    `query:"teamId" minimum:"0"`
	Territory int64    `query:"territory" minimum:"0" doc:"Of the live alignment; an area or region means all territories of it."`
	Tag       []string `query:"tag,explode" maxItems:"200" doc:"All of."`
	Coverage  []string `query:"coverage,explode" enum:"never,on_track,due,overdue" doc:"Any of."`
	Archived  bool     `query:"archived" doc:"The archived ones instead of the others."`
	Filter    string   `query:"filter" maxLength:"16384" doc:"A filter tree as JSON, which must hold beside the other parameters; see checkFilter." example:"{\"field\":\"name\",\"op\":\"contains\",\"value\":\"harbor\"}"`
}

func (f AttributeFilter) filter() (accounts.Filter, error) {
	tree, err := accounts.ParseTree([]byte(f.Filter))
	return accounts.Filter{
		Query: f.Q, Status: texts[accounts.Status](f.Status), Class: texts[accounts.Class](f.Class),
		OwnerIDs: f.OwnerID, TeamID: f.TeamID, Territory: f.Territory, Tags: f.Tag, Coverage: texts[accounts.Coverage](f.Coverage), Archived: f.Archived,
		Tree: tree,
	}, err
}

// texts converts strings to a type of string.
func texts[T ~string](values []string) []T {
	out := make([]T, len(values))
	for i, v := range values {
		out[i] = T(v)
	}
	return out
}

// PlaceFilter is where something must lie.
type PlaceFilter struct {
	BBox   string `query:"bbox" maxLength:"200" doc:"west,south,east,north in degrees. A west beyond the east crosses the 180th meridian." example:"-75.8,38.4,-75.0,39.9"`
	Within string `query:"within" maxLength:"30000" doc:"The corners of a shape, at most 500: lon,lat lon,lat …" example:"-75.6,39.1 -75.4,39.1 -75.5,39.3"`
	Circle string `query:"circle" maxLength:"100" doc:"longitude,latitude,metres with 1 to 200,000 metres." example:"-75.52,39.16,5000"`
	Cells  string `query:"cells" maxLength:"34000" doc:"Whole H3 cells of resolutions 0 to 12, separated by commas, at most 2,000." example:"872a84b53ffffff"`
	Place  int64  `query:"place" minimum:"0" doc:"The id of a named area of the extract; see listBoundaries."`
	Reach  string `query:"reach" maxLength:"100" doc:"What can be driven to: longitude,latitude,minutes with 1 to 120 minutes; the polygon of getReach. 503 without an extract." example:"-75.52,39.16,30"`
}

// places are the shapes of a filter, nil where there is none.
type places struct {
	box, within, reach *accounts.Shape
	areas              []*accounts.Shape
}

// shapes reads a filter's shapes.
func (s *Server) shapes(ctx context.Context, f PlaceFilter) (p places, err error) {
	if f.BBox != "" {
		if p.box, err = accounts.ParseBox(f.BBox); err != nil {
			return places{}, err
		}
	}
	if f.Within != "" {
		if p.within, err = accounts.ParseRing(f.Within); err != nil {
			return places{}, err
		}
	}
	if p.reach, err = s.reachShape(ctx, f.Reach); err != nil {
		return places{}, err
	}
	if p.areas, err = s.areaShapes(ctx, f.Circle, f.Cells, f.Place); err != nil {
		return places{}, err
	}
	return p, nil
}

// AccountFilter is the filter of accounts as lists, selections and figures of
// regions take it.
type AccountFilter struct {
	AttributeFilter
	PlaceFilter
}

// filter reads a filter of accounts.
func (s *Server) filter(ctx context.Context, f AccountFilter) (accounts.Filter, error) {
	out, err := f.AttributeFilter.filter()
	if err != nil {
		return out, err
	}
	p, err := s.shapes(ctx, f.PlaceFilter)
	out.Box, out.Within, out.Reach, out.Areas = p.box, p.within, p.reach, p.areas
	return out, err
}

// Paging is which page of a list is wanted.
type Paging struct {
	Cursor string `query:"cursor" maxLength:"2000" doc:"nextCursor of the page before; nothing for the first."`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
}

// pageOf turns a page of a domain into the wire's.
func pageOf[T any](l accounts.Listing[T], err error) (*answer[page[T]], error) {
	return respond(page[T]{Items: l.Items, NextCursor: l.NextCursor, Total: l.Total}, err)
}

type listAccountsInput struct {
	AccountFilter
	Paging
	Sort  string `query:"sort" maxLength:"60" pattern:"^(-?[A-Za-z][A-Za-z0-9_.]*)?$" doc:"The key of a sortable field of listFields, with - in front for descending. Ties are broken by id." example:"-revenue"`
	Total bool   `query:"total" default:"true" doc:"Whether to count the accounts on all pages."`
}

// accountPage is a page of accounts.
type accountPage struct {
	Items      []accounts.Row `json:"items"`
	NextCursor *string        `json:"nextCursor" doc:"Pass it as cursor to read the next page; null on the last."`
	Total      *int           `json:"total" doc:"How many there are on all pages; null with total=false."`
}

func (s *Server) listAccounts(ctx context.Context, in *listAccountsInput) (*answer[accountPage], error) {
	f, err := s.filter(ctx, in.AccountFilter)
	if err != nil {
		return nil, err
	}
	l, err := s.accounts.List(ctx, f, accounts.Page{Sort: in.Sort, Cursor: in.Cursor, Limit: in.Limit, Uncounted: !in.Total})
	out := accountPage{Items: l.Items, NextCursor: l.NextCursor}
	if in.Total {
		out.Total = &l.Total
	}
	return respond(out, err)
}

type accountCount struct {
	Total int `json:"total"`
}

func (s *Server) countAccounts(ctx context.Context, in *AccountFilter) (*answer[accountCount], error) {
	f, err := s.filter(ctx, *in)
	if err != nil {
		return nil, err
	}
	n, err := s.accounts.Count(ctx, f)
	return respond(accountCount{n}, err)
}

func (s *Server) summariseSelection(ctx context.Context, in *AccountFilter) (*answer[accounts.Selection], error) {
	f, err := s.filter(ctx, *in)
	if err != nil {
		return nil, err
	}
	return respond(s.accounts.Select(ctx, f))
}

// SiteFields are those of a new site.
type SiteFields struct {
	Name         string     `json:"name,omitempty" maxLength:"200"`
	Housenumber  string     `json:"housenumber,omitempty" maxLength:"50"`
	Street       string     `json:"street,omitempty" maxLength:"200"`
	City         string     `json:"city,omitempty" maxLength:"200"`
	Postcode     string     `json:"postcode,omitempty" maxLength:"20"`
	Country      string     `json:"country,omitempty" maxLength:"100"`
	OpeningHours string     `json:"openingHours,omitempty" maxLength:"500" doc:"In the syntax of OpenStreetMap." example:"Mo-Fr 08:00-17:00"`
	Point        *orb.Point `json:"point" required:"true" nullable:"false" doc:"[longitude, latitude]"`
}

func (f SiteFields) site() accounts.NewSite {
	return accounts.NewSite{
		Name: f.Name, Housenumber: f.Housenumber, Street: f.Street, City: f.City, Postcode: f.Postcode,
		Country: f.Country, OpeningHours: f.OpeningHours, Point: f.Point,
	}
}

type createAccountRequest struct {
	Name              string       `json:"name" minLength:"1" maxLength:"300"`
	Status            string       `json:"status,omitempty" enum:"prospect,customer,former" default:"prospect"`
	Class             string       `json:"class,omitempty" enum:"A,B,C" default:"C"`
	Category          string       `json:"category,omitempty" maxLength:"100"`
	OwnerID           *int64       `json:"ownerId,omitempty" nullable:"true" minimum:"1" doc:"Left out: a rep themselves, else nobody."`
	TeamID            *int64       `json:"teamId,omitempty" nullable:"true" minimum:"1"`
	Tags              []string     `json:"tags,omitempty" maxItems:"50"`
	Phone             string       `json:"phone,omitempty" maxLength:"100"`
	Email             string       `json:"email,omitempty" maxLength:"320"`
	Website           string       `json:"website,omitempty" maxLength:"500"`
	Notes             string       `json:"notes,omitempty" maxLength:"20000"`
	Revenue           float64      `json:"revenue,omitempty" minimum:"0" maximum:"999999999999.99"`
	Potential         float64      `json:"potential,omitempty" minimum:"0" maximum:"999999999999.99" doc:"What it could buy in a year."`
	VisitIntervalDays int          `json:"visitIntervalDays,omitempty" minimum:"1" maximum:"3650" doc:"Left out: 14, 30 or 90 by class."`
	VisitMinutes      int          `json:"visitMinutes,omitempty" minimum:"1" maximum:"720" default:"30"`
	Custom            customValues `json:"custom,omitempty"`
	Site              *SiteFields  `json:"site,omitempty"`
}

func (s *Server) createAccount(ctx context.Context, in *struct{ Body createAccountRequest }) (*answer[accounts.Account], error) {
	b := in.Body
	custom, err := b.Custom.values()
	if err != nil {
		return nil, err
	}
	n := accounts.NewAccount{
		Name: b.Name, Status: accounts.Status(b.Status), Class: accounts.Class(b.Class), Category: b.Category,
		OwnerID: b.OwnerID, TeamID: b.TeamID, Tags: b.Tags, Phone: b.Phone, Email: b.Email, Website: b.Website,
		Notes: b.Notes, Revenue: b.Revenue, Potential: b.Potential, VisitIntervalDays: b.VisitIntervalDays, VisitMinutes: b.VisitMinutes,
		Custom: custom, MayAssign: mayAssign(ctx),
	}
	if b.Site != nil {
		site := b.Site.site()
		n.Site = &site
	}
	return respond(s.accounts.Create(ctx, n))
}

// mayAssign reports whether the session may give accounts to others.
func mayAssign(ctx context.Context) bool {
	session, ok := identity.SessionFrom(ctx)
	return ok && session.May(identity.AccountsAssign)
}

func (s *Server) getAccount(ctx context.Context, in *ByID) (*answer[accounts.Account], error) {
	return respond(s.accounts.Get(ctx, in.ID))
}

type updateAccountRequest struct {
	Version           int          `json:"version" minimum:"1" doc:"Of the account as it was read."`
	Name              *string      `json:"name,omitempty" minLength:"1" maxLength:"300"`
	ExternalID        *string      `json:"externalId,omitempty" maxLength:"200" doc:"422 when another account has it."`
	Status            *string      `json:"status,omitempty" enum:"prospect,customer,former"`
	Class             *string      `json:"class,omitempty" enum:"A,B,C"`
	Category          *string      `json:"category,omitempty" maxLength:"100"`
	OwnerID           field[int64] `json:"ownerId,omitzero" doc:"null for nobody"`
	TeamID            field[int64] `json:"teamId,omitzero"`
	Tags              *[]string    `json:"tags,omitempty" maxItems:"50"`
	Phone             *string      `json:"phone,omitempty" maxLength:"100"`
	Email             *string      `json:"email,omitempty" maxLength:"320"`
	Website           *string      `json:"website,omitempty" maxLength:"500"`
	Notes             *string      `json:"notes,omitempty" maxLength:"20000"`
	Revenue           *float64     `json:"revenue,omitempty" minimum:"0" maximum:"999999999999.99"`
	Potential         *float64     `json:"potential,omitempty" minimum:"0" maximum:"999999999999.99" doc:"What it could buy in a year."`
	VisitIntervalDays *int         `json:"visitIntervalDays,omitempty" minimum:"1" maximum:"3650"`
	VisitMinutes      *int         `json:"visitMinutes,omitempty" minimum:"1" maximum:"720"`
	Custom            customValues `json:"custom,omitempty"`
}

type updateAccountInput struct {
	ByID
	Body updateAccountRequest
}

func (s *Server) updateAccount(ctx context.Context, in *updateAccountInput) (*answer[accounts.Account], error) {
	b := in.Body
	custom, err := b.Custom.values()
	if err != nil {
		return nil, err
	}
	return respond(s.accounts.Update(ctx, in.ID, accounts.Changes{
		Version: b.Version, Name: b.Name, ExternalID: b.ExternalID, Status: (*accounts.Status)(b.Status), Class: (*accounts.Class)(b.Class),
		Category: b.Category, OwnerID: b.OwnerID.change(), TeamID: b.TeamID.change(), Tags: b.Tags,
		Phone: b.Phone, Email: b.Email, Website: b.Website, Notes: b.Notes, Revenue: b.Revenue, Potential: b.Potential,
		VisitIntervalDays: b.VisitIntervalDays, VisitMinutes: b.VisitMinutes, Custom: custom, MayAssign: mayAssign(ctx),
	}))
}

type versionInput struct {
	ByID
	Body struct {
		Version int `json:"version" minimum:"1" doc:"Of the account as it was read."`
	}
}

func (s *Server) archiveAccount(ctx context.Context, in *versionInput) (*answer[accounts.Account], error) {
	return respond(s.accounts.Archive(ctx, in.ID, in.Body.Version))
}

func (s *Server) restoreAccount(ctx context.Context, in *versionInput) (*answer[accounts.Account], error) {
	return respond(s.accounts.Restore(ctx, in.ID, in.Body.Version))
}

type createSiteRequest struct {
	SiteFields
	IsPrimary bool `json:"isPrimary,omitempty"`
}

type createSiteInput struct {
	ByID
	Body createSiteRequest
}

func (s *Server) createSite(ctx context.Context, in *createSiteInput) (*answer[accounts.Account], error) {
	site := in.Body.site()
	site.IsPrimary = in.Body.IsPrimary
	return respond(s.accounts.AddSite(ctx, in.ID, site))
}

type BySite struct {
	ByID
	SiteID int64 `path:"siteId" minimum:"1"`
}

type updateSiteRequest struct {
	Version      int        `json:"version,omitempty" minimum:"1" doc:"Of the account, to refuse a change of an old one."`
	IsPrimary    *bool      `json:"isPrimary,omitempty"`
	Name         *string    `json:"name,omitempty" maxLength:"200"`
	Housenumber  *string    `json:"housenumber,omitempty" maxLength:"50"`
	Street       *string    `json:"street,omitempty" maxLength:"200"`
	City         *string    `json:"city,omitempty" maxLength:"200"`
	Postcode     *string    `json:"postcode,omitempty" maxLength:"20"`
	Country      *string    `json:"country,omitempty" maxLength:"100"`
	OpeningHours *string    `json:"openingHours,omitempty" maxLength:"500"`
	Point        *orb.Point `json:"point,omitempty"`
}

type updateSiteInput struct {
	BySite
	Body updateSiteRequest
}

func (s *Server) updateSite(ctx context.Context, in *updateSiteInput) (*answer[accounts.Account], error) {
	b := in.Body
	return respond(s.accounts.UpdateSite(ctx, in.ID, in.SiteID, accounts.SiteChanges{
		Version: b.Version, IsPrimary: b.IsPrimary, Name: b.Name, Housenumber: b.Housenumber, Street: b.Street,
		City: b.City, Postcode: b.Postcode, Country: b.Country, OpeningHours: b.OpeningHours, Point: b.Point,
	}))
}

func (s *Server) deleteSite(ctx context.Context, in *BySite) (*answer[accounts.Account], error) {
	return respond(s.accounts.DeleteSite(ctx, in.ID, in.SiteID))
}

type createContactInput struct {
	ByID
	Body struct {
		Name         string             `json:"name" minLength:"1" maxLength:"200"`
		JobTitle     string             `json:"jobTitle,omitempty" maxLength:"200"`
		Phone        string             `json:"phone,omitempty" maxLength:"100"`
		Email        string             `json:"email,omitempty" maxLength:"320"`
		DoNotContact bool               `json:"doNotContact,omitempty"`
		Role         string             `json:"role,omitempty" enum:",decision_maker,buyer,technical,user,billing,other"`
		Language     string             `json:"language,omitempty" maxLength:"30"`
		MorePhones   []accounts.Channel `json:"morePhones,omitempty" maxItems:"10"`
		MoreEmails   []accounts.Channel `json:"moreEmails,omitempty" maxItems:"10"`
	}
}

func (s *Server) createContact(ctx context.Context, in *createContactInput) (*answer[accounts.Account], error) {
	return respond(s.accounts.AddContact(ctx, in.ID, accounts.NewContact(in.Body)))
}

type ByContact struct {
	ByID
	ContactID int64 `path:"contactId" minimum:"1"`
}

type updateContactRequest struct {
	Version      int                 `json:"version,omitempty" minimum:"1" doc:"Of the account, to refuse a change of an old one."`
	Name         *string             `json:"name,omitempty" minLength:"1" maxLength:"200"`
	JobTitle     *string             `json:"jobTitle,omitempty" maxLength:"200"`
	Phone        *string             `json:"phone,omitempty" maxLength:"100"`
	Email        *string             `json:"email,omitempty" maxLength:"320"`
	DoNotContact *bool               `json:"doNotContact,omitempty"`
	Role         *string             `json:"role,omitempty" enum:",decision_maker,buyer,technical,user,billing,other"`
	Language     *string             `json:"language,omitempty" maxLength:"30"`
	MorePhones   *[]accounts.Channel `json:"morePhones,omitempty" maxItems:"10"`
	MoreEmails   *[]accounts.Channel `json:"moreEmails,omitempty" maxItems:"10"`
}

type updateContactInput struct {
	ByContact
	Body updateContactRequest
}

func (s *Server) updateContact(ctx context.Context, in *updateContactInput) (*answer[accounts.Account], error) {
	return respond(s.accounts.UpdateContact(ctx, in.ID, in.ContactID, accounts.ContactChanges(in.Body)))
}

func (s *Server) deleteContact(ctx context.Context, in *ByContact) (*answer[accounts.Account], error) {
	return respond(s.accounts.DeleteContact(ctx, in.ID, in.ContactID))
}
