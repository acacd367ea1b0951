package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"
)

// What agents say to one another in a thread does not reach the customer, however the room is set.
func TestGuardsInSlackS4(t *testing.T) {
	t.Parallel()
	s := newSlackShop(t, "events")
	room := func(args ...string) {
		t.Helper()
		s.must(append([]string{"surface", "add", "--channel", "support-slack", "--room", s.slack.room, "--department", "support"}, args...)...)
	}
	slackQuestion(s, 201)
	room("--replies", "inside")
	slackInside(s, 202)
	room("--replies", "out", "--hold", "4s")
	slackHeldBack(s, 203)
	s.noSecret()
}

func slackQuestion(s *slackShop, chat int) {
	c := s.customer(chat, "Where is my parcel?")
	before := len(s.slack.told("anna"))
	c.reply("anna", "<@"+s.slack.people["boris"]+"> is he angry?")
	s.hears("anna", before, "Is it for the customer?")
	c.keeps(watched)
	c.has()
	s.restart(syscall.SIGKILL)
	asked := s.slack.question("anna", c.root)
	keep, ok := asked.button("Keep")
	send, ok2 := asked.button("Send")
	if !ok || !ok2 {
		s.t.Fatalf("the question has no such buttons: %+v", asked)
	}
	s.slack.click("anna", keep)
	c.notes("is he angry?")
	before = len(s.slack.told("anna"))
	s.slack.click("anna", send)
	s.hears("anna", before, "decided already")
	c.keeps(watched)
	c.has()
}

// question gives the last question that somebody was asked privately, with the message on which its buttons are clicked.
func (r *slackRig) question(who, root string) slackMessage {
	r.t.Helper()
	m := slackMessage{TS: root}
	for _, c := range r.calls() {
		if strings.HasSuffix(c.Path, "/chat.postEphemeral") && c.Fields["user"] == r.people[who] && strings.Contains(c.Fields["blocks"], "actions") {
			if err := json.Unmarshal([]byte(c.Fields["blocks"]), &m.Blocks); err != nil {
				r.t.Fatal(err)
			}
		}
	}
	return m
}

func slackInside(s *slackShop, chat int) {
	c := s.customer(chat, "I want my money back")
	note := c.reply("anna", "what a nuisance")
	c.notes("what a nuisance")
	s.slack.edit("anna", note, "what a real nuisance")
	c.notes("what a real nuisance")
	s.slack.edit("anna", note, "!r what a nuisance again")
	c.notes("what a nuisance again")
	c.keeps(watched)
	c.has()
	reply := c.reply("anna", "!r We look into it")
	c.has("We look into it")
	s.slack.edit("anna", reply, "we do nothing of that kind")
	s.hears("anna", 0, "Not changed at the customer")
	c.keeps(watched)
	s.slack.edit("anna", reply, "!r We look into it today")
	c.has("We look into it today")
	c.press("anna", "Reply")
	var view object
	eventually(s.t, patience, func() string {
		for _, call := range s.slack.calls() {
			var opened object
			if json.Unmarshal([]byte(call.Fields["view"]), &opened) == nil && opened["callback_id"] == "reply" {
				view = opened
			}
		}
		if view == nil {
			return "no window for a reply was opened"
		}
		return ""
	})
	view["id"], view["state"] = "V2", object{"values": object{"reply": object{"reply": object{"type": "plain_text_input", "value": "By window"}}}}
	s.slack.submit("anna", view)
	c.has("We look into it today", "By window")
	s.slack.expect(c.root, "By window")
}

func slackHeldBack(s *slackShop, chat int) {
	c := s.customer(chat, "hello")
	edited, gone := c.reply("anna", "Helo"), c.reply("anna", "you again")
	c.spokenSoon("you again")
	s.slack.edit("anna", edited, "Hello")
	s.slack.delete("anna", gone)
	eventually(s.t, patience, func() string {
		switch got := s.texts(chat); {
		case len(got) == 0:
			return "the customer has nothing yet"
		case len(got) != 1 || got[0] != "Hello":
			s.t.Fatalf("the customer has %q, want only what was left", got)
		}
		return ""
	})
	c.keeps(5 * time.Second)
	c.has("Hello")
}

// spokenSoon waits until a text stands in the session.
func (c *customer) spokenSoon(text string) {
	c.t.Helper()
	eventually(c.t, patience, func() string {
		if len(c.spoken(text)) == 0 {
			return fmt.Sprintf("nobody has said %q", text)
		}
		return ""
	})
}
