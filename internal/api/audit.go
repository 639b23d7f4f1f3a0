package api

import (
	"context"

	"github.com/waymark-crm/waymark/internal/audit"
	"github.com/waymark-crm/waymark/internal/identity"
)

func (s *Server) registerAudit() {
	const tag = "Audit"
	register(s, get("/api/accounts/{id}/history", "listAccountHistory", tag, "Every change of an account and of what hangs on it, the newest first", need(identity.AccountsRead)).
		described("By whom, from where, before and after. Nobody can change or remove a line."), s.listAccountHistory)
	register(s, get("/api/audit", "listAudit", tag, "Every change of the organisation's records, the newest first", need(identity.OrganisationManage)), s.listAudit)
}

// CursorPaging is which page of a list that is not counted is wanted.
type CursorPaging struct {
	Cursor string `query:"cursor" maxLength:"500" doc:"nextCursor of the page before; nothing for the first."`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type accountHistoryInput struct {
	ByID
	CursorPaging
}

func (s *Server) listAccountHistory(ctx context.Context, in *accountHistoryInput) (*answer[cursored[audit.Entry]], error) {
	return changesPage(s.audit.OfAccount(ctx, in.ID, audit.Page{Cursor: in.Cursor, Limit: in.Limit}))
}

type auditInput struct {
	CursorPaging
	UserID int64  `query:"userId" minimum:"0"`
	Record string `query:"record" maxLength:"60" example:"accounts"`
	From   string `query:"from" format:"date" doc:"The first day, in the organisation's time zone."`
	To     string `query:"to" format:"date" doc:"The last day."`
}

func (s *Server) listAudit(ctx context.Context, in *auditInput) (*answer[cursored[audit.Entry]], error) {
	return changesPage(s.audit.All(ctx, audit.Filter{UserID: in.UserID, Record: in.Record, From: in.From, To: in.To}, audit.Page{Cursor: in.Cursor, Limit: in.Limit}))
}
