package roads

import (
	"strings"

	"github.com/waymark-crm/waymark/geo/osm"
)

// lane is one direction of a road, as a profile sees it.
type lane struct {
	kmh        float32 // 0: closed
	preference float32 // the time is divided by it when routes are compared
	restricted bool    // for those who begin or end here
}

// kind is what the pieces of a road have in common. Two pieces of the same
// kind are merged where nothing else meets them.
type kind struct {
	ahead, back lane
	class       Class
	flags       kindFlags
	name, ref   uint32 // numbers of texts
}

type kindFlags uint8

const (
	kindRoundabout kindFlags = 1 << iota
	kindFerry
	kindNoStart // routes neither begin nor end here
	kindTunnel
	kindBridge
	kindToll
)

func (k kind) reversed() kind {
	k.ahead, k.back = k.back, k.ahead
	return k
}

// Class is the rank of a road, from motorway down.
type Class uint8

// The classes; a link has the class of its road.
const (
	ClassOther Class = iota
	ClassMotorway
	ClassTrunk
	ClassPrimary
	ClassSecondary
	ClassTertiary
	ClassUnclassified
	ClassResidential
	ClassLivingStreet
	ClassService
	ClassTrack
	ClassPath
	ClassFerry
)

var classNames = [...]string{"other", "motorway", "trunk", "primary", "secondary", "tertiary", "unclassified",
	"residential", "living_street", "service", "track", "path", "ferry"}

func (c Class) String() string {
	if int(c) < len(classNames) {
		return classNames[c]
	}
	return "other"
}

func classOf(highway string) Class {
	switch highway = strings.TrimSuffix(highway, "_link"); highway {
	case "footway", "cycleway", "bridleway", "pedestrian", "steps":
		return ClassPath
	}
	for i, name := range classNames {
		if name == highway && name != "ferry" {
			return Class(i)
		}
	}
	return ClassOther
}

// readWay says what a way is under the profile; ok is false when it can't be
// used in either direction. length is in metres, for ferries with a duration.
func (p *Profile) readWay(tags osm.Tags, length float64) (k kind, ok bool) {
	highway, ferry := tags.Get("highway"), false
	if route := tags.Get("route"); route == "ferry" || route == "shuttle_train" || highway == "ferry" {
		ferry = p.FerrySpeed > 0
	}
	if highway == "" && !ferry || p.blocked(tags, highway) {
		return kind{}, false
	}
	k.class = classOf(highway)
	k.ahead = p.readLane(tags, highway, ferry, length, "forward")
	k.back = p.readLane(tags, highway, ferry, length, "backward")
	p.readOneway(tags, highway, &k)
	if k.ahead.kmh <= 0 && k.back.kmh <= 0 {
		return kind{}, false
	}
	p.readPreference(tags, highway, &k)
	if j := tags.Get("junction"); j == "roundabout" || j == "circular" {
		k.flags |= kindRoundabout
	}
	if ferry {
		k.class = ClassFerry
		k.flags |= kindFerry | kindNoStart
	}
	if highway == "service" && p.access(tags, "forward") == "private" {
		k.flags |= kindNoStart
	}
	if t := tags.Get("tunnel"); t != "" && t != "no" {
		k.flags |= kindTunnel
	}
	if t := tags.Get("bridge"); t != "" && t != "no" {
		k.flags |= kindBridge
	}
	if tags.Get("toll") == "yes" {
		k.flags |= kindToll
	}
	return k, true
}

