package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/xuri/excelize/v2"
)

var headings = []string{"number", "name", "status", "class", "category", "phone", "email", "website", "revenue", "street", "housenumber", "city", "postcode", "latitude", "longitude"}

// account is the row i of the file.
func account(i int) []string {
	of := func(names ...string) string { return names[i%len(names)] }
	return []string{
		fmt.Sprintf("N%07d", i),
		fmt.Sprintf("%s %s %d", of("Blue", "Red", "Green", "Old", "New"), of("Bakery", "Garage", "Clinic", "School", "Market", "Hotel"), i),
		of("customer", "prospect", "former"), of("A", "B", "C"), of("food", "cars", "health"),
		fmt.Sprintf("+1 302 %03d %04d", i%1000, i%10000), fmt.Sprintf("info%d@example.com", i), fmt.Sprintf("https://shop%d.example.com", i),
		fmt.Sprintf("%d.50", i%100000),
		of("Main", "Oak", "Elm", "Second", "Church") + " Street", fmt.Sprint(i % 900),
		of("Dover", "Newark", "Lewes", "Smyrna", "Milford", "Seaford", "Georgetown"), fmt.Sprintf("199%02d", i%80),
		fmt.Sprintf("%.5f", 38.5+float64(i%1300)/1000), fmt.Sprintf("%.5f", -75.7+float64(i/1300%600)/1000),
	}
}

// file writes a file of so many accounts and returns its path.
func (b *bench) file(rows int, format string) (string, error) {
	if format == "xlsx" {
		return b.workbook(rows)
	}
	return b.csv("bench.csv", func(line func([]string)) {
		line(headings)
		for i := range rows {
			line(account(i))
		}
	})
}

// csv writes a file of the lines that fill gives. None of the cells needs quotes.
func (b *bench) csv(name string, fill func(line func([]string))) (path string, err error) {
	path = filepath.Join(b.folder, name)
	out, err := os.Create(path)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	w := bufio.NewWriterSize(out, 1<<20)
	fill(func(cells []string) {
		// A write that fails is remembered, and Flush says it.
		_, _ = io.WriteString(w, strings.Join(cells, ","))
		_ = w.WriteByte('\n')
	})
	return path, w.Flush()
}

func (b *bench) workbook(rows int) (path string, err error) {
	book := excelize.NewFile()
	defer func() { err = errors.Join(err, book.Close()) }()
	w, err := book.NewStreamWriter("Sheet1")
	if err != nil {
		return "", err
	}
	for i := range rows + 1 {
		cells := headings
		if i > 0 {
			cells = account(i - 1)
		}
		values := make([]any, len(cells))
		for k, cell := range cells {
			values[k] = cell
		}
		if err := w.SetRow(fmt.Sprint("A", i+1), values); err != nil {
			return "", err
		}
	}
	if err := w.Flush(); err != nil {
		return "", err
	}
	path = filepath.Join(b.folder, "bench.xlsx")
	return path, book.SaveAs(path)
}
