package core

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestPreview(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"hello":                  "hello",
		"  a\n\n b\tc ":          "a b c",
		"\u00a0x":                "x",
		strings.Repeat("é", 200): strings.Repeat("é", 80),
	} {
		if got := Preview(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	if got := Preview(strings.Repeat("👩‍🚀", 20_000)); !utf8.ValidString(got) || len(got) > maxPreview {
		t.Errorf("got %d bytes, valid %v", len(got), utf8.ValidString(got))
	}
}

func TestSlugs(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Support": "support", "Customer Care": "customer-care", " A & B ": "a-b", "日本": "", "": "", strings.Repeat("ab ", 40): strings.Repeat("ab-", 21) + "a",
	} {
		if got := Slug(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
	for s, ok := range map[string]bool{"a": true, "a-1": true, "": false, "-a": false, "a-": false, "a--b": false, "A": false, "ä": false, "a/b": false} {
		if err := CheckSlug("slug", s); (err == nil) != ok {
			t.Errorf("%q: got %v", s, err)
		}
	}
}

func TestEmails(t *testing.T) {
	t.Parallel()
	for s, ok := range map[string]bool{
		"a@b": true, "anna@example.test": true, "": false, "a": false, "@b": false, "a@": false, "a@b@c": false, "a b@c": false, "a@b\r\nBcc: c": false,
		"<a@b>": false, strings.Repeat("a", 200) + "@b": false,
	} {
		if err := CheckEmail(s); (err == nil) != ok {
			t.Errorf("%q: got %v", s, err)
		}
	}
}

func TestCountersOfRolesS3_3(t *testing.T) {
	t.Parallel()
	counts := []DepartmentCounters{{Department: 1, Unread: 1, Unassigned: 2}, {Department: 2, Unread: 3, Unassigned: 4}}
	for _, c := range []struct {
		name  string
		roles Roles
		badge int64
	}{
		{"operator in both", Roles{1: Operator, 2: Operator}, 4},
		{"supervisor in the first", Roles{1: Supervisor, 2: Operator}, 6},
		{"both in both", Roles{1: Operator | Supervisor, 2: Operator | Supervisor}, 10},
	} {
		if got := CountersOf(c.roles, counts); got.Badge != c.badge || got.Unread != 4 || got.Unassigned != 6 {
			t.Errorf("%s: got %+v, want badge %d", c.name, got, c.badge)
		}
	}
}

func TestTexts(t *testing.T) {
	t.Parallel()
	for s, ok := range map[string]bool{
		"a": true, "a\tb\r\nc": true, "👩‍🚀": true, "\u202eabc": true, strings.Repeat("a", MaxText): true,
		"": false, " \u2003\n": false, "a\x00": false, "a\x0b": false, "a\x1b[31m": false, "a\x7f": false, "a\xff": false,
		strings.Repeat("a", MaxText+1): false, strings.Repeat("é", MaxText/2) + "a": false,
	} {
		if err := CheckText("text", s); (err == nil) != ok {
			t.Errorf("%.20q: got %v", s, err)
		}
	}
}
