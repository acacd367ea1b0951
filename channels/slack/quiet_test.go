package slack

import (
	"context"
	"strings"
	"testing"
	"time"

	"parley/core"
)

// untilLater is a time that has begun and ends in an hour.
var untilLater = resting{Enabled: true, Start: testNow.Unix() - 60, End: testNow.Unix() + 3600}

// rests is how Slack tells of somebody's time.
func rests(user string, r resting) map[string]any {
	return map[string]any{"type": "dnd_updated_user", "user": user, "event_ts": ts(1), "dnd_status": r}
}

func TestDoNotDisturbLowersAvailabilityS10(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	c.settings.DND = core.AgentBusy
	a := c.desk.agents["T1/UANNA"]
	a.Availability = core.AgentAvailable
	c.desk.agents["T1/UANNA"] = a
	c.tell(map[string]any{"type": "app_home_opened", "user": "UANNA", "tab": "home"})
	for _, step := range []struct {
		name string
		rest resting
		want core.Availability
	}{
		{"a time that begins later", resting{true, testNow.Unix() + 60, testNow.Unix() + 3600}, core.AgentAvailable},
		{"a time that was", resting{true, testNow.Unix() - 60, testNow.Unix()}, core.AgentAvailable},
		{"a time that is switched off", resting{false, untilLater.Start, untilLater.End}, core.AgentAvailable},
		{"now", untilLater, core.AgentBusy},
		{"told again", untilLater, core.AgentBusy},
		{"ended by hand", resting{true, testNow.Unix() + 9000, testNow.Unix() + 9900}, core.AgentAvailable},
	} {
		if status := c.tell(rests("UANNA", step.rest)); status != 200 || c.desk.says() != step.want {
			t.Errorf("%s: got status %d and %q, want %q", step.name, status, c.desk.says(), step.want)
		}
	}
	c.tell(rests("UNOBODY", untilLater)) // who is not linked
	c.tell(map[string]any{"type": "dnd_updated_user", "user": map[string]any{}, "dnd_status": "CANARY"})

	c.tell(rests("UANNA", untilLater))
	if got := c.homes.take(); len(got) != 1 || got[0] != "UANNA" {
		t.Errorf("got the homes of %q to be shown anew, want Anna's", got)
	}
	c.showHome(t.Context(), "UANNA", false, "")
	all := c.fake.made("views.publish")
	if got := all[len(all)-1].Form.Get("json"); !strings.Contains(got, "Do Not Disturb in Slack makes you busy until ") || !strings.Contains(got, "then you are available again") {
		t.Errorf("the home: got %s, want why she is busy", got)
	}
	c.settings.DND = ""
	c.tell(rests("UANNA", resting{}))
	if c.desk.says() != core.AgentBusy {
		t.Errorf("switched off: got %q, want that nothing is listened to", c.desk.says())
	}
}

// Slack does not tell when a time begins that was set before, and nobody has told what was while Parley was stopped: so it looks.
func TestWhoIsNotToBeDisturbedIsLookedForS10(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	c.settings.DND = core.AgentAway
	c.pace.rest = time.Millisecond
	c.fake.rests = map[string]resting{"UANNA": untilLater}
	a := c.desk.agents["T1/UANNA"]
	a.Availability = core.AgentAvailable
	c.desk.mu.Lock()
	c.desk.agents["T1/UANNA"] = a
	c.desk.mu.Unlock()
	c.fake.refuse("dnd.teamInfo", "missing_scope") // and then it is given
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.keepQuiet(ctx) }()
	for deadline := time.Now().Add(patience); c.desk.says() != core.AgentAway && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	stop()
	if err := <-done; err != nil || c.desk.says() != core.AgentAway {
		t.Errorf("got %q, %v, want away", c.desk.says(), err)
	}
	for _, call := range c.fake.made("dnd.teamInfo") {
		if users := call.Form.Get("users"); !strings.Contains(users, "UANNA") || strings.Contains(users, "/") {
			t.Errorf("asked of %q", users)
		}
	}
}
