package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/waymark-crm/waymark/geo/osm"
	"github.com/waymark-crm/waymark/geo/roads"
	"github.com/waymark-crm/waymark/internal/fault"
)

// RoadsCmd builds road networks and asks them; it needs no database.
type RoadsCmd struct {
	Build     RoadsBuildCmd     `cmd:"" help:"Make a network file of an OpenStreetMap extract."`
	Info      RoadsInfoCmd      `cmd:"" help:"Show what a network file holds."`
	Route     RoadsRouteCmd     `cmd:"" help:"Find the way from one place to others."`
	Table     RoadsTableCmd     `cmd:"" help:"Write the times and distances between the places of a CSV file."`
	Isochrone RoadsIsochroneCmd `cmd:"" help:"Write the area that can be reached within a time or a distance, as GeoJSON."`
	Profile   RoadsProfileCmd   `cmd:"" help:"List the built-in profiles."`
}

// RoadsBuildCmd makes a network file.
type RoadsBuildCmd struct {
	Extract string `arg:"" placeholder:"FILE.osm.pbf" help:"The extract."`
	Output  string `short:"o" required:"" placeholder:"FILE" help:"The network file to write; it appears when it is complete."`
	Profile string `default:"car" help:"A built-in profile (car, van, bicycle, foot), or a .jsonc file."`
	Time    string `placeholder:"NAME" help:"A time of day of the profile (morning, midday, evening); free flow unless given."`
	Like    string `placeholder:"FILE" help:"A network of the same extract and profile at another time of day, whose preparation is used again."`
	Quiet   bool   `short:"q" help:"No progress."`
}

// Run builds the network and says what became of the extract.
func (c *RoadsBuildCmd) Run(ctx context.Context, env *Env) error {
	profile, err := roads.LoadProfile(c.Profile)
	if err == nil {
		profile, err = profile.At(c.Time)
	}
	if err != nil {
		return roadsFault(err)
	}
	start := time.Now()
	n, err := c.build(ctx, profile, c.progress(env.Err))
	if err != nil {
		return roadsFault(err)
	}
	if err := n.WriteFile(c.Output); err != nil {
		return roadsFault(err)
	}
	fmt.Fprintf(env.Out, "%s: built in %.1f s\n", c.Output, time.Since(start).Seconds())
	return writeRoadsInfo(env.Out, n.Info())
}

func (c *RoadsBuildCmd) build(ctx context.Context, profile *roads.Profile, progress roads.Progress) (n *roads.Network, err error) {
	if c.Like == "" {
		return roads.Build(ctx, c.Extract, profile, progress)
	}
	like, err := roads.Open(c.Like)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, like.Close()) }()
	collector := roads.NewCollector(profile)
	header, err := osm.Read(ctx, c.Extract, func(done, total int64) {
		if progress != nil {
			progress(roads.StageRead, done, total)
		}
	}, collector)
	if err != nil {
		return nil, err
	}
	return roads.PrepareLike(ctx, collector, header, like, progress)
}

// progress writes a line for each tenth of a stage.
func (c *RoadsBuildCmd) progress(w io.Writer) roads.Progress {
	if c.Quiet {
		return nil
	}
	var stage roads.Stage
	tenth := int64(-1)
	return func(s roads.Stage, done, total int64) {
		now := done * 10 / max(total, 1)
		if s == stage && now <= tenth {
			return
		}
		stage, tenth = s, now
		fmt.Fprintf(w, "%s %d %%\n", s, 10*now)
	}
}

// RoadsInfoCmd describes a network file.
type RoadsInfoCmd struct {
	Network string `arg:"" placeholder:"FILE" help:"The network file."`
	JSON    bool   `help:"Write JSON."`
}

// Run writes what the file holds.
func (c *RoadsInfoCmd) Run(env *Env) error {
	n, err := roads.Open(c.Network)
	if err != nil {
		return roadsFault(err)
	}
	info := n.Info()
	if err := n.Close(); err != nil {
		return err
	}
	if c.JSON {
		return writeJSON(env.Out, info)
	}
	return writeRoadsInfo(env.Out, info)
}

func writeRoadsInfo(w io.Writer, i roads.Info) error {
	state := "unknown"
	if !i.DataTimestamp.IsZero() {
		state = i.DataTimestamp.UTC().Format(time.RFC3339)
	}
	when := i.TimeOfDay
	if when == "" {
		when = "free flow"
	}
	_, err := fmt.Fprintf(w, `profile       %s: %s
time of day   %s
data of       %s
box           %.4f, %.4f to %.4f, %.4f
roads         %d km, %d edges, %d turns, %d shortcuts
restrictions  %d, of which %d do not fit their roads; %d hold at some times only and are left out
islands       %d with %.0f km of road, left out
`, i.Profile, i.ProfileAbout, when, state, i.Bounds.Min[0], i.Bounds.Min[1], i.Bounds.Max[0], i.Bounds.Max[1],
		i.KilometresOpen, i.Edges, i.Turns, i.Shortcuts,
		i.Notes.Restrictions, i.Notes.RestrictionsDropped, i.Notes.Conditional,
		i.Notes.Islands, float64(i.Notes.IslandMetres)/1000)
	return err
}

