package audit_test

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/audit"
	"github.com/waymark-crm/waymark/internal/postgres"
	"github.com/waymark-crm/waymark/internal/testdb"
)

type bundle struct {
	t   *testing.T
	db  *testdb.DB
	ctx context.Context
	org int64
}

func setup(t *testing.T) *bundle {
	b := &bundle{t: t, db: testdb.New(t)}
	require.NoError(t, b.db.Owner(t.Context(), func(tx pgx.Tx) error {
		err := tx.QueryRow(t.Context(), `insert into organisations (name, slug) values ('North', 'north') returning org_id`).Scan(&b.org)
		if err != nil {
			return err
		}
		_, err = tx.Exec(t.Context(), `insert into users (org_id, email, name, role, password_hash) values ($1, 'rosa@north.example', 'Rosa', 'rep', 'x')`, b.org)
		return err
	}))
	b.ctx = postgres.WithActor(t.Context(), postgres.Actor{OrgID: b.org, UserID: 1, Role: "rep", RequestID: "request-1", Address: "192.0.2.7"})
	return b
}

func (b *bundle) exec(sql string, args ...any) error {
	return b.db.Tx(b.ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(b.ctx, sql, args...)
		return err
	})
}

func (b *bundle) trail() []audit.Entry {
	l, err := audit.New(b.db.DB).All(b.ctx, audit.Filter{}, audit.Page{Limit: 200})
	require.NoError(b.t, err)
	return l.Items
}

func TestEachChangeIsALineWithWhoFromWhereBeforeAndAfter(t *testing.T) {
	t.Parallel()
	b := setup(t)
	require.NoError(t, b.exec(`insert into accounts (org_id, name) values (current_org(), 'Café 你好 👩🏽‍🌾')`))
	require.NoError(t, b.exec(`update accounts set status = 'customer', revenue = 10, version = 2`))
	require.NoError(t, b.exec(`update accounts set version = 3, updated_at = now()`), "which says nothing")
	require.NoError(t, b.exec(`insert into contacts (org_id, account_id, name) select org_id, id, 'Ada' from accounts`))
	require.NoError(t, b.exec(`delete from contacts`))
	lines := b.trail()
	require.Len(t, lines, 5, "%v", lines) // the user of the setup, too
	update := lines[2]
	require.Equal(t, "update", update.Action)
	require.Equal(t, "Rosa", update.UserName)
	require.Equal(t, "192.0.2.7", update.Address)
	require.Equal(t, "request-1", update.RequestID)
	require.Equal(t, `[{revenue 0.00 10.00} {status "prospect" "customer"}]`, show(update.Fields))
	require.Equal(t, `[{name "Ada" <nil>}]`, show(only(lines[0].Fields, "name")))
	require.Contains(t, show(lines[3].Fields), "Café 你好 👩🏽‍🌾")
	require.EqualValues(t, 1, *lines[1].AccountID, "what hangs on an account stands in its trail")
	require.NoError(t, b.exec(`insert into contacts (org_id, account_id, name) select org_id, id, 'Bo' from accounts`))
	l, err := audit.New(b.db.DB).OfAccount(b.ctx, 1, audit.Page{Limit: 2})
	require.NoError(t, err)
	require.Len(t, l.Items, 2)
	l, err = audit.New(b.db.DB).OfAccount(b.ctx, 1, audit.Page{Cursor: *l.NextCursor})
	require.NoError(t, err)
	require.Len(t, l.Items, 3)
	require.Nil(t, l.NextCursor)
}

func only(fields []audit.Field, name string) []audit.Field {
	for _, f := range fields {
		if f.Name == name {
			return []audit.Field{f}
		}
	}
	return nil
}

func show(fields []audit.Field) string {
	text := strings.Builder{}
	for _, f := range fields {
		if text.Len() > 0 {
			text.WriteByte(' ')
		}
		fmt.Fprintf(&text, "{%s %s %s}", f.Name, value(f.Before), value(f.After))
	}
	if text.Len() == 0 {
		return ""
	}
	return "[" + text.String() + "]"
}

func value(v any) string {
	if v == nil {
		return "<nil>"
	}
	return fmt.Sprintf("%s", v)
}

func TestTheRoleOfRequestsCanNeitherChangeNorRemoveALine(t *testing.T) {
	t.Parallel()
	b := setup(t)
	require.NoError(t, b.exec(`insert into accounts (org_id, name) values (current_org(), 'A')`))
	for _, sql := range []string{
		`update audit_entries set user_id = null`, `delete from audit_entries`, `truncate audit_entries`,
		`alter table accounts disable trigger audit_update`, `drop trigger audit_update on accounts`,
		`set local session_replication_role = replica`,
	} {
		err := b.exec(sql)
		require.Error(t, err, sql)
		require.Regexp(t, `permission denied|must be owner`, err.Error(), sql)
	}
	require.Len(t, b.trail(), 2)
}

