package regions

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/fault"
)

// Figures are what one place has. An account with several sites there counts
// once. The groups that were not asked for are left out.
type Figures struct {
	Accounts      int       `json:"accounts"`
	Customers     int       `json:"customers"`
	Prospects     int       `json:"prospects"`
	OpenProspects int       `json:"openProspects" doc:"Of the extract, taken over by nobody; the filter's shapes hold for them, nothing else."`
	Penetration   *float64  `json:"penetration" doc:"Customers over customers and prospects, 0 to 1; null when there are neither."`
	Revenue       *float64  `json:"revenue,omitempty" doc:"A year, in the organisation's currency."`
	Potential     *float64  `json:"potential,omitempty"`
	WhiteSpace    *float64  `json:"whiteSpace,omitempty" doc:"Potential minus revenue, account by account, never below 0."`
	Visits        *int      `json:"visits,omitempty" doc:"Done in the period, of these accounts."`
	Coverage      *Coverage `json:"coverage,omitempty"`
	Change        *Change   `json:"change,omitempty" doc:"Now minus then."`
}

// Coverage counts accounts by how their visits keep up with their interval.
type Coverage struct {
	Never   int `json:"never"`
	OnTrack int `json:"onTrack"`
	Due     int `json:"due"`
	Overdue int `json:"overdue"`
}

// Change is how figures differ from those of a snapshot. Both are of accounts at
// their primary site, by whole cells.
type Change struct {
	Accounts   int     `json:"accounts"`
	Customers  int     `json:"customers"`
	Prospects  int     `json:"prospects"`
	Revenue    float64 `json:"revenue"`
	Potential  float64 `json:"potential"`
	WhiteSpace float64 `json:"whiteSpace"`
}

// Group is a group of figures that is asked for by its name.
type Group string

// The groups. Counts and penetration are always there.
const (
	GroupMoney    Group = "money"
	GroupVisits   Group = "visits"
	GroupCoverage Group = "coverage"
)

// Wanted says which figures are wanted beside the counts.
type Wanted struct {
	Groups   []Group
	From, To string // the days of the visits, both included; empty means the last 90 days
	Since    string // the day that change is against; empty for no change
}

// visitDays is how long the period of visits is unless it is given.
const visitDays = 90

// maxPeriod is how long it may be, in days.
const maxPeriod = 3660

func (w Wanted) has(g Group) bool { return slices.Contains(w.Groups, g) }

// settle checks what is wanted and fills in the period.
func (w *Wanted) settle(today string) error {
	for _, g := range w.Groups {
		if g != GroupMoney && g != GroupVisits && g != GroupCoverage {
			return fault.New(fault.Invalid, "There is no such group of figures.").WithField("query.figures", "Some of money, visits, coverage, separated by commas.")
		}
	}
	day := func(field, text string) (time.Time, error) {
		t, err := time.Parse(time.DateOnly, text)
		if err != nil || t.Year() < 1900 || t.Year() > 9000 {
			return t, fault.New(fault.Invalid, "A day is not one of the calendar.").WithField("query."+field, "A day like 2026-05-31.")
		}
		return t, nil
	}
	now, err := time.Parse(time.DateOnly, today)
	if err != nil {
		return fmt.Errorf("read the organisation's day: %w", err)
	}
	to := now
	if w.To != "" {
		if to, err = day("to", w.To); err != nil {
			return err
		}
	}
	from := to.AddDate(0, 0, 1-visitDays)
	if w.From != "" {
		if from, err = day("from", w.From); err != nil {
			return err
		}
	}
	if from.After(to) {
		return fault.New(fault.Invalid, "The period of the visits ends before it begins.").WithField("query.from", "The first day lies before the last.")
	}
	if to.Sub(from) > maxPeriod*24*time.Hour {
		return fault.New(fault.Invalid, "The period of the visits is too long.").WithField("query.from", "At most ten years.")
	}
	w.From, w.To = from.Format(time.DateOnly), to.Format(time.DateOnly)
	if w.Since != "" {
		since, err := day("since", w.Since)
		if err != nil {
			return err
		}
		if since.After(now) {
			return fault.New(fault.Invalid, "The day to compare with has not come yet.").WithField("query.since", "A day of the past.")
		}
	}
	return nil
}

// asking is one question under way: a transaction, a day, a filter that is bound.
type asking struct {
	ctx    context.Context
	tx     pgx.Tx
	org    int64
	today  string
	filter accounts.Filter
	places accounts.Filter // those of the filter alone; see placesOf
	wanted Wanted

	byTerritory bool // the actor sees the accounts of their territories
}

func (a *asking) statement() *accounts.Statement { return accounts.NewStatement(a.org, a.today) }

// finish works out what follows from counts.
func (f *Figures) finish() {
	if n := f.Customers + f.Prospects; n > 0 {
		share := float64(f.Customers) / float64(n)
		f.Penetration = &share
	}
}

