package slack

import (
	"slices"
	"strings"
	"testing"

	"parley/core"
)

// answered is something owed to a customer.
func answered(verb core.OutVerb, conversation core.RemoteID, text string, parts ...core.RemoteID) core.Outgoing {
	return core.Outgoing{
		ID: "msg_1." + string(verb) + ".1", Verb: verb, To: core.Address{Conversation: conversation}, Content: core.Content{Text: text},
		Parts: parts, By: core.ByAgent, Name: "Anna",
	}
}

func TestAnAnswerComesToTheCustomerB3(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	a := speaker(f)
	root := f.say(helpRoom, "", "UCARLA", "help")
	parts := deliver(t, a, answered(core.OutSend, "D0CARLA", "Hello <!channel> *you*"))
	deliver(t, a, answered(core.OutSend, remote(helpRoom, root), "Here"))
	direct, help := f.in(directly, ""), f.in(helpRoom, root)
	if len(direct) != 1 || len(help) != 1 || direct[0]["username"] != "Anna" || help[0]["username"] != "Anna" {
		t.Fatalf("posts: got %v and %v, want one each, by Anna", direct, help)
	}
	call := f.made("chat.postMessage")[0]
	if got := call.Form.Get("text"); got != "Hello &lt;!channel&gt; *you*" {
		t.Errorf("text: got %q", got)
	}
	for name, want := range map[string]string{"unfurl_links": "false", "unfurl_media": "false", "link_names": "false", "parse": "none", "reply_broadcast": "", "thread_ts": ""} {
		if got := call.Form.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if got := call.Form.Get("blocks"); !strings.Contains(got, `\u003c!channel\u003e`) || strings.Contains(got, "broadcast") {
		t.Errorf("blocks: got %s, want the words as they are", got)
	}
	parts = deliver(t, a, answered(core.OutEdit, "D0CARLA", strings.Repeat("long ", 900), parts...))
	if got := f.in(directly, ""); len(parts) != 2 || len(got) != 2 {
		t.Errorf("a longer text: got %d parts and %v, want two", len(parts), got)
	}
	parts = deliver(t, a, answered(core.OutEdit, "D0CARLA", "short", parts...))
	if got := f.in(directly, ""); len(parts) != 1 || len(got) != 1 || got[0]["text"] != "short" {
		t.Errorf("a shorter text: got %v", got)
	}
	if parts = deliver(t, a, answered(core.OutDelete, "D0CARLA", "", parts...)); len(parts) != 0 || len(f.in(directly, "")) != 0 {
		t.Errorf("a deletion: %v are left", parts)
	}
}

func TestAReplyToADirectMessageIsInItsThreadAndBesideIt(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answers func(f *fake) (to, thread string)
		broad   string
	}{
		"to a message": {func(f *fake) (string, string) { ts := f.say(directly, "", "UCARLA", "Where?"); return ts, ts }, "true"},
		"to a message in a thread": {func(f *fake) (string, string) {
			root := f.say(directly, "", "UCARLA", "Where?")
			return f.say(directly, root, "UCARLA", "And when?"), root
		}, "true"},
		"to a message that is not there": {func(*fake) (string, string) { return "1.1", "" }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			to, thread := test.answers(f)
			o := answered(core.OutSend, "D0CARLA", "There")
			o.ReplyTo = remote(directly, to)
			deliver(t, speaker(f), o)
			call := f.one(t, "chat.postMessage")
			if call.Form.Get("thread_ts") != thread || call.Form.Get("reply_broadcast") != test.broad {
				t.Errorf("got thread %q and broadcast %q, want %q and %q", call.Form.Get("thread_ts"), call.Form.Get("reply_broadcast"), thread, test.broad)
			}
		})
	}
}

