-- Why: an organisation may say that a role sees, or edits, the accounts of one's
-- own territories: of those in which one is a member today, and those that one
-- owns. Held by the policies like the other rules. The sums of accounts by cell
-- do not know territories: who sees by territory has theirs counted one by one.
-- Cost: none on data.

-- +goose Up
alter table access_rules
  drop constraint access_rules_sees_check,
  drop constraint access_rules_edits_check,
  drop constraint access_rules_check,
  add constraint access_rules_sees_check check (sees in ('all', 'team', 'territory', 'own')),
  add constraint access_rules_edits_check check (edits in ('all', 'team', 'territory', 'own', 'none')),
  -- What cannot be seen cannot be edited.
  add constraint access_rules_check check (sees = 'all' or edits = 'none' or edits = 'own' or edits = sees);

-- +goose StatementBegin
create or replace function access_settings(org bigint, person bigint)
  returns table (name text, value text)
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select s.name, s.value
    from users u
    left join access_rules r on r.org_id = u.org_id and r.role = u.role
    cross join lateral (select coalesce(r.sees, 'all') as sees, coalesce(r.edits, 'all') as edits) w
    cross join lateral (
      select case when 'team' in (w.sees, w.edits) and u.team_id is not null
        then (select array_agg(m.id order by m.id) from users m where m.org_id = u.org_id and m.team_id = u.team_id)
        else array[u.id] end as team) m
    cross join lateral (
      select case when 'territory' in (w.sees, w.edits) then (
        select coalesce(array_agg(distinct k.territory_id order by k.territory_id), '{}')
        from alignments l join territory_members k on k.org_id = l.org_id and k.alignment_id = l.id
        where l.org_id = u.org_id and l.state in ('live', 'publishing') and k.user_id = u.id
          and territory_member_now(k.from_day, k.to_day, u.org_id)) end as mine) t
    cross join lateral (values
      ('app.sees_all', case w.sees when 'all' then 'on' else '' end),
      ('app.sees_people', case w.sees when 'team' then m.team::text when 'own' then array[u.id]::text when 'territory' then array[u.id]::text else '' end),
      ('app.sees_team', case w.sees when 'team' then coalesce(u.team_id, 0)::text else '' end),
      ('app.sees_territories', case w.sees when 'territory' then t.mine::text else '' end),
      ('app.edits_all', case w.edits when 'all' then 'on' else '' end),
      ('app.edits_people', case w.edits when 'team' then m.team::text when 'own' then array[u.id]::text when 'territory' then array[u.id]::text else '' end),
      ('app.edits_team', case w.edits when 'team' then coalesce(u.team_id, 0)::text else '' end),
      ('app.edits_territories', case w.edits when 'territory' then t.mine::text else '' end)) s (name, value)
    where u.org_id = org and u.id = person
  $$;
-- +goose StatementEnd

-- Puts a table with owner_id, team_id and territory_id under the rules, instead
-- of restrict_owned_table.
-- +goose StatementBegin
create procedure restrict_territorial_table(tbl regclass)
  language plpgsql as $$
