package slack

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"parley/core"
)

const testRoom = "C0ROOM"

var testNow = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)

// speaker is an adapter that only speaks.
func speaker(f *fake) *Adapter {
	return &Adapter{
		config: Config{
			Secrets: testSecrets, APIURL: f.URL, Public: "https://desk.example.test", Clock: func() time.Time { return testNow },
			Desk: newDesk(), Log: slog.New(slog.DiscardHandler),
		},
		settings: Settings{Mode: ModeSocket, Team: "T1", App: "A1", Bot: "UBOT"},
		can:      Capabilities, api: newClient(nil, f.URL, testSecrets),
	}
}

func testCard() core.Card {
	return core.Card{
		Session: 4242, Number: 17, Team: "Customer Care", Channel: "shop-telegram", Kind: "telegram", Customer: "Ada Lovelace",
		State: core.Waiting, Version: 1, Messages: 3, Unread: 2, Preview: "Where is my parcel?",
		StartedAt: core.At(testNow.Add(-time.Minute)), WaitingSince: core.At(testNow.Add(-time.Minute)),
	}
}

// owed is something owed to the room, about message 77.
func owed(verb core.OutVerb, thread string) core.Outgoing {
	return core.Outgoing{
		ID: core.EventID(77).String() + "." + string(verb) + ".1." + testRoom, Verb: verb, Surface: true, Card: testCard(), By: core.ByCustomer,
		To: core.Address{Conversation: testRoom, Thread: core.RemoteID(thread)},
	}
}

func said(verb core.OutVerb, thread, text string, parts ...core.RemoteID) core.Outgoing {
	o := owed(verb, thread)
	o.Content.Text, o.Parts, o.Message = text, parts, 77
	return o
}

// deliver does all steps of something owed, as the outbox does.
func deliver(t *testing.T, a *Adapter, o core.Outgoing) []core.RemoteID {
	t.Helper()
	for range 20 {
		r, err := a.Deliver(t.Context(), o)
		if err != nil {
			t.Fatalf("step %d: %v", o.Step, err)
		}
		if r.Part != "" {
			o.Parts = append(o.Parts, r.Part)
		}
		if r.Gone != "" {
			var left []core.RemoteID
			for _, p := range o.Parts {
				if p != r.Gone {
					left = append(left, p)
				}
			}
			o.Parts = left
		}
		if o.Step++; !r.More {
			return o.Parts
		}
	}
	t.Fatal("it does not end")
	return nil
}

func opened(t *testing.T, a *Adapter) string {
	t.Helper()
	r, err := a.Deliver(t.Context(), owed(core.OutCard, ""))
	if err != nil || r.Thread == "" || r.Part != "" {
		t.Fatalf("got %+v, %v", r, err)
	}
	return string(r.Thread)
}

func texts(all []map[string]any) []string {
	var out []string
	for _, m := range all {
		out = append(out, m["text"].(string))
	}
	return out
}

func TestASessionIsShownInAThread(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	a := speaker(f)
	root := opened(t, a)

	if parts := deliver(t, a, said(core.OutSend, root, "Hello?")); len(parts) != 1 || parts[0] != remote(testRoom, "1700000000.000002") {
		t.Errorf("got the parts %v", parts)
	}
	answer := said(core.OutSend, root, "On its way.")
	answer.By, answer.Name = core.ByAgent, "Grace"
	deliver(t, a, answer)
	note := said(core.OutSend, root, "a good customer")
	note.By, note.Name, note.Note = core.ByAgent, "Grace", true
	deliver(t, a, note)

	shown := f.in(testRoom, root)
	want := []string{"Hello?", "On its way.", "🔒 a good customer"}
	if got := texts(shown); strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("got %q, want %q", got, want)
	}
	for i, name := range []string{"Ada Lovelace (Telegram)", "Grace", "Grace"} {
		if shown[i]["username"] != name {
			t.Errorf("message %d is by %q, want %q", i, shown[i]["username"], name)
		}
	}
	for _, c := range f.made("chat.postMessage") {
		for name, want := range map[string]string{"parse": "none", "link_names": "false", "unfurl_links": "false", "unfurl_media": "false", "mrkdwn": "false"} {
			if got := c.Form.Get(name); got != want {
				t.Errorf("got %s=%s, want %s", name, got, want)
			}
		}
	}

	closed := owed(core.OutCard, root)
	closed.Card.State, closed.Card.Outcome, closed.Card.Holder = core.Over, core.CompletedByOperator, "Grace"
	deliver(t, a, closed)
	if got := f.one(t, "chat.update").Form.Get("text"); !strings.Contains(got, "Ended by the agent") {
		t.Errorf("the card says %q", got)
	}
}

