package duplicates

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
	"github.com/waymark-crm/waymark/internal/testdb"
)

type desk struct {
	*Service
	t       testing.TB
	db      *testdb.DB
	book    *accounts.Service
	org     int64
	manager int64
	ctx     context.Context
	queued  []Job
}

func setup(t testing.TB) *desk {
	t.Helper()
	d := &desk{t: t, db: testdb.New(t)}
	d.Service = &Service{DB: d.db.DB, Enqueue: func(_ context.Context, _ pgx.Tx, job Job) error { d.queued = append(d.queued, job); return nil }}
	d.book = accounts.New(d.db.DB)
	d.org = value[int64](d, `insert into organisations (name, slug, time_zone) values ('North', 'north', 'UTC') returning org_id`)
	d.manager = value[int64](d, `insert into users (org_id, email, name, role, password_hash) values ($1, 'ann@north.example', 'Ann', 'manager', 'x') returning id`, d.org)
	d.ctx = postgres.WithActor(t.Context(), postgres.Actor{OrgID: d.org, UserID: d.manager, Role: "manager"})
	return d
}

func (d *desk) sql(fn func(tx pgx.Tx) error) {
	d.t.Helper()
	require.NoError(d.t, d.db.Owner(postgres.WithActor(d.t.Context(), postgres.Actor{OrgID: d.org}), fn))
}

func (d *desk) exec(text string, args ...any) {
	d.t.Helper()
	d.sql(func(tx pgx.Tx) error {
		_, err := tx.Exec(d.t.Context(), text, args...)
		return err
	})
}

func value[T any](d *desk, text string, args ...any) (v T) {
	d.t.Helper()
	d.sql(func(tx pgx.Tx) error { return tx.QueryRow(d.t.Context(), text, args...).Scan(&v) })
	return v
}

func (d *desk) add(name, phone, mail string, lon, lat float64) accounts.Account {
	d.t.Helper()
	a, err := d.book.Create(d.ctx, accounts.NewAccount{Name: name, Phone: phone, Email: mail, MayAssign: true,
		Site: &accounts.NewSite{City: "Dover", Point: &orb.Point{lon, lat}}})
	require.NoError(d.t, err)
	return a
}

// look compares all accounts and returns the open pairs.
func (d *desk) look() []Pair {
	d.t.Helper()
	_, err := d.Look(d.ctx)
	require.NoError(d.t, err)
	require.NoError(d.t, d.find(postgres.WithActor(d.t.Context(), postgres.Actor{OrgID: d.org})))
	pairs, _, err := d.Pairs(d.ctx, "open", 0, 100)
	require.NoError(d.t, err)
	return pairs
}

func codes(p Pair) (out []string) {
	for _, r := range p.Reasons {
		out = append(out, r.Code)
	}
	return out
}

func TestAccountsThatShareWhatOnlyOneHasAreFoundWithTheReason(t *testing.T) {
	t.Parallel()
	d := setup(t)
	first := d.add("Müller & Söhne GmbH", "+1 (302) 555-0100", "info@mueller.example", -75.52, 39.16)
	second := d.add("MULLER + SOHNE", "302 555 0100", "", -75.5201, 39.1601)
	d.add("Blue Hen Bakery", "302 555 0199", "", -75.52, 39.16)
	far := d.add("Muller und Sohne Inc.", "", "", -74, 40.7)
	pairs := d.look()
	require.NotEmpty(t, pairs)
	require.Equal(t, [2]int64{first.ID, second.ID}, [2]int64{pairs[0].A, pairs[0].B})
	require.Equal(t, []string{"same_name", "same_phone", "same_place"}, codes(pairs[0]))
	require.Equal(t, 1.0, pairs[0].Score)
	for _, p := range pairs[1:] {
		require.NotEqual(t, far.ID, p.B, "a namesake in another town is none: %v", p)
	}

	require.NoError(t, d.Decide(d.ctx, second.ID, first.ID, true))
	require.Empty(t, d.look(), "that they are different is remembered")
	different, total, err := d.Pairs(d.ctx, "different", 0, 10)
	require.NoError(t, err)
	require.Equal(t, 1, total)
	require.Equal(t, "different", different[0].State)

	found, err := d.Like(d.ctx, Draft{Name: "mueller sohne", Phone: "(302) 555 0100", Point: &orb.Point{-75.52, 39.16}})
	require.NoError(t, err)
	require.Len(t, found, 2)
	require.Equal(t, "Dover", found[0].Address)
}

