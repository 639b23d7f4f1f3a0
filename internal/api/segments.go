package api

import (
	"context"
	"time"

	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
	"github.com/waymark-crm/waymark/internal/segments"
)

func init() {
	schemaNames["segments.Day"] = "SegmentDay"
}

func (s *Server) registerSegments() {
	const tag = "Segments"
	read := need(identity.AccountsRead)
	const owner = "Its owner and who has `organisation.manage` may."
	register(s, get("/api/segments", "listSegments", tag, "The segments that one sees", read).
		described("By name, with what was counted last, for the whole organisation."), s.listSegments)
	register(s, post("/api/segments", "createSegment", tag, "Keep a set of accounts", read).status(201).
		described("dynamic: the accounts that a filter means at any time. static: those that are put in."), s.createSegment)
	register(s, get("/api/segments/{id}", "getSegment", tag, "A segment, counted now", read).
		described("The counts are of what one sees oneself."), s.getSegment)
	register(s, patch("/api/segments/{id}", "updateSegment", tag, "Change a segment", read).
		described(owner+" An old version is refused with 409, whose current is the segment as it is."), s.updateSegment)
	register(s, remove("/api/segments/{id}", "deleteSegment", tag, "Remove a segment with its history", read).described(owner), s.deleteSegment)
	register(s, get("/api/segments/{id}/members", "listSegmentMembers", tag, "The accounts in a segment", read), s.listSegmentMembers)
	register(s, post("/api/segments/{id}/members", "changeSegmentMembers", tag, "Put accounts into a static segment, or take them out", read).
		described(owner+" At most 100,000 at once."), s.changeSegmentMembers)
	register(s, post("/api/segments/{id}/members/put-back", "putBackSegmentMembers", tag, "Put accounts back that were taken out together", read).
		described(owner+" Once, within a day."), s.putBackSegmentMembers)
	register(s, get("/api/segments/{id}/history", "listSegmentHistory", tag, "How many were in a segment, day by day", read).
		described("The days on which it was counted, the last 400, oldest first."), s.listSegmentHistory)
}

// segmentAnswer is a segment on the wire.
type segmentAnswer struct {
	ID          int64      `json:"id"`
	Name        string     `json:"name"`
	Description string     `json:"description"`
	Kind        string     `json:"kind" enum:"static,dynamic"`
	Filter      filterTree `json:"filter"`
	OwnerID     int64      `json:"ownerId"`
	OwnerName   string     `json:"ownerName"`
	Shared      string     `json:"shared" enum:"own,team,all"`
	accounts.Tally
	CountedAt *time.Time `json:"countedAt"`
	Version   int        `json:"version"`
	RemovalID *int64     `json:"removalId,omitempty" doc:"After a change that took accounts out: for putBackSegmentMembers, within a day."`
}

func segmentOf(v segments.Segment) segmentAnswer {
	return segmentAnswer{
		ID: v.ID, Name: v.Name, Description: v.Description, Kind: string(v.Kind), Filter: treeOf(v.Filter),
		OwnerID: v.OwnerID, OwnerName: v.OwnerName, Shared: string(v.Shared), Tally: v.Tally, CountedAt: v.CountedAt, Version: v.Version, RemovalID: v.RemovalID,
	}
}

// membersRequest says which accounts.
type membersRequest struct {
	Filter *filterTree `json:"filter,omitempty"`
	IDs    []int64     `json:"ids,omitempty" maxItems:"100000"`
}

func (m *membersRequest) members() (*segments.Members, error) {
	if m == nil {
		return nil, nil
	}
	out := &segments.Members{IDs: m.IDs}
	if m.Filter != nil {
		tree, err := m.Filter.tree()
		if err != nil {
			return nil, err
		}
		if tree == nil { // null: every account
			if tree, err = accounts.ParseTree([]byte(`{"all":[]}`)); err != nil {
				return nil, err
			}
		}
		out.Filter = tree
	}
	return out, nil
}

func (s *Server) listSegments(ctx context.Context, _ *none) (*answer[list[segmentAnswer]], error) {
	found, err := s.segments.List(ctx)
	items := make([]segmentAnswer, len(found))
	for i, v := range found {
		items[i] = segmentOf(v)
	}
	return respond(list[segmentAnswer]{Items: items}, err)
}

