package roads

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"time"
)

// Profile says what a kind of traveller may use and how fast. It is data: the
// built-in ones lie in profiles/*.jsonc, which document every field, and a
// changed copy of one is as good. Speeds are in km/h, times in seconds, sizes
// in metres, weights in tonnes.
type Profile struct {
	Name  string `json:"name"`
	About string `json:"about"`

	Speeds             map[string]float64 `json:"speeds"`
	OtherSpeed         float64            `json:"other_speed"`
	FerrySpeed         float64            `json:"ferry_speed"`
	MovableBridgeSpeed float64            `json:"movable_bridge_speed"`
	MaxspeedFactor     float64            `json:"maxspeed_factor"` // 0: maxspeed is not heeded
	MaxspeedWords      map[string]float64 `json:"maxspeed_words"`
	TopSpeed           float64            `json:"top_speed"` // 0: none
	SurfaceSpeeds      map[string]float64 `json:"surface_speeds"`
	TracktypeSpeeds    map[string]float64 `json:"tracktype_speeds"`
	SmoothnessSpeeds   map[string]float64 `json:"smoothness_speeds"`

	AccessKeys             []string `json:"access_keys"`
	Open                   []string `json:"open"`
	Closed                 []string `json:"closed"`
	DestinationOnly        []string `json:"destination_only"`
	DestinationOnlySeconds float64  `json:"destination_only_seconds"`
	ClosedServices         []string `json:"closed_services"`

	OpenBarriers   []string           `json:"open_barriers"`
	BarrierSeconds map[string]float64 `json:"barrier_seconds"`

	OnewayKeys        []string `json:"oneway_keys"` // none: one-way roads are not heeded
	ImpliedOneway     []string `json:"implied_oneway"`
	OnewayRoundabouts bool     `json:"oneway_roundabouts"`

	Restrictions bool     `json:"restrictions"`
	VehicleKinds []string `json:"vehicle_kinds"`

	ClassPreference       map[string]float64 `json:"class_preference"`
	ServicePreference     map[string]float64 `json:"service_preference"`
	NarrowPreference      float64            `json:"narrow_preference"`
	SideRoadPreference    float64            `json:"side_road_preference"`
	AlternatingPreference float64            `json:"alternating_preference"`

	TurnSeconds     float64 `json:"turn_seconds"`
	TurnBias        float64 `json:"turn_bias"`
	SignalSeconds   float64 `json:"signal_seconds"`
	StopSeconds     float64 `json:"stop_seconds"`
	GiveWaySeconds  float64 `json:"give_way_seconds"`
	UturnSeconds    float64 `json:"uturn_seconds"`
	UturnEverywhere bool    `json:"uturn_everywhere"`
	LeftHandTraffic bool    `json:"left_hand_traffic"`

	Vehicle Vehicle `json:"vehicle"`

	// Times names times of day and, for each, by how much the classes of
	// roads are slower than in free flow: 1.3 means that it takes 1.3 times as
	// long.
	Times map[string]map[string]float64 `json:"times"`
	// Hours says when the times of day are, in their order and without overlap;
	// at all other hours of the day traffic flows freely.
	Hours []Hours `json:"hours"`

	timeOfDay string
	slower    map[string]float64
}

// Hours is the span of the clock in which a time of day holds.
type Hours struct {
	Time string `json:"time"` // one of the profile's times of day
	From string `json:"from"` // HH:MM
	To   string `json:"to"`
}

// Seconds are the beginning and the end as seconds since midnight.
func (h Hours) Seconds() (from, to int, err error) {
	for _, x := range []struct {
		text string
		to   *int
	}{{h.From, &from}, {h.To, &to}} {
		t, err := time.Parse("15:04", x.text)
		if err != nil {
			return 0, 0, fmt.Errorf("%w: %q is no time of the clock, such as 07:30", ErrProfile, x.text)
		}
		*x.to = t.Hour()*3600 + t.Minute()*60
	}
	return from, to, nil
}

// At returns the profile at one of its times of day; "" is free flow. The error
// wraps ErrProfile.
func (p *Profile) At(name string) (*Profile, error) {
	c := *p
	c.timeOfDay, c.slower = name, nil
	if name == "" {
		return &c, nil
	}
	slower, ok := p.Times[name]
	if !ok {
		return nil, fmt.Errorf("%w: %s has no time of day %q; it has %s", ErrProfile, p.Name, name,
			strings.Join(slices.Sorted(maps.Keys(p.Times)), ", "))
	}
	c.slower = slower
	return &c, nil
}

// Vehicle holds sizes to compare with signs; zero means that the sign does not
// matter.
type Vehicle struct {
	Height float64 `json:"height"` // metres
	Width  float64 `json:"width"`  // metres
	Length float64 `json:"length"` // metres
	Weight float64 `json:"weight"` // tonnes
}

//go:embed profiles/*.jsonc
var profileFiles embed.FS

