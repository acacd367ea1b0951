package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// watched is how long a test looks for what must not happen.
const watched = 2 * time.Second

func TestAgentsWorkInSlack(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"socket", "events"} {
		t.Run("mode "+mode, func(t *testing.T) {
			t.Parallel()
			s := newSlackShop(t, mode)
			var all sync.WaitGroup
			for i, c := range slices.Concat(slackCases, moreSlackCases) { // all at once, however few tests may be parallel: they mostly wait
				if c.mode == "" || c.mode == mode {
					all.Go(func() { t.Run(c.name, func(t *testing.T) { c.test(s.in(t), 100+i) }) })
				}
			}
			all.Wait()
			s.talksToNoApp()
			s.noSecret()
		})
	}
}

type slackCase struct {
	name string
	mode string // "": in both
	test func(s *slackShop, chat int)
}

// slackCases are what agents and customers do, beside each other. Each has a chat of its own.
var slackCases = []slackCase{
	{"a reply reaches the customer once, and everybody sees it once", "", slackReply},
	{"a note never reaches the customer, nor what is made one", "", slackNote},
	{"what is edited and deleted in Slack is so at the customer's", "", slackEdit},
	{"what the customer or the workspace edits shows in the thread", "", slackEditBack},
	{"an unlinked person is told so once, and nothing is sent", "", slackStranger},
	{"take, assign, join, release and close, by button and by word", "", slackHold},
	{"of two who reply at once one wins, and the other is told", "", slackRace},
	{"copies come once whatever Slack answers", "", slackFault},
	{"a card that is deleted is made anew", "", slackLostRoot},
	{"what a customer says is shown literally", "", slackLiteral},
	{"a reply that fails can be sent again from the thread", "", slackRetry},
	{"a visitor of the widget has a thread too", "", slackVisitor},
	{"what Slack tells again changes nothing", "events", slackToldAgain},
	{"what Slack has not signed, or long ago, is refused", "events", slackForged},
}

func slackReply(s *slackShop, chat int) {
	c := s.customer(chat, "Where is my parcel?")
	copied := s.slack.expect(c.root, "Where is my parcel?")
	if want := fmt.Sprintf("Customer %d (Telegram)", chat); !strings.EqualFold(copied.Username, want) {
		s.t.Errorf("the copy is by %q, want %q", copied.Username, want)
	}
	c.reply("anna", "It is on its way")
	c.has("It is on its way")
	c.held("active", "Anna")
	if all := c.spoken("It is on its way"); len(all) != 1 || all[0].Actor.Kind != "agent" || all[0].Actor.Name != "Anna" || all[0].Audience != "everyone" {
		s.t.Errorf("the workspace shows %+v, want one reply by Anna", all)
	}
	s.becomes(c.session, c.spoken("It is on its way")[0].ID, "sent")

	s.answer(c.session, "From the workspace")
	if got := s.slack.expect(c.root, "From the workspace"); !strings.Contains(got.Username, "Anna") {
		s.t.Errorf("the copy is by %q, want Anna", got.Username)
	}
	c.say("Thanks")
	s.slack.expect(c.root, "Thanks")
	c.has("It is on its way", "From the workspace")
	c.keeps(watched)
	if got := len(s.slack.thread(c.root)); got != 4 {
		s.t.Errorf("the thread has %d messages, want 4", got)
	}
}

func slackNote(s *slackShop, chat int) {
	c := s.customer(chat, "hello")
	note := c.reply("anna", "// a difficult one")
	c.notes("a difficult one")
	c.keeps(watched)
	before := len(s.slack.told("anna"))
	s.slack.edit("anna", note, "no prefix any more")
	s.hears("anna", before, "note")
	c.keeps(watched)
	c.has()

	reply := c.reply("anna", "We look after it")
	c.has("We look after it")
	before = len(s.slack.told("anna"))
	s.slack.edit("anna", reply, "// We look after nothing")
	c.has()
	c.notes("We look after nothing")
	s.hears("anna", before, "note")
	s.stays(watched, func() string {
		if got := s.texts(chat); len(got) != 0 {
			return fmt.Sprintf("the customer has %q, want nothing", got)
		}
		return ""
	})
}

