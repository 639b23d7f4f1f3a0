package api

import "maps"

func init() {
	terms := func(skill string) map[string]any {
		return map[string]any{
			"startPoint": nil, "startAddress": "", "end": "start", "endPoint": nil, "endAddress": "", "workStart": "08:00", "workEnd": "17:00",
			"week": []any{}, "lunchMinutes": 30, "lunchEarliest": "11:30", "lunchLatest": "14:00", "maxDriveMinutes": 0, "maxKilometres": 0,
			"maxVisits": 0, "speedPercent": 100, "costPerHour": 0, "costPerKilometre": 0, "skills": []any{skill},
		}
	}
	visit := func(skills []string, reps ...int64) map[string]any {
		return map[string]any{"mandatory": false, "setUpMinutes": 0, "notBefore": "", "notAfter": "", "skills": skills,
			"onlyReps": append([]int64{}, reps...), "preferredReps": []any{}, "notReps": []any{}, "sameRep": false}
	}
	repair := map[string]any{"version": 1, "at": "10:00"}
	maps.Copy(trespasses, map[string]trespass{
		"getWorkingTerms": {try: func(c *client, their tenant) *reply {
			return c.get("/api/users/" + id(their.rep.ID) + "/working-terms")
		}, want: 404},
		"setWorkingTerms": {try: func(c *client, their tenant) *reply {
			return c.do("PUT", "/api/users/"+id(their.rep.ID)+"/working-terms", terms(their.mark))
		}, want: 404},
		"listRoads": {try: func(c *client, _ tenant) *reply { return c.get("/api/roads") }},
		// Roads are no organisation's. Whether they can be made is up to the
		// extract that other tests load or not.
		"prepareRoads": {try: func(c *client, _ tenant) *reply {
			return c.do("POST", "/api/roads", map[string]any{"profile": "rocket"})
		}, want: 422, own: 422},
		"listSkills": {try: func(c *client, _ tenant) *reply { return c.get("/api/skills") }},
		"getVisitTerms": {try: func(c *client, their tenant) *reply {
			return c.get("/api/accounts/" + id(their.account) + "/visit-terms")
		}, want: 404},
		"setVisitTerms": {try: func(c *client, their tenant) *reply {
			return c.do("PUT", "/api/accounts/"+id(their.account)+"/visit-terms", visit([]string{their.mark}, their.rep.ID))
		}, want: 404},
		"changePlanVisit": {try: func(c *client, their tenant) *reply {
			return c.do("PUT", "/api/plans/"+id(their.board)+"/visits/1", map[string]any{"version": 1, "minutes": 45, "repId": 0, "day": "", "terms": visit([]string{}), "ties": []any{}})
		}, want: 404},
		"placeStop": {try: func(c *client, their tenant) *reply {
			return c.do("PUT", "/api/plans/"+id(their.plan)+"/stops/1/position", map[string]any{"version": 1, "position": 1})
		}, want: 404, own: 422},
		// Their day has no route, so that there is nothing to plan anew.
		"previewRepair": {try: func(c *client, their tenant) *reply {
			return c.do("POST", "/api/plans/"+id(their.plan)+"/repair/preview", map[string]any{"at": "10:00"})
		}, want: 404},
		"repairPlan": {try: func(c *client, their tenant) *reply {
			return c.do("POST", "/api/plans/"+id(their.plan)+"/repair", repair)
		}, want: 404},
		"undoRepair": {try: func(c *client, their tenant) *reply {
			return c.do("POST", "/api/plans/"+id(their.plan)+"/repair/undo", map[string]any{"version": 1})
		}, want: 404, own: 409},
	})
}
