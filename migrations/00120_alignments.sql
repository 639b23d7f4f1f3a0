-- Why: territories, and alignments, which are divisions of the whole ground into
-- territories: drafts beside the one that is live. A territory keeps its id in
-- every copy of an alignment, so that accounts, filters and comparisons speak of
-- the same territory before and after a publication. A cell of an alignment
-- belongs to one territory at most, by its key.
-- Cost: none on data.

-- +goose Up
create sequence territory_ids as bigint;
grant usage on sequence territory_ids to waymark_app;

create table alignments (
  org_id        bigint not null references organisations on delete cascade,
  id            bigint generated always as identity,
  name          text not null check (name <> '' and length(name) <= 200),
  state         text not null default 'draft'
    check (state in ('draft', 'in_review', 'approved', 'scheduled', 'publishing', 'live', 'withdrawing', 'archived')),
  resolution    integer not null default 7 check (resolution between 6 and 8),
  version       integer not null default 1 check (version > 0),   -- goes up with every change
  revision      integer not null default 0 check (revision >= 0), -- where in alignment_revisions it stands
  based_on      bigint,
  created_by    bigint,
  created_at    timestamptz not null default now(),
  updated_by    bigint,
  updated_at    timestamptz not null default now(),
  submitted_by  bigint,
  submitted_at  timestamptz,
  decided_by    bigint,
  decided_at    timestamptz,
  decision_note text not null default '' check (length(decision_note) <= 2000),
  publish_at    timestamptz,
  published_by  bigint,
  published_at  timestamptz,
  withdrawn_at  timestamptz,
  -- The alignment that this one took the place of, and the batch that gave its
  -- accounts to other owners.
  replaced_id   bigint,
  batch_id      bigint,
  -- What a publication or its undoing has still to do: territories.work as JSON.
  work          jsonb,
  -- The search for a balance, territories.BalanceJob as JSON.
  balance       jsonb,
  primary key (org_id, id),
  foreign key (org_id, based_on) references alignments (org_id, id) on delete set null (based_on),
  foreign key (org_id, replaced_id) references alignments (org_id, id) on delete set null (replaced_id),
  check ((state = 'scheduled') = (publish_at is not null and published_at is null))
);
create unique index alignments_live on alignments (org_id) where state in ('live', 'publishing');
call protect_tenant_table('alignments');

create table territories (
  org_id       bigint not null references organisations on delete cascade,
  alignment_id bigint not null,
  id           bigint not null default nextval('territory_ids'),
  parent_id    bigint,
  level        text not null default 'territory' check (level in ('area', 'region', 'territory')),
  name         text not null check (name <> '' and length(name) <= 120),
  colour       integer not null default 0 check (colour between 0 and 999),
  position     integer not null default 0,
  locked       boolean not null default false,
  -- Whom the accounts were given to by the publication or by a later change of
  -- the owner.
  assigned_to  bigint,
  primary key (org_id, alignment_id, id),
  foreign key (org_id, alignment_id) references alignments (org_id, id) on delete cascade,
  foreign key (org_id, alignment_id, parent_id) references territories (org_id, alignment_id, id) on delete set null (parent_id),
  check (parent_id <> id)
);
create index territories_parent on territories (org_id, alignment_id, parent_id) where parent_id is not null;
call protect_tenant_table('territories');

create table territory_members (
  org_id       bigint not null references organisations on delete cascade,
  alignment_id bigint not null,
  territory_id bigint not null,
  position     integer not null,
  user_id      bigint not null,
  role         text not null check (role in ('owner', 'support', 'cover')),
  from_day     date,
  to_day       date,
  check (from_day <= to_day),
  primary key (org_id, alignment_id, territory_id, position),
  foreign key (org_id, alignment_id, territory_id) references territories (org_id, alignment_id, id) on delete cascade,
  foreign key (org_id, user_id) references users (org_id, id) on delete cascade
);
create index territory_members_user on territory_members (org_id, user_id);
call protect_tenant_table('territory_members');

create table territory_cells (
  org_id       bigint not null references organisations on delete cascade,
  alignment_id bigint not null,
  cell         bigint not null,
  territory_id bigint not null,
  primary key (org_id, alignment_id, cell) include (territory_id),
  foreign key (org_id, alignment_id, territory_id) references territories (org_id, alignment_id, id) on delete cascade
);
create index territory_cells_territory on territory_cells (org_id, alignment_id, territory_id);
call protect_tenant_table('territory_cells');

-- Accounts that belong to a territory wherever they lie.
create table alignment_exceptions (
  org_id       bigint not null references organisations on delete cascade,
  alignment_id bigint not null,
  account_id   bigint not null,
  territory_id bigint not null,
  reason       text not null default '' check (length(reason) <= 500),
  created_by   bigint,
  created_at   timestamptz not null default now(),
  primary key (org_id, alignment_id, account_id),
  foreign key (org_id, alignment_id, territory_id) references territories (org_id, alignment_id, id) on delete cascade,
  foreign key (org_id, account_id) references accounts (org_id, id) on delete cascade
);
create index alignment_exceptions_territory on alignment_exceptions (org_id, alignment_id, territory_id);
create index alignment_exceptions_account on alignment_exceptions (org_id, account_id);
call protect_tenant_table('alignment_exceptions');
call restrict_account_table('alignment_exceptions', true);

-- What was done to an alignment. parent is the revision that it was made from, so
-- that undoing walks up and redoing down to the latest child.
create table alignment_revisions (
  org_id       bigint not null references organisations on delete cascade,
  alignment_id bigint not null,
  number       integer not null check (number >= 1),
  parent       integer not null check (parent >= 0 and parent < number),
  what         text not null check (what in ('edited', 'filled', 'balanced', 'imported', 'territory_added', 'territory_changed', 'territory_removed', 'members')),
  note         text not null default '' check (length(note) <= 500),
  detail       jsonb not null default '{}',
  -- Cells with the territory before and after, 0 for none.
  cells        bigint[] not null default '{}',
  before       bigint[] not null default '{}',
  after        bigint[] not null default '{}',
  -- Territories with their members before and after: territories.change as JSON.
  territories  jsonb,
  by_user      bigint,
  at           timestamptz not null default now(),
  primary key (org_id, alignment_id, number),
  foreign key (org_id, alignment_id) references alignments (org_id, id) on delete cascade,
  check (cardinality(cells) = cardinality(before) and cardinality(cells) = cardinality(after))
);
call protect_tenant_table('alignment_revisions');

-- Publications, approvals and so on, which cannot be undone by a step back.
create table alignment_events (
  org_id       bigint not null references organisations on delete cascade,
  id           bigint generated always as identity,
  alignment_id bigint not null,
  what         text not null check (what in ('created', 'copied', 'imported', 'undone', 'redone', 'exception', 'submitted', 'withdrawn', 'approved', 'rejected', 'scheduled', 'published', 'unpublished', 'archived', 'comment', 'handover')),
  text         text not null default '' check (length(text) <= 4000),
  detail       jsonb not null default '{}',
  by_user      bigint,
  at           timestamptz not null default now(),
  primary key (org_id, id),
  foreign key (org_id, alignment_id) references alignments (org_id, id) on delete cascade
);
create index alignment_events_alignment on alignment_events (org_id, alignment_id, id desc);
call protect_tenant_table('alignment_events');

-- +goose Down
drop table alignment_events, alignment_revisions, alignment_exceptions, territory_cells, territory_members, territories, alignments;
drop sequence territory_ids;
