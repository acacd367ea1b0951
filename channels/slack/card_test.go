package slack

import (
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"parley/core"
)

var update = flag.Bool("update", false, "write testdata/card.json anew")

const goldenCards = "testdata/card.json"

// TestCards holds the cards of all states to a file, which shows them as Slack's Block Kit Builder takes them.
func TestCards(t *testing.T) {
	t.Parallel()
	type shown struct {
		Text   string          `json:"text"`
		Blocks json.RawMessage `json:"blocks"`
	}
	got := map[string]shown{}
	for name, change := range map[string]func(c *core.Card){
		"waiting":                      func(*core.Card) {},
		"waiting, as little as can be": func(c *core.Card) { *c = core.Card{Session: 1, Number: 1, State: core.Waiting} },
		"pending":                      func(c *core.Card) { c.State, c.Holder = core.Pending, "Grace" },
		"active": func(c *core.Card) {
			c.State, c.Holder, c.Unread, c.WaitingSince, c.Messages = core.Active, "Grace", 0, 0, 1
		},
		"active, and cannot be reached": func(c *core.Card) {
			c.State, c.Holder, c.Unreachable = core.Active, "Grace", "The customer has blocked the bot."
		},
		"snoozed until a time": func(c *core.Card) {
			c.State, c.Holder, c.WaitingSince, c.SnoozedAt, c.SnoozedUntil = core.Active, "Grace", 0, 1, core.At(testNow)
		},
		"snoozed until they write": func(c *core.Card) {
			c.State, c.Holder, c.WaitingSince, c.SnoozedAt = core.Active, "Grace", 0, 1
		},
		"back from a snooze": func(c *core.Card) { c.State, c.Holder, c.Woken = core.Active, "Grace", core.WokenByCustomer },
		"ended by the agent": func(c *core.Card) {
			c.State, c.Outcome, c.Holder, c.EndedAt = core.Over, core.CompletedByOperator, "Grace", core.At(testNow)
		},
		"urgent, with tags": func(c *core.Card) { c.Priority, c.Tags = core.Urgent, "big order\nvip" },
		"held, and idle for too long, with a mark that is not known here": func(c *core.Card) {
			c.State, c.Holder, c.Marks = core.Active, "Grace", "idle_warning\nidle_critical\nout_of_cheese"
		},
		"waiting for too long": func(c *core.Card) { c.Marks = "waiting_maximum\nduration_warning" },
		"ended with a mark": func(c *core.Card) {
			c.State, c.Outcome, c.EndedAt, c.Marks = core.Over, core.Expired, core.At(testNow), "duration_critical"
		},
		"moved":                          func(c *core.Card) { c.Moved, c.Team = core.MovedDepartment, "Sales" },
		"its language":                   func(c *core.Card) { c.Moved, c.Language = core.MovedLanguage, "pt-BR" },
		"its language, which is unknown": func(c *core.Card) { c.Moved = core.MovedLanguage },
		"speaks":                         func(c *core.Card) { c.Language = "pt-BR" },
		"its priority":                   func(c *core.Card) { c.Moved, c.Priority = core.MovedPriority, core.Urgent },
		"ended as unanswered": func(c *core.Card) {
			c.State, c.Outcome, c.EndedAt = core.Over, core.NotAnswered, core.At(testNow)
		},
		"blocked until a time": func(c *core.Card) {
			c.State, c.Outcome, c.EndedAt, c.Holder = core.Over, core.EndedByBlock, core.At(testNow), "Grace"
			c.Blocked = core.Blocked{Since: 1, Until: core.At(testNow).Add(24 * time.Hour), Name: "<!channel> Grace"}
		},
		"blocked for good": func(c *core.Card) {
			c.State, c.Outcome, c.EndedAt, c.Blocked = core.Over, core.CompletedByCustomer, core.At(testNow), core.Blocked{Since: 1, Name: "Grace"}
		},
		"with records": func(c *core.Card) {
			c.State, c.Holder, c.Types, c.Made = core.Active, "Grace", 2, 9
			c.Records = []core.RecordMark{
				{ID: 4, Type: "Complaint", Title: "Lamp", State: core.RecordKept, Reason: "It is there, but not linked with the customer's account. HubSpot has no such contact any more."},
				{ID: 3, Type: "Complaint", Title: "<!channel> *Broken* lamp", State: core.RecordKept, Address: "https://crm.example.test/5"},
				{ID: 2, Type: "Complaint", Title: "Lamp", State: core.RecordOwed, Reason: "HubSpot cannot be reached."},
				{ID: 1, Type: "Lead", Title: "Lamp", State: core.RecordParked, Reason: "The e-mail address is not known there.", Address: "javascript:alert(1)"},
			}
		},
		"ended, and something may still be created": func(c *core.Card) {
			c.State, c.Outcome, c.EndedAt, c.Types = core.Over, core.CompletedByOperator, core.At(testNow), 1
		},
		"moved, with records": func(c *core.Card) {
			c.Moved, c.Team, c.Types, c.Made = core.MovedDepartment, "Sales", 1, 1
			c.Records = []core.RecordMark{{ID: 1, Type: "Lead", Title: "Lamp", State: core.RecordKept}}
		},
		"rated good": func(c *core.Card) { c.State, c.Holder, c.Rating = core.Active, "Grace", core.Good },
		"ended, rated not good, with a comment": func(c *core.Card) {
			c.State, c.Outcome, c.EndedAt, c.Rating, c.Comment = core.Over, core.CompletedByCustomer, core.At(testNow), core.Bad, "<!channel> *too* slow\n"+strings.Repeat("x", 400)
		},
		"moved, and rated": func(c *core.Card) { c.Moved, c.Team, c.Rating = core.MovedDepartment, "Sales", core.Good },
		"ended by the customer": func(c *core.Card) {
			c.State, c.Outcome, c.EndedAt = core.Over, core.CompletedByCustomer, core.At(testNow)
		},
	} {
		c := testCard()
		change(&c)
		p := cardPost(c, "https://desk.example.test/")
		blocks, err := json.Marshal(p.blocks)
		if err != nil {
			t.Fatal(err)
		}
		got[name] = shown{p.text, blocks}
	}
	var text strings.Builder
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(got); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(goldenCards, []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(goldenCards)
	if err != nil {
		t.Fatal(err)
	}
	if text.String() != string(want) {
		t.Errorf("the cards are not those of %s; if they should be others now: go test ./channels/slack -run TestCards -update", goldenCards)
	}
}

func TestNamesAreClipped(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, customer, want string }{
		{"nobody", "", "Customer"}, {"a name of blanks", " \t ", "Customer"}, {"a name over lines", "Ada\nLovelace", "Ada Lovelace"},
		{"a long name", strings.Repeat("é", 70), strings.Repeat("é", 59) + "…"},
	} {
		if got := customerOf(core.Card{Customer: c.customer}); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestSizesAreReadable(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{1: "1 byte", 999: "999 bytes", 1500: "2 kB", 2_345_678: "2.3 MB"} {
		if got := size(n); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
