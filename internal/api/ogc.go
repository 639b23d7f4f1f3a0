package api

import (
	"errors"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/waymark-crm/waymark/internal/extract"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
)

// ogcPrefix is the landing page of OGC API Features, by which programs for maps
// (QGIS, GDAL, ArcGIS) read what an organisation has. It follows OGC 17-069r4
// (Core, GeoJSON, OpenAPI 3.0), OGC 19-079r2 (Filter) and OGC 21-065r2 (CQL2).
const ogcPrefix = "/ogc"

// ogcConformance are the classes of these standards that hold.
var ogcConformance = []string{
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
	"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
	"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
	"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
	"http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
	"http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2",
	"http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators",
	"http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions",
}

const (
	geoJSONType = "application/geo+json"
	schemaType  = "application/schema+json"
	crs84       = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
)

func (s *Server) registerOGC() {
	read := need(identity.AccountsRead)
	at := func(path string, handle fiber.Handler) {
		s.raw(ogcPrefix+path, read, func(c *fiber.Ctx) error { return ogcFailed(handle(c)) })
	}
	at("", s.ogcLanding)
	at("/conformance", func(c *fiber.Ctx) error {
		return s.ogcAnswer(c, fiber.MIMEApplicationJSON, fiber.Map{"conformsTo": ogcConformance})
	})
	at("/api", s.ogcDocument) // ogcdocument.go
	at("/collections", s.ogcCollections)
	at("/collections/:collection", s.ogcCollection)
	at("/collections/:collection/queryables", s.ogcQueryables)
	at("/collections/:collection/items", s.ogcItems) // ogcitems.go
	at("/collections/:collection/items/:id", s.ogcItem)
}

// ogcFailed answers what is wrong with a request as Core asks for it (7.15.2 to
// 7.15.8: a parameter with an invalid value is a 400), where the rest of the API
// says 422.
func ogcFailed(err error) error {
	if err == nil {
		return nil
	}
	p := problemOf(err)
	if p.Status != http.StatusUnprocessableEntity {
		return err
	}
	p.Status, p.Title = http.StatusBadRequest, http.StatusText(http.StatusBadRequest)
	return p
}

// ogcLink is one of OGC's links.
type ogcLink struct {
	Href  string `json:"href"`
	Rel   string `json:"rel"`
	Type  string `json:"type,omitempty"`
	Title string `json:"title,omitempty"`
}

// ogcCollectionInfo describes a collection.
type ogcCollectionInfo struct {
	ID          string     `json:"id"`
	Title       string     `json:"title"`
	Description string     `json:"description"`
	Attribution string     `json:"attribution,omitempty"`
	Extent      *ogcExtent `json:"extent,omitempty"`
	ItemType    string     `json:"itemType"`
	CRS         []string   `json:"crs"`
	Links       []ogcLink  `json:"links"`
}

type ogcExtent struct {
	Spatial struct {
		BBox [][4]float64 `json:"bbox"`
		CRS  string       `json:"crs"`
	} `json:"spatial"`
}

// ogcBase returns the address of the landing page as the client reaches it.
func (s *Server) ogcBase(c *fiber.Ctx) string {
	base := c.BaseURL()
	if s.publicURL != nil {
		base = strings.TrimSuffix(s.publicURL.String(), "/")
	}
	return base + ogcPrefix
}

// ogcAnswer writes an answer, which holds rows that only its asker may see.
func (s *Server) ogcAnswer(c *fiber.Ctx, contentType string, body any) error {
	c.Set("Cache-Control", "private, no-store")
	return c.JSON(body, contentType)
}

func (s *Server) ogcLanding(c *fiber.Ctx) error {
	base := s.ogcBase(c)
	return s.ogcAnswer(c, fiber.MIMEApplicationJSON, fiber.Map{
		"title":       "Waymark",
		"description": "Accounts, territories and open prospects of your organisation, as you may see them.",
		"links": []ogcLink{
			{base, "self", fiber.MIMEApplicationJSON, "This page"},
			{base + "/api", "service-desc", openAPI30Type, "The API"},
			{base + "/conformance", "conformance", fiber.MIMEApplicationJSON, "What it conforms to"},
			{base + "/collections", "data", fiber.MIMEApplicationJSON, "The collections"},
		},
	})
}

