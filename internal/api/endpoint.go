package api

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"github.com/waymark-crm/waymark/internal/identity"
)

// access is who may call an operation: everyone, everyone signed in, or those
// whose role has a permission.
type access string

const (
	public    access = "public"
	signedIn  access = "signed-in" // a person, or a program with an API key
	inSession access = "session"   // a person, and no API key: what concerns the sign-in itself
)

// need is the access of those whose role has the permission.
func need(p identity.Permission) access { return access(p) }

// endpoint declares one operation. Every field but Description and Status is
// required; register refuses an endpoint that says not who may call it.
type endpoint struct {
	Method, Path string
	ID           string // operation id, the name of the function in typed clients
	Tag          string // the chapter in the documentation
	Summary      string
	Description  string
	Access       access
	Status       int // on success; 0 means 200, or 204 when there is no body
	BodyLimit    int // bytes; 0 means 1 MiB
}

func get(path, id, tag, summary string, a access) endpoint {
	return endpoint{Method: http.MethodGet, Path: path, ID: id, Tag: tag, Summary: summary, Access: a}
}

func post(path, id, tag, summary string, a access) endpoint {
	return endpoint{Method: http.MethodPost, Path: path, ID: id, Tag: tag, Summary: summary, Access: a}
}

func put(path, id, tag, summary string, a access) endpoint {
	return endpoint{Method: http.MethodPut, Path: path, ID: id, Tag: tag, Summary: summary, Access: a}
}

func patch(path, id, tag, summary string, a access) endpoint {
	return endpoint{Method: http.MethodPatch, Path: path, ID: id, Tag: tag, Summary: summary, Access: a}
}

func remove(path, id, tag, summary string, a access) endpoint {
	return endpoint{Method: http.MethodDelete, Path: path, ID: id, Tag: tag, Summary: summary, Access: a}
}

// status returns the endpoint with another status on success.
func (e endpoint) status(code int) endpoint { e.Status = code; return e }

// described returns the endpoint with a description.
func (e endpoint) described(text string) endpoint { e.Description = text; return e }

// none is the input of an operation that takes nothing and the output of one
// that answers 204.
type none struct{}

// answer is the output of an operation that answers with a body.
type answer[T any] struct{ Body T }

// respond wraps a result for a handler's last line:
//
//	return respond(s.accounts.Get(ctx, in.ID))
func respond[T any](body T, err error) (*answer[T], error) {
	if err != nil {
		return nil, err
	}
	return &answer[T]{Body: body}, nil
}

// respondNone is respond for an operation that answers 204.
func respondNone(err error) (*none, error) {
	if err != nil {
		return nil, err
	}
	return &none{}, nil
}

// page is one page of a list.
type page[T any] struct {
	Items      []T     `json:"items"`
	NextCursor *string `json:"nextCursor" doc:"Pass it as cursor to read the next page; null on the last."`
	Total      int     `json:"total" doc:"How many there are on all pages."`
}

// list is a list that is short enough to have one page.
type list[T any] struct {
	Items []T `json:"items"`
}

// ByID is the input of an operation on one thing. It has a capital since huma
// does not look into embedded structs that have none.
type ByID struct {
	ID int64 `path:"id" minimum:"1"`
}

