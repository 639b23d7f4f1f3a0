package imports

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/waymark-crm/waymark/internal/fault"
)

// table reads all rows of a CSV text.
func table(t testing.TB, content string, separator byte) (all [][]string, flaws []flaw) {
	t.Helper()
	r := newCSVReader(strings.NewReader(content), separator)
	for {
		rec, err := r.next()
		if errors.Is(err, io.EOF) {
			return all, flaws
		}
		require.NoError(t, err)
		all = append(all, append([]string{}, rec.cells...))
		for _, f := range rec.flaws {
			flaws = append(flaws, f)
		}
	}
}

func TestRowsAreReadHoweverTheyAreWritten(t *testing.T) {
	t.Parallel()
	all, flaws := table(t, "a,b\r\n\"x, \"\"y\"\"\",\"two\nlines\"\rlast,\n,end", ',')
	require.Equal(t, [][]string{{"a", "b"}, {`x, "y"`, "two\nlines"}, {"last", ""}, {"", "end"}}, all)
	require.Empty(t, flaws)

	all, flaws = table(t, "n,v\n1,\"open\n2,\"Baz\",x\n3,5\" pipe\n", ',')
	require.Equal(t, [][]string{{"n", "v"}, {"1", `"open`}, {"2", "Baz", "x"}, {"3", `5" pipe`}}, all, "the rows behind an open quote are not lost")
	require.Equal(t, []flaw{flawQuote}, flaws)

	all, flaws = table(t, "a,\""+strings.Repeat("x", 10<<20)+"\",c\nd,e,f\n", ',')
	require.Len(t, all, 2)
	require.Len(t, all[0][1], maxCell)
	require.Equal(t, []flaw{flawLong}, flaws)
	require.Equal(t, []string{"d", "e", "f"}, all[1])
}

func TestAFileInAnyEncodingIsReadAsItWasMeant(t *testing.T) {
	t.Parallel()
	utf16le := func(s string) []byte {
		out := []byte{0xFF, 0xFE}
		for _, u := range utf16.Encode([]rune(s)) {
			out = append(out, byte(u), byte(u>>8))
		}
		return out
	}
	const text = "Firma;Ort\r\nCafé Müller – Söhne;Köln\r\nBäckerei;Düren\r\n"
	latin := []byte("Firma;Ort\r\nCaf\xe9 M\xfcller \x96 S\xf6hne;K\xf6ln\r\nB\xe4ckerei;D\xfcren\r\n")
	for name, content := range map[string][]byte{
		"plain": []byte(text), "with a mark": []byte("\ufeff" + text), "UTF-16": utf16le(text),
		"UTF-16 without a mark": utf16le(text)[2:], "Windows": latin, "with Excel's hint": []byte("sep=;\r\n" + text),
		"the letter stands in the last row": append([]byte("Firma;Ort\r\n"+strings.Repeat("Plain;Town\r\n", 50_000)), latin[11:]...),
	} {
		path := file(t, content)
		r, sample, err := look(path, nil)
		require.NoError(t, err, name)
		require.Equal(t, ";", r.Separator, name)
		require.Equal(t, []string{"Firma", "Ort"}, sample[0], name)
		in, err := open(path, r)
		require.NoError(t, err)
		found := false
		for {
			rec, err := in.next()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err)
			found = found || rec.cells[0] == "Café Müller – Söhne" && rec.cells[1] == "Köln"
		}
		require.NoError(t, in.close())
		require.True(t, found, name)
	}
	_, _, err := look(file(t, bytes.Repeat([]byte{0, 1, 2, 0xff}, 1000)), nil)
	require.Equal(t, fault.Invalid, fault.CodeOf(err), "what is no text is refused in words")
}

func TestHeadingsMayBeDoubleEmptyOrFiveHundred(t *testing.T) {
	t.Parallel()
	d := setup(t)
	heads := make([]string, 500)
	cells := make([]string, 500)
	for i := range heads {
		heads[i], cells[i] = "Phone", "x"
	}
	heads[0], heads[1], heads[499] = "Name", "", "Phone"
	cells[0] = "Wide"
	im := d.run(d.checked(strings.Join(heads, ",") + "\n" + strings.Join(cells, ",") + "\n"))
	require.Equal(t, Done, im.State, im.Error)
	require.Equal(t, 1, im.Counts.Created)
	require.Equal(t, "Column B", im.Columns[1].Heading)
	require.Equal(t, "Phone (2)", im.Columns[3].Heading)
	_, err := d.Create(d.ctx, "x.csv", 1)
	require.NoError(t, err)
	wide, err := d.Create(d.ctx, "wide.csv", int64(len(strings.Repeat("a,", 1500))))
	require.NoError(t, err)
	_, err = d.Receive(d.ctx, wide.ID, 0, []byte(strings.Repeat("a,", 1500)))
	require.Equal(t, fault.Invalid, fault.CodeOf(err))
	require.Equal(t, Failed, d.get(wide).State)
}

