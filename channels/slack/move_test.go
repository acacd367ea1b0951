package slack

import (
	"strings"
	"testing"

	"parley/core"
)

func TestASessionGoesOnInAnotherRoomS14(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	a := speaker(f)
	root := opened(t, a)
	o := owed(core.OutCard, "")
	o.To.Conversation, o.Former = "C0NEW", core.Address{Conversation: testRoom, Thread: core.RemoteID(root)}
	r, err := a.Deliver(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	lead := describe(f.in("C0NEW", string(r.Thread)))
	if !strings.Contains(lead, "Until now this was in ") || !strings.Contains(lead, "https://rig.slack.com/archives/"+testRoom+"/p"+strings.Replace(root, ".", "", 1)) {
		t.Errorf("got %s, want it to lead to the old thread", lead)
	}
	leave := o
	leave.Verb, leave.To.Thread = core.OutLeave, r.Thread
	deliver(t, a, leave)
	card := f.in(testRoom, "")[0]
	shown := describe(card["blocks"])
	if !strings.Contains(shown, "Goes on in ") || !strings.Contains(shown, "/archives/C0NEW/p") || strings.Contains(shown, "actions") || !strings.Contains(shown, "Ada Lovelace") {
		t.Errorf("the old card: got %s, want where it goes on, and no button", shown)
	}
	f.refuse("chat.getPermalink", "channel_not_found")
	deliver(t, a, leave)
	if shown := describe(f.in(testRoom, "")[0]["blocks"]); !strings.Contains(shown, `"channel_id":"C0NEW"`) {
		t.Errorf("without an address: got %s, want the channel", shown)
	}
}

// Words must not wait for a card that cannot be changed: the old room is archived more often than not.
func TestAnOldCardHoldsUpNothingS14(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]core.Kind{
		"is_archived": "", "channel_not_found": "", "not_in_channel": "", "message_not_found": "", "cant_update_message": "",
		"ratelimited": core.Throttled, "token_revoked": core.Unauthorized,
	} {
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			a := speaker(f)
			root := opened(t, a)
			o := owed(core.OutLeave, "1.1")
			o.To.Conversation, o.Former = "C0NEW", core.Address{Conversation: testRoom, Thread: core.RemoteID(root)}
			f.refuse("chat.update", word)
			if _, err := a.Deliver(t.Context(), o); core.KindOf(err) != want {
				t.Errorf("got %v, want %q", err, want)
			}
		})
	}
}
