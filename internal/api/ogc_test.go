package api

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func init() {
	one := func(c *client, path string) *reply { return c.get(path) }
	trespasses["/ogc"] = trespass{try: func(c *client, _ tenant) *reply { return one(c, "/ogc") }}
	trespasses["/ogc/conformance"] = trespass{try: func(c *client, _ tenant) *reply { return one(c, "/ogc/conformance") }}
	trespasses["/ogc/api"] = trespass{try: func(c *client, _ tenant) *reply { return one(c, "/ogc/api") }}
	trespasses["/ogc/collections"] = trespass{try: func(c *client, _ tenant) *reply { return one(c, "/ogc/collections") }}
	trespasses["/ogc/collections/:collection"] = trespass{try: func(c *client, _ tenant) *reply { return one(c, "/ogc/collections/accounts") }}
	trespasses["/ogc/collections/:collection/queryables"] = trespass{try: func(c *client, _ tenant) *reply {
		return one(c, "/ogc/collections/accounts/queryables")
	}}
	trespasses["/ogc/collections/:collection/items"] = trespass{try: func(c *client, their tenant) *reply {
		// The link to the page itself repeats the question, so that names nothing of theirs.
		return one(c, "/ogc/collections/accounts/items?filter="+url.QueryEscape("name LIKE '%' OR ownerId = "+id(their.rep.ID)))
	}}
	trespasses["/ogc/collections/:collection/items/:id"] = trespass{try: func(c *client, their tenant) *reply {
		return one(c, "/ogc/collections/accounts/items/"+id(their.account))
	}, want: 404}
	for _, path := range []string{"/ogc", "/ogc/conformance", "/ogc/api", "/ogc/collections", "/ogc/collections/:collection"} {
		silent[path] = "says what there is, and nothing of whom"
	}
}

// features asks for all pages and returns the names, in order.
func features(t *testing.T, c *client, collection string, query url.Values) []string {
	t.Helper()
	names := []string{}
	path := "/ogc/collections/" + collection + "/items?" + query.Encode()
	for path != "" {
		page := c.get(path).want(200).object()
		require.Equal(t, "FeatureCollection", page["type"])
		found := page["features"].([]any)
		require.EqualValues(t, len(found), page["numberReturned"])
		for _, f := range found {
			names = append(names, f.(map[string]any)["properties"].(map[string]any)["name"].(string))
		}
		path = ""
		for _, link := range page["links"].([]any) {
			if l := link.(map[string]any); l["rel"] == "next" {
				u, err := url.Parse(l["href"].(string))
				require.NoError(t, err)
				path = u.RequestURI()
			}
		}
		require.GreaterOrEqual(t, page["numberMatched"], page["numberReturned"])
	}
	return names
}

