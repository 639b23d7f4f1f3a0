package roads

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/osm"
)

// signs collects the restrictions of an extract on its own, as an oracle: those
// with one from way, one via node and one to way that hold for cars always.
type signs struct {
	osm.Ignore
	at    map[int64]place
	plain []sign
}

type sign struct {
	kind     string
	from, to int64
	via      int64
}

func (s *signs) Node(n *osm.Node) error {
	s.at[n.ID] = toPlace(n.Point)
	return nil
}

func (s *signs) Relation(r *osm.Relation) error {
	if r.Tags.Get("type") != "restriction" || r.Tags.Has("except") || r.Tags.Has("hour_on") || r.Tags.Has("day_on") {
		return nil
	}
	one := sign{kind: r.Tags.Get("restriction")}
	roles := map[string]int{}
	for _, m := range r.Members {
		roles[m.Role]++
		switch {
		case m.Role == "from":
			one.from = m.Ref
		case m.Role == "to":
			one.to = m.Ref
		case m.Role == "via" && m.Kind == osm.KindNode:
			one.via = m.Ref
		}
	}
	if roles["from"] == 1 && roles["to"] == 1 && roles["via"] == 1 && one.via != 0 && one.kind != "" {
		s.plain = append(s.plain, one)
	}
	return nil
}

func TestNoTurnOfTheNetworkBreaksARestriction(t *testing.T) {
	t.Parallel()
	n := setup(t)
	path, err := extract()
	require.NoError(t, err)
	s := &signs{at: map[int64]place{}}
	_, err = osm.Read(context.Background(), path, nil, s)
	require.NoError(t, err)
	byPlace := map[place][]sign{}
	for _, one := range s.plain {
		byPlace[s.at[one.via]] = append(byPlace[s.at[one.via]], one)
	}
	lastWay := func(edge uint32) int64 {
		if mate := n.edges[edge].mate; mate >= 0 {
			return n.ways[mate]
		}
		return n.ways[edge]
	}
	// Some signs point onto a way that can't be entered there: they can't be
	// obeyed, and are counted as dropped.
	leave := map[place][]int64{}
	for i := range n.edges {
		p := n.shapePoint(&n.edges[i], 0)
		leave[p] = append(leave[p], n.ways[i])
	}
	held := map[sign]bool{}
	for v := range n.turnNode {
		edge := n.nodeEdge[n.turnNode[v]]
		e := &n.edges[edge]
		signs := byPlace[n.shapePoint(e, int(e.count)-1)]
		if len(signs) == 0 {
			continue
		}
		var onto []int64
		back := false
		for _, a := range n.turns[n.turnFirst[v]:n.turnFirst[v+1]] {
			next := n.nodeEdge[n.turnNode[a.node]]
			if int32(next) == e.mate {
				back = true
			} else {
				onto = append(onto, n.ways[next])
			}
		}
		for _, one := range signs {
			if one.from != lastWay(edge) || !slices.Contains(leave[s.at[one.via]], one.to) {
				continue
			}
			held[one] = true
			switch {
			case one.kind == "no_u_turn" && one.from == one.to:
				require.False(t, back, "%+v", one)
			case strings.HasPrefix(one.kind, "no_"):
				require.NotContains(t, onto, one.to, "%+v", one)
			case strings.HasPrefix(one.kind, "only_"):
				require.False(t, slices.ContainsFunc(onto, func(w int64) bool { return w != one.to }), "%+v onto %v", one, onto)
			}
		}
	}
	require.Greater(t, len(held), 400, "of %d restrictions", len(s.plain))
}
