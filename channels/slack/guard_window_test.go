package slack

import (
	"reflect"
	"strings"
	"testing"

	"parley/core"
)

func TestAReplyIsWrittenInAWindowS4(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]map[string]any{
		"the card's button": pressing("UANNA", pressReply, testSession.String()),
		"the shortcut": {
			"type": "message_action", "callback_id": "reply", "trigger_id": "1.2.c", "user": map[string]any{"id": "UANNA", "team_id": "T1"},
			"channel": map[string]any{"id": testRoom}, "message": map[string]any{"ts": ts(1), "thread_ts": testRoot},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newConsole(t, ModeEvents)
			c.desk.surface.Replies = core.RepliesInside
			c.form("payload", open)
			v := view(t, c.fake.one(t, "views.open"))
			if got := fieldOf(t, c.form("payload", submitted("UANNA", callReply, v.Metadata, map[string]any{"value": " "}))); v.Callback != callReply || got == "" {
				t.Errorf("an empty reply to %s: got nothing, want an error", v.Callback)
			}
			for range 2 {
				if w := c.form("payload", submitted("UANNA", callReply, v.Metadata, map[string]any{"value": "Hello"})); w.Body.Len() != 0 {
					t.Errorf("got %q, want the window closed", w.Body)
				}
			}
			if got := c.desk.done(); len(got) != 1 || !reflect.DeepEqual(got[0].Deed, core.Say{Session: testSession, Text: "Hello"}) || got[0].Said != (core.Said{}) {
				t.Errorf("got %v, want the reply once, said nowhere", got)
			}
		})
	}
}

func TestACardOffersRepliesWhereTheyStayInsideS4(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		surface core.Surface
		state   core.State
		want    bool
	}{
		"inside":                     {core.Surface{Room: testRoom, Replies: core.RepliesInside}, core.Active, true},
		"inside, and nobody has it":  {core.Surface{Room: testRoom, Replies: core.RepliesInside}, core.Waiting, true},
		"inside, and it is over":     {core.Surface{Room: testRoom, Replies: core.RepliesInside}, core.Over, false},
		"replies go out":             {core.Surface{Room: testRoom, Replies: core.RepliesOut}, core.Active, false},
		"the room is none any more ": {core.Surface{}, core.Active, true},
	} {
		c := newConsole(t, ModeEvents)
		c.desk.surface = test.surface
		o := core.Outgoing{ID: "1", Verb: core.OutCard, Surface: true, To: core.Address{Conversation: testRoom}, Card: testCard()}
		o.Card.State = test.state
		r, err := c.Deliver(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		o.To.Thread = r.Thread
		if _, err := c.Deliver(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		for _, method := range []string{"chat.postMessage", "chat.update"} {
			if got := strings.Contains(c.fake.one(t, method).Form.Get("blocks"), "Reply…"); got != test.want {
				t.Errorf("%s, %s: got %v, want %v", name, method, got, test.want)
			}
		}
	}
	c := newConsole(t, ModeEvents)
	c.desk.sees = func() error { return &core.Error{Kind: core.Unavailable} }
	o := core.Outgoing{ID: "1", Verb: core.OutCard, Surface: true, To: core.Address{Conversation: testRoom}, Card: testCard()}
	if _, err := c.Deliver(t.Context(), o); core.KindOf(err) != core.Unavailable {
		t.Errorf("where it is not known: got %v, want unavailable", err)
	}
}

func TestMarksMoveWithAReply(t *testing.T) {
	t.Parallel()
	bold := func(offset, length int) []core.Entity {
		return []core.Entity{{Kind: core.Bold, Offset: offset, Length: length}}
	}
	for _, test := range []struct {
		name  string
		c     core.Content
		want  core.Content
		meant bool
	}{
		{"a mark behind", core.Content{Text: " !r Öl heiß", Entities: bold(7, 4)}, core.Content{Text: "Öl heiß", Entities: bold(3, 4)}, true},
		{"a mark over the sign", core.Content{Text: "!r Öl", Entities: bold(0, 5)}, core.Content{Text: "Öl", Entities: bold(0, 2)}, true},
		{"a mark on the sign", core.Content{Text: "!r Öl", Entities: bold(0, 2)}, core.Content{Text: "Öl"}, true},
		{"no reply", core.Content{Text: "!ready", Entities: bold(0, 2)}, core.Content{Text: "!ready", Entities: bold(0, 2)}, false},
	} {
		if got, meant := purposely(test.c); !reflect.DeepEqual(got, test.want) || meant != test.meant {
			t.Errorf("%s: got %+v, %v, want %+v, %v", test.name, got, meant, test.want, test.meant)
		}
	}
}
