package slack

import (
	"strings"
	"testing"

	"parley/core"
)

// Block… asks for how long, and does nothing before it is told (FEATURES C13, S-6).
func TestABlockIsAskedFor(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	if w := c.form("payload", pressing("UANNA", pressBlock, testSession.String())); w.Code != 200 || len(c.desk.done()) != 0 {
		t.Fatalf("got %d and %v, want a window first", w.Code, c.desk.done())
	}
	v := view(t, c.fake.one(t, "views.open"))
	if v.Callback != callBlock || v.Submit == nil || !strings.Contains(string(v.Blocks), `"forever"`) {
		t.Fatalf("got %+v, want a window that blocks", v)
	}
	option := func(value string) map[string]any {
		return map[string]any{"selected_option": map[string]any{"value": value}}
	}
	for name, refused := range map[string]map[string]any{
		"nothing is chosen":               submitted("UANNA", callBlock, v.Metadata, nil),
		"a time that there is not":        submitted("UANNA", callBlock, v.Metadata, option("3 weeks")),
		"a window that remembers nothing": submitted("UANNA", callBlock, "", option("24h")),
		"somebody who is not linked":      submitted("UNEW", callBlock, v.Metadata, option("24h")),
	} {
		if w := c.form("payload", refused); !strings.Contains(w.Body.String(), `"errors":{"block":"`) {
			t.Errorf("%s: got %s, want a word at the field", name, w.Body)
		}
	}
	if got := c.desk.done(); len(got) != 0 {
		t.Errorf("got %v, want nothing done yet", got)
	}
	for range 2 { // Slack may tell it twice
		if w := c.form("payload", submitted("UANNA", callBlock, v.Metadata, option("7d"))); w.Body.Len() != 0 {
			t.Errorf("got %s, want the window to close", w.Body)
		}
	}
	if got := c.desk.done(); len(got) != 1 || got[0].Deed != (core.Block{Session: testSession, For: core.ForWeek}) || got[0].Said.Room != testRoom {
		t.Errorf("got %v, want it blocked for 7 days, once, in the room", got)
	}
	c.desk.refuse = refusing(&core.Error{Kind: core.Taken, Winner: "Boris"})
	if w := c.form("payload", submitted("UANNA", callBlock, v.Metadata, option("24h"))); !strings.Contains(w.Body.String(), "Boris has this session") {
		t.Errorf("refused: got %s, want who has it", w.Body)
	}
}

// What the customer was told by itself is not an agent's word, and stands apart in the thread.
func TestANoticeToTheCustomerStandsApart(t *testing.T) {
	t.Parallel()
	p := copyPost(core.Outgoing{By: core.BySystem}, core.Content{Text: "You cannot write to us."}, 0)
	if p.text != "🤖 You cannot write to us." || p.name != "" {
		t.Errorf("got %q by %q, want a mark, and nobody's name", p.text, p.name)
	}
}
