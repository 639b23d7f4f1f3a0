-- Why: at a million accounts, a map of a whole state and a total over everything
-- read a million rows. Now the numbers of accounts are kept by cell, owner and
-- team, for cells of resolution 3 to 8, and those of all accounts, with a place or
-- without, by owner, team and the day on which a visit is due. Rows carry owner and
-- team because that decides who sees them: the policies of accounts hold here too,
-- so that everybody's sums are those of the accounts that they see.
--
-- Changes are appended and never wait for one another; readers add them to the
-- sums. A job folds them into the sums now and then (fold_account_counts), in one
-- transaction, so that every statement sees either both before or both after.
--
-- Primary sites are counted, each account once. The few further sites are looked
-- up by their own index (sites_cell_further).
-- Cost: reads accounts and sites once; 1,000,000 take about 15 s.

-- +goose Up
create table account_counts (
  org_id   bigint not null references organisations on delete cascade,
  id       bigint generated always as identity,
  level    smallint not null check (level between -1 and 8), -- resolution; -1: all accounts
  cell     bigint not null, -- the first stored cell of the cell that is meant; 0 for all accounts
  owner_id bigint,
  team_id  bigint,
  due_on   date, -- of all accounts only
  -- By status (prospect, customer, former) and class.
  pa integer not null, pb integer not null, pc integer not null,
  ca integer not null, cb integer not null, cc integer not null,
  fa integer not null, fb integer not null, fc integer not null,
  -- Sums over their places: how many lie west of Greenwich, millionths of degrees.
  west integer not null, lon bigint not null, lat bigint not null,
  primary key (org_id, id)
) with (fillfactor = 70);
create unique index account_counts_cell on account_counts
  (org_id, level, cell, (coalesce(owner_id, 0)), (coalesce(team_id, 0)), (coalesce(due_on, 'infinity'::date)));
call protect_tenant_table('account_counts');
call restrict_owned_table('account_counts');

create table account_count_changes (
  org_id   bigint not null references organisations on delete cascade,
  id       bigint generated always as identity,
  cell     bigint not null, -- as in account_counts at level 8; 0 for all accounts
  owner_id bigint,
  team_id  bigint,
  due_on   date,
  status   text not null,
  class    text not null,
  n        integer not null,
  west     integer not null default 0,
  lon      bigint not null default 0,
  lat      bigint not null default 0,
  primary key (org_id, id)
) with (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_insert_threshold = -1);
create index account_count_changes_cell on account_count_changes (org_id, cell);
call protect_tenant_table('account_count_changes');
call restrict_owned_table('account_count_changes');

-- Written by the triggers and the fold below only.
revoke insert, update, delete on account_counts, account_count_changes from waymark_app;

-- The first of the stored cells (resolution 12) within the cell of a resolution
-- that holds a stored cell: H3 keeps three bits a resolution, finest last.
create function first_cell(cell bigint, resolution integer) returns bigint
  language sql immutable parallel safe
  return cell & ~(((1::bigint << (3 * (12 - resolution))) - 1) << 9);

-- +goose StatementBegin
create function sites_counted() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    insert into account_count_changes (org_id, cell, owner_id, team_id, status, class, n, west, lon, lat)
    select s.org_id, first_cell(s.cell, 8), s.owner_id, s.team_id, s.status, s.class, s.n,
      s.n * (st_x(s.point) < 0)::int, s.n * round(st_x(s.point) * 1e6)::bigint, s.n * round(st_y(s.point) * 1e6)::bigint
    from (values
      (-1, old.org_id, old.cell, old.owner_id, old.team_id, old.status, old.class, old.point, old.is_primary and not old.archived),
      (+1, new.org_id, new.cell, new.owner_id, new.team_id, new.status, new.class, new.point, new.is_primary and not new.archived))
      s (n, org_id, cell, owner_id, team_id, status, class, point, counts)
    where s.counts;
  elsif tg_op = 'INSERT' then
    insert into account_count_changes (org_id, cell, owner_id, team_id, status, class, n, west, lon, lat)
    select s.org_id, first_cell(s.cell, 8), s.owner_id, s.team_id, s.status, s.class, count(*),
      sum((st_x(s.point) < 0)::int), sum(round(st_x(s.point) * 1e6)::bigint), sum(round(st_y(s.point) * 1e6)::bigint)
    from changed s where s.is_primary and not s.archived
    group by 1, 2, 3, 4, 5, 6;
  else
    -- Without those of organisations that are removed as a whole.
    insert into account_count_changes (org_id, cell, owner_id, team_id, status, class, n, west, lon, lat)
    select s.org_id, first_cell(s.cell, 8), s.owner_id, s.team_id, s.status, s.class, -count(*),
      -sum((st_x(s.point) < 0)::int), -sum(round(st_x(s.point) * 1e6)::bigint), -sum(round(st_y(s.point) * 1e6)::bigint)
    from changed s where s.is_primary and not s.archived and exists (select from organisations o where o.org_id = s.org_id)
    group by 1, 2, 3, 4, 5, 6;
  end if;
  return null;
