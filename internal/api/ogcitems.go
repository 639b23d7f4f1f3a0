package api

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/waymark-crm/waymark/geo/cql2"
	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/fault"
)

const (
	ogcDefaultLimit = 100
	ogcMaxLimit     = 500 // more is taken for this, as the standard has it
)

// ogcKind is a collection.
type ogcKind struct {
	id, title, description string
	access                 access
	open                   bool // made from the extract
	fields                 func(context.Context) ([]accounts.Field, error)
	items                  func(context.Context, ogcQuery) (ogcPage, error)
	item                   func(context.Context, int64) (ogcFeature, error)
}

// ogcQuery is which features are asked for.
type ogcQuery struct {
	box      string // west,south,east,north; empty for none
	from, to string // of the time, RFC 3339; empty for open
	filter   cql2.Expr
	text     string // of the filter
	paging   accounts.Page
}

type ogcPage struct {
	features []ogcFeature
	next     *string // cursor
	total    int
}

type ogcFeature struct {
	Type       string            `json:"type"`
	ID         int64             `json:"id"`
	Geometry   *geojson.Geometry `json:"geometry"`
	Properties map[string]any    `json:"properties"`
	Links      []ogcLink         `json:"links,omitempty"`
}

func feature(id int64, g orb.Geometry, properties map[string]any) ogcFeature {
	f := ogcFeature{Type: "Feature", ID: id, Properties: properties}
	if g != nil {
		f.Geometry = geojson.NewGeometry(g)
	}
	return f
}

// ogcParameters are those of a request for features.
var ogcParameters = []string{"bbox", "bbox-crs", "cursor", "datetime", "f", "filter", "filter-crs", "filter-lang", "limit"}

// ogcQueryOf reads the parameters.
func ogcQueryOf(c *fiber.Ctx) (ogcQuery, error) {
	var q ogcQuery
	wrong := func(name, what string) (ogcQuery, error) {
		return q, fault.Errorf(fault.Invalid, "The parameter %s is wrong.", name).WithField("query."+name, what)
	}
	sent, err := url.ParseQuery(string(c.Request().URI().QueryString()))
	if err != nil {
		return wrong("filter", "The query is not encoded as one of a web address is.")
	}
	for name, values := range sent {
		if !slices.Contains(ogcParameters, name) {
			return q, fault.New(fault.Invalid, "There is no such parameter.").WithField("query."+name, "One of "+strings.Join(ogcParameters, ", ")+".")
		}
		if len(values) > 1 {
			return wrong(name, "It may be given once.")
		}
	}
	if f := sent.Get("f"); f != "" && f != "json" && f != "geojson" {
		return wrong("f", "The answer is json.")
	}
	for _, name := range []string{"bbox-crs", "filter-crs"} {
		if crs := sent.Get(name); crs != "" && crs != crs84 {
			return wrong(name, "Only "+crs84+".")
		}
	}
	if lang := sent.Get("filter-lang"); lang != "" && lang != "cql2-text" {
		return wrong("filter-lang", "Only cql2-text.")
	}
	if q.box, err = ogcBox(sent.Get("bbox")); err != nil {
		return wrong("bbox", fault.Message(err))
	}
	if q.from, q.to, err = ogcInterval(sent.Get("datetime")); err != nil {
		return wrong("datetime", fault.Message(err))
	}
	if text := sent.Get("filter"); text != "" {
		q.text = text
		if q.filter, err = cql2.Parse(text); err != nil {
			return wrong("filter", strings.TrimPrefix(err.Error(), "cql2: ")+".")
		}
	}
	q.paging = accounts.Page{Cursor: sent.Get("cursor"), Limit: ogcDefaultLimit}
	if text := sent.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return wrong("limit", fmt.Sprintf("Between 1 and %d.", ogcMaxLimit))
		}
		q.paging.Limit = min(n, ogcMaxLimit)
	}
	return q, nil
}

// ogcBox drops the heights of a box that has them.
func ogcBox(text string) (string, error) {
	parts := strings.Split(text, ",")
	switch {
	case len(parts) == 6:
		return strings.Join([]string{parts[0], parts[1], parts[3], parts[4]}, ","), nil
	case text != "" && len(parts) != 4:
		return "", errOGCBox
	}
	return text, nil
}

// ogcInterval reads a moment, or two with a slash between them, of which one may
// be open: empty or two dots.
func ogcInterval(text string) (from, to string, err error) {
	if text == "" {
		return "", "", nil
	}
	from, to, isInterval := strings.Cut(text, "/")
	if !isInterval {
		to = from
	}
	for _, end := range []*string{&from, &to} {
		if isInterval && (*end == "" || *end == "..") {
			*end = ""
			continue
		}
		at, err := time.Parse(time.RFC3339Nano, *end)
		if err != nil {
			return "", "", errOGCTime
		}
		*end = at.UTC().Format(time.RFC3339Nano)
	}
	if from != "" && to != "" && from > to {
		return "", "", errOGCTime
	}
	return from, to, nil
}

var (
	errOGCBox  = fault.New(fault.Invalid, "Give west,south,east,north in degrees.")
	errOGCTime = fault.New(fault.Invalid, "A time is 2026-03-31T10:00:00Z, an interval two with a slash between them, of which one may be two dots.")
)

func (s *Server) ogcItems(c *fiber.Ctx) error {
	k, err := s.ogcKindOf(c)
	if err != nil {
		return err
	}
	q, err := ogcQueryOf(c)
	if err != nil {
		return err
	}
	page, err := k.items(c.UserContext(), q)
	if err != nil {
		return err
	}
	address := s.ogcBase(c) + "/collections/" + k.id
	links := []ogcLink{
		{s.ogcBase(c) + strings.TrimPrefix(c.OriginalURL(), ogcPrefix), "self", geoJSONType, "This page"},
		{address, "collection", fiber.MIMEApplicationJSON, k.title},
	}
	if page.next != nil {
		sent, err := url.ParseQuery(string(c.Request().URI().QueryString()))
		if err != nil {
			return err
		}
		sent.Set("cursor", *page.next)
		links = append(links, ogcLink{address + "/items?" + sent.Encode(), "next", geoJSONType, "The next page"})
	}
	if page.features == nil {
		page.features = []ogcFeature{}
	}
	return s.ogcAnswer(c, geoJSONType, fiber.Map{
		"type": "FeatureCollection", "features": page.features, "links": links,
		"numberMatched": page.total, "numberReturned": len(page.features), "timeStamp": time.Now().UTC().Format(time.RFC3339),
	})
}

func (s *Server) ogcItem(c *fiber.Ctx) error {
	k, err := s.ogcKindOf(c)
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil || id < 1 {
		return fault.New(fault.NotFound, "There is no such feature.")
	}
	f, err := k.item(c.UserContext(), id)
	if err != nil {
		return err
	}
	address := s.ogcBase(c) + "/collections/" + k.id
	f.Links = []ogcLink{
		{address + "/items/" + strconv.FormatInt(id, 10), "self", geoJSONType, "This feature"},
		{address, "collection", fiber.MIMEApplicationJSON, k.title},
	}
	return s.ogcAnswer(c, geoJSONType, f)
}
