package slack

import (
	"strings"
	"testing"
	"time"

	"parley/core"
)

func TestWordsThatNoButtonSaysS6(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		says string
		want string // what came to the desk, "" for nothing
		told string // a part of what Anna is told privately, "" for nothing
	}{
		"a word transfers by name":               {says: "!transfer customer care", want: "transfer 1"},
		"a word transfers by a whole name":       {says: "!transfer Sales", want: "transfer 2"},
		"a word with a department there is not":  {says: "!transfer legal", told: "no department"},
		"a word without the department it needs": {says: "!transfer", told: "no department"},
		"a word closes as unanswered":            {says: "!unanswered", want: "unanswered"},
		"a word sets the priority":               {says: "!priority Urgent", want: "prioritise urgent"},
		"a priority that there is not":           {says: "!priority asap", told: "The priority must be low"},
		"a word says what the customer speaks":   {says: "!language pt-BR", want: "language pt-BR"},
		"a language without its word":            {says: "!language", told: "The language is missing"},
		"a word tags":                            {says: "!tag Refund #vip", want: "tag [refund vip] []"},
		"tags of more than a word have commas":   {says: "!tag big order, vip,", want: "tag [big order vip] []"},
		"a word takes tags off":                  {says: "!untag vip", want: "tag [] [vip]"},
		"a word blocks for the rest of the day":  {says: "!block", want: "block day"},
		"a word blocks for a time":               {says: "!block Forever", want: "block forever"},
		"a time that there is not":               {says: "!block 3 weeks", told: "The time of a block must be day, 24h, 7d or forever"},
		"a word lets in again":                   {says: "!unblock", want: "unblock"},
		"a word snoozes until they write":        {says: "!snooze", want: "snooze "},
		"a word snoozes for a time":              {says: "!snooze 2H", want: "snooze " + core.At(testNow).Add(2*time.Hour).String()},
		"a word wakes":                           {says: "!unsnooze", want: "unsnooze"},
		"a snooze for no time":                   {says: "!snooze 0m", told: "write for how long"},
		"a snooze in weeks":                      {says: "!snooze 2w", told: "write for how long"},
		"a snooze for ages":                      {says: "!snooze 99999999999999999999d", told: "write for how long"},
		"a word that has too much after it":      {says: "!unblock now", told: "does not know this word"},
		"a word without the tags it needs":       {says: "!tag", told: "write the tags"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newConsole(t, ModeEvents)
			c.tell(spoke(1, "UANNA", test.says))
			if got := strings.Join(c.desk.told(), "; "); got != test.want {
				t.Errorf("the desk: got %q, want %q", got, test.want)
			}
			private := strings.Join(c.private(), "\n")
			if test.told == "" && private != "" || !strings.Contains(private, test.told) {
				t.Errorf("told privately: got %q, want %q in it", private, test.told)
			}
		})
	}
}
