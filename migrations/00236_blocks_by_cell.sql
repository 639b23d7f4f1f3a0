-- Why: the fold took so many marks at a time. After an import a cell has thousands of
-- them, and its blocks were written anew each time some of them were taken. Now it
-- takes so many cells, each with all of its marks.
-- Cost: none on data.

-- +goose Up
drop function fold_site_blocks(bigint);

-- Writes the blocks of at most so many marked cells of the organisation anew and
-- returns how many cells there were. One at a time; who comes second leaves it to the
-- first.
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
  with due as materialized (
    select distinct c.cell, c.cell | (4095::bigint << 9) as last from site_block_changes c where c.org_id = org order by c.cell limit most
  ), taken as (
    delete from site_block_changes c where c.org_id = org and c.cell in (select d.cell from due d)
  ), gone as (
    delete from site_blocks b where b.org_id = org and b.cell in (select d.cell from due d)
  ), put as (
    insert into site_blocks (org_id, cell, owner_id, team_id, territory_id, n, places, names)
    select org, d.cell, s.owner_id, s.team_id, s.territory_id, count(*),
      string_agg(site_place(s.id, s.account_id, s.point, s.cell, s.due_on, s.status, s.class, s.is_primary), ''::bytea order by s.id),
      string_agg(site_label(s.account_name), ''::bytea order by s.id)
    from due d cross join lateral (
      select s.* from sites s
      where s.org_id = org and not s.archived and s.cell between d.cell and d.last offset 0) s
    group by d.cell, s.owner_id, s.team_id, s.territory_id
  )
  select count(*) into folded from due;
  return folded;
end
$$;
-- +goose StatementEnd
revoke all on function fold_site_blocks(bigint) from public;
grant execute on function fold_site_blocks(bigint) to waymark_app;

-- +goose Down
drop function fold_site_blocks(bigint);
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
revoke all on function fold_site_blocks(bigint) from public;
grant execute on function fold_site_blocks(bigint) to waymark_app;