// blocked reports roads that nobody uses now, and those that the vehicle does
// not fit.
func (p *Profile) blocked(tags osm.Tags, highway string) bool {
	if tags.Get("area") == "yes" || tags.Get("impassable") == "yes" || tags.Get("status") == "impassable" ||
		tags.Get("oneway") == "reversible" && len(p.OnewayKeys) > 0 || highway == "proposed" || tags.Has("proposed") {
		return true
	}
	switch c := tags.Get("construction"); c {
	case "", "no", "widening", "minor":
	default:
		return true
	}
	if highway == "construction" {
		return true
	}
	over := func(size float64, parse func(string) (float64, bool), keys ...string) bool {
		for _, key := range keys {
			if v, ok := parse(tags.Get(key)); ok && size > 0 {
				return v < size
			}
		}
		return false
	}
	return over(p.Vehicle.Height, parseMetres, "maxheight:physical", "maxheight") ||
		over(p.Vehicle.Width, parseMetres, "maxwidth:physical", "maxwidth") ||
		over(p.Vehicle.Length, parseMetres, "maxlength") ||
		over(p.Vehicle.Weight, parseTonnes, "maxweight")
}

// access returns the value of the most specific access tag, and of one for the
// direction before that for both.
func (p *Profile) access(tags osm.Tags, direction string) string {
	for _, key := range p.AccessKeys {
		if v, ok := p.always(tags.Get(key + ":conditional")); ok {
			return v
		}
		if direction != "" {
			if v := tags.Get(key + ":" + direction); v != "" {
				return firstOf(v)
			}
		}
		if v := tags.Get(key); v != "" {
			return firstOf(v)
		}
	}
	return ""
}

// always reads a conditional value, "no @ (Mo-Fr 07:00-09:00)". Of a condition
// on time, use or weather it takes that it does not hold now; one on the
// vehicle's size is compared; "24/7" always holds.
func (p *Profile) always(value string) (string, bool) {
	for _, part := range strings.Split(value, ");") {
		what, condition, ok := strings.Cut(part, "@")
		if !ok {
			continue
		}
		condition = strings.Trim(condition, " ()")
		if condition == "24/7" || p.overSize(condition) {
			return strings.TrimSpace(what), true
		}
	}
	return "", false
}

func (p *Profile) overSize(condition string) bool {
	for name, size := range map[string]float64{
		"weight": p.Vehicle.Weight, "height": p.Vehicle.Height, "width": p.Vehicle.Width, "length": p.Vehicle.Length,
	} {
		limit, ok := strings.CutPrefix(condition, name)
		limit, above := strings.CutPrefix(strings.TrimSpace(limit), ">")
		if !ok || !above {
			continue
		}
		parse := parseMetres
		if name == "weight" {
			parse = parseTonnes
		}
		v, ok := parse(strings.TrimPrefix(limit, "="))
		return ok && size > v
	}
	return false
}

func (p *Profile) readLane(tags osm.Tags, highway string, ferry bool, length float64, direction string) lane {
	access := p.access(tags, direction)
	speed, listed := p.Speeds[highway]
	l := lane{preference: 1}
	if among(p.DestinationOnly, access) {
		// An unlisted class that is private is not opened by that word.
		if !listed && !ferry {
			return lane{}
		}
		l.restricted = true
	} else if among(p.Closed, access) {
		return lane{}
	}
	switch {
	case ferry:
		speed = p.FerrySpeed
		if s, ok := parseSeconds(tags.Get("duration")); ok && length > 0 {
			speed = length / s * 3.6
		}
		l.kmh = float32(min(max(speed, 0.1), 150))
		return l
	case listed:
	case access != "" && access != "unknown":
		speed = p.OtherSpeed
	default:
		return lane{}
	}
	if among(p.ClosedServices, tags.Get("service")) {
		return lane{}
	}
	if tags.Get("bridge") == "movable" && p.MovableBridgeSpeed > 0 {
		speed = p.MovableBridgeSpeed
	}
	if p.MaxspeedFactor > 0 {
		for _, key := range []string{"maxspeed:advisory:" + direction, "maxspeed:advisory", "maxspeed:" + direction, "maxspeed"} {
			if v, ok := parseKmh(tags.Get(key), p.MaxspeedWords); ok {
				speed = v * p.MaxspeedFactor
				break
			}
		}
	}
	for _, limit := range []struct {
		speeds map[string]float64
		key    string
	}{{p.SurfaceSpeeds, "surface"}, {p.TracktypeSpeeds, "tracktype"}, {p.SmoothnessSpeeds, "smoothness"}} {
		if v, ok := limit.speeds[tags.Get(limit.key)]; ok {
			speed = min(speed, v)
		}
	}
	if p.TopSpeed > 0 {
		speed = min(speed, p.TopSpeed)
	}
	if factor, ok := p.slower[highway]; ok {
		speed /= factor
	}
	l.kmh = float32(speed)
	return l
}

