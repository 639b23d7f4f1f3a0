package api

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/travel"
	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/extract"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
)

// A drive-time area is the polygon around the roads that are reached, for lists,
// selections, figures of regions and tiles alike: what is drawn is what is
// selected, and all of them agree to the last account. Driving to every site
// instead would be nearer to the truth at the edge, but the sites that are
// reached would have to be listed anew after every change of data. From Dover,
// of 4,000 places near roads of Delaware: in 15 minutes 332 are reached, 328 of
// them are in the polygon, and 7 others; in 30 minutes all 701, and 27 others;
// in 60 minutes all 2,437, and 217 others.

func (s *Server) registerReach() {
	register(s, get("/api/reach", "getReach", "Places", "What can be driven to from a place within a time", need(identity.AccountsRead)).
		described("On the roads of the extract. The polygon is the one that the parameter reach of lists, selections, regions and tiles asks for. "+
			"503 while there is no extract; 422 when there is no road near the place."), s.getReach)
}

// maxReachMinutes is the longest drive of an area.
const maxReachMinutes = 120

type reachInput struct {
	Point   string `query:"point" required:"true" maxLength:"100" doc:"longitude,latitude" example:"-75.52,39.16"`
	Minutes int    `query:"minutes" required:"true" minimum:"1" maximum:"120"`
}

// reachAnswer is a drive-time area to be drawn.
type reachAnswer struct {
	Minutes int          `json:"minutes"`
	Point   orb.Point    `json:"point" doc:"As asked for, rounded to five decimals, which is a metre."`
	Polygon reachPolygon `json:"polygon"`
	Cells   int          `json:"cells" doc:"H3 cells of resolution 9, of some 0.1 km² each, that a reached road runs through."`
	Took    float64      `json:"tookSeconds" doc:"Working it out, when it was first asked for."`
}

// reachPolygon is the GeoJSON of an area.
type reachPolygon struct {
	Type        string           `json:"type" enum:"MultiPolygon"`
	Coordinates orb.MultiPolygon `json:"coordinates"`
}

func (s *Server) getReach(ctx context.Context, in *reachInput) (*answer[reachAnswer], error) {
	point, err := placeParameter("point", in.Point)
	if err != nil {
		return nil, err
	}
	key := reachKey{point: rounded(point), minutes: in.Minutes}
	area, err := s.reachArea(ctx, key)
	if err != nil {
		return nil, err
	}
	return respond(reachAnswer{
		Minutes: key.minutes, Point: key.point, Cells: area.Cells, Took: area.Took.Seconds(),
		Polygon: reachPolygon{"MultiPolygon", area.Polygon},
	}, nil)
}

var errNoRoads = fault.New(fault.Unavailable, "Drive times need the roads of an extract, and none has been loaded. Ask the one who runs this server.")

// roadsInUse returns the extract whose roads are open, nil when there is none.
func (s *Server) roadsInUse() *extract.InUse {
	if s.deps.Extract == nil {
		return nil
	}
	return s.deps.Extract.Current()
}

// travelTimes are drive times on the roads in use, estimates while there are none.
func (s *Server) travelTimes() travel.Provider {
	if s.deps.Extract == nil {
		return travel.NewStraight()
	}
	return s.deps.Extract.Travel()
}

// reachKey names an area.
type reachKey struct {
	extract int64
	point   orb.Point // rounded
	minutes int
}

// reached is an area, ready to be asked for.
type reached struct {
	extract.Area
	shape *accounts.Shape
}

// rounded brings a point to a metre, so that it means the same area wherever it
// is written.
func rounded(p orb.Point) orb.Point {
	return orb.Point{math.Round(p[0]*1e5) / 1e5, math.Round(p[1]*1e5) / 1e5}
}

// reachArea returns the area of a key, in which the extract is filled in.
func (s *Server) reachArea(ctx context.Context, key reachKey) (*reached, error) {
	use := s.roadsInUse()
	if use == nil {
		return nil, errNoRoads
	}
	key.extract = use.ID
	return s.reaches.get(ctx, key, func(ctx context.Context) (*reached, error) {
		area, err := use.Area(ctx, key.point, time.Duration(key.minutes)*time.Minute)
		if err != nil {
			return nil, err
		}
		if len(area.Polygon) == 0 {
			return nil, fault.New(fault.Invalid, "Nothing can be reached from this place in that time.").WithField("query.reach", "Allow more minutes.")
		}
		shape, err := accounts.AreaOf(area.Polygon)
		if err != nil {
			return nil, fmt.Errorf("drive-time area: %w", err)
		}
		return &reached{area, shape}, nil
	})
}

// reachShape reads "lon,lat,minutes" and returns the shape of that area, nil for
// the empty text.
func (s *Server) reachShape(ctx context.Context, text string) (*accounts.Shape, error) {
	if text == "" {
		return nil, nil
	}
	key, ok := parseReach(text)
	if !ok {
		return nil, fault.Errorf(fault.Invalid, "The drive-time area is not longitude, latitude and minutes.").
			WithField("query.reach", fmt.Sprintf("longitude,latitude,minutes with 1 to %d whole minutes, for example -75.52,39.16,30", maxReachMinutes))
	}
	area, err := s.reachArea(ctx, key)
	if err != nil {
		return nil, err
	}
	return area.shape, nil
}

// reachOf returns the shape of a drive time in a filter tree.
func (s *Server) reachOf(ctx context.Context, r accounts.Reach) (*accounts.Shape, error) {
	area, err := s.reachArea(ctx, reachKey{point: rounded(r.Center), minutes: r.Minutes})
	if err != nil {
		return nil, err
	}
	return area.shape, nil
}

func parseReach(text string) (reachKey, bool) {
	cut := strings.LastIndexByte(text, ',')
	if cut < 0 {
		return reachKey{}, false
	}
	point, err := nearOf(text[:cut])
	minutes, minutesErr := strconv.Atoi(strings.TrimSpace(text[cut+1:]))
	if err != nil || point == nil || minutesErr != nil || minutes < 1 || minutes > maxReachMinutes {
		return reachKey{}, false
	}
	return reachKey{point: rounded(*point), minutes: minutes}, true
}
