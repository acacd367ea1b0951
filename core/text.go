package core

import (
	"strings"
	"unicode/utf8"
)

// Limits on what comes in, in bytes. Past them: Invalid, with the field.
const (
	MaxText = 65536 // one message
	MaxName = 200   // a name, a subject, an address
)

// CheckText says whether s may be a message: valid UTF-8, no control characters but tabs and line ends, not empty or blank, at
// most MaxText bytes. Control characters show as nothing, and take six bytes each where a text is sent as JSON.
func CheckText(field, s string) error {
	if strings.TrimSpace(s) == "" {
		return invalid(field, "is empty")
	}
	if err := checkBytes(field, s, MaxText); err != nil {
		return err
	}
	if strings.ContainsFunc(s, func(r rune) bool { return control(r) && r != '\t' && r != '\n' && r != '\r' }) {
		return invalid(field, "has control characters")
	}
	return nil
}

// CheckName says whether s may name something: like a text, but short and on one line.
func CheckName(field, s string) error {
	if strings.TrimSpace(s) == "" {
		return invalid(field, "is empty")
	}
	if strings.ContainsFunc(s, control) {
		return invalid(field, "has control characters")
	}
	return checkBytes(field, s, MaxName)
}

func control(r rune) bool { return r < ' ' || r == 0x7f }

func checkBytes(field, s string, limit int) error {
	switch {
	case len(s) > limit:
		return invalid(field, "is too long")
	case !utf8.ValidString(s):
		return invalid(field, "is not valid UTF-8")
	case strings.ContainsRune(s, 0):
		return invalid(field, "has a NUL character")
	}
	return nil
}

func invalid(field, reason string) error {
	return &Error{Op: "core.Check", Kind: Invalid, Field: field, Reason: reason}
}

// maxPreview bounds the part of a message that lists show, in bytes.
const maxPreview = 160

// Preview is the beginning of a message on one line, cut between characters.
func Preview(text string) string {
	if len(text) > 4*maxPreview { // Fields below should not walk through 64 KiB
		text = cut(text, 4*maxPreview)
	}
	return cut(strings.Join(strings.Fields(text), " "), maxPreview)
}

func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}
