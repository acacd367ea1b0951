package slack

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/slack-go/slack"
	"pgregory.net/rapid"

	"parley/core"
)

// wire gives rich text as it looks to whoever reads it from Slack.
func wire(t interface{ Fatal(...any) }, elements []slack.RichTextElement) slack.Msg {
	text, err := json.Marshal(slack.Msg{Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewRichTextBlock("b", elements...)}}})
	if err != nil {
		t.Fatal(err)
	}
	var m slack.Msg
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func nobody(string) string { return "" }

func TestMarksBecomeRichText(t *testing.T) {
	t.Parallel()
	mark := func(kind core.EntityKind, offset, length int) core.Entity {
		return core.Entity{Kind: kind, Offset: offset, Length: length}
	}
	for _, c := range []struct {
		name     string
		text     string
		entities []core.Entity
		want     string
	}{
		{"a text", "a <b> &amp; *c*", nil, `[{"type":"rich_text_section","elements":[{"type":"text","text":"a <b> &amp; *c*"}]}]`},
		{"marks within marks, counted in code points", "é🙂 bold it", []core.Entity{mark(core.Bold, 3, 7), mark(core.Italic, 8, 2)},
			`[{"type":"rich_text_section","elements":[{"type":"text","text":"é🙂 "},{"type":"text","text":"bold ","style":{"bold":true}},{"type":"text","text":"it","style":{"bold":true,"italic":true}}]}]`},
		{"marks over marks", "abcd", []core.Entity{mark(core.Bold, 0, 3), mark(core.Strike, 1, 3)},
			`[{"type":"rich_text_section","elements":[{"type":"text","text":"a","style":{"bold":true}},{"type":"text","text":"bc","style":{"bold":true,"strike":true}},{"type":"text","text":"d","style":{"strike":true}}]}]`},
		{"marks that reach outside", "ab", []core.Entity{mark(core.Bold, 1, 9), mark(core.Code, -3, 4), mark(core.Italic, 7, 2)},
			`[{"type":"rich_text_section","elements":[{"type":"text","text":"a","style":{"code":true}},{"type":"text","text":"b","style":{"bold":true}}]}]`},
		{"a quote on its own lines", "a\nq\nb", []core.Entity{mark(core.Quote, 2, 1)},
			`[{"type":"rich_text_section","elements":[{"type":"text","text":"a\n"}]},{"type":"rich_text_quote","elements":[{"type":"text","text":"q"}]},{"type":"rich_text_section","elements":[{"type":"text","text":"b"}]}]`},
		{"a block of code, its line end within", "x()\ny", []core.Entity{{Kind: core.Pre, Offset: 0, Length: 4, Language: "go"}, mark(core.Bold, 0, 1)},
			`[{"type":"rich_text_preformatted","elements":[{"type":"text","text":"x"},{"type":"text","text":"()"}],"border":0,"language":"go"},{"type":"rich_text_section","elements":[{"type":"text","text":"y"}]}]`},
		{"links that Slack takes, and one that it does not", "ab", []core.Entity{{Kind: core.Link, Offset: 0, Length: 1, URL: "https://x.test"}, {Kind: core.Link, Offset: 1, Length: 1, URL: "tel:1"}},
			`[{"type":"rich_text_section","elements":[{"type":"link","url":"https://x.test","text":"a"},{"type":"text","text":"b"}]}]`},
		{"a spoiler is seen", "ab", []core.Entity{mark(core.Spoiler, 0, 1)}, `[{"type":"rich_text_section","elements":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]`},
		{"nothing", "", nil, `null`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := json.Marshal(rich(core.Content{Text: c.text, Entities: c.entities}))
			if err != nil {
				t.Fatal(err)
			}
			var a, b any
			_, _ = json.Unmarshal(got, &a), json.Unmarshal([]byte(c.want), &b)
			if !reflect.DeepEqual(a, b) {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestWhatPeopleWriteIsRead(t *testing.T) {
	t.Parallel()
	names := func(user string) string { return map[string]string{"U1": "Grace"}[user] }
	section := func(elements string) string {
		return `{"blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[` + elements + `]}]}]}`
	}
	for _, c := range []struct {
		name  string
		msg   string
		text  string
		marks []core.Entity
	}{
		{"a text", `{"text":"a &lt;b&gt; &amp;amp; *c*"}`, "a <b> &amp; *c*", nil},
		{"mentions", `{"text":"<@U1> <@U2> <@U2|Joan> <#C1|care> <#C1> <!here> <!channel|channel> <!subteam^S1|@team> <!subteam^S1>"}`,
			"@Grace @someone @Joan #care #channel @here channel @team @group", nil},
		{"addresses that are seen anyway", `{"text":"<https://x.test/a> <http://x.test|x.test> <mailto:a@x.test|a@x.test> <https://x.test/|x.test>"}`,
			"https://x.test/a x.test a@x.test x.test", nil},
		{"a link", `{"text":"see <https://x.test/?a=1&amp;b=2|the &lt;page&gt;>"}`, "see the <page>", []core.Entity{{Kind: core.Link, Offset: 4, Length: 10, URL: "https://x.test/?a=1&b=2"}}},
		{"a date", `{"text":"<!date^1392734382^{date}|Feb 18>"}`, "Feb 18", nil},
		{"what Slack does not write", `{"text":"<b>&amp;*_~| a < b <"}`, "<b>&*_~| a < b <", nil},
		{"rich text goes before the text", `{"text":"x","blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"<b> &amp;"}]}]}]}`, "<b> &amp;", nil},
		{"but not where other blocks have a part in it", `{"text":"x","blocks":[{"type":"divider"},{"type":"rich_text","elements":[]}]}`, "x", nil},
		{"styles, cut where another begins", section(`{"type":"text","text":"a","style":{"bold":true}},{"type":"text","text":"b","style":{"bold":true,"italic":true}},{"type":"text","text":"c","style":{"code":true,"strike":true,"underline":true}}`), "abc",
			[]core.Entity{{Kind: core.Bold, Offset: 0, Length: 2}, {Kind: core.Italic, Offset: 1, Length: 1}, {Kind: core.Underline, Offset: 2, Length: 1}, {Kind: core.Strike, Offset: 2, Length: 1}, {Kind: core.Code, Offset: 2, Length: 1}}},
		{"elements of all kinds", section(`{"type":"user","user_id":"U1"},{"type":"text","text":" "},{"type":"channel","channel_id":"C9"},{"type":"text","text":" "},{"type":"broadcast","range":"here"},{"type":"text","text":" "},` +
			`{"type":"emoji","name":"wave","unicode":"1f44b-1f3fb"},{"type":"emoji","name":"ours"},{"type":"text","text":" "},{"type":"usergroup","usergroup_id":"S1"},{"type":"text","text":" "},` +
			`{"type":"color","value":"#F405B3"},{"type":"date","timestamp":1,"format":"x","fallback":"then"},{"type":"news","text":"new"},{"type":"team","team_id":"T1"}`),
			"@Grace #channel @here 👋🏻:ours: @group #F405B3thennew[team]", nil},
		{"names that only the text knows", `{"text":"<#C9|care &amp; co> <!subteam^S1|@team>","blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"channel","channel_id":"C9"},{"type":"usergroup","usergroup_id":"S1"}]}]}]}`, "#care & co@team", nil},
		{"links in rich text", section(`{"type":"link","url":"mailto:a@x.test"},{"type":"text","text":" "},{"type":"link","url":"https://x.test","text":"here","style":{"bold":true}},{"type":"link","url":"slack://x","text":"not"}`), "a@x.test herenot",
			[]core.Entity{{Kind: core.Link, Offset: 9, Length: 4, URL: "https://x.test"}, {Kind: core.Bold, Offset: 9, Length: 4}}},
		{"things on lines of their own", `{"blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"a\n"}]},` +
			`{"type":"rich_text_list","style":"ordered","offset":1,"elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"x"}]},{"type":"rich_text_section","elements":[{"type":"text","text":"y"}]}]},` +
			`{"type":"rich_text_list","style":"bullet","indent":1,"elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"z"}]}]},` +
			`{"type":"rich_text_preformatted","elements":[{"type":"text","text":"code"}]},{"type":"rich_text_quote","elements":[{"type":"text","text":"said"}]},` +
			`{"type":"rich_text_section","elements":[{"type":"text","text":"\nb"}]}]}]}`, "a\n2. x\n3. y\n    • z\ncode\nsaid\n\nb",
			[]core.Entity{{Kind: core.Pre, Offset: 20, Length: 4}, {Kind: core.Quote, Offset: 25, Length: 4}}},
		{"control characters", `{"text":"a\u0000b\u0007c"}`, "abc", nil},
		{"nothing", `{"text":""}`, "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var m slack.Msg
			if err := json.Unmarshal([]byte(c.msg), &m); err != nil {
				t.Fatal(err)
			}
			got := content(m, names)
			if got.Text != c.text || !slices.Equal(got.Entities, c.marks) {
				t.Errorf("got  %q %+v\nwant %q %+v", got.Text, got.Entities, c.text, c.marks)
			}
		})
	}
}

// worn gives for each code point of a text what marks it.
func worn(c core.Content) []map[core.Entity]bool {
	all := make([]map[core.Entity]bool, utf8.RuneCountInString(c.Text))
	for i := range all {
		all[i] = map[core.Entity]bool{}
	}
	for _, e := range c.Entities {
		for i := e.Offset; i < e.Offset+e.Length; i++ {
			all[i][core.Entity{Kind: e.Kind, URL: e.URL, Language: e.Language}] = true
		}
	}
	return all
}

// aContent is a text of lines, some of which are quotes or code, with marks within the others.
func aContent(t *rapid.T) core.Content {
	var c core.Content
	line := rapid.StringMatching(`[a-zé🙂<>&*_~ ]{1,12}`)
	length := 0
	for i := range rapid.IntRange(1, 6).Draw(t, "lines") {
		if i > 0 {
			c.Text += "\n"
			length++
		}
		text := line.Draw(t, "line")
		n := utf8.RuneCountInString(text)
		switch rapid.IntRange(0, 4).Draw(t, "kind of line") {
		case 0:
			c.Entities = append(c.Entities, core.Entity{Kind: core.Quote, Offset: length, Length: n})
		case 1:
			c.Entities = append(c.Entities, core.Entity{Kind: core.Pre, Offset: length, Length: n, Language: rapid.SampledFrom([]string{"", "go"}).Draw(t, "language")})
		default:
			for range rapid.IntRange(0, 4).Draw(t, "marks") {
				from := rapid.IntRange(0, n-1).Draw(t, "from")
				e := core.Entity{Offset: length + from, Length: rapid.IntRange(1, n-from).Draw(t, "length")}
				e.Kind = rapid.SampledFrom([]core.EntityKind{core.Bold, core.Italic, core.Underline, core.Strike, core.Code, core.Link}).Draw(t, "kind")
				if e.Kind == core.Link {
					if slices.ContainsFunc(c.Entities, func(o core.Entity) bool { return o.Kind == core.Link }) {
						continue // links do not nest
					}
					e.URL = "https://x.test/path?a=1&b=2"
				}
				c.Entities = append(c.Entities, e)
			}
		}
		c.Text += text
		length += n
	}
	return c
}

// TestTextsComeBack sends texts out and reads them back: nothing of text and marks changes on the way.
func TestTextsComeBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := aContent(t)
		if strings.TrimSpace(c.Text) == "" {
			t.Skip()
		}
		got := content(wire(t, rich(c)), nobody)
		if got.Text != c.Text {
			t.Fatalf("got %q, want %q", got.Text, c.Text)
		}
		if is, want := worn(got), worn(c); !reflect.DeepEqual(is, want) {
			t.Fatalf("got %v, want %v", is, want)
		}
	})
}

// TestAnyMarksMakeRichTextThatSlackTakes holds what blocks must never have, whatever the marks: elements without text.
func TestAnyMarksMakeRichTextThatSlackTakes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := core.Content{Text: rapid.StringMatching(`[a\n ]{0,20}`).Draw(t, "text")}
		for range rapid.IntRange(0, 6).Draw(t, "marks") {
			c.Entities = append(c.Entities, core.Entity{
				Kind: rapid.SampledFrom(core.EntityKinds).Draw(t, "kind"), Offset: rapid.IntRange(-2, 25).Draw(t, "offset"),
				Length: rapid.IntRange(-2, 25).Draw(t, "length"), URL: "https://x.test",
			})
		}
		text, err := json.Marshal(rich(c))
		if err != nil || strings.Contains(string(text), `"text":""`) || strings.Contains(string(text), `"elements":[]`) {
			t.Fatalf("got %s, %v", text, err)
		}
	})
}
