package extract

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/roads"
	"github.com/waymark-crm/waymark/internal/fault"
)

// AreaResolution is the resolution of the H3 cells that an area counts.
const AreaResolution = 9

// maxOffRoad is how far a place may lie from the next road, in metres, as for
// visit plans.
const maxOffRoad = 2000

// Area is what can be driven to from a place within a time.
type Area struct {
	Polygon orb.MultiPolygon // around the reached roads, valid, without holes
	Cells   int              // of [AreaResolution] that a reached road runs through
	Took    time.Duration    // to work it out
}

// Area works out what can be driven to from a place within a time. It fails with
// [fault.Invalid] for a place without a road near it, and with ctx.Err().
func (u *InUse) Area(ctx context.Context, from orb.Point, within time.Duration) (Area, error) {
	begun := time.Now()
	start, err := u.Network.Snap(from, roads.SnapOptions{Reach: maxOffRoad})
	if errors.Is(err, roads.ErrTooFar) || errors.Is(err, roads.ErrNotAPoint) {
		return Area{}, fault.Wrap(err, fault.Invalid, "There is no road within 2 km of this place, so nothing can be driven to from it. Choose a place nearer to a road of the extract.")
	}
	if err != nil {
		return Area{}, fmt.Errorf("drive-time area: %w", err)
	}
	reach, err := u.Network.Reach(ctx, start, roads.Limit{Time: roads.Millis(within.Milliseconds())})
	if err != nil {
		return Area{}, fmt.Errorf("drive-time area: %w", err)
	}
	cells, err := reach.Cells(AreaResolution)
	if err != nil {
		return Area{}, fmt.Errorf("drive-time area: %w", err)
	}
	return Area{Polygon: reach.Polygon(), Cells: len(cells), Took: time.Since(begun)}, nil
}
