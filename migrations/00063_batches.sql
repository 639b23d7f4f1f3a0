-- Why: many accounts changed at once are one batch, which keeps what each of them
-- was before, so that it can be undone: what nobody has changed since comes back.
-- Also what each user has opened lately, which search puts first.
-- Cost: none on data; a batch writes one row an account.

-- +goose Up
create table batches (
  org_id      bigint not null references organisations on delete cascade,
  id          bigint generated always as identity,
  user_id     bigint,
  -- What was asked for: accounts.BulkChange as JSON.
  change      jsonb not null,
  state       text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed', 'undoing', 'undone')),
  error       text not null default '',
  total       integer not null default 0 check (total >= 0),
  done        integer not null default 0 check (done >= 0),
  changed     integer not null default 0 check (changed >= 0),
  restored    integer not null default 0 check (restored >= 0),
  skipped     integer not null default 0 check (skipped >= 0),
  created_at  timestamptz not null default now(),
  finished_at timestamptz,
  undone_at   timestamptz,
  undone_by   bigint,
  primary key (org_id, id),
  foreign key (org_id, user_id) references users (org_id, id) on delete set null (user_id)
);
create index batches_user on batches (org_id, user_id);
call protect_tenant_table('batches');

create table batch_accounts (
  org_id     bigint not null references organisations on delete cascade,
  batch_id   bigint not null,
  account_id bigint not null,
  state      text not null default 'waiting' check (state in ('waiting', 'changed', 'same', 'restored', 'skipped')),
  before     jsonb,   -- columns of the account
  after      jsonb,   -- what the batch made of them, to see whether somebody has changed them since
  primary key (org_id, batch_id, account_id),
  foreign key (org_id, batch_id) references batches (org_id, id) on delete cascade
);
call protect_tenant_table('batch_accounts');

create table recent_records (
  org_id    bigint not null references organisations on delete cascade,
  user_id   bigint not null,
  kind      text not null check (kind in ('account', 'contact', 'place')),
  record    text not null check (record <> '' and length(record) <= 400),
  label     text not null default '' check (length(label) <= 300),
  detail    text not null default '' check (length(detail) <= 300),
  point     geometry(point, 4326),
  opened_at timestamptz not null default now(),
  primary key (org_id, user_id, kind, record),
  foreign key (org_id, user_id) references users (org_id, id) on delete cascade
);
create index recent_records_opened on recent_records (org_id, user_id, opened_at desc);
call protect_tenant_table('recent_records');

-- +goose Down
drop table recent_records, batch_accounts, batches;
