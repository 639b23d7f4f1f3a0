package api

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/hexgrid"
)

func TestRegionsAreAskedAboutOverHTTP(t *testing.T) {
	t.Parallel()
	w := setup(t)
	kent := w.boundary("Kent County")
	w.openProspect("Dover Bakery")
	c := w.as(w.north.manager)
	c.do("POST", "/api/accounts", map[string]any{"name": "A", "status": "customer", "revenue": 100, "potential": 175.5, "site": map[string]any{"point": tenantPlace}}).want(201)
	cell, err := hexgrid.CellAt(tenantPlace, 7)
	require.NoError(t, err)
	circle := fmt.Sprintf("%v,%v,500", tenantPlace[0], tenantPlace[1])

	// Every way to say the place means the same accounts, in lists and in figures.
	for _, place := range []string{"place=" + id(kent), "circle=" + circle, "cells=" + cell.String(), "bbox=-75.7,39,-75.3,39.3", "within=-75.7,39%20-75.3,39%20-75.3,39.3%20-75.7,39.3"} {
		total := c.get("/api/accounts?" + place).want(200).object()["total"]
		sum := c.get("/api/regions/summary?figures=money,visits,coverage&" + place).want(200).object()
		require.Equal(t, total, sum["accounts"], place)
		require.Equal(t, total, c.get("/api/accounts/selection?" + place).want(200).object()["total"], place)
		require.EqualValues(t, 75.5, sum["whiteSpace"], place)
		require.EqualValues(t, 1, sum["openProspects"], place)
		require.EqualValues(t, 0, c.get("/api/accounts?status=former&" + place).want(200).object()["total"])
	}
	require.EqualValues(t, 0, c.get("/api/accounts?circle=0,0,500").want(200).object()["total"])
	require.EqualValues(t, 0, c.get("/api/open-prospects?circle=0,0,500").want(200).object()["total"])

	hot := c.get("/api/regions/hotspots?bbox=-76,39,-75,40&figure=revenue").want(200).object()
	require.Len(t, hot["cells"], 1)
	require.Equal(t, "none", hot["cells"].([]any)[0].(map[string]any)["level"], "one cell says nothing")
	require.Empty(t, c.get("/api/regions/lookalikes?cell=" + cell.String()).want(200).object()["items"])
	spread := c.get("/api/regions/concentration?figure=revenue&by=owner").want(200).object()
	require.EqualValues(t, 100, spread["total"])
	require.Empty(t, c.get("/api/regions/history?figure=revenue").want(200).object()["points"], "no day is kept yet")
	far := c.get("/api/regions/unserved?figure=openProspects&servedBy=starts&minutes=5").want(200).object()
	require.Len(t, far["items"], 1)
	require.Nil(t, far["items"].([]any)[0].(map[string]any)["minutes"], "nobody starts anywhere")
	near := c.get("/api/regions/unserved?figure=openProspects&servedBy=customers&minutes=5").want(200).object()
	require.Empty(t, near["items"])
	// The bakery is next door to the place: alone it takes all, beside one rival half.
	alone := c.do("POST", "/api/regions/gravity", map[string]any{"at": tenantPlace, "figure": "openProspects"}).want(200).object()
	require.EqualValues(t, 1, alone["expected"])
	require.Equal(t, true, alone["estimated"], "without roads")
	beside := c.do("POST", "/api/regions/gravity", map[string]any{"at": tenantPlace, "figure": "openProspects", "rivals": map[string]any{"category": "shop"}}).want(200).object()
	require.EqualValues(t, 1, beside["rivals"])
	require.InDelta(t, 0.5, beside["share"], 1e-9)
	own := c.do("POST", "/api/regions/gravity", map[string]any{"at": tenantPlace, "attractiveness": 3, "figure": "revenue",
		"rivals": map[string]any{"own": true, "filter": map[string]any{"field": "status", "op": "in", "value": []string{"customer"}}}}).want(200).object()
	require.Greater(t, own["rivals"], 0.0)
}

