package extract

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/waymark-crm/waymark/geo/roads"
	"github.com/waymark-crm/waymark/geo/travel"
	"github.com/waymark-crm/waymark/internal/fault"
)

// SourceFile is the extract itself, in its folder, from which the roads of other
// ways to travel are made when somebody first needs them.
const SourceFile = "extract.osm.pbf"

// notPrepared says that the roads of a way are not there yet.
func notPrepared(w travel.Way) error {
	text := "The roads for this way to travel are being prepared. Try again when they are ready; the working terms show how far they are."
	if w.ByHour {
		text = "The roads at the pace of the hour are being prepared. Try again when they are ready, or plan without the traffic of the hour."
	}
	return fault.Wrap(&travel.NotPrepared{Way: w}, fault.Conflict, text).WithField("profile", "Its roads are not ready yet.")
}

// roadsFile is the name of the file of a profile's roads at a time of day, empty
// for free flow.
func roadsFile(profile, time string) string {
	if profile == travel.Car && time == "" {
		return RoadsFile
	}
	if time == "" {
		return "roads-" + profile + ".bin"
	}
	return "roads-" + profile + "-" + time + ".bin"
}

// settled is a way to travel as files know it: the hour means nothing to a profile
// without times of day.
func settled(w travel.Way) (travel.Way, *roads.Profile, error) {
	if !travel.Known(w.Profile) {
		return w, nil, fault.New(fault.Invalid, "There is no such way to travel.").WithField("profile", "Choose car, van, bicycle or foot.")
	}
	p, err := roads.BuiltIn(w.Profile)
	if err != nil {
		return w, nil, err
	}
	w.ByHour = w.ByHour && len(p.Hours) > 0
	return w, p, nil
}

// times are the times of day that a way needs roads of, free flow first.
func times(w travel.Way, p *roads.Profile) []string {
	all := []string{""}
	if w.ByHour {
		for _, h := range p.Hours {
			all = append(all, h.Time)
		}
	}
	return all
}

// openWays are the roads of an extract that are open, by file.
type openWays struct {
	mu       sync.Mutex
	networks map[string]*roads.Network
	ways     map[travel.Way]travel.Provider
}

// by answers the travel times of a way. The error is a *[travel.NotPrepared] while one of
// its files is not there.
func (u *InUse) by(w travel.Way) (travel.Provider, error) {
	w, p, err := settled(w)
	if err != nil {
		return nil, err
	}
	if w == (travel.Way{Profile: travel.Car}) {
		return u.travel, nil
	}
	u.open.mu.Lock()
	defer u.open.mu.Unlock()
	if known, ok := u.open.ways[w]; ok {
		return known, nil
	}
	byTime := map[string]travel.Provider{}
	for _, time := range times(w, p) {
		network, err := u.network(w, time)
		if err != nil {
			return nil, err
		}
		byTime[time] = travel.NewRoads(network).WithRest(travel.StraightFor(w.Profile))
	}
	out := byTime[""]
	if w.ByHour {
		var stretches []travel.Stretch
		until := 0
		for _, h := range p.Hours {
			from, to, err := h.Seconds()
			if err != nil {
				return nil, err
			}
			if from > until && len(stretches) > 0 {
				stretches = append(stretches, travel.Stretch{From: until, Provider: byTime[""]})
			}
			stretches = append(stretches, travel.Stretch{From: from, Provider: byTime[h.Time]})
			until = to
		}
		out = travel.NewByHour(byTime[""], append(stretches, travel.Stretch{From: until, Provider: byTime[""]})...)
	}
	if u.open.ways == nil {
		u.open.ways = map[travel.Way]travel.Provider{}
	}
	u.open.ways[w] = out
	return out, nil
}

// network opens the roads of a way at a time of day; u.open.mu is held.
func (u *InUse) network(w travel.Way, time string) (*roads.Network, error) {
	if w.Profile == travel.Car && time == "" {
		return u.Network, nil
	}
	name := roadsFile(w.Profile, time)
	if n, ok := u.open.networks[name]; ok {
		return n, nil
	}
	if u.Roads == "" { // files that are nobody's installation
		return nil, notPrepared(w)
	}
	n, err := roads.Open(filepath.Join(filepath.Dir(u.Roads), name))
	if errors.Is(err, roads.ErrNoNetwork) {
		return nil, notPrepared(w)
	}
	if err != nil {
		return nil, fmt.Errorf("open the roads: %w", err)
	}
	if u.open.networks == nil {
		u.open.networks = map[string]*roads.Network{}
	}
	u.open.networks[name] = n
	return n, nil
}

// on is the network of a way to travel at a time of the day, in seconds since
// midnight.
func (u *InUse) on(w travel.Way, clock int) (*roads.Network, error) {
	w, p, err := settled(w)
	if err != nil {
		return nil, err
	}
	now := ""
	if w.ByHour {
		for _, h := range p.Hours {
			from, to, err := h.Seconds()
			if err != nil {
				return nil, err
			}
			if from <= clock && clock < to {
				now = h.Time
			}
		}
	}
	u.open.mu.Lock()
	defer u.open.mu.Unlock()
	return u.network(w, now)
}

// close closes all but the car's.
func (o *openWays) close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	var err error
	for _, n := range o.networks {
		err = errors.Join(err, n.Close())
	}
	o.networks, o.ways = nil, nil
	return err
}

// TravelBy returns the travel times of now of a way to travel: on the roads of the
// extract in use, or estimates from straight lines while there is none. The error
// is a *[travel.NotPrepared] while the roads of the way are not there.
func (l *Live) TravelBy(w travel.Way) (travel.Provider, error) {
	if use := l.now.Load(); use != nil {
		return use.by(w)
	}
	if !travel.Known(w.Profile) {
		_, _, err := settled(w)
		return nil, err
	}
	return travel.StraightFor(w.Profile), nil
}

// prepared reports whether all files of a way are in a folder.
func prepared(folder string, w travel.Way) (bool, error) {
	w, p, err := settled(w)
	if err != nil {
		return false, err
	}
	for _, time := range times(w, p) {
		if _, err := os.Stat(filepath.Join(folder, roadsFile(w.Profile, time))); errors.Is(err, fs.ErrNotExist) {
			return false, nil
		} else if err != nil {
			return false, fmt.Errorf("look for roads: %w", err)
		}
	}
	return true, nil
}
