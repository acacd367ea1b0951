package telegram

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"parley/core"
)

// golden is a row of testdata/receive.json: an update, and what becomes of it. Without any of inbound, aside and notice that is nothing.
type golden struct {
	Name    string          `json:"name"`
	Update  json.RawMessage `json:"update"`
	Raw     string          `json:"raw"` // the update, where JSON must not be changed
	Inbound *struct {
		Verb         core.InboundVerb `json:"verb"`
		Dedupe       string           `json:"dedupe"` // HASH stands for 12 digits
		At           string           `json:"at"`
		Identity     core.RemoteID    `json:"identity"`
		Name         string           `json:"name"`
		Language     string           `json:"language"`
		Conversation core.RemoteID    `json:"conversation"`
		Text         string           `json:"text"`
		Entities     []core.Entity    `json:"entities"`
		Media        []core.Media     `json:"media"`
		Remote       core.RemoteID    `json:"remote"`
		ReplyTo      core.RemoteID    `json:"reply_to"`
		Target       core.RemoteID    `json:"target"`
		Emoji        string           `json:"emoji"`
		Reason       string           `json:"reason"`
	} `json:"inbound"`
	Aside  bool `json:"aside"` // kept aside as unknown
	Notice bool `json:"notice"`
}

var hashed = regexp.MustCompile(`-[0-9a-f]{12}$`)

func TestReceiveGolden(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/receive.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []golden
	if err := json.Unmarshal(b, &rows); err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		t.Run(row.Name, func(t *testing.T) {
			t.Parallel()
			raw := cmp.Or(row.Raw, string(row.Update))
			u, err := parse([]byte(raw))
			if err != nil {
				t.Fatal(err)
			}
			h := receive(testChannel(polls), u)
			if got := h.notice != ""; got != row.Notice {
				t.Errorf("notice: got %q, want one: %v", h.notice, row.Notice)
			}
			switch {
			case row.Inbound != nil:
				row.check(t, h.Inbound)
			case row.Aside:
				if h.Verb != core.InboundUnknown || h.Reason == "" || h.Raw != raw || !hashed.MatchString(h.Dedupe) {
					t.Errorf("got %+v, want it kept aside, with a reason and all that came", h.Inbound)
				}
			case h.Verb != "":
				t.Errorf("got %+v, want nothing", h.Inbound)
			}
			if h.Verb != "" && h.Check() != nil {
				t.Errorf("Check: got %v, want nil", h.Check())
			}
		})
	}
}

func (row golden) check(t *testing.T, got core.Inbound) {
	t.Helper()
	in := row.Inbound
	want := core.Inbound{
		Channel: 7, Department: 3, Verb: in.Verb, Dedupe: in.Dedupe, At: got.At, Identity: in.Identity, Profile: core.Profile{Name: in.Name, Language: in.Language},
		Conversation: in.Conversation, Content: core.Content{Text: in.Text, Entities: in.Entities, Media: in.Media}, Remote: in.Remote,
		ReplyTo: in.ReplyTo, Target: in.Target, Emoji: in.Emoji, Reason: in.Reason,
	}
	if got.At.String() != in.At {
		t.Errorf("at: got %s, want %s", got.At, in.At)
	}
	if strings.HasSuffix(want.Dedupe, "-HASH") {
		got.Dedupe = hashed.ReplaceAllString(got.Dedupe, "-HASH")
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("inbound:\ngot  %+v\nwant %+v", got, want)
	}
}

func heardOf(t *testing.T, raw string) core.Inbound {
	t.Helper()
	u, err := parse([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	return receive(testChannel(polls), u).Inbound
}

// TestDedupe: the same again is the same, and something else that happens to the same message in the same second is not.
func TestDedupe(t *testing.T) {
	t.Parallel()
	edit := `{"update_id":%d,"edited_message":{"message_id":5,"date":1,"edit_date":2,"text":%q,"chat":{"id":42,"type":"private"},"from":{"id":42}}}`
	react := `{"update_id":%d,"message_reaction":{"chat":{"id":42,"type":"private"},"message_id":5,"user":{"id":42},"date":2,"new_reaction":[{"type":"emoji","emoji":%q}]}}`
	member := `{"update_id":%d,"my_chat_member":{"chat":{"id":42,"type":"private"},"from":{"id":42},"date":2,"new_chat_member":{"status":%q}}}`
	other := `{"update_id":%d,"hologram":%q}`
	for _, c := range []struct {
		name, form, one, two string
		number               bool // counts
	}{
		{"edits", edit, "a", "b", false},
		{"reactions", react, "👍", "❤", false},
		{"blocking", member, "kicked", "member", false},
		{"unknown", other, "a", "b", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			first := heardOf(t, fmt.Sprintf(c.form, 1, c.one)).Dedupe
			if again := heardOf(t, fmt.Sprintf(c.form, 1, c.one)).Dedupe; again != first {
				t.Errorf("the same again: got %q, want %q", again, first)
			}
			if renumbered := heardOf(t, fmt.Sprintf(c.form, 9, c.one)).Dedupe; (renumbered != first) != c.number {
				t.Errorf("under another number: got %q and %q", renumbered, first)
			}
			if another := heardOf(t, fmt.Sprintf(c.form, 1, c.two)).Dedupe; another == first {
				t.Errorf("another: got %q for both", another)
			}
		})
	}
}

func TestAsideIsBounded(t *testing.T) {
	t.Parallel()
	in := heardOf(t, `{"update_id":1,"hologram":"`+strings.Repeat("ä", core.MaxRaw)+`"}`)
	if len(in.Raw) > core.MaxRaw || len(in.Raw) < core.MaxRaw-1 || !utf8.ValidString(in.Raw) || in.Check() != nil {
		t.Errorf("got %d bytes and %v, want %d, and no half of a character", len(in.Raw), in.Check(), core.MaxRaw)
	}
}

func FuzzUpdate(f *testing.F) {
	b, err := os.ReadFile("testdata/receive.json")
	if err != nil {
		f.Fatal(err)
	}
	var rows []golden
	if err := json.Unmarshal(b, &rows); err != nil {
		f.Fatal(err)
	}
	for _, row := range rows {
		f.Add([]byte(cmp.Or(row.Raw, string(row.Update))))
	}
	f.Add([]byte(`{"update_id":1,"message":{"message_id":1e3,"date":1e99}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		u, err := parse(b)
		if err != nil {
			return
		}
		h := receive(testChannel(polls), u)
		if h.Verb == "" {
			return
		}
		if h.Channel != 7 || h.Department != 3 {
			t.Errorf("%q: got channel %d and department %d", b, h.Channel, h.Department)
		}
		if err := h.Check(); err != nil {
			t.Errorf("%q: got %+v: %v", b, h.Inbound, err)
		}
		aside := h.aside("why")
		if err := aside.Check(); err != nil || aside.Dedupe == h.Dedupe && h.Verb != core.InboundUnknown {
			t.Errorf("%q kept aside: got %+v: %v", b, aside, err)
		}
	})
}