func TestWhatIsTooLongGoesInParts(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	a := speaker(f)
	root := opened(t, a)
	long := strings.Repeat("word ", 1500) // 7,500 bytes
	parts := deliver(t, a, said(core.OutSend, root, strings.TrimSpace(long)))
	if len(parts) != 3 {
		t.Fatalf("got %d parts, want 3", len(parts))
	}
	if got := strings.Join(texts(f.in(testRoom, root)), " "); got != strings.TrimSpace(long) {
		t.Error("the parts are not the text")
	}
	if parts = deliver(t, a, said(core.OutEdit, root, "short", parts...)); len(parts) != 1 {
		t.Fatalf("got %d parts of the shorter text, want 1", len(parts))
	}
	if parts = deliver(t, a, said(core.OutEdit, root, strings.TrimSpace(long), parts...)); len(parts) != 3 {
		t.Fatalf("got %d parts of the longer text, want 3", len(parts))
	}
	if parts = deliver(t, a, said(core.OutDelete, root, "", parts...)); len(parts) != 0 || len(f.in(testRoom, root)) != 0 {
		t.Errorf("left: %v", f.in(testRoom, root))
	}
}

func TestWhatAnAgentPostedFollowsInTheThread(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	a := speaker(f)
	root := opened(t, a)
	ts := f.say(testRoom, root, "UANNA", "We send it tomorow.")
	edit := said(core.OutEdit, root, "We send it tomorrow.", remote(testRoom, ts))
	edit.By, edit.Name = core.ByAgent, "Anna"
	deliver(t, a, edit)
	gone := deliver(t, a, said(core.OutDelete, root, "", remote(testRoom, ts)))
	want := []string{"We send it tomorow.", "Edited: We send it tomorrow.", "A message above was deleted in Parley."}
	if got := texts(f.in(testRoom, root)); strings.Join(got, "|") != strings.Join(want, "|") || len(gone) != 0 {
		t.Errorf("got %q and %v, want %q", got, gone, want)
	}
}

// A thread that began after a message was said has told it in short at most: an edit is shown in full, and changed in place from then on.
func TestWhatWasToldInShortIsChangedS14(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	a := speaker(f)
	old, root := opened(t, a), opened(t, a)
	copied := deliver(t, a, said(core.OutSend, old, "tomorow"))
	edit := said(core.OutEdit, root, "tomorrow")
	edit.By, edit.Name, edit.Late = core.ByAgent, "Anna", true
	parts := deliver(t, a, edit)
	if got := f.in(testRoom, root); len(got) != 1 || got[0]["text"] != "Edited: tomorrow" || got[0]["username"] != "Anna" || len(parts) != 1 {
		t.Fatalf("got %v and the parts %v", got, parts)
	}
	edit.Late, edit.Parts, edit.Content.Text = false, parts, "today"
	deliver(t, a, edit)
	if got := texts(f.in(testRoom, root)); strings.Join(got, "|") != "today" {
		t.Errorf("got %q, want it changed in place", got)
	}
	gone := said(core.OutDelete, root, "", copied...)
	gone.Late = true
	if left := deliver(t, a, gone); len(left) != 0 || len(f.in(testRoom, old)) != 0 {
		t.Errorf("left in the old thread: %v", f.in(testRoom, old))
	}
	if got := texts(f.in(testRoom, root)); strings.Join(got, "|") != "today|An earlier message was deleted." {
		t.Errorf("got %q, want one line on the deletion", got)
	}
}

