package store_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

func (h *house) doctor(fix bool) []store.Finding {
	h.t.Helper()
	findings, err := h.store.Doctor(ctx, fix)
	if err != nil {
		h.t.Fatal(err)
	}
	return findings
}

func TestDoctorNamesAndMendsEveryCounterC10(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		if got := h.doctor(false); len(got) != 0 {
			t.Fatalf("an empty house: got %v", got)
		}
		rows := h.populate()
		if got := h.doctor(true); len(got) != 0 {
			t.Fatalf("nothing to mend: got %v", got)
		}
		for _, name := range []string{"last_seq", "messages", "customer_messages", "read_seq", "unread"} {
			for _, s := range []core.Session{rows[1], rows[5]} { // held, released
				before := h.dump()
				h.change("UPDATE sessions SET "+name+" = "+name+" + 3 WHERE id = ?", s.ID)
				found := h.doctor(false)
				if len(found) != 1 || found[0].Name != name || found[0].Kept != found[0].Real+3 || !found[0].Mend ||
					!strings.Contains(found[0].What, fmt.Sprintf("session %d (%s)", s.Number, s.ID)) {
					t.Errorf("%s of session %d: got %v, want it alone", name, s.Number, found)
				}
				if again := h.doctor(false); len(again) != 1 {
					t.Errorf("%s: looking mended it", name)
				}
				if mended := h.doctor(true); len(mended) != 1 || mended[0] != found[0] {
					t.Errorf("%s: mending found %v, looking %v", name, mended, found)
				}
				if h.dump() != before {
					t.Errorf("%s of session %d is not mended to what it was", name, s.Number)
				}
			}
		}
		before := h.dump()
		h.change("UPDATE departments SET unassigned = unassigned - 1 WHERE id = ?", h.sales)
		h.change("UPDATE sessions SET unread = 99, messages = 99 WHERE id = ?", rows[0].ID)
		found := h.doctor(true)
		if len(found) != 3 || found[2].What != "department Sales" || found[2].Name != "unassigned" || found[2].Kept != found[2].Real-1 {
			t.Errorf("got %v, want two numbers of a session and the queue of Sales", found)
		}
		if !strings.Contains(found[0].String(), "messages is kept as 99, counted 1") {
			t.Errorf("got %q", found[0])
		}
		if h.dump() != before || len(h.doctor(false)) != 0 {
			t.Error("not mended")
		}
	})
}

func TestDoctorRecountsWhatAgentsHoldC4(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.populate()
		before := h.dump()
		var name string
		if err := h.store.Reading().Get(&name, "SELECT a.name FROM agents a JOIN agent_load l ON l.agent = a.id WHERE l.open_sessions > 0 ORDER BY a.id LIMIT 1"); err != nil {
			t.Fatal(err)
		}
		h.change("UPDATE agent_load SET open_sessions = open_sessions + 2 WHERE agent = (SELECT id FROM agents WHERE name = ?)", name)
		found := h.doctor(true)
		if len(found) != 1 || found[0].What != "agent "+name || found[0].Name != "open sessions" || found[0].Kept != found[0].Real+2 {
			t.Errorf("got %v, want what %s holds", found, name)
		}
		if h.dump() != before || len(h.doctor(false)) != 0 {
			t.Error("not mended")
		}
	})
}

func TestDoctorRecountsWhatIsOwed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		id := h.wrote("carla", "hi")
		for _, lane := range []string{"carla", "carla", "carla", "dora"} {
			h.must(h.do(h.owe(id, lane, "", 1)))
		}
		h.must(h.do(h.lane("carla", settle)))
		h.healthy()
		before := h.dump()
		for _, c := range []struct {
			statement string
			want      []store.Finding
		}{
			{"UPDATE lanes SET owed = owed + 3 WHERE lane = 'carla'", []store.Finding{{What: "lane carla of channel desk", Name: "owed", Kept: 5, Real: 2, Mend: true}}},
			{"UPDATE lanes SET last_no = 9 WHERE lane = 'carla'", []store.Finding{{What: "lane carla of channel desk", Name: "last_no", Kept: 9, Real: 3, Mend: true}}},
			{"UPDATE lanes SET owed = 0 WHERE lane = 'dora'", []store.Finding{{What: "lane dora of channel desk", Name: "owed", Kept: 0, Real: 1, Mend: true}}},
		} {
			h.change(c.statement)
			for _, fix := range []bool{false, true} {
				if got := h.doctor(fix); !slices.Equal(got, c.want) {
					t.Errorf("%s: got %v, want %v", c.statement, got, c.want)
				}
			}
			if got := h.dump(); got != before {
				t.Errorf("%s: is not mended:\n%s\nwant\n%s", c.statement, got, before)
			}
		}
		h.change("DELETE FROM deliveries WHERE lane = 'dora'") // nothing is owed, and the lane is there
		h.change("DELETE FROM lanes WHERE lane = 'carla'")     // what nobody would ever send
		want := []store.Finding{
			{What: "lane carla of channel desk", Name: "owed", Kept: 0, Real: 2, Mend: true}, {What: "lane dora of channel desk", Name: "owed", Kept: 1, Real: 0, Mend: true},
		}
		if got := h.doctor(true); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		due, err := h.store.Due(ctx, h.desk, core.At(morning), 9, 9)
		if err != nil || len(due) != 1 || due[0].Lane != "carla" || due[0].Head() != 2 || due[0].Owed != 2 {
			t.Errorf("got %+v, %v", due, err)
		}
		h.healthy()
		for range 2 {
			h.must(h.do(h.lane("carla", settle)))
		}
		h.healthy()
	})
}

