-- Why: a live territory assigns its accounts by rule: an account that is new and
-- nobody's goes to who owns the territory in which it lies. Accounts that were
-- there before stay with whom they have until a publication or a handover.
-- Cost: none on data.

-- +goose Up
-- +goose StatementBegin
create or replace function sites_settle_insert() returns trigger
  language plpgsql security definer set search_path = public, pg_temp
  as $$
declare
  o record;
begin
  for o in select f.org_id, array_agg(distinct f.account_id) as ids, min(l.id) as live
    from fresh f join alignments l on l.org_id = f.org_id and l.state in ('live', 'publishing') group by 1
  loop
    perform settle_territories_of(o.org_id, o.ids);
    -- New is what this transaction has made.
    update accounts a set owner_id = m.user_id
    from (
      select distinct on (m.territory_id) m.territory_id, m.user_id from territory_members m
      where m.org_id = o.org_id and m.alignment_id = o.live and m.role = 'owner' and territory_member_now(m.from_day, m.to_day, o.org_id)
      order by m.territory_id, m.position
    ) m
    where a.org_id = o.org_id and a.id = any (o.ids) and a.territory_id = m.territory_id
      and a.owner_id is null and a.team_id is null and a.created_at = now();
  end loop;
  return null;
end
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
create or replace function sites_settle_insert() returns trigger
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
-- +goose StatementEnd
