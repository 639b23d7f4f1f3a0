package extract

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geo"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/fault"
)

// How far away, in metres, something may be to be the address of a point.
const (
	nearHouse  = 60
	nearStreet = 300
	nearPlace  = 30_000
)

// Reverse returns the address of a point: the nearest house within 60 m, else
// the nearest street within 300 m, else the nearest place within 30 km. It fails
// with [fault.NotFound] where there is none, and with [fault.Invalid] for a
// point that is not on the globe.
func Reverse(ctx context.Context, tx pgx.Tx, p orb.Point) (Found, error) {
	cell, err := hexgrid.CellOf(p)
	if err != nil {
		return Found{}, fault.Wrap(err, fault.Invalid, "The point is not on the globe: longitude is -180 to 180, latitude -90 to 90.")
	}
	for _, look := range []func(context.Context, pgx.Tx, orb.Point, hexgrid.Cell) (Found, error){houseAt, streetAt, placeAt} {
		f, err := look(ctx, tx, p, cell)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, pgx.ErrNoRows) {
			return Found{}, fmt.Errorf("address of a point: %w", err)
		}
	}
	return Found{}, fault.New(fault.NotFound, "There is no address near this point in the extract.")
}

// around returns the ranges of a cell and its neighbours, so coarse that they hold
// everything within a distance in metres of any point of the cell.
func around(c hexgrid.Cell, metres float64) (lo, hi []int64, err error) {
	res := 0
	for res < hexgrid.StorageResolution && hexgrid.EdgeLength(res+1) > 1.4*metres {
		res++
	}
	disk, err := hexgrid.Disk(c.Parent(res), 1)
	if err != nil {
		return nil, nil, err
	}
	lo, hi = hexgrid.Bounds(hexgrid.Ranges(disk))
	return lo, hi, nil
}

func houseAt(ctx context.Context, tx pgx.Tx, p orb.Point, cell hexgrid.Cell) (Found, error) {
	lo, hi, err := around(cell, nearHouse)
	if err != nil {
		return Found{}, err
	}
	f := Found{Kind: House, Confidence: 1}
	err = tx.QueryRow(ctx, `
		select housenumber, street, city, postcode, point, metres
		from unnest($1::bigint[], $2::bigint[]) as r(lo, hi)
		cross join lateral (
			select *, st_distancesphere(point, $3) as metres from addresses a where a.cell between r.lo and r.hi
		) a
		where metres <= $4
		order by metres limit 1`, lo, hi, p, nearHouse).
		Scan(&f.HouseNumber, &f.Street, &f.City, &f.Postcode, &f.Point, &f.Metres)
	f.Name = f.HouseNumber + " " + f.Street
	return f, err
}

func streetAt(ctx context.Context, tx pgx.Tx, p orb.Point, _ hexgrid.Cell) (Found, error) {
	f := Found{Kind: OnStreet, Confidence: 0.8, Reason: "no house number is known here"}
	box := geo.NewBoundAroundPoint(p, nearStreet)
	err := tx.QueryRow(ctx, `
		select name, place, postcode, st_closestpoint(line, $1), metres
		from (select *, st_distancesphere(st_closestpoint(line, $1), $1) as metres from streets where line && $2) s
		where metres <= $3
		order by metres, id limit 1`, p, box.ToPolygon(), nearStreet).
		Scan(&f.Street, &f.City, &f.Postcode, &f.Point, &f.Metres)
	f.Name = f.Street
	return f, err
}

func placeAt(ctx context.Context, tx pgx.Tx, p orb.Point, cell hexgrid.Cell) (Found, error) {
	lo, hi, err := around(cell, nearPlace)
	if err != nil {
		return Found{}, err
	}
	f := Found{Kind: Town, Confidence: 0.4, Reason: "no street is known here"}
	err = tx.QueryRow(ctx, `
		select name, kind, point, metres
		from unnest($1::bigint[], $2::bigint[]) as r(lo, hi)
		cross join lateral (
			select *, st_distancesphere(point, $3) as metres from places a where a.cell between r.lo and r.hi
		) a
		where metres <= $4
		order by metres limit 1`, lo, hi, p, nearPlace).
		Scan(&f.City, &f.PlaceKind, &f.Point, &f.Metres)
	f.Name = f.City
	return f, err
}
