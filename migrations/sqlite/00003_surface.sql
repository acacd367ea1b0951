-- +goose Up
CREATE TABLE surfaces (                -- rooms in channels where agents work, and whose sessions are shown there
  channel    INTEGER NOT NULL REFERENCES channels (id),
  room       TEXT    NOT NULL,
  department INTEGER NOT NULL REFERENCES departments (id),
  replies    TEXT    NOT NULL,        -- what becomes of what agents write there: out, inside; the same in all rows of a room
  hold       INTEGER NOT NULL,        -- nanoseconds before it goes out; as above
  created_at INTEGER NOT NULL,
  PRIMARY KEY (channel, room, department)
) WITHOUT ROWID;
CREATE INDEX surfaces_department ON surfaces (department);

CREATE TABLE threads (                 -- where a session is shown in a room
  channel INTEGER NOT NULL REFERENCES channels (id),
  room    TEXT    NOT NULL,
  thread  TEXT    NOT NULL,
  session INTEGER NOT NULL REFERENCES sessions (id),
  made_at INTEGER NOT NULL,
  lost    BOOLEAN NOT NULL,            -- no longer written to; what is still said there belongs to the session
  PRIMARY KEY (channel, room, thread)
) WITHOUT ROWID;
CREATE INDEX threads_session ON threads (session, channel, room);

CREATE TABLE links (                   -- which agent somebody on a channel is
  channel    INTEGER NOT NULL REFERENCES channels (id),
  remote     TEXT    NOT NULL,
  agent      INTEGER NOT NULL REFERENCES agents (id),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (channel, remote)
) WITHOUT ROWID;
CREATE INDEX links_agent ON links (agent);

CREATE TABLE link_codes (              -- handed out to agents, to be said once on a channel
  hash  TEXT    PRIMARY KEY,
  agent INTEGER NOT NULL REFERENCES agents (id),
  until INTEGER NOT NULL
) WITHOUT ROWID;

ALTER TABLE deliveries ADD COLUMN room TEXT NOT NULL DEFAULT ''; -- the surface to which it is owed; '': to the customer
ALTER TABLE parts      ADD COLUMN room TEXT NOT NULL DEFAULT ''; -- the surface where it is; '': at the customer's
ALTER TABLE deliveries ADD COLUMN due_at INTEGER NOT NULL DEFAULT 0; -- it is not tried before

-- +goose Down
ALTER TABLE parts DROP COLUMN room;
ALTER TABLE deliveries DROP COLUMN due_at;
ALTER TABLE deliveries DROP COLUMN room;
DROP TABLE link_codes;
DROP TABLE links;
DROP TABLE threads;
DROP TABLE surfaces;
