package regions

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geo"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/geo/spatialstats"
	"github.com/waymark-crm/waymark/geo/travel"
	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/fault"
)

// Bounds of a gravity model.
const (
	maxDemandCells = 2_000
	maxRivals      = 200
	// fastest is how fast a drive may be at most, as the crow flies: what is farther
	// is out of reach without asking the roads.
	fastest = 130.0 / 3.6 // metres a second
)

// GravityQuery describes a new place and those that compete with it.
type GravityQuery struct {
	At             orb.Point
	Attractiveness float64 // of the new place, above 0; rivals have 1
	Alpha, Beta    float64 // exponents of attractiveness and of drive time
	Minutes        float64 // beyond this drive nobody goes
	Figure         Figure  // what demand is
	Resolution     *int    // of the cells; nil: 7

	// Rivals: the sites of accounts that Own means, the open prospects of a
	// category, both or neither.
	Own      *accounts.Filter
	Category string
	Wanted
}

// Gravity is how demand would be shared with a new place.
type Gravity struct {
	Figure     Figure        `json:"figure"`
	Resolution int           `json:"resolution"`
	Demand     float64       `json:"demand" doc:"Of all cells within reach of the place."`
	Expected   float64       `json:"expected" doc:"Of that demand, what goes to the place: demand times share, added up."`
	Share      float64       `json:"share" doc:"Expected over demand; 0 without demand."`
	Rivals     int           `json:"rivals" doc:"How many compete with it."`
	RivalsLeft int           `json:"rivalsLeft" doc:"Rivals beyond the 200 that are nearest to the place, which were left out."`
	Estimated  bool          `json:"estimated" doc:"Some drive times are estimates from straight lines."`
	Cells      []GravityCell `json:"cells" doc:"Those within reach of the place, the largest expected demand first."`
}

// GravityCell is what a cell gives to the new place.
type GravityCell struct {
	Cell     hexgrid.Cell `json:"cell"`
	Minutes  float64      `json:"minutes" doc:"Drive from the cell's middle to the place."`
	Demand   float64      `json:"demand"`
	Share    float64      `json:"share" doc:"Probability that demand goes to the place."`
	Expected float64      `json:"expected"`
}

// Check returns a fault that says what is wrong with the description.
func (q GravityQuery) check() error {
	wrong := func(field, text, hint string) error {
		return fault.New(fault.Invalid, text).WithField("body."+field, hint)
	}
	switch {
	case !(math.Abs(q.At[0]) <= 180 && math.Abs(q.At[1]) <= 90):
		return wrong("at", "The new place is nowhere on the globe.", "[longitude, latitude] in degrees.")
	case !(q.Attractiveness > 0 && q.Attractiveness <= 1e6):
		return wrong("attractiveness", "The attractiveness is not above 0.", "1 is as attractive as a rival; at most 1,000,000.")
	case !(q.Alpha >= 0 && q.Alpha <= 10), !(q.Beta >= 0 && q.Beta <= 10):
		return wrong("beta", "An exponent is out of range.", "0 to 10; usually alpha is 1 and beta 2.")
	case !(q.Minutes >= 1 && q.Minutes <= 120):
		return wrong("minutes", "The longest drive is out of range.", "1 to 120 minutes.")
	}
	if _, err := q.Figure.group(); err != nil {
		return err
	}
	if q.Figure == FigurePenetration {
		return wrong("figure", "A share cannot be demand.", "A count or an amount of money.")
	}
	return nil
}

// leastMinutes is the shortest drive that counts in a gravity model: parking and
// walking take as long next door.
const leastMinutes = 2

