package osrmapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/osm/osmtest"
	"github.com/waymark-crm/waymark/geo/roads"
	"github.com/waymark-crm/waymark/geo/roads/osrmapi"
)

// network is a cross of two streets of 1,000 m, at 25 km/h.
func network(t testing.TB) *roads.Network {
	t.Helper()
	m := osmtest.Parse(`
		n 1 0 0
		n 2 500 0
		n 3 1000 0
		n 4 500 -500
		n 5 500 500
		w 1 1,2,3 highway=residential name=Main_Street
		w 2 4,2,5 highway=residential name=Cross_Street
	`)
	car, err := roads.BuiltIn("car")
	require.NoError(t, err)
	n, err := roads.Build(context.Background(), m.WriteFile(t), car, nil)
	require.NoError(t, err)
	return n
}

func point(east, north float64) string {
	p := osmtest.At(east, north)
	return fmt.Sprintf("%.7f,%.7f", p[0], p[1])
}

func ask(t testing.TB, n *roads.Network, target string) (int, map[string]any) {
	t.Helper()
	path, query, _ := strings.Cut(target, "?")
	r := osrmapi.Answer(context.Background(), n, path, query, osrmapi.Limits{RoutePoints: 10, TableCells: 9, Nearest: 5})
	var body map[string]any
	require.NoError(t, json.Unmarshal(r.Body, &body))
	return r.Status, body
}

func TestARouteInTheFormOfOSRM(t *testing.T) {
	t.Parallel()
	n := network(t)
	a, b := point(100, 0), point(500, 400)
	status, body := ask(t, n, "/route/v1/driving/"+a+";"+b+"?overview=full&geometries=geojson&steps=true&annotations=distance,duration")
	require.Equal(t, 200, status)
	require.Equal(t, "Ok", body["code"])
	route := body["routes"].([]any)[0].(map[string]any)
	require.InDelta(t, 800, route["distance"], 0.2)
	leg := route["legs"].([]any)[0].(map[string]any)
	require.Equal(t, "Main Street, Cross Street", leg["summary"])
	var told []string
	for _, s := range leg["steps"].([]any) {
		m := s.(map[string]any)["maneuver"].(map[string]any)
		told = append(told, fmt.Sprint(m["type"], " ", m["modifier"]))
	}
	require.Equal(t, []string{"depart straight", "turn left", "arrive <nil>"}, told)
	line := route["geometry"].(map[string]any)["coordinates"].([]any)
	require.Len(t, line, 3)
	sum := 0.0
	for _, d := range leg["annotation"].(map[string]any)["distance"].([]any) {
		sum += d.(float64)
	}
	require.InDelta(t, 800, sum, 0.5)

	_, body = ask(t, n, "/route/v1/driving/"+a+";"+b+"?overview=full&geometries=polyline6")
	encoded := body["routes"].([]any)[0].(map[string]any)["geometry"].(string)
	back, ok := osrmapi.DecodePolyline(encoded, 6)
	require.True(t, ok)
	for i, p := range back {
		require.InDelta(t, line[i].([]any)[0].(float64), p[0], 1e-9)
		require.InDelta(t, line[i].([]any)[1].(float64), p[1], 1e-9)
	}
}

func TestAWayPointIsPassedWithoutTurningBack(t *testing.T) {
	t.Parallel()
	n := network(t)
	three := "/route/v1/driving/" + point(100, 0) + ";" + point(200, 0) + ";" + point(110, 0)
	length := func(target string) float64 {
		_, body := ask(t, n, target)
		return body["routes"].([]any)[0].(map[string]any)["distance"].(float64)
	}
	require.InDelta(t, 190, length(three+"?continue_straight=false"), 0.3)
	require.Greater(t, length(three), 1500.0, "to the end of the street and back")
}

