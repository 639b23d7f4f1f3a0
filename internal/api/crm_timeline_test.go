package api

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// write writes an activity as the client and returns it.
func (c *client) write(body map[string]any) map[string]any {
	c.w.t.Helper()
	return c.do("POST", "/api/activities", body).want(201).object()
}

func items(r *reply) []map[string]any {
	r.t.Helper()
	out := []map[string]any{}
	for _, item := range r.want(200).object()["items"].([]any) {
		out = append(out, item.(map[string]any))
	}
	return out
}

func TestWhatIsWrittenAndWhatChangesStandInOneTimeline(t *testing.T) {
	t.Parallel()
	w := setup(t)
	n := w.north
	rep, manager := w.as(n.rep), w.as(n.manager)
	line := "/api/accounts/" + id(n.account) + "/timeline"

	note := rep.write(map[string]any{"accountId": n.account, "kind": "note", "body": "They move in **May**."})
	rep.do("PATCH", "/api/accounts/"+id(n.account), map[string]any{"version": 1, "status": "customer"}).want(200)
	call := manager.write(map[string]any{"accountId": n.account, "kind": "call", "direction": "out", "minutes": 5, "subject": "Asked for the order"})
	manager.do("POST", "/api/activities/"+idOf(note)+"/comments", map[string]any{"body": "Good to know."}).want(201)

	all := items(rep.get(line))
	kinds := []string{}
	for _, item := range all {
		kinds = append(kinds, item["kind"].(string))
	}
	require.Equal(t, []string{"call", "change", "note"}, kinds[:3], "the newest first")
	change := all[1]["change"].(map[string]any)
	require.Equal(t, []any{map[string]any{"name": "status", "before": "prospect", "after": "customer"}}, change["fields"])
	require.Equal(t, n.rep.Name, change["userName"])
	require.Equal(t, "127.0.0.1", change["address"])
	comments := all[2]["activity"].(map[string]any)["comments"].([]any)
	require.Equal(t, "Good to know.", comments[0].(map[string]any)["body"])
	require.Equal(t, n.manager.Name, comments[0].(map[string]any)["authorName"])

	require.Len(t, items(rep.get(line+"?kind=call")), 1)
	require.Len(t, items(rep.get(line+"?kind=note&kind=call&personId="+id(n.rep.ID))), 1)

	// The author alone changes it, and an old version is refused.
	edit := map[string]any{"version": call["version"], "subject": "Asked for two orders"}
	require.Contains(t, rep.do("PATCH", "/api/activities/"+idOf(call), edit).problem(403, "forbidden"), "Only who wrote it")
	manager.do("PATCH", "/api/activities/"+idOf(call), edit).want(200)
	manager.do("PATCH", "/api/activities/"+idOf(call), edit).problem(409, "conflict")

	manager.do("DELETE", "/api/activities/"+idOf(call), nil).want(204)
	require.Empty(t, items(rep.get(line+"?kind=call")))
	manager.do("POST", "/api/activities/"+idOf(call)+"/restore", nil).want(200)
	require.Len(t, items(rep.get(line+"?kind=call")), 1)
}

func TestATimelineIsReadInPagesWithoutALineTwice(t *testing.T) {
	t.Parallel()
	w := setup(t)
	rep := w.as(w.north.rep)
	for i := range 7 {
		rep.write(map[string]any{"accountId": w.north.account, "kind": "note", "body": fmt.Sprint("note ", i)})
		// The same moment for several: ids decide.
		rep.write(map[string]any{"accountId": w.north.account, "kind": "note", "body": fmt.Sprint("old ", i), "happenedAt": "2025-01-01T00:00:00Z"})
	}
	line := "/api/accounts/" + id(w.north.account) + "/timeline?limit=4"
	seen := map[string]bool{}
	cursor := ""
	for range 20 {
		r := rep.get(line + cursor)
		for _, item := range items(r) {
			require.False(t, seen[item["key"].(string)], item)
			seen[item["key"].(string)] = true
		}
		next := r.object()["nextCursor"]
		if next == nil {
			break
		}
		cursor = "&cursor=" + next.(string)
	}
	notes := 0
	for key := range seen {
		if strings.HasPrefix(key, "a") {
			notes++
		}
	}
	require.Equal(t, 15, notes, "with the task that was there")
	rep.get(line+"&cursor=nonsense").problem(422, "invalid")
}

