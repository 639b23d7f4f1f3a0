-- Why: one timeline an account for all departments: notes, calls, mails,
-- meetings, tasks and visits that people write, comments on them, whom they
-- mention, and each person's inbox of what concerns them. Changes of fields
-- stand in the audit trail (00081) and are read beside these rows.
-- Cost: none on data.

-- +goose Up
create table activities (
  org_id      bigint not null references organisations on delete cascade,
  id          bigint generated always as identity,
  account_id  bigint,                 -- null for a task of no account
  parent_id   bigint,                 -- what a comment belongs to
  kind        text not null check (kind in ('note', 'call', 'mail', 'meeting', 'task', 'visit', 'comment')),
  subject     text not null default '' check (length(subject) <= 300),
  body        text not null default '' check (length(body) <= 20000),
  outcome     text not null default '' check (length(outcome) <= 100),
  direction   text not null default '' check (direction in ('', 'in', 'out')),
  minutes     integer check (minutes between 0 and 1440),
  contact_id  bigint,
  author_id   bigint,                 -- null: the program
  happened_at timestamptz not null default now(),
  -- Of tasks.
  assignee_id bigint,
  due_on      date,
  remind_at   timestamptz,
  reminded_at timestamptz,
  done_at     timestamptz,
  done_by     bigint,
  -- What a visit put into its account, so that removing it takes it out again.
  visit_before date,
  version     integer not null default 1,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  edited_by   bigint,
  deleted_at  timestamptz,
  primary key (org_id, id),
  check ((kind = 'comment') = (parent_id is not null)),
  check (kind in ('task', 'comment') or account_id is not null),
  check (kind = 'task' or (assignee_id is null and due_on is null and remind_at is null and done_at is null)),
  foreign key (org_id, account_id) references accounts (org_id, id) on delete cascade,
  foreign key (org_id, parent_id) references activities (org_id, id) on delete cascade,
  foreign key (org_id, contact_id) references contacts (org_id, id) on delete set null (contact_id),
  foreign key (org_id, author_id) references users (org_id, id) on delete set null (author_id),
  foreign key (org_id, assignee_id) references users (org_id, id) on delete set null (assignee_id)
);
create index activities_account on activities (org_id, account_id, happened_at desc, id desc);
create index activities_parent on activities (org_id, parent_id, id) where parent_id is not null;
create index activities_open_tasks on activities (org_id, assignee_id, due_on, id)
  where kind = 'task' and done_at is null and deleted_at is null;
create index activities_done_tasks on activities (org_id, assignee_id, done_at desc, id)
  where kind = 'task' and done_at is not null and deleted_at is null;
create index activities_contact on activities (org_id, contact_id) where contact_id is not null;
call protect_tenant_table('activities');

create table mentions (
  org_id      bigint not null references organisations on delete cascade,
  activity_id bigint not null,
  user_id     bigint not null,
  primary key (org_id, activity_id, user_id),
  foreign key (org_id, activity_id) references activities (org_id, id) on delete cascade,
  foreign key (org_id, user_id) references users (org_id, id) on delete cascade
);
create index mentions_user on mentions (org_id, user_id);
call protect_tenant_table('mentions');

-- What concerns a person: where they were mentioned, what was given to them,
-- what somebody said to what they wrote, what they wanted to be reminded of.
create table inbox_items (
  org_id      bigint not null references organisations on delete cascade,
  id          bigint generated always as identity,
  user_id     bigint not null,
  kind        text not null check (kind in ('mention', 'comment', 'assigned', 'reminder', 'done')),
  activity_id bigint not null,
  account_id  bigint,
  actor_id    bigint,
  created_at  timestamptz not null default now(),
  read_at     timestamptz,
  primary key (org_id, id),
  foreign key (org_id, user_id) references users (org_id, id) on delete cascade,
  foreign key (org_id, activity_id) references activities (org_id, id) on delete cascade,
  foreign key (org_id, account_id) references accounts (org_id, id) on delete cascade,
  foreign key (org_id, actor_id) references users (org_id, id) on delete set null (actor_id)
);
create index inbox_items_user on inbox_items (org_id, user_id, id desc);
create index inbox_items_unread on inbox_items (org_id, user_id) where read_at is null;
create index inbox_items_activity on inbox_items (org_id, activity_id);
create index inbox_items_account on inbox_items (org_id, account_id);
call protect_tenant_table('inbox_items');

-- +goose Down
drop table inbox_items, mentions, activities;
