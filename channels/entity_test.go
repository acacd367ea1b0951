package channels

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"pgregory.net/rapid"

	"parley/core"
)

func mark(kind core.EntityKind, offset, length int) core.Entity {
	return core.Entity{Kind: kind, Offset: offset, Length: length}
}

func TestFromUTF16RepairsWhatANetworkSends(t *testing.T) {
	t.Parallel()
	link := core.Entity{Kind: core.Link, Offset: 0, Length: 1, URL: "https://shop.test"}
	for _, c := range []struct {
		name string
		text string
		in   []core.Entity
		want []core.Entity
	}{
		{"letters count alike", "abc", []core.Entity{mark(core.Bold, 1, 2)}, []core.Entity{mark(core.Bold, 1, 2)}},
		{"an emoji is two units", "😀abc", []core.Entity{mark(core.Bold, 2, 3)}, []core.Entity{mark(core.Bold, 1, 3)}},
		{"within a family each part counts", "👩‍👧!", []core.Entity{mark(core.Bold, 5, 1)}, []core.Entity{mark(core.Bold, 3, 1)}},
		{"it begins in the middle of a pair", "a😀b", []core.Entity{mark(core.Bold, 2, 2)}, []core.Entity{mark(core.Bold, 1, 2)}},
		{"it ends in the middle of a pair", "a😀b", []core.Entity{mark(core.Bold, 0, 2)}, []core.Entity{mark(core.Bold, 0, 2)}},
		{"it is half a pair", "a😀b", []core.Entity{mark(core.Bold, 2, 1)}, []core.Entity{mark(core.Bold, 1, 1)}},
		{"it reaches past the end", "abc", []core.Entity{mark(core.Bold, 1, 1<<62)}, []core.Entity{mark(core.Bold, 1, 2)}},
		{"it begins at the end", "abc", []core.Entity{mark(core.Bold, 3, 1)}, nil},
		{"it begins before the text", "abc", []core.Entity{mark(core.Bold, -1, 2)}, nil},
		{"it is empty", "abc", []core.Entity{mark(core.Bold, 1, 0), mark(core.Bold, 1, -1)}, nil},
		{"there is no text", "", []core.Entity{mark(core.Bold, 0, 1)}, nil},
		{"an unknown kind", "abc", []core.Entity{mark("hashtag", 0, 3), mark(core.Bold, 0, 3)}, []core.Entity{mark(core.Bold, 0, 3)}},
		{"a link that is none", "abc", []core.Entity{{Kind: core.Link, Length: 3, URL: "javascript:alert(1)"}, mark(core.Link, 0, 1)}, nil},
		{"an address on what is no link", "abc", []core.Entity{{Kind: core.Bold, Length: 3, URL: "https://shop.test"}}, nil},
		{"a language too long is forgotten", "abc", []core.Entity{{Kind: core.Pre, Length: 3, Language: strings.Repeat("x", 41)}}, []core.Entity{mark(core.Pre, 0, 3)}},
		{"nested ones stay, the wider first", "abcdef", []core.Entity{mark(core.Italic, 0, 2), mark(core.Bold, 0, 4)},
			[]core.Entity{mark(core.Bold, 0, 4), mark(core.Italic, 0, 2)}},
		{"the later of two that overlap is cut in two", "abcdef", []core.Entity{mark(core.Italic, 2, 4), mark(core.Bold, 0, 4)},
			[]core.Entity{mark(core.Bold, 0, 4), mark(core.Italic, 2, 2), mark(core.Italic, 4, 2)}},
		{"the same twice is once", "abcdef", []core.Entity{mark(core.Bold, 0, 4), mark(core.Bold, 1, 2)}, []core.Entity{mark(core.Bold, 0, 4)}},
		{"a link in a link", "abc", []core.Entity{{Kind: core.Link, Length: 3, URL: "https://a.test"}, link}, []core.Entity{{Kind: core.Link, Length: 3, URL: "https://a.test"}}},
		{"side by side", "abcd", []core.Entity{mark(core.Bold, 0, 2), mark(core.Bold, 2, 2)}, []core.Entity{mark(core.Bold, 0, 2), mark(core.Bold, 2, 2)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			before := slices.Clone(c.in)
			if got := FromUTF16(c.text, c.in); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
			if !reflect.DeepEqual(c.in, before) {
				t.Errorf("what was given has changed: got %+v, want %+v", c.in, before)
			}
		})
	}
}

