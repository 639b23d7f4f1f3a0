-- Why: the areas that people call by a name: states, counties, towns, postcodes,
-- suburbs, business parks. Figures and filters are asked for them, and territories
-- are made from them. They come out of the extract and belong to the installation
-- as places do. An id stays the same when a newer extract brings the area again.
-- Cost: none on data; an extract that is loaded already has to be loaded again to
-- bring its areas.

-- +goose Up
create table boundaries (
  id         bigint generated always as identity primary key,
  osm_id     bigint not null,
  osm_type   text not null check (osm_type in ('n', 'w', 'r')),
  kind       text not null check (kind in ('administrative', 'postal', 'place', 'landuse')),
  name       text not null,
  level      integer not null default 0 check (level between 0 and 11),  -- of an administrative one
  use        text not null default '',                                   -- of a place or landuse, its kind
  search     text not null default '',
  km2        double precision not null,
  point      geometry(point, 4326) not null,                             -- one that lies within
  area       geometry(multipolygon, 4326) not null,
  extract_id bigint not null references extracts,
  unique (osm_type, osm_id)
);
create index boundaries_area on boundaries using gist (area);
create index boundaries_name on boundaries using gin (search gin_trgm_ops);
grant select on boundaries to waymark_app;

-- +goose Down
drop table boundaries;
