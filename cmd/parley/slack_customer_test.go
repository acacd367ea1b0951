package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestCustomersWriteToTheSlackAppB1(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"socket", "events"} {
		t.Run("mode "+mode, func(t *testing.T) {
			t.Parallel()
			s := newSlackShop(t, mode)
			help := s.newRoom("help")
			s.must("channel", "set", "support-slack", "--dms", "--help-channel", help)
			s.restart(syscall.SIGTERM)
			s.fares("running")
			s.carla().conversation()
			s.asksForHelp(help)
			s.talksToNoApp()
			s.noSecret()
		})
	}
}

// slackCustomer is Carla, who writes to the app in direct messages.
type slackCustomer struct {
	*slackShop
	im            string
	session, root string
}

func (s *slackShop) carla() *slackCustomer {
	s.t.Helper()
	var opened struct{ Channel struct{ ID string } }
	s.slack.ask("POST", s.slack.backend+"/api/conversations.open", object{"users": "UBOT"}, &opened, "Authorization", "Bearer xoxp-carla")
	return &slackCustomer{slackShop: s, im: opened.Channel.ID}
}

// says lets Carla write to the app, and gives the message's name.
func (c *slackCustomer) says(text string) string {
	c.t.Helper()
	c.slack.drive("carla", "dm", "carla", text)
	for _, m := range c.slack.read("conversations.history", object{"channel": c.im, "limit": 100}) {
		if m.Text == text {
			return m.TS
		}
	}
	c.t.Fatalf("the direct messages do not show %q", text)
	return ""
}

// sees waits until these are the direct messages that Carla has from the app, with who is shown as their author.
func (c *slackCustomer) sees(want ...string) {
	c.t.Helper()
	eventually(c.t, networkTime, func() string {
		var got []string
		for _, m := range c.slack.read("conversations.history", object{"channel": c.im, "limit": 100}) {
			if m.User != c.slack.people["carla"] {
				got = append(got, m.Username+": "+m.Text)
			}
		}
		slices.Reverse(got)
		if !slices.Equal(got, want) {
			return fmt.Sprintf("carla sees %q, want %q", got, want)
		}
		return ""
	})
}

// holds waits until these are the session's messages, as they stand.
func (c *slackCustomer) holds(want ...string) {
	c.t.Helper()
	eventually(c.t, networkTime, func() string {
		var got []string
		for _, m := range c.messages(c.session) {
			text := m.Actor.Kind + ": " + m.Text
			if m.DeletedAt != "" {
				text = m.Actor.Kind + " deleted"
			}
			got = append(got, text)
		}
		if !slices.Equal(got, want) {
			return fmt.Sprintf("the session has %q, want %q", got, want)
		}
		return ""
	})
}

// conversation goes both ways, over a restart.
func (c *slackCustomer) conversation() {
	first := c.says("Where is my parcel?")
	eventually(c.t, patience, func() string {
		for _, row := range c.anna().sessions(c.t) {
			if row.Customer.Name == "carla" {
				c.session = row.ID
				return ""
			}
		}
		return "no session of Carla's"
	})
	c.root = c.slack.root("carla · Slack")
	if got := c.slack.expect(c.root, "Where is my parcel?"); got.Username != "carla (Slack)" {
		c.t.Errorf("the copy is by %q, want Carla", got.Username)
	}

	c.answer(c.session, "On its way, <!channel> & all")
	c.sees("Anna: On its way, &lt;!channel&gt; &amp; all")
	reply := c.slack.say("anna", c.root, "Till noon")
	gone := c.slack.say("anna", c.root, "To be deleted")
	c.sees("Anna: On its way, &lt;!channel&gt; &amp; all", "Anna: Till noon", "Anna: To be deleted")
	c.slack.edit("anna", reply, "Till one")
	c.slack.delete("anna", gone)
	c.sees("Anna: On its way, &lt;!channel&gt; &amp; all", "Anna: Till one")

	second := c.says("Never mind")
	c.holds("customer: Where is my parcel?", "agent: On its way, <!channel> & all", "agent: Till one", "agent deleted", "customer: Never mind")
	c.slack.drive("carla", "edit", "carla", c.im, first, "Where are my parcels?")
	c.slack.drive("carla", "delete", "carla", c.im, second)
	c.holds("customer: Where are my parcels?", "agent: On its way, <!channel> & all", "agent: Till one", "agent deleted", "customer deleted")
	c.slack.expect(c.root, "Where are my parcels?")

	c.restart(syscall.SIGKILL)
	c.fares("running")
	c.says("Still there?")
	all := []string{
		"customer: Where are my parcels?", "agent: On its way, <!channel> & all", "agent: Till one", "agent deleted", "customer deleted",
		"customer: Still there?",
	}
	c.holds(all...)
	c.answer(c.session, "Yes")
	c.holds(append(all, "agent: Yes")...)
	c.sees("Anna: On its way, &lt;!channel&gt; &amp; all", "Anna: Till one", "Anna: Yes")
	c.stays(watched, func() string {
		if got := len(c.messages(c.session)); got != 7 {
			return fmt.Sprintf("the session has %d messages, want 7: something came back", got)
		}
		return ""
	})
}