// ErrProfile means that a profile can't be used; the text says why.
var ErrProfile = errors.New("the profile can't be used")

// ProfileNames lists the built-in profiles, sorted.
func ProfileNames() []string {
	files, err := fs.Glob(profileFiles, "profiles/*.jsonc")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	names := make([]string, 0, len(files))
	for _, f := range files {
		names = append(names, strings.TrimSuffix(path.Base(f), ".jsonc"))
	}
	return names
}

// BuiltIn returns the built-in profile of that name. The error wraps
// ErrProfile.
func BuiltIn(name string) (*Profile, error) {
	data, err := profileFiles.ReadFile("profiles/" + name + ".jsonc")
	if err != nil {
		return nil, fmt.Errorf("%w: there is no built-in profile %q; there are %s", ErrProfile, name, strings.Join(ProfileNames(), ", "))
	}
	return ParseProfile(data)
}

// LoadProfile returns the built-in profile of that name or, if nameOrFile ends
// in .jsonc or .json, reads it from that file.
func LoadProfile(nameOrFile string) (*Profile, error) {
	if !strings.HasSuffix(nameOrFile, ".jsonc") && !strings.HasSuffix(nameOrFile, ".json") {
		return BuiltIn(nameOrFile)
	}
	data, err := os.ReadFile(nameOrFile)
	if err != nil {
		return nil, fmt.Errorf("read the profile: %w", err)
	}
	p, err := ParseProfile(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", nameOrFile, err)
	}
	return p, nil
}

// ParseProfile parses a profile: JSON in which lines that begin with // are
// notes. Fields that no profile has are refused, so that a typing error does
// not go unnoticed. The error wraps ErrProfile.
func ParseProfile(data []byte) (*Profile, error) {
	lines := bytes.Split(data, []byte("\n"))
	for i, l := range lines {
		if bytes.HasPrefix(bytes.TrimSpace(l), []byte("//")) {
			lines[i] = nil // the line stays, so that errors name the right one
		}
	}
	d := json.NewDecoder(bytes.NewReader(bytes.Join(lines, []byte("\n"))))
	d.DisallowUnknownFields()
	p := &Profile{}
	if err := d.Decode(p); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrProfile, err)
	}
	return p, p.check()
}

func (p *Profile) check() error {
	if p.Name == "" {
		return fmt.Errorf("%w: it has no name", ErrProfile)
	}
	if len(p.Speeds) == 0 {
		return fmt.Errorf("%w: it lists no speeds", ErrProfile)
	}
	for _, group := range []map[string]float64{p.Speeds, p.MaxspeedWords, p.SurfaceSpeeds, p.TracktypeSpeeds, p.SmoothnessSpeeds} {
		for word, v := range group {
			if v < 0 || v > 300 {
				return fmt.Errorf("%w: the speed of %q is %g km/h", ErrProfile, word, v)
			}
		}
	}
	for _, group := range []map[string]float64{p.ClassPreference, p.ServicePreference} {
		for word, v := range group {
			if v <= 0 || v > 10 {
				return fmt.Errorf("%w: the preference of %q is %g, not within 0 and 10", ErrProfile, word, v)
			}
		}
	}
	for name, v := range map[string]float64{
		"turn_seconds": p.TurnSeconds, "signal_seconds": p.SignalSeconds, "stop_seconds": p.StopSeconds,
		"give_way_seconds": p.GiveWaySeconds, "uturn_seconds": p.UturnSeconds,
		"destination_only_seconds": p.DestinationOnlySeconds,
	} {
		if v < 0 || v > 7200 {
			return fmt.Errorf("%w: %s is %g, not within 0 and 7200", ErrProfile, name, v)
		}
	}
	for word, v := range p.BarrierSeconds {
		if v < 0 || v > 7200 {
			return fmt.Errorf("%w: the delay of the barrier %q is %g seconds", ErrProfile, word, v)
		}
	}
	for name, classes := range p.Times {
		for class, factor := range classes {
			if !(factor >= 0.2 && factor <= 10) {
				return fmt.Errorf("%w: at the time %q, %s is slower by %g, not within 0.2 and 10", ErrProfile, name, class, factor)
			}
		}
	}
	last := 0
	for _, h := range p.Hours {
		if _, ok := p.Times[h.Time]; !ok {
			return fmt.Errorf("%w: hours are given for %q, which is none of its times of day", ErrProfile, h.Time)
		}
		from, to, err := h.Seconds()
		if err != nil {
			return err
		}
		if from < last || to <= from {
			return fmt.Errorf("%w: the hours of %q end before they begin, or overlap with those before", ErrProfile, h.Time)
		}
		last = to
	}
	if p.TurnSeconds > 0 && p.TurnBias <= 0 {
		return fmt.Errorf("%w: turn_bias must be above 0", ErrProfile)
	}
	return nil
}

func among(list []string, word string) bool { return slices.Contains(list, word) }
