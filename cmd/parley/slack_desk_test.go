package main

import (
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
