package roads

import (
	"math"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/simplify"
)

// SimplifyForZoom returns the line with the points that matter at a zoom of a
// web map: nothing moves by more than half a pixel of 512-pixel tiles. The
// given line stays as it is. From zoom 18 on every point is kept.
func SimplifyForZoom(line orb.LineString, zoom float64) orb.LineString {
	if zoom >= 18 || len(line) < 3 {
		return line
	}
	tolerance := 360 / (512 * math.Exp2(max(zoom, 0))) / 2
	return simplify.DouglasPeucker(tolerance).LineString(line.Clone())
}
