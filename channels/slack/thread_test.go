package slack

import (
	"testing"
	"time"

	"parley/core"
)

// A card's post may be stored at Slack and not yet here, where the program that made it has died or lost the answer. What stands below it
// waits until the card is known, though its echo has not come to this adapter.
func TestAThreadBelowAPostOfOursIsWaitedFor(t *testing.T) {
	t.Parallel()
	for name, event := range map[string]map[string]any{
		"a reply":    spoke(1, "UANNA", "Hi"),
		"an edit":    changed(1, 2, "UANNA", "Hi", "Hello"),
		"a deletion": removed(1, 2, "UANNA", "Hi"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newConsole(t, ModeEvents)
			c.pace.patch = 50 * time.Millisecond
			delete(c.desk.threads, core.Address{Conversation: testRoom, Thread: testRoot})
			event["parent_user_id"] = "UBOT"
			for _, part := range []string{"message", "previous_message"} { // where Slack has it of an edit and of a deletion
				if m, ok := event[part].(map[string]any); ok {
					m["parent_user_id"] = "UBOT"
					delete(event, "parent_user_id")
				}
			}
			for range 2 {
				if status := c.tell(event); status != 503 {
					t.Errorf("got status %d, want 503", status)
				}
			}
		})
	}
}
