-- Why: the customer record: accounts with located sites and contacts.
-- A site carries a copy of its account's filter columns, kept by trigger, so
-- that a map query reads one index by ranges of cells and joins nothing.
-- Cost: none on data.

-- +goose Up
create table accounts (
  org_id              bigint not null references organisations on delete cascade,
  id                  bigint generated always as identity,
  name                text not null check (name <> '' and length(name) <= 300),
  status              text not null default 'prospect' check (status in ('prospect', 'customer', 'former')),
  class               text not null default 'C' check (class in ('A', 'B', 'C')),
  category            text not null default '' check (length(category) <= 100),
  owner_id            bigint,
  team_id             bigint,
  tags                text[] not null default '{}'
    check (cardinality(tags) <= 50 and length(array_to_string(tags, '')) <= 2500 and array_position(tags, null) is null),
  phone               text not null default '' check (length(phone) <= 100),
  email               text not null default '' check (length(email) <= 320),
  website             text not null default '' check (length(website) <= 500),
  notes               text not null default '' check (length(notes) <= 20000),
  revenue             numeric(14, 2) not null default 0 check (revenue >= 0 and revenue <> 'NaN'),
  visit_interval_days integer not null default 90 check (visit_interval_days between 1 and 3650),
  visit_minutes       integer not null default 30 check (visit_minutes between 1 and 720),
  last_visit_on       date,
  due_on              date generated always as (last_visit_on + visit_interval_days) stored,
  open_prospect_id    bigint references open_prospects,
  search              text not null default '',
  -- What lists are sorted by. Columns, because under row-level security an
  -- index is used for a condition only if every function in it is leakproof:
  -- lower(name) and comparisons of numeric are not.
  name_key            text collate "und-x-icu" not null generated always as (lower(name)) stored,
  due_key             date not null generated always as (coalesce(last_visit_on + visit_interval_days, date '9999-12-31')) stored,
  revenue_key         bigint not null generated always as ((revenue * 100)::bigint) stored,
  version             integer not null default 1,
  archived_at         timestamptz,
  created_by          bigint,
  created_at          timestamptz not null default now(),
  updated_at          timestamptz not null default now(),
  primary key (org_id, id),
  foreign key (org_id, owner_id) references users (org_id, id) on delete set null (owner_id),
  foreign key (org_id, team_id) references teams (org_id, id) on delete set null (team_id)
);
create unique index accounts_open_prospect on accounts (org_id, open_prospect_id) where open_prospect_id is not null;
create index accounts_name on accounts (org_id, name_key, id);
create index accounts_owner on accounts (org_id, owner_id, id);
create index accounts_due on accounts (org_id, due_key, id);
create index accounts_revenue on accounts (org_id, revenue_key, id);
create index accounts_updated on accounts (org_id, updated_at, id);
create index accounts_search on accounts using gin (org_id, search gin_trgm_ops);
create index accounts_tags on accounts using gin (org_id, tags);
-- Counts of a filter read this index alone.
create index accounts_counts on accounts (org_id, id)
  include (status, class, owner_id, team_id, due_on) where archived_at is null;
call protect_tenant_table('accounts');

create table sites (
  org_id        bigint not null references organisations on delete cascade,
  id            bigint generated always as identity,
  account_id    bigint not null,
  name          text not null default '' check (length(name) <= 200),
  is_primary    boolean not null default false,
  housenumber   text not null default '' check (length(housenumber) <= 50),
  street        text not null default '' check (length(street) <= 200),
  city          text not null default '' check (length(city) <= 200),
  postcode      text not null default '' check (length(postcode) <= 20),
  country       text not null default '' check (length(country) <= 100),
  opening_hours text not null default '' check (length(opening_hours) <= 500),
  source        text not null default 'manual' check (source in ('manual', 'extract', 'geocoded', 'import', 'demo')),
  point         geometry(point, 4326) not null,
  cell          bigint not null,
  check (st_x(point) between -180 and 180 and st_y(point) between -90 and 90),
  -- Copies of the account's columns, written by trigger only.
  status        text not null default 'prospect',
  class         text not null default 'C',
  owner_id      bigint,
  team_id       bigint,
  due_on        date,
  archived      boolean not null default false,
  created_at    timestamptz not null default now(),
  updated_at    timestamptz not null default now(),
  primary key (org_id, id),
  foreign key (org_id, account_id) references accounts (org_id, id) on delete cascade
);
create unique index sites_primary on sites (org_id, account_id) where is_primary;
create index sites_account on sites (org_id, account_id);
create index sites_cell on sites (org_id, cell)
  include (id, account_id, status, class, owner_id, team_id, due_on) where not archived;
create index sites_cell_archived on sites (org_id, cell)
  include (id, account_id, status, class, owner_id, team_id, due_on) where archived;
call protect_tenant_table('sites');

create table contacts (
  org_id         bigint not null references organisations on delete cascade,
  id             bigint generated always as identity,
  account_id     bigint not null,
  name           text not null check (name <> '' and length(name) <= 200),
  job_title      text not null default '' check (length(job_title) <= 200),
  phone          text not null default '' check (length(phone) <= 100),
  email          text not null default '' check (length(email) <= 320),
  do_not_contact boolean not null default false,
  created_at     timestamptz not null default now(),
  updated_at     timestamptz not null default now(),
  primary key (org_id, id),
  foreign key (org_id, account_id) references accounts (org_id, id) on delete cascade
);
create index contacts_account on contacts (org_id, account_id);
call protect_tenant_table('contacts');