func TestFormulasGoOutHarmless(t *testing.T) {
	t.Parallel()
	d := setup(t)
	im := d.checked("name,email\n=HYPERLINK(\"http://x\"),@SUM(A1)\n+1 302 555,-5\n")
	var out strings.Builder
	require.NoError(t, d.WriteFindings(d.ctx, im.ID, &out))
	require.Contains(t, out.String(), "'@SUM(A1)")
	require.Contains(t, out.String(), "'=HYPERLINK")
	require.NotContains(t, out.String(), ",=HYPERLINK")
	require.Equal(t, "+1 (302) 555-0100", harmless("+1 (302) 555-0100"))
	require.Equal(t, "'+cmd|' /C calc'!A0", harmless("+cmd|' /C calc'!A0"))
}

func TestPlacesAreFoundThoughWrittenWrong(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.exec(`insert into extracts (file_name, sha256, state, bounds) values ('x', 'y', 'current', st_makeenvelope(-75.8, 38.4, -75, 39.9, 4326))`)
	im := d.checked("name,latitude,longitude\nDecimal comma,\"39,16\",\"-75,52\"\nSwapped,-75.52,39.16\nNo minus,39.16,75.52\nDegrees,39°9'36\"N,75°31'12\"W\nNowhere,0,0\nHalf,39.16,\nFar,139.16,-275.52\n")
	require.Equal(t, []string{"3 swapped", "4 wrong_sign", "6 zero_place", "7 half_a_place", "8 bad_coordinate"}, d.findings(im))
	d.run(im)
	require.Equal(t, 4, value[int](d, `select count(*) from sites where st_dwithin(point, st_setsrid(st_makepoint(-75.52, 39.16), 4326), 0.0001)`))
	p, ok := parseCoordinates("39,158; -75,524")
	require.True(t, ok)
	require.InDelta(t, -75.524, p[0], 1e-9)
}

func TestDatesOfEveryHabit(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2026-03-04": "2026-03-04", "2026-03-04T10:11:12Z": "2026-03-04", "20260304": "2026-03-04", "4.3.2026": "2026-03-04",
		"04.03.26": "2026-03-04", "4 March 2026": "2026-03-04", "Mar 4, 2026": "2026-03-04", "4. März 2026": "2026-03-04",
		"Wednesday, 4 March 2026": "2026-03-04", "46085": "2026-03-04", "2026/3/4": "2026-03-04", "25/12/2025": "2025-12-25",
		"12/25/2025": "2025-12-25", "3/4/2026": "2026-03-04", "31.02.2026": "", "soon": "", "1": "", "99/99/9999": "",
	} {
		day, _, ok := parseDate(text, orderUnknown)
		require.Equal(t, want != "", ok, text)
		if ok {
			require.Equal(t, want, day.Format("2006-01-02"), text)
		}
	}
	require.Equal(t, dayFirst, orderOf([]string{"3/4/2026", "25/12/2025"}, orderUnknown))
	day, _, _ := parseDate("3/4/2026", dayFirst)
	require.Equal(t, "2026-04-03", day.Format("2006-01-02"))
}

func TestNumbersOfEveryHabit(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]float64{"1,234.50": 1234.5, "1.234,50": 1234.5, "1 234,50 €": 1234.5, "1'234.5": 1234.5, "$99": 99, "1,234": 1234, "0,5": 0.5, "(500)": -500, "1.5e3": 1500} {
		v, ok := parseNumber(text, 0)
		require.True(t, ok, text)
		require.InDelta(t, want, v, 1e-9, text)
	}
	v, _ := parseNumber("1.234", ',')
	require.InDelta(t, 1234, v, 0)
	for _, text := range []string{"", "abc", "12 apples and", "--"} {
		_, ok := parseNumber(text, 0)
		require.False(t, ok, text)
	}
}

func workbook(t testing.TB, rows ...[]any) []byte {
	t.Helper()
	book := excelize.NewFile()
	for i, cells := range rows {
		require.NoError(t, book.SetSheetRow("Sheet1", fmt.Sprint("A", i+1), &cells))
	}
	var out bytes.Buffer
	require.NoError(t, book.Write(&out))
	return out.Bytes()
}

