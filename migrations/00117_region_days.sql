-- Why: what a region was like on a day, so that trends are real. Once a day an
-- organisation's accounts are summed up by the cell of their primary site and by
-- status, class, owner and team: counts, money and coverage. An account without a
-- site is in cell 0. A day has at most some 50,000 rows: where resolution 7 gives
-- more, it keeps coarser cells. Totals of a filter without a shape read an index
-- of accounts that has all that they ask for.
-- Cost: about a second at 1,000,000 accounts for the index; then some 50 ms and
-- 5,000 rows a day for 100,000 accounts.

-- +goose Up
create table region_days (
  org_id     bigint not null references organisations on delete cascade,
  day        date not null,                 -- of the organisation; its state when the day was taken
  resolution smallint not null check (resolution between 0 and 7),
  rows       integer not null default 0,
  made_up    boolean not null default false, -- the demo's
  taken_at   timestamptz not null default now(),
  primary key (org_id, day)
);
call protect_tenant_table('region_days');

create table region_snapshots (
  org_id      bigint not null,
  day         date not null,
  id          bigint generated always as identity,
  cell        bigint not null,   -- its first descendant at the resolution of sites; 0 for accounts without a site
  status      text not null,
  class       text not null,
  owner_id    bigint,            -- as it was; the user may be gone
  team_id     bigint,
  accounts    integer not null,
  revenue     bigint not null,   -- hundredths
  potential   bigint not null,
  white_space bigint not null,
  visits      integer not null,  -- of the day before, of these accounts
  never       integer not null,
  on_track    integer not null,
  due         integer not null,
  overdue     integer not null,
  primary key (org_id, id),
  foreign key (org_id, day) references region_days (org_id, day) on delete cascade
);
create index region_snapshots_cell on region_snapshots (org_id, day, cell);
call protect_tenant_table('region_snapshots');
call restrict_owned_table('region_snapshots');

create index accounts_figures on accounts (org_id, id)
  include (status, class, owner_id, team_id, due_on, revenue_key, potential_key) where archived_at is null;

-- +goose Down
drop index accounts_figures;
drop table region_snapshots, region_days;
