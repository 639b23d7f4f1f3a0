package export_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/export"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/geocoding"
	"github.com/waymark-crm/waymark/internal/imports"
	"github.com/waymark-crm/waymark/internal/postgres"
	"github.com/waymark-crm/waymark/internal/testdb"
)

// office is organisations on one database, each with a manager who exports.
type office struct {
	t    *testing.T
	db   *testdb.DB
	book *accounts.Service
	*export.Service
}

func setup(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, db: testdb.New(t)}
	o.book = accounts.New(o.db.DB)
	o.Service = export.New(o.db.DB, o.book)
	return o
}

// organisation makes one whose manager acts in the context.
func (o *office) organisation(name, language string) context.Context {
	o.t.Helper()
	var org, user int64
	require.NoError(o.t, o.db.Owner(o.t.Context(), func(tx pgx.Tx) error {
		return tx.QueryRow(o.t.Context(), `with o as (insert into organisations (name, slug, time_zone, language) values ($1, lower($1), 'UTC', $2) returning org_id)
			insert into users (org_id, email, name, role, password_hash) select org_id, 'ann@' || lower($1) || '.example', 'Ann Archer', 'manager', 'x' from o returning org_id, id`,
			name, language).Scan(&org, &user)
	}))
	return postgres.WithActor(o.t.Context(), postgres.Actor{OrgID: org, UserID: user, Role: "manager"})
}

func (o *office) read(ctx context.Context, fn func(tx pgx.Tx) error) {
	o.t.Helper()
	require.NoError(o.t, o.db.Tx(ctx, fn))
}

func (o *office) export(ctx context.Context, r export.Request) string {
	o.t.Helper()
	job, err := o.Begin(ctx, r)
	require.NoError(o.t, err)
	var b bytes.Buffer
	n, err := job.Write(ctx, &b)
	require.NoError(o.t, err)
	require.Equal(o.t, job.Accounts, n)
	return b.String()
}

// importFile takes a file in as a person would who leaves every guess as it is.
func (o *office) importFile(ctx context.Context, name, content string, change func(*imports.Plan, []imports.Column)) *imports.Import {
	o.t.Helper()
	var jobs []imports.Job
	s := &imports.Service{DB: o.db.DB, Folder: o.t.TempDir(), Places: &geocoding.Service{DB: o.db.DB},
		Enqueue: func(_ context.Context, _ pgx.Tx, job imports.Job) error { jobs = append(jobs, job); return nil }}
	work := func() {
		for ; len(jobs) > 0; jobs = jobs[1:] {
			require.NoError(o.t, (&imports.Worker{Imports: s}).Work(o.t.Context(), &river.Job[imports.Job]{JobRow: &rivertype.JobRow{Attempt: 1, MaxAttempts: 1}, Args: jobs[0]}))
		}
	}
	im, err := s.Create(ctx, name, int64(len(content)))
	require.NoError(o.t, err)
	im, err = s.Receive(ctx, im.ID, 0, []byte(content))
	require.NoError(o.t, err)
	if change != nil {
		change(&im.Plan, im.Columns)
	}
	_, err = s.Check(ctx, im.ID, 0, im.Plan)
	require.NoError(o.t, err)
	work()
	im, err = s.Run(ctx, im.ID, 0)
	require.NoError(o.t, err)
	work()
	im, err = s.Get(ctx, im.ID)
	require.NoError(o.t, err)
	require.Equal(o.t, imports.Done, im.State, im.Error)
	return im
}

