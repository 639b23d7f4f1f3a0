package imports

import (
	"archive/zip"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/waymark-crm/waymark/internal/fault"
)

// Bounds of a workbook. Real ones pack about 10 to 1; a bomb 1,000 to 1.
const (
	maxUnpacked  = 3 << 30  // bytes of all parts
	maxEntries   = 5_000    // files in it
	freeUnpacked = 32 << 20 // bytes of a part whose packing is not looked at
	maxRatio     = 150      // to which a larger part may be packed
	maxInMemory  = 16 << 20 // bytes of a part that are held in memory; the rest goes through a file
	maxSheets    = 200      //
	zipMagic     = "PK\x03\x04"
	oleMagic     = "\xD0\xCF\x11\xE0" // .xls, and workbooks with a password
)

var (
	errBomb    = fault.New(fault.Invalid, "This workbook unpacks to far more than a table holds. Save the one sheet as CSV and import that.")
	errNoSheet = fault.New(fault.Invalid, "This is no Excel workbook (.xlsx) that can be read. Open it in a spreadsheet, save it again, or save it as CSV.")
	errOld     = fault.New(fault.Invalid, "This is an old Excel file (.xls) or has a password. Save it as .xlsx without a password, or as CSV.")
)

// checkWorkbook looks at what a workbook says it holds, before any of it is
// unpacked.
func checkWorkbook(path string) (err error) {
	archive, err := zip.OpenReader(path)
	if err != nil {
		return errNoSheet.WithCause(err)
	}
	defer func() { err = errors.Join(err, archive.Close()) }()
	if len(archive.File) > maxEntries {
		return errBomb
	}
	var total uint64
	for _, part := range archive.File {
		if strings.HasSuffix(part.Name, ".zip") || strings.HasSuffix(part.Name, ".xlsx") {
			continue // never unpacked
		}
		total += part.UncompressedSize64
		if total > maxUnpacked || part.UncompressedSize64 > freeUnpacked && part.UncompressedSize64/max(1, part.CompressedSize64) > maxRatio {
			return errBomb
		}
	}
	return nil
}

func openWorkbook(path string) (*excelize.File, error) {
	if err := checkWorkbook(path); err != nil {
		return nil, err
	}
	book, err := excelize.OpenFile(path, excelize.Options{
		RawCellValue: true, UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxInMemory,
	})
	if err != nil {
		return nil, errNoSheet.WithCause(err)
	}
	return book, nil
}

// sheetsOf lists the sheets of a workbook that hold tables, in their order.
func sheetsOf(path string) ([]string, error) {
	book, err := openWorkbook(path)
	if err != nil {
		return nil, err
	}
	names := book.GetSheetList()
	if err := book.Close(); err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, errNoSheet
	}
	return names[:min(len(names), maxSheets)], nil
}

// sheetReader reads the rows of one sheet. Numbers come as they are stored: a
// date is a number of days.
type sheetReader struct {
	book *excelize.File
	rows *excelize.Rows
}

func newSheetReader(path, sheet string) (*sheetReader, error) {
	book, err := openWorkbook(path)
	if err != nil {
		return nil, err
	}
	rows, err := book.Rows(sheet)
	if err != nil {
		return nil, errors.Join(errNoSheet.WithCause(err), book.Close())
	}
	return &sheetReader{book, rows}, nil
}

func (r *sheetReader) close() error { return errors.Join(r.rows.Close(), r.book.Close()) }

func (r *sheetReader) next() (record, error) {
	if !r.rows.Next() {
		if err := r.rows.Error(); err != nil {
			return record{}, errNoSheet.WithCause(err)
		}
		return record{}, io.EOF
	}
	cells, err := r.rows.Columns()
	if err != nil {
		return record{}, errNoSheet.WithCause(err)
	}
	if len(cells) > maxColumns {
		if strings.Join(cells[maxColumns:], "") != "" {
			return record{}, errTooManyColumns
		}
		cells = cells[:maxColumns]
	}
	rec := record{cells: cells}
	for i, cell := range cells {
		kept, long := text([]byte(plainNumber(cell)))
		if long {
			rec.blame(i, flawLong)
		}
		cells[i] = kept
	}
	if len(cells) == 0 {
		rec.cells = []string{""}
	}
	return rec, nil
}

// plainNumber writes a number as people do: workbooks store 3.0255501E9 for a
// phone number and 39.159999999999997 for 39.16.
func plainNumber(cell string) string {
	if len(cell) < 5 || len(cell) > 32 || !strings.ContainsAny(cell, "E.") || strings.Trim(cell, "0123456789.eE+-") != "" {
		return cell
	}
	if len(cell) < 16 && !strings.Contains(cell, "E") {
		return cell
	}
	v, err := strconv.ParseFloat(cell, 64)
	if err != nil {
		return cell
	}
	short, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 15, 64), 64)
	if err != nil {
		return cell
	}
	return strconv.FormatFloat(short, 'f', -1, 64)
}

// formatOf tells a workbook from a text by its first bytes.
func formatOf(path string) (format string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	head := make([]byte, 4)
	n, err := io.ReadFull(file, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return "", err
	}
	switch string(head[:n]) {
	case zipMagic:
		return "xlsx", nil
	case oleMagic:
		return "", errOld
	}
	return "csv", nil
}
