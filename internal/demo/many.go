package demo

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// MaxMany is how many accounts [Many] makes at most in one go.
const MaxMany = 5_000_000

// manyChunk is how many accounts are put in by one statement.
const manyChunk = 100_000

// Many adds so many made-up accounts to the demo organisation, each with a site
// along a street of the extract and every third with a contact, so that lists and
// maps can be tried at size. Chance comes from a fixed seed. progress is told how
// many there are so far. It returns how long it took.
func Many(ctx context.Context, db *postgres.DB, n int, progress func(done int)) (time.Duration, error) {
	started := time.Now()
	var org int64
	var reps []int64
	var streets []street
	err := db.Owner(ctx, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, `select org_id from organisations where slug = $1`, Slug).Scan(&org); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `select id from users where org_id = $1 and role = 'rep' order by id`, org)
		if err != nil {
			return err
		}
		if reps, err = pgx.CollectRows(rows, pgx.RowTo[int64]); err != nil {
			return err
		}
		if streets, err = readStreets(ctx, tx); err != nil {
			return err
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("demo: %w", err)
	}
	if len(streets) == 0 {
		return 0, errNoExtract
	}
	m := maker{rng: rand.New(rand.NewPCG(2026, uint64(n))), streets: streets, reps: reps, today: time.Now().UTC()}
	ctx = postgres.WithActor(ctx, postgres.Actor{OrgID: org, RequestID: "demo"})
	for done := 0; done < n; {
		chunk := min(manyChunk, n-done)
		if err := db.Owner(ctx, func(tx pgx.Tx) error { return m.put(ctx, tx, org, done, chunk) }); err != nil {
			return 0, fmt.Errorf("demo: %w", err)
		}
		done += chunk
		progress(done)
	}
	err = db.Owner(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `analyze accounts, sites, contacts`)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("demo: analyze: %w", err)
	}
	return time.Since(started), nil
}

// street is where accounts are put.
type street struct {
	Name, Place, Postcode string
	Line                  orb.MultiLineString
}

func readStreets(ctx context.Context, tx pgx.Tx) ([]street, error) {
	rows, err := tx.Query(ctx, `select name, place, postcode, line from streets where line is not null order by id`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[street])
}

// maker invents accounts.
type maker struct {
	rng     *rand.Rand
	streets []street
	reps    []int64
	today   time.Time
}

var (
	trades = strings.Fields("Bakery Hardware Dental Garage Florist Pharmacy Bistro Books Cleaners Plumbing Electric Roofing Marine Garden Optics Fitness Printing Dairy Brewery Tailor")
	owners = strings.Fields("Miller Harbor Union Delaware Bayside Colonial Keystone Brandywine Liberty Lighthouse Cypress Diamond Heritage Pioneer Sunrise Redwood Falcon Summit Meridian Blue-Hen Carter Nguyen Ortiz Fischer Boone Patel Murphy Ellis Rossi Young")
	given  = strings.Fields("Grace Luis Hannah Omar Ivy Peter Sofia Caleb Nina Walter Ruth Jae Amir Lena Tom Zoe")
	family = strings.Fields("Carter Nguyen Ortiz Fischer Boone Patel Murphy Ellis Rossi Young Kim Okafor Brandt Silva Novak Haas")
)

// at is a point somewhere along the street, a few metres off it.
func (m *maker) at(s street) orb.Point {
	line := s.Line[m.rng.IntN(len(s.Line))]
	i := m.rng.IntN(max(1, len(line)-1))
	a, b := line[i], line[min(i+1, len(line)-1)]
	t := m.rng.Float64()
	off := func() float64 { return (m.rng.Float64() - 0.5) * 0.0004 }
	return orb.Point{a[0] + t*(b[0]-a[0]) + off(), a[1] + t*(b[1]-a[1]) + off()}
}

