-- Why: cells of a draft can be locked one by one: they keep their territory when
-- somebody paints, fills, imports or balances. They are few, are read and written
-- as a whole with the alignment, and go along into its copies.
-- Cost: a column with a constant default, and a look at the short history of
-- alignments for its check.

-- +goose Up
alter table alignments add column locked_cells bigint[] not null default '{}'
  check (cardinality(locked_cells) <= 50000);
alter table alignment_events drop constraint alignment_events_what_check;
alter table alignment_events add constraint alignment_events_what_check
  check (what in ('created', 'copied', 'imported', 'undone', 'redone', 'exception', 'submitted', 'withdrawn', 'approved',
    'rejected', 'scheduled', 'published', 'unpublished', 'archived', 'comment', 'handover', 'cells_locked'));

-- +goose Down
delete from alignment_events where what = 'cells_locked';
alter table alignment_events drop constraint alignment_events_what_check;
alter table alignment_events add constraint alignment_events_what_check
  check (what in ('created', 'copied', 'imported', 'undone', 'redone', 'exception', 'submitted', 'withdrawn', 'approved',
    'rejected', 'scheduled', 'published', 'unpublished', 'archived', 'comment', 'handover'));
alter table alignments drop column locked_cells;
