-- Why: those of one status who were never visited come last by their last visit,
-- behind all others: a list of them read everybody first (see 00112).
-- Cost: one index, 40 MB and 2 s at 1,000,000 accounts.

-- +goose Up
create index accounts_status_last_visit on accounts (org_id, status, (coalesce(last_visit_on, date '0001-01-01')), id);

-- +goose Down
drop index accounts_status_last_visit;
