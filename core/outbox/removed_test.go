package outbox_test

import (
	"slices"
	"testing"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// A room that is no surface any more is shown nothing, not even what was owed to it before. When it is one again, what was said
// meanwhile stays out of the thread that is there, and a new thread begins with the last messages.
func TestARoomThatIsNoSurfaceAnyMoreS14(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.room("R")
		carla, dora := h.hears("carla"), core.SessionID(0)
		a := (&board{}).adapter(core.Capabilities{})
		r := h.run(a)
		h.drained()
		r.end()
		h.note(carla, "owed")
		h.do(func(w *store.Work) error {
			w.RemoveSurface(core.Surface{Channel: channel, Room: "R", Department: department})
			return nil
		})
		dora = h.hears("dora")
		h.note(carla, "said meanwhile")
		before := []string{"new card", "part 1 send hi"}
		r = h.run(a)
		h.drained()
		if got := a.sees("R"); !slices.Equal(got, before) {
			t.Errorf("after its removal the room was shown %q", got[len(before):])
		}

		h.room("R")
		h.note(carla, "again")
		h.drained()
		h.note(dora, "first")
		h.drained()
		if got, want := a.lines("R")[len(before):], []string{"part 1 send again", "new card", "part 4 send first"}; !slices.Equal(got, want) {
			t.Errorf("when it is a surface again: got %q, want %q", got, want)
		}
		roots := a.roots()
		if got := texts(roots[len(roots)-1].Recent); !slices.Equal(got, []string{"hi"}) {
			t.Errorf("a thread of a session that began unseen begins with %q, want what was said", got)
		}
		r.end()
	})
}
