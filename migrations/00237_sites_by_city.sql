-- Why: a list by city looked up the site of every account that it means and sorted
-- them: seconds at 1,000,000. Now primary sites keep each kind in the order of its
-- cities, with what most filters and the rules of access ask for beside it.
-- Cost: one index, some 150 MB and 5 s at 1,000,000 sites.

-- +goose Up
create index sites_kind_city on sites (org_id, status, class, (lower(city)), account_id)
  include (city, owner_id, team_id, territory_id, due_on) where is_primary and not archived;

-- +goose Down
drop index sites_kind_city;