func TestAMentionComesIntoTheInboxOfWhomItCalls(t *testing.T) {
	t.Parallel()
	w := setup(t)
	n := w.north
	rep, manager := w.as(n.rep), w.as(n.manager)
	stranger := w.south.rep.ID
	text := fmt.Sprintf("Ask @[%s](user:%d), @[Ghost](user:999999) and @[%s](user:%d)", n.manager.Name, n.manager.ID, w.south.rep.Name, stranger)
	made := rep.write(map[string]any{"accountId": n.account, "kind": "note", "body": text})

	box := manager.get("/api/inbox").want(200).object()
	require.EqualValues(t, 1, box["unread"])
	item := box["items"].([]any)[0].(map[string]any)
	require.Equal(t, "mention", item["kind"])
	require.Equal(t, n.rep.Name, item["actorName"])
	require.Equal(t, made["id"], item["activity"].(map[string]any)["id"])
	require.Empty(t, items(w.as(w.south.rep).get("/api/inbox")), "a person of another organisation hears nothing")

	// Changing the text calls nobody twice, and the author is told of a comment.
	rep.do("PATCH", "/api/activities/"+idOf(made), map[string]any{"version": 1, "body": text + "!"}).want(200)
	require.Len(t, items(manager.get("/api/inbox")), 1)
	manager.do("POST", "/api/activities/"+idOf(made)+"/comments", map[string]any{"body": "Here I am"}).want(201)
	require.Equal(t, "comment", items(rep.get("/api/inbox"))[0]["kind"])

	require.EqualValues(t, 0, manager.do("POST", "/api/inbox/read", map[string]any{"ids": []any{item["id"]}}).want(200).object()["unread"])
	require.Empty(t, items(manager.get("/api/inbox?unread=true")))
	require.EqualValues(t, 1, manager.do("POST", "/api/inbox/read", map[string]any{"ids": []any{item["id"]}, "read": false}).want(200).object()["unread"])
	require.EqualValues(t, 0, manager.do("POST", "/api/inbox/read", map[string]any{}).want(200).object()["unread"])
}

func TestATaskIsGivenDoneAndUndone(t *testing.T) {
	t.Parallel()
	w := setup(t)
	n := w.north
	rep, manager := w.as(n.rep), w.as(n.manager)
	task := manager.write(map[string]any{"kind": "task", "subject": "Send the price list", "accountId": n.account, "assigneeId": n.rep.ID, "dueOn": "2020-01-31"})
	require.Equal(t, "assigned", items(rep.get("/api/inbox"))[0]["kind"])
	counts := rep.get("/api/tasks/counts").want(200).object()
	require.Equal(t, map[string]any{"overdue": 1.0, "today": 0.0, "upcoming": 1.0}, counts, "one that was there has no day")
	require.Len(t, items(rep.get("/api/tasks?state=overdue")), 1)

	done := rep.do("POST", "/api/tasks/"+idOf(task)+"/complete", nil).want(200).object()
	require.NotNil(t, done["doneAt"])
	require.Equal(t, n.rep.Name, done["doneByName"])
	require.Equal(t, "done", items(manager.get("/api/inbox"))[0]["kind"])
	require.Len(t, items(rep.get("/api/tasks?state=open")), 1)
	require.Len(t, items(rep.get("/api/tasks?state=done")), 1)

	open := rep.do("POST", "/api/tasks/"+idOf(task)+"/reopen", nil).want(200).object()
	require.Nil(t, open["doneAt"])
	require.Empty(t, items(manager.get("/api/inbox")), "what was not read is taken back")
	require.Len(t, items(rep.get("/api/tasks?state=open")), 2)

	// One's own, or as who leads people.
	require.Len(t, items(manager.get("/api/tasks?assigneeId="+id(n.rep.ID))), 2)
	rep.get("/api/tasks?assigneeId="+id(n.manager.ID)).problem(403, "forbidden")
	// A task of no account is seen by whom it concerns.
	private := manager.write(map[string]any{"kind": "task", "subject": "Renew the passport"})
	rep.get("/api/activities/"+idOf(private)).problem(404, "not_found")
	rep.do("POST", "/api/tasks/"+idOf(private)+"/complete", nil).problem(404, "not_found")
}

