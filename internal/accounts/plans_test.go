package accounts

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/geo/tiles"
	"github.com/waymark-crm/waymark/internal/postgres"
	"github.com/waymark-crm/waymark/internal/testdb"
)

// large fills the organisation with accounts round some towns, by copying rows
// past the triggers, and another organisation with a quarter as many.
func (b *bundle) large(accounts int) {
	b.t.Helper()
	other := b.org
	b.join("Large", "UTC")
	conn, err := pgx.Connect(b.t.Context(), b.db.SuperURL)
	require.NoError(b.t, err)
	defer func() { require.NoError(b.t, conn.Close(context.WithoutCancel(b.t.Context()))) }()
	run := func(text string) {
		b.t.Helper()
		_, err := conn.Exec(b.t.Context(), text)
		require.NoError(b.t, err)
	}
	run(`set session_replication_role = replica`) // no triggers
	rng := rand.New(rand.NewPCG(1, 2))
	words := strings.Fields("acme dover harbor miller bakery hardware clinic supply marine auto garden studio corner river hill lewes smyrna electric fresh union")
	name := func() string {
		return fmt.Sprintf("%s %s %d", words[rng.IntN(len(words))], words[rng.IntN(len(words))], rng.IntN(100000))
	}
	today := time.Now().UTC().Truncate(24 * time.Hour)
	var accountRows, siteRows [][]any
	for i := range accounts + accounts/4 {
		org := b.org
		if i >= accounts {
			org = other
		}
		id := int64(1_000_000 + i)
		status := []string{"prospect", "customer", "former"}[min(rng.IntN(8)/3, 2)]
		class := []string{"A", "B", "C", "C"}[rng.IntN(4)]
		var owner *int64
		if rng.IntN(3) == 0 && org == b.org {
			owner = ptr([]int64{b.rep, b.manager}[rng.IntN(2)])
		}
		var last *time.Time
		var due *time.Time
		if rng.IntN(2) == 0 {
			last = ptr(today.AddDate(0, 0, -rng.IntN(150)))
			due = ptr(last.AddDate(0, 0, 90))
		}
		n := name()
		tags := []string{}
		if rng.IntN(50) == 0 {
			tags = append(tags, "gold")
		}
		accountRows = append(accountRows, []any{org, id, n, status, class, owner, tags, float64(rng.IntN(1e6)), 90, last, n + " dover",
			"shop", "+1 302 555 0100", "info@" + n + ".example", "https://www." + n + ".example", strings.Repeat("Ask for the manager. ", rng.IntN(20))})
		town := rng.IntN(40)
		for s := range 1 + rng.IntN(12)/11 {
			p := orb.Point{-75.7 + 0.6*math.Mod(float64(town)*0.37, 1) + 0.03*rng.NormFloat64(), 38.5 + 1.3*math.Mod(float64(town)*0.61, 1) + 0.02*rng.NormFloat64()}
			cell, err := hexgrid.CellOf(p)
			require.NoError(b.t, err)
			siteRows = append(siteRows, []any{org, id, s == 0, p, int64(cell), status, class, owner, due})
		}
	}
	_, err = conn.CopyFrom(b.t.Context(), pgx.Identifier{"accounts"},
		[]string{"org_id", "id", "name", "status", "class", "owner_id", "tags", "revenue", "visit_interval_days", "last_visit_on", "search", "category", "phone", "email", "website", "notes"}, pgx.CopyFromRows(accountRows))
	require.NoError(b.t, err)
	run(`create temporary table fresh (org_id bigint, account_id bigint, is_primary boolean, lon float8, lat float8, cell bigint, status text, class text, owner_id bigint, due_on date)`)
	for i, r := range siteRows {
		p := r[3].(orb.Point)
		siteRows[i] = append(append(append([]any{}, r[:3]...), p[0], p[1]), r[4:]...)
	}
	_, err = conn.CopyFrom(b.t.Context(), pgx.Identifier{"fresh"},
		[]string{"org_id", "account_id", "is_primary", "lon", "lat", "cell", "status", "class", "owner_id", "due_on"}, pgx.CopyFromRows(siteRows))
	require.NoError(b.t, err)
	run(`insert into sites (org_id, account_id, is_primary, point, cell, status, class, owner_id, due_on)
		select org_id, account_id, is_primary, st_setsrid(st_point(lon, lat), 4326), cell, status, class, owner_id, due_on from fresh`)
	// The test's server commits before its log is on the disk; until it is there,
	// vacuum cannot mark pages as visible to all, which reading indexes alone needs.
	run(`call recount_accounts()`)
	run(`call rebuild_site_blocks()`)
	run(`checkpoint`)
	run(`vacuum analyze account_counts`)
	run(`vacuum analyze site_blocks`)
	run(`vacuum analyze accounts`)
	run(`vacuum analyze sites`)
}

// explained is a transaction whose queries read no large table as a whole.
func explained(t *testing.T, tx pgx.Tx, label string) *testdb.Explained {
	e := testdb.Explain(t, tx, "accounts", "sites", "open_prospects")
	e.Label = label
	return e
}

