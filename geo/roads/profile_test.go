package roads

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/osm"
)

func TestEveryBuiltInProfileIsSound(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"bicycle", "car", "foot", "van"}, ProfileNames())
	for _, name := range ProfileNames() {
		p, err := BuiltIn(name)
		require.NoError(t, err)
		require.Equal(t, name, p.Name)
		require.NotEmpty(t, p.About)
	}
	_, err := BuiltIn("tank")
	require.ErrorIs(t, err, ErrProfile)
}

func TestAProfileWithAMistakeIsRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"name": "x", "speeds": {"primary": 50}, "spedes": {}}`:                                                  "spedes",
		`{"speeds": {"primary": 50}}`:                                                                             "no name",
		`{"name": "x"}`:                                                                                           "no speeds",
		`{"name": "x", "speeds": {"primary": -5}}`:                                                                "primary",
		`{"name": "x", "speeds": {"primary": 50}, "service_preference": {"alley": 0}}`:                            "alley",
		`{"name": "x", "speeds": {"primary": 50}, "turn_seconds": 5}`:                                             "turn_bias",
		`{"name": "x", "speeds": {"primary": 50}, "times": {"rush": {"primary": 0}}}`:                             "rush",
		"// a note\n{\"name\": \"x\", \"speeds\": {\"primary\": 50}, // not a line of its own\n\"turn_bias\": 1}": "invalid character",
	} {
		_, err := ParseProfile([]byte(text))
		require.ErrorIs(t, err, ErrProfile, text)
		require.ErrorContains(t, err, want)
	}
	_, err := ParseProfile([]byte("// a note\n{\n  // another\n  \"name\": \"x\", \"speeds\": {\"primary\": 50}}"))
	require.NoError(t, err)
}

func TestMeasuresInTheirUsualSpellings(t *testing.T) {
	t.Parallel()
	words := map[string]float64{"rural": 90, "de:rural": 100, "none": 140}
	for text, want := range map[string]float64{
		"50": 50, "50 km/h": 50, "30 mph": 48.28032, "30mph": 48.28032, "10 knots": 18.52, "50;30": 50,
		"DE:rural": 100, "FR:rural": 90, "none": 140, "signals": 0, "": 0, "-5": 0, "5e9": 0, "fast": 0, "XX:": 0,
	} {
		v, ok := parseKmh(text, words)
		require.Equal(t, want > 0, ok, text)
		require.InDelta(t, want, v, 1e-9, text)
	}
	for text, want := range map[string]float64{
		"3.5": 3.5, "3.5 m": 3.5, "350 cm": 3.5, `12'6"`: 3.81, "12'": 3.6576, "12 ft": 3.6576, "default": 0, "": 0, "below": 0,
	} {
		v, ok := parseMetres(text)
		require.Equal(t, want > 0, ok, text)
		require.InDelta(t, want, v, 1e-9, text)
	}
	for text, want := range map[string]float64{"7.5": 7.5, "3500 kg": 3.5, "10 st": 9.0718474, "": 0, "heavy": 0} {
		v, ok := parseTonnes(text)
		require.Equal(t, want > 0, ok, text)
		require.InDelta(t, want, v, 1e-9, text)
	}
	for text, want := range map[string]float64{"00:20": 1200, "20": 1200, "1:30:00": 5400, "PT1H20M": 4800, "PT": 0, "x": 0, "PT5": 0} {
		v, ok := parseSeconds(text)
		require.Equal(t, want > 0, ok, text)
		require.InDelta(t, want, v, 1e-9, text)
	}
}

func FuzzTags(f *testing.F) {
	car, err := BuiltIn("car")
	require.NoError(f, err)
	f.Add("highway=primary;maxspeed=30 mph;access:conditional=no @ (weight>3.5);oneway=-1")
	f.Add("route=ferry;duration=PT1H;maxheight=3'6\"")
	f.Fuzz(func(t *testing.T, text string) {
		var tags osm.Tags
		for _, pair := range strings.Split(text, ";") {
			key, value, _ := strings.Cut(pair, "=")
			tags = append(tags, osm.Tag{Key: key, Value: value})
		}
		if k, ok := car.readWay(tags, 1000); ok {
			require.True(t, k.ahead.kmh > 0 || k.back.kmh > 0)
			require.LessOrEqual(t, k.ahead.kmh, float32(500))
		}
		car.readNode(tags)
	})
}

func TestATimeOfDayKeepsTheRoadsAndChangesTheTimes(t *testing.T) {
	t.Parallel()
	car, err := BuiltIn("car")
	require.NoError(t, err)
	evening, err := car.At("evening")
	require.NoError(t, err)
	_, err = car.At("teatime")
	require.ErrorIs(t, err, ErrProfile)
	require.ErrorContains(t, err, "evening, midday, morning")

	path := town("w 112 21,31 highway=primary name=South_Street", "w 111 11,21 highway=primary name=South_Street").WriteFile(t)
	free, late := NewCollector(car), NewCollector(evening)
	header, err := osm.Read(context.Background(), path, nil, free, late)
	require.NoError(t, err)
	n, err := Prepare(context.Background(), free, header, nil)
	require.NoError(t, err)
	m, err := PrepareLike(context.Background(), late, header, n, nil)
	require.NoError(t, err)
	require.Equal(t, "evening", m.Info().TimeOfDay)
	require.Equal(t, n.turnNode, m.turnNode, "the hierarchy has the same order")

	// Along 100 m of the primary road, at 65 km/h and 1.4 times as long.
	for _, c := range []struct {
		n    *Network
		want float64
	}{{n, 100 / (65 / 3.6)}, {m, 1.4 * 100 / (65 / 3.6)}} {
		a, err := c.n.Snap(at(40, 0), SnapOptions{})
		require.NoError(t, err)
		b, err := c.n.Snap(at(140, 0), SnapOptions{})
		require.NoError(t, err)
		r, err := c.n.Route(context.Background(), a, b)
		require.NoError(t, err)
		var turns Millis
		for _, p := range r.Pieces {
			turns += p.Turn
		}
		require.InDelta(t, c.want, (r.Time - turns).Seconds(), 0.01)
	}
	// And it is as right as one with an order of its own.
	own, err := Prepare(context.Background(), late, header, nil)
	require.NoError(t, err)
	var snaps, snaps2 []Snap
	for east := 20.0; east < 200; east += 60 {
		for north := 0.0; north <= 200; north += 100 {
			s, err := m.Snap(at(east, north), SnapOptions{})
			require.NoError(t, err)
			snaps = append(snaps, s)
			s, err = own.Snap(at(east, north), SnapOptions{})
			require.NoError(t, err)
			snaps2 = append(snaps2, s)
		}
	}
	a, err := m.Table(context.Background(), snaps, snaps)
	require.NoError(t, err)
	b, err := own.Table(context.Background(), snaps2, snaps2)
	require.NoError(t, err)
	require.Equal(t, b, a)
}
