package api

import (
	"context"

	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/identity"
)

func (s *Server) registerOpenProspects() {
	const tag = "Open prospects"
	read := need(identity.AccountsRead)
	register(s, get("/api/open-prospects", "listOpenProspects", tag, "Businesses of the extract that nobody here has taken over", read).
		described("By name; with q, best match first."), s.listOpenProspects)
	register(s, get("/api/open-prospects/{id}", "getOpenProspect", tag, "An open prospect", read), s.getOpenProspect)
	register(s, post("/api/open-prospects/{id}/take-over", "takeOverOpenProspect", tag, "Make it an account", need(identity.AccountsWrite)).status(201).
		described("With its address, phone, website and opening hours. When the organisation has it already, the answer is 409, whose current is that account."), s.takeOverOpenProspect)
}

type listOpenProspectsInput struct {
	PlaceFilter
	Paging
	Q        string `query:"q" maxLength:"200" doc:"Search text."`
	Category string `query:"category" maxLength:"100"`
}

func (s *Server) listOpenProspects(ctx context.Context, in *listOpenProspectsInput) (*answer[page[accounts.OpenProspect]], error) {
	p, err := s.shapes(ctx, in.PlaceFilter)
	if err != nil {
		return nil, err
	}
	f := accounts.ProspectFilter{Query: in.Q, Category: in.Category, Box: p.box, Within: p.within, Reach: p.reach, Areas: p.areas}
	return pageOf(s.accounts.OpenProspects(ctx, f, accounts.Page{Cursor: in.Cursor, Limit: in.Limit}))
}

func (s *Server) getOpenProspect(ctx context.Context, in *ByID) (*answer[accounts.OpenProspect], error) {
	return respond(s.accounts.OpenProspect(ctx, in.ID))
}

type takeOverInput struct {
	ByID
	Body *struct {
		Class   string `json:"class,omitempty" enum:"A,B,C" default:"C"`
		OwnerID *int64 `json:"ownerId,omitempty" nullable:"true" minimum:"1" doc:"Left out: a rep themselves, else nobody."`
	} `required:"false"`
}

func (s *Server) takeOverOpenProspect(ctx context.Context, in *takeOverInput) (*answer[accounts.Account], error) {
	t := accounts.TakeOver{MayAssign: mayAssign(ctx)}
	if in.Body != nil {
		t.Class, t.OwnerID = accounts.Class(in.Body.Class), in.Body.OwnerID
	}
	return respond(s.accounts.TakeOver(ctx, in.ID, t))
}
