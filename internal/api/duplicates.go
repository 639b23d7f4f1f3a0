package api

import (
	"context"
	"strconv"

	"github.com/waymark-crm/waymark/internal/duplicates"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
)

func init() {
	schemaNames["duplicates.Scan"] = "DuplicateScan"
	schemaNames["duplicates.Pair"] = "DuplicatePair"
	schemaNames["duplicates.Reason"] = "DuplicateReason"
	schemaNames["duplicates.Similar"] = "SimilarAccount"
	schemaNames["duplicates.Merge"] = "AccountMerge"
}

func (s *Server) registerDuplicates() {
	const tag = "Duplicates"
	merge := need(identity.AccountsMerge)
	register(s, get("/api/duplicates", "listDuplicates", tag, "Pairs of accounts that may be one, the surest first", merge), s.listDuplicates)
	register(s, get("/api/duplicates/look", "getDuplicateScan", tag, "The last look for duplicates", merge), s.getDuplicateScan)
	register(s, post("/api/duplicates/look", "findDuplicates", tag, "Compare all accounts", merge).status(202).
		described("A job does it."), s.findDuplicates)
	register(s, put("/api/duplicates/{id}/{other}", "decideDuplicate", tag, "Remember that two accounts are different", merge), s.decideDuplicate)
	register(s, get("/api/duplicates/similar", "listSimilarAccounts", tag, "Accounts that a new one resembles", need(identity.AccountsWrite)).
		described("At most 5, the likest first."), s.listSimilarAccounts)
	register(s, post("/api/merges", "mergeAccounts", tag, "Make one account of two", merge).status(201).
		described("The one takes in everything that refers to the other, which is archived. An old version of either is refused with 409, whose current tells which one has changed."), s.mergeAccounts)
	register(s, get("/api/merges", "listMerges", tag, "Merges, the newest first", merge), s.listMerges)
	register(s, post("/api/merges/{id}/undo", "undoMerge", tag, "Make two accounts of one again", merge), s.undoMerge)
}

func (s *Server) doubles() (*duplicates.Service, error) {
	if s.deps.Duplicates == nil {
		return nil, fault.New(fault.Unavailable, "This server compares no accounts.")
	}
	return s.deps.Duplicates, nil
}

type duplicatesInput struct {
	State  string `query:"state" enum:"open,different" default:"open"`
	Cursor string `query:"cursor" maxLength:"20"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

func (s *Server) listDuplicates(ctx context.Context, in *duplicatesInput) (*answer[page[duplicates.Pair]], error) {
	service, err := s.doubles()
	if err != nil {
		return nil, err
	}
	offset := 0
	if in.Cursor != "" {
		if offset, err = strconv.Atoi(in.Cursor); err != nil || offset < 0 || offset > 100_000 {
			return nil, fault.New(fault.Invalid, "The cursor is none of this list.").WithField("query.cursor", "Leave it out to begin anew.")
		}
	}
	pairs, total, err := service.Pairs(ctx, in.State, offset, in.Limit)
	out := page[duplicates.Pair]{Items: pairs, Total: total}
	if len(pairs) == in.Limit {
		next := strconv.Itoa(offset + in.Limit)
		out.NextCursor = &next
	}
	return respond(out, err)
}

func (s *Server) getDuplicateScan(ctx context.Context, _ *none) (*answer[duplicates.Scan], error) {
	service, err := s.doubles()
	if err != nil {
		return nil, err
	}
	return respond(service.Scan(ctx))
}

func (s *Server) findDuplicates(ctx context.Context, _ *none) (*answer[duplicates.Scan], error) {
	service, err := s.doubles()
	if err != nil {
		return nil, err
	}
	return respond(service.Look(ctx))
}

type decideDuplicateInput struct {
	ByID
	Other int64 `path:"other" minimum:"1"`
	Body  struct {
		Different bool `json:"different" doc:"false forgets the decision."`
	}
}

func (s *Server) decideDuplicate(ctx context.Context, in *decideDuplicateInput) (*none, error) {
	service, err := s.doubles()
	if err != nil {
		return nil, err
	}
	return respondNone(service.Decide(ctx, in.ID, in.Other, in.Body.Different))
}

type similarInput struct {
	Name    string `query:"name" maxLength:"300"`
	Phone   string `query:"phone" maxLength:"100"`
	Email   string `query:"email" maxLength:"320"`
	Website string `query:"website" maxLength:"500"`
	Point   string `query:"point" maxLength:"100" doc:"longitude,latitude" example:"-75.52,39.16"`
}

func (s *Server) listSimilarAccounts(ctx context.Context, in *similarInput) (*answer[list[duplicates.Similar]], error) {
	service, err := s.doubles()
	if err != nil {
		return nil, err
	}
	point, err := nearOf(in.Point)
	if err != nil {
		return nil, err
	}
	found, err := service.Like(ctx, duplicates.Draft{Name: in.Name, Phone: in.Phone, Email: in.Email, Website: in.Website, Point: point})
	if found == nil {
		found = []duplicates.Similar{}
	}
	return respond(list[duplicates.Similar]{Items: found}, err)
}

type mergeInput struct {
	Body struct {
		WinnerID      int64    `json:"winnerId" minimum:"1" doc:"The account that stays."`
		WinnerVersion int      `json:"winnerVersion" minimum:"1" doc:"The version that you saw."`
		LoserID       int64    `json:"loserId" minimum:"1" doc:"The account that is taken in and archived."`
		LoserVersion  int      `json:"loserVersion" minimum:"1" doc:"The version that you saw."`
		FromLoser     []string `json:"fromLoser" maxItems:"250" nullable:"false" doc:"Fields whose value is to be the other account's: name, status, class, category, ownerId, teamId, phone, email, website, notes, revenue, potential, visitIntervalDays, visitMinutes, externalId, custom (all that it has), or custom.<key> for one custom field. Tags are put together; the later of the last visits stays."`
	}
}

func (s *Server) mergeAccounts(ctx context.Context, in *mergeInput) (*answer[*duplicates.Merge], error) {
	service, err := s.doubles()
	if err != nil {
		return nil, err
	}
	b := in.Body
	return respond(service.Merge(ctx, duplicates.Request{WinnerID: b.WinnerID, LoserID: b.LoserID, WinnerVersion: b.WinnerVersion,
		LoserVersion: b.LoserVersion, FromLoser: b.FromLoser}))
}

func (s *Server) listMerges(ctx context.Context, in *importsInput) (*answer[list[duplicates.Merge]], error) {
	service, err := s.doubles()
	if err != nil {
		return nil, err
	}
	all, err := service.Merges(ctx, in.Limit)
	if all == nil {
		all = []duplicates.Merge{}
	}
	return respond(list[duplicates.Merge]{Items: all}, err)
}

func (s *Server) undoMerge(ctx context.Context, in *ByID) (*answer[*duplicates.Merge], error) {
	service, err := s.doubles()
	if err != nil {
		return nil, err
	}
	return respond(service.Undo(ctx, in.ID))
}