type createSegmentRequest struct {
	Name        string          `json:"name" minLength:"1" maxLength:"100"`
	Description string          `json:"description,omitempty" maxLength:"2000"`
	Kind        string          `json:"kind" enum:"static,dynamic"`
	Filter      filterTree      `json:"filter,omitempty" doc:"Of a dynamic segment."`
	Shared      string          `json:"shared,omitempty" enum:"own,team,all" default:"own"`
	Members     *membersRequest `json:"members,omitempty" doc:"Of a static segment, to begin with."`
}

func (s *Server) createSegment(ctx context.Context, in *struct{ Body createSegmentRequest }) (*answer[segmentAnswer], error) {
	b := in.Body
	tree, err := b.Filter.tree()
	if err != nil {
		return nil, err
	}
	members, err := b.Members.members()
	if err != nil {
		return nil, err
	}
	v, err := s.segments.Create(ctx, segments.Draft{
		Name: b.Name, Description: b.Description, Kind: segments.Kind(b.Kind), Filter: tree, Shared: segments.Sharing(b.Shared), Members: members,
	})
	return respondAs(v, err, segmentOf)
}

func (s *Server) getSegment(ctx context.Context, in *ByID) (*answer[segmentAnswer], error) {
	v, err := s.segments.Get(ctx, in.ID)
	return respondAs(v, err, segmentOf)
}

type updateSegmentInput struct {
	ByID
	Body struct {
		Version     int         `json:"version" minimum:"1" doc:"Of the segment as it was read."`
		Name        *string     `json:"name,omitempty" minLength:"1" maxLength:"100"`
		Description *string     `json:"description,omitempty" maxLength:"2000"`
		Filter      *filterTree `json:"filter,omitempty"`
		Shared      *string     `json:"shared,omitempty" enum:"own,team,all"`
	}
}

func (s *Server) updateSegment(ctx context.Context, in *updateSegmentInput) (*answer[segmentAnswer], error) {
	b := in.Body
	tree, err := changedTree(b.Filter)
	if err != nil {
		return nil, err
	}
	v, err := s.segments.Update(ctx, in.ID, segments.Changes{
		Version: b.Version, Name: b.Name, Description: b.Description, Filter: tree, Shared: (*segments.Sharing)(b.Shared), MayManage: mayManage(ctx),
	})
	return respondAs(v, err, segmentOf)
}

func (s *Server) deleteSegment(ctx context.Context, in *ByID) (*none, error) {
	return respondNone(s.segments.Delete(ctx, in.ID, mayManage(ctx)))
}

type segmentMembersInput struct {
	ByID
	Paging
	Sort string `query:"sort" maxLength:"60" pattern:"^(-?[A-Za-z][A-Za-z0-9_.]*)?$" doc:"As of listAccounts."`
}

func (s *Server) listSegmentMembers(ctx context.Context, in *segmentMembersInput) (*answer[page[accounts.Row]], error) {
	return pageOf(s.segments.Members(ctx, in.ID, accounts.Page{Sort: in.Sort, Cursor: in.Cursor, Limit: in.Limit}))
}

type changeSegmentMembersInput struct {
	ByID
	Body struct {
		Add    *membersRequest `json:"add,omitempty"`
		Remove *membersRequest `json:"remove,omitempty"`
	}
}

func (s *Server) changeSegmentMembers(ctx context.Context, in *changeSegmentMembersInput) (*answer[segmentAnswer], error) {
	if in.Body.Add == nil && in.Body.Remove == nil {
		return nil, fault.New(fault.Invalid, "Say whom to put in or take out.").WithField("add", "add or remove")
	}
	add, err := in.Body.Add.members()
	if err != nil {
		return nil, err
	}
	out, err := in.Body.Remove.members()
	if err != nil {
		return nil, err
	}
	v, err := s.segments.ChangeMembers(ctx, in.ID, add, out, mayManage(ctx))
	return respondAs(v, err, segmentOf)
}

type putBackInput struct {
	ByID
	Body struct {
		RemovalID int64 `json:"removalId" minimum:"1"`
	}
}

func (s *Server) putBackSegmentMembers(ctx context.Context, in *putBackInput) (*answer[segmentAnswer], error) {
	v, err := s.segments.PutBack(ctx, in.ID, in.Body.RemovalID, mayManage(ctx))
	return respondAs(v, err, segmentOf)
}

func (s *Server) listSegmentHistory(ctx context.Context, in *ByID) (*answer[list[segments.Day]], error) {
	days, err := s.segments.History(ctx, in.ID)
	return respond(list[segments.Day]{Items: days}, err)
}
