package core

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

// refused looks whether err is nil, or Invalid with a field.
func refused(t *testing.T, name string, err error, field string) {
	t.Helper()
	var e *Error
	switch {
	case field == "" && err != nil:
		t.Errorf("%s: got %v, want none", name, err)
	case field != "" && (!errors.As(err, &e) || e.Kind != Invalid || e.Field != field):
		t.Errorf("%s: got %v, want invalid %s", name, err, field)
	}
}

func TestContents(t *testing.T) {
	t.Parallel()
	photo := Media{Kind: "photo", Name: "a.jpg", Type: "image/jpeg", Size: 5, Remote: "x"}
	bold := []Entity{{Kind: Bold, Length: 1}}
	for name, c := range map[string]struct {
		content Content
		field   string
	}{
		"a text":                           {Content{Text: "a"}, ""},
		"a text with a mark":               {Content{Text: "a", Entities: bold}, ""},
		"a photo":                          {Content{Media: []Media{photo}}, ""},
		"a photo with a text":              {Content{Text: "a", Entities: bold, Media: []Media{photo}}, ""},
		"twenty photos":                    {Content{Media: make([]Media, MaxMedia)}, ""},
		"nothing":                          {Content{}, "text"},
		"blank":                            {Content{Text: " \n"}, "text"},
		"a photo with a blank text":        {Content{Text: " ", Media: []Media{photo}}, "text"},
		"a mark on no text":                {Content{Media: []Media{photo}, Entities: bold}, "entities"},
		"a mark past the text":             {Content{Text: "a", Entities: []Entity{{Kind: Bold, Offset: 1, Length: 1}}}, "entities"},
		"too many photos":                  {Content{Media: make([]Media, MaxMedia+1)}, "media"},
		"a photo with a long name":         {Content{Media: []Media{{Name: strings.Repeat("a", MaxName+1)}}}, "media"},
		"a photo with a NUL in its name":   {Content{Media: []Media{{Name: "a\x00"}}}, "media"},
		"a photo with an invalid type":     {Content{Media: []Media{{Type: "\xff"}}}, "media"},
		"a photo with a remote id of 1025": {Content{Media: []Media{{Remote: RemoteID(strings.Repeat("a", 1025))}}}, "media"},
	} {
		refused(t, name, c.content.Check(), c.field)
	}
	for want, c := range map[string]Content{
		"a b": {Text: " a\nb ", Media: []Media{photo}}, "[photo] a.jpg": {Media: []Media{photo, {Kind: "file"}}}, "[voice]": {Media: []Media{{Kind: "voice"}}}, "": {},
	} {
		if got := c.Preview(); got != want {
			t.Errorf("got the preview %q, want %q", got, want)
		}
	}
}

func TestEntities(t *testing.T) {
	t.Parallel()
	const family = "👨‍👩‍👧é" // five code points and one
	const most = int(^uint(0) >> 1)
	link := func(url string) []Entity { return []Entity{{Kind: Link, Length: 1, URL: url}} }
	for name, c := range map[string]struct {
		all []Entity
		ok  bool
	}{
		"none":                           {nil, true},
		"all kinds":                      {[]Entity{{Kind: Bold, Length: 6}, {Kind: Italic, Length: 1}, {Kind: Underline, Offset: 5, Length: 1}, {Kind: Strike, Length: 1}, {Kind: Spoiler, Length: 1}, {Kind: Code, Length: 1}, {Kind: Pre, Length: 1, Language: "go"}, {Kind: Quote, Length: 1}}, true},
		"as many as may be":              {slicesOf(Entity{Kind: Bold, Length: 1}, MaxEntities), true},
		"one more":                       {slicesOf(Entity{Kind: Bold, Length: 1}, MaxEntities+1), false},
		"overlapping":                    {[]Entity{{Kind: Bold, Length: 3}, {Kind: Italic, Offset: 2, Length: 3}}, true},
		"an unknown kind":                {[]Entity{{Kind: "blink", Length: 1}}, false},
		"no kind":                        {[]Entity{{Length: 1}}, false},
		"no length":                      {[]Entity{{Kind: Bold}}, false},
		"before the text":                {[]Entity{{Kind: Bold, Offset: -1, Length: 2}}, false},
		"a negative length":              {[]Entity{{Kind: Bold, Offset: 3, Length: -1}}, false},
		"one too long":                   {[]Entity{{Kind: Bold, Length: 7}}, false},
		"so long that it overflows":      {[]Entity{{Kind: Bold, Offset: 1, Length: most}}, false},
		"so far that it overflows":       {[]Entity{{Kind: Bold, Offset: most, Length: most}}, false},
		"https":                          {link("https://example.test/a?b=c#d"), true},
		"HTTP":                           {link("HTTP://example.test"), true},
		"mail":                           {link("mailto:a@example.test"), true},
		"a telephone":                    {link("tel:+491"), true},
		"javascript":                     {link("javascript:alert(1)"), false},
		"javascript behind a space":      {link(" javascript:alert(1)"), false},
		"javascript behind a tab":        {link("java\tscript:alert(1)"), false},
		"data":                           {link("data:text/html,x"), false},
		"a scheme alone":                 {link("https://"), false},
		"a path":                         {link("/a"), false},
		"with a space":                   {link("https://a b"), false},
		"with a line end":                {link("https://a\n"), false},
		"with an invalid character":      {link("https://a\xff"), false},
		"too long":                       {link("https://" + strings.Repeat("a", 2048)), false},
		"a link without address":         {link(""), false},
		"an address without link":        {[]Entity{{Kind: Bold, Length: 1, URL: "https://example.test"}}, false},
		"a language that is much longer": {[]Entity{{Kind: Pre, Length: 1, Language: strings.Repeat("a", 41)}}, false},
	} {
		field := "entities"
		if c.ok {
			field = ""
		}
		refused(t, name, CheckEntities("entities", family, c.all), field)
	}
}