end
$$;
-- +goose StatementEnd
create trigger sites_counted_insert after insert on sites referencing new table as changed
  for each statement execute function sites_counted();
create trigger sites_counted_delete after delete on sites referencing old table as changed
  for each statement execute function sites_counted();
create trigger sites_counted_update after update on sites for each row
  when (old.cell <> new.cell or st_x(old.point) <> st_x(new.point) or st_y(old.point) <> st_y(new.point) or old.is_primary <> new.is_primary or old.archived <> new.archived
     or old.status <> new.status or old.class <> new.class
     or old.owner_id is distinct from new.owner_id or old.team_id is distinct from new.team_id)
  execute function sites_counted();

-- +goose StatementBegin
create function accounts_counted() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    insert into account_count_changes (org_id, cell, owner_id, team_id, due_on, status, class, n)
    select a.org_id, 0, a.owner_id, a.team_id, a.due_on, a.status, a.class, a.n
    from (values
      (-1, old.org_id, old.owner_id, old.team_id, old.due_on, old.status, old.class, old.archived_at),
      (+1, new.org_id, new.owner_id, new.team_id, new.due_on, new.status, new.class, new.archived_at))
      a (n, org_id, owner_id, team_id, due_on, status, class, archived_at)
    where a.archived_at is null;
  elsif tg_op = 'INSERT' then
    insert into account_count_changes (org_id, cell, owner_id, team_id, due_on, status, class, n)
    select a.org_id, 0, a.owner_id, a.team_id, a.due_on, a.status, a.class, count(*)
    from changed a where a.archived_at is null
    group by 1, 3, 4, 5, 6, 7;
  else
    insert into account_count_changes (org_id, cell, owner_id, team_id, due_on, status, class, n)
    select a.org_id, 0, a.owner_id, a.team_id, a.due_on, a.status, a.class, -count(*)
    from changed a where a.archived_at is null and exists (select from organisations o where o.org_id = a.org_id)
    group by 1, 3, 4, 5, 6, 7;
  end if;
  return null;
end
$$;
-- +goose StatementEnd
create trigger accounts_counted_insert after insert on accounts referencing new table as changed
  for each statement execute function accounts_counted();
create trigger accounts_counted_delete after delete on accounts referencing old table as changed
  for each statement execute function accounts_counted();
create trigger accounts_counted_update after update on accounts for each row
  when (old.status <> new.status or old.class <> new.class or old.due_on is distinct from new.due_on
     or old.owner_id is distinct from new.owner_id or old.team_id is distinct from new.team_id
     or (old.archived_at is null) <> (new.archived_at is null))
  execute function accounts_counted();

-- Adds the changes of the organisation to its sums and returns how many there were.
-- One at a time; who comes second leaves it to the first.
-- +goose StatementBegin
create function fold_account_counts() returns bigint
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  org    bigint := current_org();
  folded bigint;
