package events

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

const (
	// queueLength is how many events may wait for one stream. One that falls
	// further behind is ended; its browser connects again and reads anew.
	queueLength = 64
	// perUser is how many streams one user may have: tabs and devices. A page that
	// was left counts until its next heartbeat finds nobody there.
	perUser = 12
)

// Hub hands events to the streams of this process.
type Hub struct {
	db  *postgres.DB
	log *slog.Logger

	mu        sync.Mutex
	closed    bool
	streams   map[*Stream]struct{}
	users     map[[2]int64][]*Stream // the oldest first
	listening chan struct{}          // closed while LISTEN is in force
}

// NewHub returns a hub; [Hub.Run] makes it work.
func NewHub(db *postgres.DB, log *slog.Logger) *Hub {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Hub{
		db: db, log: log,
		streams: map[*Stream]struct{}{}, users: map[[2]int64][]*Stream{}, listening: make(chan struct{}),
	}
}

// Stream is one listener's events.
type Stream struct {
	hub    *Hub
	org    int64
	user   int64
	events chan Event
}

// Events is closed when the stream has ended: by [Stream.Close], by a shutdown,
// because the reader was too slow, or because the connection to the database was
// lost and news may have been missed. The reader should connect again and read
// anew what it shows.
func (s *Stream) Events() <-chan Event { return s.events }

// Close ends the stream. It may be called again.
func (s *Stream) Close() {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	s.hub.end(s)
}

// Subscribe opens a stream of the organisation's events for one of its users. When
// the user has a dozen already, the oldest ends: mostly that of a page that was
// left. It returns a fault Unavailable when the hub is closed.
func (h *Hub) Subscribe(org, user int64) (*Stream, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, fault.New(fault.Unavailable, "The server is stopping. Try again in a moment.")
	}
	key := [2]int64{org, user}
	if len(h.users[key]) >= perUser {
		h.end(h.users[key][0])
	}
	s := &Stream{hub: h, org: org, user: user, events: make(chan Event, queueLength)}
	h.streams[s] = struct{}{}
	h.users[key] = append(h.users[key], s)
	return s, nil
}

// end needs h.mu.
func (h *Hub) end(s *Stream) {
	if _, ok := h.streams[s]; !ok {
		return
	}
	delete(h.streams, s)
	key := [2]int64{s.org, s.user}
	h.users[key] = slices.DeleteFunc(h.users[key], func(other *Stream) bool { return other == s })
	if len(h.users[key]) == 0 {
		delete(h.users, key)
	}
	close(s.events)
}

func (h *Hub) endAll() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.streams {
		h.end(s)
	}
}

// Streams returns how many are open.
func (h *Hub) Streams() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.streams)
}

// Close ends every stream and takes no new one.
func (h *Hub) Close() {
	h.mu.Lock()
	h.closed = true
	h.mu.Unlock()
	h.endAll()
}

func (h *Hub) deliver(e Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.streams {
		if e.OrgID != 0 && s.org != e.OrgID {
			continue
		}
		select {
		case s.events <- e:
		default:
			h.log.Warn("a stream of events was too slow and was ended", "org", s.org, "user", s.user)
			h.end(s)
		}
	}
}

// Listening waits until the hub hears the database, or ctx ends.
func (h *Hub) Listening(ctx context.Context) error {
	h.mu.Lock()
	ch := h.listening
	h.mu.Unlock()
	select {
	case <-ch:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Run listens until ctx ends, on one connection of its own, and connects again
// when that is lost, after a pause that grows to 10 seconds.
func (h *Hub) Run(ctx context.Context) {
	const longest = 10 * time.Second
	pause := 100 * time.Millisecond
	for ctx.Err() == nil {
		heard, err := h.listen(ctx)
		if ctx.Err() != nil {
			return
		}
		if heard {
			pause = 100 * time.Millisecond
		}
		h.log.Warn("events: the connection to the database was lost; connecting again", "error", err, "pause", pause)
		select {
		case <-ctx.Done():
		case <-time.After(pause + rand.N(pause/2)):
		}
		pause = min(2*pause, longest)
	}
}

// listen holds one connection for as long as it lives. heard tells whether it
// came to listening.
func (h *Hub) listen(ctx context.Context) (heard bool, err error) {
	conn, err := h.db.Session(ctx) // out of the pool: this one is held for good
	if err != nil {
		return false, fmt.Errorf("events: connect: %w", err)
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if e := conn.Close(closing); e != nil && ctx.Err() == nil {
			h.log.Debug("events: close connection", "error", e)
		}
	}()
	if _, err := conn.Exec(ctx, "listen "+pgx.Identifier{Channel}.Sanitize()); err != nil {
		return false, fmt.Errorf("events: listen: %w", err)
	}
	h.setListening(true)
	// Whatever came in between is missed: end the streams, so that browsers read anew.
	defer h.endAll()
	defer h.setListening(false)
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return true, fmt.Errorf("events: wait: %w", err)
		}
		e, err := parse(n.Payload)
		if err != nil {
			h.log.Error("events: a notification cannot be read", "error", err)
			continue
		}
		h.deliver(e)
	}
}

func (h *Hub) setListening(yes bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if yes {
		close(h.listening)
	} else {
		h.listening = make(chan struct{})
	}
}

func parse(payload string) (Event, error) {
	var e Event
	if err := json.Unmarshal([]byte(payload), &e); err != nil {
		return Event{}, err
	}
	if !topicPattern.MatchString(e.Topic) || e.OrgID < 0 || len(e.Data) == 0 {
		return Event{}, errors.New("no topic, organisation or data")
	}
	return e, nil
}
