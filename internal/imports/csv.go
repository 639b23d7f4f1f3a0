package imports

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/waymark-crm/waymark/internal/fault"
)

// Bounds of what is read from a file.
const (
	maxColumns = 1_000
	maxCell    = 64 << 10  // bytes of a cell that are kept; the longest field takes 20,000 characters
	maxRecord  = 24 << 20  // bytes of a row, and of a text in quotes that is looked for its end
	maxRows    = 2_000_000 // of a file
	maxReread  = 512 << 20 // bytes that are read again because of quotes without an end
)

// flaw is what is wrong with how a row was written.
type flaw string

const (
	flawQuote flaw = "unclosed_quote" // a quote without an end; it was taken for text
	flawLong  flaw = "cell_too_long"  // the rest of a cell was cut off
)

// record is a row of a file as it was read.
type record struct {
	cells []string
	flaws map[int]flaw // by position
}

// rows gives the rows of a file one after the other, and io.EOF behind the last.
// The record may be used until the next call.
type rows interface {
	next() (record, error)
	close() error
}

// csvReader reads separated values in UTF-8, as forgiving as can be told apart
// from guessing: rows end with \n, \r\n or \r, mixed at will; a cell in quotes
// may hold separators, line ends and doubled quotes. A quote that is never
// closed, or behind whose end something else than a separator follows, is text:
// the row is then read once more with that quote as a letter.
type csvReader struct {
	from      io.Reader
	separator byte

	buffer []byte // what was read of the file and not yet given away
	at     int    // where the next row begins in it
	ended  bool   // of the file
	reread int

	cells []string
	text  []byte // of a cell with doubled quotes
}

func newCSVReader(from io.Reader, separator byte) *csvReader {
	return &csvReader{from: from, separator: separator}
}

func (r *csvReader) close() error { return nil }

// byteAt returns the byte i behind the beginning of the row; false behind the end
// of the file.
func (r *csvReader) byteAt(i int) (byte, bool, error) {
	for r.at+i >= len(r.buffer) {
		if r.ended {
			return 0, false, nil
		}
		if err := r.fill(); err != nil {
			return 0, false, err
		}
	}
	return r.buffer[r.at+i], true, nil
}

func (r *csvReader) fill() error {
	if r.at > 0 { // what was given away makes room
		r.buffer = r.buffer[:copy(r.buffer, r.buffer[r.at:])]
		r.at = 0
	}
	const step = 256 << 10
	if cap(r.buffer)-len(r.buffer) < step {
		r.buffer = append(make([]byte, 0, 2*cap(r.buffer)+2*step), r.buffer...)
	}
	n, err := r.from.Read(r.buffer[len(r.buffer) : len(r.buffer)+step])
	r.buffer = r.buffer[:len(r.buffer)+n]
	if errors.Is(err, io.EOF) {
		r.ended = true
		return nil
	}
	return err
}

var errTooManyQuotes = fault.New(fault.Invalid, "The file has too many quotes that are never closed. Open it in a spreadsheet and save it again as CSV.")

// next reads a row. Empty rows are rows with one empty cell.
func (r *csvReader) next() (record, error) {
	rec := record{}
	var literal map[int]bool // quotes that are text, by their place in the row
	for {
		if _, more, err := r.byteAt(0); err != nil || !more {
			if err == nil {
				err = io.EOF
			}
			return rec, err
		}
		used, open, err := r.row(&rec, literal)
		if err != nil {
			return rec, err
		}
		if open < 0 {
			r.at += used
			return rec, nil
		}
		if r.reread += used; r.reread > maxReread {
			return rec, errTooManyQuotes
		}
		if literal == nil {
			literal = map[int]bool{}
		}
		literal[open] = true
		rec = record{}
	}
}

