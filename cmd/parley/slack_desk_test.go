package main

import (
	"testing"
)

// What agents and admins set about their work in Slack holds in the workspace too.
func TestTheDeskInSlackS10S12S14(t *testing.T) {
	t.Parallel()
	s := newSlackShop(t, "events")
	slackAvailability(s)
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
