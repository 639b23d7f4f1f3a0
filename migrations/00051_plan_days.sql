-- Why: the list of plans shows the newest days of everybody, which read and
-- sorted all days that an organisation ever planned.
-- Cost: reads visit_plans once; a second for a million.

-- +goose Up
create index visit_plans_days on visit_plans (org_id, day desc, id desc)
  where kind = 'day' and replaced_by is null and withdrawn_at is null;

-- +goose Down
drop index visit_plans_days;