// everything is what the accounts of an organisation are, without the numbers of
// rows and what no file says.
func (o *office) everything(ctx context.Context) []string {
	o.t.Helper()
	var out []string
	require.NoError(o.t, o.book.Walk(ctx, accounts.Filter{}, "name", func(batch []accounts.Record) error {
		for _, r := range batch {
			r.ID, r.ExternalID, r.Version, r.OwnerID, r.TeamID = 0, "", 0, nil, nil
			for i := range r.Sites {
				r.Sites[i].ID, r.Sites[i].Source = 0, ""
			}
			for i := range r.Contacts {
				r.Contacts[i].ID = 0
			}
			slices.SortFunc(r.Contacts, func(a, b accounts.Contact) int { return strings.Compare(a.Name, b.Name) })
			text, err := json.Marshal(r)
			require.NoError(o.t, err)
			var m map[string]any
			require.NoError(o.t, json.Unmarshal(text, &m))
			delete(m, "createdAt")
			delete(m, "updatedAt")
			text, err = json.Marshal(m)
			require.NoError(o.t, err)
			out = append(out, string(text))
		}
		return nil
	}))
	return out
}

// degrees rounds to nine decimals: a workbook holds fifteen digits.
func degrees(v float64) float64 { return math.Round(v*1e9) / 1e9 }

// furnish fills an organisation with accounts that are hard to write.
func (o *office) furnish(ctx context.Context) {
	o.t.Helper()
	for _, f := range []accounts.CustomField{
		{Key: "size", Label: "Size", Type: accounts.FieldNumber}, {Key: "since", Label: "Since", Type: accounts.FieldDate},
		{Key: "kind", Label: "Status", Type: accounts.FieldChoice, Choices: []accounts.Choice{{Value: "one", Label: "One"}, {Value: "two", Label: "Two"}}},
		{Key: "parts", Label: "Parts", Type: accounts.FieldChoices, Choices: []accounts.Choice{{Value: "a", Label: "a"}, {Value: "b", Label: "b"}, {Value: "c, d; e", Label: "c, d; e"}}},
		{Key: "key", Label: "Key account", Type: accounts.FieldBoolean}, {Key: "=motto", Label: "=Motto", Type: accounts.FieldText},
	} {
		f.Key = strings.TrimPrefix(f.Key, "=")
		_, err := o.book.CreateCustomField(ctx, f)
		require.NoError(o.t, err)
	}
	raw := func(text string) json.RawMessage { return json.RawMessage(text) }
	names := []string{"Plain", "=SUM(A1:A9)", "+49 30 1234", "-1+1", "@home", "'=quoted", "''quoted", `She said "yes", twice`, "Semi;colon",
		"مكتبة القاهرة", "東京商事株式会社", "Café ☕🚀 Ümläut", "_x0041_ & <b>", "line"}
	actor, _ := postgres.ActorFrom(ctx)
	for i, name := range names {
		n := accounts.NewAccount{Name: name, MayAssign: true, Status: accounts.Customer, Class: accounts.ClassB, Category: "@trade", Tags: []string{"gold", "=old", "a, b; c", "x|y", "#1", `say "so"`, `"quoted"`},
			Phone: "+1 302 555 0100", Email: fmt.Sprintf("info%d@example.com", i), Website: "https://example.com", Notes: "=1+1\nsecond line\n- third", Revenue: 1250.12, Potential: 9000,
			VisitIntervalDays: 21, VisitMinutes: 45, OwnerID: &actor.UserID,
			Custom: accounts.CustomValues{"size": raw("1.125"), "since": raw(`"1999-12-31"`), "kind": raw(`"two"`), "parts": raw(`["a","c, d; e"]`), "key": raw("true"), "motto": raw(`"-never"`)}}
		if i%2 == 0 {
			n.Custom["size"], n.Custom["key"] = raw("-0.5"), raw("false")
		}
		a, err := o.book.Create(ctx, n)
		require.NoError(o.t, err)
		for s := range i % 4 {
			a, err = o.book.AddSite(ctx, a.ID, accounts.NewSite{Name: fmt.Sprint("Site ", s), Housenumber: fmt.Sprint(s + 1), Street: "Main St", City: "Dover", Postcode: "09901",
				Country: "US", OpeningHours: "Mo-Fr 08:00-17:00", Point: &orb.Point{degrees(-75.123456789 + 0.01*float64(i)), degrees(39.1 + 0.01*float64(s))}})
			require.NoError(o.t, err)
		}
		for c := range i % 3 {
			_, err = o.book.AddContact(ctx, a.ID, accounts.NewContact{Name: fmt.Sprintf("-Contact %d", c), JobTitle: "Head", Phone: "+1 302", Email: fmt.Sprintf("c%d-%d@example.com", i, c),
				DoNotContact: c == 1, Role: "buyer", Language: "de",
				MorePhones: []accounts.Channel{{Label: "mobile", Value: "+1 302 555 0199"}, {Value: "555; ext. 7"}, {Label: "fax, 2nd", Value: "(302) 5"}},
				MoreEmails: []accounts.Channel{{Label: "at home", Value: "home@example.com"}}})
			require.NoError(o.t, err)
		}
	}
	o.read(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `update accounts set last_visit_on = '2026-03-04' where org_id = $1`, actor.OrgID)
		return err
	})
}