// WAYMARK_LARGE_ACCOUNTS takes another number of accounts.
func TestNoQueryReadsAWholeTableAtAHundredThousandAccounts(t *testing.T) {
	t.Parallel()
	n := 100_000
	if text := os.Getenv("WAYMARK_LARGE_ACCOUNTS"); text != "" {
		var err error
		n, err = strconv.Atoi(text)
		require.NoError(t, err)
	}
	b := setup(t)
	b.large(n)
	view := box(t, -75.60, 39.10, -75.45, 39.25)
	lasso := ring(t, orb.Point{-75.6, 39.1}, orb.Point{-75.45, 39.12}, orb.Point{-75.5, 39.3}, orb.Point{-75.58, 39.22})
	state := box(t, -76, 38, -74, 40.5)
	area := someArea(t, rand.New(rand.NewPCG(4, 4)))
	filters := map[string]Filter{
		"a drive-time area":           {Reach: area},
		"a drive-time area, customer": {Reach: area, Status: []Status{Customer}},
		"everything":                  {},
		"a status":                    {Status: []Status{Customer}},
		"an owner":                    {OwnerIDs: []int64{b.rep}},
		"overdue":                     {Coverage: []Coverage{CoverageOverdue}},
		"a tag":                       {Tags: []string{"gold"}},
		"a search":                    {Query: "bakery harbor"},
		"a search with an error":      {Query: "hardwear"},
		"a viewport":                  {Box: view},
		"a lasso":                     {Within: lasso},
		"a lasso, status, owner":      {Within: lasso, Status: []Status{Customer}, OwnerIDs: []int64{b.rep, 0}},
		"a viewport and a search":     {Box: view, Query: "bakery"},
		"a viewport and a tag":        {Box: view, Tags: []string{"gold"}},
		"the whole state":             {Box: state},
		"the whole state, overdue":    {Box: state, Coverage: []Coverage{CoverageOverdue}},
		"a lasso in a viewport":       {Box: state, Within: lasso},
	}
	for name, f := range filters {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, b.read(b.ctx, func(tx pgx.Tx, actor postgres.Actor) error {
				today, err := Today(b.ctx, tx, actor.OrgID)
				require.NoError(t, err)
				statement := func() *Statement { return NewStatement(actor.OrgID, today) }
				e := explained(t, tx, "count")
				total, err := f.count(b.ctx, e, statement())
				require.NoError(t, err)
				require.Positive(t, total)
				for _, sort := range []string{"", "-revenue", "city"} {
					order, err := parseSort(sort, f.searching())
					require.NoError(t, err)
					e.Label = "page " + sort
					ids, next, err := f.page(b.ctx, e, statement(), order, nil, 50, total)
					require.NoError(t, err)
					require.NotEmpty(t, ids)
					if next != nil {
						_, _, err = f.page(b.ctx, e, statement(), order, next, 50, total)
						require.NoError(t, err)
					}
					e.Label = "rows"
					_, err = rowsOf(b.ctx, e, statement(), ids)
					require.NoError(t, err)
				}
				if len(f.shapes()) > 0 {
					e.Label = "selection"
					require.NoError(t, f.breakDown(b.ctx, e, statement(), &Selection{}))
				}
				return nil
			}))
		})
	}
	at := orb.Point{-75.52, 39.16}
	for _, z := range []int{0, 5, 8, 10, 12, 14} {
		t.Run(fmt.Sprintf("a tile of zoom %d", z), func(t *testing.T) {
			require.NoError(t, b.read(b.ctx, func(tx pgx.Tx, actor postgres.Actor) error {
				today, err := Today(b.ctx, tx, actor.OrgID)
				require.NoError(t, err)
				e := explained(t, tx, "tile")
				tile := tiles.At(at, z)
				for _, f := range []Filter{{}, {Status: []Status{Customer}, Coverage: []Coverage{CoverageDue}}, {Query: "bakery"}, {Reach: area}} {
					tb := tileBuilder{ctx: b.ctx, tx: e, orgID: actor.OrgID, today: today, tile: tile, most: MaxFeatures, names: z >= everyFrom}
					require.NoError(t, tb.accounts(tiles.NewWriter(tile).Layer("accounts"), f))
				}
				return nil
			}))
			started := time.Now()
			body, err := b.Tile(b.ctx, Filter{}, tiles.At(at, z), TileLayers{Accounts: true, OpenProspects: true})
			require.NoError(t, err)
			require.LessOrEqual(t, len(body), MaxTileBytes)
			t.Logf("%d bytes in %s", len(body), time.Since(started).Round(time.Millisecond))
			started = time.Now()
			body, err = b.Tile(b.ctx, Filter{Reach: area}, tiles.At(at, z), TileLayers{Accounts: true, OpenProspects: true})
			require.NoError(t, err)
			t.Logf("of a drive-time area: %d bytes in %s", len(body), time.Since(started).Round(time.Millisecond))
		})
	}
}
