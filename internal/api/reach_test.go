package api

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/osm/osmtest"
	"github.com/waymark-crm/waymark/geo/roads"
	"github.com/waymark-crm/waymark/geo/roads/osrmapi"
	"github.com/waymark-crm/waymark/geo/tiles"
	"github.com/waymark-crm/waymark/internal/extract"
)

// blocks is how many streets of the town run in either direction, 500 m apart.
const blocks = 21

// town is a network of streets at 0°, 0°: Street 0, 1, … to the east, Avenue 0,
// 1, … to the north.
var town = sync.OnceValues(func() (*roads.Network, error) {
	var m strings.Builder
	node := func(i, j int) int { return 1 + i*blocks + j }
	for i := range blocks {
		for j := range blocks {
			fmt.Fprintf(&m, "n %d %d %d\n", node(i, j), 500*i, 500*j)
		}
	}
	for k := range blocks {
		var street, avenue []string
		for i := range blocks {
			street = append(street, fmt.Sprint(node(i, k)))
			avenue = append(avenue, fmt.Sprint(node(k, i)))
		}
		fmt.Fprintf(&m, "w %d %s highway=residential name=Street_%d\n", 1000+k, strings.Join(street, ","), k)
		fmt.Fprintf(&m, "w %d %s highway=residential name=Avenue_%d\n", 2000+k, strings.Join(avenue, ","), k)
	}
	file, err := os.CreateTemp("", "town-*.osm.pbf")
	if err != nil {
		return nil, err
	}
	defer os.Remove(file.Name())
	if _, err := file.Write(osmtest.Parse(m.String()).PBF()); err != nil {
		return nil, err
	}
	if err := file.Close(); err != nil {
		return nil, err
	}
	car, err := roads.BuiltIn("car")
	if err != nil {
		return nil, err
	}
	return roads.Build(context.Background(), file.Name(), car, nil)
})

// onRoads starts a server that drives in the town.
func onRoads(t testing.TB) *world {
	t.Helper()
	network, err := town()
	require.NoError(t, err)
	return setup(t, func(d *Deps) { d.Extract = extract.LiveOn(extract.Extract{ID: 1}, network, nil) })
}

func lonLat(east, north float64) string {
	p := osmtest.At(east, north)
	return fmt.Sprintf("%.6f,%.6f", p[0], p[1])
}

// inPolygon is an oracle of its own: a ray to the east, counted for odd crossings.
func inPolygon(area [][][][2]float64, p orb.Point) bool {
	odd := false
	for _, polygon := range area {
		for _, r := range polygon {
			for i := 1; i < len(r); i++ {
				a, b := r[i-1], r[i]
				if (a[1] > p[1]) != (b[1] > p[1]) && p[0] < a[0]+(p[1]-a[1])*(b[0]-a[0])/(b[1]-a[1]) {
					odd = !odd
				}
			}
		}
	}
	return odd
}

// polygonOf reads the polygon of an area.
func polygonOf(t testing.TB, r *reply) [][][][2]float64 {
	t.Helper()
	var body struct {
		Polygon struct {
			Type        string
			Coordinates [][][][2]float64
		}
	}
	require.NoError(t, json.Unmarshal(r.want(200).body, &body))
	require.Equal(t, "MultiPolygon", body.Polygon.Type)
	return body.Polygon.Coordinates
}

