-- Why: a job that a killed server worked on has to be taken up by another one, or
-- by the same one when it is back, within seconds and not after the queue's own
-- hour. So each server says every few seconds that it is there.
-- Cost: none on data; unlogged, since after a crash of the database every server
-- says so again.

-- +goose Up
create unlogged table job_servers (
  id      text        primary key check (id <> ''),
  seen_at timestamptz not null default now()
);

grant select, insert, update, delete on job_servers to waymark_app;

-- +goose Down
drop table job_servers;