func slackEdit(s *slackShop, chat int) {
	c := s.customer(chat, "hello")
	kept, gone := c.reply("anna", "to be edited"), c.reply("anna", "to be deleted")
	c.has("to be edited", "to be deleted")
	s.slack.edit("anna", kept, "edited")
	s.slack.edit("anna", kept, "edited twice")
	s.slack.delete("anna", gone)
	c.has("edited twice")
	if all := c.spoken("edited"); len(all) != 1 || all[0].Text != "edited twice" {
		s.t.Errorf("the workspace shows %+v, want the text as it stands", all)
	}
}

func slackEditBack(s *slackShop, chat int) {
	c := s.customer(chat, "Where is my parcel?")
	s.rig.update(object{"edited_message": said(chat, 1, object{"text": "Where is MY parcel?", "edit_date": 1_790_000_100})})
	s.slack.expect(c.root, "Where is MY parcel?")

	byBot := s.answer(c.session, "by the workspace")
	s.slack.expect(c.root, "by the workspace")
	c.reply("anna", "by Anna in Slack")
	c.has("by the workspace", "by Anna in Slack")
	inSlack := c.spoken("by Anna in Slack")[0].ID
	s.anna().must(s.t, "PATCH", "/api/v1/messages/"+byBot, object{"text": "changed there"}, nil)
	s.anna().must(s.t, "PATCH", "/api/v1/messages/"+inSlack, object{"text": "corrected there"}, nil)
	s.slack.expect(c.root, "changed there")
	s.slack.expect(c.root, "corrected there") // in a line of its own: the app cannot change what Anna wrote
	c.has("changed there", "corrected there")
	s.anna().must(s.t, "DELETE", "/api/v1/messages/"+byBot, object{}, nil)
	c.has("corrected there")
	eventually(s.t, patience, func() string {
		for _, m := range s.slack.thread(c.root) {
			if m.has("changed there") {
				return "the thread still shows what was deleted"
			}
		}
		return ""
	})
}

func slackStranger(s *slackShop, chat int) {
	c := s.customer(chat, "hello")
	c.reply("carla", "I am nobody's agent")
	s.hears("carla", 0, "")
	c.reply("carla", "and say it again")
	c.keeps(watched)
	c.has()
	if got := s.slack.told("carla"); len(got) != 1 {
		s.t.Errorf("Carla was told %q, want one explanation", got)
	}
	if all := slices.Concat(c.spoken("nobody's agent"), c.spoken("say it again")); len(all) != 0 {
		s.t.Errorf("the workspace shows %+v, want nothing of it", all)
	}
}

func slackHold(s *slackShop, chat int) {
	c := s.customer(chat, "hello")
	c.press("anna", "Take")
	c.held("active", "Anna")
	c.cardHas("Anna")
	c.reply("anna", "!release")
	c.held("waiting", "")
	c.reply("boris", "!take")
	c.held("active", "Boris")
	c.cardHas("Boris")
	c.reply("boris", "!assign Anna")
	c.held("pending", "Anna")
	c.reply("anna", "!join")
	c.held("active", "Anna")
	s.commands("anna", "mine", fmt.Sprint("Customer ", chat))
	c.press("anna", "Assign")
	s.slack.choose("anna", c.session, "Boris")
	c.held("pending", "Boris")
	c.press("boris", "Join")
	c.held("active", "Boris")
	if b := c.press("boris", "Close"); !b.asks {
		s.t.Error("Close asks nobody first")
	}
	eventually(s.t, patience, func() string {
		if got := c.row().State; got != "ended" {
			return fmt.Sprintf("the session is %s, want ended", got)
		}
		return ""
	})
	before := len(s.slack.told("boris"))
	c.reply("boris", "too late")
	s.hears("boris", before, "ended")
	for _, text := range s.texts(chat) {
		if strings.HasPrefix(text, "!") || text == "too late" {
			s.t.Errorf("the customer has %q", text)
		}
	}
}

