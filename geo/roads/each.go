package roads

import "github.com/paulmach/orb"

// Stretch is a piece of road between two junctions.
type Stretch struct {
	Line   orb.LineString // in the direction of traffic, if it has one
	OneWay bool
	Ferry  bool
}

// EachStretch calls each for every piece of road of the network, once for both
// directions, until it returns false. The line is good until each returns.
func (n *Network) EachStretch(each func(Stretch) bool) {
	var line orb.LineString
	for i := range n.edges {
		e := &n.edges[i]
		if e.mate >= 0 && int(e.mate) < i {
			continue
		}
		line = line[:0]
		for k := range int(e.count) {
			line = append(line, n.shapePoint(e, k).point())
		}
		if !each(Stretch{Line: line, OneWay: e.mate < 0, Ferry: e.flags&edgeFerry != 0}) {
			return
		}
	}
}