// A session has come back to a room that shows it again: its thread is told what it has missed.
func TestAThreadCatchesUpC6S14(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	a := speaker(f)
	root := opened(t, a)
	o := owed(core.OutCard, root)
	o.Recent = []core.Event{{Kind: core.EventMessage, ActorKind: core.ByCustomer, Text: "Is anybody there?"}}
	f.fail(breakage{method: "chat.postMessage", drop: true, after: true})
	_, err := a.Deliver(t.Context(), o)
	o.Again = true
	if err == nil {
		t.Fatal("the connection broke, and nothing is said")
	}
	deliver(t, a, o)
	if got := texts(f.in(testRoom, root)); len(got) != 1 || got[0] != "Said meanwhile:\nAda Lovelace: Is anybody there?" {
		t.Errorf("got %q, want it once", got)
	}
	if f.made("chat.update") == nil {
		t.Error("the card is not made anew")
	}
}

func TestADeletionOfWhatIsGoneIsDone(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	a := speaker(f)
	root := opened(t, a)
	if left := deliver(t, a, said(core.OutDelete, root, "", remote(testRoom, "1.1"))); len(left) != 0 || len(f.in(testRoom, root)) != 0 {
		t.Errorf("got %v and %v", left, f.in(testRoom, root))
	}
}

func TestAFailureIsToldInTheThread(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		state   core.DeliveryState
		text    string
		button  string
		confirm bool
	}{
		{"what failed can be tried again", core.Failed, "Not delivered: The customer has blocked the bot.", "Retry", false},
		{"what may have arrived is sent again only on purpose", core.MaySent, "Perhaps not delivered: The customer has blocked the bot.", "Resend", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			o := said(core.OutTell, "1700000000.000001", "On its <b>way</b>")
			f.say(testRoom, "", "UBOT", "root")
			o.State, o.Reason = c.state, "The customer has blocked the bot."
			if r, err := speaker(f).Deliver(t.Context(), o); err != nil || !strings.HasPrefix(string(r.Part), testRoom+"/") || r != (core.Receipt{Part: r.Part}) {
				t.Fatalf("got %+v, %v, want the line named", r, err)
			}
			posted := f.one(t, "chat.postMessage")
			if got := posted.Form.Get("text"); got != c.text {
				t.Errorf("got %q, want %q", got, c.text)
			}
			button := posted.blocks()[1]["elements"].([]any)[0].(map[string]any)
			if button["action_id"] != "retry" || button["value"] != "ses_39u/msg_25" || button["text"].(map[string]any)["text"] != c.button {
				t.Errorf("got the button %v", button)
			}
			if _, asks := button["confirm"]; asks != c.confirm {
				t.Errorf("asks: %t, want %t", asks, c.confirm)
			}
		})
	}
}

func TestAThreadIsMadeEvenIfTheLastMessagesCannotBeShown(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	a := speaker(f)
	o := owed(core.OutCard, "")
	o.Recent = []core.Event{{Kind: core.EventMessage, ActorKind: core.ByCustomer, Text: "Hello"}}
	f.fail(breakage{method: "chat.postMessage", status: 200, after: true, body: `{"ok":true,"channel":"C0ROOM","ts":"1700000000.000001"}`})
	f.refuse("chat.postMessage", "no_text")
	if r, err := a.Deliver(t.Context(), o); err != nil || r.Thread != "1700000000.000001" {
		t.Errorf("got %+v, %v", r, err)
	}
}