func TestWhatIsExportedIsImportedAsTheSameAccounts(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"en", "de"} {
		for _, format := range []export.Format{export.CSV, export.XLSX} {
			t.Run(language+" "+string(format), func(t *testing.T) {
				t.Parallel()
				o := setup(t)
				from := o.organisation("From", language)
				o.furnish(from)
				want := o.everything(from)
				file := o.export(from, export.Request{Format: format})

				same := o.importFile(from, "back."+string(format), file, nil)
				require.Zero(t, same.Counts.Created+same.Counts.Updated+same.Counts.Errors+same.Counts.Skipped, "%+v", same.Counts)
				require.Equal(t, len(want), same.Counts.Same)
				require.Equal(t, want, o.everything(from))

				// In another organisation the numbers of the first are those of another system.
				to := o.organisation("To", language)
				o.copyFields(from, to)
				moved := o.importFile(to, "moved."+string(format), file, func(p *imports.Plan, columns []imports.Column) {
					for i := range p.Mapping {
						switch p.Mapping[i] {
						case "externalId":
							p.Mapping[i] = ""
						case "id":
							p.Mapping[i] = "externalId"
						}
					}
				})
				require.Equal(t, len(want), moved.Counts.Created, "%+v", moved.Counts)
				require.Equal(t, want, o.everything(to))
			})
		}
	}
}

// copyFields gives an organisation the custom fields of another.
func (o *office) copyFields(from, to context.Context) {
	o.t.Helper()
	fields, err := o.book.CustomFields(from)
	require.NoError(o.t, err)
	for _, f := range fields {
		_, err := o.book.CreateCustomField(to, f)
		require.NoError(o.t, err)
	}
}

func TestEveryHeadingIsKnownToAnImport(t *testing.T) {
	t.Parallel()
	given := map[string]string{"ownerId": "owner", "teamId": "team"} // what an import calls it
	silent := map[string]bool{"dueOn": true, "coverage": true, "createdAt": true, "updatedAt": true, "archived": true}
	for _, language := range []string{"en", "de"} {
		o := setup(t)
		ctx := o.organisation("North", language)
		o.furnish(ctx)
		file := o.export(ctx, export.Request{Format: export.CSV})
		var keys []string
		o.read(ctx, func(tx pgx.Tx) error {
			return tx.QueryRow(ctx, `select columns from exports`).Scan(&keys)
		})
		o.importFile(ctx, "back.csv", file, func(p *imports.Plan, columns []imports.Column) {
			for i, key := range keys {
				if other, ok := given[key]; ok {
					key = other
				}
				if silent[key] {
					key = ""
				}
				require.Equal(t, key, columns[i].Guess, "%s: %s", language, columns[i].Heading)
			}
		})
	}
}