// everything is all rows that hang on accounts, to be compared before and after.
const everything = `select jsonb_build_object(
	'accounts', (select jsonb_agg(to_jsonb(a) - '{version,updated_at}'::text[] order by id) from accounts a),
	'sites', (select jsonb_agg(to_jsonb(s) - 'updated_at' order by id) from sites s),
	'contacts', (select jsonb_agg(to_jsonb(c) order by id) from contacts c),
	'activities', (select jsonb_agg(to_jsonb(c) order by id) from activities c),
	'members', (select jsonb_agg(to_jsonb(c) order by segment_id, account_id) from segment_members c),
	'terms', (select jsonb_agg(to_jsonb(c) - 'updated_at' order by account_id) from account_visit_terms c),
	'relations', (select jsonb_agg(to_jsonb(c) order by id) from account_relations c),
	'repairs', (select jsonb_agg(to_jsonb(c) order by id) from address_repairs c))::text`

func TestAMergeTakesEverythingAlongAndIsUndoneToTheLastField(t *testing.T) {
	t.Parallel()
	d := setup(t)
	winner := d.add("Winner", "111", "", -75.52, 39.16)
	loser := d.add("Loser", "222", "lost@loser.example", -75.6, 39.2)
	third := d.add("Third", "", "", -75.7, 39.3)
	d.exec(`update accounts set external_id = 'L-1', custom = '{"tier": "gold", "seats": 9}', tags = '{b,c}', last_visit_on = '2026-05-01' where id = $1`, loser.ID)
	d.exec(`update accounts set external_id = 'W-1', custom = '{"tier": "silver", "seats": 4, "dock": "Gate 4"}', tags = '{a,b}', status = 'customer' where id = $1`, winner.ID)
	d.exec(`insert into contacts (org_id, account_id, name) values ($1, $2, 'Eve')`, d.org, loser.ID)
	d.exec(`insert into activities (org_id, account_id, kind, body) values ($1, $2, 'note', 'met Eve')`, d.org, loser.ID)
	segment := value[int64](d, `insert into segments (org_id, name, kind, owner_id) values ($1, 's', 'static', $2) returning id`, d.org, d.manager)
	only := value[int64](d, `insert into segments (org_id, name, kind, owner_id) values ($1, 'only', 'static', $2) returning id`, d.org, d.manager)
	d.exec(`insert into segment_members values ($1, $2, $4), ($1, $2, $5), ($1, $3, $4)`, d.org, segment, only, loser.ID, winner.ID)
	d.exec(`insert into account_relations (org_id, account_id, other_id, kind) values ($1, $2, $3, 'partner'), ($1, $2, $4, 'parent'), ($1, $3, $4, 'parent'), ($1, $4, $2, 'supplier')`,
		d.org, loser.ID, winner.ID, third.ID)
	d.exec(`insert into address_repairs (org_id, account_id, state) values ($1, $2, 'not_found')`, d.org, loser.ID)
	d.exec(`insert into account_visit_terms (org_id, account_id, terms) values ($1, $2, '{"of": "loser"}'), ($1, $3, '{"of": "winner"}')`, d.org, loser.ID, winner.ID)
	before := value[string](d, everything)

	versions := func() (int, int) {
		return value[int](d, `select version from accounts where id = $1`, winner.ID), value[int](d, `select version from accounts where id = $1`, loser.ID)
	}
	w, l := versions()
	_, err := d.Merge(d.ctx, Request{WinnerID: winner.ID, LoserID: loser.ID, WinnerVersion: w, LoserVersion: l + 1})
	require.Equal(t, fault.Conflict, fault.CodeOf(err), "somebody edits one of them")
	require.Equal(t, before, value[string](d, everything), "and nothing is lost")

	merge, err := d.Merge(d.ctx, Request{WinnerID: winner.ID, LoserID: loser.ID, WinnerVersion: w, LoserVersion: l, FromLoser: []string{"email", "externalId", "custom.tier", "custom.dock"}})
	require.NoError(t, err)
	require.Equal(t, "Winner|111|lost@loser.example|L-1|{a,b,c}|2026-05-01", value[string](d,
		`select concat_ws('|', name, phone, email, external_id, tags, last_visit_on) from accounts where id = $1`, winner.ID))
	require.JSONEq(t, `{"tier": "gold", "seats": 4}`, value[string](d, `select custom::text from accounts where id = $1`, winner.ID), "each custom field by itself, also that it has none")
	require.Equal(t, []int{2, 1}, []int{value[int](d, `select count(*) from sites where account_id = $1`, winner.ID), value[int](d, `select count(*) from sites where account_id = $1 and is_primary`, winner.ID)})
	require.Equal(t, 2, value[int](d, `select count(*) from sites where account_id = $1 and status = 'customer'`, winner.ID))
	require.Equal(t, 2, value[int](d, `select count(*) from segment_members where account_id = $1`, winner.ID))
	require.Equal(t, `{"of": "winner"}`, value[string](d, `select string_agg(terms::text, ' ') from account_visit_terms`))
	require.Equal(t, "parent supplier", value[string](d, `select string_agg(kind, ' ' order by kind) from account_relations`))
	require.True(t, value[bool](d, `select archived_at is not null and merged_into = $2 from accounts where id = $1`, loser.ID, winner.ID))
	for _, r := range references(d) {
		if r.To == "accounts" {
			require.Zero(t, value[int](d, `select count(*) from `+r.Table+` where `+r.Column+` = $1`, loser.ID), "%s.%s still speaks of the loser", r.Table, r.Column)
		}
	}
	_, err = d.book.Update(d.ctx, loser.ID, accounts.Changes{Version: l, Name: new(string)})
	require.Error(t, err, "who edits the one that was taken in is told")

	undone, err := d.Undo(d.ctx, merge.ID)
	require.NoError(t, err)
	require.False(t, undone.FieldsKept)
	require.JSONEq(t, before, value[string](d, everything))
	_, err = d.Undo(d.ctx, merge.ID)
	require.Equal(t, fault.Conflict, fault.CodeOf(err))
}

