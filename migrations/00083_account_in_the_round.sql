-- Why: what an account is beside its fields: contacts with a role, a language and
-- several phones and e-mails; relations between accounts; files and photos. And
-- the searches that read as the owner respect who may see which account.
-- Files are kept in the database, so that one backup holds all that cannot be made
-- again; their content stands apart, so that lists never read it.
-- Cost: none on data; new columns with constant defaults rewrite nothing.

-- +goose Up
alter table contacts
  add column role     text not null default '' check (role in ('', 'decision_maker', 'buyer', 'technical', 'user', 'billing', 'other')),
  add column language text not null default '' check (language ~ '^([a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3})?$'),
  -- Those beside phone and email: [{"label": "mobile", "value": "…"}].
  add column phones   jsonb not null default '[]' check (jsonb_typeof(phones) = 'array' and jsonb_array_length(phones) <= 10 and length(phones::text) <= 5000),
  add column emails   jsonb not null default '[]' check (jsonb_typeof(emails) = 'array' and jsonb_array_length(emails) <= 10 and length(emails::text) <= 8000);

-- other is the kind of account: parent means that other_id is the parent.
create table account_relations (
  org_id     bigint not null references organisations on delete cascade,
  id         bigint generated always as identity,
  account_id bigint not null,
  other_id   bigint not null check (other_id <> account_id),
  kind       text not null check (kind in ('parent', 'supplier', 'vendor', 'distributor', 'outlet', 'partner', 'association', 'competitor')),
  note       text not null default '' check (length(note) <= 500),
  created_by bigint,
  created_at timestamptz not null default now(),
  primary key (org_id, id),
  unique (org_id, account_id, other_id, kind),
  foreign key (org_id, account_id) references accounts (org_id, id) on delete cascade,
  foreign key (org_id, other_id) references accounts (org_id, id) on delete cascade
);
create index account_relations_other on account_relations (org_id, other_id);
create unique index account_relations_parent on account_relations (org_id, account_id) where kind = 'parent';
call protect_tenant_table('account_relations');
call restrict_account_table('account_relations', false);

create table files (
  org_id      bigint not null references organisations on delete cascade,
  id          bigint generated always as identity,
  account_id  bigint not null,
  name        text not null check (name <> '' and length(name) <= 255),
  media_type  text not null check (length(media_type) <= 100),  -- as found in the content
  size        bigint not null check (size between 0 and 26214400),
  sha256      bytea not null check (length(sha256) = 32),
  width       integer,  -- of photos that could be read
  height      integer,
  thumbnail   bytea check (length(thumbnail) <= 200000),
  created_by  bigint,
  created_at  timestamptz not null default now(),
  deleted_at  timestamptz,
  primary key (org_id, id),
  check ((width is null) = (thumbnail is null) and (width is null) = (height is null)),
  foreign key (org_id, account_id) references accounts (org_id, id) on delete cascade,
  foreign key (org_id, created_by) references users (org_id, id) on delete set null (created_by)
);
create index files_account on files (org_id, account_id, id desc);
call protect_tenant_table('files');
call restrict_account_table('files', false);

create table file_contents (
  org_id  bigint not null references organisations on delete cascade,
  file_id bigint not null,
  content bytea not null,
  primary key (org_id, file_id),
  foreign key (org_id, file_id) references files (org_id, id) on delete cascade
);
alter table file_contents alter column content set storage external;
call protect_tenant_table('file_contents');
create policy access_read on file_contents as restrictive for select to waymark_app using (
  exists (select from files f where f.org_id = file_contents.org_id and f.id = file_contents.file_id));

call audit_table('accounts', 'id', '{version,updated_at,created_at,created_by,search}');
call audit_table('contacts', 'account_id', '{account_id,updated_at,created_at,search}');
call audit_table('account_relations', 'account_id', '{account_id,created_by,created_at}');
call audit_table('files', 'account_id', '{account_id,created_by,created_at,sha256,thumbnail,width,height}');

-- Searches that read as the owner, with the rules of access put beside the
-- organisation wherever they name it.
-- +goose StatementBegin
create procedure restrict_search_functions()
  language plpgsql as $$
declare
  f    record;
  body text;
begin
  for f in
    select p.oid, p.proname, pg_get_functiondef(p.oid) as def from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.prosecdef
      and p.proname in ('search_accounts', 'search_accounts_upto', 'accounts_with_tags', 'search_contacts_best')
  loop
    if strpos(f.def, 'account_is_seen') > 0 then
      continue;
    end if;
    body := regexp_replace(f.def, '\ma\.org_id = (org|current_org\(\))(?!\w)', '\& and account_is_seen(a.owner_id, a.team_id)', 'g');
    body := regexp_replace(body, '\mc\.org_id = (org|current_org\(\))(?!\w)',
      '\& and (nullif(current_setting(''app.sees_all'', true), '''') is not null or exists (select from accounts o where o.org_id = c.org_id and o.id = c.account_id and account_is_seen(o.owner_id, o.team_id)))', 'g');
    if body = f.def and strpos(f.def, 'from accounts') + strpos(f.def, 'from contacts') > 0 then
      raise exception 'the function % reads accounts in another way than restrict_search_functions knows', f.proname;
    end if;
    execute body;
  end loop;
end
$$;
-- +goose StatementEnd
call restrict_search_functions();

-- +goose Down
drop procedure restrict_search_functions();
drop table file_contents, files, account_relations;
drop function audit_files(), audit_account_relations();
alter table contacts drop column emails, drop column phones, drop column language, drop column role;
