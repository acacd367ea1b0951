-- +goose Up
CREATE TABLE installation (            -- one row
  id        BIGINT PRIMARY KEY CHECK (id = 1),
  number    BIGINT NOT NULL,          -- the newest session's number
  key_check TEXT    NOT NULL           -- tells another secret key; '' until the first start
);
INSERT INTO installation (id, number, key_check) VALUES (1, 0, '');

CREATE TABLE departments (
  id         BIGINT PRIMARY KEY,
  slug       TEXT    NOT NULL UNIQUE,
  name       TEXT    NOT NULL UNIQUE,
  zone       TEXT    NOT NULL,
  unassigned BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE agents (
  id            BIGINT PRIMARY KEY,
  email         TEXT    NOT NULL UNIQUE,
  name          TEXT    NOT NULL,
  public_name   TEXT    NOT NULL,
  password_hash TEXT    NOT NULL,
  admin         BOOLEAN NOT NULL,
  created_at    BIGINT NOT NULL,
  disabled_at   BIGINT NOT NULL
);

CREATE TABLE roles (
  agent      BIGINT NOT NULL REFERENCES agents (id),
  department BIGINT NOT NULL REFERENCES departments (id),
  role       BIGINT NOT NULL,         -- bits: 1 operator, 2 supervisor
  PRIMARY KEY (agent, department)
);
CREATE INDEX roles_department ON roles (department, agent);

CREATE TABLE logins (
  id         BIGINT PRIMARY KEY,
  agent      BIGINT NOT NULL REFERENCES agents (id),
  hash       TEXT    NOT NULL UNIQUE,
  address    TEXT    NOT NULL,
  user_agent TEXT    NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at    BIGINT NOT NULL
);
CREATE INDEX logins_agent ON logins (agent);

CREATE TABLE keys (
  id         BIGINT PRIMARY KEY,
  agent      BIGINT NOT NULL REFERENCES agents (id),
  hash       TEXT    NOT NULL UNIQUE,
  name       TEXT    NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE channels (
  id         BIGINT PRIMARY KEY,
  slug       TEXT    NOT NULL UNIQUE,
  kind       TEXT    NOT NULL,
  department BIGINT NOT NULL REFERENCES departments (id),
  settings   TEXT    NOT NULL CHECK (CAST(settings AS JSONB) IS NOT NULL),
  created_at BIGINT NOT NULL
);

CREATE TABLE customers (
  id         BIGINT PRIMARY KEY,
  name       TEXT    NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE identities (
  id       BIGINT PRIMARY KEY,
  channel  BIGINT NOT NULL REFERENCES channels (id),
  remote   TEXT    NOT NULL,
  customer BIGINT NOT NULL REFERENCES customers (id),
  UNIQUE (channel, remote)
);

CREATE TABLE sessions (
  id                BIGINT PRIMARY KEY,
  number            BIGINT NOT NULL UNIQUE,
  department        BIGINT NOT NULL REFERENCES departments (id),
  channel           BIGINT NOT NULL REFERENCES channels (id),
  conversation      TEXT    NOT NULL,
  identity          BIGINT NOT NULL REFERENCES identities (id),
  state             TEXT    NOT NULL,
  outcome           TEXT    NOT NULL,
  assignee          BIGINT NOT NULL,  -- 0: nobody
  assigned_by       BIGINT NOT NULL,
  version           BIGINT NOT NULL,
  last_seq          BIGINT NOT NULL,
  messages          BIGINT NOT NULL,
  customer_messages BIGINT NOT NULL,
  read_seq          BIGINT NOT NULL,
  unread            BIGINT NOT NULL,
  customer_read_seq BIGINT NOT NULL,
  started_at        BIGINT NOT NULL,
  ended_at          BIGINT NOT NULL,  -- 0: open
  last_at           BIGINT NOT NULL,
  waiting_since     BIGINT NOT NULL,
  last_customer_at  BIGINT NOT NULL,
  last_agent_at     BIGINT NOT NULL,
  first_reply_at    BIGINT NOT NULL,
  connected         BOOLEAN NOT NULL,
  preview           TEXT    NOT NULL
);
CREATE UNIQUE INDEX sessions_talking ON sessions (channel, conversation) WHERE ended_at = 0;
CREATE INDEX sessions_conversation ON sessions (channel, conversation, id);
CREATE INDEX sessions_queue ON sessions (department, waiting_since, id) WHERE ended_at = 0 AND state = 'waiting';
CREATE INDEX sessions_department ON sessions (department, id);
CREATE INDEX sessions_open ON sessions (department, id) WHERE ended_at = 0;
CREATE INDEX sessions_assignee ON sessions (assignee, id);
CREATE INDEX sessions_held ON sessions (assignee, id) WHERE ended_at = 0;

CREATE TABLE participants (
  session   BIGINT NOT NULL REFERENCES sessions (id),
  agent     BIGINT NOT NULL REFERENCES agents (id),
  joined_at BIGINT NOT NULL,          -- 0: has only read
  left_at   BIGINT NOT NULL,
  read_seq  BIGINT NOT NULL,
  PRIMARY KEY (session, agent)
);
CREATE INDEX participants_agent ON participants (agent, session);

CREATE TABLE log (
  id         BIGINT PRIMARY KEY,      -- dense, in commit order
  at         BIGINT NOT NULL,
  kind       TEXT    NOT NULL,
  department BIGINT NOT NULL,         -- 0: of the installation
  session    BIGINT,                  -- NULL: a change of settings
  seq        BIGINT,
  actor_kind TEXT    NOT NULL,
  actor      BIGINT NOT NULL,
  name       TEXT    NOT NULL,
  audience   TEXT    NOT NULL,
  target     BIGINT NOT NULL,
  outcome    TEXT    NOT NULL,
  text       TEXT    NOT NULL,
  dedupe     TEXT UNIQUE,
  body_hash  BYTEA,                    -- of what came under dedupe
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
