package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// telegramShop is a shop whose customers write over Telegram, and Anna, who answers them.
type telegramShop struct {
	*place
	rig    *telegramRig
	key    string
	server *server
}

func newTelegramShop(t *testing.T, mode ...string) *telegramShop {
	t.Helper()
	rig := newTelegram(t)
	s := &telegramShop{place: newPlace(t, "PARLEY_TELEGRAM_API_URL="+rig.url), rig: rig}
	s.key = s.people()
	s.must(append([]string{"channel", "add", "telegram", "--department", "support", "--token-file", s.file("token", botToken+"\n")}, mode...)...)
	s.server = s.serve()
	return s
}

func (s *telegramShop) anna() caller { return s.server.withKey(s.key) }

// restart ends the server by the signal and starts it again.
func (s *telegramShop) restart(by syscall.Signal) {
	s.t.Helper()
	if by == syscall.SIGKILL {
		s.server.signal(by)
		s.server.wait(patience)
	} else {
		s.server.stop()
	}
	s.server = s.serve()
}

// session waits for the session of a chat's customer, and takes it.
func (s *telegramShop) session(chat int) string {
	s.t.Helper()
	var id string
	eventually(s.t, patience, func() string {
		for _, row := range s.anna().sessions(s.t) {
			if row.Customer.Name == fmt.Sprint("Customer ", chat) && row.State != "ended" {
				id = row.ID
				return ""
			}
		}
		return fmt.Sprintf("no session of customer %d", chat)
	})
	return id
}

// answer says something to a session's customer.
func (s *telegramShop) answer(session, text string) string {
	s.t.Helper()
	var e messageRow
	s.anna().must(s.t, "POST", "/api/v1/sessions/"+session+"/messages", object{"client_id": unique(), "kind": "reply", "text": text}, &e)
	return e.ID
}

type messageRow struct {
	ID     string `json:"id"`
	Kind   string `json:"kind"`
	Text   string `json:"text"`
	State  string `json:"state"`
	Reason string `json:"reason"`
	Actor  struct {
		Kind string `json:"kind"`
		Name string `json:"name"`
	} `json:"actor"`
	Audience  string `json:"audience"`
	DeletedAt string `json:"deleted_at"`
}

// messages gives what was said in a session, as it stands.
func (s *telegramShop) messages(session string) []messageRow {
	s.t.Helper()
	var page struct {
		Items []messageRow `json:"items"`
	}
	s.anna().must(s.t, "GET", "/api/v1/sessions/"+session+"/messages?limit=100", nil, &page)
	return slices.DeleteFunc(page.Items, func(m messageRow) bool { return m.Kind != "message" })
}

// becomes waits until a message has come as far as the state.
func (s *telegramShop) becomes(session, message, state string) messageRow {
	defer func() {
		if s.t.Failed() {
			for l := range strings.Lines(s.server.stderr.String()) {
				if !strings.Contains(l, "\"request\"") {
					s.t.Log(l)
				}
			}
		}
	}()
	s.t.Helper()
	var got messageRow
	eventually(s.t, networkTime, func() string {
		for _, m := range s.messages(session) {
			if m.ID == message {
				got = m
			}
		}
		if got.State != state {
			return fmt.Sprintf("message %s: got %q (%s), want %q", message, got.State, got.Reason, state)
		}
		return ""
	})
	return got
}

// texts gives what a chat has from the bot.
func (s *telegramShop) texts(chat int) []string {
	s.t.Helper()
	var all []string
	for _, m := range s.rig.shown(chat) {
		all = append(all, m.Text)
	}
	return all
}

func (s *telegramShop) shows(chat int, want ...string) {
	s.t.Helper()
	eventually(s.t, networkTime, func() string {
		if got := s.texts(chat); !slices.Equal(got, want) {
			return fmt.Sprintf("chat %d shows %q, want %q", chat, got, want)
		}
		return ""
	})
}