func (p *Profile) readOneway(tags osm.Tags, highway string, k *kind) {
	if len(p.OnewayKeys) == 0 {
		return
	}
	for _, key := range p.OnewayKeys {
		switch tags.Get(key) {
		case "yes", "1", "true":
			k.back.kmh = 0
			return
		case "-1", "reverse":
			k.ahead.kmh = 0
			return
		case "no", "0", "false", "alternating":
			return
		}
	}
	j := tags.Get("junction")
	if among(p.ImpliedOneway, highway) || p.OnewayRoundabouts && (j == "roundabout" || j == "circular") {
		k.back.kmh = 0
	}
}

func (p *Profile) readPreference(tags osm.Tags, highway string, k *kind) {
	factor := 1.0
	take := func(v float64) {
		if v > 0 {
			factor = min(factor, v)
		}
	}
	take(p.ServicePreference[tags.Get("service")])
	if p.NarrowPreference > 0 {
		width, wide := parseMetres(tags.Get("width"))
		lanes, counted := parseMetres(tags.Get("lanes"))
		both := k.ahead.kmh > 0 && k.back.kmh > 0
		if wide && width <= 3 || counted && lanes <= 1 && both {
			take(p.NarrowPreference)
		}
	}
	if tags.Get("oneway") == "alternating" {
		take(p.AlternatingPreference)
	}
	if s := tags.Get("side_road"); s == "yes" || s == "rotary" {
		take(p.SideRoadPreference)
	}
	if v, ok := p.ClassPreference[highway]; ok {
		factor *= v
	}
	k.ahead.preference, k.back.preference = float32(factor), float32(factor)
}

// mark is what a node adds to a junction.
type mark struct {
	barrier  bool
	turning  bool    // a turning circle: u-turns are welcome
	any      float32 // seconds for everyone who passes
	forward  float32 // seconds for those who pass along the way's direction
	backward float32
}

// readNode returns what a node means for those who pass it.
func (p *Profile) readNode(tags osm.Tags) (m mark, ok bool) {
	if access := p.access(tags, ""); access != "" {
		if barrier := tags.Get("barrier"); barrier != "" || tags.Get("highway") == "" {
			m.barrier = among(p.Closed, access)
		}
	} else if barrier := tags.Get("barrier"); barrier != "" {
		kerb := tags.Get("kerb")
		pass := among(p.OpenBarriers, barrier) || tags.Get("bollard") == "rising" ||
			kerb == "lowered" || kerb == "flush" || barrier == "kerb" && tags.Get("highway") == "crossing"
		if h, ok := parseMetres(tags.Get("maxheight")); ok && p.Vehicle.Height > h {
			pass = false
		}
		delay, delayed := p.BarrierSeconds[barrier]
		m.any += float32(delay)
		m.barrier = !pass && !delayed
	}
	direction, seconds := tags.Get("direction"), 0.0
	switch tags.Get("highway") {
	case "traffic_signals":
		if d := tags.Get("traffic_signals:direction"); d != "" {
			direction = d
		}
		seconds = p.SignalSeconds
	case "stop":
		seconds = p.StopSeconds
	case "give_way":
		seconds = p.GiveWaySeconds
	case "turning_circle", "turning_loop":
		m.turning = true
	}
	switch direction {
	case "forward":
		m.forward += float32(seconds)
	case "backward":
		m.backward += float32(seconds)
	default:
		m.any += float32(seconds)
	}
	return m, m != mark{}
}