func TestALoggedVisitIsTheAccountsLastUntilItIsRemoved(t *testing.T) {
	t.Parallel()
	w := setup(t)
	rep := w.as(w.north.rep)
	last := func() any { return rep.get("/api/accounts/" + id(w.north.account)).want(200).object()["lastVisitOn"] }
	require.Nil(t, last())
	first := rep.write(map[string]any{"accountId": w.north.account, "kind": "visit", "outcome": "met", "happenedAt": "2026-01-10T15:00:00Z"})
	require.Equal(t, "2026-01-10", last())
	second := rep.write(map[string]any{"accountId": w.north.account, "kind": "visit", "happenedAt": "2026-02-10T15:00:00Z"})
	rep.write(map[string]any{"accountId": w.north.account, "kind": "visit", "happenedAt": "2026-01-20T15:00:00Z"})
	require.Equal(t, "2026-02-10", last())
	rep.do("DELETE", "/api/activities/"+idOf(second), nil).want(204)
	require.Equal(t, "2026-01-20", last(), "the latest of those that are left")
	rep.do("POST", "/api/activities/"+idOf(second)+"/restore", nil).want(200)
	require.Equal(t, "2026-02-10", last())
	rep.do("DELETE", "/api/activities/"+idOf(first), nil).want(204)
	require.Equal(t, "2026-02-10", last())
}

func TestWhatCannotBeATimelinesEntryIsRefusedWithTheField(t *testing.T) {
	t.Parallel()
	w := setup(t)
	rep := w.as(w.north.rep)
	for name, body := range map[string]map[string]any{
		"nothing in it":      {"accountId": w.north.account, "kind": "note", "body": "  "},
		"no account":         {"kind": "call", "subject": "x"},
		"a note with a day":  {"accountId": w.north.account, "kind": "note", "body": "x", "dueOn": "2026-01-01"},
		"no such day":        {"kind": "task", "subject": "x", "dueOn": "2026-02-30"},
		"a task of nothing":  {"kind": "task"},
		"another's contact":  {"accountId": w.north.account, "kind": "call", "subject": "x", "contactId": w.south.contact},
		"another's user":     {"kind": "task", "subject": "x", "assigneeId": w.south.rep.ID},
		"a control sign":     {"accountId": w.north.account, "kind": "note", "body": "a\u0007b"},
		"too long by far":    {"accountId": w.north.account, "kind": "note", "body": strings.Repeat("x", 20_001)},
		"the year 9999":      {"accountId": w.north.account, "kind": "note", "body": "x", "happenedAt": "9999-01-01T00:00:00Z"},
		"a kind of its own":  {"accountId": w.north.account, "kind": "comment", "body": "x"},
		"a whole day's talk": {"accountId": w.north.account, "kind": "call", "subject": "x", "minutes": 1441},
	} {
		r := rep.do("POST", "/api/activities", body)
		require.Equal(t, 422, r.status, "%s: %s", name, r.text())
	}
	// What is odd and right is kept as it is: it is the page that must not run it.
	for _, text := range []string{`<script>alert(1)</script>`, "\u202e مرحبا 你好 👩🏽‍🌾", "[x](javascript:alert(1))", strings.Repeat("é", 20_000)} {
		made := rep.write(map[string]any{"accountId": w.north.account, "kind": "note", "body": text})
		require.Equal(t, text, made["body"])
	}
}