// sums are the columns that columnsOf reads, as sums of rows with the alias.
const sumColumns = `coalesce(sum(revenue_key), 0)::bigint, coalesce(sum(potential_key), 0)::bigint,
	coalesce(sum(greatest(potential_key - revenue_key, 0)), 0)::bigint`

func coverageColumns(q *accounts.Statement) string {
	coverage := accounts.CoverageSQL("due_on", q.Day())
	var parts []string
	for _, c := range []accounts.Coverage{accounts.CoverageNever, accounts.CoverageOnTrack, accounts.CoverageDue, accounts.CoverageOverdue} {
		parts = append(parts, "count(*) filter (where "+coverage+" = '"+string(c)+"')")
	}
	return strings.Join(parts, ", ")
}

// worth reads counts, money and coverage of rows with status, due_on, revenue_key
// and potential_key in one pass into the figures that at returns for a region.
func (a *asking) worth(q *accounts.Statement, from string, grouped bool, at func(hexgrid.Cell) *Figures) error {
	region, group := "0::bigint", ""
	if grouped {
		region, group = "region", " group by 1"
	}
	rows, err := a.tx.Query(a.ctx, `select `+region+`, count(*), count(*) filter (where status = 'customer'), count(*) filter (where status = 'prospect'),
		`+sumColumns+`, `+coverageColumns(q)+` from `+from+group, q.Args()...)
	if err != nil {
		return fmt.Errorf("sum up accounts: %w", err)
	}
	var cell hexgrid.Cell
	var all, customers, prospects int
	var revenue, potential, white int64
	var c Coverage
	_, err = pgx.ForEachRow(rows, []any{&cell, &all, &customers, &prospects, &revenue, &potential, &white, &c.Never, &c.OnTrack, &c.Due, &c.Overdue}, func() error {
		f := at(cell)
		f.Accounts, f.Customers, f.Prospects = all, customers, prospects
		if a.wanted.has(GroupMoney) {
			f.Revenue, f.Potential, f.WhiteSpace = hundredths(revenue), hundredths(potential), hundredths(white)
		}
		if a.wanted.has(GroupCoverage) {
			copied := c
			f.Coverage = &copied
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("sum up accounts: %w", err)
	}
	return nil
}

// worthWanted tells whether more than counts is wanted of accounts themselves.
func (a *asking) worthWanted() bool { return a.wanted.has(GroupMoney) || a.wanted.has(GroupCoverage) }

func hundredths(v int64) *float64 {
	amount := float64(v) / 100
	return &amount
}

// visited is a select of account_id and n, the visits of the period.
func (a *asking) visited(q *accounts.Statement) string {
	zone := "(select o.time_zone from organisations o where o.org_id = " + q.Org() + ")"
	return `select v.account_id, count(*) as n from activities v
		where v.org_id = ` + q.Org() + ` and v.kind = 'visit' and v.deleted_at is null
		  and v.happened_at >= (` + q.Arg(a.wanted.From) + `::timestamp at time zone ` + zone + `)
		  and v.happened_at < ((` + q.Arg(a.wanted.To) + `::timestamp + interval '1 day') at time zone ` + zone + `)
		group by 1`
}

// visits counts the visits of the period. Who was visited is read first, and then
// where those of them are that the filter means: of a join the planner may believe
// that either side is small. from yields account_id and, when grouped, region of
// the accounts of a filter.
func (a *asking) visits(from func(*accounts.Statement, accounts.Filter) string, grouped bool, at func(hexgrid.Cell) *Figures) error {
	if !a.wanted.has(GroupVisits) {
		return nil
	}
	q := a.statement()
	rows, err := a.tx.Query(a.ctx, a.visited(q), q.Args()...)
	if err != nil {
		return fmt.Errorf("count visits: %w", err)
	}
	visits := map[int64]int{}
	visited := a.filter
	visited.IDs = []int64{}
	var id int64
	var n int
	if _, err := pgx.ForEachRow(rows, []any{&id, &n}, func() error {
		if a.filter.IDs == nil || slices.Contains(a.filter.IDs, id) {
			visits[id] = n
			visited.IDs = append(visited.IDs, id)
		}
		return nil
	}); err != nil {
		return fmt.Errorf("count visits: %w", err)
	}
	if len(visits) == 0 {
		return nil
	}
	slices.Sort(visited.IDs)
	region := "0::bigint"
	if grouped {
		region = "region"
	}
	q = a.statement()
	rows, err = a.tx.Query(a.ctx, `select `+region+`, account_id from `+from(q, visited), q.Args()...)
	if err != nil {
		return fmt.Errorf("count visits: %w", err)
	}
	var cell hexgrid.Cell
	_, err = pgx.ForEachRow(rows, []any{&cell, &id}, func() error {
		*at(cell).Visits += visits[id]
		return nil
	})
	if err != nil {
		return fmt.Errorf("count visits: %w", err)
	}
	return nil
}
