package store_test

import (
	"errors"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// code hands a code out to an agent, for ten minutes.
func (h *house) code(a core.Actor, hash string) store.Job {
	return store.Job{Do: func(w *store.Work) error { w.PutLinkCode(hash, a.Agent.ID, w.Now().Add(10*time.Minute)); return nil }}
}

// use links somebody to the agent who was given the code.
func (h *house) use(hash string, remote core.RemoteID) store.Job {
	return store.Job{Do: func(w *store.Work) error {
		a, err := w.UseLinkCode(hash)
		if err != nil {
			return err
		}
		w.PutLink(core.AgentLink{Channel: slack, Remote: remote, Agent: a, CreatedAt: w.Now()})
		return nil
	}}
}

// linked says who somebody is, "" if nobody.
func (h *house) linked(remote core.RemoteID) string {
	h.t.Helper()
	a, err := h.store.ActorByLink(ctx, slack, remote)
	if err != nil && core.KindOf(err) != core.NotFound {
		h.t.Fatal(err)
	}
	return a.Agent.Name
}

func TestACodeLinksOnceS8(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := works(t, url)
		try := func(name, hash string, remote core.RemoteID, want string) {
			t.Helper()
			_, err := h.do(h.use(hash, remote))
			if got := h.linked(remote); got != want || (want == "") != (core.KindOf(err) == core.NotFound) || want != "" && err != nil {
				t.Errorf("%s: got %q, %v, want %q", name, got, err, want)
			}
		}
		try("no code", "never", "T/0", "")
		h.must(h.do(h.code(h.anna, "a1")))
		h.must(h.do(h.code(h.boris, "b1")))
		try("a code", "a1", "T/1", "Anna Berg")
		try("used", "a1", "T/2", "")
		h.must(h.do(h.code(h.anna, "a2")))
		h.must(h.do(h.code(h.anna, "a3")))
		try("one that another has replaced", "a2", "T/3", "")
		try("another's, which is not", "b1", "T/4", "Boris Lind")
		h.clock.turn(10*time.Minute - time.Microsecond)
		try("just in time", "a3", "T/5", "Anna Berg")
		h.must(h.do(h.code(h.anna, "a4")))
		h.clock.turn(10 * time.Minute)
		try("too old", "a4", "T/6", "")
		h.must(h.do(h.code(h.eve, "e1")))
		if got := h.count("link_codes"); got != 1 {
			t.Errorf("got %d codes, want those that are over away", got)
		}
	})
}

func TestACodeUsedTwiceAtOnceS8(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := works(t, url)
		h.must(h.do(h.code(h.anna, "a")))
		r := h.group(then(h.use("a", "T/0"), refuse), h.use("a", "T/1"), h.use("a", "T/2"), h.hear("carla", "hi"))
		if !errors.Is(r[0].err, errRefused) || r[1].err != nil || core.KindOf(r[2].err) != core.NotFound || r[3].err != nil {
			t.Errorf("got %v, %v, %v, %v; want that who is refused uses nothing up, and that the second of two is", r[0].err, r[1].err, r[2].err, r[3].err)
		}
		for remote, want := range map[core.RemoteID]string{"T/0": "", "T/1": "Anna Berg", "T/2": ""} {
			if got := h.linked(remote); got != want {
				t.Errorf("%s: got %q, want %q", remote, got, want)
			}
		}
		if got := h.count("link_codes"); got != 0 {
			t.Errorf("got %d codes, want none", got)
		}
	})
}

func TestWhoSomebodyOnAChannelIsS8(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := works(t, url)
		link := func(remote core.RemoteID, a core.Actor) core.AgentLink {
			h.clock.turn(time.Second)
			return core.AgentLink{Channel: slack, Remote: remote, Agent: a.Agent.ID, CreatedAt: core.At(h.clock.now())}
		}
		put := func(l core.AgentLink) {
			h.must(h.do(store.Job{Do: func(w *store.Work) error { w.PutLink(l); return nil }}))
		}
		first, second := link("T/9", h.oleg), link("T/1", h.oleg) // two accounts of one agent
		put(first)
		put(second)
		put(link("T/2", h.anna))
		if got, err := h.store.Links(ctx, h.oleg.Agent.ID); err != nil || len(got) != 2 || got[0] != first || got[1] != second {
			t.Errorf("got %+v, %v, want %+v and %+v, the oldest first", got, err, first, second)
		}
		got, err := h.store.ActorByLink(ctx, slack, "T/1")
		if err != nil || got.Agent != h.oleg.Agent || got.Roles[h.support] != core.Operator|core.Supervisor || len(got.Roles) != 1 {
			t.Errorf("got %+v, %v, want Oleg with his roles", got, err)
		}
		if _, err := h.store.ActorByLink(ctx, h.desk, "T/1"); core.KindOf(err) != core.NotFound {
			t.Errorf("on another channel: got %v, want not found", err)
		}
		put(link("T/1", h.anna)) // in the place of Oleg
		if got := h.linked("T/1"); got != "Anna Berg" {
			t.Errorf("linked again: got %q", got)
		}
		if got, err := h.store.Links(ctx, h.oleg.Agent.ID); err != nil || len(got) != 1 || got[0] != first {
			t.Errorf("got %+v, %v, want %+v", got, err, first)
		}
		h.must(h.do(store.Job{Do: func(w *store.Work) error {
			w.RemoveLink(second) // it is Anna's by now
			w.RemoveLink(first)
			w.RemoveLink(first)
			return nil
		}}))
		if h.linked("T/1") != "Anna Berg" || h.linked("T/9") != "" {
			t.Errorf("got %q and %q, want Anna and nobody", h.linked("T/1"), h.linked("T/9"))
		}
		gone := h.anna
		gone.Agent.DisabledAt = 7
		h.must(h.do(store.Job{Do: func(w *store.Work) error { w.PutAgent(gone); return nil }}))
		if got, err := h.store.ActorByLink(ctx, slack, "T/1"); err != nil || got.Agent.DisabledAt != 7 {
			t.Errorf("disabled: got %+v, %v", got, err)
		}
	})
}
