package accounts

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/geo/openinghours"
	"github.com/waymark-crm/waymark/internal/fault"
)

// Bounds of what an account holds; the database has the same.
const (
	maxName         = 300
	maxExternalID   = 200
	maxCategory     = 100
	maxTags         = 50
	maxTag          = 50
	maxPhone        = 100
	maxEmail        = 320
	maxWebsite      = 500
	maxNotes        = 20_000
	maxRevenue      = 999_999_999_999.99
	maxSiteName     = 200
	maxHousenumber  = 50
	maxStreet       = 200
	maxCity         = 200
	maxPostcode     = 20
	maxCountry      = 100
	maxOpeningHours = 500
	maxContactName  = 200
	maxSites        = 200
	maxContacts     = 500
)

// input collects what is wrong with the fields of a request, so that all of it
// is said at once.
type input struct{ err *fault.Error }

func (in *input) refuse(field, text string) {
	if in.err == nil {
		in.err = fault.New(fault.Invalid, text)
	}
	in.err = in.err.WithField(field, text)
}

// failed returns the fault, or nil.
func (in *input) failed() error {
	if in.err == nil {
		return nil
	}
	return in.err
}

// text trims *v and checks its length in characters and that it is text. nil
// stays nil.
func (in *input) text(field, what string, v *string, most int) {
	if v == nil {
		return
	}
	*v = strings.TrimSpace(*v)
	if !utf8.ValidString(*v) || strings.ContainsFunc(*v, func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t'
	}) {
		in.refuse(field, what+" holds characters that are no text. Type it again.")
		return
	}
	if n := utf8.RuneCountInString(*v); n > most {
		in.refuse(field, fmt.Sprintf("%s has %d characters and may have %d.", what, n, most))
	}
}

// name is text that must not be empty.
func (in *input) name(field, what string, v *string, most int) {
	in.text(field, what, v, most)
	if v != nil && *v == "" {
		in.refuse(field, what+" is missing.")
	}
}

func (in *input) email(field string, v *string) {
	in.text(field, "The e-mail address", v, maxEmail)
	if v == nil || *v == "" {
		return
	}
	at := strings.LastIndexByte(*v, '@')
	if at < 1 || at == len(*v)-1 || strings.ContainsFunc(*v, unicode.IsSpace) {
		in.refuse(field, "The e-mail address needs a name, an @ and a domain, such as info@example.com.")
	}
}

// website accepts http and https addresses, with or without their scheme, and
// nothing that a browser would run.
func (in *input) website(field string, v *string) {
	in.text(field, "The web address", v, maxWebsite)
	if v != nil && !isWebsite(*v) {
		in.refuse(field, "The web address must begin with http:// or https://, or with the name of the site.")
	}
}

func isWebsite(v string) bool {
	if strings.ContainsFunc(v, unicode.IsSpace) {
		return false
	}
	low := strings.ToLower(v)
	if strings.HasPrefix(low, "http://") || strings.HasPrefix(low, "https://") {
		return true
	}
	// A colon before any slash is a scheme, unless a port follows it.
	head, _, _ := strings.Cut(low, "/")
	_, port, found := strings.Cut(head, ":")
	return !found || port != "" && strings.Trim(port, "0123456789") == ""
}

func (in *input) status(v *Status) {
	if v != nil && *v != Prospect && *v != Customer && *v != Former {
		in.refuse("status", "The status is one of prospect, customer and former.")
	}
}

func (in *input) class(v *Class) {
	if v != nil && *v != ClassA && *v != ClassB && *v != ClassC {
		in.refuse("class", "The class is one of A, B and C.")
	}
}

// tags trims the tags and drops doubles and empty ones.
func (in *input) tags(v *[]string) {
	if v == nil {
		return
	}
	out := make([]string, 0, len(*v))
	for i, t := range *v {
		in.text(fmt.Sprintf("tags[%d]", i), "A tag", &t, maxTag)
		if t != "" && !slices.Contains(out, t) {
			out = append(out, t)
		}
		if len(out) > maxTags {
			in.refuse("tags", fmt.Sprintf("An account may have %d tags.", maxTags))
			break
		}
	}
	*v = out
}

func (in *input) money(field, what string, v *float64) {
	// Written so that not-a-number fails.
	if v != nil && !(*v >= 0 && *v <= maxRevenue) {
		in.refuse(field, what+" must lie between 0 and 999,999,999,999.99.")
	} else if v != nil {
		*v = math.Round(*v*100) / 100
	}
}

func (in *input) between(field, what string, v *int, least, most int) {
	if v != nil && (*v < least || *v > most) {
		in.refuse(field, fmt.Sprintf("%s must lie between %d and %d.", what, least, most))
	}
}

// openingHours refuses what cannot be read at all. What OpenStreetMap allows and
// the planner does not understand (hours of the sun) is kept.
func (in *input) openingHours(field string, v *string) {
	in.text(field, "The opening hours", v, maxOpeningHours)
	if v == nil || *v == "" || in.err != nil {
		return
	}
	if _, err := openinghours.Parse(*v); errors.Is(err, openinghours.ErrSyntax) {
		in.refuse(field, "The opening hours cannot be read. Write them like Mo-Fr 08:00-12:00,13:00-17:00; Sa 09:00-12:00.")
	}
}

// place returns a point and its cell, the only way in which the two are written.
func (in *input) place(field string, p *orb.Point) (orb.Point, hexgrid.Cell) {
	if p == nil {
		in.refuse(field, "The place is missing. Give its longitude and latitude.")
		return orb.Point{}, 0
	}
	cell, err := hexgrid.CellOf(*p)
	if err != nil {
		in.refuse(field, "The place must have a longitude between -180 and 180 and a latitude between -90 and 90, in this order.")
	}
	return *p, cell
}

// fit cuts a text from outside (an extract) to what a column takes.
func fit(v string, most int) string {
	v = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(v, "")))
	if runes := []rune(v); len(runes) > most {
		return strings.TrimSpace(string(runes[:most]))
	}
	return v
}
