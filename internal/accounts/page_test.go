package accounts

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/postgres"
)

func TestEveryWayToFindAPageGivesWhatSortingEverythingGives(t *testing.T) {
	t.Parallel()
	b := setup(t)
	rng := rand.New(rand.NewPCG(21, 5))
	scatter(b, 40, rng)
	b.exec(`update accounts set revenue = id % 7, potential = id % 5, visit_minutes = 10 + id % 4, visit_interval_days = 30 + id % 3, category = 'Kind ' || id % 6 where org_id = $1`, b.org)
	b.exec(`update sites set city = (array['', 'Dover', 'lewes', 'Milford'])[1 + id % 4] where org_id = $1`, b.org)
	b.exec(`delete from sites where org_id = $1 and account_id % 9 = 0`, b.org)
	view := box(t, -76, 38.5, -75.3, 39.3)
	for i, f := range []Filter{
		{}, {Box: view}, {Status: []Status{Customer}, OwnerIDs: []int64{b.rep}}, {Coverage: []Coverage{CoverageNever}},
		{Coverage: []Coverage{CoverageDue, CoverageOverdue}}, {Coverage: []Coverage{CoverageOnTrack}, Box: view}, {Class: []Class{ClassA}, Box: view}, {Tags: []string{"gold"}},
		{Status: []Status{Former}, Coverage: []Coverage{CoverageOverdue, CoverageOnTrack}},
	} {
		for j, name := range Sorts() {
			if (i+j)%3 > 0 && !strings.Contains(name, "city") {
				continue // each sort with every third filter
			}
			label := fmt.Sprintf("filter %d by %s", i, name)
			order, err := parseSort(name, false)
			require.NoError(t, err)
			var want []int64
			require.NoError(t, b.read(b.ctx, func(tx pgx.Tx, actor postgres.Actor) error {
				today, err := Today(b.ctx, tx, actor.OrgID)
				require.NoError(t, err)
				p := pager{f: f, ctx: b.ctx, tx: tx, orgID: actor.OrgID, today: today, sort: order, rows: 501, total: -1}
				hits, err := p.sorted()
				require.NoError(t, err)
				want = foundIDs(hits)
				hits, err = p.find()
				require.NoError(t, err)
				require.Equal(t, want, foundIDs(hits), label)
				if order.group != "" || !order.indexed && !p.inCities() {
					return nil
				}
				p.withSiteless = order.cities
				kinds, err := f.kinds(b.ctx, tx, p.statement())
				require.NoError(t, err)
				for _, rows := range []int{501, 6} {
					p.rows = rows
					for _, hashed := range []bool{false, true} {
						if p.hashed = hashed; hashed && len(f.shapes()) == 0 {
							continue
						}
						for _, most := range []int{2, rows} {
							asked := slices.Clone(kinds)
							for i := range asked {
								asked[i].most = most
							}
							hits, err = p.grouped(asked, nil)
							require.NoError(t, err)
							require.Equal(t, want[:min(rows, len(want))], foundIDs(hits), "%s, walking, hashed %v, %d of each", label, hashed, most)
						}
						hits, err = p.grouped(nil, slices.Clone(kinds))
						require.NoError(t, err)
						require.Equal(t, want[:min(rows, len(want))], foundIDs(hits), "%s, gathering", label)
					}
				}
				return nil
			}))
			got := []int64{}
			for page := (Page{Sort: name, Limit: 7, Uncounted: true}); ; {
				l := b.list(f, page)
				for _, r := range l.Items {
					got = append(got, r.ID)
				}
				if l.NextCursor == nil {
					break
				}
				page.Cursor = *l.NextCursor
			}
			require.Equal(t, want, got, "%s, page by page without a total", label)
			n, err := b.Count(b.ctx, f)
			require.NoError(t, err)
			require.Len(t, want, n, label)
		}
	}
}

func foundIDs(hits []found) []int64 {
	out := make([]int64, len(hits))
	for i, h := range hits {
		out[i] = h.id
	}
	return out
}

func TestAListByATextWithoutItsTotalIsTheListWithIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for i := range 40 {
		b.add(strings.Fields("Road-house Miller%Road Roadie Abroad Harbor")[i%5]+fmt.Sprint(" ", i%3)+" Dover", -75.5, 39, func(n *NewAccount) { n.Tags = []string{"road"} })
	}
	for _, f := range []Filter{{Query: "road"}, {Query: "road dover"}, {Query: "harbor 2"}, {Query: "rodhouse"}, {Query: "road", Status: []Status{Prospect}, Box: box(t, -80, 30, -70, 50)}} {
		for _, limit := range []int{3, 500} {
			ids := func(uncounted bool) (out []int64) {
				for page := (Page{Limit: limit, Uncounted: uncounted}); ; {
					l := b.list(f, page)
					for _, r := range l.Items {
						out = append(out, r.ID)
					}
					if l.NextCursor == nil {
						return out
					}
					page.Cursor = *l.NextCursor
				}
			}
			want := ids(false)
			require.NotEmpty(t, want, f.Query)
			require.Equal(t, want, ids(true), "%s by %d", f.Query, limit)
		}
	}
}

func TestAGroupIsWalkedOrGatheredByWhatCostsLess(t *testing.T) {
	t.Parallel()
	common := bunch{status: Customer, class: ClassA, all: 300_000, meant: 80_000, known: true}
	rare := bunch{status: Prospect, class: ClassC, all: 150_000, meant: 3, known: true}
	none := bunch{status: Former, class: ClassB, all: 90_000, known: true}
	walked, gathered := plan([]bunch{common, rare, none}, 51, 1)
	require.Len(t, walked, 1)
	require.Equal(t, common.status, walked[0].status)
	require.Len(t, gathered, 1)
	require.Equal(t, rare.status, gathered[0].status)
	walked, gathered = plan(everyKind, 51, 1)
	require.Len(t, walked, 9, "of which nothing is known")
	require.Empty(t, gathered)
}

func TestTheDaysOfACoverageHoldIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		f    Filter
		want span
		says bool
	}{
		"nothing":          {Filter{}, span{earliestDay, neverDay}, false},
		"never":            {Filter{Coverage: []Coverage{CoverageNever}}, span{neverDay, neverDay}, true},
		"overdue":          {Filter{Coverage: []Coverage{CoverageOverdue}}, span{earliestDay, "2026-02-27"}, true},
		"due":              {Filter{Coverage: []Coverage{CoverageDue}}, span{"2026-02-28", "2026-03-07"}, true},
		"due and on track": {Filter{Coverage: []Coverage{CoverageOnTrack, CoverageDue}}, span{"2026-02-28", "9999-12-30"}, true},
	} {
		got, says := c.f.dueSpan("2026-02-28")
		require.Equal(t, c.want, got, name)
		require.Equal(t, c.says, says, name)
	}
}
