-- +goose Up
CREATE TABLE installation (            -- one row
  id        INTEGER PRIMARY KEY CHECK (id = 1),
  number    INTEGER NOT NULL,          -- the newest session's number
  key_check TEXT    NOT NULL           -- tells another secret key; '' until the first start
);
INSERT INTO installation (id, number, key_check) VALUES (1, 0, '');

CREATE TABLE departments (
  id         INTEGER PRIMARY KEY,
  slug       TEXT    NOT NULL UNIQUE,
  name       TEXT    NOT NULL UNIQUE,
  zone       TEXT    NOT NULL,
  unassigned INTEGER NOT NULL,
  created_at INTEGER NOT NULL
);

CREATE TABLE agents (
  id            INTEGER PRIMARY KEY,
  email         TEXT    NOT NULL UNIQUE,
  name          TEXT    NOT NULL,
  public_name   TEXT    NOT NULL,
  password_hash TEXT    NOT NULL,
  admin         BOOLEAN NOT NULL,
  created_at    INTEGER NOT NULL,
  disabled_at   INTEGER NOT NULL
);

CREATE TABLE roles (
  agent      INTEGER NOT NULL REFERENCES agents (id),
  department INTEGER NOT NULL REFERENCES departments (id),
  role       INTEGER NOT NULL,         -- bits: 1 operator, 2 supervisor
  PRIMARY KEY (agent, department)
) WITHOUT ROWID;
CREATE INDEX roles_department ON roles (department, agent);

CREATE TABLE logins (
  id         INTEGER PRIMARY KEY,
  agent      INTEGER NOT NULL REFERENCES agents (id),
  hash       TEXT    NOT NULL UNIQUE,
  address    TEXT    NOT NULL,
  user_agent TEXT    NOT NULL,
  created_at INTEGER NOT NULL,
  seen_at    INTEGER NOT NULL
);
CREATE INDEX logins_agent ON logins (agent);

CREATE TABLE keys (
  id         INTEGER PRIMARY KEY,
  agent      INTEGER NOT NULL REFERENCES agents (id),
  hash       TEXT    NOT NULL UNIQUE,
  name       TEXT    NOT NULL,
  created_at INTEGER NOT NULL
);

CREATE TABLE channels (
  id         INTEGER PRIMARY KEY,
  slug       TEXT    NOT NULL UNIQUE,
  kind       TEXT    NOT NULL,
  department INTEGER NOT NULL REFERENCES departments (id),
  settings   TEXT    NOT NULL CHECK (json_valid(settings)),
  created_at INTEGER NOT NULL
);

CREATE TABLE customers (
  id         INTEGER PRIMARY KEY,
  name       TEXT    NOT NULL,
  created_at INTEGER NOT NULL
);

CREATE TABLE identities (
  id       INTEGER PRIMARY KEY,
  channel  INTEGER NOT NULL REFERENCES channels (id),
  remote   TEXT    NOT NULL,
  customer INTEGER NOT NULL REFERENCES customers (id),
  UNIQUE (channel, remote)
);

CREATE TABLE sessions (
  id                INTEGER PRIMARY KEY,
  number            INTEGER NOT NULL UNIQUE,
  department        INTEGER NOT NULL REFERENCES departments (id),
  channel           INTEGER NOT NULL REFERENCES channels (id),
  conversation      TEXT    NOT NULL,
  identity          INTEGER NOT NULL REFERENCES identities (id),
  state             TEXT    NOT NULL,
  outcome           TEXT    NOT NULL,
  assignee          INTEGER NOT NULL,  -- 0: nobody
  assigned_by       INTEGER NOT NULL,
  version           INTEGER NOT NULL,
  last_seq          INTEGER NOT NULL,
  messages          INTEGER NOT NULL,
  customer_messages INTEGER NOT NULL,
  read_seq          INTEGER NOT NULL,
  unread            INTEGER NOT NULL,
  customer_read_seq INTEGER NOT NULL,
  started_at        INTEGER NOT NULL,
  ended_at          INTEGER NOT NULL,  -- 0: open
  last_at           INTEGER NOT NULL,
  waiting_since     INTEGER NOT NULL,
  last_customer_at  INTEGER NOT NULL,
  last_agent_at     INTEGER NOT NULL,
  first_reply_at    INTEGER NOT NULL,
  connected         BOOLEAN NOT NULL,
  preview           TEXT    NOT NULL
);
CREATE UNIQUE INDEX sessions_talking ON sessions (channel, conversation) WHERE ended_at = 0;
CREATE INDEX sessions_conversation ON sessions (channel, conversation, id);
CREATE INDEX sessions_queue ON sessions (department, waiting_since, id) WHERE ended_at = 0 AND state = 'waiting';
-- Of two indexes that would do, SQLite takes the one made last: so those of the open sessions, who are few, come after.
CREATE INDEX sessions_department ON sessions (department, id);
CREATE INDEX sessions_open ON sessions (department, id) WHERE ended_at = 0;
CREATE INDEX sessions_assignee ON sessions (assignee, id);
CREATE INDEX sessions_held ON sessions (assignee, id) WHERE ended_at = 0;

CREATE TABLE participants (
  session   INTEGER NOT NULL REFERENCES sessions (id),
  agent     INTEGER NOT NULL REFERENCES agents (id),
  joined_at INTEGER NOT NULL,          -- 0: has only read
  left_at   INTEGER NOT NULL,
  read_seq  INTEGER NOT NULL,
  PRIMARY KEY (session, agent)
) WITHOUT ROWID;
CREATE INDEX participants_agent ON participants (agent, session);

CREATE TABLE log (
  id         INTEGER PRIMARY KEY,      -- dense, in commit order
  at         INTEGER NOT NULL,
  kind       TEXT    NOT NULL,
  department INTEGER NOT NULL,         -- 0: of the installation
  session    INTEGER,                  -- NULL: a change of settings
  seq        INTEGER,
  actor_kind TEXT    NOT NULL,
  actor      INTEGER NOT NULL,
  name       TEXT    NOT NULL,
  audience   TEXT    NOT NULL,
  target     INTEGER NOT NULL,
  outcome    TEXT    NOT NULL,
  text       TEXT    NOT NULL,
  dedupe     TEXT UNIQUE,
  body_hash  BLOB,                     -- of what came under dedupe
  UNIQUE (session, seq)
);

-- +goose Down
DROP TABLE log;
DROP TABLE participants;
DROP TABLE sessions;
DROP TABLE identities;
DROP TABLE customers;
DROP TABLE channels;
DROP TABLE keys;
DROP TABLE logins;
DROP TABLE roles;
DROP TABLE agents;
DROP TABLE departments;
DROP TABLE installation;