// networkTime is for what reaches a network: after a kill another process waits for the lease first, and a place in a queue is told within half a minute.
const networkTime = 90 * time.Second

var uniques atomic.Int64

func unique() string { return fmt.Sprint("k", uniques.Add(1)) }

// noSecret looks for the bot's token where it must not be: logs, answers, the database.
func (s *telegramShop) noSecret() {
	s.t.Helper()
	for _, secret := range []string{botToken, "TESTTOKEN"} {
		if strings.Contains(s.server.stderr.String()+s.server.stdout.String(), secret) {
			s.t.Errorf("the log holds %q", secret)
		}
		files, _ := filepath.Glob(filepath.Join(s.dir, "data", "*"))
		for _, file := range files {
			if text, err := os.ReadFile(file); err == nil && strings.Contains(string(text), secret) {
				s.t.Errorf("%s holds %q", filepath.Base(file), secret)
			}
		}
	}
}

func TestACustomerOnTelegramIsAnsweredB1(t *testing.T) {
	t.Parallel()
	s := newTelegramShop(t)
	s.rig.say(42, 1, "Where is my parcel?")
	session := s.session(42)
	for range 3 { // the same again, now and after a restart, is one message (B4)
		s.rig.say(42, 1, "Where is my parcel?")
	}
	message := s.answer(session, "On <b>its</b> way & *soon*")
	s.becomes(session, message, "sent")
	s.shows(42, "On <b>its</b> way & *soon*")

	s.restart(syscall.SIGTERM)
	s.rig.say(42, 1, "Where is my parcel?")
	s.anna().must(t, "PATCH", "/api/v1/messages/"+message, object{"text": "It is here"}, nil)
	s.shows(42, "It is here")

	s.rig.update(object{"edited_message": said(42, 1, object{"text": "Where is MY parcel?", "edit_date": 1_790_000_100})})
	s.rig.update(object{"edited_message": said(42, 7, object{"text": "edited before it came", "edit_date": 1_790_000_100})})
	s.rig.say(42, 7, "before")
	eventually(t, patience, func() string {
		var got []string
		for _, m := range s.messages(session) {
			if m.Actor.Kind == "customer" {
				got = append(got, m.Text)
			}
		}
		if want := []string{"Where is MY parcel?", "edited before it came"}; !slices.Equal(got, want) {
			return fmt.Sprintf("the customer said %q, want %q", got, want)
		}
		return ""
	})
	s.noSecret()
}

