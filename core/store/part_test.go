package store_test

import (
	"slices"
	"strings"
	"testing"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// called lets a job name what it has appended.
func (h *house) called(j store.Job, remote core.RemoteID) store.Job {
	return then(j, func(w *store.Work) error { w.AddPart(h.desk, remote); return nil })
}

// rewrite gives the message that the channel calls so another text.
func (h *house) rewrite(remote core.RemoteID, text string) store.Job {
	return store.Job{Do: func(w *store.Work) error {
		m, err := w.MessageAt(h.desk, remote)
		if err != nil {
			return err
		}
		m.Text += " " + text
		w.PutMessage(m)
		return nil
	}}
}

func (h *house) text(id core.EventID) string {
	h.t.Helper()
	m, err := h.store.MessageIn(ctx, h.scope(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	return m.Text
}

func TestAMessageByItsName(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		e := h.did(h.called(h.hear("carla", "hi"), "m1"))
		if _, err := h.do(h.rewrite("m2", "x")); core.KindOf(err) != core.NotFound {
			t.Errorf("an unknown name: got %v, want not found", err)
		}
		for i, r := range h.group(h.rewrite("m1", "one"), then(h.rewrite("m1", "refused"), refuse), h.rewrite("m1", "two")) {
			if (r.err != nil) != (i == 1) {
				t.Errorf("job %d: got %v", i, r.err)
			}
		}
		if got := h.text(e.ID); got != "hi one two" {
			t.Errorf("got %q", got)
		}
		full := e
		full.Text, full.Data, full.State, full.Reason, full.EditedAt, full.DeletedAt = "new", `{"was":"x"}`, core.Failed, "why", 7, 8
		h.must(h.do(store.Job{Do: func(w *store.Work) error { w.PutMessage(full); return nil }}))
		if got, err := h.store.MessageIn(ctx, h.scope(), e.ID); err != nil || got != full {
			t.Errorf("got %+v, %v, want %+v", got, err, full)
		}
		var parts []core.RemoteID
		list := store.Job{Do: func(w *store.Work) (err error) {
			parts, err = w.Parts(core.Delivery{Message: e.ID, Channel: h.desk})
			return err
		}}
		h.must(h.do(store.Job{Do: func(w *store.Work) error {
			if err := w.AddPartOf(core.Delivery{Message: e.ID, Channel: h.desk}, "", "m1b"); err != nil {
				return err
			}
			return w.AddPartOf(core.Delivery{Message: e.ID, Channel: h.desk}, "", "m1a")
		}}))
		if h.must(h.do(list)); !slices.Equal(parts, []core.RemoteID{"m1", "m1b", "m1a"}) {
			t.Errorf("got %v", parts)
		}
		h.must(h.do(store.Job{Do: func(w *store.Work) error { w.RemovePart(h.desk, "m1b"); w.RemovePart(h.shop, "m1a"); return nil }}))
		if h.must(h.do(list)); !slices.Equal(parts, []core.RemoteID{"m1", "m1a"}) {
			t.Errorf("got %v", parts)
		}
		other := h.did(h.called(h.hear("dora", "hers"), "m1")) // a name that is known stays where it is
		h.must(h.do(h.rewrite("m1", "still")))
		if h.text(e.ID) != "new still" || h.text(other.ID) != "hers" {
			t.Errorf("got %q and %q", h.text(e.ID), h.text(other.ID))
		}
		h.healthy()
	})
}

// A message and what is done to it are handed in together: the second waits for the group after, and both are answered.
func TestWhatIsDoneToAMessageOfTheSameGroup(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		id := h.wrote("dora", "hi")
		sent := h.did(h.say(h.anna, id, "sent"))
		runs := 0
		counted := func(j store.Job) store.Job { return then(j, func(*store.Work) error { runs++; return nil }) }
		results := h.group(
			h.called(h.hear("carla", "hi"), "m1"), h.rewrite("m1", "one"), h.hear("carla", "between"), counted(h.rewrite("m1", "two")),
			keyed(then(h.rewrite("m1", "three"), func(w *store.Work) error {
				w.Tell(core.Event{Kind: core.EventEdited, ActorKind: core.BySystem, Audience: core.AgentsOnly, Dedupe: w.Key()})
				return nil
			}), "c3:e", "body"),
			store.Job{Do: func(w *store.Work) error {
				return w.AddPartOf(core.Delivery{Message: sent.ID, Channel: h.desk}, "", "a1")
			}}, h.rewrite("a1", "and changed"),
			h.rewrite("m2", "of what is not there"),
		)
		for i, r := range results {
			if want := map[int]core.Kind{7: core.NotFound}[i]; core.KindOf(r.err) != want || (r.err != nil) != (want != "") {
				t.Errorf("job %d: got %v, want %q", i, r.err, want)
			}
		}
		if got := h.text(results[0].commit.Events[1].ID); got != "hi one two three" {
			t.Errorf("got %q", got)
		}
		if got := h.text(sent.ID); got != "sent and changed" {
			t.Errorf("got %q", got)
		}
		if runs != 1 || len(results[4].commit.Events) != 1 || results[4].commit.Repeat {
			t.Errorf("got %d runs and %+v", runs, results[4].commit)
		}
		if got := h.log.count("failed"); got != 0 {
			t.Errorf("%d failures were logged: %s", got, strings.Join(h.log.lines, ""))
		}
		h.healthy()
	})
}

// Two nodes change one message at once: each sees what the other did.
func TestAMessageIsLockedByItsSession(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		other := node(t, url, 10_000_000)
		e := h.did(h.called(h.hear("carla", ""), "m1"))
		done := make(chan error, 2)
		for _, n := range []*house{h, other} {
			go func() {
				var err error
				for i := 0; i < 25 && err == nil; i++ {
					for {
						_, err = n.do(n.rewrite("m1", "x"))
						if core.KindOf(err) != core.Unavailable { // the file's one lock is not handed out in turn
							break
						}
					}
				}
				done <- err
			}()
		}
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if got := strings.Count(h.text(e.ID), "x"); got != 50 {
			t.Errorf("got %d changes, want 50", got)
		}
	})
}
