package roads

import "slices"

// ban is a turn restriction in terms of edges. Whoever has driven all of path
// must not go on (or, with only, must go on) over one of to. path is one edge
// when the restriction names a via node, and longer when it names via ways.
type ban struct {
	only bool
	path []int32
	to   []int32
}

// bans translates the collected restrictions. dropped counts those whose ways
// do not meet as the restriction says.
func (g *roadGraph) bans(raw []rawRestriction) (bans []ban, dropped int) {
	into := g.entering(raw)
	for _, r := range raw {
		before := len(bans)
		for _, from := range r.from {
			if r.node != 0 {
				bans = g.nodeBans(bans, r, from, into)
			} else {
				bans = g.wayBans(bans, r, from, into)
			}
		}
		if len(bans) == before {
			dropped++
		}
	}
	return bans, dropped
}

// entering lists, by way, the edges that end with a piece of that way, for the
// ways from which a restriction starts.
func (g *roadGraph) entering(raw []rawRestriction) map[int64][]int32 {
	into := map[int64][]int32{}
	for _, r := range raw {
		for _, from := range r.from {
			into[from] = nil
		}
	}
	for e := range g.edges {
		way := g.lastWay(int32(e))
		if list, ok := into[way]; ok {
			into[way] = append(list, int32(e))
		}
	}
	return into
}

// onto lists the edges that leave node n over the start of one of the ways.
// back is the edge by which one came: a way that passes through the node is
// left in both directions, but only a no_u_turn means the way back.
func (g *roadGraph) onto(n int32, ways []int64, back int32) []int32 {
	var to []int32
	for _, e := range g.leaving(n) {
		for _, w := range ways {
			if g.firstWay(e) == w && e != back {
				to = append(to, e)
				break
			}
		}
	}
	if len(to) == 0 && back >= 0 {
		for _, w := range ways {
			if g.firstWay(back) == w && g.edges[back].from == n {
				to = append(to, back)
			}
		}
	}
	return to
}

func (g *roadGraph) nodeBans(bans []ban, r rawRestriction, from int64, into map[int64][]int32) []ban {
	n := g.node(r.node)
	if n < 0 {
		return bans
	}
	for _, e := range into[from] {
		if g.edges[e].to != n {
			continue
		}
		to := g.onto(n, r.to, g.edges[e].mate)
		if back := g.edges[e].mate; r.uturn && back >= 0 && slices.Contains(r.to, from) {
			to = []int32{back} // and never straight on, where the way was not split
		}
		if len(to) > 0 {
			bans = append(bans, ban{r.only, []int32{e}, to})
		}
	}
	return bans
}

// maxViaEdges bounds the walk along via ways; real ones have a handful.
const maxViaEdges = 64

func (g *roadGraph) wayBans(bans []ban, r rawRestriction, from int64, into map[int64][]int32) []ban {
	var walk func(path []int32, via int)
	walk = func(path []int32, via int) {
		if len(path) > maxViaEdges {
			return
		}
		last := path[len(path)-1]
		n, back := g.edges[last].to, g.edges[last].mate
		if via == len(r.via)-1 && len(path) > 1 {
			if to := g.onto(n, r.to, back); len(to) > 0 {
				bans = append(bans, ban{r.only, append([]int32(nil), path...), to})
				return
			}
		}
		for _, e := range g.leaving(n) {
			if e == back || slices.Contains(path, e) {
				continue
			}
			switch way := g.firstWay(e); {
			case via >= 0 && way == r.via[via]:
				walk(append(path, e), via)
			case via+1 < len(r.via) && way == r.via[via+1]:
				walk(append(path, e), via+1)
			}
		}
	}
	for _, e := range into[from] {
		walk([]int32{e}, -1)
	}
	return bans
}
