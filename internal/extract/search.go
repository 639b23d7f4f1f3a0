package extract

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geo"

	"github.com/waymark-crm/waymark/geo/geocode"
)

// FoundKind says what was found for a search.
type FoundKind string

// The kinds, from exact to coarse.
const (
	House    FoundKind = "house"    // a house number that the extract holds
	Between  FoundKind = "between"  // a house number placed between its neighbours
	OnStreet FoundKind = "street"   // the middle of a street
	Postcode FoundKind = "postcode" // the middle of a postcode's streets
	Town     FoundKind = "place"    // a city, town, village, neighbourhood …
)

// Found is one answer to a search.
type Found struct {
	Kind        FoundKind
	Name        string // "12 North Main Street", "Dover"
	HouseNumber string
	Street      string
	City        string // also the name of a place
	Postcode    string
	PlaceKind   string // of a place: "city", "hamlet" …
	Point       orb.Point
	Confidence  float64 // 0 to 1
	Reason      string  // why it is not certain; empty when it is
	Metres      float64 // from SearchOptions.Near, or in Reverse from the point

	rank       float64 // orders equals: larger first
	normal     string  // street's name in the normal form
	streetID   int64
	population int
}

// SearchOptions bounds a search.
type SearchOptions struct {
	Limit int        // most answers; 0 means 10, held to 50
	Near  *orb.Point // prefers what is near, among equals
}

// worthShowing is the least confidence of an answer.
const worthShowing = 0.25

// Search finds addresses, streets, postcodes and places by what a person
// typed: parts may be missing, misspelt or abbreviated. The best answer comes
// first. Nothing found is no error.
func Search(ctx context.Context, tx pgx.Tx, text string, o SearchOptions) ([]Found, error) {
	q := geocode.Parse(text)
	if o.Limit <= 0 {
		o.Limit = 10
	}
	o.Limit = min(o.Limit, 50)
	if len(q.Text) < 2 {
		return nil, nil
	}
	s := searching{ctx: ctx, tx: tx, q: q, near: o.Near}
	for _, step := range []func() error{s.places, s.streets, s.houses, s.postcode} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("search the extract: %w", err)
		}
	}
	return s.best(o.Limit), nil
}

// searching is one search under way.
type searching struct {
	ctx   context.Context
	tx    pgx.Tx
	q     geocode.Query
	near  *orb.Point
	found []Found
	towns []orb.Point // that the query may name as the town of a street
	roads []Found     // streets by confidence
}

// likeness is the part of a statement that finds names like $1, and such that
// begin with it, by the trigram index. Normal forms hold no % and no _.
const likeness = `(search % $1 or search like $1 || '%')`

func (s *searching) streets() error {
	if s.q.Street == "" {
		return nil
	}
	near := s.near
	if near == nil && len(s.towns) > 0 {
		near = &s.towns[0]
	}
	if err := s.streetsLike(likeness, geocode.Bare(s.q.Street), near); err != nil {
		return err
	}
	if len(s.roads) == 0 || s.roads[0].Confidence < goodStreet {
		// One wrong letter in a short name leaves no trigram of it; the whole
		// name has others.
		if err := s.streetsLike(`lower(name) % $1`, s.q.Street, near); err != nil {
			return err
		}
	}
	s.found = append(s.found, s.roads[:min(len(s.roads), 60)]...)
	return nil
}

// goodStreet is the confidence from which no further streets are looked for.
const goodStreet = 0.6

// streetsLike adds the streets that a condition on $1 finds.
func (s *searching) streetsLike(condition, name string, near *orb.Point) error {
	rows, err := s.tx.Query(s.ctx, `
		select id, name, place, postcode, point
		from streets
		where `+condition+`
		order by similarity(search, $1) + similarity(name, $1) desc, postcode = $2 desc, point <-> $3, id
		limit 200`, name, s.q.Postcode, near)
	if err != nil {
		return err
	}
	more, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Found, error) {
		f := Found{Kind: OnStreet}
		err := row.Scan(&f.streetID, &f.Street, &f.City, &f.Postcode, &f.Point)
		f.Name, f.normal = f.Street, geocode.Normalise(f.Street)
		return f, err
	})
	if err != nil {
		return err
	}
	for i := range more {
		s.judge(&more[i])
		if !slices.ContainsFunc(s.roads, func(f Found) bool { return f.streetID == more[i].streetID }) {
			s.roads = append(s.roads, more[i])
		}
	}
	s.sort(s.roads)
	return nil
}

// townMetres is how far from the middle of a town a street may be whose
// inhabitants, or the post, count it to the town.
const townMetres = 12_000

