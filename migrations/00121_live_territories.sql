-- Why: an account belongs to a territory of the live alignment: to that of an
-- exception, or else to that of the cell in which its primary site lies. Kept in
-- a column of accounts, with a copy in sites, so that filters, maps and the rules
-- of access ask a column. Whatever changes it (a new or moved site, an exception, a
-- publication) calls settle_territories for the accounts that it is about.
-- It says nothing by itself, so it is not in the trail, and no version goes up.
-- Cost: the new columns rewrite nothing; two indexes that are empty at first.

-- +goose Up
alter table accounts add column territory_id bigint;
alter table sites add column territory_id bigint;
create index accounts_territory on accounts (org_id, territory_id, id) where territory_id is not null;
create index sites_territory on sites (org_id, territory_id, account_id) where territory_id is not null and is_primary;

call audit_table('accounts', 'id', '{version,updated_at,created_at,created_by,search,territory_id}');
call audit_table('sites', 'account_id', '{account_id,updated_at,created_at,cell,status,class,owner_id,team_id,due_on,archived,revenue_key,potential_key,territory_id}');

-- Whether somebody's days in a territory are now, in the organisation's day.
-- +goose StatementBegin
create function territory_member_now(from_day date, to_day date, org bigint) returns boolean
  language sql stable parallel safe
  return from_day is null and to_day is null or (
    select (from_day is null or from_day <= d.today) and (to_day is null or to_day >= d.today)
    from (select (now() at time zone o.time_zone)::date as today from organisations o where o.org_id = org) d);
-- +goose StatementEnd

-- Gives accounts the territory that they belong to, and their sites its copy.
-- Returns how many accounts have another now. Acts as the owner, since what an
-- account belongs to does not depend on who has moved it.
-- +goose StatementBegin
create function settle_territories_of(org bigint, ids bigint[]) returns integer
  language plpgsql volatile security definer set search_path = public, pg_temp
  as $$
declare
  live    record;
  andmask bigint;
  ormask  bigint;
  changed bigint[];
begin
  select a.id, a.resolution into live from alignments a where a.org_id = org and a.state in ('live', 'publishing');
  if not found then
    with hit as (
      select a.id from accounts a where a.org_id = org and a.id = any (ids) and a.territory_id is not null order by a.id for update of a
    ), changed as (
      update accounts a set territory_id = null from hit where a.org_id = org and a.id = hit.id returning a.id
    )
    select array_agg(id) into changed from changed;
    update sites s set territory_id = null where s.org_id = org and s.account_id = any (ids) and s.territory_id is not null;
    return coalesce(cardinality(changed), 0);
  end if;
  -- A cell's ancestor, as geo/hexgrid has it: the resolution in bits 52 to 55, all
  -- finer digits 7.
  andmask := ~(15::bigint << 52);
  ormask := (live.resolution::bigint << 52) | ((1::bigint << (3 * (15 - live.resolution))) - 1);
  with wanted as (
    select a.id, coalesce(x.territory_id, c.territory_id) as territory
    from unnest(ids) i (id)
    join accounts a on a.org_id = org and a.id = i.id
    left join alignment_exceptions x on x.org_id = org and x.alignment_id = live.id and x.account_id = a.id
    left join sites s on s.org_id = org and s.account_id = a.id and s.is_primary
    left join territory_cells c on c.org_id = org and c.alignment_id = live.id and c.cell = ((s.cell & andmask) | ormask)
  ), hit as (
    select a.id, w.territory from accounts a join wanted w on w.id = a.id
    where a.org_id = org and a.territory_id is distinct from w.territory
    order by a.id for update of a
  ), changed as (
    update accounts a set territory_id = hit.territory from hit where a.org_id = org and a.id = hit.id returning a.id
  )
  select array_agg(id) into changed from changed;
  update sites s set territory_id = a.territory_id
    from accounts a
    where s.org_id = org and s.account_id = any (ids) and a.org_id = org and a.id = s.account_id and s.territory_id is distinct from a.territory_id;
  return coalesce(cardinality(changed), 0);
end
$$;
-- +goose StatementEnd
revoke all on function settle_territories_of(bigint, bigint[]) from public;

create function settle_territories(ids bigint[]) returns integer
  language sql volatile security definer set search_path = public, pg_temp
  as $$ select settle_territories_of(current_org(), ids) where current_org() is not null $$;
revoke all on function settle_territories(bigint[]) from public;
grant execute on function settle_territories(bigint[]) to waymark_app;

-- Sites that come, move, become the primary one, or go. What another trigger
-- changes in sites (the copies of their account) is no move.
-- +goose StatementBegin
create function sites_settle_insert() returns trigger
  language plpgsql security definer set search_path = public, pg_temp
  as $$
declare
  o record;
begin
  for o in select f.org_id, array_agg(distinct f.account_id) as ids from fresh f
    where exists (select from alignments a where a.org_id = f.org_id and a.state in ('live', 'publishing')) group by 1
  loop
    perform settle_territories_of(o.org_id, o.ids);
  end loop;
  return null;
end
$$;
create function sites_settle_update() returns trigger
  language plpgsql security definer set search_path = public, pg_temp
  as $$
declare
  o record;
begin
  for o in
    select m.org_id, array_agg(distinct m.account_id) as ids
    from (
      select f.org_id, unnest(array[f.account_id, b.account_id]) as account_id
      from fresh f join former b on b.org_id = f.org_id and b.id = f.id
      where (f.cell, f.is_primary, f.account_id) is distinct from (b.cell, b.is_primary, b.account_id)
    ) m
    where exists (select from alignments a where a.org_id = m.org_id and a.state in ('live', 'publishing')) group by 1
  loop
    perform settle_territories_of(o.org_id, o.ids);
  end loop;
  return null;
end
$$;
create function sites_settle_delete() returns trigger
  language plpgsql security definer set search_path = public, pg_temp
  as $$
declare
  o record;
begin
  for o in select b.org_id, array_agg(distinct b.account_id) as ids from former b
    where b.is_primary and exists (select from alignments a where a.org_id = b.org_id and a.state in ('live', 'publishing')) group by 1
  loop
    perform settle_territories_of(o.org_id, o.ids);
  end loop;
  return null;
end
$$;
-- +goose StatementEnd
revoke all on function sites_settle_insert(), sites_settle_update(), sites_settle_delete() from public;
create trigger sites_settle_insert after insert on sites referencing new table as fresh
  for each statement execute function sites_settle_insert();
create trigger sites_settle_update after update on sites referencing old table as former new table as fresh
  for each statement when (pg_trigger_depth() = 0) execute function sites_settle_update();
create trigger sites_settle_delete after delete on sites referencing old table as former
  for each statement when (pg_trigger_depth() = 0) execute function sites_settle_delete();

-- +goose Down
drop trigger sites_settle_insert on sites;
drop trigger sites_settle_update on sites;
drop trigger sites_settle_delete on sites;
drop function sites_settle_insert(), sites_settle_update(), sites_settle_delete(), settle_territories(bigint[]), settle_territories_of(bigint, bigint[]);
drop function territory_member_now(date, date, bigint);
call audit_table('accounts', 'id', '{version,updated_at,created_at,created_by,search}');
call audit_table('sites', 'account_id', '{account_id,updated_at,created_at,cell,status,class,owner_id,team_id,due_on,archived,revenue_key,potential_key}');
drop index sites_territory, accounts_territory;
alter table sites drop column territory_id;
alter table accounts drop column territory_id;
