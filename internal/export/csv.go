package export

import (
	"bufio"
	"io"
	"strconv"
	"strings"

	"github.com/waymark-crm/waymark/internal/accounts"
)

// csvWriter writes RFC 4180 with a byte order mark, so that spreadsheets read it
// as UTF-8.
type csvWriter struct {
	to      io.Writer
	out     *bufio.Writer
	columns []column
}

func (w *csvWriter) begin(columns []column) error {
	w.out, w.columns = bufio.NewWriterSize(w.to, 64<<10), columns
	_, _ = w.out.WriteString("\ufeff") // the writer keeps its error until it is flushed
	for i, c := range columns {
		w.cell(i, Harmless(c.heading))
	}
	_, _ = w.out.WriteString("\r\n")
	return w.flush()
}

func (w *csvWriter) account(r *accounts.Record) error {
	return lines(w.columns, r, func(l line, further bool) error {
		for i, c := range w.columns {
			w.cell(i, cellText(c.of(l, further)))
		}
		_, err := w.out.WriteString("\r\n")
		return err
	})
}

func (w *csvWriter) cell(i int, text string) {
	if i > 0 {
		_ = w.out.WriteByte(',')
	}
	if text == "" {
		return
	}
	if !strings.ContainsAny(text, ",\"\r\n;\t") && text[0] != ' ' {
		_, _ = w.out.WriteString(text)
		return
	}
	_ = w.out.WriteByte('"')
	_, _ = w.out.WriteString(strings.ReplaceAll(text, `"`, `""`))
	_ = w.out.WriteByte('"')
}

func (w *csvWriter) flush() error { return w.out.Flush() }

func (w *csvWriter) end() error { return w.flush() }

// cellText writes a value for a table of texts. Numbers stay numbers, since a
// minus in front of one is no formula.
func cellText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return Harmless(v)
	case []string:
		return Harmless(listText(v))
	case day:
		return string(v)
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case int:
		return strconv.Itoa(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return numberText(v)
	}
	return ""
}

// listText writes several texts into one cell, with a semicolon between them. One
// that holds a sign at which an import cuts a list is quoted, as in CSV.
func listText(texts []string) string {
	parts := make([]string, len(texts))
	for i, text := range texts {
		if parts[i] = text; strings.ContainsAny(text, `,;|#"`) || text != strings.TrimSpace(text) {
			parts[i] = `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
		}
	}
	return strings.Join(parts, "; ")
}

// numberText writes a number so that no reader takes its point for one between
// thousands: 1.25 may only be one and a quarter, 1.250 may be twelve hundred and
// fifty, and is written 1.2500.
func numberText(v float64) string {
	text := strconv.FormatFloat(v, 'f', -1, 64)
	if _, fraction, _ := strings.Cut(text, "."); len(fraction) == 3 {
		text += "0"
	}
	return text
}

// Harmless puts a quote in front of a text that a spreadsheet would take for a
// formula, and in front of one that looks as if this had been done to it already.
// An import takes the quote off again.
func Harmless(text string) string {
	if rest := strings.TrimLeft(text, "'"); rest != "" && strings.IndexByte("=+-@\t\r", rest[0]) >= 0 {
		return "'" + text
	}
	return text
}