declare
  allowed text := '(select nullif(current_setting(''app.%1$s_all'', true), '''')) is not null
    or owner_id = any ((select nullif(current_setting(''app.%1$s_people'', true), ''''))::bigint[])
    or team_id = (select nullif(current_setting(''app.%1$s_team'', true), '''')::bigint)
    or territory_id = any ((select nullif(current_setting(''app.%1$s_territories'', true), ''''))::bigint[])
    or (owner_id is null and team_id is null and (select nullif(current_setting(''app.%1$s_team'', true), '''')) is not null)';
begin
  execute format('drop policy if exists access_read on %1$s; drop policy if exists access_insert on %1$s; drop policy if exists access_update on %1$s; drop policy if exists access_delete on %1$s', tbl);
  execute format('create policy access_read on %s as restrictive for select to waymark_app using (', tbl) || format(allowed, 'sees') || ')';
  execute format('create policy access_insert on %s as restrictive for insert to waymark_app with check (', tbl) || format(allowed, 'edits') || ')';
  execute format('create policy access_update on %s as restrictive for update to waymark_app using (', tbl) || format(allowed, 'edits') || ')';
  execute format('create policy access_delete on %s as restrictive for delete to waymark_app using (', tbl) || format(allowed, 'edits') || ')';
end
$$;

-- As before, with territories.
create or replace procedure restrict_account_table(tbl regclass, open boolean)
  language plpgsql as $$
declare
  seen   text := format('(select nullif(current_setting(''app.sees_all'', true), '''')) is not null
    or account_id is null
    or exists (select from accounts a where a.org_id = %1$s.org_id and a.id = %1$s.account_id)', tbl);
  edited text := format('(select nullif(current_setting(''app.edits_all'', true), '''')) is not null
    or account_id is null
    or exists (select from accounts a where a.org_id = %1$s.org_id and a.id = %1$s.account_id and (
      (select nullif(current_setting(''app.edits_all'', true), '''')) is not null
      or a.owner_id = any ((select nullif(current_setting(''app.edits_people'', true), ''''))::bigint[])
      or a.team_id = (select nullif(current_setting(''app.edits_team'', true), '''')::bigint)
      or a.territory_id = any ((select nullif(current_setting(''app.edits_territories'', true), ''''))::bigint[])
      or (a.owner_id is null and a.team_id is null and (select nullif(current_setting(''app.edits_team'', true), '''')) is not null)))', tbl);
begin
  execute format('create policy access_read on %s as restrictive for select to waymark_app using (', tbl) || seen || ')';
  if open then
    edited := seen;
  end if;
  execute format('create policy access_insert on %s as restrictive for insert to waymark_app with check (', tbl) || edited || ')';
  execute format('create policy access_update on %s as restrictive for update to waymark_app using (', tbl) || edited || ')';
  execute format('create policy access_delete on %s as restrictive for delete to waymark_app using (', tbl) || edited || ')';
end
$$;

do $$
declare
  t record;
begin
  call restrict_territorial_table('accounts');
  call restrict_territorial_table('sites');
  -- Tables that hang on accounts and are changed by who may change the account.
  for t in
    select p.tablename from pg_policies p join pg_attribute a on a.attrelid = format('public.%I', p.tablename)::regclass and a.attname = 'account_id'
    where p.schemaname = 'public' and p.policyname = 'access_insert' and p.with_check like '%edits_people%'
      and not exists (select from pg_attribute o where o.attrelid = a.attrelid and o.attname = 'owner_id')
  loop
    execute format('drop policy access_read on %1$I; drop policy access_insert on %1$I; drop policy access_update on %1$I; drop policy access_delete on %1$I', t.tablename);
    call restrict_account_table(t.tablename::regclass, false);
  end loop;
end
$$;

create function account_is_seen(owner_id bigint, team_id bigint, territory_id bigint) returns boolean
  language sql stable parallel safe
  return nullif(current_setting('app.sees_all', true), '') is not null
    or owner_id = any (nullif(current_setting('app.sees_people', true), '')::bigint[])
    or team_id = nullif(current_setting('app.sees_team', true), '')::bigint
    or territory_id = any (nullif(current_setting('app.sees_territories', true), '')::bigint[])
    or (owner_id is null and team_id is null and nullif(current_setting('app.sees_team', true), '') is not null);

-- Territories of the live alignment and all that belongs to them.
create function territories_below(ids bigint[]) returns bigint[]
  language sql stable
  as $$
    with recursive below as (
      select t.id, t.alignment_id, 0 as depth from alignments a join territories t on t.org_id = a.org_id and t.alignment_id = a.id
      where a.org_id = current_org() and a.state in ('live', 'publishing') and t.id = any (ids)
      union
      select t.id, t.alignment_id, b.depth + 1 from below b join territories t on t.org_id = current_org() and t.alignment_id = b.alignment_id and t.parent_id = b.id
      where b.depth < 4
    )
    select coalesce(array_agg(distinct id), '{}') from below
  $$;

-- The searches that read as the owner ask it.
do $$
declare
  f    record;
  body text;
begin
  for f in
    select p.proname, pg_get_functiondef(p.oid) as def from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.prosecdef and p.prosrc like '%account_is_seen(%'
  loop
    body := regexp_replace(f.def, 'account_is_seen\((\w+)\.owner_id, \1\.team_id\)', 'account_is_seen(\1.owner_id, \1.team_id, \1.territory_id)', 'g');
    if body = f.def then
      raise exception 'the function % asks who sees an account in another way than this migration knows', f.proname;
    end if;
    execute body;
  end loop;
end
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
do $$
declare
  f record;
begin
  for f in
    select pg_get_functiondef(p.oid) as def from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.prosecdef and p.prosrc like '%account_is_seen(%'
  loop
    execute regexp_replace(f.def, 'account_is_seen\((\w+)\.owner_id, \1\.team_id, \1\.territory_id\)', 'account_is_seen(\1.owner_id, \1.team_id)', 'g');
  end loop;
end
$$;
-- +goose StatementEnd
drop function account_is_seen(bigint, bigint, bigint);
drop function territories_below(bigint[]);
-- +goose StatementBegin
do $$
declare
  t text;
begin
  foreach t in array array['accounts', 'sites'] loop
    execute format('drop policy access_read on %1$I; drop policy access_insert on %1$I; drop policy access_update on %1$I; drop policy access_delete on %1$I', t);
    call restrict_owned_table(t::regclass);
  end loop;
end
$$;
create or replace procedure restrict_account_table(tbl regclass, open boolean)
  language plpgsql as $$
declare
  seen   text := format('(select nullif(current_setting(''app.sees_all'', true), '''')) is not null
    or account_id is null
    or exists (select from accounts a where a.org_id = %1$s.org_id and a.id = %1$s.account_id)', tbl);
  edited text := format('(select nullif(current_setting(''app.edits_all'', true), '''')) is not null
    or account_id is null
    or exists (select from accounts a where a.org_id = %1$s.org_id and a.id = %1$s.account_id and (
      (select nullif(current_setting(''app.edits_all'', true), '''')) is not null
      or a.owner_id = any ((select nullif(current_setting(''app.edits_people'', true), ''''))::bigint[])
      or a.team_id = (select nullif(current_setting(''app.edits_team'', true), '''')::bigint)
      or (a.owner_id is null and a.team_id is null and (select nullif(current_setting(''app.edits_team'', true), '''')) is not null)))', tbl);
begin
  execute format('create policy access_read on %s as restrictive for select to waymark_app using (', tbl) || seen || ')';
  if open then
    edited := seen;
  end if;
  execute format('create policy access_insert on %s as restrictive for insert to waymark_app with check (', tbl) || edited || ')';
  execute format('create policy access_update on %s as restrictive for update to waymark_app using (', tbl) || edited || ')';
  execute format('create policy access_delete on %s as restrictive for delete to waymark_app using (', tbl) || edited || ')';
end
$$;
do $$
declare
  t record;
begin
  for t in
    select p.tablename from pg_policies p join pg_attribute a on a.attrelid = format('public.%I', p.tablename)::regclass and a.attname = 'account_id'
    where p.schemaname = 'public' and p.policyname = 'access_insert' and p.with_check like '%edits_territories%'
  loop
    execute format('drop policy access_read on %1$I; drop policy access_insert on %1$I; drop policy access_update on %1$I; drop policy access_delete on %1$I', t.tablename);
    call restrict_account_table(t.tablename::regclass, false);
  end loop;
end
$$;
-- +goose StatementEnd
drop procedure restrict_territorial_table(regclass);
-- +goose StatementBegin
create or replace function access_settings(org bigint, person bigint)
  returns table (name text, value text)
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select s.name, s.value
    from users u
    left join access_rules r on r.org_id = u.org_id and r.role = u.role
    cross join lateral (select coalesce(r.sees, 'all') as sees, coalesce(r.edits, 'all') as edits) w
    cross join lateral (
      select case when 'team' in (w.sees, w.edits) and u.team_id is not null
        then (select array_agg(m.id order by m.id) from users m where m.org_id = u.org_id and m.team_id = u.team_id)
        else array[u.id] end as team) m
    cross join lateral (values
      ('app.sees_all', case w.sees when 'all' then 'on' else '' end),
      ('app.sees_people', case w.sees when 'team' then m.team::text when 'own' then array[u.id]::text else '' end),
      ('app.sees_team', case w.sees when 'team' then coalesce(u.team_id, 0)::text else '' end),
      ('app.edits_all', case w.edits when 'all' then 'on' else '' end),
      ('app.edits_people', case w.edits when 'team' then m.team::text when 'own' then array[u.id]::text else '' end),
      ('app.edits_team', case w.edits when 'team' then coalesce(u.team_id, 0)::text else '' end)) s (name, value)
    where u.org_id = org and u.id = person
  $$;
-- +goose StatementEnd
update access_rules set edits = 'own' where edits = 'territory';
update access_rules set sees = 'own' where sees = 'territory';
alter table access_rules
  drop constraint access_rules_sees_check,
  drop constraint access_rules_edits_check,
  drop constraint access_rules_check,
  add constraint access_rules_sees_check check (sees in ('all', 'team', 'own')),
  add constraint access_rules_edits_check check (edits in ('all', 'team', 'own', 'none')),
  add constraint access_rules_check check (sees = 'all' or edits = 'none' or edits = sees or (sees = 'team' and edits = 'own'));
