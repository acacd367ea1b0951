package channels

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"parley/core"
)

func texts(parts []core.Content) (all []string) {
	for _, p := range parts {
		all = append(all, p.Text)
	}
	return all
}

func TestSplitCutsWhereItHurtsLeast(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		text  string
		limit int
		unit  core.TextUnit
		want  []string
	}{
		{"a text within the limit stays as it is", " a b \n", 6, core.UnitByte, []string{" a b \n"}},
		{"no limit is none", "a b", 0, core.UnitByte, []string{"a b"}},
		{"a paragraph goes before a line", "one two\n\nthree\nfour", 14, core.UnitByte, []string{"one two", "three\nfour"}},
		{"a line goes before a sentence", "One. Two\nthree. Four", 16, core.UnitByte, []string{"One. Two", "three. Four"}},
		{"a sentence goes before a word", "One two three. Four five", 20, core.UnitByte, []string{"One two three.", "Four five"}},
		{"a sentence needs no space in Chinese", "你好吗。我很好你呢", 7, core.UnitRune, []string{"你好吗。", "我很好你呢"}},
		{"a point within a number or an address ends no sentence", "see www.example.com now", 18, core.UnitByte, []string{"see", "www.example.com", "now"}},
		{"a word goes before a character", "abcdef ghijkl", 10, core.UnitByte, []string{"abcdef", "ghijkl"}},
		{"a word longer than half a part stays whole", "a bcdefghi", 9, core.UnitByte, []string{"a", "bcdefghi"}},
		{"a word longer than a part is cut", "abcdefghij", 4, core.UnitByte, []string{"abcd", "efgh", "ij"}},
		{"an early paragraph does not make a short part", "a\n\nbcd efg hij", 12, core.UnitByte, []string{"a\n\nbcd efg", "hij"}},
		{"the indentation of a line stays", "if x:\n\n    y = 1", 10, core.UnitByte, []string{"if x:", "    y = 1"}},
		{"the word after exactly a part", "abcd efgh", 4, core.UnitByte, []string{"abcd", "efgh"}},
		{"no part is blank", "a" + strings.Repeat(" ", 20) + "b", 5, core.UnitByte, []string{"a", "b"}},
		{"not even the first", strings.Repeat("\n", 20) + "b", 5, core.UnitByte, []string{"b"}},
		{"not even the last", "abcd" + strings.Repeat(" ", 20), 5, core.UnitByte, []string{"abcd"}},
		{"white space only", strings.Repeat(" ", 20), 5, core.UnitByte, []string{""}},
		{"no cut at a space that forbids it", "abc d\u00a0e", 6, core.UnitRune, []string{"abc", "d\u00a0e"}},
		{"Windows line ends", "abc\r\ndef", 5, core.UnitByte, []string{"abc", "def"}},
		{"an emoji counts two units, and is not cut", "aaa😀😀", 6, core.UnitUTF16, []string{"aaa😀", "😀"}},
		{"a family is one character", "aa👩‍👩‍👧", 9, core.UnitUTF16, []string{"aa", "👩‍👩‍👧"}},
		{"a flag is one character", "🇩🇪🇫🇷", 6, core.UnitUTF16, []string{"🇩🇪", "🇫🇷"}},
		{"marks stay with their letter", "ae\u0301\u0323e\u0301", 4, core.UnitRune, []string{"ae\u0301\u0323", "e\u0301"}},
		{"a character longer than a part is cut between code points", "e" + strings.Repeat("\u0301", 6), 3, core.UnitRune, []string{"e\u0301\u0301", "\u0301\u0301\u0301", "\u0301"}},
		{"a code point longer than a part goes alone", "😀😀", 1, core.UnitUTF16, []string{"😀", "😀"}},
		{"Hindi consonants that join are one character", "नमस्ते", 4, core.UnitRune, []string{"नम", "स्ते"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := texts(Split(core.Content{Text: c.text}, c.limit, c.unit)); !slices.Equal(got, c.want) {
				t.Errorf("Split(%q, %d): got %q, want %q", c.text, c.limit, got, c.want)
			}
		})
	}
}

