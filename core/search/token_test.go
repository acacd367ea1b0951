package search

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestWordsOfTextsC15(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"capitals and small letters are one":     {"Hello WORLD", []string{"hello", "world"}},
		"accents are left out":                   {"Café Zürich naïve", []string{"cafe", "zurich", "naive"}},
		"also where they are runes of their own": {"Cafe\u0301", []string{"cafe"}},
		"a sharp s is two":                       {"Straße STRASSE GROẞ", []string{"strasse", "strasse", "gross"}},
		"the Turkish i's are one":                {"İstanbul ısı ISI", []string{"istanbul", "isi", "isi"}},
		"letters that are drawn together":        {"Øre Łódź æon ﬁn", []string{"ore", "lodz", "aeon", "fin"}},
		"ё is е, й is not и":                     {"Ещё ёлка Бой бои", []string{"еще", "елка", "бой", "бои"}},
		"Greek with its last sigma":              {"Λόγος ΛΟΓΟΣ", []string{"λογοσ", "λογοσ"}},
		"Arabic without its vowels":              {"مُحَمَّد أحمد ســلام", []string{"محمد", "احمد", "سلام"}},
		"Hebrew without its points":              {"שָׁלוֹם", []string{"שלום"}},
		"Hindi keeps its vowels":                 {"हिन्दी", []string{"हिन्दी"}},
		"Chinese in pairs":                       {"我要退款", []string{"我要", "要退", "退款", "款"}},
		"Japanese in pairs, by its whole length": {"ラーメン", []string{"ラー", "ーメ", "メン", "ン"}},
		"wide and half letters":                  {"ＡＢＣ１２３ ｶﾞ", []string{"abc123", "ガ"}},
		"Korean in pairs":                        {"환불", []string{"환불", "불"}},
		"Thai in pairs":                          {"ไทย", []string{"ไท", "ทย", "ย"}},
		"two scripts in one word":                {"iPhone手机", []string{"iphone", "手机", "机"}},
		"an emoji is a word":                     {"ok👍 ❤️", []string{"ok", "👍", "❤"}},
		"of whatever skin":                       {"👍🏽", []string{"👍"}},
		"a family is its members":                {"👨‍👩‍👧", []string{"👨", "👩", "👧"}},
		"flags":                                  {"🇩🇪🇫🇷", []string{"🇩🇪", "🇫🇷"}},
		"a keycap is its digit":                  {"1️⃣", []string{"1"}},
		"digits of other scripts":                {"٣٤ ५६", []string{"34", "56"}},
		"a session's number":                     {"#123", []string{"123"}},
		"a telephone number, also as a whole":    {"+49 (171) 123-4567", []string{"49", "171", "123", "4567", "491711234567"}},
		"a date is too few for that":             {"21.11.26", []string{"21", "11", "26"}},
		"two numbers in a sentence":              {"1234567, 7654321", []string{"1234567", "7654321"}},
		"letters and digits":                     {"AB-1234 x86", []string{"ab", "1234", "x86"}},
		"addresses":                              {"anna.berg@example.test", []string{"anna", "berg", "example", "test"}},
		"operators are nothing":                  {`%_"*' OR NEAR(x) -y`, []string{"or", "near", "x", "y"}},
		"what is not seen is nothing":            {"pass\u200bword \u202eabc\u202c a\u00adb \ufeffx", []string{"password", "abc", "ab", "x"}},
		"NUL ends a word, as what is broken":     {"a\x00b\xffc", []string{"a", "b", "c"}},
		"an empty text":                          {"", nil},
	} {
		var got []string
		for _, f := range tokens(c.text) {
			got = append(got, f.word)
			if f.start < 0 || f.end > len(c.text) || f.start >= f.end || !utf8.RuneStart(c.text[f.start]) {
				t.Errorf("%s: %q stands from %d to %d", name, f.word, f.start, f.end)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestHostileTextsHaveTheirLimitC15(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"one word of 64 KiB":        strings.Repeat("я", 32<<10),
		"as many words as possible": strings.Repeat("a ", 32<<10),
		"accents upon accents":      "e" + strings.Repeat("\u0301", 32<<10),
		"nothing that is seen":      strings.Repeat("\u200b", 20<<10),
		"pairs":                     strings.Repeat("中", 20<<10),
		"digits in groups":          strings.Repeat("12 ", 20<<10),
		"emoji":                     strings.Repeat("👍", 16<<10),
		"one ligature":              strings.Repeat("\ufdfa", 20<<10),
		"broken":                    strings.Repeat("\xff", 64<<10),
	} {
		began := time.Now()
		all := tokens(text)
		if len(all) > maxTokens {
			t.Errorf("%s: got %d words", name, len(all))
		}
		for _, f := range all {
			if len(f.word) > maxWord {
				t.Errorf("%s: got a word of %d bytes", name, len(f.word))
				break
			}
		}
		if took := time.Since(began); took > patience { // what grows with the square of a text takes longer
			t.Errorf("%s: took %v", name, took)
		}
	}
}

func TestWhatIsFoundC15(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		query, text string
		want        string // the text with what is marked in brackets; "": it is not found
	}{
		"a word":                             {"refund", "I want a Refund.", "I want a [Refund]."},
		"all words, in any order":            {"lamp red", "the red LAMP", "the [red] [LAMP]"},
		"not one of them":                    {"lamp blue", "the red lamp", ""},
		"the beginning of the last":          {"red la", "the red lamp", "the [red] [lamp]"},
		"not of another":                     {"re lamp", "the red lamp", ""},
		"not the middle":                     {"amp", "the red lamp", ""},
		"without its accent":                 {"zurich", "nach Zürich!", "nach [Zürich]!"},
		"with an accent where there is none": {"café", "CAFE", "[CAFE]"},
		"accents in runes of their own":      {"cafe", "cafe\u0301 x", "[cafe\u0301] x"},
		"Cyrillic":                           {"елк", "Ёлки", "[Ёлки]"},
		"a Chinese word":                     {"退款", "我要退款吗", "我要[退款]吗"},
		"one that is longer":                 {"要退款", "我要退款", "我[要退款]"},
		"its letters apart are not":          {"要退款", "要退 退款", ""},
		"one Chinese letter":                 {"要", "我要退", "我[要退]"},
		"the last one":                       {"退", "我要退", "我要[退]"},
		"Thai":                               {"ไทย", "ประเทศไทยดี", "ประเทศ[ไทย]ดี"},
		"an emoji":                           {"❤", "ich ❤️ es", "ich [❤]\ufe0f es"},
		"a session's number":                 {"#12", "see #12", "see #[12]"},
		"a phone number with separators for one without": {"0171 123 45 67", "call 01711234567", "call [01711234567]"},
		"and the other way round":                        {"01711234567", "call 0171/123-4567 now", "call [0171/123-4567] now"},
		"with others":                                    {"0171-1234567", "0171 123 4567", "[0171 123 4567]"},
		"while it is typed":                              {"01711234", "(0171) 1234567", "([0171) 1234567]"},
		"two numbers that only look like it":             {"2024 12345", "order 12345 of 2024", "order [12345] of [2024]"},
		"operators are literal":                          {`"red*`, "red lamp", "[red] lamp"},
		"what is not seen":                               {"password", "pass\u200bword", "[pass\u200bword]"},
		"right to left":                                  {"محمد", "\u202bمُحَمَّد\u202c", "\u202b[مُحَمَّد]\u202c"},
		"a word of 70 bytes":                             {strings.Repeat("x", 70), strings.Repeat("x", 80), "[" + strings.Repeat("x", 80) + "]"},
	} {
		w, err := parse(c.query)
		if err != nil || len(w) == 0 {
			t.Errorf("%s: %q is %v, %v", name, c.query, w, err)
			continue
		}
		found, is := w.in(c.text)
		got, at := "", 0
		for _, f := range found {
			got += c.text[at:f.start] + "[" + c.text[f.start:f.end] + "]"
			at = f.end
		}
		if got += c.text[at:]; !is {
			got = ""
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestQueriesHaveTheirLimitC15(t *testing.T) {
	t.Parallel()
	for name, q := range map[string]string{
		"too long": strings.Repeat("x", 257), "too many words": strings.Repeat("x ", 17),
	} {
		if w, err := parse(q); err == nil {
			t.Errorf("%s: got %v", name, w)
		}
	}
	for _, q := range []string{"", " ", `%_"*'`, "\u200b", "..."} {
		if w, err := parse(q); err != nil || len(w) != 0 {
			t.Errorf("%q: got %v, %v", q, w, err)
		}
	}
}

func TestSnippetsAreLiteralC15(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("wort ", 100)
	for name, c := range map[string]struct {
		text, query string
		want        Snippet
	}{
		"a short text is there whole": {"<b>Ein</b> Größe & <i>mehr", "grosse", Snippet{Text: "<b>Ein</b> Größe & <i>mehr", Marks: []Mark{{11, 5}}}},
		"a long one around its place": {long + "Ziel " + long, "ziel", Snippet{
			Text: strings.Repeat("wort ", 11) + "Ziel " + strings.Repeat("wort ", 36), Marks: []Mark{{55, 4}}, Begun: true, Cut: true,
		}},
	} {
		w, err := parse(c.query)
		if err != nil {
			t.Fatal(err)
		}
		found, _ := w.in(c.text)
		got := snippetOf(c.text, found)
		if got.Text != c.want.Text || !slices.Equal(got.Marks, c.want.Marks) || got.Begun != c.want.Begun || got.Cut != c.want.Cut {
			t.Errorf("%s: got %+v, want %+v", name, got, c.want)
		}
	}
	text := strings.Repeat("ж", 1000)
	if s := snippetOf(text, nil); !utf8.ValidString(s.Text) || !s.Cut {
		t.Errorf("cut within a rune: %q", s.Text)
	}
}

func TestSetsAreWrittenAndReadC15(t *testing.T) {
	t.Parallel()
	for _, step := range []int{1, 2, 15, 16, 17, 1000, blockSize} {
		var s, back set
		for i := 0; i < blockSize; i += step {
			s.put(i)
		}
		b := s.encode()
		back.join(b)
		if back != s || len(b) > mapBytes {
			t.Errorf("each %d.: %d members in %d bytes become %d", step, s.count(), len(b), back.count())
		}
	}
}
