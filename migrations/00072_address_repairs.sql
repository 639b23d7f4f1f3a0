-- Why: an address that was not found, or found with doubt, waits for a person in
-- one queue, with the way to put it right. A row is at most one per site, and one
-- per account for what has no site yet.
-- Cost: none on data.

-- +goose Up
create table address_repairs (
  org_id      bigint not null references organisations on delete cascade,
  id          bigint generated always as identity,
  account_id  bigint not null,
  site_id     bigint,          -- null: there is no site yet
  import_id   bigint,          -- that brought it
  state       text not null check (state in ('waiting', 'not_found', 'doubtful', 'fixed', 'dismissed')),
  reason      text not null default '' check (length(reason) <= 500),
  confidence  real check (confidence between 0 and 1),
  housenumber text not null default '' check (length(housenumber) <= 50),
  street      text not null default '' check (length(street) <= 200),
  city        text not null default '' check (length(city) <= 200),
  postcode    text not null default '' check (length(postcode) <= 20),
  country     text not null default '' check (length(country) <= 100),
  address     text not null default '' check (length(address) <= 500), -- in one line, as it was written
  tries       integer not null default 0,
  fixed_by    bigint,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  primary key (org_id, id),
  foreign key (org_id, account_id) references accounts (org_id, id) on delete cascade,
  foreign key (org_id, site_id) references sites (org_id, id) on delete cascade
);
create index address_repairs_open on address_repairs (org_id, id) where state in ('not_found', 'doubtful');
create index address_repairs_waiting on address_repairs (org_id, import_id, id) where state = 'waiting';
create index address_repairs_account on address_repairs (org_id, account_id);
create index address_repairs_site on address_repairs (org_id, site_id) where site_id is not null;
create index address_repairs_import on address_repairs (org_id, import_id) where import_id is not null;
call protect_tenant_table('address_repairs');

-- +goose Down
drop table address_repairs;
