package api

import (
	"github.com/gofiber/fiber/v2"
)

const openAPI30Type = "application/vnd.oai.openapi+json;version=3.0"

// ogcDocument describes the routes of OGC API Features in OpenAPI 3.0, which is
// what its clients read: the largest limit, for one.
func (s *Server) ogcDocument(c *fiber.Ctx) error {
	parameter := func(name, description string, schema fiber.Map) fiber.Map {
		return fiber.Map{"name": name, "in": "query", "required": false, "description": description, "schema": schema}
	}
	text := fiber.Map{"type": "string"}
	answer := func(what, contentType string) fiber.Map {
		return fiber.Map{
			"200":     fiber.Map{"description": what, "content": fiber.Map{contentType: fiber.Map{"schema": fiber.Map{"type": "object"}}}},
			"default": fiber.Map{"description": "What went wrong", "content": fiber.Map{problemType: fiber.Map{"schema": fiber.Map{"type": "object"}}}},
		}
	}
	paths := fiber.Map{}
	add := func(path, id, summary, contentType string, parameters ...fiber.Map) {
		if parameters == nil {
			parameters = []fiber.Map{}
		}
		paths[path] = fiber.Map{"get": fiber.Map{"operationId": id, "summary": summary, "parameters": parameters, "responses": answer(summary, contentType)}}
	}
	add("/", "getLandingPage", "The landing page", fiber.MIMEApplicationJSON)
	add("/conformance", "getConformance", "What it conforms to", fiber.MIMEApplicationJSON)
	add("/collections", "getCollections", "The collections", fiber.MIMEApplicationJSON)
	for _, k := range s.ogcKinds() {
		path := "/collections/" + k.id
		add(path, k.id+".describe", k.title, fiber.MIMEApplicationJSON)
		add(path+"/queryables", k.id+".queryables", "What it can be filtered by", schemaType)
		add(path+"/items", k.id+".items", k.title, geoJSONType,
			fiber.Map{"$ref": "#/components/parameters/limit"},
			parameter("bbox", "west,south,east,north in degrees", fiber.Map{"type": "array", "minItems": 4, "maxItems": 6, "items": fiber.Map{"type": "number"}}),
			parameter("datetime", "A moment, or an interval whose end may be open", text),
			parameter("filter", "CQL2 as text", text),
			parameter("filter-lang", "cql2-text", fiber.Map{"type": "string", "enum": []string{"cql2-text"}}),
			parameter("filter-crs", crs84, text),
			parameter("bbox-crs", crs84, text),
			parameter("cursor", "Where the next page begins; part of the link next", text))
		add(path+"/items/{id}", k.id+".item", "One of them", geoJSONType, fiber.Map{
			"name": "id", "in": "path", "required": true, "schema": fiber.Map{"type": "integer", "format": "int64"}})
	}
	return s.ogcAnswer(c, openAPI30Type, fiber.Map{
		"openapi": "3.0.3",
		"info": fiber.Map{"title": "Waymark: OGC API Features", "version": s.version(), "description": "Sign in with an API key: Authorization: Bearer wm_…, " +
			"or Basic with any user and the key as the password."},
		"servers": []fiber.Map{{"url": s.ogcBase(c)}},
		"paths":   paths,
		"components": fiber.Map{
			"parameters": fiber.Map{"limit": fiber.Map{
				"name": "limit", "in": "query", "required": false,
				"schema": fiber.Map{"type": "integer", "minimum": 1, "maximum": ogcMaxLimit, "default": ogcDefaultLimit},
			}},
			"securitySchemes": fiber.Map{"bearer": fiber.Map{"type": "http", "scheme": "bearer"}, "basic": fiber.Map{"type": "http", "scheme": "basic"}},
		},
		"security": []fiber.Map{{"bearer": []string{}}, {"basic": []string{}}},
	})
}

func (s *Server) version() string {
	if v := s.deps.Settings.Version; v != "" {
		return v
	}
	return "dev"
}