// row reads one row. It returns how many bytes it took, or the place of a quote
// that has no end.
func (r *csvReader) row(rec *record, literal map[int]bool) (used, open int, err error) {
	r.cells = r.cells[:0]
	i := 0
	for {
		c, more, err := r.byteAt(i)
		if err != nil {
			return 0, -1, err
		}
		var cell string
		var long bool
		if more && c == '"' && !literal[i] {
			begin := i
			var fine bool
			if cell, long, i, fine, err = r.quoted(i); err != nil {
				return 0, -1, err
			}
			if !fine {
				return i, begin, nil
			}
		} else {
			if more && c == '"' {
				rec.blame(len(r.cells), flawQuote)
			}
			begin := i
			for more && c != r.separator && c != '\n' && c != '\r' {
				if i++; i > maxRecord {
					return 0, -1, fault.Errorf(fault.Invalid, "A row of the file is longer than %d MB. Is it really a CSV file?", maxRecord>>20)
				}
				if c, more, err = r.byteAt(i); err != nil {
					return 0, -1, err
				}
			}
			cell, long = text(r.buffer[r.at+begin : r.at+i])
		}
		if long {
			rec.blame(len(r.cells), flawLong)
		}
		if len(r.cells) >= maxColumns {
			return 0, -1, errTooManyColumns
		}
		r.cells = append(r.cells, unquoted(cell))
		if c, more, err = r.byteAt(i); err != nil {
			return 0, -1, err
		}
		switch {
		case !more:
			rec.cells = r.cells
			return i, -1, nil
		case c == r.separator:
			i++
			continue
		case c == '\r':
			i++
			if c, more, err = r.byteAt(i); err != nil {
				return 0, -1, err
			}
			if more && c == '\n' {
				i++
			}
		default:
			i++
		}
		rec.cells = r.cells
		return i, -1, nil
	}
}

var errTooManyColumns = fault.Errorf(fault.Invalid, "The file has a row with more than %d columns. Leave out what is not needed.", maxColumns)

// quoted reads a cell in quotes that begins at i, and returns where it ends.
func (r *csvReader) quoted(i int) (cell string, long bool, end int, fine bool, err error) {
	begin := i
	r.text = r.text[:0]
	doubled := false
	for i++; ; i++ {
		if i-begin > maxRecord {
			return "", false, i, false, nil
		}
		c, more, err := r.byteAt(i)
		if err != nil || !more {
			return "", false, i, false, err
		}
		if c != '"' {
			if doubled && len(r.text) <= maxCell {
				r.text = append(r.text, c)
			}
			continue
		}
		after, more, err := r.byteAt(i + 1)
		if err != nil {
			return "", false, i, false, err
		}
		if more && after == '"' {
			if !doubled {
				doubled = true
				r.text = append(r.text, r.buffer[r.at+begin+1:min(r.at+i, r.at+begin+2+maxCell)]...)
			}
			r.text = append(r.text, '"')
			i++
			continue
		}
		if more && after != r.separator && after != '\n' && after != '\r' {
			return "", false, i, false, nil
		}
		raw := r.text
		if !doubled {
			raw = r.buffer[r.at+begin+1 : r.at+i]
		}
		cell, long = text(raw)
		return cell, long, i + 1, true, nil
	}
}

// unquoted takes off the quote that an export puts in front of what a spreadsheet
// would take for a formula.
func unquoted(cell string) string {
	if cell == "" || cell[0] != '\'' {
		return cell
	}
	if rest := strings.TrimLeft(cell, "'"); rest != "" && strings.IndexByte("=+-@\t\r", rest[0]) >= 0 {
		return cell[1:]
	}
	return cell
}

// text makes a cell of bytes: at most maxCell of them, whole characters, no NUL.
func text(raw []byte) (cell string, long bool) {
	if len(raw) > maxCell {
		long = true
		raw = raw[:maxCell]
		for len(raw) > 0 && !utf8.RuneStart(raw[len(raw)-1]) {
			raw = raw[:len(raw)-1]
		}
		if last, _ := utf8.DecodeLastRune(raw); last == utf8.RuneError {
			raw = raw[:len(raw)-1]
		}
	}
	if bytes.IndexByte(raw, 0) >= 0 {
		raw = bytes.ReplaceAll(raw, []byte{0}, nil)
	}
	if !utf8.Valid(raw) {
		raw = bytes.ToValidUTF8(raw, []byte("\uFFFD"))
	}
	return string(raw), long
}

func (rec *record) blame(position int, f flaw) {
	if rec.flaws == nil {
		rec.flaws = map[int]flaw{}
	}
	rec.flaws[position] = f
}
