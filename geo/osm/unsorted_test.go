package osm_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/osm"
	"github.com/waymark-crm/waymark/geo/osm/osmtest"
)

// lines collects the shape of each way.
type lines struct {
	osm.Ignore
	line    map[int64]orb.LineString
	missing map[int64]int
}

func (l *lines) Way(w *osm.Way) error {
	l.line[w.ID], l.missing[w.ID] = w.Line()
	return nil
}

func TestWaysFindTheirNodesInAnyOrderOfIds(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"ascending":                      "n 1 10 0\nn 3 30 0\nn 70000 20 0\nw 1 1,70000,3,99 highway=path",
		"descending":                     "n 70000 20 0\nn 3 30 0\nn 1 10 0\nw 1 1,70000,3,99 highway=path",
		"one out of place":               "n 1 10 0\nn 70000 20 0\nn 3 30 0\nw 1 1,70000,3,99 highway=path",
		"negative, as editors give them": "n -5 10 0\nn -4 20 0\nn -70000 30 0\nw 1 -5,-4,-70000,99 highway=path",
		"one twice, the last counts":     "n 1 77 0\nn 3 30 0\nn 1 10 0\nn 70000 20 0\nw 1 1,70000,3,99 highway=path",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &lines{line: map[int64]orb.LineString{}, missing: map[int64]int{}}
			data := osmtest.Parse(text).PBF()
			h, err := osm.ReadFrom(context.Background(), bytes.NewReader(data), int64(len(data)), nil, l)
			require.NoError(t, err)
			require.Equal(t, 1, l.missing[1], "node 99 is not in the extract")
			require.Len(t, l.line[1], 3)
			for i, east := range []float64{10, 20, 30} {
				require.InDelta(t, osmtest.At(east, 0)[0], l.line[1][i][0], 1e-7)
			}
			require.InDelta(t, osmtest.At(10, 0)[0], h.Bounds.Min[0], 1e-7, "without a box in the header the nodes make it")
		})
	}
}

func TestTagsAndMembersComeAsTheyWere(t *testing.T) {
	t.Parallel()
	m := osmtest.Parse("n 1 0 0 highway=stop name=A_b__c\nn 2 5 5\nw 7 1,2 highway=path\nr 9 from:w7 via:n2 :r9 type=restriction")
	data := m.PBF()
	var seen []string
	d := &digest{lines: func(s string) { seen = append(seen, s) }}
	_, err := osm.ReadFrom(context.Background(), bytes.NewReader(data), int64(len(data)), nil, d)
	require.NoError(t, err)
	require.Equal(t, []string{
		"n1 0.0000000 0.0000000 [{highway stop} {name A b_c}]",
		"n2 0.0000450 0.0000450 []",
		"w7 [1 2] [{highway path}]",
		"r9 [{1 7 from} {0 2 via} {2 9 }] [{type restriction}]",
	}, seen)
}
