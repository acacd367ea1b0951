package channeltest

import (
	"strings"
	"unicode/utf8"

	"parley/core"
)

// 16
func texts(h *house) {
	h.start()
	h.meet(1)
	want := []string{"hello"}
	for _, text := range []string{
		strings.Repeat("😀", 4096),
		"\u200fשלום\u200f, \u202bעולם\u202c, مَرْحَبًا",
		"👩‍👩‍👧‍👦 👩🏽‍🚀",
		"🇩🇪🇫🇷 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
		"e\u0301 Z\u0351\u036b\u0343 नमस्ते",
		"two\nlines\tand a tab",
	} {
		h.say(1, text)
		want = append(want, text)
	}
	for _, s := range []struct{ literal, want string }{
		{`"a\u0000b\u0007c\u001bd"`, "abcd"},
		{`"x\ud83dy"`, "x\uFFFDy"},
		{`"x\ude00"`, "x\uFFFD"},
	} {
		h.Do(1, Act{Verb: Say, Literal: s.literal})
		want = append(want, s.want)
	}
	for _, nothing := range []string{"", "   ", "\u2003\n\t "} {
		h.say(1, nothing) // however that is understood, it is no message without words
	}
	huge := strings.Repeat("0123456789abcd ", 1<<16)
	h.say(1, huge)
	h.say(1, "end")
	h.taken()
	got := h.heard(1)
	if len(got) != len(want)+2 {
		h.Fatalf("heard: got %s, want %s and two more", brief(got), brief(want))
	}
	for i, w := range want {
		if got[i] != w {
			h.Errorf("text %d: got %q, want %q", i, clip(got[i]), clip(w))
		}
	}
	begin := strings.TrimSuffix(got[len(want)], "…")
	if len(got[len(want)]) > core.MaxText || !utf8.ValidString(begin) || len(begin) < core.MaxText/2 || !strings.HasPrefix(huge, begin) {
		h.Errorf("text of 1 MB: got %d bytes, want its beginning", len(begin))
	}
	if last := got[len(got)-1]; last != "end" {
		h.Errorf("the last: got %q, want %q", clip(last), "end")
	}
}

// 17: the text has 18 code points, and 19 units.
func marks(h *house) {
	h.start()
	h.meet(1)
	const text = "a😀 bold italic end"
	all := func(marks ...core.Entity) []core.Entity { return marks }
	mark := func(kind core.EntityKind, offset, length int) core.Entity {
		return core.Entity{Kind: kind, Offset: offset, Length: length}
	}
	for _, c := range []struct {
		name       string
		marks      []core.Entity
		on         map[core.EntityKind]string // what is marked in the end, by kind
		overlapped bool
	}{
		{"nested", all(mark(core.Bold, 4, 11), mark(core.Italic, 9, 6)), map[core.EntityKind]string{core.Bold: "bold italic", core.Italic: "italic"}, false},
		{"overlapping", all(mark(core.Bold, 4, 8), mark(core.Italic, 9, 6)), map[core.EntityKind]string{core.Bold: "bold ita", core.Italic: "italic"}, true},
		{"beyond the end", all(mark(core.Code, 16, 1000), mark(core.Bold, 400, 2)), map[core.EntityKind]string{core.Code: "end"}, false},
		{"in the middle of a surrogate pair", all(mark(core.Strike, 2, 1)), map[core.EntityKind]string{core.Strike: "😀"}, false},
		{"backwards", all(mark(core.Bold, -3, 2), mark(core.Bold, 4, -1)), map[core.EntityKind]string{}, false},
	} {
		h.Do(1, Act{Verb: Say, Text: text, Marks: c.marks})
		h.taken()
		messages := h.messages(1)
		m := messages[len(messages)-1]
		x, err := core.ParseExtra(m.Data)
		if err != nil || m.Text != text {
			h.Errorf("%s: got %q, %v, want %q", c.name, m.Text, err, text)
			continue
		}
		if err := core.CheckEntities("entities", m.Text, x.Entities); err != nil {
			h.Errorf("%s: marks: %v", c.name, err)
			continue
		}
		got := map[core.EntityKind]string{}
		for _, e := range x.Entities {
			got[e.Kind] += string([]rune(m.Text)[e.Offset : e.Offset+e.Length])
		}
		if len(got) != len(c.on) {
			h.Errorf("%s: got %q, want %q", c.name, got, c.on)
		}
		for kind, want := range c.on {
			if got[kind] != want {
				h.Errorf("%s: %s: got %q, want %q", c.name, kind, got[kind], want)
			}
		}
	}
	h.say(1, "end")
	h.taken()
	if got := h.heard(1); got[len(got)-1] != "end" {
		h.Errorf("the last: got %q, want %q", got[len(got)-1], "end")
	}
}

