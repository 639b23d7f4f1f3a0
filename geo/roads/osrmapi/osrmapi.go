// Package osrmapi answers requests in the form of OSRM's HTTP API, version 1,
// from a road network: route, table and nearest, so that what speaks to an
// OSRM server (VROOM, map libraries) can speak to this one.
//
//	answer := osrmapi.Answer(ctx, network, "/table/v1/driving/-75.52,39.15;-75.54,39.74", "sources=0", osrmapi.DefaultLimits)
//	w.WriteHeader(answer.Status)
//	w.Write(answer.Body)
//
// It knows nothing of HTTP servers and of who may ask: that is the caller's.
//
// Where OSRM's behaviour is known to surprise, this one differs: approaches=curb
// crosses residential streets and smaller ones, as people do, and table and
// route always agree.
package osrmapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/waymark-crm/waymark/geo/roads"
)

// Limits bound what one request may cost.
type Limits struct {
	RoutePoints int // coordinates of a route
	TableCells  int // sources times destinations
	Nearest     int // places of one nearest request
}

// DefaultLimits are OSRM's, with larger tables.
var DefaultLimits = Limits{RoutePoints: 500, TableCells: 1_000_000, Nearest: 100}

// Response is what to send: the status of HTTP, and JSON.
type Response struct {
	Status int
	Body   []byte
}

// failure is an answer that is none, with OSRM's code.
type failure struct {
	code, text string
}

func (f *failure) Error() string { return f.code + ": " + f.text }

func fail(code, format string, args ...any) error {
	return &failure{code, fmt.Sprintf(format, args...)}
}

// OSRM's codes.
const (
	codeURL     = "InvalidUrl"
	codeService = "InvalidService"
	codeVersion = "InvalidVersion"
	codeOptions = "InvalidOptions"
	codeQuery   = "InvalidQuery"
	codeValue   = "InvalidValue"
	codeSegment = "NoSegment"
	codeTooBig  = "TooBig"
	codeNoRoute = "NoRoute"
	codeMissing = "NotImplemented"
)

// Answer answers a request. path is that behind the server's prefix and begins
// with the service: /route/v1/driving/…; the profile in it may be any word.
// query is the raw query string, since OSRM's lists are split by semicolons,
// which Go's parser refuses. A request that was given up (ctx) is answered with
// status 503.
func Answer(ctx context.Context, n *roads.Network, path, query string, limits Limits) Response {
	body, err := answer(ctx, n, path, query, limits)
	if err == nil {
		return encode(200, body)
	}
	var f *failure
	if errors.As(err, &f) {
		return encode(400, map[string]string{"code": f.code, "message": f.text})
	}
	if ctx.Err() != nil {
		return encode(503, map[string]string{"code": "Interrupted", "message": "The request was given up."})
	}
	return encode(500, map[string]string{"code": "InternalError", "message": "The request failed."})
}

func encode(status int, v any) Response {
	body, err := json.Marshal(v)
	if err != nil {
		return Response{500, []byte(`{"code":"InternalError","message":"The answer could not be written."}`)}
	}
	return Response{status, body}
}

func answer(ctx context.Context, n *roads.Network, path, query string, limits Limits) (any, error) {
	parts := strings.SplitN(strings.Trim(path, "/"), "/", 4)
	if len(parts) != 4 {
		return nil, fail(codeURL, "The path must be /service/v1/profile/coordinates.")
	}
	if parts[1] != "v1" {
		return nil, fail(codeVersion, "Only version v1 is known, not %q.", parts[1])
	}
	most := limits.RoutePoints
	switch parts[0] {
	case "table":
		most = limits.TableCells
	case "nearest":
		most = 1
	case "route":
	default:
		return nil, fail(codeService, "There is no service %q; there are route, table and nearest.", parts[0])
	}
	r, err := parse(parts[3], query, most)
	if err != nil {
		return nil, err
	}
	switch parts[0] {
	case "table":
		return r.table(ctx, n, limits)
	case "nearest":
		return r.nearest(n, limits)
	}
	return r.route(ctx, n)
}
