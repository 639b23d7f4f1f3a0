package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/klauspost/compress/gzip"

	"github.com/waymark-crm/waymark/geo/tiles"
	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
)

func (s *Server) registerTiles() {
	s.raw("/tiles/accounts/:z/:x/:y", need(identity.AccountsRead), s.accountTile)
	s.raw("/tiles/regions/:z/:x/:y", need(identity.RegionsRead), s.regionTile)
}

const (
	tileType = "application/vnd.mapbox-vector-tile"
	// tileFormat goes up when what is in a tile changes.
	tileFormat = "2"
)

// accountTile serves the points of accounts and open prospects: the filter of
// accounts but bbox and within, layers, a comma-separated choice, and fields, the
// custom fields that points carry.
func (s *Server) accountTile(c *fiber.Ctx) error {
	layers := accounts.TileLayers{}
	for name := range strings.SplitSeq(c.Query("layers", "accounts,open_prospects"), ",") {
		switch name {
		case "accounts":
			layers.Accounts = true
		case "open_prospects":
			layers.OpenProspects = true
		default:
			return fault.New(fault.Invalid, "The tiles have no such layer.").WithField("query.layers", "One or both of accounts,open_prospects.")
		}
	}
	if fields := c.Query("fields"); fields != "" {
		layers.Fields = strings.Split(strings.Clone(fields), ",") // the request's memory is used again
		if err := accounts.CheckTileFields(layers.Fields); err != nil {
			return err
		}
	}
	return s.dataTile(c, fmt.Sprint("accounts", layers), func(ctx context.Context, f accounts.Filter, t tiles.Tile) ([]byte, error) {
		return s.accounts.Tile(ctx, f, t, layers)
	})
}

// regionTile serves hexagons with their figures.
func (s *Server) regionTile(c *fiber.Ctx) error {
	return s.dataTile(c, "regions", s.regions.Tile)
}

// dataTile serves a tile made from rows. Its tag is made from what it depends on,
// so that a browser that has it costs no more than reading the version of the
// data.
func (s *Server) dataTile(c *fiber.Ctx, kind string, build func(context.Context, accounts.Filter, tiles.Tile) ([]byte, error)) error {
	t, err := tileOf(c)
	if err != nil {
		return err
	}
	ctx := c.UserContext()
	f, err := s.tileFilter(ctx, string(c.Request().URI().QueryString()))
	if err != nil {
		return err
	}
	session, _ := identity.SessionFrom(ctx) // raw has checked that there is one
	version, err := s.accounts.Version(ctx)
	if err != nil {
		return err
	}
	// What someone sees belongs into the key, and who asks, where a filter means
	// other accounts for other people.
	who := session.AccessKey()
	if f.Tree.Personal() {
		who += " " + strconv.FormatInt(session.UserID, 10)
	}
	key := strings.Join([]string{tileFormat, strconv.FormatInt(session.OrgID, 10), kind, t.String(), f.Fingerprint(), version, who}, " ")
	sum := sha256.Sum256([]byte(key))
	etag := `W/"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	if notModified(c, etag, "private, no-cache") {
		return c.SendStatus(fiber.StatusNotModified)
	}
	body, err := s.tiles.get(ctx, key, func(ctx context.Context) ([]byte, error) { return build(ctx, f, t) })
	if err != nil {
		return err
	}
	return sendTile(c, body)
}

// notModified sets what a tile's answer says about keeping it, and reports
// whether the browser has it already.
func notModified(c *fiber.Ctx, etag, cacheControl string) bool {
	c.Set("ETag", etag)
	c.Set("Cache-Control", cacheControl)
	c.Set("Vary", "Accept-Encoding, Cookie, Authorization")
	match := c.Get("If-None-Match")
	return match != "" && etagMatches(match, etag)
}

// sendTile sends a gzip-compressed tile, 204 when it is empty.
func sendTile(c *fiber.Ctx, body []byte) error {
	if len(body) == 0 {
		return c.SendStatus(fiber.StatusNoContent)
	}
	c.Set("Content-Type", tileType)
	if acceptedEncoding(c.Get("Accept-Encoding"), &asset{gz: body}) == "gzip" {
		c.Set("Content-Encoding", "gzip")
		return c.Send(body)
	}
	r, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("decompress a tile: %w", err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		return fmt.Errorf("decompress a tile: %w", err)
	}
	return c.Send(plain)
}

// tileOf reads the tile of the path. The last number may end in .mvt or .pbf.
func tileOf(c *fiber.Ctx) (tiles.Tile, error) {
	var n [3]int
	for i, name := range [3]string{"z", "x", "y"} {
		text := c.Params(name)
		if name == "y" {
			text = strings.TrimSuffix(strings.TrimSuffix(text, ".mvt"), ".pbf")
		}
		v, err := strconv.Atoi(text)
		if err != nil {
			return tiles.Tile{}, fault.New(fault.Invalid, "A tile's numbers are whole.").WithField("path."+name, "A whole number.")
		}
		n[i] = v
	}
	t, err := tiles.New(n[0], n[1], n[2])
	if err != nil {
		return tiles.Tile{}, fault.Wrap(err, fault.NotFound, "There is no such tile: "+strings.TrimPrefix(err.Error(), tiles.ErrRange.Error()+": ")+".")
	}
	return t, nil
}

// tileFilter reads the filter of accounts from a query, as the document
// describes it for lists.
func (s *Server) tileFilter(ctx context.Context, query string) (accounts.Filter, error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return accounts.Filter{}, fault.Wrap(err, fault.Invalid, "The query cannot be read.")
	}
	f := AttributeFilter{
		Q: values.Get("q"), Status: values["status"], Class: values["class"],
		Tag: values["tag"], Coverage: values["coverage"], Filter: values.Get("filter"),
	}
	number := func(name, text string) int64 {
		n, parseErr := strconv.ParseInt(text, 10, 64)
		if parseErr != nil {
			err = errors.Join(err, fault.Wrap(parseErr, fault.Invalid, "The filter names an id that is no number.").WithField("query."+name, "A whole number."))
		}
		return n
	}
	for _, text := range values["ownerId"] {
		f.OwnerID = append(f.OwnerID, number("ownerId", text))
	}
	if text := values.Get("teamId"); text != "" {
		f.TeamID = number("teamId", text)
	}
	if text := values.Get("territory"); text != "" {
		f.Territory = number("territory", text)
	}
	switch text := values.Get("archived"); {
	case slices.Contains([]string{"", "false", "0"}, text):
	case slices.Contains([]string{"true", "1"}, text):
		f.Archived = true
	default:
		err = errors.Join(err, fault.New(fault.Invalid, "archived is true or false.").WithField("query.archived", "true or false"))
	}
	if err != nil {
		return accounts.Filter{}, err
	}
	out, err := f.filter()
	if err != nil {
		return out, err
	}
	var place int64
	if text := values.Get("place"); text != "" {
		if place = number("place", text); err != nil {
			return out, err
		}
	}
	if out.Areas, err = s.areaShapes(ctx, values.Get("circle"), values.Get("cells"), place); err != nil {
		return out, err
	}
	out.Reach, err = s.reachShape(ctx, values.Get("reach"))
	return out, err
}
