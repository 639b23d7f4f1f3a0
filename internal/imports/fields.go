package imports

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/jackc/pgx/v5"
)

// Field is something of the record that a column can fill.
type Field struct {
	Key   string `json:"key"`
	Label string `json:"label" doc:"Of a custom field; the others are known by their key."`
	Group string `json:"group" enum:"account,site,contact,custom"`
	Type  string `json:"type" enum:"text,number,money,date,choice,choices,boolean,link,place"`

	most    int // characters; 0 where the length is not bound
	choices []choice
	names   []string // what headings call it, in the form of plain
}

type choice struct{ value, label string }

// Keys of fields that code speaks of.
const (
	fieldID          = "id"
	fieldExternalID  = "externalId"
	fieldName        = "name"
	fieldStatus      = "status"
	fieldClass       = "class"
	fieldOwner       = "owner"
	fieldTeam        = "team"
	fieldTags        = "tags"
	fieldPhone       = "phone"
	fieldEmail       = "email"
	fieldWebsite     = "website"
	fieldRevenue     = "revenue"
	fieldPotential   = "potential"
	fieldLastVisit   = "lastVisitOn"
	fieldAddress     = "address"
	fieldHousenumber = "housenumber"
	fieldStreet      = "street"
	fieldCity        = "city"
	fieldPostcode    = "postcode"
	fieldHours       = "openingHours"
	fieldLatitude    = "latitude"
	fieldLongitude   = "longitude"
	fieldCoordinates = "coordinates"
	fieldContactName = "contactName"
	fieldFirstName   = "contactFirstName"
	fieldLastName    = "contactLastName"
	fieldContactMail = "contactEmail"
	fieldBlocked     = "contactBlocked"
	fieldRole        = "contactRole"
	fieldLanguage    = "contactLanguage"
	customPrefix     = "custom."
)

