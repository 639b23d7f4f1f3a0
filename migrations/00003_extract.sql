-- Why: what comes out of the OpenStreetMap extract: places, streets and
-- addresses to search in, and open prospects. They belong to the
-- installation, not to a tenant: every organisation may read them, and only
-- the loader, as the owner, writes them. OpenStreetMap's identity is the key,
-- so that a newer extract updates rows instead of doubling them.
-- Cost: none on data.

-- +goose Up
create table extracts (
  id          bigint generated always as identity primary key,
  file_name   text not null,
  sha256      text not null,
  state       text not null check (state in ('loading', 'current', 'former', 'failed')),
  stage       text not null default '',
  progress    real not null default 0 check (progress between 0 and 1),
  error       text not null default '',
  bounds      geometry(polygon, 4326),
  data_time   timestamptz,
  counts      jsonb not null default '{}',
  folder      text not null default '',
  started_at  timestamptz not null default now(),
  finished_at timestamptz
);
create unique index extracts_current on extracts (state) where state = 'current';

create table places (
  osm_id     bigint not null,
  osm_type   text not null check (osm_type in ('n', 'w', 'r')),
  kind       text not null,
  name       text not null,
  population integer,
  point      geometry(point, 4326) not null,
  cell       bigint not null,
  extract_id bigint not null references extracts,
  primary key (osm_type, osm_id)
);
create index places_name on places using gin (lower(name) gin_trgm_ops);

create table streets (
  id         bigint generated always as identity primary key,
  name       text not null,
  place      text not null default '',
  postcode   text not null default '',
  point      geometry(point, 4326) not null,
  cell       bigint not null,
  extract_id bigint not null references extracts,
  unique (name, cell)
);
create index streets_name on streets using gin (lower(name) gin_trgm_ops);

create table addresses (
  osm_id      bigint not null,
  osm_type    text not null check (osm_type in ('n', 'w', 'r')),
  housenumber text not null,
  street      text not null,
  city        text not null default '',
  postcode    text not null default '',
  point       geometry(point, 4326) not null,
  cell        bigint not null,
  extract_id  bigint not null references extracts,
  primary key (osm_type, osm_id)
);
create index addresses_street on addresses using gin (lower(street) gin_trgm_ops);

-- A named business or institution that a company could sell to and that no
-- organisation has taken over yet (each organisation by itself: accounts
-- refer here). "gone" marks what a newer extract no longer holds.
create table open_prospects (
  id            bigint generated always as identity primary key,
  osm_id        bigint not null,
  osm_type      text not null check (osm_type in ('n', 'w', 'r')),
  name          text not null,
  category      text not null,
  kind          text not null,
  housenumber   text not null default '',
  street        text not null default '',
  city          text not null default '',
  postcode      text not null default '',
  phone         text not null default '',
  website       text not null default '',
  opening_hours text not null default '',
  point         geometry(point, 4326) not null,
  cell          bigint not null,
  gone          boolean not null default false,
  extract_id    bigint not null references extracts,
  unique (osm_type, osm_id)
);
create index open_prospects_cell on open_prospects (cell) include (id, category) where not gone;
create index open_prospects_sorted on open_prospects ((lower(name) collate "und-x-icu"), id) where not gone;
create index open_prospects_name on open_prospects using gin (lower(name) gin_trgm_ops);

grant select on extracts, places, streets, addresses, open_prospects to waymark_app;

-- +goose Down
drop table open_prospects, addresses, streets, places, extracts;
