-- +goose Up
CREATE TABLE surfaces (                -- rooms in channels where agents work, and whose sessions are shown there
  channel    BIGINT NOT NULL REFERENCES channels (id),
  room       TEXT    NOT NULL,
  department BIGINT NOT NULL REFERENCES departments (id),
  replies    TEXT    NOT NULL,        -- what becomes of what agents write there: out, inside; the same in all rows of a room
  hold       BIGINT NOT NULL,        -- nanoseconds before it goes out; as above
  created_at BIGINT NOT NULL,
  PRIMARY KEY (channel, room, department)
);
CREATE INDEX surfaces_department ON surfaces (department);

CREATE TABLE threads (                 -- where a session is shown in a room
  channel BIGINT NOT NULL REFERENCES channels (id),
  room    TEXT    NOT NULL,
  thread  TEXT    NOT NULL,
  session BIGINT NOT NULL REFERENCES sessions (id),
  made_at BIGINT NOT NULL,
  lost    BOOLEAN NOT NULL,            -- no longer written to; what is still said there belongs to the session
  PRIMARY KEY (channel, room, thread)
);
CREATE INDEX threads_session ON threads (session, channel, room);

CREATE TABLE links (                   -- which agent somebody on a channel is
  channel    BIGINT NOT NULL REFERENCES channels (id),
  remote     TEXT    NOT NULL,
  agent      BIGINT NOT NULL REFERENCES agents (id),
  created_at BIGINT NOT NULL,
  PRIMARY KEY (channel, remote)
);
CREATE INDEX links_agent ON links (agent);

CREATE TABLE link_codes (              -- handed out to agents, to be said once on a channel
  hash  TEXT    PRIMARY KEY,
  agent BIGINT NOT NULL REFERENCES agents (id),
  until BIGINT NOT NULL
);

ALTER TABLE deliveries ADD COLUMN room TEXT NOT NULL DEFAULT ''; -- the surface to which it is owed; '': to the customer
ALTER TABLE parts      ADD COLUMN room TEXT NOT NULL DEFAULT ''; -- the surface where it is; '': at the customer's
ALTER TABLE deliveries ADD COLUMN due_at BIGINT NOT NULL DEFAULT 0; -- it is not tried before

-- +goose Down
ALTER TABLE parts DROP COLUMN room;
ALTER TABLE deliveries DROP COLUMN due_at;
ALTER TABLE deliveries DROP COLUMN room;
DROP TABLE link_codes;
DROP TABLE links;
DROP TABLE threads;
DROP TABLE surfaces;
