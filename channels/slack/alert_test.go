package slack

import (
	"strings"
	"testing"

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
	o.To.Conversation = "nobody"
	if _, err := a.Deliver(t.Context(), o); core.KindOf(err) != core.Invalid {
		t.Errorf("to nobody: got %v, want invalid", err)
	}
}
