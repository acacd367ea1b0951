package main

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
)

func slackFault(s *slackShop, chat int) {
	c := s.customer(chat, "hello")
	var want []string
	for _, f := range []struct {
		name  string
		fault object
	}{
		{"429 with a time", object{"status": 429, "retry_after": 1, "body": `{"ok":false,"error":"ratelimited"}`}},
		{"429 without a time", object{"status": 429, "body": `{"ok":false,"error":"ratelimited"}`}},
		{"a break before the effect", object{"drop": true}},
		{"a break after the effect", object{"drop": true, "after": true}},
		{"a server's error after the effect", object{"status": 500, "after": true, "body": "<html>oops</html>"}},
	} {
		text := fmt.Sprintf("copy in chat %d despite %s", chat, f.name)
		f.fault["path"], f.fault["match"] = "chat.postMessage", text
		s.slack.fault(f.fault)
		s.answer(c.session, text)
		want = append(want, text)
	}
	for _, text := range want {
		s.slack.expect(c.root, text)
	}
	c.has(want...)
	c.keeps(watched)
	thread := s.slack.thread(c.root)[1:] // the first is the customer's
	for i, text := range want {
		if len(thread) != len(want) || !thread[i].has(text) {
			s.t.Fatalf("the thread shows %+v, want %q in this order", thread, want)
		}
	}
}

func slackLostRoot(s *slackShop, chat int) {
	c := s.customer(chat, "hello")
	s.slack.delete("bot", c.root)
	c.say("Is anybody there?")
	old := c.root
	c.root = s.slack.root(fmt.Sprint("Customer ", chat))
	eventually(s.t, patience, func() string {
		if !slices.ContainsFunc(s.slack.thread(c.root), func(m slackMessage) bool { return m.has("Is anybody there?") }) {
			return "the new thread does not show what the customer said"
		}
		return ""
	})
	c.reply("anna", "Yes, in the new thread")
	c.has("Yes, in the new thread")
	s.slack.say("anna", old, "and in the old one")
	c.has("Yes, in the new thread", "and in the old one")
	if got := s.slack.root(fmt.Sprint("Customer ", chat)); got != c.root {
		s.t.Errorf("there is another card, %s beside %s", got, c.root)
	}
}

func slackRetry(s *slackShop, chat int) {
	c := s.customer(chat, "hello")
	text := fmt.Sprint("unlucky ", chat)
	s.rig.fault(object{"path": "sendMessage", "match": text, "status": 400, "body": `{"ok":false,"error_code":400,"description":"Bad Request: message is too strange"}`})
	c.reply("anna", text)
	var again button
	eventually(s.t, patience, func() string {
		for _, m := range s.slack.thread(c.root) {
			for _, name := range []string{"Retry", "Resend", "Send again"} {
				if b, ok := m.button(name); ok {
					again = b
					return ""
				}
			}
		}
		return "the thread does not say that the reply has failed"
	})
	c.has()
	s.slack.click("anna", again)
	c.has(text)
	eventually(s.t, patience, func() string {
		for _, m := range s.slack.thread(c.root) {
			if _, ok := m.button("Retry"); ok {
				return "the thread still says that the reply has failed"
			}
		}
		return ""
	})
	c.keeps(watched / 2)
}

func slackToldAgain(s *slackShop, chat int) {
	c := s.customer(chat, "hello")
	text := fmt.Sprint("told thrice ", chat)
	s.slack.door.loses(2, text)
	c.reply("anna", text)
	c.has(text)
	c.keeps(watched)
	if got := len(c.spoken(text)); got != 1 {
		s.t.Errorf("the workspace shows it %d times, want once", got)
	}
}

func slackForged(s *slackShop, chat int) {
	s.slack.drive("anna", "forge")
	s.slack.drive("anna", "challenge")
	c := s.customer(chat, "hello")
	c.keeps(watched / 2)
	if strings.Contains(s.server.stderr.String(), "forged") {
		s.t.Error("the log holds what was forged")
	}
}

// Both sides go on where they were: after a stop, after a crash, and after Slack has taken the token away.
func TestSlackGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"socket", "events"} {
		t.Run("mode "+mode, func(t *testing.T) {
			t.Parallel()
			s := newSlackShop(t, mode)
			c := s.customer(42, "hello")
			kept, gone := c.reply("anna", "to be edited"), c.reply("anna", "to be deleted")
			c.has("to be edited", "to be deleted")
			s.restart(syscall.SIGTERM)
			s.slack.edit("anna", kept, "edited")
			s.slack.delete("anna", gone)
			c.has("edited")

			s.slack.fault(object{"path": "chat.postMessage", "match": "only once", "after": true, "delay_ms": 8000, "drop": true})
			sent := s.answer(c.session, "only once")
			s.slack.expect(c.root, "only once") // it is there, and Parley has no answer yet
			s.becomes(c.session, sent, "sent")  // the customer's own copy is another matter
			s.restart(syscall.SIGKILL)
			s.answer(c.session, "the next")
			s.slack.expect(c.root, "the next")
			s.slack.expect(c.root, "only once")

			s.slack.fault(object{"path": "/api/", "times": 100_000, "status": 200, "body": `{"ok":false,"error":"token_revoked"}`})
			s.answer(c.session, "kept")
			s.fares("reconnect")
			c.has("edited", "only once", "the next", "kept")
			c.keeps(watched / 2)
			s.slack.mend()
			s.must("channel", "set", "support-slack", "--bot-token-file", s.file("bot", slackBotToken))
			s.slack.expect(c.root, "kept")
			s.fares("running")
			c.reply("anna", "and on")
			c.has("edited", "only once", "the next", "kept", "and on")
			c.keeps(watched)
			for _, text := range []string{"only once", "the next", "kept"} {
				s.slack.expect(c.root, text)
			}
			s.noSecret()
		})
	}
}

// What Slack tells of Parley's own posts, even before it answers them, is nothing that somebody said.
func TestItsOwnPostsInSlackMakeNoLoop(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"socket", "events"} {
		t.Run("mode "+mode, func(t *testing.T) {
			t.Parallel()
			s := newSlackShop(t, mode, "FIDELITY=0")
			c := s.customer(42, "hello")
			s.answer(c.session, "from the workspace")
			s.slack.expect(c.root, "from the workspace")
			c.reply("anna", "from Slack")
			c.has("from the workspace", "from Slack")
			c.keeps(watched)
			if got := len(c.messages(c.session)); got != 3 {
				t.Errorf("the session has %d messages, want 3", got)
			}
			if got := len(s.slack.thread(c.root)); got != 3 {
				t.Errorf("the thread has %d messages, want 3", got)
			}
			if got := s.slack.history(); len(got) != 1 {
				t.Errorf("the room shows %+v, want one card", got)
			}
			s.talksToNoApp()
		})
	}
}

func TestTwentyRepliesWhileSlackDisconnects(t *testing.T) {
	t.Parallel()
	s := newSlackShop(t, "socket")
	c := s.customer(42, "hello")
	var want []string
	for i := range 20 {
		if i%8 == 5 {
			s.slack.disconnect()
		}
		want = append(want, fmt.Sprintf("reply %d of 20", i+1))
		c.reply("anna", want[i])
	}
	eventually(t, patience, func() string {
		var got []string
		for _, m := range c.spoken("of 20") {
			got = append(got, m.Text)
		}
		if !slices.Equal(got, want) {
			return fmt.Sprintf("the workspace shows %q, want %q", got, want)
		}
		return ""
	})
	c.has(want...)
}
