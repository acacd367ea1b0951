package main

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// What agents and admins set about their work in Slack holds in the workspace too.
func TestTheDeskInSlackS10S12S14(t *testing.T) {
	t.Parallel()
	s := newSlackShop(t, "events")
	slackAvailability(s)
	slackReceipts(s, 301)
	slackMoves(s, 302)
	s.noSecret()
}

func slackAvailability(s *slackShop) {
	anna, _ := s.server.signIn("anna@example.test", password)
	says := func() string {
		var me struct {
			Availability string `json:"availability"`
		}
		anna.must(s.t, "GET", "/api/v1/me", nil, &me)
		return me.Availability
	}
	for _, step := range []struct{ word, want string }{{"away", "away"}, {"busy", "busy"}, {"back", "available"}} {
		s.commands("anna", step.word, "Colleagues see you as "+step.want)
		if got := says(); got != step.want {
			s.t.Errorf("/parley %s: the workspace has %q, want %q", step.word, got, step.want)
		}
	}
}

func slackReceipts(s *slackShop, chat int) {
	marked := func(ts string) string {
		for _, call := range s.slack.calls() {
			if strings.HasSuffix(call.Path, "/reactions.add") && call.Fields["timestamp"] == ts && call.Fields["name"] == "white_check_mark" {
				return ""
			}
		}
		return "the answer is not marked"
	}
	c := s.customer(chat, "hello")
	before := c.reply("anna", "not marked")
	c.has("not marked")
	s.must("surface", "add", "--channel", "support-slack", "--room", s.slack.room, "--department", "support", "--receipts")
	after := c.reply("anna", "marked")
	c.has("not marked", "marked")
	eventually(s.t, 20*time.Second, func() string { return marked(after) })
	if marked(before) == "" {
		s.t.Error("what was said without receipts is marked")
	}
}

// other gives another room of the workspace.
func (r *slackRig) other() (room string) {
	r.t.Helper()
	var list struct {
		Channels []struct {
			ID string `json:"id"`
		} `json:"channels"`
	}
	r.ask("POST", r.backend+"/api/conversations.list", object{"limit": 100}, &list, "Authorization", "Bearer "+slackBotToken)
	for _, c := range list.Channels {
		if c.ID != r.room {
			room = c.ID
		}
	}
	if room == "" {
		r.t.Fatal("the workspace has no other room")
	}
	return room
}

func slackMoves(s *slackShop, chat int) {
	c := s.customer(chat, "before")
	c.reply("anna", "said before")
	c.has("said before")
	former, old, to := c.root, s.slack.room, s.slack.other()
	s.must("surface", "move", "--channel", "support-slack", "--from", old, "--to", to)
	s.slack.room = to
	c.root = s.slack.root(fmt.Sprint("Customer ", chat))
	s.slack.expect(c.root, "said before")
	c.say("after")
	s.slack.expect(c.root, "after")
	c.reply("anna", "said after")
	c.has("said before", "said after")

	s.slack.room = old
	eventually(s.t, 20*time.Second, func() string {
		card := s.slack.message(former)
		if _, pressed := card.button("Close"); pressed || !card.has("Goes on in") {
			return "the old card does not say where the session is"
		}
		return ""
	})
	s.slack.say("anna", former, "from the old thread")
	c.has("said before", "said after", "from the old thread")
	s.slack.room = to
	s.slack.expect(c.root, "from the old thread")
}
