package roads

import (
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/osm"
)

// Collector takes the roads of one profile from an extract. It is handed to
// [osm.Read], alone or together with others, and then to [Prepare].
type Collector struct {
	profile *Profile

	refs   []int64
	places []place
	ways   []rawWay

	kinds     []kind
	kindIndex map[kind]uint32
	texts     []string
	textIndex map[string]uint32

	marks        map[int64]mark
	restrictions []rawRestriction
	notes        Notes
}

// Notes count what was found on the way to a network and could not be used.
type Notes struct {
	Ways                int `json:"ways"`                // open to the profile
	Restrictions        int `json:"restrictions"`        // turn restrictions that concern the profile
	RestrictionsDropped int `json:"restrictionsDropped"` // of them, not applied: their ways do not meet as they should
	Conditional         int `json:"conditional"`         // restrictions that hold at some times only, left out
	Islands             int `json:"islands"`             // parts that can't be reached from the main network and back
	IslandMetres        int `json:"islandMetres"`        // length of their roads
}

// place is a coordinate in units of 1e-7 degrees.
type place struct{ lon, lat int32 }

func toPlace(p orb.Point) place {
	return place{int32(math.Round(p[0] * 1e7)), int32(math.Round(p[1] * 1e7))}
}

func (p place) point() orb.Point {
	return orb.Point{float64(p.lon) / 1e7, float64(p.lat) / 1e7}
}

type rawWay struct {
	id   int64
	end  int // of its part of refs and places
	kind uint32
}

type rawRestriction struct {
	only     bool
	uturn    bool
	from, to []int64 // ways
	node     int64   // via, or 0
	via      []int64 // ways, in order
}

// NewCollector returns a collector for a profile.
func NewCollector(p *Profile) *Collector {
	c := &Collector{
		profile:   p,
		kindIndex: map[kind]uint32{},
		textIndex: map[string]uint32{},
		marks:     map[int64]mark{},
	}
	c.text("")
	return c
}

// Node implements [osm.Collector].
func (c *Collector) Node(n *osm.Node) error {
	if len(n.Tags) == 0 {
		return nil
	}
	if m, ok := c.profile.readNode(n.Tags); ok {
		c.marks[n.ID] = m
	}
	return nil
}

// Way implements [osm.Collector].
func (c *Collector) Way(w *osm.Way) error {
	if !w.Tags.Has("highway") && !w.Tags.Has("route") {
		return nil
	}
	length := 0.0
	if w.Tags.Has("duration") {
		line, _ := w.Line()
		for i := 1; i < len(line); i++ {
			length += metresBetween(toPlace(line[i-1]), toPlace(line[i]))
		}
	}
	k, ok := c.profile.readWay(w.Tags, length)
	if !ok {
		return nil
	}
	k.name = c.text(strings.ReplaceAll(w.Tags.Get("name"), ";", " / "))
	k.ref = c.text(strings.ReplaceAll(w.Tags.Get("ref"), ";", " / "))
	number := c.kind(k)
	c.notes.Ways++

	// Where the extract was cut the way falls into parts.
	start := len(c.refs)
	finish := func() {
		if len(c.refs)-start < 2 {
			c.refs, c.places = c.refs[:start], c.places[:start]
			return
		}
		c.ways = append(c.ways, rawWay{w.ID, len(c.refs), number})
		start = len(c.refs)
	}
	for i, ref := range w.Refs {
		p, ok := w.Point(i)
		if !ok {
			finish()
			continue
		}
		c.refs = append(c.refs, ref)
		c.places = append(c.places, toPlace(p))
	}
	finish()
	return nil
}

// Relation implements [osm.Collector].
func (c *Collector) Relation(r *osm.Relation) error {
	if !c.profile.Restrictions {
		return nil
	}
	value, conditional := c.restrictionValue(r.Tags)
	if conditional {
		c.notes.Conditional++
	}
	only := strings.HasPrefix(value, "only_")
	if !only && !strings.HasPrefix(value, "no_") {
		return nil
	}
	for _, e := range strings.Split(r.Tags.Get("except"), ";") {
		if among(c.profile.VehicleKinds, strings.TrimSpace(e)) {
			return nil
		}
	}
	raw := rawRestriction{only: only, uturn: value == "no_u_turn"}
	for _, m := range r.Members {
		switch {
		case m.Kind == osm.KindWay && m.Role == "from":
			raw.from = append(raw.from, m.Ref)
		case m.Kind == osm.KindWay && m.Role == "to":
			raw.to = append(raw.to, m.Ref)
		case m.Kind == osm.KindWay && m.Role == "via":
			raw.via = append(raw.via, m.Ref)
		case m.Kind == osm.KindNode && m.Role == "via":
			raw.node = m.Ref
		}
	}
	c.notes.Restrictions++
	if len(raw.from) == 0 || len(raw.to) == 0 || (raw.node == 0) == (len(raw.via) == 0) {
		c.notes.RestrictionsDropped++
		return nil
	}
	c.restrictions = append(c.restrictions, raw)
	return nil
}

// restrictionValue returns what the relation forbids or commands our vehicle,
// "" when nothing, and whether it does so at some times only.
func (c *Collector) restrictionValue(tags osm.Tags) (value string, conditional bool) {
	if t, _, _ := strings.Cut(tags.Get("type"), ":"); t != "restriction" {
		return "", false
	}
	keys := make([]string, 0, len(c.profile.VehicleKinds)+1)
	for _, v := range c.profile.VehicleKinds {
		keys = append(keys, "restriction:"+v)
	}
	for _, key := range append(keys, "restriction") {
		if text := tags.Get(key + ":conditional"); text != "" {
			if v, ok := c.profile.always(text); ok {
				return v, false
			}
			conditional = true
		}
		if v := tags.Get(key); v != "" {
			// The older way to say it: restrictions that hold at some hours.
			if tags.Has("hour_on") || tags.Has("day_on") {
				return "", true
			}
			return v, false
		}
	}
	return "", conditional
}

func (c *Collector) kind(k kind) uint32 {
	if i, ok := c.kindIndex[k]; ok {
		return i
	}
	i := uint32(len(c.kinds))
	c.kinds = append(c.kinds, k)
	c.kindIndex[k] = i
	return i
}

func (c *Collector) text(s string) uint32 {
	if i, ok := c.textIndex[s]; ok {
		return i
	}
	i := uint32(len(c.texts))
	c.texts = append(c.texts, s)
	c.textIndex[s] = i
	return i
}

// earth is the mean radius in metres (IUGG R1).
const earth = 6371008.8

// metresBetween is the great-circle distance (haversine).
func metresBetween(a, b place) float64 {
	const rad = math.Pi / 180 / 1e7
	lat1, lat2 := float64(a.lat)*rad, float64(b.lat)*rad
	s, t := math.Sin((lat2-lat1)/2), math.Sin((float64(b.lon)-float64(a.lon))*rad/2)
	return 2 * earth * math.Asin(math.Sqrt(min(1, s*s+math.Cos(lat1)*math.Cos(lat2)*t*t)))
}

// indexOf returns where id lies in sorted ids, or -1.
func indexOf(ids []int64, id int64) int32 {
	if i, ok := slices.BinarySearch(ids, id); ok {
		return int32(i)
	}
	return -1
}
