package api

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"
)

// Names of the two ways in which a request says who it is from.
const (
	cookieScheme = "session"
	keyScheme    = "apiKey"
)

// newAPI returns an empty OpenAPI 3.1 document over the router, without huma's
// own pages, which load scripts from elsewhere, and without its $schema links.
func newAPI(app *fiber.App, version string) huma.API {
	if version == "" {
		version = "dev"
	}
	config := huma.DefaultConfig("Waymark", version)
	config.CreateHooks = nil
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.Info.Description = "The API of Waymark, the self-hosted geographic CRM.\n\n" +
		"Times are RFC 3339, days YYYY-MM-DD, points [longitude, latitude], lengths metres, durations seconds. " +
		"Errors are problem+json (RFC 9457). " +
		"Sign in with signIn; every other method than GET needs the header X-CSRF-Token with the token that getMe gives. " +
		"Programs send an API key, made with createKey, as Authorization: Bearer wm_… and need neither cookie nor token."
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		cookieScheme: {Type: "apiKey", In: "cookie", Name: cookieName, Description: "Set by signIn."},
		keyScheme:    {Type: "http", Scheme: "bearer", Description: "An API key, which begins with wm_."},
	}
	config.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	api := humafiber.New(app, config)
	api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "")
	return api
}

// schemaNames are the names in the document of types whose Go name, good within
// their package, says too little on its own. The key is "package.Type" with the
// last element of the import path; an init function of the file that registers
// the type adds it.
var schemaNames = map[string]string{}

// schemaName names a type in the document: accounts.Row becomes what schemaNames
// says, page[accounts.Row] the same with Page behind it.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	full := t.Name()
	if full == "" {
		return huma.DefaultSchemaNamer(t, hint)
	}
	if outer, inner, generic := strings.Cut(full, "["); generic {
		inner = strings.TrimSuffix(inner, "]")
		return nameOf(inner[strings.LastIndexByte(inner, '/')+1:]) + nameOf(outer)
	}
	return nameOf(t.String())
}

// nameOf takes "package.Type" or "Type".
func nameOf(name string) string {
	if n, ok := schemaNames[name]; ok {
		return n
	}
	name = name[strings.LastIndexByte(name, '.')+1:]
	return strings.ToUpper(name[:1]) + name[1:]
}

// Document returns the OpenAPI document as indented JSON. It needs no database.
func Document(version string) ([]byte, error) {
	s, err := New(Deps{Settings: Settings{Version: version}})
	if err != nil {
		return nil, err
	}
	doc, err := json.MarshalIndent(s.api.OpenAPI(), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the OpenAPI document: %w", err)
	}
	return append(doc, '\n'), nil
}

func (s *Server) registerDocument() {
	var once sync.Once
	var doc, page []byte
	var failed error
	build := func() {
		if doc, failed = json.Marshal(s.api.OpenAPI()); failed == nil {
			page, failed = documentPage(s.api.OpenAPI())
		}
	}
	serve := func(kind string, body *[]byte) fiber.Handler {
		return func(c *fiber.Ctx) error {
			if once.Do(build); failed != nil {
				return fmt.Errorf("write the OpenAPI document: %w", failed)
			}
			c.Set("Content-Type", kind)
			c.Set("Cache-Control", "no-cache")
			return c.Send(*body)
		}
	}
	s.raw("/api/openapi.json", public, serve("application/json", &doc))
	s.raw("/api/docs", public, serve("text/html; charset=utf-8", &page))
}
