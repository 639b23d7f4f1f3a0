package visits

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/simplify"

	"github.com/waymark-crm/waymark/geo/travel"
	"github.com/waymark-crm/waymark/internal/fault"
)

// PlanLines is the GeoJSON of a plan's ways.
type PlanLines struct {
	Type     string     `json:"type" enum:"FeatureCollection"`
	Features []PlanLine `json:"features" nullable:"false"`
}

// PlanLine is one leg.
type PlanLine struct {
	Type       string       `json:"type" enum:"Feature"`
	Geometry   LineGeometry `json:"geometry"`
	Properties LineOf       `json:"properties"`
}

// LineGeometry is a GeoJSON LineString.
type LineGeometry struct {
	Type        string         `json:"type" enum:"LineString"`
	Coordinates orb.LineString `json:"coordinates"`
}

// LineOf says which leg a line is.
type LineOf struct {
	RepID    int64  `json:"repId"`
	Day      string `json:"day" format:"date"`
	Position int    `json:"position" doc:"Of the stop that it leads to; one more than there are stops for the way to the end."`
}

// simplified is how far, in degrees, a line may lie from the road when the lines
// of a whole plan are asked for: some twenty metres.
const simplified = 0.0002

// Lines returns the ways of a plan of a period along the roads, a line a leg: of
// one rep, of one day, or of all, simplified.
func (s *Service) Lines(ctx context.Context, id, rep int64, day string) (*PlanLines, error) {
	if day != "" {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return nil, fault.New(fault.Invalid, "The day is not a date.").WithField("day", "Write it as 2026-11-23.")
		}
	}
	if err := s.draw(ctx, id, rep, day); err != nil {
		return nil, err
	}
	a, team, err := actor(ctx)
	if err != nil {
		return nil, err
	}
	out := &PlanLines{Type: "FeatureCollection", Features: []PlanLine{}}
	err = s.DB.Read(ctx, func(tx pgx.Tx) error {
		if _, _, _, err := readHead(ctx, tx, a, team, id); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `
			select rep_id, to_char(day, 'YYYY-MM-DD'), geometry from routes
			where org_id = $1 and plan_id = $2 and ($3::bigint = 0 or rep_id = $3) and ($4::text = '' or day = nullif($4, '')::date) and geometry is not null
			order by rep_id, day`, a.OrgID, id, rep, day)
		if err != nil {
			return fmt.Errorf("visits: read lines: %w", err)
		}
		defer rows.Close()
		for rows.Next() {
			var of LineOf
			var geometry orb.Geometry
			if err := rows.Scan(&of.RepID, &of.Day, &geometry); err != nil {
				return fmt.Errorf("visits: read lines: %w", err)
			}
			lines, ok := geometry.(orb.MultiLineString)
			if !ok {
				return fmt.Errorf("visits: a route of plan %d is a %T", id, geometry)
			}
			for i, line := range lines {
				of.Position = i + 1
				if rep == 0 || day == "" {
					line = simplify.DouglasPeucker(simplified).LineString(line.Clone())
				}
				for j, p := range line {
					line[j] = orb.Point{math.Round(p[0]*1e5) / 1e5, math.Round(p[1]*1e5) / 1e5}
				}
				out.Features = append(out.Features, PlanLine{Type: "Feature", Geometry: LineGeometry{"LineString", line}, Properties: of})
			}
		}
		return rows.Err()
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (s *Service) drawAll(ctx context.Context, id int64) error { return s.draw(ctx, id, 0, "") }

// undrawn is a route without its line.
type undrawn struct {
	id     int64
	way    travel.Way
	points []orb.Point
	clocks []int // when each leg begins, in seconds since midnight
}

// draw works out the lines that are not there yet. They are kept with their
// routes, which are others after every change.
func (s *Service) draw(ctx context.Context, id, rep int64, day string) error {
	a, team, err := actor(ctx)
	if err != nil {
		return err
	}
	var missing []undrawn
	err = s.DB.Read(ctx, func(tx pgx.Tx) error {
		h, p, _, err := readHead(ctx, tx, a, team, id)
		if err != nil {
			return err
		}
		zone, err := time.LoadLocation(h.TimeZone)
		if err != nil {
			return fmt.Errorf("visits: time zone of organisation %d: %w", a.OrgID, err)
		}
		m, err := newModel(*p, zone, nil)
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `
			select r.id, r.rep_id, to_char(r.day, 'YYYY-MM-DD'), st_x(s.point), st_y(s.point), r.starts_at, t.leaves_at
			from routes r
			join stops t on t.org_id = r.org_id and t.route_id = r.id
			join sites s on s.org_id = t.org_id and s.id = t.site_id
			where r.org_id = $1 and r.plan_id = $2 and ($3::bigint = 0 or r.rep_id = $3) and ($4::text = '' or r.day = nullif($4, '')::date) and r.geometry is null
			order by r.id, t.position`, a.OrgID, id, rep, day)
		if err != nil {
			return fmt.Errorf("visits: routes without lines: %w", err)
		}
		defer rows.Close()
		ends := map[int64]*orb.Point{}
		for rows.Next() {
			var route, of int64
			var on string
			var at orb.Point
			var starts, leaves time.Time
			if err := rows.Scan(&route, &of, &on, &at[0], &at[1], &starts, &leaves); err != nil {
				return fmt.Errorf("visits: routes without lines: %w", err)
			}
			if n := len(missing); n == 0 || missing[n-1].id != route {
				lane, works := m.shift(of, on)
				if !works {
					return fmt.Errorf("visits: plan %d has a route of rep %d on %s, who does not work then", id, of, on)
				}
				missing = append(missing, undrawn{id: route, way: m.ways[m.shifts[lane].Table], clocks: []int{ofDay(starts, zone)}})
				ends[route] = m.ends[lane].point
				if start := m.starts[lane].point; start != nil {
					missing[n].points = append(missing[n].points, *start)
				} else { // the day begins at the first stop: its leg has no length
					missing[n].points = append(missing[n].points, at)
				}
			}
			last := &missing[len(missing)-1]
			last.points, last.clocks = append(last.points, at), append(last.clocks, ofDay(leaves, zone))
		}
		for i := range missing {
			if end := ends[missing[i].id]; end != nil {
				missing[i].points = append(missing[i].points, *end)
			}
		}
		return rows.Err()
	})
	if err != nil {
		return err
	}
	for _, r := range missing {
		roads, err := s.Travel(r.way)
		if err != nil {
			return s.wanting(ctx, err)
		}
		line, err := lineOf(ctx, roads, r.points, r.clocks)
		if err != nil {
			return err
		}
		err = s.DB.Tx(ctx, func(tx pgx.Tx) error {
			_, err := tx.Exec(ctx, `update routes set geometry = $3 where org_id = $1 and id = $2`, a.OrgID, r.id, line)
			return err
		})
		if err != nil {
			return fmt.Errorf("visits: keep a line: %w", err)
		}
	}
	return nil
}

// lineOf is the way by all points, a line a leg: the best one at the time at which
// each leg begins, in seconds since midnight.
func lineOf(ctx context.Context, roads travel.Provider, points []orb.Point, clocks []int) (orb.MultiLineString, error) {
	var lines orb.MultiLineString
	for i := range len(points) - 1 {
		route, err := travel.At(roads, clocks[i]).Route(ctx, points[i:i+2])
		if err != nil {
			return nil, fmt.Errorf("visits: route: %w", err)
		}
		line := route.Legs[0].Geometry
		if len(line) < 2 {
			line = orb.LineString{points[i], points[i+1]}
		}
		lines = append(lines, line)
	}
	return lines, nil
}