// Gravity returns how demand would be shared between a new place and its rivals by
// Huff's model; see [spatialstats.Huff]. Demand stands in the middle of its cell
// and goes where it can be driven to within the minutes. Rivals beyond the nearest
// 200 are left out.
func (s *Service) Gravity(ctx context.Context, f accounts.Filter, query GravityQuery) (Gravity, error) {
	out := Gravity{Figure: query.Figure, Cells: []GravityCell{}}
	if err := query.check(); err != nil {
		return out, err
	}
	res, err := resolutionOf(query.Resolution, analysisResolution)
	if err != nil {
		return out, err
	}
	out.Resolution = res
	far := query.Minutes * 60 * fastest
	near, err := accounts.CircleOf(query.At, min(far, 200_000))
	if err != nil {
		return out, err
	}
	f.Areas = append(slices.Clone(f.Areas), near)
	cells, _, err := s.study(ctx, f, query.Figure, &res, query.Wanted)
	if err != nil {
		return out, err
	}
	cells = slices.DeleteFunc(cells, func(c Cell) bool { return c.value(query.Figure) == 0 })
	if len(cells) > maxDemandCells {
		return out, fault.Errorf(fault.Invalid, "There is demand in %d cells, and the model takes %d.", len(cells), maxDemandCells).
			WithField("body.resolution", "Ask for a coarser resolution or a shorter drive.")
	}
	rivals, err := s.rivals(ctx, query)
	if err != nil {
		return out, err
	}
	slices.SortStableFunc(rivals, func(x, y orb.Point) int {
		return cmp.Compare(geo.DistanceHaversine(x, query.At), geo.DistanceHaversine(y, query.At))
	})
	if len(rivals) > maxRivals {
		out.RivalsLeft = len(rivals) - maxRivals
		rivals = rivals[:maxRivals]
	}
	out.Rivals = len(rivals)
	if len(cells) == 0 {
		return out, nil
	}
	from := make([]orb.Point, len(cells))
	for i, c := range cells {
		if from[i], err = hexgrid.Centre(c.Cell); err != nil {
			return out, fmt.Errorf("gravity: %w", err)
		}
	}
	times, err := travel.Between(ctx, s.travel(), from, append([]orb.Point{query.At}, rivals...))
	if err != nil {
		return out, fmt.Errorf("gravity: drive times: %w", err)
	}
	out.Estimated = slices.Contains(times.Estimated, true)
	attractiveness := []float64{query.Attractiveness}
	for range rivals {
		attractiveness = append(attractiveness, 1)
	}
	minutes := make([][]float64, len(cells))
	for i := range cells {
		for j := range times.To {
			t := times.Minutes(i, j)
			if t > query.Minutes {
				t = math.Inf(1)
			}
			minutes[i] = append(minutes[i], t)
		}
	}
	shares, err := spatialstats.Huff(attractiveness, minutes, spatialstats.HuffOptions{Alpha: query.Alpha, Beta: query.Beta, Least: leastMinutes})
	if err != nil {
		return out, fmt.Errorf("gravity: %w", err)
	}
	for i, c := range cells {
		if math.IsInf(minutes[i][0], 1) {
			continue
		}
		demand := c.value(query.Figure)
		g := GravityCell{Cell: c.Cell, Minutes: minutes[i][0], Demand: demand, Share: shares[i][0], Expected: demand * shares[i][0]}
		out.Demand += g.Demand
		out.Expected += g.Expected
		out.Cells = append(out.Cells, g)
	}
	if out.Demand > 0 {
		out.Share = out.Expected / out.Demand
	}
	slices.SortFunc(out.Cells, func(x, y GravityCell) int {
		return cmp.Or(cmp.Compare(y.Expected, x.Expected), cmp.Compare(x.Cell, y.Cell))
	})
	return out, nil
}

// rivals returns where those that compete stand: what could be reached from a cell
// that the place is within reach of.
func (s *Service) rivals(ctx context.Context, query GravityQuery) ([]orb.Point, error) {
	var out []orb.Point
	near, err := accounts.CircleOf(query.At, min(2*query.Minutes*60*fastest, 200_000))
	if err != nil {
		return nil, err
	}
	read := func(a *asking, text string, args []any) error {
		rows, err := a.tx.Query(ctx, text, args...)
		if err != nil {
			return fmt.Errorf("read rivals: %w", err)
		}
		if out, err = pgx.AppendRows(out, rows, pgx.RowTo[orb.Point]); err != nil {
			return fmt.Errorf("read rivals: %w", err)
		}
		return nil
	}
	if query.Own != nil {
		own := *query.Own
		own.Areas = append(slices.Clone(own.Areas), near)
		if err := s.ask(ctx, own, Wanted{}, func(a *asking) error {
			q := a.statement()
			return read(a, `select s.point from `+a.filter.Sites(q, "s.account_id, s.id, s.point")+` order by s.id limit 20000`, q.Args())
		}); err != nil {
			return nil, err
		}
	}
	if query.Category == "" {
		return out, nil
	}
	err = s.ask(ctx, accounts.Filter{Areas: []*accounts.Shape{near}}, Wanted{}, func(a *asking) error {
		q := a.statement()
		open := a.places.OpenProspectsOf()
		open.Category = query.Category
		return read(a, `select p.point from `+open.Prospects(q, "p.id, p.point")+` order by p.id limit 20000`, q.Args())
	})
	return out, err
}

