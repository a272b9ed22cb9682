create table beams_events (
  event_id text primary key,
  event jsonb not null,
  received_at timestamptz not null default now(),
  failed_attempts integer not null default 0,
  last_error text,
  due_at timestamptz not null default now(),
  handled_at timestamptz
);

create index beams_events_due on beams_events (due_at) where handled_at is null;

-- What this example does with events: it counts them.
create table publish_counts (
  publish_id text primary key,
  sent integer not null default 0,
  received integer not null default 0,
  opened integer not null default 0
);
