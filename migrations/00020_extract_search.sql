-- Why: search in the extract forgives spelling and abbreviations, so names are
-- kept beside the original in the normal form of geo/geocode ("N. Main St" and
-- "North Main Street" are both "north main street"), and those of streets and
-- houses bare of direction and kind ("main"). Streets keep their lines,
-- to place house numbers between known neighbours and to name the street at a
-- point. The old indexes on lower(name) are replaced. The new ones are without
-- fastupdate: after a load everything would be in their pending lists, which
-- made a search read 434 pages for 17 streets.
-- Cost: rewrites nothing; the columns are filled by the next load of an extract.

-- +goose Up
alter table places add column search text not null default '';
alter table streets
  add column search text not null default '',
  add column line   geometry(multilinestring, 4326);
alter table addresses add column search text not null default '';

drop index places_name, streets_name, addresses_street;
create index places_search on places using gin (search gin_trgm_ops) with (fastupdate = off);
create index streets_search on streets using gin (search gin_trgm_ops) with (fastupdate = off);
create index streets_name on streets using gin (lower(name) gin_trgm_ops) with (fastupdate = off);
create index streets_postcode on streets (postcode) where postcode <> '';
create index streets_line on streets using gist (line);
create index addresses_search on addresses (search, housenumber);
create index addresses_cell on addresses (cell);
create index places_cell on places (cell);
alter index open_prospects_name set (fastupdate = off);

-- +goose Down
alter index open_prospects_name reset (fastupdate);
drop index places_cell, addresses_cell, addresses_search, streets_line, streets_postcode, streets_name, streets_search, places_search;
create index places_name on places using gin (lower(name) gin_trgm_ops);
create index streets_name on streets using gin (lower(name) gin_trgm_ops);
create index addresses_street on addresses using gin (lower(street) gin_trgm_ops);
alter table addresses drop column search;
alter table streets drop column line, drop column search;
alter table places drop column search;