func TestListSelectionRegionsAndTilesAgreeOnADriveTimeArea(t *testing.T) {
	t.Parallel()
	w := onRoads(t)
	c := w.as(w.north.manager)
	rng := rand.New(rand.NewPCG(1, 2))
	type place struct {
		name  string
		point orb.Point
	}
	var all []place
	for i := range 120 {
		p := place{fmt.Sprint("Account ", i), osmtest.At(10_000*rng.Float64(), 10_000*rng.Float64())}
		all = append(all, p)
		c.do("POST", "/api/accounts", map[string]any{"name": p.name, "site": map[string]any{"point": p.point}}).want(201)
	}
	for _, minutes := range []int{2, 5, 9, 20} {
		reach := fmt.Sprintf("%s,%d", lonLat(4_000, 4_000), minutes)
		area := polygonOf(t, c.get(fmt.Sprintf("/api/reach?point=%s&minutes=%d", lonLat(4_000, 4_000), minutes)))
		var want []string
		for _, p := range all {
			if inPolygon(area, p.point) {
				want = append(want, p.name)
			}
		}
		slices.Sort(want)
		require.NotEmpty(t, want)

		names := func(r *reply, key string) (names []string) {
			for _, row := range r.want(200).object()[key].([]any) {
				names = append(names, row.(map[string]any)["name"].(string))
			}
			slices.Sort(names)
			return names
		}
		list := c.get("/api/accounts?limit=500&reach=" + reach)
		require.Equal(t, want, names(list, "items"))
		require.EqualValues(t, len(want), list.object()["total"])
		selection := c.get("/api/accounts/selection?reach=" + reach)
		require.Equal(t, want, names(selection, "accounts"))
		require.EqualValues(t, len(want), selection.object()["total"])

		regions := c.get("/api/regions?bbox=-0.1,-0.1,0.2,0.2&resolution=8&reach=" + reach).want(200).object()
		require.EqualValues(t, len(want), regions["totals"].(map[string]any)["accounts"])
		sum := 0.0
		for _, cell := range regions["cells"].([]any) {
			sum += cell.(map[string]any)["accounts"].(float64)
		}
		require.EqualValues(t, len(want), sum)

		var onTiles []string
		counted := map[tiles.Tile]bool{}
		inRegions := map[string]int{}
		for _, p := range all {
			at := tiles.At(p.point, 13)
			if counted[at] {
				continue
			}
			counted[at] = true
			for _, f := range featuresOf(t, c.get("/tiles/accounts/"+at.String()+"?layers=accounts&reach="+reach)) {
				onTiles = append(onTiles, f.Properties["name"].(string))
			}
		}
		slices.Sort(onTiles)
		require.Equal(t, want, onTiles)
		for _, at := range []tiles.Tile{tiles.At(orb.Point{0.05, 0.05}, 9), tiles.At(orb.Point{0.05, -0.01}, 9), tiles.At(orb.Point{-0.01, 0.05}, 9), tiles.At(orb.Point{-0.01, -0.01}, 9)} {
			for _, f := range featuresOf(t, c.get("/tiles/regions/"+at.String()+"?reach="+reach)) {
				inRegions[f.Properties["cell"].(string)] = int(f.Properties["accounts"].(float64))
			}
		}
		total := 0
		for _, n := range inRegions {
			total += n
		}
		require.Equal(t, len(want), total)
	}
}

// featuresOf reads a tile; one without content has none.
func featuresOf(t testing.TB, r *reply) (features []*featureRead) {
	t.Helper()
	if r.status == 204 {
		return nil
	}
	layers, err := mvt.Unmarshal([]byte(r.want(200).body))
	require.NoError(t, err)
	for _, l := range layers {
		for _, f := range l.Features {
			features = append(features, &featureRead{f.Properties})
		}
	}
	return features
}

type featureRead struct{ Properties map[string]any }

// Residential streets are driven at 25 km/h: 6 minutes are 2,500 m less what
// crossings and turns take.
func TestADriveTimeAreaIsWhatCanBeDrivenTo(t *testing.T) {
	t.Parallel()
	w := onRoads(t)
	c := w.as(w.north.rep)
	r := c.get("/api/reach?point=" + lonLat(5_000, 5_000) + "&minutes=6").want(200)
	area := polygonOf(t, r)
	require.True(t, inPolygon(area, osmtest.At(7_000, 5_000)), "2,000 m straight on")
	require.True(t, inPolygon(area, osmtest.At(5_900, 5_900)), "1,800 m with a turn")
	require.False(t, inPolygon(area, osmtest.At(7_700, 5_000)), "2,700 m straight on")
	require.False(t, inPolygon(area, osmtest.At(6_700, 6_700)), "3,400 m with a turn, 2,400 m as the crow flies")
	require.EqualValues(t, 6, r.object()["minutes"])
	require.Greater(t, r.object()["cells"], 20.0)

	again := c.get("/api/reach?point=" + lonLat(5_000.2, 5_000.2) + "&minutes=6").want(200)
	require.Equal(t, r.object(), again.object(), "a step aside is the same area, worked out once")
	longer := c.get("/api/reach?point=" + lonLat(5_000, 5_000) + "&minutes=7").want(200)
	require.Greater(t, longer.object()["cells"], r.object()["cells"])
}