func TestMapProgramsReadAccountsPageByPage(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.as(w.north.admin)
	for i := range 7 {
		account := map[string]any{"name": fmt.Sprintf("Ogc %d", i), "status": "customer", "revenue": 100 * i, "tags": []string{"ogc"}}
		if i > 0 {
			account["site"] = map[string]any{"point": []float64{-75.5 + 0.01*float64(i), 39.1}, "city": "Dover"}
		}
		admin.do("POST", "/api/accounts", account).want(201)
	}
	key, _ := w.newKey(w.north.rep, nil, "accounts.read")
	program := w.program(key)

	landing := program.get("/ogc").want(200).object()
	for _, link := range landing["links"].([]any) { // every link of it leads somewhere
		u, err := url.Parse(link.(map[string]any)["href"].(string))
		require.NoError(t, err)
		require.Contains(t, w.url, u.Host)
		program.get(u.RequestURI()).want(200)
	}
	require.Contains(t, program.get("/ogc/conformance").want(200).object()["conformsTo"], "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core")

	program.get("/ogc/collections/territories/items").problem(403, "forbidden") // the key may not
	require.NotContains(t, program.get("/ogc/collections").text(), "territories")

	require.Equal(t, []string{"Ogc 0", "Ogc 1", "Ogc 2", "Ogc 3", "Ogc 4", "Ogc 5", "Ogc 6"},
		features(t, program, "accounts", url.Values{"limit": {"2"}, "filter": {"tags = 'ogc'"}}))
	for filter, want := range map[string]string{
		"tags = 'ogc' AND revenue BETWEEN 200 AND 400":                                                   "2 3 4",
		"name LIKE 'ogc%' AND NOT (revenue > 100 OR name = 'OGC 0')":                                     "1",
		"name IN ('ogc 5', 'Ogc 6') AND status <> 'prospect'":                                            "5 6",
		"tags = 'ogc' AND S_INTERSECTS(geometry, BBOX(-75.475, 39, -75.455, 39.2))":                      "3 4",
		"S_WITHIN(geometry, POLYGON((-75.475 39, -75.455 39, -75.455 39.2, -75.475 39.2, -75.475 39)))":  "3 4",
		"tags = 'ogc' AND lastVisitOn IS NULL AND revenue <= 0":                                          "0",
		"tags = 'ogc' AND createdAt > TIMESTAMP('2999-01-01T00:00:00Z')":                                 "",
		"tags = 'ogc' AND createdAt >= DATE('2020-01-01') AND TRUE AND revenue <> 0 AND name LIKE '%3%'": "3",
		"tags = 'ogc' AND FALSE": "",
	} {
		got := strings.ReplaceAll(strings.Join(features(t, program, "accounts", url.Values{"filter": {filter}, "filter-lang": {"cql2-text"}}), " "), "Ogc ", "")
		require.Equal(t, want, got, filter)
	}
	require.Equal(t, []string{"Ogc 2", "Ogc 3"}, features(t, program, "accounts", url.Values{"bbox": {"-75.485,39.05,-75.465,39.15"}, "filter": {"tags = 'ogc'"}}))
	require.Equal(t, []string{"Ogc 2", "Ogc 3"}, features(t, program, "accounts", url.Values{"bbox": {"-75.485,39.05,0,-75.465,39.15,9"}, "filter": {"tags = 'ogc'"}}))

	page := program.get("/ogc/collections/accounts/items?filter=" + url.QueryEscape("name = 'Ogc 3'")).want(200).object()
	f := page["features"].([]any)[0].(map[string]any)
	require.Equal(t, []any{-75.47, 39.1}, f["geometry"].(map[string]any)["coordinates"])
	require.Equal(t, "Dover", f["properties"].(map[string]any)["city"])
	single := program.get(fmt.Sprintf("/ogc/collections/accounts/items/%.0f", f["id"])).want(200).object()
	require.Equal(t, f["properties"], single["properties"])
	nowhere := program.get("/ogc/collections/accounts/items?filter=" + url.QueryEscape("name = 'Ogc 0'")).want(200).object()["features"].([]any)[0].(map[string]any)
	require.Nil(t, nowhere["geometry"])

	// What has changed since a moment, to the microsecond.
	changed := f["properties"].(map[string]any)["updatedAt"].(string)
	require.Equal(t, []string{"Ogc 3", "Ogc 4", "Ogc 5", "Ogc 6"}, features(t, program, "accounts", url.Values{"datetime": {changed + "/.."}, "filter": {"tags = 'ogc'"}}))
	require.Equal(t, []string{"Ogc 3"}, features(t, program, "accounts", url.Values{"datetime": {changed}, "filter": {"tags = 'ogc'"}}))
	require.Equal(t, []string{"Ogc 0", "Ogc 1", "Ogc 2", "Ogc 3"}, features(t, program, "accounts", url.Values{"datetime": {"/" + changed}, "filter": {"tags = 'ogc'"}}))

	// An account with sites in two places is in both, each time at the site that is there.
	first := program.get("/ogc/collections/accounts/items?filter=" + url.QueryEscape("name = 'Ogc 1'")).want(200).object()["features"].([]any)[0].(map[string]any)
	admin.do("POST", fmt.Sprintf("/api/accounts/%.0f/sites", first["id"]), map[string]any{"point": []float64{-75.2, 39.3}, "city": "Milford"}).want(201)
	for box, at := range map[string]string{"-75.5,39,-75.485,39.2": "[-75.49 39.1] Dover", "-75.3,39.2,-75.1,39.4": "[-75.2 39.3] Milford", "-75.6,39,-75,39.5": "[-75.49 39.1] Dover"} {
		there := program.get("/ogc/collections/accounts/items?limit=1&bbox=" + box + "&filter=" + url.QueryEscape("name = 'Ogc 1'")).want(200).object()["features"].([]any)
		require.Len(t, there, 1, box)
		shown := there[0].(map[string]any)
		require.Equal(t, at, fmt.Sprint(shown["geometry"].(map[string]any)["coordinates"], " ", shown["properties"].(map[string]any)["city"]), box)
	}

	// Programs that know names and passwords only.
	basic := w.anonymous()
	basic.set = http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte("any:"+key))}, "Origin": {""}, "Sec-Fetch-Site": {""}}
	require.Equal(t, landing["title"], basic.get("/ogc").want(200).object()["title"])
	basic.set.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("any:wm_wrong")))
	basic.get("/ogc").problem(401, "unauthenticated")
	basic.set.Set("Authorization", "Basic %%%")
	basic.get("/ogc").problem(401, "unauthenticated")
}