func TestAWorkbookIsImportedAndABombIsNot(t *testing.T) {
	t.Parallel()
	d := setup(t)
	im := d.upload("book.xlsx", string(workbook(t, []any{"Name", "Umsatz", "Letzter Besuch", "Telefon"}, []any{"مخبز الدجاجة", 1234.5, 46085, 3025550100}, []any{"北京 🦆", 2, "4.3.2026", "x"})))
	require.Equal(t, "xlsx", im.Reading.Format)
	im = d.run(d.check(im))
	require.Equal(t, Done, im.State, im.Error)
	require.Equal(t, "مخبز الدجاجة 1234.50 2026-03-04 3025550100", value[string](d, `select concat_ws(' ', name, revenue, last_visit_on, phone) from accounts where phone <> 'x'`))

	var bomb bytes.Buffer
	z := zip.NewWriter(&bomb)
	for _, name := range []string{"[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"} {
		w, err := z.Create(name)
		require.NoError(t, err)
		part := bytes.Repeat([]byte{' '}, 1<<20)
		for range 40 {
			_, err = w.Write(part)
			require.NoError(t, err)
		}
	}
	require.NoError(t, z.Close())
	made, err := d.Create(d.ctx, "bomb.xlsx", int64(bomb.Len()))
	require.NoError(t, err)
	_, err = d.Receive(d.ctx, made.ID, 0, bomb.Bytes())
	require.Equal(t, fault.Invalid, fault.CodeOf(err))
	require.Contains(t, err.Error(), "unpacks")
	_, _, err = look(file(t, []byte("PK\x03\x04 and no more")), nil)
	require.Equal(t, fault.Invalid, fault.CodeOf(err))
}

// numbered is a file of so many accounts.
func numberedFile(n int) string {
	var b strings.Builder
	b.WriteString("number,name,lat,lon\n")
	for i := range n {
		fmt.Fprintf(&b, "%d,Account %d,39.%04d,-75.5\n", i, i, i)
	}
	return b.String()
}

func TestAnImportCancelledHalfWayKeepsWhatItWroteAndCanBeUndone(t *testing.T) {
	t.Parallel()
	d := setup(t)
	im := d.checked(numberedFile(20))
	_, err := d.Run(d.ctx, im.ID, 0)
	require.NoError(t, err)
	job := d.queued[0]
	d.queued = nil
	im = d.get(im)
	for range 3 { // three batches, then somebody cancels
		to := im.cursor + 3
		require.NoError(t, d.DB.Tx(d.ctx, func(tx pgx.Tx) error {
			a, err := actorOf(d.ctx)
			require.NoError(t, err)
			return d.writeBatch(d.ctx, tx, a, im, to)
		}))
		im.cursor = to
	}
	_, err = d.Cancel(d.ctx, im.ID)
	require.NoError(t, err)
	require.ErrorIs(t, d.Service.work(job.context(t.Context()), job.ImportID, job.Run), errNotWanted)
	require.Equal(t, 8, value[int](d, `select count(*) from accounts`), "rows 2 to 9")
	im = d.undone(im)
	require.Equal(t, Undone, im.State)
	require.Zero(t, value[int](d, `select count(*) from accounts`))
}

func TestTheDatabaseGoesAwayAndComesBackWithoutLossOrDoubles(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.batch = 20
	im := d.checked(numberedFile(600))
	_, err := d.Run(d.ctx, im.ID, 0)
	require.NoError(t, err)
	job := d.queued[0]
	d.queued = nil
	admin, err := pgx.Connect(t.Context(), d.db.SuperURL)
	require.NoError(t, err)
	defer func() { require.NoError(t, admin.Close(context.WithoutCancel(t.Context()))) }()
	done := make(chan error, 1)
	go func() { done <- d.Service.work(job.context(t.Context()), job.ImportID, job.Run) }()
	cut := 0
	for working := true; working; {
		select {
		case err := <-done:
			require.NoError(t, err)
			working = false
		default:
			tag, err := admin.Exec(t.Context(), `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`)
			require.NoError(t, err)
			if tag.RowsAffected() > 0 {
				cut++
			}
			if cut >= 6 { // often enough: let it finish
				require.NoError(t, <-done)
				working = false
			}
		}
	}
	require.Positive(t, cut)
	require.Equal(t, Done, d.get(im).State)
	require.Equal(t, 600, value[int](d, `select count(*) from accounts`))
	require.Equal(t, 600, value[int](d, `select count(distinct external_id) from accounts`))
	require.Equal(t, 600, value[int](d, `select count(*) from sites`))
}

func TestRowsThatAreThereAlreadyAreSaidAndDecidedOn(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.run(d.checked("name,email,city\nBlue Hen Bakery Inc.,eve@bluehen.example,Dover\n"))
	im := d.checked("name,email,city\nBLUE HEN BAKERY,eve@bluehen.example,Dover\nOther,,Dover\nother,,Dover\nBlue Hen Bakery,,Lewes\n", func(p *Plan) { p.Locate = false })
	require.Equal(t, []string{"2 resembles", "4 double_row"}, d.findings(im))
	require.Equal(t, []int{2, 0, 2}, []int{im.Counts.New, im.Counts.Updates, im.Counts.Skipped})
	update := "update"
	_, err := d.Correct(d.ctx, im.ID, 2, nil, &update)
	require.NoError(t, err)
	im = d.run(im)
	require.Equal(t, []int{2, 1, 1}, []int{im.Counts.Created, im.Counts.Updated, im.Counts.Skipped})
	require.Equal(t, "BLUE HEN BAKERY", value[string](d, `select name from accounts order by id limit 1`))
}
