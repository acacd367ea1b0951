package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// slackShop is a shop whose customers write over Telegram, and whose agents, Anna and Boris, answer them in Slack too.
type slackShop struct {
	*telegramShop
	slack *slackRig
	logs  *[]*process // of all servers that ran
}

// newSlackShop starts a shop. The environment is that of the rig's Slack.
func newSlackShop(t *testing.T, mode string, env ...string) *slackShop {
	t.Helper()
	slack, telegram := newSlack(t, mode, env...), newTelegram(t)
	p := newPlace(t, "PARLEY_TELEGRAM_API_URL="+telegram.url, "PARLEY_SLACK_API_URL="+slack.url+"/api/")
	s := &slackShop{&telegramShop{place: p, rig: telegram}, slack, &[]*process{}}
	s.key = s.people()
	s.must("agent", "add", "--email", "boris@example.test", "--name", "Boris Klein", "--operator", "Support", "--password-file", s.file("password", password))
	s.must("channel", "add", "telegram", "--department", "support", "--token-file", s.file("token", botToken))
	s.goOn(s.serve())
	s.addSlack(mode)
	s.hurry()
	t.Cleanup(s.explain)
	s.fares("running")
	for who, email := range map[string]string{"anna": "anna@example.test", "boris": "boris@example.test"} {
		s.link(who, email)
	}
	return s
}

// addSlack adds the app as it is done from a terminal, or over the API.
func (s *slackShop) addSlack(mode string) {
	s.t.Helper()
	if mode == "socket" {
		s.must("channel", "add", "slack", "--department", "support", "--mode", mode, "--team-channel", s.slack.room,
			"--bot-token-file", s.file("bot", slackBotToken+"\n"), "--app-token-file", s.file("app", slackAppToken))
		return
	}
	s.must("agent", "add", "--email", "ada@example.test", "--name", "Ada", "--admin", "--password-file", s.file("password", password))
	ada, _ := s.server.signIn("ada@example.test", password)
	var departments struct{ Items []struct{ ID string } }
	ada.must(s.t, "GET", "/api/v1/departments?all=true", nil, &departments)
	var added struct{ Channel struct{ ID string } }
	ada.must(s.t, "POST", "/api/v1/channels", object{
		"kind": "slack", "department": departments.Items[0].ID, "settings": object{"mode": mode, "team_channel": s.slack.room},
		"keys": object{"bot_token": slackBotToken, "signing_secret": slackSigning},
	}, &added)
	eventually(s.t, patience, func() string {
		if status, err := ada.call("POST", "/api/v1/channels/"+added.Channel.ID+"/test", object{}, nil); err != nil || status != http.StatusOK {
			return fmt.Sprint("the test says ", status, err)
		}
		return ""
	})
}

// hurry lets the channels do more at once than their networks take of one room.
func (s *slackShop) hurry() {
	s.t.Helper()
	data := filepath.Join(s.dir, "data")
	ctx := s.t.Context()
	o, err := (&program{flags: &flags{DataDir: &data}}).office(ctx, false)
	if err != nil {
		s.t.Fatal(err)
	}
	defer o.close()
	for _, slug := range []string{"support-slack", "support-telegram"} {
		c, err := o.channel(ctx, slug)
		if err != nil {
			s.t.Fatal(err)
		}
		var settings object
		if err := json.Unmarshal(c.Settings, &settings); err != nil {
			s.t.Fatal(err)
		}
		much := object{"calls": 100, "seconds": 1, "burst": 100}
		settings["rates"] = object{"conversation": much, "channel": much}
		if c.Settings, err = json.Marshal(settings); err != nil {
			s.t.Fatal(err)
		}
		if err := o.hub.SetChannel(ctx, c); err != nil {
			s.t.Fatal(err)
		}
	}
}

// goOn goes on with another server.
func (s *slackShop) goOn(another *server) {
	s.server = another
	s.slack.door.leads(another.url)
	*s.logs = append(*s.logs, another.process)
}