// cardHas waits until the card shows a text.
func (c *customer) cardHas(text string) {
	c.t.Helper()
	eventually(c.t, patience, func() string {
		if m := c.slack.message(c.root); !m.has(text) {
			return fmt.Sprintf("the card has no %q: %s", text, m.whole)
		}
		return ""
	})
}

func slackRace(s *slackShop, chat int) {
	c := s.customer(chat, "hello")
	take, ok := s.slack.message(c.root).button("Take")
	if !ok {
		s.t.Fatal("the card has no button Take")
	}
	before := map[string]int{"anna": len(s.slack.told("anna")), "boris": len(s.slack.told("boris"))}
	var both sync.WaitGroup
	for who := range before {
		both.Go(func() {
			if out, err := s.slack.try(who, "say", who, s.slack.room, c.root, "said by "+who); err != nil {
				s.t.Errorf("%s cannot say anything: %v, %s", who, err, out)
			}
		})
	}
	both.Wait()
	winner, loser, name := "anna", "boris", "Anna"
	eventually(s.t, patience, func() string {
		row := c.row()
		if row.Assignee == nil {
			return "nobody holds the session"
		}
		if strings.HasPrefix(row.Assignee.Name, "Boris") {
			winner, loser, name = "boris", "anna", "Boris"
		}
		return ""
	})
	c.has("said by " + winner)
	s.hears(loser, before[loser], name)
	told := len(s.slack.told(loser))
	s.slack.click(loser, take) // a button that is no longer there
	s.hears(loser, told, name)
	c.keeps(watched / 2)
	c.has("said by " + winner)
	c.held("active", name)
}

func slackLiteral(s *slackShop, chat int) {
	c := s.customer(chat, "hello")
	c.say("<!channel> <@U1> *x* _y_ &amp; <https://example.com|here>")
	m := s.slack.expect(c.root, "*x* _y_")
	if want := "&lt;!channel&gt; &lt;@U1&gt; *x* _y_ &amp;amp; &lt;https://example.com|here&gt;"; !strings.Contains(m.Text, want) {
		s.t.Errorf("the text is %q, want %q in it", m.Text, want)
	}
	for _, m := range []slackMessage{m, s.slack.message(c.root)} {
		if marks := m.marks(); len(marks) != 0 {
			s.t.Errorf("Slack finds marks in it: %q", marks)
		}
	}
}

// marks gives what Slack would read as more than text, and calls people.
func (m slackMessage) marks() (found []string) {
	live := func(text string) {
		if strings.Contains(text, "<!channel") || strings.Contains(text, "<@") || strings.Contains(text, "<https://example.com") {
			found = append(found, text)
		}
	}
	live(m.Text)
	var look func(part any)
	look = func(part any) {
		switch p := part.(type) {
		case []any:
			for _, each := range p {
				look(each)
			}
		case object:
			text, _ := p["text"].(string)
			switch p["type"] {
			case "mrkdwn", "markdown":
				live(text)
			case "broadcast", "user", "usergroup":
				found = append(found, fmt.Sprint(p))
			}
			for _, each := range p {
				look(each)
			}
		}
	}
	look(m.Blocks)
	return found
}

func slackVisitor(s *slackShop, _ int) {
	visitor := s.server.visit("support-widget", shop)
	visitor.say(s.t, "01990000-0000-7000-8000-000000000001", "Hello from the shop")
	var root string
	eventually(s.t, patience, func() string {
		for _, m := range s.slack.history() {
			if slices.ContainsFunc(s.slack.thread(m.TS), func(m slackMessage) bool { return m.has("Hello from the shop") }) {
				root = m.TS
				return ""
			}
		}
		return "no thread shows what the visitor said"
	})
	s.slack.say("anna", root, "Hello, visitor")
	for n := 0; n == 0; {
		n = strings.Count(fmt.Sprint(visitor.await(s.t, "events")), "Hello, visitor")
	}
}