// 26
func literal(h *house) {
	n := h.start()
	h.meet(1)
	want := []string{
		"<b>&amp;*_~|\\``", "<!channel> <!here>", "<@U1> <#C1|general>", "@everyone @here", "```\nfence\n```", "# no heading", "*not* _at_ ~all~ `code`",
		"[no](https://link.test)", "<script>alert(1)</script>", "> no quote", "&lt;&gt;&#60;", "%s %d %00", `{"text":"no"}`, "a \\ b \\n", "-- ; DROP TABLE", ":smile:", "1. no list\n- none",
		"/no command",
	}
	for _, text := range want {
		h.becomes(n.reply(h.account, 1, text), core.Sent)
	}
	h.expectShown(1, want...)
	for _, s := range h.ours(1) {
		if s.Pinged || len(s.Entities) > 0 {
			h.Errorf("%q: got pinged %v and marks %v, want none", s.Text, s.Pinged, s.Entities)
		}
	}
}

// painted gives each character that is no white space with the marks on it.
func painted(text string, marks []core.Entity) []string {
	var all []string
	for i, r := range []rune(text) {
		if strings.TrimSpace(string(r)) == "" {
			continue
		}
		on := string(r)
		for _, kind := range core.EntityKinds {
			for _, e := range marks {
				if e.Kind == kind && e.Offset <= i && i < e.Offset+e.Length {
					on += " " + string(kind) + e.URL
				}
			}
		}
		all = append(all, on)
	}
	return all
}

// 25
func long(h *house) {
	n := h.start()
	h.meet(1)
	var text strings.Builder
	for i := 0; text.Len() < h.size(10_000)-40; i++ {
		text.WriteString([]string{"Ein Satz mit Wörtern. ", "Noch einer, länger, mit 😀 und 🇩🇪! ", "Und\neine Zeile. "}[i%3])
	}
	text.WriteString("the link and the end.")
	length := utf8.RuneCountInString(text.String())
	var marks []core.Entity
	if h.asks("25/marks") {
		marks = []core.Entity{{Kind: core.Bold, Offset: 100, Length: 900}, {Kind: core.Italic, Offset: 500, Length: 100},
			{Kind: core.Link, Offset: length - 17, Length: 4, URL: "https://shop.test/a"}}
	}
	id := n.reply(h.account, 1, text.String(), marks...)
	next := n.reply(h.account, 1, "next")
	h.becomes(next, core.Sent)
	h.reads(id, 1, text.String(), marks)
	if all := h.shown(1); len(all) < 2 || all[len(all)-1] != "next" {
		h.Errorf("the last on the screen: got %s, want what was said next", brief(all))
	}
	if h.asks("25/edit") {
		for _, edited := range []string{strings.Repeat("shorter ", 60), strings.Repeat("longer again ", 90)} {
			n.do(core.Edit{Session: h.session(1).ID, Message: id, Text: edited})
			h.settled()
			if got := h.message(id); got.Reason != "" {
				h.Errorf("after the edit: got reason %q", got.Reason)
			}
			h.reads(id, 1, edited, nil)
		}
	}
	if h.asks("25/delete") {
		n.do(core.Delete{Session: h.session(1).ID, Message: id})
		h.settled()
		h.expectShown(1, "next")
	}
}

// reads says whether a customer's screen has a text, whole and in order, beside the answer "next".
func (a *account) reads(id core.EventID, customer int, text string, marks []core.Entity) {
	a.Helper()
	if m := a.message(id); m.State != core.Sent {
		a.Errorf("state: got %s (%s), want %s", m.State, m.Reason, core.Sent)
	}
	var got []string
	for _, s := range a.ours(customer) {
		if s.Text == "next" {
			continue
		}
		if n := measure(s.Text, a.about.Can.Unit); a.about.Can.MaxText > 0 && n > a.about.Can.MaxText {
			a.Errorf("a part: got %d units, want at most %d", n, a.about.Can.MaxText)
		}
		got = append(got, painted(s.Text, s.Entities)...)
	}
	want := painted(text, marks)
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			a.Errorf("character %d of %d: got %q, want %q", i, len(want), got[i], want[i])
			return
		}
	}
	if len(got) != len(want) {
		a.Errorf("characters on the screen: got %d, want %d", len(got), len(want))
	}
}

func measure(s string, unit core.TextUnit) int {
	switch unit {
	case core.UnitRune:
		return utf8.RuneCountInString(s)
	case core.UnitUTF16:
		n := 0
		for _, r := range s {
			n++
			if r > 0xffff {
				n++
			}
		}
		return n
	}
	return len(s)
}
