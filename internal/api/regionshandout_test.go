package api

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFiguresAreHandedOutAsAFileWithoutSmallCells(t *testing.T) {
	t.Parallel()
	w := setup(t)
	c := w.as(w.north.rep)
	const path = "/api/regions/export?bbox=-76,39,-75,40&resolution=6"
	for range 4 {
		c.do("POST", "/api/accounts", map[string]any{"name": "A", "site": map[string]any{"point": []float64{-75.52, 39.16}}}).want(201)
	}
	r := c.get(path + "&format=csv&least=6").want(200)
	require.Equal(t, "text/csv; charset=utf-8", r.header.Get("Content-Type"))
	require.Contains(t, r.header.Get("Content-Disposition"), "regions.csv")
	lines := strings.Split(strings.TrimSpace(string(r.body)), "\n")
	require.Len(t, lines, 2)
	require.Contains(t, lines[1], ",true,0,,")
	r = c.get(path + "&format=geojson&least=5&figures=money").want(200)
	require.Equal(t, "application/geo+json", r.header.Get("Content-Type"))
	require.Contains(t, string(r.body), `"accounts":5`, "the tenant's own account is there too")
	c.get(path+"&format=csv&least=2").problem(422, "invalid")
	c.get(path+"&format=csv&since=2026-01-01").problem(422, "invalid")
	c.get(path+"&format=xlsx").problem(422, "invalid")
	c.get("/api/regions/export?format=csv").problem(422, "invalid")
}
