-- Why: pairs of accounts that may be one are looked for set by set, by a job, and
-- kept until somebody decides on them; that they are different is remembered. A
-- merge keeps what it moved, what it removed and what it overwrote, so that it
-- can be undone.
-- Cost: a column that may be null on accounts; rewrites nothing.

-- +goose Up
-- The account that took this one in; it is archived then.
alter table accounts add column merged_into bigint;

create table duplicate_scans (
  org_id      bigint not null references organisations on delete cascade,
  state       text not null check (state in ('running', 'done', 'failed')),
  started_at  timestamptz not null default now(),
  finished_at timestamptz,
  pairs       integer not null default 0,
  primary key (org_id)
);
call protect_tenant_table('duplicate_scans');

create table duplicate_pairs (
  org_id     bigint not null references organisations on delete cascade,
  a_id       bigint not null,
  b_id       bigint not null,
  score      real not null check (score between 0 and 1),
  -- What they have in common and what not. Shape: []duplicates.Reason.
  reasons    jsonb not null,
  state      text not null default 'open' check (state in ('open', 'different')),
  decided_by bigint,
  decided_at timestamptz,
  found_at   timestamptz not null default now(),
  primary key (org_id, a_id, b_id),
  check (a_id < b_id),
  foreign key (org_id, a_id) references accounts (org_id, id) on delete cascade,
  foreign key (org_id, b_id) references accounts (org_id, id) on delete cascade
);
create index duplicate_pairs_open on duplicate_pairs (org_id, score desc, a_id, b_id) where state = 'open';
create index duplicate_pairs_b on duplicate_pairs (org_id, b_id);
call protect_tenant_table('duplicate_pairs');

create table account_merges (
  org_id         bigint not null references organisations on delete cascade,
  id             bigint generated always as identity,
  winner_id      bigint not null,
  loser_id       bigint not null,
  winner_before  jsonb not null,
  -- What hung on the loser. Shape: []duplicates.moved.
  moved          jsonb not null,
  winner_version integer not null, -- after the merge
  loser_version  integer not null,
  merged_by      bigint,
  merged_at      timestamptz not null default now(),
  undone_at      timestamptz,
  primary key (org_id, id)
);
create index account_merges_winner on account_merges (org_id, winner_id);
create index account_merges_loser on account_merges (org_id, loser_id);
call protect_tenant_table('account_merges');

-- +goose Down
drop table account_merges, duplicate_pairs, duplicate_scans;
alter table accounts drop column merged_into;
