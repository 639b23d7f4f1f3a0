package accounts

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/internal/fault"
)

// Bounds of a filter.
const (
	MaxQuery   = 200 // characters of the search text
	maxWords   = 10
	maxChoices = 200 // of owners and tags
)

// Filter says which accounts are meant. The zero value means all that are not
// archived. Choices within one field are alternatives, except tags, of which an
// account must have all; the fields must hold together.
type Filter struct {
	Query    string   // search text; see the function search_accounts
	Status   []Status // any of
	Class    []Class  // any of
	OwnerIDs []int64  // any of; 0 stands for nobody
	TeamID   int64    // 0 for any
	// Territory is one of the live alignment, or an area or region of such; 0 for any.
	Territory int64
	Tags      []string   // all of
	Coverage  []Coverage // any of
	Archived  bool       // the archived ones instead of the others

	// Places: an account is in when one of its sites lies in all of them.
	Box    *Shape
	Within *Shape
	Reach  *Shape   // what can be driven to in a time; see [AreaOf]
	Areas  []*Shape // circles, cells and named areas, all of them

	// Tree is what people have built; nil for none. An account must meet it and
	// the other fields. It says which accounts are meant, all of whose sites are
	// shown, while the places above also say which sites.
	Tree *Tree

	IDs []int64 // nil for any; else only these

	// What [Service.Bind] has found out.
	bound *bound // the tree
	scope scope
	// bySite tells that the actor sees accounts by a rule that kept sums do not know.
	bySite bool
	few    bool    // only few sites are asked for: look at each account by itself
	hits   []int64 // all accounts that meet everything but the shapes, ascending; nil when there are many
}

// Check returns a fault that says what is wrong with the filter, or nil.
func (f Filter) Check() error {
	if n := utf8.RuneCountInString(f.Query); n > MaxQuery {
		return fault.Errorf(fault.Invalid, "The search text has %d characters and may have %d.", n, MaxQuery).
			WithField("query.q", "Search for fewer words.")
	}
	if !utf8.ValidString(f.Query) || strings.ContainsRune(f.Query, 0) {
		return fault.New(fault.Invalid, "The search text holds characters that are no text.").WithField("query.q", "Type it again.")
	}
	if n := len(f.words()); n > maxWords {
		return fault.Errorf(fault.Invalid, "The search text has %d words and may have %d.", n, maxWords).
			WithField("query.q", "Search for fewer words.")
	}
	for _, s := range f.Status {
		if s != Prospect && s != Customer && s != Former {
			return fault.New(fault.Invalid, "There is no such status.").WithField("query.status", "One of prospect, customer, former.")
		}
	}
	for _, c := range f.Class {
		if c != ClassA && c != ClassB && c != ClassC {
			return fault.New(fault.Invalid, "There is no such class.").WithField("query.class", "One of A, B, C.")
		}
	}
	for _, c := range f.Coverage {
		if c != CoverageNever && c != CoverageOnTrack && c != CoverageDue && c != CoverageOverdue {
			return fault.New(fault.Invalid, "There is no such coverage.").
				WithField("query.coverage", "One of never, on_track, due, overdue.")
		}
	}
	if len(f.OwnerIDs) > maxChoices {
		return fault.Errorf(fault.Invalid, "The filter names %d owners and may name %d.", len(f.OwnerIDs), maxChoices).
			WithField("query.ownerId", "Choose fewer owners.")
	}
	if f.Territory < 0 || f.TeamID < 0 || slices.ContainsFunc(f.OwnerIDs, func(id int64) bool { return id < 0 }) {
		return fault.New(fault.Invalid, "The filter names an owner or team that cannot exist.").
			WithField("query.ownerId", "Ids are not negative.")
	}
	if len(f.Tags) > maxChoices {
		return fault.Errorf(fault.Invalid, "The filter names %d tags and may name %d.", len(f.Tags), maxChoices).
			WithField("query.tag", "Choose fewer tags.")
	}
	for _, t := range f.Tags {
		if !utf8.ValidString(t) || strings.ContainsRune(t, 0) || utf8.RuneCountInString(t) > maxTag {
			return fault.New(fault.Invalid, "The filter names a tag that cannot exist.").WithField("query.tag", "Choose a tag that is in use.")
		}
	}
	return nil
}

// words are the words of the search text as the function search_accounts takes
// them: lower case, letters and digits only, each once.
func (f Filter) words() []string { return wordsOf(f.Query) }

func wordsOf(text string) []string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r)
	})
	out := make([]string, 0, len(words))
	for _, w := range words {
		if !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// searching tells whether the filter has a search text. A text without a letter
// or digit finds nothing.
func (f Filter) searching() bool { return strings.TrimSpace(f.Query) != "" }

// shapes returns those that the filter has.
func (f Filter) shapes() []*Shape {
	return slices.DeleteFunc(append(append([]*Shape{f.Within, f.Reach}, f.Areas...), f.Box), func(s *Shape) bool { return s == nil })
}

// shape returns the shape that finds sites, nil when there is none, and the
// others, which are only tested.
func (f Filter) shape() (driving *Shape, others []*Shape) {
	all := f.shapes()
	if len(all) == 0 {
		return nil, nil
	}
	return all[0], all[1:]
}

// Fingerprint returns a short text that is the same for filters that mean the
// same, for the keys of caches and to know the pages of one list.
func (f Filter) Fingerprint() string {
	type canonical struct {
		Words       []string
		None        bool // a search that finds nothing
		Status      []Status
		Class       []Class
		Owners      []int64
		Team        int64
		Territory   int64 `json:",omitempty"`
		Tags        []string
		Coverage    []Coverage
		Archived    bool
		Box, Within orb.MultiPolygon
		Reach       string   `json:",omitempty"`
		Areas       []string `json:",omitempty"`
		Tree        string   `json:",omitempty"`
		IDs         []int64
	}
	c := canonical{
		Words: f.words(), None: f.searching() && len(f.words()) == 0,
		Status: set(f.Status), Class: set(f.Class), Owners: set(f.OwnerIDs), Team: f.TeamID, Territory: f.Territory,
		Tags: set(f.Tags), Coverage: set(f.Coverage), Archived: f.Archived,
	}
	if f.Tree != nil {
		c.Tree = f.Tree.text
	}
	if f.IDs != nil {
		c.IDs = set(f.IDs)
	}
	if f.Box != nil {
		c.Box = f.Box.geometry
	}
	if f.Within != nil {
		c.Within = f.Within.geometry
	}
	if f.Reach != nil {
		c.Reach = f.Reach.digest
	}
	for _, area := range f.Areas {
		c.Areas = append(c.Areas, area.digest)
	}
	slices.Sort(c.Areas)
	text, err := json.Marshal(c)
	if err != nil { // only for a coordinate that is not a number, which no shape has
		text = fmt.Appendf(nil, "%v", c)
	}
	sum := sha256.Sum256(text)
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// set returns the values sorted, each once.
func set[T ~string | ~int64](values []T) []T {
	out := append([]T{}, values...)
	slices.Sort(out)
	return slices.Compact(out)
}
