-- Why: the search that finds its candidates by the index (00066) reads as the
-- owner, so it carries the rules of access itself, as the others do since 00083.
-- Cost: none on data.

-- +goose Up
-- +goose StatementBegin
do $$
declare
  f record;
begin
  for f in
    select p.proname, pg_get_functiondef(p.oid) as def from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.proname = 'search_candidates'
  loop
    if strpos(f.def, 'account_is_seen') = 0 then
      if strpos(f.def, 'a.org_id = $1 and ') = 0 then
        raise exception 'the function % reads accounts in another way than this migration knows', f.proname;
      end if;
      execute replace(f.def, 'a.org_id = $1 and ', 'a.org_id = $1 and account_is_seen(a.owner_id, a.team_id) and ');
    end if;
  end loop;
end
$$;
-- +goose StatementEnd

-- +goose Down
select 1;
