package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/geo/tiles"
)

// openProspect adds an open prospect where the tenants are, unless there is one
// of that name, and returns its id.
func (w *world) openProspect(name string) int64 {
	w.t.Helper()
	cell, err := hexgrid.CellOf(tenantPlace)
	require.NoError(w.t, err)
	var id int64
	ctx := w.t.Context()
	require.NoError(w.t, w.db.Owner(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `insert into extracts (file_name, sha256, state) select 'a.osm.pbf', 'x', 'current' where not exists (select from extracts)`); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `
			insert into open_prospects (osm_id, osm_type, name, category, kind, point, cell, extract_id)
			select hashtext($1), 'n', $1, 'shop', 'shop=bakery', $2, $3, (select min(id) from extracts)
			on conflict (osm_type, osm_id) do update set name = excluded.name
			returning id`, name, tenantPlace, int64(cell)).Scan(&id)
	}))
	return id
}

func TestAnAccountGoesThroughItsLifeOverHTTP(t *testing.T) {
	t.Parallel()
	w := setup(t)
	c := w.as(w.north.manager)
	a := c.do("POST", "/api/accounts", map[string]any{
		"name": "Dover Hardware", "status": "customer", "class": "A", "tags": []string{"gold"}, "revenue": 1200.5, "ownerId": w.north.rep.ID,
		"site": map[string]any{"street": "Main Street", "city": "Dover", "point": []float64{-75.52, 39.16}, "openingHours": "Mo-Fr 08:00-17:00"},
	}).want(201).object()
	require.EqualValues(t, 14, a["visitIntervalDays"])
	path := "/api/accounts/" + id(int64(a["id"].(float64)))

	a = c.do("PATCH", path, map[string]any{"version": 1, "ownerId": nil, "class": "B"}).want(200).object()
	require.Nil(t, a["ownerId"])
	require.EqualValues(t, 2, a["version"])
	stale := c.do("PATCH", path, map[string]any{"version": 1, "name": "Late"})
	stale.problem(409, "conflict")
	require.Equal(t, a, stale.object()["current"], "the current state comes along")

	a = c.do("POST", path+"/sites", map[string]any{"name": "Branch", "point": []float64{-75.14, 38.77}, "isPrimary": true}).want(201).object()
	sites := a["sites"].([]any)
	require.Equal(t, "Branch", sites[0].(map[string]any)["name"])
	old := id(int64(sites[1].(map[string]any)["id"].(float64)))
	c.do("PATCH", path+"/sites/"+old, map[string]any{"isPrimary": true}).want(200)
	c.do("DELETE", path+"/sites/"+old, nil).want(200)
	a = c.do("POST", path+"/contacts", map[string]any{"name": "Ann", "email": "ann@example.com"}).want(201).object()
	contact := id(int64(a["contacts"].([]any)[0].(map[string]any)["id"].(float64)))
	c.do("PATCH", path+"/contacts/"+contact, map[string]any{"doNotContact": true}).want(200)
	a = c.do("DELETE", path+"/contacts/"+contact, nil).want(200).object()

	a = c.do("POST", path+"/archive", map[string]any{"version": a["version"]}).want(200).object()
	require.NotNil(t, a["archivedAt"])
	require.EqualValues(t, 1, c.get("/api/accounts?archived=true&q=hardware").want(200).object()["total"])
	c.do("POST", path+"/restore", map[string]any{"version": a["version"]}).want(200)
	require.EqualValues(t, 1, c.get("/api/accounts?q=hardwear&status=customer&status=former&class=B&tag=gold&sort=-revenue&bbox=-76,38,-75,40").want(200).object()["total"])
	c.get("/api/accounts/999999").problem(404, "not_found")
}

func TestRolesDecideWhoWritesAndWhoAssigns(t *testing.T) {
	t.Parallel()
	w := setup(t)
	rep := w.as(w.north.rep)
	rep.do("POST", "/api/accounts", map[string]any{"name": "Mine"}).want(201)
	rep.do("POST", "/api/accounts", map[string]any{"name": "Hers", "ownerId": w.north.manager.ID}).problem(403, "forbidden")
	rep.do("PATCH", "/api/accounts/"+id(w.north.account), map[string]any{"version": 1, "ownerId": w.north.manager.ID}).problem(403, "forbidden")
	w.anonymous().get("/api/accounts").problem(401, "unauthenticated")
	for _, path := range []string{"/tiles/accounts/0/0/0", "/tiles/regions/0/0/0", "/tiles/basemap/0/0/0"} {
		w.anonymous().get(path).problem(401, "unauthenticated")
	}
}

