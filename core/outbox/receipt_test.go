package outbox_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// What was told of a message that did not arrive is told otherwise when it has, also by the next run of the channel.
func TestAMessageArrivesAfterAllS12(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.do(func(w *store.Work) error {
			w.AddSurface(core.Surface{Channel: channel, Room: "R", Department: department, Receipts: true, CreatedAt: w.Now()})
			return nil
		})
		id := h.hears("carla")
		broken := true
		b := &board{before: func(o core.Outgoing) error {
			if !o.Surface && broken {
				return fails(core.Invalid, 0)
			}
			return nil
		}}
		a := b.adapter(core.Capabilities{})
		step, told := a.step, 0
		a.step = func(o core.Outgoing) (core.Receipt, error) {
			receipt, err := step(o)
			if o.Verb == core.OutTell && err == nil {
				if told++; o.State == core.Sent {
					return core.Receipt{Gone: o.Parts[0], More: len(o.Parts) > 1}, nil
				}
				receipt.Part = core.RemoteID(fmt.Sprint("line ", told))
			}
			return receipt, err
		}
		r := h.run(a)
		message := h.do(func(w *store.Work) error {
			s, err := w.Session(id)
			if err != nil {
				return err
			}
			return speak(w, s, "answer", core.CustomerWords)
		})[0].ID
		again := func() {
			h.do(func(w *store.Work) error {
				s, err := w.Session(id)
				if err != nil {
					return err
				}
				m, err := w.Message(message)
				if err != nil {
					return err
				}
				m.State = core.Queued
				w.PutMessage(m)
				return w.Owe(core.Delivery{Channel: s.Channel, Lane: string(s.Conversation), Verb: core.OutSend, Session: s.ID, Message: message}, string(s.Conversation))
			})
		}
		h.became(message, core.Failed)
		h.drained()
		again()
		h.became(message, core.Failed)
		h.drained()
		r.end()
		a.set(func() { broken = false })
		r = h.run(a)
		again()
		h.became(message, core.Sent)
		h.drained()
		var sent []string
		for _, o := range a.asked() {
			if o.Verb == core.OutTell && o.State == core.Sent {
				sent = append(sent, fmt.Sprint(o.Parts, " ", o.To.Thread))
			}
		}
		if want := []string{"[line 1 line 2] part 1", "[line 2] part 1"}; !slices.Equal(sent, want) {
			t.Errorf("got %q, want both lines changed, one by one: %q", sent, want)
		}
		for _, o := range a.asked() {
			if o.Verb == core.OutMark {
				t.Errorf("got a mark on %q, which was not said there", o.Parts)
			}
		}
		again()
		h.became(message, core.Sent)
		h.drained()
		if n := strings.Count(fmt.Sprint(a.sees("R")), ": sent"); n != 2 {
			t.Errorf("got %d lines changed, want them changed once", n)
		}
		r.end()
	})
}

// A mark is owed by itself: it makes no thread, and what it stands on may be in one that is lost.
func TestAMarkMakesNoThreadS12(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.do(func(w *store.Work) error {
			w.AddSurface(core.Surface{Channel: channel, Room: "R", Department: department, Receipts: true, CreatedAt: w.Now()})
			return nil
		})
		id := h.session(other, "carla")
		message := h.note(id, "x")
		a := (&board{}).adapter(core.Capabilities{})
		r := h.run(a)
		h.drained()
		r.end()
		before := len(a.asked())
		h.do(func(w *store.Work) error {
			w.LoseThread(channel, core.Address{Conversation: "R", Thread: "part 1"})
			return w.Owe(core.Delivery{Channel: channel, Lane: "mark", Room: "R", Rank: core.Cards, Verb: core.OutMark, Session: id, Message: message}, "marks")
		})
		r = h.run(a)
		h.drained()
		calls := a.asked()[before:]
		if len(calls) != 1 || calls[0].Verb != core.OutMark || len(calls[0].Parts) != 1 || calls[0].To.Thread != "" {
			t.Errorf("got %+v, want the mark only", calls)
		}
		r.end()
	})
}
