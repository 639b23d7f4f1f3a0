package api

import (
	"context"
	"strconv"
	"strings"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/territories"
)

type alignmentMovesInput struct {
	ByID
	With      otherAlignment `query:"with" default:"live" doc:"The id of another alignment, or live."`
	Territory int64          `query:"territory" minimum:"0" doc:"Only those that come from it or go to it."`
	Hands     bool           `query:"hands" doc:"Only those that would get another owner than they have now."`
	Change    string         `query:"change" enum:"any,territory,owner,all" default:"any" doc:"territory: those that belong to another territory, as changeTerritory of the comparison, and what territories gain and lose. owner: those of a territory with another owner, as changeHands, and what reps gain and lose. all: whether they change or not, so that with to it is the accounts of a territory."`
	From      int64          `query:"from" minimum:"0" doc:"Only those that leave this territory."`
	To        int64          `query:"to" minimum:"0" doc:"Only those that come to this territory."`
	FromOwner int64          `query:"fromOwner" minimum:"0" doc:"Only those that leave a territory of this user."`
	ToOwner   int64          `query:"toOwner" minimum:"0" doc:"Only those that come to a territory of this user."`
	Cursor    string         `query:"cursor" maxLength:"40" doc:"nextCursor of the page before, with everything else as it was."`
	Limit     int            `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

// listAlignmentMoves pages by the id of accounts; the cursor carries how many
// there are, which the first page counts.
func (s *Server) listAlignmentMoves(ctx context.Context, in *alignmentMovesInput) (*answer[page[territories.Move]], error) {
	with, err := in.With.id()
	if err != nil {
		return nil, err
	}
	q := territories.MovesQuery{With: with, Territory: in.Territory, Hands: in.Hands, From: in.From, To: in.To,
		FromOwner: in.FromOwner, ToOwner: in.ToOwner, Limit: in.Limit}
	if in.Change != "any" {
		q.Change = territories.Change(in.Change)
	}
	if in.Cursor != "" {
		after, known, _ := strings.Cut(in.Cursor, "-")
		var wrongID, wrongTotal error
		q.After, wrongID = strconv.ParseInt(after, 10, 64)
		q.Known, wrongTotal = strconv.Atoi(known)
		if wrongID != nil || wrongTotal != nil || q.After < 1 || q.Known < 0 {
			return nil, fault.New(fault.Invalid, "The cursor is not one that this list gave out.").WithField("query.cursor", "nextCursor of the page before.")
		}
	}
	list, err := s.territories.Moves(ctx, in.ID, q)
	if err != nil {
		return nil, err
	}
	out := page[territories.Move]{Items: list.Items, Total: list.Total}
	if list.More {
		next := strconv.FormatInt(list.Items[len(list.Items)-1].AccountID, 10) + "-" + strconv.Itoa(list.Total)
		out.NextCursor = &next
	}
	return respond(out, nil)
}
