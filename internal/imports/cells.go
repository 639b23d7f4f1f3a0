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

	"github.com/waymark-crm/waymark/geo/geocode"
	"github.com/waymark-crm/waymark/geo/openinghours"
)

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

// languageTag is a language as contacts have it.
var languageTag = regexp.MustCompile(`^[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}$`)

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
	case "contactPhones":
		c.channels(&r.contactPhones, false)
	case "contactEmails":
		c.channels(&r.contactMails, true)
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
	for _, tag := range splitList(c.value, ",;|#") {
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
		for _, part := range splitList(c.value, ",;|") {
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
