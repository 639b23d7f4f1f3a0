package extract

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"

	"github.com/waymark-crm/waymark/geo/geocode"
	"github.com/waymark-crm/waymark/geo/osm"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Boundary is a named area of the extract in use.
type Boundary struct {
	ID    int64     `json:"id"`
	Kind  string    `json:"kind" enum:"administrative,postal,place,landuse"`
	Name  string    `json:"name"`
	Level int       `json:"level" doc:"Of an administrative one, OpenStreetMap's admin_level: 2 a country, 4 a state, 6 a county, 8 a town; else 0."`
	Use   string    `json:"use" doc:"Of a place or a landuse, what kind: suburb, retail …"`
	Km2   float64   `json:"km2" doc:"Area in square kilometres."`
	Point orb.Point `json:"point" doc:"One that lies within."`
}

// BoundaryQuery says which boundaries are wanted. The zero value means all.
type BoundaryQuery struct {
	Text  string           // part of the name, typing errors forgiven
	Kind  string           // "" for any
	Level int              // of administrative ones; 0 for any
	Box   orb.MultiPolygon // they touch it; nil for anywhere
	Limit int              // 0 means 100, held to 1000
}

var errNoBoundary = fault.New(fault.NotFound, "There is no such place. The extract may have been loaded anew without it; choose it again.")

const boundaryColumns = `b.id, b.kind, b.name, b.level, b.use, b.km2, b.point`

// Boundaries lists named areas: with a text the best match first, else the
// coarsest and largest first.
func Boundaries(ctx context.Context, tx pgx.Tx, q BoundaryQuery) ([]Boundary, error) {
	limit := min(q.Limit, 1000)
	if limit <= 0 {
		limit = 100
	}
	var box any
	if q.Box != nil {
		box = q.Box
	}
	rows, err := tx.Query(ctx, `
		select `+boundaryColumns+` from boundaries b
		where ($1::text = '' or b.search like '%' || $6::text || '%' or word_similarity($1::text, b.search) >= 0.5)
		  and ($2::text = '' or b.kind = $2::text) and ($3::int = 0 or b.level = $3::int)
		  and ($4::geometry is null or st_intersects(b.area, $4::geometry))
		order by case when $1::text = '' then 0 else word_similarity($1::text, b.search) + similarity($1::text, b.search) end desc,
		  case when b.kind = 'administrative' then b.level else 20 end, b.km2 desc, b.name, b.id
		limit $5::int`, geocode.Normalise(q.Text), q.Kind, q.Level, box, limit, likeText(geocode.Normalise(q.Text)))
	if err != nil {
		return nil, fmt.Errorf("list boundaries: %w", err)
	}
	out, err := pgx.AppendRows([]Boundary{}, rows, pgx.RowToStructByPos[Boundary])
	if err != nil {
		return nil, fmt.Errorf("list boundaries: %w", err)
	}
	return out, nil
}

// likeText takes the special characters of like out of a text. A normal form
// holds none but these.
func likeText(text string) string {
	out := make([]rune, 0, len(text))
	for _, r := range text {
		if r == '%' || r == '_' || r == '\\' {
			out = append(out, '\\')
		}
		out = append(out, r)
	}
	return string(out)
}

// BoundaryArea returns a named area with its outline, polygons as PostGIS has
// them valid. It fails with [fault.NotFound].
func BoundaryArea(ctx context.Context, tx pgx.Tx, id int64) (Boundary, orb.MultiPolygon, error) {
	var b Boundary
	var area orb.MultiPolygon
	err := tx.QueryRow(ctx, `select `+boundaryColumns+`, b.area from boundaries b where b.id = $1`, id).
		Scan(&b.ID, &b.Kind, &b.Name, &b.Level, &b.Use, &b.Km2, &b.Point, &area)
	if errors.Is(err, pgx.ErrNoRows) {
		return b, nil, errNoBoundary
	}
	if err != nil {
		return b, nil, fmt.Errorf("read a boundary: %w", err)
	}
	return b, area, nil
}

// BoundaryLoad returns the id of the extract that a named area came with last. It
// fails with [fault.NotFound].
func BoundaryLoad(ctx context.Context, tx pgx.Tx, id int64) (int64, error) {
	var load int64
	err := tx.QueryRow(ctx, `select extract_id from boundaries where id = $1`, id).Scan(&load)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, errNoBoundary
	}
	if err != nil {
		return 0, fmt.Errorf("read a boundary: %w", err)
	}
	return load, nil
}

func (l *load) storeBoundaries(ctx context.Context, tx pgx.Tx, c *osm.Contents) error {
	err := merge(ctx, tx, "osm_type text, osm_id bigint, kind text, name text, level integer, use text, search text, line bytea",
		[]string{"osm_type", "osm_id", "kind", "name", "level", "use", "search", "line"}, len(c.Boundaries),
		func(i int) ([]any, error) {
			b := c.Boundaries[i]
			area, err := ewkb.Marshal(b.Area, postgres.SRID)
			if err != nil {
				return nil, fmt.Errorf("boundary %s: %w", b.Ref, err)
			}
			return []any{b.Ref.Kind.Letter(), b.Ref.ID, string(b.Kind), b.Name, b.Level, b.Use, geocode.Normalise(b.Name), area}, nil
		},
		`delete from boundaries b where not exists (select from fresh f where f.osm_type = b.osm_type and f.osm_id = b.osm_id)`,
		// What is drawn wrongly, such as a ring that crosses itself, is made valid;
		// what has no area then is left out.
		fmt.Sprintf(`insert into boundaries (osm_type, osm_id, kind, name, level, use, search, km2, point, area, extract_id)
			select osm_type, osm_id, kind, name, level, use, search, st_area(area::geography) / 1e6, st_pointonsurface(area), area, %d
			from (select f.*, st_multi(st_collectionextract(st_makevalid(st_geomfromewkb(line)), 3)) as area from fresh f offset 0) f
			where not st_isempty(area)
			on conflict (osm_type, osm_id) do update set kind = excluded.kind, name = excluded.name, level = excluded.level, use = excluded.use,
				search = excluded.search, km2 = excluded.km2, point = excluded.point, area = excluded.area, extract_id = excluded.extract_id`, l.id))
	if err != nil {
		return err
	}
	return tx.QueryRow(ctx, `select count(*) from boundaries`).Scan(&l.counts.Boundaries)
}
