-- Why: a map of a city shows thousands of points, and reading, checking and sending
-- thousands of rows is most of what such a tile cost. The current sites of a cell
-- (H3 resolution 8) that have the same owner, team and territory now also lie
-- together in one row, as bytes in the order in which tiles need them. Owner, team
-- and territory are what the policies decide by, so who may see a site may see its
-- block and nobody else.
--
-- A change marks its cell (site_block_changes) and waits for nobody. The block of a
-- marked cell is not read: readers put it together from sites, in the same
-- statement. A job (fold_site_blocks) writes the blocks of marked cells anew, in one
-- statement, so that everybody sees either the mark or the new block.
-- Cost: reads sites once; 1,000,000 take about 10 s.

-- +goose Up
create table site_blocks (
  org_id       bigint not null references organisations on delete cascade,
  id           bigint generated always as identity,
  cell         bigint not null, -- first_cell(cell, 8) of its sites
  owner_id     bigint,
  team_id      bigint,
  territory_id bigint,
  n            integer not null, -- how many sites
  places       bytea not null, -- site_place of each, by id
  names        bytea not null, -- site_label of each, in the same order
  primary key (org_id, id)
) with (autovacuum_vacuum_scale_factor = 0.05);
-- Read as they are: packing and unpacking would cost more than it spares.
alter table site_blocks alter column places set storage external, alter column names set storage external;
create index site_blocks_cell on site_blocks (org_id, cell);
call protect_tenant_table('site_blocks');
call restrict_territorial_table('site_blocks');

create table site_block_changes (
  org_id bigint not null references organisations on delete cascade,
  id     bigint generated always as identity,
  cell   bigint not null,
  primary key (org_id, id)
) with (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_insert_threshold = -1);
create index site_block_changes_cell on site_block_changes (org_id, cell);
call protect_tenant_table('site_block_changes');

-- Written by the triggers and the fold below only.
revoke insert, update, delete on site_blocks, site_block_changes from waymark_app;

-- 41 bytes, numbers with the highest byte first: id, account, longitude and latitude
-- (8 each), the digits of the cell below resolution 8 (2), the day on which a visit
-- is due in days since 2000-01-01 (4, all zeros but the first bit for none), first
-- letter of the status, class, and whether the site is the primary one (t or f).
create function site_place(id bigint, account_id bigint, point geometry, cell bigint, due_on date, status text, class text, is_primary boolean) returns bytea
  language sql immutable parallel safe
  return int8send(id) || int8send(account_id) || float8send(st_x(point)) || float8send(st_y(point))
    || int2send(((cell >> 9) & 4095)::smallint) || coalesce(date_send(due_on), '\x80000000'::bytea)
    || (left(status, 1) || class || case when is_primary then 't' else 'f' end)::bytea;

-- Two bytes of length and the name in UTF-8.
create function site_label(name text) returns bytea
  language sql immutable parallel safe
  return int2send(octet_length(name)::smallint) || convert_to(name, 'UTF8');

-- +goose StatementBegin
create function sites_marked() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    insert into site_block_changes (org_id, cell)
    select distinct s.org_id, first_cell(s.cell, 8)
    from former o join fresh n on n.org_id = o.org_id and n.id = o.id
    cross join lateral (values (o.org_id, o.cell, o.archived), (n.org_id, n.cell, n.archived)) s (org_id, cell, archived)
    where not s.archived
      and (o.account_id, o.cell, o.point, o.archived, o.owner_id, o.team_id, o.territory_id, o.due_on, o.status, o.class, o.is_primary, o.account_name)
        is distinct from (n.account_id, n.cell, n.point, n.archived, n.owner_id, n.team_id, n.territory_id, n.due_on, n.status, n.class, n.is_primary, n.account_name);
  elsif tg_op = 'INSERT' then
    insert into site_block_changes (org_id, cell)
    select distinct s.org_id, first_cell(s.cell, 8) from fresh s where not s.archived;
  else
    -- Without those of organisations that are removed as a whole.
    insert into site_block_changes (org_id, cell)
    select distinct s.org_id, first_cell(s.cell, 8) from former s
    where not s.archived and exists (select from organisations o where o.org_id = s.org_id);
  end if;
  return null;
end
$$;
-- +goose StatementEnd
create trigger sites_marked_insert after insert on sites referencing new table as fresh
  for each statement execute function sites_marked();
create trigger sites_marked_update after update on sites referencing old table as former new table as fresh
  for each statement execute function sites_marked();
create trigger sites_marked_delete after delete on sites referencing old table as former
  for each statement execute function sites_marked();

-- Writes the blocks of at most so many marks of the organisation anew and returns how
-- many marks there were. One at a time; who comes second leaves it to the first.
-- +goose StatementBegin
create function fold_site_blocks(most bigint) returns bigint
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
-- +goose StatementEnd

-- Writes all blocks anew, for all organisations: at the first time, and after rows
-- were written past the triggers. The table of sites takes no changes meanwhile.
-- +goose StatementBegin
create procedure rebuild_site_blocks()
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
call rebuild_site_blocks();

revoke all on function fold_site_blocks(bigint), sites_marked() from public;
revoke all on procedure rebuild_site_blocks() from public;
grant execute on function fold_site_blocks(bigint) to waymark_app;

-- +goose Down
drop procedure rebuild_site_blocks();
drop function fold_site_blocks(bigint);
drop trigger sites_marked_delete on sites;
drop trigger sites_marked_update on sites;
drop trigger sites_marked_insert on sites;
drop function sites_marked();
drop function site_label(text);
drop function site_place(bigint, bigint, geometry, bigint, date, text, text, boolean);
drop table site_block_changes, site_blocks;
