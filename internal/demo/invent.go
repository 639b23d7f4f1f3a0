package demo

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/regions"
)

// invent makes customers and prospects out of about half of the open prospects;
// the others stay open. Chance comes from a hash of OpenStreetMap's number, so
// that the demo is the same everywhere. The days before today are made up too,
// and say so (region_days.made_up).
func invent(ctx context.Context, tx pgx.Tx, org int64, reps []int64, towns []town) error {
	lons, lats := make([]float64, len(reps)), make([]float64, len(reps))
	for i := range reps {
		t := towns[i%len(towns)]
		lons[i], lats[i] = t.Point[0], t.Point[1]
	}
	steps := []struct {
		what string
		args []any
		sql  string
	}{
		{"accounts", []any{org, reps, lons, lats}, `
			with chance as (
			  select p.*,
			         abs(hashint8extended(p.osm_id, 1) % 1000) as kind_roll, abs(hashint8extended(p.osm_id, 2) % 1000) as class_roll,
			         abs(hashint8extended(p.osm_id, 3) % 1000) as money_roll, abs(hashint8extended(p.osm_id, 4) % 1000) as visit_roll,
			         abs(hashint8extended(p.osm_id, 5) % 1000) as tag_roll, abs(hashint8extended(p.osm_id, 12) % 1000) as potential_roll
			  from open_prospects p where not p.gone
			), cast_ as (
			  select c.*,
			         case when kind_roll < 300 then 'customer' when kind_roll < 470 then 'prospect' else 'former' end as status,
			         case when class_roll < 150 then 'A' when class_roll < 450 then 'B' else 'C' end as class
			  from chance c where kind_roll < 490
			), timed as (
			  select c.*, case class when 'A' then 14 when 'B' then 30 else 90 end as days,
			         (select r.rep from unnest($2::bigint[], $3::float8[], $4::float8[]) r (rep, lon, lat)
			          order by power((st_x(c.point) - r.lon) * cos(radians(r.lat)), 2) + power(st_y(c.point) - r.lat, 2), r.rep limit 1) as rep
			  from cast_ c
			)
			insert into accounts (org_id, name, status, class, category, owner_id, team_id, tags, phone, website, revenue, potential,
			                      visit_interval_days, visit_minutes, last_visit_on, open_prospect_id)
			select $1, left(t.name, 300), t.status, t.class, t.category, t.rep, u.team_id,
			       case when tag_roll < 80 then array['key account'] when tag_roll < 160 then array['newsletter']
			            when tag_roll < 220 then array['trial'] else '{}' end,
			       left(t.phone, 100), left(t.website, 500),
			       case t.status when 'customer' then round((case t.class when 'A' then 40000 when 'B' then 12000 else 2500 end) * (0.5 + money_roll / 1000.0), 2) else 0 end,
			       round((case t.class when 'A' then 60000 when 'B' then 18000 else 4000 end) * (0.5 + potential_roll / 1000.0), 2),
			       t.days, case t.class when 'A' then 45 when 'B' then 30 else 20 end,
			       case when t.status = 'customer' and visit_roll >= 60 then current_date - (1 + (visit_roll * t.days * 13 / 10000))::int
			            when t.status = 'prospect' and visit_roll < 250 then current_date - (1 + visit_roll % 120)::int end,
			       t.id
			from timed t join users u on u.org_id = $1 and u.id = t.rep
			order by t.id`},
		{"sites", []any{org}, `
			insert into sites (org_id, account_id, is_primary, housenumber, street, city, postcode, opening_hours, source, point, cell)
			select $1, a.id, true, left(p.housenumber, 50), left(p.street, 200), left(p.city, 200), left(p.postcode, 20),
			       case when p.opening_hours <> '' and length(p.opening_hours) <= 500 then p.opening_hours
			            else (array['Mo-Fr 08:00-17:00', 'Mo-Fr 09:00-12:00,13:00-17:30', 'Mo-Sa 09:00-18:00', 'Tu-Sa 10:00-19:00',
			                        'Mo-Fr 07:30-15:30', '', 'Mo-Th 09:00-17:00; Fr 09:00-13:00'])[1 + abs(hashint8extended(p.osm_id, 6) % 7)] end,
			       'demo', p.point, p.cell
			from accounts a join open_prospects p on p.id = a.open_prospect_id
			where a.org_id = $1
			order by a.id`},
		{"contacts", []any{org}, `
			insert into contacts (org_id, account_id, name, job_title, phone, email, do_not_contact)
			select $1, a.id,
			       (array['Grace','Luis','Hannah','Omar','Ivy','Peter','Sofia','Caleb','Nina','Walter','Ruth','Jae'])[1 + abs(hashint8extended(a.open_prospect_id, 7) % 12)]
			         || ' ' || (array['Carter','Nguyen','Ortiz','Fischer','Boone','Patel','Murphy','Ellis','Rossi','Young','Kim'])[1 + abs(hashint8extended(a.open_prospect_id, 8) % 11)],
			       (array['Owner','Manager','Purchasing','Assistant manager','Bookkeeper'])[1 + abs(hashint8extended(a.open_prospect_id, 9) % 5)],
			       '+1 302 555 ' || lpad((abs(hashint8extended(a.open_prospect_id, 10) % 10000))::text, 4, '0'),
			       'contact' || a.open_prospect_id || '@accounts.demo.waymark.example',
			       abs(hashint8extended(a.open_prospect_id, 11) % 10) = 0
			from accounts a
			where a.org_id = $1 and a.status = 'customer'
			 
			order by a.id`},
		{"visits", []any{org}, `
			insert into activities (org_id, account_id, kind, minutes, author_id, happened_at)
			select $1, a.id, 'visit', a.visit_minutes, a.owner_id,
			       (a.last_visit_on - k * a.visit_interval_days + time '09:00' + make_interval(mins => (abs(hashint8extended(a.open_prospect_id, 13 + k)) % 420)::int)) at time zone o.time_zone
			from accounts a join organisations o on o.org_id = a.org_id
			cross join generate_series(0, 12) k
			where a.org_id = $1 and a.last_visit_on is not null and (k = 0 or a.status = 'customer' and k * a.visit_interval_days <= 200)
			order by a.id, k`},
		{"days", []any{org, regions.SnapshotResolution}, `
			insert into region_days (org_id, day, resolution, made_up)
			select o.org_id, d.day, $2, true
			from organisations o
			cross join lateral (select (now() at time zone o.time_zone)::date - g as day, g from generate_series(1, 365) g) d
			where o.org_id = $1 and (d.g <= 60 or extract(isodow from d.day) = 1)`},
		// The company has grown by a third in a year, won customers of its prospects
		// and sold more to each.
		{"history", []any{org, regions.FirstMask(regions.SnapshotResolution)}, `
			insert into region_snapshots (org_id, day, cell, status, class, owner_id, team_id, accounts, revenue, potential, white_space, visits, never, on_track, due, overdue)
			select $1, day, cell, status, class, owner_id, team_id, count(*), sum(revenue), sum(potential), sum(greatest(potential - revenue, 0)), sum(visited),
			       count(*) filter (where state = 0), count(*) filter (where state = 1), count(*) filter (where state = 2), count(*) filter (where state = 3)
			from (
			  select d.day, s.cell & $2::bigint as cell, a.class, a.owner_id, a.team_id, a.potential_key as potential, k.status,
			         case k.status when 'customer' then (a.revenue_key * (1 - 0.15 * d.past))::bigint else 0 end as revenue,
			         (k.status = 'customer' and k.luck % a.visit_interval_days = 0)::int as visited,
			         case when a.last_visit_on is null then 0 when k.luck % 100 < 55 + 25 * (1 - d.past) then 1 when k.luck % 100 < 85 then 2 else 3 end as state
			  from accounts a
			  join sites s on s.org_id = $1 and s.account_id = a.id and s.is_primary
			  cross join lateral (
			    select r.day, greatest(0, (select max(day) from region_days where org_id = $1) - r.day) / 365.0 as past from region_days r where r.org_id = $1) d
			  cross join lateral (
			    select case when a.status = 'customer' and abs(hashint8extended(a.open_prospect_id, 31)) % 1000 < 300 * d.past then 'prospect' else a.status end as status,
			           abs(hashint8extended(a.open_prospect_id, 32 + (d.day - date '2000-01-01'))) % 10000 as luck) k
			  where a.org_id = $1 and abs(hashint8extended(a.open_prospect_id, 30)) % 1000 >= 250 * d.past) x
			group by day, cell, status, class, owner_id, team_id`},
		{"days", []any{org}, `
			update region_days d set rows = (select count(*) from region_snapshots k where k.org_id = $1 and k.day = d.day) where d.org_id = $1`},
	}
	for _, step := range steps {
		if _, err := tx.Exec(ctx, step.sql, step.args...); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
	}
	return nil
}