func (s *slackShop) restart(by syscall.Signal) {
	s.t.Helper()
	s.telegramShop.restart(by)
	s.goOn(s.server)
}

// explain shows what the servers logged, where a test has failed.
func (s *slackShop) explain() {
	if !s.t.Failed() {
		return
	}
	for _, p := range *s.logs {
		for l := range strings.Lines(p.stderr.String()) {
			if !strings.Contains(l, `"msg":"request"`) {
				s.t.Log(strings.TrimSpace(l))
			}
		}
	}
}

// in is the same shop for a part of the test.
func (s *slackShop) in(t *testing.T) *slackShop {
	p, telegram, process := *s.place, *s.rig, *s.server.process
	p.t, telegram.t, process.t = t, t, t
	return &slackShop{&telegramShop{&p, &telegram, s.key, &server{&process, s.server.url}}, s.slack.in(t), s.logs}
}

// link links somebody in Slack to their account by a code, which is answered to nobody but them.
func (s *slackShop) link(who, email string) {
	s.t.Helper()
	c, _ := s.server.signIn(email, password)
	var code struct {
		Code      string    `json:"code"`
		ExpiresAt time.Time `json:"expires_at"`
	}
	c.must(s.t, "POST", "/api/v1/me/link-codes", object{}, &code)
	if code.Code == "" || !code.ExpiresAt.After(time.Now()) {
		s.t.Fatalf("code for %s: got %+v", who, code)
	}
	s.commands(who, "link "+code.Code, "")
	if all := s.slack.history(); slices.ContainsFunc(all, func(m slackMessage) bool { return m.has(code.Code) }) {
		s.t.Errorf("the room shows %s's code", who)
	}
}

// commands says /parley and more, and waits until whoever says it is answered with a text, which nobody else sees.
func (s *slackShop) commands(who, text, want string) {
	s.t.Helper()
	before := len(s.slack.told(who))
	if answer := s.slack.command(who, text); answer == "" || !strings.Contains(answer, want) {
		s.hears(who, before, want)
	}
}

// customer is a customer who has a card and a thread.
type customer struct {
	*slackShop
	chat          int
	said          int
	session, root string
}

// customer lets somebody write over Telegram, and waits until Slack shows it.
func (s *slackShop) customer(chat int, text string) *customer {
	s.t.Helper()
	c := &customer{slackShop: s, chat: chat}
	c.say(text)
	c.session = s.session(chat)
	c.root = s.slack.root(fmt.Sprint("Customer ", chat))
	s.slack.expect(c.root, text)
	return c
}

// say says something as the customer.
func (c *customer) say(text string) {
	c.t.Helper()
	c.said++
	c.rig.say(c.chat, c.said, text)
}

// has waits until the customer has these messages, and no others.
func (c *customer) has(want ...string) { c.t.Helper(); c.shows(c.chat, want...) }

// reply says something in the thread.
func (c *customer) reply(who, text string) (ts string) {
	c.t.Helper()
	return c.slack.say(who, c.root, text)
}

// row gives the session as the workspace shows it.
func (c *customer) row() (row sessionRow) {
	c.t.Helper()
	c.anna().must(c.t, "GET", "/api/v1/sessions/"+c.session, nil, &row)
	return row
}

// held waits until the session is in a state, and somebody holds it: nobody if that is "".
func (c *customer) held(state, by string) {
	c.t.Helper()
	eventually(c.t, patience, func() string {
		row, holder := c.row(), ""
		if row.Assignee != nil {
			holder = row.Assignee.Name
		}
		if row.State != state || !strings.HasPrefix(holder, by) || by == "" && holder != "" {
			return fmt.Sprintf("the session is %s with %q, want %s with %q", row.State, holder, state, by)
		}
		return ""
	})
}

// press waits for a button of the card, and presses it.
func (c *customer) press(who, name string) button {
	c.t.Helper()
	var b button
	eventually(c.t, patience, func() string {
		found, ok := c.slack.message(c.root).button(name)
		b = found
		if !ok {
			return fmt.Sprintf("the card has no button %q", name)
		}
		return ""
	})
	c.slack.click(who, b)
	return b
}

