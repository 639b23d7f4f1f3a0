-- Why: people who see the accounts of their own territories saw, of earlier days,
-- only what they owned themselves, since snapshots did not know territories. From
-- now on a snapshot keeps the territory to which its accounts belonged that day,
-- under the same rule as accounts; a day says whether it does, since a trend
-- that begins to count territories halfway would show growth that never was.
-- Days that were kept before say no.
-- Cost: none on data; a day has a few rows more, where accounts belong to a
-- territory by exception.

-- +goose Up
alter table region_days add territories boolean not null default false;
alter table region_snapshots add territory_id bigint; -- as it was; the territory may be gone
call restrict_territorial_table('region_snapshots');

-- +goose Down
-- +goose StatementBegin
do $$
begin
  drop policy access_read on region_snapshots;
  drop policy access_insert on region_snapshots;
  drop policy access_update on region_snapshots;
  drop policy access_delete on region_snapshots;
  call restrict_owned_table('region_snapshots');
end
$$;
-- +goose StatementEnd
alter table region_snapshots drop territory_id;
alter table region_days drop territories;