// standard are the fields that every organisation has. Their names are what
// English and German files call them.
var standard = []Field{
	{Key: fieldName, Group: "account", Type: "text", most: 300, names: names("name, account, account name, company, company name, customer, customer name, firm, business, business name, organisation, organization, organisation name, client, firma, firmenname, firmierung, unternehmen, kunde, kundenname, betrieb, name 1, name1, bezeichnung, organisationsname, legal name")},
	{Key: fieldExternalID, Group: "account", Type: "text", most: 200, names: names("external id, id, customer id, customer number, customer no, account number, account no, account id, number, no, erp id, crm id, key, kundennummer, kundennr, kunden nr, kdnr, kd nr, kundenid, debitor, debitorennummer, nummer, nr, externe id, reference")},
	{Key: fieldID, Group: "account", Type: "number", names: names("waymark id, waymark nummer")},
	{Key: fieldStatus, Group: "account", Type: "choice", names: names("status, stage, account status, type, account type, art, kundenart, kundenstatus, typ"),
		choices: []choice{{"prospect", "prospect, lead, potential, interessent, interessentin, potenzial, neukunde, target, open, ziel"}, {"customer", "customer, client, kunde, kundin, active, aktiv, bestandskunde, existing, current, won"}, {"former", "former, lost, inactive, inaktiv, ehemalig, ehemaliger, verloren, churned, ex, closed, altkunde"}}},
	{Key: fieldClass, Group: "account", Type: "choice", names: names("class, abc, abc class, rating, priority, tier, klasse, kundenklasse, abc klasse, abc kunde, prioritat, einstufung, segment"),
		choices: []choice{{"A", "a, 1, high, hoch, gold, key, top"}, {"B", "b, 2, medium, mittel, silver, silber, normal"}, {"C", "c, 3, low, niedrig, bronze, gering"}}},
	{Key: "category", Group: "account", Type: "text", most: 100, names: names("category, industry, sector, branch, line of business, trade, kategorie, branche, wirtschaftszweig, gewerbe, sparte")},
	{Key: fieldOwner, Group: "account", Type: "text", most: 320, names: names("owner, account owner, sales rep, rep, salesperson, account manager, responsible, assigned to, besitzer, verantwortlich, verantwortlicher, betreuer, aussendienst, vertreter, zustandig, ansprechpartner intern, verkaufer")},
	{Key: fieldTeam, Group: "account", Type: "text", most: 200, names: names("team, sales team, department, abteilung, vertriebsteam, gruppe")},
	{Key: fieldTags, Group: "account", Type: "choices", names: names("tags, labels, keywords, markierungen, schlagworte, stichworte, merkmale, etiketten")},
	{Key: fieldPhone, Group: "account", Type: "text", most: 100, names: names("phone, telephone, tel, phone number, main phone, business phone, telefon, telefonnummer, tel nr, rufnummer, fon, zentrale")},
	{Key: fieldEmail, Group: "account", Type: "text", most: 320, names: names("email, e mail, mail, email address, e mail address, company email, e mail adresse, emailadresse, mailadresse")},
	{Key: fieldWebsite, Group: "account", Type: "link", most: 500, names: names("website, web, url, homepage, web site, web address, domain, internet, webseite, internetseite, webadresse")},
	{Key: "notes", Group: "account", Type: "text", most: 20_000, names: names("notes, note, remarks, comment, comments, description, notiz, notizen, bemerkung, bemerkungen, kommentar, anmerkung, anmerkungen, beschreibung, info")},
	{Key: fieldRevenue, Group: "account", Type: "money", names: names("revenue, annual revenue, sales, turnover, volume, umsatz, jahresumsatz, erlos, umsatz jahr")},
	{Key: fieldPotential, Group: "account", Type: "money", names: names("potential, potential value, annual potential, potential revenue, market potential, potenzial, umsatzpotenzial, jahrespotenzial, potentieller umsatz")},
	{Key: "visitIntervalDays", Group: "account", Type: "number", names: names("visit interval, visit interval days, interval, days between visits, frequency, besuchsintervall, besuchsrhythmus, intervall, rhythmus, besuchsfrequenz")},
	{Key: "visitMinutes", Group: "account", Type: "number", names: names("visit minutes, visit length, visit duration, duration, minutes, besuchsdauer, dauer, besuchszeit, minuten")},
	{Key: fieldLastVisit, Group: "account", Type: "date", names: names("last visit, last visit on, last visited, last visit date, last contact, letzter besuch, besucht am, letzter kontakt, letzter besuchstermin")},

	{Key: "siteName", Group: "site", Type: "text", most: 200, names: names("site, site name, branch name, location, location name, store, store name, standort, filiale, standortname, niederlassung")},
	{Key: fieldAddress, Group: "site", Type: "text", most: 500, names: names("address, full address, complete address, adresse, anschrift, vollstandige adresse, addresse, postal address")},
	{Key: fieldStreet, Group: "site", Type: "text", most: 200, names: names("street, street address, address 1, address line 1, address1, street 1, strasse, str, strasse und hausnummer, strasse hausnummer, strasse nr, strasse hnr, adresszeile 1, billing street, shipping street, road")},
	{Key: fieldHousenumber, Group: "site", Type: "text", most: 50, names: names("house number, housenumber, house no, street number, number of house, hausnummer, hausnr, haus nr, hnr")},
	{Key: fieldPostcode, Group: "site", Type: "text", most: 20, names: names("postcode, zip, zip code, postal code, zipcode, post code, plz, postleitzahl, billing zip, shipping zip")},
	{Key: fieldCity, Group: "site", Type: "text", most: 200, names: names("city, town, place, locality, municipality, ort, stadt, gemeinde, wohnort, ortschaft, billing city, shipping city")},
	{Key: "country", Group: "site", Type: "text", most: 100, names: names("country, nation, land, staat, country code, landercode")},
	{Key: fieldLatitude, Group: "site", Type: "place", names: names("latitude, lat, y, geo lat, breite, breitengrad, ycoord, gps lat, geographische breite")},
	{Key: fieldLongitude, Group: "site", Type: "place", names: names("longitude, lon, lng, long, x, geo lon, lange, langengrad, xcoord, gps lon, gps lng, geo lng, geographische lange")},
	{Key: fieldCoordinates, Group: "site", Type: "place", names: names("coordinates, coordinate, lat lon, lat lng, latlng, geo, gps, position, point, geom, geometry, koordinaten, geokoordinaten, wkt")},
	{Key: fieldHours, Group: "site", Type: "text", most: 500, names: names("opening hours, hours, open, business hours, offnungszeiten, geoffnet, geschaftszeiten")},

	{Key: fieldContactName, Group: "contact", Type: "text", most: 200, names: names("contact, contact name, contact person, person, full name, ansprechpartner, ansprechpartnerin, kontakt, kontaktperson, ansprechperson, kontaktname")},
	{Key: fieldFirstName, Group: "contact", Type: "text", most: 100, names: names("first name, firstname, given name, contact first name, vorname, vorname ansprechpartner, rufname")},
	{Key: fieldLastName, Group: "contact", Type: "text", most: 100, names: names("last name, lastname, surname, family name, contact last name, nachname, familienname, zuname")},
	{Key: "contactJobTitle", Group: "contact", Type: "text", most: 200, names: names("job title, title, role, contact role, function, contact title, funktion, position im unternehmen, rolle, berufsbezeichnung, stellung")},
	{Key: "contactPhone", Group: "contact", Type: "text", most: 100, names: names("contact phone, mobile, mobile phone, cell, cell phone, direct phone, handy, mobil, mobiltelefon, mobilnummer, handynummer, durchwahl")},
	{Key: fieldContactMail, Group: "contact", Type: "text", most: 320, names: names("contact email, contact e mail, contact mail, personal email, e mail ansprechpartner, email kontakt, kontakt e mail")},
	{Key: "contactPhones", Group: "contact", Type: "text", names: names("further phones, more phones, other phones, weitere telefonnummern, weitere telefone")},
	{Key: "contactEmails", Group: "contact", Type: "text", names: names("further emails, more emails, other emails, weitere e mails, weitere e mail adressen")},
	{Key: fieldBlocked, Group: "contact", Type: "boolean", names: names("do not contact, no contact, opt out, unsubscribed, do not mail, nicht kontaktieren, werbesperre, kontaktsperre, abgemeldet, sperre")},
	{Key: fieldRole, Group: "contact", Type: "choice", names: names("buying role, role in buying, einkaufsrolle, rolle im einkauf"),
		choices: []choice{{"decision_maker", "decision maker, entscheider, entscheiderin, owner, inhaber, inhaberin"}, {"buyer", "buyer, einkauf, einkaufer, einkauferin, purchasing"}, {"technical", "technical, technik, techniker, technikerin, engineering"}, {"user", "user, anwender, anwenderin, nutzer"}, {"billing", "billing, buchhaltung, accounting, rechnung"}, {"other", "other, sonstige, andere"}}},
	{Key: fieldLanguage, Group: "contact", Type: "text", most: 30, names: names("contact language, language, sprache, sprache ansprechpartner, korrespondenzsprache")},
}

