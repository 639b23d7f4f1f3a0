package osm

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"
)

// complete fills what tags left open from what is near: the town of streets,
// addresses and points of interest, the street of a house number, and the
// postcode of all three.
func complete(c *Contents) {
	towns := newTowns(c.Places)
	for i := range c.Streets {
		c.Streets[i].City = towns.at(c.Streets[i].Point)
	}
	streets := newStreetFinder(c.Streets)
	for i := range c.Addresses {
		fill(&c.Addresses[i], c.Addresses[i].Point, streets, towns)
	}
	c.Addresses = slices.DeleteFunc(c.Addresses, func(a Address) bool { return a.Street == "" })
	for i := range c.Interests {
		fill(&c.Interests[i].Address, c.Interests[i].Point, streets, towns)
	}
	streets.postcodes(c.Addresses)
}

// nearStreet is how far, in metres, a house may be from the street that it is
// given when its tags name none.
const nearStreet = 80

func fill(a *Address, at orb.Point, streets *streetFinder, towns *towns) {
	if a.Street == "" && a.HouseNumber != "" {
		if s := streets.nearest(at, "", nearStreet); s != nil {
			a.Street = s.Name
		}
	}
	if a.Postcode == "" && a.Street != "" {
		if s := streets.nearest(at, a.Street, 500); s != nil {
			a.Postcode = s.Postcode
		}
	}
	if a.City == "" {
		a.City = towns.at(at)
	}
}

// towns finds the town of a place: the one that is nearest in proportion to
// how far its name reaches.
type towns struct {
	places []NamedPlace
	grid   grid
	reach  float64 // the farthest of them
}

func newTowns(places []NamedPlace) *towns {
	t := &towns{places: places, grid: grid{}}
	for i, p := range places {
		if postal[p.Kind] {
			t.grid.put(int32(i), p.Point.Bound())
			t.reach = max(t.reach, reachOf(p))
		}
	}
	return t
}

func reachOf(p NamedPlace) float64 {
	reach := placeReach[p.Kind]
	if p.Population > 0 {
		// A town of 4,000 people an hour's walk across; area grows with people.
		reach = max(reach, 25*math.Sqrt(float64(p.Population)))
	}
	return min(reach, 25_000)
}

func (t *towns) at(p orb.Point) string {
	// A hamlet may be no more than a named group of houses, so a town whose name
	// reaches here goes before it.
	best, name, bestTown, town := 2.0, "", 1.2, ""
	for i := range t.grid.within(p, 2*t.reach) {
		c := &t.places[i]
		share := metresBetween(p, c.Point) / reachOf(*c)
		if share < best || share == best && c.Name < name {
			best, name = share, c.Name
		}
		if c.Kind != "hamlet" && (share < bestTown || share == bestTown && c.Name < town) {
			bestTown, town = share, c.Name
		}
	}
	if town != "" {
		return town
	}
	return name
}

// streetFinder finds streets near a place.
type streetFinder struct {
	streets []Street
	grid    grid
}

func newStreetFinder(streets []Street) *streetFinder {
	f := &streetFinder{streets: streets, grid: grid{}}
	for i := range streets {
		for _, line := range streets[i].Lines {
			for j := 1; j < len(line); j++ {
				f.grid.put(int32(i), line[j-1:j+1].Bound())
			}
		}
	}
	return f
}

// nearest returns the nearest street within a distance in metres, of a name
// unless that is empty, or nil.
func (f *streetFinder) nearest(p orb.Point, name string, metres float64) *Street {
	best := -1
	seen := map[int32]bool{}
	for i := range f.grid.within(p, metres) {
		if seen[i] || name != "" && !strings.EqualFold(f.streets[i].Name, name) {
			continue
		}
		seen[i] = true
		for _, line := range f.streets[i].Lines {
			if d := metresToLine(p, line); d < metres || d == metres && int(i) < best {
				metres, best = d, int(i)
			}
		}
	}
	if best < 0 {
		return nil
	}
	return &f.streets[best]
}

// postcodes gives streets without a postcode the commonest of their houses.
func (f *streetFinder) postcodes(addresses []Address) {
	count := map[*Street]map[string]int{}
	for _, a := range addresses {
		if a.Postcode == "" {
			continue
		}
		if s := f.nearest(a.Point, a.Street, 500); s != nil && s.Postcode == "" {
			if count[s] == nil {
				count[s] = map[string]int{}
			}
			count[s][a.Postcode]++
		}
	}
	for s, codes := range count {
		s.Postcode = commonest(codes)
	}
}

func commonest(count map[string]int) string {
	best := ""
	for code, n := range count {
		if n > count[best] || n == count[best] && code < best {
			best = code
		}
	}
	return best
}

// sameStreet is how far apart, in metres, ways of one name may be and still be
// one street: two carriageways, or a gap at a bridge or a junction.
const sameStreet = 400