func TestListAndSelectionAndRegionsAgreeOverHTTP(t *testing.T) {
	t.Parallel()
	w := setup(t)
	c := w.as(w.north.rep)
	w.openProspect("Dover Bakery")
	for range 3 {
		c.do("POST", "/api/accounts", map[string]any{"name": "A", "site": map[string]any{"point": []float64{-75.52, 39.16}}}).want(201)
	}
	first := c.get("/api/accounts?limit=3&bbox=-76,39,-75,40").want(200).object()
	require.EqualValues(t, 4, first["total"])
	require.Len(t, first["items"], 3)
	rest := c.get("/api/accounts?limit=3&bbox=-76,39,-75,40&cursor=" + first["nextCursor"].(string)).want(200).object()
	require.Len(t, rest["items"], 1)
	require.Nil(t, rest["nextCursor"])
	s := c.get("/api/accounts/selection?within=-76,39%20-75,39%20-75,40%20-76,40").want(200).object()
	require.EqualValues(t, 4, s["total"])
	require.EqualValues(t, 1, s["openProspects"])
	require.Len(t, s["siteIds"], 4)
	r := c.get("/api/regions?bbox=-76,39,-75,40&zoom=9").want(200).object()
	require.Equal(t, map[string]any{"accounts": 4.0, "customers": 0.0, "prospects": 4.0, "openProspects": 1.0, "penetration": 0.0}, r["totals"])
	require.EqualValues(t, 0, c.get("/api/regions?bbox=-76,39,-75,40&resolution=0").want(200).object()["resolution"], "0 is a resolution")
	require.EqualValues(t, 1, c.get("/api/open-prospects?q=bakry&bbox=-76,39,-75,40").want(200).object()["total"])
	taken := c.do("POST", "/api/open-prospects/"+id(w.openProspect("Dover Bakery"))+"/take-over", nil).want(201).object()
	require.EqualValues(t, w.north.rep.ID, taken["ownerId"])
	again := c.do("POST", "/api/open-prospects/"+id(w.openProspect("Dover Bakery"))+"/take-over", map[string]any{"class": "A"})
	again.problem(409, "conflict")
	require.Equal(t, taken["id"], again.object()["current"].(map[string]any)["id"])
}