// newRoom makes a channel in which the app is.
func (s *slackShop) newRoom(name string) string {
	s.t.Helper()
	var made struct {
		OK      bool
		Error   string
		Channel struct{ ID string }
	}
	s.slack.ask("POST", s.slack.backend+"/api/conversations.create", object{"name": name}, &made, "Authorization", "Bearer "+slackBotToken)
	if !made.OK {
		s.t.Fatalf("make a channel: %s", made.Error)
	}
	return made.Channel.ID
}

// asksForHelp lets Carla ask in a channel, and Boris, an agent, speak there as one of its people.
func (s *slackShop) asksForHelp(room string) {
	s.slack.drive("boris", "say", "boris", room, "-", "lunch?")
	root := s.slack.drive("carla", "say", "carla", room, "-", "<@UBOT> my login is broken")
	s.slack.drive("boris", "say", "boris", room, root, "mine too")
	c := &slackCustomer{slackShop: s}
	eventually(s.t, patience, func() string {
		for _, row := range s.anna().sessions(s.t) {
			if row.Preview == "boris: mine too" {
				c.session = row.ID
				return ""
			}
		}
		return fmt.Sprintf("got %+v, want a session that ends with what Boris said", s.anna().sessions(s.t))
	})
	c.holds("customer: my login is broken", "customer: boris: mine too")
	s.answer(c.session, "We look at it")
	var got []slackMessage
	eventually(s.t, 40*time.Second, func() string {
		got = s.slack.read("conversations.replies", object{"channel": room, "ts": root})
		if len(got) != 3 || got[2].Text != "We look at it" || got[2].Username != "Anna" {
			return fmt.Sprintf("the thread has %+v, want Anna's answer last", got)
		}
		return ""
	})
	c.holds("customer: my login is broken", "customer: boris: mine too", "agent: We look at it")
}

// deskSlack is a Slack that only knows the app.
func deskSlack(t *testing.T) *place {
	t.Helper()
	slack := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"ok":true,"team_id":"T1","user_id":"UBOT","bot_id":"BBOT","bot":{"id":"BBOT","app_id":"A1"}}`)
	}))
	t.Cleanup(slack.Close)
	p := newPlace(t, "PARLEY_SLACK_API_URL="+slack.URL+"/api/")
	p.must("department", "add", "--name", "Support")
	return p
}

func TestRoomsForCustomersAndForAgentsAreApart(t *testing.T) {
	t.Parallel()
	p := deskSlack(t)
	add := []string{
		"channel", "add", "slack", "--department", "support", "--mode", "events", "--bot-token-file", p.file("bot", "xoxb-1"),
		"--signing-secret-file", p.file("signing", "0123456789abcdef"),
	}
	set := []string{"channel", "set", "support-slack"}
	move := []string{"surface", "move", "--channel", "support-slack", "--from"}
	surface := []string{"surface", "add", "--channel", "support-slack", "--department", "support", "--room"}
	settings := func() string {
		fields := strings.Fields(strings.Split(p.must("channel", "list"), "\n")[1])
		return fields[len(fields)-1]
	}
	for _, step := range []struct {
		args []string
		says string // of a refusal
		then string // what the settings then have
	}{
		{append(slices.Clone(add), "--team-channel", "C0123456789", "--help-channel", "C0123456789"), "--team-channel: names a channel in which customers ask for help", ""},
		{append(slices.Clone(add), "--help-channel", "nonsense"), "--help-channel: is not the id of a channel in Slack", ""},
		{append(slices.Clone(add), "--help-channel", "C0HELP:sometimes"), "--help-channel: ends neither in :mention nor in :every", ""},
		{append(slices.Clone(add), "--team-channel", "C0123456789", "--dms", "--help-channel", "C0HELP"), "", `"dms":true,"help_channels":{"C0HELP":"mention"}`},
		{append(slices.Clone(set), "--help-channel", "C0123456789"), "--help-channel: names C0123456789, where agents work", ""},
		{append(slices.Clone(surface), "C0HELP"), "--room: names a channel in which customers ask for help", ""},
		{append(slices.Clone(move), "C0123456789", "--to", "C0HELP"), "--to: names a channel in which customers ask for help", ""},
		{append(slices.Clone(move), "C0123456789", "--to", "C0NEW"), "", ""},
		{append(slices.Clone(set), "--help-channel", "C0123456789"), "--help-channel: names C0123456789, where agents worked until it was moved", ""},
		{append(slices.Clone(set), "--no-dms", "--help-channel", "C0OTHER:every"), "", `"bot":"UBOT","help_channels":{"C0HELP":"mention","C0OTHER":"every"}`},
		{append(slices.Clone(set), "--no-help-channel", "C0HELP"), "", `"bot":"UBOT","help_channels":{"C0OTHER":"every"}`},
		{append(slices.Clone(set), "--no-help-channel", "C0HELP"), "--no-help-channel: names no help channel", ""},
		{append(slices.Clone(surface), "C0HELP"), "", ""},
		{set, "--bot-token-file: is missing", ""},
	} {
		_, stderr, status := p.do(step.args...)
		switch {
		case step.says == "" && status != exitDone:
			t.Fatalf("%q: got %q", step.args, stderr)
		case step.says != "" && (status == exitDone || !strings.Contains(stderr, step.says)):
			t.Errorf("%q: got %q, want %q", step.args, stderr, step.says)
		case step.then != "" && !strings.Contains(settings(), step.then):
			t.Errorf("%q: the settings are %s, want %s in them", step.args, settings(), step.then)
		}
	}
}
