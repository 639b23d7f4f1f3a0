package api

import (
	"context"

	"github.com/waymark-crm/waymark/internal/identity"
	"github.com/waymark-crm/waymark/internal/timeline"
)

func (s *Server) registerTasks() {
	const tag = "Tasks"
	register(s, get("/api/tasks", "listTasks", tag, "One's tasks, or those of another person", need(identity.AccountsRead)).
		described("Open ones by the day they are due, done ones the latest first. The tasks of others need the permission `plans.team`."), s.listTasks)
	register(s, get("/api/tasks/counts", "countTasks", tag, "How many open tasks one has", need(identity.AccountsRead)), s.countTasks)
	register(s, post("/api/tasks/{id}/complete", "completeTask", tag, "Mark a task as done", need(identity.ActivitiesWrite)), s.completeTask)
	register(s, post("/api/tasks/{id}/reopen", "reopenTask", tag, "Mark a task as open again", need(identity.ActivitiesWrite)), s.reopenTask)
}

type listTasksInput struct {
	State      string `query:"state" enum:"overdue,today,upcoming,open,done" default:"open" doc:"upcoming: later, or without a day."`
	AssigneeID int64  `query:"assigneeId" minimum:"0" doc:"Left out: oneself."`
	Cursor     string `query:"cursor" maxLength:"500"`
	Limit      int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

func (s *Server) listTasks(ctx context.Context, in *listTasksInput) (*answer[cursored[timeline.Activity]], error) {
	l, err := s.timeline.Tasks(ctx, timeline.TaskQuery{State: in.State, AssigneeID: in.AssigneeID, Cursor: in.Cursor, Limit: in.Limit})
	return respond(cursored[timeline.Activity]{l.Items, l.NextCursor}, err)
}

func (s *Server) countTasks(ctx context.Context, _ *none) (*answer[timeline.TaskCounts], error) {
	return respond(s.timeline.CountTasks(ctx))
}

func (s *Server) completeTask(ctx context.Context, in *ByID) (*answer[timeline.Activity], error) {
	return respond(s.timeline.Complete(ctx, in.ID))
}

func (s *Server) reopenTask(ctx context.Context, in *ByID) (*answer[timeline.Activity], error) {
	return respond(s.timeline.Reopen(ctx, in.ID))
}
