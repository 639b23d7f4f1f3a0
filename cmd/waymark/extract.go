package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/waymark-crm/waymark/internal/extract"
)

// ExtractCmd loads OpenStreetMap extracts and tells what is loaded.
type ExtractCmd struct {
	Load ExtractLoadCmd `cmd:"" help:"Load an extract: roads, basemap, addresses, places and open prospects."`
	Info ExtractInfoCmd `cmd:"" help:"Show the extract in use and the latest loads."`
}

// ExtractLoadCmd loads an extract. A server that is running goes over to it.
type ExtractLoadCmd struct {
	File string `arg:"" name:"file" help:"OpenStreetMap extract of your region, such as from download.geofabrik.de (.osm.pbf)."`
}

// Run loads the file and writes what came of it.
func (c ExtractLoadCmd) Run(ctx context.Context, env *Env) (err error) {
	store, err := env.OpenStore(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	began := time.Now()
	show := &progressLine{out: env.Err, terminal: isTerminal(env.Err)}
	e, err := extract.Load(ctx, extract.Deps{DB: store.DB, DataDir: env.Config.Data, Log: env.Log, Progress: show.tell}, c.File)
	show.end()
	if err != nil {
		return err
	}
	fmt.Fprintf(env.Out, "Loaded %s in %s.\n", e.FileName, time.Since(began).Round(time.Second))
	describe(env.Out, e)
	return nil
}

// stageNames says what is being done.
var stageNames = map[extract.Stage]string{
	extract.StageRead: "reading the extract", extract.StageRoads: "preparing the roads",
	extract.StageTiles: "drawing the basemap", extract.StageStore: "storing places and prospects",
}

// progressLine shows how far a load is: on a terminal one line that changes,
// elsewhere a line every tenth.
type progressLine struct {
	out      io.Writer
	terminal bool
	width    int
	tenth    int
}

func (p *progressLine) tell(now extract.Progress) {
	percent := int(100 * now.Overall)
	text := fmt.Sprintf("%3d %% %s", percent, stageNames[now.Stage])
	if p.terminal {
		fmt.Fprintf(p.out, "\r%s%s", text, strings.Repeat(" ", max(0, p.width-len(text))))
		p.width = len(text)
		return
	}
	if percent/10 > p.tenth {
		p.tenth = percent / 10
		fmt.Fprintln(p.out, text)
	}
}

func (p *progressLine) end() {
	if p.width > 0 {
		fmt.Fprintf(p.out, "\r%s\r", strings.Repeat(" ", p.width))
	}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}

// ExtractInfoCmd shows the extract in use.
type ExtractInfoCmd struct{}

// Run writes the extract in use, and the latest loads.
func (ExtractInfoCmd) Run(ctx context.Context, env *Env) (err error) {
	store, err := env.OpenStore(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	loads, err := extract.History(ctx, store.DB, 10)
	if err != nil {
		return err
	}
	current, err := extract.Current(ctx, store.DB, env.Config.Data)
	if err != nil && current.ID == 0 && !errors.Is(err, extract.ErrNone) {
		return err
	}
	if current.ID != 0 {
		fmt.Fprintf(env.Out, "In use: %s\n", current.FileName)
		describe(env.Out, current)
		if current.Source == "" {
			fmt.Fprintln(env.Out, "  It was loaded by an earlier version, which did not keep the extract itself. For bicycle, foot, van and the traffic of the hour load it again: waymark extract load FILE.osm.pbf")
		}
	}
	if len(loads) > 0 {
		fmt.Fprintln(env.Out, "\nLatest loads:")
	}
	for _, l := range loads {
		line := fmt.Sprintf("  %s  %-8s %s", l.StartedAt.UTC().Format(time.DateTime), l.State, l.FileName)
		switch l.State {
		case "loading":
			line += fmt.Sprintf("  %.0f %%, %s", 100*l.Progress, stageNames[extract.Stage(l.Stage)])
		case "failed":
			line += "  " + l.Error
		}
		fmt.Fprintln(env.Out, line)
	}
	return err // none, or its files are missing: say what to do
}

func describe(out io.Writer, e extract.Extract) {
	if !e.DataTime.IsZero() {
		fmt.Fprintf(out, "  data of         %s\n", e.DataTime.Format(time.DateOnly))
	}
	fmt.Fprintf(out, "  bounds          %.4f, %.4f to %.4f, %.4f\n", e.Bounds.Min[0], e.Bounds.Min[1], e.Bounds.Max[0], e.Bounds.Max[1])
	fmt.Fprintf(out, "  roads           %d km (%.1f MB)\n", e.Counts.RoadKilometres, float64(e.Counts.RoadsBytes)/1e6)
	fmt.Fprintf(out, "  basemap         %.1f MB\n", float64(e.Counts.TilesBytes)/1e6)
	fmt.Fprintf(out, "  places          %d\n", e.Counts.Places)
	fmt.Fprintf(out, "  streets         %d\n", e.Counts.Streets)
	fmt.Fprintf(out, "  addresses       %d\n", e.Counts.Addresses)
	fmt.Fprintf(out, "  open prospects  %d (and %d gone)\n", e.Counts.OpenProspects, e.Counts.GoneProspects)
}