func TestHostileRequestsGetAClearAnswer(t *testing.T) {
	t.Parallel()
	w := setup(t)
	c := w.as(w.north.manager)
	corners := func(n int) string {
		return strings.TrimSuffix(strings.Repeat("-75.1,39.1%20-75.2,39.2%20", n/2), "%20")
	}
	for path, status := range map[string]int{
		"/api/accounts?q=%27%3B%20drop%20table%20accounts%3B%20--": 200,
		"/api/accounts?q=a%00b":                                      422,
		"/api/accounts?q=" + strings.Repeat("a", 201):                422,
		"/api/accounts?bbox=NaN,0,1,1":                               422,
		"/api/accounts?bbox=1,2,3":                                   422,
		"/api/accounts?bbox=0,10,1,5":                                422,
		"/api/accounts?bbox=170,-20,-170,20":                         200,
		"/api/accounts?bbox=-180,-90,180,90":                         200,
		"/api/accounts?bbox=1e999,0,1,1":                             422,
		"/api/accounts?within=1,2%203,4":                             422,
		"/api/accounts?within=170,0%20190,0%20180,10":                422,
		"/api/accounts?within=" + corners(500):                       200,
		"/api/accounts?within=" + corners(600):                       422,
		"/api/accounts?within=0,0%20NaN,1%202,2":                     422,
		"/api/accounts?status=friend":                                422,
		"/api/accounts?sort=password":                                422,
		"/api/accounts?limit=0":                                      422,
		"/api/accounts?limit=501":                                    422,
		"/api/accounts?ownerId=x":                                    422,
		"/api/accounts?cursor=AAAA":                                  422,
		"/api/accounts/selection":                                    422,
		"/api/accounts/-1":                                           422,
		"/api/accounts/9223372036854775807":                          404,
		"/api/regions":                                               422,
		"/api/regions?bbox=-180,-90,180,90&resolution=10":            422,
		"/api/regions?bbox=-180,-90,180,90&zoom=24":                  200,
		"/api/search/places?q=a&near=NaN,NaN":                        422,
		"/api/search/places?q=a&near=181,0":                          422,
		"/tiles/accounts/5/99/0":                                     404,
		"/tiles/accounts/-1/0/0":                                     404,
		"/tiles/accounts/x/0/0":                                      422,
		"/tiles/accounts/30/0/0":                                     404,
		"/tiles/accounts/0/0/0?layers=users":                         422,
		"/tiles/accounts/0/0/0?fields=revenue":                       422,
		"/tiles/accounts/0/0/0?fields=custom.nothing":                422,
		"/api/fields/revenue/spread":                                 422,
		"/tiles/accounts/0/0/0?ownerId=1%20or%201=1":                 422,
		"/tiles/accounts/0/0/0?status=friend":                        422,
		"/tiles/accounts/0/0/0?q=%00":                                422,
		"/tiles/regions/24/0/0":                                      204,
		"/tiles/accounts/24/0/0?layers=accounts":                     204,
		"/api/accounts?tag=%27%29%3B%20drop%20table%20accounts%3B--": 200,
	} {
		r := c.get(path)
		require.Equal(t, status, r.status, "%.120s\n%s", path, r.text())
		if status >= 400 {
			require.NotEmpty(t, r.object()["detail"])
		}
	}
	require.Contains(t, []int{414, 422, 431, hungUp}, w.sendLarge(c, "GET", "/api/accounts?within="+corners(10_000), ""), "10,000 corners")

	large := map[string]any{"name": "Large", "notes": strings.Repeat("n", 10<<20)}
	req, err := json.Marshal(large)
	require.NoError(t, err)
	require.Contains(t, []int{413, hungUp}, w.sendLarge(c, "POST", "/api/accounts", string(req)), "10 MB")
	for _, body := range []string{
		`{"name": "a\u0000b"}`, `{"name": ""}`, `{"name": 7}`, `{`, `[]`, `{"name": "x", "site": {"point": [1]}}`,
		`{"name": "x", "site": {"point": [1, 2, 3]}}`, `{"name": "x", "site": {"point": [181, 0]}}`, `{"name": "x", "site": {"point": null}}`, `{"name": "x", "site": {}}`,
		`{"name": "x", "revenue": 1e400}`, `{"name": "x", "revenue": -1}`, `{"name": "x", "website": "javascript:alert(1)"}`,
		`{"name": "x", "isAdmin": true}`, `{"name": "x", "ownerId": 424242}`,
	} {
		r := c.do("POST", "/api/accounts", body)
		require.Contains(t, []int{400, 422}, r.status, "%s\n%s", body, r.text())
	}
	require.EqualValues(t, 1, c.get("/api/accounts").want(200).object()["total"], "nothing of it was kept")
}

// hungUp stands for the status of a request whose connection the server closed
// before it had read all of it.
const hungUp = -1

// sendLarge sends what the server may refuse before all of it is read. A
// refusal may then be lost on the way: the client is still writing when the
// connection ends. It returns the status, or hungUp.
func (w *world) sendLarge(c *client, method, path, body string) int {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.url+path, strings.NewReader(body))
	require.NoError(w.t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", w.url)
	req.Header.Set(csrfHeader, c.csrf)
	resp, err := c.http.Do(req)
	if err != nil {
		require.NoError(w.t, w.t.Context().Err())
		return hungUp
	}
	require.NoError(w.t, resp.Body.Close())
	return resp.StatusCode
}