// judge sets the confidence of an answer.
func (s *searching) judge(f *Found) {
	c := geocode.Candidate{HouseNumber: strings.ToLower(f.HouseNumber), Street: f.normal, Place: geocode.Normalise(f.City), Postcode: f.Postcode}
	f.Confidence, f.Reason = geocode.Match(s.q, c)
	if c.Street != "" && s.q.Place != "" && c.Place != s.q.Place && slices.ContainsFunc(s.towns, func(p orb.Point) bool { return geo.Distance(p, f.Point) < townMetres }) {
		c.Place = s.q.Place
		if near, reason := geocode.Match(s.q, c); near*0.93 > f.Confidence {
			f.Confidence = near * 0.93
			f.Reason = strings.TrimPrefix(reason+"; it lies near the town", "; ")
		}
	}
	s.beginning(f)
	if s.near != nil {
		f.Metres = geo.Distance(*s.near, f.Point)
	}
}

// beginning favours names that begin with what was typed so far.
func (s *searching) beginning(f *Found) {
	name := f.normal
	if f.Kind == Town {
		name = geocode.Normalise(f.Name)
	}
	if s.q.HouseNumber != "" || s.q.Place != "" || name == s.q.Text || s.q.Text == "" {
		return
	}
	_, afterDirection, _ := strings.Cut(name, " ")
	if strings.HasPrefix(name, s.q.Text) || f.Kind == OnStreet && strings.HasPrefix(afterDirection, s.q.Text) {
		if c := 0.55 + 0.3*float64(len(s.q.Text))/float64(len(name)); c > f.Confidence {
			f.Confidence, f.Reason = c, "only its beginning was given"
		}
	}
}

// houses looks for the house number in the likeliest streets.
func (s *searching) houses() error {
	if s.q.HouseNumber == "" || len(s.roads) == 0 {
		return nil
	}
	var names []string
	for _, r := range s.roads[:min(len(s.roads), 40)] {
		if bare := geocode.Bare(r.normal); !slices.Contains(names, bare) {
			names = append(names, bare)
		}
	}
	number := s.q.HouseNumber
	rows, err := s.tx.Query(s.ctx, `
		select housenumber, street, city, postcode, point
		from addresses
		where search = any($1) and housenumber in ($2, $3)
		limit 500`, names, number, strings.ToUpper(number))
	if err != nil {
		return err
	}
	exact, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Found, error) {
		f := Found{Kind: House}
		err := row.Scan(&f.HouseNumber, &f.Street, &f.City, &f.Postcode, &f.Point)
		f.Name, f.normal = f.HouseNumber+" "+f.Street, geocode.Normalise(f.Street)
		return f, err
	})
	if err != nil {
		return err
	}
	for i := range exact {
		s.judge(&exact[i])
	}
	s.found = append(s.found, exact...)
	return s.between(exact)
}

// likelyStreets is how many streets are searched for neighbours of a house
// number.
const likelyStreets = 8

