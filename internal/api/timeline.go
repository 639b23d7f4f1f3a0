package api

import (
	"context"
	"time"

	"github.com/waymark-crm/waymark/internal/audit"
	"github.com/waymark-crm/waymark/internal/identity"
	"github.com/waymark-crm/waymark/internal/timeline"
)

func init() {
	schemaNames["timeline.Item"] = "TimelineItem"
	schemaNames["audit.Entry"] = "Change"
	schemaNames["audit.Field"] = "ChangedField"
}

func (s *Server) registerTimeline() {
	const tag = "Timeline"
	read, write := need(identity.AccountsRead), need(identity.ActivitiesWrite)
	register(s, get("/api/accounts/{id}/timeline", "listTimeline", tag, "What happened with an account, the newest first", read).
		described("Activities with their comments, and between them changes and imports."), s.listTimeline)
	register(s, post("/api/activities", "createActivity", tag, "Write a note, call, mail, meeting, visit or task", write).status(201).
		described("A mention in the body, @[Name](user:7), puts it into that person's inbox."), s.createActivity)
	register(s, get("/api/activities/{id}", "getActivity", tag, "An activity with its comments", read), s.getActivity)
	register(s, patch("/api/activities/{id}", "updateActivity", tag, "Change an activity", write).
		described("One's own, or a task that one was given; those who may assign accounts change all. An old version is refused with 409, whose current is the activity as it is."), s.updateActivity)
	register(s, remove("/api/activities/{id}", "deleteActivity", tag, "Take an activity out of the timeline", write), s.deleteActivity)
	register(s, post("/api/activities/{id}/restore", "restoreActivity", tag, "Bring a removed activity back", write), s.restoreActivity)
	register(s, post("/api/activities/{id}/comments", "createComment", tag, "Say something to an activity", write).status(201), s.createComment)

	register(s, get("/api/inbox", "getInbox", tag, "What concerns oneself, the newest first", signedIn), s.getInbox)
	register(s, post("/api/inbox/read", "markInbox", tag, "Mark items of one's inbox as read or unread", signedIn).
		described("Without ids all of them as read."), s.markInbox)
}

// cursored is one page of a list that is not counted.
type cursored[T any] struct {
	Items      []T     `json:"items"`
	NextCursor *string `json:"nextCursor" doc:"Pass it as cursor to read the next page; null on the last."`
}

type listTimelineInput struct {
	ByID
	Kind     []string `query:"kind,explode" enum:"note,call,mail,meeting,task,visit,change,import" doc:"Any of; left out: all."`
	PersonID int64    `query:"personId" minimum:"0" doc:"Who wrote, did or changed it."`
	Cursor   string   `query:"cursor" maxLength:"500"`
	Limit    int      `query:"limit" minimum:"1" maximum:"100" default:"30"`
}

func (s *Server) listTimeline(ctx context.Context, in *listTimelineInput) (*answer[cursored[timeline.Item]], error) {
	l, err := s.timeline.OfAccount(ctx, in.ID, timeline.Query{Kinds: in.Kind, PersonID: in.PersonID, Cursor: in.Cursor, Limit: in.Limit})
	return respond(cursored[timeline.Item]{l.Items, l.NextCursor}, err)
}

type createActivityRequest struct {
	AccountID  *int64     `json:"accountId,omitempty" nullable:"true" minimum:"1" doc:"Required but for a task."`
	Kind       string     `json:"kind" enum:"note,call,mail,meeting,task,visit"`
	Subject    string     `json:"subject,omitempty" maxLength:"300"`
	Body       string     `json:"body,omitempty" maxLength:"20000"`
	Outcome    string     `json:"outcome,omitempty" maxLength:"100"`
	Direction  string     `json:"direction,omitempty" enum:",in,out"`
	Minutes    *int       `json:"minutes,omitempty" nullable:"true" minimum:"0" maximum:"1440"`
	ContactID  *int64     `json:"contactId,omitempty" nullable:"true" minimum:"1"`
	HappenedAt *time.Time `json:"happenedAt,omitempty" nullable:"true" doc:"Left out: now."`
	AssigneeID *int64     `json:"assigneeId,omitempty" nullable:"true" minimum:"1" doc:"Of a task. Left out: oneself."`
	DueOn      *string    `json:"dueOn,omitempty" nullable:"true" format:"date"`
	RemindAt   *time.Time `json:"remindAt,omitempty" nullable:"true" doc:"When the task comes into its assignee's inbox."`
}