// The list of accounts is the oracle: the same conditions as a tree.
func TestCQL2MeansWhatTheFilterLanguageMeans(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.as(w.north.admin)
	rng := rand.New(rand.NewPCG(6, 6))
	for i := range 40 {
		account := map[string]any{"name": fmt.Sprintf("Some %d", i), "status": []string{"customer", "prospect", "former"}[rng.IntN(3)],
			"class": []string{"A", "B", "C"}[rng.IntN(3)], "revenue": rng.IntN(10), "category": []string{"", "bakery", "Garage"}[rng.IntN(3)]}
		admin.do("POST", "/api/accounts", account).want(201)
	}
	leaves := [][2]string{
		{"status = 'customer'", `{"field":"status","op":"in","value":["customer"]}`},
		{"class IN ('A','B')", `{"field":"class","op":"in","value":["A","B"]}`},
		{"revenue >= 5", `{"field":"revenue","op":"gte","value":5}`},
		{"7 > revenue", `{"field":"revenue","op":"lt","value":7}`},
		{"category LIKE '%AR%'", `{"field":"category","op":"contains","value":"ar"}`},
		{"category IS NOT NULL", `{"field":"category","op":"not_empty"}`},
		{"name LIKE 'Some 1%'", `{"field":"name","op":"starts_with","value":"Some 1"}`},
	}
	var some func(depth int) (string, string)
	some = func(depth int) (string, string) {
		if depth == 0 || rng.IntN(4) == 0 {
			leaf := leaves[rng.IntN(len(leaves))]
			return leaf[0], leaf[1]
		}
		a, treeA := some(depth - 1)
		b, treeB := some(depth - 1)
		switch rng.IntN(3) {
		case 0:
			return "(" + a + " AND " + b + ")", `{"all":[` + treeA + `,` + treeB + `]}`
		case 1:
			return "(" + a + " OR " + b + ")", `{"any":[` + treeA + `,` + treeB + `]}`
		}
		return "NOT (" + a + ")", `{"not":` + treeA + `}`
	}
	total := 0
	for range 25 {
		text, tree := some(3)
		want := []string{}
		for _, row := range items(admin.get("/api/accounts?limit=500&filter=" + url.QueryEscape(tree))) {
			want = append(want, row["name"].(string))
		}
		got := features(t, admin, "accounts", url.Values{"filter": {text}, "limit": {"500"}})
		require.Equal(t, want, got, "%s %s", text, tree)
		total += len(got)
	}
	require.Positive(t, total)
}

