package osm

import (
	"strings"

	"github.com/paulmach/orb"
)

// Interest is a named business or institution that a company could sell to.
type Interest struct {
	Ref          Ref
	Name         string
	Category     Category
	Kind         string  // value of the tag that decided, such as "restaurant"
	Address      Address // as far as tagged; Ref and Point are not set
	Phone        string
	Website      string // with http:// or https://, or empty
	OpeningHours string // OpenStreetMap's syntax, as tagged
	Point        orb.Point

	tags int // how many were of use, to choose between doubles
}

// interestFrom reads a point of interest. It is false for what has no name, is
// no prospect or is no longer there.
func interestFrom(ref Ref, tags Tags, at orb.Point) (Interest, bool) {
	name := clean(tags.Get("name"))
	if name == "" {
		return Interest{}, false
	}
	category, kind, ok := Categorise(tags)
	if !ok || historical(name) || gone(tags) {
		return Interest{}, false
	}
	i := Interest{
		Ref: ref, Name: name, Category: category, Kind: clean(kind), Point: at, Address: addressTags(tags),
		Phone:        clean(first(tags, "phone", "contact:phone", "contact:mobile")),
		Website:      website(first(tags, "website", "contact:website", "url")),
		OpeningHours: clean(tags.Get("opening_hours")),
	}
	for _, s := range []string{i.Address.Street, i.Address.HouseNumber, i.Address.City, i.Phone, i.Website, i.OpeningHours} {
		if s != "" {
			i.tags++
		}
	}
	return i, true
}

func gone(tags Tags) bool {
	for _, key := range []string{"disused", "abandoned", "demolished", "razed"} {
		if v := tags.Get(key); v != "" && v != "no" {
			return true
		}
	}
	return false
}

func first(tags Tags, keys ...string) string {
	for _, k := range keys {
		if v := tags.Get(k); v != "" {
			return v
		}
	}
	return ""
}

// website accepts a web address only; what is written without a scheme gets
// one, and any other scheme is dropped, since it will become a link.
func website(text string) string {
	text, _, _ = strings.Cut(strings.TrimSpace(text), ";")
	lower := strings.ToLower(text)
	switch {
	case text == "" || strings.ContainsAny(text, " \t\r\n\"'<>\\`") || !strings.Contains(text, "."):
		return ""
	case strings.HasPrefix(lower, "http://"), strings.HasPrefix(lower, "https://"):
		return text
	case strings.Contains(strings.SplitN(text, "/", 2)[0], ":") && !portFollows(text):
		return "" // another scheme
	}
	return "https://" + strings.TrimLeft(text, "/")
}

// portFollows tells whether the colon in a text is that of a port.
func portFollows(text string) bool {
	_, after, _ := strings.Cut(text, ":")
	return after != "" && after[0] >= '0' && after[0] <= '9'
}
