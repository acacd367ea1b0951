package slack

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"parley/core"
)

// typed gives what /parley answers.
func (c *console) typed(text string) string {
	c.t.Helper()
	w := c.form("command", text)
	var body struct {
		Type   string          `json:"response_type"`
		Text   string          `json:"text"`
		Blocks json.RawMessage `json:"blocks"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || w.Code != 200 || body.Type != "ephemeral" || body.Text == "" {
		c.t.Fatalf("got %d %q, want a private answer", w.Code, w.Body)
	}
	return body.Text + string(body.Blocks)
}

func TestSomebodyIsLinkedByCode(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	delete(c.desk.agents, "T1/UANNA")
	for _, step := range []struct{ text, want string }{
		{"mine", "Nothing was done: Parley does not know which agent you are."},
		{"link", "Write the code after it"},
		{"link WRONG", "wrong, was used, or is older"},
		{"LINK  GOOD ", "You are Anna Arndt in Parley now."},
		{"link GOOD", "wrong, was used, or is older"},
		{"mine", "no open sessions"},
	} {
		if got := c.typed(step.text); !strings.Contains(got, step.want) {
			t.Errorf("%q: got %q, want %q in it", step.text, got, step.want)
		}
	}
	if got := c.fake.made("views.publish"); len(got) != 1 {
		t.Errorf("the home: got %d calls, want it shown anew", len(got))
	}
	if status := c.tell(spoke(1, "UANNA", "Hi")); status != 200 || len(c.desk.done()) != 1 {
		t.Errorf("got status %d and %v, want it said", status, c.desk.done())
	}
}

func TestACodeCannotBeGuessed(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	now := testNow
	c.config.Clock = func() time.Time { return now }
	for range maxAttempts {
		c.typed("link WRONG")
	}
	if got := c.typed("link GOOD"); !strings.Contains(got, "too many tries") {
		t.Errorf("got %q, want it refused", got)
	}
	if !c.codes.allow("UBORIS", now) {
		t.Error("another person: got refused, want allowed")
	}
	now = now.Add(attemptTime)
	if !c.codes.allow("UANNA", now) {
		t.Error("ten minutes later: got refused, want allowed")
	}
	var many attempts
	for i := range maxTrying {
		many.allow(core.SessionID(i+1).String(), now)
	}
	if many.allow("one more", now) {
		t.Error("while many try: got allowed, want refused")
	}
}

func TestGuestsAreNotLinked(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	c.fake.users["UANNA"]["is_restricted"] = true
	if got := c.typed("link GOOD"); !strings.Contains(got, "guests") || c.desk.codes["GOOD"].ID == 0 {
		t.Errorf("got %q, want it refused and the code kept", got)
	}
}

func TestMineListsSessions(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	card := testCard()
	card.Customer = "<!channel> & *Ada*"
	c.desk.mine = []core.Card{card}
	got := c.typed("mine")
	for _, want := range []string{"1 open session", "#17", "https://desk.example.test/sessions/" + testSession.String()} {
		if !strings.Contains(got, want) {
			t.Errorf("got %q, want %q in it", got, want)
		}
	}
	if strings.Contains(got, `"mrkdwn"`) {
		t.Errorf("got %q, want nothing that Slack reads marks in", got)
	}
	c.desk.sees = oneAfter(1, &core.Error{Kind: core.Unavailable})
	if got := c.typed("mine"); !strings.Contains(got, "try again") {
		t.Errorf("without a database: got %q", got)
	}
	if got := c.typed("dance"); !strings.Contains(got, "/parley link CODE") {
		t.Errorf("another word: got %q, want help", got)
	}
}

func TestTheHomeShowsWhoSomebodyIs(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		user  string
		spoil func(*console)
		want  []string
	}{
		"an agent with sessions":    {"UANNA", func(c *console) { c.desk.mine = []core.Card{testCard()} }, []string{"You are Anna Arndt", "1 open session", "#17"}},
		"an agent without sessions": {"UANNA", nil, []string{"You are Anna Arndt", "no open sessions"}},
		"somebody unknown":          {"UNEW", nil, []string{"does not know which agent you are", "/parley link CODE"}},
		"a guest":                   {"UNEW", func(c *console) { c.fake.users["UNEW"]["is_restricted"] = true }, []string{"guests"}},
		"nobody knows":              {"UANNA", func(c *console) { c.fake.fail(breakage{method: "users.info", status: 500}) }, []string{"try again"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newConsole(t, ModeEvents)
			if test.spoil != nil {
				test.spoil(c)
			}
			if status := c.tell(map[string]any{"type": "app_home_opened", "user": test.user, "tab": "home"}); status != 200 {
				t.Errorf("got status %d, want 200", status)
			}
			got := string(view(t, c.fake.one(t, "views.publish")).Blocks)
			for _, want := range test.want {
				if !strings.Contains(got, want) {
					t.Errorf("got %s, want %q in it", got, want)
				}
			}
		})
	}
}