// spoken gives the messages that stand in the session, with the text.
func (c *customer) spoken(text string) []messageRow {
	c.t.Helper()
	return slices.DeleteFunc(c.messages(c.session), func(m messageRow) bool { return !strings.Contains(m.Text, text) })
}

// notes waits until a text stands in the session, as a note and nothing else.
func (c *customer) notes(text string) {
	c.t.Helper()
	eventually(c.t, patience, func() string {
		if all := c.spoken(text); len(all) != 1 || all[0].Audience != "agents" {
			return fmt.Sprintf("got %+v, want one note with %q", all, text)
		}
		return ""
	})
}

// hears waits until somebody alone is told something with a text, after so many other things.
func (s *slackShop) hears(who string, before int, text string) {
	s.t.Helper()
	eventually(s.t, patience, func() string {
		all := s.slack.told(who)
		for _, got := range all[min(before, len(all)):] {
			if strings.Contains(got, text) {
				return ""
			}
		}
		return fmt.Sprintf("%s was told %q, want something with %q", who, all, text)
	})
}

// stays looks for a while whether something stays as it is.
func (s *slackShop) stays(limit time.Duration, wrong func() string) {
	s.t.Helper()
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if what := wrong(); what != "" {
			s.t.Fatal(what)
		}
	}
}

// keeps looks for a while whether the customer's messages stay as they are, and the thread's too.
func (c *customer) keeps(limit time.Duration) {
	c.t.Helper()
	chat, thread := c.texts(c.chat), len(c.slack.thread(c.root))
	c.stays(limit, func() string {
		if got := c.texts(c.chat); !slices.Equal(got, chat) {
			return fmt.Sprintf("the customer has %q, want still %q", got, chat)
		}
		if got := c.slack.thread(c.root); len(got) != thread {
			return fmt.Sprintf("the thread has %d messages, want still %d: %+v", len(got), thread, got)
		}
		return ""
	})
}

// fares waits until the Slack channel's health is in the state.
func (s *slackShop) fares(state string) {
	s.t.Helper()
	eventually(s.t, 40*time.Second, func() string {
		var all struct {
			Items []struct {
				Slug   string                         `json:"slug"`
				Health struct{ State, Reason string } `json:"health"`
			} `json:"items"`
		}
		s.anna().must(s.t, "GET", "/api/v1/channels", nil, &all)
		for _, c := range all.Items {
			if c.Slug == "support-slack" && c.Health.State == state {
				return ""
			}
		}
		return fmt.Sprintf("got %+v, want %s", all.Items, state)
	})
}

// talksToNoApp says whether Parley took itself for somebody.
func (s *slackShop) talksToNoApp() {
	s.t.Helper()
	if got := s.slack.told("parley"); len(got) != 0 {
		s.t.Errorf("the app was told %q, want nothing", got)
	}
}

// noSecret looks for what Parley was given where it must not be: logs, answers, what commands print, the database.
func (s *slackShop) noSecret() {
	s.t.Helper()
	seen := map[string]string{"channel list": s.must("channel", "list"), "channel test": s.must("channel", "test", "support-slack")}
	for i, p := range *s.logs {
		seen[fmt.Sprint("the log of server ", i)] = p.stderr.String() + p.stdout.String()
	}
	for _, path := range []string{"me", "agents", "channels", "counters", "departments", "sessions"} {
		var answer json.RawMessage
		s.anna().must(s.t, "GET", "/api/v1/"+path, nil, &answer)
		seen[path] = string(answer)
	}
	files, _ := filepath.Glob(filepath.Join(s.dir, "data", "*"))
	for _, file := range files {
		text, _ := os.ReadFile(file)
		seen[filepath.Base(file)] = string(text)
	}
	for _, where := range slices.Sorted(maps.Keys(seen)) {
		for _, secret := range []string{botToken, slackBotToken, slackAppToken, slackSigning} {
			if strings.Contains(seen[where], secret) {
				s.t.Errorf("%s: holds %q", where, secret)
			}
		}
	}
}
