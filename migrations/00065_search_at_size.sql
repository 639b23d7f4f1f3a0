-- Why: text search read every account that shared enough trigrams with the longest
-- word, 0.7 s at 100,000 accounts and seconds at a million. Now words that are
-- spelled as they occur find their accounts by what they contain, by the index
-- alone, and guesses are made only when nothing has all words. Where there are
-- many accounts, guesses go through the words that occur: a dictionary an
-- organisation, of some ten thousand words, that a job keeps.
-- The dictionary forgets nothing and is renewed now and then: a new word is found
-- at once when it is spelled right, and misspelled after the next run.
-- search_accounts stays what filters ask: all accounts that match. The others give
-- the best few, for what somebody types.
-- Cost: none on data.

-- +goose Up
-- Its settings are known to the session only once the module is loaded.
select similarity('a', 'a');

create table search_words (
  org_id bigint not null references organisations on delete cascade,
  word   text not null check (word <> '' and length(word) <= 100),
  primary key (org_id, word)
);
create index search_words_trigrams on search_words using gin (org_id, word gin_trgm_ops) with (fastupdate = off);
call protect_tenant_table('search_words');

-- When an organisation's dictionary was made, of the accounts changed until then.
create table search_dictionaries (
  org_id  bigint not null references organisations on delete cascade primary key,
  made_at timestamptz not null
);
call protect_tenant_table('search_dictionaries');

