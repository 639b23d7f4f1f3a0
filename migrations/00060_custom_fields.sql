-- Why: organisations add fields of their own to accounts. A definition says what
-- a value may be; the values of an account are one jsonb, checked by the server
-- against the definitions and bounded here.
-- Cost: a column with a constant default rewrites nothing.

-- +goose Up
create table custom_fields (
  org_id      bigint not null references organisations on delete cascade,
  id          bigint generated always as identity,
  key         text not null check (key ~ '^[a-z][a-z0-9_]{0,39}$'),
  label       text not null check (label <> '' and length(label) <= 100),
  type        text not null check (type in ('text', 'number', 'money', 'date', 'choice', 'choices', 'boolean', 'link')),
  choices     jsonb not null default '[]' check (jsonb_typeof(choices) = 'array' and jsonb_array_length(choices) <= 200),
  required    boolean not null default false,
  position    integer not null default 0 check (position >= 0),
  archived_at timestamptz,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  primary key (org_id, id),
  constraint custom_fields_key unique (org_id, key)
);
call protect_tenant_table('custom_fields');

alter table accounts add column custom jsonb not null default '{}'
  check (jsonb_typeof(custom) = 'object' and pg_column_size(custom) <= 100000);

-- What a filter means changes with the fields that it asks for.
create trigger custom_fields_changed after insert or update or delete on custom_fields
  for each statement execute function account_changed();

-- +goose Down
drop trigger custom_fields_changed on custom_fields;
alter table accounts drop column custom;
drop table custom_fields;
