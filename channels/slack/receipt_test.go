package slack

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"parley/core"
)

func TestAReceiptS12(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		word string // Slack's, "" for none
		want core.Kind
	}{
		"is put":                          {},
		"is there already":                {word: "already_reacted"},
		"has nothing to stand on":         {word: "message_not_found"},
		"lacks a permission: given up":    {"missing_scope", core.Invalid},
		"comes too often: later":          {"ratelimited", core.Throttled},
		"is refused for a while: later":   {"internal_error", core.Uncertain},
		"is refused for good: given up":   {"bad_timestamp", core.Invalid},
		"is refused with the token: held": {"token_revoked", core.Unauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			a := speaker(f)
			if test.word != "" {
				f.refuse("reactions.add", test.word)
			}
			_, err := a.Deliver(t.Context(), said(core.OutMark, "", "Hello", remote(testRoom, "1.5"), remote(testRoom, "1.6")))
			if core.KindOf(err) != test.want {
				t.Errorf("got %v, want %q", err, test.want)
			}
			got := f.one(t, "reactions.add").Form
			if got.Get("name") != "white_check_mark" || got.Get("channel") != testRoom || got.Get("timestamp") != "1.5" {
				t.Errorf("got %v", got)
			}
		})
	}
}

// What was said in a thread that is lost has a copy in the next one: both are marked.
func TestAReceiptOnEachS12S14(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	deliver(t, speaker(f), said(core.OutMark, "", "Hello", remote(testRoom, "1.5"), remote(testRoom, "1.6")))
	var got []string
	for _, c := range f.made("reactions.add") {
		got = append(got, c.Form.Get("timestamp"))
	}
	if !slices.Equal(got, []string{"1.5", "1.6"}) {
		t.Errorf("got signs on %q, want one on each", got)
	}
}

func TestATellingThatIsNoLongerTrueS12(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	a := speaker(f)
	root := opened(t, a)
	var lines []core.RemoteID
	for range 3 {
		tell := said(core.OutTell, root, "Hello")
		tell.ID += strings.Repeat("x", len(lines))
		tell.State, tell.Reason = core.Failed, "It says so."
		lines = append(lines, deliver(t, a, tell)...)
	}
	if len(lines) != 3 {
		t.Fatalf("got %q, want the lines named", lines)
	}
	_, second, _ := strings.Cut(string(lines[1]), "/")
	f.drop(second)
	arrived := said(core.OutTell, root, "Hello <b>", lines...)
	arrived.State = core.Sent
	for step := range 3 {
		r, err := a.Deliver(t.Context(), arrived)
		if err != nil || r.Gone != lines[step] || r.More != (step < 2) {
			t.Fatalf("step %d: got %+v, %v", step, r, err)
		}
		arrived.Parts = arrived.Parts[1:]
	}
	var got []string
	for _, m := range f.in(testRoom, root) {
		got = append(got, m["text"].(string))
		if text := describe(m["blocks"]); strings.Contains(text, "actions") || !strings.Contains(text, "Hello <b>") {
			t.Errorf("got %s, want what was said, and no button", text)
		}
	}
	if want := []string{"Delivered after all.", "Delivered after all."}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func describe(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(string(b))
}