func TestADriveTimeAreaThatCannotBeIsRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	w := onRoads(t)
	c := w.as(w.north.rep)
	here := lonLat(0, 0)
	for _, path := range []string{"/api/accounts?", "/api/accounts/selection?", "/api/regions?bbox=-1,-1,1,1&", "/api/open-prospects?", "/tiles/accounts/9/255/255?", "/tiles/regions/9/255/255?"} {
		for _, reach := range []string{here, here + ",0", here + ",121", here + ",1.5", here + ",x", "NaN,0,5", "0,91,5", "5", ",,", "0,0,0,5"} {
			require.NotEmpty(t, c.get(path+"reach="+url.QueryEscape(reach)).problem(422, "invalid"), reach)
		}
		require.Contains(t, c.get(path+"reach=10,10,5").problem(422, "invalid"), "no road within 2 km")
		require.NotEqual(t, 422, c.get(path+"reach="+here+",5").status)
	}
	c.get("/api/reach?point=10,10&minutes=5").problem(422, "invalid")
	c.get("/api/reach?point="+here+"&minutes=121").problem(422, "invalid")
	c.get("/api/reach?point="+here).problem(422, "invalid")

	without := setup(t)
	c = without.as(without.north.rep)
	for _, path := range []string{"/api/accounts?", "/api/accounts/selection?", "/api/regions?bbox=-1,-1,1,1&", "/api/open-prospects?", "/tiles/accounts/9/255/255?", "/tiles/regions/9/255/255?"} {
		require.Contains(t, c.get(path+"reach="+here+",5").problem(503, "unavailable"), "extract")
	}
}

func TestDirectionsTellTheWayInTheLanguageOfTheOneWhoAsks(t *testing.T) {
	t.Parallel()
	w := onRoads(t)
	c := w.as(w.north.rep)
	path := "/api/directions?from=" + lonLat(100, 10) + "&to=" + lonLat(1_010, 900)
	told := func() (texts []string) {
		for _, s := range c.get(path).want(200).object()["steps"].([]any) {
			texts = append(texts, s.(map[string]any)["text"].(string))
		}
		return texts
	}
	way := c.get(path).want(200).object()
	require.Equal(t, false, way["estimated"])
	require.InDelta(t, 1_800, way["metres"], 3)
	require.Equal(t, []string{"Head east on Street 0", "Turn left onto Avenue 2", "Arrive; the destination is on the right"}, told())
	seconds, metres := 0.0, 0.0
	for _, s := range way["steps"].([]any) {
		seconds += s.(map[string]any)["seconds"].(float64)
		metres += s.(map[string]any)["metres"].(float64)
	}
	require.Equal(t, []any{way["seconds"], way["metres"]}, []any{seconds, metres}, "steps add up")
	turn := way["steps"].([]any)[1].(map[string]any)
	require.Equal(t, []any{"turn", "left", "Avenue 2"}, []any{turn["manoeuvre"], turn["turn"], turn["street"]})

	c.do("PATCH", "/api/me", map[string]any{"language": "de"}).want(200)
	require.Equal(t, []string{"Fahren Sie nach Osten auf Street 0", "Biegen Sie links ab auf Avenue 2", "Sie sind am Ziel; es liegt rechts"}, told())

	far := c.get("/api/directions?from=" + lonLat(100, 0) + "&to=10,10").want(200).object()
	require.Equal(t, true, far["estimated"])
	require.Empty(t, far["steps"])
	require.Len(t, far["geometry"].(map[string]any)["coordinates"], 2)
	spot := c.get("/api/directions?from=" + lonLat(100, 0) + "&to=" + lonLat(100, 0)).want(200).object()
	require.EqualValues(t, 0, spot["metres"])
	c.get("/api/directions?from=1,2,3&to=0,0").problem(422, "invalid")
	c.get("/api/directions?from=0,0").problem(422, "invalid")
}