func TestATableAndTheNearestInTheFormOfOSRM(t *testing.T) {
	t.Parallel()
	n := network(t)
	points := point(100, 0) + ";" + point(200, 0) + ";" + point(600, 0)
	status, body := ask(t, n, "/table/v1/driving/"+points+"?sources=0;2&destinations=1&annotations=duration,distance")
	require.Equal(t, 200, status)
	require.Len(t, body["durations"], 2)
	first := body["distances"].([]any)[0].([]any)
	require.InDelta(t, 100, first[0], 0.1)
	require.InDelta(t, 14.4, body["durations"].([]any)[0].([]any)[0], 0.1)
	require.Len(t, body["sources"], 2)
	_, body = ask(t, n, "/table/v1/driving/"+points)
	require.NotContains(t, body, "distances")
	require.Len(t, body["durations"], 3)

	_, body = ask(t, n, "/nearest/v1/driving/"+point(100, 7)+"?number=2")
	first2 := body["waypoints"].([]any)[0].(map[string]any)
	require.Equal(t, "Main Street", first2["name"])
	require.InDelta(t, 7, first2["distance"], 0.01)
}

func TestErrorsHaveOSRMsCodes(t *testing.T) {
	t.Parallel()
	n := network(t)
	a, b := point(100, 0), point(200, 0)
	for _, c := range []struct{ target, code string }{
		{"/route", "InvalidUrl"},
		{"/match/v1/driving/" + a, "InvalidService"},
		{"/route/v2/driving/" + a + ";" + b, "InvalidVersion"},
		{"/route/v1/driving/" + a, "InvalidOptions"},
		{"/route/v1/driving/" + a + ";" + b + "?geometries=wkt", "InvalidOptions"},
		{"/route/v1/driving/" + a + ";" + b + "?radiuses=1", "InvalidOptions"},
		{"/route/v1/driving/" + a + ";" + b + "?colour=red", "InvalidQuery"},
		{"/route/v1/driving/" + a + ";" + b + "?bearings=1,2;", "NotImplemented"},
		{"/route/v1/driving/" + a + ";x,y", "InvalidQuery"},
		{"/route/v1/driving/" + a + ";200,0", "InvalidValue"},
		{"/route/v1/driving/" + a + ";NaN,0", "InvalidValue"},
		{"/route/v1/driving/" + a + ";" + point(100, 50) + "?radiuses=;10", "NoSegment"},
		{"/route/v1/driving/" + strings.Repeat(a+";", 11) + a, "TooBig"},
		{"/table/v1/driving/" + strings.Repeat(a+";", 3) + a, "TooBig"},
		{"/table/v1/driving/" + a + ";" + b + "?sources=2", "InvalidOptions"},
		{"/nearest/v1/driving/" + a + "?number=6", "InvalidOptions"},
	} {
		status, body := ask(t, n, c.target)
		require.Equal(t, 400, status, c.target)
		require.Equal(t, c.code, body["code"], c.target)
		require.NotEmpty(t, body["message"])
	}
}

func TestAnEncodedLineIsThatOfTheDocumentation(t *testing.T) {
	t.Parallel()
	// The example of Google's description of the format.
	line := orb.LineString{{-120.2, 38.5}, {-120.95, 40.7}, {-126.453, 43.252}}
	require.Equal(t, "_p~iF~ps|U_ulLnnqC_mqNvxq`@", osrmapi.EncodePolyline(line, 5))
	back, ok := osrmapi.DecodePolyline("_p~iF~ps|U_ulLnnqC_mqNvxq`@", 5)
	require.True(t, ok)
	require.Equal(t, line, back)
	_, ok = osrmapi.DecodePolyline("_p~", 5)
	require.False(t, ok)
}

func FuzzAnswer(f *testing.F) {
	n := network(f)
	f.Add("/route/v1/driving/0.001,0;0.002,0", "steps=true&annotations=true&alternatives=2")
	f.Add("/table/v1/driving/polyline(_p~iF~ps|U_ulLnnqC)", "sources=0&fallback_speed=3")
	f.Add("/nearest/v1/x/0.001,0.json", "number=3")
	f.Fuzz(func(t *testing.T, path, query string) {
		r := osrmapi.Answer(context.Background(), n, path, query, osrmapi.Limits{RoutePoints: 10, TableCells: 100, Nearest: 5})
		require.True(t, json.Valid(r.Body))
		require.NotEqual(t, 500, r.Status, "%s", r.Body)
	})
}
