-- Why: plans of several days and reps. Beside its routes, one a rep and day,
-- such a plan keeps the visits that were asked for (an account that falls due
-- several times has several), and after every change a snapshot to undo to.
-- Publishing makes a plan of kind day of every route, which is what the rep
-- opens; one that is replaced is kept.
-- Cost: the new columns have constant defaults and rewrite nothing; the checks
-- read visit_plans once, and one index is built on stops, one on accounts (about
-- a second for a million).

-- +goose Up
alter table visit_plans
  alter column rep_id drop not null,
  add column kind              text not null default 'day' check (kind in ('day', 'period')),
  add column name              text not null default '' check (length(name) <= 200),
  add column to_day            date,
  add column rep_ids           bigint[] not null default '{}' check (cardinality(rep_ids) <= 50),
  add column preset            text not null default 'balanced' check (preset in ('balanced', 'most_visits', 'least_driving')),
  -- What a running search is to do and has found. Shapes: visits.task, visits.PlanBest.
  add column task              jsonb,
  add column stop_requested    boolean not null default false,
  add column best              jsonb,
  add column best_orders       jsonb,
  add column due_left_out      integer not null default 0 check (due_left_out >= 0),
  -- The revision that the plan is at; see plan_revisions.
  add column revision          integer not null default 0,
  add column published_at      timestamptz,
  add column published_by      bigint,
  add column published_version integer,
  -- Of a day that was published: from which plan, what took its place, and
  -- whether it was taken back.
  add column source_plan_id    bigint,
  add column replaced_by       bigint,
  add column withdrawn_at      timestamptz,
  add constraint visit_plans_rep_of_day check (kind = 'period' or rep_id is not null),
  add constraint visit_plans_period check (kind = 'day' or to_day is not null and to_day between day and day + 30 and cardinality(rep_ids) > 0),
  add foreign key (org_id, source_plan_id) references visit_plans (org_id, id) on delete set null (source_plan_id),
  add foreign key (org_id, replaced_by) references visit_plans (org_id, id) on delete set null (replaced_by);
create index visit_plans_period on visit_plans (org_id, day desc, id desc) where kind = 'period';
create index visit_plans_source on visit_plans (org_id, source_plan_id) where source_plan_id is not null;
create index visit_plans_replaced on visit_plans (org_id, replaced_by) where replaced_by is not null;
-- A rep has one published plan a day.
create unique index visit_plans_published on visit_plans (org_id, rep_id, day)
  where kind = 'day' and published_at is not null and replaced_by is null and withdrawn_at is null;

alter table routes
  add column overtime_seconds integer not null default 0 check (overtime_seconds >= 0);

alter table stops
  add column visit         integer,
  add column begins_at     timestamptz,
  add column slack_seconds integer,
  add column pinned        boolean not null default false,
  add column locked_at     timestamptz;
create index stops_site on stops (org_id, site_id);

alter table unplanned_visits
  add column visit integer;

-- The visits that a plan of a period was asked for.
create table plan_visits (
  org_id         bigint not null references organisations on delete cascade,
  plan_id        bigint not null,
  number         integer not null check (number >= 1),
  account_id     bigint not null,
  site_id        bigint not null,
  minutes        integer not null check (minutes between 1 and 720),
  mandatory      boolean not null default false,
  -- With this rep only, on this day only.
  rep_id         bigint,
  day            date,
  reason         text not null check (reason in ('chosen', 'overdue', 'due', 'never')),
  due_on         date,
  last_visit_on  date,
  interval_days  integer not null default 0 check (interval_days >= 0),
  excluded       boolean not null default false,
  primary key (org_id, plan_id, number),
  foreign key (org_id, plan_id) references visit_plans (org_id, id) on delete cascade,
  foreign key (org_id, account_id) references accounts (org_id, id) on delete cascade,
  foreign key (org_id, site_id) references sites (org_id, id) on delete cascade
);
create index plan_visits_site on plan_visits (org_id, site_id);
create index plan_visits_account on plan_visits (org_id, account_id);
call protect_tenant_table('plan_visits');

-- What was done to a plan of a period. A revision with a snapshot can be
-- returned to; parent is the one that it was made from, so that undoing walks
-- up and redoing walks down to the latest child.
create table plan_revisions (
  org_id     bigint not null references organisations on delete cascade,
  plan_id    bigint not null,
  number     integer not null check (number >= 1),
  parent     integer,
  what       text not null check (what in ('created', 'planned', 'moved', 'locked', 'excluded', 'improved', 'added', 'published', 'withdrawn')),
  detail     jsonb not null default '{}',
  snapshot   jsonb,
  totals     jsonb not null,
  by_user    bigint,
  at         timestamptz not null default now(),
  primary key (org_id, plan_id, number),
  foreign key (org_id, plan_id) references visit_plans (org_id, id) on delete cascade
);
call protect_tenant_table('plan_revisions');

-- What falls due for some reps in a period.
create index accounts_owner_due on accounts (org_id, owner_id, due_key, id) where archived_at is null;

-- +goose Down
drop index accounts_owner_due;
drop table plan_revisions, plan_visits;
alter table unplanned_visits drop column visit;
drop index stops_site;
alter table stops drop column visit, drop column begins_at, drop column slack_seconds, drop column pinned, drop column locked_at;
alter table routes drop column overtime_seconds;
delete from visit_plans where kind = 'period';
alter table visit_plans
  alter column rep_id set not null,
  drop column kind, drop column name, drop column to_day, drop column rep_ids, drop column preset,
  drop column task, drop column stop_requested, drop column best, drop column best_orders, drop column due_left_out,
  drop column revision, drop column published_at, drop column published_by, drop column published_version,
  drop column source_plan_id, drop column replaced_by, drop column withdrawn_at;
