-- Why: files of accounts are imported as jobs that survive a restart. A file's
-- rows are staged in import_rows, checked there, and written to the record in
-- batches, each in a transaction that also moves the import's cursor: a job that
-- is begun again goes on behind the last batch and doubles nothing. What an
-- import changed is kept with the values before, so that it can be undone.
--
-- Accounts get the number that another system knows them by, unique where set.
--
-- A row-by-row trigger on sites wrote every account a second time to renew its
-- search text. While app.bulk is on, a set-based statement gives that text
-- itself and the triggers keep out of the way.
-- Cost: a column with a constant default and an empty partial index on accounts;
-- rewrites nothing.

-- +goose Up
alter table accounts add column external_id text not null default '' check (length(external_id) <= 200);
create unique index accounts_external on accounts (org_id, external_id) where external_id <> '';

drop trigger accounts_search_insert on accounts;
create trigger accounts_search_insert before insert on accounts for each row
  when (current_setting('app.bulk', true) is distinct from 'on')
  execute function accounts_search_text();
drop trigger sites_search on sites;
create trigger sites_search after insert or delete or update of housenumber, street, city, postcode, is_primary on sites
  for each row when (current_setting('app.bulk', true) is distinct from 'on')
  execute function sites_touch_search();

-- Rows are given their account's number while they are staged.
grant usage on sequence accounts_id_seq to waymark_app;

create table imports (
  org_id      bigint not null references organisations on delete cascade,
  id          bigint generated always as identity,
  file_name   text not null check (file_name <> '' and length(file_name) <= 300),
  bytes       bigint not null check (bytes > 0),
  received    bigint not null default 0 check (received between 0 and bytes),
  state       text not null default 'uploading' check (state in
    ('uploading', 'mapping', 'checking', 'checked', 'running', 'done', 'failed', 'cancelled', 'undoing', 'undone')),
  stage       text not null default '',
  progress    real not null default 0 check (progress between 0 and 1),
  error       text not null default '',
  -- How the file is read. Shape: imports.Reading.
  reading     jsonb not null default '{}',
  -- Its columns with samples and guesses. Shape: []imports.Column.
  columns     jsonb not null default '[]',
  fingerprint text not null default '',
  -- The field of each column, '' for none, and the rest of what is asked for. Shape: imports.Plan.
  plan        jsonb not null default '{}',
  counts      jsonb not null default '{}',
  last_row    bigint not null default 0, -- of the file, once it was read to its end
  staged      bigint not null default 0, -- rows of the file that are staged or passed over
  cursor      bigint not null default 0, -- rows of the file that are in the record
  undo_cursor bigint not null default 0,
  run_no      integer not null default 0, -- of the job that may work on it; an older one stops
  version     integer not null default 1,
  created_by  bigint,
  created_at  timestamptz not null default now(),
  started_at  timestamptz,
  finished_at timestamptz,
  primary key (org_id, id)
);
call protect_tenant_table('imports');

-- A row of a file in the types of the record; null where the file says nothing.
create table import_rows (
  org_id              bigint not null,
  import_id           bigint not null,
  row_no              bigint not null, -- as a spreadsheet counts: the heading is 1
  account_id          bigint not null default nextval('accounts_id_seq'),
  errors              integer not null default 0,   -- of its cells
  clashes             integer not null default 0,   -- with other rows and with the record
  decision            text not null default '' check (decision in ('', 'create', 'update', 'skip')),
  target_id           bigint,          -- the account that the file names by Waymark's number
  duplicate_of        bigint,          -- an account of the record that it resembles
  duplicate_row       bigint,          -- an earlier row of the file that it resembles
  outcome             text not null default '' check (outcome in ('', 'created', 'updated', 'same', 'skipped')),
  external_id         text,
  name                text,
  status              text,
  class               text,
  category            text,
  owner_id            bigint,
  team_id             bigint,
  tags                text[],
  phone               text,
  email               text,
  website             text,
  notes               text,
  revenue             numeric(14, 2),
  visit_interval_days integer,
  visit_minutes       integer,
  last_visit_on       date,
  site_name           text,
  housenumber         text,
  street              text,
  city                text,
  postcode            text,
  country             text,
  opening_hours       text,
  address             text,            -- in one cell, as it was written
  point               geometry(point, 4326),
  cell                bigint,
  source              text,
  locate              boolean not null default false, -- has an address and no point yet
  contact_name        text,
  contact_job_title   text,
  contact_phone       text,
  contact_email       text,
  contact_blocked     boolean,
  custom              jsonb,
  raw                 text[],          -- the cells as read, of rows with findings
  primary key (org_id, import_id, row_no),
  foreign key (org_id, import_id) references imports (org_id, id) on delete cascade
);
create index import_rows_account on import_rows (org_id, account_id);
call protect_tenant_table('import_rows');

create table import_findings (
  org_id     bigint not null,
  import_id  bigint not null,
  row_no     bigint not null,
  id         bigint generated always as identity,
  position   integer not null, -- of the column, from 0; -1 for the whole row
  code       text not null,
  severity   text not null check (severity in ('error', 'warning')),
  value      text not null default '',
  detail     text not null default '',
  suggestion text not null default '',
  account_id bigint,           -- that it speaks of
  primary key (org_id, import_id, row_no, id),
  foreign key (org_id, import_id) references imports (org_id, id) on delete cascade
);
create index import_findings_code on import_findings (org_id, import_id, code, row_no);
call protect_tenant_table('import_findings');

-- Cells that somebody corrected after the file was read; they outlive its reading.
create table import_corrections (
  org_id    bigint not null,
  import_id bigint not null,
  row_no    bigint not null,
  position  integer not null,
  value     text not null check (length(value) <= 20000),
  primary key (org_id, import_id, row_no, position),
  foreign key (org_id, import_id) references imports (org_id, id) on delete cascade
);
call protect_tenant_table('import_corrections');

-- What an import changed, as it was before.
create table import_changes (
  org_id        bigint not null,
  import_id     bigint not null,
  row_no        bigint not null,
  account_id    bigint not null,
  before        jsonb not null,
  version_after integer not null,
  primary key (org_id, import_id, row_no),
  foreign key (org_id, import_id) references imports (org_id, id) on delete cascade
);
call protect_tenant_table('import_changes');

-- How files with the same headings were mapped the last time.
create table import_mappings (
  org_id      bigint not null references organisations on delete cascade,
  fingerprint text not null,
  plan        jsonb not null,
  used_at     timestamptz not null default now(),
  primary key (org_id, fingerprint)
);
call protect_tenant_table('import_mappings');

-- +goose Down
drop table import_mappings, import_changes, import_corrections, import_findings, import_rows, imports;
revoke usage on sequence accounts_id_seq from waymark_app;
drop trigger sites_search on sites;
create trigger sites_search after insert or delete or update of housenumber, street, city, postcode, is_primary on sites
  for each row execute function sites_touch_search();
drop trigger accounts_search_insert on accounts;
create trigger accounts_search_insert before insert on accounts for each row execute function accounts_search_text();
drop index accounts_external;
alter table accounts drop column external_id;
