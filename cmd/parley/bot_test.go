package main

import (
	"fmt"
	"strings"
	"testing"
)

// A bot as somebody writes one: it looks for what waits for it, answers, and is left as soon as the customer asks for a person (FEATURES C20).
func TestC20_ABotOfOnesOwnAnswersByItsKeyUntilThePersonIsAskedFor(t *testing.T) {
	eachPlace(t, func(t *testing.T, p *place) {
		anna := p.people()
		if got := p.must("agent", "add", "--email", "robin@example.test", "--name", "Robin", "--operator", "support", "--bot"); strings.Contains(got, "password") {
			t.Errorf("agent add --bot: got %q, want no password", got)
		}
		if got := p.must("agent", "list"); !strings.Contains(got, "bot, operator of support") {
			t.Errorf("agent list: got %q, want the bot told", got)
		}
		p.must("agent", "add", "--email", "ada@example.test", "--name", "Ada", "--admin", "--password-file", p.file("password", password+"\n"))
		s := p.serve()
		bot, person := s.withKey(strings.TrimSpace(p.must("key", "add", "--agent", "robin@example.test", "--name", "bot"))), s.withKey(anna)
		admin := s.withKey(strings.TrimSpace(p.must("key", "add", "--agent", "ada@example.test", "--name", "admin")))
		var me struct {
			ID    string `json:"id"`
			Bot   bool   `json:"bot"`
			Roles []struct {
				Department struct {
					ID string `json:"id"`
				} `json:"department"`
			} `json:"roles"`
		}
		if bot.must(t, "GET", "/api/v1/me", nil, &me); !me.Bot || len(me.Roles) != 1 {
			t.Fatalf("me: got %+v, want a bot of Support", me)
		}
		admin.must(t, "PUT", "/api/v1/departments/"+me.Roles[0].Department.ID+"/settings", object{"own": object{"bot": object{"agent": me.ID}}}, nil)
		visitor := s.visit("support-widget", shop)
		visitor.say(t, "01990000-0000-7000-8000-000000000001", "Where is my order?")
		var mine struct {
			Items []struct {
				ID     string `json:"id"`
				State  string `json:"state"`
				Unread int64  `json:"unread"`
			} `json:"items"`
		}
		bot.must(t, "GET", "/api/v1/sessions?assignee=me&state=open", nil, &mine)
		if len(mine.Items) != 1 || mine.Items[0].Unread != 1 || mine.Items[0].State != "active" {
			t.Fatalf("the bot's sessions: got %+v, want the visitor's", mine)
		}
		id := mine.Items[0].ID
		answer := func(n int) (int, error) {
			return bot.call("POST", "/api/v1/sessions/"+id+"/messages", object{"client_id": fmt.Sprint("answer-", n), "kind": "reply", "text": "What is its number?"}, nil)
		}
		if status, err := answer(1); err != nil || status >= 300 {
			t.Fatalf("the bot's answer: got %d, %v", status, err)
		}
		visitor.say(t, "01990000-0000-7000-8000-000000000002", "Human, please")
		visitor.say(t, "01990000-0000-7000-8000-000000000003", "Human!")
		eventually(t, patience, func() string {
			if got := person.sessions(t); len(got) != 1 || got[0].State != "waiting" || got[0].Assignee != nil {
				return fmt.Sprintf("sessions: got %+v, want it in the queue", got)
			}
			return ""
		})
		if status, err := answer(2); err != nil || status != 403 {
			t.Errorf("the bot's answer afterwards: got %d, %v, want 403", status, err)
		}
		var log struct {
			Items []struct {
				Kind  string `json:"kind"`
				Lapse string `json:"lapse"`
			} `json:"items"`
		}
		person.must(t, "GET", "/api/v1/sessions/"+id+"/messages", nil, &log)
		if n := len(log.Items); n == 0 || log.Items[n-1].Kind != "handed_off" || log.Items[n-1].Lapse != "bot_asked" {
			t.Errorf("log: got %+v, want it handed over as the customer has asked", log.Items)
		}
		if got := p.must("doctor"); !strings.HasPrefix(got, allWell) {
			t.Errorf("doctor: got %q, want %q", got, allWell)
		}
		s.stop()
	})
}