func TestATileIsSentOnceUntilItsDataChange(t *testing.T) {
	t.Parallel()
	w := setup(t)
	c, writer := w.as(w.north.rep), w.as(w.north.rep)
	c.set.Set("Accept-Encoding", "gzip")
	at := tiles.At(tenantPlace, 13).String()
	for _, path := range []string{"/tiles/accounts/" + at, "/tiles/accounts/" + at + ".mvt?status=prospect", "/tiles/regions/" + tiles.At(tenantPlace, 9).String()} {
		c.set.Del("If-None-Match")
		first := c.get(path).want(200)
		require.Equal(t, "gzip", first.header.Get("Content-Encoding"))
		require.Equal(t, tileType, first.header.Get("Content-Type"))
		require.Contains(t, first.header.Get("Cache-Control"), "private")
		etag := first.header.Get("ETag")
		require.NotEmpty(t, etag)
		require.Equal(t, first.body, c.get(path).want(200).body)
		c.set.Set("If-None-Match", etag)
		same := c.get(path).want(304)
		require.Empty(t, same.body)

		// Another organisation's tile is another, and its changes are its own.
		south := w.as(w.south.rep)
		south.set.Set("Accept-Encoding", "gzip")
		south.set.Set("If-None-Match", etag)
		require.NotEqual(t, etag, south.get(path).want(200).header.Get("ETag"))
		south.set.Del("Accept-Encoding")
		south.do("POST", "/api/accounts", map[string]any{"name": "x"}).want(201)
		c.get(path).want(304)

		a := writer.do("POST", "/api/accounts", map[string]any{"name": "New", "site": map[string]any{"point": tenantPlace}}).want(201).object()
		changed := c.get(path).want(200)
		require.NotEqual(t, etag, changed.header.Get("ETag"))
		require.NotEqual(t, first.body, changed.body)
		writer.do("POST", "/api/accounts/"+id(int64(a["id"].(float64)))+"/archive", map[string]any{"version": 1}).want(200)
		require.Equal(t, first.body, c.get(path).want(200).body, "as before")
	}
	c.set.Del("If-None-Match")
	c.set.Set("Accept-Encoding", "identity")
	plain := c.get("/tiles/accounts/" + at).want(200)
	require.Empty(t, plain.header.Get("Content-Encoding"))
	require.Contains(t, string(plain.body), w.north.mark)
	c.get("/tiles/accounts/" + tiles.At(orb.Point{100, 10}, 13).String()).want(204)
}

func TestTheExtractSaysWhatIsThere(t *testing.T) {
	t.Parallel()
	w := setup(t)
	c := w.as(w.north.rep)
	require.Equal(t, false, c.get("/api/extract").want(200).object()["loaded"])
	c.get("/tiles/basemap/0/0/0").problem(404, "not_found")
	require.Empty(t, c.get("/api/search/places?q=dover").want(200).object()["items"])
	w.openProspect("Dover Bakery")
	e := c.get("/api/extract").want(200).object()
	require.Equal(t, true, e["loaded"])
	require.Equal(t, false, e["basemap"], "the row is there, the file is not")
	require.Equal(t, false, e["source"], "nor the file that other ways to travel are made of")
	found := c.get("/api/search/places?q=dover%20bakery").want(200).object()["items"].([]any)
	require.Equal(t, "open_prospect", found[0].(map[string]any)["kind"])
}

func TestTheCacheOfTilesKeepsTheLatestUsedWithinItsBytes(t *testing.T) {
	t.Parallel()
	cache := newTileCache(3 * (entryBytes + 101))
	made := map[string]int{}
	get := func(key string) {
		body, err := cache.get(t.Context(), key, func(context.Context) ([]byte, error) {
			made[key]++
			return make([]byte, 100), nil
		})
		require.NoError(t, err)
		require.Len(t, body, 100)
	}
	for _, key := range []string{"a", "b", "c", "a", "d", "a", "b"} {
		get(key)
	}
	require.Equal(t, map[string]int{"a": 1, "b": 2, "c": 1, "d": 1}, made, "b went when d came")
	_, err := cache.get(t.Context(), "bad", func(context.Context) ([]byte, error) { panic("no") })
	require.ErrorContains(t, err, "panic")
	_, err = cache.get(t.Context(), "bad", func(context.Context) ([]byte, error) { return nil, nil })
	require.NoError(t, err, "a failure is not kept")

	// Many ask at the same moment for one that is not there.
	var builds atomic.Int32
	start := make(chan struct{})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			<-start
			_, err := cache.get(t.Context(), "slow", func(context.Context) ([]byte, error) {
				builds.Add(1)
				return []byte("x"), nil
			})
			require.NoError(t, err)
		})
	}
	close(start)
	wg.Wait()
	require.EqualValues(t, 1, builds.Load())
}
