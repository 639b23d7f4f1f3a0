package imports

import (
	"errors"
	"fmt"
	"math"
	"net/mail"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/geocode"
	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/geo/openinghours"
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

// languageTag is a language as contacts have it.
var languageTag = regexp.MustCompile(`^[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}$`)

// cellCheck is the check of one cell.
type cellCheck struct {
	*checker
	row      *row
	position int
	field    *Field
	value    string // trimmed, not empty
}

// find adds a finding about the cell. An error that the plan forgives becomes a
// warning, and the value is left out.
func (c *cellCheck) find(code string, severity Severity, detail, suggestion string) {
	if severity == Error && c.lenient {
		severity = Warning
		if detail != "" {
			detail += "; "
		}
		detail += "left out"
	}
	c.row.findings = append(c.row.findings, Finding{Row: c.row.no, Position: c.position, Code: code, Severity: severity,
		Value: shorten(c.value, 300), Detail: detail, Suggestion: suggestion})
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

// set puts the cell into its field.
func (c *cellCheck) set() {
	r := c.row
	switch key := c.field.Key; key {
	case fieldID:
		if id, err := strconv.ParseInt(c.value, 10, 64); err != nil || id < 1 {
			c.find("bad_number", Error, "", "")
		} else {
			r.accountID = &id
		}
	case fieldStatus:
		c.choice(&r.status)
	case fieldClass:
		c.choice(&r.class)
	case fieldOwner:
		c.person(&r.ownerID, c.users, "unknown_owner")
	case fieldTeam:
		c.person(&r.teamID, c.teams, "unknown_team")
	case fieldTags:
		c.tags()
	case fieldEmail:
		c.mail(&r.email)
	case fieldContactMail:
		c.mail(&r.contactMail)
	case fieldWebsite:
		c.website(&r.website)
	case fieldRevenue, fieldPotential:
		if v, ok := c.number(0, 999_999_999_999.99); ok {
			v = math.Round(v*100) / 100
			if key == fieldRevenue {
				r.revenue = &v
			} else {
				r.potential = &v
			}
		}
	case "visitIntervalDays":
		c.whole(&r.visitIntervalDays, 1, 3650)
	case "visitMinutes":
		c.whole(&r.visitMinutes, 1, 720)
	case fieldLastVisit:
		if day, ambiguous, ok := parseDate(c.value, c.orders[c.position]); !ok {
			c.find("bad_date", Error, "", "")
		} else {
			text := day.Format("2006-01-02")
			if ambiguous && c.orders[c.position] == orderUnknown {
				c.find("ambiguous_date", Warning, text, "")
			}
			r.lastVisitOn = &text
		}
	case fieldHours:
		if _, err := openinghours.Parse(c.value); errors.Is(err, openinghours.ErrSyntax) {
			c.find("bad_opening_hours", Error, "Mo-Fr 08:00-17:00; Sa 09:00-12:00", "")
		} else {
			c.text(&r.openingHours)
		}
	case fieldBlocked:
		if yes, ok := parseBoolean(c.value); ok {
			r.contactBlocked = &yes
		} else {
			c.find("bad_boolean", Error, "", "")
		}
	case fieldRole:
		c.choice(&r.contactRole)
	case fieldLanguage:
		if tag := strings.ReplaceAll(c.value, "_", "-"); languageTag.MatchString(strings.ToLower(tag)) {
			lower := strings.ToLower(tag)
			r.contactLanguage = &lower
		} else {
			c.find("bad_language", Error, "de, en, pt-br", "")
		}
	case fieldLatitude, fieldLongitude, fieldCoordinates, fieldFirstName, fieldLastName: // together
	default:
		if name, isCustom := strings.CutPrefix(key, customPrefix); isCustom {
			c.customValue(name)
		} else {
			c.text(r.textField(key))
		}
	}
}

// textField is where a field of plain text is kept.
func (r *row) textField(key string) **string {
	switch key {
	case fieldExternalID:
		return &r.externalID
	case fieldName:
		return &r.name
	case "category":
		return &r.category
	case fieldPhone:
		return &r.phone
	case "notes":
		return &r.notes
	case "siteName":
		return &r.siteName
	case fieldAddress:
		return &r.address
	case fieldStreet:
		return &r.street
	case fieldHousenumber:
		return &r.housenumber
	case fieldPostcode:
		return &r.postcode
	case fieldCity:
		return &r.city
	case "country":
		return &r.country
	case fieldContactName:
		return &r.contactName
	case "contactJobTitle":
		return &r.contactJobTitle
	case "contactPhone":
		return &r.contactPhone
	}
	panic(fmt.Sprintf("imports: no room for the field %q", key))
}

func (c *cellCheck) text(into **string) {
	if n := utf8.RuneCountInString(c.value); c.field.most > 0 && n > c.field.most {
		c.find("too_long", Error, strconv.Itoa(c.field.most), strings.TrimSuffix(shorten(c.value, c.field.most), "…"))
		return
	}
	*into = &c.value
}

func (c *cellCheck) choice(into **string) {
	if value, ok := chosen(c.field, c.value); ok {
		*into = &value
		return
	}
	values := make([]string, len(c.field.choices))
	for i, one := range c.field.choices {
		values[i] = one.value
	}
	c.find("bad_choice", Error, strings.Join(values, ", "), nearest(c.field, c.value))
}

func (c *cellCheck) person(into **int64, known map[string]int64, code string) {
	id, ok := known[strings.ToLower(c.value)]
	switch {
	case !ok:
		best, suggestion := 0.5, ""
		for name := range known {
			if s := geocode.Similarity(strings.ToLower(c.value), name); s > best || s == best && name < suggestion {
				best, suggestion = s, name
			}
		}
		c.find(code, Error, "", suggestion)
	case !c.assigns:
		c.find("may_not_assign", Error, "", "")
	default:
		*into = &id
	}
}

func (c *cellCheck) tags() {
	var tags []string
	for _, tag := range strings.FieldsFunc(c.value, func(r rune) bool { return r == ',' || r == ';' || r == '|' || r == '#' }) {
		if tag = strings.TrimSpace(tag); tag == "" || slices.Contains(tags, tag) {
			continue
		}
		if utf8.RuneCountInString(tag) > 50 {
			c.find("too_long", Error, "50", "")
			return
		}
		tags = append(tags, tag)
	}
	if len(tags) > 50 {
		c.find("too_many_tags", Error, "50", strings.Join(tags[:50], ", "))
		return
	}
	c.row.tags = tags
}

func (c *cellCheck) mail(into **string) {
	value := strings.TrimPrefix(strings.TrimPrefix(c.value, "mailto:"), "MAILTO:")
	if first, _, several := strings.Cut(value, ";"); several {
		value = strings.TrimSpace(first)
	}
	address, err := mail.ParseAddress(value)
	if err == nil {
		value = address.Address
	}
	_, domain, _ := strings.Cut(value, "@")
	if err != nil || len(value) > 320 || !strings.Contains(domain, ".") {
		repaired := strings.NewReplacer(" ", "", "(at)", "@", "[at]", "@", ",", ".", "..", ".").Replace(c.value)
		if again, err := mail.ParseAddress(repaired); err != nil || !strings.Contains(repaired, ".") {
			repaired = ""
		} else {
			repaired = again.Address
		}
		c.find("bad_email", Error, "", repaired)
		return
	}
	*into = &value
}

func (c *cellCheck) website(into **string) {
	low := strings.ToLower(c.value)
	scheme, _, hasScheme := strings.Cut(low, "://")
	if len(c.value) > 500 || strings.ContainsFunc(c.value, unicode.IsSpace) || !strings.Contains(low, ".") ||
		hasScheme && scheme != "http" && scheme != "https" || !hasScheme && strings.Contains(strings.SplitN(low, "/", 2)[0], ":") {
		c.find("bad_website", Error, "", "")
		return
	}
	*into = &c.value
}

func (c *cellCheck) number(least, most float64) (float64, bool) {
	v, ok := parseNumber(c.value, c.marks[c.position])
	switch {
	case !ok:
		c.find("bad_number", Error, "", "")
	case v < least || v > most:
		c.find("out_of_range", Error, trimFloat(least)+" – "+trimFloat(most), "")
		ok = false
	}
	return v, ok
}

func (c *cellCheck) whole(into **int, least, most int) {
	if v, ok := c.number(float64(least), float64(most)); ok {
		n := int(math.Round(v))
		*into = &n
	}
}

func trimFloat(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

func (c *cellCheck) customValue(name string) {
	set := func(v any) {
		if c.row.custom == nil {
			c.row.custom = map[string]any{}
		}
		c.row.custom[name] = v
	}
	switch c.field.Type {
	case "number", "money":
		if v, ok := c.number(-1e15, 1e15); ok {
			set(v)
		}
	case "date":
		if day, _, ok := parseDate(c.value, c.orders[c.position]); ok {
			set(day.Format("2006-01-02"))
		} else {
			c.find("bad_date", Error, "", "")
		}
	case "boolean":
		if yes, ok := parseBoolean(c.value); ok {
			set(yes)
		} else {
			c.find("bad_boolean", Error, "", "")
		}
	case "choice":
		var value *string
		if c.choice(&value); value != nil {
			set(*value)
		}
	case "choices":
		var values []string
		for _, part := range strings.FieldsFunc(c.value, func(r rune) bool { return r == ',' || r == ';' || r == '|' }) {
			value, ok := chosen(c.field, strings.TrimSpace(part))
			if !ok {
				c.find("bad_choice", Error, strings.TrimSpace(part), nearest(c.field, part))
				return
			}
			values = append(values, value)
		}
		set(values)
	case "link":
		var value *string
		if c.website(&value); value != nil {
			set(*value)
		}
	default:
		var value *string
		if c.text(&value); value != nil {
			set(*value)
		}
	}
}

func parseBoolean(text string) (yes, ok bool) {
	switch plain(text) {
	case "yes", "y", "true", "t", "1", "x", "ja", "j", "wahr", "on", "oui", "si":
		return true, true
	case "no", "n", "false", "f", "0", "nein", "falsch", "off", "non":
		return false, true
	}
	return false, text == "-"
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

// place reads the coordinates and finds the mistakes that people make with them.
func (c *checker) place(r *row, rec record) {
	var p orb.Point
	text, at := c.cellOf(fieldCoordinates, rec)
	lat, latAt := c.cellOf(fieldLatitude, rec)
	lon, lonAt := c.cellOf(fieldLongitude, rec)
	one := cellCheck{c, r, at, c.fields.byKey[fieldCoordinates], text}
	switch {
	case lat != "" || lon != "":
		one.position, one.value = latAt, strings.TrimSpace(lat+" "+lon)
		if lat == "" || lon == "" {
			one.find("half_a_place", Error, "", "")
			return
		}
		y, yAxis, ok1 := parseDegrees(lat)
		x, xAxis, ok2 := parseDegrees(lon)
		if !ok1 || !ok2 {
			if !ok1 {
				one.position, one.value = latAt, lat
			} else {
				one.position, one.value = lonAt, lon
			}
			one.find("bad_coordinate", Error, "", "")
			return
		}
		if yAxis == 'x' || xAxis == 'y' {
			x, y = y, x
		}
		p = orb.Point{x, y}
	case text != "":
		var ok bool
		if p, ok = parseCoordinates(text); !ok {
			one.find("bad_coordinate", Error, "39.158, -75.524", "")
			return
		}
	default:
		return
	}
	if p[0] == 0 && p[1] == 0 {
		one.find("zero_place", Warning, "", "")
		return
	}
	written := func(p orb.Point) string { return trimFloat(p[1]) + ", " + trimFloat(p[0]) }
	if math.Abs(p[1]) > 90 && math.Abs(p[0]) <= 90 && math.Abs(p[1]) <= 180 {
		p = orb.Point{p[1], p[0]}
		one.find("swapped", Warning, written(p), "")
	} else if c.bounds != nil && !c.bounds.Contains(p) {
		swapped, west := orb.Point{p[1], p[0]}, orb.Point{-p[0], p[1]}
		switch {
		case c.bounds.Contains(swapped):
			p = swapped
			one.find("swapped", Warning, written(p), "")
		case c.bounds.Contains(west):
			p = west
			one.find("wrong_sign", Warning, written(p), "")
		}
	}
	cell, err := hexgrid.CellOf(p)
	if err != nil {
		one.find("bad_coordinate", Error, "", "")
		return
	}
	id := int64(cell)
	source := "import"
	r.point, r.cell, r.source = &p, &id, &source
}

// splitNumber parts "12 Main St" and "Hauptstr. 12a" into street and number.
func splitNumber(line string) (street, number string, ok bool) {
	words := strings.Fields(line)
	if len(words) < 2 {
		return "", "", false
	}
	numeric := func(w string) bool {
		w = strings.TrimSuffix(w, ",")
		return w != "" && w[0] >= '0' && w[0] <= '9' && len(w) <= 8 && !strings.HasSuffix(w, "th") && !strings.HasSuffix(w, "st") && !strings.HasSuffix(w, "nd") && !strings.HasSuffix(w, "rd") && !strings.HasSuffix(w, ".")
	}
	switch n := len(words); {
	case numeric(words[0]):
		return strings.Join(words[1:], " "), strings.TrimSuffix(words[0], ","), true
	case numeric(words[n-1]) && !slices.Contains([]string{"route", "rt", "rte", "highway", "hwy", "us", "sr", "platz"}, strings.ToLower(strings.TrimSuffix(words[n-2], "."))):
		return strings.TrimSuffix(strings.Join(words[:n-1], " "), ","), words[n-1], true
	case n > 2 && numeric(words[n-2]) && len(words[n-1]) == 1:
		return strings.Join(words[:n-2], " "), words[n-2] + words[n-1], true
	}
	return "", "", false
}

// takeAddressApart fills the parts of an address that stands in one cell, as far
// as commas tell them apart.
func (r *row) takeAddressApart() {
	parts := strings.FieldsFunc(*r.address, func(c rune) bool { return c == ',' || c == ';' })
	q := geocode.Parse(*r.address)
	if q.Postcode != "" && r.postcode == nil {
		r.postcode = &q.Postcode
	}
	street := strings.TrimSuffix(shorten(strings.TrimSpace(parts0(parts)), 200), "…")
	if street != "" {
		r.street = &street
	}
	if name, number, ok := splitNumber(street); ok && r.housenumber == nil {
		r.street, r.housenumber = &name, &number
	}
	if len(parts) > 1 && r.city == nil {
		var words []string
		for _, w := range strings.Fields(parts[1]) {
			if q.Postcode == "" || !strings.HasPrefix(w, q.Postcode) {
				words = append(words, w)
			}
		}
		if city := strings.TrimSuffix(shorten(strings.Join(words, " "), 200), "…"); city != "" {
			r.city = &city
		}
	}
}

func parts0(parts []string) string {
	if len(parts) == 0 {
		return ""
	}
	return parts[0]
}
