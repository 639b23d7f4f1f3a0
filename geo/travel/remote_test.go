package travel_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/roads/osrmapi"
	"github.com/waymark-crm/waymark/geo/travel"
)

// osrmServer answers as OSRM does, from our own network.
func osrmServer(t *testing.T, before func(w http.ResponseWriter, r *http.Request) bool) string {
	t.Helper()
	n, err := delaware()
	require.NoError(t, err)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if before != nil && before(w, r) {
			return
		}
		a := osrmapi.Answer(r.Context(), n, r.URL.Path, r.URL.RawQuery, osrmapi.DefaultLimits)
		w.WriteHeader(a.Status)
		w.Write(a.Body)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// valhallaServer answers as Valhalla does, from our own network.
func valhallaServer(t *testing.T) string {
	t.Helper()
	n, err := delaware()
	require.NoError(t, err)
	own := travel.NewRoads(n)
	type place struct{ Lat, Lon float64 }
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var ask struct {
			Sources, Targets, Locations []place
			Costing, Units              string
		}
		if err := json.NewDecoder(r.Body).Decode(&ask); err != nil || ask.Costing != "auto" || ask.Units != "kilometers" {
			w.WriteHeader(http.StatusBadRequest)
			json.NewEncoder(w).Encode(map[string]any{"error_code": 100, "error": "Failed to parse json request"})
			return
		}
		var points []orb.Point
		for _, p := range append(append(ask.Sources, ask.Targets...), ask.Locations...) {
			points = append(points, orb.Point{p.Lon, p.Lat})
		}
		for _, p := range points {
			if p == atSea {
				w.WriteHeader(http.StatusBadRequest)
				json.NewEncoder(w).Encode(map[string]any{"error_code": 171, "error": "No suitable edges near location"})
				return
			}
		}
		if r.URL.Path == "/route" {
			route, err := own.Route(r.Context(), points)
			if err != nil {
				panic(err)
			}
			leg := route.Legs[0]
			json.NewEncoder(w).Encode(map[string]any{"trip": map[string]any{"legs": []any{map[string]any{
				"shape":   osrmapi.EncodePolyline(leg.Geometry, 6),
				"summary": map[string]any{"time": leg.Seconds, "length": float64(leg.Metres) / 1000},
			}}}})
			return
		}
		table, err := own.Table(r.Context(), points)
		if err != nil {
			panic(err)
		}
		var rows [][]any
		for i := range ask.Sources {
			var row []any
			for j := range ask.Targets {
				k := i*table.Places + len(ask.Sources) + j
				row = append(row, map[string]any{"time": table.Seconds[k], "distance": float64(table.Metres[k]) / 1000})
			}
			rows = append(rows, row)
		}
		json.NewEncoder(w).Encode(map[string]any{"sources_to_targets": rows})
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestAServerAnswersAsTheNetworkDoesInBlocks(t *testing.T) {
	t.Parallel()
	n, err := delaware()
	require.NoError(t, err)
	points := []orb.Point{dover, wilmington, {-75.60, 39.00}, rehoboth, {-75.39, 38.69}, {-75.74, 39.68}, {-75.28, 38.91}}
	want, err := travel.NewRoads(n).Table(context.Background(), points)
	require.NoError(t, err)
	wantRoute, err := travel.NewRoads(n).Route(context.Background(), points[:3])
	require.NoError(t, err)
	for name, p := range map[string]travel.Provider{
		"OSRM":     travel.NewOSRM(travel.Server{URL: osrmServer(t, nil), Block: 3}),
		"Valhalla": travel.NewValhalla(travel.Server{URL: valhallaServer(t) + "/", Block: 3}),
	} {
		t.Run(name, func(t *testing.T) {
			table, err := p.Table(context.Background(), points)
			require.NoError(t, err)
			require.Nil(t, table.Estimated)
			for k := range want.Seconds {
				require.InDelta(t, want.Seconds[k], table.Seconds[k], 1)
				require.InDelta(t, want.Metres[k], table.Metres[k], 1)
			}
			route, err := p.Route(context.Background(), points[:3])
			require.NoError(t, err)
			for i, leg := range route.Legs {
				require.False(t, leg.Estimated)
				require.InDelta(t, wantRoute.Legs[i].Seconds, leg.Seconds, 1)
				require.InDelta(t, len(wantRoute.Legs[i].Geometry), len(leg.Geometry), 1)
			}
		})
	}
}

func TestAPlaceThatAServerDoesNotKnowIsEstimatedAloneAndTheRestIsNot(t *testing.T) {
	t.Parallel()
	points := []orb.Point{dover, wilmington, atSea, rehoboth, {-75.39, 38.69}}
	for name, p := range map[string]travel.Provider{
		"OSRM":     travel.NewOSRM(travel.Server{URL: osrmServer(t, nil), Block: 2}),
		"Valhalla": travel.NewValhalla(travel.Server{URL: valhallaServer(t), Block: 2}),
	} {
		t.Run(name, func(t *testing.T) {
			table, err := p.Table(context.Background(), points)
			require.NoError(t, err)
			for i := range points {
				for j := range points {
					require.Equal(t, i != j && (i == 2 || j == 2), table.IsEstimated(i, j), "%d to %d", i, j)
				}
			}
			route, err := p.Route(context.Background(), points[:3])
			require.NoError(t, err)
			require.False(t, route.Legs[0].Estimated)
			require.True(t, route.Legs[1].Estimated)
		})
	}
}

func TestABusyServerIsAskedAgainAndAnAbsentOneIsAnError(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	url := osrmServer(t, func(w http.ResponseWriter, _ *http.Request) bool {
		if calls.Add(1) <= 2 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return true
		}
		return false
	})
	quick := travel.Server{URL: url, Pause: time.Millisecond}
	_, err := travel.NewOSRM(quick).Route(context.Background(), []orb.Point{dover, wilmington})
	require.NoError(t, err)
	require.Equal(t, int32(3), calls.Load())

	nonsense := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html>")) }))
	defer nonsense.Close()
	quick.URL = nonsense.URL
	_, err = travel.NewOSRM(quick).Table(context.Background(), []orb.Point{dover, wilmington})
	require.ErrorIs(t, err, travel.ErrServer)
	_, err = travel.NewValhalla(quick).Route(context.Background(), []orb.Point{dover, wilmington})
	require.ErrorIs(t, err, travel.ErrServer)

	// People go on working on estimates, and can see that.
	var log strings.Builder
	p := travel.OrStraight{Provider: travel.NewOSRM(quick), Log: slog.New(slog.NewTextHandler(&log, nil))}
	table, err := p.Table(context.Background(), []orb.Point{dover, wilmington})
	require.NoError(t, err)
	require.True(t, table.IsEstimated(0, 1))
	require.Contains(t, log.String(), "travel times are estimated")
	route, err := p.Route(context.Background(), []orb.Point{dover, wilmington})
	require.NoError(t, err)
	require.True(t, route.Legs[0].Estimated)
}

func TestASlowServerIsGivenUp(t *testing.T) {
	t.Parallel()
	stop := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-stop:
		}
	}))
	defer slow.Close()
	defer close(stop)
	_, err := travel.NewOSRM(travel.Server{URL: slow.URL, Timeout: 20 * time.Millisecond, Attempts: 1}).Table(context.Background(), []orb.Point{dover, wilmington})
	require.ErrorIs(t, err, travel.ErrServer)
	require.True(t, errors.Is(err, context.DeadlineExceeded))
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	_, err = travel.NewOSRM(travel.Server{URL: slow.URL}).Table(ctx, []orb.Point{dover, wilmington})
	require.ErrorIs(t, err, context.DeadlineExceeded)
}
