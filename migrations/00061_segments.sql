-- Why: saved views of a list, and segments: sets of accounts that are kept as a
-- filter (dynamic) or as a list of members (static), with their number day by
-- day.
-- Cost: none on data.

-- +goose Up
create table views (
  org_id     bigint not null references organisations on delete cascade,
  id         bigint generated always as identity,
  name       text not null check (name <> '' and length(name) <= 100),
  object     text not null default 'accounts' check (object in ('accounts')),
  shared     text not null default 'own' check (shared in ('own', 'team', 'all')),
  owner_id   bigint not null,
  filter     jsonb,
  sort       text not null default '' check (length(sort) <= 100),
  columns    text[] not null default '{}' check (cardinality(columns) <= 100),
  widths     jsonb not null default '{}' check (pg_column_size(widths) <= 10000),
  map        jsonb check (pg_column_size(map) <= 20000),
  version    integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (org_id, id),
  foreign key (org_id, owner_id) references users (org_id, id) on delete cascade
);
create index views_owner on views (org_id, owner_id);
call protect_tenant_table('views');

create table segments (
  org_id         bigint not null references organisations on delete cascade,
  id             bigint generated always as identity,
  name           text not null check (name <> '' and length(name) <= 100),
  description    text not null default '' check (length(description) <= 2000),
  kind           text not null check (kind in ('static', 'dynamic')),
  filter         jsonb check (kind = 'dynamic' or filter is null),
  shared         text not null default 'own' check (shared in ('own', 'team', 'all')),
  owner_id       bigint not null,
  total          integer not null default 0,
  without_place  integer not null default 0,
  do_not_contact integer not null default 0,
  counted_at     timestamptz,
  version        integer not null default 1,
  created_at     timestamptz not null default now(),
  updated_at     timestamptz not null default now(),
  primary key (org_id, id),
  foreign key (org_id, owner_id) references users (org_id, id) on delete cascade
);
create index segments_owner on segments (org_id, owner_id);
call protect_tenant_table('segments');

-- The members of a static segment as people chose them; of a dynamic one as they
-- were when it was counted last, to tell who has joined and left since.
create table segment_members (
  org_id     bigint not null references organisations on delete cascade,
  segment_id bigint not null,
  account_id bigint not null,
  primary key (org_id, segment_id, account_id),
  foreign key (org_id, segment_id) references segments (org_id, id) on delete cascade,
  foreign key (org_id, account_id) references accounts (org_id, id) on delete cascade
);
create index segment_members_account on segment_members (org_id, account_id);
call protect_tenant_table('segment_members');

create table segment_days (
  org_id     bigint not null references organisations on delete cascade,
  segment_id bigint not null,
  day        date not null,
  total      integer not null check (total >= 0),
  joined     integer not null check (joined >= 0),
  "left"     integer not null check ("left" >= 0),
  primary key (org_id, segment_id, day),
  foreign key (org_id, segment_id) references segments (org_id, id) on delete cascade
);
call protect_tenant_table('segment_days');

-- What a filter means changes with the segments that it asks for.
create trigger segments_changed after insert or update of kind, filter, shared, owner_id or delete on segments
  for each statement execute function account_changed();
create trigger segment_members_changed after insert or delete on segment_members
  for each statement execute function account_changed();

-- +goose Down
drop table segment_days, segment_members, segments, views;
