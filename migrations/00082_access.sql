-- Why: an organisation may narrow who sees and who edits which accounts: by role,
-- everything, or the own team's and nobody's, or only one's own. Held by policies
-- beside that of the organisation, so that no query can forget it.
-- The rules become settings of the transaction (access_settings). Written so that
-- the planner takes a policy for true of nearly all rows (a sub-select that is
-- not null), which it is as long as nobody is restricted: plans stay what they
-- are, and what a policy costs then is one comparison a row.
-- Cost: none on data.

-- +goose Up
create table access_rules (
  org_id bigint not null references organisations on delete cascade,
  id     bigint generated always as identity,
  role   text not null check (role in ('manager', 'rep', 'marketer', 'service', 'backoffice')),
  sees   text not null default 'all' check (sees in ('all', 'team', 'own')),
  edits  text not null default 'all' check (edits in ('all', 'team', 'own', 'none')),
  primary key (org_id, id),
  unique (org_id, role),
  -- What cannot be seen cannot be edited.
  check (sees = 'all' or edits = 'none' or edits = sees or (sees = 'team' and edits = 'own'))
);
call protect_tenant_table('access_rules');

-- The settings that say which accounts a person may see and edit. For someone who
-- does not exist there are none, and then no account is to be seen.
-- +goose StatementBegin
create function access_settings(org bigint, person bigint)
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
revoke all on function access_settings(bigint, bigint) from public;
grant execute on function access_settings(bigint, bigint) to waymark_app;

-- Puts a table that has an owner_id and a team_id, as accounts and its copies
-- in sites have, under the rules.
-- +goose StatementBegin
create procedure restrict_owned_table(tbl regclass)
  language plpgsql as $$
declare
  allowed text := '(select nullif(current_setting(''app.%1$s_all'', true), '''')) is not null
    or owner_id = any ((select nullif(current_setting(''app.%1$s_people'', true), ''''))::bigint[])
    or team_id = (select nullif(current_setting(''app.%1$s_team'', true), '''')::bigint)
    or (owner_id is null and team_id is null and (select nullif(current_setting(''app.%1$s_team'', true), '''')) is not null)';
begin
  execute format('create policy access_read on %s as restrictive for select to waymark_app using (', tbl) || format(allowed, 'sees') || ')';
  execute format('create policy access_insert on %s as restrictive for insert to waymark_app with check (', tbl) || format(allowed, 'edits') || ')';
  execute format('create policy access_update on %s as restrictive for update to waymark_app using (', tbl) || format(allowed, 'edits') || ')';
  execute format('create policy access_delete on %s as restrictive for delete to waymark_app using (', tbl) || format(allowed, 'edits') || ')';
end
$$;
-- +goose StatementEnd

-- Puts a table that hangs on accounts by its account_id under the rules: its rows
-- are seen with their account, and changed by who may change the account or, with
-- open, by who sees it.
-- +goose StatementBegin
create procedure restrict_account_table(tbl regclass, open boolean)
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
-- +goose StatementEnd

call restrict_owned_table('accounts');
call restrict_owned_table('sites');
call restrict_account_table('contacts', false);
call restrict_account_table('activities', true);
call restrict_account_table('inbox_items', true);

-- The trail of an account is read by who sees the account; lines are written by
-- whatever changes it.
create policy access_read on audit_entries as restrictive for select to waymark_app using (
  (select nullif(current_setting('app.sees_all', true), '')) is not null
  or exists (select from accounts a where a.org_id = audit_entries.org_id and a.id = audit_entries.account_id)
  or (record = 'accounts' and record_ids is not null));

-- Functions that read as the owner carry the rules themselves.
-- +goose StatementBegin
create function account_is_seen(owner_id bigint, team_id bigint) returns boolean
  language sql stable parallel safe
  return nullif(current_setting('app.sees_all', true), '') is not null
    or owner_id = any (nullif(current_setting('app.sees_people', true), '')::bigint[])
    or team_id = nullif(current_setting('app.sees_team', true), '')::bigint
    or (owner_id is null and team_id is null and nullif(current_setting('app.sees_team', true), '') is not null);
-- +goose StatementEnd

call audit_table('access_rules', null, '{}');

-- +goose Down
drop function account_is_seen(bigint, bigint);
drop policy access_read on audit_entries;
drop policy access_read on inbox_items;
drop policy access_insert on inbox_items;
drop policy access_update on inbox_items;
drop policy access_delete on inbox_items;
drop policy access_read on activities;
drop policy access_insert on activities;
drop policy access_update on activities;
drop policy access_delete on activities;
drop policy access_read on contacts;
drop policy access_insert on contacts;
drop policy access_update on contacts;
drop policy access_delete on contacts;
drop policy access_read on sites;
drop policy access_insert on sites;
drop policy access_update on sites;
drop policy access_delete on sites;
drop policy access_read on accounts;
drop policy access_insert on accounts;
drop policy access_update on accounts;
drop policy access_delete on accounts;
drop procedure restrict_account_table(regclass, boolean);
drop procedure restrict_owned_table(regclass);
drop function access_settings(bigint, bigint);
drop table access_rules;