// register adds an operation: to the router, with the check of who may call it
// before its input is even read, and to the OpenAPI document. The handler's
// context carries the actor (postgres.ActorFrom) and, unless the operation is
// public, the session (identity.SessionFrom). Errors that are faults become
// problem+json with their text; every other error becomes a 500 that says
// nothing and a line in the log.
func register[I, O any](s *Server, e endpoint, handle func(context.Context, *I) (*O, error)) {
	if err := e.check(); err != nil {
		panic(err)
	}
	if name := hiddenFields(reflect.TypeFor[I]()); name != "" {
		panic(fmt.Errorf("api: operation %s: huma does not read the embedded %s; begin its name with a capital", e.ID, name))
	}
	op := huma.Operation{
		Method:        e.Method,
		Path:          e.Path,
		OperationID:   e.ID,
		Tags:          []string{e.Tag},
		Summary:       e.Summary,
		Description:   e.Description,
		DefaultStatus: e.Status,
		MaxBodyBytes:  int64(e.BodyLimit),
		Extensions:    map[string]any{"x-access": string(e.Access)},
		Middlewares:   huma.Middlewares{s.allow(e.Access), s.idempotent(e)},
		Responses: map[string]*huma.Response{
			"default": {
				Description: "What went wrong",
				Content:     map[string]*huma.MediaType{problemType: {Schema: &huma.Schema{Ref: problemRef}}},
			},
		},
	}
	if e.Access != public {
		op.Security = []map[string][]string{{cookieScheme: {}}}
		if e.Access != inSession {
			op.Security = append(op.Security, map[string][]string{keyScheme: {}})
		}
		op.Description = strings.TrimSpace(op.Description + "\n\nNeeds: " + accessText(e.Access) + ".")
	}
	if e.takesIdempotencyKeys() {
		op.Parameters = append(op.Parameters, &huma.Param{
			Name: idempotencyHeader, In: "header", Schema: &huma.Schema{Type: huma.TypeString, MaxLength: new(200)},
			Description: "A request that is sent again with the same key within a day gets the same answer and is done once; 409 for another body, or while the first is under way.",
		})
	}
	huma.Register(s.api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if err != nil {
			return nil, s.problem(ctx, err)
		}
		return out, nil
	})
	s.operations[e.ID] = e
}

// hiddenFields returns the name of an embedded struct that huma would skip
// without a word.
func hiddenFields(t reflect.Type) string {
	if t.Kind() != reflect.Struct {
		return ""
	}
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.Anonymous {
			continue
		}
		if !f.IsExported() {
			return f.Name
		}
		if name := hiddenFields(f.Type); name != "" {
			return name
		}
	}
	return ""
}

func accessText(a access) string {
	switch a {
	case signedIn:
		return "a session or an API key"
	case inSession:
		return "a session; an API key does not do"
	}
	return "the permission `" + string(a) + "`"
}

// check says what an endpoint lacks.
func (e endpoint) check() error {
	switch {
	case e.Method == "" || e.Path == "" || e.ID == "" || e.Tag == "" || e.Summary == "":
		return fmt.Errorf("api: operation %q %s %s lacks a method, path, id, tag or summary", e.ID, e.Method, e.Path)
	case !e.Access.known():
		return fmt.Errorf("api: operation %s (%s %s) does not say who may call it", e.ID, e.Method, e.Path)
	case !strings.HasPrefix(e.Path, "/api/"):
		return fmt.Errorf("api: operation %s (%s) is outside of /api/", e.ID, e.Path)
	}
	return nil
}

func (a access) known() bool {
	if a == public || a == signedIn || a == inSession {
		return true
	}
	for _, p := range identity.Permissions() {
		if access(p) == a {
			return true
		}
	}
	return false
}

// allow is the check of who may call an operation, as huma's middleware.
func (s *Server) allow(a access) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		if err := a.permits(ctx.Context()); err != nil {
			s.writeProblem(ctx, err)
			return
		}
		next(ctx)
	}
}

// raw adds a route that is no operation of the OpenAPI document: tiles, events,
// health. The same check of who may call it applies.
func (s *Server) raw(path string, a access, handle fiber.Handler) {
	if !a.known() {
		panic(fmt.Errorf("api: route %s does not say who may call it", path))
	}
	s.rawRoutes[path] = a
	s.app.Get(path, func(c *fiber.Ctx) error {
		if err := a.permits(c.UserContext()); err != nil {
			return err
		}
		return handle(c)
	})
}

// permits returns nil when the session of ctx may, a fault that says why not
// otherwise.
func (a access) permits(ctx context.Context) error {
	if a == public {
		return nil
	}
	session, ok := identity.SessionFrom(ctx)
	if !ok {
		return errSignInFirst
	}
	switch {
	case a == inSession && session.KeyID != 0:
		return errNoKeyHere
	case a == signedIn || a == inSession || session.May(identity.Permission(a)):
		return nil
	case session.Role.May(identity.Permission(a)):
		return errNotInScope
	}
	return errNotAllowed
}