func TestAnAnswerOfWhichNobodyKnowsIsLookedForB3(t *testing.T) {
	t.Parallel()
	for name, reply := range map[string]bool{"alone": false, "as a reply": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			a := speaker(f)
			o := answered(core.OutSend, "D0CARLA", "There")
			if asked := f.say(directly, "", "UCARLA", "Where?"); reply {
				o.ReplyTo = remote(directly, asked)
			}
			f.fail(breakage{method: "chat.postMessage", drop: true, after: true})
			if _, err := a.Deliver(t.Context(), o); core.KindOf(err) != core.Uncertain {
				t.Fatalf("got %v, want uncertain", err)
			}
			o.Again, o.Withdrawn = true, true
			found := deliver(t, a, o)
			o.Withdrawn = false
			if again := deliver(t, a, o); len(again) != 1 || !slices.Equal(again, found) {
				t.Errorf("got %+v, taken back meanwhile %+v, want the same part", again, found)
			}
			if got := len(f.made("chat.postMessage")); got != 1 {
				t.Errorf("posts: got %d, want the one that there is found", got)
			}
			unsent := answered(core.OutSend, "D0CARLA", "Not this")
			unsent.ID, unsent.Again, unsent.Withdrawn = "another", true, true
			if got := deliver(t, a, unsent); len(got) != 0 || len(f.made("chat.postMessage")) != 1 {
				t.Errorf("taken back before it was posted: got %+v", got)
			}
		})
	}
}

func TestWhatKeepsAnAnswerFromACustomer(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]struct {
		kind    core.Kind
		reason  string
		trouble bool
	}{
		"channel_not_found":     {core.Gone, reasonNoRoom, false},
		"is_archived":           {core.Gone, reasonArchived, false},
		"user_disabled":         {core.Gone, reasonLeft, false},
		"cannot_dm_bot":         {core.Gone, reasonLeft, false},
		"thread_not_found":      {core.Gone, reasonNoThread, false},
		"messages_tab_disabled": {core.Unavailable, reasonNoTab, true},
		"not_in_channel":        {core.Unavailable, "The app may not write in the channel D0CARLA in Slack: invite it there.", true},
		"token_revoked":         {core.Unauthorized, reasonRevoked, false},
		"ratelimited":           {core.Throttled, reasonSlow, false},
		"internal_error":        {core.Uncertain, reasonSilent, false},
		"no_text":               {core.Invalid, "Slack does not accept it (no_text).", false},
	} {
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			a := speaker(f)
			f.refuse("chat.postMessage", word)
			_, err := a.Deliver(t.Context(), answered(core.OutSend, "D0CARLA", "Hello"))
			e, _ := err.(*core.Error) //nolint:errorlint // what Deliver promises
			if e == nil || e.Kind != want.kind || e.Reason != want.reason || e.Scope != "" {
				t.Errorf("got %v, want %s: %s", err, want.kind, want.reason)
			}
			if (a.ails() != "") != want.trouble {
				t.Errorf("trouble: got %q", a.ails())
			}
		})
	}
}

func TestAnAnswerDoesNotLeaveItsThread(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	_, err := speaker(f).Deliver(t.Context(), answered(core.OutSend, remote(helpRoom, "1.1"), "only for you"))
	if e, _ := err.(*core.Error); e == nil || e.Kind != core.Gone || e.Scope != "" || e.Reason != reasonNoThread { //nolint:errorlint // what Deliver promises
		t.Errorf("got %v, want gone", err)
	}
	if all := f.in(helpRoom, ""); len(all) != 0 {
		t.Errorf("the channel shows %v, want nothing", all)
	}
}

func TestWhatSlackDoesNotLetBeChanged(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	a := speaker(f)
	theirs := remote(directly, f.say(directly, "", "UCARLA", "mine"))
	for _, o := range []core.Outgoing{answered(core.OutEdit, "D0CARLA", "x", theirs), answered(core.OutDelete, "D0CARLA", "", theirs), answered(core.OutEdit, "D0CARLA", "x", "D0CARLA/9.9")} {
		if _, err := a.Deliver(t.Context(), o); core.KindOf(err) != core.Invalid {
			t.Errorf("%s of %s: got %v, want invalid", o.Verb, o.Parts, err)
		}
	}
	if parts := deliver(t, a, answered(core.OutDelete, "D0CARLA", "", "D0CARLA/9.9")); len(parts) != 0 {
		t.Errorf("a deletion of what is not there: %v are left", parts)
	}
	if got := f.in(directly, ""); !slices.ContainsFunc(got, func(m map[string]any) bool { return m["text"] == "mine" }) {
		t.Errorf("the customer's own: got %v", got)
	}
}
