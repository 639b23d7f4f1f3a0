package api

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHostilePlansOfAPeriodAreRefusedInWords(t *testing.T) {
	t.Parallel()
	w := setup(t)
	c := w.as(w.north.manager)
	rep, site := w.north.rep.ID, w.north.site
	visit := func(more map[string]any) []any {
		v := map[string]any{"siteId": site}
		maps.Copy(v, more)
		return []any{v}
	}
	many := make([]any, 5001)
	for i := range many {
		many[i] = map[string]any{"siteId": i + 1}
	}
	reps := make([]int64, 51)
	for i := range reps {
		reps[i] = int64(i + 1)
	}
	for name, change := range map[string]map[string]any{
		"5,001 visits":                     {"visits": many},
		"a site twice":                     {"visits": append(visit(nil), visit(nil)...)},
		"an unknown site":                  {"visits": []any{map[string]any{"siteId": 999_999}}},
		"another organisation's site":      {"visits": []any{map[string]any{"siteId": w.south.site}}},
		"no site":                          {"visits": []any{map[string]any{}}},
		"a rep who is not in the plan":     {"visits": visit(map[string]any{"repId": w.north.manager.ID})},
		"a day that is not in the plan":    {"visits": visit(map[string]any{"day": "2027-01-01"})},
		"a visit of two days":              {"visits": visit(map[string]any{"minutes": 2880})},
		"no reps":                          {"repIds": []int64{}},
		"51 reps":                          {"repIds": reps},
		"a rep twice":                      {"repIds": []int64{rep, rep}},
		"an unknown rep":                   {"repIds": []int64{999_999}},
		"another organisation's rep":       {"repIds": []int64{w.south.rep.ID}},
		"another organisation's team":      {"repIds": []int64{}, "teamId": w.south.team},
		"from after to":                    {"from": "2026-12-01", "to": "2026-11-23"},
		"400 days":                         {"to": "2027-12-28"},
		"no date":                          {"from": "soon"},
		"a date that is none":              {"from": "2026-02-30"},
		"the year 1":                       {"from": "0001-01-01", "to": "0001-01-02"},
		"the end of time":                  {"from": "9999-12-31", "to": "9999-12-31"},
		"an unknown preset":                {"preset": "fastest"},
		"an unknown assignment":            {"assignment": "mine"},
		"the eighth day of the week":       {"workingDays": []int{8}},
		"nobody works":                     {"from": "2026-11-28", "to": "2026-11-29"},
		"everybody is off":                 {"to": "2026-11-23", "daysOff": []any{map[string]any{"repId": rep, "day": "2026-11-23"}}},
		"somebody else is off":             {"daysOff": []any{map[string]any{"repId": w.south.rep.ID, "day": "2026-11-23"}}},
		"an hour of search":                {"seconds": 3600},
		"less than no time":                {"seconds": -1},
		"a name as long as a page":         {"name": string(make([]byte, 3000))},
		"a field that does not exist":      {"reps": []int64{rep}},
		"text where a number is to be":     {"repIds": []any{"1; drop table users"}},
		"a number that does not fit":       {"repIds": []any{1e30}},
		"a lunch of a whole day":           {"lunchMinutes": 1440},
		"the same place in another format": {"visits": map[string]any{"siteId": site}},
	} {
		body := map[string]any{"repIds": []int64{rep}, "from": "2026-11-23", "to": "2026-11-27", "visits": visit(nil)}
		maps.Copy(body, change)
		r := c.do("POST", "/api/plans/periods", body)
		require.Equal(t, 422, r.status, "%s: %s", name, r.text())
		require.NotEmpty(t, r.object()["detail"], name)
	}
	require.Len(t, c.get("/api/plans?kind=period").object()["items"], 1, "the tenant's own; nothing is half made")

	board := "/api/plans/" + id(w.north.board)
	move := func(m map[string]any) map[string]any { return map[string]any{"version": 1, "moves": []any{m}} }
	moves := make([]any, 201)
	for i := range moves {
		moves[i] = map[string]any{"visitId": 1, "unplan": true}
	}
	for name, try := range map[string]func() *reply{
		"no moves":   func() *reply { return c.do("POST", board+"/moves", map[string]any{"version": 1, "moves": []any{}}) },
		"201 moves":  func() *reply { return c.do("POST", board+"/moves", map[string]any{"version": 1, "moves": moves}) },
		"no version": func() *reply { return c.do("POST", board+"/moves", map[string]any{"moves": moves[:1]}) },
		"another's rep": func() *reply {
			return c.do("POST", board+"/moves", move(map[string]any{"visitId": 1, "to": map[string]any{"repId": w.south.rep.ID, "day": "2026-11-24", "position": 1}}))
		},
		"position 0": func() *reply {
			return c.do("POST", board+"/moves", move(map[string]any{"visitId": 1, "to": map[string]any{"repId": rep, "day": "2026-11-24", "position": 0}}))
		},
		"to nowhere": func() *reply {
			return c.do("POST", board+"/moves", move(map[string]any{"visitId": 1, "to": map[string]any{}}))
		},
		"another's site": func() *reply {
			return c.do("POST", board+"/visits", map[string]any{"version": 1, "visits": []any{map[string]any{"siteId": w.south.site}}})
		},
		"another's rep to improve": func() *reply {
			return c.do("POST", board+"/improve", map[string]any{"version": 1, "repIds": []int64{w.south.rep.ID}})
		},
		"another day to improve": func() *reply {
			return c.do("POST", board+"/improve", map[string]any{"version": 1, "days": []string{"2027-01-01"}})
		},
		"an hour to improve":  func() *reply { return c.do("POST", board+"/improve", map[string]any{"version": 1, "seconds": 3600}) },
		"no day of lines":     func() *reply { return c.get(board + "/lines?day=2026-02-30") },
		"an empty name":       func() *reply { return c.do("PATCH", board, map[string]any{"name": "  "}) },
		"proposals of nobody": func() *reply { return c.get("/api/visits/proposals?from=2026-11-23&to=2026-11-27") },
		"proposals of a year": func() *reply {
			return c.get("/api/visits/proposals?teamId=" + id(w.north.team) + "&from=2026-01-01&to=2026-12-31")
		},
		"suitable days of a year": func() *reply {
			return c.do("POST", "/api/visits/suitable-days", map[string]any{"siteId": site, "repId": rep, "from": "2026-01-01", "to": "2026-12-31"})
		},
		"suitable days of another's site": func() *reply {
			return c.do("POST", "/api/visits/suitable-days", map[string]any{"siteId": w.south.site, "repId": rep, "from": "2026-11-23", "to": "2026-11-27"})
		},
		"suitable days of another's rep": func() *reply {
			return c.do("POST", "/api/visits/suitable-days", map[string]any{"siteId": site, "repId": w.south.rep.ID, "from": "2026-11-23", "to": "2026-11-27"})
		},
	} {
		r := try()
		require.Equal(t, 422, r.status, "%s: %s", name, r.text())
	}
	for _, path := range []string{"/head", "/board", "/lines", "/history", "/places?visitId=1"} {
		if path != "/head" {
			require.Equal(t, 404, c.get("/api/plans/"+id(w.north.plan)+path).status, "the plan of a day has no board")
		}
		require.Equal(t, 404, c.get("/api/plans/"+id(w.south.board)+path).status)
		require.Equal(t, 404, c.get("/api/plans/999999"+path).status)
	}
	require.Equal(t, "day", c.get("/api/plans/" + id(w.north.plan) + "/head").object()["kind"], "but a head, that says so")
	require.Equal(t, 404, c.get("/api/plans/compare?a="+id(w.north.board)+"&b="+id(w.south.board)).status)
	require.Equal(t, 404, c.get("/api/plans/"+id(w.north.board)).status, "a plan of a period is no day")
	r := c.do("POST", board+"/moves", move(map[string]any{"visitId": 1, "unplan": true}))
	require.Equal(t, 200, r.status, r.text())
	r = c.do("POST", board+"/moves", move(map[string]any{"visitId": 1, "unplan": true}))
	require.Equal(t, 409, r.status, "the version is stale")
	require.Equal(t, 2.0, r.object()["current"].(map[string]any)["plan"].(map[string]any)["version"])
}