func (s *Server) createActivity(ctx context.Context, in *struct{ Body createActivityRequest }) (*answer[timeline.Activity], error) {
	b := in.Body
	return respond(s.timeline.Create(ctx, timeline.Draft{
		AccountID: b.AccountID, Kind: timeline.Kind(b.Kind), Subject: b.Subject, Body: b.Body, Outcome: b.Outcome,
		Direction: b.Direction, Minutes: b.Minutes, ContactID: b.ContactID, HappenedAt: b.HappenedAt,
		AssigneeID: b.AssigneeID, DueOn: b.DueOn, RemindAt: b.RemindAt,
	}))
}

func (s *Server) getActivity(ctx context.Context, in *ByID) (*answer[timeline.Activity], error) {
	return respond(s.timeline.Get(ctx, in.ID))
}

type updateActivityRequest struct {
	Version    int              `json:"version" minimum:"1" doc:"Of the activity as it was read."`
	Subject    *string          `json:"subject,omitempty" maxLength:"300"`
	Body       *string          `json:"body,omitempty" maxLength:"20000"`
	Outcome    *string          `json:"outcome,omitempty" maxLength:"100"`
	Direction  *string          `json:"direction,omitempty" enum:",in,out"`
	Minutes    field[int]       `json:"minutes,omitzero"`
	ContactID  field[int64]     `json:"contactId,omitzero"`
	HappenedAt *time.Time       `json:"happenedAt,omitempty"`
	AssigneeID field[int64]     `json:"assigneeId,omitzero"`
	DueOn      field[string]    `json:"dueOn,omitzero" format:"date"`
	RemindAt   field[time.Time] `json:"remindAt,omitzero"`
}

type updateActivityInput struct {
	ByID
	Body updateActivityRequest
}

func (s *Server) updateActivity(ctx context.Context, in *updateActivityInput) (*answer[timeline.Activity], error) {
	b := in.Body
	return respond(s.timeline.Update(ctx, in.ID, timeline.Edit{
		Version: b.Version, Subject: b.Subject, Body: b.Body, Outcome: b.Outcome, Direction: b.Direction,
		Minutes: b.Minutes.change(), ContactID: b.ContactID.change(), HappenedAt: b.HappenedAt,
		AssigneeID: b.AssigneeID.change(), DueOn: b.DueOn.change(), RemindAt: b.RemindAt.change(),
	}))
}

func (s *Server) deleteActivity(ctx context.Context, in *ByID) (*none, error) {
	return respondNone(s.timeline.Delete(ctx, in.ID))
}

func (s *Server) restoreActivity(ctx context.Context, in *ByID) (*answer[timeline.Activity], error) {
	return respond(s.timeline.Restore(ctx, in.ID))
}

type createCommentInput struct {
	ByID
	Body struct {
		Body string `json:"body" minLength:"1" maxLength:"20000"`
	}
}

func (s *Server) createComment(ctx context.Context, in *createCommentInput) (*answer[timeline.Activity], error) {
	return respond(s.timeline.Comment(ctx, in.ID, in.Body.Body))
}

type inboxPage struct {
	Items      []timeline.InboxItem `json:"items"`
	NextCursor *string              `json:"nextCursor"`
	Unread     int                  `json:"unread" doc:"How much of the whole inbox is unread."`
}

type getInboxInput struct {
	Unread bool   `query:"unread" doc:"Only what is unread."`
	Cursor string `query:"cursor" maxLength:"500"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"30"`
}

func (s *Server) getInbox(ctx context.Context, in *getInboxInput) (*answer[inboxPage], error) {
	box, err := s.timeline.Inbox(ctx, in.Unread, in.Cursor, in.Limit)
	return respond(inboxPage{box.Items, box.NextCursor, box.Unread}, err)
}

type markInboxRequest struct {
	IDs  []int64 `json:"ids,omitempty" maxItems:"500"`
	Read *bool   `json:"read,omitempty" doc:"Left out: true."`
}

type unreadCount struct {
	Unread int `json:"unread"`
}

func (s *Server) markInbox(ctx context.Context, in *struct{ Body markInboxRequest }) (*answer[unreadCount], error) {
	n, err := s.timeline.MarkRead(ctx, in.Body.IDs, in.Body.Read == nil || *in.Body.Read)
	return respond(unreadCount{n}, err)
}

// changesPage is one page of the audit trail.
func changesPage(l audit.Listing, err error) (*answer[cursored[audit.Entry]], error) {
	return respond(cursored[audit.Entry]{l.Items, l.NextCursor}, err)
}
