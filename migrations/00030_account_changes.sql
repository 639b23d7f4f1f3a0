-- Why: tiles are cached, and a browser asks with the version it has. The version
-- of an organisation's accounts must change with every change of an account or
-- a site, deletions too, and be read in microseconds. One counter a tenant
-- would make its writers wait for each other until they commit, so there are
-- several: a transaction takes the first that no other transaction holds, once.
-- The version is their sum; it never goes back.
-- Cost: one more small update a writing transaction.

-- +goose Up
create table account_changes (
  org_id  bigint not null references organisations on delete cascade,
  slot    integer not null,
  changes bigint not null default 1,
  primary key (org_id, slot)
) with (fillfactor = 50);
call protect_tenant_table('account_changes');

-- +goose StatementBegin
create function account_changed() returns trigger language plpgsql as $$
declare
  org  bigint := current_org();
  mark text := coalesce(org::text, 'all') || ':' || pg_current_xact_id()::text;
  free integer := 0;
begin
  if current_setting('app.accounts_changed', true) = mark then
    return null;
  end if;
  -- The lock lasts until the transaction ends and is never waited for.
  while not pg_try_advisory_xact_lock(hashtextextended('account_changes:' || coalesce(org, 0) || ':' || free, 0)) loop
    free := free + 1;
  end loop;
  -- The one who runs the server may act for no organisation: then every one
  -- that can be seen has changed, in a slot that no other transaction takes.
  insert into account_changes (org_id, slot)
    select o.org_id, case when org is null then -1 - free else free end
    from organisations o where org is null or o.org_id = org
    on conflict (org_id, slot) do update set changes = account_changes.changes + 1;
  perform set_config('app.accounts_changed', mark, true);
  return null;
end
$$;
-- +goose StatementEnd
create trigger accounts_changed after insert or update or delete on accounts
  for each statement execute function account_changed();
create trigger sites_changed after insert or update or delete on sites
  for each statement execute function account_changed();

-- +goose Down
drop trigger sites_changed on sites;
drop trigger accounts_changed on accounts;
drop function account_changed();
drop table account_changes;