func TestTheWordsMatterMoreThanTheForm(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	a := speaker(f)
	root := opened(t, a)
	f.refuse("chat.postMessage", "invalid_blocks")
	parts := deliver(t, a, said(core.OutSend, root, "a < b"))
	f.refuse("chat.update", "msg_blocks_too_long")
	deliver(t, a, said(core.OutEdit, root, "a > b", parts...))
	m := f.in(testRoom, root)[0]
	if blocks, _ := m["blocks"].([]any); m["text"] != "a &gt; b" || len(blocks) != 0 {
		t.Errorf("got %v with %v", m["text"], m["blocks"])
	}
}

// TestCustomersWordsAreLiteral is S-4 of the safety rules: nothing that a customer writes is more than it seems.
func TestCustomersWordsAreLiteral(t *testing.T) {
	t.Parallel()
	const nasty = "<!channel> <@U1> <b>&amp;*_~| `x` @here https://x.test"
	f := newFake(t)
	a := speaker(f)
	card := owed(core.OutCard, "")
	card.Card.Customer, card.Card.Preview, card.Card.Unreachable = nasty, nasty, nasty
	r, err := a.Deliver(t.Context(), card)
	if err != nil {
		t.Fatal(err)
	}
	o := said(core.OutSend, string(r.Thread), nasty)
	o.Content.Media = []core.Media{{Kind: "file", Name: nasty, Size: 1500}}
	deliver(t, a, o)
	tell := said(core.OutTell, string(r.Thread), nasty)
	tell.State, tell.Reason = core.Failed, nasty
	deliver(t, a, tell)
	posted := f.made("chat.postMessage")
	if len(posted) != 3 {
		t.Fatalf("got %d posts, want 3", len(posted))
	}
	for _, c := range posted {
		if text := c.Form.Get("text"); strings.ContainsAny(text, "<>") || !strings.Contains(text, "&lt;!channel&gt; &lt;@U1&gt; &lt;b&gt;&amp;amp;*_~|") {
			t.Errorf("got the text %q", text)
		}
		for _, b := range c.blocks() {
			walk(b, func(kind, text string) {
				if strings.Contains(text, "<!channel>") && kind != "text" && kind != "plain_text" {
					t.Errorf("the words stand in %q: %q", kind, text)
				}
			})
		}
	}
	if got := posted[1].blocks()[0]["elements"].([]any)[0].(map[string]any)["elements"].([]any)[0].(map[string]any)["text"]; got != nasty {
		t.Errorf("got %q, want %q", got, nasty)
	}
}

// walk visits every text in blocks, with the type of what it stands in.
func walk(v any, see func(kind, text string)) {
	switch v := v.(type) {
	case map[string]any:
		kind, _ := v["type"].(string)
		if text, ok := v["text"].(string); ok {
			see(kind, text)
		}
		for _, inner := range v {
			walk(inner, see)
		}
	case []any:
		for _, inner := range v {
			walk(inner, see)
		}
	}
}

func TestWhatIsNotForASurfaceIsRefused(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	a := speaker(f)
	stranger := owed(core.OutReact, "1.1")
	stranger.Surface = false
	for name, o := range map[string]core.Outgoing{
		"a reaction for a customer": stranger, "a reaction": owed(core.OutReact, "1.1"), "a part that is none": said(core.OutEdit, "1.1", "x", "nonsense"),
	} {
		if _, err := a.Deliver(t.Context(), o); core.KindOf(err) != core.Invalid {
			t.Errorf("%s: got %v, want invalid", name, err)
		}
	}
	if _, err := a.Deliver(t.Context(), said(core.OutSend, "", "Hello")); core.KindOf(err) != core.Gone {
		t.Errorf("without a thread: got %v, want gone", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.Deliver(ctx, owed(core.OutCard, "")); core.KindOf(err) != core.Unavailable {
		t.Errorf("without time: got %v, want unavailable", err)
	}
}