func TestSplitMarksAndMedia(t *testing.T) {
	t.Parallel()
	media := []core.Media{{Kind: "photo"}}
	link := func(offset, length int) core.Entity {
		return core.Entity{Kind: core.Link, Offset: offset, Length: length, URL: "https://shop.test"}
	}
	for _, c := range []struct {
		name  string
		in    core.Content
		limit int
		want  []core.Content
	}{
		{"a mark ends with a part and begins again",
			core.Content{Text: "aaaa bbbb", Entities: []core.Entity{{Kind: core.Bold, Offset: 2, Length: 5}}, Media: media}, 5,
			[]core.Content{
				{Text: "aaaa", Entities: []core.Entity{{Kind: core.Bold, Offset: 2, Length: 2}}, Media: media},
				{Text: "bbbb", Entities: []core.Entity{{Kind: core.Bold, Offset: 0, Length: 2}}},
			}},
		{"of marks that go on the wider stays first",
			core.Content{Text: "aaaa bbbb", Entities: []core.Entity{{Kind: core.Bold, Offset: 0, Length: 6}, {Kind: core.Italic, Offset: 3, Length: 6}}}, 5,
			[]core.Content{
				{Text: "aaaa", Entities: []core.Entity{{Kind: core.Bold, Offset: 0, Length: 4}, {Kind: core.Italic, Offset: 3, Length: 1}}},
				{Text: "bbbb", Entities: []core.Entity{{Kind: core.Italic, Offset: 0, Length: 4}, {Kind: core.Bold, Offset: 0, Length: 1}}},
			}},
		{"a link that fits stays whole",
			core.Content{Text: "aaaaa b c d", Entities: []core.Entity{link(6, 5)}}, 10,
			[]core.Content{{Text: "aaaaa"}, {Text: "b c d", Entities: []core.Entity{link(0, 5)}}}},
		{"also where nothing but a character can be cut before it",
			core.Content{Text: "aabbbb", Entities: []core.Entity{link(2, 4)}}, 5,
			[]core.Content{{Text: "aa"}, {Text: "bbbb", Entities: []core.Entity{link(0, 4)}}}},
		{"also where it begins within a character",
			core.Content{Text: "aae\u0301bbb", Entities: []core.Entity{link(3, 4)}}, 6,
			[]core.Content{{Text: "aa"}, {Text: "e\u0301bbb", Entities: []core.Entity{link(1, 4)}}}},
		{"a block that fits stays whole",
			core.Content{Text: "a\nb\n\nc", Entities: []core.Entity{{Kind: core.Pre, Offset: 2, Length: 4, Language: "go"}}}, 5,
			[]core.Content{{Text: "a"}, {Text: "b\n\nc", Entities: []core.Entity{{Kind: core.Pre, Offset: 0, Length: 4, Language: "go"}}}}},
		{"a block that does not fit is cut at its lines",
			core.Content{Text: "x aa\nbb\ncc", Entities: []core.Entity{{Kind: core.Pre, Offset: 2, Length: 8}}}, 7,
			[]core.Content{
				{Text: "x aa\nbb", Entities: []core.Entity{{Kind: core.Pre, Offset: 2, Length: 5}}},
				{Text: "cc", Entities: []core.Entity{{Kind: core.Pre, Offset: 0, Length: 2}}},
			}},
		{"a bold word may be cut",
			core.Content{Text: "aaaaa b c d", Entities: []core.Entity{{Kind: core.Bold, Offset: 6, Length: 5}}}, 9,
			[]core.Content{
				{Text: "aaaaa b c", Entities: []core.Entity{{Kind: core.Bold, Offset: 6, Length: 3}}},
				{Text: "d", Entities: []core.Entity{{Kind: core.Bold, Offset: 0, Length: 1}}},
			}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := Split(c.in, c.limit, core.UnitByte); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

// forever is what grows with the square of a text takes, and nothing else on any machine.
const forever = 30 * time.Second

// TestSplitDoesNotTakeForever has texts on which finding sentences, words or characters could look ahead again and again.
func TestSplitDoesNotTakeForever(t *testing.T) {
	t.Parallel()
	began := time.Now()
	many := make([]core.Entity, 100_000)
	for i := range many {
		many[i] = mark(core.EntityKinds[i%2], i%60_000, 3)
	}
	FromUTF16(strings.Repeat("a", 60_000), many)
	if took := time.Since(began); took > forever {
		t.Errorf("%d marks: took %v, want less than a second or two", len(many), took)
	}
	for _, piece := range []string{" ", ")", "\u0301", "\n", "a", ". ", "😀\u200d"} {
		text := ("." + strings.Repeat(piece, core.MaxText))[:core.MaxText]
		began := time.Now()
		Split(core.Content{Text: strings.ToValidUTF8(text, "")}, 4096, core.UnitUTF16)
		Clean(core.Content{Text: text + text})
		if took := time.Since(began); took > forever {
			t.Errorf("64 KiB of %q: took %v, want less than a second or two", piece, took)
		}
	}
}

// aText draws texts of what is hard to cut.
func aText(t *rapid.T) string {
	pieces := rapid.SliceOfN(rapid.SampledFrom([]string{
		"a", "word", "Satz.", "。", "你", "😀", "👩‍👩‍👧", "🇩🇪", "🇫", "é", "\u0301", "\u200d", "\u200f", "शि", " ", " ", "  ", "\n", "\r\n", "\n\n", "\t", "\u00a0", "\u2028",
		strings.Repeat("z", 30), "e" + strings.Repeat("\u0301", 25),
	}), 0, 60).Draw(t, "pieces")
	return strings.Join(pieces, "")
}

func someMarks(t *rapid.T, length int) []core.Entity {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) core.Entity {
		e := core.Entity{
			Kind: rapid.SampledFrom(core.EntityKinds).Draw(t, "kind"), Offset: rapid.IntRange(-2, length+3).Draw(t, "offset"),
			Length: rapid.IntRange(-1, length+3).Draw(t, "length"),
		}
		if e.Kind == core.Link {
			e.URL = "https://shop.test"
		}
		return e
	}), 0, 8).Draw(t, "marks")
}

