-- Why: groups of a crowded tile lie too close by cells of resolution 9; by cells of
-- resolution 8 the sums that are kept anyway (00110) are as quick, so blocks of sites
-- need no numbers of their own.
-- Cost: none on data.

-- +goose Up
alter table site_blocks drop column crowds;
drop function site_crowd(bigint, bigint, bigint, bigint, bigint, double precision, double precision);
-- +goose StatementBegin
create or replace function fold_site_blocks(most bigint) returns bigint
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  org    bigint := current_org();
  folded bigint;
begin
  if org is null or not pg_try_advisory_xact_lock(hashtextextended('site_blocks:' || org, 0)) then
    return 0;
  end if;
  with taken as (
    delete from site_block_changes c
    where c.org_id = org and c.id in (select o.id from site_block_changes o where o.org_id = org order by o.id limit most)
    returning c.cell
  ), marked as materialized (
    select distinct t.cell, t.cell | (4095::bigint << 9) as last from taken t
  ), gone as (
    delete from site_blocks b where b.org_id = org and b.cell in (select m.cell from marked m)
  ), put as (
    insert into site_blocks (org_id, cell, owner_id, team_id, territory_id, n, places, names)
    select org, m.cell, s.owner_id, s.team_id, s.territory_id, count(*),
      string_agg(site_place(s.id, s.account_id, s.point, s.cell, s.due_on, s.status, s.class, s.is_primary), ''::bytea order by s.id),
      string_agg(site_label(s.account_name), ''::bytea order by s.id)
    from marked m cross join lateral (
      select s.* from sites s
      where s.org_id = org and not s.archived and s.cell between m.cell and m.last offset 0) s
    group by m.cell, s.owner_id, s.team_id, s.territory_id
  )
  select count(*) into folded from taken;
  return folded;
end
$$;
create or replace procedure rebuild_site_blocks()
  language plpgsql as $$
begin
  lock table sites in share mode;
  delete from site_block_changes;
  delete from site_blocks;
  insert into site_blocks (org_id, cell, owner_id, team_id, territory_id, n, places, names)
  select s.org_id, first_cell(s.cell, 8) as first, s.owner_id, s.team_id, s.territory_id, count(*),
    string_agg(site_place(s.id, s.account_id, s.point, s.cell, s.due_on, s.status, s.class, s.is_primary), ''::bytea order by s.id),
    string_agg(site_label(s.account_name), ''::bytea order by s.id)
  from sites s where not s.archived
  group by s.org_id, first, s.owner_id, s.team_id, s.territory_id
  order by s.org_id, first;
end
$$;
-- +goose StatementEnd

-- +goose Down
alter table site_blocks add column crowds bytea not null default '';
alter table site_blocks alter column crowds set storage external;

-- 34 bytes: the digit of resolution 9 (2), accounts, customers, prospects and sites
-- (4 each), sums of the longitudes and latitudes of the sites (8 each).
create function site_crowd(digit bigint, accounts bigint, customers bigint, prospects bigint, sites bigint, lon float8, lat float8) returns bytea
  language sql immutable parallel safe
  return int2send(digit::smallint) || int4send(accounts::integer) || int4send(customers::integer) || int4send(prospects::integer)
    || int4send(sites::integer) || float8send(lon) || float8send(lat);

-- +goose StatementBegin
create or replace function fold_site_blocks(most bigint) returns bigint
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  org    bigint := current_org();
  folded bigint;
begin
  if org is null or not pg_try_advisory_xact_lock(hashtextextended('site_blocks:' || org, 0)) then
    return 0;
  end if;
  with taken as (
    delete from site_block_changes c
    where c.org_id = org and c.id in (select o.id from site_block_changes o where o.org_id = org order by o.id limit most)
    returning c.cell
  ), marked as materialized (
    select distinct t.cell, t.cell | (4095::bigint << 9) as last from taken t
  ), gone as (
    delete from site_blocks b where b.org_id = org and b.cell in (select m.cell from marked m)
  ), parts as (
    select m.cell, s.owner_id, s.team_id, s.territory_id, (s.cell >> 18) & 7 as digit, count(*) as n,
      string_agg(site_place(s.id, s.account_id, s.point, s.cell, s.due_on, s.status, s.class, s.is_primary), ''::bytea order by s.id) as places,
      string_agg(site_label(s.account_name), ''::bytea order by s.id) as names,
      site_crowd((s.cell >> 18) & 7, count(distinct s.account_id), count(distinct s.account_id) filter (where s.status = 'customer'),
        count(distinct s.account_id) filter (where s.status = 'prospect'), count(*), sum(st_x(s.point)), sum(st_y(s.point))) as crowd
    from marked m cross join lateral (
      select s.* from sites s
      where s.org_id = org and not s.archived and s.cell between m.cell and m.last offset 0) s
    group by 1, 2, 3, 4, 5
  ), put as (
    insert into site_blocks (org_id, cell, owner_id, team_id, territory_id, n, places, names, crowds)
    select org, p.cell, p.owner_id, p.team_id, p.territory_id, sum(p.n), string_agg(p.places, ''::bytea order by p.digit),
      string_agg(p.names, ''::bytea order by p.digit), string_agg(p.crowd, ''::bytea order by p.digit)
    from parts p group by p.cell, p.owner_id, p.team_id, p.territory_id
  )
  select count(*) into folded from taken;
  return folded;
end
$$;
create or replace procedure rebuild_site_blocks()
  language plpgsql as $$
begin
  lock table sites in share mode;
  delete from site_block_changes;
  delete from site_blocks;
  insert into site_blocks (org_id, cell, owner_id, team_id, territory_id, n, places, names, crowds)
  select p.org_id, p.cell, p.owner_id, p.team_id, p.territory_id, sum(p.n), string_agg(p.places, ''::bytea order by p.digit),
    string_agg(p.names, ''::bytea order by p.digit), string_agg(p.crowd, ''::bytea order by p.digit)
  from (
    select s.org_id, first_cell(s.cell, 8) as cell, s.owner_id, s.team_id, s.territory_id, (s.cell >> 18) & 7 as digit, count(*) as n,
      string_agg(site_place(s.id, s.account_id, s.point, s.cell, s.due_on, s.status, s.class, s.is_primary), ''::bytea order by s.id) as places,
      string_agg(site_label(s.account_name), ''::bytea order by s.id) as names,
      site_crowd((s.cell >> 18) & 7, count(distinct s.account_id), count(distinct s.account_id) filter (where s.status = 'customer'),
        count(distinct s.account_id) filter (where s.status = 'prospect'), count(*), sum(st_x(s.point)), sum(st_y(s.point))) as crowd
    from sites s where not s.archived
    group by s.org_id, first_cell(s.cell, 8), s.owner_id, s.team_id, s.territory_id, (s.cell >> 18) & 7) p
  group by p.org_id, p.cell, p.owner_id, p.team_id, p.territory_id
  order by p.org_id, p.cell;
end
$$;
-- +goose StatementEnd
call rebuild_site_blocks();

