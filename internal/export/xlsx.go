package export

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/waymark-crm/waymark/internal/accounts"
)

// Bounds of a sheet, which spreadsheets set.
const (
	sheetRows = 1_048_576
	sheetCell = 32_767 // characters
)

// xlsxWriter writes a workbook (ECMA-376) part by part, straight into its
// archive: texts stand in their cells, so that nothing has to be collected. What
// a sheet does not hold goes into the next one. No cell is ever a formula.
type xlsxWriter struct {
	to      io.Writer
	archive *zip.Writer
	out     *bufio.Writer
	columns []column
	sheets  int
	rows    int // of this sheet
}

const (
	xmlHead      = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	mainSpace    = `http://schemas.openxmlformats.org/spreadsheetml/2006/main`
	officeSpace  = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
	packageSpace = `http://schemas.openxmlformats.org/package/2006/`
)

func (w *xlsxWriter) begin(columns []column) error {
	w.archive, w.columns = zip.NewWriter(w.to), columns
	// Style 1 is the heading's, style 2 that of dates (format 14).
	err := w.part("xl/styles.xml", `<styleSheet xmlns="`+mainSpace+`"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>`+
		`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders>`+
		`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>`+
		`<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/><xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>`)
	if err != nil {
		return err
	}
	return w.sheet()
}

func (w *xlsxWriter) part(name, body string) error {
	p, err := w.archive.Create(name)
	if err != nil {
		return err
	}
	_, err = io.WriteString(p, xmlHead+body)
	return err
}

// sheet begins a sheet with its headings.
func (w *xlsxWriter) sheet() error {
	if w.sheets > 0 {
		if err := w.endSheet(); err != nil {
			return err
		}
	}
	w.sheets++
	p, err := w.archive.Create(fmt.Sprintf("xl/worksheets/sheet%d.xml", w.sheets))
	if err != nil {
		return err
	}
	w.out, w.rows = bufio.NewWriterSize(p, 64<<10), 0
	_, _ = w.out.WriteString(xmlHead + `<worksheet xmlns="` + mainSpace + `"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>`)
	w.row(func() {
		for i, c := range w.columns {
			w.text(i, c.heading, 1)
		}
	})
	return nil
}

func (w *xlsxWriter) endSheet() error {
	_, _ = w.out.WriteString(`</sheetData></worksheet>`)
	return w.out.Flush()
}

func (w *xlsxWriter) row(cells func()) {
	w.rows++
	fmt.Fprintf(w.out, `<row r="%d">`, w.rows)
	cells()
	_, _ = w.out.WriteString(`</row>`)
}

func (w *xlsxWriter) account(r *accounts.Record) error {
	return lines(w.columns, r, func(l line, further bool) error {
		if w.rows == sheetRows {
			if err := w.sheet(); err != nil {
				return err
			}
		}
		w.row(func() {
			for i, c := range w.columns {
				w.cell(i, c.of(l, further))
			}
		})
		return nil
	})
}

func (w *xlsxWriter) cell(i int, v any) {
	switch v := v.(type) {
	case string:
		w.text(i, v, 0)
	case []string:
		w.text(i, listText(v), 0)
	case bool:
		n := "0"
		if v {
			n = "1"
		}
		fmt.Fprintf(w.out, `<c r="%s" t="b"><v>%s</v></c>`, w.at(i), n)
	case int:
		w.number(i, strconv.Itoa(v))
	case int64:
		w.number(i, strconv.FormatInt(v, 10))
	case float64:
		w.number(i, strconv.FormatFloat(v, 'g', -1, 64))
	case day:
		if n, ok := serial(v); ok {
			fmt.Fprintf(w.out, `<c r="%s" s="2"><v>%d</v></c>`, w.at(i), n)
		} else {
			w.text(i, string(v), 0)
		}
	}
}

// serial is the number of a day in a workbook; false before March 1900, where
// spreadsheets disagree.
func serial(d day) (int, bool) {
	t, err := time.Parse("2006-01-02", string(d))
	if err != nil || t.Year() < 1901 {
		return 0, false
	}
	return int(t.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours() / 24), true
}

func (w *xlsxWriter) number(i int, text string) {
	fmt.Fprintf(w.out, `<c r="%s"><v>%s</v></c>`, w.at(i), text)
}

// escaped is a text that readers would take for an escaped character.
var escaped = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

func (w *xlsxWriter) text(i int, text string, style int) {
	if text == "" {
		return
	}
	if utf8.RuneCountInString(text) > sheetCell {
		text = string([]rune(text)[:sheetCell])
	}
	text = escaped.ReplaceAllString(text, "_x005F$0")
	fmt.Fprintf(w.out, `<c r="%s" t="inlineStr"`, w.at(i))
	if style > 0 {
		fmt.Fprintf(w.out, ` s="%d"`, style)
	}
	_, _ = w.out.WriteString(`><is><t xml:space="preserve">`)
	_ = xml.EscapeText(w.out, []byte(text)) // the writer keeps its error until it is flushed
	_, _ = w.out.WriteString(`</t></is></c>`)
}

// at names a cell of this row: B7.
func (w *xlsxWriter) at(i int) string { return letters(i) + strconv.Itoa(w.rows) }

func letters(i int) string {
	if i < 26 {
		return string(rune('A' + i))
	}
	return letters(i/26-1) + letters(i%26)
}

func (w *xlsxWriter) flush() error {
	if err := w.out.Flush(); err != nil {
		return err
	}
	return w.archive.Flush()
}

// end writes what names the sheets, now that it is known how many there are.
func (w *xlsxWriter) end() error {
	if err := w.endSheet(); err != nil {
		return err
	}
	var types, book, relations strings.Builder
	for n := 1; n <= w.sheets; n++ {
		fmt.Fprintf(&types, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`, n)
		name := "Accounts"
		if n > 1 {
			name += " " + strconv.Itoa(n)
		}
		fmt.Fprintf(&book, `<sheet name="%s" sheetId="%d" r:id="rId%d"/>`, name, n, n)
		fmt.Fprintf(&relations, `<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>`, n, officeSpace, n)
	}
	fmt.Fprintf(&relations, `<Relationship Id="rId%d" Type="%s/styles" Target="styles.xml"/>`, w.sheets+1, officeSpace)
	for _, p := range [][2]string{
		{"xl/workbook.xml", `<workbook xmlns="` + mainSpace + `" xmlns:r="` + officeSpace + `"><sheets>` + book.String() + `</sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="` + packageSpace + `relationships">` + relations.String() + `</Relationships>`},
		{"_rels/.rels", `<Relationships xmlns="` + packageSpace + `relationships"><Relationship Id="rId1" Type="` + officeSpace + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"[Content_Types].xml", `<Types xmlns="` + packageSpace + `content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>` + types.String() + `</Types>`},
	} {
		if err := w.part(p[0], p[1]); err != nil {
			return err
		}
	}
	return w.archive.Close()
}
