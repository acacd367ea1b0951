package outbox_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/core"
	"parley/core/store/storetest"
)

func TestAThreadIsMadeBeforeItsCopiesS1S2(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.room("R")
		carla := h.hears("carla")
		a := (&board{}).adapter(core.Capabilities{})
		r := h.run(a)
		h.drained()
		calls := a.asked()
		if len(calls) != 2 || !slices.Equal(a.sees("R"), []string{"new card", "part 1 send hi"}) {
			t.Fatalf("got %q by %+v, want the thread, then the copy, and no card besides", a.sees("R"), calls)
		}
		first, copied := calls[0], calls[1]
		if !first.Surface || first.Verb != core.OutCard || first.To != (core.Address{Conversation: "R"}) || first.Card.Session != carla || first.Card.Team != "Support" ||
			first.Card.Customer != "Carla" || first.Again || len(first.Recent) != 0 {
			t.Errorf("got %+v", first)
		}
		if !copied.Surface || copied.To != (core.Address{Conversation: "R", Thread: "part 1"}) || copied.By != core.ByCustomer || copied.Note || copied.Name != "" || copied.ID == first.ID {
			t.Errorf("got %+v", copied)
		}
		if got := h.shownIn("R", "part 1"); got != carla {
			t.Errorf("the thread shows %v, want %v", got, carla)
		}
		photo := core.Media{Kind: "photo", Name: "a photo"}
		note := h.happens(carla, core.Event{
			Kind: core.EventMessage, Audience: core.AgentsOnly, Text: "careful", Data: core.Extra{Media: []core.Media{photo}}.Data(),
		}, core.Active)
		h.drained()
		calls = a.asked()
		if last := calls[len(calls)-1]; last.By != core.ByAgent || last.Name != "Anna" || !last.Note || last.Content.Text != "careful" || last.Message != note ||
			!slices.Equal(last.Content.Media, []core.Media{photo}) {
			t.Errorf("a note: got %+v", last)
		}
		// A session that was there before its room: the first copy makes the thread, which is not the copy.
		dora := h.hears("dora")
		h.room("Q")
		h.drained()
		h.note(dora, "late")
		h.drained()
		calls = a.asked()
		root, late := calls[len(calls)-3:][0], calls[len(calls)-1]
		for _, c := range calls[len(calls)-3:] { // the other room's copy is anywhere among them
			if c.To.Conversation == "Q" && c.Verb == core.OutCard {
				root = c
			} else if c.To.Conversation == "Q" {
				late = c
			}
		}
		if root.To != (core.Address{Conversation: "Q"}) || root.Verb != core.OutCard || !strings.HasSuffix(root.ID, ".open") || root.Step != 0 ||
			late.Verb != core.OutSend || late.To.Thread == "" || late.Step != 0 || late.Again || root.ID != late.ID+".open" || h.shownIn("Q", late.To.Thread) != dora {
			t.Errorf("got %+v, then %+v", root, late)
		}
		r.end()
	})
}

func TestACardIsKeptTrueS1(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.room("R")
		id := h.hears("carla")
		a := (&board{}).adapter(core.Capabilities{})
		asked, let := make(chan core.Outgoing, 10), make(chan bool, 10)
		deliver := a.step
		a.step = func(o core.Outgoing) (core.Receipt, error) {
			if o.Verb == core.OutCard {
				asked <- o
				<-let
			}
			return deliver(o)
		}
		change := func(state core.State) {
			h.happens(id, core.Event{Kind: core.EventTaken, Audience: core.Everyone}, state)
		}
		r := h.run(a)
		<-asked // the thread is being made
		change(core.Pending)
		h.until(func() bool { return h.backlog() == 2 }, "the card that has no thread yet is done with")
		let <- true
		if got := <-asked; got.To.Thread != "part 1" || got.Card.State != core.Pending || got.Card.LastSeq != 3 {
			t.Errorf("changed while the thread was made: got %+v", got)
		}
		change(core.Waiting) // two, while one is under way, are one more
		change(core.Active)
		let <- true
		if got := <-asked; got.Card.State != core.Active || got.Card.LastSeq != 5 {
			t.Errorf("changed while the card was: got %+v", got.Card)
		}
		let <- true
		h.drained()
		r.end()
		change(core.Waiting) // two, before one begins, are one
		change(core.Over)
		let <- true
		r = h.run(a)
		h.drained()
		want := []string{"new card", "part 1 send hi", "part 1 card pending", "part 1 card active", "part 1 card ended"}
		got := a.sees("R")
		slices.Sort(got[1:3]) // the copy and the card do not wait for one another
		slices.Sort(want[1:3])
		if !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		r.end()
	})
}

