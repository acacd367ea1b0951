package slack

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"parley/channels/channeltest"
	"parley/core"
)

func TestAnAlertIsADirectMessageS11(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	a := speaker(f)
	o := owed(core.OutAlert, "")
	o.To, o.Name, o.Card.Preview = core.Address{Conversation: person("T1", "UBORIS")}, "Sofia", "<!channel> where is it?"
	deliver(t, a, o)
	asked := f.one(t, "conversations.open")
	if got := asked.Form.Get("users"); got != "UBORIS" {
		t.Errorf("opened with %q, want Boris alone", got)
	}
	posted := f.one(t, "chat.postMessage")
	shown := posted.Form.Get("blocks")
	if room := posted.Form.Get("channel"); room == testRoom || !strings.HasPrefix(room, "D") {
		t.Errorf("posted in %q, want a direct message", room)
	}
	for _, want := range []string{"Sofia", "has assigned you", "Ada Lovelace", "where is it?", "Open in workspace"} {
		if !strings.Contains(shown, want) {
			t.Errorf("got %s, want %q in it", shown, want)
		}
	}
	if text := posted.Form.Get("text"); strings.Contains(text, "<!channel>") || strings.Contains(shown, "mrkdwn") {
		t.Errorf("got the text %q and %s, want what the customer says literal", text, shown)
	}
	o.Name = ""
	deliver(t, a, o)
	if text := f.made("chat.postMessage")[1].Form.Get("text"); !strings.HasPrefix(text, "Yours by distribution: Ada Lovelace") {
		t.Errorf("of what nobody has assigned: got %q", text)
	}
	o.To.Conversation = "nobody"
	if _, err := a.Deliver(t.Context(), o); core.KindOf(err) != core.Invalid {
		t.Errorf("to nobody: got %v, want invalid", err)
	}
}

// warned is a mark of a session that is owed to its thread.
func warned(f *fake, m core.Mark, calls ...core.RemoteID) core.Outgoing {
	o := owed(core.OutWarn, f.say(testRoom, "", "UBOT", "a card"))
	o.By, o.Mark, o.Calls = core.BySystem, m, calls
	o.Card.State, o.Card.Holder, o.Card.Assignee, o.Card.Marks = core.Active, "Grace <!here>", 7, core.Marks(m)
	return o
}

// calledBy gives whom a call of chat.postMessage calls: by rich text.
func calledBy(t *testing.T, c called) (users []string) {
	t.Helper()
	var walk func(any)
	walk = func(what any) {
		switch part := what.(type) {
		case []any:
			for _, each := range part {
				walk(each)
			}
		case map[string]any:
			if part["type"] == "broadcast" || part["type"] == "usergroup" {
				t.Errorf("got %v: nobody called those", part)
			}
			if user, _ := part["user_id"].(string); part["type"] == "user" {
				users = append(users, user)
			}
			walk(part["elements"])
		}
	}
	var blocks any
	if err := json.Unmarshal([]byte(c.Form.Get("blocks")), &blocks); err != nil {
		t.Fatal(err)
	}
	walk(blocks)
	return users
}

func TestAWarningCallsWhoHoldsTheSessionInItsThreadS11(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mark  core.Mark
		calls []core.RemoteID
		want  []string
		said  string
		text  string
	}{
		"linked":                        {core.MarkIdle, []core.RemoteID{person("T1", "UGRACE")}, []string{"UGRACE"}, "Without an answer for long", "<@UGRACE> Without"},
		"linked twice":                  {core.MarkIdleCritical, []core.RemoteID{person("T1", "U1"), person("T1", "W2")}, []string{"U1", "W2"}, "Without an answer for too long", "<@U1> <@W2> Without"},
		"not linked: named":             {core.MarkIdle, nil, nil, "Grace <!here>: ", "Grace &lt;!here&gt;: Without"},
		"of another workspace: named":   {core.MarkIdle, []core.RemoteID{person("T2", "UEVE")}, nil, "Grace <!here>: ", "Grace &lt;!here&gt;: Without"},
		"what is no name in Slack":      {core.MarkIdle, []core.RemoteID{"T1/U1> <!channel"}, nil, "Grace <!here>: ", "Grace &lt;!here&gt;: Without"},
		"a mark that is not known here": {"out_of_cheese", []core.RemoteID{person("T1", "UGRACE")}, []string{"UGRACE"}, "Out of cheese", "<@UGRACE> Out of cheese"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			o := warned(f, c.mark, c.calls...)
			o.Card.Customer = "<!channel> <@UEVIL>"
			deliver(t, speaker(f), o)
			posted := f.one(t, "chat.postMessage")
			if got := calledBy(t, posted); !slices.Equal(got, c.want) {
				t.Errorf("called %v, want %v", got, c.want)
			}
			shown := readable(t, posted)
			if !strings.Contains(shown, c.said) || posted.Form.Get("thread_ts") != string(o.To.Thread) || posted.Form.Get("reply_broadcast") != "" {
				t.Errorf("got %q in the thread %q, want %q there", shown, posted.Form.Get("thread_ts"), c.said)
			}
			if text := posted.Form.Get("text"); !strings.HasPrefix(text, c.text) || strings.Contains(text, "<!") || strings.Contains(text, "<@UEVIL>") {
				t.Errorf("got the text %q, want it to begin with %q, and names to be literal", text, c.text)
			}
		})
	}
}

// readable is what people read of a post.
func readable(t *testing.T, c called) string {
	t.Helper()
	var shown channeltest.Shown
	var blocks any
	if err := json.Unmarshal([]byte(c.Form.Get("blocks")), &blocks); err != nil {
		t.Fatal(err)
	}
	see(blocks, &shown)
	return shown.Text
}

func TestAWarningOfWhichNobodyKnowsIsLookedForS11(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	a := speaker(f)
	o := warned(f, core.MarkIdle, person("T1", "UGRACE"))
	f.fail(breakage{method: "chat.postMessage", drop: true, after: true})
	if _, err := a.Deliver(t.Context(), o); core.KindOf(err) != core.Uncertain {
		t.Fatalf("got %v, want it uncertain", err)
	}
	o.Again = true
	deliver(t, a, o)
	if got := len(f.in(testRoom, string(o.To.Thread))); got != 1 {
		t.Errorf("the thread has %d posts, want one", got)
	}
}

func TestAMarkIsADirectMessageToASupervisorS11(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mark core.Mark
		want []string
	}{
		"held, and late": {core.MarkIdleCritical, []string{"rotating_light", "Without an answer for too long", "Ada Lovelace", "#17 in Customer Care", "With Grace", "waits since"}},
		"one not known":  {"handed_off", []string{"Handed off", "Ada Lovelace"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			o := warned(f, c.mark)
			o.Verb, o.To, o.Card.Preview = core.OutAlert, core.Address{Conversation: person("T1", "USOFIA")}, "<!channel> hello?"
			deliver(t, speaker(f), o)
			if got := f.one(t, "conversations.open").Form.Get("users"); got != "USOFIA" {
				t.Errorf("opened with %q, want Sofia alone", got)
			}
			posted := f.one(t, "chat.postMessage")
			for _, want := range c.want {
				if !strings.Contains(posted.Form.Get("blocks"), want) {
					t.Errorf("got %s, want %q in it", posted.Form.Get("blocks"), want)
				}
			}
			if text := posted.Form.Get("text"); strings.Contains(text, "<") || strings.Contains(posted.Form.Get("blocks"), "assigned you") || len(calledBy(t, posted)) > 0 {
				t.Errorf("got %q and %s", text, posted.Form.Get("blocks"))
			}
		})
	}
}