func TestTelegramCallsB1(t *testing.T) {
	t.Parallel()
	s := newTelegramShop(t, "--mode", "webhook")
	s.fares("running")
	s.rig.say(42, 1, "by a call")
	session := s.session(42)
	s.rig.say(42, 1, "by a call")
	s.server.signal(syscall.SIGKILL)
	s.server.wait(patience)
	s.rig.say(42, 2, "while nobody is there")
	s.server = s.serve()
	s.rig.say(42, 3, "and after")
	eventually(t, 60*time.Second, func() string {
		var got []string
		for _, m := range s.messages(session) {
			got = append(got, m.Text)
		}
		slices.Sort(got) // what comes late comes after
		if want := []string{"and after", "by a call", "while nobody is there"}; !slices.Equal(got, want) {
			return fmt.Sprintf("got %q, want %q", got, want)
		}
		return ""
	})
	for _, word := range []string{"", "guess"} {
		req, err := http.NewRequest("POST", s.server.url+"/hooks/telegram/support-telegram", strings.NewReader(`{"update_id":1}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("X-Telegram-Bot-Api-Secret-Token", word)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusUnauthorized {
			t.Errorf("secret %q: got %d, want %d", word, resp.StatusCode, http.StatusUnauthorized)
		}
	}
	s.noSecret()
}

func TestWhatTelegramSaysLiterally(t *testing.T) {
	t.Parallel()
	s := newTelegramShop(t)
	s.rig.say(42, 1, "hello")
	session := s.session(42)
	for _, text := range []string{
		"👩‍👩‍👧‍👦 👍🏽 🇩🇪 1️⃣", "שלום עולם \u200f!", "a_b*c[d](e)`f`~g~<i>h</i>&amp;|| \\", "@everyone <!channel>", "e\u0301 क्षि",
	} {
		message := s.answer(session, text)
		s.becomes(session, message, "sent")
		if got := s.texts(42); got[len(got)-1] != text {
			t.Errorf("got %q, want %q", got[len(got)-1], text)
		}
	}
	before := len(s.texts(42))
	long := strings.Repeat("😀", 4096) // 8,192 units of UTF-16: two messages and no half of a character
	message := s.answer(session, long)
	s.becomes(session, message, "sent")
	parts := s.texts(42)[before:]
	if got := strings.Join(parts, ""); len(parts) < 2 || got != long {
		t.Errorf("got %d parts with %d bytes, want %d bytes in two or more", len(parts), len(got), len(long))
	}
	s.anna().must(t, "DELETE", "/api/v1/messages/"+message, object{}, nil)
	eventually(t, patience, func() string {
		if got := len(s.texts(42)); got != before {
			return fmt.Sprintf("got %d messages after the deletion, want %d", got, before)
		}
		return ""
	})
}

// What goes wrong, and what becomes of the message: nothing is lost, nothing silently doubled.
func TestTelegramFailsB3(t *testing.T) {
	t.Parallel()
	s := newTelegramShop(t)
	s.rig.say(42, 1, "hello")
	session := s.session(42)
	said := 0
	for _, c := range []struct {
		name   string
		fault  object
		state  string
		copies int
	}{
		{"429 with a time", object{"status": 429, "body": `{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":1}}`}, "sent", 1},
		{"429 without a time", object{"status": 429, "body": `{"ok":false,"error_code":429,"description":"Too Many Requests"}`}, "sent", 1},
		{"a server's error", object{"status": 500, "body": `{"ok":false,"error_code":500,"description":"Internal Server Error"}`}, "uncertain", 0},
		{"a page of HTML", object{"status": 502, "body": "<html>Bad Gateway</html>"}, "uncertain", 0},
		{"broken JSON", object{"status": 200, "body": `{"ok":tr`}, "uncertain", 0},
		{"a connection that breaks before the effect", object{"drop": true}, "uncertain", 0},
		{"a connection that breaks after it", object{"drop": true, "after": true}, "uncertain", 1},
		{"a refusal", object{"status": 400, "body": `{"ok":false,"error_code":400,"description":"Bad Request: message is too strange"}`}, "failed", 0},
		{"a customer who has blocked the bot", object{"status": 403, "body": `{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}`}, "failed", 0},
	} {
		c.fault["path"], c.fault["times"] = "sendMessage", 1
		s.rig.mend()
		s.rig.fault(c.fault)
		text := fmt.Sprint("message ", c.name)
		message := s.answer(session, text)
		got := s.becomes(session, message, c.state)
		if copies := count(s.texts(42), text); copies != c.copies {
			t.Errorf("%s: got %d copies, want %d", c.name, copies, c.copies)
		}
		if (got.Reason == "") != (c.state == "sent") || strings.Contains(got.Reason, "html") {
			t.Errorf("%s: got reason %q", c.name, got.Reason)
		}
		if c.state == "sent" {
			continue
		}
		s.anna().must(t, "POST", "/api/v1/messages/"+message+"/retry", object{}, nil) // Resend
		s.becomes(session, message, "sent")
		if copies := count(s.texts(42), text); copies != c.copies+1 {
			t.Errorf("%s, sent again: got %d copies, want %d", c.name, copies, c.copies+1)
		}
		said++
	}
	if said == 0 {
		t.Error("nothing was sent again")
	}
	s.noSecret()
}

func count(all []string, one string) (n int) {
	for _, s := range all {
		if s == one {
			n++
		}
	}
	return n
}

func TestAKillBetweenSendingAndTheAnswer(t *testing.T) {
	t.Parallel()
	s := newTelegramShop(t)
	s.rig.say(42, 1, "hello")
	session := s.session(42)
	s.rig.fault(object{"path": "sendMessage", "match": "once", "times": 1, "after": true, "delay_ms": 8000, "drop": true})
	message := s.answer(session, "only once")
	next := s.answer(session, "the next")
	s.shows(42, "only once") // it has arrived, and Parley has no answer yet
	s.restart(syscall.SIGKILL)
	s.becomes(session, message, "uncertain")
	s.becomes(session, next, "sent")
	s.shows(42, "only once", "the next")
}

func TestOneChatThatIsRefusedHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	s := newTelegramShop(t)
	const chats = 50
	for chat := range chats + 1 {
		s.rig.say(100+chat, 1, "hello")
	}
	sessions := make([]string, chats+1)
	for chat := range sessions {
		sessions[chat] = s.session(100 + chat)
	}
	s.rig.fault(object{"path": "sendMessage", "match": "held", "times": 1000, "status": 429,
		"body": `{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":3600}}`})
	held := s.answer(sessions[0], "held")
	behind := s.answer(sessions[0], "behind")
	for _, session := range sessions[1:] {
		s.answer(session, "first")
		s.answer(session, "second")
	}
	for chat := range chats {
		s.shows(101+chat, "first", "second")
	}
	for _, message := range []string{held, behind} {
		s.becomes(sessions[0], message, "queued")
	}
}

func TestARevokedTokenAndANewOneB5(t *testing.T) {
	t.Parallel()
	s := newTelegramShop(t)
	s.rig.say(42, 1, "hello")
	session := s.session(42)
	s.rig.fault(object{"path": "/bot", "times": 100_000, "status": 401, "body": `{"ok":false,"error_code":401,"description":"Unauthorized"}`})
	message := s.answer(session, "kept")
	s.fares("reconnect")
	s.becomes(session, message, "queued")
	s.rig.mend()
	s.must("channel", "set", "support-telegram", "--token-file", s.file("token", botToken))
	s.becomes(session, message, "sent")
	s.shows(42, "kept")
	s.fares("running")
	if got := s.must("channel", "test", "support-telegram"); !strings.Contains(got, "TestNameBot") {
		t.Errorf("channel test: got %q, want the bot's name", got)
	}
	if _, stderr, status := s.do("channel", "add", "telegram", "--department", "support", "--name", "again", "--token-file", s.file("token", botToken)); status == exitDone ||
		!strings.Contains(stderr, "support-telegram") {
		t.Errorf("the same bot twice: got %d, %q", status, stderr)
	}
}

// fares waits until Telegram's health is in the state.
func (s *telegramShop) fares(state string) {
	s.t.Helper()
	eventually(s.t, networkTime, func() string {
		var all struct {
			Items []struct {
				Slug   string                         `json:"slug"`
				Health struct{ State, Reason string } `json:"health"`
			} `json:"items"`
		}
		s.anna().must(s.t, "GET", "/api/v1/channels", nil, &all)
		for _, c := range all.Items {
			if c.Slug == "support-telegram" && c.Health.State == state {
				return ""
			}
		}
		return fmt.Sprintf("got %+v, want %s", all.Items, state)
	})
}

func TestAnotherWhoReadsTheBotsUpdatesIsSeen(t *testing.T) {
	t.Parallel()
	s := newTelegramShop(t)
	s.rig.fault(object{"path": "getUpdates", "times": 2, "status": 409,
		"body": `{"ok":false,"error_code":409,"description":"Conflict: terminated by other getUpdates request"}`})
	s.fares("troubled")
	s.rig.say(42, 1, "and still it comes")
	s.fares("running") // the bot's rival is left alone for ten seconds each time
	s.session(42)
}