// place is LON,LAT on the command line.
type place orb.Point

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *place) UnmarshalText(text []byte) error {
	lon, lat, ok := strings.Cut(string(text), ",")
	x, errX := strconv.ParseFloat(strings.TrimSpace(lon), 64)
	y, errY := strconv.ParseFloat(strings.TrimSpace(lat), 64)
	if !ok || errX != nil || errY != nil || !(x >= -180 && x <= 180 && y >= -90 && y <= 90) {
		return fmt.Errorf("%q is no longitude and latitude, like -75.52,39.16", text)
	}
	*p = place{x, y}
	return nil
}

// onNetwork opens a network for the time of a call.
func onNetwork(path string, ask func(*roads.Network) error) error {
	n, err := roads.Open(path)
	if err != nil {
		return roadsFault(err)
	}
	return errors.Join(roadsFault(ask(n)), n.Close())
}

// RoadsRouteCmd finds a way.
type RoadsRouteCmd struct {
	Network string  `required:"" placeholder:"FILE" help:"The network file."`
	GeoJSON bool    `name:"geojson" help:"Write the lines as GeoJSON instead of instructions."`
	Places  []place `arg:"" placeholder:"LON,LAT" help:"The places in their order, at least two. Write -- before a longitude that begins with a minus."`
}

// Run writes instructions, or lines.
func (c *RoadsRouteCmd) Run(ctx context.Context, env *Env) error {
	if len(c.Places) < 2 {
		return fault.New(fault.Invalid, "A route needs at least two places.")
	}
	return onNetwork(c.Network, func(n *roads.Network) error {
		lines := geojson.NewFeatureCollection()
		for i := 1; i < len(c.Places); i++ {
			to := orb.Point(c.Places[i])
			r, err := routeBetween(ctx, n, orb.Point(c.Places[i-1]), to)
			if err != nil {
				return err
			}
			if c.GeoJSON {
				f := geojson.NewFeature(r.Geometry)
				f.Properties["seconds"], f.Properties["metres"] = r.Time.Seconds(), r.Length.Metres()
				lines.Append(f)
				continue
			}
			fmt.Fprintf(env.Out, "%.1f km, %s\n", r.Length.Metres()/1000, time.Duration(r.Time)*time.Millisecond)
			for _, s := range n.Steps(r, roads.SideOf(r, to)) {
				fmt.Fprintf(env.Out, "%8.0f m  %s\n", s.Length.Metres(), s.Text)
			}
		}
		if c.GeoJSON {
			return writeJSON(env.Out, lines)
		}
		return nil
	})
}

func routeBetween(ctx context.Context, n *roads.Network, from, to orb.Point) (*roads.Route, error) {
	a, err := n.Snap(from, roads.SnapOptions{})
	if err != nil {
		return nil, err
	}
	b, err := n.Snap(to, roads.SnapOptions{})
	if err != nil {
		return nil, err
	}
	return n.Route(ctx, a, b)
}

// RoadsTableCmd writes a table.
type RoadsTableCmd struct {
	Network string `required:"" placeholder:"FILE" help:"The network file."`
	Points  string `arg:"" placeholder:"POINTS.csv" help:"A CSV file whose heading names the columns lon and lat; - for standard input."`
}

// Run writes CSV: from, to, seconds, metres, with row numbers from 0. The
// figures are empty where there is no way. A place is not compared with itself.
func (c *RoadsTableCmd) Run(ctx context.Context, env *Env) error {
	points, err := readPoints(c.Points)
	if err != nil {
		return err
	}
	return onNetwork(c.Network, func(n *roads.Network) error {
		table, snapErrs, err := n.TablePoints(ctx, points, roads.SnapOptions{})
		if err != nil {
			return err
		}
		for i, err := range snapErrs {
			if err != nil {
				fmt.Fprintf(env.Err, "row %d: %v\n", i, err)
			}
		}
		out := bufio.NewWriter(env.Out)
		out.WriteString("from,to,seconds,metres\n")
		line := make([]byte, 0, 64)
		for i := range table.Rows {
			for j := range table.Columns {
				if i == j {
					continue
				}
				line = append(strconv.AppendInt(line[:0], int64(i), 10), ',')
				line = append(strconv.AppendInt(line, int64(j), 10), ',')
				seconds, metres := table.At(i, j)
				if seconds == roads.Unreachable {
					line = append(line, ",\n"...)
				} else {
					line = append(strconv.AppendFloat(line, seconds.Seconds(), 'f', 1, 64), ',')
					line = append(strconv.AppendFloat(line, metres.Metres(), 'f', 1, 64), '\n')
				}
				out.Write(line)
			}
		}
		return out.Flush()
	})
}

