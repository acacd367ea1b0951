package store

import (
	"context"
	"strings"
	"time"

	"parley/core"
)

// When the clock is set back, what it has told before lies ahead: a customer waits since a time to come, and what was to be tried again in a second
// is due in an hour. SetBack brings such times back to now. Nobody knows how long it was until then, so nobody is found to have waited for longer
// than they have. What people have set stays: until when a session is snoozed or a customer is blocked.

// kept are times of a table that a clock which was set back may have left ahead.
type kept struct {
	table, key string
	columns    string
	only       string        // the rows that are looked at
	life       time.Duration // how far ahead the times may lie
	ordered    bool          // they keep their order among each other
}

// openSessions are found along the index of a department's, not through the history of sessions.
const openSessions = `ended_at = 0 AND department IN (SELECT id FROM departments)`

const sessionTimes = `started_at, reopened_at, last_at, waiting_since, last_customer_at, last_agent_at, first_reply_at, queue_at, typed_at, held_at, acted_at,
	handed_at, replied_at, warned_at, snoozed_at, woken_at`

// keptTimes are brought back. Timers are not among them: whoever brings these back has sessions and departments looked at.
var keptTimes = []kept{
	{table: "sessions", key: "id", columns: sessionTimes, only: openSessions, ordered: true},
	{table: "agents", key: "id", columns: "away_since, disabled_at", only: "TRUE"},
	{table: "agents", key: "id", columns: "quiet_until", only: "TRUE", life: core.MaxQuiet},
	{table: "agent_load", key: "agent", columns: "last_ended_at, last_assigned_at", only: "TRUE"},
	{table: "logins", key: "id", columns: "created_at, seen_at", only: "TRUE"},
	{table: "link_codes", key: "hash", columns: "until", only: "TRUE", life: LinkTime},
	{table: "hooks", key: "id", columns: "enabled_at, due_at", only: "TRUE"},
	{table: "hooks", key: "id", columns: "former_until", only: "TRUE", life: core.HookRotation},
	{table: "record_rules", key: "id", columns: "enabled_at", only: "TRUE"},
	{table: "hook_calls", key: "no", columns: "due_at", only: "state = 'owed'"},
	{table: "records", key: "id", columns: "due_at", only: "state = 'owed'"},
	{table: "records", key: "id", columns: "link_due_at", only: "link_due_at <> 0"},
	{table: "account_searches", key: "customer, binding", columns: "due_at", only: "due_at <> 0"},
	{table: "bindings", key: "id", columns: "since, tried_at, rest_until", only: "TRUE"},
	{table: "deliveries", key: "channel, lane, no", columns: "owed_at, due_at", only: "TRUE"},
	{table: "lanes", key: "channel, lane", columns: "since, due_at", only: "NOT sending"}, // what is under way is settled by the new time
}

// setBack gives the statement that brings a page of them back. In what keeps its order a second becomes a microsecond.
func (k kept) setBack() string {
	to := "t.now"
	if k.ordered {
		to = "t.now - (t.newest - %) / 1000000"
	}
	var sets, ahead []string
	for _, c := range listed(k.columns) {
		sets = append(sets, c+" = CASE WHEN "+c+" > t.now THEN "+strings.ReplaceAll(to, "%", c)+" ELSE "+c+" END")
		ahead = append(ahead, c+" > n.now")
	}
	return "UPDATE " + k.table + " SET " + strings.Join(sets, ", ") + " FROM (SELECT CAST(? AS BIGINT) AS now, CAST(? AS BIGINT) AS newest) AS t WHERE (" +
		k.key + ") IN (SELECT " + k.key + " FROM " + k.table + ", (SELECT CAST(? AS BIGINT) AS now) AS n WHERE " + k.only +
		" AND (" + strings.Join(ahead, " OR ") + ") ORDER BY " + k.key + " LIMIT ?)"
}

// setBackPage is how many rows one statement brings back.
const setBackPage = 500

// SetBack brings all that lies ahead of now back to now; so what was to be tried again later is tried again. It is done in pages, and may be done
// again, also by several nodes together. newest is what Newest gave.
func (s *Store) SetBack(ctx context.Context, now, newest core.Time) error {
	for _, k := range keptTimes {
		to, query := now.Add(k.life), s.write.Rebind(k.setBack())
		for {
			done, err := s.write.ExecContext(ctx, query, to, newest, to, setBackPage)
			if err != nil {
				return fail("store.SetBack", err)
			}
			n, err := done.RowsAffected()
			if err != nil {
				return fail("store.SetBack", err)
			}
			if n < setBackPage {
				break
			}
		}
	}
	return nil
}

// Newest gives the newest time at which something has happened in an open session, as far as sessions remember; zero: there is none.
func (s *Store) Newest(ctx context.Context) (newest core.Time, err error) {
	each := listed(sessionTimes)
	times, err := s.read.QueryRowxContext(ctx, "SELECT COALESCE(MAX("+strings.Join(each, "), 0), COALESCE(MAX(")+"), 0) FROM sessions WHERE "+openSessions).SliceScan()
	for _, t := range times {
		if at, ok := t.(int64); ok {
			newest = max(newest, core.Time(at))
		}
	}
	return newest, fail("store.Newest", err)
}
