-- Why: an extract's roads are prepared for cars when it is loaded, for other ways
-- to travel and for the pace of the hour when somebody first needs them. What is
-- asked for, how far it is and what went wrong is the instance's, not a tenant's;
-- the roads themselves are files beside the car's.
-- Cost: none on data.

-- +goose Up
create table road_preparations (
  extract_id  bigint      not null references extracts on delete cascade,
  profile     text        not null check (profile in ('car', 'van', 'bicycle', 'foot')),
  -- With the times of day of the profile.
  by_hour     boolean     not null,
  state       text        not null default 'queued' check (state in ('queued', 'running', 'done', 'failed')),
  progress    real        not null default 0 check (progress between 0 and 1),
  error       text        not null default '',
  asked_at    timestamptz not null default now(),
  finished_at timestamptz,
  primary key (extract_id, profile, by_hour)
);
grant select, insert, update on road_preparations to waymark_app;

-- +goose Down
drop table road_preparations;