-- A pattern for like that finds a text as it is.
create function like_pattern(word text) returns text
  language sql immutable parallel safe
  return '%' || replace(replace(replace(word, '\', '\\'), '%', '\%'), '_', '\_') || '%';

-- The words of the dictionary that a word may have been meant for, the likest
-- first.
-- +goose StatementBegin
create function search_spellings(typed text)
  returns table (word text, likeness real)
  language sql stable security definer set search_path = public, pg_temp
  set pg_trgm.similarity_threshold = 0.3
  as $$
    select w.word, similarity(w.word, typed) as likeness
    from search_words w
    where w.org_id = current_org() and w.word % typed
    order by 2 desc, 1 limit 6
  $$;
-- +goose StatementEnd

-- The accounts that a search text means, and how well. words are lower case,
-- letters and digits only. most bounds how many are looked at, null for no bound.
-- +goose StatementBegin
create function search_accounts_upto(words text[], most integer)
  returns table (id bigint, score real)
  language plpgsql stable security definer set search_path = public, pg_temp
  set pg_trgm.word_similarity_threshold = 0.36 set plan_cache_mode = force_custom_plan set jit = off
  as $$
declare
  patterns text[] := array(select like_pattern(w) from unnest(words) w order by length(w) desc, w);
  org      bigint := current_org();
  guesses  text[];
  w        text;
begin
  if cardinality(words) = 0 then
    return;
  end if;
  return query
    select f.id, (2 + case when starts_with(f.search, words[1]) then 0.5 else 0 end)::real
    from (select a.id, a.search from accounts a where a.org_id = org and a.search like all (patterns) limit most) f;
  if found then
    return;
  end if;
  if not exists (select from search_dictionaries d where d.org_id = org) then
    return query
      with candidates as (
        select a.id, a.search
        from accounts a
        where a.org_id = org
          and (select u from unnest(words) u order by length(u) desc, u limit 1) <% a.search
      ), scored as (
        select c.id, (m.score + case when starts_with(c.search, words[1]) then 0.5 else 0 end)::real as score
        from candidates c
        cross join lateral (
          select avg(v.similarity + case when strpos(c.search, v.word) > 0 then 1 else 0 end) as score,
                 min(v.similarity) as least
          from (select u.word, word_similarity(u.word, c.search) as similarity from unnest(words) as u(word) offset 0) v
        ) m
        where m.least >= 0.36
      ), ranked as (
        select s.id, s.score, max(s.score) over () as best from scored s
      )
      select r.id, r.score from ranked r where r.score >= 0.6 * r.best;
    return;
  end if;
  -- The spellings of each word that the dictionary has, the likest ones; a word
  -- that is like none finds nothing. Those of a word are joined by a character
  -- that no word holds, since arrays of arrays must be even.
  patterns := '{}';
  foreach w in array words loop
    if length(w) < 3 or w !~ '[^0-9]' or exists (select from search_words d where d.org_id = org and d.word = w) then
      guesses := array[w]; -- numbers and what is spelled right are meant as they are
    else
      guesses := array(select s.word from (select g.*, max(g.likeness) over () as best from search_spellings(w) g) s where s.likeness >= 0.75 * s.best);
    end if;
    if cardinality(guesses) = 0 then
      return;
    end if;
    patterns := patterns || array_to_string(array(select like_pattern(g) from unnest(guesses) g), E'\x1f');
  end loop;
  return query
    with found as materialized (
      select a.id, a.search from accounts a
      where a.org_id = org and a.search like any (string_to_array((select p from unnest(patterns) p order by length(p) desc, p limit 1), E'\x1f'))
        and not exists (select from unnest(patterns) p where not a.search like any (string_to_array(p, E'\x1f')))
      limit most
    )
    select f.id, m.score::real
    from found f
    cross join lateral (select avg(word_similarity(u, f.search)) as score from unnest(words) u offset 0) m;
end
$$;
-- +goose StatementEnd

create or replace function search_accounts(words text[])
  returns table (id bigint, score real)
  language sql stable security definer set search_path = public, pg_temp
  as $$ select * from search_accounts_upto(words, null) $$;

create function search_accounts_best(words text[], most integer)
  returns table (id bigint, score real)
  language sql stable security definer set search_path = public, pg_temp rows 100
  as $$ select * from search_accounts_upto(words, most) order by score desc, id limit most $$;

-- Contacts by name, e-mail and phone number.
-- +goose StatementBegin
create function search_contacts_best(words text[], most integer)
  returns table (id bigint, score real)
  language plpgsql stable security definer set search_path = public, pg_temp rows 100
  set pg_trgm.word_similarity_threshold = 0.5 set plan_cache_mode = force_custom_plan set jit = off
  as $$
declare
  patterns text[] := array(select like_pattern(w) from unnest(words) w order by length(w) desc, w);
  org      bigint := current_org();
begin
  if cardinality(words) = 0 then
    return;
  end if;
  return query
    select f.id, (1.9 + case when starts_with(f.search, words[1]) then 0.5 else 0 end)::real as score
    from (select c.id, c.search from contacts c where c.org_id = org and c.search like all (patterns) limit most) f
    order by 2 desc, 1;
  if found then
    return;
  end if;
  -- A guess needs a word of some length, or everyone is like it.
  if (select max(length(u)) from unnest(words) u) < 4 then
    return;
  end if;
  return query
    select f.id, avg(word_similarity(u, f.search))::real as score
    from (
      select c.id, c.search from contacts c
      where c.org_id = org and (select u from unnest(words) u order by length(u) desc, u limit 1) <% c.search
      limit 20 * most
    ) f cross join unnest(words) u
    group by f.id having min(word_similarity(u, f.search)) >= 0.4
    order by 2 desc, 1 limit most;
end
$$;
-- +goose StatementEnd

revoke all on function search_spellings(text), search_accounts_upto(text[], integer), search_accounts_best(text[], integer), search_contacts_best(text[], integer) from public;
grant execute on function search_accounts_best(text[], integer), search_contacts_best(text[], integer) to waymark_app;

-- +goose Down
drop function search_contacts_best(text[], integer);
drop function search_accounts_best(text[], integer);
-- +goose StatementBegin
create or replace function search_accounts(words text[])
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
drop function search_accounts_upto(text[], integer);
drop function search_spellings(text);
drop function like_pattern(text);
drop table search_dictionaries, search_words;
