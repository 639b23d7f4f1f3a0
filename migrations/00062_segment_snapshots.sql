-- Why: who was in a dynamic segment when it was counted last, to tell who has
-- joined and left since. One sorted array a segment: a million members are 8 MB
-- before compression and are written in one go.
-- Cost: none on data.

-- +goose Up
create table segment_snapshots (
  org_id     bigint not null references organisations on delete cascade,
  segment_id bigint not null,
  day        date not null,
  members    bigint[] not null,
  primary key (org_id, segment_id),
  foreign key (org_id, segment_id) references segments (org_id, id) on delete cascade
);
call protect_tenant_table('segment_snapshots');

-- +goose Down
drop table segment_snapshots;