// between places a house number that the extract lacks between the neighbours
// that it knows along the street.
func (s *searching) between(exact []Found) error {
	want, err := strconv.Atoi(strings.TrimRight(s.q.HouseNumber, "abcdefghijklmnopqrstuvwxyz"))
	if err != nil {
		return nil // more digits than a house number has: no neighbours
	}
	var ids []int64
	for _, r := range s.roads[:min(len(s.roads), likelyStreets)] {
		known := slices.ContainsFunc(exact, func(e Found) bool {
			return e.normal == r.normal && geo.Distance(e.Point, r.Point) < 10_000 && e.City == r.City
		})
		if r.Confidence > 0.4 && !known {
			ids = append(ids, r.streetID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	rows, err := s.tx.Query(s.ctx, `
		select s.id, s.name, a.street, a.housenumber, a.point
		from streets s
		join addresses a on a.search = s.search and st_dwithin(a.point, s.line, 0.003)
		where s.id = any($1)`, ids)
	if err != nil {
		return err
	}
	known := map[int64][]numbered{}
	var id int64
	var n numbered
	var street, of string
	_, err = pgx.ForEachRow(rows, []any{&id, &street, &of, &n.text, &n.at}, func() error {
		if geocode.Normalise(street) != geocode.Normalise(of) {
			return nil
		}
		if n.number, err = strconv.Atoi(strings.TrimRight(strings.ToLower(n.text), "abcdefghijklmnopqrstuvwxyz")); err == nil {
			known[id] = append(known[id], n)
		}
		return nil // "12;14" has no place in the order
	})
	if err != nil {
		return err
	}
	for _, r := range s.roads[:min(len(s.roads), likelyStreets)] {
		at, low, high, ok := interpolate(known[r.streetID], want)
		if !ok {
			continue
		}
		f := r
		f.Kind, f.HouseNumber, f.Point = Between, s.q.HouseNumber, at
		f.Name = f.HouseNumber + " " + f.Street
		s.judge(&f)
		f.Confidence *= 0.9
		f.Reason = strings.TrimPrefix(f.Reason+fmt.Sprintf("; placed between numbers %s and %s", low, high), "; ")
		s.found = append(s.found, f)
	}
	return nil
}

// numbered is a house whose number is known.
type numbered struct {
	number int
	text   string
	at     orb.Point
}

// blockMetres is the farthest that two neighbours may be apart for a house to
// be placed between them.
const blockMetres = 800

// interpolate places a number on the straight line between the nearest known
// numbers below and above it, of its own side (odd or even) if there are such.
func interpolate(houses []numbered, want int) (at orb.Point, low, high string, ok bool) {
	slices.SortFunc(houses, func(a, b numbered) int { return cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(a.text, b.text)) })
	for _, sameSide := range []bool{true, false} {
		var below, above *numbered
		for i := range houses {
			h := &houses[i]
			if sameSide && (h.number-want)%2 != 0 {
				continue
			}
			if h.number <= want {
				below = h
			} else if above == nil {
				above = h
			}
		}
		if below == nil || above == nil || geo.Distance(below.at, above.at) > blockMetres {
			continue
		}
		f := float64(want-below.number) / float64(above.number-below.number)
		return orb.Point{below.at[0] + f*(above.at[0]-below.at[0]), below.at[1] + f*(above.at[1]-below.at[1])}, below.text, above.text, true
	}
	return at, "", "", false
}

// placeRank orders places of one name.
var placeRank = map[string]float64{"city": 8, "town": 7, "borough": 6, "municipality": 6, "village": 5, "suburb": 4, "hamlet": 3, "neighbourhood": 2}

func (s *searching) places() error {
	asked := s.q.Place
	if asked == "" {
		asked = s.q.Text
	}
	rows, err := s.tx.Query(s.ctx, `
		select name, kind, coalesce(population, 0), point
		from places
		where `+likeness+`
		order by similarity(search, $1) desc, population desc nulls last, osm_id
		limit 100`, asked)
	if err != nil {
		return err
	}
	places, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Found, error) {
		f := Found{Kind: Town}
		err := row.Scan(&f.City, &f.PlaceKind, &f.population, &f.Point)
		f.Name = f.City
		return f, err
	})
	if err != nil {
		return err
	}
	for i := range places {
		p := &places[i]
		s.judge(p)
		p.rank = placeRank[p.PlaceKind] + math.Log10(float64(p.population)+1)
		if geocode.Similarity(asked, geocode.Normalise(p.Name)) > 0.75 {
			s.towns = append(s.towns, p.Point)
		}
	}
	s.found = append(s.found, places...)
	return nil
}

func (s *searching) postcode() error {
	if s.q.Postcode == "" {
		return nil
	}
	var f Found
	var x, y *float64
	err := s.tx.QueryRow(s.ctx, `
		select percentile_cont(0.5) within group (order by st_x(point)), percentile_cont(0.5) within group (order by st_y(point)),
			coalesce(mode() within group (order by place), '')
		from streets where postcode = $1`, s.q.Postcode).Scan(&x, &y, &f.City)
	if err != nil || x == nil || y == nil {
		return err
	}
	f.Kind, f.Name, f.Postcode, f.Point, f.Confidence = Postcode, s.q.Postcode, s.q.Postcode, orb.Point{*x, *y}, 1
	if s.q.Street != "" {
		f.Confidence, f.Reason = 0.3, "only the postcode was found"
	}
	if s.near != nil {
		f.Metres = geo.Distance(*s.near, f.Point)
	}
	s.found = append(s.found, f)
	return nil
}

// fineness orders kinds of one confidence.
var fineness = map[FoundKind]int{House: 5, Between: 4, Town: 3, OnStreet: 2, Postcode: 1}

func (s *searching) sort(found []Found) {
	slices.SortStableFunc(found, func(a, b Found) int {
		return cmp.Or(
			cmp.Compare(math.Round(b.Confidence*50), math.Round(a.Confidence*50)), // equal to 2 %
			cmp.Compare(fineness[b.Kind], fineness[a.Kind]),
			cmp.Compare(a.Metres, b.Metres),
			cmp.Compare(b.rank, a.rank),
			cmp.Compare(a.Name, b.Name),
			cmp.Compare(a.City, b.City))
	})
}

// best returns the best answers, each once: of one name in one town, the first.
func (s *searching) best(limit int) []Found {
	s.sort(s.found)
	var out []Found
	seen := map[string]bool{}
	for _, f := range s.found {
		key := string(f.Kind) + "|" + f.Name + "|" + f.City + "|" + f.Postcode
		if f.Kind == Town {
			key += fmt.Sprintf("|%.1f|%.1f", f.Point[0], f.Point[1])
		}
		if f.Confidence < worthShowing || seen[key] {
			continue
		}
		seen[key] = true
		if out = append(out, f); len(out) == limit {
			break
		}
	}
	return out
}

// Label is the answer on one line: "12 North Main Street, Dover 19901".
func (f Found) Label() string {
	town := strings.TrimSpace(f.City + " " + f.Postcode)
	if f.Kind == Town || f.Kind == Postcode || town == "" {
		return f.Name
	}
	return f.Name + ", " + town
}
