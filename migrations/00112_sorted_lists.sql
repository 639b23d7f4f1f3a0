-- Why: a list sorted by what no index keeps in order read and sorted a million
-- accounts for its first fifty. And an index by revenue or by the day on which a
-- visit is due is no help to those who ask for one status only, when all of that
-- status come at its end.
-- Cost: eight indexes, about 40 MB and 2 s each at 1,000,000 accounts.

-- +goose Up
create index accounts_last_visit on accounts (org_id, (coalesce(last_visit_on, date '0001-01-01')), id);
create index accounts_category on accounts (org_id, (lower(category)), id);
create index accounts_interval on accounts (org_id, visit_interval_days, id);
create index accounts_minutes on accounts (org_id, visit_minutes, id);
create index accounts_status on accounts (org_id, status, id);
create index accounts_class on accounts (org_id, class, id);
create index accounts_status_revenue on accounts (org_id, status, revenue_key, id);
create index accounts_status_due on accounts (org_id, status, due_key, id);

-- +goose Down
drop index accounts_status_due, accounts_status_revenue, accounts_class, accounts_status, accounts_minutes, accounts_interval, accounts_category, accounts_last_visit;