func names(list string) []string { return strings.Split(list, ", ") }

// plain is the form in which headings are compared: letters and digits in lower
// case, without accents, single spaces between words.
func plain(s string) string {
	var b strings.Builder
	gap := false
	last := rune(0)
	for _, r := range s {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			// customerName is two words.
			if gap && b.Len() > 0 || unicode.IsUpper(r) && unicode.IsLower(last) {
				b.WriteByte(' ')
			}
			gap = false
			switch low := unicode.ToLower(r); low {
			case 'ä':
				b.WriteByte('a')
			case 'ö':
				b.WriteByte('o')
			case 'ü':
				b.WriteByte('u')
			case 'ß':
				b.WriteString("ss")
			case 'é', 'è':
				b.WriteByte('e')
			default:
				b.WriteRune(low)
			}
		default:
			gap = true
		}
		last = r
	}
	return b.String()
}

// fieldSet is the fields that an organisation has, by key too.
type fieldSet struct {
	all   []Field
	byKey map[string]*Field
}

func newFieldSet(custom []Field) fieldSet {
	f := fieldSet{all: append(slices.Clone(standard), custom...), byKey: map[string]*Field{}}
	for i := range f.all {
		f.byKey[f.all[i].Key] = &f.all[i]
	}
	return f
}

// readFields reads the fields of the actor's organisation.
func readFields(ctx context.Context, tx pgx.Tx, orgID int64) (fieldSet, error) {
	custom, err := customFields(ctx, tx, orgID)
	if err != nil {
		return fieldSet{}, fmt.Errorf("imports: custom fields: %w", err)
	}
	return newFieldSet(custom), nil
}

// customFields reads those that an administrator of the organisation has added.
func customFields(ctx context.Context, tx pgx.Tx, orgID int64) ([]Field, error) {
	rows, err := tx.Query(ctx, `select key, label, type, choices from custom_fields
		where org_id = $1 and archived_at is null order by position, id`, orgID)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Field, error) {
		f := Field{Group: "custom"}
		var key string
		var choices []struct{ Value, Label string }
		if err := row.Scan(&key, &f.Label, &f.Type, &choices); err != nil {
			return f, err
		}
		f.Key, f.names = customPrefix+key, []string{plain(f.Label), plain(key), plain(customPrefix + key)}
		for _, c := range choices {
			f.choices = append(f.choices, choice{c.Value, c.Label})
		}
		if f.Type == "text" {
			f.most = 2_000
		}
		return f, nil
	})
}