func TestToUTF16CountsUnits(t *testing.T) {
	t.Parallel()
	got := ToUTF16("😀a😀b", []core.Entity{mark(core.Bold, 1, 2), mark(core.Italic, 2, 9)})
	want := []core.Entity{mark(core.Bold, 2, 3), mark(core.Italic, 3, 2), mark(core.Italic, 5, 1)}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestNoMoreMarksThanCoreTakes(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("ab", core.MaxEntities)
	var marks []core.Entity
	for i := range core.MaxEntities / 2 { // each second one becomes two
		marks = append(marks, mark(core.Bold, 4*i, 2), mark(core.Italic, 4*i+1, 2))
	}
	got := FromUTF16(text, marks)
	if len(got) != core.MaxEntities {
		t.Errorf("marks: got %d, want %d", len(got), core.MaxEntities)
	}
	if err := core.CheckEntities("entities", text, got); err != nil {
		t.Error(err)
	}
}

func TestMarksCountTheSameBothWays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := aText(t)
		marks := mend(utf8.RuneCountInString(text), someMarks(t, utf8.RuneCountInString(text)))
		there := ToUTF16(text, marks)
		units := utf16.Encode([]rune(text))
		for i, e := range there {
			got := string(utf16.Decode(units[e.Offset : e.Offset+e.Length]))
			if want := string([]rune(text)[marks[i].Offset:end(marks[i])]); got != want {
				t.Fatalf("mark %d in UTF-16: got %q, want %q", i, got, want)
			}
		}
		if back := FromUTF16(text, there); !reflect.DeepEqual(back, marks) {
			t.Fatalf("there and back: got %+v, want %+v", back, marks)
		}
	})
}

func TestMendingKeepsTheMarksOfEachCharacter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := aText(t)
		n := utf8.RuneCountInString(text)
		marks := someMarks(t, n)
		mended := mend(n, marks)
		if err := core.CheckEntities("entities", text, mended); err != nil {
			t.Fatal(err)
		}
		got, want := painted(core.Content{Text: text, Entities: mended}), painted(core.Content{Text: text, Entities: clamped(n, marks)})
		if !slices.Equal(got, want) {
			t.Fatalf("got %q, want %q", got, want)
		}
		for i, a := range mended {
			for _, b := range mended[i+1:] {
				if b.Offset < a.Offset || b.Offset < end(a) && end(b) > end(a) {
					t.Fatalf("%+v: these two do not nest: %+v %+v", mended, a, b)
				}
			}
		}
	})
}

func FuzzUTF16(f *testing.F) {
	f.Add("a😀b", 2, 1, 0, 9)
	f.Add("e\u0301\xff", -1, 4, 1, 1<<62)
	f.Fuzz(func(t *testing.T, text string, offset, length, second, long int) {
		marks := []core.Entity{mark(core.Bold, offset, length), mark(core.Italic, second, long), mark("x", offset, long)}
		got := FromUTF16(text, marks)
		if err := core.CheckEntities("entities", text, got); err != nil {
			t.Errorf("FromUTF16(%q, %+v): got %+v: %v", text, marks, got, err)
		}
		units := len(utf16.Encode([]rune(text)))
		for _, e := range ToUTF16(text, got) {
			if e.Offset < 0 || e.Length <= 0 || end(e) > units {
				t.Errorf("ToUTF16(%q): got %+v, want it within %d units", text, e, units)
			}
		}
	})
}
