-- Why: every request and every tile asks whose session it is and what its person may
-- see. A function in SQL is planned anew at each call, which took a millisecond of
-- the processor; one in PL/pgSQL keeps its plan for the connection.
-- Cost: none on data.

-- +goose Up
-- +goose StatementBegin
do $migration$
declare
  f      record;
  number integer := 0;
begin
  for f in
    select p.prosrc, pg_get_functiondef(p.oid) as def
    from pg_proc p join pg_language l on l.oid = p.prolang
    where p.pronamespace = 'public'::regnamespace and l.lanname = 'sql' and p.proname in ('auth_session', 'auth_api_key', 'access_settings')
  loop
    execute replace(replace(f.def, 'LANGUAGE sql', 'LANGUAGE plpgsql'), f.prosrc,
      E'\n#variable_conflict use_column\nbegin\n  return query ' || f.prosrc || E';\nend\n');
    number := number + 1;
  end loop;
  if number <> 3 then
    raise exception 'three functions were to be changed, not %', number;
  end if;
end
$migration$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
do $migration$
declare
  f record;
begin
  for f in
    select p.prosrc, pg_get_functiondef(p.oid) as def
    from pg_proc p join pg_language l on l.oid = p.prolang
    where p.pronamespace = 'public'::regnamespace and l.lanname = 'plpgsql' and p.proname in ('auth_session', 'auth_api_key', 'access_settings')
  loop
    execute replace(replace(f.def, 'LANGUAGE plpgsql', 'LANGUAGE sql'), f.prosrc,
      replace(replace(f.prosrc, E'\n#variable_conflict use_column\nbegin\n  return query ', ''), E';\nend\n', ''));
  end loop;
end
$migration$;
-- +goose StatementEnd
