package arch

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/waymark-crm/waymark"

// A room is one or more folders with what they may import of this module. The
// first room whose folder holds a package is the package's. A folder includes
// what lies below it.
type room struct {
	folders []string
	may     []string
}

var domains = []string{
	"internal/identity", "internal/accounts", "internal/timeline", "internal/audit", "internal/files", "internal/webhooks", "internal/relations", "internal/sales", "internal/visits",
	"internal/territories", "internal/regions", "internal/segments", "internal/campaigns", "internal/service",
	"internal/privacy", "internal/extract", "internal/demo", "internal/imports", "internal/duplicates", "internal/geocoding", "internal/export",
}

var rooms = []room{
	{folders: []string{"geo"}, may: []string{"geo"}},
	{folders: []string{"internal/fault", "migrations", "web", "internal/arch"}},
	{folders: []string{"internal/config"}, may: []string{"internal/fault"}},
	{folders: []string{"internal/postgres"}, may: []string{"geo", "internal/fault", "internal/postgres", "migrations"}},
	{folders: []string{"internal/testdb"}, may: []string{"internal/fault", "internal/postgres"}},
	{folders: []string{"internal/events", "internal/jobs"}, may: []string{"internal/fault", "internal/postgres"}},
	{folders: domains, may: append([]string{"geo", "internal/fault", "internal/postgres", "internal/events", "internal/jobs/attempt"}, domains...)},
	{folders: []string{"internal/api"}, may: append([]string{"geo", "internal/fault", "internal/postgres", "internal/events", "internal/api"}, domains...)},
	{folders: []string{"cmd"}, may: []string{"geo", "internal", "migrations", "web"}},
}

// What only tests may import.
var testOnly = []string{"internal/testdb"}

// Modules of others that are kept in one place.
var kept = map[string][]string{
	"github.com/uber/h3-go":         {"geo/hexgrid"},
	"github.com/gofiber/fiber":      {"internal/api"},
	"github.com/valyala/fasthttp":   {"internal/api"},
	"github.com/danielgtaylor/huma": {"internal/api"},
	"github.com/paulmach/osm":       {"geo/osm"},
	"github.com/alecthomas/kong":    {"cmd/waymark"},
	"github.com/pressly/goose":      {"internal/postgres"},
	"github.com/jackc/pgx":          {"internal", "cmd/waymark"}, // geo knows no database
	"net/http":                      {"internal", "cmd", "geo/travel"},
	"modernc.org/sqlite":            {"geo/tiles", "internal/extract"},
	"github.com/prometheus":         {"internal/api"},
	"github.com/xuri/excelize":      {"internal/imports"},
}

type listed struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", module+"/...")
	var errOut bytes.Buffer
	cmd.Stderr = &errOut
	out, err := cmd.Output()
	require.NoError(t, err, errOut.String())
	var all []listed
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		all = append(all, p)
	}
	require.Greater(t, len(all), 10)
	return all
}

// within reports whether the package lies in the folder.
func within(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}

func withinAny(path string, folders []string) bool {
	return slices.ContainsFunc(folders, func(folder string) bool { return within(path, folder) })
}

func roomOf(path string) (room, bool) {
	for _, r := range rooms {
		if withinAny(path, r.folders) {
			return r, true
		}
	}
	return room{}, false
}

// complaints lists what is wrong with one package's imports.
func complaints(p listed) []string {
	var wrong []string
	self, ok := strings.CutPrefix(p.ImportPath, module+"/")
	if !ok {
		return nil
	}
	r, ok := roomOf(self)
	if !ok {
		return []string{self + " is in no room: give it one in internal/arch"}
	}
	for i, imports := range [][]string{p.Imports, p.TestImports, p.XTestImports} {
		isTest := i > 0
		for _, path := range imports {
			for other, folders := range kept {
				if within(path, other) && !withinAny(self, folders) && !isTest {
					wrong = append(wrong, self+" imports "+path+", which is kept in "+strings.Join(folders, ", "))
				}
			}
			ours, ok := strings.CutPrefix(path, module+"/")
			if !ok || within(ours, self) {
				continue
			}
			switch {
			case isTest && withinAny(ours, testOnly):
			case !isTest && withinAny(ours, testOnly):
				wrong = append(wrong, self+" imports "+ours+" outside of tests")
			case isTest && !within(self, "geo"):
				// A test may reach for any room but the edges.
				if withinAny(ours, []string{"internal/api", "cmd"}) && !withinAny(ours, r.may) {
					wrong = append(wrong, self+"'s tests import "+ours)
				}
			case !withinAny(ours, r.may):
				wrong = append(wrong, self+" imports "+ours)
			}
		}
	}
	return wrong
}

func TestImportsKeepTheirDirection(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		for _, wrong := range complaints(p) {
			t.Error(wrong)
		}
	}
}

func TestTheTableNoticesWhatItForbids(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]listed{
		"the library knows no application":     {ImportPath: module + "/geo/roads", Imports: []string{module + "/internal/fault"}},
		"nor do its tests":                     {ImportPath: module + "/geo/roads", XTestImports: []string{module + "/internal/testdb2"}},
		"a domain knows no edge":               {ImportPath: module + "/internal/visits", Imports: []string{module + "/internal/api"}},
		"a domain does not start jobs":         {ImportPath: module + "/internal/visits", Imports: []string{module + "/internal/jobs"}},
		"H3 is kept":                           {ImportPath: module + "/internal/regions", Imports: []string{"github.com/uber/h3-go/v4"}},
		"Fiber is kept":                        {ImportPath: module + "/internal/visits", Imports: []string{"github.com/gofiber/fiber/v2"}},
		"the database is not for the library":  {ImportPath: module + "/geo/tiles", Imports: []string{"github.com/jackc/pgx/v5"}},
		"test databases are for tests":         {ImportPath: module + "/internal/api", Imports: []string{module + "/internal/testdb"}},
		"a package without a room is reported": {ImportPath: module + "/internal/utils"},
	} {
		require.NotEmpty(t, complaints(p), name)
	}
	require.Empty(t, complaints(listed{
		ImportPath: module + "/internal/visits", Imports: []string{module + "/geo/travel", module + "/internal/identity", "github.com/jackc/pgx/v5"},
		XTestImports: []string{module + "/internal/testdb", module + "/internal/jobs"},
	}))
}
