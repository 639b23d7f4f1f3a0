// Package tiles makes and reads vector tiles.
//
// A tile of rows is written straight into its wire format, with no objects in
// between, which is what makes it quick:
//
//	tile, err := tiles.New(12, 1188, 1566)
//	w := tiles.NewWriter(tile)
//	layer := w.Layer("accounts")
//	name, status := layer.Key("name"), layer.Key("status")
//	for rows.Next() {
//		if layer.Point(id, point) {
//			layer.String(name, accountName)
//			layer.Int(status, accountStatus)
//		}
//	}
//	body, err := tiles.Gzip(w.Bytes())
//
// A basemap comes out of an MBTiles file:
//
//	base, err := tiles.OpenMBTiles("tiles.mbtiles")
//	body, err := base.Tile(ctx, tile) // gzip, as stored
//
// Tiles follow the Mapbox Vector Tile specification 2.1; tile numbers are XYZ,
// with y counted from the north.
package tiles

import (
	"errors"
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// MaxZoom is the deepest zoom that is served.
const MaxZoom = 24

// maxLatitude is where the square world of Web Mercator ends.
const maxLatitude = 85.05112877980659

// Errors that the functions of this package wrap.
var (
	// ErrRange is a tile number that does not exist.
	ErrRange = errors.New("no such tile")
	// ErrNoTile is a tile that exists but that the file does not hold.
	ErrNoTile = errors.New("the file has no such tile")
	// ErrFile is a file that cannot be read as MBTiles.
	ErrFile = errors.New("not a readable MBTiles file")
)

// Tile is the number of one tile of Web Mercator.
type Tile struct {
	Z    uint8
	X, Y uint32
}

// New checks the numbers, as they come out of a URL, and fails with [ErrRange]
// and a text that says what is allowed.
func New(z, x, y int) (Tile, error) {
	if z < 0 || z > MaxZoom {
		return Tile{}, fmt.Errorf("%w: zoom %d is not in 0 to %d", ErrRange, z, MaxZoom)
	}
	if side := 1 << z; x < 0 || x >= side || y < 0 || y >= side {
		return Tile{}, fmt.Errorf("%w: at zoom %d, x and y are in 0 to %d, not %d/%d", ErrRange, z, side-1, x, y)
	}
	return Tile{uint8(z), uint32(x), uint32(y)}, nil
}

// At returns the tile of a zoom that holds a point. Latitudes beyond the square
// world fall into its first and last rows; the zoom is held to 0 up to [MaxZoom].
func At(p orb.Point, z int) Tile {
	z = min(max(z, 0), MaxZoom)
	x, y := mercator(p)
	side := float64(int(1) << z)
	hold := func(v float64) uint32 { return uint32(min(max(math.Floor(v*side), 0), side-1)) }
	return Tile{uint8(z), hold(x), hold(y)}
}

// String writes the tile as z/x/y.
func (t Tile) String() string { return fmt.Sprintf("%d/%d/%d", t.Z, t.X, t.Y) }

// Parent returns the tile one zoom up that holds this one; that of the world
// is the world.
func (t Tile) Parent() Tile {
	if t.Z == 0 {
		return t
	}
	return Tile{t.Z - 1, t.X / 2, t.Y / 2}
}

// Bound returns the tile's rectangle in degrees.
func (t Tile) Bound() orb.Bound { return t.BoundWith(0) }

// BoundWith returns the tile's rectangle grown on each side by a share of its
// width, so that what is drawn at the edge comes along: 64/4096 is usual. It is
// held to the world.
func (t Tile) BoundWith(margin float64) orb.Bound {
	side := math.Exp2(float64(t.Z))
	west, east := (float64(t.X)-margin)/side, (float64(t.X)+1+margin)/side
	north, south := (float64(t.Y)-margin)/side, (float64(t.Y)+1+margin)/side
	return orb.Bound{
		Min: orb.Point{max(west*360-180, -180), latitude(min(south, 1))},
		Max: orb.Point{min(east*360-180, 180), latitude(max(north, 0))},
	}
}

// mercator returns where a point lies on a world of width 1, from the
// northwest. Longitudes may reach beyond ±180.
func mercator(p orb.Point) (x, y float64) {
	lat := min(max(p[1], -maxLatitude), maxLatitude)
	sin := math.Sin(lat * (math.Pi / 180))
	return p[0]/360 + 0.5, 0.5 - math.Log((1+sin)/(1-sin))*(0.25/math.Pi)
}

func latitude(y float64) float64 {
	return math.Atan(math.Sinh(math.Pi*(1-2*y))) * (180 / math.Pi)
}
