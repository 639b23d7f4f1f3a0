package export

import (
	"slices"
	"strings"

	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/fault"
)

// part is what of an account a column tells of.
type part int

const (
	ofAccount part = iota
	ofSite
	ofContact
)

// day is a date, YYYY-MM-DD, which a workbook keeps as one.
type day string

// column is a column of a file.
type column struct {
	key     string
	heading string
	part    part
	joins   bool // repeated on further rows of an account
	value   func(l line) any
}

// line is one row of a file: an account with one of its sites and one of its
// contacts, of which either may be nil. Behind the first row of an account, only
// what joins the row with it is repeated.
type line struct {
	*accounts.Record
	site    *accounts.Site
	contact *accounts.Contact
}

// standard are the columns that every organisation has, with their headings in
// English and German. An import knows these headings.
var standard = []struct {
	key     string
	english string
	german  string
	part    part
	joins   bool
	value   func(l line) any
}{
	{"id", "Waymark ID", "Waymark-Nummer", ofAccount, true, func(l line) any { return l.ID }},
	{"externalId", "External ID", "Externe ID", ofAccount, true, func(l line) any { return l.ExternalID }},
	{"name", "Name", "Name", ofAccount, true, func(l line) any { return l.Name }},
	{"status", "Status", "Status", ofAccount, false, func(l line) any { return string(l.Status) }},
	{"class", "Class", "Klasse", ofAccount, false, func(l line) any { return string(l.Class) }},
	{"category", "Category", "Kategorie", ofAccount, false, func(l line) any { return l.Category }},
	{"ownerId", "Owner", "Betreuer", ofAccount, false, func(l line) any { return l.OwnerName }},
	{"teamId", "Team", "Team", ofAccount, false, func(l line) any { return l.TeamName }},
	{"tags", "Tags", "Schlagworte", ofAccount, false, func(l line) any { return l.Tags }},
	{"phone", "Phone", "Telefon", ofAccount, false, func(l line) any { return l.Phone }},
	{"email", "Email", "E-Mail", ofAccount, false, func(l line) any { return l.Email }},
	{"website", "Website", "Webseite", ofAccount, false, func(l line) any { return l.Website }},
	{"notes", "Notes", "Notizen", ofAccount, false, func(l line) any { return l.Notes }},
	{"revenue", "Revenue", "Umsatz", ofAccount, false, func(l line) any { return l.Revenue }},
	{"potential", "Potential", "Potenzial", ofAccount, false, func(l line) any { return l.Potential }},
	{"visitIntervalDays", "Visit interval days", "Besuchsintervall", ofAccount, false, func(l line) any { return l.VisitIntervalDays }},
	{"visitMinutes", "Visit minutes", "Besuchsdauer", ofAccount, false, func(l line) any { return l.VisitMinutes }},
	{"lastVisitOn", "Last visit", "Letzter Besuch", ofAccount, false, func(l line) any { return dayOf(l.LastVisitOn) }},
	{"dueOn", "Due", "Fällig", ofAccount, false, func(l line) any { return dayOf(l.DueOn) }},
	{"coverage", "Coverage", "Besuchsstand", ofAccount, false, func(l line) any { return string(l.Coverage) }},
	{"createdAt", "Created at", "Angelegt am", ofAccount, false, func(l line) any { return day(l.CreatedAt.UTC().Format("2006-01-02")) }},
	{"updatedAt", "Changed at", "Geändert am", ofAccount, false, func(l line) any { return day(l.UpdatedAt.UTC().Format("2006-01-02")) }},
	{"archived", "Archived", "Archiviert", ofAccount, false, func(l line) any { return l.ArchivedAt != nil }},
	{"siteName", "Site name", "Standort", ofSite, false, func(l line) any { return l.site.Name }},
	{"housenumber", "House number", "Hausnummer", ofSite, false, func(l line) any { return l.site.Housenumber }},
	{"street", "Street", "Straße", ofSite, false, func(l line) any { return l.site.Street }},
	{"postcode", "Postcode", "Postleitzahl", ofSite, false, func(l line) any { return l.site.Postcode }},
	{"city", "City", "Ort", ofSite, false, func(l line) any { return l.site.City }},
	{"country", "Country", "Land", ofSite, false, func(l line) any { return l.site.Country }},
	{"latitude", "Latitude", "Breitengrad", ofSite, false, func(l line) any { return l.site.Point[1] }},
	{"longitude", "Longitude", "Längengrad", ofSite, false, func(l line) any { return l.site.Point[0] }},
	{"openingHours", "Opening hours", "Öffnungszeiten", ofSite, false, func(l line) any { return l.site.OpeningHours }},
	{"contactName", "Contact name", "Ansprechpartner", ofContact, false, func(l line) any { return l.contact.Name }},
	{"contactJobTitle", "Job title", "Funktion", ofContact, false, func(l line) any { return l.contact.JobTitle }},
	{"contactPhone", "Contact phone", "Durchwahl", ofContact, false, func(l line) any { return l.contact.Phone }},
	{"contactEmail", "Contact email", "E-Mail Ansprechpartner", ofContact, false, func(l line) any { return l.contact.Email }},
	{"contactPhones", "Further phones", "Weitere Telefonnummern", ofContact, false, func(l line) any { return channelsOf(l.contact.MorePhones) }},
	{"contactEmails", "Further emails", "Weitere E-Mails", ofContact, false, func(l line) any { return channelsOf(l.contact.MoreEmails) }},
	{"contactBlocked", "Do not contact", "Nicht kontaktieren", ofContact, false, func(l line) any { return l.contact.DoNotContact }},
	{"contactRole", "Buying role", "Einkaufsrolle", ofContact, false, func(l line) any { return l.contact.Role }},
	{"contactLanguage", "Contact language", "Sprache Ansprechpartner", ofContact, false, func(l line) any { return l.contact.Language }},
}

