-- Why: visit plans. A plan is asked for, worked on by a job and kept with its
-- routes, stops and the visits that did not fit, each with its reason, so that
-- a reload shows what was planned. Times are kept as timestamps, lengths in
-- seconds and metres.
-- Cost: none on data.

-- +goose Up
create table visit_plans (
  org_id      bigint not null references organisations on delete cascade,
  id          bigint generated always as identity,
  rep_id      bigint not null,
  day         date not null,
  state       text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  progress    real not null default 0 check (progress between 0 and 1),
  error       text not null default '',
  -- What was asked for: start, end, hours, lunch, sites. Shape: visits.Request.
  request     jsonb not null,
  estimated   boolean not null default false,
  version     integer not null default 1,
  created_by  bigint,
  created_at  timestamptz not null default now(),
  started_at  timestamptz,
  finished_at timestamptz,
  primary key (org_id, id),
  foreign key (org_id, rep_id) references users (org_id, id) on delete cascade
);
create index visit_plans_rep on visit_plans (org_id, rep_id, day desc, id desc);
call protect_tenant_table('visit_plans');

-- One rep's day.
create table routes (
  org_id          bigint not null references organisations on delete cascade,
  id              bigint generated always as identity,
  plan_id         bigint not null,
  rep_id          bigint not null,
  day             date not null,
  starts_at       timestamptz not null,
  ends_at         timestamptz not null check (ends_at >= starts_at),
  drive_seconds   integer not null check (drive_seconds >= 0),
  drive_metres    integer not null check (drive_metres >= 0),
  visit_seconds   integer not null check (visit_seconds >= 0),
  waiting_seconds integer not null check (waiting_seconds >= 0),
  lunch_at        timestamptz,
  lunch_seconds   integer not null default 0,
  gain_seconds    integer not null default 0,
  last_seconds    integer not null default 0 check (last_seconds >= 0),
  last_metres     integer not null default 0 check (last_metres >= 0),
  last_estimated  boolean not null default false,
  violations      text[] not null default '{}',
  -- The line along the roads, leg by leg (one leg more than there are stops).
  geometry        geometry(multilinestring, 4326),
  primary key (org_id, id),
  foreign key (org_id, plan_id) references visit_plans (org_id, id) on delete cascade,
  foreign key (org_id, rep_id) references users (org_id, id) on delete cascade
);
create index routes_plan on routes (org_id, plan_id);
create index routes_rep on routes (org_id, rep_id, day);
call protect_tenant_table('routes');

create table stops (
  org_id          bigint not null references organisations on delete cascade,
  id              bigint generated always as identity,
  route_id        bigint not null,
  position        integer not null check (position >= 1),
  account_id      bigint not null,
  site_id         bigint not null,
  arrives_at      timestamptz not null,
  waiting_seconds integer not null default 0 check (waiting_seconds >= 0),
  visit_seconds   integer not null check (visit_seconds >= 0),
  leaves_at       timestamptz not null check (leaves_at >= arrives_at),
  drive_seconds   integer not null check (drive_seconds >= 0),
  drive_metres    integer not null check (drive_metres >= 0),
  estimated       boolean not null default false,
  locked          boolean not null default false,
  violation       text not null default '',
  primary key (org_id, id),
  unique (org_id, route_id, position) deferrable initially deferred,
  foreign key (org_id, route_id) references routes (org_id, id) on delete cascade,
  foreign key (org_id, account_id) references accounts (org_id, id) on delete cascade,
  foreign key (org_id, site_id) references sites (org_id, id) on delete cascade
);
create index stops_route on stops (org_id, route_id, position);
create index stops_account on stops (org_id, account_id);
call protect_tenant_table('stops');

-- Visits that did not fit, each with its reason.
create table unplanned_visits (
  org_id     bigint not null references organisations on delete cascade,
  id         bigint generated always as identity,
  plan_id    bigint not null,
  account_id bigint not null,
  site_id    bigint not null,
  reason     text not null,
  detail     jsonb not null default '{}',
  primary key (org_id, id),
  foreign key (org_id, plan_id) references visit_plans (org_id, id) on delete cascade,
  foreign key (org_id, account_id) references accounts (org_id, id) on delete cascade,
  foreign key (org_id, site_id) references sites (org_id, id) on delete cascade
);
create index unplanned_visits_plan on unplanned_visits (org_id, plan_id);
call protect_tenant_table('unplanned_visits');

-- +goose Down
drop table unplanned_visits, stops, routes, visit_plans;
