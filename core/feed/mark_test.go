package feed_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"parley/core"
)

// A12: customers learn that they were read, in words of their own, each newer place once.
func TestA12_ACustomerIsToldUpToWhichMessageTheyWereRead(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &memoryLog{read: map[core.RemoteID]core.EventID{}}
		f := start(t, l)
		synctest.Wait()
		published(l, f, texts(1, "ada", "one", "two", "three")...)
		synctest.Wait()
		ada := visit(t, f, &visitorClient{channel: 1, conversation: "ada"})
		bob := visit(t, f, &visitorClient{channel: 1, conversation: "bob"})
		mark := core.Touched{Session: 1, Department: 1, Channel: 1, Conversation: "ada"}
		read := func(at core.EventID, how func()) {
			l.set(func() { l.read["ada"] = at })
			how()
			synctest.Wait()
		}
		told := func(when string, want ...core.EventID) {
			t.Helper()
			var refs []string
			for _, id := range want {
				refs = append(refs, ada.shown[id-1].Ref)
			}
			if !slices.Equal(ada.read, refs) {
				t.Errorf("%s: got %d marks %q, want those of %v", when, len(ada.read), ada.read, want)
			}
		}
		synctest.Wait()
		told("while nobody has read")
		read(1, func() { f.Publish(core.Committed{Touched: []core.Touched{mark}}) })
		told("a mark moved", 1)
		frames := ada.frames
		read(1, func() { published(l, f, note(1, "ada", "a note")) })
		told("a note moved no mark", 1)
		read(3, func() { published(l, f, note(1, "ada", "another")) })
		told("a note did", 1, 3)
		read(2, func() { f.Publish(core.Committed{Touched: []core.Touched{mark}}) })
		told("a mark never falls", 1, 3)
		if ada.frames != frames || len(bob.read) != 0 {
			t.Errorf("got %d frames of notes, and %d marks of another's; want none", ada.frames-frames, len(bob.read))
		}

		ada.disconnect()
		l.set(func() { l.read["ada"] = 3 })
		again := visit(t, f, &visitorClient{channel: 1, conversation: "ada"})
		synctest.Wait()
		if !slices.Equal(again.read, ada.read[1:]) {
			t.Errorf("after a reload: got %q, want %q", again.read, ada.read[1:])
		}
	})
}

func TestA12_AReadMarkOutlastsAnOutage(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &memoryLog{read: map[core.RemoteID]core.EventID{}}
		f := start(t, l)
		synctest.Wait()
		published(l, f, texts(1, "ada", "one")...)
		ada := visit(t, f, &visitorClient{channel: 1, conversation: "ada"})
		synctest.Wait()
		l.set(func() { l.down, l.read["ada"] = true, 1 })
		f.Publish(core.Committed{Touched: []core.Touched{{Session: 1, Department: 1, Channel: 1, Conversation: "ada"}}})
		synctest.Wait()
		l.set(func() { l.down = false })
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if len(ada.read) != 1 {
			t.Errorf("got %d marks, want 1", len(ada.read))
		}
	})
}
