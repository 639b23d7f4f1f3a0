package extract

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"

	"github.com/waymark-crm/waymark/geo/geocode"
	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/geo/osm"
	"github.com/waymark-crm/waymark/internal/events"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// store replaces the rows and makes the extract current, in one transaction on
// the session that holds the lock.
func (l *load) store(ctx context.Context, c *osm.Contents) error {
	steps := []func(context.Context, pgx.Tx, *osm.Contents) error{l.storePlaces, l.storeStreets, l.storeAddresses, l.storeProspects, l.storeBoundaries, l.makeCurrent}
	err := pgx.BeginFunc(ctx, l.lock.conn, func(tx pgx.Tx) error {
		for i, step := range steps {
			// Told before the step: after the last, the row is locked.
			l.progress.tell(StageStore, float64(i)/float64(len(steps)))
			if err := step(ctx, tx, c); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("store the extract: %w", err)
	}
	l.progress.tell(StageStore, 1)
	return nil
}

// merge copies rows to a temporary table like the one named and runs statements
// there, in which it is called "fresh".
func merge(ctx context.Context, tx pgx.Tx, definition string, columns []string, n int, row func(i int) ([]any, error), statements ...string) error {
	if _, err := tx.Exec(ctx, "create temporary table fresh ("+definition+") on commit drop"); err != nil {
		return err
	}
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{"fresh"}, columns, pgx.CopyFromSlice(n, row)); err != nil {
		return err
	}
	for _, s := range append(append([]string{"analyze fresh"}, statements...), "drop table fresh") {
		if _, err := tx.Exec(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// located returns a point as the two columns and the cell that belong to it.
func located(p orb.Point) (lon, lat float64, cell int64, err error) {
	c, err := hexgrid.CellOf(p)
	return p[0], p[1], int64(c), err
}

const freshPoint = "lon float8, lat float8, cell bigint"
const pointOf = "st_setsrid(st_makepoint(lon, lat), 4326)"

func (l *load) storePlaces(ctx context.Context, tx pgx.Tx, c *osm.Contents) error {
	l.counts.Places = len(c.Places)
	return merge(ctx, tx, "osm_type text, osm_id bigint, kind text, name text, population integer, search text, "+freshPoint,
		[]string{"osm_type", "osm_id", "kind", "name", "population", "search", "lon", "lat", "cell"}, len(c.Places),
		func(i int) ([]any, error) {
			p := c.Places[i]
			lon, lat, cell, err := located(p.Point)
			if err != nil {
				return nil, fmt.Errorf("place %s: %w", p.Ref, err)
			}
			var population *int32
			if p.Population > 0 {
				n := int32(p.Population)
				population = &n
			}
			return []any{p.Ref.Kind.Letter(), p.Ref.ID, p.Kind, p.Name, population, geocode.Normalise(p.Name), lon, lat, cell}, nil
		},
		`delete from places p where not exists (select from fresh f where f.osm_type = p.osm_type and f.osm_id = p.osm_id)`,
		fmt.Sprintf(`insert into places (osm_type, osm_id, kind, name, population, search, point, cell, extract_id)
			select osm_type, osm_id, kind, name, population, search, %s, cell, %d from fresh
			on conflict (osm_type, osm_id) do update set kind = excluded.kind, name = excluded.name, population = excluded.population,
				search = excluded.search, point = excluded.point, cell = excluded.cell, extract_id = excluded.extract_id`, pointOf, l.id))
}

func (l *load) storeStreets(ctx context.Context, tx pgx.Tx, c *osm.Contents) error {
	l.counts.Streets = len(c.Streets)
	return merge(ctx, tx, "name text, place text, postcode text, search text, line bytea, "+freshPoint,
		[]string{"name", "place", "postcode", "search", "line", "lon", "lat", "cell"}, len(c.Streets),
		func(i int) ([]any, error) {
			s := c.Streets[i]
			lon, lat, cell, err := located(s.Point)
			if err != nil {
				return nil, fmt.Errorf("street %q: %w", s.Name, err)
			}
			line, err := ewkb.Marshal(s.Lines, postgres.SRID)
			if err != nil {
				return nil, fmt.Errorf("street %q: %w", s.Name, err)
			}
			return []any{s.Name, s.City, s.Postcode, geocode.Bare(geocode.Normalise(s.Name)), line, lon, lat, cell}, nil
		},
		`delete from streets s where not exists (select from fresh f where f.name = s.name and f.cell = s.cell)`,
		fmt.Sprintf(`insert into streets (name, place, postcode, search, line, point, cell, extract_id)
			select name, place, postcode, search, st_geomfromewkb(line), %s, cell, %d from fresh
			on conflict (name, cell) do update set place = excluded.place, postcode = excluded.postcode, search = excluded.search,
				line = excluded.line, point = excluded.point, extract_id = excluded.extract_id`, pointOf, l.id))
}

func (l *load) storeAddresses(ctx context.Context, tx pgx.Tx, c *osm.Contents) error {
	l.counts.Addresses = len(c.Addresses)
	return merge(ctx, tx, "osm_type text, osm_id bigint, housenumber text, street text, city text, postcode text, search text, "+freshPoint,
		[]string{"osm_type", "osm_id", "housenumber", "street", "city", "postcode", "search", "lon", "lat", "cell"}, len(c.Addresses),
		func(i int) ([]any, error) {
			a := c.Addresses[i]
			lon, lat, cell, err := located(a.Point)
			if err != nil {
				return nil, fmt.Errorf("address %s: %w", a.Ref, err)
			}
			return []any{a.Ref.Kind.Letter(), a.Ref.ID, a.HouseNumber, a.Street, a.City, a.Postcode, geocode.Bare(geocode.Normalise(a.Street)), lon, lat, cell}, nil
		},
		`delete from addresses a where not exists (select from fresh f where f.osm_type = a.osm_type and f.osm_id = a.osm_id)`,
		fmt.Sprintf(`insert into addresses (osm_type, osm_id, housenumber, street, city, postcode, search, point, cell, extract_id)
			select osm_type, osm_id, housenumber, street, city, postcode, search, %s, cell, %d from fresh
			on conflict (osm_type, osm_id) do update set housenumber = excluded.housenumber, street = excluded.street, city = excluded.city,
				postcode = excluded.postcode, search = excluded.search, point = excluded.point, cell = excluded.cell, extract_id = excluded.extract_id`, pointOf, l.id))
}

func (l *load) storeProspects(ctx context.Context, tx pgx.Tx, c *osm.Contents) error {
	l.counts.OpenProspects = len(c.Interests)
	columns := "osm_type, osm_id, name, category, kind, housenumber, street, city, postcode, phone, website, opening_hours"
	err := merge(ctx, tx, "osm_type text, osm_id bigint, name text, category text, kind text, housenumber text, street text, city text, postcode text, phone text, website text, opening_hours text, "+freshPoint,
		append(strings.Split(columns, ", "), "lon", "lat", "cell"), len(c.Interests),
		func(i int) ([]any, error) {
			p := c.Interests[i]
			lon, lat, cell, err := located(p.Point)
			if err != nil {
				return nil, fmt.Errorf("point of interest %s: %w", p.Ref, err)
			}
			a := p.Address
			return []any{p.Ref.Kind.Letter(), p.Ref.ID, p.Name, string(p.Category), p.Kind, a.HouseNumber, a.Street, a.City, a.Postcode,
				p.Phone, p.Website, p.OpeningHours, lon, lat, cell}, nil
		},
		// Kept, since accounts may have come of them, and under the same number
		// should they come back.
		`update open_prospects p set gone = true
			where not gone and not exists (select from fresh f where f.osm_type = p.osm_type and f.osm_id = p.osm_id)`,
		fmt.Sprintf(`insert into open_prospects (%[1]s, point, cell, extract_id)
			select %[1]s, %[2]s, cell, %[3]d from fresh
			on conflict (osm_type, osm_id) do update set name = excluded.name, category = excluded.category, kind = excluded.kind,
				housenumber = excluded.housenumber, street = excluded.street, city = excluded.city, postcode = excluded.postcode,
				phone = excluded.phone, website = excluded.website, opening_hours = excluded.opening_hours,
				point = excluded.point, cell = excluded.cell, gone = false, extract_id = excluded.extract_id`, columns, pointOf, l.id))
	if err != nil {
		return err
	}
	return tx.QueryRow(ctx, `select count(*) from open_prospects where gone`).Scan(&l.counts.GoneProspects)
}

// makeCurrent switches over and tells the servers.
func (l *load) makeCurrent(ctx context.Context, tx pgx.Tx, c *osm.Contents) error {
	counts, err := json.Marshal(l.counts)
	if err != nil {
		return err
	}
	var dataTime any
	if !c.Header.Timestamp.IsZero() {
		dataTime = c.Header.Timestamp
	}
	b := c.Header.Bounds
	if _, err := tx.Exec(ctx, `update extracts set state = 'former' where state = 'current'`); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `
		update extracts set state = 'current', stage = '', progress = 1, counts = $2, data_time = $3, finished_at = now(),
			bounds = st_makeenvelope($4, $5, $6, $7, 4326)
		where id = $1`, l.id, counts, dataTime, b.Min[0], b.Min[1], b.Max[0], b.Max[1]); err != nil {
		return err
	}
	for _, w := range l.ways {
		if _, err := tx.Exec(ctx, `
			insert into road_preparations (extract_id, profile, by_hour, state, progress, finished_at) values ($1, $2, $3, 'done', 1, now())`,
			l.id, w.Profile, w.ByHour); err != nil {
			return err
		}
	}
	for _, table := range []string{"places", "streets", "addresses", "open_prospects", "boundaries"} {
		if _, err := tx.Exec(ctx, "analyze "+table); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `select pg_notify($1, $2)`, Channel, fmt.Sprint(l.id)); err != nil {
		return err
	}
	return events.NotifyAll(ctx, tx, "extract", map[string]any{"id": l.id, "state": "current"})
}
