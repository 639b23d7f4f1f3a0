-- Why: every change of a record by whom, from where, before and after, written
-- in the transaction that makes it and never again touched: the role of requests
-- may add to the trail and read it, and neither change nor remove a line.
-- Triggers write it, once a statement, so that no code can forget to. A statement
-- that changes many rows in the same way writes one line for all of them: its
-- record_ids hold which.
-- Cost: none on data; a statement on an audited table costs about 0.1 ms more,
-- an insert of many rows the collecting of their ids.

-- +goose Up
create table audit_entries (
  org_id     bigint not null references organisations on delete cascade,
  id         bigint generated always as identity,
  at         timestamptz not null default now(),
  txid       xid8 not null default pg_current_xact_id(),
  record     text not null check (record <> '' and length(record) <= 60),  -- the table
  action     text not null check (action in ('create', 'update', 'delete')),
  record_id  bigint not null,   -- of several, the smallest
  last_id    bigint,            -- of several, the largest
  record_ids bigint[],          -- of several, all of them, ascending
  records    integer not null default 1 check (records > 0),
  account_id bigint,            -- whose timeline shows it; null for several
  changes    jsonb,             -- field: [before, after]; null for creations of many
  user_id    bigint,
  key_id     bigint,
  address    inet,
  request_id text not null default '' check (length(request_id) <= 200),
  cause      text not null default '' check (length(cause) <= 100),  -- such as import:12
  primary key (org_id, id),
  check ((records > 1) = (record_ids is not null) and (last_id is null) = (record_ids is null))
);
create index audit_entries_account on audit_entries (org_id, account_id, at desc, id desc) where account_id is not null;
create index audit_entries_many on audit_entries (org_id, record, last_id, record_id) where last_id is not null;
create index audit_entries_at on audit_entries (org_id, at desc, id desc);
create index audit_entries_txid on audit_entries (org_id, txid, id);
call protect_tenant_table('audit_entries');
revoke update, delete on audit_entries from waymark_app;

-- Makes, or makes anew after a change of columns, the triggers that audit a
-- table with the columns org_id and id. account is the column that says whose
-- timeline shows it, or null; ignored are columns that say nothing by
-- themselves. Generated columns are left out anyway.
-- +goose StatementBegin
create procedure audit_table(tbl regclass, account text, ignored text[])
  language plpgsql as $outer$
declare
  name    text := tbl::text;
  columns text[];
  before  text;
  after   text;
  changed text;
  olds    text;
  news    text;
  insert_ text := 'insert into audit_entries (org_id, record, action, record_id, last_id, record_ids, records, account_id, changes, user_id, key_id, address, request_id, cause) ';
  who     text := ', acting, acting_key, came_from, request, reason ';
  of_one  text;
  of_many text := 'min(r.id), case when count(*) > 1 then max(r.id) end, case when count(*) > 1 then array_agg(r.id order by r.id) end, count(*)';
  there   text := ' exists (select from organisations o where o.org_id = r.org_id) ';