func TestDoctorNamesWhatItCannotMend(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.wrote("dora", "one")
		id := h.wrote("carla", "one")
		h.did(h.hear("carla", "two"))
		h.change("DELETE FROM log WHERE session = ? AND seq = 1", id) // the customer's words are all there still
		found := h.doctor(true)
		names := map[string]bool{}
		for _, f := range found {
			names[f.Name] = f.Mend
		}
		if mend, ok := names["number of events"]; !ok || mend || len(found) != 2 {
			t.Errorf("got %v, want a session with too few events and a log with too few rows", found)
		}
		if mend, ok := names["number of rows"]; !ok || mend {
			t.Errorf("got %v, want a log with too few rows", found)
		}
		if again := h.doctor(false); len(again) != len(found) {
			t.Errorf("again: got %v, want %v", again, found)
		}
	})
}

// Beside a server at work the doctor finds nothing that is right, and mends what is wrong without undoing a deed.
func TestDoctorBesideARunningWriter(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h, other := open(t, url), enter(t, url) // the doctor is a process of its own
		ids := make([]core.SessionID, 3)
		for i := range ids {
			ids[i] = h.wrote(core.RemoteID(fmt.Sprint("visitor ", i)), "hi")
			h.did(h.take(h.anna, ids[i]))
		}
		working, stop := context.WithCancel(ctx)
		var wait sync.WaitGroup
		var deeds atomic.Int64
		for i, id := range ids {
			wait.Go(func() {
				for n := 0; working.Err() == nil; n++ {
					jobs := []store.Job{
						h.hear(core.RemoteID(fmt.Sprint("visitor ", i)), "hi"), h.say(h.anna, id, "hello"), h.see(id, int64(2*n)),
						h.hear(core.RemoteID(fmt.Sprintf("new %d %d", i, n)), "hi"),
					}
					// No answer in time is one that the doctor may cause; it must not cause another.
					if _, err := h.do(jobs[n%len(jobs)]); err != nil && core.KindOf(err) != core.Unavailable {
						t.Errorf("deed %d: %v", n, err)
						return
					}
					deeds.Add(1)
					time.Sleep(10 * time.Millisecond) // the file's one lock is not handed out in turn
				}
			})
		}
		for round := range 6 {
			before := deeds.Load()
			h.until(func() bool { return deeds.Load() > before+5 })
			fix := round%2 == 1
			found, err := other.store.Doctor(ctx, fix)
			for ; core.KindOf(err) == core.Unavailable; found, err = other.store.Doctor(ctx, fix) { // the file's lock
			}
			if err != nil || len(found) != 0 {
				t.Errorf("round %d: got %v, %v", round, found, err)
			}
		}
		for round := range 6 {
			wrong := ids[round%len(ids)]
			h.must(h.do(h.on(wrong, func(w *store.Work, s core.Session) error {
				s.Messages += 7
				w.PutSession(s)
				return nil
			})))
			found, err := other.store.Doctor(ctx, true)
			for ; core.KindOf(err) == core.Unavailable; found, err = other.store.Doctor(ctx, true) {
			}
			if err != nil || len(found) != 1 || found[0].Name != "messages" || found[0].Kept != found[0].Real+7 {
				t.Errorf("wrong round %d: got %v, %v; want the messages of one session", round, found, err)
			}
		}
		stop()
		wait.Wait()
		h.healthy()
	})
}

// A group has locked rows and is about to write them: the doctor waits for it, and neither stands in the other's way.
func TestDoctorWaitsForAGroup(t *testing.T) {
	t.Parallel()
	h := open(t, storetest.Postgres(t))
	id := h.wrote("carla", "hi")
	h.change("UPDATE sessions SET messages = 9 WHERE id = ?", id)
	running, gate, done := make(chan struct{}, 2), make(chan struct{}), make(chan error, 2)
	attempts := 0
	go func() {
		_, err := h.do(h.on(id, func(w *store.Work, s core.Session) error {
			attempts++
			running <- struct{}{}
			<-gate
			return h.say(h.anna, id, "hello").Do(w)
		}))
		done <- err
	}()
	<-running
	var found []store.Finding
	go func() {
		var err error
		found, err = h.store.Doctor(ctx, true)
		done <- err
	}()
	h.until(func() bool {
		return h.count("pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") == 1
	})
	close(gate)
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if attempts != 1 {
		t.Errorf("the deed took %d attempts, want 1", attempts)
	}
	if len(found) != 1 || found[0].Kept != 10 || found[0].Real != 2 {
		t.Errorf("got %v, want the messages after the deed", found)
	}
	h.healthy()
}