// painted gives each code point that is no white space with the kinds of mark on it.
func painted(contents ...core.Content) (all []string) {
	for _, c := range contents {
		for i, r := range []rune(c.Text) {
			if strings.TrimSpace(string(r)) == "" {
				continue
			}
			on := string(r)
			for _, kind := range core.EntityKinds {
				if slices.ContainsFunc(c.Entities, func(e core.Entity) bool { return e.Kind == kind && e.Offset <= i && i < e.Offset+e.Length }) {
					on += " " + string(kind)
				}
			}
			all = append(all, on)
		}
	}
	return all
}

func TestSplitLosesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := aText(t)
		in := core.Content{Text: text, Entities: mend(utf8.RuneCountInString(text), someMarks(t, utf8.RuneCountInString(text)))}
		unit := rapid.SampledFrom([]core.TextUnit{core.UnitByte, core.UnitUTF16, core.UnitRune}).Draw(t, "unit")
		limit := rapid.IntRange(4, 40).Draw(t, "limit")
		parts := Split(in, limit, unit)
		if again := Split(in, limit, unit); !reflect.DeepEqual(parts, again) {
			t.Fatalf("again: got %+v, want %+v", again, parts)
		}
		if got, want := painted(parts...), painted(in); !slices.Equal(got, want) {
			t.Fatalf("characters and their marks: got %q, want %q", got, want)
		}
		rest := text
		for _, p := range parts {
			if n := measure(p.Text, unit); n > limit {
				t.Fatalf("part %q: got %d units, want at most %d", p.Text, n, limit)
			}
			if err := core.CheckEntities("entities", p.Text, p.Entities); err != nil {
				t.Fatalf("marks of part %q: got %v, want them acceptable", p.Text, err)
			}
			at := strings.Index(rest, p.Text)
			if at < 0 || strings.TrimSpace(rest[:at]) != "" {
				t.Fatalf("part %q: is not what follows in %q", p.Text, rest)
			}
			if len(parts) > 1 && strings.TrimSpace(p.Text) == "" {
				t.Fatalf("a blank part in %q", texts(parts))
			}
			checkWhole(t, text, len(text)-len(rest)+at, limit, unit)
			rest = rest[at+len(p.Text):]
		}
		if strings.TrimSpace(rest) != "" {
			t.Fatalf("%q is missing at the end", rest)
		}
	})
}

// checkWhole says whether a part may begin at a byte of the text: not within a character that would fit into a part.
func checkWhole(t *rapid.T, text string, begin, limit int, unit core.TextUnit) {
	at := 0
	for character := range characters(text) {
		if at < begin && begin < at+len(character) && measure(character, unit) <= limit {
			t.Fatalf("%q is cut at %d, within %q", text, begin, character)
		}
		at += len(character)
	}
}
