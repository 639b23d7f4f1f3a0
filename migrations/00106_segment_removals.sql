-- Why: taking many accounts out of a segment can be undone: who was taken out is
-- kept for a day. Files that were taken away are emptied after thirty days, found
-- by an index of those alone.
-- Cost: a small table, and an index of the few files that were taken away.

-- +goose Up
create table segment_removals (
  org_id      bigint not null,
  id          bigint generated always as identity,
  segment_id  bigint not null,
  account_ids bigint[] not null check (cardinality(account_ids) > 0),
  created_at  timestamptz not null default now(),
  primary key (org_id, id),
  foreign key (org_id, segment_id) references segments (org_id, id) on delete cascade
);
create index segment_removals_segment on segment_removals (org_id, segment_id);
call protect_tenant_table('segment_removals');
create index files_deleted on files (deleted_at) where deleted_at is not null;

-- +goose Down
drop index files_deleted;
drop table segment_removals;
