package roads

import (
	"time"

	"github.com/paulmach/orb"
)

// Network is a prepared road network: roads, turns, hierarchy and an index of
// places. It never changes and may be used from many goroutines; what a query
// needs to scribble on it takes from a pool.
//
// A network comes from [Build] or [Open], and must be closed if it was opened.
type Network struct {
	info Info

	// The hierarchy. Node 0 is the top; every arc of up and down leads to a
	// node with a smaller number. up[v] leaves v, down[v] enters it.
	upFirst, downFirst []uint32
	up, down           []arc
	upParts, downParts []parts

	// The turns as they are, for searches that spread without the hierarchy.
	// They have their own numbers of the nodes, by which neighbours on the map
	// are neighbours in memory.
	turnFirst []uint32
	turns     []arc
	turnNode  []uint32 // by number in turns: the node in the hierarchy

	nodeEdge []uint32   // by node: the edge that it stands for
	edges    []edgeInfo // directed edges
	copies   []edgeCopy // by edge: further nodes that stand for it
	points   []place    // shapes of chains, one behind the other
	ways     []int64    // by edge: the OpenStreetMap way at its start

	textFirst []uint32
	textBytes []byte
	texts     []string // of textBytes, so that answers cost no copies

	grid grid

	scratch scratch
	mapping mapping
}

// arc leads to (or in down: from) another node of the hierarchy. Its cost and
// length are those of the turn and of the whole edge that is entered.
type arc struct {
	cost   cost
	length int32 // decimetres
	node   uint32
}

// parts says which two arcs a shortcut stands for: one of down and one of up,
// both of the node in its middle. In an original arc first is -1 and second the
// node that it leads to.
type parts struct{ first, second int32 }

// edgeInfo is a directed edge.
type edgeInfo struct {
	shape  uint32 // first point of its chain
	count  uint32 // of points
	weight int32  // milliseconds of preference
	time   int32  // milliseconds
	length int32  // decimetres
	node   int32  // where a route that begins on it starts, or -1
	start  int32  // the same node in turns, or -1
	mate   int32  // the other direction, or -1
	name   uint32 // texts
	ref    uint32
	class  Class
	flags  edgeFlags
	_      [2]byte
}

type edgeFlags uint8

const (
	edgeReversed edgeFlags = 1 << iota // runs against its chain's shape
	edgeRoundabout
	edgeFerry
	edgeNoStart
	edgeRestricted
	edgeTunnel
	edgeBridge
	edgeToll
)

func (e *edgeInfo) cost() cost { return pack(int64(e.weight), int64(e.time)) }

type edgeCopy struct{ edge, node, start uint32 }

// Info describes a network.
type Info struct {
	Profile        string    `json:"profile"`
	ProfileAbout   string    `json:"profileAbout"`
	TimeOfDay      string    `json:"timeOfDay,omitempty"` // empty: free flow
	Bounds         orb.Bound `json:"bounds"`              // of its roads, degrees
	DataTimestamp  time.Time `json:"dataTimestamp"`       // of the extract; zero when unknown
	ExtractSize    int64     `json:"extractSize"`         // bytes
	Edges          int       `json:"edges"`               // directed
	Nodes          int       `json:"nodes"`               // of the turn-expanded graph
	Turns          int       `json:"turns"`               // arcs between them
	Shortcuts      int       `json:"shortcuts"`           // that the preparation added
	KilometresOpen int       `json:"kilometresOpen"`      // of road, counted once
	Notes          Notes     `json:"notes"`
}

// Info returns what the network knows of itself.
func (n *Network) Info() Info { return n.info }

func (n *Network) text(i uint32) string { return n.texts[i] }

// readTexts makes the strings. They are copies, and stay good when the file is
// closed.
func (n *Network) readTexts() {
	all := string(n.textBytes)
	n.texts = make([]string, len(n.textFirst)-1)
	for i := range n.texts {
		n.texts[i] = all[n.textFirst[i]:n.textFirst[i+1]]
	}
}

// shapePoint returns point i of an edge's shape in its own direction.
func (n *Network) shapePoint(e *edgeInfo, i int) place {
	if e.flags&edgeReversed != 0 {
		return n.points[int(e.shape)+int(e.count)-1-i]
	}
	return n.points[int(e.shape)+i]
}

// nodesOf calls each for every node that stands for an edge: its number in the
// hierarchy and in turns.
func (n *Network) nodesOf(edge uint32, each func(node, start uint32)) {
	if e := &n.edges[edge]; e.node >= 0 {
		each(uint32(e.node), uint32(e.start))
	}
	if len(n.copies) == 0 {
		return
	}
	lo, hi := 0, len(n.copies)
	for lo < hi {
		mid := (lo + hi) / 2
		if n.copies[mid].edge < edge {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	for ; lo < len(n.copies) && n.copies[lo].edge == edge; lo++ {
		each(n.copies[lo].node, n.copies[lo].start)
	}
}