func references(d *desk) (all []Reference) {
	d.sql(func(tx pgx.Tx) (err error) {
		all, err = References(d.t.Context(), tx)
		return err
	})
	return all
}

// What a merge does with each table that refers to accounts: who adds one says
// here that it was thought of, and adds rows of it to the test above if moving
// them is more than changing the column.
var thoughtOf = map[string]string{
	"sites.account_id": "moved; one primary site stays", "contacts.account_id": "moved", "stops.account_id": "moved",
	"unplanned_visits.account_id": "moved", "plan_visits.account_id": "moved", "segment_members.account_id": "moved, once each",
	"activities.account_id": "moved", "inbox_items.account_id": "moved", "address_repairs.account_id": "moved",
	"account_relations.account_id": "moved, once each; those between the two are removed", "account_relations.other_id": "likewise",
	"account_visit_terms.account_id": "moved, unless the winner has its own", "alignment_exceptions.account_id": "moved, once an alignment",
	"files.account_id": "moved", "duplicate_pairs.a_id": "removed", "duplicate_pairs.b_id": "removed",
}

func TestEveryTableThatRefersToAccountsIsThoughtOf(t *testing.T) {
	t.Parallel()
	d := setup(t)
	seen := map[string]bool{}
	for _, r := range references(d) {
		if r.To == "accounts" {
			seen[r.Table+"."+r.Column] = true
			require.Contains(t, thoughtOf, r.Table+"."+r.Column, "what does a merge of accounts do with %s.%s?", r.Table, r.Column)
		}
	}
	// Columns named for accounts without a foreign key would be missed.
	var loose []string
	d.sql(func(tx pgx.Tx) error {
		rows, err := tx.Query(t.Context(), `select c.relname || '.' || a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid
			where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and a.attname like '%account_id' and not a.attisdropped
			  and not exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'f' and a.attnum = any(k.conkey)) order by 1`)
		if err != nil {
			return err
		}
		loose, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	require.Subset(t, []string{
		"audit_entries.account_id",   // tells what happened to whom, and is never changed
		"batch_accounts.account_id",  // undoing a bulk change needs the account that it changed
		"import_changes.account_id",  // undoing an import needs the account that it changed
		"import_findings.account_id", // of a check
		"import_rows.account_id",     // as import_changes
	}, loose, "does a merge have to know these?")
	require.NotEmpty(t, seen)
}

func TestThePlaceOfAPairIsMeasured(t *testing.T) {
	t.Parallel()
	// The shift of cells in findPairs is that of their parents.
	cell, err := hexgrid.CellOf(orb.Point{-75.52, 39.16})
	require.NoError(t, err)
	lo, hi := hexgrid.Bounds(hexgrid.Ranges([]hexgrid.Cell{cell.Parent(nearResolution)}))
	require.Equal(t, lo[0]>>21, int64(cell)>>21)
	require.Equal(t, hi[len(hi)-1]>>21, int64(cell)>>21)
}