func (s *Server) ogcCollections(c *fiber.Ctx) error {
	all := []ogcCollectionInfo{}
	for _, k := range s.ogcKinds() {
		if k.access.permits(c.UserContext()) != nil {
			continue
		}
		info, err := s.ogcDescribe(c, k)
		if err != nil {
			return err
		}
		all = append(all, info)
	}
	return s.ogcAnswer(c, fiber.MIMEApplicationJSON, fiber.Map{
		"links":       []ogcLink{{s.ogcBase(c) + "/collections", "self", fiber.MIMEApplicationJSON, "The collections"}},
		"collections": all,
	})
}

func (s *Server) ogcCollection(c *fiber.Ctx) error {
	k, err := s.ogcKindOf(c)
	if err != nil {
		return err
	}
	info, err := s.ogcDescribe(c, k)
	if err != nil {
		return err
	}
	return s.ogcAnswer(c, fiber.MIMEApplicationJSON, info)
}

func (s *Server) ogcDescribe(c *fiber.Ctx, k ogcKind) (ogcCollectionInfo, error) {
	address := s.ogcBase(c) + "/collections/" + k.id
	info := ogcCollectionInfo{
		ID: k.id, Title: k.title, Description: k.description, ItemType: "feature", CRS: []string{crs84},
		Links: []ogcLink{
			{address, "self", fiber.MIMEApplicationJSON, k.title},
			{address + "/items", "items", geoJSONType, k.title},
			{address + "/queryables", "http://www.opengis.net/def/rel/ogc/1.0/queryables", schemaType, "What it can be filtered by"},
		},
	}
	if k.open {
		info.Attribution = attribution
	}
	// Where accounts lie is nowhere kept; nearly all are in the extract.
	e, err := extract.Current(c.UserContext(), s.deps.DB, s.deps.Settings.DataDir)
	switch {
	case errors.Is(err, extract.ErrNone):
		return info, nil
	case err != nil && (!fault.Is(err, fault.Unavailable) || e.ID == 0):
		return info, err
	}
	if b := e.Bounds; b.Max != b.Min {
		info.Extent = &ogcExtent{}
		info.Extent.Spatial.BBox, info.Extent.Spatial.CRS = [][4]float64{{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}}, crs84
	}
	return info, nil
}

// ogcKindOf returns the collection of the path, if its asker may see it.
func (s *Server) ogcKindOf(c *fiber.Ctx) (ogcKind, error) {
	names := []string{}
	for _, k := range s.ogcKinds() {
		if k.id == c.Params("collection") {
			return k, k.access.permits(c.UserContext())
		}
		names = append(names, k.id)
	}
	return ogcKind{}, fault.New(fault.NotFound, "There is no such collection.").WithField("path.collection", "One of "+strings.Join(names, ", ")+".")
}

// ogcQueryables is the JSON schema of what a collection can be filtered by.
func (s *Server) ogcQueryables(c *fiber.Ctx) error {
	k, err := s.ogcKindOf(c)
	if err != nil {
		return err
	}
	fields, err := k.fields(c.UserContext())
	if err != nil {
		return err
	}
	properties := fiber.Map{}
	for _, f := range fields {
		property := fiber.Map{"title": f.Label}
		for name, value := range ogcSchemaOf(f.Type) {
			property[name] = value
		}
		if len(f.Choices) > 0 && f.Type != "choices" {
			values := make([]string, len(f.Choices))
			for i, choice := range f.Choices {
				values[i] = choice.Value
			}
			property["enum"] = values
		}
		properties[f.Key] = property
	}
	properties["geometry"] = fiber.Map{"title": "Place", "format": "geometry-any"}
	return s.ogcAnswer(c, schemaType, fiber.Map{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": s.ogcBase(c) + "/collections/" + k.id + "/queryables",
		"type": "object", "title": k.title, "properties": properties, "additionalProperties": false,
	})
}