func slicesOf[V any](v V, n int) []V {
	all := make([]V, n)
	for i := range all {
		all[i] = v
	}
	return all
}

func TestEmojis(t *testing.T) {
	t.Parallel()
	for s, ok := range map[string]bool{
		"": true, "👍": true, "👍🏽": true, "❤️": true, "❤": true, "1️⃣": true, "#️⃣": true, "*⃣": true, "🇩🇪": true, "🏴󠁧󠁢󠁥󠁮󠁧󠁿": true, "👨‍👩‍👧‍👦": true, "🏳️‍🌈": true, "ℹ️": true,
		"‼️": true, "〰️": true, "™️": true, "↔️": true, "🅰️": true, "㊗️": true, "⌨️": true, "👍👍": true,
		"a": false, "1": false, "12": false, " ": false, "  ": false, "👍 ": false, "👍a": false, "<b>": false, ":+1:": false, "é": false, "я": false, "日": false,
		"\u00a0": false, "\u2003": false, "\u200d": false, "\ufe0f": false, "\u202e": false, "٣": false, "👍\n": false, "👍\x00": false, "\u0085": false, "👍\xff": false,
		strings.Repeat("👍", 8): true, strings.Repeat("👍", 9): false,
	} {
		field := "emoji"
		if ok {
			field = ""
		}
		refused(t, s, CheckEmoji("emoji", s), field)
	}
}

func TestAnExtraSurvivesItsWriting(t *testing.T) {
	t.Parallel()
	full := Extra{
		Entities: []Entity{{Kind: Link, Offset: 1, Length: 2, URL: "https://example.test"}, {Kind: Pre, Length: 9, Language: "go"}},
		Media:    []Media{{Kind: "file", Name: "a", Type: "text/plain", Size: 1 << 40, Remote: "r"}},
		Was:      "<b>\u2028", Reactions: []Reaction{{ByAgent, "👍"}},
	}
	got, err := ParseExtra(full.Data())
	if err != nil || !reflect.DeepEqual(got, full) {
		t.Errorf("got %+v, %v, want %+v", got, err, full)
	}
	if got := (Extra{}).Data(); got != "" {
		t.Errorf("nothing is written as %q", got)
	}
	if got, err := ParseExtra(""); err != nil || !reflect.DeepEqual(got, Extra{}) {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := ParseExtra("{"); err == nil {
		t.Error("half an extra was read")
	}
}

func TestEachSideShowsOneReaction(t *testing.T) {
	t.Parallel()
	var x Extra
	for _, step := range []struct {
		by               ActorKind
		emoji            string
		agents, customer string
	}{
		{ByAgent, "👍", "👍", ""}, {ByCustomer, "❤️", "👍", "❤️"}, {ByAgent, "🎉", "🎉", "❤️"}, {ByCustomer, "", "🎉", ""}, {ByCustomer, "", "🎉", ""}, {ByAgent, "", "", ""},
	} {
		before := x.Data()
		next := x.WithReaction(step.by, step.emoji)
		if x.Data() != before {
			t.Errorf("%+v changed what it was made from", step)
		}
		if x = next; x.Reaction(ByAgent) != step.agents || x.Reaction(ByCustomer) != step.customer {
			t.Errorf("after %+v: got %+v", step, x)
		}
	}
	if x.Data() != "" {
		t.Errorf("left is %q", x.Data())
	}
}
