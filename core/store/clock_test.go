package store_test

import (
	"fmt"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// What the clock has told before it was set back is not ahead of it, in whatever table, and what people have set stays. It is done in pages, and again
// without harm.
func TestWhatLiesAheadOfAClockThatWasSetBackIsNow(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		var sessions [3]core.SessionID
		h.must(h.do(store.Job{Do: func(w *store.Work) error {
			for i := range sessions {
				one, err := h.begin(w, h.support, h.desk, core.RemoteID(fmt.Sprint("customer ", i)))
				if err != nil {
					return err
				}
				sessions[i] = one.ID
			}
			return nil
		}}))
		now := core.At(morning.Add(-time.Hour))
		past, soon, late := now.Add(-time.Hour), now.Add(time.Minute), now.Add(time.Hour)
		h.change("UPDATE sessions SET started_at = ?, last_at = ?, waiting_since = ?, snoozed_until = ?, typed_at = 0, held_at = 0", past, soon, soon, late)
		h.change("UPDATE sessions SET waiting_since = ? WHERE id = ?", past, sessions[0])
		h.change("UPDATE sessions SET last_at = ?, waiting_since = ? WHERE id = ?", late, late, sessions[2])
		h.change("UPDATE agents SET away_since = ?, quiet_until = ?", late, now.Add(core.MaxQuiet+time.Hour))
		for i := range 1100 {
			h.change("INSERT INTO logins (id, agent, hash, address, user_agent, created_at, seen_at) VALUES (?, ?, ?, '', '', ?, ?)", i+1, h.anna.Agent.ID, fmt.Sprint(i), past, late)
		}
		h.change("INSERT INTO link_codes (hash, agent, until) VALUES ('long', ?, ?), ('short', ?, ?)", h.anna.Agent.ID, late, h.boris.Agent.ID, soon)
		h.change("INSERT INTO lanes (channel, lane, bucket, last_no, owed, rank, due_at, attempts, step, since, sending, epoch) VALUES (?, 'waits', '', 1, 1, 0, ?, 3, 0, ?, ?, 0), (?, 'goes', '', 1, 1, 0, ?, 3, 0, ?, ?, 0)",
			h.desk, late, late, false, h.desk, late, past, true)
		h.must(h.do(store.Job{Do: func(w *store.Work) error {
			w.PutRecordType(core.RecordType{ID: 500, Department: h.support, Use: core.UseRecord, Name: "type", Version: 1})
			w.PutRecordRule(core.RecordRule{ID: 501, Department: h.support, Type: 500, Name: "rule", On: core.HookMessage, EnabledAt: late, Version: 1})
			return nil
		}}))
		newest, err := h.store.Newest(ctx)
		if err != nil || newest != late {
			t.Fatalf("the newest: got %v, %v, want %v", newest, err, late)
		}
		for range 2 {
			if err := h.store.SetBack(ctx, now, newest); err != nil {
				t.Fatal(err)
			}
			for what, want := range map[string]int{
				fmt.Sprintf("sessions WHERE started_at = %d AND snoozed_until = %d AND typed_at = 0 AND held_at = 0", past, late):            3,
				fmt.Sprintf("sessions WHERE id = %d AND waiting_since = %d", sessions[0], past):                                              1,
				fmt.Sprintf("sessions WHERE id = %d AND waiting_since < %d AND waiting_since > %d", sessions[1], now, now.Add(-time.Second)): 1,
				fmt.Sprintf("sessions WHERE id = %d AND waiting_since = %d AND last_at = %d", sessions[2], now, now):                         1,
				fmt.Sprintf("agents WHERE away_since = %d AND quiet_until = %d", now, now.Add(core.MaxQuiet)):                                h.count("agents"),
				fmt.Sprintf("logins WHERE created_at = %d AND seen_at = %d", past, now):                                                      1100,
				fmt.Sprintf("link_codes WHERE hash = 'long' AND until = %d", now.Add(store.LinkTime)):                                        1,
				fmt.Sprintf("link_codes WHERE hash = 'short' AND until = %d", soon):                                                          1,
				fmt.Sprintf("record_rules WHERE enabled_at = %d", now):                                                                       1,
				fmt.Sprintf("lanes WHERE lane = 'waits' AND due_at = %d AND since = %d AND attempts = 3", now, now):                          1,
				fmt.Sprintf("lanes WHERE lane = 'goes' AND due_at = %d", late):                                                               1, // it is under way
			} {
				if got := h.count(what); got != want {
					t.Errorf("%s: got %d rows, want %d", what, got, want)
				}
			}
		}
	})
}

// A lease that nobody gave back before the database's clock was set back keeps nobody off for longer than it lasts.
func TestALeaseFromBeforeTheClockWasSetBackIsNobodys(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		var c clock
		s := leased(t, url, &c)
		take := func(holder string) (epoch int64, ok bool) {
			t.Helper()
			epoch, ok, err := s.TakeLease(ctx, "channel 1", holder, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			return epoch, ok
		}
		first, _ := take("a")
		c.turn(-time.Minute) // as much as clocks may differ
		if _, ok := take("b"); ok {
			t.Error("taken, and its holder may live")
		}
		c.turn(-time.Microsecond)
		second, ok := take("b")
		if !ok || second != first+1 {
			t.Errorf("got %d, %v, want it taken", second, ok)
		}
		if err := s.RenewLease(ctx, "channel 1", first, time.Minute); core.KindOf(err) != core.Gone {
			t.Errorf("who had it renews it: got %v, want Gone", err)
		}
	})
}

// Who was there before the database's clock was set back, and says so no more, is not there; nor are nodes that have died.
func TestPresenceFromBeforeTheClockWasSetBackIsOver(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		var c clock
		s := leased(t, url, &c)
		anna, boris := core.Presence{Agent: h.anna.Agent.ID, Surface: core.Workspace}, core.Presence{Agent: h.boris.Agent.ID, Surface: core.Workspace}
		put := func(node string, all ...core.Presence) {
			t.Helper()
			if err := s.PutPresence(ctx, node, all, 25*time.Second); err != nil {
				t.Fatal(err)
			}
		}
		put("one", anna, boris)
		put("dead", boris)
		c.turn(-time.Hour)
		put("one", anna)
		if err := s.SweepPresence(ctx); err != nil {
			t.Fatal(err)
		}
		if here, err := s.Present(ctx); err != nil || len(here) != 1 || here[0] != anna.Agent {
			t.Errorf("got %v, %v, want Anna", here, err)
		}
		if n := h.count("nodes WHERE node = 'one' AND since = ?", core.At(c.now())); n != 1 || h.count("nodes") != 1 {
			t.Errorf("got %d nodes, %d of them the living one since now", h.count("nodes"), n)
		}
	})
}