// readPoints reads the columns lon and lat of a CSV file.
func readPoints(path string) (points []orb.Point, err error) {
	in := io.Reader(os.Stdin)
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, fault.Wrap(err, fault.NotFound, fmt.Sprintf("The points in %s cannot be read.", path))
		}
		defer f.Close()
		in = f
	}
	r := csv.NewReader(bufio.NewReader(in))
	r.FieldsPerRecord = -1
	head, err := r.Read()
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, fmt.Sprintf("%s is no CSV file with a heading.", path))
	}
	column := func(name string) int {
		return slices.IndexFunc(head, func(h string) bool {
			return strings.EqualFold(strings.TrimSpace(strings.TrimPrefix(h, "\ufeff")), name)
		})
	}
	lon, lat := column("lon"), column("lat")
	if lon < 0 || lat < 0 {
		return nil, fault.New(fault.Invalid, fmt.Sprintf("The heading of %s must name the columns lon and lat; it reads %q.", path, strings.Join(head, ",")))
	}
	for row := 0; ; row++ {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return points, nil
		}
		if err != nil {
			return nil, fault.Wrap(err, fault.Invalid, fmt.Sprintf("%s cannot be read as CSV.", path))
		}
		var p place
		if max(lon, lat) >= len(record) || p.UnmarshalText([]byte(record[lon]+","+record[lat])) != nil {
			return nil, fault.New(fault.Invalid, fmt.Sprintf("Row %d of %s has no longitude and latitude in degrees.", row, path))
		}
		points = append(points, orb.Point(p))
	}
}

// RoadsIsochroneCmd writes an area.
type RoadsIsochroneCmd struct {
	Network    string    `required:"" placeholder:"FILE" help:"The network file."`
	From       place     `required:"" placeholder:"LON,LAT" help:"Where one starts."`
	Minutes    []float64 `xor:"limit" required:"" help:"Drive time in minutes; several give several areas, the largest first."`
	Kilometres []float64 `xor:"limit" required:"" help:"Distance in kilometres instead."`
	Cells      int       `default:"-1" placeholder:"RESOLUTION" help:"Add the H3 cells of this resolution that a reached road runs through."`
}

// Run writes a GeoJSON feature collection.
func (c *RoadsIsochroneCmd) Run(ctx context.Context, env *Env) error {
	for _, v := range slices.Concat(c.Minutes, c.Kilometres) {
		if !(v > 0 && v <= 2000) {
			return fault.New(fault.Invalid, "Minutes and kilometres must be above 0 and at most 2000.")
		}
	}
	return onNetwork(c.Network, func(n *roads.Network) error {
		s, err := n.Snap(orb.Point(c.From), roads.SnapOptions{})
		if err != nil {
			return err
		}
		out := geojson.NewFeatureCollection()
		add := func(limit roads.Limit, name string, value float64) error {
			r, err := n.Reach(ctx, s, limit)
			if err != nil {
				return err
			}
			f := geojson.NewFeature(r.Polygon())
			f.Properties[name], f.Properties["roadKilometres"] = value, r.Metres()/1000
			if c.Cells >= 0 {
				cells, err := r.Cells(c.Cells)
				if err != nil {
					return err
				}
				f.Properties["cells"] = cells
			}
			out.Append(f)
			return nil
		}
		for _, m := range descending(c.Minutes) {
			if err := add(roads.Limit{Time: roads.Millis(m * 60_000)}, "minutes", m); err != nil {
				return err
			}
		}
		for _, k := range descending(c.Kilometres) {
			if err := add(roads.Limit{Length: roads.Decimetres(k * 10_000)}, "kilometres", k); err != nil {
				return err
			}
		}
		return writeJSON(env.Out, out)
	})
}

func descending(list []float64) []float64 {
	list = slices.Clone(list)
	slices.Sort(list)
	slices.Reverse(list)
	return list
}

// RoadsProfileCmd lists profiles.
type RoadsProfileCmd struct{}

// Run writes a line for each.
func (RoadsProfileCmd) Run(env *Env) error {
	for _, name := range roads.ProfileNames() {
		p, err := roads.BuiltIn(name)
		if err != nil {
			return err
		}
		fmt.Fprintf(env.Out, "%-8s  %s\n", name, p.About)
	}
	return nil
}

func writeJSON(w io.Writer, v any) error {
	return json.NewEncoder(w).Encode(v)
}

// roadsFault turns what the road library says into words for people; what it
// does not know stays as it is.
func roadsFault(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	for _, known := range []struct {
		is   error
		code fault.Code
	}{
		{osm.ErrMissing, fault.NotFound}, {osm.ErrNotPBF, fault.Invalid}, {osm.ErrCutShort, fault.Invalid},
		{osm.ErrDamaged, fault.Invalid}, {osm.ErrUnsupported, fault.Invalid},
		{roads.ErrNoNetwork, fault.NotFound}, {roads.ErrNotANetwork, fault.Invalid}, {roads.ErrOtherVersion, fault.Invalid},
		{roads.ErrNetworkDamaged, fault.Invalid}, {roads.ErrProfile, fault.Invalid}, {roads.ErrNoRoads, fault.Invalid},
		{roads.ErrTooFar, fault.NotFound}, {roads.ErrNoRoute, fault.NotFound}, {roads.ErrLimit, fault.Invalid},
		{roads.ErrTooLarge, fault.Invalid}, {roads.ErrNotAPoint, fault.Invalid},
	} {
		if errors.Is(err, known.is) {
			return fault.New(known.code, err.Error())
		}
	}
	return err
}
