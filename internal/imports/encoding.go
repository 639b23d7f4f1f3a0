package imports

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/waymark-crm/waymark/internal/fault"
)

// Encodings of text files.
const (
	UTF8        = "utf-8"
	UTF16LE     = "utf-16le"
	UTF16BE     = "utf-16be"
	Windows1252 = "windows-1252" // Latin-1 with the characters that Windows adds
)

// detectEncoding reads the whole file: a letter that is no UTF-8 may stand in its
// last row. Latin-1 is read as windows-1252, which holds all of its letters.
func detectEncoding(path string) (encoding string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	in := bufio.NewReaderSize(file, 1<<20)
	head, err := in.Peek(4096)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	switch {
	case bytes.HasPrefix(head, []byte{0xEF, 0xBB, 0xBF}):
		return UTF8, nil
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}):
		return UTF16LE, nil
	case bytes.HasPrefix(head, []byte{0xFE, 0xFF}):
		return UTF16BE, nil
	}
	// In text of mostly Latin letters every other byte of UTF-16 is zero.
	var even, odd int
	for i, b := range head {
		if b == 0 {
			if i%2 == 0 {
				even++
			} else {
				odd++
			}
		}
	}
	controls := 0
	for _, b := range head {
		if b > 0 && b < ' ' && b != '\t' && b != '\n' && b != '\r' {
			controls++
		}
	}
	switch {
	case even+odd > 0 && controls > len(head)/20:
		return "", errNoText
	case odd > len(head)/5 && even < len(head)/50:
		return UTF16LE, nil
	case even > len(head)/5 && odd < len(head)/50:
		return UTF16BE, nil
	case even+odd > len(head)/20:
		return "", errNoText
	}
	valid, err := validUTF8(in)
	if err != nil {
		return "", err
	}
	if valid {
		return UTF8, nil
	}
	return Windows1252, nil
}

var errNoText = fault.New(fault.Invalid, "This is neither a CSV file nor an Excel workbook (.xlsx). Save it as one of these and try again.")

// validUTF8 reports whether all that is left is UTF-8.
func validUTF8(in io.Reader) (bool, error) {
	buffer := make([]byte, 256<<10)
	kept := 0
	for {
		n, err := in.Read(buffer[kept:])
		part := buffer[:kept+n]
		ended := errors.Is(err, io.EOF)
		if err != nil && !ended {
			return false, err
		}
		whole := len(part)
		if !ended { // a character may go on in the next part
			for back := 1; back <= utf8.UTFMax && back <= len(part); back++ {
				if first := part[len(part)-back]; utf8.RuneStart(first) {
					if !utf8.FullRune(part[len(part)-back:]) {
						whole = len(part) - back
					}
					break
				}
			}
		}
		if !utf8.Valid(part[:whole]) {
			return false, nil
		}
		if ended {
			return true, nil
		}
		kept = copy(buffer, part[whole:])
	}
}

// decoded returns the file as UTF-8 without a byte order mark.
func decoded(in io.Reader, encoding string) (io.Reader, error) {
	switch encoding {
	case UTF8:
		buffered := bufio.NewReaderSize(in, 256<<10)
		if head, err := buffered.Peek(3); err == nil && bytes.Equal(head, []byte{0xEF, 0xBB, 0xBF}) {
			if _, err := buffered.Discard(3); err != nil {
				return nil, err
			}
		}
		return buffered, nil
	case UTF16LE:
		return transform.NewReader(in, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()), nil
	case UTF16BE:
		return transform.NewReader(in, unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder()), nil
	case Windows1252:
		return transform.NewReader(in, charmap.Windows1252.NewDecoder()), nil
	}
	return nil, fault.New(fault.Invalid, "The encoding must be one of utf-8, utf-16le, utf-16be and windows-1252.").WithField("encoding", "Choose one of these.")
}

// separators that files use, the likelier first.
var separators = []byte{',', ';', '\t', '|'}

// detectSeparator chooses what parts the rows of a sample into the same number of
// cells most often, and into the more of them. skip is the length of a line
// "sep=;" that Excel writes in front.
func detectSeparator(sample []byte) (separator byte, skip int) {
	line, _, _ := bytes.Cut(sample, []byte("\n"))
	if given := bytes.TrimRight(line, "\r"); len(given) == 5 && bytes.EqualFold(given[:4], []byte("sep=")) {
		return given[4], min(len(sample), len(line)+1)
	}
	best := 0.0
	separator = ','
	for _, candidate := range separators {
		r := newCSVReader(bytes.NewReader(sample), candidate)
		widths := map[int]int{}
		count := 0
		for count < 200 {
			rec, err := r.next()
			if err != nil {
				break
			}
			if len(rec.cells) == 1 && rec.cells[0] == "" {
				continue
			}
			widths[len(rec.cells)]++
			count++
		}
		for width, n := range widths {
			if width < 2 {
				continue
			}
			// How many rows agree counts most; a wider table is the likelier one.
			if score := float64(n)/float64(count) + 0.02*float64(min(width, 30)); score > best {
				best, separator = score, candidate
			}
		}
	}
	return separator, 0
}
