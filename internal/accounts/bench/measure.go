package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/tiles"
)

type bench struct {
	server  *server
	rival   *rival
	clients int
	span    time.Duration
	line    string // only rows of the tables whose name contains it
	slow    int    // how many of the slowest questions of a line are printed
	out     *tabwriter.Writer
}

// figures are those of one series of requests.
type figures struct {
	took    []time.Duration
	slowest []question
	wall    time.Duration
	largest int // bytes of a body, as sent
}

func (f figures) perSecond() float64 { return float64(len(f.took)) / f.wall.Seconds() }

func (f *figures) add(g figures) {
	f.took, f.wall, f.largest = append(f.took, g.took...), f.wall+g.wall, max(f.largest, g.largest)
}

// question is one request and its time.
type question struct {
	address string
	took    time.Duration
}

// at is the time that a share of the requests did not exceed.
func (f figures) at(share float64) time.Duration {
	if len(f.took) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(f.took))
	return sorted[min(int(share*float64(len(sorted))), len(sorted)-1)]
}

// ask measures what clients ask, each the next question as soon as it has an
// answer, until the time is over. Before it they ask others for half of that time,
// so that each connection has planned its statements.
func (b *bench) ask(ctx context.Context, client *http.Client, next func(*rand.Rand) string) (figures, error) {
	if f, err := b.series(ctx, client, next, 8, b.span/2); err != nil {
		return f, err
	}
	return b.series(ctx, client, next, 7, b.span)
}

// series asks for a time, with questions of a seed.
func (b *bench) series(ctx context.Context, client *http.Client, next func(*rand.Rand) string, seed uint64, span time.Duration) (figures, error) {
	var (
		mu  sync.Mutex
		out figures
		all []error
		wg  sync.WaitGroup
	)
	began := time.Now()
	for i := range b.clients {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(seed, uint64(i)))
			var took []time.Duration
			var questions []question
			largest := 0
			var failed error
			for time.Since(began) < span && failed == nil && ctx.Err() == nil {
				address := next(rng)
				asked := time.Now()
				n, err := get(ctx, client, address)
				took, largest = append(took, time.Since(asked)), max(largest, n)
				if b.slow > 0 {
					questions = append(questions, question{address, took[len(took)-1]})
				}
				failed = err
			}
			mu.Lock()
			defer mu.Unlock()
			out.took, out.largest = append(out.took, took...), max(out.largest, largest)
			out.slowest = append(out.slowest, questions...)
			all = append(all, failed)
		})
	}
	wg.Wait()
	out.wall = time.Since(began)
	slices.SortFunc(out.slowest, func(x, y question) int { return cmp.Compare(y.took, x.took) })
	out.slowest = out.slowest[:min(len(out.slowest), b.slow)]
	return out, errors.Join(append(all, ctx.Err())...)
}

func get(ctx context.Context, client *http.Client, address string) (int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, err
	}
	request.Header.Set("Accept-Encoding", "gzip")
	response, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	body, err := io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return 0, err
	}
	if response.StatusCode >= 300 {
		return 0, fmt.Errorf("%s: %s: %.300s", address, response.Status, body)
	}
	return len(body), nil
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1f", float64(d.Microseconds())/1000)
}

// row writes a line of a table; a line is shown at once.
func (b *bench) row(cells ...string) error {
	_, err := fmt.Fprintln(b.out, strings.Join(cells, "\t")+"\t")
	return err
}

// turns is how often the two take turns at a zoom.
const turns = 2

// tiles compares the tiles of the two, zoom by zoom.
func (b *bench) tiles(ctx context.Context) error {
	places, err := b.rival.samples(ctx, 400)
	if err != nil {
		return err
	}
	if err := b.row("tiles", "a second", "p50 ms", "p95 ms", "largest kB", "ST_AsMVT a second", "p50 ms", "p95 ms", "largest kB", "times as many", "wanted"); err != nil {
		return err
	}
	for z := 6; z <= 14; z++ {
		name := fmt.Sprintf("zoom %d", z)
		if !strings.Contains(name, b.line) {
			continue
		}
		tile := func(base, end string) func(*rand.Rand) string {
			return func(rng *rand.Rand) string {
				p := places[rng.IntN(len(places))]
				t := tiles.At(orb.Point{p.Lon, p.Lat}, z)
				return fmt.Sprintf("%s/%d/%d/%d%s", base, t.Z, t.X, t.Y, end)
			}
		}
		var ours, theirs figures
		for range turns {
			f, err := b.ask(ctx, b.server.client, tile(b.server.url+"/tiles/accounts", "?layers=accounts"))
			if err != nil {
				return err
			}
			ours.add(f)
			if f, err = b.ask(ctx, b.server.client, tile(b.rival.url, "")); err != nil {
				return err
			}
			theirs.add(f)
		}
		wanted := "2.5"
		if z <= groupedTo {
			wanted = "12"
		}
		if err := b.row(name, fmt.Sprintf("%.1f", ours.perSecond()), milliseconds(ours.at(0.5)), milliseconds(ours.at(0.95)), fmt.Sprint((ours.largest+999)/1000),
			fmt.Sprintf("%.1f", theirs.perSecond()), milliseconds(theirs.at(0.5)), milliseconds(theirs.at(0.95)), fmt.Sprint((theirs.largest+999)/1000),
			fmt.Sprintf("%.1f", ours.perSecond()/theirs.perSecond()), wanted); err != nil {
			return err
		}
	}
	return b.out.Flush()
}

