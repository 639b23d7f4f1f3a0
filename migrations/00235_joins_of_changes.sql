-- Why: a trigger that joins the rows before a statement with those after it keeps
-- the plan of its first call in the connection. Was that of a few rows, then a
-- statement that changes 100,000 compared each with each: minutes instead of a
-- second. The audit trail asks first whether there are many and so is safe.
-- Cost: none on data.

-- +goose Up
alter function sites_marked() set enable_nestloop = off;
alter function sites_settle_update() set enable_nestloop = off;

-- +goose Down
alter function sites_settle_update() reset enable_nestloop;
alter function sites_marked() reset enable_nestloop;
