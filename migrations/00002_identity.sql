-- Why: organisations (the tenants), their teams and users, the sessions in
-- which users act, and the counts that limit attempts to sign in.
-- Sign-in and the reading of a session happen before any organisation is
-- known, so they go through security-definer functions that take exactly the
-- e-mail or the token's hash and give back one row.
-- Cost: none on data.

-- +goose Up
create table organisations (
  org_id     bigint generated always as identity primary key,
  name       text not null check (name <> '' and length(name) <= 200),
  slug       text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  language   text not null default 'en' check (language in ('en', 'de')),
  time_zone  text not null default 'UTC',
  currency   text not null default 'USD' check (currency ~ '^[A-Z]{3}$'),
  demo       boolean not null default false,
  created_at timestamptz not null default now()
);
call protect_tenant_table('organisations');

create table teams (
  org_id     bigint not null references organisations on delete cascade,
  id         bigint generated always as identity,
  name       text not null check (name <> '' and length(name) <= 200),
  created_at timestamptz not null default now(),
  primary key (org_id, id),
  unique (org_id, name)
);
call protect_tenant_table('teams');

create table users (
  org_id        bigint not null references organisations on delete cascade,
  id            bigint generated always as identity,
  email         text not null check (length(email) <= 320 and email like '%_@_%'),
  name          text not null check (name <> '' and length(name) <= 200),
  role          text not null check (role in ('admin', 'manager', 'rep', 'marketer', 'service', 'backoffice')),
  team_id       bigint,
  language      text check (language in ('en', 'de')),
  password_hash text not null,
  active        boolean not null default true,
  -- Where the day begins and ends, and when, unless a plan says otherwise.
  start_point   geometry(point, 4326),
  start_address text not null default '' check (length(start_address) <= 500),
  work_start    time not null default '08:00',
  work_end      time not null default '17:00' check (work_end > work_start),
  lunch_minutes integer not null default 30 check (lunch_minutes between 0 and 180),
  created_at    timestamptz not null default now(),
  updated_at    timestamptz not null default now(),
  primary key (org_id, id),
  foreign key (org_id, team_id) references teams (org_id, id) on delete set null (team_id)
);
-- One person, one sign-in: e-mails are unique in the installation.
create unique index users_email on users (lower(email));
create index users_team on users (org_id, team_id);
call protect_tenant_table('users');

create table sessions (
  org_id       bigint not null references organisations on delete cascade,
  token_hash   bytea not null check (length(token_hash) = 32),
  user_id      bigint not null,
  csrf_token   text not null,
  user_agent   text not null default '',
  ip           inet,
  created_at   timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  expires_at   timestamptz not null,
  primary key (org_id, token_hash),
  foreign key (org_id, user_id) references users (org_id, id) on delete cascade
);
create unique index sessions_token on sessions (token_hash);
create index sessions_user on sessions (org_id, user_id);
create index sessions_expiry on sessions (expires_at);
call protect_tenant_table('sessions');

-- Failed sign-ins by a hash of the e-mail or of the address they came from.
-- Not a tenant's: it counts before anyone is known.
create table sign_in_attempts (
  subject      text primary key check (length(subject) <= 100),
  failures     integer not null check (failures > 0),
  window_start timestamptz not null default now()
);
grant select, insert, update, delete on sign_in_attempts to waymark_app;

-- +goose StatementBegin
create function auth_user_by_email(address text)
  returns table (org_id bigint, user_id bigint, password_hash text, active boolean)
  language sql stable security definer set search_path = public, pg_temp
  as $$ select u.org_id, u.id, u.password_hash, u.active from users u where lower(u.email) = lower(address) $$;
-- +goose StatementEnd
-- +goose StatementBegin
create function auth_session(hash bytea)
  returns table (org_id bigint, user_id bigint, team_id bigint, role text, csrf_token text, last_seen_at timestamptz, expires_at timestamptz)
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select s.org_id, u.id, coalesce(u.team_id, 0), u.role, s.csrf_token, s.last_seen_at, s.expires_at
    from sessions s join users u on u.org_id = s.org_id and u.id = s.user_id
    where s.token_hash = hash and s.expires_at > now() and u.active
  $$;
-- +goose StatementEnd
revoke all on function auth_user_by_email(text) from public;
revoke all on function auth_session(bytea) from public;
grant execute on function auth_user_by_email(text), auth_session(bytea) to waymark_app;

-- +goose Down
drop function auth_session(bytea);
drop function auth_user_by_email(text);
drop table sign_in_attempts, sessions, users, teams, organisations;