// joinStreets makes streets of ways: those of one name that are near each
// other, directly or through others.
func joinStreets(ways []streetWay) []Street {
	byName := map[string][]int{}
	for i, w := range ways {
		byName[w.name] = append(byName[w.name], i)
	}
	var out []Street
	for name, members := range byName {
		for _, group := range nearGroups(ways, members) {
			out = append(out, streetOf(name, ways, group))
		}
	}
	slices.SortFunc(out, func(a, b Street) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Point[0], b.Point[0]), cmp.Compare(a.Point[1], b.Point[1]))
	})
	return out
}

// nearGroups splits ways into groups that hang together within sameStreet.
func nearGroups(ways []streetWay, members []int) [][]int {
	parent := make([]int, len(members))
	for i := range parent {
		parent[i] = i
	}
	find := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	g := grid{}
	for i, m := range members {
		line := ways[m].line
		for _, p := range line {
			for other := range g.within(p, sameStreet) {
				if a, b := find(i), find(int(other)); a != b && metresToLine(p, ways[members[other]].line) <= sameStreet {
					parent[max(a, b)] = min(a, b)
				}
			}
		}
		for j := 1; j < len(line); j++ {
			g.put(int32(i), line[j-1:j+1].Bound())
		}
	}
	index := map[int]int{}
	var groups [][]int
	for i, m := range members {
		root := find(i)
		at, ok := index[root]
		if !ok {
			at = len(groups)
			index[root] = at
			groups = append(groups, nil)
		}
		groups[at] = append(groups[at], m)
	}
	return groups
}

func streetOf(name string, ways []streetWay, group []int) Street {
	s := Street{Name: name}
	count := map[string]int{}
	var box orb.Bound
	for i, m := range group {
		w := ways[m]
		s.Lines = append(s.Lines, w.line)
		if w.postcode != "" {
			count[w.postcode]++
		}
		if i == 0 {
			box = w.line.Bound()
		}
		box = box.Union(w.line.Bound())
	}
	s.Postcode = commonest(count)
	// The place on the street that is nearest to the middle of its box.
	best, mid := math.Inf(1), box.Center()
	for _, line := range s.Lines {
		for i, p := range line {
			if d := metresBetween(p, mid); d < best {
				best, s.Point = d, p
			}
			if i > 0 {
				half := orb.Point{(p[0] + line[i-1][0]) / 2, (p[1] + line[i-1][1]) / 2}
				if d := metresBetween(half, mid); d < best {
					best, s.Point = d, half
				}
			}
		}
	}
	return s
}

// samePlace is how far apart, in metres, two elements of one name may be and
// still be one place mapped twice, as a node and as an area.
const samePlace = 4000

func uniquePlaces(places []NamedPlace) []NamedPlace {
	slices.SortFunc(places, func(a, b NamedPlace) int { return compareRefs(a.Ref, b.Ref) })
	byName := map[string][]int{}
	out := places[:0]
	for _, p := range places {
		key := strings.ToLower(p.Name)
		double := false
		for _, i := range byName[key] {
			if out[i].Ref.Kind != p.Ref.Kind && metresBetween(out[i].Point, p.Point) < samePlace {
				double = true
				out[i].Population = max(out[i].Population, p.Population)
				if placeReach[p.Kind] > placeReach[out[i].Kind] {
					out[i].Kind = p.Kind // mapped as a hamlet and as a town
				}
				break
			}
		}
		if !double {
			byName[key] = append(byName[key], len(out))
			out = append(out, p)
		}
	}
	return out
}

// sameBusiness is how far apart, in metres, two elements of one name and
// category may be and still be one business mapped twice.
const sameBusiness = 120

// uniqueInterests drops of doubles the one with less to tell.
func uniqueInterests(all []Interest) []Interest {
	slices.SortFunc(all, func(a, b Interest) int { return compareRefs(a.Ref, b.Ref) })
	g := grid{}
	dropped := make([]bool, len(all))
	for i := range all {
		for j := range g.within(all[i].Point, sameBusiness) {
			other := &all[j]
			if dropped[j] || other.Category != all[i].Category || !strings.EqualFold(other.Name, all[i].Name) ||
				metresBetween(other.Point, all[i].Point) > sameBusiness ||
				other.Address.HouseNumber != "" && all[i].Address.HouseNumber != "" && other.Address.HouseNumber != all[i].Address.HouseNumber {
				continue
			}
			if all[i].tags > other.tags {
				dropped[j] = true
			} else {
				dropped[i] = true
				break
			}
		}
		if !dropped[i] {
			g.put(int32(i), all[i].Point.Bound())
		}
	}
	out := all[:0]
	for i := range all {
		if !dropped[i] {
			out = append(out, all[i])
		}
	}
	return out
}

func compareRefs(a, b Ref) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
}