// UnservedQuery says what demand is and who serves it.
type UnservedQuery struct {
	Figure     Figure
	ServedBy   string // customers, visits (of the period) or starts (of people's days)
	Minutes    float64
	Resolution *int
	Limit      int
	Wanted
}

// Unserved is the demand that is far from whoever could serve it.
type Unserved struct {
	Figure     Figure         `json:"figure"`
	Resolution int            `json:"resolution"`
	ServedBy   string         `json:"servedBy" enum:"customers,visits,starts"`
	Minutes    float64        `json:"minutes"`
	Servers    int            `json:"servers" doc:"Places that serve: cells with customers or visits, or starts of people's days."`
	Looked     int            `json:"looked" doc:"Cells with demand that were looked at, the largest first; at most 1,000."`
	Estimated  bool           `json:"estimated" doc:"Some drive times are estimates from straight lines."`
	Items      []UnservedCell `json:"items" doc:"The largest demand first."`
}

// UnservedCell is a cell with demand far from all that serve.
type UnservedCell struct {
	Cell    hexgrid.Cell `json:"cell"`
	Demand  float64      `json:"demand"`
	Minutes *float64     `json:"minutes" doc:"Drive from the nearest that serves; null when there is none at all."`
	Nearest *orb.Point   `json:"nearest" doc:"Where that is."`
}

const (
	maxLooked  = 1_000
	maxServers = 20_000
	nearby     = 6 // servers that are asked for their drive, by straight line
	lookAtOnce = 100
)

// Unserved returns the cells whose demand is more than some minutes' drive from
// the nearest that serves it, the largest demand first. Of those that serve, the
// six nearest by straight line are asked for their drive.
func (s *Service) Unserved(ctx context.Context, f accounts.Filter, query UnservedQuery) (Unserved, error) {
	out := Unserved{Figure: query.Figure, ServedBy: query.ServedBy, Minutes: query.Minutes, Items: []UnservedCell{}}
	if !(query.Minutes >= 1 && query.Minutes <= 240) {
		return out, fault.New(fault.Invalid, "The drive is out of range.").WithField("query.minutes", "1 to 240 minutes.")
	}
	if query.Figure == FigurePenetration {
		return out, fault.New(fault.Invalid, "A share cannot be demand.").WithField("query.figure", "A count or an amount of money.")
	}
	cells, res, err := s.study(ctx, f, query.Figure, query.Resolution, query.Wanted)
	if err != nil {
		return out, err
	}
	out.Resolution = res
	cells = slices.DeleteFunc(cells, func(c Cell) bool { return c.value(query.Figure) == 0 })
	slices.SortStableFunc(cells, func(x, y Cell) int { return cmp.Compare(y.value(query.Figure), x.value(query.Figure)) })
	cells = cells[:min(len(cells), maxLooked)]
	servers, err := s.servers(ctx, query)
	if err != nil {
		return out, err
	}
	out.Servers = len(servers)
	for len(cells) > 0 && len(out.Items) < query.Limit {
		part := cells[:min(len(cells), lookAtOnce)]
		cells = cells[len(part):]
		if err := s.lookAt(ctx, part, servers, query, &out); err != nil {
			return out, err
		}
	}
	out.Items = out.Items[:min(len(out.Items), query.Limit)]
	return out, nil
}

