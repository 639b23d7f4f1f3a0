-- Why: a rep learns of days that were published for them, or taken back, from the
-- inbox too: the message on the screen is gone when nobody looks.
-- Cost: a check that is read once over the inboxes; the new columns are empty.

-- +goose Up
alter table inbox_items
  alter column activity_id drop not null,
  -- Of days: the plan of a period that they came from, which may be gone, and its
  -- days.
  add column plan_id  bigint,
  add column from_day date,
  add column to_day   date,
  drop constraint inbox_items_kind_check,
  add constraint inbox_items_kind_check
    check (kind in ('mention', 'comment', 'assigned', 'reminder', 'done', 'days_published', 'days_withdrawn')),
  add constraint inbox_items_subject check ((kind in ('days_published', 'days_withdrawn')) = (activity_id is null) and (activity_id is null) = (from_day is not null and to_day is not null));

-- +goose Down
delete from inbox_items where activity_id is null;
alter table inbox_items
  drop constraint inbox_items_subject,
  drop constraint inbox_items_kind_check,
  add constraint inbox_items_kind_check check (kind in ('mention', 'comment', 'assigned', 'reminder', 'done')),
  drop column plan_id, drop column from_day, drop column to_day,
  alter column activity_id set not null;
