package api

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/waymark-crm/waymark/geo/roads/osrmapi"
	"github.com/waymark-crm/waymark/internal/identity"
)

// osrmPrefix is what an OSRM client takes for the server's address.
const osrmPrefix = "/osrm"

// osrmKeyPrefix is followed by an API key. There are clients of OSRM that send
// no header of ours but take a path with the server's address, as VROOM does:
// vroom -a car:waymark.example/osrm/key/wm_…/ -p car:80.
const osrmKeyPrefix = osrmPrefix + "/key/"

// keyOfPath takes the API key out of the path and goes on as if it had come in
// the header Authorization, so that no log line holds it.
func keyOfPath(c *fiber.Ctx) error {
	key, rest, _ := strings.Cut(strings.TrimPrefix(c.Path(), osrmKeyPrefix), "/")
	c.Request().Header.Set("Authorization", "Bearer "+key)
	c.Path(osrmPrefix + "/" + rest)
	return c.Next()
}

// osrmLimits bound what one request may cost: a table of 500 by 500 takes about
// 40 ms of one processor, and its answer 5 MB of memory.
var osrmLimits = osrmapi.Limits{RoutePoints: 500, TableCells: 250_000, Nearest: 100}

// registerOSRM serves the roads in the form of OSRM's HTTP API, for programs
// that speak it: map libraries, VROOM.
func (s *Server) registerOSRM() {
	s.raw(osrmPrefix+"/*", need(identity.PlansRead), s.answerOSRM)
}

// answerOSRM hands the request on whole, so that also what is wrong with its path
// is told in the way that such clients read. An encoded line in the path holds
// characters that clients escape.
func (s *Server) answerOSRM(c *fiber.Ctx) error {
	use := s.roadsInUse()
	if use == nil {
		return errNoRoads
	}
	path, err := url.PathUnescape(c.Path())
	if err != nil {
		path = c.Path() // which is no service, and said so
	}
	r := osrmapi.Answer(c.UserContext(), use.Network, strings.TrimPrefix(path, osrmPrefix), string(c.Request().URI().QueryString()), osrmLimits)
	c.Set("Content-Type", "application/json; charset=utf-8")
	c.Set("Cache-Control", "private, no-store")
	return c.Status(r.Status).Send(r.Body)
}