func TestTheRoadsAnswerInTheFormOfOSRM(t *testing.T) {
	t.Parallel()
	w := onRoads(t)
	key, _ := w.newKey(w.north.rep, nil, "plans.read")
	p := w.program(key)
	a, b := lonLat(100, 0), lonLat(1_000, 900)
	route := p.get("/osrm/route/v1/driving/" + a + ";" + b + "?overview=full&geometries=geojson&steps=true").want(200).object()
	require.Equal(t, "Ok", route["code"])
	require.InDelta(t, 1_800, route["routes"].([]any)[0].(map[string]any)["distance"], 3)
	table := p.get("/osrm/table/v1/car/" + a + ";" + b + "?sources=0&annotations=duration,distance&generate_hints=false").want(200).object()
	require.Len(t, table["durations"], 1)
	// An escaped polyline, as clients send it.
	line := url.PathEscape("polyline(" + osrmapi.EncodePolyline(orb.LineString{osmtest.At(100, 0), osmtest.At(1_000, 900)}, 5) + ")")
	seconds := func(table map[string]any) any { return table["durations"].([]any)[0].([]any)[1] }
	require.InDelta(t, seconds(table), seconds(p.get("/osrm/table/v1/car/"+line+"?sources=0").want(200).object()), 0.5)
	require.Equal(t, "Avenue 2", p.get("/osrm/nearest/v1/driving/" + b).want(200).object()["waypoints"].([]any)[0].(map[string]any)["name"])

	for path, code := range map[string]string{
		"/osrm/match/v1/driving/" + a:                              "InvalidService",
		"/osrm/route/v1/driving/" + a:                              "InvalidOptions",
		"/osrm/route/v1/driving/x;y":                               "InvalidQuery",
		"/osrm/route":                                              "InvalidUrl",
		"/osrm/nearest/v1/driving/10,10?radiuses=5":                "NoSegment",
		"/osrm/route/v1/driving/" + strings.Repeat(a+";", 501) + a: "TooBig",
	} {
		require.Equal(t, code, p.get(path).want(400).object()["code"], path)
	}
	w.as(w.north.rep).get("/osrm/nearest/v1/driving/" + a).want(200)
	w.anonymous().get("/osrm/nearest/v1/driving/"+a).problem(401, "unauthenticated")
	narrow, _ := w.newKey(w.north.rep, nil, "accounts.read")
	w.program(narrow).get("/osrm/nearest/v1/driving/"+a).problem(403, "forbidden")

	// Clients that send no header, asking as VROOM does.
	nobody := w.anonymous()
	full, _ := w.newKey(w.north.rep, nil, "plans.read")
	asked := "/table/v1/car/" + a + ";" + b + "?annotations=duration,distance&radiuses=35000;35000"
	require.Equal(t, p.get("/osrm"+asked).want(200).object(), nobody.get("/osrm/key/"+full+asked).want(200).object())
	nobody.get("/osrm/key/" + full + "/route/v1/car/" + a + ";" + b + "?alternatives=false&steps=false&overview=full&continue_straight=false&radiuses=35000;35000").want(200)
	nobody.get("/osrm/key/"+narrow+asked).problem(403, "forbidden")
	nobody.get("/osrm/key/wm_AAAAAAAAAAAAAAAAAAAAAAAAAA"+asked).problem(401, "unauthenticated")
	require.Equal(t, "InvalidUrl", nobody.get("/osrm/key/" + full).want(400).object()["code"])
	nobody.get("/api/me").problem(401, "unauthenticated")
}
