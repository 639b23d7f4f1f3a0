package duplicates

// leastScore is the score from which a pair is worth a look.
const leastScore = 0.5

// nearResolution is the resolution of the hexagons within which accounts whose
// names begin alike are compared: 460 m to a side.
const nearResolution = 8

// judged scores the pairs (a, b) of a query, with their primary sites sa and sb.
// Names count up to 0.5 by their trigrams; a phone, a mail address, a website and
// a place in common count on top. What speaks against takes away: a place that is
// far, another number in another system.
const judged = `
	cross join lateral (select
	  case when a.match_name = b.match_name then 1 else similarity(lower(a.name), lower(b.name)) end as name,
	  a.match_phone = b.match_phone and a.match_phone <> '' as phone,
	  a.match_email = b.match_email and a.match_email <> '' as email,
	  a.match_web = b.match_web and a.match_web <> '' as web,
	  st_distancesphere(sa.point, sb.point) as metres,
	  a.external_id <> b.external_id and a.external_id <> '' and b.external_id <> '' as numbers) f
	cross join lateral (select greatest(0, least(1,
	  case when f.name >= 0.35 then 0.5 * f.name else 0 end
	  + case when f.email then 0.3 else 0 end + case when f.phone then 0.3 else 0 end + case when f.web then 0.2 else 0 end
	  + case when f.metres < 100 then 0.3 when f.metres < 1000 then 0.15 when f.metres > 20000 then -0.2 else 0 end
	  - case when f.numbers then 0.15 else 0 end)) as score) g
	cross join lateral (select jsonb_agg(r.reason) as reasons from (values
	  (case when f.name = 1 then jsonb_build_object('code', 'same_name', 'detail', '')
	    when f.name >= 0.35 then jsonb_build_object('code', 'similar_name', 'detail', round(100 * f.name)::text) end),
	  (case when f.email then jsonb_build_object('code', 'same_email', 'detail', a.match_email) end),
	  (case when f.phone then jsonb_build_object('code', 'same_phone', 'detail', '') end),
	  (case when f.web then jsonb_build_object('code', 'same_website', 'detail', a.match_web) end),
	  (case when f.metres < 100 then jsonb_build_object('code', 'same_place', 'detail', round(f.metres)::text)
	    when f.metres < 1000 then jsonb_build_object('code', 'near', 'detail', round(f.metres)::text)
	    when f.metres > 20000 then jsonb_build_object('code', 'far', 'detail', round(f.metres)::text) end),
	  (case when f.numbers then jsonb_build_object('code', 'different_number', 'detail', '') end)) as r (reason)
	  where r.reason is not null) h`

// findPairs fills duplicate_pairs. Candidates are pairs within a group of at most
// 12 accounts that share a key; each account is read a few times whole, and no
// account is compared with all the others. A cell of storage is shifted to its
// parent: 3 bits a resolution.
const findPairs = `
	with keys as (
	  select id, 'n' || match_name as k from accounts where org_id = $1 and archived_at is null and match_name <> ''
	  union all select id, 'p' || match_phone from accounts where org_id = $1 and archived_at is null and match_phone <> ''
	  union all select id, 'e' || match_email from accounts where org_id = $1 and archived_at is null and match_email <> ''
	  union all select id, 'w' || match_web from accounts where org_id = $1 and archived_at is null and match_web <> ''
	  union all select a.id, 'c' || left(a.match_name, 4) || (s.cell >> 21)
	    from sites s join accounts a on a.org_id = $1 and a.id = s.account_id
	    where s.org_id = $1 and not s.archived and a.archived_at is null
	  union all select c.account_id, 'p' || c.match_phone from contacts c where c.org_id = $1 and c.match_phone <> ''
	  union all select c.account_id, 'e' || c.match_email from contacts c where c.org_id = $1 and c.match_email <> ''),
	members as (select array_agg(distinct id) as ids from keys group by k having count(*) between 2 and 24),
	pairs as (
	  select distinct x.id as a_id, y.id as b_id
	  from members m cross join lateral unnest(m.ids) x(id) cross join lateral unnest(m.ids) y(id)
	  where cardinality(m.ids) between 2 and 12 and x.id < y.id)
	insert into duplicate_pairs (org_id, a_id, b_id, score, reasons)
	select $1, p.a_id, p.b_id, g.score, h.reasons
	from pairs p
	join accounts a on a.org_id = $1 and a.id = p.a_id and a.archived_at is null
	join accounts b on b.org_id = $1 and b.id = p.b_id and b.archived_at is null
	left join sites sa on sa.org_id = $1 and sa.account_id = a.id and sa.is_primary
	left join sites sb on sb.org_id = $1 and sb.account_id = b.id and sb.is_primary` + judged + `
	where g.score >= $2
	on conflict do nothing`

// likeDraft finds what an account in the making resembles.
const likeDraft = `
	with b as materialized (
	  select $2::text as name, match_name($2::text) as match_name, match_phone($3::text) as match_phone, match_email($4::text) as match_email,
	    match_web($5::text) as match_web, ''::text as external_id),
	sb as (select $6::geometry as point),
	candidates as (
	  (select a.id from accounts a, b where a.org_id = $1 and a.match_name = b.match_name and b.match_name <> '' limit 20)
	  union (select a.id from accounts a, b where a.org_id = $1 and a.match_phone = b.match_phone and a.match_phone <> '' limit 20)
	  union (select a.id from accounts a, b where a.org_id = $1 and a.match_email = b.match_email and a.match_email <> '' limit 20)
	  union (select a.id from accounts a, b where a.org_id = $1 and a.match_web = b.match_web and a.match_web <> '' limit 20)
	  union (select s.account_id from unnest($7::bigint[], $8::bigint[]) as r(lo, hi)
	    join sites s on s.org_id = $1 and s.cell between r.lo and r.hi and not s.archived limit 2000))
	select a.id, a.name, concat_ws(', ', nullif(concat_ws(' ', nullif(sa.housenumber, ''), nullif(sa.street, '')), ''), nullif(sa.city, '')) as address,
	  g.score, h.reasons
	from candidates c
	join accounts a on a.org_id = $1 and a.id = c.id and a.archived_at is null
	cross join b cross join sb
	left join sites sa on sa.org_id = $1 and sa.account_id = a.id and sa.is_primary` + judged + `
	where g.score >= $9
	order by g.score desc, a.id limit 5`
