package accounts

import "fmt"

// The primary sites keep the accounts of each kind in the order of their cities
// (migration 00237). An account without a site has no city, and comes where those
// with an empty one are.

// byCityOf are the primary sites as the accounts that a list by city walks, for
// filters that ask for these columns alone.
const byCityOf = `(select s.org_id, s.account_id as id, s.status, s.class, s.owner_id, s.team_id, s.territory_id, s.due_on,
	null::timestamptz as archived_at, lower(s.city) as city_key from sites s where s.is_primary and not s.archived)`

// inCities reports whether the list is by city and can be walked by sites. Who
// sees by territory may see an account and not its site.
func (p *pager) inCities() bool {
	if !p.sort.cities || p.f.hits != nil || p.f.bySite {
		return false
	}
	_, counted := p.f.counted()
	return counted
}

// byCity lists kinds by the cities of their sites.
func (p *pager) byCity(kinds []bunch, share float64) ([]found, error) {
	siteless, err := p.siteless()
	if err != nil {
		return nil, err
	}
	first, empty := p.from == nil && !p.sort.descending, p.from != nil && p.from.Key == ""
	p.withSiteless = siteless && (first || empty)
	hits, err := p.grouped(p.plan(kinds, share))
	if err != nil || p.withSiteless || !siteless || !p.sort.descending || len(hits) == p.rows && hits[len(hits)-1].key != "" {
		return hits, err
	}
	p.withSiteless = true // behind the last city, where the page ends
	return p.grouped(p.plan(kinds, share))
}

// placedByCity sorts all accounts of the filter's shapes. Most have their primary
// site there, and no account is fetched.
func (p *pager) placedByCity() ([]found, error) {
	q := p.statement()
	return p.collect(q, `
		select a.id, a.city_key, 0 from (
		  select hit.account_id as id, coalesce(hit.city, (
		    select lower(o.city) from sites o where o.org_id = `+q.Org()+` and o.account_id = hit.account_id and o.is_primary), '') as city_key
		  from (
		    select s.account_id, max(lower(s.city)) filter (where s.is_primary) as city
		    from `+p.f.Sites(q, "s.account_id, s.city, s.is_primary")+` group by 1) hit) a
		where true`+p.sort.afterKey(q, p.from, "a.city_key")+p.order(q, p.sort.orderByKey("a.city_key")))
}

// siteless reports whether there are accounts without a site: more accounts than
// primary sites, by the sums that are kept of both.
func (p *pager) siteless() (found bool, err error) {
	q := p.statement()
	sums := func(level, cells string) string {
		return `(select coalesce(sum(k.pa + k.pb + k.pc + k.ca + k.cb + k.cc + k.fa + k.fb + k.fc), 0)
			from account_counts k where k.org_id = ` + q.Org() + ` and k.level = ` + level + `)
			+ (select coalesce(sum(s.n), 0) from account_count_changes s where s.org_id = ` + q.Org() + ` and ` + cells + `)`
	}
	err = q.queryRow(p.ctx, p.tx, `select `+sums("-1", "s.cell = 0")+` <> `+sums(fmt.Sprint(coarsestCounted), "s.cell <> 0")).Scan(&found)
	return found, err
}

// ofNoCity reads the accounts without a site of groups, as far as a page has room.
func (p *pager) ofNoCity(q *Statement, groups []bunch) string {
	from, match, _ := p.groups(q, groups)
	id := "a.id"
	if p.sort.descending {
		id += " desc"
	}
	return `(select a.id, '' as key, '' as groupkey, 0 as i from accounts a
		where exists (select from ` + from + ` where ` + match + `) and ` + p.f.conditions(q, accountsTable) + p.placed(q) + `
		  and not exists (select from sites s where s.org_id = a.org_id and s.account_id = a.id and s.is_primary)` +
		p.sort.afterKey(q, p.from, "''") + ` order by ` + id + ` limit ` + q.Arg(p.rows) + `::bigint)`
}