begin
  if org is null or not pg_try_advisory_xact_lock(hashtextextended('account_counts:' || org, 0)) then
    return 0;
  end if;
  with taken as (
    delete from account_count_changes where org_id = org returning *
  ), levelled as (
    select -1 as level, 0::bigint as at, t.* from taken t where t.cell = 0
    union all
    select l, first_cell(t.cell, l), t.* from taken t cross join generate_series(3, 8) l where t.cell <> 0
  ), summed as (
    select level, at, owner_id, team_id, due_on,
      coalesce(sum(n) filter (where status = 'prospect' and class = 'A'), 0) as pa,
      coalesce(sum(n) filter (where status = 'prospect' and class = 'B'), 0) as pb,
      coalesce(sum(n) filter (where status = 'prospect' and class = 'C'), 0) as pc,
      coalesce(sum(n) filter (where status = 'customer' and class = 'A'), 0) as ca,
      coalesce(sum(n) filter (where status = 'customer' and class = 'B'), 0) as cb,
      coalesce(sum(n) filter (where status = 'customer' and class = 'C'), 0) as cc,
      coalesce(sum(n) filter (where status = 'former' and class = 'A'), 0) as fa,
      coalesce(sum(n) filter (where status = 'former' and class = 'B'), 0) as fb,
      coalesce(sum(n) filter (where status = 'former' and class = 'C'), 0) as fc,
      sum(west) as west, sum(lon) as lon, sum(lat) as lat
    from levelled group by 1, 2, 3, 4, 5
  ), put as (
    insert into account_counts as k (org_id, level, cell, owner_id, team_id, due_on, pa, pb, pc, ca, cb, cc, fa, fb, fc, west, lon, lat)
    select org, level, at, owner_id, team_id, due_on, pa, pb, pc, ca, cb, cc, fa, fb, fc, west, lon, lat from summed
    on conflict (org_id, level, cell, (coalesce(owner_id, 0)), (coalesce(team_id, 0)), (coalesce(due_on, 'infinity'::date))) do update set
      pa = k.pa + excluded.pa, pb = k.pb + excluded.pb, pc = k.pc + excluded.pc,
      ca = k.ca + excluded.ca, cb = k.cb + excluded.cb, cc = k.cc + excluded.cc,
      fa = k.fa + excluded.fa, fb = k.fb + excluded.fb, fc = k.fc + excluded.fc,
      west = k.west + excluded.west, lon = k.lon + excluded.lon, lat = k.lat + excluded.lat
  )
  select count(*) into folded from taken;
  return folded;
end
$$;
-- +goose StatementEnd

-- Counts everything anew, for all organisations: at the first time, and after rows
-- were written past the triggers. The two tables take no changes meanwhile.
-- +goose StatementBegin
create procedure recount_accounts()
  language plpgsql as $$
begin
  lock table accounts, sites in share mode;
  delete from account_count_changes;
  delete from account_counts;
  insert into account_counts (org_id, level, cell, owner_id, team_id, due_on, pa, pb, pc, ca, cb, cc, fa, fb, fc, west, lon, lat)
  select org_id, level, cell, owner_id, team_id, due_on,
    count(*) filter (where status = 'prospect' and class = 'A'), count(*) filter (where status = 'prospect' and class = 'B'), count(*) filter (where status = 'prospect' and class = 'C'),
    count(*) filter (where status = 'customer' and class = 'A'), count(*) filter (where status = 'customer' and class = 'B'), count(*) filter (where status = 'customer' and class = 'C'),
    count(*) filter (where status = 'former' and class = 'A'), count(*) filter (where status = 'former' and class = 'B'), count(*) filter (where status = 'former' and class = 'C'),
    coalesce(sum((lon < 0)::int), 0), coalesce(sum(lon), 0), coalesce(sum(lat), 0)
  from (
    select a.org_id, -1 as level, 0::bigint as cell, a.owner_id, a.team_id, a.due_on, a.status, a.class, null::bigint as lon, null::bigint as lat
    from accounts a where a.archived_at is null
    union all
    select s.org_id, 8, first_cell(s.cell, 8), s.owner_id, s.team_id, null, s.status, s.class,
      round(st_x(s.point) * 1e6)::bigint, round(st_y(s.point) * 1e6)::bigint
    from sites s where s.is_primary and not s.archived
  ) one group by 1, 2, 3, 4, 5, 6;
  insert into account_counts (org_id, level, cell, owner_id, team_id, due_on, pa, pb, pc, ca, cb, cc, fa, fb, fc, west, lon, lat)
  select org_id, l, first_cell(cell, l), owner_id, team_id, null,
    sum(pa), sum(pb), sum(pc), sum(ca), sum(cb), sum(cc), sum(fa), sum(fb), sum(fc), sum(west), sum(lon), sum(lat)
  from account_counts cross join generate_series(3, 7) l where level = 8
  group by 1, 2, 3, 4, 5;
end
$$;
-- +goose StatementEnd
call recount_accounts();

revoke all on function fold_account_counts() from public;
revoke all on procedure recount_accounts() from public;
grant execute on function fold_account_counts() to waymark_app;

-- +goose Down
drop procedure recount_accounts();
drop function fold_account_counts();
drop trigger accounts_counted_update on accounts;
drop trigger accounts_counted_delete on accounts;
drop trigger accounts_counted_insert on accounts;
drop function accounts_counted();
drop trigger sites_counted_update on sites;
drop trigger sites_counted_delete on sites;
drop trigger sites_counted_insert on sites;
drop function sites_counted();
drop function first_cell(bigint, integer);
drop table account_count_changes, account_counts;