// What goes wrong on a surface says nothing about the message, nor about its customer.
func TestAFailureOnASurfaceIsNotTheMessages(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.room("R")
		for name, err := range map[string]error{
			"refused": fails(core.Invalid, 0), "gone": fails(core.Gone, 0), "nobody knows": fails(core.Uncertain, 0), "forbidden": fails(core.Forbidden, 0),
			"an error of no kind": errors.New("EOF"), "a panic": nil,
		} {
			b := &board{before: func(o core.Outgoing) error {
				switch {
				case !o.Surface || o.Verb != core.OutSend || !strings.HasPrefix(o.Content.Text, "it"):
					return nil
				case err == nil:
					panic("a bug")
				}
				return err
			}}
			a := b.adapter(core.Capabilities{EditOut: true})
			a.parts = int(h.last.Load()) * 100 // names that were not there before
			id := h.hears(core.RemoteID(name))
			r := h.run(a)
			h.drained()
			m := h.say(id, "it")
			h.became(m, core.Sent)
			note := h.note(id, "it is")
			next := h.note(id, "next")
			h.settles()
			if got := h.message(m); got.State != core.Sent || got.Reason != "" || h.state(note) != "" || h.state(next) != "" {
				t.Errorf("%s: got %+v", name, got)
			}
			if got, want := h.kinds(id), []core.EventKind{core.EventStarted, core.EventDelivery}; !slices.Equal(got, want) {
				t.Errorf("%s: got the events %v, want %v", name, got, want)
			}
			s, err := h.store.Session(ctx, core.Scope{Departments: []core.DepartmentID{department}}, id)
			if err != nil || s.Unreachable != "" {
				t.Errorf("%s: the customer is unreachable, for %q; %v", name, s.Unreachable, err)
			}
			var copies []string
			for _, line := range a.lines("R") {
				if _, after, ok := strings.Cut(line, " send "); ok {
					copies = append(copies, after)
				}
			}
			if want := []string{"hi", "next"}; !slices.Equal(copies, want) {
				t.Errorf("%s: the room shows %q, want %q: the thread goes on", name, copies, want)
			}
			r.end()
		}
	})
}

func TestCopiesOfAThreadKeepTheirOrderS2(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.room("R")
		id := h.hears("carla")
		told := map[string]bool{"2": true, "3": true} // the first try of each
		b := &board{before: func(o core.Outgoing) error {
			if o.Surface && told[o.Content.Text] && o.Verb == core.OutSend {
				delete(told, o.Content.Text)
				return fails(core.Throttled, time.Minute)
			}
			return nil
		}}
		a := b.adapter(core.Capabilities{})
		r := h.run(a)
		h.drained()
		for _, text := range []string{"1", "2", "3", "4"} {
			h.note(id, text)
		}
		h.asks(a, 4, "until the room is told to wait")
		quick := h.say(h.session(channel, "dora"), "hello") // the customers' side of the channel is not
		h.became(quick, core.Sent)
		h.turn(time.Minute - time.Second)
		h.stays(func() bool {
			return slices.Equal(a.lines("R"), []string{"new card", "part 1 send hi", "part 1 send 1"})
		}, "what comes after waits")
		h.settles()
		want := []string{"part 1 send hi", "part 1 send 1", "part 1 send 2", "part 1 send 3", "part 1 send 4"}
		got := slices.DeleteFunc(a.lines("R"), func(line string) bool { return !strings.HasPrefix(line, "part 1 ") }) // Dora's are there too
		if !slices.Equal(got, want) {
			t.Errorf("the room shows %q, want %q", got, want)
		}
		r.end()
	})
}

func TestWordsGoBeforeCopiesAndCopiesBeforeCards(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.room("R")
		id := h.hears("carla")
		a := (&board{}).adapter(core.Capabilities{})
		r := h.run(a)
		h.drained()
		r.end()
		before := a.count()
		h.happens(id, core.Event{Kind: core.EventTaken, Audience: core.Everyone}, core.Active) // owed in the other order
		h.turn(time.Second)
		h.note(id, "note")
		h.turn(time.Second)
		h.say(id, "words")
		a.can.ChannelRate = core.Rate{Calls: 1, Per: time.Second, Burst: 1}
		r = h.run(a)
		for n := range 4 {
			h.until(func() bool { return h.backlog() == int64(3-n) }, fmt.Sprintf("%d are owed", 3-n))
			h.turn(time.Second)
		}
		var got []string
		for _, o := range a.asked()[before:] {
			got = append(got, fmt.Sprint(o.To.Conversation, " ", o.Verb, " ", o.Content.Text))
		}
		if want := []string{"carla send words", "R send note", "R send words", "R card "}; len(got) != 4 || !slices.Equal(got[:3], want[:3]) || !strings.HasPrefix(got[3], want[3]) {
			t.Errorf("got %q, want %q", got, want)
		}
		r.end()
	})
}

func TestAThreadIsToldOfWhatHasNotArrivedS12(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.room("R")
		id := h.hears("carla")
		broken, waits := true, false
		b := &board{before: func(o core.Outgoing) error {
			switch {
			case broken && !o.Surface && o.Verb == core.OutSend:
				return fails(core.Invalid, 0)
			case waits && o.Surface:
				return fails(core.Throttled, time.Minute)
			}
			return nil
		}}
		a := b.adapter(core.Capabilities{})
		r := h.run(a)
		again := func(m core.EventID) {
			h.change(m, core.OutSend, func(m *core.Event) { m.State, m.Reason = core.Queued, "" })
		}
		m := h.say(id, "one")
		h.became(m, core.Failed)
		h.drained()
		again(m) // and again in vain
		h.until(func() bool { return len(a.lines("R")) == 5 }, "it is told again")
		want := []string{"new card", "part 1 send hi", "part 1 send one", "part 1 tell one: failed, It says so.", "part 1 tell one: failed, It says so."}
		got := a.lines("R")
		if !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		h.drained()
		a.set(func() { waits = true })
		late := h.say(id, "two")
		h.became(late, core.Failed)
		a.set(func() { broken = false })
		again(late)
		h.became(late, core.Sent) // before the room could be told
		a.set(func() { waits = false })
		h.settles()
		if got := a.lines("R"); len(got) != 6 || !strings.HasSuffix(got[5], " send two") {
			t.Errorf("got %q, want that nothing is told of what has arrived since", got)
		}
		r.end()
	})
}
