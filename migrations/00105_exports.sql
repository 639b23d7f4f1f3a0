-- Why: what leaves the house is written down before the first row goes: who took
-- which accounts, by which filter, in which format, and how many they got. The
-- lines are audited like records.
--
-- Several rows of a file may join into one account: each further row with the
-- number of an earlier one, and nothing that contradicts it, brings a site or a
-- contact. A contact's role and language come with them.
-- Cost: a small table; columns without a default, which rewrite nothing.

-- +goose Up
create table exports (
  org_id      bigint not null references organisations on delete cascade,
  id          bigint generated always as identity,
  format      text not null check (format in ('csv', 'xlsx', 'geojson', 'kml')),
  -- What was asked for, by the names of the API's parameters.
  filter      jsonb not null default '{}' check (jsonb_typeof(filter) = 'object'),
  columns     text[] not null check (cardinality(columns) > 0),
  accounts    integer not null check (accounts >= 0), -- that the filter meant
  sent        integer check (sent >= 0),              -- that went into the file; null when it was broken off
  created_by  bigint,
  created_at  timestamptz not null default now(),
  primary key (org_id, id)
);
call protect_tenant_table('exports');
call audit_table('exports', null, '{created_by,created_at}');

alter table import_rows
  add column joins bigint,          -- the first row of the account, of which this one is a further row
  add column contact_role text,
  add column contact_language text,
  drop constraint import_rows_outcome_check,
  add constraint import_rows_outcome_check check (outcome in ('', 'created', 'updated', 'same', 'skipped', 'joined'));

-- +goose Down
update import_rows set outcome = 'same' where outcome = 'joined';
alter table import_rows
  drop constraint import_rows_outcome_check,
  add constraint import_rows_outcome_check check (outcome in ('', 'created', 'updated', 'same', 'skipped'));
alter table import_rows drop column joins, drop column contact_role, drop column contact_language;
drop function audit_exports() cascade;
drop table exports;
