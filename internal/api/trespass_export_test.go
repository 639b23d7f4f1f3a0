package api

func init() {
	trespasses["putBackSegmentMembers"] = trespass{try: func(c *client, their tenant) *reply {
		return c.do("POST", "/api/segments/"+id(their.segment)+"/members/put-back", map[string]any{"removalId": 1})
	}, want: 404, own: 404}
	// export.go
	trespasses["exportAccounts"] = trespass{try: func(c *client, _ tenant) *reply { return c.get("/api/accounts/export?format=csv") }}
	trespasses["exportAccountsBy"] = trespass{try: func(c *client, their tenant) *reply {
		return c.do("POST", "/api/accounts/export", map[string]any{"format": "geojson", "ids": []int64{their.account}})
	}}
}
