package main

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// What agents and admins set about their work in Slack holds in the workspace too.
func TestTheDeskInSlackS10S11S12S14(t *testing.T) {
	t.Parallel()
	s := newSlackShop(t, "events")
	slackAvailability(s)
	slackMarks(s, 305)
	slackReceipts(s, 301)
	slackTombstone(s, 303)
	slackPriorities(s, 304)
	slackLanguages(s, 306)
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

// Who holds a session that is late is called in its thread, then a supervisor told by direct message, and the answer ends it.
func slackMarks(s *slackShop, chat int) {
	s.must("agent", "add", "--email", "sofia@example.test", "--name", "Sofia", "--supervisor", "Support", "--password-file", s.file("password", password))
	s.link("carla", "sofia@example.test")
	ada, _ := s.server.signIn("ada@example.test", password)
	set := func(own object) { ada.must(s.t, "PUT", "/api/v1/settings", object{"own": own}, nil) }
	set(object{"service": object{"idle_warning": 1, "idle_critical": 3}})
	defer set(object{})
	c := s.customer(chat, "where is it?")
	before := len(s.slack.told("carla"))
	c.press("boris", "Take")
	s.slack.expect(c.root, "<@"+s.slack.people["boris"]+"> Without an answer for long")
	s.slack.expect(c.root, "<@"+s.slack.people["boris"]+"> Without an answer for too long")
	s.hears("carla", before, "Without an answer for too long")
	card := func(late bool) {
		s.t.Helper()
		eventually(s.t, patience, func() string {
			if card := s.slack.message(c.root); card.has("Without an answer") != late {
				return fmt.Sprintf("the card is %s, want the mark there: %v", card.whole, late)
			}
			return ""
		})
	}
	card(true)
	c.reply("boris", "on its way")
	c.has("on its way")
	card(false)
	if all := s.slack.told("carla")[before:]; len(all) != 1 || !strings.Contains(all[0], fmt.Sprint("Customer ", chat)) {
		s.t.Errorf("the supervisor was told %q, want one thing", all)
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
	eventually(s.t, patience, func() string { return marked(after) })
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
	eventually(s.t, patience, func() string {
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

// CHANNELS 37: somebody deletes the card by hand, which Slack tells as a tombstone, and goes on writing below it.
func slackTombstone(s *slackShop, chat int) {
	c := s.customer(chat, "before")
	c.reply("anna", "said before")
	c.has("said before")
	old := c.root
	card := object{"type": "message", "user": "UBOT", "bot_id": "BBOT", "ts": old, "thread_ts": old, "text": "a card"}
	s.slack.ask("POST", s.slack.backend+"/api/chat.delete", object{"channel": s.slack.room, "ts": old}, nil, "Authorization", "Bearer "+slackBotToken)
	stone := envelope(s.t, object{
		"type": "message", "subtype": "message_changed", "channel": s.slack.room, "ts": old, "event_ts": fmt.Sprintf("%d.000900", time.Now().Unix()),
		"message":          object{"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "ts": old, "thread_ts": old, "text": "This message was deleted."},
		"previous_message": card,
	})
	if status, _ := s.slack.signed("application/json", stone, time.Now()); status != 200 {
		s.t.Errorf("the tombstone: got status %d, want 200", status)
	}
	first := s.slack.say("anna", old, "below the tombstone")
	c.has("said before", "below the tombstone")
	eventually(s.t, patience, func() string {
		if c.root = s.slack.root(fmt.Sprint("Customer ", chat)); c.root == old {
			return "there is no other card"
		}
		return ""
	})
	s.slack.expect(c.root, "below the tombstone")
	second := s.slack.say("anna", old, "and again")
	c.has("said before", "below the tombstone", "and again")
	s.slack.expect(c.root, "and again")
	s.slack.edit("anna", second, "and once more")
	s.slack.expect(c.root, "and once more")
	s.slack.edit("anna", first, "below what is gone")
	s.slack.expect(c.root, "below what is gone")
	s.slack.say("boris", old, "// a note there")
	c.notes("a note there")
	s.slack.expect(c.root, "a note there")
	c.say("thanks")
	s.slack.expect(c.root, "thanks")
	c.has("said before", "below what is gone", "and once more")
}

// A session goes to the room for its priority, and comes back.
func slackPriorities(s *slackShop, chat int) {
	usual, urgent := s.slack.room, s.slack.other()
	set := func(verb, room string, more ...string) {
		s.must(append([]string{"surface", verb, "--channel", "support-slack", "--room", room, "--department", "support"}, more...)...)
	}
	set("add", urgent, "--priority", "urgent")
	set("add", usual, "--priority", "low,normal,high")
	c := s.customer(chat, "it burns")
	c.reply("anna", "!priority urgent")
	former := c.root
	s.slack.room = urgent
	c.root = s.slack.root(fmt.Sprint("Customer ", chat))
	s.slack.expect(c.root, "it burns")
	c.reply("anna", "we come")
	c.has("we come")
	c.say("thank you")
	s.slack.expect(c.root, "thank you")
	s.slack.room = usual
	eventually(s.t, patience, func() string {
		card := s.slack.message(former)
		if _, pressed := card.button("Take"); pressed || !card.has("its priority is urgent now") {
			return "the card in the room that it left does not say so"
		}
		return ""
	})
	s.slack.room = urgent
	c.reply("anna", "!priority normal")
	s.slack.room = usual
	for _, text := range []string{"we come", "thank you"} {
		s.slack.expect(former, text)
	}
	s.slack.say("anna", former, "back here")
	c.has("we come", "back here")
	set("remove", urgent)
	set("add", usual, "--priority", "all")
}

// A session goes to the room for its customer's language, as Telegram tells it first and an agent then.
func slackLanguages(s *slackShop, chat int) {
	usual, german := s.slack.room, s.slack.other()
	set := func(verb, room string, more ...string) string {
		return s.must(append([]string{"surface", verb, "--channel", "support-slack", "--room", room, "--department", "support"}, more...)...)
	}
	set("add", german, "--language", "de")
	if said := set("add", usual, "--language", "en,und"); !strings.Contains(said, "sessions of support in other languages than de, en, und") {
		s.t.Errorf("surface add: got %q, want the languages that no room shows", said)
	}
	c := s.customer(chat, "it burns")
	c.reply("anna", "!language de-AT")
	former := c.root
	s.slack.room = german
	c.root = s.slack.root(fmt.Sprint("Customer ", chat))
	s.slack.expect(c.root, "it burns")
	c.reply("anna", "we come")
	c.has("we come")
	s.slack.room = usual
	eventually(s.t, patience, func() string {
		card := s.slack.message(former)
		if _, pressed := card.button("Take"); pressed || !card.has("the customer's language is de-AT") {
			return "the card in the room that it left does not say so"
		}
		return ""
	})
	set("remove", german)
	set("add", usual, "--language", "all")
}