// put copies accounts into a table that ends with the transaction, since rows
// cannot be copied into one under row-level security, and from there with one
// statement a table.
func (m *maker) put(ctx context.Context, tx pgx.Tx, org int64, from, n int) error {
	_, err := tx.Exec(ctx, `
		create temp table many (n int, id bigint, name text, status text, class text, category text, owner_id bigint, tags text[], phone text, email text,
		  website text, revenue float8, potential float8, days int, last_visit_on date, housenumber text, street text, city text, postcode text, point geometry, cell bigint,
		  contact text) on commit drop`)
	if err != nil {
		return err
	}
	columns := strings.Split("n name status class category owner_id tags phone email website revenue potential days last_visit_on housenumber street city postcode point cell contact", " ")
	i := 0
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"many"}, columns, pgx.CopyFromFunc(func() ([]any, error) {
		if i == n {
			return nil, nil
		}
		i++
		return m.row(from + i)
	}))
	if err != nil {
		return err
	}
	for _, text := range []string{
		`select set_config('app.bulk', 'on', true)`, // the search text is given
		`update many set id = nextval(pg_get_serial_sequence('accounts', 'id'))`,
		`insert into accounts (org_id, id, name, status, class, category, owner_id, tags, phone, email, website, revenue, potential, visit_interval_days, last_visit_on, search)
		 overriding system value
		 select $1, id, name, status, class, category, owner_id, tags, phone, email, website, revenue, potential, days, last_visit_on,
		   lower(concat_ws(' ', name, category, array_to_string(tags, ' '), concat_ws(' ', housenumber, street, city, postcode))) from many`,
		`insert into sites (org_id, account_id, is_primary, housenumber, street, city, postcode, source, point, cell)
		 select $1, id, true, housenumber, street, city, postcode, 'demo', st_setsrid(point, 4326), cell from many`,
		`insert into contacts (org_id, account_id, name, job_title, phone, email, do_not_contact)
		 select $1, id, contact, 'Owner', phone, 'contact' || n || '@accounts.demo.waymark.example', n % 10 = 0 from many where contact <> ''`,
	} {
		args := []any{org}
		if !strings.Contains(text, "$1") {
			args = nil
		}
		if _, err := tx.Exec(ctx, text, args...); err != nil {
			return err
		}
	}
	return nil
}

func (m *maker) row(n int) ([]any, error) {
	rng := m.rng
	s := m.streets[rng.IntN(len(m.streets))]
	p := m.at(s)
	cell, err := hexgrid.CellOf(p)
	if err != nil {
		return nil, errors.Join(errors.New("a street is off the map"), err)
	}
	trade := trades[rng.IntN(len(trades))]
	name := owners[rng.IntN(len(owners))] + " " + trade
	if rng.IntN(3) > 0 {
		name += " " + s.Name
	}
	status := []string{"prospect", "customer", "customer", "former"}[rng.IntN(4)]
	class, days := "C", 90
	switch rng.IntN(10) {
	case 0:
		class, days = "A", 14
	case 1, 2, 3:
		class, days = "B", 30
	}
	var owner *int64
	if len(m.reps) > 0 && rng.IntN(5) > 0 {
		owner = &m.reps[rng.IntN(len(m.reps))]
	}
	tags := []string{}
	if rng.IntN(50) == 0 {
		tags = append(tags, "key account")
	}
	if rng.IntN(20) == 0 {
		tags = append(tags, "newsletter")
	}
	var last *time.Time
	revenue := 0.0
	if status == "customer" {
		day := m.today.AddDate(0, 0, -1-rng.IntN(2*days))
		last = &day
		revenue = math.Round(rng.ExpFloat64()*2_000_000) / 100
	}
	potential := math.Round(100*revenue*(0.8+rng.Float64())+rng.ExpFloat64()*1_000_000) / 100
	contact := ""
	if n%3 == 0 {
		contact = given[rng.IntN(len(given))] + " " + family[rng.IntN(len(family))]
	}
	number := strconv.Itoa(n)
	return []any{n, name, status, class, strings.ToLower(trade), owner, tags, fmt.Sprintf("+1 302 %03d %04d", n/10_000%1000, n%10_000),
		"office" + number + "@shop.waymark.example", "https://shop" + number + ".waymark.example", revenue, potential, days, last,
		strconv.Itoa(1 + rng.IntN(900)), s.Name, s.Place, s.Postcode, p, int64(cell), contact}, nil
}