func TestNoCellOfACSVIsAFormula(t *testing.T) {
	t.Parallel()
	o := setup(t)
	ctx := o.organisation("North", "en")
	o.furnish(ctx)
	file := o.export(ctx, export.Request{Format: export.CSV, Columns: []string{"name", "phone", "notes", "tags", "custom.motto", "custom.size", "longitude"}})
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file, "\ufeff"))).ReadAll()
	require.NoError(t, err)
	require.Equal(t, []string{"Name", "Phone", "Notes", "Tags", "'=Motto", "Size", "Longitude"}, rows[0])
	dangerous := 0
	for _, row := range rows[1:] {
		for i, cell := range row {
			if cell == "" || i >= 5 { // numbers
				continue
			}
			require.NotContains(t, "=+-@\t\r", cell[:1], cell)
			if cell[0] == '\'' {
				dangerous++
			}
		}
	}
	require.Greater(t, dangerous, 20)
	require.Equal(t, "'=x", export.Harmless("=x"))
	require.Equal(t, "''=x", export.Harmless("'=x"))
	require.Equal(t, "'x", export.Harmless("'x"))
}

func TestMapsGetAFeatureForEverySite(t *testing.T) {
	t.Parallel()
	o := setup(t)
	ctx := o.organisation("North", "en")
	o.furnish(ctx)
	sites, without := 0, 0
	require.NoError(t, o.book.Walk(ctx, accounts.Filter{}, "", func(batch []accounts.Record) error {
		for _, r := range batch {
			sites += len(r.Sites)
			if len(r.Sites) == 0 {
				without++
			}
		}
		return nil
	}))
	var collection struct {
		Type     string
		Features []struct {
			Type, ID   string
			Geometry   *struct{ Coordinates [2]float64 }
			Properties map[string]any
		}
	}
	require.NoError(t, json.Unmarshal([]byte(o.export(ctx, export.Request{Format: export.GeoJSON})), &collection))
	require.Len(t, collection.Features, sites+without)
	ids := map[string]bool{}
	for _, f := range collection.Features {
		ids[f.ID] = true
		if f.Geometry != nil {
			require.InDelta(t, f.Properties["latitude"], f.Geometry.Coordinates[1], 0)
			require.InDelta(t, f.Properties["longitude"], f.Geometry.Coordinates[0], 0)
		}
	}
	require.Len(t, ids, sites+without)

	var kml struct {
		Document struct {
			Placemark []struct {
				Name  string `xml:"name"`
				Point *struct {
					Coordinates string `xml:"coordinates"`
				}
			}
		}
	}
	require.NoError(t, xml.Unmarshal([]byte(o.export(ctx, export.Request{Format: export.KML})), &kml))
	require.Len(t, kml.Document.Placemark, sites+without)
	placed := 0
	for _, p := range kml.Document.Placemark {
		if p.Point != nil {
			placed++
		}
	}
	require.Equal(t, sites, placed)
}

func TestAnExportIsWrittenDownBeforeItBegins(t *testing.T) {
	t.Parallel()
	o := setup(t)
	ctx := o.organisation("North", "en")
	o.furnish(ctx)
	lines := func() (out []string) {
		o.read(ctx, func(tx pgx.Tx) error {
			rows, err := tx.Query(ctx, `select concat_ws(' ', action, user_id is not null, changes->'format'->>1, changes->'accounts'->>1, changes->'filter'->1->>'status', changes->'sent'->>1)
				from audit_entries where record = 'exports' order by id`)
			if err != nil {
				return err
			}
			out, err = pgx.CollectRows(rows, pgx.RowTo[string])
			return err
		})
		return out
	}
	for name, r := range map[string]export.Request{
		"a format that does not exist": {Format: "exe"},
		"a column that does not exist": {Format: export.CSV, Columns: []string{"name", "custom.nothing"}},
		"a sort that does not exist":   {Format: export.CSV, Sort: "smell"},
	} {
		_, err := o.Begin(ctx, r)
		require.Equal(t, fault.Invalid, fault.CodeOf(err), name)
	}
	require.Empty(t, lines())

	r := export.Request{Format: export.CSV, Filter: accounts.Filter{Status: []accounts.Status{accounts.Customer}}, Asked: map[string]any{"status": "customer"}}
	job, err := o.Begin(ctx, r)
	require.NoError(t, err)
	require.Regexp(t, `^north-accounts-\d{4}-\d\d-\d\d\.csv$`, job.FileName)
	require.Equal(t, []string{"create t csv 14 customer"}, lines())

	broken := errors.New("the browser has gone")
	_, err = job.Write(ctx, writerFunc(func([]byte) (int, error) { return 0, broken }))
	require.ErrorIs(t, err, broken)
	require.Len(t, lines(), 1, "what was broken off is not noted as sent")

	ended, cancel := context.WithCancel(ctx)
	cancel()
	_, err = job.Write(ended, io.Discard)
	require.ErrorIs(t, err, context.Canceled)

	_, err = job.Write(ctx, io.Discard)
	require.NoError(t, err)
	require.Equal(t, []string{"create t csv 14 customer", "update t 14"}, lines())
}

