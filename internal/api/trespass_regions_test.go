package api

func init() {
	// regionshandout.go
	trespasses["exportRegions"] = trespass{try: func(c *client, _ tenant) *reply {
		return c.get("/api/regions/export?format=geojson&bbox=-76,39,-75,40&figures=money,visits,coverage")
	}}
	silent["exportRegions"] = "figures only"
}