func TestALineIsWrittenWithItsChangeOrNotAtAll(t *testing.T) {
	t.Parallel()
	b := setup(t)
	before := len(b.trail())
	require.Error(t, b.db.Tx(b.ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(b.ctx, `insert into accounts (org_id, name) values (current_org(), 'A')`)
		require.NoError(t, err)
		return context.Canceled
	}))
	require.Len(t, b.trail(), before)
}

func TestManyRowsOfOneStatementShareALineByWhatChanged(t *testing.T) {
	t.Parallel()
	b := setup(t)
	require.NoError(t, b.db.Tx(b.ctx, func(tx pgx.Tx) error {
		require.NoError(t, audit.Because(b.ctx, tx, "import:12"))
		_, err := tx.Exec(b.ctx, `insert into accounts (org_id, name, status) select current_org(), 'A' || i, case when i % 3 = 0 then 'prospect' else 'former' end from generate_series(1, 600) i`)
		return err
	}))
	require.NoError(t, b.exec(`update accounts set status = 'customer' where status <> 'customer'`))
	lines := b.trail()
	require.Len(t, lines, 4, "the user, the creation, and a change a former value")
	require.Equal(t, 600, lines[2].Records)
	require.Equal(t, "import:12", lines[2].Cause)
	require.ElementsMatch(t, []int{200, 400}, []int{lines[0].Records, lines[1].Records})
	for _, id := range []int64{3, 4, 600} {
		l, err := audit.New(b.db.DB).OfAccount(b.ctx, id, audit.Page{})
		require.NoError(t, err)
		require.Len(t, l.Items, 2, "each account finds its lines among those of many")
		want := `[{status "former" "customer"}]`
		if id%3 == 0 {
			want = `[{status "prospect" "customer"}]`
		}
		require.Equal(t, want, show(l.Items[0].Fields))
	}
}

func TestAnOrganisationCanBeRemovedWithItsTrail(t *testing.T) {
	t.Parallel()
	b := setup(t)
	require.NoError(t, b.exec(`insert into accounts (org_id, name) values (current_org(), 'A')`))
	require.NoError(t, b.db.Owner(t.Context(), func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `delete from organisations where org_id = $1`, b.org)
		require.NoError(t, err)
		var left int
		err = tx.QueryRow(t.Context(), `select count(*) from audit_entries`).Scan(&left)
		require.Zero(t, left)
		return err
	}))
}

// unaudited are columns of audited tables that say nothing by themselves.
var unaudited = map[string]string{
	"accounts":          "org_id id version search created_by created_at updated_at territory_id",
	"sites":             "org_id id account_id cell status class owner_id team_id due_on archived revenue_key potential_key created_at updated_at territory_id account_name",
	"contacts":          "org_id id account_id search created_at updated_at",
	"activities":        "org_id id account_id version reminded_at edited_by visit_before created_at updated_at",
	"account_relations": "org_id id account_id created_by created_at",
	"files":             "org_id id account_id created_by created_at sha256 thumbnail width height",
}

func TestEveryColumnOfAnAuditedTableIsRecordedOrLeftOutForAReason(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for table, left := range unaudited {
		require.NoError(t, b.db.Owner(t.Context(), func(tx pgx.Tx) error {
			var source string
			require.NoError(t, tx.QueryRow(t.Context(), `select prosrc from pg_proc where proname = 'audit_' || $1`, table).Scan(&source))
			rows, err := tx.Query(t.Context(), `select attname::text from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`, table)
			require.NoError(t, err)
			columns, err := pgx.CollectRows(rows, pgx.RowTo[string])
			require.NoError(t, err)
			for _, column := range columns {
				if strings.Contains(" "+left+" ", " "+column+" ") {
					continue
				}
				require.Contains(t, source, "'"+column+"'", "%s.%s is not in the trail: call audit_table again in a migration", table, column)
			}
			return nil
		}))
	}
}

func TestAnAddressOfIPv6IsKeptAsItIs(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.ctx = postgres.WithActor(t.Context(), postgres.Actor{OrgID: b.org, UserID: 1, Address: netip.MustParseAddr("2001:db8::7").String()})
	require.NoError(t, b.exec(`insert into accounts (org_id, name) values (current_org(), 'A')`))
	require.Equal(t, "2001:db8::7", b.trail()[0].Address)
}
