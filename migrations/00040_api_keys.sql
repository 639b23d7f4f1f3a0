-- Why: programs act for a user without a browser: a key of their own, for a part
-- of what the user's role may do. Only the SHA-256 of a key is stored, so that
-- reading the table gives nobody a key. The reading of a key happens before any
-- organisation is known, so it goes through a security-definer function that
-- takes exactly the hash and gives back one row, as for sessions.
-- Cost: none on data.

-- +goose Up
create table api_keys (
  org_id       bigint not null references organisations on delete cascade,
  id           bigint generated always as identity,
  user_id      bigint not null,
  name         text not null check (name <> '' and length(name) <= 200),
  token_hash   bytea not null check (length(token_hash) = 32),
  hint         text not null check (length(hint) <= 20),
  -- Permissions; what the user's role no longer has, they do not give back.
  scopes       text[] not null check (cardinality(scopes) between 1 and 100),
  created_at   timestamptz not null default now(),
  expires_at   timestamptz,
  last_used_at timestamptz,
  primary key (org_id, id),
  foreign key (org_id, user_id) references users (org_id, id) on delete cascade
);
create unique index api_keys_token on api_keys (token_hash);
create index api_keys_user on api_keys (org_id, user_id);
call protect_tenant_table('api_keys');

-- +goose StatementBegin
create function auth_api_key(hash bytea)
  returns table (org_id bigint, user_id bigint, team_id bigint, role text, key_id bigint, scopes text[], last_used_at timestamptz)
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select k.org_id, u.id, coalesce(u.team_id, 0), u.role, k.id, k.scopes, k.last_used_at
    from api_keys k join users u on u.org_id = k.org_id and u.id = k.user_id
    where k.token_hash = hash and (k.expires_at is null or k.expires_at > now()) and u.active
  $$;
-- +goose StatementEnd
revoke all on function auth_api_key(bytea) from public;
grant execute on function auth_api_key(bytea) to waymark_app;

-- +goose Down
drop function auth_api_key(bytea);
drop table api_keys;
