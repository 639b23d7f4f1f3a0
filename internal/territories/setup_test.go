package territories

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
	"github.com/waymark-crm/waymark/internal/testdb"
)

// bundle is an organisation with an administrator, two managers and two reps.
type bundle struct {
	*Service
	t                           testing.TB
	db                          *testdb.DB
	org                         int64
	admin, manager, other, a, b int64
	ctx                         context.Context // as the manager
	book                        *accounts.Service
	line                        []hexgrid.Cell
}

func setup(t testing.TB) *bundle {
	t.Helper()
	s := &bundle{t: t, db: testdb.New(t)}
	s.book = accounts.New(s.db.DB)
	s.Service = &Service{DB: s.db.DB, Accounts: s.book, SearchMoves: 200_000}
	s.sql(func(tx pgx.Tx) error {
		if err := tx.QueryRow(t.Context(), `insert into organisations (name, slug, time_zone) values ('North', 'north', 'UTC') returning org_id`).Scan(&s.org); err != nil {
			return err
		}
		for name, u := range map[string]struct {
			role string
			id   *int64
		}{"Ada": {"admin", &s.admin}, "Marcus": {"manager", &s.manager}, "Mona": {"manager", &s.other}, "Rosa": {"rep", &s.a}, "Dan": {"rep", &s.b}} {
			if err := tx.QueryRow(t.Context(), `insert into users (org_id, email, name, role, password_hash) values ($1, lower($2) || '@north.example', $2, $3, 'x') returning id`,
				s.org, name, u.role).Scan(u.id); err != nil {
				return err
			}
		}
		return nil
	})
	s.ctx = s.as(s.manager, "manager")
	return s
}

func (s *bundle) as(user int64, role string) context.Context {
	return postgres.WithActor(s.t.Context(), postgres.Actor{OrgID: s.org, UserID: user, Role: role})
}

// sql runs fn as the owner of the schema.
func (s *bundle) sql(fn func(tx pgx.Tx) error) {
	s.t.Helper()
	require.NoError(s.t, s.db.Owner(s.t.Context(), fn))
}

func (s *bundle) exec(text string, args ...any) {
	s.t.Helper()
	s.sql(func(tx pgx.Tx) error { _, err := tx.Exec(s.t.Context(), text, args...); return err })
}

func (s *bundle) number(text string, args ...any) (n int64) {
	s.t.Helper()
	s.sql(func(tx pgx.Tx) error { return tx.QueryRow(s.t.Context(), text, args...).Scan(&n) })
	return n
}

// cell is the n-th cell on a line to the east from a place, of resolution 7.
func (s *bundle) cell(n int) hexgrid.Cell {
	s.t.Helper()
	for lon := -75.5; len(s.line) < 60; lon += 0.002 {
		c, err := hexgrid.CellOf(orb.Point{lon, 39})
		require.NoError(s.t, err)
		if c = c.Parent(7); len(s.line) == 0 || s.line[len(s.line)-1] != c {
			s.line = append(s.line, c)
		}
	}
	return s.line[n]
}

func (s *bundle) cells(from, to int) (out []hexgrid.Cell) {
	for n := from; n <= to; n++ {
		out = append(out, s.cell(n))
	}
	return out
}

// account adds an account in the middle of a cell; the owner may be 0.
func (s *bundle) account(name string, c hexgrid.Cell, owner int64, revenue float64) int64 {
	s.t.Helper()
	at, err := hexgrid.Centre(c)
	require.NoError(s.t, err)
	n := accounts.NewAccount{Name: name, MayAssign: true, Site: &accounts.NewSite{Point: &at}, Revenue: revenue}
	if owner != 0 {
		n.OwnerID = &owner
	}
	a, err := s.book.Create(s.ctx, n)
	require.NoError(s.t, err)
	return a.ID
}

// belongs is who owns an account and the name of its live territory.
func (s *bundle) belongs(account int64) string {
	s.t.Helper()
	var out string
	s.sql(func(tx pgx.Tx) error {
		return tx.QueryRow(s.t.Context(), `
			select coalesce(u.name, 'nobody') || ' in ' || coalesce(t.name, 'none') || case when exists (
			    select from sites s where s.account_id = a.id and s.territory_id is distinct from a.territory_id) then ', and a site elsewhere' else '' end
			from accounts a left join users u on u.id = a.owner_id
			left join alignments l on l.org_id = a.org_id and l.state in ('live', 'publishing')
			left join territories t on t.alignment_id = l.id and t.id = a.territory_id where a.id = $1`, account).Scan(&out)
	})
	return out
}

// draft makes a draft with the territories West (Rosa's, cells 0 to 4) and East
// (Dan's, cells 5 to 9).
func (s *bundle) draft() (full *Full, west, east int64) {
	s.t.Helper()
	full, err := s.Create(s.ctx, NewAlignment{Name: "First"})
	require.NoError(s.t, err)
	add := func(name string, owner int64) int64 {
		e, err := s.AddTerritory(s.ctx, full.ID, full.Version, NewTerritory{Name: name, Members: []Member{{UserID: owner, Role: Owner}}})
		require.NoError(s.t, err)
		full.Version = e.Version
		return e.Territories[len(e.Territories)-1].ID
	}
	west, east = add("West", s.a), add("East", s.b)
	e, err := s.Edit(s.ctx, full.ID, full.Version, []Edit{{s.cells(0, 4), &west}, {s.cells(5, 9), &east}}, "")
	require.NoError(s.t, err)
	require.Equal(s.t, 10, e.Changed)
	return s.get(full.ID), west, east
}

func (s *bundle) get(id int64) *Full {
	s.t.Helper()
	f, err := s.Get(s.ctx, id)
	require.NoError(s.t, err)
	return f
}

// approved brings a draft as far as it may be published.
func (s *bundle) approved(f *Full) *Full {
	s.t.Helper()
	f, err := s.Submit(s.ctx, f.ID, f.Version, "")
	require.NoError(s.t, err)
	f, err = s.Approve(s.as(s.other, "manager"), f.ID, f.Version, "")
	require.NoError(s.t, err)
	return f
}

func (s *bundle) publish(f *Full) *Full {
	s.t.Helper()
	f = s.approved(f)
	f, err := s.Publish(s.ctx, f.ID, f.Version, nil)
	require.NoError(s.t, err)
	require.Equal(s.t, Live, f.State)
	return f
}

// refused fails unless err is a fault of the code; it returns its text.
func refused(t testing.TB, err error, code fault.Code) string {
	t.Helper()
	require.Error(t, err)
	require.Equal(t, code, fault.CodeOf(err), fmt.Sprint(err))
	return fault.Message(err)
}

func ptr[T any](v T) *T { return &v }

// queue keeps jobs instead of working them off.
type queue struct {
	jobs []Job
	at   []*time.Time
}

func (q *queue) add(_ context.Context, _ pgx.Tx, job Job, at *time.Time) error {
	q.jobs, q.at = append(q.jobs, job), append(q.at, at)
	return nil
}
