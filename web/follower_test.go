package web

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
)

// TestRightsOfOpenStreams32 is SECURITY 32: they end with what they came from, within 5 s.
func TestRightsOfOpenStreams32(t *testing.T) {
	t.Parallel()
	h := open(t)
	address := h.listen()
	tests := map[string]struct {
		change func(p *person)
		want   uint16
	}{
		"signed out":    {func(p *person) { check(t, h.hub.SignOut(t.Context(), p.token)) }, 4401},
		"disabled":      {func(p *person) { check(t, h.hub.DisableAgent(t.Context(), p.Agent.Email)) }, 4401},
		"other roles":   {func(p *person) { p.Roles[h.support.ID] = core.Supervisor; h.put(p.Actor) }, 4403},
		"one role more": {func(p *person) { p.Roles[h.sales.ID] = core.Operator; h.put(p.Actor) }, 4403},
		"an admin now":  {func(p *person) { p.Agent.Admin = true; h.put(p.Actor) }, 4403},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := h.agent(strings.ReplaceAll(name, " ", "")+" Changed", core.Roles{h.support.ID: core.Operator})
			v := h.watch(address, p)
			v.next("summaries")
			time.Sleep(2 * roundEvery) // the look at all new sockets is over: only the change can end this one
			tt.change(p)
			v.endsWithin(atOnce, tt.want)
		})
	}
	t.Run("only another name", func(t *testing.T) {
		t.Parallel()
		p := h.agent("Named Before", core.Roles{h.support.ID: core.Operator})
		v := h.watch(address, p)
		p.Agent.Name = "Named After"
		h.put(p.Actor)
		v.until("agents changed", func(f frame) bool { return f.What == "agent" })
		v.say(`{"type":"ping"}`)
		v.next("pong")
	})
}

// TestWhatTheLogDidNotTell32: all rights are looked at again from time to time.
func TestWhatTheLogDidNotTell32(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := h.watch(h.listen(), h.anna)
	v.next("summaries")
	h.write(func(w *store.Work) error { h.anna.Agent.Admin = true; w.PutAgent(h.anna.Actor); return nil })
	h.server.stream.suspectAll() // as every 30 s
	v.ends(4403)
}

// TestRowsAreForWhoSeesThem33: a session that is owed to a socket and not to be seen by it is gone.
func TestRowsAreForWhoSeesThem33(t *testing.T) {
	t.Parallel()
	h := open(t)
	address := h.listen()
	anna, eve := h.watch(address, h.anna), h.watch(address, h.eve)
	anna.next("summaries")
	hidden := h.said(h.sales, "Emil", "not for Anna")
	h.server.stream.mu.Lock()
	followers := slices.Collect(maps.Keys(h.server.stream.followers))
	h.server.stream.mu.Unlock()
	for _, f := range followers { // as if the session had been Anna's department's before
		f.mu.Lock()
		f.touch(hidden, true)
		f.mu.Unlock()
		h.server.stream.owe(f)
	}
	eve.summary(hidden, func(s Session) bool { return s.Preview == "not for Anna" })
	f := anna.until("rows", func(f frame) bool { return len(f.Sessions) > 0 })
	if got, want := string(f.Sessions[0]), `{"id":"`+hidden.String()+`","gone":true}`; len(f.Sessions) != 1 || got != want {
		t.Errorf("rows: got %s and %d more, want %s", got, len(f.Sessions)-1, want)
	}
}

func TestFramesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	h := open(t)
	address := h.listen()
	tests := map[string]struct {
		frame string
		want  uint16 // zero: the stream goes on
	}{
		"no JSON":                      {"hello", 4400},
		"an array":                     {"[1]", 4400},
		"null":                         {"null", 4400},
		"half an object":               {`{"type":"ping"`, 4400},
		"nothing":                      {" ", 4400},
		"follow with something else":   {`{"type":"follow","sessions":"ses_1"}`, 4400},
		"follow without sessions":      {`{"type":"follow"}`, 4400},
		"typing with something else":   {`{"type":"typing","session":5}`, 4400},
		"an unknown type":              {`{"type":"dance","sessions":5}`, 0},
		"a type that is no word":       {`{"type":5}`, 0},
		"no type":                      {`{}`, 0},
		"unknown members":              {`{"type":"follow","sessions":[],"more":true}`, 0},
		"ids that are none":            {`{"type":"follow","sessions":["","CANARY","agt_1"]}`, 0},
		"typing in no session":         {`{"type":"typing","session":"CANARY"}`, 0},
		"typing in an unknown session": {`{"type":"typing","session":"ses_1"}`, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := h.watch(address, h.anna)
			v.say(tt.frame)
			if tt.want != 0 {
				v.ends(tt.want)
				return
			}
			v.say(`{"type":"ping"}`)
			v.next("pong")
		})
	}
	t.Run("too many", func(t *testing.T) {
		t.Parallel()
		v := h.watch(address, h.anna)
		for range framesAtOnce + 1 {
			_ = v.conn.WriteString(`{"type":"ping"}`)
		}
		v.ends(4429)
	})
}