-- What a site shows of its account. Runs before insert, and on change of the
-- account only for the columns that are copied.
-- +goose StatementBegin
create function sites_copy_account() returns trigger language plpgsql as $$
begin
  select a.status, a.class, a.owner_id, a.team_id, a.due_on, a.archived_at is not null
    into new.status, new.class, new.owner_id, new.team_id, new.due_on, new.archived
    from accounts a where a.org_id = new.org_id and a.id = new.account_id;
  return new;
end
$$;
-- +goose StatementEnd
create trigger sites_copy before insert on sites for each row execute function sites_copy_account();

-- +goose StatementBegin
create function accounts_copy_to_sites() returns trigger language plpgsql as $$
begin
  update sites s
     set status = new.status, class = new.class, owner_id = new.owner_id, team_id = new.team_id,
         due_on = new.due_on, archived = new.archived_at is not null
   where s.org_id = new.org_id and s.account_id = new.id;
  return null;
end
$$;
-- +goose StatementEnd
create trigger accounts_copy after update on accounts for each row
  when (old.status is distinct from new.status or old.class is distinct from new.class
     or old.owner_id is distinct from new.owner_id or old.team_id is distinct from new.team_id
     or old.due_on is distinct from new.due_on
     or (old.archived_at is null) is distinct from (new.archived_at is null))
  execute function accounts_copy_to_sites();

-- What the search field looks through: the name, the category and the tags
-- here, the address of the primary site by the trigger below.
-- +goose StatementBegin
create function accounts_search_text() returns trigger language plpgsql as $$
begin
  new.search := lower(concat_ws(' ', new.name, new.category, array_to_string(new.tags, ' '), (
    select concat_ws(' ', s.housenumber, s.street, s.city, s.postcode)
    from sites s where s.org_id = new.org_id and s.account_id = new.id and s.is_primary)));
  return new;
end
$$;
-- +goose StatementEnd
create trigger accounts_search_insert before insert on accounts for each row execute function accounts_search_text();
create trigger accounts_search_update before update of name, category, tags, search on accounts for each row execute function accounts_search_text();

-- +goose StatementBegin
create function sites_touch_search() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    if old.is_primary then
      update accounts set search = '' where org_id = old.org_id and id = old.account_id;
    end if;
  elsif new.is_primary then
    update accounts set search = '' where org_id = new.org_id and id = new.account_id;
  end if;
  return null;
end
$$;
-- +goose StatementEnd
create trigger sites_search after insert or delete or update of housenumber, street, city, postcode, is_primary on sites
  for each row execute function sites_touch_search();

-- Text search that forgives typing errors. Under row-level security the
-- trigram operators would lose their index (they are not leakproof), so this
-- function reads as the owner and carries the organisation itself.
-- Every word (lower case, letters and digits only) must be found, spelled
-- nearly so; the longest finds the candidates by the index. A word counts its
-- similarity, and one more when it is contained as it is. What is less than
-- 0.6 as good as the best match is left out, so that guesses are only given
-- where nothing better is there.
-- +goose StatementBegin
create function search_accounts(words text[])
  returns table (id bigint, score real)
  language sql stable security definer set search_path = public, pg_temp
  set pg_trgm.word_similarity_threshold = 0.36
  as $$
    with candidates as (
      select a.id, a.search
      from accounts a
      where a.org_id = current_org()
        and (select w from unnest(words) w order by length(w) desc, w limit 1) <% a.search
    ), scored as (
      select c.id, (m.score + case when starts_with(c.search, words[1]) then 0.5 else 0 end)::real as score
      from candidates c
      cross join lateral (
        select avg(w.similarity + case when strpos(c.search, w.word) > 0 then 1 else 0 end) as score,
               min(w.similarity) as least
        from (select u.word, word_similarity(u.word, c.search) as similarity from unnest(words) as u(word) offset 0) w
      ) m
      where m.least >= 0.36
    ), ranked as (
      select s.id, s.score, max(s.score) over () as best from scored s
    )
    select r.id, r.score from ranked r where r.score >= 0.6 * r.best
  $$;
-- +goose StatementEnd

-- The accounts that have every one of some tags: array operators are not
-- leakproof either.
-- +goose StatementBegin
create function accounts_with_tags(wanted text[])
  returns table (id bigint)
  language sql stable security definer set search_path = public, pg_temp
  as $$ select a.id from accounts a where a.org_id = current_org() and a.tags @> wanted $$;
-- +goose StatementEnd
revoke all on function search_accounts(text[]) from public;
revoke all on function accounts_with_tags(text[]) from public;
grant execute on function search_accounts(text[]), accounts_with_tags(text[]) to waymark_app;

-- +goose Down
drop function accounts_with_tags(text[]);
drop function search_accounts(text[]);
drop table contacts, sites, accounts;
drop function sites_touch_search(), accounts_search_text(), accounts_copy_to_sites(), sites_copy_account();