begin
  select array_agg(a.attname::text order by a.attnum) into columns
  from pg_attribute a
  where a.attrelid = tbl and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    and a.attname <> all (array['org_id', 'id'] || ignored);
  select string_agg(format('%L, case when r.%I is not null then jsonb_build_array(r.%I, null) end', c, c, c), ', '),
         string_agg(format('%L, case when r.%I is not null then jsonb_build_array(null, r.%I) end', c, c, c), ', '),
         string_agg(format('%L, case when f.%I is distinct from r.%I then jsonb_build_array(f.%I, r.%I) end', c, c, c, c, c), ', '),
         string_agg(format('f.%I', c), ', '), string_agg(format('r.%I', c), ', ')
    into before, after, changed, olds, news
  from unnest(columns) c;
  of_one := 'r.id, null, null, 1, ' || case when account is null then 'null' else format('r.%I', account) end;
  execute format($f$
    create or replace function audit_%1$s() returns trigger language plpgsql as $body$
    declare
      acting     bigint := nullif(current_setting('app.user_id', true), '');
      acting_key bigint := nullif(current_setting('app.key_id', true), '');
      came_from  inet   := nullif(current_setting('app.address', true), '');
      request    text   := coalesce(current_setting('app.request_id', true), '');
      reason     text   := coalesce(current_setting('app.cause', true), '');
      many       boolean;
    begin
      if tg_op = 'INSERT' then
        many := exists (select from fresh offset 100);
        if many then
          %2$s select r.org_id, %3$L, 'create', %4$s, null, null %5$s from fresh r where %6$s group by r.org_id;
        else
          %2$s select r.org_id, %3$L, 'create', %7$s, jsonb_strip_nulls(jsonb_build_object(%8$s)) %5$s from fresh r where %6$s;
        end if;
      elsif tg_op = 'UPDATE' then
        many := exists (select from fresh offset 100);
        if many then
          %2$s select r.org_id, %3$L, 'update', %4$s, null, r.changes %5$s
          from (select r.org_id, r.id, jsonb_strip_nulls(jsonb_build_object(%9$s)) as changes
                from former f join fresh r on r.org_id = f.org_id and r.id = f.id
                where (%10$s) is distinct from (%11$s)) r
          where %6$s group by r.org_id, r.changes;
        else
          %2$s select r.org_id, %3$L, 'update', %7$s, jsonb_strip_nulls(jsonb_build_object(%9$s)) %5$s
          from former f join fresh r on r.org_id = f.org_id and r.id = f.id
          where (%10$s) is distinct from (%11$s) and %6$s;
        end if;
      else
        many := exists (select from former offset 100);
        if many then
          %2$s select r.org_id, %3$L, 'delete', %4$s, null, null %5$s from former r where %6$s group by r.org_id;
        else
          %2$s select r.org_id, %3$L, 'delete', %7$s, jsonb_strip_nulls(jsonb_build_object(%12$s)) %5$s from former r where %6$s;
        end if;
      end if;
      return null;
    end
    $body$ $f$, name, insert_, name, of_many, who, there, of_one, after, changed, olds, news, before);
  execute format('drop trigger if exists audit_insert on %1$s; drop trigger if exists audit_update on %1$s; drop trigger if exists audit_delete on %1$s', tbl);
  execute format('create trigger audit_insert after insert on %1$s referencing new table as fresh for each statement execute function audit_%2$s()', tbl, name);
  execute format('create trigger audit_update after update on %1$s referencing old table as former new table as fresh for each statement execute function audit_%2$s()', tbl, name);
  execute format('create trigger audit_delete after delete on %1$s referencing old table as former for each statement execute function audit_%2$s()', tbl, name);
end
$outer$;
-- +goose StatementEnd

call audit_table('accounts', 'id', '{version,updated_at,created_at,created_by,search}');
call audit_table('sites', 'account_id', '{account_id,updated_at,created_at,cell,status,class,owner_id,team_id,due_on,archived}');
call audit_table('contacts', 'account_id', '{account_id,updated_at,created_at}');
call audit_table('activities', 'account_id', '{account_id,version,updated_at,created_at,reminded_at,edited_by,visit_before}');
call audit_table('users', null, '{password_hash,updated_at,created_at}');
call audit_table('teams', null, '{created_at}');
call audit_table('api_keys', null, '{token_hash,hint,last_used_at,created_at}');

-- +goose Down
drop trigger audit_insert on accounts;
drop trigger audit_update on accounts;
drop trigger audit_delete on accounts;
drop trigger audit_insert on sites;
drop trigger audit_update on sites;
drop trigger audit_delete on sites;
drop trigger audit_insert on contacts;
drop trigger audit_update on contacts;
drop trigger audit_delete on contacts;
drop trigger audit_insert on activities;
drop trigger audit_update on activities;
drop trigger audit_delete on activities;
drop trigger audit_insert on users;
drop trigger audit_update on users;
drop trigger audit_delete on users;
drop trigger audit_insert on teams;
drop trigger audit_update on teams;
drop trigger audit_delete on teams;
drop trigger audit_insert on api_keys;
drop trigger audit_update on api_keys;
drop trigger audit_delete on api_keys;
drop function audit_accounts(), audit_sites(), audit_contacts(), audit_activities(), audit_users(), audit_teams(), audit_api_keys();
drop procedure audit_table(regclass, text, text[]);
drop table audit_entries;
