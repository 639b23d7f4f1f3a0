package travel

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/paulmach/orb"
)

// ErrServer means that a routing server did not answer, or with nonsense, after
// all attempts.
var ErrServer = errors.New("the routing server does not answer")

// Server says how to speak to a routing server.
type Server struct {
	URL      string        // "http://osrm.example:5000", without a slash at the end
	Profile  string        // "driving" for OSRM, "auto" for Valhalla; empty means these
	Client   *http.Client  // nil: one of its own
	Timeout  time.Duration // of one request; 0 means 20 s
	Attempts int           // 0 means 3
	Pause    time.Duration // before the second attempt, then twice as long each time; 0 means 200 ms
	// Block is the most sources and the most targets that one table request
	// asks for; 0 means 50, which servers with their usual limits accept.
	Block int
	// Reach is how far from a point its road may be, in metres, before the
	// answer counts as none; 0 means 2,000.
	Reach float64
}

func (s Server) withDefaults(profile string) Server {
	s.URL = strings.TrimRight(s.URL, "/")
	if s.Profile == "" {
		s.Profile = profile
	}
	if s.Client == nil {
		s.Client = &http.Client{}
	}
	if s.Timeout <= 0 {
		s.Timeout = 20 * time.Second
	}
	if s.Attempts <= 0 {
		s.Attempts = 3
	}
	if s.Pause <= 0 {
		s.Pause = 200 * time.Millisecond
	}
	if s.Block <= 0 {
		s.Block = 50
	}
	if s.Reach <= 0 {
		s.Reach = 2000
	}
	return s
}

// maxAnswer bounds what is read from a server.
const maxAnswer = 64 << 20

// call asks the server and decodes its JSON into answer, also when the status
// is 4xx, since the reason is in the body. It tries again when the server is
// busy or the connection fails.
func (s Server) call(ctx context.Context, path string, body, answer any) (status int, err error) {
	pause := s.Pause
	for attempt := 1; ; attempt++ {
		status, err = s.once(ctx, path, body, answer)
		if err == nil && status < 500 && status != http.StatusTooManyRequests {
			return status, nil
		}
		if err == nil {
			err = fmt.Errorf("status %d", status)
		}
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		if attempt == s.Attempts {
			return 0, fmt.Errorf("%w (%s, %d attempts): %w", ErrServer, s.URL, attempt, err)
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return 0, ctx.Err()
		}
		pause *= 2
	}
}

func (s Server) once(ctx context.Context, path string, body, answer any) (status int, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	method, content := http.MethodGet, io.Reader(nil)
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return 0, err
		}
		method, content = http.MethodPost, bytes.NewReader(b)
	}
	request, err := http.NewRequestWithContext(ctx, method, s.URL+path, content)
	if err != nil {
		return 0, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := s.Client.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	if response.StatusCode >= 500 || response.StatusCode == http.StatusTooManyRequests {
		return response.StatusCode, nil
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, maxAnswer)).Decode(answer); err != nil {
		return 0, fmt.Errorf("status %d with an answer that can't be read: %w", response.StatusCode, err)
	}
	return response.StatusCode, nil
}

// asker asks for the part of a table from some places to others, by their
// numbers, and notes the answers. lost means that the server refused the whole
// because of one of the places.
type asker func(from, to []int) (lost bool, err error)

// table asks for a table in blocks. When a place without a road spoils a block,
// the server does not say which one it is: the spoilers are found by asking for
// parts of the list, and left out.
func (s Server) table(points []orb.Point, t *Table, ask asker) (*Table, error) {
	good := make([]int, len(points))
	for i := range good {
		good[i] = i
	}
	lost, err := s.blocks(good, ask)
	if err != nil {
		return nil, err
	}
	if lost {
		if good, err = s.withRoads(good, ask); err != nil {
			return nil, err
		}
		if _, err = s.blocks(good, ask); err != nil {
			return nil, err
		}
	}
	return t.settle(), nil
}

func (s Server) blocks(list []int, ask asker) (anyLost bool, err error) {
	for r := 0; r < len(list); r += s.Block {
		for c := 0; c < len(list); c += s.Block {
			lost, err := ask(list[r:min(r+s.Block, len(list))], list[c:min(c+s.Block, len(list))])
			if err != nil {
				return false, err
			}
			anyLost = anyLost || lost
		}
	}
	return anyLost, nil
}

// withRoads returns the places that the server knows a road for.
func (s Server) withRoads(list []int, ask asker) ([]int, error) {
	if len(list) == 0 {
		return nil, nil
	}
	if len(list) <= s.Block {
		lost, err := ask(list[:1], list)
		if err != nil || !lost {
			return list, err
		}
		if len(list) == 1 {
			return nil, nil
		}
	}
	left, err := s.withRoads(list[:len(list)/2], ask)
	if err != nil {
		return nil, err
	}
	right, err := s.withRoads(list[len(list)/2:], ask)
	return append(append([]int(nil), left...), right...), err
}

func pick(points []orb.Point, numbers []int) []orb.Point {
	list := make([]orb.Point, len(numbers))
	for i, n := range numbers {
		list[i] = points[n]
	}
	return list
}

// blank is a table in which every pair is still an estimate.
func blank(points []orb.Point, s Straight) *Table {
	n := len(points)
	t := &Table{Places: n, Seconds: make([]int32, n*n), Metres: make([]int32, n*n)}
	for i := range n {
		for j := range n {
			if i != j {
				t.estimate(s, points, i, j)
			}
		}
	}
	return t
}

// know replaces an estimate by an answer.
func (t *Table) know(i, j int, seconds, metres float64) {
	k := i*t.Places + j
	if i != j {
		t.Seconds[k], t.Metres[k], t.Estimated[k] = round(seconds), round(metres), false
	}
}

// settle drops the marks when nothing is an estimate.
func (t *Table) settle() *Table {
	for _, e := range t.Estimated {
		if e {
			return t
		}
	}
	t.Estimated = nil
	return t
}