// lookAt appends those of some cells that are far from all servers.
func (s *Service) lookAt(ctx context.Context, cells []Cell, servers []orb.Point, query UnservedQuery, out *Unserved) error {
	out.Looked += len(cells)
	from := make([]orb.Point, len(cells))
	close := make([][]int, len(cells)) // into asked
	var asked []orb.Point
	known := map[int]int{}
	for i, c := range cells {
		var err error
		if from[i], err = hexgrid.Centre(c.Cell); err != nil {
			return fmt.Errorf("unserved: %w", err)
		}
		for _, k := range nearestOf(from[i], servers, nearby) {
			at, there := known[k]
			if !there {
				at = len(asked)
				known[k] = at
				asked = append(asked, servers[k])
			}
			close[i] = append(close[i], at)
		}
	}
	times, err := travel.Between(ctx, s.travel(), asked, from)
	if err != nil {
		return fmt.Errorf("unserved: drive times: %w", err)
	}
	for i, c := range cells {
		item := UnservedCell{Cell: c.Cell, Demand: c.value(query.Figure)}
		estimated := false
		for _, at := range close[i] {
			if m := times.Minutes(at, i); item.Minutes == nil || m < *item.Minutes {
				place := asked[at]
				item.Minutes, item.Nearest = &m, &place
				estimated = times.Estimated != nil && times.Estimated[at*times.To+i]
			}
		}
		if item.Minutes == nil || *item.Minutes > query.Minutes {
			out.Items = append(out.Items, item)
			out.Estimated = out.Estimated || estimated
		}
	}
	return nil
}

// nearestOf returns the k places that are nearest to a point by straight line.
func nearestOf(p orb.Point, places []orb.Point, k int) []int {
	type near struct {
		place  int
		metres float64
	}
	var best []near
	for i, at := range places {
		n := near{i, geo.DistanceHaversine(p, at)}
		if len(best) == k && n.metres >= best[k-1].metres {
			continue
		}
		at, _ := slices.BinarySearchFunc(best, n, func(a, b near) int { return cmp.Compare(a.metres, b.metres) })
		best = slices.Insert(best, at, n)
		best = best[:min(len(best), k)]
	}
	out := make([]int, len(best))
	for i, n := range best {
		out[i] = n.place
	}
	return out
}

// servers returns where those stand that serve: the middles of the cells, of some
// 0.7 km², in which they have sites, or the starts of people's days.
func (s *Service) servers(ctx context.Context, query UnservedQuery) ([]orb.Point, error) {
	const res = 8
	var out []orb.Point
	err := s.ask(ctx, accounts.Filter{}, query.Wanted, func(a *asking) error {
		if query.ServedBy == "starts" {
			rows, err := a.tx.Query(ctx, `select start_point from users where org_id = $1 and start_point is not null order by id limit $2`, a.org, maxServers)
			if err != nil {
				return fmt.Errorf("read starts: %w", err)
			}
			out, err = pgx.CollectRows(rows, pgx.RowTo[orb.Point])
			return err
		}
		q := a.statement()
		and, or := hexgrid.ParentMasks(res)
		cell := "(s.cell & " + q.Arg(and) + "::bigint) | " + q.Arg(or) + "::bigint"
		text := `select distinct ` + cell + ` from sites s where s.org_id = ` + q.Org() + ` and not s.archived and s.status = 'customer'`
		if query.ServedBy == "visits" {
			text = `with v as materialized (` + a.visited(q) + `)
				select distinct ` + cell + ` from v join sites s on s.org_id = ` + q.Org() + ` and s.account_id = v.account_id and s.is_primary and not s.archived`
		} else if query.ServedBy != "customers" {
			return fault.New(fault.Invalid, "Demand is served by customers, visits or starts.").WithField("query.servedBy", "One of customers, visits, starts.")
		}
		rows, err := a.tx.Query(ctx, text+" order by 1 limit "+q.Arg(maxServers)+"::bigint", q.Args()...)
		if err != nil {
			return fmt.Errorf("read who serves: %w", err)
		}
		cells, err := pgx.CollectRows(rows, pgx.RowTo[hexgrid.Cell])
		if err != nil {
			return fmt.Errorf("read who serves: %w", err)
		}
		for _, c := range cells {
			p, err := hexgrid.Centre(c)
			if err != nil {
				return fmt.Errorf("read who serves: %w", err)
			}
			out = append(out, p)
		}
		return nil
	})
	return out, err
}

// travel returns drive times as they are now.
func (s *Service) travel() travel.Provider {
	if s.times == nil {
		return travel.NewStraight()
	}
	return s.times()
}
