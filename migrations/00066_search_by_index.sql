-- Why: "like all (array)" uses no index, so the words of a search are joined by
-- "and" one by one; the text is put together of numbers only, the words stay
-- parameters. Filters that ask what a text contains get their candidates the same
-- way.
-- Cost: none on data.

-- +goose Up
-- Its settings are known to the session only once the module is loaded.
select similarity('a', 'a');

-- The accounts whose search text is like every one of some sets of patterns, of
-- each at least one: at most so many. The patterns of a set are joined by the
-- character 31, which no word holds.
-- +goose StatementBegin
create function search_candidates(sets text[], most integer)
  returns table (id bigint, search text)
  language plpgsql stable security definer set search_path = public, pg_temp rows 300
  -- With a limit the planner hopes to meet enough of them early on in the table.
  set enable_seqscan = off
  as $$
declare
  conditions text;
  alike      text[];
begin
  if cardinality(sets) is null or cardinality(sets) = 0 then
    return;
  end if;
  select string_agg('(' || (
      select string_agg(format('a.search like (string_to_array($2[%s], %L))[%s]', s, E'\x1f', p), ' or ')
      from generate_series(1, cardinality(string_to_array(sets[s], E'\x1f'))) p) || ')', ' and ')
    into conditions from generate_subscripts(sets, 1) s;
  return query execute 'select a.id, a.search from accounts a where a.org_id = $1 and ' || conditions || ' limit $3'
    using current_org(), sets, most;
end
$$;
-- +goose StatementEnd
revoke all on function search_candidates(text[], integer) from public;

-- The accounts whose search text (name, category, tags, address) contains a text,
-- at most so many: candidates for what a filter asks of one of these.
create function accounts_containing(contained text, most integer)
  returns table (id bigint)
  language sql stable security definer set search_path = public, pg_temp rows 1000
  as $$ select c.id from search_candidates(array[like_pattern(contained)], most) c where current_org() is not null $$;
revoke all on function accounts_containing(text, integer) from public;
grant execute on function accounts_containing(text, integer) to waymark_app;

-- +goose StatementBegin
create or replace function search_accounts_upto(words text[], most integer)
  returns table (id bigint, score real)
  language plpgsql stable security definer set search_path = public, pg_temp
  set pg_trgm.word_similarity_threshold = 0.36 set plan_cache_mode = force_custom_plan set jit = off
  as $$
declare
  sets    text[] := array(select like_pattern(w) from unnest(words) w order by length(w) desc, w);
  org     bigint := current_org();
  guesses text[];
  w       text;
begin
  if cardinality(words) = 0 then
    return;
  end if;
  return query
    select f.id, (2 + case when starts_with(f.search, words[1]) then 0.5 else 0 end)::real from search_candidates(sets, most) f;
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
  -- that is like none finds nothing.
  sets := '{}';
  foreach w in array words loop
    if length(w) < 3 or w !~ '[^0-9]' or exists (select from search_words d where d.org_id = org and d.word = w) then
      guesses := array[w]; -- numbers and what is spelled right are meant as they are
    else
      guesses := array(select s.word from (select g.*, max(g.likeness) over () as best from search_spellings(w) g) s where s.likeness >= 0.75 * s.best);
    end if;
    if cardinality(guesses) = 0 then
      return;
    end if;
    sets := sets || array_to_string(array(select like_pattern(g) from unnest(guesses) g), E'\x1f');
  end loop;
  return query
    select f.id, m.score::real
    from search_candidates(sets, most) f
    cross join lateral (select avg(word_similarity(u, f.search)) as score from unnest(words) u offset 0) m;
end
$$;
-- +goose StatementEnd

create or replace function search_accounts_best(words text[], most integer)
  returns table (id bigint, score real)
  language sql stable security definer set search_path = public, pg_temp rows 100
  as $$ select * from search_accounts_upto(words, most) where current_org() is not null order by score desc, id limit most $$;

create or replace function search_accounts(words text[])
  returns table (id bigint, score real)
  language sql stable security definer set search_path = public, pg_temp
  as $$ select * from search_accounts_upto(words, null) where current_org() is not null $$;

-- Guesses are made only when asked for.
drop function search_contacts_best(text[], integer);
-- +goose StatementBegin
create function search_contacts_best(words text[], most integer, guess boolean)
  returns table (id bigint, score real)
  language plpgsql stable security definer set search_path = public, pg_temp rows 100
  set pg_trgm.word_similarity_threshold = 0.6 set plan_cache_mode = force_custom_plan set jit = off
  as $$
declare
  org  bigint := current_org();
  most_alike text := (select u from unnest(words) u order by length(u) desc, u limit 1);
begin
  if cardinality(words) = 0 then
    return;
  end if;
  return query
    select f.id, (1.9 + case when starts_with(f.search, words[1]) then 0.5 else 0 end)::real as score
    from (
      select c.id, c.search from contacts c
      where c.org_id = org and c.search like like_pattern(most_alike)
        and not exists (select from unnest(words) u where strpos(c.search, u) = 0)
      limit most) f
    order by 2 desc, 1;
  -- A guess needs a word of some length, or everyone is like it.
  if found or not guess or length(most_alike) < 4 then
    return;
  end if;
  return query
    select f.id, avg(word_similarity(u, f.search))::real as score
    from (select c.id, c.search from contacts c where c.org_id = org and most_alike <% c.search limit 4 * most) f
    cross join unnest(words) u
    group by f.id having min(word_similarity(u, f.search)) >= 0.4
    order by 2 desc, 1 limit most;
end
$$;
-- +goose StatementEnd
revoke all on function search_contacts_best(text[], integer, boolean) from public;
grant execute on function search_contacts_best(text[], integer, boolean) to waymark_app;

-- What a filter means changes with the contacts that it asks for, and what it
-- means is remembered until the version changes (00030).
create trigger contacts_changed after insert or update or delete on contacts
  for each statement execute function account_changed();

-- +goose Down
drop trigger contacts_changed on contacts;
drop function accounts_containing(text, integer);
drop function search_contacts_best(text[], integer, boolean);
create function search_contacts_best(words text[], most integer)
  returns table (id bigint, score real)
  language sql stable security definer set search_path = public, pg_temp rows 100
  as $$ select c.id, 1::real from contacts c where c.org_id = current_org() and not exists (select from unnest(words) u where strpos(c.search, u) = 0) limit most $$;
create or replace function search_accounts_upto(words text[], most integer)
  returns table (id bigint, score real)
  language sql stable security definer set search_path = public, pg_temp
  set pg_trgm.word_similarity_threshold = 0.36
  as $$
    select a.id, avg(word_similarity(w, a.search))::real from accounts a cross join unnest(words) w
    where a.org_id = current_org() and (select u from unnest(words) u order by length(u) desc, u limit 1) <% a.search
    group by a.id having min(word_similarity(w, a.search)) >= 0.36 order by 2 desc limit most
  $$;
drop function search_candidates(text[], integer);
