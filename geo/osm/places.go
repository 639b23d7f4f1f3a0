package osm

import (
	"math"
	"slices"
	"sort"

	"github.com/paulmach/orb"
)

// place is a coordinate in units of 1e-7 degrees, the resolution of the data.
type place struct{ lon, lat int32 }

func (p place) point() orb.Point {
	return orb.Point{float64(p.lon) / 1e7, float64(p.lat) / 1e7}
}

// placeStore holds the coordinates of all nodes by id, ten bytes a node. Ids
// are split: the high part picks a run in a directory, the low 16 bits are
// searched within the run. Extracts are sorted by id; where one is not, the
// store sorts itself before the first search.
type placeStore struct {
	high   []int64 // ascending, id>>16
	start  []int   // of high's run in low and at; one more than high
	low    []uint16
	at     []place
	loose  []loosePlace // everything, once an id came out of order
	lastID int64
	last   int // the run found last: the nodes of a way tend to share it
}

type loosePlace struct {
	id int64
	at place
}

func (s *placeStore) add(id int64, at place) {
	if s.loose != nil || (len(s.low) > 0 && id <= s.lastID) {
		s.loosen()
		s.loose = append(s.loose, loosePlace{id, at})
		return
	}
	s.lastID = id
	if h := id >> 16; len(s.high) == 0 || s.high[len(s.high)-1] != h {
		s.high = append(s.high, h)
		s.start = append(s.start, len(s.low))
	}
	s.low = append(s.low, uint16(id))
	s.at = append(s.at, at)
}

// loosen turns the compact store back into a plain list.
func (s *placeStore) loosen() {
	if s.loose != nil {
		return
	}
	s.loose = make([]loosePlace, 0, len(s.low)+1024)
	for r, h := range s.high {
		end := len(s.low)
		if r+1 < len(s.start) {
			end = s.start[r+1]
		}
		for i := s.start[r]; i < end; i++ {
			s.loose = append(s.loose, loosePlace{h<<16 | int64(s.low[i]), s.at[i]})
		}
	}
	s.high, s.start, s.low, s.at = nil, nil, nil, nil
}

// settle sorts a loose list into the compact store; of doubles the last wins.
func (s *placeStore) settle() {
	loose := s.loose
	*s = placeStore{}
	slices.SortStableFunc(loose, func(a, b loosePlace) int {
		switch {
		case a.id < b.id:
			return -1
		case a.id > b.id:
			return 1
		}
		return 0
	})
	for i, l := range loose {
		if i+1 < len(loose) && loose[i+1].id == l.id {
			continue
		}
		s.add(l.id, l.at)
	}
}

func (s *placeStore) find(id int64) (orb.Point, bool) {
	if s.loose != nil {
		s.settle()
	}
	h := id >> 16
	r := s.last
	if r >= len(s.high) || s.high[r] != h {
		r = sort.Search(len(s.high), func(i int) bool { return s.high[i] >= h })
		if r == len(s.high) || s.high[r] != h {
			return orb.Point{}, false
		}
		s.last = r
	}
	end := len(s.low)
	if r+1 < len(s.start) {
		end = s.start[r+1]
	}
	i, ok := slices.BinarySearch(s.low[s.start[r]:end], uint16(id))
	if !ok {
		return orb.Point{}, false
	}
	return s.at[s.start[r]+i].point(), true
}

// box grows a bound by places.
type box struct{ minLon, minLat, maxLon, maxLat int32 }

func emptyBox() box {
	return box{math.MaxInt32, math.MaxInt32, math.MinInt32, math.MinInt32}
}

func (b *box) add(p place) {
	b.minLon, b.maxLon = min(b.minLon, p.lon), max(b.maxLon, p.lon)
	b.minLat, b.maxLat = min(b.minLat, p.lat), max(b.maxLat, p.lat)
}

func (b box) bound() orb.Bound {
	if b.minLon > b.maxLon {
		return orb.Bound{}
	}
	return orb.Bound{Min: place{b.minLon, b.minLat}.point(), Max: place{b.maxLon, b.maxLat}.point()}
}
