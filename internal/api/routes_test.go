package api

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/identity"
)

// methods are those that an OpenAPI path may have.
var methods = []string{"get", "post", "put", "patch", "delete"}

// eachOperation walks the document as it is served.
func eachOperation(t testing.TB, visit func(id, method, path string, op map[string]any)) {
	t.Helper()
	raw, err := Document("test")
	require.NoError(t, err)
	var doc map[string]any
	require.NoError(t, json.Unmarshal(raw, &doc))
	for path, item := range doc["paths"].(map[string]any) {
		for _, method := range methods {
			if op, ok := item.(map[string]any)[method].(map[string]any); ok {
				id, _ := op["operationId"].(string)
				visit(id, method, path, op)
			}
		}
	}
}

func TestEveryOperationSaysWhoMayCallIt(t *testing.T) {
	t.Parallel()
	public := map[string]string{
		"signIn": "nobody is signed in before",
	}
	seen := 0
	eachOperation(t, func(id, method, path string, op map[string]any) {
		seen++
		require.NotEmpty(t, id, "%s %s", method, path)
		who, _ := op["x-access"].(string)
		require.True(t, access(who).known(), "%s: %q is no permission", id, who)
		if who == "public" {
			require.Contains(t, public, id, "an operation for everyone needs a reason here")
			require.Empty(t, op["security"], id)
		} else {
			require.NotEmpty(t, op["security"], id)
		}
		require.NotEmpty(t, op["summary"], id)
		require.Len(t, op["tags"], 1, id)
		responses := op["responses"].(map[string]any)
		require.Contains(t, responses, "default", id)
	})
	require.GreaterOrEqual(t, seen, 11)
}

func TestAnOperationThatDoesNotSayWhoMayCallItCannotBeRegistered(t *testing.T) {
	t.Parallel()
	s, err := New(Deps{})
	require.NoError(t, err)
	for _, e := range []endpoint{
		get("/api/open", "open", "Test", "No access", ""),
		get("/api/open", "open", "Test", "A permission that is none", "accounts.raed"),
		get("/open", "open", "Test", "Outside of the prefix", public),
		get("/api/open", "", "Test", "No id", public),
	} {
		require.Panics(t, func() { register(s, e, s.getMe) }, e.Summary)
	}
	require.Panics(t, func() { s.raw("/tiles/x", "", nil) })
	type hidden struct {
		ID int64 `path:"id"`
	}
	require.Panics(t, func() {
		register(s, get("/api/open/{id}", "open", "Test", "Hidden", public), func(context.Context, *struct{ hidden }) (*none, error) { return nil, nil })
	})
}

// Nobody gets past the check by a route that is not in the document: every route
// of the router is an operation, a raw route with an access, or the web.
func TestEveryRouteIsAnOperationOrDeclared(t *testing.T) {
	t.Parallel()
	s, err := New(Deps{})
	require.NoError(t, err)
	operations := map[string]bool{}
	eachOperation(t, func(_, method, path string, _ map[string]any) {
		operations[strings.ToUpper(method)+" "+regexp.MustCompile(`\{(\w+)\}`).ReplaceAllString(path, ":$1")] = true
	})
	for _, route := range s.app.GetRoutes(true) {
		_, raw := s.rawRoutes[route.Path]
		isRaw := raw && slices.Contains([]string{http.MethodGet, http.MethodHead}, route.Method)
		require.True(t, isRaw || operations[route.Method+" "+route.Path], "%s %s", route.Method, route.Path)
	}
	for path, a := range s.rawRoutes {
		if a == public {
			require.Contains(t, []string{"/healthz", "/readyz", "/metrics", "/api/openapi.json", "/api/docs"}, path, "a route for everyone needs a reason here")
		}
	}
}

// Every operation, with whatever in its path, refuses nobody and those whose role
// lacks the permission, before it looks at anything else.
func TestNobodyAndTheWrongRoleAreRefusedEverywhere(t *testing.T) {
	t.Parallel()
	w := setup(t)
	nobody := w.anonymous()
	clients := map[identity.Role]*client{}
	admin := w.as(w.north.admin)
	for _, role := range identity.Roles() {
		u := map[string]any{"name": string(role), "email": "a-" + string(role) + "@north.example", "role": role, "password": password}
		admin.do("POST", "/api/users", u).want(201)
		clients[role] = w.as(identity.User{Email: "a-" + string(role) + "@north.example"})
	}
	refused := 0
	eachOperation(t, func(id, method, path string, op map[string]any) {
		who := access(op["x-access"].(string))
		if who == public {
			return
		}
		path = regexp.MustCompile(`\{\w+\}`).ReplaceAllString(path, "1")
		var body any
		if op["requestBody"] != nil {
			body = "{"
		}
		nobody.do(strings.ToUpper(method), path, body).problem(401, "unauthenticated")
		if who == signedIn || who == inSession {
			return
		}
		for role, c := range clients {
			if !role.May(identity.Permission(who)) {
				c.do(strings.ToUpper(method), path, body).problem(403, "forbidden")
				refused++
			}
		}
	})
	require.Positive(t, refused)
	for path, a := range w.server.rawRoutes {
		if a != public {
			nobody.get(regexp.MustCompile(`:\w+`).ReplaceAllString(path, "1")).problem(401, "unauthenticated")
		}
	}
}