// answers measures what lists, counts and searches take.
func (b *bench) answers(ctx context.Context) error {
	places, err := b.rival.samples(ctx, 400)
	if err != nil {
		return err
	}
	changing, end := context.WithCancel(ctx)
	changed := make(chan error, 1)
	go func() {
		for every := time.NewTicker(500 * time.Millisecond); ; {
			select {
			case <-changing.Done():
				every.Stop()
				changed <- nil
				return
			case <-every.C:
				if err := b.rival.change(ctx); err != nil {
					changed <- fmt.Errorf("change an account: %w", err)
					return
				}
			}
		}
	}()
	err = b.asked(ctx, places)
	end()
	return errors.Join(err, <-changed)
}

func (b *bench) asked(ctx context.Context, places []sample) error {
	pick := func(rng *rand.Rand) sample { return places[rng.IntN(len(places))] }
	box := func(rng *rand.Rand) string {
		p, half := pick(rng), []float64{0.02, 0.08, 0.3, 1}[rng.IntN(4)]
		return fmt.Sprintf("%.4f,%.4f,%.4f,%.4f", p.Lon-half, p.Lat-half*0.7, p.Lon+half, p.Lat+half*0.7)
	}
	one := func(rng *rand.Rand, of ...string) string { return of[rng.IntN(len(of))] }
	filter := func(rng *rand.Rand) url.Values {
		v := url.Values{}
		if rng.IntN(2) == 0 {
			v.Set("status", one(rng, "prospect", "customer", "former"))
		}
		if rng.IntN(3) == 0 {
			v.Set("class", one(rng, "A", "B", "C"))
		}
		if rng.IntN(3) == 0 {
			v.Set("ownerId", fmt.Sprint(pick(rng).Owner))
		}
		if rng.IntN(4) == 0 {
			v.Set("coverage", one(rng, "never", "on_track", "due", "overdue"))
		}
		if rng.IntN(4) == 0 {
			v.Set("bbox", box(rng))
		}
		return v
	}
	sorts := strings.Fields("name -name dueOn revenue -revenue potential -potential updatedAt -updatedAt createdAt lastVisitOn -lastVisitOn status class category visitIntervalDays visitMinutes ownerId -ownerId city -city")
	word := func(rng *rand.Rand) string {
		words := strings.Fields(pick(rng).Name)
		return words[rng.IntN(len(words))]
	}
	text := func(rng *rand.Rand) string {
		p := pick(rng)
		return url.QueryEscape(one(rng, p.Name, word(rng), p.Street, word(rng)+" "+p.City))
	}
	api := b.server.url + "/api"
	if err := b.row("answers", "wanted p95 ms", "p95 ms", "p50 ms", "p99 ms", "a second"); err != nil {
		return err
	}
	for _, m := range []struct {
		name   string
		wanted int
		ask    func(rng *rand.Rand) string
	}{
		{"rows of a list, any filter and sort", 50, func(rng *rand.Rand) string {
			v := filter(rng)
			v.Set("sort", sorts[rng.IntN(len(sorts))])
			return api + "/accounts?total=false&" + v.Encode()
		}},
		{"count with any filter", 0, func(rng *rand.Rand) string { return api + "/accounts/count?" + filter(rng).Encode() }},
		{"count in a viewport", 30, func(rng *rand.Rand) string { return api + "/accounts/count?bbox=" + box(rng) }},
		{"hexagons of a viewport", 0, func(rng *rand.Rand) string { return api + "/regions?bbox=" + box(rng) }},
		{"search, all kinds, as typed", 80, func(rng *rand.Rand) string { return api + "/search?q=" + url.QueryEscape(word(rng)) }},
		{"rows of a list by a search text", 80, func(rng *rand.Rand) string { return api + "/accounts?total=false&q=" + text(rng) }},
		{"count by a search text", 0, func(rng *rand.Rand) string { return api + "/accounts/count?q=" + text(rng) }},
		{"autocompletion of addresses", 30, func(rng *rand.Rand) string {
			text := fmt.Sprintf("%d %s", 1+rng.IntN(300), pick(rng).Street)
			return api + "/search/places?q=" + url.QueryEscape(text[:min(len(text), 4+rng.IntN(14))])
		}},
	} {
		if !strings.Contains(m.name, b.line) {
			continue
		}
		f, err := b.ask(ctx, b.server.client, m.ask)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		wanted := "-"
		if m.wanted > 0 {
			wanted = fmt.Sprint(m.wanted)
		}
		if err := b.row(m.name, wanted, milliseconds(f.at(0.95)), milliseconds(f.at(0.5)), milliseconds(f.at(0.99)), fmt.Sprintf("%.1f", f.perSecond())); err != nil {
			return err
		}
		for _, q := range f.slowest {
			if _, err := fmt.Fprintln(os.Stderr, milliseconds(q.took), q.address); err != nil {
				return err
			}
		}
	}
	return b.out.Flush()
}
