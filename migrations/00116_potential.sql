-- Why: what an account could buy in a year beside what it does buy: white space is
-- potential minus revenue. Figures of regions add up both for any filter and shape,
-- so sites carry copies of them, as they do of the other columns that filters and
-- figures ask for, in an index of its own: a viewport is answered by it alone.
-- Copies have triggers of their own, beside those of the other columns.
-- Visits of a period are counted by an index of activities.
-- Cost: rewrites accounts (a stored column) and sites once; at 1,000,000 accounts
-- about a minute and 130 MB for the index.

-- +goose Up
alter table accounts
  add column potential numeric(14, 2) not null default 0 check (potential >= 0 and potential <> 'NaN'),
  add column potential_key bigint not null generated always as ((potential * 100)::bigint) stored;
create index accounts_potential on accounts (org_id, potential_key, id);
alter table import_rows add column potential numeric(14, 2);

alter table sites
  add column revenue_key bigint not null default 0,    -- copies; hundredths
  add column potential_key bigint not null default 0;
update sites s set revenue_key = a.revenue_key, potential_key = a.potential_key
from accounts a where a.org_id = s.org_id and a.id = s.account_id and (a.revenue_key <> 0 or a.potential_key <> 0);
create index sites_figures on sites (org_id, cell)
  include (account_id, status, class, owner_id, team_id, due_on, is_primary, revenue_key, potential_key) where not archived;

-- +goose StatementBegin
create function sites_copy_figures() returns trigger language plpgsql as $$
begin
  select a.revenue_key, a.potential_key into new.revenue_key, new.potential_key
    from accounts a where a.org_id = new.org_id and a.id = new.account_id;
  return new;
end
$$;
-- +goose StatementEnd
create trigger sites_figures before insert on sites for each row execute function sites_copy_figures();

-- +goose StatementBegin
create function accounts_copy_figures() returns trigger language plpgsql as $$
begin
  update sites s set revenue_key = new.revenue_key, potential_key = new.potential_key
   where s.org_id = new.org_id and s.account_id = new.id;
  return null;
end
$$;
-- +goose StatementEnd
create trigger accounts_figures after update on accounts for each row
  when (old.revenue_key <> new.revenue_key or old.potential_key <> new.potential_key)
  execute function accounts_copy_figures();

call audit_table('accounts', 'id', '{version,updated_at,created_at,created_by,search}');
call audit_table('sites', 'account_id', '{account_id,updated_at,created_at,cell,status,class,owner_id,team_id,due_on,archived,revenue_key,potential_key}');

create index activities_visits on activities (org_id, happened_at) include (account_id) where kind = 'visit' and deleted_at is null;

-- +goose Down
drop index activities_visits;
drop trigger accounts_figures on accounts;
drop trigger sites_figures on sites;
drop function accounts_copy_figures(), sites_copy_figures();
drop index sites_figures;
alter table sites drop column potential_key, drop column revenue_key;
alter table import_rows drop column potential;
drop index accounts_potential;
alter table accounts drop column potential_key, drop column potential;
