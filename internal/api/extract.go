package api

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"os"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/waymark-crm/waymark/geo/tiles"
	"github.com/waymark-crm/waymark/internal/extract"
	"github.com/waymark-crm/waymark/internal/fault"
)

func init() { schemaNames["extract.Counts"] = "ExtractCounts" }

func (s *Server) registerExtract() {
	register(s, get("/api/extract", "getExtract", "Extract", "The OpenStreetMap extract in use", signedIn), s.getExtract)
	s.raw("/tiles/basemap/:z/:x/:y", signedIn, s.basemapTile)
}

// attribution is what the licence of OpenStreetMap and the schema of the tiles
// want shown on every map.
const attribution = `© OpenMapTiles © OpenStreetMap contributors`

// extractInfo is what the map needs to know of the extract.
type extractInfo struct {
	Loaded      bool           `json:"loaded"`
	FileName    string         `json:"fileName"`
	DataTime    *time.Time     `json:"dataTime" doc:"State of the data; null when the file does not say."`
	Bounds      *[4]float64    `json:"bounds" doc:"west, south, east, north"`
	Counts      extract.Counts `json:"counts"`
	Attribution string         `json:"attribution" doc:"To be shown on every map."`
	Roads       bool           `json:"roads" doc:"The road network is on this machine."`
	Basemap     bool           `json:"basemap" doc:"The tiles of the basemap are on this machine."`
	Source      bool           `json:"source" doc:"The extract itself is on this machine. Without it, roads of other ways to travel and of the traffic of the hour cannot be prepared: load the extract again."`
}

func (s *Server) getExtract(ctx context.Context, _ *none) (*answer[extractInfo], error) {
	info := extractInfo{Attribution: attribution}
	e, err := extract.Current(ctx, s.deps.DB, s.deps.Settings.DataDir)
	switch {
	case errors.Is(err, extract.ErrNone):
		return respond(info, nil)
	case err != nil && !fault.Is(err, fault.Unavailable) || e.ID == 0:
		return nil, err
	}
	// Unavailable: a file is missing; which one is said below.
	info.Loaded, info.FileName, info.Counts = true, e.FileName, e.Counts
	if !e.DataTime.IsZero() {
		info.DataTime = &e.DataTime
	}
	if b := e.Bounds; b.Max != b.Min {
		info.Bounds = &[4]float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}
	}
	info.Roads, info.Basemap = isFile(e.Roads), isFile(e.Tiles)
	info.Source = e.Source != ""
	return respond(info, nil)
}

func isFile(path string) bool {
	stat, err := os.Stat(path)
	return err == nil && stat.Mode().IsRegular()
}

var errNoBasemap = fault.New(fault.NotFound, "There is no map yet: no extract has been loaded. Ask the one who runs this server.")

// basemapTile serves a tile as it stands in the file, 204 where the file has
// none, so that a map goes on without it.
func (s *Server) basemapTile(c *fiber.Ctx) error {
	t, err := tileOf(c)
	if err != nil {
		return err
	}
	var use *extract.InUse
	if s.deps.Extract != nil {
		use = s.deps.Extract.Current()
	}
	if use == nil {
		return errNoBasemap
	}
	body, err := use.Basemap.Tile(c.UserContext(), t)
	if err != nil && !errors.Is(err, tiles.ErrNoTile) {
		return err
	}
	// By content: the same tile of a newer extract need not be sent again.
	sum := sha256.Sum256(body)
	if notModified(c, `W/"`+base64.RawURLEncoding.EncodeToString(sum[:12])+`"`, "private, max-age=3600") {
		return c.SendStatus(fiber.StatusNotModified)
	}
	return sendTile(c, body)
}