// TestAFileThatEndsEarlyIsSeenToBeBroken breaks each file off at every piece that is
// written. What is there can be read in no format but CSV, which has no end: that it
// is not whole, only the connection says (see the operation).
func TestAFileThatEndsEarlyIsSeenToBeBroken(t *testing.T) {
	t.Parallel()
	o := setup(t)
	ctx := o.organisation("North", "en")
	o.furnish(ctx)
	readable := map[export.Format]func(b []byte) error{
		export.GeoJSON: func(b []byte) error { return json.Unmarshal(b, &map[string]any{}) },
		export.KML:     func(b []byte) error { return xml.Unmarshal(b, &struct{}{}) },
		export.XLSX: func(b []byte) error {
			_, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
			return err
		},
	}
	for format, read := range readable {
		job, err := o.Begin(ctx, export.Request{Format: format})
		require.NoError(t, err)
		for pieces, whole := 0, false; !whole; pieces++ {
			var file bytes.Buffer
			left := pieces
			_, err := job.Write(ctx, writerFunc(func(b []byte) (int, error) {
				if left == 0 {
					return 0, io.ErrClosedPipe
				}
				left--
				return file.Write(b)
			}))
			if whole = err == nil; whole {
				require.Greater(t, pieces, 2, format)
				require.NoError(t, read(file.Bytes()), format)
			} else {
				require.ErrorIs(t, err, io.ErrClosedPipe, format)
				require.Error(t, read(file.Bytes()), "%s after %d pieces", format, pieces)
			}
		}
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// TestAHundredThousandAccountsStreamThroughLittleMemory measures what is alive at
// several points of a large export. It runs alone: others would be measured too.
func TestAHundredThousandAccountsStreamThroughLittleMemory(t *testing.T) {
	const many = 100_000
	o := setup(t)
	ctx := o.organisation("Large", "en")
	actor, _ := postgres.ActorFrom(ctx)
	o.read(ctx, func(tx pgx.Tx) error {
		// The search text is given, so that no trigger has to make it a hundred thousand times.
		if _, err := tx.Exec(ctx, `select set_config('app.bulk', 'on', true)`); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `insert into accounts (org_id, name, notes, search) select $1, 'Account ' || i, repeat('n', 50), 'account ' || i from generate_series(1, $2::int) i`, actor.OrgID, many)
		return err
	})
	for _, format := range []export.Format{export.CSV, export.XLSX} {
		job, err := o.Begin(ctx, export.Request{Format: format})
		require.NoError(t, err)
		require.Equal(t, many, job.Accounts)
		var before, now runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		written, most, next := 0, uint64(0), 0
		n, err := job.Write(ctx, writerFunc(func(b []byte) (int, error) {
			if written += len(b); written >= next {
				next = written + 1<<20
				runtime.GC()
				runtime.ReadMemStats(&now)
				most = max(most, now.HeapAlloc)
			}
			return len(b), nil
		}))
		require.NoError(t, err)
		require.Equal(t, many, n)
		t.Logf("%s: %d KB written, at most %d KB held", format, written>>10, (max(most, before.HeapAlloc)-before.HeapAlloc)>>10)
		require.Greater(t, written, 2<<20)
		require.Less(t, most, before.HeapAlloc+24<<20, "what is held grows with what is written")
	}
}
