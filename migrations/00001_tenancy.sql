-- Why: every tenant's rows are kept apart by the database itself, whatever the
-- server's code does. This migration makes the role that the server works as,
-- the reading of the acting organisation, and one procedure that puts a table
-- under forced row-level security, so that no table can be protected by half.
-- Cost: none on data.

-- +goose Up
create extension if not exists postgis;
create extension if not exists pg_trgm;
create extension if not exists btree_gin;

-- +goose StatementBegin
do $$
begin
  if not exists (select from pg_roles where rolname = 'waymark_app') then
    create role waymark_app nologin;
  end if;
  if not pg_has_role(current_user, 'waymark_app', 'member') then
    execute format('grant waymark_app to %I', current_user);
  end if;
end
$$;
-- +goose StatementEnd

grant usage on schema public to waymark_app;

-- The organisation of the transaction, null outside of one. nullif: a setting
-- that was local to an earlier transaction reads as '' and not as null.
create function current_org() returns bigint
  language sql stable parallel safe
  return nullif(current_setting('app.org_id', true), '')::bigint;

create function current_actor() returns bigint
  language sql stable parallel safe
  return nullif(current_setting('app.user_id', true), '')::bigint;

-- Puts a table with an org_id under forced row-level security: the server's
-- role sees the acting organisation's rows only; the owner, whom only
-- migrations and security-definer functions act as, sees all of them.
-- The sub-select makes the policy read the setting once a statement.
-- +goose StatementBegin
create procedure protect_tenant_table(tbl regclass)
  language plpgsql as $$
begin
  execute format('alter table %s enable row level security', tbl);
  execute format('alter table %s force row level security', tbl);
  execute format('create policy tenant on %s to waymark_app
    using (org_id = (select nullif(current_setting(''app.org_id'', true), '''')::bigint))
    with check (org_id = (select nullif(current_setting(''app.org_id'', true), '''')::bigint))', tbl);
  if current_user <> 'waymark_app' then
    execute format('create policy owner on %s to %I using (true) with check (true)', tbl, current_user);
  end if;
  execute format('grant select, insert, update, delete on %s to waymark_app', tbl);
end
$$;
-- +goose StatementEnd

-- +goose Down
drop procedure protect_tenant_table(regclass);
drop function current_actor();
drop function current_org();
