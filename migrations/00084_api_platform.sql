-- Why: programs that use the API: a creating request that is sent twice is done
-- once, and what changes is told to their addresses.
-- An event is a line of the audit trail, so nothing that changes can be missed.
-- Lines are handed out in the order of their transactions, and only those of
-- transactions that nobody older can come before any more: so each is seen once.
-- Cost: none on data.

-- +goose Up
create table idempotency_keys (
  org_id       bigint not null references organisations on delete cascade,
  user_id      bigint not null,
  operation    text not null check (length(operation) <= 100),
  key          text not null check (length(key) between 1 and 200),
  fingerprint  bytea not null check (length(fingerprint) = 32),  -- of path and body
  status       integer,      -- null while the request is under way
  content_type text not null default '',
  body         bytea,
  created_at   timestamptz not null default now(),
  primary key (org_id, user_id, operation, key),
  foreign key (org_id, user_id) references users (org_id, id) on delete cascade
);
create index idempotency_keys_age on idempotency_keys (org_id, created_at);
call protect_tenant_table('idempotency_keys');

create table webhooks (
  org_id        bigint not null references organisations on delete cascade,
  id            bigint generated always as identity,
  url           text not null check (length(url) <= 2000),
  description   text not null default '' check (length(description) <= 200),
  events        text[] not null check (cardinality(events) between 1 and 50),
  secret        text not null check (length(secret) between 20 and 100),
  active        boolean not null default true,
  -- The last line of the trail that was looked at.
  position_txid xid8 not null,
  position_id   bigint not null default 0,
  created_by    bigint,
  created_at    timestamptz not null default now(),
  primary key (org_id, id),
  foreign key (org_id, created_by) references users (org_id, id) on delete set null (created_by)
);
call protect_tenant_table('webhooks');

create table webhook_deliveries (
  org_id       bigint not null references organisations on delete cascade,
  id           bigint generated always as identity,
  webhook_id   bigint not null,
  event        text not null check (length(event) <= 60),
  payload      text not null check (length(payload) <= 300000),
  state        text not null default 'waiting' check (state in ('waiting', 'delivered', 'failed')),
  attempts     integer not null default 0,
  status       integer,
  answer       text not null default '' check (length(answer) <= 2000),
  created_at   timestamptz not null default now(),
  attempted_at timestamptz,
  primary key (org_id, id),
  foreign key (org_id, webhook_id) references webhooks (org_id, id) on delete cascade
);
create index webhook_deliveries_webhook on webhook_deliveries (org_id, webhook_id, id desc);
create index webhook_deliveries_age on webhook_deliveries (org_id, created_at);
call protect_tenant_table('webhook_deliveries');

-- The organisations for whose webhooks there may be something to tell.
-- +goose StatementBegin
create function webhook_organisations() returns table (org_id bigint)
  language sql stable security definer set search_path = public, pg_temp
  as $$ select distinct w.org_id from webhooks w where w.active $$;
-- +goose StatementEnd
revoke all on function webhook_organisations() from public;
grant execute on function webhook_organisations() to waymark_app;

call audit_table('webhooks', null, '{secret,position_txid,position_id,created_by,created_at}');

-- +goose Down
drop function webhook_organisations();
drop table webhook_deliveries, webhooks, idempotency_keys;
drop function audit_webhooks();
