package events_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/events"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
	"github.com/waymark-crm/waymark/internal/testdb"
)

type bundle struct {
	t   *testing.T
	db  *testdb.DB
	hub *events.Hub
}

func setup(t *testing.T) bundle {
	t.Helper()
	b := bundle{t: t, db: testdb.New(t)}
	b.hub = events.NewHub(b.db.DB, nil)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { b.hub.Run(ctx); close(done) }()
	t.Cleanup(func() { cancel(); <-done })
	b.listening()
	return b
}

func (b bundle) listening() {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 20*time.Second)
	defer cancel()
	require.NoError(b.t, b.hub.Listening(ctx))
}

func (b bundle) notify(org int64, topic string, data any) error {
	ctx := postgres.WithActor(b.t.Context(), postgres.Actor{OrgID: org})
	return b.db.Tx(ctx, func(tx pgx.Tx) error { return events.Notify(ctx, tx, topic, data) })
}

func receive(t *testing.T, s *events.Stream) events.Event {
	t.Helper()
	select {
	case e, open := <-s.Events():
		require.True(t, open, "the stream has ended")
		return e
	case <-time.After(20 * time.Second):
		require.Fail(t, "no event came")
		return events.Event{}
	}
}

func TestNewsAfterALostConnectionAreHeardByStreamsOpenedAfterIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	before, err := b.hub.Subscribe(1, 1)
	require.NoError(t, err)
	admin, err := pgx.Connect(t.Context(), b.db.SuperURL)
	require.NoError(t, err)
	defer admin.Close(t.Context())
	tag, err := admin.Exec(t.Context(), `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query ilike 'listen %'`)
	require.NoError(t, err)
	require.EqualValues(t, 1, tag.RowsAffected(), "one listener a process")
	for range before.Events() { // closed: news may have been missed
	}
	b.listening()
	after, err := b.hub.Subscribe(1, 1)
	require.NoError(t, err)
	require.NoError(t, b.notify(1, "plan", "again"))
	require.JSONEq(t, `"again"`, string(receive(t, after).Data))
}

func TestAStreamThatIsNotReadEndsAndHoldsUpNobody(t *testing.T) {
	t.Parallel()
	b := setup(t)
	slow, err := b.hub.Subscribe(1, 1)
	require.NoError(t, err)
	quick, err := b.hub.Subscribe(1, 2)
	require.NoError(t, err)
	for i := range 70 {
		require.NoError(t, b.notify(1, "plan", i))
		require.Equal(t, "plan", receive(t, quick).Topic)
	}
	heard := 0
	for range slow.Events() {
		heard++
	}
	require.Equal(t, 64, heard, "what was waiting is still handed out, then the stream ends")
	slow.Close() // again: no harm
	require.Equal(t, 1, b.hub.Streams())
}

func TestANewStreamTakesThePlaceOfTheUsersOldest(t *testing.T) {
	t.Parallel()
	hub := events.NewHub(nil, nil)
	subscribe := func(user int64) *events.Stream {
		s, err := hub.Subscribe(1, user)
		require.NoError(t, err)
		return s
	}
	ended := func(s *events.Stream) bool {
		select {
		case _, open := <-s.Events():
			return !open
		default:
			return false
		}
	}
	colleague := subscribe(2)
	var streams []*events.Stream
	for range 12 {
		streams = append(streams, subscribe(1))
	}
	streams[0].Close() // a stream that was closed makes room
	subscribe(1)
	require.False(t, ended(streams[1]))
	subscribe(1)
	require.True(t, ended(streams[1]), "the oldest that was left")
	require.False(t, ended(streams[2]))
	require.False(t, ended(colleague), "other people's stay")
	require.Equal(t, 13, hub.Streams())
	hub.Close()
	require.Zero(t, hub.Streams())
	_, err := hub.Subscribe(1, 1)
	require.True(t, fault.Is(err, fault.Unavailable))
}

func TestWhatCannotBeANotificationIsRefusedBeforeItIsSent(t *testing.T) {
	t.Parallel()
	b := setup(t)
	require.ErrorContains(t, b.notify(1, "plan", strings.Repeat("x", 8000)), "bytes")
	require.ErrorContains(t, b.notify(1, "plan\nevent: account", 1), "topic")
	require.ErrorContains(t, b.notify(1, "", 1), "topic")
	require.ErrorContains(t, b.notify(1, "plan", func() {}), "plan")
	require.NoError(t, b.notify(1, "plan", strings.Repeat("x", 7900)))
	require.ErrorIs(t, b.db.Anonymous(t.Context(), func(tx pgx.Tx) error {
		return events.Notify(t.Context(), tx, "plan", 1)
	}), postgres.ErrNoActor)
}

func TestANotificationOfSomeoneElseIsPassedOver(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s, err := b.hub.Subscribe(1, 1)
	require.NoError(t, err)
	for _, payload := range []string{"", "{", "{}", `{"org":1,"topic":"a b","data":1}`, `{"org":-1,"topic":"plan","data":1}`} {
		_, err := b.db.Pool().Exec(t.Context(), `select pg_notify($1, $2)`, events.Channel, payload)
		require.NoError(t, err)
	}
	require.NoError(t, b.notify(1, "plan", "mine"))
	require.JSONEq(t, `"mine"`, string(receive(t, s).Data))
}
