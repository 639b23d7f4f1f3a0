package imports

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/paulmach/orb"
)

// checker turns rows of a file into rows of the record. It is made once a file.
type checker struct {
	fields   fieldSet
	mapping  []string // the field of each column, "" for none
	byField  map[string]int
	marks    map[int]decimalMark // by position
	orders   map[int]dateOrder
	users    map[string]int64 // by mail and by name, in lower case
	teams    map[string]int64
	bounds   *orb.Bound // of the extract
	lenient  bool       // wrong values are left out instead of their rows
	assigns  bool       // owner and team may be set
	language string
	workbook bool // whose numbers have a point, whatever the language
}

// learn looks at a sample for how dates and numbers of each column are written.
func (c *checker) learn(sample [][]string) {
	c.marks, c.orders = map[int]decimalMark{}, map[int]dateOrder{}
	otherwise, mark := orderUnknown, decimalMark(0)
	if c.language == "de" {
		otherwise, mark = dayFirst, ','
	}
	if c.workbook {
		mark = '.'
	}
	for i, key := range c.mapping {
		field := c.fields.byKey[key]
		if field == nil {
			continue
		}
		var filled []string
		for _, cells := range sample {
			if i < len(cells) && strings.TrimSpace(cells[i]) != "" {
				filled = append(filled, strings.TrimSpace(cells[i]))
			}
		}
		switch field.Type {
		case "date":
			c.orders[i] = orderOf(filled, otherwise)
		case "number", "money":
			if c.marks[i] = markOf(filled); c.marks[i] == 0 {
				c.marks[i] = mark
			}
		}
	}
	c.byField = map[string]int{}
	for i, key := range c.mapping {
		if key != "" {
			c.byField[key] = i
		}
	}
}

// check reads a row.
func (c *checker) check(no int64, rec record) *row {
	r := &row{no: no}
	for i, key := range c.mapping {
		field := c.fields.byKey[key]
		if field == nil || i >= len(rec.cells) {
			continue
		}
		value := tidy(rec.cells[i], key == "notes")
		if value == "" {
			continue
		}
		one := cellCheck{c, r, i, field, value}
		switch rec.flaws[i] {
		case flawQuote:
			one.find("unclosed_quote", Warning, "", "")
		case flawLong:
			one.find("cell_too_long", Error, strconv.Itoa(maxCell), "")
			continue
		}
		one.set()
	}
	c.together(r, rec)
	if len(r.findings) > 0 || r.name == nil { // the record may have something to say about it
		r.raw = slices.Clone(rec.cells)
	}
	return r
}

// tidy trims a cell and takes out what is no text; a text of several lines keeps
// them.
func tidy(s string, lines bool) string {
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r == '\u00a0' || r == '\ufeff' || r == '\u200b' }) {
		s = strings.Map(func(r rune) rune {
			switch {
			case r == '\n' && lines:
				return r
			case r == '\ufeff' || r == '\u200b' || r == '\r' && lines:
				return -1
			case unicode.IsControl(r) || r == '\u00a0':
				return ' '
			}
			return r
		}, s)
	}
	return strings.TrimSpace(s)
}

// cellOf is the text of the column that fills a field.
func (c *checker) cellOf(key string, rec record) (text string, position int) {
	if i, ok := c.byField[key]; ok && i < len(rec.cells) {
		return tidy(rec.cells[i], false), i
	}
	return "", -1
}

// together checks what several cells say at once.
func (c *checker) together(r *row, rec record) {
	strict := *c
	strict.lenient = false // a row without a name or a number cannot be taken over
	whole := cellCheck{&strict, r, -1, nil, ""}
	if _, has := c.byField[fieldName]; has && r.name == nil && !slices.ContainsFunc(r.findings, func(f Finding) bool { return f.Severity == Error && f.Position == c.byField[fieldName] }) {
		whole.position = c.byField[fieldName]
		// An update may leave the name as it is.
		if r.externalID == nil && r.accountID == nil {
			whole.find("name_missing", Error, "", "")
		}
		whole.position = -1
	}
	if len(rec.cells) > len(c.mapping) && strings.TrimSpace(strings.Join(rec.cells[len(c.mapping):], "")) != "" {
		whole.value = strings.Join(rec.cells[len(c.mapping):], " ")
		whole.find("extra_cells", Warning, strconv.Itoa(len(rec.cells)-len(c.mapping)), "")
		whole.value = ""
	}
	c.contact(r, rec)
	c.place(r, rec)
	if r.street != nil && r.housenumber == nil {
		if street, number, ok := splitNumber(*r.street); ok {
			r.street, r.housenumber = &street, &number
		}
	}
	if r.address != nil && r.street == nil && r.city == nil {
		r.takeAddressApart()
	}
	r.locate = r.point == nil && r.hasAddress()
}

func (c *checker) contact(r *row, rec record) {
	first, at := c.cellOf(fieldFirstName, rec)
	last, other := c.cellOf(fieldLastName, rec)
	if name := strings.TrimSpace(first + " " + last); name != "" && r.contactName == nil {
		one := cellCheck{c, r, max(at, other), c.fields.byKey[fieldContactName], name}
		one.text(&r.contactName)
	}
	if r.contactName == nil && (r.contactMail != nil || r.contactPhone != nil) {
		name := ""
		if r.contactMail != nil {
			name = *r.contactMail
		} else {
			name = *r.contactPhone
		}
		name = strings.TrimSuffix(shorten(name, 200), "…")
		r.contactName = &name
	}
}