// aliases are the names of parameters of filters for columns.
var aliases = map[string]string{
	"contact.name": "contactName", "contact.email": "contactEmail", "contact.jobTitle": "contactJobTitle", "contact.doNotContact": "contactBlocked",
	"owner": "ownerId", "team": "teamId",
}

// channelsOf writes each as "label: value".
func channelsOf(all []accounts.Channel) []string {
	out := make([]string, len(all))
	for i, c := range all {
		if out[i] = c.Value; c.Label != "" || strings.Contains(c.Value, ": ") {
			out[i] = c.Label + ": " + c.Value
		}
	}
	return out
}

func dayOf(text *string) any {
	if text == nil {
		return nil
	}
	return day(*text)
}

const customPrefix = "custom."

// columnsOf returns the columns of some keys, or all, archived fields left out.
func columnsOf(keys []string, custom []accounts.CustomField, language string) ([]column, error) {
	all := make([]column, 0, len(standard)+len(custom))
	taken := map[string]bool{}
	for _, c := range standard {
		heading := c.english
		if language == "de" {
			heading = c.german
		}
		taken[strings.ToLower(heading)] = true
		all = append(all, column{key: c.key, heading: heading, part: c.part, joins: c.joins, value: c.value})
	}
	for _, f := range custom {
		if f.Archived {
			continue
		}
		// A heading that another column has would be taken for that one.
		heading := f.Label
		if taken[strings.ToLower(heading)] {
			heading = customPrefix + f.Key
		}
		taken[strings.ToLower(heading)] = true
		all = append(all, column{key: customPrefix + f.Key, heading: heading, value: customValue(f)})
	}
	if len(keys) == 0 {
		return all, nil
	}
	out := make([]column, 0, len(keys))
	for _, key := range keys {
		if alias, ok := aliases[key]; ok {
			key = alias
		}
		i := slices.IndexFunc(all, func(c column) bool { return c.key == key })
		if i < 0 {
			return nil, fault.New(fault.Invalid, "There is no such column.").WithField("columns", "Columns are keys of fields, with a comma between them, such as name,city,custom.size.")
		}
		if !slices.ContainsFunc(out, func(c column) bool { return c.key == key }) {
			out = append(out, all[i])
		}
	}
	return out, nil
}

func customValue(f accounts.CustomField) func(l line) any {
	return func(l line) any {
		v := l.Custom[f.Key]
		switch v := v.(type) {
		case string:
			if f.Type == accounts.FieldDate {
				return day(v)
			}
		case []any:
			texts := make([]string, 0, len(v))
			for _, one := range v {
				if text, ok := one.(string); ok {
					texts = append(texts, text)
				}
			}
			return texts
		}
		return v
	}
}

// empty is a cell without a value: no site, no contact, nothing said.
func (c column) of(l line, further bool) any {
	switch {
	case c.part == ofSite && l.site == nil, c.part == ofContact && l.contact == nil, further && c.part == ofAccount && !c.joins:
		return nil
	}
	return c.value(l)
}

// lines gives the rows of an account: one more for each further site and contact
// that the columns tell of.
func lines(columns []column, r *accounts.Record, each func(l line, further bool) error) error {
	rows := 1
	if slices.ContainsFunc(columns, func(c column) bool { return c.part == ofSite }) {
		rows = max(rows, len(r.Sites))
	}
	if slices.ContainsFunc(columns, func(c column) bool { return c.part == ofContact }) {
		rows = max(rows, len(r.Contacts))
	}
	for i := range rows {
		l := line{Record: r}
		if i < len(r.Sites) {
			l.site = &r.Sites[i]
		}
		if i < len(r.Contacts) {
			l.contact = &r.Contacts[i]
		}
		if err := each(l, i > 0); err != nil {
			return err
		}
	}
	return nil
}
