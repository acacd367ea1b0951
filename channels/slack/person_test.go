package slack

import (
	"strings"
	"testing"

	"parley/core"
)

func TestMembersAreLinkedByEmailS8(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		off    bool
		change func(user map[string]any)
		linked bool
	}{
		"a member with an agent's address": {linked: true},
		"in other letters":                 {change: func(u map[string]any) { u["profile"] = map[string]any{"email": "Boris@Example.TEST"} }, linked: true},
		"where it is off":                  {off: true},
		"another address":                  {change: func(u map[string]any) { u["profile"] = map[string]any{"email": "boris@example.test.evil"} }},
		"no address":                       {change: func(u map[string]any) { delete(u, "profile") }},
		"only the name": {change: func(u map[string]any) {
			u["profile"] = map[string]any{"real_name": "Boris Brandt", "display_name": "boris@example.test"}
		}},
		"a guest":                {change: func(u map[string]any) { u["is_restricted"] = true }},
		"a guest of one channel": {change: func(u map[string]any) { u["is_ultra_restricted"] = true }},
		"another company's":      {change: func(u map[string]any) { u["team_id"] = "T2" }},
		"a stranger":             {change: func(u map[string]any) { u["is_stranger"] = true }},
		"a bot":                  {change: func(u map[string]any) { u["is_bot"] = true }},
		"a deactivated account":  {change: func(u map[string]any) { u["deleted"] = true }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newConsole(t, ModeEvents)
			c.settings.LinkByEmail = !test.off
			c.desk.addresses = map[string]core.Agent{"boris@example.test": boris}
			user := c.fake.users["UNEW"]
			user["profile"] = map[string]any{"email": "boris@example.test"}
			if test.change != nil {
				test.change(user)
			}
			if status := c.tell(spoke(1, "UNEW", "Hi")); status != 200 {
				t.Errorf("got status %d, want 200", status)
			}
			done := c.desk.done()
			if linked := c.desk.agents["T1/UNEW"].ID == boris.ID; linked != test.linked || (len(done) == 1 && done[0].Who == boris.ID) != test.linked || !test.linked && len(done) != 0 {
				t.Errorf("got linked %v and %+v, want %v", linked, done, test.linked)
			}
		})
	}
}

func TestWhoIsLinkedStaysSoS8(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	c.settings.LinkByEmail = true
	c.desk.addresses = map[string]core.Agent{"boris@example.test": boris}
	c.fake.users["UANNA"]["profile"] = map[string]any{"email": "boris@example.test"}
	if got := c.typed("mine"); !strings.Contains(got, "no open sessions") || c.desk.agents["T1/UANNA"].ID != anna.ID {
		t.Errorf("got %q and %+v, want Anna as before", got, c.desk.agents["T1/UANNA"])
	}
	c.desk.disabled["T1/UANNA"] = true
	if got := c.typed("mine"); !strings.Contains(got, "disabled") || c.desk.agents["T1/UANNA"].ID != anna.ID {
		t.Errorf("disabled: got %q", got)
	}
}

// C28: what a customer uses Slack in comes with what they say.
func TestC28_SlackSaysWhatACustomerSpeaks(t *testing.T) {
	t.Parallel()
	c := newHelp(t)
	c.fake.users["UCARLA"]["locale"] = "pt-BR"
	c.tells(at(directly, "", 1, "UCARLA", "Olá"))
	if call := c.fake.made("users.info")[0]; call.Form.Get("include_locale") != "true" {
		t.Errorf("asked with %v", call.Form)
	}
	if len(c.inbox.all) != 1 || c.inbox.all[0].Profile.Language != "pt-BR" {
		t.Errorf("got %+v", c.inbox.all)
	}
}
