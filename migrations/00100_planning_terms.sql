-- Why: how reps work and what visits ask for, beyond hours and lunch: where the
-- day ends, other hours by weekday, limits, skills, costs; and of a visit who may
-- make it, at what time, with or without which other. A plan keeps what it was
-- made from, so all of it is copied into the plan's own rows. A day that was
-- planned anew from where the rep is can be taken back once.
-- Cost: the new columns have constant defaults and rewrite nothing; replacing the
-- check reads plan_revisions once.

-- +goose Up
create table working_terms (
  org_id     bigint not null references organisations on delete cascade,
  user_id    bigint not null,
  -- Beside what stands in users. Shape: visits.WorkingTerms.
  terms      jsonb not null,
  updated_at timestamptz not null default now(),
  primary key (org_id, user_id),
  foreign key (org_id, user_id) references users (org_id, id) on delete cascade
);
call protect_tenant_table('working_terms');

-- What every visit to an account asks for.
create table account_visit_terms (
  org_id     bigint not null references organisations on delete cascade,
  account_id bigint not null,
  -- Shape: visits.VisitTerms.
  terms      jsonb not null,
  updated_at timestamptz not null default now(),
  primary key (org_id, account_id),
  foreign key (org_id, account_id) references accounts (org_id, id) on delete cascade
);
call protect_tenant_table('account_visit_terms');
call restrict_account_table('account_visit_terms', false);

alter table plan_visits
  -- Shapes: visits.VisitTerms, a list of visits.VisitTie.
  add column terms jsonb not null default '{}',
  add column ties  jsonb not null default '[]';

alter table plan_revisions
  -- Of a change of what one visit asks for: that visit before and after.
  add column change jsonb,
  drop constraint plan_revisions_what_check,
  add constraint plan_revisions_what_check
    check (what in ('created', 'planned', 'moved', 'locked', 'excluded', 'improved', 'added', 'terms', 'published', 'withdrawn'));

alter table visit_plans
  -- The day as it was before it was planned anew, and the version after which
  -- it can be taken back. Shape: visits.Plan.
  add column before_repair         jsonb,
  add column before_repair_version integer;

-- +goose Down
alter table visit_plans drop column before_repair, drop column before_repair_version;
delete from plan_revisions where what = 'terms';
alter table plan_revisions
  drop constraint plan_revisions_what_check,
  add constraint plan_revisions_what_check
    check (what in ('created', 'planned', 'moved', 'locked', 'excluded', 'improved', 'added', 'published', 'withdrawn')),
  drop column change;
alter table plan_visits drop column terms, drop column ties;
drop table account_visit_terms, working_terms;