func TestWhatCannotBeAskedOfRegionsIsRefusedWithWhatToDo(t *testing.T) {
	t.Parallel()
	w := setup(t)
	c := w.as(w.north.manager)
	many := make([]string, 2_001)
	for i := range many {
		many[i] = "872a84b53ffffff"
	}
	// The other organisation's rows, and things that are nowhere.
	var theirs int64
	require.NoError(t, w.db.Owner(t.Context(), func(tx pgx.Tx) error {
		return tx.QueryRow(t.Context(), `select max(id) + 1 from users`).Scan(&theirs)
	}))
	box := "bbox=-76,39,-75,40"
	for path, want := range map[string]int{
		"/api/regions/summary?place=999999":                                          422,
		"/api/regions/summary?place=-1":                                              422,
		"/api/regions/summary?circle=1,2":                                            422,
		"/api/regions/summary?circle=1,2,0":                                          422,
		"/api/regions/summary?circle=1,2,300000":                                     422,
		"/api/regions/summary?circle=1,NaN,5":                                        422,
		"/api/regions/summary?cells=" + strings.Join(many, ","):                      422,
		"/api/regions/summary?cells=872a84b53ffffff,":                                422,
		"/api/regions/summary?cells=8f2a84b53b6a4d1":                                 422, // finer than sites
		"/api/regions/summary?cells=hexagon":                                         422,
		"/api/regions/summary?cells=872a84b53ffffff,8a2a84b53b6ffff,852a84b7fffffff": 200, // of several resolutions
		"/api/regions/summary":                                                       200, // everything
		"/api/regions/summary?" + box + "&ownerId=" + fmt.Sprint(theirs):             200, // finds nobody
		"/api/regions/summary?filter=" + url.QueryEscape(`{"all":[]}`):               200,
		"/api/regions/summary?figures=luck":                                          422,
		"/api/regions/summary?figures=money,money,,":                                 200,
		"/api/regions/summary?from=2026-02-30":                                       422,
		"/api/regions/summary?from=2026-05-02&to=2026-05-01":                         422,
		"/api/regions/summary?from=yesterday":                                        422,
		"/api/regions/summary?since=2026-01-01":                                      422, // nothing kept yet
		"/api/regions?" + box + "&resolution=11":                                     422,
		"/api/regions?bbox=-180,-90,180,90&resolution=9":                             422,
		"/api/regions?" + box + "&resolution=7&figures=money&from=2026-13-01":        422,
		"/api/regions/hotspots?bbox=-180,-90,180,90&resolution=10":                   422,
		"/api/regions/hotspots?" + box + "&figure=luck":                              422,
		"/api/regions/hotspots?" + box + "&rings=6":                                  422,
		"/api/regions/hotspots?" + box + "&resolution=-1":                            422,
		"/api/regions/lookalikes":                                                    422,
		"/api/regions/lookalikes?cell=872a84b53fffff":                                422,
		"/api/regions/lookalikes?cell=ffffffffffffffff":                              422,
		"/api/regions/lookalikes?cell=8c2a84b53b6a1ff":                               422, // too fine
		"/api/regions/lookalikes?cell=872ab2549ffffff":                               422, // nobody is there
		"/api/regions/concentration?by=moon":                                         422,
		"/api/regions/concentration?by=account&figure=visits":                        422,
		"/api/regions/history?figure=penetration&q=bakery":                           422,
		"/api/regions/history?figure=openProspects":                                  422,
		"/api/regions/history?from=2026-05-02&to=2026-05-01":                         422,
		"/api/regions/unserved?minutes=0":                                            422,
		"/api/regions/unserved?servedBy=luck":                                        422,
		"/api/regions/unserved?figure=penetration":                                   422,
	} {
		r := c.get(path)
		if want == 422 {
			r.problem(422, "invalid")
		} else {
			r.want(want)
		}
	}
	gravity := func(body map[string]any) { c.do("POST", "/api/regions/gravity", body).problem(422, "invalid") }
	gravity(map[string]any{})
	gravity(map[string]any{"at": []float64{200, 0}})
	gravity(map[string]any{"at": tenantPlace, "beta": 11})
	gravity(map[string]any{"at": tenantPlace, "minutes": 500})
	gravity(map[string]any{"at": tenantPlace, "attractiveness": -1})
	gravity(map[string]any{"at": tenantPlace, "figure": "penetration"})
	gravity(map[string]any{"at": tenantPlace, "resolution": 12})
	gravity(map[string]any{"at": tenantPlace, "rivals": map[string]any{"own": true, "filter": map[string]any{"field": "luck", "op": "is", "value": 1}}})
}
