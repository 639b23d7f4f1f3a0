package api

// routes puts every route in place: a line a domain, a file a line.
func (s *Server) routes() {
	s.registerHealth()   // health.go
	s.registerMetrics()  // metrics.go
	s.registerDocument() // document.go
	s.registerSession()  // session.go
	s.registerUsers()    // users.go
	s.registerTeams()    // teams.go
	s.registerKeys()     // keys.go
	s.registerEvents()   // events.go

	s.registerExport()        // export.go; before accounts.go, whose {id} would take its path
	s.registerAccounts()      // accounts.go
	s.registerTimeline()      // timeline.go
	s.registerTasks()         // tasks.go
	s.registerAudit()         // audit.go
	s.registerAccess()        // access.go
	s.registerWebhooks()      // webhooks.go
	s.registerFiles()         // files.go
	s.registerRelations()     // relations.go
	s.registerFields()        // fields.go
	s.registerViews()         // views.go
	s.registerSegments()      // segments.go
	s.registerBulk()          // bulk.go
	s.registerSums()          // sums.go
	s.registerSearch()        // search.go
	s.registerOpenProspects() // openprospects.go
	s.registerRegions()       // regions.go
	s.registerAlignments()    // alignments.go
	s.registerTerritories()   // territories.go
	s.registerTiles()         // tiles.go
	s.registerExtract()       // extract.go
	s.registerPlaces()        // places.go
	s.registerBoundaries()    // boundaries.go
	s.registerBoard()         // board.go; before plans.go, whose {id} would take its paths
	s.registerPlanTerms()     // planterms.go
	s.registerPlans()         // plans.go
	s.registerReach()         // reach.go
	s.registerDirections()    // directions.go
	s.registerRoads()         // roads.go
	s.registerOSRM()          // osrm.go
	s.registerOGC()           // ogc.go

	s.registerImports()    // imports.go
	s.registerDuplicates() // duplicates.go
	s.registerGeocoding()  // geocoding.go

	s.registerWeb() // web.go; last: it takes every path that is left
}
