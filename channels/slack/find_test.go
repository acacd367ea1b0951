package slack

import (
	"errors"
	"testing"

	"parley/core"
)

// TestNothingIsPostedTwice is CHANNELS 4.3: an attempt whose answer was lost is looked for before it is made again.
func TestNothingIsPostedTwice(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name          string
		broken        breakage
		echo          bool // of what was posted has come
		looks, inRoom int
	}{
		{"it was done, and the echo has told so", breakage{drop: true, after: true}, true, 0, 1},
		{"it was done, and Slack has it", breakage{drop: true, after: true}, false, 1, 1},
		{"it was done, and a page said that it was not", breakage{status: 502, body: "<html>", after: true}, false, 1, 1},
		{"it was not done", breakage{drop: true}, false, 1, 1},
		{"a broken answer", breakage{body: `{"ok":true,"ts":`, after: true}, false, 1, 1},
	} {
		for _, verb := range []core.OutVerb{core.OutSend, core.OutCard} {
			t.Run(string(verb)+": "+c.name, func(t *testing.T) {
				t.Parallel()
				f := newFake(t)
				a := speaker(f)
				o, looks := owed(verb, ""), "conversations.history"
				if verb == core.OutSend {
					o, looks = said(verb, opened(t, a), "Hello?"), "conversations.replies"
				}
				broken := c.broken
				broken.method = "chat.postMessage"
				f.fail(broken)
				if _, err := a.Deliver(t.Context(), o); core.KindOf(err) != core.Uncertain {
					t.Fatalf("got %v, want uncertain", err)
				}
				f.say(testRoom, string(o.To.Thread), "UANNA", "meanwhile")
				before := f.in(testRoom, string(o.To.Thread))
				if c.echo {
					m := before[len(before)-2]
					id := m["metadata"].(map[string]any)["event_payload"].(map[string]any)["id"].(string)
					a.echoed(id, remote(testRoom, m["ts"].(string)))
				}
				o.Again = true
				r, err := a.Deliver(t.Context(), o)
				if err != nil || r.Part == "" && r.Thread == "" {
					t.Fatalf("got %+v, %v", r, err)
				}
				ours := 0
				for _, m := range f.in(testRoom, string(o.To.Thread)) {
					if m["bot_id"] == "BBOT" {
						ours++
					}
				}
				if got := len(f.made(looks)); ours != c.inRoom || got != c.looks {
					t.Errorf("got %d posts and %d looks, want %d and %d", ours, got, c.inRoom, c.looks)
				}
			})
		}
	}
}

func TestWhatWasTakenBackIsOnlyLookedFor(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	a := speaker(f)
	o := said(core.OutSend, opened(t, a), "Hello?")
	o.Again, o.Withdrawn = true, true
	if r, err := a.Deliver(t.Context(), o); err != nil || r != (core.Receipt{}) || len(f.in(testRoom, string(o.To.Thread))) != 0 {
		t.Errorf("not posted: got %+v, %v and %v, want nothing", r, err, f.in(testRoom, string(o.To.Thread)))
	}
	o.Again, o.Withdrawn = false, false
	first, err := a.Deliver(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	o.Again, o.Withdrawn = true, true
	if r, err := a.Deliver(t.Context(), o); err != nil || r != first {
		t.Errorf("posted: got %+v, %v, want %+v", r, err, first)
	}
}

func TestALookThatFailsPostsNothing(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	a := speaker(f)
	o := said(core.OutSend, opened(t, a), "Hello?")
	o.Again = true
	f.fail(breakage{method: "conversations.replies", status: 503, body: "<html>"})
	if _, err := a.Deliver(t.Context(), o); core.KindOf(err) != core.Unavailable {
		t.Errorf("got %v, want unavailable", err)
	}
	if got := len(f.made("chat.postMessage")); got != 1 {
		t.Errorf("got %d posts, want the card alone", got)
	}
}

func TestALookGoesThroughAllPages(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	a := speaker(f)
	root := opened(t, a)
	for range 7 {
		f.say(testRoom, root, "UANNA", "x")
	}
	o := said(core.OutSend, root, "Hello?")
	first := deliver(t, a, o)
	o.Again = true
	if again := deliver(t, a, o); again[0] != first[0] {
		t.Errorf("got %v, want %v", again, first)
	}
}

// TestAThreadThatIsGone is S-14: the thread is said to be lost, and nothing stays in the room where nobody would look for it.
func TestAThreadThatIsGone(t *testing.T) {
	t.Parallel()
	for _, verb := range []core.OutVerb{core.OutSend, core.OutCard, core.OutTell} {
		t.Run(string(verb), func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			a := speaker(f)
			root := opened(t, a)
			a.echoed(mark(owed(core.OutCard, ""), 0), remote(testRoom, root))
			f.drop(root)
			_, err := a.Deliver(t.Context(), said(verb, root, "Hello?"))
			e, ok := errors.AsType[*core.Error](err)
			if !ok || e.Kind != core.Gone || e.Scope != core.ScopeThread || e.Reason != reasonThread {
				t.Fatalf("got %v, want gone", err)
			}
			if left := f.in(testRoom, ""); len(left) != 0 {
				t.Errorf("in the room: %v", left)
			}
			// The same delivery makes another thread, although its first one was seen.
			o := owed(core.OutCard, "")
			o.Again = true
			o.Recent = []core.Event{
				{Kind: core.EventMessage, ActorKind: core.ByCustomer, Text: "Hello\n*there*"},
				{Kind: core.EventMessage, ActorKind: core.ByAgent, Name: "Grace", Text: "secret", DeletedAt: 1},
				{Kind: core.EventMessage, ActorKind: core.ByAgent, Name: "Grace", Text: "vip", Audience: core.AgentsOnly},
				{Kind: core.EventMessage, ActorKind: core.ByAgent, Name: "Grace", Text: "lost", State: core.Failed},
				{Kind: core.EventMessage, ActorKind: core.ByCustomer, Data: `{"media":[{"kind":"photo","name":"a.jpg"}]}`},
			}
			r, err := a.Deliver(t.Context(), o)
			if err != nil || string(r.Thread) == root {
				t.Fatalf("got %+v, %v", r, err)
			}
			want := "The last messages:\nAda Lovelace: Hello *there*\nGrace: 🔒 vip\nGrace: ⚠️ Not delivered: lost\nAda Lovelace: [photo: a.jpg]"
			if got := texts(f.in(testRoom, string(r.Thread))); len(got) != 1 || got[0] != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}
