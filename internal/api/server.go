// Package api is Waymark over HTTP: the operations of the OpenAPI document, the
// vector tiles, the stream of events, and the web application.
//
// A file holds a domain: its routes in one table at the top, then handlers that
// read decode, act, answer.
//
//	func (s *Server) registerTeams() {
//		register(s, get("/api/teams", "listTeams", "Organisation", "Every team", need(identity.UsersRead)), s.listTeams)
//	}
//
//	func (s *Server) listTeams(ctx context.Context, _ *none) (*answer[list[identity.Team]], error) {
//		teams, err := s.identity.Teams(ctx)
//		return respond(list[identity.Team]{Items: teams}, err)
//	}
package api

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/audit"
	"github.com/waymark-crm/waymark/internal/duplicates"
	"github.com/waymark-crm/waymark/internal/events"
	"github.com/waymark-crm/waymark/internal/export"
	"github.com/waymark-crm/waymark/internal/extract"
	"github.com/waymark-crm/waymark/internal/files"
	"github.com/waymark-crm/waymark/internal/geocoding"
	"github.com/waymark-crm/waymark/internal/identity"
	"github.com/waymark-crm/waymark/internal/imports"
	"github.com/waymark-crm/waymark/internal/postgres"
	"github.com/waymark-crm/waymark/internal/regions"
	"github.com/waymark-crm/waymark/internal/relations"
	"github.com/waymark-crm/waymark/internal/segments"
	"github.com/waymark-crm/waymark/internal/territories"
	"github.com/waymark-crm/waymark/internal/timeline"
	"github.com/waymark-crm/waymark/internal/visits"
	"github.com/waymark-crm/waymark/internal/webhooks"
)

// Settings are what the server takes from the configuration. The zero value is
// good for a test.
type Settings struct {
	// PublicURL is where browsers find the server, for example
	// "https://crm.example.com". With https, cookies are Secure and browsers are
	// told to stay with https. Empty: http on whatever host was asked for.
	PublicURL string
	// TrustedProxies are the addresses or networks (CIDR) of proxies whose
	// X-Forwarded-For is believed.
	TrustedProxies []string
	// DataDir is the folder that holds the extract's files.
	DataDir string
	// Metrics serves /metrics, to everyone who reaches the port.
	Metrics bool
	// Version is the program's, shown in the OpenAPI document.
	Version string
	// RequestsPerMinute is the limit of one API key or person; 0 means 1200.
	RequestsPerMinute int
	// TileCacheMB is how much memory made tiles may take; 0 means 64, -1 none.
	TileCacheMB int
	// RequestTimeout ends the work on a request; 0 means 30 s. Streams are exempt.
	RequestTimeout time.Duration
}

// Deps is what the server stands on. DB, Identity, Events and Visits are required
// to answer requests, and none of them for the OpenAPI document alone; without a
// Log nothing is logged.
type Deps struct {
	DB          *postgres.DB
	Settings    Settings
	Log         *slog.Logger
	Identity    *identity.Service
	Events      *events.Hub
	Roads       *extract.Preparer // of other ways to travel than by car
	Extract     *extract.Live     // the basemap and the roads in use; nil when there are none
	Visits      *visits.Service
	Bulk        accounts.EnqueueFunc // stores the job of a large bulk change; nil does it while the caller waits
	Webhooks    *webhooks.Service    // nil makes one that sends nothing
	Timeline    *timeline.Service    // nil makes one without reminders
	Duplicates  *duplicates.Service  // nil compares no accounts
	Geocoding   *geocoding.Service   // nil asks the extract alone
	Imports     *imports.Service     // nil takes no files
	Territories *territories.Service // nil makes one that works while the caller waits, without roads
	Web         fs.FS                // the built web application, index.html at its root; nil serves none
}

// Server is the HTTP server. Make it with [New].
type Server struct {
	app  *fiber.App
	api  huma.API
	deps Deps
	log  *slog.Logger

	accounts    *accounts.Service
	timeline    *timeline.Service
	webhooks    *webhooks.Service
	files       *files.Service
	relations   *relations.Service
	limiter     *limiter
	audit       *audit.Service
	exports     *export.Service
	exporting   chan struct{} // as many as may be under way
	regions     *regions.Service
	segments    *segments.Service
	tiles       *cache[string, []byte]
	reaches     *cache[reachKey, *reached]
	placeShapes *cache[placeKey, *accounts.Shape]
	visits      *visits.Service
	territories *territories.Service

	publicURL *url.URL // nil when unknown
	proxies   proxies
	metrics   *metrics // nil unless the settings want it
	migrated  atomic.Bool

	operations map[string]endpoint // by operation id
	rawRoutes  map[string]access   // by path
	heartbeat  time.Duration       // of streams of events
}

