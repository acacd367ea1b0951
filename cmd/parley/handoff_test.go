package main

import (
	"context"
	"fmt"
	"syscall"
	"testing"
	"time"
)

// age makes all that a hand-off counts from older, as if time had passed: nobody waits two minutes for a test.
func (c *cluster) age(by time.Duration) {
	c.t.Helper()
	for _, statement := range []string{
		"UPDATE presence SET until = until - $1", "UPDATE nodes SET since = since - $1",
		"UPDATE sessions SET waiting_since = waiting_since - $1, held_at = held_at - $1, acted_at = acted_at - $1 WHERE assignee <> 0",
		"UPDATE timers SET due_at = due_at - $1",
	} {
		if _, err := c.db.Exec(context.Background(), statement, by.Microseconds()); err != nil {
			c.t.Fatalf("%s: %v", statement, err)
		}
	}
}

// A node is killed with an agent on it: two minutes after she counts as gone her sessions are handed off, each once, by the node that is left.
func TestAKilledNodesSessionsAreHandedOffOnceC5(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	stream, _ := dial(t, c.anna.url+"/api/v1/events", c.anna.header)
	stream.await(t, "hello")
	hers := map[string]bool{}
	for i := range 3 {
		text := fmt.Sprintf("Question %d", i)
		c.nodes[1].visit("support-widget", shop).say(t, fmt.Sprintf("01990000-0000-7000-8000-%012d", i), text)
		id := c.anna.session(t, text)
		c.anna.must(t, "POST", "/api/v1/sessions/"+id+"/take", object{}, nil)
		hers[id] = true
	}
	is := func(when, query string, want int) {
		t.Helper()
		eventually(t, patience, func() string {
			if got := ask[int](c, query); got != want {
				return fmt.Sprintf("%s: %s: got %d, want %d", when, query, got, want)
			}
			return ""
		})
	}
	const now = "extract(epoch FROM clock_timestamp()) * 1000000"
	is("both nodes run", "SELECT count(*) FROM nodes", 2)
	is("her workspace is open", "SELECT count(*) FROM presence WHERE until > "+now, 1)
	c.nodes[0].signal(syscall.SIGKILL)
	c.nodes[0].wait(patience)

	c.age(70 * time.Second) // she counts as gone for less than that
	is("the sessions are looked at", "SELECT count(*) FROM timers WHERE due_at > "+now, 3)
	is("gone for less than two minutes", "SELECT count(*) FROM log WHERE kind = 'handed_off'", 0)
	c.age(80 * time.Second)
	is("gone for two minutes", "SELECT count(*) FROM sessions WHERE state = 'waiting' AND hand_offs = 1", 3)
	is("gone for two minutes", "SELECT count(DISTINCT session) FROM log WHERE kind = 'handed_off' AND text = 'absent' AND audience = 'agents'", 3)
	is("each once", "SELECT count(*) FROM log WHERE kind = 'handed_off'", 3)
	for _, s := range c.boris.sessions(t) {
		if hers[s.ID] && (s.State != "waiting" || s.Assignee != nil) {
			t.Errorf("Boris is shown %+v, want it in the queue", s)
		}
	}
	c.nodes[1].stop()
	if got := c.must("doctor"); got[:len(allWell)] != allWell {
		t.Errorf("doctor: got %q", got)
	}
}