func TestWrongRequestsOfMapProgramsAreToldWhatIsWrong(t *testing.T) {
	t.Parallel()
	w := setup(t)
	rep := w.as(w.north.rep)
	for query, part := range map[string]string{
		"colour=red": "query.colour", "limit=0": "query.limit", "limit=x": "query.limit", "bbox=1,2,3": "query.bbox", "bbox=a,b,c,d": "query.bbox",
		"datetime=yesterday": "query.datetime", "datetime=2026-02-01T00:00:00Z/2026-01-01T00:00:00Z": "query.datetime", "datetime=a/b/c": "query.datetime",
		"filter=status%20%3D": "query.filter", "filter=colour%20%3D%201": "query.filter", "filter=name%20%3E%20'a'": "query.filter",
		"filter=S_INTERSECTS(geometry,POINT(0%200))": "query.filter", "filter-lang=cql2-json": "query.filter-lang", "limit=1&limit=2": "query.limit",
		"bbox-crs=EPSG:3857": "query.bbox-crs", "f=html": "query.f", "filter=name%20LIKE%20'%25a'": "query.filter",
	} {
		r := rep.get("/ogc/collections/accounts/items?" + query)
		r.problem(400, "invalid")
		require.Contains(t, r.text(), part, query)
	}
	rep.get("/ogc/collections/accounts/items?filter="+strings.Repeat("(", 40)).problem(400, "invalid")
	rep.get("/ogc/collections/accounts/items?cursor=abc").problem(400, "invalid")
	rep.get("/ogc/collections/secrets/items").problem(404, "not_found")
	rep.get("/ogc/collections/accounts/items/99999999999999999999").problem(404, "not_found")
	rep.get("/ogc/collections/accounts/items/0").problem(404, "not_found")
	rep.get("/ogc/collections/prospects/items?filter="+url.QueryEscape("colour = 'a'")).problem(400, "invalid")
	for _, filter := range []string{"name = 1", "S_INTERSECTS(geometry, POINT(0 0))", "S_INTERSECTS(place, BBOX(0,0,1,1))"} {
		rep.get("/ogc/collections/prospects/items?filter="+url.QueryEscape(filter)).problem(400, "invalid")
	}
	more := rep.get("/ogc/collections/accounts/items?limit=100000").want(200).object() // taken for the largest
	require.LessOrEqual(t, more["numberReturned"], 500.0)
	fields := rep.get("/ogc/collections/accounts/queryables").want(200).object()["properties"].(map[string]any)
	for _, name := range []string{"name", "status", "revenue", "geometry"} {
		require.Contains(t, fields, name)
	}
	require.True(t, slices.Contains(fields["status"].(map[string]any)["enum"].([]any), any("customer")))
}

func TestMapProgramsReadTheLiveTerritories(t *testing.T) {
	t.Parallel()
	w := setup(t)
	manager := w.as(w.north.manager)
	require.Empty(t, features(t, manager, "territories", nil), "none is live")
	square := func(west, east float64) map[string]any {
		return map[string]any{"type": "Polygon", "coordinates": [][][]float64{{{west, 39}, {east, 39}, {east, 39.2}, {west, 39.2}, {west, 39}}}}
	}
	draft := manager.do("POST", "/api/alignments/import", map[string]any{"name": "Two", "geojson": map[string]any{"type": "FeatureCollection", "features": []any{
		map[string]any{"type": "Feature", "properties": map[string]any{"name": "West"}, "geometry": square(-75.7, -75.5)},
		map[string]any{"type": "Feature", "properties": map[string]any{"name": "East"}, "geometry": square(-75.5, -75.3)},
	}}}).want(201).object()
	address := fmt.Sprintf("/api/alignments/%.0f", draft["id"])
	admin := w.as(w.north.admin)
	for _, step := range []string{"submit", "approve", "publish"} {
		draft = admin.do("POST", address+"/"+step, map[string]any{"version": draft["version"]}).want(200).object()
	}
	require.Equal(t, []string{"West", "East"}, features(t, manager, "territories", url.Values{"limit": {"1"}}))
	require.Equal(t, []string{"West"}, features(t, manager, "territories", url.Values{"bbox": {"-75.65,39.05,-75.6,39.1"}}))
	require.Equal(t, []string{"East"}, features(t, manager, "territories", url.Values{"filter": {"name LIKE 'e%' AND level = 'territory' AND parentId IS NULL"}}))
	require.Equal(t, []string{"East"}, features(t, manager, "territories", url.Values{"filter": {"S_INTERSECTS(geometry, BBOX(-75.4,39.05,-75.35,39.1))"}}))
	manager.get("/ogc/collections/territories/items?filter="+url.QueryEscape("S_INTERSECTS(geometry, POLYGON((0 0, 1 0, 1 1, 0 0)))")).problem(400, "invalid")
	manager.get("/ogc/collections/territories/items?filter=colour%20%3D%201").problem(400, "invalid")
	manager.get("/ogc/collections/territories/items?cursor=-1").problem(400, "invalid")
	page := manager.get("/ogc/collections/territories/items?limit=1").want(200).object()
	f := page["features"].([]any)[0].(map[string]any)
	require.Equal(t, "MultiPolygon", f["geometry"].(map[string]any)["type"])
	require.Equal(t, f["geometry"], manager.get(fmt.Sprintf("/ogc/collections/territories/items/%.0f", f["id"])).want(200).object()["geometry"])
	manager.get("/ogc/collections/territories/items/999999").problem(404, "not_found")
}
