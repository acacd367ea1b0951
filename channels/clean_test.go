package channels

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"parley/core"
)

func TestCleanMakesATextAcceptable(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", core.MaxText-1)
	for _, c := range []struct {
		name string
		in   core.Content
		want core.Content
	}{
		{"a plain text stays", core.Content{Text: " a\tb\r\n"}, core.Content{Text: " a\tb\r\n"}},
		{"control characters go, and marks move",
			core.Content{Text: "\x00a\x1bb\x7fc", Entities: []core.Entity{mark(core.Bold, 3, 3), mark(core.Italic, 0, 1)}},
			core.Content{Text: "abc", Entities: []core.Entity{mark(core.Bold, 1, 2)}}},
		{"what is not UTF-8 is replaced", core.Content{Text: "a\xffb", Entities: []core.Entity{mark(core.Bold, 2, 1)}},
			core.Content{Text: "a\uFFFDb", Entities: []core.Entity{mark(core.Bold, 2, 1)}}},
		{"a long text ends in an ellipsis, and marks before it",
			core.Content{Text: long + "é", Entities: []core.Entity{mark(core.Bold, 10, core.MaxText), mark(core.Code, core.MaxText-2, 2)}},
			core.Content{Text: long[:core.MaxText-3] + "…", Entities: []core.Entity{mark(core.Bold, 10, core.MaxText-13)}}},
		{"a text is not cut within a character", core.Content{Text: long[:core.MaxText-4] + "e\u0301\u0301"},
			core.Content{Text: long[:core.MaxText-4] + "…"}},
		{"but for one that is longer than all", core.Content{Text: "e" + strings.Repeat("\u0301", core.MaxText)},
			core.Content{Text: "e" + strings.Repeat("\u0301", (core.MaxText-4)/2) + "…"}},
		{"white space only is no text", core.Content{Text: " \x00\n\u2003", Entities: []core.Entity{mark(core.Bold, 0, 2)}, Media: []core.Media{{Kind: "photo"}}},
			core.Content{Media: []core.Media{{Kind: "photo"}}}},
		{"media are named on one line",
			core.Content{Media: []core.Media{{Kind: "file", Name: " a\x00\nb\xff ", Size: -1, Remote: core.RemoteID(strings.Repeat("x", 1025))}}},
			core.Content{Media: []core.Media{{Kind: "file", Name: "a b\uFFFD"}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := Clean(c.in)
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %.200q %+v %+v, want %.200q %+v %+v", got.Text, got.Entities, got.Media, c.want.Text, c.want.Entities, c.want.Media)
			}
			if err := got.Check(); err != nil {
				t.Errorf("Check: got %v, want nil", err)
			}
		})
	}
}

func TestCleanedIsAcceptable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := core.Content{Text: rapid.String().Draw(t, "text") + string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))}
		in.Entities = someMarks(t, utf8.RuneCountInString(in.Text))
		for range rapid.IntRange(0, core.MaxMedia+2).Draw(t, "media") {
			in.Media = append(in.Media, core.Media{Kind: "file", Name: in.Text, Type: in.Text, Remote: core.RemoteID(in.Text)})
		}
		got := Clean(in)
		if got.Text == "" && len(got.Media) == 0 {
			return // for the adapter to say something about
		}
		if err := got.Check(); err != nil {
			t.Fatalf("Clean(%+v): %v", in, err)
		}
		if again := Clean(got); !reflect.DeepEqual(again, got) {
			t.Fatalf("again: got %+v, want %+v", again, got)
		}
	})
}

func TestCleanNameIsOneShortLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"a name", "Anna Schmidt", "Anna Schmidt"},
		{"line ends and tabs", " Anna\r\n\tSchmidt ", "Anna Schmidt"},
		{"control characters", "An\x00na\x7f", "An na"},
		{"marks that turn what follows", "An\u202ena \u2066x\u2069", "Anna x"},
		{"nothing", " \x00 ", ""},
		{"too long", strings.Repeat("ä", 101), strings.Repeat("ä", 98) + "…"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := CleanName(c.in)
			if got != c.want {
				t.Errorf("CleanName(%q): got %q, want %q", c.in, got, c.want)
			}
			if got != "" && core.CheckName("name", got) != nil {
				t.Errorf("CheckName(%q): got %v, want nil", got, core.CheckName("name", got))
			}
		})
	}
}
