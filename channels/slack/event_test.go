package slack

import (
	"encoding/json"
	"os"
	"testing"
)

// doingText is a doing as testdata/receive.json writes it down.
type doingText struct {
	Kind   kind   `json:"kind"`
	Room   string `json:"room"`
	Thread string `json:"thread"`
	TS     string `json:"ts"`
	At     string `json:"at"`
	Edit   string `json:"edit"`
	Team   string `json:"team"`
	User   string `json:"user"`
	Text   string `json:"text"`
	Mark   string `json:"mark"`
	Blocks int    `json:"blocks"`
	Files  bool   `json:"files"`
}

// TestEventsAreRead goes through payloads as Slack documents them: https://docs.slack.dev/reference/events
func TestEventsAreRead(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/receive.json")
	if err != nil {
		t.Fatal(err)
	}
	var tests []struct {
		Name  string          `json:"name"`
		Event json.RawMessage `json:"event"`
		Doing doingText       `json:"doing"`
	}
	if err := json.Unmarshal(b, &tests); err != nil {
		t.Fatal(err)
	}
	settings := Settings{Team: "T1", App: "A1", Bot: "UBOT"}
	for _, test := range tests {
		t.Run(test.Name, func(t *testing.T) {
			t.Parallel()
			body, err := json.Marshal(envelope{Type: "event_callback", Team: "T1", Event: test.Event})
			if err != nil {
				t.Fatal(err)
			}
			d, err := receive(settings, body)
			if err != nil {
				t.Fatalf("got %v, want no error", err)
			}
			got := doingText{d.kind, d.room, d.thread, d.ts, d.at, d.edit, d.team, d.user, d.msg.Text, d.mark, len(d.msg.Blocks.BlockSet), len(d.attached) > 0}
			if got != test.Doing {
				t.Errorf("got %+v, want %+v", got, test.Doing)
			}
		})
	}
}

func TestEnvelopesThatAreNotOurs(t *testing.T) {
	t.Parallel()
	settings := Settings{Team: "T1", Bot: "UBOT"}
	const event = `{"type":"message","user":"U1","text":"x","channel":"C0ROOM","ts":"2.0","thread_ts":"1.0"}`
	for name, test := range map[string]struct {
		body string
		kind kind
		bad  bool
	}{
		"ours":                    {body: `{"type":"event_callback","team_id":"T1","event":` + event + `}`, kind: didSay},
		"one that names no team":  {body: `{"type":"event_callback","event":` + event + `}`, kind: didSay},
		"another team's":          {body: `{"type":"event_callback","team_id":"T2","event":` + event + `}`},
		"one that is limited":     {body: `{"type":"app_rate_limited","team_id":"T1"}`},
		"one without an event":    {body: `{"type":"event_callback","team_id":"T1"}`, bad: true},
		"one that is no object":   {body: `[]`, bad: true},
		"one that breaks off":     {body: `{"type":`, bad: true},
		"one whose event is text": {body: `{"type":"event_callback","event":"x"}`, bad: true},
		"one with lone halves":    {body: `{"type":"event_callback","event":{"type":"message","user":"U1","text":"\ud800","channel":"C0ROOM","ts":"2.0","thread_ts":"1.0"}}`, kind: didSay},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := receive(settings, []byte(test.body))
			if d.kind != test.kind || (err != nil) != test.bad {
				t.Errorf("got %q and %v, want %q", d.kind, err, test.kind)
			}
		})
	}
}

func TestWordsAndNotes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		note   string
		isNote bool
		word   string
		rest   string
	}{
		"// a ":            {"a", true, "", ""},
		"//":               {"", true, "", ""},
		"\u200b\n //a":     {"a", true, "", ""},
		"/ /a":             {},
		"https://x.test":   {},
		"!take":            {word: "take"},
		"!assign\tAnna B ": {word: "assign", rest: "Anna B"},
		"!take\nnow":       {word: "take", rest: "now"},
		"!take.":           {word: "take."},
		"!Take":            {word: "take"},
		"!!":               {},
		"!":                {},
		"! take":           {},
	} {
		note, isNote := noteOf(text)
		word, rest := wordOfText(text)
		if !isNote {
			note = ""
		}
		if note != want.note || isNote != want.isNote || word != want.word || rest != want.rest {
			t.Errorf("%q: got note %q %v, word %q %q; want %+v", text, note, isNote, word, rest, want)
		}
	}
}