// New returns a server with every route in place, not yet listening. Its life:
//
//	hub := events.NewHub(db, log)
//	go hub.Run(ctx)                        // until ctx ends
//	server, err := api.New(api.Deps{DB: db, Log: log, Identity: identity.New(db, identity.Options{}), Events: hub, …})
//	go func() { failed <- server.Listen("127.0.0.1:8080") }()
//	…                                      // wait for a signal or for failed
//	err = server.Shutdown(ctx)             // ends streams, then waits for requests until ctx ends
//	db.Close()                             // after Shutdown: requests use it until then
//
// It fails when the settings are wrong (a public URL or a proxy that cannot be
// read).
func New(deps Deps) (*Server, error) {
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	if deps.Settings.RequestTimeout == 0 {
		deps.Settings.RequestTimeout = 30 * time.Second
	}
	s := &Server{
		deps: deps, log: deps.Log,
		tiles:       newTileCache(cmp.Or(deps.Settings.TileCacheMB, tileCacheMB) << 20),
		reaches:     newReachCache(reachCacheAreas),
		placeShapes: newCache(reachCacheAreas, func(placeKey, *accounts.Shape) int { return 1 }),
		visits:      deps.Visits,
		operations:  map[string]endpoint{}, rawRoutes: map[string]access{},
		heartbeat: heartbeat,
	}
	s.accounts = accounts.New(deps.DB, accounts.WithReach(s.reachOf), accounts.WithQueue(deps.Bulk))
	s.exports, s.exporting = export.New(deps.DB, s.accounts), make(chan struct{}, exportsAtOnce)
	s.regions = regions.New(deps.DB, s.accounts, regions.WithTravel(s.travelTimes))
	s.segments = segments.New(deps.DB, s.accounts)
	if s.territories = deps.Territories; s.territories == nil {
		s.territories = &territories.Service{DB: deps.DB, Accounts: s.accounts}
	}
	if s.timeline = deps.Timeline; s.timeline == nil {
		s.timeline = timeline.New(deps.DB, nil)
	}
	if s.webhooks = deps.Webhooks; s.webhooks == nil {
		s.webhooks = webhooks.New(deps.DB, webhooks.Options{})
	}
	s.files, s.relations = files.New(deps.DB), relations.New(deps.DB)
	s.audit, s.limiter = audit.New(deps.DB), newLimiter(deps.Settings.RequestsPerMinute)
	var err error
	if s.publicURL, err = parsePublicURL(deps.Settings.PublicURL); err != nil {
		return nil, err
	}
	if s.proxies, err = parseProxies(deps.Settings.TrustedProxies); err != nil {
		return nil, err
	}
	s.app = fiber.New(fiber.Config{
		AppName:               "waymark",
		Immutable:             true,
		CaseSensitive:         true, // what a check compares is what a route matches
		StrictRouting:         true,
		DisableStartupMessage: true,
		ErrorHandler:          s.failed,
		BodyLimit:             maxBody,
		ReadTimeout:           30 * time.Second,
		WriteTimeout:          60 * time.Second, // streams extend it at each event
		IdleTimeout:           2 * time.Minute,
		ReadBufferSize:        64 << 10, // the longest request line: a filter of 16 KB, escaped, in the query
		ServerHeader:          "",
	})
	s.middleware()
	s.api = newAPI(s.app, deps.Settings.Version)
	s.routes()
	finishSchemas(s.api.OpenAPI().Components.Schemas)
	return s, nil
}

// maxBody is the most that any request may carry; an operation may take less.
const maxBody = 1 << 20

// App returns the Fiber application, for tests.
func (s *Server) App() *fiber.App { return s.app }

// Listen serves on the address until [Server.Shutdown]; then it returns nil.
func (s *Server) Listen(address string) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", address, err)
	}
	return s.Serve(l)
}

// Serve is [Server.Listen] on a listener that is already open. It closes l.
func (s *Server) Serve(l net.Listener) error {
	if err := s.app.Listener(l); err != nil {
		return fmt.Errorf("serve on %s: %w", l.Addr(), err)
	}
	return nil
}

// Shutdown takes no new request, ends the streams of events, and waits for the
// requests under way until ctx ends.
func (s *Server) Shutdown(ctx context.Context) error {
	if s.deps.Events != nil {
		s.deps.Events.Close()
	}
	if err := s.app.ShutdownWithContext(ctx); err != nil {
		return fmt.Errorf("shut the server down: %w", err)
	}
	return nil
}
