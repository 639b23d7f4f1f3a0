package api

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/export"
)

// rowsOfCSV reads a file that an export has sent.
func rowsOfCSV(t *testing.T, r *reply) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(r.decoded(), "\ufeff"))).ReadAll()
	require.NoError(t, err)
	return rows
}

func TestAnExportHoldsTheAccountsOfTheListInItsOrder(t *testing.T) {
	t.Parallel()
	w := setup(t)
	c := w.as(w.north.manager)
	for i, status := range []string{"customer", "prospect", "customer"} {
		c.do("POST", "/api/accounts", map[string]any{"name": fmt.Sprint("Exported ", i), "status": status, "revenue": 100 - i,
			"site": map[string]any{"city": "Dover", "point": []float64{-75.5, 39.1 + float64(i)/10}}}).want(201)
	}
	query := "&columns=name,city,revenue&sort=-revenue&status=customer&filter=" + `%7B%22field%22:%22name%22,%22op%22:%22starts_with%22,%22value%22:%22Exported%22%7D`
	r := c.get("/api/accounts/export?format=csv" + query).want(200)
	require.Equal(t, [][]string{{"Name", "City", "Revenue"}, {"Exported 0", "Dover", "100"}, {"Exported 2", "Dover", "98"}}, rowsOfCSV(t, r))
	require.Equal(t, "text/csv; charset=utf-8", r.header.Get("Content-Type"))
	require.Regexp(t, `^attachment; filename\*=UTF-8''north-accounts-\d{4}-\d\d-\d\d\.csv$`, r.header.Get("Content-Disposition"))
	require.Equal(t, "no-store", r.header.Get("Cache-Control"))
	for parameter, rows := range map[string]int{"bbox=-76,39.15,-75,40": 2, "within=-76,39 -75,39 -75,39.15 -76,39.15": 1, "ids=999999999": 0} {
		r := c.get("/api/accounts/export?format=csv&columns=name&q=exported&" + strings.ReplaceAll(parameter, " ", "%20")).want(200)
		require.Len(t, rowsOfCSV(t, r), 1+rows, parameter)
	}

	c.set = http.Header{"Accept-Encoding": {"gzip"}}
	zipped := c.get("/api/accounts/export?format=csv" + query).want(200)
	require.Equal(t, "gzip", zipped.header.Get("Content-Encoding"))
	require.Len(t, rowsOfCSV(t, zipped), 3)
	require.Equal(t, "PK", c.get("/api/accounts/export?format=xlsx").want(200).text()[len("GET /api/accounts/export?format=xlsx → OK\n"):][:2], "a workbook is packed already")
	c.set = http.Header{}

	for path, field := range map[string]string{
		"/api/accounts/export?format=exe":                   "format",
		"/api/accounts/export?format=csv&columns=nothing":   "columns",
		"/api/accounts/export?format=csv&sort=smell":        "sort",
		"/api/accounts/export?format=csv&filter=%7B%7D":     "filter",
		"/api/accounts/export?format=csv&within=1,2":        "within",
		"/api/accounts/export?format=csv&ids=1,x":           "ids",
		"/api/accounts/export?format=csv&status=interested": "status",
	} {
		c.get(path).problem(422, "invalid")
		require.Contains(t, fmt.Sprint(c.get(path).object()["errors"]), field, path)
	}

	entries := w.as(w.north.admin).get("/api/audit?record=exports").want(200).object()["items"].([]any)
	last := fmt.Sprint(entries[len(entries)-1])
	require.Contains(t, last, "starts_with")
	require.Contains(t, last, w.north.manager.Name)
}

func TestWhoMayNotExportIsRefused(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.as(w.north.rep).get("/api/accounts/export?format=csv").problem(403, "forbidden")
	w.anonymous().get("/api/accounts/export?format=csv").problem(401, "unauthenticated")
}

// TestAnExportEndsWithItsConnection begins more exports than may be under way and
// leaves them; the server has room again as soon as it notices.
func TestAnExportEndsWithItsConnection(t *testing.T) {
	t.Parallel()
	w := setup(t)
	c := w.as(w.north.manager)
	// More than fits into the buffers between server and browser.
	w.own(`insert into accounts (org_id, name, notes) select $1, 'Long ' || i, repeat('x', 15000) from generate_series(1, 1500) i`, w.north.org)
	var open []*http.Response
	for range exportsAtOnce {
		request, err := http.NewRequestWithContext(t.Context(), "GET", w.url+"/api/accounts/export?format=csv", nil)
		require.NoError(t, err)
		response, err := c.http.Do(request)
		require.NoError(t, err)
		require.Equal(t, 200, response.StatusCode)
		open = append(open, response)
	}
	c.get("/api/accounts/export?format=csv").problem(429, "too_many")
	super, err := pgx.Connect(t.Context(), w.db.SuperURL) // others do not see what a session does
	require.NoError(t, err)
	defer func() { require.NoError(t, super.Close(context.WithoutCancel(t.Context()))) }()
	walking := func() (n int) {
		require.NoError(t, super.QueryRow(t.Context(), `select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
			and backend_type = 'client backend' and xact_start is not null`).Scan(&n))
		return n
	}
	require.Eventually(t, func() bool { return walking() >= exportsAtOnce }, 20*time.Second, 20*time.Millisecond, "each walks on a connection")
	for _, response := range open {
		require.NoError(t, response.Body.Close())
	}
	require.Eventually(t, func() bool { return walking() == 0 }, 20*time.Second, 20*time.Millisecond)
	require.Eventually(t, func() bool {
		return c.get("/api/accounts/export?format=csv&columns=name&ids=0").status == 200
	}, 20*time.Second, 20*time.Millisecond)
}

// TestAnExportThatFailsInTheMiddleIsNoWholeFile lets the database hold what no
// account may have, behind the first batch. The answer has begun by then; whoever
// receives it must be told by the connection, which ends without the end of the
// body.
func TestAnExportThatFailsInTheMiddleIsNoWholeFile(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.own(`alter table accounts drop constraint accounts_custom_check`)
	w.own(`insert into accounts (org_id, name, custom) select $1, 'Row ' || lpad(i::text, 4, '0'), case when i = 600 then '[1]' else '{}' end::jsonb from generate_series(1, 700) i`, w.north.org)
	for format := range export.MediaTypes {
		for _, encoding := range []string{"identity", "gzip"} {
			t.Run(string(format)+" "+encoding, func(t *testing.T) {
				c := w.in(t).as(w.north.manager)
				request, err := http.NewRequestWithContext(t.Context(), "GET", w.url+"/api/accounts/export?format="+string(format), nil)
				require.NoError(t, err)
				request.Header.Set("Accept-Encoding", encoding) // the client leaves the body as it is
				response, err := c.http.Do(request)
				if err != nil {
					return // the connection ended before the answer was out
				}
				require.Equal(t, 200, response.StatusCode)
				_, err = io.Copy(io.Discard, response.Body)
				require.Error(t, err)
				require.NoError(t, response.Body.Close())
			})
		}
	}
}
